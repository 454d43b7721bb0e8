"""Weeks and shifts of a duty table."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

DAYS = 7
DAY_BEGINS = time(8)
NIGHT_BEGINS = time(20)
EARLIEST_DAY = time(5)  # what begins from here on is a day's duty
LATEST_DAY = time(16)  # and what begins from here on a night's


class Shift(StrEnum):
    DAY = "day"
    NIGHT = "night"


@dataclass(frozen=True, slots=True)
class Span:
    starts_at: datetime
    ends_at: datetime


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def week_of(day: date, zone: tzinfo) -> Span:
    """Return the week of a day, from the morning of Monday to that of the next."""
    monday = monday_of(day)
    return Span(
        datetime.combine(monday, EARLIEST_DAY, zone),
        datetime.combine(monday + timedelta(days=DAYS), EARLIEST_DAY, zone),
    )


def span_of(day: date, shift: Shift, zone: tzinfo) -> Span:
    """Return the twelve hours of a shift; a night's end on the next day."""
    if shift is Shift.DAY:
        return Span(datetime.combine(day, DAY_BEGINS, zone), datetime.combine(day, NIGHT_BEGINS, zone))
    return Span(
        datetime.combine(day, NIGHT_BEGINS, zone),
        datetime.combine(day + timedelta(days=1), DAY_BEGINS, zone),
    )


def shift_of(starts_at: datetime) -> tuple[date, Shift]:
    """Return the day and the shift of a duty that begins at a moment, given in the town's zone.

    What begins after midnight belongs to the night of the day before.
    """
    clock = starts_at.time()
    if clock < EARLIEST_DAY:
        return starts_at.date() - timedelta(days=1), Shift.NIGHT
    return starts_at.date(), Shift.DAY if clock < LATEST_DAY else Shift.NIGHT
