"""Honest figures: both rates with their denominators, by type, tier, month and room; what published ones leave out."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from maplebridge.kernel.periods import Month
from maplebridge.mediation import actions, queries
from maplebridge.mediation.data import HERE, dispute_types
from maplebridge.mediation.domain import monthly_form, record_31000
from maplebridge.mediation.domain.figures import Checked, Counts, Published, check
from maplebridge.mediation.domain.monthly_form import FormCounts
from maplebridge.mediation.domain.record_31000 import Record
from maplebridge.mediation.domain.tiers import ORDER
from maplebridge.mediation.models import Party
from maplebridge.mediation.permissions import may_reveal, reads_figures, sees_all_figures, visible_to
from maplebridge.mediation.queries import figures as figures_of
from maplebridge.mediation.queries import records_31000
from maplebridge.mediation.queries.figures import Period
from maplebridge.mediation.templatetags.mediation_words import tier_name, type_name
from maplebridge.mediation.views.town import way_back
from maplebridge.people.domain.standing import Standing
from maplebridge.people.permissions import allow, me_of, standing_of
from maplebridge.platform import downloads
from maplebridge.platform.wording import in_language

MONTHS = 24
YEARS = 3
Sheet = tuple[Sequence[str], Iterable[Sequence[object]]]


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table; `before` is the same a year earlier."""

    name: str
    counts: Counts
    before: Counts


@allow(reads_figures)
@never_cache
@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    """Show a month or a year, beside the same a year before, and the published accounts explained."""
    standing = standing_of(request)
    written, period = _period(request.GET.get("period", ""))
    before = period.year_before
    this, last = figures_of.figures(standing, period), figures_of.figures(standing, before)
    context = {
        "now": timezone.now(),
        "back_url": way_back(standing),
        "written": written,
        "periods": _periods(),
        "everywhere": sees_all_figures(standing),
        "this": this,
        "last": last,
        "rates": [
            _rate(_("Settled, of those concluded"), CONCLUDED_MEANING, this, last, "settled_of_concluded"),
            _rate(_("Settled, of those found"), FOUND_MEANING, this, last, "settled_of_found"),
        ],
        "stands": _stands(this, last),
        "money": _money(this, last),
        "tables": list(_tables(standing, period, before)),
        "accounts": [_explained(check(one)) for one in published()],
        "query": urlencode({"period": written}),
        "formats": [("xlsx", "XLSX"), ("csv", "CSV (UTF-8)"), ("gb18030", "CSV (GB 18030)")],
    }
    return render(request, "mediation/figures.html", context)


CONCLUDED_MEANING = gettext_lazy(
    "Of all that were taken on and came to an end in this period: an agreement was reached. Refused, withdrawn and "
    "handed on count here where they had been taken on."
)
FOUND_MEANING = gettext_lazy(
    "Of all that were found in this period, taken on or not: there is an agreement today. What still waits counts "
    "against it."
)


def _period(written: str) -> tuple[str, Period]:
    """Return the month ("2026-03") or year ("2026") asked for; the present month otherwise."""
    try:
        if len(written) == 4 and written.isascii() and written.isdecimal() and 1990 <= int(written) <= 2200:
            return written, Period.of_year(int(written))
        month = Month.parse(written)
        if not 1990 <= month.year <= 2200:
            raise ValueError(written)
    except ValueError:
        month = Month.of(queries.local_day(timezone.now()))
    return str(month), Period.of_month(month)


def _periods() -> list[tuple[str, str]]:
    present = Month.of(queries.local_day(timezone.now()))
    years = [present.year - back for back in range(YEARS)]
    months = [present - back for back in range(MONTHS)]
    return [(str(one), _("the year %(year)s") % {"year": one}) for one in years] + [
        (str(one), str(one)) for one in months
    ]


def _rate(label: str, meaning: Any, this: Counts, last: Counts, name: str) -> dict[str, Any]:
    rate = getattr(this, name)
    left_out = ""
    if name == "settled_of_concluded" and this.not_taken_on:
        left_out = _("left out: %(n)s that ended without having been taken on") % {"n": this.not_taken_on}
    return {
        "label": label,
        "meaning": meaning,
        "rate": rate,
        "change": rate.change_from(getattr(last, name)),
        "left_out": left_out,
    }


STANDS = {
    "found": gettext_lazy("Found"),
    "accepted": gettext_lazy("of them taken on"),
    "settled": gettext_lazy("Settled: there is an agreement"),
    "performed": gettext_lazy("of them performed"),
    "broken": gettext_lazy("of them not kept"),
    "failed": gettext_lazy("Ended without agreement"),
    "refused": gettext_lazy("Refused"),
    "withdrawn": gettext_lazy("Withdrawn"),
    "referred": gettext_lazy("Handed on"),
    "running": gettext_lazy("In mediation"),
    "waiting": gettext_lazy("Not taken on yet"),
}
PARTS = frozenset({"accepted", "performed", "broken"})


def _stands(this: Counts, last: Counts) -> list[dict[str, Any]]:
    """Return where what was found stands now; the lines that are no part of another add up to all that was found."""
    return [
        {"name": name, "n": getattr(this, key), "before": getattr(last, key), "part": key in PARTS}
        for key, name in STANDS.items()
    ]


def _money(this: Counts, last: Counts) -> list[dict[str, Any]]:
    names = {
        "involved_cents": _("asked for in what was found"),
        "agreed_cents": _("agreed in this period"),
        "performed_cents": _("paid in this period"),
    }
    return [
        {"name": name, "cents": getattr(this, key), "before": getattr(last, key)}
        for key, name in names.items()
    ]


