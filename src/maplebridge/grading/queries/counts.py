"""Reads of counts as arrays, and of what is odd with them."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.db.models import QuerySet
from numpy.typing import NDArray

from maplebridge.grading.domain import method as rules
from maplebridge.grading.domain.boundaries import (
    Finding,
    MonthlyCount,
    carried_forward,
    check_counts,
    check_population,
)
from maplebridge.grading.domain.counts_file import ReadCounts
from maplebridge.grading.domain.history import History
from maplebridge.grading.domain.neighbors import neighbors_of
from maplebridge.grading.domain.publication import Atom
from maplebridge.grading.models import CountSheet, GradingMonth, Indicator, Method
from maplebridge.grading.queries.areas import areas_on, populations_on, successions_until
from maplebridge.grading.queries.methods import indicators_of
from maplebridge.kernel.periods import Month

Floats = NDArray[np.float64]
HISTORY_MONTHS = 36


def sheets_in_force(kind: str, first: date, last: date) -> QuerySet[CountSheet]:
    """Return the latest sheet of each indicator and month, from the first of a month to the first of another."""
    return CountSheet.objects.filter(kind=kind, month__range=(first, last), replaced_by=None)


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts and denominators, shape areas x indicators x months; NaN where nothing was entered."""

    area_ids: tuple[int, ...]
    indicator_ids: tuple[int, ...]
    months: tuple[Month, ...]
    counts: Floats
    denominators: Floats


def counts_of(
    sheets: Iterable[CountSheet],
    area_ids: Sequence[int],
    indicator_ids: Sequence[int],
    months: Sequence[Month],
) -> Counts:
    """Return the sheets as arrays. What a sheet says of other areas is left out."""
    shape = (len(area_ids), len(indicator_ids), len(months))
    counts, denominators = np.full(shape, np.nan), np.full(shape, np.nan)
    places_of = {id: at for at, id in enumerate(area_ids)}
    column_of = {id: at for at, id in enumerate(indicator_ids)}
    depth_of = {month.first: at for at, month in enumerate(months)}
    for sheet in sheets:
        column, depth = column_of.get(sheet.indicator_id), depth_of.get(sheet.month)
        if column is None or depth is None:
            continue
        rows = np.array([places_of.get(id, -1) for id in sheet.areas], dtype=np.intp)
        known = rows >= 0
        counts[rows[known], column, depth] = np.array(sheet.counts, dtype=float)[known]
        denominators[rows[known], column, depth] = np.array(sheet.denominators, dtype=float)[known]
    return Counts(tuple(area_ids), tuple(indicator_ids), tuple(months), counts, denominators)


def sheets_for(one: GradingMonth) -> list[int]:
    """Return the sheets from which a month is graded: those in force now, as far back as its method looks."""
    month = Month.of(one.month)
    first = (month - (HISTORY_MONTHS - 1)).first
    return sorted(sheets_in_force(one.kind, first, month.first).values_list("pk", flat=True))


class SheetAltered(Exception):
    """Sheets do not hold any more what was entered: somebody changed them in the database. `sheets` names them."""

    def __init__(self, sheets: list[int]) -> None:
        super().__init__(f"sheets {sheets}")
        self.sheets = sheets


