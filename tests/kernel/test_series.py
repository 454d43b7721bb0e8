"""Series are judged as their authors judge them; a calendar is learned; run lengths are those of the tables.

The expected bounds were computed once with R 4.2 and surveillance 1.20.3 for the series below, which is a formula:
`algo.farrington` (alpha 0.1, which is two-sided there), `farringtonFlexible` and `earsC`.
"""

from dataclasses import replace
from typing import Literal

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import nbinom, poisson

from maplebridge.kernel.statistics import quasi_poisson, series

Counts = NDArray[np.int64]
WEEKS = np.arange(315, 330)


def written_down() -> Counts:
    t = np.arange(1, 331)
    noise = 14 * ((7 * t**2 + 3 * t) % 11) / 11
    y = np.floor(6 + 3 * np.sin(2 * np.pi * t / 52) + t / 100 + noise).astype(int)
    y[199:203] += 9
    y[324:327] += 8
    return y[None]


def numbers(text: str) -> list[float]:
    return [float(word) for word in text.split()]


def test_farringtons_bounds_are_those_of_r() -> None:
    judged = series.farrington(written_down(), WEEKS)
    assert judged.upper[0] == pytest.approx(
        numbers(
            "20.680976 19.572875 20.317595 20.777702 20.404942 21.049406 20.911395 20.412306 21.669912"
            " 21.394602 21.084265 21.675887 20.367447 20.634682 20.907224"
        ),
        abs=2e-5,  # R stops its iterations at 1e-8 of the deviance, we go on
    )


def test_farringtons_bounds_as_surveillance_has_them_are_those_of_the_flexible_function() -> None:
    judged = series.farrington(written_down(), WEEKS, replace(series.FARRINGTON, like_surveillance=True))
    assert judged.upper[0] == pytest.approx(
        numbers(
            "24.008765 21.633003 22.083999 23.017284 22.549967 22.819630 23.150567 22.424987 22.983798"
            " 24.073281 22.412833 24.491174 22.418093 22.481755 23.152767"
        ),
        abs=1e-6,
    )
    assert (np.flatnonzero(judged.alarm[0]) + 1).tolist() == [5, 10, 12]


def test_noufailys_bounds_are_those_of_r() -> None:
    judged = series.farrington(written_down(), WEEKS, series.NOUFAILY)
    assert judged.upper[0].tolist() == numbers("25 25 26 26 26 27 27 26 27 27 27 27 26 27 26")
    assert judged.expected[0, :5] == pytest.approx(
        numbers("15.7905992 15.5286869 16.0992736 16.4522282 16.6165061"), abs=1e-5
    )
    assert judged.p[0, :5] == pytest.approx(
        numbers("0.1083403 0.8861864 0.5132975 0.8717812 0.1061285"), abs=1e-5
    )
    assert (np.flatnonzero(judged.alarm[0]) + 1).tolist() == [12]


@pytest.mark.parametrize(
    ("method", "upper", "alarms"),
    [
        ("C1", "25.834689 28.907351 28.489731 28.489731 28.685804 33.841465 33.523119", []),
        ("C2", "26.031512 27.573730 25.834689 28.907351 28.489731 28.489731 28.685804", [12]),
        ("C3", "36.317226 17.797358 22.523738 25.478779 37.918303 21.993698 28.212707", []),
    ],
)
def test_ears_bounds_are_those_of_r(method: Literal["C1", "C2", "C3"], upper: str, alarms: list[int]) -> None:
    bounds, found = series.ears(written_down(), method, with_today=False)
    assert bounds[0, 315:322] == pytest.approx(numbers(upper), abs=1e-6)
    assert (np.flatnonzero(found[0, WEEKS]) + 1).tolist() == alarms


def test_c3_adds_the_day_itself_to_the_two_before() -> None:
    week = np.array([1.0, 1.0, 2.0, 2.0, 2.0, 3.0, 3.0])  # every seven days in a row have its mean and spread
    high = week.mean() + week.std(ddof=1) * (1 + 3.2)  # 3.2 above the allowance: more than the 3.09 of 0.001
    y = np.append(np.tile(week, 2), [high, high, high])[None]
    assert series.ears(y, "C3")[1][0, 14:].tolist() == [True, True, True]
    assert series.ears(y, "C3", with_today=False)[1][0, 14:].tolist() == [False, True, True]
    assert not series.ears(y, "C3")[1][0, :14].any()


