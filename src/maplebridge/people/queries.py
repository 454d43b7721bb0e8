"""Who people are to each other and to the ground: postings, chiefs, standing. Personal data is read by `reveal`."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import connection
from django.db.models import Prefetch, Q, QuerySet

from maplebridge.kernel.text import comparable, redact
from maplebridge.people.data import agency_kinds
from maplebridge.people.domain.importing import GROUND, SHEETS, key_of, row_of
from maplebridge.people.domain.phones import BadPhone, masked, read_phone
from maplebridge.people.domain.roles import Role
from maplebridge.people.domain.standing import NOBODY, Standing
from maplebridge.people.models import (
    Account,
    Agency,
    OneTimeCode,
    PeopleImport,
    Person,
    Posting,
    Reading,
    SecondFactor,
    SecondFactorReset,
)
from maplebridge.places import queries as places
from maplebridge.platform.fields import keyed_digest
from maplebridge.platform.freshness import fresh_for

FRESH_S = 5.0


def _in_force(on: date, start: str = "starts_on", end: str = "ends_on") -> Q:
    return Q(**{f"{start}__lte": on}) & (Q(**{end: None}) | Q(**{f"{end}__gt": on}))


def postings_on(on: date) -> QuerySet[Posting]:
    return Posting.objects.filter(_in_force(on))


def standing_of(person_id: int | None, on: date) -> Standing:
    """Return the rights of a person on a day, from the postings in force."""
    if person_id is None:
        return NOBODY
    postings = list(postings_on(on).filter(person_id=person_id))
    by_role: dict[Role, frozenset[int]] = {}
    for posting in postings:
        role = Role(posting.role)
        by_role[role] = by_role.get(role, frozenset()) | _ground_of(posting)
    return Standing(
        person_id=person_id,
        roles=frozenset(by_role),
        grids=frozenset().union(*by_role.values()) if by_role else frozenset(),
        grids_by_role=tuple(by_role.items()),
        agencies=frozenset(one.agency_id for one in postings if one.agency_id),
        sectors=frozenset(one.sector_id for one in postings if one.sector_id),
        chief_levels=tuple(
            (places.grid_facts(one.grid_id).level, one.grid_id)
            for one in postings
            if one.role == Role.GRID_CHIEF and one.grid_id
        ),
    )


def _ground_of(posting: Posting) -> frozenset[int]:
    if posting.grid_id:
        return places.with_descendants([posting.grid_id])
    if posting.sector_id:
        return places.with_descendants(places.grids_of_sector(posting.sector_id))
    if posting.beat_id:
        return places.with_descendants(places.grids_of_beat(posting.beat_id))
    if posting.building_id:
        return frozenset({places.get_building(posting.building_id).grid_id})
    return frozenset()


@fresh_for(FRESH_S)
def chiefs_on(on: date) -> dict[int, int]:
    """Return for each grid the person who is its chief on a day; the latest posting where there are several."""
    rows = (
        postings_on(on)
        .filter(role=Role.GRID_CHIEF)
        .order_by("starts_on", "id")
        .values_list("grid_id", "person_id")
    )
    return {grid_id: person_id for grid_id, person_id in rows if grid_id}


def chain_of_chiefs(grid_id: int, on: date) -> list[tuple[int, int]]:
    """Return (level, person) of the chiefs of a grid and of all grids above it, from the doorstep upward."""
    chiefs, facts = chiefs_on(on), places.grids()
    chain = places.grid_facts(grid_id).chain
    return [
        (facts[one].level if one in facts else places.grid_facts(one).level, chiefs[one])
        for one in chain
        if one in chiefs
    ]


@fresh_for(FRESH_S)
def holders_of(role: Role, on: date) -> tuple[int, ...]:
    """Return the persons who hold a role anywhere, in the order of their posting."""
    rows = postings_on(on).filter(role=role).order_by("id").values_list("person_id", flat=True)
    return tuple(dict.fromkeys(rows))


def administrating(on: date) -> QuerySet[Posting]:
    """Return the postings of administrators who can sign in and have no last day."""
    return postings_on(on).filter(role=Role.ADMINISTRATOR, ends_on=None, person__account__is_active=True)


def holders_over(role: Role, grid_id: int, on: date, *, team_role: str = "") -> list[int]:
    """Return the persons who hold a role on a grid or on ground above it, the nearest first."""
    chain = list(places.grid_facts(grid_id).chain)
    postings = postings_on(on).filter(role=role, grid_id__in=chain)
    if team_role:
        postings = postings.filter(team_role=team_role)
    rows = sorted(
        postings.values_list("grid_id", "id", "person_id"), key=lambda row: (chain.index(row[0]), row[1])
    )
    return list(dict.fromkeys(person_id for _, _, person_id in rows))


@fresh_for(FRESH_S)
def _agencies(on: date) -> tuple[tuple[int, str, frozenset[int], frozenset[int]], ...]:
    rows = Agency.objects.filter(_in_force(on, "valid_from", "valid_to")).order_by("id")
    return tuple(
        (
            one.pk,
            one.kind,
            frozenset(grid.pk for grid in one.grids.all()),
            frozenset(estate.pk for estate in one.estates.all()),
        )
        for one in rows.prefetch_related("grids", "estates")
    )


def agency_for(kind: str, on: date, *, grid_id: int | None, estate_id: int | None = None) -> int | None:
    """Return the agency of a kind for a place: that of the estate, of the nearest grid, of the town."""
    of_kind = [one for one in _agencies(on) if one[1] == kind]
    for id, _, _, estates in of_kind:
        if estate_id is not None and estate_id in estates:
            return id
    chain = places.grid_facts(grid_id).chain if grid_id is not None else ()
    for grid in chain:
        for id, _, grids, _ in of_kind:
            if grid in grids:
                return id
    return next((id for id, _, grids, estates in of_kind if not grids and not estates), None)


def get_agency(agency_id: int) -> Agency:
    return Agency.objects.get(pk=agency_id)


def agencies(on: date) -> QuerySet[Agency]:
    return Agency.objects.filter(_in_force(on, "valid_from", "valid_to")).order_by("kind", "name")


def clerks_of(agency_id: int, on: date) -> list[int]:
    return list(
        postings_on(on)
        .filter(role=Role.AGENCY_CLERK, agency_id=agency_id)
        .values_list("person_id", flat=True)
    )


def get_person(person_id: int) -> Person:
    return Person.objects.select_related("building__estate").get(pk=person_id)


@dataclass(frozen=True, slots=True)
class Home:
    """Where somebody lives."""

    building_id: int
    estate_id: int | None
    grid_id: int


def home_of(person_id: int) -> Home | None:
    """Return where somebody lives, without reading anything else of them; None where that is not known."""
    with connection.cursor() as cursor:  # asked for every message that comes in
        cursor.execute(
            "SELECT home.id, home.estate_id, home.grid_id FROM people_person person"
            " JOIN places_building home ON home.id = person.building_id WHERE person.id = %s",
            [person_id],
        )
        row = cursor.fetchone()
    return Home(*row) if row else None


def persons(ids: Collection[int]) -> dict[int, Person]:
    """Return persons by id, for showing nicknames and buildings; names and phones need `actions.reveal`."""
    return {one.pk: one for one in Person.objects.filter(pk__in=ids).select_related("building__estate")}


def households_of(ids: Collection[int]) -> dict[int, str]:
    """Return a keyed digest of building and flat for each person whose flat is known: equal ones live together."""
    return {
        one.pk: keyed_digest(f"{one.building_id}:{comparable(one.room)}", use="household")
        for one in Person.objects.filter(pk__in=ids, building__isnull=False).only("building_id", "room")
        if one.room
    }


def residents_on(grid_ids: Collection[int]) -> list[int]:
    """Return who is enrolled as living on these grids and agreed to what is kept; their ids only."""
    living = Person.objects.filter(building__grid_id__in=grid_ids, erased_at=None, consented_at__isnull=False)
    return list(living.order_by("pk").values_list("pk", flat=True))


def living_in(building_ids: Collection[int]) -> list[int]:
    """Return who is enrolled as living in these buildings and agreed to what is kept; their ids only."""
    living = Person.objects.filter(building_id__in=building_ids, erased_at=None, consented_at__isnull=False)
    return list(living.order_by("pk").values_list("pk", flat=True))


def ages_of(person_ids: Collection[int]) -> dict[int, str]:
    """Return the age band of people where it is known; empty where it is not."""
    return dict(Person.objects.filter(pk__in=person_ids).values_list("pk", "age_band"))


def without_names(text: str, person_ids: Collection[int]) -> str:
    """Return a text as others may read it: what is personal hidden, and with it the names of these people."""
    return redact(text, [one.name for one in persons(person_ids).values()])


def person_by_phone(phone: str) -> Person | None:
    return Person.objects.filter(phone_digest=phone_digest(phone)).first()


def persons_by_phone_tail(tail: str) -> list[int]:
    """Return the persons whose phone ends in these four digits. Only for search inside one's own duty."""
    return list(Person.objects.filter(phone_tail_digest=phone_tail_digest(tail)).values_list("pk", flat=True))


