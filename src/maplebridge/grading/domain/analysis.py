"""What a report says: figures, what they stand on, and how they changed. Codes and numbers, no words.

The floors are those of what is published (`domain.publication`): a count below 10 is told as "fewer than 10", a share
of fewer than 10 matters or 30 answers not at all, an area of few people or events has no color. What is missing is
said and is never zero. A change is told over what was counted in both periods; why something changed is not claimed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maplebridge.grading.domain.explaining import WORTH_TELLING
from maplebridge.grading.domain.publication import FLOORS, Atom, Form, Statement, protect, told_chance
from maplebridge.grading.domain.publication import Figure as Told
from maplebridge.kernel.periods import Month
from maplebridge.kernel.statistics.rates import rate_ratio, wilson

Floats = NDArray[np.float64]

CONFIDENCE = 0.9  # of what is called more than chance, as in `domain.explaining`
ONE_SIDED = 1.6448536269514722  # normal deviate of that interval
LEAST_OF_A_RATE = 10  # matters, as the statistics of matters have it
QUARTER = 3
TOWN = "town"
PREVENTABLE, CLEARED = "preventable", "cleared"  # codes of indicators that are told, and in no sum


TREND_MONTHS = 13  # a year, and the month a year before


class Against(StrEnum):
    """What a figure is compared with."""

    BEFORE = "before"
    YEAR_BEFORE = "year_before"


class NotAPeriod(ValueError):
    """What was written is neither a month nor a quarter."""


class Span(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"


@dataclass(frozen=True, slots=True)
class Period:
    """A month, or the quarter of a year that ends with one."""

    span: Span
    last: Month

    def __post_init__(self) -> None:
        if self.span == Span.QUARTER and self.last.number % QUARTER:
            raise NotAPeriod(str(self.last))

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Return the period written as 2026-10 or 2026-Q3; raise `NotAPeriod` for anything else."""
        year, _, quarter = text.partition("-Q")
        try:
            if quarter:
                return cls(Span.QUARTER, Month(int(year), QUARTER * int(quarter)))
            return cls(Span.MONTH, Month.parse(text))
        except ValueError as problem:
            raise NotAPeriod(text) from problem

    @classmethod
    def over(cls, span: Span, today: date) -> "Period":
        """Return the last period that is over."""
        last = Month.of(today) - 1
        return cls(span, last - last.number % QUARTER if span == Span.QUARTER else last)

    def __str__(self) -> str:
        if self.span == Span.MONTH:
            return str(self.last)
        return f"{self.last.year:04d}-Q{self.last.number // QUARTER}"

    @property
    def months(self) -> tuple[Month, ...]:
        length = QUARTER if self.span == Span.QUARTER else 1
        return tuple(self.last - back for back in range(length - 1, -1, -1))

    @property
    def days(self) -> int:
        return sum(month.days for month in self.months)

    @property
    def before(self) -> "Period":
        return Period(self.span, self.last - len(self.months))

    @property
    def year_before(self) -> "Period":
        return Period(self.span, self.last - 12)

    @property
    def earlier(self) -> dict[Against, "Period"]:
        return {Against.BEFORE: self.before, Against.YEAR_BEFORE: self.year_before}

    @property
    def spans(self) -> "dict[Against | None, Period]":
        """Return the period itself and those it is compared with."""
        return {None: self, Against.BEFORE: self.before, Against.YEAR_BEFORE: self.year_before}


def steps_between(first: Month, later: Month) -> int:
    return (later.year - first.year) * 12 + later.number - first.number


def months_between(first: Month, last: Month) -> list[Month]:
    return [first + step for step in range(steps_between(first, last) + 1)]


class Why(StrEnum):
    """Why a number or a comparison is not told."""

    NOT_COUNTED = "not_counted"
    SMALL = "small"  # fewer than ten
    TOO_FEW = "too_few"  # for a share
    WITHHELD = "withheld"  # a small number would follow from it
    NOT_OVER = "not_over"  # the period goes on
    NOT_WHOLE = "not_whole"  # counting began in its middle


class Unit(StrEnum):
    COUNT = "count"
    SHARE = "share"  # in percent; its changes in points
    MINUTES = "minutes"


