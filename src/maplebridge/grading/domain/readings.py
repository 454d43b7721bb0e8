"""One indicator, read for every area: what was observed, what was to be expected, and how sure the value is.

Two readings are made of each value. The *window* (three months) is quick and uncertain. The *memory* (two years)
is sure and slow; it forgets what lay before a change: for each month at which the rate may have changed it asks
how well one rate before and one after explain the counts, and mixes the answers (one change point, as Chen & Gupta
2011). Both lean on the whole, or on the neighbors, as far as their own counts are few.
"""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from maplebridge.grading.domain.history import History, HistoryError
from maplebridge.grading.domain.method import Against, Indicator, Kind, Method
from maplebridge.grading.domain.scales import Scale, scale_for
from maplebridge.kernel.statistics.rates import GammaPrior, cut_outliers, gamma_prior
from maplebridge.kernel.statistics.seasonal import seasons
from maplebridge.kernel.statistics.survey import prior_answers

Floats = NDArray[np.float64]

CHANGES = (2, 3, 6, 12, 24, 36)  # months back at which a change is looked for
FEW_AREAS, USUAL_SHAPE = 8, 11.0  # how much areas differ cannot be told from fewer: 30 %, as cities do
USUAL_ANSWERS = 40.0  # the same for shares: by about 8 points
# However alike the areas were: one that changes may go anywhere, so the whole is never worth more than this.
MOST_SHAPE, MOST_ANSWERS = 30.0, 150.0


@dataclass(frozen=True)
class Posterior:
    """What is believed of a value, as a normal distribution on the scale where it is nearly one.

    Of a rate that is the cube root (Wilson & Hilferty 1931: the 5 % and 95 % points are right within 0.5 % from
    five events on, 3 % at two), of a share the logit.
    """

    center: Floats
    spread: Floats


@dataclass(frozen=True)
class Reading:
    """An indicator of all areas in a month. Values are times the reference for a rate, shares for a share."""

    observed: Floats  # in the window; of a share the satisfied
    exposure: Floats  # in the window
    expected: Floats  # events in the window at the reference; of a share the answers
    reference: Floats  # events for each exposure and month, before the season
    season: Floats  # how many times the usual the months of the window have
    estimate: Floats  # the value, by memory
    by_window: Floats  # the value, by the window
    prior_mean: Floats
    prior_weight: Floats  # expected events (answers) that the prior is worth
    missing_months: NDArray[np.int64]  # of the window
    present: NDArray[np.bool_]
    memory: Posterior
    window: Posterior
    scale: Scale
    base_is_short: bool

    @property
    def scores(self) -> Floats:
        return np.where(self.present, self.scale.score(self.estimate), np.nan)


def read(history: History, place: int, method: Method) -> Reading:
    """Return the reading of the indicator at `place` for the last month of a history."""
    indicator = method.indicators[place]
    counts = history.counts[:, place].astype(np.float64)
    exposure = history.exposure[:, place].astype(np.float64)
    absent = ~(np.isfinite(counts) & np.isfinite(exposure) & (exposure > 0))
    counts[absent] = 0
    exposure[absent] = 0
    window = slice(max(history.months - indicator.window, 0), history.months)
    base, short = _base(indicator, history)
    missing = absent[:, window].sum(axis=1)
    if indicator.kind == Kind.SHARE:
        return _read_share(counts, exposure, window, base, missing, short, indicator, method)
    return _read_rate(history, counts, exposure, window, base, missing, short, indicator, method)


def _base(indicator: Indicator, history: History) -> tuple[slice, bool]:
    """Return the months of the base period, and whether there are fewer of them than asked for."""
    first = history.month_of(0)
    end = history.months - indicator.window
    if indicator.base_first is not None and indicator.base_last is not None:
        start = (indicator.base_first.year - first.year) * 12 + indicator.base_first.number - first.number
        stop = (indicator.base_last.year - first.year) * 12 + indicator.base_last.number - first.number + 1
    else:
        start, stop = end - indicator.base_months, end
    within = slice(max(start, 0), min(stop, history.months))
    if within.stop - within.start < min(3, indicator.base_months):
        return slice(0, history.months), True  # a town that has just begun is compared with itself as it is
    return within, within.stop - within.start < stop - start


