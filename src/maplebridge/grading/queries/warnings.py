"""Reads of early warning: what is going on, what similar ones turned out to be, how good warnings have been."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from maplebridge.grading.domain import watching
from maplebridge.grading.domain.warnings import REASONS, Outcomes, Verdict
from maplebridge.grading.domain.watching import Going, Night, Pieces
from maplebridge.grading.models import Area, EarlyWarning, WatchRun
from maplebridge.kernel.geo import Point, distance_m
from maplebridge.matters import queries as matters
from maplebridge.places import queries as places
from maplebridge.places.domain.codes import Level

State = EarlyWarning.State
QUIET = timedelta(days=14)  # what comes back within these is the same warning
NIGHTLY_AT = 4  # the hour of the town, after what is old was deleted
RETRY = timedelta(hours=1)
LEARNED_FROM = timedelta(days=365)
MOST_SIMILAR = 5
MOST_LISTED = 60
OPEN = (State.NEW, State.WATCHED, State.CONFIRMED)
REAL = REASONS[Verdict.CONFIRMED]


def warnings() -> QuerySet[EarlyWarning]:
    return EarlyWarning.objects.select_related("run", "last_run", "area", "decided_by")


def get_warning(warning_id: int) -> EarlyWarning | None:
    return warnings().filter(pk=warning_id).first()


def open_warnings() -> list[EarlyWarning]:
    """Return what is going on: new ones first, then the rarest."""
    order = {State.NEW: 0, State.WATCHED: 1, State.CONFIRMED: 2}
    found = warnings().filter(state__in=OPEN)
    return sorted(found, key=lambda one: (order[State(one.state)], -one.recurrence_days, -one.pk))


def past_warnings() -> list[EarlyWarning]:
    return list(warnings().exclude(state__in=OPEN).order_by("-ends_on", "-pk")[:MOST_LISTED])


def similar_past(one: EarlyWarning) -> list[EarlyWarning]:
    """Return decided warnings of the same first level of categories: those near by or of the same area first."""
    first = one.category.partition("-")[0]
    found = (
        warnings()
        .filter(Q(category=first) | Q(category__startswith=f"{first}-"))
        .exclude(pk=one.pk)
        .exclude(reason="")
        .order_by("-pk")[:MOST_LISTED]
    )
    return sorted(found, key=lambda other: not _near(one, other))[:MOST_SIMILAR]


def _near(one: EarlyWarning, other: EarlyWarning) -> bool:
    if one.area_id is not None and one.area_id == other.area_id:
        return True
    here, there = center_of(one), center_of(other)
    if here is None or there is None:
        return False
    return distance_m(here, there) <= watching.RADIUS_M


def center_of(one: EarlyWarning) -> Point | None:
    return Point(one.lon, one.lat) if one.lon is not None and one.lat is not None else None


def grid_of(one: EarlyWarning) -> str:
    """Return the name of the grid in whose ground a circle's middle lies; without a map, of most of its matters."""
    if one.lon is None or one.lat is None:
        return ""
    grid_id = places.grid_at(one.lon, one.lat) or matters.grid_of_most(one.matters)
    return places.grid_facts(grid_id).name if grid_id is not None else ""


def doorstep_grid(grid_id: int | None) -> int | None:
    """Return the grid of the doorstep's level that something lies in; above it, it lies in none."""
    chain = places.grid_facts(grid_id).chain if grid_id is not None else ()
    return next((one for one in chain if places.grid_facts(one).level == Level.GRID), None)


def grids_behind(one: EarlyWarning) -> list[int]:
    """Return the grids to go to because of a warning: those of its shape, else those where its matters happened."""
    if one.pieces_are == Pieces.GRIDS:
        return list(one.pieces)
    happened = {doorstep_grid(grid_id) for grid_id in matters.grids_of(one.matters)}
    return sorted(grid_id for grid_id in happened if grid_id is not None)


def names_of_pieces(one: EarlyWarning) -> list[str]:
    """Return the names of what a shape is made of."""
    if one.pieces_are == Pieces.GRIDS:
        return [places.grid_facts(id).name for id in one.pieces]
    return list(Area.objects.filter(pk__in=one.pieces).order_by("code").values_list("name", flat=True))


