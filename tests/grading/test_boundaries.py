from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maplebridge.grading.domain.boundaries import (
    BoundaryError,
    Finding,
    Flaw,
    MonthlyCount,
    Succession,
    carried_forward,
    check_counts,
    check_population,
    check_successions,
)
from maplebridge.kernel.periods import Month

MAY, AUGUST = Month(2026, 5), Month(2026, 8)
NONE = np.nan


def test_a_split_area_leaves_its_past_by_share_of_its_people() -> None:
    """Area 1 became 2 (three quarters) and 3 in July; months are May to August."""
    counts = np.array([[8.0, 4, NONE, NONE], [NONE, NONE, 5, 6], [NONE, NONE, 1, 2]])
    split = [Succession(1, 2, 0.75, Month(2026, 7)), Succession(1, 3, 0.25, Month(2026, 7))]

    assert carried_forward([1, 2, 3], counts, AUGUST, split, [2, 3]).tolist() == [[6, 3, 5, 6], [2, 1, 1, 2]]


def test_merged_areas_bring_their_pasts_together() -> None:
    counts = np.array([[8.0, 4, NONE, NONE], [1, 2, NONE, NONE], [NONE, NONE, 9, 9]])
    merger = [Succession(one, 3, 1, Month(2026, 7)) for one in (1, 2)]

    assert carried_forward([1, 2, 3], counts, AUGUST, merger, [3]).tolist() == [[9, 6, 9, 9]]


def test_an_area_that_takes_in_a_part_keeps_its_own_past() -> None:
    counts = np.array([[8.0, 4, 3, 3], [1, 2, 4, 4]])
    border = [Succession(1, 1, 0.5, Month(2026, 7)), Succession(1, 2, 0.5, Month(2026, 7))]

    assert carried_forward([1, 2], counts, AUGUST, border, [1, 2]).tolist() == [[4, 2, 3, 3], [5, 4, 4, 4]]


def test_borders_that_changed_twice_are_followed_twice() -> None:
    counts = np.array([[8.0, NONE, NONE, NONE], [NONE, 6, NONE, NONE], [NONE, NONE, 5, 5]])
    chain = [Succession(2, 3, 1, Month(2026, 7)), Succession(1, 2, 1, Month(2026, 6))]

    assert carried_forward([1, 2, 3], counts, AUGUST, chain, [3]).tolist() == [[8, 6, 5, 5]]


def test_where_a_part_is_missing_the_whole_is_missing() -> None:
    counts = np.array([[8.0, NONE, NONE, NONE], [1, 2, NONE, NONE], [NONE, NONE, 9, 9]])
    merger = [Succession(one, 3, 1, Month(2026, 7)) for one in (1, 2)]
    carried = carried_forward([1, 2, 3], counts, AUGUST, merger, [3])[0]

    assert carried[[0, 2, 3]].tolist() == [9, 9, 9]
    assert np.isnan(carried[1])


@given(st.lists(st.integers(0, 100), min_size=12, max_size=12), st.floats(0.01, 0.99))
def test_nothing_is_lost_on_the_way(numbers: list[int], share: float) -> None:
    counts = np.full((3, 2, 6), NONE)
    counts[0] = np.array(numbers, dtype=float).reshape(2, 6)
    split = [Succession(1, 2, share, Month(2026, 9)), Succession(1, 3, 1 - share, Month(2026, 9))]
    carried = carried_forward([1, 2, 3], counts, AUGUST, split, [2, 3])

    assert carried.sum() == pytest.approx(sum(numbers))


@pytest.mark.parametrize(
    ("successions", "code"),
    [
        ([Succession(1, 2, 0.7, MAY)], "shares_do_not_add_up"),
        ([Succession(1, 2, 0.7, MAY), Succession(1, 3, 0.7, MAY)], "shares_do_not_add_up"),
        ([Succession(1, 2, 0.0, MAY)], "share_out_of_range"),
        ([Succession(1, 2, 1.5, MAY)], "share_out_of_range"),
    ],
)
def test_people_neither_vanish_nor_multiply(successions: list[Succession], code: str) -> None:
    with pytest.raises(BoundaryError) as refused:
        check_successions(successions)
    assert refused.value.code == code


