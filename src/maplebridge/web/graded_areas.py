"""What a town grades, from files and into files: stations, subdistricts, beats, and which followed which."""

import json
from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maplebridge.grading import actions, queries
from maplebridge.grading.domain.areas import AreaKind
from maplebridge.grading.domain.areas_file import (
    AREAS,
    SHEETS,
    AreaTrouble,
    ReadFile,
    example_rows,
    read_file,
)
from maplebridge.grading.permissions import grades
from maplebridge.kernel.periods import Month
from maplebridge.kernel.tables import Table, TableError, read_table
from maplebridge.people.permissions import allow, me_of
from maplebridge.places import queries as places
from maplebridge.places.domain.importing import Problem, Sheet, Values, features_of, row_of, table_of_features
from maplebridge.platform import downloads, waiting_files
from maplebridge.platform.table_words import table_words
from maplebridge.platform.uploads import TableFileField
from maplebridge.platform.wording import reads_english
from maplebridge.web.import_words import FORM_NAMES, column_name, problem_words

SHOWN = 500  # areas of a kind, or problems, on one page
KINDS = {
    AreaKind.STATION: gettext_lazy("Stations"),
    AreaKind.SUBDISTRICT: gettext_lazy("Subdistricts"),
    AreaKind.BEAT: gettext_lazy("Beats"),
}
SHEET_NAMES = {
    "areas": gettext_lazy("Graded areas"),
    "successions": gettext_lazy("Which areas follow which"),
}
TROUBLES = {
    AreaTrouble.NO_PARENT: gettext_lazy("A beat needs the code of its station."),
    AreaTrouble.NEEDS_NO_PARENT: gettext_lazy("Only beats belong to a station; please leave {column} empty."),
    AreaTrouble.UNKNOWN_PARENT: gettext_lazy("There is no station {value}, neither here nor in the file."),
    AreaTrouble.BEFORE_ITS_PARENT: gettext_lazy("Its station {value} begins only on {start}."),
    AreaTrouble.NAME_TWICE: gettext_lazy("The name {value} is already in row {first}, with another code."),
    AreaTrouble.NAME_OF_ANOTHER: gettext_lazy("{value} is already the name of {code}."),
    AreaTrouble.OTHER_START: gettext_lazy(
        "{code} has been in force since {known}, not {value}. A new area needs a new code."
    ),
    AreaTrouble.GRADED_ALREADY: gettext_lazy("{month} has been graded already; please begin later."),
    AreaTrouble.UNKNOWN_AREA: gettext_lazy("No area with the code {value} is in force."),
    AreaTrouble.NOT_A_MONTH: gettext_lazy("“{value}” is not a month. Please write it like 2026-03."),
    AreaTrouble.NOT_A_SHARE: gettext_lazy("“{value}” is no share. Please write it like 0.4 or 40 %."),
    AreaTrouble.FOLLOWS_ITSELF: gettext_lazy("{value} cannot follow itself."),
    AreaTrouble.SHARES_NOT_ONE: gettext_lazy(
        "The shares of {value} add up to {total}, not to 1: everybody has to live somewhere."
    ),
    AreaTrouble.OTHER_SHARE: gettext_lazy("This succession was entered before, with the share {value}."),
    AreaTrouble.ENDS_TWICE: gettext_lazy("{value} ends already with {month}."),
    AreaTrouble.SUCCESSOR_ENDS: gettext_lazy("{value} itself has ended by then (row {first})."),
    AreaTrouble.BEGINS_LATER: gettext_lazy("{value} begins only on {start}."),
}


class AreasFileForm(forms.Form):
    sheet = forms.ChoiceField(label=gettext_lazy("The file holds"), choices=list(SHEET_NAMES.items()))
    file = TableFileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "CSV (UTF-8 or GB 18030), XLSX or GeoJSON. Every row is checked first; nothing changes before you accept."
        ),
        widget=forms.ClearableFileInput(
            attrs={"class": "form-control", "accept": ".csv,.xlsx,.gz,.geojson,.json"}
        ),
    )


@allow(grades)
@never_cache
@require_http_methods(["GET", "POST"])
def graded_areas(request: HttpRequest) -> HttpResponse:
    """List the areas that are graded, and take a file of them."""
    form = AreasFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file, sheet = form.cleaned_data["file"], SHEETS[form.cleaned_data["sheet"]]
        data = file.read()
        try:
            _table(data, file.name, sheet)
        except TableError as problem:
            form.add_error("file", table_words(problem))
        else:
            name = f"{sheet.name}:{file.name}"
            kept = waiting_files.keep(name=name, data=data, person_id=me_of(request), now=timezone.now())
            return redirect("graded_areas_file", kept.pk)
    context = {"form": form, "kinds": _kinds(), "sheets": _sheets(), "forms": _form_names()}
    return render(request, "web/graded_areas.html", context, status=422 if form.errors else 200)


def _table(data: bytes, name: str, sheet: Sheet) -> Table:
    if name.lower().endswith((".geojson", ".json")):
        return table_of_features(data, name, sheet)
    return read_table(data, name)


