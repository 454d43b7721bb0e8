"""Working time: office hours, holidays and make-up workdays (调休), for limits in working hours and days.

Limits of municipal work are stated in working hours (工作时) and working days (工作日), as in GB/T 30428.8.
A day may have several spans (lunch is not working time), and a span may end after midnight (night duty): it
belongs to the day it begins on. Whether a date is worked is data: the State Council publishes holidays and
make-up workdays year by year.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise

from maplebridge.kernel.periods import Interval, merged, without

ONE_DAY = timedelta(days=1)
HORIZON_DAYS = 3660  # a calendar without working time for ten years has none


class NoWorkingTime(Exception):
    """The calendar holds too little working time within ten years."""


class HolidaysNotPublished(LookupError):
    def __init__(self, year: int) -> None:
        self.year = year
        super().__init__(f"The holidays of {year} are not known here.")


@dataclass(frozen=True, slots=True)
class Span:
    """Working hours of a day; an end not later than the start is on the next day."""

    start: time
    end: time

    @classmethod
    def parse(cls, text: str) -> "Span":
        """Return the span written as 08:30-12:00; raise ValueError for anything else."""
        start, end = text.split("-")
        return cls(_clock(start), _clock(end))

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"

    def on(self, day: date, zone: tzinfo) -> Interval:
        """Return the span on a date, in UTC, where differences are true even when clocks change."""
        last = day if self.end > self.start else day + ONE_DAY
        start = datetime.combine(day, self.start, tzinfo=zone).astimezone(UTC)
        end = datetime.combine(last, self.end, tzinfo=zone).astimezone(UTC)
        return Interval(start, max(start, end))


def _clock(text: str) -> time:
    return time.min if text.strip() == "24:00" else time.fromisoformat(text.strip())


Spans = tuple[Span, ...]


def spans(text: str) -> Spans:
    """Return the spans written as '08:30-12:00, 14:00-18:00'; none for an empty text."""
    return tuple(Span.parse(part) for part in text.split(",") if part.strip())


@dataclass(frozen=True)
class Calendar:
    """The working hours of each weekday (Monday first), and the dates that differ from their weekday."""

    zone: tzinfo
    week: tuple[Spans, ...]
    different: Mapping[date, Spans] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.week) != 7:
            raise ValueError(f"A week has 7 days, not {len(self.week)}.")
        for day in (*self.week, *self.different.values()):
            _check_order(day)

    def spans_on(self, day: date) -> Spans:
        special = self.different.get(day)
        return self.week[day.weekday()] if special is None else special

    def is_workday(self, day: date) -> bool:
        return bool(self.spans_on(day))

    def intervals(self, first: date) -> Iterator[Interval]:
        """Yield the working intervals that begin on `first` or later, in order, for ten years."""
        done = datetime.min.replace(tzinfo=UTC)
        for offset in range(HORIZON_DAYS):
            day = first + timedelta(days=offset)
            for span in self.spans_on(day):
                interval = span.on(day, self.zone)
                if interval.end > done:
                    yield Interval(max(interval.start, done), interval.end)
                    done = interval.end


def _check_order(day: Spans) -> None:
    for before, after in pairwise(day):
        if before.end <= before.start or after.start < before.end:
            raise ValueError(f"The spans {before} and {after} overlap or are not in order.")


def add_working_time(
    start: datetime, amount: timedelta, calendar: Calendar, pauses: Iterable[Interval] = ()
) -> datetime:
    """Return the earliest moment by which `amount` of working time has passed since `start`.

    Zero is `start` itself; an amount that ends with a span is over at the span's end, not at the next start.
    """
    if amount < timedelta(0):
        raise ValueError("Working time is not added backwards.")
    if not amount:
        return start
    left = amount
    for piece in _working_pieces(start, calendar, pauses):
        if piece.length >= left:
            return (piece.start + left).astimezone(calendar.zone)
        left -= piece.length
    raise NoWorkingTime(f"There are not {amount} of working time after {start}.")


def working_time_between(
    a: datetime, b: datetime, calendar: Calendar, pauses: Iterable[Interval] = ()
) -> timedelta:
    """Return the working time from a to b, negative where b is before a."""
    if b < a:
        return -working_time_between(b, a, calendar, pauses)
    total = timedelta(0)
    for piece in _working_pieces(a, calendar, pauses):
        if piece.start >= b:
            break
        total += min(piece.end, b.astimezone(UTC)) - piece.start
    return total


def _working_pieces(start: datetime, calendar: Calendar, pauses: Iterable[Interval]) -> Iterator[Interval]:
    moment = start.astimezone(UTC)
    cuts = merged(Interval(pause.start.astimezone(UTC), pause.end.astimezone(UTC)) for pause in pauses)
    first = start.astimezone(calendar.zone).date() - ONE_DAY  # last night's span may still run
    for interval in calendar.intervals(first):
        if interval.end > moment:
            yield from without(Interval(max(interval.start, moment), interval.end), cuts)


def add_working_days(start: datetime, days: int, calendar: Calendar) -> datetime:
    """Return the end of work on the n-th working day after the date of `start`, which itself does not count.

    The day on which a period begins is not counted (Civil Code, article 201); no days is `start` itself.
    """
    if days < 0:
        raise ValueError("Working days are not added backwards.")
    if not days:
        return start
    today = start.astimezone(calendar.zone).date()
    left = days
    for offset in range(1, HORIZON_DAYS):
        day = today + timedelta(days=offset)
        if worked := calendar.spans_on(day):
            left -= 1
            if not left:
                return worked[-1].on(day, calendar.zone).end.astimezone(calendar.zone)
    raise NoWorkingTime(f"There are not {days} working days after {start}.")


@dataclass(frozen=True, slots=True)
class YearOfDays:
    """What the State Council published for a year: dates off, with their holiday, and make-up workdays."""

    year: int
    holidays: dict[date, str]
    makeup_workdays: dict[date, str]


def china_days(year: int) -> YearOfDays:
    """Return a year's holidays and make-up workdays of mainland China, to be imported."""
    from chinese_calendar import constants  # noqa: PLC0415 - only for imports

    holidays = {day: name for day, name in constants.holidays.items() if day.year == year}
    if not holidays:
        raise HolidaysNotPublished(year)
    return YearOfDays(
        year, holidays, {day: name for day, name in constants.workdays.items() if day.year == year}
    )
