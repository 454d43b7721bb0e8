from dataclasses import replace

import numpy as np
import pytest
from tests.grading.gradings import AUGUST, METHOD, THEFT, VIEW, town

from maplebridge.grading.domain.explaining import WORTH_TELLING, Against, Change, Explanation, explain
from maplebridge.grading.domain.method import Color
from maplebridge.grading.domain.monthly import grade_month
from maplebridge.grading.domain.robustness import plausible_weights, robustness, what_if
from maplebridge.kernel.statistics.composite import Aggregation

ROW = 4


def explained(aggregation: Aggregation = Aggregation.ARITHMETIC) -> Explanation:
    """Thefts in one area are two and a half times as many for three months; frauds and answers are as ever."""
    history = town(people=20_000)
    history.counts[ROW, 0, -3:] = np.rint(history.counts[ROW, 0, -3:] * 2.5)
    method = replace(METHOD, aggregation=aggregation)
    before = grade_month(history.until(AUGUST - 3), method, None, 1)
    return explain(ROW, grade_month(history, method, before.held, 1), history, before)


def test_what_rose_is_named_first_and_against_what() -> None:
    found = explained()
    theft = found.indicators[0]

    moved = {one.code: one.points_moved or 0 for one in found.indicators}
    assert (theft.code, [code for code, points in moved.items() if points >= WORTH_TELLING]) == (
        "theft",
        ["theft"],
    )
    assert not [code for code, points in moved.items() if points <= -WORTH_TELLING]
    assert theft.points_moved is not None
    assert theft.points_moved > 5
    changes = {one.against: one.change for one in theft.comparisons}
    assert changes == dict.fromkeys(Against, Change.HIGHER)
    past = next(one for one in theft.comparisons if one.against == Against.OWN_PAST)
    assert past.difference == pytest.approx(2.5, rel=0.2)
    assert past.lower < 2.5 < past.upper


def test_what_chance_explains_is_not_called_a_change() -> None:
    view = next(one for one in explained().indicators if one.code == "view")
    assert {one.change for one in view.comparisons} == {Change.NOT_CLEAR}


@pytest.mark.parametrize("aggregation", Aggregation)
def test_what_would_change_it_does(aggregation: Aggregation) -> None:
    """Whatever level is named: a town that lies there lies on the border."""
    found = explained(aggregation)
    better = next(one for one in found.turnings if one.code == "theft" and one.toward < found.by_score)

    assert better.level < better.now
    history = town(people=20_000)
    history.counts[ROW, 0, :] = 0  # the level for ever, in an area as sure as can be
    history.counts[ROW, 0, -24:] = better.level * 0.9
    again = grade_month(history, replace(METHOD, aggregation=aggregation), None, 1)
    assert again.by_score[ROW] <= better.toward


def test_a_gray_area_has_no_turning_and_says_what_is_missing() -> None:
    history = town()
    history.counts[ROW, :2] = np.nan
    found = explain(ROW, grade_month(history, METHOD, None, 1), history)

    assert (found.color, found.turnings, found.left_out) == (Color.GRAY, (), ("theft", "fraud"))
    assert found.probability == 0


def test_probabilities_of_worse_and_better_leave_the_rest_to_the_color() -> None:
    found = explained()
    assert found.probability + found.probability_worse + found.probability_better == pytest.approx(1)


def test_most_plausible_weightings_agree_where_all_indicators_do() -> None:
    history = town(risks=np.linspace(0.4, 2.4, 20), people=40_000)
    grades = grade_month(history, METHOD, None, 1)
    found = robustness(grades, seed=1)

    assert found.weightings == 1000
    assert found.shares.sum(axis=1) == pytest.approx(np.ones(20))
    assert found.same[0] == pytest.approx(1000 * found.shares[0, grades.by_score[0]])
    assert found.same.mean() > 800
    assert (found.same == robustness(grades, seed=1).same).all()


def test_where_indicators_disagree_the_weights_decide() -> None:
    history = town(people=40_000)
    history.counts[ROW, 0] *= 2.2
    history.counts[ROW, 1] *= 0.5
    found = robustness(grade_month(history, METHOD, None, 1), seed=1)
    assert found.same[ROW] < found.same.max()


def test_weightings_lie_around_the_method_and_add_up() -> None:
    drawn = plausible_weights(replace(METHOD, indicators=(THEFT, replace(VIEW, weight=0))), seed=1)
    assert drawn == pytest.approx(np.tile([1.0, 0.0], (1000, 1)))
    drawn = plausible_weights(METHOD, seed=1)
    assert drawn.sum(axis=1) == pytest.approx(np.ones(1000))
    assert drawn.mean(axis=0) == pytest.approx(METHOD.weights, abs=0.02)


def test_other_bands_show_who_would_move() -> None:
    history = town(risks=np.linspace(0.4, 2.4, 20), people=40_000)
    grades = grade_month(history, METHOD, None, 1)
    stricter = what_if(grades, history, replace(METHOD, bands=(95.0, 80.0, 60.0, 40.0)))
    same = what_if(grades, history, METHOD)

    assert (stricter.other.color[stricter.moved] > grades.color[stricter.moved]).all()
    assert len(stricter.moved) > 5
    assert stricter.unchanged == pytest.approx(1 - len(stricter.moved) / 20)
    assert (len(same.moved), same.unchanged) == (0, 1)


def test_another_window_is_another_reading() -> None:
    history = town(risks=np.linspace(0.4, 2.4, 20), people=40_000)
    grades = grade_month(history, METHOD, None, 1)
    year = tuple(replace(one, window=12) for one in METHOD.indicators)
    assert what_if(grades, history, replace(METHOD, indicators=year)).other.readings[0].exposure[0] == 480_000
