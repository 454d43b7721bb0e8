"""What a period comes to area by area: counts of incidents, what residents said, the colors and who moved."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from maplebridge.grading.domain.analysis import (
    CLEARED,
    PREVENTABLE,
    TREND_MONTHS,
    Against,
    Figure,
    Floats,
    Pair,
    Period,
    as_json,
    count_figure,
    months_between,
    moved,
    not_counted,
    share_figure,
    steps_between,
    summed,
    town_share,
)
from maplebridge.grading.domain.areas import AreaKind
from maplebridge.grading.domain.boundaries import carried_forward
from maplebridge.grading.domain.method import COLORS, Source
from maplebridge.grading.domain.publication import FLOORS
from maplebridge.grading.domain.transitions import State
from maplebridge.grading.models import Area, CountSheet, Grade, GradingMonth, Indicator
from maplebridge.grading.queries.areas import areas_on, populations_on, successions_until
from maplebridge.grading.queries.counts import counts_of, sheets_in_force
from maplebridge.grading.queries.methods import indicator_names, indicators_of, indicators_on, method_in_force
from maplebridge.grading.queries.months import (
    NO_COLOR,
    color_name,
    grades_of,
    month_of,
    reviewed_by_two,
    second_looks,
)
from maplebridge.grading.queries.told import told_colors
from maplebridge.kernel.periods import Month

COLOR_NAMES = tuple(color_name(int(color)) for color in COLORS)
COUNTED_BY_US = (Source.FILE, Source.MATTERS, Source.INCIDENTS)
Section = dict[str, Any]
Sources = dict[str, dict[str, Any]]


@dataclass
class CountedAreas:
    """The areas of a period with their counts as if today's areas had always been."""

    kind: str
    rows: list[Area]
    first: Month
    months: int
    indicators: list[Indicator]
    counts: Floats
    said: Floats
    sheets: list[CountSheet] = field(default_factory=list)

    @classmethod
    def of(cls, period: Period) -> "CountedAreas":
        kind = next(
            (
                one
                for one in (AreaKind.STATION, AreaKind.SUBDISTRICT)
                if areas_on(one, period.last.last).exists()
            ),
            AreaKind.STATION,
        )
        rows = list(areas_on(kind, period.last.last))
        first = min(period.year_before.months[0], period.last - (TREND_MONTHS - 1))
        months = months_between(first, period.last)
        indicators = [one for one in indicators_on(period.last.last) if not one.never_public]
        sheets = list(sheets_in_force(kind, first.first, period.last.first).order_by("month", "pk"))
        successions = successions_until(kind, period.last)
        in_force = [area.pk for area in rows]
        every = [*in_force, *sorted({one.before for one in successions} - set(in_force))]
        held = counts_of(sheets, every, [one.pk for one in indicators], months)
        counts, said = held.counts, held.denominators
        if successions:
            counts, said = (
                carried_forward(every, numbers, period.last, successions, in_force)
                for numbers in (counts, said)
            )
        return cls(kind, rows, first, len(months), indicators, counts, said, sheets)

    def column(self, code: str) -> int:
        return next(at for at, one in enumerate(self.indicators) if one.code == code)

    def in_period(self, numbers: Floats, period: Period) -> Floats:
        """Return what each area counted in a period: areas x …, NaN where a month of it is missing."""
        places = [steps_between(self.first, month) for month in period.months]
        return summed(numbers[..., places[0] : places[-1] + 1])

    def source(self, indicators: Iterable[Indicator]) -> dict[str, Any]:
        """Return where the counts of these indicators come from: what the sheets say, and which they are."""
        ids = {one.pk for one in indicators}
        used = [one for one in self.sheets if one.indicator_id in ids]
        return {
            "kind": "sheets",
            "given": sorted({one.source for one in used}),
            "sheets": len(used),
            "latest": max(one.entered_at for one in used).isoformat(timespec="seconds") if used else "",
        }


def incidents(period: Period, areas: CountedAreas, sources: Sources) -> Section:
    """Return what was counted as incidents: each indicator, all of the method together, and what is told beside."""
    counted = [one for one in areas.indicators if one.source in COUNTED_BY_US]
    method = method_in_force(period.last.first)
    graded = {one.code for one in indicators_of(method)} if method else set()
    beside = [one for code in (PREVENTABLE, CLEARED) for one in counted if one.code == code]
    kinds = [one for one in counted if one not in beside]
    together = [one for one in kinds if one.code in graded]

    def figure(code: str, chosen: Sequence[Indicator], names: tuple[str, str] | None) -> Figure:
        numbers = areas.counts[:, [areas.column(one.code) for one in chosen], :].sum(axis=1)
        return count_figure(
            code,
            "counts",
            (areas.in_period(numbers, period), period.days),
            {
                against: (areas.in_period(numbers, then), then.days)
                for against, then in period.earlier.items()
            },
            names=names,
        )

    figures = [figure("incidents", together, None)] if len(together) > 1 else []
    figures += [figure(f"indicator:{one.code}", [one], (one.name_zh, one.name_en)) for one in kinds]
    figures += [figure(one.code, [one], (one.name_zh, one.name_en)) for one in beside]
    there = {one.code for one in beside}
    figures += [not_counted(code, "counts") for code in (PREVENTABLE, CLEARED) if kinds and code not in there]
    if counted:
        sources["counts"] = areas.source(counted)
    return {
        "code": "incidents",
        "figures": [as_json(one) for one in figures],
        "trend": _trend(areas, kinds),
        "missing": not any(np.isfinite(one.value or np.nan) for one in figures),
    }


