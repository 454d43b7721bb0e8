"""What was raised, where and when, for whoever watches for what is unusual: never anything confidential."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, F, Min, Q
from django.db.models.functions import Coalesce

from maplebridge.matters.domain.workflow import Outcome
from maplebridge.matters.models import Matter, SpecialDay

OPEN_MATTERS = Q(confidential=False, category__confidential=False)


@dataclass(frozen=True, slots=True)
class Raised:
    """A matter as it is counted: no words, nobody's name; the point is its own, or its building's."""

    matter_id: int
    category: str
    severity: int
    raised_at: datetime
    grid_id: int | None
    lon: float | None
    lat: float | None


def raised_between(since: datetime, until: datetime) -> list[Raised]:
    """Return the sorted matters raised from a moment to another, the earliest first.

    What was withdrawn or joined to another is left out: ten neighbors who report one leak are one matter.
    """
    found = (
        Matter.objects.filter(OPEN_MATTERS, raised_at__gte=since, raised_at__lt=until, merged_into=None)
        .exclude(outcome__in=[Outcome.WITHDRAWN, Outcome.DUPLICATE])
        .annotate(at_lon=Coalesce("lon", "building__lon"), at_lat=Coalesce("lat", "building__lat"))
        .order_by("raised_at", "pk")
    )
    rows = found.values_list(
        "pk", F("category__code"), "severity", "raised_at", "grid_id", "at_lon", "at_lat"
    )
    return [Raised(*row) for row in rows.iterator(chunk_size=5000)]


def first_raised(ids: Collection[int] | None = None) -> datetime | None:
    """Return when the first of these matters was raised, or the first of all."""
    matters = Matter.objects.filter(OPEN_MATTERS)
    if ids is not None:
        matters = matters.filter(pk__in=list(ids))
    first: datetime | None = matters.aggregate(first=Min("raised_at"))["first"]
    return first


def grid_of_most(ids: Collection[int]) -> int | None:
    """Return the grid in which most of these matters are."""
    found = Matter.objects.filter(OPEN_MATTERS, pk__in=list(ids)).exclude(grid=None).order_by()
    counted = found.values_list("grid").annotate(n=Count("pk")).order_by("-n", "grid")
    return counted.values_list("grid", flat=True).first()


def grids_of(ids: Collection[int]) -> set[int]:
    """Return the grids in which some of these matters are."""
    found = Matter.objects.filter(OPEN_MATTERS, pk__in=list(ids)).exclude(grid=None).order_by()
    return set(found.values_list("grid_id", flat=True))


def special_days_between(first: date, last: date) -> dict[date, bool]:
    """Return the special days from a day to a day, with whether people work."""
    return dict(SpecialDay.objects.filter(day__range=(first, last)).values_list("day", "works"))
