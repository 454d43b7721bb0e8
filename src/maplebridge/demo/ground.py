"""Cutting ground into parts that share their borders, in meters on a plane.

Everything nests because everything is made of the same smallest parts: the cuts are noded once, the faces
between them are the level-1 grids, and every larger area is a union of faces.
"""

import itertools
import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

import shapely
from shapely import LineString, MultiPolygon, Point, Polygon, affinity
from shapely.geometry.base import BaseGeometry
from shapely.ops import split

# Borders lie on a raster of 10 cm: coarse enough that no slivers arise where cuts meet.
RASTER_M = 0.1

Unit = TypeVar("Unit", bound=Hashable)


@dataclass(frozen=True)
class Cut:
    """A line that separates two parts; the tier says which, and how wide the street on it is."""

    line: LineString
    tier: str


def smooth(
    points: Sequence[tuple[float, float]], *, closed: bool = False, steps: int = 8
) -> list[tuple[float, float]]:
    """Return points of a Catmull-Rom curve through `points`."""
    count = len(points)

    def at(index: int) -> tuple[float, float]:
        return points[index % count] if closed else points[min(max(index, 0), count - 1)]

    curve: list[tuple[float, float]] = []
    for index in range(count if closed else count - 1):
        p0, p1, p2, p3 = at(index - 1), at(index), at(index + 1), at(index + 2)
        for step in range(steps):
            t = step / steps
            curve.append((_spline(p0[0], p1[0], p2[0], p3[0], t), _spline(p0[1], p1[1], p2[1], p3[1], t)))
    return curve if closed else [*curve, points[-1]]


def _spline(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)


def polygons(geometry: BaseGeometry) -> list[Polygon]:
    """Return the polygons of a geometry, the largest first."""
    parts = [part for part in shapely.get_parts(geometry).tolist() if isinstance(part, Polygon)]
    return sorted(parts, key=lambda part: -part.area)


def split_in_two(area: Polygon, line: LineString) -> tuple[Polygon, Polygon]:
    """Return the two parts of `area`; a line that leaves more or fewer is refused."""
    parts = polygons(split(area, line))
    if len(parts) != 2:
        raise ValueError(f"the line leaves {len(parts)} parts")
    return parts[0], parts[1]


def corners_around(area: Polygon) -> list[tuple[float, ...]]:
    """Return three corners, two sides, of the smallest rectangle around `area`."""
    rectangle = shapely.oriented_envelope(area)
    assert isinstance(rectangle, Polygon)
    return list(rectangle.exterior.coords)[:3]


def long_axis(area: Polygon) -> tuple[float, float]:
    """Return the direction of the longer side of the smallest rectangle around `area`, as a unit vector."""
    corners = corners_around(area)
    sides = [(b[0] - a[0], b[1] - a[1]) for a, b in itertools.pairwise(corners)]
    x, y = max(sides, key=lambda side: math.hypot(*side))
    length = math.hypot(x, y)
    return x / length, y / length


def cut_into(area: Polygon, count: int, tier: str, rng: Random) -> tuple[list[Polygon], list[Cut]]:
    """Cut `area` into `count` parts of about the same size, crossing it mostly the short way."""
    if count == 1:
        return [area], []
    first = count // 2
    one, other, cut = _cross(area, first / count, tier, rng)
    parts_one, cuts_one = cut_into(one, first, tier, rng)
    parts_other, cuts_other = cut_into(other, count - first, tier, rng)
    return parts_one + parts_other, [cut, *cuts_one, *cuts_other]


def _cross(area: Polygon, share: float, tier: str, rng: Random) -> tuple[Polygon, Polygon, Cut]:
    """Return the two parts, the first about `share` of the area, and the cut between them."""
    x, y = long_axis(area)
    for attempt in range(60):
        wobble = 0.05 + 0.02 * attempt
        turn = rng.uniform(-wobble, wobble)
        u = (x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn))
        line = _crossing_line(area, u, share + rng.uniform(-0.04, 0.04), rng)
        parts = polygons(split(area, line))
        if len(parts) == 2 and min(part.area for part in parts) > 0.2 * share * area.area:
            low, high = sorted(parts, key=lambda part: part.centroid.x * u[0] + part.centroid.y * u[1])
            return low, high, Cut(_inside(line, area), tier)
    raise ValueError("no cut leaves two parts")


def _inside(line: LineString, area: Polygon) -> LineString:
    pieces = [p for p in shapely.get_parts(line.intersection(area)).tolist() if isinstance(p, LineString)]
    return max(pieces, key=lambda piece: piece.length)


def _crossing_line(area: Polygon, u: tuple[float, float], share: float, rng: Random) -> LineString:
    """Return a slightly bent line across `area` with about `share` of it on the side against `u`."""
    reach = 2 * math.hypot(area.bounds[2] - area.bounds[0], area.bounds[3] - area.bounds[1])
    along = [px * u[0] + py * u[1] for px, py in area.exterior.coords]
    low, high = min(along), max(along)
    middle = area.centroid
    for _ in range(14):
        at = (low + high) / 2
        side = _half_plane(middle, u, at, reach)
        low, high = (at, high) if area.intersection(side).area < share * area.area else (low, at)
    across = (-u[1], u[0])
    offset = (low + high) / 2 - (middle.x * u[0] + middle.y * u[1])
    knots = []
    for step in (-reach, -0.05 * reach * rng.random(), 0.05 * reach * rng.random() + 1, reach):
        bend = 0.0 if abs(step) == reach else rng.uniform(-3.5, 3.5)
        knots.append(
            (
                middle.x + u[0] * (offset + bend) + across[0] * step,
                middle.y + u[1] * (offset + bend) + across[1] * step,
            )
        )
    return LineString(knots)