def phone_digest(phone: str) -> str:
    return keyed_digest(phone, use="phone")


def phone_tail_digest(tail: str) -> str:
    return keyed_digest(tail, use="phone_tail")


def account_of(person_id: int) -> Account | None:
    return Account.objects.filter(person_id=person_id).first()


def readings_about(person_id: int) -> QuerySet[Reading]:
    return Reading.objects.filter(subject_id=person_id).select_related("reader").order_by("-read_at")


def role_names(person_ids: Iterable[int], on: date) -> dict[int, str]:
    """Return for each person the role that others see."""
    rank = {role.value: number for number, role in enumerate(Role)}
    found: dict[int, str] = {}
    for person_id, role in (
        postings_on(on).filter(person_id__in=list(person_ids)).values_list("person_id", "role")
    ):
        if person_id not in found or rank[role] < rank[found[person_id]]:
            found[person_id] = role
    return found


@dataclass(frozen=True, slots=True)
class WaitingCode:
    phone: str
    code: str


def waiting_code(code_id: int) -> WaitingCode | None:
    """Return a code that was not sent yet, or None where there is nothing left to send."""
    row = OneTimeCode.objects.filter(pk=code_id, used_at=None).exclude(waiting="").first()
    return WaitingCode(**json.loads(row.waiting)) if row else None