def _tables(standing: Standing, period: Period, before: Period) -> Iterator[dict[str, Any]]:
    types = figures_of.figures_by_type(standing, period), figures_of.figures_by_type(standing, before)
    yield {
        "title": _("By type"),
        "lines": _lines([(code, type_name(code)) for code in dispute_types()], *types),
        "money": True,
    }
    tiers = figures_of.figures_by_tier(standing, period), figures_of.figures_by_tier(standing, before)
    names = queries.mediation_rules(queries.local_day(timezone.now())).tier_names
    yield {
        "title": _("By tier"),
        "lines": _lines([(one, in_language(names[one], tier_name(one))) for one in ORDER], *tiers),
        "money": True,
    }
    by_month = figures_of.figures_by_month(standing, period)
    if len(by_month) > 1:
        a_year_ago = {
            day.replace(year=day.year + 1): one
            for day, one in figures_of.figures_by_month(standing, before).items()
        }
        months = [(day, str(Month.of(day))) for day in sorted(by_month)]
        yield {"title": _("By month"), "lines": _lines(months, by_month, a_year_ago), "money": False}
    earlier = {room.pk: one for room, one in figures_of.figures_by_room(standing, before)}
    yield {
        "title": _("By room"),
        "lines": [
            Line(room.name, one, earlier.get(room.pk, Counts()))
            for room, one in figures_of.figures_by_room(standing, period)
        ],
        "money": False,
        "note": _(
            "A dispute that sat in two rooms counts in both. Only rooms in which somebody sat are listed."
        ),
    }


def _lines(
    named: Sequence[tuple[Any, str]], this: dict[Any, Counts], before: dict[Any, Counts]
) -> list[Line]:
    lines = [Line(name, this.get(key, Counts()), before.get(key, Counts())) for key, name in named]
    return [one for one in lines if not (one.counts.is_empty and one.before.is_empty)]


# -- published accounts


ACCOUNTS = {"county": gettext_lazy("A county's account"), "district": gettext_lazy("A district's account")}


@cache
def published() -> tuple[Published, ...]:
    """Return the accounts that were published elsewhere, as data."""
    text = (HERE / "published.csv").read_text(encoding="utf-8")
    return tuple(
        Published(row["name"], int(row["found"]), int(row["settled"]), round(float(row["said_percent"]) * 10))
        for row in csv.DictReader(text.splitlines())
    )


def _explained(one: Checked) -> dict[str, Any]:
    said = (one.published.said_tenths or 0) / 10
    needed = "" if one.needed is None else _span(*one.needed)
    left_over = "" if one.left_over is None else _span(*one.left_over)
    name = ACCOUNTS[one.published.name]
    return {"name": name, "checked": one, "said": said, "needed": needed, "left_over": left_over}


def _span(least: int, most: int) -> str:
    return (
        f"{least:,}"
        if least == most
        else _("%(least)s or %(most)s") % {"least": f"{least:,}", "most": f"{most:,}"}
    )


# -- files


@allow(reads_figures)
@never_cache
@require_GET
def figures_file(request: HttpRequest, what: str, form: str) -> HttpResponseBase:
    """Give the monthly form, or the records without names, as a file."""
    if what not in SHEETS or form not in downloads.TABLES:
        raise Http404
    written, period = _period(request.GET.get("period", ""))
    columns, rows = SHEETS[what](standing_of(request), period)
    pieces = downloads.table_bytes(form, columns, rows, numbers=True)
    return downloads.streamed(request, pieces, form=form, name=f"{what}-{written}")


@allow(reads_figures)
@never_cache
@require_POST
def record_file(request: HttpRequest, dispute_id: int, form: str) -> HttpResponseBase:
    """Give the record of one dispute with names and numbers, to whoever may read them; the reading is logged."""
    standing = standing_of(request)
    dispute = visible_to(standing).filter(pk=dispute_id, confidential=False).first()
    if dispute is None or form not in downloads.TABLES or not may_reveal(standing, dispute):
        raise Http404
    by = actions.By(me_of(request), "mediator")
    parties = actions.reveal_parties(dispute_id=dispute_id, purpose="printing", by=by, now=timezone.now())
    masked = next(records_31000.records([dispute_id]))
    row = record_31000.cells(_with_names(masked, dispute.place, dispute.summary, parties, dispute_id))
    pieces = downloads.table_bytes(form, record_31000.COLUMNS, [row], numbers=True)
    return downloads.streamed(request, pieces, form=form, name=f"record-{dispute_id}")


def _with_names(
    masked: Record, place: str, summary: str, parties: Sequence[actions.Revealed], dispute_id: int
) -> Record:
    people = [one for one in parties if one.kind == Party.Kind.PERSON]
    first = people[0] if people else None
    return replace(
        masked,
        place=place,
        summary=summary,
        organizations=tuple(one.name for one in parties if one.kind == Party.Kind.ORGANIZATION),
        main_party=record_31000.MainParty(first.name, first.id_number, first.gender, first.address)
        if first
        else record_31000.MainParty(),
        result="；".join(filter(None, (masked.result, records_31000.terms_of(dispute_id)))),
    )


def _form_sheet(standing: Standing, period: Period) -> Sheet:
    lines = figures_of.monthly_form(standing, period)
    whole = sum(lines.values(), FormCounts())
    rows = [[one.name_zh, *lines.get(one.code, FormCounts()).cells] for one in dispute_types().values()]
    return ["纠纷类型", *monthly_form.COLUMNS], [*rows, ["合计", *whole.cells]]


def _record_sheet(standing: Standing, period: Period) -> Sheet:
    return record_31000.COLUMNS, map(record_31000.cells, records_31000.month_of_records(standing, period))


SHEETS: dict[str, Callable[[Standing, Period], Sheet]] = {
    "justice-form": _form_sheet,
    "gbt31000": _record_sheet,
}
