from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from tests.grading.gradings import AUGUST, FRAUD, METHOD, THEFT, VIEW, only, town

from maplebridge.grading.domain import draws, monthly
from maplebridge.grading.domain.history import History, HistoryError
from maplebridge.grading.domain.hysteresis import Move
from maplebridge.grading.domain.method import Against, Color, Evidence, MethodError, Normalization, Shrinkage
from maplebridge.grading.domain.monthly import MonthlyGrades, grade_month
from maplebridge.kernel.periods import Month
from maplebridge.kernel.statistics.composite import Aggregation

RISKS = np.linspace(0.4, 2.4, 20)


def same(one: MonthlyGrades, other: MonthlyGrades, rows: slice | np.ndarray = np.s_[:]) -> bool:
    """Say whether two gradings are equal to the last bit, in the rows of the first."""
    fields = ("scores", "low", "high", "probabilities", "color", "held", "move", "indicator_scores", "enough")
    return all(
        np.array_equal(getattr(one, name)[rows], getattr(other, name), equal_nan=True) for name in fields
    )


def test_areas_get_the_colors_of_their_true_risks() -> None:
    """Cuts are at 0.8, 1.1, 1.4 and 1.8 times the town's rate; with years of counts few are missed."""
    history = town(risks=RISKS, people=40_000)
    thefts = replace(history, counts=history.counts[:, :1], exposure=history.exposure[:, :1])
    found = grade_month(thefts, only(THEFT), None, seed=1)
    true = np.searchsorted(THEFT.bands, RISKS / RISKS.mean())

    assert (np.abs(found.color - true) <= 1).all()
    assert (found.color == true).mean() >= 0.85
    assert found.probabilities.sum(axis=1) == pytest.approx(np.ones(20))
    assert (found.low <= found.scores + 0.2).all()
    assert (found.scores <= found.high + 0.2).all()


def test_the_same_input_gives_the_same_grades_to_the_last_bit() -> None:
    history = town(risks=RISKS)

    assert same(grade_month(history, METHOD, None, seed=5), grade_month(history, METHOD, None, seed=5))
    other = grade_month(history, METHOD, None, seed=6)
    assert not np.array_equal(grade_month(history, METHOD, None, seed=5).low, other.low)