def get_account(account_id: int) -> Account | None:
    """Return an account that may sign in."""
    return Account.objects.filter(pk=account_id, is_active=True).select_related("person").first()


def has_second_factor(account: Account) -> bool:
    return bool(SecondFactor.objects.filter(user_id=account.pk, type=SecondFactor.Type.TOTP).exists())


def is_staff(person_id: int, on: date) -> bool:
    return postings_on(on).filter(person_id=person_id).exists()


def recovery_codes_of(account: Account) -> list[str]:
    """Return the recovery codes that were not used yet; they are shown once, right after they were made."""
    row = SecondFactor.objects.filter(user_id=account.pk, type=SecondFactor.Type.RECOVERY_CODES).first()
    return list(RecoveryCodes(row).get_unused_codes()) if row else []


def any_resident(on: date) -> Person | None:
    """Return somebody who lives here and works for nobody, the first who came."""
    working = postings_on(on).values("person_id")
    return (
        Person.objects.filter(building__isnull=False, erased_at=None, account__is_active=True)
        .exclude(pk__in=working)
        .select_related("building__estate")
        .order_by("pk")
        .first()
    )


def first_clerks(on: date, *, most: int) -> list[Posting]:
    """Return the first clerk of each of the first agencies."""
    clerks = postings_on(on).filter(role=Role.AGENCY_CLERK).select_related("person", "agency")
    first_of = {one.agency_id: one for one in clerks.order_by("agency_id", "-pk")}
    return list(first_of.values())[:most]


def first_posting(role: Role, on: date) -> Posting | None:
    """Return the first posting in a role, with the ground that it is for."""
    return (
        postings_on(on)
        .filter(role=role)
        .select_related("person", "grid", "sector", "beat", "building__estate", "agency")
        .order_by("pk")
        .first()
    )


def own_phone(person: Person) -> str:
    """Return somebody's number as it is shown to themselves; nobody else may be shown it by this."""
    return masked(person.phone) if person.phone else ""


