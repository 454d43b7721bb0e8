"""Where things are. What is asked with every matter comes from a picture of the territory that is seconds old."""

from collections.abc import Iterable
from dataclasses import dataclass

from maplebridge.places.models import Beat, Building, Entrance, Estate, Grid, Sector
from maplebridge.platform.freshness import fresh_for

FRESH_S = 10.0


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


@fresh_for(FRESH_S)
def grids() -> dict[int, GridFacts]:
    """Return all grids, also ended ones, by id."""
    fields = ("id", "code", "name", "level", "parent_id", "community_id", "town_id", "county_id")
    return {row[0]: GridFacts(*row) for row in Grid.objects.values_list(*fields)}


def grid_facts(grid_id: int) -> GridFacts:
    known = grids()
    if grid_id in known:
        return known[grid_id]
    fields = ("id", "code", "name", "level", "parent_id", "community_id", "town_id", "county_id")
    return GridFacts(*Grid.objects.values_list(*fields).get(pk=grid_id))


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


def get_building(building_id: int) -> Building:
    return Building.objects.select_related("estate", "grid").get(pk=building_id)


def get_estate(estate_id: int) -> Estate:
    return Estate.objects.select_related("grid").get(pk=estate_id)


def get_entrance(entrance_id: int) -> Entrance:
    return Entrance.objects.select_related("building").get(pk=entrance_id)


def get_sector(sector_id: int) -> Sector:
    return Sector.objects.get(pk=sector_id)
