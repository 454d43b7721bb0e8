"""Areas split and merge, and history follows; and what is wrong with counts before they are graded."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby, pairwise

import numpy as np
from numpy.typing import NDArray

from maplebridge.kernel.periods import Month

Floats = NDArray[np.float64]

ROUNDING = 1e-6


class BoundaryError(ValueError):
    def __init__(self, code: str, **where: object) -> None:
        super().__init__(f"{code} {where}" if where else code)
        self.code, self.where = code, where


@dataclass(frozen=True, slots=True)
class Succession:
    """From `since` on, this share of the people of one area belongs to another."""

    before: int
    after: int
    share: float
    since: Month


def check_successions(successions: Iterable[Succession]) -> None:
    """Raise `BoundaryError` where shares do not add up to everybody, or an area follows itself."""
    shares: defaultdict[tuple[int, Month], float] = defaultdict(float)
    for one in successions:
        if not 0 < one.share <= 1 + ROUNDING:
            raise BoundaryError("share_out_of_range", area=one.before, share=one.share)
        shares[one.before, one.since] += one.share
    for (area, since), total in shares.items():
        if abs(total - 1) > ROUNDING:
            raise BoundaryError("shares_do_not_add_up", area=area, since=str(since), total=round(total, 6))


def carried_forward(
    areas: Sequence[int],
    numbers: Floats,
    last: Month,
    successions: Sequence[Succession],
    in_force: Sequence[int],
) -> Floats:
    """Return the numbers (areas x … x months) as if today's areas had always been, in the order of `in_force`.

    What lay before a change goes to the successors by their share of the people; where any part of it is missing,
    the successor's month is missing. An area that stays keeps what it has. Counts become parts of events.
    """
    check_successions(successions)
    known = {area: row for row, area in enumerate(areas)}
    for area in {*in_force, *(one.before for one in successions), *(one.after for one in successions)} - set(
        known
    ):
        raise BoundaryError("area_unknown", area=area)
    months = numbers.shape[-1]
    result = numbers.astype(np.float64, copy=True)
    ordered = sorted(successions, key=lambda one: (one.since, one.before, one.after))
    for since, group in groupby(ordered, key=lambda one: one.since):
        cut = months - 1 - _months_between(since, last)
        if cut > 0:
            result[..., :cut] = _moved(result[..., :cut], list(group), known)
    return result[[known[area] for area in in_force]]


def _moved(numbers: Floats, successions: list[Succession], known: dict[int, int]) -> Floats:
    flat = numbers.reshape(len(numbers), -1)
    missing = np.isnan(flat)
    moves = np.diag((~missing).any(axis=1).astype(float))  # an area that was not there yet brings nothing
    for one in successions:
        moves[known[one.before]] = 0
    for one in successions:
        moves[known[one.before], known[one.after]] += one.share
    moved = moves.T @ np.where(missing, 0.0, flat)
    moved[(moves.T > 0).astype(float) @ missing > 0] = np.nan
    # An area that only ends here has no past of its own any more: that is missing, not zero.
    moved[~(moves.T > 0).any(axis=1)] = np.nan
    return np.asarray(moved.reshape(numbers.shape))


def _months_between(first: Month, last: Month) -> int:
    return (last.year - first.year) * 12 + last.number - first.number


class Flaw(StrEnum):
    GAP = "gap"  # a month is missing between others
    DOUBLE_MONTH = "double_month"  # a month stands twice
    SAME_AS_BEFORE = "same_as_before"  # all numbers of a month are those of the month before: pasted twice?
    JUMP = "jump"  # far from the area's usual
    NEGATIVE = "negative"
    NOT_A_NUMBER = "not_a_number"
    NOBODY_THERE = "nobody_there"  # events, but no denominator
    NOTHING_DELIVERED = "nothing_delivered"  # zero everywhere in a month that usually has events
    OLD_POPULATION = "old_population"
    POPULATION_JUMP = "population_jump"  # changed by a third or more: new borders?


BLOCKING = frozenset({Flaw.DOUBLE_MONTH, Flaw.NEGATIVE, Flaw.NOT_A_NUMBER})


@dataclass(frozen=True, slots=True)
class Finding:
    flaw: Flaw
    area: int | None  # None: of all areas
    month: Month | None
    value: float | None = None
    usual: float | None = None

    @property
    def blocks(self) -> bool:
        """Say whether the month cannot be closed with it; the others are asked about and may be explained."""
        return self.flaw in BLOCKING


@dataclass(frozen=True, slots=True)
class MonthlyCount:
    area: int
    month: Month
    count: float | None
    exposure: float | None


JUMP_TIMES, JUMP_DEVIATIONS = 3.0, 5.0
LEAST_PAST = 6  # months, before a jump can be told
POPULATION_CHANGE = 1 / 3
OLD_AFTER_YEARS = 5
FEW = 10.0  # events of the whole a month; below that a month without any is no wonder


def check_counts(rows: Sequence[MonthlyCount], only: Month | None = None) -> list[Finding]:
    """Return all that is wrong or odd with the monthly counts of one indicator, in order of month and area.

    With `only`, jumps are looked for in that month alone: each month is checked when it is closed.
    """
    found = [*_doubles(rows), *_impossible(rows)]
    areas = sorted({row.area for row in rows})
    if rows:
        months = _all_months(rows)
        counts, exposures = _table(rows, areas, months)
        found += _gaps(areas, months, counts)
        found += _jumps(areas, months, counts, only)
        found += _population_jumps(areas, months, exposures)
        found += _whole_months(months, counts)
    return sorted(found, key=lambda one: (one.month or Month(1, 1), one.area or 0, one.flaw))


def _doubles(rows: Sequence[MonthlyCount]) -> Iterable[Finding]:
    often = Counter((row.area, row.month) for row in rows)
    return [
        Finding(Flaw.DOUBLE_MONTH, area, month, times) for (area, month), times in often.items() if times > 1
    ]


def _impossible(rows: Sequence[MonthlyCount]) -> Iterable[Finding]:
    for row in rows:
        for number in (row.count, row.exposure):
            if number is not None and not np.isfinite(number):
                yield Finding(Flaw.NOT_A_NUMBER, row.area, row.month)
            elif number is not None and number < 0:
                yield Finding(Flaw.NEGATIVE, row.area, row.month, number)
        if row.count is not None and row.count > 0 and row.exposure is not None and row.exposure == 0:
            yield Finding(Flaw.NOBODY_THERE, row.area, row.month, row.count)


def _all_months(rows: Sequence[MonthlyCount]) -> list[Month]:
    first, last = min(row.month for row in rows), max(row.month for row in rows)
    return [first + step for step in range(_months_between(first, last) + 1)]


def _table(rows: Sequence[MonthlyCount], areas: list[int], months: list[Month]) -> tuple[Floats, Floats]:
    row_of, column_of = (
        {one: row for row, one in enumerate(areas)},
        {one: at for at, one in enumerate(months)},
    )
    counts, exposures = np.full((len(areas), len(months)), np.nan), np.full((len(areas), len(months)), np.nan)
    for row in rows:
        at = row_of[row.area], column_of[row.month]
        if row.count is not None and np.isfinite(row.count) and row.count >= 0:
            counts[at] = row.count
        if row.exposure is not None and np.isfinite(row.exposure) and row.exposure >= 0:
            exposures[at] = row.exposure
    return counts, exposures


def _gaps(areas: list[int], months: list[Month], counts: Floats) -> Iterable[Finding]:
    for row, area in enumerate(areas):
        there = np.flatnonzero(np.isfinite(counts[row]))
        if len(there):
            for place in range(there[0], len(months)):  # a town that ends early has a gap, too
                if not np.isfinite(counts[row, place]):
                    yield Finding(Flaw.GAP, area, months[place])


def _jumps(areas: list[int], months: list[Month], counts: Floats, only: Month | None) -> Iterable[Finding]:
    for place, month in enumerate(months):
        if only is not None and month != only:
            continue
        given, others = counts[:, place], np.delete(counts, place, axis=1)
        usual = _middle(others)
        # How far it usually lies from its middle, at least as far as chance alone (Poisson) takes it.
        spread = np.maximum(1.4826 * _middle(np.abs(others - usual[:, None])), np.maximum(usual**0.5, 1.0))
        with np.errstate(invalid="ignore"):  # what is missing is no jump
            far = np.abs(given - usual) > JUMP_DEVIATIONS * spread
            far &= (given > JUMP_TIMES * usual) | (given < usual / JUMP_TIMES)
        far &= np.isfinite(others).sum(axis=1) >= LEAST_PAST
        for row in np.flatnonzero(far):
            yield Finding(Flaw.JUMP, areas[row], month, float(given[row]), float(usual[row]))


def _middle(numbers: Floats) -> Floats:
    """Return the median of each row without what is missing; NaN where all of it is."""
    ordered = np.sort(numbers, axis=1)  # what is missing stands last
    there = np.isfinite(numbers).sum(axis=1)
    low, high = np.maximum(there - 1, 0) // 2, np.minimum(there // 2, max(numbers.shape[1] - 1, 0))
    if not numbers.shape[1]:
        return np.full(len(numbers), np.nan)
    rows = np.arange(len(numbers))
    middle = (ordered[rows, low] + ordered[rows, high]) / 2
    return np.asarray(np.where(there > 0, middle, np.nan))


def _population_jumps(areas: list[int], months: list[Month], exposures: Floats) -> Iterable[Finding]:
    for row, area in enumerate(areas):
        there = np.flatnonzero(exposures[row] > 0)
        for before, place in pairwise(there):
            then, now = float(exposures[row, before]), float(exposures[row, place])
            if abs(now / then - 1) >= POPULATION_CHANGE:
                yield Finding(Flaw.POPULATION_JUMP, area, months[place], now, then)


def _whole_months(months: list[Month], counts: Floats) -> Iterable[Finding]:
    totals = np.nansum(counts, axis=0)
    there = np.asarray(np.isfinite(counts).any(axis=0))
    for place in range(len(months)):
        others = np.delete(totals, place)[np.delete(there, place)]
        if there[place] and totals[place] == 0 and len(others) and np.median(others) >= FEW:
            yield Finding(Flaw.NOTHING_DELIVERED, None, months[place], 0.0, float(np.median(others)))
        if place and there[place] and totals[place] > 0 and len(counts) > 2:
            both = np.isfinite(counts[:, place]) & np.isfinite(counts[:, place - 1])
            if both.sum() > 2 and (counts[both, place] == counts[both, place - 1]).all():
                yield Finding(Flaw.SAME_AS_BEFORE, None, months[place])


def check_population(area: int, counted_on: date, month: Month) -> Finding | None:
    """Return a finding where the people of an area were counted more than five years before the month."""
    years = month.year - counted_on.year - ((month.number, 28) < (counted_on.month, counted_on.day))
    return Finding(Flaw.OLD_POPULATION, area, month, float(years)) if years >= OLD_AFTER_YEARS else None