@dataclass(frozen=True, slots=True)
class Change:
    """How a figure differs from an earlier one. `clear`: more than chance explains; None where that is not asked."""

    against: Against
    why: Why | None = None
    difference: float | None = None
    percent: float | None = None
    clear: bool | None = None
    areas: int | None = None  # over how many areas, where these are not all that were counted


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of a report. Where `value` is None, `why` says why."""

    code: str
    unit: Unit
    source: str
    value: float | None = None
    why: Why | None = None
    names: tuple[str, str] | None = None  # Chinese and English, where a town named it
    numerator: float | None = None
    denominator: float | None = None
    low: float | None = None
    high: float | None = None
    areas: int | None = None  # that were counted
    of_areas: int | None = None
    changes: tuple[Change, ...] = ()


def as_json(one: Any) -> Any:
    """Return figures as they are kept: numbers with at most six digits after the point."""
    return _plain(asdict(one))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, float):
        return int(value) if value.is_integer() else round(value, 6)
    return value


def summed(counts: Floats) -> Floats:
    """Return the sum over the months (the last axis); what was not counted in one of them was not counted."""
    total: Floats = counts.sum(axis=-1)
    return total


def count_figure(
    code: str,
    source: str,
    now: tuple[Floats, int],
    earlier: Mapping[Against, tuple[Floats, int]],
    *,
    names: tuple[str, str] | None = None,
) -> Figure:
    """Return a count of events with its changes. Counts by area, NaN where not counted, each with its days.

    Chance is judged by counts for a day: February is not better for being short.
    """
    counts, days = now
    there = np.isfinite(counts)
    if not there.any():
        return Figure(code, Unit.COUNT, source, why=Why.NOT_COUNTED, names=names, of_areas=len(counts))
    value = float(counts[there].sum())
    changes = tuple(
        _count_change(against, counts, days, then, then_days)
        for against, (then, then_days) in earlier.items()
    )
    few = value < FLOORS.small
    return Figure(
        code,
        Unit.COUNT,
        source,
        value=None if few else value,
        why=Why.SMALL if few else None,
        names=names,
        areas=int(there.sum()),
        of_areas=len(counts),
        changes=tuple(Change(one.against, Why.SMALL) for one in changes) if few else changes,
    )


def not_counted(code: str, source: str) -> Figure:
    """Return a figure that a report is asked for and that nobody has counted."""
    return Figure(code, Unit.COUNT, source, why=Why.NOT_COUNTED)


def _count_change(against: Against, counts: Floats, days: int, then: Floats, then_days: int) -> Change:
    both = np.isfinite(counts) & np.isfinite(then)
    if not both.any():
        return Change(against, Why.NOT_COUNTED)
    here, there = float(counts[both].sum()), float(then[both].sum())
    left_out = (float(np.nansum(counts)) - here, float(np.nansum(then)) - there)
    if min(here, there) < FLOORS.small or any(0 < part < FLOORS.small for part in left_out):
        return Change(against, Why.SMALL)
    found = rate_ratio(here, days, there, then_days, CONFIDENCE)
    return Change(
        against,
        difference=here - there,
        percent=100 * (here - there) / there,
        clear=found.lower > 1 or found.upper < 1,
        areas=int(both.sum()) if both.sum() < np.isfinite(counts).sum() else None,
    )


Pair = tuple[float, float]  # how many, of how many


def share_figure(
    code: str,
    source: str,
    now: Pair,
    earlier: Mapping[Against, Pair],
    *,
    least: int = LEAST_OF_A_RATE,
    interval: bool = False,
    names: tuple[str, str] | None = None,
    areas: tuple[int, int] | None = None,
) -> Figure:
    """Return a share in percent with what it stands on; with its interval where it is an estimate."""
    part, whole = now
    told = Figure(
        code,
        Unit.SHARE,
        source,
        names=names,
        areas=areas[0] if areas else None,
        of_areas=areas[1] if areas else None,
    )
    changes = tuple(_share_change(against, now, then, least) for against, then in earlier.items())
    if whole < least:
        why = Why.TOO_FEW if whole else Why.NOT_COUNTED
        return _with(told, why=why, changes=tuple(Change(one.against, why) for one in changes))
    low, high = wilson(part, whole)
    return _with(
        told,
        value=100 * part / whole,
        numerator=None if interval else part,
        denominator=round(whole),
        low=100 * low if interval else None,
        high=100 * high if interval else None,
        changes=changes,
    )


def _with(figure: Figure, **changed: Any) -> Figure:
    fields = {name: getattr(figure, name) for name in Figure.__dataclass_fields__}
    return Figure(**(fields | changed))


def _share_change(against: Against, now: Pair, then: Pair, least: int) -> Change:
    if not then[1]:
        return Change(against, Why.NOT_COUNTED)
    if then[1] < least or now[1] < least:
        return Change(against, Why.TOO_FEW)
    # One more each way, so that a share of all or of none has an error, too (Agresti & Caffo 2000).
    here, there = ((part + 1) / (whole + 2) for part, whole in (now, then))
    error = (here * (1 - here) / (now[1] + 2) + there * (1 - there) / (then[1] + 2)) ** 0.5
    points = 100 * (now[0] / now[1] - then[0] / then[1])
    return Change(against, difference=points, clear=abs(here - there) > ONE_SIDED * error)


def minutes_figure(
    code: str, source: str, now: tuple[float | None, int], earlier: Mapping[Against, tuple[float | None, int]]
) -> Figure:
    """Return a time in minutes, of at least ten matters; it is a middle or a ninth tenth, so chance is not judged."""
    minutes, of = now
    if minutes is None or of < LEAST_OF_A_RATE:
        why = Why.TOO_FEW if of else Why.NOT_COUNTED
        return Figure(
            code, Unit.MINUTES, source, why=why, changes=tuple(Change(against, why) for against in earlier)
        )
    changes = []
    for against, (then, then_of) in earlier.items():
        if then is None or then_of < LEAST_OF_A_RATE:
            changes.append(Change(against, Why.TOO_FEW if then_of else Why.NOT_COUNTED))
        else:
            changes.append(Change(against, difference=minutes - then))
    return Figure(code, Unit.MINUTES, source, value=minutes, denominator=of, changes=tuple(changes))


def not_compared(figure: Figure, why: Why, against: Iterable[Against] = Against) -> Figure:
    """Return a figure whose changes are not told, because one of the periods goes on or was not whole."""
    without = set(against)
    return _with(
        figure,
        changes=tuple(Change(one.against, why) if one.against in without else one for one in figure.changes),
    )


def town_share(agree: Floats, said: Floats, people: Floats) -> tuple[Pair, int] | None:
    """Return the town's share as effective numbers (agreeing, of), and of how many areas; None where nobody said.

    Areas count by how many people live there, not by how many answered. Areas with fewer than two answers, or
    where nobody was counted, are left out: they have no error.
    """
    there = np.isfinite(agree) & np.isfinite(said) & (said >= 2) & np.isfinite(people) & (people > 0)
    if not there.any():
        return None
    weights = people[there] / people[there].sum()
    shares = agree[there] / said[there]
    share = float((weights * shares).sum())
    error = float((weights**2 * shares * (1 - shares) / (said[there] - 1)).sum())
    # As many answers as a plain sample of the same error would have; where all say the same, as many as were given.
    worth = share * (1 - share) / error if error > 0 else float(said[there].sum())
    return (share * worth, worth), int(there.sum())


# What residents raise most ---------------------------------------------------------------------------------

Kinds = Mapping[tuple[str, Month], int]  # matters of a category raised in a month


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table: a number as exactly as it may be told, and its changes. Both ends None: not told."""

    code: str
    low: float | None
    high: float | None
    changes: tuple[Change, ...]

    @property
    def rising(self) -> bool:
        """Tell whether it is clearly more than before, or than a year before."""
        return any((one.difference or 0) > 0 and one.clear for one in self.changes)


