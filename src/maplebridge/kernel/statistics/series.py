"""Is a count higher than its own past says? Detectors for series of counts.

Farrington et al. 1996 (A statistical algorithm for the early detection of outbreaks of infectious disease, JRSS A
159:547) and Noufaily et al. 2013 (An improved algorithm for outbreak detection in multiple surveillance systems,
Statistics in Medicine 32:1206) for weeks; EARS C1 to C3 (Hutwagner et al. 2003, Journal of Urban Health 80 S1) and
CUSUM (Page 1954) for days; `expected_by_day` knows weekdays, holidays, the season and the trend.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import pi
from typing import Literal

import numpy as np
import scipy
from numpy.typing import NDArray

from maplebridge.kernel.statistics.quasi_poisson import Fit, reweighted

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Counts = NDArray[np.integer]

_SMALL_SHARE = 0.5  # cases assumed where the past has none at all: half of one
_R_CHANGE = 1e-8  # of the deviance, where R's glm stops


class Bound(StrEnum):
    TWO_THIRDS = "two_thirds"  # normal on the scale of the power 2/3: Farrington
    NEGATIVE_BINOMIAL = "negative_binomial"  # the quantile of a plugged-in distribution: Noufaily


@dataclass(frozen=True, slots=True)
class Farrington:
    """How a week is compared with the same weeks of the years before.

    `periods` is 1 for these weeks alone, or the number of parts of the year that each have a level. Past residuals
    above `outlier` count less; the last `left_out` weeks not at all. A trend is kept where it is significant at
    `trend_p` and leads to no more than was ever seen. Fewer than `least` cases in `least_weeks` are no alarm.
    `like_surveillance` meets the bounds that the R package surveillance 1.20 publishes (farringtonFlexible), which
    takes the spread of the expected count from working residuals and ends its iterations early.
    """

    years: int = 5
    half_window: int = 3
    periods: int = 1
    outlier: float = 1.0
    left_out: int = 3
    trend_p: float = 0.05
    alpha: float = 0.05
    bound: Bound = Bound.TWO_THIRDS
    least: int = 5
    least_weeks: int = 4
    weeks_in_year: int = 52
    like_surveillance: bool = False

    def __post_init__(self) -> None:
        between = self.weeks_in_year - 2 * self.half_window - 1
        if not (self.years >= 1 and 0 < self.alpha < 1 and 1 <= self.periods <= between + 1):
            raise ValueError("A Farrington bound needs a year, an alpha and no more periods than weeks.")

    @property
    def first_week(self) -> int:
        """Return the first week (from 0) that has its whole past."""
        return self.years * self.weeks_in_year + self.half_window


FARRINGTON = Farrington()
NOUFAILY = Farrington(periods=10, outlier=2.58, left_out=26, trend_p=1.0, bound=Bound.NEGATIVE_BINOMIAL)


@dataclass(frozen=True, slots=True)
class Judged:
    """What every series and week (series, weeks) was to be, and was.

    `p` is the probability of as many cases or more; `score` is above 1 beyond the bound, and nought where there
    are too few cases to say anything.
    """

    expected: Floats
    upper: Floats
    p: Floats
    score: Floats
    alarm: Flags


def farrington(counts: Counts, weeks: NDArray[np.integer], method: Farrington = FARRINGTON) -> Judged:
    """Return how unusual the weeks (k,) of the series (m, t) are, each judged by its own past."""
    if len(weeks) and weeks.min() < method.first_week:
        raise ValueError(f"Week {weeks.min()} has no {method.years} years before it.")
    past, period = _reference_weeks(method)
    series = np.asarray(counts, dtype=np.float64)
    reference = series[:, weeks[:, None] + past].reshape(-1, len(past))
    now = series[:, weeks].reshape(-1)
    expected, variance, dispersion = _expected(reference, past, period, method)
    upper, p = _bound(now, expected, variance, dispersion, method)
    last = np.stack([series[:, weeks - back] for back in range(method.least_weeks)]).sum(axis=0).reshape(-1)
    enough = last >= method.least
    score = np.where(enough, (now - expected) / np.maximum(upper - expected, 1e-12), 0.0)
    alarm = enough & (now > upper) & (now > 0)
    shape = len(series), len(weeks)
    return Judged(
        expected.reshape(shape),
        upper.reshape(shape),
        p.reshape(shape),
        score.reshape(shape),
        alarm.reshape(shape),
    )


def _reference_weeks(method: Farrington) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the weeks compared with, as steps from now, and their part of the year (0: the same as now)."""
    year, half = method.weeks_in_year, method.half_window
    length, longer = divmod(year - 2 * half - 1, max(method.periods - 1, 1))
    parts = np.repeat(
        np.arange(1, method.periods), length + (np.arange(method.periods - 1) < longer)
    )  # the first parts take what does not divide
    steps: list[int] = []
    periods: list[int] = []
    for back in range(method.years, 0, -1):
        start = -year * back - half
        steps += range(start, start + 2 * half + 1 + len(parts))
        periods += [0] * (2 * half + 1) + parts.tolist()
    past, period = np.array(steps), np.array(periods)
    used = past < -method.left_out
    return past[used], period[used]