def test_a_successor_nobody_knows_is_refused() -> None:
    with pytest.raises(BoundaryError, match="area_unknown"):
        carried_forward([1], np.ones((1, 3)), AUGUST, [Succession(1, 9, 1, MAY)], [1])


def year(counts: list[float | None], area: int = 1, exposure: float | None = 1000) -> list[MonthlyCount]:
    return [MonthlyCount(area, Month(2025, 9) + place, count, exposure) for place, count in enumerate(counts)]


USUAL: list[float | None] = [10, 12, 9, 11, 8, 10, 13, 9, 10, 11, 12, 10]


def flaws(rows: list[MonthlyCount]) -> list[tuple[Flaw, str]]:
    return [(one.flaw, str(one.month)) for one in check_counts(rows)]


@pytest.mark.parametrize(
    ("counts", "found"),
    [
        (USUAL, []),
        ([*USUAL[:5], None, *USUAL[6:]], [(Flaw.GAP, "2026-02")]),
        ([None, None, *USUAL[2:]], []),  # counting began later
        ([*USUAL[:-1], None], [(Flaw.GAP, "2026-08")]),
        ([*USUAL[:-1], 90], [(Flaw.JUMP, "2026-08")]),
        ([*USUAL[:-1], 1_000_000], [(Flaw.JUMP, "2026-08")]),
        ([*USUAL[:-1], 22], []),
        ([*USUAL[:-1], -1], [(Flaw.GAP, "2026-08"), (Flaw.NEGATIVE, "2026-08")]),
        ([*USUAL[:-1], float("nan")], [(Flaw.GAP, "2026-08"), (Flaw.NOT_A_NUMBER, "2026-08")]),
        ([*USUAL[:-1], float("inf")], [(Flaw.GAP, "2026-08"), (Flaw.NOT_A_NUMBER, "2026-08")]),
        ([*USUAL[:-1], 0], [(Flaw.NOTHING_DELIVERED, "2026-08")]),
        ([0] * 12, []),
        ([], []),
    ],
)
def test_what_is_odd_about_counts_is_found(counts: list[float | None], found: list[tuple[Flaw, str]]) -> None:
    assert flaws(year(counts)) == found


def test_a_month_that_stands_twice_is_found() -> None:
    assert flaws([*year(USUAL), MonthlyCount(1, Month(2026, 3), 13, 1000)]) == [
        (Flaw.DOUBLE_MONTH, "2026-03")
    ]


def test_a_month_pasted_twice_is_found() -> None:
    others = [[3.0, 4, 5, 6, 7, 3, 4, 5, 6, 7, 4, 4], [9.0, 7, 8, 6, 9, 7, 8, 6, 9, 8, 7, 7]]
    mine = [*USUAL[:-1], USUAL[-2]]
    rows = [row for area, counts in enumerate([mine, *others]) for row in year(list(counts), area)]

    assert flaws(rows) == [(Flaw.SAME_AS_BEFORE, "2026-08")]


def test_events_where_nobody_lives_are_found() -> None:
    assert flaws([MonthlyCount(1, AUGUST, 3, 0)]) == [(Flaw.NOBODY_THERE, "2026-08")]
    assert flaws([MonthlyCount(1, AUGUST, 0, 0)]) == []


def test_a_population_that_jumps_is_found() -> None:
    rows = year(USUAL)
    rows[-1] = MonthlyCount(1, AUGUST, 10, 1500)
    assert check_counts(rows) == [Finding(Flaw.POPULATION_JUMP, 1, AUGUST, 1500, 1000)]


def test_only_the_impossible_blocks() -> None:
    assert Finding(Flaw.NEGATIVE, 1, AUGUST).blocks
    assert not Finding(Flaw.JUMP, 1, AUGUST).blocks


def test_a_population_that_is_ten_years_old_is_told() -> None:
    old = check_population(4, date(2016, 7, 1), AUGUST)
    assert old == Finding(Flaw.OLD_POPULATION, 4, AUGUST, 10)
    assert check_population(4, date(2022, 11, 1), AUGUST) is None
