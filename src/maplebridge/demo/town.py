"""What the demo town consists of: frozen values with WGS-84 points and GeoJSON shapes, ready to be loaded."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

GeoJson = dict[str, Any]
LonLat = tuple[float, float]


@dataclass(frozen=True)
class Grid:
    """A community grid.

    Levels count from the doorstep: 1 building group, 2 grid, 3 community, 4 subdistrict, 5 county.
    """

    code: str
    level: int
    name: str
    parent: str | None
    polygon: GeoJson
    point: LonLat


@dataclass(frozen=True)
class Sector:
    """A police grid; `grids` are the level-2 grids it takes in, wholly or in part."""

    code: str
    name: str
    beats: tuple[str, ...]
    grids: tuple[str, ...]
    polygon: GeoJson
    point: LonLat


@dataclass(frozen=True)
class Beat:
    """One officer's ground, a part of a sector or the whole of it."""

    code: str
    name: str
    sector: str
    grids: tuple[str, ...]
    estates: tuple[str, ...]
    polygon: GeoJson
    point: LonLat


@dataclass(frozen=True)
class Estate:
    """An estate lies in one community; `grid` is the level-2 grid with most of its buildings."""

    code: str
    name: str
    grid: str
    community: str
    sector: str
    beat: str
    street: str
    house_number: int
    address: str
    built: int
    polygon: GeoJson
    point: LonLat


@dataclass(frozen=True)
class Building:
    """A residential building; `grid` is its level-1 grid, `households` the occupied flats."""

    code: str
    estate: str
    number: int
    name: str
    street: str
    house_number: int
    address: str
    grid: str
    sector: str
    beat: str
    floors: int
    entrances: int
    rooms_per_floor: int
    households: int
    people: int
    footprint: GeoJson
    point: LonLat


@dataclass(frozen=True)
class Entrance:
    code: str
    building: str
    number: int
    name: str
    floors: int
    rooms: tuple[str, ...]
    point: LonLat


@dataclass(frozen=True)
class KeySite:
    """A school, market, alley …; `grid` is the level-2 grid. Sixteen have a help point."""

    code: str
    kind: str
    name: str
    grid: str
    sector: str
    address: str
    help_point: bool
    point: LonLat
    polygon: GeoJson | None


@dataclass(frozen=True)
class Post:
    """The station, a police post, safety post, community office or campus post; `hours` from and to."""

    code: str
    kind: str
    name: str
    grid: str
    sector: str
    hours: tuple[str, str]
    point: LonLat


@dataclass(frozen=True)
class Street:
    name: str
    tier: str
    width_m: float
    line: GeoJson


@dataclass(frozen=True)
class OtherBuilding:
    """A building nobody lives in: shop, office, school house; it is only drawn."""

    kind: str
    floors: int
    footprint: GeoJson


@dataclass(frozen=True)
class Landscape:
    """What the base map shows beside streets and buildings."""

    land: GeoJson
    river: GeoJson
    pond: GeoJson
    park: GeoJson
    fields: tuple[tuple[str, GeoJson], ...]
    site_grounds: tuple[tuple[str, GeoJson], ...]
    bridges: tuple[tuple[str, GeoJson], ...]
    trees: tuple[LonLat, ...]


@dataclass(frozen=True)
class Territory:
    city: str
    county: str
    station: str
    town_names: tuple[str, ...]
    grids: tuple[Grid, ...]
    sectors: tuple[Sector, ...]
    beats: tuple[Beat, ...]
    estates: tuple[Estate, ...]
    buildings: tuple[Building, ...]
    entrances: tuple[Entrance, ...]
    key_sites: tuple[KeySite, ...]
    posts: tuple[Post, ...]
    streets: tuple[Street, ...]
    other_buildings: tuple[OtherBuilding, ...]
    landscape: Landscape

    def level(self, level: int) -> tuple[Grid, ...]:
        """Return the grids of one level, in the order of their codes."""
        return tuple(grid for grid in self.grids if grid.level == level)


@dataclass(frozen=True)
class Plane:
    """Meters around an origin to WGS-84; flat is exact enough over two kilometers."""

    lon: float
    lat: float

    def lonlat(self, x: float, y: float) -> LonLat:
        meters_per_degree_lon = 111_320 * _cosine(self.lat)
        return round(self.lon + x / meters_per_degree_lon, 7), round(self.lat + y / 110_940, 7)

    def shape(self, geometry: BaseGeometry) -> BaseGeometry:
        return shapely.transform(geometry, lambda xy: np.array([self.lonlat(x, y) for x, y in xy.tolist()]))

    def geojson(self, geometry: BaseGeometry) -> GeoJson:
        return as_geojson(self.shape(geometry))

    def point(self, geometry: BaseGeometry) -> LonLat:
        inside = geometry.representative_point()
        return self.lonlat(inside.x, inside.y)


def _cosine(degrees: float) -> float:
    return math.cos(math.radians(degrees))


def as_geojson(geometry: BaseGeometry) -> GeoJson:
    """Return lists, not tuples, with outer rings counter-clockwise (RFC 7946)."""
    oriented = shapely.orient_polygons(geometry) if geometry.geom_type.endswith("Polygon") else geometry
    return {"type": oriented.geom_type, "coordinates": _as_lists(mapping(oriented)["coordinates"])}


def _as_lists(value: Any) -> Any:
    return [_as_lists(item) for item in value] if isinstance(value, list | tuple) else value
