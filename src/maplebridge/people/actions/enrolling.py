"""Everything that changes people, agencies and postings, and the one door through which personal data is read."""

from dataclasses import dataclass
from datetime import date, datetime

from maplebridge.people.domain.roles import Role, TeamRole
from maplebridge.people.models import Account, Agency, Person, Posting, Reading
from maplebridge.people.queries import phone_digest, phone_tail_digest
from maplebridge.platform.audit import action
from maplebridge.platform.freshness import forget

REVEALABLE = ("name", "phone", "room")


@dataclass(frozen=True, slots=True)
class Purpose:
    """Why personal data is read: the kind of thing being handled, which one, and on what basis."""

    kind: str
    id: int
    basis: str


@action
def reveal(person: Person, *, purpose: Purpose, reader_id: int, now: datetime) -> dict[str, str]:
    """Return a person's name, phone and room, and log who read them and why. The caller vouches for the purpose."""
    Reading.objects.create(
        reader_id=reader_id,
        subject=person,
        fields=list(REVEALABLE),
        purpose=purpose.kind,
        purpose_id=purpose.id,
        basis=purpose.basis,
        read_at=now,
    )
    return {name: getattr(person, name) for name in REVEALABLE}


@action
def enrol(
    *,
    nickname: str,
    now: datetime,
    name: str = "",
    phone: str = "",
    building_id: int | None = None,
    entrance_id: int | None = None,
    room: str = "",
    age_band: str = "",
    elder_mode: bool = False,
    language: str = "zh-hans",
) -> Person:
    """Record a person. Somebody with the same phone is the same person, and is returned unchanged."""
    if phone and (known := Person.objects.filter(phone_digest=phone_digest(phone)).first()):
        return known
    return Person.objects.create(
        nickname=nickname,
        name=name,
        phone=phone,
        phone_digest=phone_digest(phone) if phone else None,
        phone_tail_digest=phone_tail_digest(phone[-4:]) if phone else "",
        building_id=building_id,
        entrance_id=entrance_id,
        room=room,
        age_band=age_band,
        elder_mode=elder_mode,
        language=language,
        made_at=now,
    )


@action
def open_account(*, person: Person, username: str, password: str | None = None) -> Account:
    """Give a person a way to sign in; without a password only by one-time code."""
    account = Account(person=person, username=username)
    if password is None:
        account.set_unusable_password()
    else:
        account.set_password(password)
    account.save()
    return account


@action
def post(
    *,
    person: Person,
    role: Role,
    starts_on: date,
    ends_on: date | None = None,
    grid_id: int | None = None,
    sector_id: int | None = None,
    beat_id: int | None = None,
    building_id: int | None = None,
    agency_id: int | None = None,
    team_role: TeamRole | None = None,
) -> Posting:
    """Give a person a role on a piece of ground or in an agency, from a day on."""
    posting = Posting.objects.create(
        person=person,
        role=role,
        team_role=team_role or "",
        grid_id=grid_id,
        sector_id=sector_id,
        beat_id=beat_id,
        building_id=building_id,
        agency_id=agency_id,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    forget()
    return posting


@action
def found_agency(
    *,
    name: str,
    code: str,
    kind: str,
    valid_from: date,
    phone: str = "",
    grid_ids: list[int] | None = None,
    estate_ids: list[int] | None = None,
) -> Agency:
    """Record an agency, and the ground or estates that it serves; none means the whole town."""
    agency = Agency.objects.create(name=name, code=code, kind=kind, phone=phone, valid_from=valid_from)
    agency.grids.set(grid_ids or [])
    agency.estates.set(estate_ids or [])
    forget()
    return agency


@action
def end_agency(*, agency: Agency, valid_to: date) -> None:
    """Let an agency end on a day; its clerks' postings end with it."""
    agency.valid_to = valid_to
    agency.save(update_fields=["valid_to"])
    for posting in agency.postings.filter(ends_on=None, starts_on__lt=valid_to):
        posting.ends_on = valid_to
        posting.save(update_fields=["ends_on"])
    forget()


@action
def choose(
    *,
    person: Person,
    nickname: str | None = None,
    elder_mode: bool | None = None,
    language: str | None = None,
    age_band: str | None = None,
) -> None:
    """Keep what a person chose for themselves: how they are called, how large things are, which language, how old."""
    given = {"nickname": nickname, "elder_mode": elder_mode, "language": language, "age_band": age_band}
    changed = {name: value for name, value in given.items() if value is not None}
    for name, value in changed.items():
        setattr(person, name, value)
    person.save(update_fields=list(changed))
