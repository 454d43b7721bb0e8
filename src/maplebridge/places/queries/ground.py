"""Grids over each other, sectors and beats laid over them, and what lies in them."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from maplebridge.kernel.text import id_in
from maplebridge.places.domain.codes import Level
from maplebridge.places.models import Beat, Building, Entrance, Estate, Grid, Sector
from maplebridge.platform.freshness import fresh_for

FRESH_S = 10.0
DRAWN_FRESH_S = 60.0  # boundaries and names take longer to make ready, and change more rarely


@dataclass(frozen=True, slots=True)
class GridFacts:
    """A grid and the chain above it, as ids."""

    id: int
    code: str
    name: str
    level: int
    parent_id: int | None
    community_id: int | None
    town_id: int | None
    county_id: int | None

    @property
    def chain(self) -> tuple[int, ...]:
        """Return the ids from this grid upward, without repeats."""
        ids = (self.id, self.parent_id, self.community_id, self.town_id, self.county_id)
        return tuple(dict.fromkeys(one for one in ids if one is not None))


_FACTS = tuple(field.name for field in fields(GridFacts))


@fresh_for(FRESH_S)
def grids() -> dict[int, GridFacts]:
    """Return all grids, also ended ones, by id."""
    return {row[0]: GridFacts(*row) for row in Grid.objects.values_list(*_FACTS)}


def borders_of_grids(level: Level, on: date) -> dict[int, dict[str, Any]]:
    """Return the borders of the grids of a level that are in force on a day, of those that are drawn."""
    there = Grid.objects.filter(Q(valid_to=None) | Q(valid_to__gt=on), level=level, valid_from__lte=on)
    return _borders(there)


def borders_of(grid_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Return the borders of some grids, ended ones too, of those that are drawn."""
    return _borders(Grid.objects.filter(pk__in=list(grid_ids)))


def _borders(grids: QuerySet[Grid]) -> dict[int, dict[str, Any]]:
    drawn = grids.filter(boundary__isnull=False).order_by("pk").values_list("pk", "boundary")
    return {id: border for id, border in drawn if border is not None}


def grid_facts(grid_id: int) -> GridFacts:
    known = grids()
    if grid_id in known:
        return known[grid_id]
    return GridFacts(*Grid.objects.values_list(*_FACTS).get(pk=grid_id))


@fresh_for(FRESH_S)
def sectors_by_grid() -> dict[int, tuple[int, ...]]:
    """Return for each grid the sectors laid over it."""
    found: dict[int, list[int]] = {}
    for grid_id, sector_id in Sector.grids.through.objects.values_list("grid_id", "sector_id").order_by(
        "sector_id"
    ):
        found.setdefault(grid_id, []).append(sector_id)
    return {grid_id: tuple(ids) for grid_id, ids in found.items()}


def sectors_over(grid_id: int) -> tuple[int, ...]:
    """Return the sectors over a grid; of a grid without any, those over the grids above it."""
    by_grid = sectors_by_grid()
    return next((by_grid[one] for one in grid_facts(grid_id).chain if one in by_grid), ())


@fresh_for(FRESH_S)
def grids_of_sector(sector_id: int) -> frozenset[int]:
    return frozenset(
        Sector.grids.through.objects.filter(sector_id=sector_id).values_list("grid_id", flat=True)
    )


@fresh_for(FRESH_S)
def grids_of_beat(beat_id: int) -> frozenset[int]:
    return frozenset(Beat.grids.through.objects.filter(beat_id=beat_id).values_list("grid_id", flat=True))


def with_descendants(grid_ids: Iterable[int]) -> frozenset[int]:
    """Return the grids and all grids below them."""
    wanted = frozenset(grid_ids)
    return frozenset(one.id for one in grids().values() if not wanted.isdisjoint(one.chain)) | wanted


def get_grid(grid_id: int) -> Grid:
    return Grid.objects.get(pk=grid_id)


def sector_ids() -> dict[str, int]:
    """Return the sectors by code."""
    return dict(Sector.objects.values_list("code", "pk"))


def beats_of_sector(sector_id: int) -> list[Beat]:
    return list(Beat.objects.filter(sector_id=sector_id, valid_to=None).order_by("code"))


def beat_names(ids: Iterable[int]) -> list[str]:
    return list(Beat.objects.filter(pk__in=list(ids)).order_by("code").values_list("name", flat=True))


def sectors_named(ids: Iterable[int]) -> list[Sector]:
    return list(Sector.objects.filter(pk__in=list(ids)).order_by("code"))


def sectors_in_force(on: date) -> list[Sector]:
    return list(Sector.objects.filter(valid_from__lte=on).exclude(valid_to__lte=on).order_by("code"))


def get_building(building_id: int) -> Building:
    return Building.objects.select_related("estate", "grid").get(pk=building_id)


def get_estate(estate_id: int) -> Estate:
    return Estate.objects.select_related("grid").get(pk=estate_id)


def find_building(building_id: object) -> Building | None:
    """Return a building by an id as a form gives it, or None."""
    if (known := id_in(str(building_id or ""))) is None:
        return None
    return Building.objects.filter(pk=known, valid_to=None).select_related("estate", "grid").first()


def entrance_numbers(ids: Iterable[int]) -> dict[int, str]:
    """Return what entrances are called, by id."""
    return dict(Entrance.objects.filter(pk__in=set(ids)).values_list("pk", "number"))


def estates_in(grid_ids: Iterable[int]) -> list[Estate]:
    """Return the estates in force with a building, or themselves, in these grids."""
    ids = list(grid_ids)
    inside = Q(grid_id__in=ids) | Q(buildings__grid_id__in=ids)
    return list(Estate.objects.filter(inside, valid_to=None).distinct().order_by("name"))


def estates_of_beat(beat_id: int) -> list[Estate]:
    return list(Estate.objects.filter(beat_id=beat_id, valid_to=None).order_by("name"))


def buildings_of_estate(estate_id: int) -> list[Building]:
    return list(Building.objects.filter(estate_id=estate_id, valid_to=None).order_by("code"))


def size_of(grid_ids: Iterable[int]) -> tuple[int, int]:
    """Return how many buildings and households are in these grids."""
    inside = Building.objects.filter(grid_id__in=list(grid_ids), valid_to=None)
    found = inside.aggregate(n=Count("id"), households=Sum("households"))
    return found["n"], found["households"] or 0


def roads_in(grid_ids: Iterable[int]) -> list[str]:
    inside = Building.objects.filter(grid_id__in=list(grid_ids), valid_to=None).exclude(road="")
    return list(inside.order_by("road").values_list("road", flat=True).distinct())
