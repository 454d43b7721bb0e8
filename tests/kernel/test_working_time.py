from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maplebridge.kernel.periods import Interval
from maplebridge.kernel.working_time import (
    Calendar,
    HolidaysNotPublished,
    NoWorkingTime,
    Span,
    add_working_days,
    add_working_time,
    china_days,
    spans,
    working_time_between,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE_DAY = spans("08:30-12:00, 14:00-18:00")  # seven and a half hours
PUBLISHED = (china_days(2025), china_days(2026))
WEEK = (OFFICE_DAY,) * 5 + ((), ())
HOLIDAYS = dict.fromkeys((day for year in PUBLISHED for day in year.holidays), ())
MAKEUP_WORKDAYS = dict.fromkeys((day for year in PUBLISHED for day in year.makeup_workdays), OFFICE_DAY)
OFFICE = Calendar(SHANGHAI, WEEK, HOLIDAYS | MAKEUP_WORKDAYS)
NIGHT = Calendar(SHANGHAI, (spans("22:00-06:00"),) * 7)
ROUND_THE_CLOCK = Calendar(SHANGHAI, (spans("00:00-24:00"),) * 7)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


@pytest.mark.parametrize(
    ("calendar", "start", "amount", "end"),
    [
        # an ordinary week: 2026-03-02 is a Monday
        (OFFICE, "2026-03-02 09:00", hours(1), "2026-03-02 10:00"),
        (OFFICE, "2026-03-02 09:00", hours(3), "2026-03-02 12:00"),  # ends with the span
        (OFFICE, "2026-03-02 09:00", hours(3.5), "2026-03-02 14:30"),  # over lunch
        (OFFICE, "2026-03-02 12:00", hours(1), "2026-03-02 15:00"),  # begins with lunch
        (OFFICE, "2026-03-02 13:10", hours(1), "2026-03-02 15:00"),  # in the lunch break
        (OFFICE, "2026-03-02 07:00", hours(1), "2026-03-02 09:30"),  # before office hours
        (OFFICE, "2026-03-02 19:00", hours(1), "2026-03-03 09:30"),  # after office hours
        (OFFICE, "2026-03-02 08:30", hours(7.5), "2026-03-02 18:00"),  # a whole day ends that day
        (OFFICE, "2026-03-02 18:00", hours(7.5), "2026-03-03 18:00"),
        (OFFICE, "2026-03-02 17:50", timedelta(minutes=30), "2026-03-03 08:50"),
        (OFFICE, "2026-03-06 17:00", hours(2), "2026-03-09 09:30"),  # over the weekend
        (OFFICE, "2026-03-07 10:00", hours(1), "2026-03-09 09:30"),  # raised on a Saturday
        (OFFICE, "2026-03-02 08:30", hours(37.5), "2026-03-06 18:00"),  # a whole week
        (OFFICE, "2026-03-02 08:30", hours(37.6), "2026-03-09 08:36"),
        (OFFICE, "2026-03-07 10:00", hours(0), "2026-03-07 10:00"),  # nothing to add
        # National Day 2025: off October 1 to 8, worked on Sunday September 28 and Saturday October 11
        (OFFICE, "2025-09-26 17:00", hours(2), "2025-09-28 09:30"),
        (OFFICE, "2025-09-27 10:00", hours(1), "2025-09-28 09:30"),
        (OFFICE, "2025-09-30 17:00", hours(2), "2025-10-09 09:30"),
        (OFFICE, "2025-10-05 03:00", hours(1), "2025-10-09 09:30"),
        (OFFICE, "2025-10-10 17:00", hours(2), "2025-10-11 09:30"),
        (OFFICE, "2025-10-11 17:00", hours(2), "2025-10-13 09:30"),
        # National Day 2026: off October 1 to 7, worked on Sunday September 20 and Saturday October 10
        (OFFICE, "2026-09-18 17:00", hours(2), "2026-09-20 09:30"),
        (OFFICE, "2026-09-24 17:30", hours(1), "2026-09-28 09:00"),  # Mid-autumn Festival, Friday to Sunday
        (OFFICE, "2026-09-30 17:00", hours(2), "2026-10-08 09:30"),
        (OFFICE, "2026-10-09 17:00", hours(2), "2026-10-10 09:30"),
        # Spring Festival 2026: off February 15 to 23, worked on Saturdays February 14 and 28
        (OFFICE, "2026-02-14 17:00", hours(2), "2026-02-24 09:30"),
        (OFFICE, "2026-02-27 17:00", hours(2), "2026-02-28 09:30"),
        # night duty
        (NIGHT, "2026-03-02 23:00", hours(2), "2026-03-03 01:00"),
        (NIGHT, "2026-03-03 05:30", hours(1), "2026-03-03 22:30"),  # begins in the span of the day before
        (NIGHT, "2026-03-02 22:00", hours(8), "2026-03-03 06:00"),
        (NIGHT, "2026-03-02 12:00", hours(9), "2026-03-03 23:00"),
        (ROUND_THE_CLOCK, "2026-09-30 23:45", timedelta(minutes=30), "2026-10-01 00:15"),
        (ROUND_THE_CLOCK, "2026-03-02 10:00", hours(72), "2026-03-05 10:00"),
    ],
)
def test_when_working_time_is_over(calendar: Calendar, start: str, amount: timedelta, end: str) -> None:
    assert add_working_time(moment(start), amount, calendar) == moment(end)
    assert working_time_between(moment(start), moment(end), calendar) == amount


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-03-02 09:00", 1, "2026-03-03 18:00"),
        ("2026-03-02 23:00", 1, "2026-03-03 18:00"),
        ("2026-03-06 09:00", 1, "2026-03-09 18:00"),
        ("2026-03-07 09:00", 5, "2026-03-13 18:00"),
        ("2026-03-02 09:00", 0, "2026-03-02 09:00"),
        ("2025-09-30 09:00", 3, "2025-10-11 18:00"),
        ("2025-09-26 09:00", 1, "2025-09-28 18:00"),
        ("2026-09-30 09:00", 3, "2026-10-10 18:00"),
    ],
)
def test_when_working_days_are_over(start: str, days: int, end: str) -> None:
    assert add_working_days(moment(start), days, OFFICE) == moment(end)


