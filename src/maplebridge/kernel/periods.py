"""Stretches of time: half-open intervals and months."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """From `start` up to, not including, `end`."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"{self.end} is before {self.start}.")

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    def overlap(self, other: "Interval") -> "Interval | None":
        """Return what both have in common, or None; touching is not overlapping."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Interval(start, end) if start < end else None


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the same time as intervals in order that neither overlap nor touch; empty ones are left out."""
    result: list[Interval] = []
    for interval in sorted(intervals):
        if interval.start == interval.end:
            continue
        if result and interval.start <= result[-1].end:
            result[-1] = Interval(result[-1].start, max(result[-1].end, interval.end))
        else:
            result.append(interval)
    return result


def without(interval: Interval, cuts: Iterable[Interval]) -> list[Interval]:
    """Return what remains of an interval after the cuts, in order."""
    remains: list[Interval] = []
    start = interval.start
    for cut in merged(cuts):
        if cut.end <= start:
            continue
        if cut.start >= interval.end:
            break
        if cut.start > start:
            remains.append(Interval(start, cut.start))
        start = cut.end
    if start < interval.end:
        remains.append(Interval(start, interval.end))
    return remains


def at(day: date, clock: time, zone: tzinfo) -> datetime:
    return datetime.combine(day, clock, tzinfo=zone)


@dataclass(frozen=True, slots=True, order=True)
class Month:
    year: int
    number: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= 12:
            raise ValueError(f"There is no month {self.number}.")

    @classmethod
    def of(cls, day: date) -> "Month":
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Return the month written as 2026-03; raise ValueError for anything else."""
        return cls.of(date.fromisoformat(f"{text}-01"))

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"

    @property
    def first(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        return (self + 1).first - timedelta(days=1)

    @property
    def days(self) -> int:
        return self.last.day

    def __add__(self, months: int) -> "Month":
        year, index = divmod(self.year * 12 + self.number - 1 + months, 12)
        return Month(year, index + 1)

    def __sub__(self, months: int) -> "Month":
        return self + -months

    def interval(self, zone: tzinfo) -> Interval:
        return Interval(at(self.first, time.min, zone), at((self + 1).first, time.min, zone))