def _trend(areas: CountedAreas, kinds: Sequence[Indicator]) -> dict[str, Any]:
    """Return the counts of the last thirteen months; None where an area is missing, or the number is small."""
    months = [areas.first + step for step in range(areas.months)][-TREND_MONTHS:]
    rows = []
    for at, month in zip(range(areas.months - len(months), areas.months), months, strict=True):
        sums = [areas.counts[:, areas.column(one.code), at].sum() for one in kinds]
        rows.append([str(month), [int(one) if one >= FLOORS.small else None for one in sums]])
    return {"names": [[one.name_zh, one.name_en] for one in kinds], "rows": rows}


def satisfaction(period: Period, areas: CountedAreas, sources: Sources) -> Section:
    """Return what residents said in the survey: shares of the town with their intervals."""
    asked = [one for one in areas.indicators if one.source == Source.SURVEY]
    residents = populations_on([area.pk for area in areas.rows], "residents", period.last.last)
    people = np.array(
        [residents[area.pk].number if area.pk in residents else np.nan for area in areas.rows], dtype=float
    )

    def share(one: Indicator, then: Period) -> tuple[Pair, int]:
        column = areas.column(one.code)
        found = town_share(
            areas.in_period(areas.counts[:, column, :], then),
            areas.in_period(areas.said[:, column, :], then),
            people,
        )
        return found or ((0.0, 0.0), 0)

    figures = []
    for one in asked:
        now, answered = share(one, period)
        figures.append(
            share_figure(
                f"indicator:{one.code}",
                "answers",
                now,
                {against: share(one, then)[0] for against, then in period.earlier.items()},
                least=FLOORS.answers,
                interval=True,
                names=(one.name_zh, one.name_en),
                areas=(answered, len(areas.rows)),
            )
        )
    if asked:
        sources["answers"] = areas.source(asked) | {"kind": "answers"}
    return {
        "code": "satisfaction",
        "figures": [as_json(one) for one in figures],
        "missing": not any(one.value is not None for one in figures),
    }


def colors(period: Period, areas: CountedAreas, sources: Sources) -> Section:
    """Return the colors at the end of a period and before it, and every area that moved in between."""
    now, then = month_of(areas.kind, period.last), month_of(areas.kind, period.before.last)
    colors = _told_colors(now)
    section: Section = {
        "code": "areas",
        "figures": [],
        "state": now.state if now and colors else "",
        "colors": [
            {"area": grade.area_id, "name": grade.area.name, "name_en": grade.area.name_en, "color": color}
            for grade, color in colors
        ],
        "before": _tally(_told_colors(then)),
        "counts": _tally(colors),
        "waiting": _waiting(now),
        "moved": [],
        "missing": not colors,
    }
    if colors:
        figure = share_figure(
            "good_areas",
            "colors",
            _good_of(section["counts"]),
            {
                Against.BEFORE: _good_of(section["before"]),
                Against.YEAR_BEFORE: _good_of(
                    _tally(_told_colors(month_of(areas.kind, period.year_before.last)))
                ),
            },
            least=1,  # of areas every one is graded: they are no sample
        )
        section["figures"] = [as_json(_not_judged(figure))]
    for month in period.months:
        section["moved"] += _moved(month_of(areas.kind, month), month)
    if now and colors:
        sources["colors"] = {
            "kind": "colors",
            "method": now.method.version if now.method else None,
            "digest": now.result_digest[:12],
            "state": now.state,
            "latest": now.proposed_at.isoformat(timespec="seconds") if now.proposed_at else "",
        }
    return section


def _good_of(tally: list[list[Any]]) -> Pair:
    """Return how many areas are good or safe, of how many that have a color."""
    counts = dict(tally)
    return sum(counts.get(name, 0) for name in COLOR_NAMES[:2]), sum(
        counts.get(name, 0) for name in COLOR_NAMES
    )


def _not_judged(figure: Figure) -> Figure:
    """Return a figure of all there are instead of a sample: chance is not asked."""
    return replace(figure, changes=tuple(replace(one, clear=None) for one in figure.changes))


def _told_colors(one: GradingMonth | None) -> list[tuple[Grade, str]]:
    """Return the colors of a month that was proposed at least, gray below the floors of what is published."""
    if one is None or one.state not in (State.PROPOSED, State.REVIEWED, State.PUBLISHED):
        return []
    grades = list(grades_of(one))
    people = populations_on([grade.area_id for grade in grades], "residents", Month.of(one.month).last)
    told = told_colors(one, grades, people)
    return [(grade, color_name(int(each.color))) for grade, each in zip(grades, told, strict=True)]


def _waiting(one: GradingMonth | None) -> int:
    """Return how many areas of a proposed month keep their color to themselves until a second person agreed."""
    if one is None or one.state != State.PROPOSED or reviewed_by_two(one):
        return 0
    return sum(second_looks(list(grades_of(one))))


def _tally(colors: Sequence[tuple[Grade, str]]) -> list[list[Any]]:
    """Return how many areas have each color, from good to severe; nothing where there are no colors."""
    if not colors:
        return []
    return [[name, sum(color == name for _grade, color in colors)] for name in (*COLOR_NAMES, NO_COLOR)]


def _moved(one: GradingMonth | None, month: Month) -> list[dict[str, Any]]:
    found = []
    names = indicator_names()
    for grade, color in _told_colors(one):
        told = moved(grade.area_id, month, color, COLOR_NAMES, grade.why)
        if told is None:
            continue
        found.append(
            {
                "area": told.area_id,
                "month_id": grade.month_id,
                "name": grade.area.name,
                "name_en": grade.area.name_en,
                "month": str(month),
                "before": told.before,
                "color": told.color,
                "worse": told.worse,
                "chance": list(told.chance),
                "by": [
                    {"names": list(names.get(code, (code, code))), "against": against}
                    for code, against in told.by
                ],
            }
        )
    return sorted(found, key=lambda each: (not each["worse"], each["name"]))