def test_days_without_a_whole_past_have_no_bound() -> None:
    upper, alarms = series.ears(np.array([[1, 2, 1, 2, 1, 2, 1, 50, 1, 2, 90, 1]]), "C2")
    assert np.isnan(upper[0, :9]).all()
    assert not np.isnan(upper[0, 9:]).any()
    assert alarms[0].tolist() == [False] * 10 + [True, False]


def brook_evans(limit: float, allowance: float, shift: float, states: int) -> float:
    """The chain of Brook and Evans 1972, table 1: the sum rounded to equal steps."""
    width = 2 * limit / (2 * states - 1)
    step = (np.arange(states)[None] - np.arange(states)[:, None]) * width + allowance - shift
    moves = ndtr(step + width / 2) - ndtr(step - width / 2)
    moves[:, 0] = ndtr(step[:, 0] + width / 2)
    return float(np.linalg.solve(np.eye(states) - moves, np.ones(states))[0])


@pytest.mark.parametrize(("limit", "shift"), [(4, 0), (4, 1), (4, 2), (5, 0), (5, 1), (5, 2)])
def test_run_lengths_are_the_limit_of_brook_and_evans(limit: float, shift: float) -> None:
    coarse, fine = (brook_evans(limit, 0.5, shift, states) for states in (200, 400))
    exact = series.Cusum(0.5, limit).run_length(shift)
    assert fine == pytest.approx(exact, rel=1e-4)
    # The chain's error falls with the square of its states.
    assert fine + (fine - coarse) / 3 == pytest.approx(exact, rel=2e-6)


def test_published_run_lengths() -> None:
    # Two-sided, Montgomery, Introduction to Statistical Quality Control, table 9.3: half the one-sided at no shift.
    lengths = [series.Cusum(0.5, limit).run_length() / 2 for limit in (4, 5)]
    assert lengths == pytest.approx([168, 465], abs=0.6)
    assert series.Cusum(0.5, 4).run_length(1) == pytest.approx(8.38, abs=0.005)
    assert series.Cusum(0.5, 5).run_length(2) == pytest.approx(4.01, abs=0.005)


def test_a_sum_alarms_as_often_as_its_run_length_says_and_starts_anew() -> None:
    chosen = series.Cusum.with_run_length(50)
    assert chosen.run_length() == pytest.approx(50)
    sums, alarms = chosen.sums(np.random.default_rng(1).normal(size=(200, 2000)))
    assert 1 / alarms.mean() == pytest.approx(50, rel=0.05)
    assert (sums >= 0).all()
    after = alarms[:, :-1]
    assert sums[:, 1:][after].max() <= 5  # not on top of what stood there before


def test_a_sum_written_out() -> None:
    sums, alarms = series.Cusum(0.5, 2.0).sums(np.array([[1.0, 0.0, 2.5, -1.0, 1.0]]))
    assert sums[0].tolist() == [0.5, 0.0, 2.0, 0.5, 1.0]
    assert not alarms.any()
    sums, alarms = series.Cusum(0.5, 2.0).sums(np.array([[3.0, 1.0, 0.0]]))
    assert sums[0].tolist() == [2.5, 0.5, 0.0]
    assert alarms[0].tolist() == [True, False, False]


def test_an_unspread_series_is_judged_by_poissons_tail_and_a_spread_one_by_the_negative_binomial() -> None:
    mean, dispersion = np.array([3.0, 0.2, 40.0]), np.array([1.0, 1.0, 2.5])
    observed = np.array([7, 0, 61])
    expected = [
        poisson.sf(6, 3.0),
        1.0,
        nbinom.sf(60, 40 / 1.5, 1 / 2.5),
    ]
    assert series.count_tail(observed, mean, dispersion) == pytest.approx(expected)
    for q in (0.5, 0.95, 0.999):
        found = series.count_quantile(q, mean, dispersion)
        assert found.tolist() == [
            poisson.ppf(q, 3.0),
            poisson.ppf(q, 0.2),
            nbinom.ppf(q, 40 / 1.5, 1 / 2.5),
        ]