def digest_of(areas: list[int], counts: list[float | None], denominators: list[float | None]) -> str:
    """Return what tells that a sheet still holds what was entered."""
    text = json.dumps([areas, counts, denominators], separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def history_of(one: GradingMonth, method: rules.Method) -> History:
    """Return the counts of a month's own sheets, as if today's areas had always been."""
    sheets = list(CountSheet.objects.filter(pk__in=one.sheets).order_by("pk"))
    if altered := [
        each.pk for each in sheets if each.digest != digest_of(each.areas, each.counts, each.denominators)
    ]:
        raise SheetAltered(altered)
    month = Month.of(one.month)
    in_force = list(areas_on(one.kind, month.last).values_list("pk", flat=True))
    successions = successions_until(one.kind, month)
    every = [*in_force, *sorted({each.before for each in successions} - set(in_force))]
    columns = dict(Indicator.objects.values_list("code", "pk"))
    months = [month - back for back in range(HISTORY_MONTHS - 1, -1, -1)]
    held = counts_of(sheets, every, [columns[part.code] for part in method.indicators], months)
    counts, exposure = held.counts, held.denominators
    if successions:
        counts, exposure = (
            carried_forward(every, numbers, month, successions, in_force) for numbers in (counts, exposure)
        )
    near = None
    if method.shrinkage.by_neighbors:
        borders = dict(areas_on(one.kind, month.last).values_list("pk", "boundary"))
        near = neighbors_of([borders[id] for id in in_force])
    return History(np.array(in_force, dtype=np.int64), month, counts, exposure, near)


def findings_of(kind: str, month: Month, method: Method) -> list[Finding]:
    """Return what is odd with the counts up to a month, as far as it is of that month or the year before it."""
    found: list[Finding] = []
    sheets = list(sheets_in_force(kind, (month - (HISTORY_MONTHS - 1)).first, month.first))
    for indicator in indicators_of(method):
        rows = [
            MonthlyCount(area, Month.of(sheet.month), count, denominator)
            for sheet in sheets
            if sheet.indicator_id == indicator.pk
            for area, count, denominator in zip(sheet.areas, sheet.counts, sheet.denominators, strict=True)
        ]
        found += check_counts(rows, month)
    for population in populations_on(
        areas_on(kind, month.last).values_list("pk", flat=True), "residents", month.last
    ).values():
        if old := check_population(population.area_id, population.as_of, month):
            found.append(old)
    return [one for one in found if one.month is None or one.month == month]


def odd_in(kind: str, read: ReadCounts) -> list[tuple[str, Finding]]:
    """Return what is odd with the counts of a file, beside those entered before: (code of the indicator, finding).

    It holds nothing up: whoever brings five years sees gaps, jumps, months pasted twice and new borders at once.
    """
    found = []
    for code, by_month in read.counts.items():
        if not by_month:
            continue
        indicator = Indicator.objects.get(code=code)
        first, last = min(by_month), max(by_month)
        rows = _beside_known(kind, indicator, by_month, read.populations.get(indicator.denominator, {}))
        brought = {area for numbers in by_month.values() for area in numbers}
        found += [
            (code, one)
            for one in check_counts(rows)
            if (one.area is None or one.area in brought) and one.month and first <= one.month <= last
        ]
    return found


def _beside_known(
    kind: str,
    indicator: Indicator,
    by_month: Mapping[Month, Mapping[int, int]],
    people: Mapping[Month, Mapping[int, int]],
) -> list[MonthlyCount]:
    first = min(by_month) - HISTORY_MONTHS
    sheets = sheets_in_force(kind, first.first, max(by_month).first).filter(indicator=indicator)
    known: dict[tuple[int, Month], tuple[float | None, float | None]] = {}
    for sheet in sheets:
        month = Month.of(sheet.month)
        for area, count, denominator in zip(sheet.areas, sheet.counts, sheet.denominators, strict=True):
            known[area, month] = count, denominator
    for month, numbers in by_month.items():
        for area, number in numbers.items():
            there = people.get(month, {}).get(area)
            before = known.get((area, month), (None, None))[1]
            known[area, month] = float(number), before if there is None else float(there)
    return [MonthlyCount(area, month, *numbers) for (area, month), numbers in known.items()]


def public_counts(one: GradingMonth, months: Sequence[Month], codes: Sequence[str]) -> dict[Atom, int]:
    """Return the counts of a month's areas and of months before it, as they stand in the sheets in force."""
    area_codes = dict(areas_on(one.kind, Month.of(one.month).last).values_list("pk", "code"))
    indicators = dict(Indicator.objects.filter(code__in=codes).values_list("pk", "code"))
    sheets = sheets_in_force(one.kind, months[0].first, months[-1].first).filter(indicator_id__in=indicators)
    return {
        Atom(area_codes[id], indicators[sheet.indicator_id], Month.of(sheet.month)): int(count)
        for sheet in sheets
        for id, count in zip(sheet.areas, sheet.counts, strict=True)
        if count is not None and id in area_codes
    }
