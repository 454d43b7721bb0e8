"""The three rates of the work, by month, area, kind and agency, with what they count and what they leave out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from maplebridge.kernel.periods import Month
from maplebridge.kernel.text import id_in
from maplebridge.matters import queries
from maplebridge.matters.domain.rates import SMALLEST, Counts, Rate
from maplebridge.matters.permissions import may_see_statistics
from maplebridge.matters.templatetags.matter_words import NOT_FEASIBLE, category_name
from maplebridge.mediation.permissions import reads_figures
from maplebridge.people import queries as people
from maplebridge.people.domain.standing import Standing
from maplebridge.people.permissions import allow, standing_of
from maplebridge.places import queries as places

MONTHS = 12

RATES = {
    "response": gettext_lazy("Answered in time"),
    "resolution": gettext_lazy("Solved"),
    "satisfaction": gettext_lazy("Satisfied"),
}
MEANING = {
    "response": gettext_lazy("Matters first answered within their limit, of all whose answer was due."),
    "resolution": gettext_lazy(
        "Matters that residents call solved, of all of which they said whether they are. "
        "Of a matter that was opened again, the last result counts."
    ),
    "satisfaction": gettext_lazy(
        "Residents who are satisfied or very satisfied, of all who gave a mark after the last result."
    ),
}
LEFT_OUT = {
    "not_due_yet": gettext_lazy("not due yet"),
    "ended_before_due": gettext_lazy("withdrawn or joined to another before an answer was due"),
    "nobody_said": gettext_lazy("nobody has said"),
    "no_result_yet": gettext_lazy("no result yet"),
    "set_aside": gettext_lazy("withdrawn or joined to another"),
    "no_mark": gettext_lazy("gave no mark"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table: a name, how many matters, and the three rates."""

    name: str
    counts: Counts

    @property
    def rates(self) -> list[Rate]:
        return [getattr(self.counts, name) for name in RATES]


@allow(may_see_statistics)
def statistics(request: HttpRequest) -> HttpResponse:
    """Show a month, what changed since the one before, and the year behind it."""
    standing, now = standing_of(request), timezone.now()
    month = _month(request.GET.get("month"), now)
    areas = areas_of(standing)
    grid_id = id_in(request.GET.get("grid"))
    grid_id = grid_id if grid_id in {id for id, _name in areas} else None
    year = queries.by_month(standing, (month - (MONTHS - 1)).first, month.first, grid_id=grid_id)
    this = queries.statistics_of(standing, month.first, grid_id=grid_id)
    last = year.get((month - 1).first, Counts())
    context = {
        "now": now,
        "month": str(month),
        "first": month.first,
        "months": _months(now),
        "areas": areas,
        "grid_id": grid_id,
        "this": this.total,
        "figures": [_figure(name, this.total, last) for name in RATES],
        "prevention": _prevention(this.total),
        "not_feasible": _not_feasible(this),
        "chart": _chart(year),
        "comparable": _comparable(year),
        "says": _says(year),
        "tables": list(_tables(this, areas)),
        "rate_names": [str(words) for words in RATES.values()],
        "as_of": this.as_of,
        "smallest": SMALLEST,
        "reads_mediation": reads_figures(standing),
        "export_query": urlencode({"month": str(month)} | ({"grid": str(grid_id)} if grid_id else {})),
    }
    return render(request, "web/statistics.html", context)


def _month(written: str | None, now: datetime) -> Month:
    try:
        return Month.parse(written or "")
    except ValueError:
        return Month.of(queries.local_day(now))


def _months(now: datetime) -> list[str]:
    """Return the months that can be chosen, the present one first."""
    present, first = Month.of(queries.local_day(now)), queries.first_month()
    shown = [present]
    while first is not None and shown[-1].first > first and len(shown) < 5 * MONTHS:
        shown.append(shown[-1] - 1)
    return [str(one) for one in shown]


def areas_of(standing: Standing) -> list[tuple[int, str]]:
    """Return the areas of which a person may see the counts, the largest first."""
    grids = places.grids().values()
    everywhere = queries.sees_all_statistics(standing)
    mine = [one for one in grids if one.level >= 2 and (everywhere or one.id in standing.grids)]
    return [(one.id, one.name) for one in sorted(mine, key=lambda one: (-one.level, one.code))]


def _figure(name: str, this: Counts, last: Counts) -> dict[str, Any]:
    rate: Rate = getattr(this, name)
    return {
        "label": RATES[name],
        "meaning": MEANING[name],
        "rate": rate,
        "change": rate.change_from(getattr(last, name)),
        "left_out": left_out_words(rate),
    }


def left_out_words(rate: Rate) -> str:
    parts = [f"{LEFT_OUT[name]} {number:,}" for name, number in rate.left_out.items() if number]
    return _("left out: %(parts)s") % {"parts": _(", ").join(parts)} if parts else ""