def _expected(
    reference: Floats, past: NDArray[np.int64], period: NDArray[np.int64], method: Farrington
) -> tuple[Floats, Floats, Floats]:
    """Return expected count, its variance and the dispersion of each row, with a trend where it holds."""
    level = np.column_stack([np.ones(len(past)), *(period == part for part in range(1, method.periods))])
    level = level[:, level.any(axis=0)].astype(np.float64)
    with_trend = np.column_stack([level, past / method.weeks_in_year])
    trending = _fitted(with_trend, reference, method)
    flat = ~_trend_holds(trending, reference, method)
    found = _at_now(trending, method)
    if flat.any():
        for all_rows, flat_rows in zip(
            found, _at_now(_fitted(level, reference[flat], method), method), strict=True
        ):
            all_rows[flat] = flat_rows
    expected, variance, dispersion = found
    # A past without a single case leads the fit to nought; half a case in all of it is assumed.
    return np.maximum(expected, _SMALL_SHARE / len(past)), variance, dispersion


def _fitted(design: Floats, reference: Floats, method: Farrington) -> Fit:
    change = _R_CHANGE if method.like_surveillance else None
    return reweighted(design, reference, method.outlier, deviance_change=change)


def _trend_holds(model: Fit, reference: Floats, method: Farrington) -> Flags:
    if method.years < 3:
        return np.zeros(len(reference), dtype=bool)
    error = np.sqrt(_spread(model, method) * model.inverse[:, -1, -1])
    t = np.abs(model.coefficients[:, -1]) / np.maximum(error, 1e-300)
    significant = (
        2 * scipy.special.stdtr(model.freedom, -t) < method.trend_p
        if method.trend_p < 1
        else np.full(len(t), True)
    )
    return np.asarray(significant & (np.exp(model.coefficients[:, 0]) <= reference.max(axis=1)))


def _spread(model: Fit, method: Farrington) -> Floats:
    if not method.like_surveillance:
        return np.maximum(model.dispersion(), 1)
    working = model.weights * ((model.observed - model.mean) / model.mean) ** 2
    return np.asarray(working.sum(axis=1) / model.freedom)


def _at_now(model: Fit, method: Farrington) -> tuple[Floats, Floats, Floats]:
    """Return expected count now, its variance, and the dispersion. Now is time nought in the first period."""
    expected = np.exp(np.clip(model.coefficients[:, 0], -30, 30))
    variance = expected**2 * _spread(model, method) * model.inverse[:, 0, 0]
    return expected, variance, np.maximum(model.dispersion(), 1)


def _bound(
    now: Floats, expected: Floats, variance: Floats, dispersion: Floats, method: Farrington
) -> tuple[Floats, Floats]:
    if method.bound is Bound.NEGATIVE_BINOMIAL:
        return count_quantile(1 - method.alpha, expected, dispersion), count_tail(now, expected, dispersion)
    spread = np.sqrt(4 / 9 * np.cbrt(expected) * (dispersion + variance / expected))
    middle = expected ** (2 / 3)
    upper = np.maximum(middle + scipy.special.ndtri(1 - method.alpha) * spread, 0) ** 1.5
    return upper, np.asarray(scipy.special.ndtr(-(now ** (2 / 3) - middle) / spread))


def count_tail(observed: Floats, expected: Floats, dispersion: Floats) -> Floats:
    """Return the probability of as many or more: negative binomial with variance dispersion x mean, or Poisson."""
    return 1.0 - _until(np.asarray(observed) - 1, expected, dispersion)


