"""A signature drawn by hand: what can be read as one. Only its lines are kept, never how fast they were drawn."""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

Point = tuple[float, float]

MOST_CHARACTERS = 400_000
MOST_POINTS = 20_000
LARGEST_SIDE = 10_000.0
# Parts of the field: less is a dot or a slip of the pen.
LEAST_WIDTH = 0.12
LEAST_HEIGHT = 0.15
LEAST_LENGTH = 1.2  # of all lines together, in heights of the field
LEAST_TURNING = math.pi  # a single line without a turn is a stroke, and no name


class SignatureRefused(Exception):
    """The drawing is no signature. `code` says why: not_a_drawing, too_large, nothing_drawn, too_small, too_plain."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Drawn:
    """Lines on a field of a size; y grows downward."""

    width: float
    height: float
    strokes: tuple[tuple[Point, ...], ...]

    @property
    def points(self) -> Iterator[Point]:
        return (point for stroke in self.strokes for point in stroke)


def read_drawing(text: str) -> Drawn:
    """Return what a drawing page sent: {"width": 600, "height": 240, "strokes": [[[x, y], …], …]}."""
    if len(text) > MOST_CHARACTERS:
        raise SignatureRefused("too_large")
    try:
        told = json.loads(text)
        strokes = tuple(tuple((float(x), float(y)) for x, y in stroke) for stroke in told["strokes"])
        drawn = Drawn(float(told["width"]), float(told["height"]), strokes)
    except (ValueError, TypeError, KeyError, RecursionError) as problem:
        raise SignatureRefused("not_a_drawing") from problem
    numbers = [drawn.width, drawn.height, *(number for point in drawn.points for number in point)]
    if len(numbers) > 2 * MOST_POINTS + 2:
        raise SignatureRefused("too_large")
    if not all(math.isfinite(one) and abs(one) <= LARGEST_SIDE for one in numbers):
        raise SignatureRefused("not_a_drawing")
    if min(drawn.width, drawn.height) < 1:
        raise SignatureRefused("not_a_drawing")
    return drawn


def check_readable(drawn: Drawn) -> None:
    """Raise `SignatureRefused` for what nobody could take for a name: a dot, a slip, one plain stroke."""
    points = list(drawn.points)
    if not points:
        raise SignatureRefused("nothing_drawn")
    wide, high = _extent([x for x, _ in points]), _extent([y for _, y in points])
    if wide < LEAST_WIDTH * drawn.width or high < LEAST_HEIGHT * drawn.height:
        raise SignatureRefused("too_small")
    length = sum(math.dist(a, b) for stroke in drawn.strokes for a, b in pairwise(stroke))
    long_strokes = [stroke for stroke in drawn.strokes if len(stroke) > 1]
    plain = len(long_strokes) < 2 and sum(map(_turning, long_strokes)) < LEAST_TURNING
    if length < LEAST_LENGTH * drawn.height or plain:
        raise SignatureRefused("too_plain")


def _extent(numbers: Sequence[float]) -> float:
    return max(numbers) - min(numbers)


def _turning(stroke: Sequence[Point]) -> float:
    """Return by how much a line turns from its beginning to its end, in radians; small trembling does not count."""
    parts = [
        math.atan2(b[1] - a[1], b[0] - a[0]) for a, b in pairwise(_thinned(stroke)) if math.dist(a, b) > 0
    ]
    return sum(abs(math.remainder(after - before, math.tau)) for before, after in pairwise(parts))


def _thinned(stroke: Sequence[Point]) -> list[Point]:
    """Return the points of a line that are far enough apart to show its direction: some twelve of them."""
    step = sum(math.dist(a, b) for a, b in pairwise(stroke)) / 12
    kept = [stroke[0]]
    for point in stroke[1:]:
        if math.dist(kept[-1], point) >= step:
            kept.append(point)
    return kept
