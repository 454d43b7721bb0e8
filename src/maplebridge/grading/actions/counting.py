"""Entering what was counted: areas, populations, indicators, methods, and monthly sheets that are never changed."""

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from maplebridge.grading.domain.areas import AreaKind
from maplebridge.grading.domain.counts_file import ReadCounts
from maplebridge.grading.domain.method import Method as Rules
from maplebridge.grading.domain.method import as_json
from maplebridge.grading.models import (
    Area,
    CountSheet,
    GradingMonth,
    Indicator,
    Method,
    Population,
    Succession,
)
from maplebridge.grading.queries import digest_of
from maplebridge.kernel.periods import Month
from maplebridge.platform.audit import action


class CountsRefused(Exception):
    """`code` says why.

    problems (the file has some), share_over_one, same_area, reason_needed, no_such_indicator, own_method,
    month_graded_already, confirmed_already.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@action
def lay_out_area(
    *,
    kind: AreaKind,
    code: str,
    name: str,
    valid_from: date,
    name_en: str = "",
    parent: Area | None = None,
    grid_ids: Collection[int] = (),
    beat_id: int | None = None,
    boundary: dict[str, Any] | None = None,
) -> Area:
    """Begin to grade a piece of ground. The same code again is the same area, and is returned unchanged."""
    if known := Area.objects.filter(kind=kind, code=code, valid_to=None).first():
        return known
    area = Area.objects.create(
        kind=kind,
        code=code,
        name=name,
        name_en=name_en,
        parent=parent,
        beat_id=beat_id,
        boundary=boundary,
        valid_from=valid_from,
    )
    area.grids.set(grid_ids)
    return area


@action
def succeed(*, before: Area, after: Area, share: float, since: date) -> Succession:
    """Let a share of an area be part of another from a day on; an area that is wholly gone ends with that day."""
    if before.pk == after.pk:
        raise CountsRefused("same_area")
    gone = sum(one.share for one in before.successions.filter(since=since).exclude(after=after)) + share
    if gone > 1 + 1e-9:
        raise CountsRefused("share_over_one")
    one, _ = Succession.objects.update_or_create(
        before=before, after=after, since=since, defaults={"share": share}
    )
    if gone > 1 - 1e-9 and before.valid_to is None:
        before.valid_to = since
        before.save(update_fields=["valid_to"])
    return one


@action
def count_population(*, area: Area, of: str, number: float, as_of: date, source: str) -> Population:
    one, _ = Population.objects.update_or_create(
        area=area, of=of, as_of=as_of, defaults={"number": number, "source": source}
    )
    return one


@action
def define_indicator(*, code: str, valid_from: date, **facts: Any) -> Indicator:
    """Define what is counted; defining it again changes its words, never what it counts under the same code."""
    one, made = Indicator.objects.get_or_create(code=code, defaults={"valid_from": valid_from, **facts})
    if not made:
        for name in ("name_zh", "name_en", "meaning_zh", "meaning_en"):
            setattr(one, name, facts.get(name, getattr(one, name)))
        one.save()
    return one


@action
def make_method(*, rules: Rules, reason: str, by_id: int | None, now: datetime) -> Method:
    """Write down a version of the method, in force from a month on as soon as a second person confirms it."""
    if not reason.strip():
        raise CountsRefused("reason_needed")
    if missing := {one.code for one in rules.indicators} - set(
        Indicator.objects.values_list("code", flat=True)
    ):
        raise CountsRefused(f"no_such_indicator: {', '.join(sorted(missing))}")
    if _graded_since(rules.valid_from):
        raise CountsRefused("month_graded_already")
    last = Method.objects.order_by("-version").first()
    version = last.version + 1 if last else 1
    rules = replace(rules, version=str(version))
    return Method.objects.create(
        version=version,
        document=json.loads(as_json(rules)),
        digest=rules.digest,
        reason=reason.strip(),
        valid_from=rules.valid_from,
        made_by_id=by_id,
        made_at=now,
    )


@action
def confirm_method(*, method_id: int, by_id: int | None) -> Method:
    """Confirm a version as the second person. A month that was graded keeps the method that graded it."""
    one = Method.objects.select_for_update().get(pk=method_id)
    if one.made_by_id is not None and one.made_by_id == by_id:
        raise CountsRefused("own_method")
    if one.confirmed_by_id is not None:
        raise CountsRefused("confirmed_already")
    if _graded_since(one.valid_from):
        raise CountsRefused("month_graded_already")
    one.confirmed_by_id = by_id
    one.save(update_fields=["confirmed_by"])
    return one


@action
def withdraw_method(*, method_id: int) -> None:
    """Take a version back that nobody has confirmed: no month was ever graded by it."""
    one = Method.objects.select_for_update().get(pk=method_id)
    if one.confirmed_by_id is not None:
        raise CountsRefused("confirmed_already")
    one.delete()


def _graded_since(day: date) -> bool:
    return GradingMonth.objects.filter(month__gte=day, method__isnull=False).exists()


@action
def enter_counts(
    *,
    kind: AreaKind,
    read: ReadCounts,
    source: str,
    by_id: int | None,
    now: datetime,
) -> list[CountSheet]:
    """Take over a file as a whole. A month that was entered before is replaced by a new sheet, and stays readable."""
    if read.problems:
        raise CountsRefused("problems")
    for of, by_month in read.populations.items():
        for month, numbers in by_month.items():
            _count_populations(of, month, numbers, source)
    indicators = Indicator.objects.in_bulk(list(read.counts), field_name="code")
    populations = {of: _populations(of, kind) for of in {one.denominator for one in indicators.values()}}
    sheets = []
    for code, by_month in read.counts.items():
        indicator = indicators[code]
        for month, numbers in sorted(by_month.items()):
            divided_by = populations[indicator.denominator]
            sheet = enter_sheet(
                indicator=indicator,
                kind=kind,
                month=month,
                counts={id: float(number) for id, number in numbers.items()},
                denominators={id: _latest(divided_by.get(id, ()), month) for id in numbers},
                source=source,
                by_id=by_id,
                now=now,
            )
            if sheet:
                sheets.append(sheet)
    return sheets


@action
def enter_sheet(
    *,
    indicator: Indicator,
    kind: AreaKind,
    month: Month,
    counts: Mapping[int, float | None],
    denominators: Mapping[int, float | None],
    source: str,
    by_id: int | None,
    now: datetime,
) -> CountSheet | None:
    """Enter a sheet. What an earlier sheet says of other areas is kept; the same again changes nothing (None)."""
    before = (
        CountSheet.objects.select_for_update(of=("self",))
        .filter(indicator=indicator, kind=kind, month=month.first, replaced_by=None)
        .first()
    )
    all_counts, all_denominators = dict(counts), dict(denominators)
    if before is not None:
        for id, count, denominator in zip(before.areas, before.counts, before.denominators, strict=True):
            all_counts.setdefault(id, count)
            all_denominators.setdefault(id, denominator)
    ids = sorted(all_counts)
    held = (ids, [all_counts[id] for id in ids], [all_denominators.get(id) for id in ids])
    digest = digest_of(*held)
    if before is not None and before.digest == digest:
        return None
    return CountSheet.objects.create(
        indicator=indicator,
        kind=kind,
        month=month.first,
        areas=held[0],
        counts=held[1],
        denominators=held[2],
        replaces=before,
        source=source[:200],
        digest=digest,
        entered_by_id=by_id,
        entered_at=now,
    )


def _count_populations(of: str, month: Month, numbers: Mapping[int, int], source: str) -> None:
    Population.objects.bulk_create(
        [
            Population(area_id=id, of=of, number=number, as_of=month.first, source=source[:120])
            for id, number in numbers.items()
        ],
        update_conflicts=True,
        unique_fields=["area", "of", "as_of"],
        update_fields=["number", "source"],
    )


def _populations(of: str, kind: AreaKind) -> dict[int, list[tuple[date, float]]]:
    found: dict[int, list[tuple[date, float]]] = {}
    rows = Population.objects.filter(of=of, area__kind=kind).order_by("as_of")
    for area_id, as_of, number in rows.values_list("area_id", "as_of", "number"):
        found.setdefault(area_id, []).append((as_of, number))
    return found


def _latest(known: "list[tuple[date, float]] | tuple[()]", month: Month) -> float | None:
    """Return the latest count up to a month; the first there is where the month is older than all."""
    earlier = [number for as_of, number in known if as_of <= month.last]
    return earlier[-1] if earlier else (known[0][1] if known else None)