def _until(count: Floats, expected: Floats, dispersion: Floats) -> Floats:
    """Return the probability of at most so many."""
    spread = dispersion > 1 + 1e-9
    size = expected / np.where(spread, dispersion - 1, 1.0)
    at = np.maximum(count, 0)
    found = np.where(
        spread,
        scipy.special.betainc(size, at + 1, 1 / np.where(spread, dispersion, 2.0)),
        scipy.special.pdtr(at, expected),
    )
    return np.where(count < 0, 0.0, found)


def count_quantile(q: float, expected: Floats, dispersion: Floats) -> Floats:
    """Return the smallest count that is not exceeded with probability q."""
    low = np.full(np.shape(expected), -1.0)
    high = np.ceil(
        expected
        + 10 * np.sqrt(expected * dispersion) * max(float(scipy.special.ndtri(q)), 1)
        + 10 * dispersion
    )
    while (short := _until(high, expected, dispersion) < q).any():
        high = np.where(short, 2 * high, high)
    while (open_ := high - low > 1).any():
        middle = np.floor((low + high) / 2)
        reaches = _until(middle, expected, dispersion) >= q
        high, low = np.where(open_ & reaches, middle, high), np.where(open_ & ~reaches, middle, low)
    return high


def ears(
    counts: Counts,
    method: Literal["C1", "C2", "C3"] = "C1",
    *,
    alpha: float = 0.001,
    baseline: int = 7,
    least_spread: float = 0.0,
    with_today: bool = True,
) -> tuple[Floats, Flags]:
    """Return upper bounds and alarms (series, days) of EARS C1, C2 or C3; days without a whole past have none.

    C1 compares with the last `baseline` days, C2 leaves out the two days before, C3 adds up what C2 found above
    one standard deviation on the day and the two days before. `with_today=False` leaves the day itself out of C3,
    as the R package surveillance 1.20 does.
    """
    y = np.asarray(counts, dtype=np.float64)
    mean, spread = _moving(y, baseline, 0 if method == "C1" else 2, least_spread)
    z = float(scipy.special.ndtri(1 - alpha))
    upper = mean + z * spread
    with np.errstate(invalid="ignore"):
        if method != "C3":
            return upper, y > upper
        today, before = _sums_of_c2(y, mean, spread)
        if not with_today:
            return np.maximum(y + spread * (z - before), 0), before > z
        return np.where(before < z, mean + spread * (1 + z - before), 0), today + before > z


def _sums_of_c2(y: Floats, mean: Floats, spread: Floats) -> tuple[Floats, Floats]:
    """Return what C2 is above one standard deviation, and the sum of that on the two days before."""
    with np.errstate(divide="ignore", invalid="ignore"):
        above = np.where(y == mean, 0, np.maximum((y - mean) / spread - 1, 0))
    before = np.full_like(y, np.nan)
    before[:, 2:] = above[:, 1:-1] + above[:, :-2]
    return above, before


def _moving(y: Floats, baseline: int, lag: int, least_spread: float) -> tuple[Floats, Floats]:
    """Return mean and standard deviation of the `baseline` days that end `lag` days before the day before."""
    mean, spread = np.full_like(y, np.nan), np.full_like(y, np.nan)
    first = baseline + lag
    if y.shape[1] > first:
        windows = np.lib.stride_tricks.sliding_window_view(y, baseline, axis=1)[:, : y.shape[1] - first]
        mean[:, first:] = windows.mean(axis=2)
        spread[:, first:] = np.maximum(windows.std(axis=2, ddof=1), least_spread)
    return mean, spread


@dataclass(frozen=True, slots=True)
class Cusum:
    """Sums what is above `allowance` (in standard deviations) and alarms above `limit`; then it starts anew."""

    allowance: float = 0.5
    limit: float = 4.0

    def sums(self, z: Floats) -> tuple[Floats, Flags]:
        """Return the sums before a new start, and the alarms, of standardized series (series, times)."""
        sums = np.zeros_like(z)
        running = np.zeros(len(z))
        for time in range(z.shape[1]):
            running = np.maximum(running + z[:, time] - self.allowance, 0)
            sums[:, time] = running
            running = np.where(running > self.limit, 0, running)
        return sums, sums > self.limit

    def run_length(self, shift: float = 0.0, *, nodes: int = 96) -> float:
        """Return after how many times, on average, it alarms when the mean is `shift` (normal, independent).

        The equation of Page 1954 that Brook and Evans 1972 (Biometrika 59:539) solve by a Markov chain, here by
        Gauss and Legendre's nodes, which needs far fewer states for the same digits.
        """
        x, w = np.polynomial.legendre.leggauss(nodes)
        x, w = (x + 1) * self.limit / 2, w * self.limit / 2
        states = np.append(0.0, x)  # the sum stands at nought with a probability of its own
        step = states[None, :] - states[:, None] + self.allowance - shift
        moves = np.exp(-(step**2) / 2) / np.sqrt(2 * pi) * np.append(0.0, w)
        moves[:, 0] = scipy.special.ndtr(step[:, 0])
        return float(np.linalg.solve(np.eye(len(states)) - moves, np.ones(len(states)))[0])

    @classmethod
    def with_run_length(cls, length: float, allowance: float = 0.5) -> "Cusum":
        """Return the sum that alarms by chance once in so many times."""
        low, high = 0.0, 1.0
        while cls(allowance, high).run_length() < length:
            high *= 2
        for _ in range(50):
            middle = (low + high) / 2
            low, high = (middle, high) if cls(allowance, middle).run_length() < length else (low, middle)
        return cls(allowance, high)


