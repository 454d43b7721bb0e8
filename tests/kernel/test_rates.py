import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from tests.kernel.published import neighbors, numbers, table

from maplebridge.kernel.statistics.rates import (
    cut_outliers,
    gamma_poisson,
    gamma_prior,
    marshall,
    marshall_local,
    rate_ratio,
    wilson,
)

NC = table("nc_sids.csv")
DEATHS, BIRTHS, NEAR = numbers(NC["deaths"]), numbers(NC["births"]), neighbors(NC["neighbors"])

COUNTS = st.lists(st.tuples(st.integers(0, 500), st.integers(1, 100_000)), min_size=2, max_size=40)


def test_rates_of_north_carolina_shrink_as_published() -> None:
    """spdep's EBest: a = 7.6929306e-07, b = 0.0020214449."""
    shrunk = marshall(DEATHS, BIRTHS)

    assert shrunk.variance == pytest.approx(7.6929306470147e-07, abs=1e-18)
    assert shrunk.mean == pytest.approx(0.0020214448936544, abs=1e-15)
    assert shrunk.rates[:5] == pytest.approx(
        [0.0016972973308556, 0.0017053776808422, 0.0017730870220702, 0.0020128680842213, 0.0035349131491551],
        abs=1e-14,
    )


def test_rates_shrink_toward_the_neighbors_as_published() -> None:
    """spdep's EBlocal on the same counties."""
    assert marshall_local(DEATHS, BIRTHS, NEAR)[:5] == pytest.approx(
        [
            0.00099222755085166,
            0.0012639029322548,
            0.00108592767417237,
            0.00076045627376426,
            0.00501538812264904,
        ],
        abs=1e-14,
    )


def test_an_area_without_neighbors_keeps_its_own_rate() -> None:
    alone = csr_array((3, 3))

    assert marshall_local([1, 2, 3], [10, 10, 10], alone) == pytest.approx([0.1, 0.2, 0.3])


def test_lip_cancer_in_scotland_shrinks_as_published() -> None:
    """SpatialEpi's eBayes: alpha 1.87949, beta 0.3521065; 6.43 becomes 3.997362, 4.48 becomes 4.079111."""
    lips = table("lip_cancer.csv")
    fitted = gamma_poisson(numbers(lips["observed"]), numbers(lips["expected"]))

    assert fitted.shape == pytest.approx(1.87949, abs=1e-5)
    assert np.log(fitted.mean) == pytest.approx(0.3521065, abs=1e-7)
    assert fitted.risks[:2] == pytest.approx([3.997362, 4.079111], abs=1e-6)


@given(COUNTS)
def test_shrinking_never_leaves_the_span_between_rate_and_mean(pairs: list[tuple[int, int]]) -> None:
    events, people = np.array(pairs, dtype=float).T
    shrunk = marshall(events, people)
    rates = events / people

    assert (shrunk.rates >= np.minimum(rates, shrunk.mean) - 1e-12).all()
    assert (shrunk.rates <= np.maximum(rates, shrunk.mean) + 1e-12).all()


def test_no_event_anywhere_is_a_rate_of_zero_everywhere() -> None:
    assert marshall([0, 0], [100, 200]).rates.tolist() == [0, 0]
    assert gamma_poisson([0, 0], [1, 2]).risks.tolist() == [0, 0]
    assert gamma_prior([0, 0], [100, 200]).mean == pytest.approx(0.5 / 300)


def test_areas_that_do_not_differ_all_get_the_mean() -> None:
    assert marshall([10, 10, 10], [100, 100, 100]).variance == 0
    assert gamma_poisson([10, 10, 10], [10, 10, 10]).risks == pytest.approx([1, 1, 1], abs=1e-5)


def test_one_gigantic_area_does_not_hide_the_others() -> None:
    """Rates differ by a fifth; one area is a hundred times as high."""
    generator = np.random.default_rng(3)
    people = np.full(60, 1000.0)
    events = generator.poisson(0.05 * generator.gamma(25, 1 / 25, 60) * people).astype(float)
    spoiled = events.copy()
    spoiled[0] = 5000

    quiet, cut = gamma_prior(events, people), gamma_prior(spoiled, people)

    assert cut.mean == pytest.approx(quiet.mean, rel=0.1)
    assert gamma_prior(spoiled, people, outlier_at=1e9).mean > 2 * quiet.mean


def test_what_chance_can_make_is_not_cut() -> None:
    few = np.array([0, 0, 0, 0, 6.0])
    assert cut_outliers(few, np.ones(5)).tolist() == few.tolist()


def test_areas_without_exposure_do_not_count_for_the_prior() -> None:
    assert gamma_prior([5, 9, 7], [100, 0, 100]) == gamma_prior([5, 7], [100, 100])


@pytest.mark.parametrize(
    ("counts", "exposure"), [([-1, 2], [1, 1]), ([1, 2], [0, 1]), ([np.nan, 2], [1, 1]), ([1, 2, 3], [1, 1])]
)
def test_what_is_no_count_or_no_exposure_is_refused(counts: list[float], exposure: list[float]) -> None:
    with pytest.raises(ValueError, match="Counts"):
        marshall(counts, exposure)


def test_wilson_interval_as_published() -> None:
    assert wilson(35, 50) == pytest.approx((0.5624965, 0.8089645), abs=1e-7)
    assert wilson(0, 0) == (0, 1)
    assert wilson(0, 10)[0] == 0
    assert wilson(10, 10)[1] == 1


def test_a_ratio_of_rates_has_its_exact_interval() -> None:
    """R: poisson.test(c(11, 6 + 8 + 7), c(800, 1083 + 1050 + 878)) has 2.0, 0.87 to 4.3."""
    twice = rate_ratio(11, 800, 21, 3011)

    assert twice.ratio == pytest.approx(1.971488, abs=1e-6)
    assert (twice.lower, twice.upper) == pytest.approx((0.8584264034, 4.2772659437), abs=1e-8)


def test_where_nothing_was_before_there_is_no_upper_end() -> None:
    assert rate_ratio(3, 1, 0, 1).upper == np.inf
    assert rate_ratio(0, 1, 3, 1).lower == 0
    assert np.isnan(rate_ratio(0, 1, 0, 1).ratio)