@pytest.mark.parametrize("rows", [1, 7, 1000])
def test_grades_do_not_depend_on_how_many_areas_are_drawn_at_once(
    rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = town(risks=RISKS)
    usual = grade_month(history, METHOD, None, seed=5)
    monkeypatch.setattr(draws, "ROWS_AT_ONCE", rows)
    again = grade_month(history, METHOD, None, seed=5)

    assert same(usual, again)
    assert (usual.rank_low == again.rank_low).all()


def test_the_order_of_the_areas_does_not_matter() -> None:
    history = town(risks=RISKS)
    turned = history.only(np.arange(20)[::-1])
    one, other = (grade_month(given, METHOD, None, seed=5) for given in (history, turned))

    # sums of floating point numbers differ in the last digits with their order; no color does
    assert one.color[::-1].tolist() == other.color.tolist()
    assert one.scores[::-1] == pytest.approx(other.scores, rel=1e-9)


def test_numbers_in_single_precision_give_the_same_colors() -> None:
    history = town(risks=RISKS)
    single = replace(
        history, counts=history.counts.astype(np.float32), exposure=history.exposure.astype(np.float32)
    )
    assert (
        grade_month(history, METHOD, None, 5).color.tolist()
        == grade_month(single, METHOD, None, 5).color.tolist()
    )


@pytest.mark.parametrize("normalization", Normalization)
@pytest.mark.parametrize("aggregation", Aggregation)
def test_the_safest_area_is_best_on_every_scale(
    normalization: Normalization, aggregation: Aggregation
) -> None:
    history = town(risks=RISKS, people=40_000)
    method = replace(METHOD, normalization=normalization, aggregation=aggregation)
    grades = grade_month(history, method, None, seed=2)

    assert grades.scores[0] > grades.scores[10] > grades.scores[-1]
    assert (grades.scores >= 1).all()
    assert (grades.scores <= 100).all()
    assert grades.rank_low[0] == 1
    assert grades.rank_high[-1] == 20


def test_a_weakness_counts_more_in_a_geometric_mean() -> None:
    history = town(risks=RISKS)
    sum_of_parts = grade_month(history, METHOD, None, 1).scores
    product = grade_month(history, replace(METHOD, aggregation=Aggregation.GEOMETRIC), None, 1).scores
    assert (product <= sum_of_parts + 1e-9).all()


def test_drawn_scores_lie_around_the_score() -> None:
    history = town(risks=RISKS)
    grades = grade_month(history, METHOD, None, seed=3)
    inside = (grades.low <= grades.scores) & (grades.scores <= grades.high)
    assert inside.all()


def test_what_is_less_sure_has_a_wider_interval() -> None:
    small, large = (
        grade_month(town(people=people, risks=RISKS), METHOD, None, 1) for people in (3000, 100_000)
    )
    assert (small.high - small.low).mean() > 1.5 * (large.high - large.low).mean()


def test_a_season_is_no_reason_for_another_color() -> None:
    """Everything doubles each summer; in an August like every August the town is what it is."""
    season = 1 + 0.5 * np.sin(2 * np.pi * (np.arange(48) - 4) / 12)  # most in August
    history = town(20, 48, risks=np.tile(season, (20, 1)), people=30_000)
    with_season = grade_month(history, METHOD, None, 1)
    blind = tuple(replace(one, seasonal=False) for one in METHOD.indicators)
    without = grade_month(history, replace(METHOD, indicators=blind), None, 1)

    assert np.median(with_season.indicator_scores[:, 0]) > np.median(without.indicator_scores[:, 0]) + 5


def test_against_its_own_past_a_bad_area_that_is_as_bad_as_ever_is_blue() -> None:
    history = town(risks=RISKS, people=30_000)
    past = only(replace(THEFT, against=Against.OWN_PAST))
    thefts = replace(history, counts=history.counts[:, :1], exposure=history.exposure[:, :1])

    assert grade_month(thefts, only(THEFT), None, 1).color[-1] >= Color.RED
    assert grade_month(thefts, past, None, 1).color[-1] in (Color.GREEN, Color.BLUE)


def test_against_a_target_the_bands_are_rates() -> None:
    """8 thefts a month among 8,000 residents are 10 for each 10,000."""
    thefts = only(replace(THEFT, against=Against.TARGET, bands=(9.0, 12.0, 15.0, 20.0)))
    history = town()
    grades = grade_month(
        replace(history, counts=history.counts[:, :1], exposure=history.exposure[:, :1]), thefts, None, 1
    )
    assert grades.readings[0].estimate.mean() == pytest.approx(10, rel=0.1)
    assert set(grades.color.tolist()) <= {Color.GREEN, Color.BLUE, Color.YELLOW}


def test_an_area_that_doubles_gets_worse_and_says_why() -> None:
    risks = np.ones((20, 36))
    risks[4, -3:] = 2.5
    history = town(risks=risks, people=20_000)
    before = grade_month(history.until(AUGUST - 3), METHOD, None, 1)
    after = grade_month(history, METHOD, before.held, 1)

    assert after.color[4] > before.color[4]
    assert after.move[4] in (Move.WORSE, Move.WORSE_AT_ONCE)
    assert after.contributions[4, 0] > before.contributions[4, 0] + 5
    assert after.moved[4] == after.color[4] - before.color[4]


def test_contributions_are_the_points_short_of_a_hundred() -> None:
    grades = grade_month(town(risks=RISKS), METHOD, None, 1)
    assert 100 - grades.contributions.sum(axis=1) == pytest.approx(grades.scores)


def test_few_events_are_no_grade() -> None:
    """Two events to be expected in three months, and 12 are asked for."""
    history = town(people=450)
    grades = grade_month(history, METHOD, np.full(20, Color.BLUE, np.int8), 1)

    assert (grades.color == Color.GRAY).all()
    assert (grades.held == Color.BLUE).all()
    assert (grades.move == Move.NO_GRADE).all()
    assert (grades.rank_low == 0).all()


def test_nothing_happened_where_much_was_expected_is_evidence() -> None:
    history = town()
    history.counts[3, :2] = 0
    grades = grade_month(history, METHOD, None, 1)
    assert grades.color[3] == grades.color.min() >= Color.GREEN


def spoiled(change: Callable[[History], None]) -> History:
    history = town(risks=RISKS)
    change(history)
    return history


def test_a_missing_indicator_leaves_the_others_to_count() -> None:
    def lose_fraud(history: History) -> None:
        history.counts[2, 1] = np.nan

    grades = grade_month(spoiled(lose_fraud), METHOD, None, 1)
    assert np.isnan(grades.indicator_scores[2]).tolist() == [False, True, False]
    theft, _, view = grades.indicator_scores[2]
    assert grades.scores[2] == pytest.approx((2 * theft + view) / 3)
    assert grades.color[2] != Color.GRAY


def test_an_area_of_which_most_is_missing_is_gray() -> None:
    def lose_most(history: History) -> None:
        history.counts[2, :2] = np.nan

    assert grade_month(spoiled(lose_most), METHOD, None, 1).color[2] == Color.GRAY


def test_no_exposure_is_missing_not_endless() -> None:
    def lose_people(history: History) -> None:
        history.exposure[2, 0] = 0

    grades = grade_month(spoiled(lose_people), METHOD, None, 1)
    assert np.isnan(grades.indicator_scores[2, 0])
    assert grades.readings[0].missing_months[2] == 3
    assert np.isfinite(grades.scores).all()


def test_a_missing_month_of_the_window_is_left_out() -> None:
    def lose_july(history: History) -> None:
        history.counts[:, 0, -2] = np.nan

    reading = grade_month(spoiled(lose_july), METHOD, None, 1).readings[0]
    assert reading.exposure[0] == 16_000
    assert reading.missing_months[0] == 1


@pytest.mark.parametrize(("value", "code"), [(-1.0, "count_negative"), (np.inf, "count_infinite")])
def test_a_count_that_is_none_is_refused_and_found(value: float, code: str) -> None:
    history = town()
    counts = history.counts.copy()
    counts[3, 1, 30] = value
    with pytest.raises(HistoryError) as refused:
        replace(history, counts=counts)
    assert refused.value.code == code
    assert refused.value.where == {"area": 103, "indicator": 1, "month": "2026-03", "how_many": 1}


def test_more_satisfied_than_answered_is_refused() -> None:
    def stuff(history: History) -> None:
        history.counts[0, 2, 5] = 500

    with pytest.raises(HistoryError, match="more_satisfied_than_answered"):
        grade_month(spoiled(stuff), METHOD, None, 1)


def test_all_zero_months_are_no_wonder() -> None:
    history = town()
    history.counts[:, :2] = 0
    grades = grade_month(history, METHOD, None, 1)
    assert np.isfinite(grades.scores).all()
    assert (grades.color == Color.GRAY).all()  # nothing counted and nothing expected is no evidence


def test_one_gigantic_outlier_moves_nobody_else() -> None:
    calm = grade_month(town(), METHOD, None, 1)
    history = town()
    history.counts[7, 0, -1] = 1_000_000
    spoilt = grade_month(history, METHOD, None, 1)
    others = np.arange(20) != 7

    assert spoilt.indicator_scores[7, 0] == pytest.approx(1)
    assert (np.abs(spoilt.color - calm.color)[others] <= 1).all()
    assert spoilt.scores[others] == pytest.approx(calm.scores[others], abs=8)


def test_an_area_without_neighbors_leans_on_the_whole() -> None:
    history = town(risks=RISKS)
    ring = np.roll(np.eye(20), 1, axis=1) + np.roll(np.eye(20), -1, axis=1)
    ring[5] = ring[:, 5] = 0
    near = replace(METHOD, shrinkage=Shrinkage(by_neighbors=True))
    grades = grade_month(replace(history, neighbors=csr_array(ring)), near, None, 1)

    assert np.isfinite(grades.scores).all()
    means = grades.readings[0].prior_mean
    assert means[1] < means[10] < means[18]
    assert abs(means[5] - np.median(means)) < 0.3


def test_a_town_that_has_just_begun_is_graded_with_a_word_of_caution() -> None:
    grades = grade_month(town(months=3, risks=RISKS[:, None]), METHOD, None, 1)
    assert grades.readings[0].base_is_short
    assert np.isfinite(grades.scores).all()


def test_a_town_of_one_area_is_graded() -> None:
    history = town(1, 36)
    history.counts[0, 0, -3:] *= 3
    grades = grade_month(history, METHOD, None, 1)
    assert grades.indicator_scores[0, 0] < grades.indicator_scores[0, 1]
    assert (grades.rank_low[0], grades.rank_high[0]) == (1, 1)


def test_an_indicator_counts_only_while_it_is_valid() -> None:
    late = replace(FRAUD, valid_from=Month(2026, 9))
    method = replace(METHOD, indicators=(THEFT, late, VIEW))
    grades = grade_month(town(risks=RISKS), method, None, 1)
    assert np.isnan(grades.indicator_scores[:, 1]).all()
    assert grades.contributions[:, 1].tolist() == [0] * 20


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"valid_from": date(2026, 9, 1)}, "not_in_force_yet"),
        (
            {"indicators": tuple(replace(one, valid_to=Month(2020, 1)) for one in METHOD.indicators)},
            "no_indicator_valid",
        ),
    ],
)
def test_a_method_that_is_not_in_force_grades_nothing(changed: dict[str, object], code: str) -> None:
    with pytest.raises(MethodError, match=code):
        grade_month(town(), replace(METHOD, **changed), None, 1)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("previous", "code"),
    [(np.zeros(3, np.int8), "previous_differ"), (np.full(20, 9, np.int8), "no_such_color")],
)
def test_colors_before_are_checked(previous: np.ndarray, code: str) -> None:
    with pytest.raises(HistoryError, match=code):
        grade_month(town(), METHOD, previous, 1)


