"""What the scores might be, given sampling error: draws of all indicators together, area by area.

Every area takes its draws from shuffled tables of the same thousand normal quantiles, at a place that only the
seed, its own id and the indicator decide. So each value's draws are spread evenly (a Latin hypercube), areas are
independent of each other, and an area's draws are the same whichever areas are computed beside it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from maplebridge.grading.domain.method import Kind
from maplebridge.grading.domain.readings import Posterior
from maplebridge.grading.domain.scales import Scale
from maplebridge.kernel.statistics.composite import Aggregation

Floats = NDArray[np.float64]
Float32s = NDArray[np.float32]

SHUFFLES = 64  # tables for each indicator; with the places in them, 64,000 different rows for 1,000 draws
STEPS = 4096  # a scale is tabled in as many steps; a score is right within 0.1
ROWS_AT_ONCE = 128  # areas whose draws fit the processor's second cache
LOGIT_REACH = 8.0


@dataclass(frozen=True)
class Dial:
    """An indicator's scale as a table over the posterior's own scale: no power and no search for each draw."""

    start: float
    step: float
    scores: Float32s

    @classmethod
    def of(cls, scale: Scale, kind: Kind, aggregation: Aggregation, weight: float) -> "Dial":
        if kind == Kind.SHARE:
            ends = -LOGIT_REACH, LOGIT_REACH
            at = np.linspace(*ends, STEPS)
            values = 1 / (1 + np.exp(-at))
        else:
            ends = 0.0, float(np.cbrt(max(scale.edges[-1], 1e-9)))
            at = np.linspace(*ends, STEPS)
            values = at**3
        scores = scale.score(values)
        counted = np.log(scores) if aggregation == Aggregation.GEOMETRIC else scores
        return cls(ends[0], (ends[1] - ends[0]) / (STEPS - 1), (weight * counted).astype(np.float32))


@dataclass(frozen=True)
class Part:
    """One indicator's posteriors, its dial, its weight, and where it is present."""

    posterior: Posterior
    dial: Dial
    weight: float
    present: NDArray[np.bool_]


class Tables:
    """The shuffled quantiles of one seed and number of draws, for some indicators."""

    def __init__(self, seed: int, draws: int, indicators: int) -> None:
        quantiles = scipy.special.ndtri((np.arange(draws) + 0.5) / draws).astype(np.float32)
        self.draws, self.seed = draws, seed
        self._windows: list[Float32s] = []
        for place in range(indicators):
            generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, place])))
            shuffled = generator.permuted(np.tile(quantiles, (SHUFFLES, 1)), axis=1)
            doubled = np.ascontiguousarray(np.hstack([shuffled, shuffled[:, :-1]]))
            self._windows.append(
                as_strided(
                    doubled,
                    (SHUFFLES, draws, draws),
                    (doubled.strides[0], doubled.strides[1], doubled.strides[1]),
                    writeable=False,
                )
            )

    def rows(self, areas: NDArray[np.int64], place: int) -> Float32s:
        """Return a copy of each area's row of normal draws for the indicator at `place`."""
        mixed = _mixed(areas.astype(np.uint64) * np.uint64(1024) + np.uint64(place), self.seed)
        table = (mixed % np.uint64(SHUFFLES)).astype(np.intp)
        shift = ((mixed >> np.uint64(32)) % np.uint64(self.draws)).astype(np.intp)
        return self._windows[place][table, shift]


def _mixed(keys: NDArray[np.uint64], seed: int) -> NDArray[np.uint64]:
    """Return numbers that look random (SplitMix64 of Steele, Lea & Flood 2014)."""
    with np.errstate(over="ignore"):
        z = keys + np.uint64(seed % 2**63) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return np.asarray(z ^ (z >> np.uint64(31)))


def drawn_totals(
    areas: NDArray[np.int64], parts: Sequence[Part], tables: Tables
) -> Iterator[tuple[slice, Float32s, Float32s]]:
    """Yield areas as slices, their drawn sums of weighted scores (areas x draws) and the weights present.

    The sum over the weight is the score (its logarithm for a geometric mean). The array yielded is used again.
    """
    count = len(areas)
    total = np.empty((ROWS_AT_ONCE, tables.draws), np.float32)
    for start in range(0, count, ROWS_AT_ONCE):
        rows = slice(start, min(start + ROWS_AT_ONCE, count))
        size = rows.stop - rows.start
        weight = np.zeros(size, np.float32)
        into = total[:size]
        into[:] = 0
        for place, part in enumerate(parts):
            present = part.present[rows]
            if part.weight == 0 or not present.any():
                continue
            drawn = _dialed(part, rows, tables.rows(areas[rows], place))
            if not present.all():
                drawn[~present] = 0
            into += drawn
            weight += np.float32(part.weight) * present
        yield rows, into, weight


def _dialed(part: Part, rows: slice, normal: Float32s) -> Float32s:
    dial = part.dial
    center = (part.posterior.center[rows] - dial.start) / dial.step + 0.5
    spread = part.posterior.spread[rows] / dial.step
    normal *= spread.astype(np.float32)[:, None]
    normal += center.astype(np.float32)[:, None]
    np.clip(normal, 0, STEPS - 1, out=normal)
    found: Float32s = np.take(dial.scores, normal.astype(np.intp), mode="clip")
    return found
