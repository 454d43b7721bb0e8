"""Reads of areas: which are in force, their ground, who lives there, what follows what."""

from collections.abc import Collection
from datetime import date

import numpy as np
from django.db.models import F, Q, QuerySet

from maplebridge.grading.domain.areas import AreaKind
from maplebridge.grading.domain.boundaries import Succession as Follows
from maplebridge.grading.domain.neighbors import neighbors_of
from maplebridge.grading.domain.watching import LEAST_AREAS, Ground
from maplebridge.grading.models import Area, Population, Succession
from maplebridge.kernel.periods import Month
from maplebridge.kernel.polygons import inner_point, read_polygon
from maplebridge.places import queries as places


def areas_on(kind: str, on: date) -> QuerySet[Area]:
    """Return the areas of a kind that are in force on a day, in the order of their codes."""
    in_force = Q(valid_to=None) | Q(valid_to__gt=on)
    return Area.objects.filter(in_force, kind=kind, valid_from__lte=on).order_by("code")


def grounds_of(area: Area) -> frozenset[int]:
    """Return the grids that an area covers, those below included."""
    if area.beat_id is not None:
        return places.with_descendants(places.grids_of_beat(area.beat_id))
    return places.with_descendants(area.grids.values_list("pk", flat=True))


def populations_on(area_ids: Collection[int], of: str, on: date) -> dict[int, Population]:
    """Return for each area the latest count of what an indicator divides by, up to a day."""
    latest = (
        Population.objects.filter(area_id__in=area_ids, of=of, as_of__lte=on)
        .order_by("area_id", "-as_of")
        .distinct("area_id")
    )
    return {one.area_id: one for one in latest}


def area_with_code(code: str) -> Area | None:
    """Return the area in force with this code; beats are not public and not found here."""
    return Area.objects.filter(code=code, valid_to=None).exclude(kind=AreaKind.BEAT).first()


def population_dates(kind: str, of: str, on: date) -> tuple[date, date] | None:
    """Return the first and the last day on which those were counted whom rates are for, as they are in force."""
    counted = populations_on(areas_on(kind, on).values_list("pk", flat=True), of, on).values()
    days = sorted(one.as_of for one in counted)
    return (days[0], days[-1]) if days else None


def ground_on(on: date) -> Ground | None:
    """Return the areas as a scan of neighborhoods sees them; None where too few are known by border and grids."""
    drawn = areas_on(AreaKind.STATION, on).exclude(boundary=None).exclude(grids=None).distinct()
    areas = list(drawn)
    if len(areas) < LEAST_AREAS:
        return None
    near = neighbors_of([one.boundary for one in areas])
    middles = [inner_point(read_polygon(one.boundary or {})) for one in areas]
    return Ground(
        areas=tuple(one.pk for one in areas),
        middles=np.array([(one.lon, one.lat) for one in middles]),
        neighbors=tuple(
            tuple(int(place) for place in near.indices[near.indptr[row] : near.indptr[row + 1]])
            for row in range(len(areas))
        ),
    )


def successions_until(kind: str, month: Month) -> list[Follows]:
    rows = Succession.objects.filter(before__kind=kind, since__lte=month.first)
    return [Follows(one.before_id, one.after_id, one.share, Month.of(one.since)) for one in rows]


def areas_by_name(kind: str) -> dict[str, int]:
    """Return all areas there ever were by what a spreadsheet may call them: code or name; those in force first."""
    named: dict[str, int] = {}
    for area in Area.objects.filter(kind=kind).order_by(F("valid_to").desc(nulls_first=True)):
        named.setdefault(area.code, area.pk)
        named.setdefault(area.name, area.pk)
    return named


def area_names(kind: str) -> dict[int, str]:
    return dict(Area.objects.filter(kind=kind).values_list("pk", "name"))