def postings_of(person_id: int, on: date) -> list[Posting]:
    """Return the postings of a person in force, with their ground."""
    return list(_with_ground(postings_on(on).filter(person_id=person_id)))


def serving(grid_id: int, estate_ids: Collection[int], on: date) -> list[Posting]:
    """Return the postings in force of those who work for a place: on its ground, above or inside it, or for an agency
    that serves it."""
    chain = places.grid_facts(grid_id).chain
    inside = places.with_descendants([grid_id])
    agencies = Agency.objects.filter(
        Q(estates__in=estate_ids) | Q(grids__in=[*chain, *inside]) | Q(estates=None, grids=None)
    )
    on_ground = (
        Q(grid_id__in=[*chain, *inside])
        | Q(sector__grids__in=inside)
        | Q(beat__grids__in=inside)
        | Q(building__grid_id__in=inside)
    )
    found = postings_on(on).filter(on_ground | Q(agency__in=agencies.values("pk")), person__erased_at=None)
    return list(_with_ground(found).select_related("person").distinct())


def _with_ground(postings: QuerySet[Posting]) -> QuerySet[Posting]:
    return postings.select_related("grid__parent", "sector", "beat", "building__estate", "agency").order_by(
        "starts_on", "pk"
    )


def everything_about(person_id: int) -> dict[str, Any]:
    """Return all that this area keeps about a person, for that person."""
    person = get_person(person_id)
    personal = (
        "nickname",
        "name",
        "phone",
        "room",
        "age_band",
        "language",
        "elder_mode",
        "made_at",
        "consented_at",
    )
    account = account_of(person_id)
    return {
        "person": {name: getattr(person, name) for name in personal}
        | {"home": str(person.building) if person.building else None},
        "account": {"username": account.username, "last_sign_in": account.last_login} if account else None,
        "postings": list(
            Posting.objects.filter(person_id=person_id).values("role", "team_role", "starts_on", "ends_on")
        ),
        "readings": list(
            Reading.objects.filter(subject_id=person_id).values(
                "read_at", "fields", "purpose", "purpose_id", "basis"
            )
        ),
    }


NO_POSTING = "none"


def staff(
    on: date, *, words: str = "", role: str = "", ground: str = "", after: int = 0, most: int = 50
) -> list[Person]:
    """Return those who work here, by the order of their row; each with the postings in force in `in_force`."""
    current = postings_on(on)
    if role and role != NO_POSTING:
        current = current.filter(role=role)
    if ground:
        current = current.filter(_on_ground_called(ground))
    people = Person.objects.filter(erased_at=None, pk__gt=after).select_related("account")
    if role == NO_POSTING:
        people = _has_worked(people).exclude(pk__in=postings_on(on).values("person_id"))
    else:
        people = people.filter(pk__in=current.values("person_id"))
    if words:
        people = people.filter(
            Q(nickname__icontains=words)
            | Q(account__username__icontains=words)
            | Q(phone_digest=phone_digest(words))
        )
    in_force = Prefetch("postings", _with_ground(postings_on(on)), to_attr="in_force")
    return list(people.prefetch_related(in_force).order_by("pk")[:most])


def _on_ground_called(name: str) -> Q:
    columns = ("grid", "grid__parent", "sector", "beat", "building__estate", "agency")
    return Q.create([(f"{one}__name__icontains", name) for one in columns], connector=Q.OR)


def _has_worked(people: QuerySet[Person]) -> QuerySet[Person]:
    """Narrow to those who hold or held a posting, or were given a password."""
    with_password = Q(account__isnull=False) & ~Q(account__password__startswith=UNUSABLE_PASSWORD_PREFIX)
    return people.filter(with_password | Q(pk__in=Posting.objects.values("person_id")))


def staff_member(person_id: int) -> Person | None:
    """Return somebody who works or has worked here; residents are nobody's staff."""
    people = Person.objects.filter(pk=person_id, erased_at=None)
    return _has_worked(people).select_related("account").first()


def all_postings_of(person_id: int) -> list[Posting]:
    return list(_with_ground(Posting.objects.filter(person_id=person_id)).order_by("-starts_on", "-pk"))