def _read_rate(
    history: History,
    counts: Floats,
    exposure: Floats,
    window: slice,
    base: slice,
    missing: NDArray[np.int64],
    short: bool,
    indicator: Indicator,
    method: Method,
) -> Reading:
    usual, season = _with_season(history, counts, exposure, window, indicator)
    reference, base_values = _reference(
        counts[:, base].sum(axis=1), usual[:, base].sum(axis=1), indicator, method
    )
    usual *= reference[:, None]
    observed, expected = counts[:, window].sum(axis=1), usual[:, window].sum(axis=1)
    past = slice(max(history.months - max(method.shrinkage.memory, indicator.window), 0), history.months)
    mean, weight = _rate_prior(
        history, counts[:, past].sum(axis=1), usual[:, past].sum(axis=1), observed, expected, method
    )
    memory = _remembered_rate(counts[:, past], usual[:, past], mean, weight, method.shrinkage.change)
    shape, rate = mean * weight + observed, weight + expected
    return Reading(
        observed,
        exposure[:, window].sum(axis=1),
        expected,
        reference,
        season,
        memory[0] / memory[1],
        shape / rate,
        mean,
        weight,
        missing,
        expected > 0,
        _cube_root(*memory),
        _cube_root(shape, rate),
        scale_for(indicator, method.normalization, base_values),
        short,
    )


def _with_season(
    history: History, counts: Floats, exposure: Floats, window: slice, indicator: Indicator
) -> tuple[Floats, Floats]:
    """Return exposures as they count at their time of the year, and the season of the window."""
    if not indicator.seasonal or window.start == 0:
        return exposure.copy(), np.ones(len(counts))
    before = slice(0, window.start)  # the season is that of the past: a wave of today is not taken for it
    found = seasons(counts[:, before], exposure[:, before], history.month_of(window.start - 1).number)
    calendar = np.array([history.month_of(place).number for place in range(history.months)])
    factors = found.factors(calendar)
    return exposure * factors, factors[:, window].mean(axis=1)


def _reference(events: Floats, usual: Floats, indicator: Indicator, method: Method) -> tuple[Floats, Floats]:
    """Return each area's reference rate, and the areas' values in the base period."""
    there = usual > 0
    if not there.any():
        return np.full(len(events), np.nan), np.empty(0)
    cut = cut_outliers(events[there], usual[there], method.shrinkage.outlier_at)
    rate = max(float(cut.sum()), 0.5) / float(usual[there].sum())
    prior = _spread(events, usual * rate, method)
    values = (events + prior.shape) / (usual * rate + prior.exposure)
    if indicator.against == Against.TARGET:
        return np.full(len(events), 1 / indicator.per), values[there] * rate * indicator.per
    if indicator.against == Against.OWN_PAST:
        return rate * values, np.ones(0)
    return np.full(len(events), rate), values[there]


def _spread(events: Floats, expected: Floats, method: Method) -> GammaPrior:
    there = expected > 0
    prior = gamma_prior(events[there], expected[there], outlier_at=method.shrinkage.outlier_at)
    shape = min(prior.shape, MOST_SHAPE if there.sum() >= FEW_AREAS else USUAL_SHAPE)
    return GammaPrior(shape, shape / prior.mean)


def _rate_prior(
    history: History, events: Floats, usual: Floats, observed: Floats, expected: Floats, method: Method
) -> tuple[Floats, Floats]:
    """Return mean and weight of what is believed of each area before its own counts.

    How much areas differ is taken from all that is remembered, the level from the window: when a whole town
    rises, no area is held down by last year's town.
    """
    if not (usual > 0).any():
        return np.ones(len(events)), np.full(len(events), USUAL_SHAPE)
    spread = _spread(events, usual, method)
    there = expected > 0
    level = spread.mean
    if there.any():
        cut = cut_outliers(observed[there], expected[there], method.shrinkage.outlier_at)
        level = (float(cut.sum()) + spread.shape) / (float(expected[there].sum()) + spread.exposure)
    means = np.full(len(events), level)
    if method.shrinkage.by_neighbors and history.neighbors is not None:
        near = history.neighbors != 0
        around, there_are = near @ observed, near @ expected
        means = (around + spread.shape) / (there_are + spread.shape / level)
    return means, spread.shape / means


def _remembered_rate(
    counts: Floats, usual: Floats, mean: Floats, weight: Floats, change: float
) -> tuple[Floats, Floats]:
    """Return shape and rate of the gamma that has the mean and variance of the mixture over changes."""
    prior = mean * weight
    all_events, all_usual = counts.sum(axis=1), usual.sum(axis=1)
    logs, shapes, rates = [], [], []
    for months, chance in _candidates(counts.shape[1], change):
        events, expected = counts[:, -months:].sum(axis=1), usual[:, -months:].sum(axis=1)
        evidence = np.log(chance) + _rate_evidence(events, expected, prior, weight)
        if months < counts.shape[1]:
            evidence = evidence + _rate_evidence(all_events - events, all_usual - expected, prior, weight)
        logs.append(evidence)
        shapes.append(prior + events)
        rates.append(weight + expected)
    shares = _shares(logs)
    shape, rate = np.stack(shapes), np.stack(rates)
    middle = (shares * shape / rate).sum(axis=0)
    variance = (shares * (shape / rate**2 + (shape / rate) ** 2)).sum(axis=0) - middle**2
    return middle**2 / variance, middle / variance


