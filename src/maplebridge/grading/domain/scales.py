"""From an indicator's value to a score: 100 is best, 1 is worst, and every scale rises or falls throughout.

A scale is a row of straight pieces over the value, which is a number of times the reference for a rate and a
share for a share. Scales are made from the base period, so that a month's scores do not hang on that month's
other areas, and a year can be compared with the next.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maplebridge.grading.domain.method import Indicator, Kind, Normalization
from maplebridge.kernel.statistics.composite import Direction

Floats = NDArray[np.float64]

BEST, WORST = 100.0, 1.0
BORDERS = (80.0, 60.0, 40.0, 20.0)  # where the target bands of an indicator lie
MIDDLE, DEVIATION = 60.0, 15.0  # of standard deviations: the average area is on the border to blue
NO_DIFFERENCE = 1e-9


@dataclass(frozen=True)
class Scale:
    edges: Floats  # rising
    scores: Floats

    def score(self, values: Floats) -> Floats:
        return np.asarray(np.interp(values, self.edges, self.scores))

    def value_for(self, score: float) -> float | None:
        """Return the value that has a score, or None where no value has."""
        edges, scores = (
            (self.edges, self.scores)
            if self.scores[-1] > self.scores[0]
            else (self.edges[::-1], self.scores[::-1])
        )
        if not scores[0] <= score <= scores[-1]:
            return None
        return float(np.interp(score, scores, edges))


def scale_for(indicator: Indicator, normalization: Normalization, base: Floats) -> Scale:
    """Return the scale of an indicator; `base` are the areas' values in the base period, without missing ones."""
    if normalization == Normalization.BANDS or not len(base):
        return by_bands(indicator)
    worse = indicator.direction == Direction.MORE_IS_WORSE
    if normalization == Normalization.RANK:
        return _by_rank(base, worse)
    low, high = _ends(base, worse) if normalization == Normalization.Z_SCORE else (base.min(), base.max())
    if high - low < NO_DIFFERENCE:
        return by_bands(indicator)  # areas that do not differ give no scale of their own
    return Scale(np.array([low, high]), np.array([BEST, WORST] if worse else [WORST, BEST]))


def _ends(base: Floats, worse: bool) -> tuple[float, float]:
    """Return the values at which standard deviations from the mean reach the ends of the scale."""
    to_best, to_worst = (BEST - MIDDLE) / DEVIATION, (MIDDLE - WORST) / DEVIATION
    down, up = (to_best, to_worst) if worse else (to_worst, to_best)
    middle, deviation = float(base.mean()), float(base.std(ddof=1)) if len(base) > 1 else 0.0
    return middle - down * deviation, middle + up * deviation


def by_bands(indicator: Indicator) -> Scale:
    """Return the scale on which the borders of the indicator's bands are at 80, 60, 40 and 20."""
    first, second, third, fourth = indicator.bands
    beyond = fourth + 2 * (fourth - third)
    if indicator.direction == Direction.MORE_IS_WORSE:
        edges, scores = [0.0, first, second, third, fourth, beyond], [BEST, *BORDERS, WORST]
        if indicator.kind == Kind.SHARE:
            edges[-1] = min(beyond, (1 + fourth) / 2)
        return Scale(np.array(edges), np.array(scores))
    top = 1.0 if indicator.kind == Kind.SHARE else first + 2 * (first - second)
    edges = [max(beyond, fourth / 2), fourth, third, second, first, top]
    return Scale(np.array(edges), np.array([WORST, *BORDERS[::-1], BEST]))


def _by_rank(base: Floats, worse: bool) -> Scale:
    shares = np.linspace(0, 1, 101)
    values = np.quantile(base, shares)
    edges, places = np.unique(values, return_index=True)
    if len(edges) < 2:
        edges, places = np.array([values[0], values[0] + 1]), np.array([0, 100])
    scores = WORST + (BEST - WORST) * shares[places]
    return Scale(edges, BEST + WORST - scores if worse else scores)