def _kinds() -> list[dict[str, Any]]:
    today, found = timezone.localdate(), []
    for kind, words in KINDS.items():
        listed = queries.areas_listed(kind, today)
        if listed:
            found.append({"kind": kind, "words": words, "count": len(listed), "areas": listed[:SHOWN]})
    return found


def _sheets() -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "words": SHEET_NAMES[name],
            "columns": [(column_name(sheet, one.key), one.required) for one in sheet.columns],
        }
        for name, sheet in SHEETS.items()
    ]


def _form_names() -> list[tuple[str, Any]]:
    return list(FORM_NAMES.items())


@allow(grades)
@never_cache
@require_GET
def graded_areas_file(request: HttpRequest, file_id: int) -> HttpResponse:
    """Show what taking a file over would do, or everything that is wrong with it by row and reason."""
    waiting, sheet, name, read = _checked(request, file_id)
    context = {
        "file": waiting,
        "name": name,
        "sheet": SHEET_NAMES[sheet.name],
        "is_areas": sheet is AREAS,
        "rows": read.rows,
        "new": read.new,
        "known": len(read.entries) - read.new,
        "problems": [(one.row, _words(sheet, one)) for one in read.problems[:SHOWN]],
        "problem_count": len(read.problems),
        "not_shown": max(0, len(read.problems) - SHOWN),
    }
    return render(request, "web/graded_areas_file.html", context)


def _words(sheet: Sheet, one: Problem) -> str:
    """Return what is wrong in a row as a sentence."""
    if isinstance(one.trouble, AreaTrouble):
        column = column_name(sheet, one.column)
        return str(TROUBLES[one.trouble]).format(column=column, **one.params)
    told = {"trouble": one.trouble, "column": one.column, "params": one.params}
    return problem_words(sheet, told)


@allow(grades)
@require_POST
def accept_graded_areas(request: HttpRequest, file_id: int) -> HttpResponse:
    """Take a clean file over as a whole; one that is no longer clean is shown again."""
    waiting, sheet, _name, read = _checked(request, file_id)
    if read.problems:
        return redirect("graded_areas_file", file_id)
    if sheet is AREAS:
        laid = actions.take_over_areas(read=read, on=timezone.localdate())
    else:
        laid = actions.take_over_successions(read=read)
    waiting_files.forget(waiting)
    words = _("The file was taken over as a whole: {new} new, {corrected} corrected.")
    messages.success(request, words.format(new=laid.new, corrected=laid.corrected))
    return redirect("graded_areas")


@allow(grades)
@require_POST
def drop_graded_areas(request: HttpRequest, file_id: int) -> HttpResponse:
    waiting, _sheet, _name = _waiting(request, file_id)
    waiting_files.forget(waiting)
    return redirect("graded_areas")


def _checked(request: HttpRequest, file_id: int) -> tuple[Any, Sheet, str, ReadFile]:
    waiting, sheet, name = _waiting(request, file_id)
    table = _table(waiting_files.data_of(waiting), name, sheet)
    return waiting, sheet, name, read_file(sheet, table, queries.existing_areas(timezone.localdate()))


def _waiting(request: HttpRequest, file_id: int) -> tuple[Any, Sheet, str]:
    found = waiting_files.brought_by(me_of(request), file_id)
    sheet, _colon, name = found.name.partition(":") if found is not None else ("", "", "")
    if sheet not in SHEETS:
        raise Http404
    return found, SHEETS[sheet], name


@allow(grades)
@require_GET
def export_graded_areas(request: HttpRequest, sheet: str, form: str) -> StreamingHttpResponse:
    """Give out what is in force, in the shape in which it is brought."""
    chosen = _sheet(sheet, form)
    return _as_file(request, chosen, queries.file_rows(chosen, chinese=not reads_english()), form, sheet)


@allow(grades)
@require_GET
def example_of_graded_areas(request: HttpRequest, sheet: str, form: str) -> StreamingHttpResponse:
    """Give out invented rows that show what a file looks like."""
    first = Month.of(timezone.localdate()) + 1
    chosen = _sheet(sheet, form)
    return _as_file(request, chosen, iter(example_rows(chosen, first)), form, f"{sheet}-example")


def _sheet(sheet: str, form: str) -> Sheet:
    if sheet not in SHEETS or form not in places.FORMS:
        raise Http404
    return SHEETS[sheet]


def _as_file(
    request: HttpRequest, sheet: Sheet, rows: Iterator[Values], form: str, name: str
) -> StreamingHttpResponse:
    headings = sheet.headings(chinese=not reads_english())
    if form == "geojson":
        pieces = iter([json.dumps(features_of(sheet, rows), ensure_ascii=False).encode()])
    elif form == "xlsx":
        # A cell of a workbook holds 32,767 characters, which is too few for a border; an empty one changes nothing.
        without = ({**one, "boundary": None, "crs": None} for one in rows)
        told = (row_of(sheet, one) for one in without)
        pieces = downloads.table_bytes(form, headings, told, sheet=sheet.name)
    else:
        pieces = downloads.table_bytes(form, headings, (row_of(sheet, one) for one in rows))
    return downloads.streamed(request, pieces, form=form, name=f"{name}-{timezone.localdate()}")
