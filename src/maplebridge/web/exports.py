"""Any list as a file: XLSX, or CSV as spreadsheets here expect it. Rows stream; the page shows how far it is."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from maplebridge.matters import queries
from maplebridge.matters.permissions import may_see_statistics
from maplebridge.matters.templatetags.matter_words import ORIGINS, OUTCOMES, SEVERITIES, category_name, state
from maplebridge.people.domain.standing import Standing
from maplebridge.people.permissions import allow, staff, standing_of
from maplebridge.platform import downloads, live
from maplebridge.web.search import said_to, wanted_in
from maplebridge.web.statistics import table_columns, table_rows

BATCH = 500
MOST_ROWS = 100_000
TOLD_EVERY = 2_000
SCALE = 10_000_000  # done and total travel as one number


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a list is as a table: its columns, its rows one by one, and how many they are."""

    columns: Sequence[str]
    rows: Iterator[Sequence[object]]
    total: int


@allow(staff)
def export(request: HttpRequest, list_name: str, format: str) -> HttpResponseBase:
    """Stream a list as a file, with the filters and the rights of the page that shows it."""
    make = LISTS.get(list_name)
    if make is None or format not in downloads.TABLES:
        raise Http404
    standing = standing_of(request)
    sheet = make(standing, request.GET, timezone.now())
    pieces = _pieces(sheet, format, standing, translation.get_language())
    return downloads.streamed(request, pieces, form=format, name=f"{list_name}-{timezone.localdate():%Y%m%d}")


def _pieces(sheet: Sheet, format: str, standing: Standing, language: str | None) -> Iterator[bytes]:
    """Yield the file. The language is kept: the pieces are made after the view has ended."""
    rows = _told(sheet, standing)
    made = downloads.table_bytes(format, sheet.columns, rows)
    while True:
        with translation.override(language):
            piece = next(made, None)
        if piece is None:
            return
        yield piece


def _told(sheet: Sheet, standing: Standing) -> Iterator[Sequence[object]]:
    """Pass the rows on, and tell the person's open pages how many there were so far."""
    done = 0
    for row in sheet.rows:
        yield row
        done += 1
        if done % TOLD_EVERY == 0:
            live.tell(f"export:{standing.person_id}", "export", done * SCALE + max(sheet.total, done))
    live.tell(f"export:{standing.person_id}", "export", done * SCALE + done)


@live.allows("export")
def may_follow_export(standing: Standing, person_id: int) -> bool:
    return standing.person_id == person_id


@live.renders("export")
def progress_html(id: int, audience: live.Audience) -> str:
    done, total = divmod(id, SCALE)
    return render_to_string("web/export_progress.html", {"done": done, "total": total})


def _matters_found(standing: Standing, asked: Any, now: datetime) -> Sheet:
    """The list of the search page: all that fits, not only the page that is shown."""
    wanted = wanted_in(asked, standing)
    return Sheet(
        _columns(), _found_rows(standing, wanted, now), queries.count_up_to(standing, wanted, MOST_ROWS)
    )


def _found_rows(standing: Standing, wanted: queries.Wanted, now: datetime) -> Iterator[Sequence[object]]:
    before, done = None, 0
    while done < MOST_ROWS:
        ids = queries.newest(standing, wanted, before=before, most=BATCH)
        for row in queries.rows_by_id(ids, now):
            yield cells_of(standing, row)
        if len(ids) < BATCH:
            return
        before, done = ids[-1], done + len(ids)


def _of_today(standing: Standing, asked: Any, now: datetime) -> Sheet:
    if standing.person_id is None or not standing.is_field:
        raise Http404
    day = queries.day_of(standing.person_id, now)
    rows = [*day.waiting, *day.offered, *day.promised, *day.in_hand, *day.resting, *day.answered]
    return Sheet(_columns(), (cells_of(standing, row) for row in rows), len(rows))


def _of_agency(standing: Standing, asked: Any, now: datetime) -> Sheet:
    if not standing.agencies:
        raise Http404
    rows = [row for part in queries.InboxPart for row in queries.inbox_of(standing, part, now)]
    return Sheet(_columns(), (cells_of(standing, row) for row in rows), len(rows))


def _of_statistics(standing: Standing, asked: Any, now: datetime) -> Sheet:
    if not may_see_statistics(standing):
        raise Http404
    rows = list(table_rows(standing, asked, now))
    return Sheet(table_columns(), iter(rows), len(rows))


LISTS: dict[str, Callable[[Standing, Any, datetime], Sheet]] = {
    "search": _matters_found,
    "today": _of_today,
    "inbox": _of_agency,
    "statistics": _of_statistics,
}


def _columns() -> list[str]:
    return [
        _("Number"),
        _("Raised"),
        _("What"),
        _("Place"),
        _("Category"),
        _("Severity"),
        _("State"),
        _("How it came in"),
        _("Who has it"),
        _("Answer due"),
        _("Answered"),
        _("Handling due"),
        _("Result"),
        _("Result given"),
    ]


def cells_of(standing: Standing, row: queries.Row) -> list[object]:
    """Return a matter as cells, as this person reads it."""
    matter = row.matter
    return [
        matter.pk,
        _moment(matter.raised_at),
        said_to(standing, row),
        row.place,
        category_name(matter.category),
        str(SEVERITIES[matter.severity]),
        state(matter),
        str(ORIGINS[matter.origin]),
        str(matter.owner),
        _moment(matter.respond_by),
        _moment(matter.answered_at),
        _moment(matter.handle_by),
        str(OUTCOMES.get(matter.outcome, "")),
        _moment(matter.resolved_at),
    ]


def _moment(at: datetime | None) -> str:
    """Return a moment in the town's time, as spreadsheets sort it."""
    return at.astimezone(queries.town_zone()).strftime("%Y-%m-%d %H:%M") if at else ""