def _half_plane(middle: Point, u: tuple[float, float], at: float, reach: float) -> Polygon:
    base = at - (middle.x * u[0] + middle.y * u[1])
    across = (-u[1], u[0])

    def corner(forward: float, sideways: float) -> tuple[float, float]:
        return (
            middle.x + u[0] * forward + across[0] * sideways,
            middle.y + u[1] * forward + across[1] * sideways,
        )

    return Polygon([corner(base, -reach), corner(base, reach), corner(-reach, reach), corner(-reach, -reach)])


def node(parts: Sequence[Polygon]) -> list[Polygon]:
    """Return the same parts, in the same order, with every border shared vertex for vertex."""
    lines = shapely.union_all([part.boundary for part in parts], grid_size=RASTER_M)
    faces = polygons(shapely.polygonize([lines]))
    tree = shapely.STRtree(faces)
    noded: list[Polygon] = []
    for part in parts:
        inner = part.buffer(-1.0)
        candidates = [faces[index] for index in tree.query(part).tolist()]
        noded.append(max(candidates, key=lambda face: face.intersection(inner).area))
    return noded


def adjacency(areas: Mapping[Unit, BaseGeometry], shared_m: float = 8.0) -> dict[Unit, set[Unit]]:
    """Return who shares at least `shared_m` meters of border with whom."""
    keys = list(areas)
    shapes = [areas[key] for key in keys]
    tree = shapely.STRtree(shapes)
    near: dict[Unit, set[Unit]] = {key: set() for key in keys}
    for index, key in enumerate(keys):
        for other in tree.query(shapes[index], predicate="touches").tolist():
            if other != index and shapes[index].intersection(shapes[other]).length >= shared_m:
                near[key].add(keys[other])
    return near


def divide(
    units: Sequence[Unit],
    count: int,
    *,
    near: Mapping[Unit, set[Unit]],
    at: Callable[[Unit], tuple[float, float]],
    weight: Callable[[Unit], float],
) -> list[list[Unit]]:
    """Divide connected `units` into `count` connected parts of about the same weight."""
    if count == 1:
        return [list(units)]
    first = count // 2
    one = _grow(units, first, count, near=near, at=at, weight=weight)
    other = [unit for unit in units if unit not in set(one)]
    return [
        *divide(one, first, near=near, at=at, weight=weight),
        *divide(other, count - first, near=near, at=at, weight=weight),
    ]


def _grow(
    units: Sequence[Unit],
    first: int,
    count: int,
    *,
    near: Mapping[Unit, set[Unit]],
    at: Callable[[Unit], tuple[float, float]],
    weight: Callable[[Unit], float],
) -> list[Unit]:
    """Grow a connected part from one end until it holds its share, never tearing the rest apart."""
    along = _order(units, at)
    grown = [min(units, key=along)]
    grown = _with_islands(grown, units, near)
    total = sum(weight(unit) for unit in units)
    while True:
        held = sum(weight(unit) for unit in grown)
        left = len(units) - len(grown)
        enough = held >= total * first / count - 0.5 * total / len(units)
        if left <= count - first or (enough and len(grown) >= first):
            return grown
        taken = set(grown)
        rim = [unit for unit in units if unit not in taken and near[unit] & taken]
        options = sorted(
            (_with_islands([*grown, unit], units, near) for unit in rim),
            key=lambda option: (len(option), along(option[len(grown)])),
        )
        if not options or len(units) - len(options[0]) < count - first:
            return grown
        grown = options[0]


def _order(units: Sequence[Unit], at: Callable[[Unit], tuple[float, float]]) -> Callable[[Unit], float]:
    places = [at(unit) for unit in units]
    wide = max(x for x, _ in places) - min(x for x, _ in places)
    high = max(y for _, y in places) - min(y for _, y in places)
    return (lambda unit: at(unit)[0]) if wide >= high else (lambda unit: at(unit)[1])


def _with_islands(grown: list[Unit], units: Sequence[Unit], near: Mapping[Unit, set[Unit]]) -> list[Unit]:
    """Return `grown` with everything it cuts off from the largest rest."""
    taken = set(grown)
    rest = pieces([unit for unit in units if unit not in taken], near)
    return grown + [unit for island in rest[1:] for unit in island]


def pieces(units: Sequence[Unit], near: Mapping[Unit, set[Unit]]) -> list[list[Unit]]:
    """Return the connected pieces of `units`, the largest first."""
    left = dict.fromkeys(units)
    found: list[list[Unit]] = []
    while left:
        start = next(iter(left))
        del left[start]
        piece, open_ends = [start], [start]
        while open_ends:
            here = open_ends.pop()
            for unit in [unit for unit in left if unit in near[here]]:
                del left[unit]
                piece.append(unit)
                open_ends.append(unit)
        found.append(piece)
    return sorted(found, key=len, reverse=True)


def union(parts: Sequence[Polygon]) -> Polygon | MultiPolygon:
    """Return the union of parts that share their borders."""
    joined = shapely.coverage_union_all(parts)
    found = polygons(joined)
    return found[0] if len(found) == 1 else MultiPolygon(found)


def rotate(geometry: BaseGeometry, degrees: float) -> BaseGeometry:
    """Turn about the origin of the plane."""
    return affinity.rotate(geometry, degrees, origin=(0, 0))
