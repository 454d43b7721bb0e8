"""The likelihood ratio of a cluster, and the smallest count that makes one.

Kulldorff 1997 for the Poisson model, Kulldorff et al. 2005 (A space-time permutation scan statistic for disease
outbreak detection, PLoS Medicine) for permutations; given what is expected, the formula is the same.
"""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def log_ratio(observed: NDArray[np.generic], expected: Floats, total: float | Floats) -> Floats:
    """Return the log-likelihood ratio of c cases inside, where E of C were expected, for more or fewer than E.

    c ln(c/E) + (C-c) ln((C-c)/(C-E)); nothing is surprising where all or nothing was expected.
    """
    c = np.asarray(observed, dtype=np.float64)
    possible = (expected > 0) & (expected < total)
    inside = np.where(possible, expected, 1.0)
    outside = np.where(possible, total - expected, 1.0)
    ratio = scipy.special.xlogy(c, c / inside) + scipy.special.xlogy(total - c, (total - c) / outside)
    return np.where(possible, np.maximum(ratio, 0.0), 0.0)


@dataclass(frozen=True, slots=True)
class Bar:
    """For every expected count, the integer count that a likelihood ratio needs to reach `height`."""

    largest_expected: Floats  # entry i: c = least + i cases reach the height where at most this was expected
    least: int

    @classmethod
    def at(cls, height: float, *, total: int, least: int) -> "Bar":
        """Return the bar for high rates. For a given c the ratio falls as E grows to c, so bisect for E once."""
        counts = np.arange(least, total + 1, dtype=np.float64)
        low, high = np.zeros_like(counts), np.minimum(counts, total * (1 - 1e-12))
        for _ in range(52):
            middle = (low + high) / 2
            reaches = log_ratio(counts, np.maximum(middle, 1e-300), total) >= height
            low, high = np.where(reaches, middle, low), np.where(reaches, high, middle)
        # A hair wider, so that rounding never hides a tie: what is found is computed again in full.
        return cls(np.maximum.accumulate(low * (1 + 1e-9)), least)

    def counts_needed(self, expected: Floats) -> Integers:
        """Return the smallest count that reaches the bar; one more than all cases where none does."""
        return np.searchsorted(self.largest_expected, expected, side="left") + self.least


@dataclass(frozen=True, slots=True)
class Floor:
    """For every expected count, the largest count whose likelihood ratio, for few cases, reaches `height`."""

    smallest_expected: Floats  # entry c: c cases reach the height where at least this was expected

    @classmethod
    def at(cls, height: float, *, total: int) -> "Floor":
        """Return the floor for low rates. For a given c the ratio grows as E grows from c to C."""
        counts = np.arange(0, total, dtype=np.float64)
        low, high = counts.copy(), np.full_like(counts, total)
        for _ in range(52):
            middle = (low + high) / 2
            reaches = log_ratio(counts, middle, total) >= height
            low, high = np.where(reaches, low, middle), np.where(reaches, middle, high)
        return cls(np.maximum.accumulate(high * (1 - 1e-9)))

    def counts_allowed(self, expected: Floats) -> Integers:
        """Return the largest count that is low enough; -1 where none is."""
        return np.searchsorted(self.smallest_expected, expected, side="right") - 1
