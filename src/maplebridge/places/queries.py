"""Where things are. What is asked with every matter comes from a picture of the territory that is seconds old."""

from collections.abc import Iterable
from dataclasses import dataclass

from maplebridge.kernel.geo import Point
from maplebridge.places.domain import gazetteer, territory
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


@fresh_for(DRAWN_FRESH_S)
def _locator() -> tuple[territory.Locator | None, dict[str, int]]:
    """Return what finds the grid of a point, and the ids of its codes."""
    in_force = Grid.objects.filter(valid_to=None, boundary__isnull=False)
    rows = list(in_force.values_list("id", "code", "level", "boundary", "parent__code"))
    pieces, _findings = territory.read(
        territory.Draft(code, level, boundary, parent) for _id, code, level, boundary, parent in rows
    )
    return (territory.Locator(pieces) if pieces else None), {code: id for id, code, *_rest in rows}


def grid_at(lon: float, lat: float) -> int | None:
    """Return the smallest grid that holds a point (WGS-84), or None outside the territory."""
    locator, ids = _locator()
    piece = locator.at(Point(lon, lat)) if locator else None
    return ids[piece.code] if piece else None


@fresh_for(DRAWN_FRESH_S)
def _gazetteer() -> gazetteer.Gazetteer:
    estates = Estate.objects.filter(valid_to=None).values_list("code", "name", "aliases")
    entrances: dict[int, list[str]] = {}
    for building_id, number in Entrance.objects.filter(valid_to=None).values_list("building_id", "number"):
        entrances.setdefault(building_id, []).append(number)
    buildings = Building.objects.filter(valid_to=None).values_list(
        "code", "number", "estate__code", "road", "road_number", "id"
    )
    return gazetteer.Gazetteer(
        (gazetteer.EstateEntry(code, name, tuple(aliases)) for code, name, aliases in estates),
        (
            gazetteer.BuildingEntry(code, number, estate, road, road_number, tuple(entrances.get(id, ())))
            for code, number, estate, road, road_number, id in buildings
        ),
    )


@fresh_for(DRAWN_FRESH_S)
def _estate_codes() -> dict[str, tuple[int, int]]:
    return {code: (id, grid_id) for id, code, grid_id in Estate.objects.values_list("id", "code", "grid_id")}


@dataclass(frozen=True, slots=True)
class Home:
    """A building as far as finding a place needs it."""

    id: int
    estate_id: int | None
    grid_id: int
    lon: float | None
    lat: float | None


@fresh_for(DRAWN_FRESH_S)
def _building_codes() -> dict[str, Home]:
    rows = Building.objects.values_list("code", "id", "estate_id", "grid_id", "lon", "lat")
    return {code: Home(*rest) for code, *rest in rows}


@dataclass(frozen=True, slots=True)
class Located:
    """Where something is, as precisely as is known, and how that is known."""

    how: str  # point, address, group, nowhere
    grid_id: int | None = None
    estate_id: int | None = None
    building_id: int | None = None
    lon: float | None = None
    lat: float | None = None
    words: str = ""
    missing: tuple[str, ...] = ()


def locate(
    *,
    text: str = "",
    lon: float | None = None,
    lat: float | None = None,
    estate_id: int | None = None,
    building_id: int | None = None,
    grid_id: int | None = None,
) -> Located:
    """Find the place of what is told: the point given, the address in the words, else where it was said."""
    here = next((code for code, (id, _grid) in _estate_codes().items() if id == estate_id), None)
    parts, match = gazetteer.locate(text, _gazetteer(), here) if text else ([], None)
    words = "".join(part.text for part in parts) if match and match.found != gazetteer.Found.NONE else ""
    if lon is not None and lat is not None and (at := grid_at(lon, lat)) is not None:
        return Located("point", at, estate_id, building_id, lon, lat, words)
    if match is not None and match.found == gazetteer.Found.BUILDING and match.code in _building_codes():
        home = _building_codes()[match.code]
        return Located("address", home.grid_id, home.estate_id, home.id, home.lon, home.lat, words)
    if match is not None and match.found == gazetteer.Found.ESTATE and match.code in _estate_codes():
        id, grid = _estate_codes()[match.code]
        same = id == estate_id
        missing = tuple(one.value for one in match.missing)
        return Located("address", grid, id, building_id if same else None, words=words, missing=missing)
    if building_id is not None or grid_id is not None:
        home = next((one for one in _building_codes().values() if one.id == building_id), None)
        if home is not None:
            return Located("group", home.grid_id, home.estate_id, home.id, home.lon, home.lat, words)
        return Located("group", grid_id, estate_id, words=words)
    return Located("nowhere", words=words, lon=lon, lat=lat)
