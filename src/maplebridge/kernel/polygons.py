"""Areas as GeoJSON polygons in WGS 84: what is wrong with one, how large it is, what lies in it."""

import json
import re
from collections.abc import Mapping
from enum import StrEnum
from math import isfinite
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from maplebridge.kernel.geo import Box, Crs, Point, to_wgs84

Area = Polygon | MultiPolygon
JsonObject = dict[str, Any]
Coordinates = npt.NDArray[np.float64]

MAX_POINTS = 100_000
MENDED_SHARE = 0.001  # of the area may change when a border is mended
DIGITS = 7  # of a degree: a centimeter

_A = 6_378_137.0
_E = 0.0818191908426215


class Flaw(StrEnum):
    NOT_JSON = "not_json"
    NOT_A_POLYGON = "not_a_polygon"
    NOT_COORDINATES = "not_coordinates"
    OFF_THE_EARTH = "off_the_earth"
    LAT_BEFORE_LON = "lat_before_lon"
    TOO_MANY_POINTS = "too_many_points"
    TOO_FEW_POINTS = "too_few_points"
    NOT_CLOSED = "not_closed"
    CROSSES_ITSELF = "crosses_itself"
    HOLE_OUTSIDE = "hole_outside"
    PARTS_OVERLAP = "parts_overlap"
    NO_AREA = "no_area"


_ENGLISH = {
    Flaw.NOT_JSON: "The area is not JSON.",
    Flaw.NOT_A_POLYGON: "The area is a {found}, not a Polygon or MultiPolygon.",
    Flaw.NOT_COORDINATES: "Ring {ring} contains something that is not a pair of numbers.",
    Flaw.OFF_THE_EARTH: "Ring {ring} has a point that is not on Earth: {lon}, {lat}.",
    Flaw.LAT_BEFORE_LON: "Ring {ring} has latitude before longitude: {lon}, {lat}.",
    Flaw.TOO_MANY_POINTS: "The area has {count} points; at most {limit} are read.",
    Flaw.TOO_FEW_POINTS: "Ring {ring} has {count} points; a ring needs 4, the last like the first.",
    Flaw.NOT_CLOSED: "Ring {ring} does not end where it begins.",
    Flaw.CROSSES_ITSELF: "The border crosses or touches itself at {lon}, {lat}.",
    Flaw.HOLE_OUTSIDE: "A hole lies outside of the area at {lon}, {lat}.",
    Flaw.PARTS_OVERLAP: "Two parts of the area overlap at {lon}, {lat}.",
    Flaw.NO_AREA: "The area has no extent.",
}


class PolygonError(ValueError):
    """An area that cannot be used, with the reason as a code and parameters."""

    def __init__(self, code: Flaw, **params: str | int | float) -> None:
        self.code = code
        self.params = params
        super().__init__(_ENGLISH[code].format(**params))


def read_polygon(source: str | Mapping[str, Any], crs: Crs = Crs.WGS84) -> Area:
    """Return the area of a GeoJSON Polygon, MultiPolygon or Feature, in WGS 84; or raise PolygonError.

    Borders that merely touch themselves, as those of simplified maps do, are mended.
    """
    geometry = _geometry(source)
    _check_rings(geometry)
    area = cast(Area, in_wgs84(shape(dict(geometry)), crs))
    if not area.is_valid:
        area = _mended(area)
    if area.area == 0:
        raise PolygonError(Flaw.NO_AREA)
    return area


def _mended(area: Area) -> Area:
    """Return the same area with a valid border; raise PolygonError where it would be another area.

    A ring that crosses itself encloses part of its area backwards: what it encloses and what it counts differ.
    """
    parts = [part for part in shapely.get_parts(shapely.make_valid(area)) if shapely.area(part)]
    whole = shapely.union_all(parts)
    if not area.area or abs(whole.area - area.area) > MENDED_SHARE * area.area:
        raise _reason(area)
    return cast(Area, whole)


def in_wgs84(drawn: BaseGeometry, crs: Crs) -> BaseGeometry:
    """Return lines or areas in WGS 84, whichever system they were given in."""
    if crs == Crs.WGS84:
        return drawn
    return shapely.transform(drawn, lambda points: np.array([_moved(lon, lat, crs) for lon, lat in points]))


def _moved(lon: float, lat: float, crs: Crs) -> tuple[float, float]:
    point = to_wgs84(Point(lon, lat), crs)
    return point.lon, point.lat


