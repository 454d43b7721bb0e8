"""The ground plan in meters: faces between cuts, streets along cuts, room for buildings beside streets."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random

import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from maplebridge.demo import ground, housing
from maplebridge.demo.ground import Cut
from maplebridge.demo.housing import Slot
from maplebridge.demo.town_data import Skeleton

COMMUNITIES_PER_BAND = (2, 2, 3)  # north of the river, between river and main road, south of it
GRIDS = 76
LARGE_GRID_M2 = 27_000

WIDTH_M = {"main": 26.0, "riverside": 11.0, "street": 15.0, "bridge": 14.0, "lane": 8.0, "path": 3.5}
SETBACK_M = {"main": 8.0, "riverside": 4.0, "street": 6.0, "bridge": 4.0, "lane": 4.0, "path": 3.0}


@dataclass(frozen=True)
class Face:
    """A smallest part of the ground (a level-1 grid), and what it belongs to."""

    index: int
    area: Polygon
    subdistrict: int
    community: int
    grid: int
    free: BaseGeometry
    slots: tuple[Slot, ...]

    @property
    def center(self) -> tuple[float, float]:
        return self.area.centroid.x, self.area.centroid.y


@dataclass(frozen=True)
class Layout:
    """The whole plan; `old_town` are the two communities that make the dense beat."""

    outline: Polygon
    river: Polygon
    park: Polygon
    pond: Polygon
    faces: tuple[Face, ...]
    streets: tuple[Cut, ...]
    old_town: tuple[int, ...]

    @cached_property
    def near(self) -> dict[int, set[int]]:
        """Return which faces touch which."""
        return ground.adjacency({face.index: face.area for face in self.faces})


@dataclass(frozen=True)
class _Place:
    subdistrict: int
    community: int
    grid: int


def lay_out(skeleton: Skeleton, rng: Random) -> Layout:
    """Cut the ground into subdistricts, communities, grids and faces, and find room for buildings."""
    outline = Polygon(ground.smooth(skeleton.outline, closed=True))
    stream = LineString(ground.smooth(skeleton.river))
    communities, streets = _communities(outline, stream, skeleton, rng)
    parts, places, lanes = _faces(communities, rng)
    areas = ground.node(parts)
    river = stream.buffer(skeleton.river_width / 2, cap_style="flat")
    park = Polygon(ground.smooth(skeleton.park, closed=True))
    pond = Polygon(ground.smooth(skeleton.pond, closed=True))
    old_town = _old_town(communities, skeleton)
    banks = _riverside(stream, skeleton.river_width, outline)
    streets = [
        *(_outside(street, river, park) for street in streets),
        *banks,
        *_bridges(streets, banks, stream),
        *(_outside(lane, _embankment(banks, river), park) for lane in lanes),
    ]
    streets = [street for street in streets if street.line.length > 8]
    taken = shapely.union_all([river, park, *(_kept_clear(street) for street in streets)])
    angles = [housing.row_angle(area) for area in communities]
    faces = []
    for index, (area, place) in enumerate(zip(areas, places, strict=True)):
        free = area.intersection(outline.buffer(-12)).difference(taken)
        forms = housing.DENSE if place.community in old_town else housing.ROOMY
        found = housing.slots(free, angles[place.community], forms, rng)
        faces.append(
            Face(index, area, place.subdistrict, place.community, place.grid, free, tuple(found)),
        )
    streets.append(Cut(LineString(pond.buffer(14).exterior.coords), "path"))
    return Layout(outline, river, park, pond, tuple(faces), tuple(streets), old_town)


def _communities(
    outline: Polygon, stream: LineString, skeleton: Skeleton, rng: Random
) -> tuple[list[Polygon], list[Cut]]:
    border = LineString(ground.smooth(skeleton.border))
    crossing = LineString(ground.smooth(skeleton.crossing))
    cuts = [Cut(border, "main"), Cut(crossing, "main")]
    communities: list[Polygon] = []
    for half in sorted(ground.split_in_two(outline, border), key=lambda part: part.centroid.x):
        south, north = sorted(ground.split_in_two(half, stream), key=lambda part: part.centroid.y)
        below, middle = sorted(ground.split_in_two(south, crossing), key=lambda part: part.centroid.y)
        for band, count in zip((north, middle, below), COMMUNITIES_PER_BAND, strict=True):
            areas, streets = ground.cut_into(band, count, "street", rng)
            communities += sorted(areas, key=lambda area: area.centroid.x)
            cuts += streets
    return communities, cuts


def _faces(communities: Sequence[Polygon], rng: Random) -> tuple[list[Polygon], list[_Place], list[Cut]]:
    parts: list[Polygon] = []
    places: list[_Place] = []
    cuts: list[Cut] = []
    number = 0
    for community, (area, count) in enumerate(zip(communities, _grid_counts(communities), strict=True)):
        grids, lanes = ground.cut_into(area, count, "lane", rng)
        cuts += lanes
        for grid in sorted(grids, key=lambda grid: (-round(grid.centroid.y / 90), grid.centroid.x)):
            faces, paths = ground.cut_into(grid, 3 if grid.area > LARGE_GRID_M2 else 2, "path", rng)
            cuts += paths
            parts += faces
            places += [_Place(community // sum(COMMUNITIES_PER_BAND), community, number)] * len(faces)
            number += 1
    return parts, places, cuts


def _grid_counts(communities: Sequence[Polygon]) -> list[int]:
    return shares(GRIDS, [area.area for area in communities])


def shares(total: int, weights: Sequence[float], least: int = 1) -> list[int]:
    """Share out `total` by weight in whole numbers, at least `least` each; ties go to the earlier one."""
    rest = total - least * len(weights)
    whole = sum(weights)
    exact = [rest * weight / whole for weight in weights]
    counts = [int(share) for share in exact]
    by_remainder = sorted(range(len(weights)), key=lambda index: counts[index] - exact[index])
    for index in by_remainder[: rest - sum(counts)]:
        counts[index] += 1
    return [count + least for count in counts]


def _riverside(stream: LineString, width: float, outline: Polygon) -> list[Cut]:
    near = outline.buffer(60)
    offset = width / 2 + 13
    return [
        Cut(line, "riverside")
        for side in (offset, -offset)
        if isinstance(line := stream.offset_curve(side).intersection(near), LineString)
    ]


def _embankment(banks: Sequence[Cut], river: Polygon) -> BaseGeometry:
    return shapely.union_all([river.buffer(12), *(bank.line.buffer(1) for bank in banks)])


def _outside(street: Cut, water: BaseGeometry, park: Polygon) -> Cut:
    """Let a street end at the water and the park; main roads go on over a bridge."""
    if street.tier == "main":
        return street
    pieces = shapely.get_parts(street.line.difference(water.union(park))).tolist()
    return Cut(max(pieces, key=lambda piece: piece.length, default=LineString()), street.tier)


def _bridges(streets: Sequence[Cut], banks: Sequence[Cut], stream: LineString) -> list[Cut]:
    """Lead two streets on over the river: the westernmost and the easternmost that reach it."""
    ends = [
        point
        for street in streets
        if street.tier == "street"
        for point in (shapely.Point(street.line.coords[0]), shapely.Point(street.line.coords[-1]))
        if point.distance(stream) < 1
    ]
    ends.sort(key=lambda point: point.x)
    return [Cut(_across(point, banks), "bridge") for point in (ends[0], ends[-1])]


def _across(point: shapely.Point, banks: Sequence[Cut]) -> LineString:
    one, other = (bank.line.interpolate(bank.line.project(point)) for bank in banks)
    return LineString([one, other])


def _kept_clear(street: Cut) -> BaseGeometry:
    return street.line.buffer(WIDTH_M[street.tier] / 2 + SETBACK_M[street.tier], quad_segs=2)


def _old_town(communities: Sequence[Polygon], skeleton: Skeleton) -> tuple[int, ...]:
    """Return the community nearest to the old town's middle in each subdistrict."""
    middle = shapely.Point(skeleton.old_town)
    half = sum(COMMUNITIES_PER_BAND)
    return tuple(
        min(
            side,
            key=lambda index: (
                communities[index].distance(middle) + 0.01 * communities[index].centroid.distance(middle)
            ),
        )
        for side in (range(half), range(half, 2 * half))
    )