@dataclass(frozen=True, slots=True)
class Calendar:
    """What kind of day each day is: `weekday` 0 to 6, `kind` 0 ordinary, and any numbers for holidays and the like."""

    weekday: NDArray[np.integer]
    kind: NDArray[np.integer]

    def __post_init__(self) -> None:
        if self.weekday.shape != self.kind.shape or self.weekday.ndim != 1:
            raise ValueError("Every day has a weekday and a kind.")

    def design(self, known: int) -> Floats:
        """Return what is known of each day (days, k), the first `known` of which have been counted.

        A kind of day that never occurred is an ordinary day; season and trend are told apart from two years on.
        """
        days = np.arange(len(self.weekday))
        columns = [np.ones(len(days)), *(self.weekday == day for day in range(1, 7))]
        columns += [self.kind == kind for kind in np.unique(self.kind[:known]) if kind != 0]
        if known >= 365:
            turns = 2 * pi * days[:, None] / 365.25 * np.array([1, 2])
            columns += [*np.sin(turns).T, *np.cos(turns).T]
        if known >= 730:
            columns.append((days - known) / 365.25)
        return np.column_stack(columns).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Forecast:
    """Expected counts (series, days), how uncertain they are, and how much more than Poisson counts spread."""

    mean: Floats
    variance: Floats
    dispersion: Floats  # (series,)


def forecast(counts: Counts, calendar: Calendar, *, known: int, days: NDArray[np.integer]) -> Forecast:
    """Return what the series (m, t) were to be on the days (k,), from the first `known` days alone.

    Past outbreaks count less. A series without a case is expected to have half a case in all that time.
    """
    if known < 28:
        raise ValueError("Four weeks are the least that can be learned from.")
    design = calendar.design(known)
    model = reweighted(design[:known], np.asarray(counts[:, :known], dtype=np.float64), outlier=2.58)
    then = design[days]
    mean = np.maximum(np.exp(np.clip(model.coefficients @ then.T, -30, 30)), _SMALL_SHARE / known)
    dispersion = np.maximum(model.dispersion(), 1)
    spread = np.einsum("dk,mkl,dl->md", then, model.inverse, then, optimize=True)
    # What has nearly never been counted is uncertain without bound; as uncertain as itself is enough.
    variance = mean**2 * np.minimum(spread * dispersion[:, None], 1.0)
    return Forecast(mean, variance, dispersion)


def lately(counts: Counts, expected: Forecast, lengths: tuple[int, ...] = (1, 3, 7, 14)) -> Floats:
    """Return how probable as many or more are in the last days (series, days, lengths) up to each day.

    `counts` are those of the days of the forecast; a length that reaches before its first day is 1.
    """
    found = np.ones((*counts.shape, len(lengths)))
    for position, length in enumerate(lengths):
        if counts.shape[1] >= length:
            sums = [_trailing(each, length) for each in (counts, expected.mean)]
            # The same coefficients err on all the days, so their errors add up before they are squared.
            error = _trailing(np.sqrt(expected.variance), length) ** 2
            dispersion = expected.dispersion[:, None] + error / sums[1]
            found[:, length - 1 :, position] = count_tail(sums[0], sums[1], dispersion)
    return found


def _trailing(values: NDArray[np.generic], length: int) -> Floats:
    return np.asarray(
        np.lib.stride_tricks.sliding_window_view(values, length, axis=1).sum(axis=2), dtype=np.float64
    )
