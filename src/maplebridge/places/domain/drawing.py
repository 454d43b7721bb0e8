"""Territory as a map draws it: borders simplified together, and no finer than a map can show."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from shapely.geometry import mapping, shape

GeoJson = Mapping[str, Any]
METERS_PER_DEGREE = 111_320.0
DIGITS = 6  # of a degree: a tenth of a meter


def simplified(shapes: Sequence[GeoJson], tolerance_m: float) -> list[dict[str, Any]]:
    """Return the areas with fewer corners; neighbors that share a border share it still.

    The tolerance is about the width of the bends that go. An area is never lost: what would vanish stays.
    """
    if not shapes:
        return []
    areas = np.array([shape(dict(one)) for one in shapes], dtype=object)
    if tolerance_m > 0:
        fewer = shapely.coverage_simplify(areas, tolerance_m / METERS_PER_DEGREE)
        areas = np.where(shapely.is_empty(fewer), areas, fewer)
    return [rounded(mapping(area)) for area in areas]


def rounded(geometry: GeoJson) -> dict[str, Any]:
    """Return a geometry with coordinates as fine as a map shows."""
    if geometry["type"] == "GeometryCollection":
        return {"type": "GeometryCollection", "geometries": [rounded(one) for one in geometry["geometries"]]}
    return {"type": geometry["type"], "coordinates": _rounded(geometry["coordinates"])}


def _rounded(value: Any) -> Any:
    if isinstance(value, int | float):
        return round(value, DIGITS)
    return [_rounded(one) for one in value]


def inside(area: GeoJson) -> list[float]:
    """Return the longitude and latitude of a point inside, for a name."""
    point = shape(dict(area)).representative_point()
    return [round(point.x, DIGITS), round(point.y, DIGITS)]


def box_of(shapes: Sequence[GeoJson]) -> tuple[float, float, float, float] | None:
    """Return west, south, east, north around all the areas, or None where there are none."""
    if not shapes:
        return None
    west, south, east, north = shapely.total_bounds([shape(dict(one)) for one in shapes]).tolist()
    return west, south, east, north
