from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import beta, gamma
from tests.grading.gradings import METHOD, THEFT, VIEW, only, town

from maplebridge.grading.domain.draws import Tables
from maplebridge.grading.domain.method import Indicator, Method, Shrinkage
from maplebridge.grading.domain.monthly import MonthlyGrades, grade_month

AREAS = np.arange(400, dtype=np.int64) * 7


def test_every_area_has_all_the_quantiles_in_an_order_of_its_own() -> None:
    rows = Tables(seed=3, draws=1000, indicators=2).rows(AREAS, 0)

    assert (np.sort(rows, axis=1) == np.sort(rows[0])).all()
    together = np.corrcoef(rows)[np.triu_indices(len(rows), 1)]
    assert np.abs(together).max() < 0.2
    assert together.std() == pytest.approx(1 / np.sqrt(1000), rel=0.1)


def test_indicators_and_seeds_are_independent() -> None:
    tables = Tables(seed=3, draws=1000, indicators=2)
    first, second = tables.rows(AREAS, 0), tables.rows(AREAS, 1)
    other = Tables(seed=4, draws=1000, indicators=2).rows(AREAS, 0)

    for one in (second, other):
        each = [np.corrcoef(a, b)[0, 1] for a, b in zip(first, one, strict=True)]
        assert np.abs(each).max() < 0.2


def test_an_area_has_its_draws_whoever_is_beside_it() -> None:
    tables = Tables(seed=3, draws=1000, indicators=2)
    assert (tables.rows(AREAS[50:53], 1) == tables.rows(AREAS, 1)[50:53]).all()


def graded(indicator: Indicator, place: int) -> tuple[MonthlyGrades, Method]:
    """Return grades from one indicator without a memory, so that the posterior is a plain one."""
    method = only(indicator, shrinkage=Shrinkage(memory=3, change=1e-9))
    history = town(risks=np.linspace(0.4, 2.4, 20))
    alone = replace(history, counts=history.counts[:, [place]], exposure=history.exposure[:, [place]])
    return grade_month(alone, method, None, seed=1), method


def test_the_chances_of_colors_are_those_of_the_gamma_posterior() -> None:
    grades, _ = graded(THEFT, 0)
    reading = grades.readings[0]
    shape = reading.prior_mean * reading.prior_weight + reading.observed
    rate = reading.prior_weight + reading.expected
    below = gamma.cdf(np.array(THEFT.bands)[:, None], shape, scale=1 / rate)
    exact = np.diff(np.vstack([np.zeros(20), below, np.ones(20)]), axis=0).T

    assert grades.probabilities == pytest.approx(exact, abs=0.012)


def test_the_chances_of_a_share_are_those_of_the_beta_posterior() -> None:
    grades, _ = graded(VIEW, 2)
    reading = grades.readings[0]
    good = reading.prior_mean * reading.prior_weight + reading.observed
    bad = (1 - reading.prior_mean) * reading.prior_weight + reading.expected - reading.observed
    above = beta.sf(np.array(VIEW.bands)[:, None], good, bad)
    exact = np.diff(np.vstack([np.zeros(20), above, np.ones(20)]), axis=0).T

    assert grades.probabilities == pytest.approx(exact, abs=0.02)


def test_more_draws_change_little() -> None:
    history = town(risks=np.linspace(0.4, 2.4, 20))
    few, many = (grade_month(history, METHOD, None, 1, draws=draws) for draws in (1000, 8000))
    assert few.probabilities == pytest.approx(many.probabilities, abs=0.03)