def shape_of(one: EarlyWarning) -> dict[str, Any] | None:
    """Return the ground that a warning is about as GeoJSON, where it is no circle and its borders are known."""
    if one.pieces_are == Pieces.GRIDS:
        borders = list(places.borders_of(one.pieces).values())
    else:
        areas = [*one.pieces, *([one.area_id] if one.area_id else [])]
        drawn = Area.objects.filter(pk__in=areas, boundary__isnull=False)
        borders = [each.boundary for each in drawn if each.boundary is not None]
    features = [{"type": "Feature", "properties": {}, "geometry": each} for each in borders]
    return {"type": "FeatureCollection", "features": features} if features else None


def going_on(detectors: Iterable[str], now: datetime) -> list[Going]:
    """Return the warnings that a new look may find again, the latest first."""
    found = EarlyWarning.objects.filter(
        Q(state__in=OPEN) | Q(last_run__up_to__gte=now - QUIET), detector__in=list(detectors)
    ).order_by("-pk")
    return [
        Going(
            one.pk,
            one.detector,
            one.category,
            one.area_id,
            center_of(one),
            one.radius_m,
            frozenset(one.matters),
        )
        for one in found
    ]


def last_run(*, hourly: bool | None = None) -> WatchRun | None:
    """Return the last look that was finished."""
    runs = WatchRun.objects.filter(failure="")
    if hourly is not None:
        runs = runs.filter(hourly=hourly)
    return runs.order_by("-looked_at", "-pk").first()


def last_failure() -> WatchRun | None:
    """Return the latest look where it failed and none has succeeded since."""
    latest = WatchRun.objects.order_by("-looked_at", "-pk").first()
    return latest if latest is not None and latest.failure else None


def night_before(now: datetime) -> datetime:
    """Return the last midnight of the town after which its nightly look is due."""
    local = timezone.localtime(now)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight if local.hour >= NIGHTLY_AT else midnight - timedelta(days=1)


def look_due(now: datetime) -> str:
    """Return which look is due, "nightly" or "hourly", or nothing. What failed is tried again after an hour.

    A town whose ordinary weeks nobody knows yet is not looked at: nothing could be told.
    """
    today = matters.local_day(now)
    if too_young(first_look_on(today), today):
        return ""
    if WatchRun.objects.exclude(failure="").filter(looked_at__gt=now - RETRY).exists():
        return ""
    nightly = last_run(hourly=False)
    if nightly is None or nightly.up_to < night_before(now):
        return "nightly"
    hourly = last_run(hourly=True)
    this_hour = now.replace(minute=0, second=0, microsecond=0)
    return "hourly" if hourly is None or hourly.up_to < this_hour else ""


def first_look_on(today: date) -> date | None:
    """Return from which day on there is enough history to see what is unusual; None before the first matter."""
    first = matters.first_raised()
    if first is None:
        return None
    return max(matters.local_day(first) + timedelta(days=watching.LEAST_DAYS + 1), today)


def too_young(first_look: date | None, today: date) -> bool:
    """Say whether there is too little history yet for the first look at what is unusual."""
    return first_look is None or first_look > today


def past_nights(now: datetime) -> list[Night]:
    """Return what the looks of the last year found, day by day: what strictness is learned from."""
    runs = WatchRun.objects.filter(failure="", series__gt=0, looked_at__gte=now - LEARNED_FROM)
    return [
        Night(
            timezone.localtime(looked_at).toordinal(),
            tuple((detector, days, frozenset(ids)) for detector, days, ids in signals),
        )
        for looked_at, signals in runs.values_list("looked_at", "signals")
    ]


def confirmed_matters() -> list[frozenset[int]]:
    """Return the matters behind each warning that was true."""
    return [
        frozenset(ids)
        for ids in EarlyWarning.objects.filter(reason__in=REAL).values_list("matters", flat=True)
    ]


def outcomes(since: datetime) -> Outcomes:
    """Count what became of the warnings first told since a moment."""
    told = list(EarlyWarning.objects.filter(run__looked_at__gte=since).select_related("run"))
    real = [one for one in told if one.reason in REAL]
    delays = []
    for one in real:
        first = matters.first_raised(one.matters)
        if first is not None:
            delays.append(max((one.run.looked_at - first) / timedelta(days=1), 0.0))
    dismissed = sum(one.state == State.DISMISSED for one in told)
    return Outcomes(len(told), len(real), dismissed, delays)
