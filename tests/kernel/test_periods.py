from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maplebridge.kernel.periods import Interval, Month, merged, without

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 3, 2, 12, tzinfo=SHANGHAI)


def interval(start: int, end: int) -> Interval:
    return Interval(NOON + timedelta(hours=start), NOON + timedelta(hours=end))


INTERVALS = st.tuples(st.integers(0, 40), st.integers(0, 10)).map(lambda pair: interval(pair[0], sum(pair)))


def test_intervals_that_touch_do_not_overlap() -> None:
    assert interval(0, 2).overlap(interval(2, 4)) is None
    assert interval(0, 3).overlap(interval(2, 4)) == interval(2, 3)


def test_the_end_is_not_in_an_interval() -> None:
    assert NOON in interval(0, 1)
    assert NOON + timedelta(hours=1) not in interval(0, 1)


def test_an_interval_does_not_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="before"):
        interval(2, 1)


def test_merging_joins_what_touches() -> None:
    assert merged([interval(3, 4), interval(0, 2), interval(2, 3), interval(6, 7), interval(9, 9)]) == [
        interval(0, 4),
        interval(6, 7),
    ]


def test_cuts_leave_what_is_between_them() -> None:
    assert without(interval(0, 10), [interval(2, 3), interval(-5, 1), interval(9, 20)]) == [
        interval(1, 2),
        interval(3, 9),
    ]


@given(INTERVALS, st.lists(INTERVALS, max_size=6))
def test_what_remains_and_what_is_cut_make_the_whole(whole: Interval, cuts: list[Interval]) -> None:
    remains = without(whole, cuts)
    cut_away = [part for cut in merged(cuts) if (part := whole.overlap(cut))]
    lengths = [part.length for part in (*remains, *cut_away)]
    assert sum(lengths, timedelta(0)) == whole.length
    assert not any(rest.overlap(cut) for rest in remains for cut in cuts)


def test_a_month_knows_its_neighbors() -> None:
    assert Month(2026, 1) - 1 == Month(2025, 12)
    assert Month(2025, 12) + 1 == Month(2026, 1)
    assert Month(2024, 2).days == 29
    assert str(Month.parse("2026-03")) == "2026-03"
    assert Month.of(date(2026, 3, 31)) == Month(2026, 3)


@pytest.mark.parametrize("text", ["2026-13", "2026", "March", ""])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"Invalid|month"):
        Month.parse(text)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_a_day_lies_in_its_month(day: date) -> None:
    assert datetime.combine(day, time.max, tzinfo=SHANGHAI) in Month.of(day).interval(SHANGHAI)
