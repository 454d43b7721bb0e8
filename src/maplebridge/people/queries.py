"""Who people are to each other and to the ground: postings, chiefs, standing. Personal data is read by `reveal`."""

from collections.abc import Collection, Iterable
from datetime import date

from django.db.models import Q, QuerySet

from maplebridge.people.domain.roles import Role
from maplebridge.people.domain.standing import NOBODY, Standing
from maplebridge.people.models import Account, Agency, Person, Posting, Reading
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


def persons(ids: Collection[int]) -> dict[int, Person]:
    """Return persons by id, for showing nicknames and buildings; names and phones need `actions.reveal`."""
    return {one.pk: one for one in Person.objects.filter(pk__in=ids).select_related("building__estate")}


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