def _prevention(counts: Counts) -> str:
    if not counts.proactive:
        return ""
    found = ngettext(
        "%(n)d matter was found before anybody complained.",
        "%(n)d matters were found before anybody complained.",
        counts.proactive,
    ) % {"n": counts.proactive}
    later = (
        ngettext(
            "Somebody complained about %(n)d of them later.",
            "Somebody complained about %(n)d of them later.",
            counts.followed,
        )
        % {"n": counts.followed}
        if counts.followed
        else _("Nobody complained about any of them later.")
    )
    return _("{found} {later}").format(found=found, later=later)


def _chart(by_month: Mapping[date, Counts]) -> list[tuple[str, list[float | None]]]:
    return [
        (f"{first:%Y-%m}", [_rounded(getattr(counts, name).percent) for name in RATES])
        for first, counts in by_month.items()
    ]


def _rounded(percent: float | None) -> float | None:
    return None if percent is None else round(percent, 1)


def _comparable(by_month: Mapping[date, Counts]) -> bool:
    """Say whether there are two months to compare: a chart of less shows nothing."""
    return sum(one.response.percent is not None for one in by_month.values()) > 1


def _says(by_month: Mapping[date, Counts]) -> str:
    """Return in words what the chart shows: the best and the worst month of answering."""
    told = [
        (one.response.percent, first) for first, one in by_month.items() if one.response.percent is not None
    ]
    if not _comparable(by_month):
        return _("There is too little yet to compare months.")
    (best, best_in), (worst, worst_in) = max(told), min(told)
    words = _(
        "Answered in time: best in %(best_in)s (%(best).1f %%), lowest in %(worst_in)s (%(worst).1f %%)."
    )
    return words % {
        "best": best,
        "best_in": date_format(best_in, "YEAR_MONTH_FORMAT"),
        "worst": worst,
        "worst_in": date_format(worst_in, "YEAR_MONTH_FORMAT"),
    }


def _tables(this: queries.Statistics, areas: Sequence[tuple[int, str]]) -> Iterator[tuple[str, list[Line]]]:
    yield _("By area"), _large_ones(_by_area(this.by_grid, areas))
    yield _("By kind of matter"), _large_ones(_lines(this.by_category, _category_names()))
    agencies = {
        str(id): name
        for id, name in people.agencies(queries.local_day(timezone.now())).values_list("pk", "name")
    }
    yield _("By agency called out first"), _large_ones(_lines(this.by_agency, agencies))


def _not_feasible(this: queries.Statistics) -> list[Line]:
    """Return the reasons why something was not feasible, the most frequent first. These are counts, not rates."""
    return _lines(this.by_because, {code: str(words) for code, words in NOT_FEASIBLE.items()})


def _large_ones(lines: Iterable[Line]) -> list[Line]:
    """Return the lines of which a rate can be told; how many the others are, says the page in one sentence."""
    return [line for line in lines if line.counts.raised >= SMALLEST]


def _by_area(by_grid: Mapping[int, Counts], areas: Sequence[tuple[int, str]]) -> Iterator[Line]:
    """Yield areas that hold something, each with all that lies below it."""
    known = places.grids()
    inside: dict[int, Counts] = {}
    for grid, counts in by_grid.items():
        for area in known[grid].chain if grid in known else ():
            inside[area] = inside.get(area, Counts()) + counts
    for area, name in areas:
        if area in inside:
            yield Line(name, inside[area])
    if 0 in by_grid:
        yield Line(_("place not known"), by_grid[0])


def _category_names() -> dict[str, str]:
    return {one.code: category_name(one) for one in queries.branches()} | {"": _("not sorted yet")}


def _lines(by_key: Mapping[str, Counts], names: Mapping[str, str]) -> list[Line]:
    lines = [Line(names.get(key, key), counts) for key, counts in by_key.items()]
    return sorted(lines, key=lambda one: (-one.counts.raised, one.name))


def table_rows(standing: Standing, asked: Any, now: datetime) -> Iterable[list[object]]:
    """Return the tables of the page as rows for a file: which table, which line, each rate with its two counts."""
    month = _month(asked.get("month"), now)
    areas = areas_of(standing)
    grid_id = id_in(asked.get("grid"))
    grid_id = grid_id if grid_id in {id for id, _name in areas} else None
    this = queries.statistics_of(standing, month.first, grid_id=grid_id)
    rows: list[list[object]] = []
    because = (_("Not feasible, because"), _not_feasible(this))
    for title, lines in [(_("In all"), [Line("", this.total)]), *_tables(this, areas), because]:
        for line in lines:
            cells: list[object] = [str(month), title, line.name, line.counts.raised]
            for rate in line.rates:
                cells += [_rounded(rate.percent), rate.numerator, rate.denominator]
            rows.append(cells)
    return rows


def table_columns() -> list[str]:
    columns = [_("Month"), _("Table"), _("Line"), _("Raised in the month")]
    counted, out_of = _("counted"), _("out of")
    for words in RATES.values():
        columns += [f"{words} %", f"{words}: {counted}", f"{words}: {out_of}"]
    return columns