def raised_most(counts: Kinds, period: Period, known: Iterable[Against], most: int = 8) -> list[Row]:
    """Return what is raised most, each line told so that no small number follows from all lines and the whole.

    `known` are the periods that were counted in full. The most frequent first, those told as a band at its low end.
    """
    earlier = {against: period.earlier[against] for against in known}
    told = told_counts(counts, [period, *earlier.values()])
    rows = []
    for code in sorted({code for code, _month in counts}):
        now = told.get((code, period))
        if now is None or now.form == Form.WITHHELD or now.low < FLOORS.small:
            continue
        changes = []
        for against in Against:
            if against not in earlier:
                changes.append(Change(against, Why.NOT_COUNTED))
                continue
            then = told.get((code, earlier[against]))
            changes.append(_told_change(against, now, period, then, earlier[against]))
        rows.append(Row(code, now.low, now.high, tuple(changes)))
    return sorted(rows, key=lambda row: (-(row.low or 0), row.code))[:most]


def told_counts(counts: Kinds, periods: Sequence[Period]) -> dict[tuple[str, Period], Statement]:
    """Return how the number of each category may be told, beside the whole of each period and of its months."""
    atoms = {Atom(TOWN, code, month): number for (code, month), number in counts.items()}
    told: dict[tuple[str, Period], Statement] = {}
    for period in periods:
        said: list[Statement] = []
        for month in period.months:
            said += _protected(atoms, Period(Span.MONTH, month), said)
        if period.span == Span.QUARTER:
            said += _protected(atoms, period, said)
        for one in said:
            if one.figure.category is not None and one.figure.months == len(period.months):
                told[one.figure.category, period] = one
    return told


