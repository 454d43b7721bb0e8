from datetime import date

from maplebridge.kernel.dated import DatedValue, in_force

SET = [
    DatedValue("minutes", 20, date(2026, 5, 1)),
    DatedValue("minutes", 30, date(2026, 3, 1)),
    DatedValue("days", 7, date(2026, 4, 1)),
]


def test_before_anything_was_set_nothing_is_in_force() -> None:
    assert in_force(SET, date(2026, 2, 28)) == {}


def test_a_value_counts_from_its_day_on_until_a_later_one_does() -> None:
    assert in_force(SET, date(2026, 3, 1)) == {"minutes": 30}
    assert in_force(SET, date(2026, 4, 30)) == {"minutes": 30, "days": 7}
    assert in_force(SET, date(2026, 5, 1)) == {"minutes": 20, "days": 7}
