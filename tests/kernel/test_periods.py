from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maplebridge.kernel.periods import DayAndNight, Half, Interval, Month, day_interval, merged, without

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 3, 2, 12, tzinfo=SHANGHAI)


def interval(start: int, end: int) -> Interval:
    return Interval(NOON + timedelta(hours=start), NOON + timedelta(hours=end))


INTERVALS = st.tuples(st.integers(0, 40), st.integers(0, 10)).map(lambda pair: interval(pair[0], sum(pair)))


def test_intervals_that_touch_do_not_overlap() -> None:
    assert not interval(0, 2).overlaps(interval(2, 4))
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
    assert not any(rest.overlaps(cut) for rest in remains for cut in cuts)


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
    whole = Month.of(day).interval(SHANGHAI)
    assert whole.overlap(day_interval(day, SHANGHAI)) == day_interval(day, SHANGHAI)


@pytest.mark.parametrize(
    ("clock", "day", "half"),
    [
        ("08:00", 2, Half.DAY),
        ("19:59", 2, Half.DAY),
        ("20:00", 2, Half.NIGHT),
        ("23:59", 2, Half.NIGHT),
        ("00:00", 1, Half.NIGHT),
        ("07:59", 1, Half.NIGHT),
    ],
)
def test_after_midnight_it_is_still_last_nights_duty(clock: str, day: int, half: Half) -> None:
    moment = datetime.combine(date(2026, 3, 2), time.fromisoformat(clock), tzinfo=SHANGHAI)
    assert DayAndNight().at(moment, SHANGHAI) == (date(2026, 3, day), half)


@given(st.datetimes(timezones=st.just(SHANGHAI)).filter(lambda moment: 1900 < moment.year < 9999))
def test_someone_is_on_duty_at_every_moment(moment: datetime) -> None:
    duty = DayAndNight()
    assert moment in duty.interval(*duty.at(moment, SHANGHAI), SHANGHAI)
