"""What a period's matters come to: raised, answered, solved, raised most, and what is overdue at this moment."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import reduce
from operator import add
from typing import Any

import numpy as np

from maplebridge.grading.domain.analysis import (
    TREND_MONTHS,
    Against,
    Figure,
    Floats,
    Pair,
    Period,
    Why,
    as_json,
    count_figure,
    minutes_figure,
    months_between,
    not_compared,
    raised_most,
    share_figure,
)
from maplebridge.grading.queries.analyzed_areas import Section, Sources
from maplebridge.kernel.periods import Month
from maplebridge.matters import queries as matters
from maplebridge.matters.domain.rates import Counts
from maplebridge.matters.queries.statistics import answer_times, totals_by_category

LATE_KINDS = 5
OVERDUE = (
    matters.Concern.NOT_ANSWERED,
    matters.Concern.OVERDUE,
    matters.Concern.AGENCY_SILENT,
    matters.Concern.AGENCY_LATE,
    matters.Concern.PROMISE,
)


def of_matters(period: Period, now: datetime, sources: Sources) -> list[Section]:
    """Return what was raised and what came of it, how fast it was answered, and what was raised most."""
    spans = period.spans
    months = sorted({month for one in spans.values() for month in one.months}, key=lambda one: one.first)
    tallied = matters.tallied([one.first for one in months])
    unknown = {against: why for against, one in spans.items() if (why := _not_whole(one, now, tallied))}
    by_month = matters.month_totals(list(tallied))
    sums = {against: _sum_of(one, by_month) for against, one in spans.items()}
    if tallied and unknown.get(None) != Why.NOT_COUNTED:
        sources["matters"] = {"kind": "matters", "latest": _latest(tallied, period)}
    return [
        _raised(period, sums, unknown, by_month, now),
        _answering(spans, unknown),
        _most(period, months, tallied, unknown, sums),
    ]


def _latest(tallied: Mapping[date, datetime], period: Period) -> str:
    found = [tallied[one.first] for one in period.months if one.first in tallied]
    return min(found).isoformat(timespec="seconds") if found else ""


def _not_whole(period: Period, now: datetime, tallied: Mapping[date, datetime]) -> Why | None:
    """Return why matters of a period cannot be compared: not counted, counted in part, or not over."""
    first = matters.first_raised()
    began = matters.local_day(first) if first else None
    if began is None or began > period.last.last or any(one.first not in tallied for one in period.months):
        return Why.NOT_COUNTED
    if matters.local_day(now) <= period.last.last:
        return Why.NOT_OVER
    return Why.NOT_WHOLE if began > period.months[0].first else None


def _sum_of(period: Period, by_month: Mapping[date, Counts]) -> Counts:
    return reduce(add, (by_month.get(one.first, Counts()) for one in period.months), Counts())


Unknown = Mapping[Against | None, Why]
Sums = Mapping[Against | None, Counts]


def _comparable(figure: Figure, unknown: Unknown) -> Figure:
    """Return a figure with changes only against periods that were counted in full, if its own was."""
    if None in unknown:
        return not_compared(figure, unknown[None])
    for against, why in unknown.items():
        if against is not None:
            figure = not_compared(figure, why, [against])
    return figure


def _raised(
    period: Period, sums: Sums, unknown: Unknown, by_month: Mapping[date, Counts], now: datetime
) -> Section:
    missing = unknown.get(None) == Why.NOT_COUNTED

    def number(against: Against | None) -> Floats:
        told = np.nan if unknown.get(against) == Why.NOT_COUNTED else float(sums[against].raised)
        return np.array([told])

    spans = period.spans
    figures = [
        count_figure(
            "raised",
            "matters",
            (number(None), period.days),
            {against: (number(against), spans[against].days) for against in Against},
        )
    ]
    for code, pair in SHARES.items():
        figures.append(
            share_figure(
                code,
                "matters",
                (0.0, 0.0) if missing else pair(sums[None]),
                {against: pair(sums[against]) for against in Against},
            )
        )
    began = matters.first_raised()
    return {
        "code": "matters",
        "figures": [as_json(_comparable(one, unknown)) for one in figures],
        "since": matters.local_day(began).isoformat() if began and unknown.get(None) == Why.NOT_WHOLE else "",
        "goes_on": unknown.get(None) == Why.NOT_OVER,
        "trend": [
            [f"{first:%Y-%m}", [_percent(counts.response.percent), _percent(counts.satisfaction.percent)]]
            for first, counts in sorted(_year(period, now).items())
        ],
        "missing": missing,
    }


def _year(period: Period, now: datetime) -> dict[date, Counts]:
    months = months_between(period.last - (TREND_MONTHS - 2), period.last)
    return matters.month_totals([one.first for one in months])


def _percent(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


SHARES: dict[str, Callable[[Counts], Pair]] = {
    "answered": lambda one: (one.in_time, one.in_time + one.late),
    "late": lambda one: (one.late, one.in_time + one.late),
    "with_result": lambda one: (
        one.solved + one.not_solved + one.nobody_said,
        one.solved + one.not_solved + one.nobody_said + one.no_result_yet,
    ),
    "solved": lambda one: (one.solved, one.solved + one.not_solved),
    "content": lambda one: (one.satisfied, one.satisfied + one.not_satisfied),
}


def _answering(spans: Mapping[Against | None, Period], unknown: Unknown) -> Section:
    times = {
        against: answer_times(one.months[0].first, one.last.last)
        for against, one in spans.items()
        if unknown.get(against) != Why.NOT_COUNTED
    }
    figures = []
    for code, at in (("median_minutes", 1), ("ninth_minutes", 2)):
        now = times.get(None, (0, None, None))
        figures.append(
            minutes_figure(
                code,
                "matters",
                (now[at], now[0]),
                {
                    against: (then[at], then[0])
                    for against in Against
                    for then in [times.get(against, (0, None, None))]
                },
            )
        )
    return {
        "code": "answering",
        "figures": [as_json(_comparable(one, unknown)) for one in figures],
        "missing": None not in times,
    }


def _most(
    period: Period,
    months: Sequence[Month],
    tallied: Mapping[date, datetime],
    unknown: Unknown,
    sums: Sums,
) -> Section:
    """Return what was raised most, and of which kinds most was answered late."""
    by_kind = _by_category([one for one in months if one.first in tallied])
    counts = {key: one.raised for key, one in by_kind.items()}
    known = [against for against in Against if against not in unknown and None not in unknown]
    names = {one.code: [one.name_zh, one.name_en] for one in matters.branches()}
    missing = unknown.get(None) == Why.NOT_COUNTED
    rows = [] if missing else raised_most(counts, period, known)
    told = []
    for row in rows:
        changes = [
            as_json(one) | ({"why": _why_not(one.against, unknown).value} if one.against not in known else {})
            for one in row.changes
        ]
        told.append(
            {
                "code": row.code,
                "names": names.get(row.code, [row.code, row.code]),
                "low": row.low,
                "high": row.high,
                "changes": changes,
                "rising": row.rising,
            }
        )
    return {
        "code": "raised_most",
        "figures": [],
        "rows": told,
        "of": sums[None].raised,
        "late": _late_kinds(period, by_kind, names),
        "missing": not told,
    }


def _why_not(against: Against, unknown: Unknown) -> Why:
    return unknown.get(None) or unknown.get(against) or Why.NOT_COUNTED


def _by_category(months: Sequence[Month]) -> dict[tuple[str, Month], Counts]:
    found = totals_by_category([one.first for one in months])
    return {(code, Month.of(first)): counts for (code, first), counts in found.items()}


def _late_kinds(
    period: Period, by_kind: Mapping[tuple[str, Month], Counts], names: Mapping[str, list[str]]
) -> list[dict[str, Any]]:
    """Return the kinds of matters of which the largest share was answered late; of few due none is told."""
    sums: dict[str, Counts] = {}
    for (code, month), counts in by_kind.items():
        if month in period.months:
            sums[code] = sums.get(code, Counts()) + counts
    figures = {
        code: share_figure("late", "matters", SHARES["late"](one), {})
        for code, one in sums.items()
        if code in names
    }
    told = [(code, one) for code, one in figures.items() if one.value]
    told.sort(key=lambda each: (-(each[1].value or 0), each[0]))
    return [as_json(one) | {"names": names[code]} for code, one in told[:LATE_KINDS]]


def overdue(period: Period, now: datetime, sources: Sources) -> Section:
    """Return what is overdue at this moment, by why. It is our own work, not people, so every one is told."""
    counts = matters.board_counts(matters.Scope(), now)
    sources["board"] = {"kind": "board", "latest": now.isoformat(timespec="seconds")}
    return {
        "code": "overdue",
        "figures": [],
        "concerns": [[one.value, counts[one]] for one in OVERDUE],
        "missing": False,
    }