def _geometry(source: str | Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(source, str):
        try:
            source = json.loads(source)
        except (ValueError, RecursionError) as error:
            raise PolygonError(Flaw.NOT_JSON) from error
    if isinstance(source, Mapping) and source.get("type") == "Feature":
        source = source.get("geometry") or {}
    found = source.get("type") if isinstance(source, Mapping) else type(source).__name__
    if not isinstance(source, Mapping) or found not in ("Polygon", "MultiPolygon"):
        raise PolygonError(Flaw.NOT_A_POLYGON, found=str(found))
    return source


def _check_rings(geometry: Mapping[str, Any]) -> None:
    coordinates = geometry.get("coordinates")
    parts = coordinates if geometry["type"] == "MultiPolygon" else [coordinates]
    if not isinstance(parts, list) or not parts or not all(isinstance(part, list) and part for part in parts):
        raise PolygonError(Flaw.NOT_COORDINATES, ring=1)
    rings = [ring for part in parts for ring in part]
    count = sum(len(ring) for ring in rings if isinstance(ring, list))
    if count > MAX_POINTS:
        raise PolygonError(Flaw.TOO_MANY_POINTS, count=count, limit=MAX_POINTS)
    for number, ring in enumerate(rings, start=1):
        _check_ring(ring, number)


def _check_ring(ring: object, number: int) -> None:
    if not isinstance(ring, list) or not all(_is_position(position) for position in ring):
        raise PolygonError(Flaw.NOT_COORDINATES, ring=number)
    for lon, lat, *_ in ring:
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            swapped = 0 < lon < 60 and 70 < lat < 140  # China, with the numbers exchanged
            flaw = Flaw.LAT_BEFORE_LON if swapped else Flaw.OFF_THE_EARTH
            raise PolygonError(flaw, ring=number, lon=lon, lat=lat)
    if len(ring) < 4:
        raise PolygonError(Flaw.TOO_FEW_POINTS, ring=number, count=len(ring))
    if ring[0] != ring[-1]:
        raise PolygonError(Flaw.NOT_CLOSED, ring=number)


def _is_position(position: object) -> bool:
    return (
        isinstance(position, list)
        and len(position) in (2, 3)
        and all(isinstance(n, int | float) and not isinstance(n, bool) and isfinite(n) for n in position)
    )


def _reason(area: Area) -> PolygonError:
    words = shapely.is_valid_reason(area)
    place = re.search(r"\[(\S+) (\S+)\]", words)
    lon, lat = (round(float(place[1]), DIGITS), round(float(place[2]), DIGITS)) if place else (0.0, 0.0)
    if words.startswith("Too few points"):
        return PolygonError(Flaw.NO_AREA)
    if words.startswith("Hole lies outside"):
        return PolygonError(Flaw.HOLE_OUTSIDE, lon=lon, lat=lat)
    if isinstance(area, MultiPolygon) and all(part.is_valid for part in area.geoms):
        return PolygonError(Flaw.PARTS_OVERLAP, lon=lon, lat=lat)
    return PolygonError(Flaw.CROSSES_ITSELF, lon=lon, lat=lat)


def to_geojson(area: Area) -> JsonObject:
    """Return the area as GeoJSON, outer borders counter-clockwise (RFC 7946), to the centimeter."""
    parts = [_rings(part) for part in shapely.get_parts(shapely.orient_polygons(area))]
    if isinstance(area, MultiPolygon):
        return {"type": "MultiPolygon", "coordinates": parts}
    return {"type": "Polygon", "coordinates": parts[0]}


def _rings(part: Polygon) -> list[list[list[float]]]:
    rings = [part.exterior, *part.interiors] if len(part.interiors) else [part.exterior]
    return [shapely.get_coordinates(ring).round(DIGITS).tolist() for ring in rings]


def bounds(area: Area) -> Box:
    return Box(*area.bounds)


def contains(area: Area, point: Point) -> bool:
    """Return whether the point is in the area or on its border."""
    return bool(shapely.intersects_xy(area, point.lon, point.lat))


def inner_point(area: Area) -> Point:
    """Return a point that is inside of the area, for a label or a pin."""
    inside = area.representative_point()
    return Point(inside.x, inside.y)


def area_m2(area: Area) -> float:
    """Return the size in square meters on the WGS 84 ellipsoid."""
    return float(shapely.transform(area, _equal_area).area)


def _equal_area(points: Coordinates) -> Coordinates:
    """Project so that areas stay true: Lambert's cylinder on the ellipsoid (Snyder 1987, pages 16, 82)."""
    lon, lat = np.radians(points).T
    s = np.sin(lat)
    q = (1 - _E**2) * (s / (1 - (_E * s) ** 2) + np.arctanh(_E * s) / _E)
    return np.column_stack((_A * lon, _A * q / 2))