def test_the_last_working_day_of_night_duty_ends_in_the_morning() -> None:
    assert add_working_days(moment("2026-03-02 09:00"), 1, NIGHT) == moment("2026-03-04 06:00")


def test_a_pause_stops_the_clock() -> None:
    pause = Interval(moment("2026-03-02 10:00"), moment("2026-03-02 15:00"))
    assert add_working_time(moment("2026-03-02 09:00"), hours(2), OFFICE, [pause]) == moment(
        "2026-03-02 16:00"
    )
    assert working_time_between(
        moment("2026-03-02 09:00"), moment("2026-03-02 18:00"), OFFICE, [pause]
    ) == hours(4)


def test_a_pause_outside_of_office_hours_changes_nothing() -> None:
    pause = Interval(moment("2026-03-02 12:00"), moment("2026-03-02 14:00"))
    assert add_working_time(moment("2026-03-02 09:00"), hours(5), OFFICE, [pause]) == moment(
        "2026-03-02 16:00"
    )


def test_overlapping_pauses_count_once() -> None:
    pauses = [
        Interval(moment("2026-03-02 09:00"), moment("2026-03-02 10:30")),
        Interval(moment("2026-03-02 10:00"), moment("2026-03-02 11:00")),
    ]
    assert add_working_time(moment("2026-03-02 08:30"), hours(1), OFFICE, pauses) == moment(
        "2026-03-02 11:30"
    )


def test_other_hours_may_hold_on_make_up_workdays() -> None:
    short = Calendar(SHANGHAI, WEEK, dict(OFFICE.different) | {date(2026, 10, 10): spans("09:00-12:00")})
    assert add_working_days(moment("2026-10-09 09:00"), 1, short) == moment("2026-10-10 12:00")


def test_spans_of_two_days_that_overlap_count_once() -> None:
    calendar = Calendar(SHANGHAI, (spans("20:00-09:00"), spans("08:00-10:00")) + ((),) * 5)
    monday, tuesday = moment("2026-03-02 20:00"), moment("2026-03-03 12:00")
    assert working_time_between(monday, tuesday, calendar) == hours(14)


def test_hours_are_true_hours_when_clocks_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    calendar = Calendar(berlin, (spans("00:00-24:00"),) * 7)
    before = datetime(2026, 3, 28, 12, tzinfo=berlin)
    assert add_working_time(before, hours(24), calendar) == datetime(2026, 3, 29, 13, tzinfo=berlin)


