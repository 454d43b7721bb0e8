"""Before and after, here and elsewhere: no small number, no claim, no comparison with what is not alike."""

from datetime import datetime, timedelta

import pytest

from maplebridge.advisories.domain.effect import SMALL, Figure, effect, span
from maplebridge.grading.domain.publication import FLOORS


def test_small_is_what_the_safety_map_calls_small() -> None:
    assert FLOORS.small == SMALL


@pytest.mark.parametrize(("count", "told"), [(0, None), (9, None), (10, 10), (57, 57)])
def test_a_count_below_ten_is_not_told(count: int, told: int | None) -> None:
    assert Figure.of(count).value == told


def test_both_sides_are_added_up_and_only_alike_areas_are_elsewhere() -> None:
    one = effect(
        days=28,
        before={1: 20, 2: 24, 3: 200, 4: 12, 5: 0},
        after={1: 12, 2: 20, 3: 190, 4: 13},
        here=[1],
        areas=[1, 2, 3, 4, 5],
    )
    assert (one.here.areas, one.here.before.value, one.here.after.value) == (1, 20, 12)
    assert one.here.change == pytest.approx(-40)
    assert one.elsewhere is not None
    assert (one.elsewhere.areas, one.elsewhere.before.value, one.elsewhere.after.value) == (2, 36, 33)


def test_no_change_is_told_of_a_small_number() -> None:
    one = effect(days=28, before={1: 12}, after={1: 9}, here=[1], areas=[1])
    assert one.here.after.value is None
    assert one.here.change is None
    assert one.elsewhere is None


@pytest.mark.parametrize(("days", "counted"), [(6, None), (7, 7), (27, 27), (28, 28), (90, 28)])
def test_it_takes_a_week_and_at_most_four(noon: datetime, days: int, counted: int | None) -> None:
    found = span(noon, noon + timedelta(days=days, hours=3))
    assert (found.days if found else None) == counted
