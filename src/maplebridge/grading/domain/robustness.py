"""How much a color hangs on choices that could have been made otherwise: weights, bands, windows.

Step 7 of the OECD/JRC Handbook (2008): uncertainty and sensitivity of a composite indicator.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maplebridge.grading.domain.history import History
from maplebridge.grading.domain.method import Color, Method
from maplebridge.grading.domain.monthly import DRAWS, MonthlyGrades, Tell, colors_of, grade_month, nobody
from maplebridge.kernel.statistics.composite import Aggregation

Floats = NDArray[np.float64]

WEIGHTINGS = 1000
CONCENTRATION = 60.0  # of five equal weights each varies by a quarter of itself
AREAS_AT_ONCE = 512


@dataclass(frozen=True)
class Robustness:
    """For each area: how many of the weightings give the color of the method's own, and each color's share."""

    same: NDArray[np.int64]
    weightings: int
    shares: Floats  # areas x 5


def robustness(
    grades: MonthlyGrades, seed: int, weightings: int = WEIGHTINGS, tell: Tell = nobody
) -> Robustness:
    """Return how the colors by score hold under weights drawn around the method's (Dirichlet).

    The score's color is compared, not the one held: weights say nothing of last month.
    """
    drawn = plausible_weights(grades.method, seed, weightings)
    drawn[:, [not one.is_valid_in(grades.month) for one in grades.method.indicators]] = 0
    count = len(grades.areas)
    shares = np.zeros((count, 5))
    for start in range(0, count, AREAS_AT_ONCE):
        rows = slice(start, start + AREAS_AT_ONCE)
        colors = _colors(grades.indicator_scores[rows], drawn, grades.method)
        shares[rows] = np.stack([(colors == color).mean(axis=1) for color in range(5)], axis=1)
        tell(min(start + AREAS_AT_ONCE, count))
    known = grades.by_score != Color.GRAY
    same = np.zeros(count, np.int64)
    same[known] = np.rint(shares[known, grades.by_score[known].astype(np.int64)] * weightings).astype(
        np.int64
    )
    return Robustness(same, weightings, shares)


def plausible_weights(method: Method, seed: int, weightings: int = WEIGHTINGS) -> Floats:
    """Return weightings x indicators; what has no weight keeps none."""
    weights = np.array(method.weights)
    counted = weights > 0
    drawn = np.zeros((weightings, len(weights)))
    generator = np.random.default_rng(seed)
    drawn[:, counted] = generator.dirichlet(CONCENTRATION * weights[counted], weightings)
    return drawn


def _colors(scores: Floats, weights: Floats, method: Method) -> NDArray[np.int8]:
    there = ~np.isnan(scores)
    values = np.where(there, scores, 1.0)
    geometric = method.aggregation == Aggregation.GEOMETRIC
    if geometric:
        values = np.log(values)
    whole = there @ weights.T
    mixed = np.divide((values * there) @ weights.T, whole, out=np.full(whole.shape, np.nan), where=whole > 0)
    flat = colors_of((np.exp(mixed) if geometric else mixed).ravel(), method.bands)
    return np.asarray(flat.reshape(mixed.shape))


@dataclass(frozen=True)
class WhatIf:
    """What another method would make of the same month: rows of the areas that would have another color."""

    other: MonthlyGrades
    moved: NDArray[np.int64]
    unchanged: float  # share of the areas graded by both whose color stays


def what_if(
    grades: MonthlyGrades, history: History, method: Method, draws: int = DRAWS, tell: Tell = nobody
) -> WhatIf:
    """Grade the month again by another method (weights, bands, windows), from the same colors before and seed."""
    other = grade_month(history, method, grades.previous, grades.seed, draws, tell)
    moved = np.flatnonzero(other.color != grades.color)
    both = (other.color != Color.GRAY) & (grades.color != Color.GRAY)
    unchanged = float((other.color == grades.color)[both].mean()) if both.any() else 1.0
    return WhatIf(other, moved, unchanged)
