"""Points on the ground: WGS 84 inside, whatever a map or a chat gives outside.

Chinese maps shift coordinates: GCJ-02 (Tencent, Amap, WeChat) away from WGS 84, BD-09 (Baidu) away from
GCJ-02, each by some hundred meters. The forward formulas are the ones in general use (eviltransform and
coordtransform agree on them); the inverse is found by iteration, because the formulas have none.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from math import asin, atan2, cos, pi, radians, sin, sqrt

EARTH_RADIUS_M = 6_371_008.8
_DEGREE_M = EARTH_RADIUS_M * pi / 180

# The Krasovsky 1940 ellipsoid, on which the shift is defined.
_KRASOVSKY_A = 6_378_245.0
_KRASOVSKY_E2 = 0.00669342162296594323
_BAIDU_PI = pi * 3000 / 180


class Crs(StrEnum):
    WGS84 = "WGS-84"
    GCJ02 = "GCJ-02"
    BD09 = "BD-09"


@dataclass(frozen=True, slots=True)
class Point:
    lon: float
    lat: float

    def __post_init__(self) -> None:
        if not (-180 <= self.lon <= 180 and -90 <= self.lat <= 90):
            raise ValueError(f"No such place on Earth: lon {self.lon}, lat {self.lat}.")


@dataclass(frozen=True, slots=True)
class Box:
    west: float
    south: float
    east: float
    north: float

    def contains(self, point: Point) -> bool:
        """Return whether the point is in the box or on its border."""
        return self.west <= point.lon <= self.east and self.south <= point.lat <= self.north


CHINA = Box(72.004, 0.8293, 137.8347, 55.8271)  # the shift is defined in this box and nowhere else


def distance_m(a: Point, b: Point) -> float:
    """Return the great-circle distance between two points, in meters."""
    half_dlat = radians(b.lat - a.lat) / 2
    half_dlon = radians(b.lon - a.lon) / 2
    chord = sin(half_dlat) ** 2 + cos(radians(a.lat)) * cos(radians(b.lat)) * sin(half_dlon) ** 2
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(chord)))


def to_wgs84(point: Point, crs: Crs) -> Point:
    """Return the point in WGS 84, whichever system it was given in."""
    match crs:
        case Crs.GCJ02:
            return gcj02_to_wgs84(point)
        case Crs.BD09:
            return bd09_to_wgs84(point)
        case _:
            return point


def wgs84_to_gcj02(point: Point) -> Point:
    """Return the point as Chinese maps draw it; outside China unchanged."""
    if not CHINA.contains(point):
        return point
    x, y = point.lon - 105.0, point.lat - 35.0
    phi = radians(point.lat)
    magic = 1 - _KRASOVSKY_E2 * sin(phi) ** 2
    meridian = _KRASOVSKY_A * (1 - _KRASOVSKY_E2) / magic**1.5
    parallel = _KRASOVSKY_A / sqrt(magic) * cos(phi)
    return Point(
        point.lon + _shift_east(x, y) / radians(parallel), point.lat + _shift_north(x, y) / radians(meridian)
    )


def gcj02_to_wgs84(point: Point) -> Point:
    """Return the true place of a point from a Chinese map, within a centimeter; outside China unchanged."""
    return _inverse(wgs84_to_gcj02, point) if CHINA.contains(point) else point


def gcj02_to_bd09(point: Point) -> Point:
    z = sqrt(point.lon**2 + point.lat**2) + 0.00002 * sin(point.lat * _BAIDU_PI)
    theta = atan2(point.lat, point.lon) + 0.000003 * cos(point.lon * _BAIDU_PI)
    return Point(z * cos(theta) + 0.0065, z * sin(theta) + 0.006)


def wgs84_to_bd09(point: Point) -> Point:
    """Return the point as Baidu draws it; outside China unchanged."""
    return gcj02_to_bd09(wgs84_to_gcj02(point)) if CHINA.contains(point) else point


def bd09_to_wgs84(point: Point) -> Point:
    """Return the true place of a point from Baidu, within a centimeter; outside China unchanged."""
    return gcj02_to_wgs84(_inverse(gcj02_to_bd09, point)) if CHINA.contains(point) else point


def _inverse(forward: Callable[[Point], Point], target: Point) -> Point:
    """Return the point that `forward` sends to `target`; each step leaves a thousandth of the error."""
    guess = target
    for _ in range(10):
        seen = forward(guess)
        east, north = target.lon - seen.lon, target.lat - seen.lat
        guess = Point(guess.lon + east, guess.lat + north)
        if abs(east) + abs(north) < 1e-10:
            break
    return guess


def _waves(*terms: tuple[float, float]) -> float:
    return sum(amplitude * sin(argument * pi) for amplitude, argument in terms) * 2 / 3


def _shift_east(x: float, y: float) -> float:
    return (
        300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
        + _waves((20, 6 * x), (20, 2 * x))
        + _waves((20, x), (40, x / 3))
        + _waves((150, x / 12), (300, x / 30))
    )  # fmt: skip


def _shift_north(x: float, y: float) -> float:
    return (
        -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
        + _waves((20, 6 * x), (20, 2 * x))
        + _waves((20, y), (40, y / 3))
        + _waves((160, y / 12), (320, y / 30))
    )  # fmt: skip