def test_fits_are_maximum_likelihood_whatever_the_weights() -> None:
    random = np.random.default_rng(4)
    design = np.column_stack([np.ones(80), random.normal(size=80), random.integers(0, 2, 80)])
    observed = random.poisson(np.exp(design @ np.array([0.5, 0.4, -0.7])), (5, 80))
    weights = random.uniform(0.2, 2, (5, 80))
    fitted = quasi_poisson.fit(design, observed.astype(float), weights)
    score = (weights * (observed - fitted.mean)) @ design
    assert score == pytest.approx(0, abs=1e-6)
    assert fitted.leverage().sum(axis=1) == pytest.approx(3)


def test_a_past_without_any_case_still_alarms() -> None:
    counts = np.zeros((1, 300), dtype=int)
    counts[0, 296:] = [1, 2, 3, 4]
    for method in (series.FARRINGTON, series.NOUFAILY):
        judged = series.farrington(counts, np.array([290, 299]), method)
        assert judged.alarm[0].tolist() == [False, True]
        assert np.isfinite(judged.upper).all()


def test_a_week_without_its_whole_past_is_refused() -> None:
    with pytest.raises(ValueError, match="Week 200"):
        series.farrington(np.ones((1, 300), dtype=int), np.array([200]))


def test_an_old_outbreak_raises_the_bound_less_than_it_would_unweighted() -> None:
    counts = written_down()
    counts[0, 262:266] += 60
    plain = series.farrington(counts, WEEKS, replace(series.NOUFAILY, outlier=1e9))
    assert (series.farrington(counts, WEEKS, series.NOUFAILY).expected < plain.expected).all()


def days(count: int) -> series.Calendar:
    day = np.arange(count)
    return series.Calendar(day % 7, ((day % 180) < 4).astype(int))


def test_weekdays_holidays_season_and_trend_are_learned() -> None:
    calendar = days(1100)
    day = np.arange(1100)
    truth = np.exp(
        1.5
        + 0.5 * (calendar.weekday == 5)
        - 1.0 * calendar.kind
        + 0.4 * np.sin(2 * np.pi * day / 365.25)
        + 0.2 * (day - 1000) / 365.25
    )
    counts = np.random.default_rng(3).poisson(truth, (40, 1100))
    found = series.forecast(counts, calendar, known=1000, days=np.arange(1000, 1100))
    assert found.mean.mean(axis=0) == pytest.approx(truth[1000:], rel=0.06)
    assert found.dispersion.mean() == pytest.approx(1, abs=0.06)


def test_what_happened_lately_is_as_probable_as_said_and_an_outbreak_is_not() -> None:
    calendar = days(900)
    random = np.random.default_rng(5)
    counts = random.negative_binomial(4, 0.5, (200, 900))
    counts[7, 893:] += 6
    expected = series.forecast(counts, calendar, known=860, days=np.arange(860, 900))
    p = series.lately(counts[:, 860:], expected)
    quiet = np.delete(p[:, 20:], 7, axis=0)
    assert (quiet < 0.05).mean(axis=(0, 1)) == pytest.approx(0.05, abs=0.025)
    assert p[7, -1].min() < 1e-6
    assert (p[:, 0, 1:] == 1).all()


def test_a_short_past_and_an_odd_calendar_are_refused() -> None:
    with pytest.raises(ValueError, match="Four weeks"):
        series.forecast(np.ones((1, 30), dtype=int), days(30), known=20, days=np.array([25]))
    with pytest.raises(ValueError, match="weekday"):
        series.Calendar(np.arange(3), np.arange(2))


def test_a_silent_series_alarms_at_its_first_cases_and_nothing_is_infinite() -> None:
    counts = np.zeros((2, 400), dtype=int)
    counts[0, 399] = 3
    expected = series.forecast(counts, days(400), known=386, days=np.arange(386, 400))
    p = series.lately(counts[:, 386:], expected)
    assert np.isfinite(p).all()
    assert p[0, -1, 0] < 1e-4
    assert p[1].min() == 1
