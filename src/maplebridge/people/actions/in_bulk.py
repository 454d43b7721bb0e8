"""Many people at once, for towns that come whole: the same rules as one by one, in far fewer statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.hashers import make_password

from maplebridge.people.domain.roles import Role, TeamRole
from maplebridge.people.models import Account, Person, Posting
from maplebridge.people.queries import phone_digest, phone_tail_digest
from maplebridge.platform.audit import action
from maplebridge.platform.freshness import forget

BATCH = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class NewPerson:
    """Somebody to be recorded together with many others."""

    nickname: str
    name: str = ""
    phone: str = ""
    building_id: int | None = None
    entrance_id: int | None = None
    room: str = ""
    age_band: str = ""
    elder_mode: bool = False
    language: str = "zh-hans"
    consented_at: datetime | None = None
    consent_version: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewPosting:
    """A role on a piece of ground or in an agency, to be given together with many others."""

    person_id: int
    role: Role
    starts_on: date
    ends_on: date | None = None
    team_role: TeamRole | None = None
    grid_id: int | None = None
    sector_id: int | None = None
    beat_id: int | None = None
    building_id: int | None = None
    agency_id: int | None = None


@action
def enrol_many(*, people: Sequence[NewPerson], now: datetime) -> list[int]:
    """Record many people, none of them known yet, and return their ids in the same order."""
    made = Person.objects.bulk_create(
        (
            Person(
                nickname=one.nickname,
                name=one.name,
                phone=one.phone,
                phone_digest=phone_digest(one.phone) if one.phone else None,
                phone_tail_digest=phone_tail_digest(one.phone[-4:]) if one.phone else "",
                building_id=one.building_id,
                entrance_id=one.entrance_id,
                room=one.room,
                age_band=one.age_band,
                elder_mode=one.elder_mode,
                language=one.language,
                consented_at=one.consented_at,
                consent_version=one.consent_version,
                made_at=now,
            )
            for one in people
        ),
        batch_size=BATCH,
    )
    return [one.pk for one in made]


@action
def post_many(*, postings: Sequence[NewPosting]) -> None:
    """Give many people their roles."""
    Posting.objects.bulk_create(
        (
            Posting(
                person_id=one.person_id,
                role=one.role,
                team_role=one.team_role or "",
                grid_id=one.grid_id,
                sector_id=one.sector_id,
                beat_id=one.beat_id,
                building_id=one.building_id,
                agency_id=one.agency_id,
                starts_on=one.starts_on,
                ends_on=one.ends_on,
            )
            for one in postings
        ),
        batch_size=BATCH,
    )
    forget()


@action
def open_many_accounts(*, accounts: Sequence[tuple[int, str]], password: str | None) -> None:
    """Give many people, as (person, user name), accounts with one password, hashed only once, or with none."""
    hashed = make_password(password)
    Account.objects.bulk_create(
        (
            Account(person_id=person_id, username=username, password=hashed)
            for person_id, username in accounts
        ),
        batch_size=BATCH,
    )