def test_a_history_is_one_table() -> None:
    history = town()
    for changed, code in (
        ({"exposure": history.exposure[:, :, :-1]}, "shapes_differ"),
        ({"areas": history.areas[:-1]}, "areas_differ"),
        ({"areas": np.zeros(20, np.int64)}, "area_twice"),
        ({"counts": history.counts[:, :, :0], "exposure": history.exposure[:, :, :0]}, "nothing_to_grade"),
        ({"neighbors": csr_array((3, 3))}, "neighbors_differ"),
    ):
        with pytest.raises(HistoryError, match=code):
            replace(history, **changed)  # type: ignore[arg-type]
    with pytest.raises(HistoryError, match="month_not_in_history"):
        history.until(Month(2026, 9))
    with pytest.raises(HistoryError, match="indicators_differ"):
        grade_month(history, only(THEFT), None, 1)


def test_a_large_city_is_ranked_nearly_as_a_small_one(monkeypatch: pytest.MonkeyPatch) -> None:
    history = town(60, risks=np.linspace(0.5, 2, 60))
    exact = grade_month(history, METHOD, None, 1)
    monkeypatch.setattr(monthly, "RANKED_TOGETHER", 10)
    rough = grade_month(history, METHOD, None, 1)

    assert np.abs(exact.rank_low - rough.rank_low).mean() < 4
    assert np.abs(exact.rank_high - rough.rank_high).mean() < 4


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 12), st.integers(1, 40), st.integers(0, 2**32), st.floats(0, 1))
def test_whatever_is_missing_a_grade_is_a_grade(areas: int, months: int, seed: int, gone: float) -> None:
    history = town(areas, months, seed=seed % 1000)
    generator = np.random.default_rng(seed)
    history.counts[generator.random(history.counts.shape) < gone] = np.nan
    grades = grade_month(history, METHOD, None, seed, draws=50)
    graded = grades.color != Color.GRAY

    assert np.isfinite(grades.scores[graded]).all()
    assert ((grades.scores[graded] >= 1) & (grades.scores[graded] <= 100)).all()
    assert grades.probabilities[graded].sum(axis=1) == pytest.approx(np.ones(graded.sum()))
    assert (grades.rank_low[graded] <= grades.rank_high[graded]).all()
    assert (grades.held[~graded] == Color.GRAY).all()


def test_without_evidence_asked_for_every_area_has_a_grade() -> None:
    anything = replace(METHOD, evidence=Evidence(events=0, answers=0, weight=0.01))
    assert (grade_month(town(people=100), anything, None, 1).color != Color.GRAY).all()
