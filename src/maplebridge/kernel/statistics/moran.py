"""Are neighbors alike? Moran's I, for values and for rates of unequal populations."""

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Literal

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(frozen=True, slots=True)
class Moran:
    """The statistic with its mean and variance if the values were shuffled over the areas."""

    statistic: float
    expected: float
    variance: float

    @property
    def p_value(self) -> float:
        """Return the chance of as high a value if the values lay at random (normal approximation)."""
        return 1 - NormalDist().cdf((self.statistic - self.expected) / self.variance**0.5)


def weights(neighbors: "csr_array", style: Literal["rows", "binary"]) -> "csr_array":
    """Return weights of neighbors: each one counts 1, or all of an area together count 1."""
    binary = scipy.sparse.csr_array(neighbors != 0).astype(np.float64)
    if style == "binary":
        return binary
    each = np.asarray(binary.sum(axis=1)).ravel()
    return scipy.sparse.csr_array(
        scipy.sparse.diags_array(np.divide(1, each, out=np.zeros_like(each), where=each > 0)) @ binary
    )


def moran(values: ArrayLike, near: "csr_array") -> Moran:
    """Return Moran's I; areas without neighbors are left out. Raise ValueError where all values are equal."""
    seen = np.asarray(near.sum(axis=1)).ravel() + np.asarray(near.sum(axis=0)).ravel() > 0
    near, given = scipy.sparse.csr_array(near[seen][:, seen]), np.asarray(values, dtype=np.float64)[seen]
    z = given - given.mean()
    squares = float((z**2).sum())
    if squares == 0:
        raise ValueError("Values that are all equal are not spread in any way.")
    n, total = len(z), float(near.sum())
    return Moran(n / total * float(z @ (near @ z)) / squares, -1 / (n - 1), _variance(z, near, n, total))


def _variance(z: NDArray[np.float64], near: "csr_array", n: int, total: float) -> float:
    """Return the variance under randomization (Cliff & Ord 1981)."""
    both = near + near.T
    s1 = 0.5 * float(both.power(2).sum())
    s2 = float(((np.asarray(near.sum(axis=1)).ravel() + np.asarray(near.sum(axis=0)).ravel()) ** 2).sum())
    kurtosis = n * float((z**4).sum()) / float((z**2).sum()) ** 2
    first = n * ((n * n - 3 * n + 3) * s1 - n * s2 + 3 * total**2)
    second = kurtosis * ((n * n - n) * s1 - 2 * n * s2 + 6 * total**2)
    return (first - second) / ((n - 1) * (n - 2) * (n - 3) * total**2) - 1 / (n - 1) ** 2


def moran_of_rates(counts: ArrayLike, exposure: ArrayLike, near: "csr_array") -> float:
    """Return Moran's I of rates standardized by their own uncertainty.

    Assunção & Reis (1999), Statistics in Medicine 18: a small area's rate is far out by chance alone.
    """
    events, people = np.asarray(counts, dtype=np.float64), np.asarray(exposure, dtype=np.float64)
    rates, mean = events / people, float(events.sum() / people.sum())
    spread = float((people * (rates - mean) ** 2).sum() / people.sum())
    variance = spread - mean / float(people.mean()) + mean / people
    variance = np.where(variance > 0, variance, mean / people)
    return moran((rates - mean) / np.sqrt(variance), near).statistic
