"""Reads of areas: which are in force, their ground, who lives there, what follows what."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db.models import F, Max, Q, QuerySet

from maplebridge.grading.domain.areas import AreaKind
from maplebridge.grading.domain.areas_file import AREAS, KIND_NAMES, Existing, Known
from maplebridge.grading.domain.boundaries import Succession as Follows
from maplebridge.grading.domain.neighbors import neighbors_of
from maplebridge.grading.domain.watching import LEAST_AREAS, MOST_AREAS, Ground, Pieces
from maplebridge.grading.models import Area, GradingMonth, Population, Succession
from maplebridge.kernel.periods import Month
from maplebridge.kernel.polygons import inner_point, read_polygon
from maplebridge.places import queries as places
from maplebridge.places.domain.codes import Level
from maplebridge.places.domain.importing import Sheet, Values


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
    """Return what a scan of neighborhoods looks at: stations known by border and grids, else the town's own grids.

    None where both are too few for a shape, or too many for a night.
    """
    stations = areas_on(AreaKind.STATION, on).exclude(boundary=None).exclude(grids=None).distinct()
    borders = {one.pk: one.boundary or {} for one in stations}
    if len(borders) >= LEAST_AREAS:
        return _ground(borders, Pieces.AREAS)
    borders = places.borders_of_grids(Level.GRID, on)
    return _ground(borders, Pieces.GRIDS) if LEAST_AREAS <= len(borders) <= MOST_AREAS else None


def _ground(borders: Mapping[int, dict[str, Any]], pieces: Pieces) -> Ground:
    near = neighbors_of(list(borders.values()))
    middles = [inner_point(read_polygon(one)) for one in borders.values()]
    return Ground(
        areas=tuple(borders),
        middles=np.array([(one.lon, one.lat) for one in middles]),
        neighbors=tuple(
            tuple(int(place) for place in near.indices[near.indptr[row] : near.indptr[row + 1]])
            for row in range(len(borders))
        ),
        pieces=pieces,
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


def area_names(kind: str) -> dict[int, tuple[str, str]]:
    """Return the Chinese and the English name of every area, ended ones too."""
    named = Area.objects.filter(kind=kind).values_list("pk", "name", "name_en")
    return {id: (chinese, english) for id, chinese, english in named}


@dataclass(frozen=True, slots=True)
class Listed:
    """An area as those who lay out areas see it: who lives there, and what follows it."""

    area: Area
    residents: float | None
    successors: tuple[Area, ...]


def areas_listed(kind: str, on: date) -> list[Listed]:
    """Return the areas of a kind that have not ended, those that only begin later included."""
    areas = list(
        Area.objects.filter(Q(valid_to=None) | Q(valid_to__gt=on), kind=kind)
        .select_related("parent")
        .order_by("code")
    )
    counted = populations_on([one.pk for one in areas], "residents", on)
    successors: dict[int, list[Area]] = {}
    for one in Succession.objects.filter(before__in=areas).select_related("after").order_by("after__code"):
        successors.setdefault(one.before_id, []).append(one.after)
    return [
        Listed(one, counted[one.pk].number if one.pk in counted else None, tuple(successors.get(one.pk, ())))
        for one in areas
    ]


def existing_areas(on: date) -> Existing:
    """Return what a file of areas or successions is checked against."""
    ground = places.grounds_by_code(on)
    follows = Succession.objects.values_list("before__kind", "before__code", "after__code", "since", "share")
    graded = GradingMonth.objects.filter(method__isnull=False).values_list("kind").annotate(Max("month"))
    return Existing(
        areas={
            (kind, code): Known(name, start)
            for kind, code, name, start in Area.objects.filter(valid_to=None).values_list(
                "kind", "code", "name", "valid_from"
            )
        },
        ground={"grids": ground["grid"], "sectors": ground["sector"], "beats": ground["beat"]},
        successions={
            (kind, before, after, Month.of(since)): share for kind, before, after, since, share in follows
        },
        graded={kind: Month.of(last) for kind, last in graded},
    )


def file_rows(sheet: Sheet, *, chinese: bool) -> Iterator[Values]:
    """Yield the areas in force, or all successions, as a file has them that is read again."""
    rows = _area_rows() if sheet is AREAS else _succession_rows()
    for values in rows:
        yield values | {"kind": KIND_NAMES[values["kind"]] if chinese else values["kind"].value}


def _area_rows() -> Iterator[Values]:
    areas = Area.objects.filter(valid_to=None).order_by("-kind", "code").select_related("parent", "beat")
    for one in areas.prefetch_related("grids").iterator(chunk_size=1_000):
        yield {
            "kind": AreaKind(one.kind),
            "code": one.code,
            "name": one.name,
            "name_en": one.name_en,
            "parent": one.parent.code if one.parent else None,
            "valid_from": one.valid_from,
            "grids": sorted(grid.code for grid in one.grids.all()),
            "beat": one.beat.code if one.beat else None,
            "boundary": one.boundary,
            "crs": "WGS-84" if one.boundary else None,
        }


def _succession_rows() -> Iterator[dict[str, Any]]:
    for one in Succession.objects.select_related("before", "after").order_by("since", "pk"):
        yield {
            "kind": AreaKind(one.before.kind),
            "before": one.before.code,
            "after": one.after.code,
            "share": f"{one.share:.12g}",
            "since": Month.of(one.since),
        }