def _protected(counts: Mapping[Atom, int], period: Period, already: Sequence[Statement]) -> list[Statement]:
    """Return what a period tells of each category, and its whole, which is told as it is."""
    inside = {atom: number for atom, number in counts.items() if atom.month in period.months}
    if not inside:
        return []
    first, length = period.months[0], len(period.months)
    number = sum(inside.values())
    whole = Told(TOWN, None, first, length, frozenset(inside))
    told = (
        Statement(whole, Form.BAND, 0, FLOORS.small - 1)
        if number < FLOORS.small
        else Statement(whole, Form.EXACT, number, number)
    )
    parts = [
        Told(TOWN, code, first, length, frozenset(atom for atom in inside if atom.category == code))
        for code in sorted({atom.category for atom in inside})
    ]
    return [told, *protect(inside, parts, already=[*already, told])]


def _told_change(
    against: Against, now: Statement, period: Period, then: Statement | None, before: Period
) -> Change:
    if then is None or (then.form == Form.BAND and then.low == 0):
        return Change(against, Why.SMALL)
    if Form.BAND in (now.form, then.form) or then.form == Form.WITHHELD:
        return Change(against, Why.WITHHELD)
    found = rate_ratio(now.low, period.days, then.low, before.days, CONFIDENCE)
    return Change(
        against,
        difference=now.low - then.low,
        percent=100 * (now.low - then.low) / then.low,
        clear=found.lower > 1 or found.upper < 1,
    )


# Areas -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Moved:
    """An area whose color changed in a month, and which indicators took or gave the points: arithmetic, no cause."""

    area_id: int
    month: Month
    before: str
    color: str
    worse: bool
    chance: tuple[int, int]  # that the color is this one, in steps of ten percent
    by: tuple[tuple[str, str], ...]  # indicator, and how it stands against its own past; the strongest first


def moved(
    area_id: int, month: Month, color: str, order: Sequence[str], why: Mapping[str, Any]
) -> Moved | None:
    """Return how an area moved, or None where its color is as before or one of the two is gray.

    `order` are the colors from good to severe; `why` is what the grade kept (`domain.explaining.Explanation`).
    """
    previous = int(why["previous"])
    if color not in order or previous < 0 or order[previous] == color:
        return None
    worse = order.index(color) > previous
    strongest = sorted(why["indicators"], key=lambda one: (-abs(one["points_moved"] or 0), one["code"]))
    by = [
        (one["code"], _against_own_past(one))
        for one in strongest
        if (one["points_moved"] or 0) * (1 if worse else -1) >= WORTH_TELLING
    ]

    return Moved(area_id, month, order[previous], color, worse, told_chance(why["probability"]), tuple(by))


def _against_own_past(one: Mapping[str, Any]) -> str:
    found = (each["change"] for each in one["comparisons"] if each["against"] == "own_past")
    return str(next(found, ""))
