"""Where buildings can stand on a piece of ground, and which kinds of building stand in this town."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import shapely
from shapely import Polygon, box
from shapely.geometry.base import BaseGeometry

from maplebridge.demo.ground import corners_around, polygons, rotate

ROW_GAP_M = 15.0  # winter sun has to reach the ground floor of the row behind
SIDE_GAP_M = 9.0
STEP_M = 5.0


@dataclass(frozen=True)
class Form:
    """A kind of residential building; `rooms` are the flats of one entrance on one floor."""

    floors: int
    entrances: int
    rooms: int
    length_m: float
    depth_m: float

    @property
    def flats(self) -> int:
        return self.floors * self.entrances * self.rooms


ROOMY = (
    Form(6, 3, 2, 46, 12),
    Form(6, 3, 2, 46, 12),
    Form(5, 3, 2, 44, 12),
    Form(6, 2, 2, 31, 12),
    Form(6, 4, 2, 60, 12),
    Form(5, 2, 2, 30, 12),
    Form(11, 1, 4, 28, 15),
    Form(18, 1, 4, 27, 17),
)
DENSE = (
    Form(6, 3, 3, 54, 13),
    Form(6, 2, 4, 46, 13),
    Form(7, 3, 3, 54, 13),
    Form(6, 4, 3, 70, 13),
    Form(11, 2, 3, 40, 15),
)


@dataclass(frozen=True)
class Slot:
    """A place for one building: its outline in meters and the form that fits."""

    outline: Polygon
    form: Form

    @property
    def reading_order(self) -> tuple[float, float]:
        """Buildings are numbered from the north-west to the south-east, row by row."""
        center = self.outline.centroid
        return -round(center.y / 25), center.x


def row_angle(area: Polygon) -> float:
    """Return the turn in degrees that lays rows along the side of `area` closest to east-west."""
    angles = [_angle(a, b) for a, b in itertools.pairwise(corners_around(area))]
    return min(angles, key=abs)


def _angle(a: Sequence[float], b: Sequence[float]) -> float:
    degrees = math.degrees(math.atan2(b[1] - a[1], b[0] - a[0]))
    return (degrees + 90) % 180 - 90


def slots(free: BaseGeometry, angle: float, forms: Sequence[Form], rng: Random) -> list[Slot]:
    """Fill the free ground with rows of buildings that look south."""
    found: list[Slot] = []
    for part in polygons(free):
        ground = rotate(part, -angle)
        shapely.prepare(ground)
        found += [Slot(_turned(outline, angle), form) for outline, form in _rows(ground, forms, rng)]
    return found


def _turned(outline: Polygon, angle: float) -> Polygon:
    turned = rotate(outline, angle)
    assert isinstance(turned, Polygon)
    return turned


def _rows(ground: BaseGeometry, forms: Sequence[Form], rng: Random) -> list[tuple[Polygon, Form]]:
    west, south, east, north = ground.bounds
    found: list[tuple[Polygon, Form]] = []
    y = south + rng.uniform(0.5, 3)
    while y < north - 11:
        row = _row(ground, y, west, east, forms, rng)
        found += row
        y += (max(form.depth_m for _, form in row) + ROW_GAP_M) if row else STEP_M
    return found


def _row(
    ground: BaseGeometry, y: float, west: float, east: float, forms: Sequence[Form], rng: Random
) -> list[tuple[Polygon, Form]]:
    row: list[tuple[Polygon, Form]] = []
    x = west + 0.5
    form = rng.choice(forms)
    while x < east - 25:
        fitting = [form, *sorted(forms, key=lambda form: -form.length_m)]
        for candidate in fitting:
            outline = box(x, y, x + candidate.length_m, y + candidate.depth_m)
            if ground.contains(outline):
                row.append((outline, candidate))
                x += candidate.length_m + SIDE_GAP_M
                form = rng.choice(forms)
                break
        else:
            x += STEP_M
    return row
