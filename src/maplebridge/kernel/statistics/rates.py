"""Rates of small counts: shrinkage toward the whole or the neighbors, and how sure they are.

Exposure is whatever the events are counted against (residents, households, expected events); it is positive.
"""

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shrunken:
    """Rates moved toward `mean`; `variance` is that of the true rates between the areas."""

    rates: Floats
    mean: float
    variance: float


def marshall(counts: ArrayLike, exposure: ArrayLike) -> Shrunken:
    """Return rates shrunk toward the rate of the whole, after Marshall (1991), Applied Statistics 40.

    Where the rates differ less than chance alone would make them, the variance is zero and all are the mean.
    """
    events, people = _pair(counts, exposure)
    mean, variance = _moments(events, people)
    return Shrunken(_toward(events / people, people, mean, variance), mean, variance)


def marshall_local(counts: ArrayLike, exposure: ArrayLike, neighbors: "csr_array") -> Floats:
    """Return rates shrunk toward the rate of the area with its neighbors; one without neighbors keeps its own.

    Marshall (1991); each neighbor's spread is measured around its own surroundings, so that a slope across the
    town is not taken for differences between neighbors.
    """
    events, people = _pair(counts, exposure)
    around = scipy.sparse.csr_array(
        (neighbors != 0) + scipy.sparse.eye_array(len(events), dtype=bool)
    ).astype(np.float64)
    rates = events / people
    everybody = around @ people
    mean = (around @ events) / everybody
    spread = (around @ (people * (rates - mean) ** 2)) / everybody
    variance = np.maximum(spread - mean * (around @ np.ones_like(people)) / everybody, 0)
    return _toward(rates, people, mean, variance)


def _moments(events: Floats, people: Floats) -> tuple[float, float]:
    mean = float(events.sum() / people.sum())
    spread = float((people * (events / people - mean) ** 2).sum() / people.sum())
    return mean, max(spread - mean / float(people.mean()), 0.0)


def _toward(rates: Floats, people: Floats, mean: Any, variance: Any) -> Floats:
    total = variance + mean / people
    own = np.divide(variance, total, out=np.zeros_like(total), where=total > 0)
    shrunk: Floats = mean + own * (rates - mean)
    return shrunk


@dataclass(frozen=True, slots=True)
class GammaPoisson:
    """Relative risks whose true values are gamma distributed with `shape` around `mean`."""

    risks: Floats
    shape: float
    mean: float


MOST_ALIKE = 1e6  # a larger shape says that the areas do not differ


def gamma_poisson(counts: ArrayLike, expected: ArrayLike) -> GammaPoisson:
    """Return relative risks by empirical Bayes with a gamma prior fitted by maximum likelihood.

    Clayton & Kaldor (1987), Biometrics 43. The counts are negative binomial around mean x expected.
    """
    events, base = _pair(counts, expected)
    if events.sum() == 0:
        return GammaPoisson(np.zeros_like(base), MOST_ALIKE, 0.0)
    log_shape = scipy.optimize.minimize_scalar(
        lambda at: _surprise(events, base, float(np.exp(at))),
        bounds=(-6, float(np.log(MOST_ALIKE))),
        method="bounded",
        options={"xatol": 1e-10},
    ).x
    shape = float(np.exp(log_shape))
    mean = _best_mean(events, base, shape)
    return GammaPoisson(mean * (events + shape) / (base * mean + shape), shape, mean)


def _best_mean(events: Floats, base: Floats, shape: float) -> float:
    """Return the mean that is most likely given the shape (Fisher scoring on its logarithm)."""
    log_mean = float(np.log(events.sum() / base.sum()))
    for _ in range(100):
        fitted = base * np.exp(log_mean)
        step = float(
            (shape * (events - fitted) / (shape + fitted)).sum() / (shape * fitted / (shape + fitted)).sum()
        )
        log_mean += step
        if abs(step) < 1e-13:
            break
    return float(np.exp(log_mean))


def _surprise(events: Floats, base: Floats, shape: float) -> float:
    fitted = base * _best_mean(events, base, shape)
    total = (
        scipy.special.gammaln(events + shape)
        - scipy.special.gammaln(shape)
        - scipy.special.gammaln(events + 1)
    )
    total += shape * np.log(shape / (shape + fitted)) + events * np.log(fitted / (shape + fitted))
    return -float(total.sum())


