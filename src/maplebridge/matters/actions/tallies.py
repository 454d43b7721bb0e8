"""Adding up a month, so that statistics of a million matters open at once. Running twice changes nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from maplebridge.kernel.periods import Month
from maplebridge.matters.domain.rates import Case, Counts, Said, count, was_followed
from maplebridge.matters.domain.workflow import ClosedAs, Outcome, State
from maplebridge.matters.models import CallOut, Category, Entry, Feedback, Matter, Tally
from maplebridge.matters.queries import categories_by_id, town_zone
from maplebridge.places import queries as places
from maplebridge.platform import locks

FETCHED = 5_000
Key = tuple[int | None, str, str]

FIELDS = (
    "id",
    "origin",
    "category_id",
    "grid_id",
    "community_id",
    "estate_id",
    "state",
    "raised_at",
    "respond_by",
    "answered_at",
    "closed_at",
    "resolved_at",
    "closed_as",
)


def refresh_month(*, month: Month, now: datetime) -> int:
    """Add up the matters raised in a month. Return how many they are. What is confidential is not counted."""
    sums: dict[Key, Counts] = {(None, Tally.Of.ALL.value, ""): Counts()}  # also says that it was added up
    agencies, said, later = _lead_agencies(month), _said(month), _told_later(month)
    because = _because(month)
    raised = 0
    for row in _matters(month).values(*FIELDS).iterator(FETCHED):
        counts = count(_case(row, said.get(row["id"], [])), now) + _proactive(row, later)
        raised += 1
        for key in _keys(row, agencies.get(row["id"]), because.get(row["id"])):
            sums[key] = sums.get(key, Counts()) + counts
    with transaction.atomic():
        # Two workers may add up the same month.
        locks.wait_for(locks.TALLYING, month.year * 12 + month.number)
        Tally.objects.filter(month=month.first).delete()
        Tally.objects.bulk_create(
            Tally(month=month.first, grid_id=grid, of=of, key=key, counts=_nonzero(counts), as_of=now)
            for (grid, of, key), counts in sorted(sums.items(), key=lambda one: (one[0][0] or 0, one[0][1:]))
        )
    return raised


def _matters(month: Month) -> Any:
    span = month.interval(town_zone())
    return Matter.objects.filter(raised_at__gte=span.start, raised_at__lt=span.end, confidential=False)


def _case(row: dict[str, Any], said: list[Said]) -> Case:
    return Case(
        raised_at=row["raised_at"],
        respond_by=row["respond_by"],
        answered_at=row["answered_at"],
        ended_at=row["closed_at"],
        has_result=row["resolved_at"] is not None,
        set_aside=row["state"] == State.MERGED
        or row["closed_as"] in (ClosedAs.WITHDRAWN, ClosedAs.DUPLICATE),
        said=said,
    )


def _said(month: Month) -> dict[int, list[Said]]:
    rows = Feedback.objects.filter(matter__in=_matters(month)).values_list(
        "matter_id", "round", "solved", "satisfaction"
    )
    found: dict[int, list[Said]] = {}
    for matter_id, round, solved, satisfaction in rows.iterator(FETCHED):
        found.setdefault(matter_id, []).append(Said(round, solved, satisfaction))
    return found


def _lead_agencies(month: Month) -> dict[int, int]:
    orders = CallOut.objects.filter(matter__in=_matters(month), lead=True, agency__isnull=False)
    return dict(orders.order_by("id").values_list("matter_id", "agency_id").iterator(FETCHED))


def _because(month: Month) -> dict[int, str]:
    """Return why what is not feasible is not, as the last result of each matter says."""
    results = Entry.objects.filter(
        matter__in=_matters(month).filter(outcome=Outcome.NOT_FEASIBLE), deed="resolved"
    )
    return dict(results.order_by("id").values_list("matter_id", "facts__because").iterator(FETCHED))


def _told_later(month: Month) -> dict[tuple[object, ...], list[datetime]]:
    """Return when residents complained about what, where: in this month and long enough after it."""
    span = month.interval(town_zone())
    longest = max((one.similar_days for one in categories_by_id().values()), default=0)
    rows = Matter.objects.filter(
        raised_at__gte=span.start, raised_at__lt=span.end + timedelta(days=longest), confidential=False
    ).exclude(origin=Matter.Origin.PROACTIVE)
    found: dict[tuple[object, ...], list[datetime]] = {}
    for row in rows.values("category_id", "estate_id", "grid_id", "raised_at").iterator(FETCHED):
        if (thing := _thing(row)) is not None:
            found.setdefault(thing, []).append(row["raised_at"])
    return found


def _thing(row: Mapping[str, Any]) -> tuple[object, ...] | None:
    """Return what a matter is about and where: of the same kind in the same estate, or else in the same grid."""
    if row["category_id"] is None:
        return None
    place = ("estate", row["estate_id"]) if row["estate_id"] else ("grid", row["grid_id"])
    return (row["category_id"], *place) if place[1] is not None else None


def _proactive(row: dict[str, Any], later: dict[tuple[object, ...], list[datetime]]) -> Counts:
    if row["origin"] != Matter.Origin.PROACTIVE:
        return Counts()
    category = categories_by_id().get(row["category_id"] or 0)
    within = timedelta(days=category.similar_days if category else 0)
    thing = _thing(row)
    followed = was_followed(row["raised_at"], later.get(thing, []) if thing else [], within)
    return Counts(proactive=1, followed=int(followed))


def _keys(row: dict[str, Any], agency_id: int | None, because: str | None) -> Iterator[Key]:
    grid_id = _second_level(row["grid_id"])
    yield grid_id, Tally.Of.ALL, ""
    yield grid_id, Tally.Of.CATEGORY, _branch(categories_by_id().get(row["category_id"] or 0))
    if agency_id is not None:
        yield grid_id, Tally.Of.AGENCY, str(agency_id)
    if because:
        yield grid_id, Tally.Of.BECAUSE, because


def _second_level(grid_id: int | None) -> int | None:
    """Return the grid of the second level: below it numbers are too small to be told."""
    known = places.grids()
    facts = known.get(grid_id or 0)
    return facts.parent_id if facts is not None and facts.level == 1 else grid_id


def _branch(category: Category | None) -> str:
    return category.code.partition("-")[0] if category else ""


def _nonzero(counts: Counts) -> dict[str, int]:
    return {name: value for name, value in asdict(counts).items() if value}