def _candidates(months: int, change: float) -> list[tuple[int, float]]:
    """Return since how many months the rate may be what it is, each with its chance beforehand."""
    found, before = [], 0
    for back in (*(one for one in CHANGES if one < months), months):
        chance = 1 - change * before if back == months else change * (back - before)
        found.append((back, max(chance, change)))
        before = back
    return found


def _rate_evidence(events: Floats, expected: Floats, shape: Floats, rate: Floats) -> Floats:
    """Return the logarithm of how likely the counts are under the prior, less what all candidates share."""
    return np.asarray(
        scipy.special.gammaln(shape + events)
        - scipy.special.gammaln(shape)
        + shape * np.log(rate)
        - (shape + events) * np.log(rate + expected)
    )


def _shares(logs: list[Floats]) -> Floats:
    stacked = np.stack(logs)
    shares = np.exp(stacked - stacked.max(axis=0))
    return np.asarray(shares / shares.sum(axis=0))


def _cube_root(shape: Floats, rate: Floats) -> Posterior:
    root = np.cbrt(shape / rate)
    return Posterior(root * (1 - 1 / (9 * shape)), root / (3 * np.sqrt(shape)))


def _read_share(
    satisfied: Floats,
    answers: Floats,
    window: slice,
    base: slice,
    missing: NDArray[np.int64],
    short: bool,
    indicator: Indicator,
    method: Method,
) -> Reading:
    if (satisfied > answers * (1 + 1e-6)).any():  # float32 may be off in the seventh digit
        raise HistoryError("more_satisfied_than_answered", indicator=indicator.code)
    satisfied = np.minimum(satisfied, answers)
    past = slice(max(answers.shape[1] - max(method.shrinkage.memory, indicator.window), 0), answers.shape[1])
    yes, asked = satisfied[:, window].sum(axis=1), answers[:, window].sum(axis=1)
    weight = _answers_of_the_whole(satisfied[:, past].sum(axis=1), answers[:, past].sum(axis=1))
    # Half an answer each way: nobody is ever wholly satisfied or wholly not.
    mean = float((yes.sum() + 0.5) / (asked.sum() + 1))
    good, bad = _remembered_share(satisfied[:, past], answers[:, past], mean, weight, method.shrinkage.change)
    base_yes, base_asked = satisfied[:, base].sum(axis=1), answers[:, base].sum(axis=1)
    base_mean = float((base_yes.sum() + 0.5) / (base_asked.sum() + 1))
    base_values = ((base_yes + weight * base_mean) / (base_asked + weight))[base_asked > 0]
    window_good, window_bad = yes + weight * mean, asked - yes + weight * (1 - mean)
    count = len(yes)
    return Reading(
        yes,
        asked,
        asked,
        np.full(count, base_mean),
        np.ones(count),
        good / (good + bad),
        window_good / (window_good + window_bad),
        np.full(count, mean),
        np.full(count, weight),
        missing,
        asked >= max(method.evidence.answers, 1e-9),
        _logit(good, bad),
        _logit(window_good, window_bad),
        scale_for(indicator, method.normalization, base_values),
        short,
    )


def _answers_of_the_whole(satisfied: Floats, answers: Floats) -> float:
    if (answers > 0).sum() < FEW_AREAS:
        return USUAL_ANSWERS
    return min(prior_answers(satisfied, answers), MOST_ANSWERS)


def _remembered_share(
    satisfied: Floats, answers: Floats, mean: float, weight: float, change: float
) -> tuple[Floats, Floats]:
    good_before, bad_before = mean * weight, (1 - mean) * weight
    all_yes, all_asked = satisfied.sum(axis=1), answers.sum(axis=1)
    whole = scipy.special.betaln(good_before, bad_before)
    logs, goods, bads = [], [], []
    for months, chance in _candidates(answers.shape[1], change):
        yes, asked = satisfied[:, -months:].sum(axis=1), answers[:, -months:].sum(axis=1)
        good, bad = good_before + yes, bad_before + asked - yes
        evidence = np.log(chance) + scipy.special.betaln(good, bad) - whole
        if months < answers.shape[1]:
            old = scipy.special.betaln(
                good_before + all_yes - yes, bad_before + (all_asked - asked) - (all_yes - yes)
            )
            evidence = evidence + old - whole
        logs.append(evidence)
        goods.append(good)
        bads.append(bad)
    shares = _shares(logs)
    good, bad = np.stack(goods), np.stack(bads)
    means = good / (good + bad)
    middle = (shares * means).sum(axis=0)
    variance = (shares * (means * (1 - means) / (good + bad + 1) + means**2)).sum(axis=0) - middle**2
    worth = middle * (1 - middle) / variance - 1
    return middle * worth, (1 - middle) * worth


def _logit(good: Floats, bad: Floats) -> Posterior:
    spread = np.sqrt(scipy.special.polygamma(1, good) + scipy.special.polygamma(1, bad))
    return Posterior(np.asarray(scipy.special.digamma(good) - scipy.special.digamma(bad)), np.asarray(spread))