def test_a_calendar_without_working_time_is_refused() -> None:
    never = Calendar(SHANGHAI, ((),) * 7)
    with pytest.raises(NoWorkingTime):
        add_working_time(moment("2026-03-02 09:00"), hours(1), never)
    with pytest.raises(NoWorkingTime):
        add_working_days(moment("2026-03-02 09:00"), 1, never)


@pytest.mark.parametrize(
    "day", ["08:00-12:00, 11:00-13:00", "14:00-18:00, 08:00-12:00", "22:00-06:00, 23:00-23:30"]
)
def test_spans_that_overlap_are_refused(day: str) -> None:
    with pytest.raises(ValueError, match="overlap"):
        Calendar(SHANGHAI, (spans(day),) * 7)


def test_time_is_not_added_backwards() -> None:
    with pytest.raises(ValueError, match="backwards"):
        add_working_time(moment("2026-03-02 09:00"), -hours(1), OFFICE)
    with pytest.raises(ValueError, match="backwards"):
        add_working_days(moment("2026-03-02 09:00"), -1, OFFICE)


def test_a_span_is_written_as_it_is_read() -> None:
    assert str(Span.parse("08:30-12:00")) == "08:30-12:00"
    assert Span.parse("18:00-24:00").end == time.min
    with pytest.raises(ValueError, match="unpack"):
        Span.parse("morning")


def test_holidays_that_are_not_published_are_not_invented() -> None:
    assert date(2026, 10, 1) in china_days(2026).holidays
    assert date(2026, 10, 10) in china_days(2026).makeup_workdays
    with pytest.raises(HolidaysNotPublished):
        china_days(2150)


CALENDARS = st.sampled_from([OFFICE, NIGHT, ROUND_THE_CLOCK])
MOMENTS = st.integers(0, 400 * 24 * 3600).map(
    lambda seconds: moment("2025-09-01") + timedelta(seconds=seconds)
)
AMOUNTS = st.timedeltas(timedelta(0), timedelta(hours=60))


@given(CALENDARS, MOMENTS, AMOUNTS)
def test_between_is_the_inverse_of_adding(calendar: Calendar, start: datetime, amount: timedelta) -> None:
    end = add_working_time(start, amount, calendar)
    assert end >= start
    assert working_time_between(start, end, calendar) == amount


@given(CALENDARS, MOMENTS, AMOUNTS, AMOUNTS)
def test_adding_twice_is_adding_the_sum(
    calendar: Calendar, start: datetime, a: timedelta, b: timedelta
) -> None:
    assert add_working_time(add_working_time(start, a, calendar), b, calendar) == add_working_time(
        start, a + b, calendar
    )


@given(CALENDARS, MOMENTS, MOMENTS, AMOUNTS)
def test_who_starts_later_ends_no_earlier(
    calendar: Calendar, a: datetime, b: datetime, amount: timedelta
) -> None:
    first, second = sorted([a, b])
    if amount:
        assert add_working_time(first, amount, calendar) <= add_working_time(second, amount, calendar)


@given(CALENDARS, MOMENTS, MOMENTS, MOMENTS)
def test_time_between_adds_up(calendar: Calendar, a: datetime, b: datetime, c: datetime) -> None:
    whole = working_time_between(a, c, calendar)
    assert working_time_between(a, b, calendar) + working_time_between(b, c, calendar) == whole
    assert abs(whole) <= abs(c - a)


@given(MOMENTS, st.integers(0, 30), st.integers(0, 30))
def test_more_working_days_end_later(start: datetime, a: int, b: int) -> None:
    fewer, more = sorted([a, b])
    assert add_working_days(start, fewer, OFFICE) <= add_working_days(start, more, OFFICE)


@given(MOMENTS, AMOUNTS, MOMENTS, st.timedeltas(timedelta(0), timedelta(days=3)))
def test_a_pause_never_makes_a_deadline_earlier(
    start: datetime, amount: timedelta, paused: datetime, length: timedelta
) -> None:
    pause = Interval(paused, paused + length)
    later = add_working_time(start, amount, OFFICE, [pause])
    assert later >= add_working_time(start, amount, OFFICE)
    assert working_time_between(start, later, OFFICE, [pause]) == amount