def get_posting(posting_id: int) -> Posting | None:
    return Posting.objects.filter(pk=posting_id).select_related("person").first()


def open_reset(account: Account) -> SecondFactorReset | None:
    """Return the reset that waits for a second administrator."""
    return account.second_factor_resets.filter(settled_at=None).select_related("asked_by").first()


def find_agency(agency_id: int) -> Agency | None:
    return Agency.objects.filter(pk=agency_id).first()


def account_of_reset(reset_id: int) -> Account | None:
    return Account.objects.filter(second_factor_resets__pk=reset_id).first()


def agency_with_code(code: str) -> Agency | None:
    return Agency.objects.filter(code=code).first()


# -- sheets of staff, postings and agencies


def get_import(import_id: int) -> PeopleImport | None:
    return PeopleImport.objects.filter(pk=import_id).first()


def latest_imports(most: int = 10) -> list[PeopleImport]:
    return list(PeopleImport.objects.select_related("asked_by").order_by("-pk").defer("content")[:most])


def digits(cell: str | None) -> str:
    """Return a phone number of a cell, or nothing where it holds none."""
    try:
        return read_phone(cell or "", invented=True)
    except BadPhone:
        return ""


def posting_keys() -> dict[str, int]:
    """Return the ids of all postings by what a row of a file knows them by."""
    rows = Posting.objects.values_list("pk", *_POSTING_COLUMNS)
    return {posting_key(dict(zip(_POSTING_KEY, values, strict=True))): id for id, *values in rows}


def administrating_keys(on: date) -> list[str]:
    """Return by the same keys the postings of those who administer the town from a day on."""
    rows = administrating(on).values_list(*_POSTING_COLUMNS)
    return [posting_key(dict(zip(_POSTING_KEY, values, strict=True))) for values in rows]


def posting_key(values: Mapping[str, Any]) -> str:
    return key_of(SHEETS["postings"], dict(values))


_POSTING_KEY = SHEETS["postings"].key
_POSTING_COLUMNS = [
    "person__account__username" if name == "username" else f"{name}__code" if name in GROUND else name
    for name in _POSTING_KEY
]


def exported_staff() -> QuerySet[Account]:
    """Return the accounts of those who work or have worked here."""
    return Account.objects.filter(person__in=_has_worked(Person.objects.filter(erased_at=None)))


def rows_of(sheet: str, *, chinese: bool) -> Iterator[list[str]]:
    """Return a sheet as rows in the shape in which it is imported."""
    shape = SHEETS[sheet]
    for values in values_of(sheet):
        if sheet == "agencies" and values["kind"] in agency_kinds():
            zh, en = agency_kinds()[values["kind"]]
            values["kind"] = zh if chinese else en
        yield row_of(shape, values, chinese=chinese)


def values_of(sheet: str) -> Iterator[dict[str, Any]]:
    """Return the rows of a sheet by the keys of its columns."""
    return {"staff": _staff_values, "postings": _posting_values, "agencies": _agency_values}[sheet]()


def _staff_values() -> Iterator[dict[str, Any]]:
    for one in exported_staff().select_related("person").order_by("username").iterator():
        person = one.person
        yield {
            "username": one.username,
            "nickname": person.nickname,
            "name": person.name,
            "phone": person.phone,
        }


def _posting_values() -> Iterator[dict[str, Any]]:
    postings = Posting.objects.filter(person__account__isnull=False, person__erased_at=None)
    columns = [*_POSTING_COLUMNS, "team_role", "ends_on"]
    for values in postings.order_by("starts_on", "pk").values_list(*columns).iterator():
        yield dict(zip([*_POSTING_KEY, "team_role", "ends_on"], values, strict=True))


def _agency_values() -> Iterator[dict[str, Any]]:
    for one in Agency.objects.prefetch_related("grids", "estates").order_by("code"):
        columns = ("code", "name", "kind", "phone", "valid_from", "valid_to")
        yield {name: getattr(one, name) for name in columns} | {
            "grids": [grid.code for grid in one.grids.all()],
            "estates": [estate.code for estate in one.estates.all()],
        }
