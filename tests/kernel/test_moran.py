import numpy as np
import pytest
from scipy.sparse import csr_array
from tests.kernel.published import neighbors, numbers, table

from maplebridge.kernel.statistics.moran import moran, moran_of_rates, weights

NC = table("nc_sids.csv")
DEATHS, BIRTHS, NEAR = numbers(NC["deaths"]), numbers(NC["births"]), neighbors(NC["neighbors"])


def test_morans_i_of_north_carolina_as_published() -> None:
    """spdep's moran.test with binary and row weights, under randomization."""
    binary = moran(DEATHS / BIRTHS, weights(NEAR, "binary"))
    rows = moran(DEATHS / BIRTHS, weights(NEAR, "rows"))

    assert binary.statistic == pytest.approx(0.2100464542737466, abs=1e-12)
    assert binary.variance == pytest.approx(0.0036668017621826, abs=1e-12)
    assert rows.statistic == pytest.approx(0.230910448845858, abs=1e-12)
    assert rows.variance == pytest.approx(0.004065133685761, abs=1e-12)
    assert binary.p_value < 0.001


def test_morans_i_of_rates_as_published() -> None:
    """spdep's EBImoran."""
    assert moran_of_rates(DEATHS, BIRTHS, weights(NEAR, "binary")) == pytest.approx(
        0.24299380400792, abs=1e-12
    )


def test_an_island_is_left_out() -> None:
    ring = csr_array(np.roll(np.eye(6), 1, axis=1) + np.roll(np.eye(6), -1, axis=1))
    with_island = csr_array(np.pad(ring.toarray(), (0, 1)))
    values = [1.0, 2.0, 4.0, 3.0, 2.0, 1.0]

    assert moran([*values, 99.0], with_island) == moran(values, ring)


def test_equal_values_have_no_pattern() -> None:
    with pytest.raises(ValueError, match="equal"):
        moran([1.0, 1.0, 1.0], csr_array(np.ones((3, 3)) - np.eye(3)))