@dataclass(frozen=True, slots=True)
class GammaPrior:
    """What is believed of a rate before its own events are seen: `shape` events in `exposure`."""

    shape: float
    exposure: float

    @property
    def mean(self) -> float:
        return self.shape / self.exposure


def gamma_prior(counts: ArrayLike, exposure: ArrayLike, *, outlier_at: float = 5.0) -> GammaPrior:
    """Return the prior by moments; areas with no exposure are left out, outliers are cut.

    A rate beyond `outlier_at` times the middle of all counts as that much, so that one area cannot make all
    others look safe or all alike. No event anywhere gives a prior of half an event in the whole exposure.
    """
    events, people = np.asarray(counts, dtype=np.float64), np.asarray(exposure, dtype=np.float64)
    present = people > 0
    events, people = cut_outliers(events[present], people[present], outlier_at), people[present]
    if events.sum() == 0:
        return GammaPrior(0.5, max(float(people.sum()), 1.0))
    mean, variance = _moments(events, people)
    shape = min(mean * mean / variance, LEAST_SPREAD) if variance > 0 else LEAST_SPREAD
    return GammaPrior(shape, shape / mean)


LEAST_SPREAD = (
    1000.0  # true rates of areas differ by 3 % at least: the prior never silences an area's own events
)


def cut_outliers(counts: ArrayLike, exposure: ArrayLike, outlier_at: float = 5.0) -> Floats:
    """Return counts of which none is more than `outlier_at` times what the middle of the areas lets expect.

    The middle is the rate of the whole without the twentieth with the highest rates. What chance alone could
    make (six standard deviations and ten events more) is never cut.
    """
    events, people = _pair(counts, exposure)
    keep = np.argsort(events / people, kind="stable")[: max(1, int(np.ceil(0.95 * len(events))))]
    if len(events) > 1:
        keep = keep[: len(events) - 1] if len(keep) == len(events) else keep
    usual = people * events[keep].sum() / people[keep].sum()
    return np.asarray(np.minimum(events, np.maximum(outlier_at * usual, usual + 6 * np.sqrt(usual) + 10)))


def wilson(successes: float, trials: float, confidence: float = 0.95) -> tuple[float, float]:
    """Return the interval of a share after Wilson (1927); (0, 1) where nobody was asked."""
    if trials <= 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = successes / trials
    middle = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z / (1 + z * z / trials) * ((share * (1 - share) / trials + z * z / (4 * trials**2)) ** 0.5)
    lower, upper = max(middle - half, 0.0), min(middle + half, 1.0)
    return 0.0 if successes == 0 else lower, 1.0 if successes == trials else upper


@dataclass(frozen=True, slots=True)
class RateRatio:
    ratio: float
    lower: float
    upper: float


def rate_ratio(
    events: float, exposure: float, events_before: float, exposure_before: float, confidence: float = 0.95
) -> RateRatio:
    """Return how many times higher a rate is than another, with the exact interval given their sum.

    Given the sum the events of one are binomial (Przyborowski & Wilenski 1940). Nothing before: no upper end.
    """
    odds = exposure_before / exposure
    tail = (1 - confidence) / 2
    low = float(scipy.special.betaincinv(events, events_before + 1, tail)) if events > 0 else 0.0
    high = float(scipy.special.betaincinv(events + 1, events_before, 1 - tail)) if events_before > 0 else 1.0
    ratio = (
        events * odds / events_before if events_before > 0 else float("inf") if events > 0 else float("nan")
    )
    return RateRatio(ratio, odds * low / (1 - low), odds * high / (1 - high) if high < 1 else float("inf"))


def _pair(counts: ArrayLike, exposure: ArrayLike) -> tuple[Floats, Floats]:
    events, people = np.asarray(counts, dtype=np.float64), np.asarray(exposure, dtype=np.float64)
    if events.shape != people.shape:
        raise ValueError("Counts and exposures are not of the same areas.")
    if (
        not (np.isfinite(events).all() and np.isfinite(people).all())
        or (events < 0).any()
        or (people <= 0).any()
    ):
        raise ValueError("Counts are finite and not negative, exposures are positive.")
    return events, people
