import numpy as np
import pytest

from maplebridge.kernel.statistics.seasonal import seasons

GENERATOR = np.random.default_rng(8)
SUMMER = 1 + 0.5 * np.sin(2 * np.pi * (np.arange(12) - 3) / 12)  # most in July, least in January
MONTHS = np.tile(SUMMER, 5)


def town(areas: int = 40, events: float = 20, growth: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    people = GENERATOR.uniform(500, 2000, (areas, 1)) * np.ones(60)
    rate = events / 1000 * (1 + growth) ** (np.arange(60) // 12)
    return GENERATOR.poisson(rate * MONTHS * people).astype(float), people


def test_the_season_of_the_whole_is_found() -> None:
    found = seasons(*town(), last_month=12)

    assert found.whole == pytest.approx(SUMMER, abs=0.05)
    assert found.whole.mean() == pytest.approx(1)
    assert found.level == pytest.approx(np.full(40, 0.02), rel=0.1)


def test_the_months_are_those_of_the_year_not_of_the_table() -> None:
    events, people = town()
    found = seasons(events[:, :-5], people[:, :-5], last_month=7)

    assert found.whole == pytest.approx(SUMMER, abs=0.05)


def test_growth_is_not_taken_for_a_season() -> None:
    found = seasons(*town(growth=0.3), last_month=12)

    assert found.whole == pytest.approx(SUMMER, abs=0.06)
    assert found.level == pytest.approx(np.full(40, 0.02 * 1.3**4), rel=0.15)


def test_an_area_with_a_season_of_its_own_keeps_it_where_it_has_events_enough() -> None:
    events, people = town()
    winter = np.roll(MONTHS, 6)
    events[0] = GENERATOR.poisson(0.5 * winter * people[0])
    few = GENERATOR.poisson(0.0005 * winter * people[1])
    events[1] = few
    found = seasons(events, people, last_month=12)

    assert found.own[0] == pytest.approx(np.roll(SUMMER, 6), abs=0.15)
    assert found.own[1] == pytest.approx(found.whole, abs=0.1)


def test_missing_months_are_left_out() -> None:
    events, people = town()
    holes = events.copy()
    holes[3, 20:26] = np.nan
    holes[:, 7] = np.nan
    people[5, :30] = 0

    found = seasons(holes, people, last_month=12)

    assert found.whole == pytest.approx(SUMMER, abs=0.05)
    assert found.level[[3, 5]] == pytest.approx([0.02, 0.02], rel=0.15)


def test_of_less_than_two_years_no_season_is_told() -> None:
    events, people = town()
    found = seasons(events[:, :23], people[:, :23], last_month=11)

    assert (found.own == 1).all()
    assert (found.whole == 1).all()


def test_nothing_ever_happened() -> None:
    found = seasons(np.zeros((3, 36)), np.ones((3, 36)), last_month=6)

    assert found.level.tolist() == [0, 0, 0]
    assert found.own == pytest.approx(np.ones((3, 12)))
    assert found.expected(np.ones((3, 2)), [6, 7]).tolist() == [[0, 0]] * 3


def test_what_is_expected_follows_the_season() -> None:
    found = seasons(*town(), last_month=12)
    july, january = found.expected(np.full((40, 2), 1000.0), [7, 1])[0]

    assert july == pytest.approx(30, rel=0.15)
    assert january == pytest.approx(10, rel=0.25)
