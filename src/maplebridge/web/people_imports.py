"""Staff, postings and agencies from files and into files: checked and shown first, then written as a whole."""

import subprocess
import sys
import threading
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maplebridge.people import actions, queries
from maplebridge.people.domain.importing import SHEETS, PeopleTrouble
from maplebridge.people.permissions import administrator, allow, me_of
from maplebridge.platform import downloads
from maplebridge.platform.table_words import fault_words
from maplebridge.platform.wording import reads_english
from maplebridge.web.import_words import FILE_STATES, FORM_NAMES, column_name, problem_words

LARGE_BYTES = 200_000  # from here on a process of its own works, so that nobody else waits
MOST_BYTES = 100 * 2**20
LONGEST_WORK = timedelta(minutes=10)
SHEET_NAMES = {
    "staff": gettext_lazy("Staff"),
    "postings": gettext_lazy("Postings"),
    "agencies": gettext_lazy("Agencies"),
}
TROUBLES = {
    PeopleTrouble.BAD_PHONE: gettext_lazy("{value} is not a mobile number."),
    PeopleTrouble.CUT_PHONE: gettext_lazy(
        "{value} is no phone number any more: the spreadsheet cut it. Please format the column as text."
    ),
    PeopleTrouble.PHONE_OF_ANOTHER: gettext_lazy("{value} is the number of somebody else."),
    PeopleTrouble.NO_GROUND: gettext_lazy("This role needs ground to work on, or an agency."),
    PeopleTrouble.TWO_GROUNDS: gettext_lazy("There is ground in two columns; one posting has one."),
    PeopleTrouble.WRONG_GROUND: gettext_lazy("This role does not go with {column}; fill in {needed}."),
    PeopleTrouble.LAST_ADMINISTRATOR: gettext_lazy(
        "This is the only administrator. Please appoint another one first."
    ),
    PeopleTrouble.NO_TEAM_ROLE: gettext_lazy("{column} says which part of the six-role team it is."),
}


@allow(administrator)
@require_http_methods(["GET", "POST"])
def people_imports(request: HttpRequest) -> HttpResponse:
    """Offer to bring a sheet, or to take one away; show the files before."""
    if request.method == "POST":
        return _upload(request)
    return render(request, "web/people_imports.html", _start())


def _start(wrong: str = "") -> dict[str, Any]:
    return {
        "sheets": [
            (name, SHEET_NAMES[name], [(column_name(sheet, one.key), one.required) for one in sheet.columns])
            for name, sheet in SHEETS.items()
        ],
        "forms": [(name, FORM_NAMES[name]) for name in downloads.TABLES],
        "wrong": wrong,
        "latest": [(one, SHEET_NAMES[one.sheet], FILE_STATES[one.state]) for one in queries.latest_imports()],
    }


def _upload(request: HttpRequest) -> HttpResponse:
    sheet, file = SHEETS.get(request.POST.get("sheet", "")), request.FILES.get("file")
    if sheet is None or file is None:
        wrong = _start(_("Please choose a sheet and a file."))
        return render(request, "web/people_imports.html", wrong, status=422)
    if (file.size or 0) > MOST_BYTES:
        wrong = _start(_("This file is larger than 100 MB. Please import it in parts."))
        return render(request, "web/people_imports.html", wrong, status=422)
    by = queries.get_person(me_of(request))
    kept = actions.keep_upload(
        sheet=sheet, file_name=file.name or "", data=file.read(), asked_by=by, now=timezone.now()
    )
    _work_on(kept, large=(file.size or 0) > LARGE_BYTES)
    return redirect("people_import_file", kept.pk)


def _work_on(one: Any, *, large: bool) -> None:
    """Do the next step of an import: small ones at once, large ones in a process of their own."""
    if large:
        command = [sys.executable, "-m", "maplebridge.config.command", "work_on_people_import", str(one.pk)]
        worker = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603 -- our own
        threading.Thread(target=worker.wait, daemon=True).start()  # or it would stay as a zombie
    elif one.state == one.State.WAITING:
        actions.check_upload(import_id=one.pk, today=timezone.localdate(), now=timezone.now())
    else:
        actions.write_upload(import_id=one.pk, today=timezone.localdate(), now=timezone.now())


@allow(administrator)
@require_GET
def people_import(request: HttpRequest, import_id: int) -> HttpResponse:
    """Show what a file would change, row by row what is wrong with it, or how far the work is."""
    one = _import(import_id)
    working = _is_worked_on(one)
    context = {
        "one": one,
        "sheet": SHEET_NAMES[one.sheet],
        "state": FILE_STATES[one.state],
        "working": working,
        "stopped": _has_stopped(one),
        "done": one.done,
        "total": max(one.total, one.done + 1),
        "unchanged": one.total - one.new_count - one.changed_count,
        "problems": [_worded(one.sheet, problem) for problem in one.problems],
    }
    if getattr(request, "htmx", False):
        if working and not context["stopped"]:
            return render(request, "web/people_import_progress.html", context)
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "web/people_import.html", context)


def _worded(sheet: str, problem: dict[str, Any]) -> tuple[int | None, str]:
    """Return the row of a problem, and the problem in words."""
    if "file" in problem:
        return None, fault_words(problem["file"], problem["params"])
    shape = SHEETS[sheet]
    if (trouble := problem["trouble"]) in TROUBLES:
        params = dict(problem["params"])
        if "needed" in params:
            params["needed"] = column_name(shape, params["needed"])
        column = column_name(shape, problem["column"])
        return problem["row"], str(TROUBLES[PeopleTrouble(trouble)]).format(column=column, **params)
    return problem["row"], problem_words(shape, problem)


@allow(administrator)
@require_POST
def take_over(request: HttpRequest, import_id: int) -> HttpResponse:
    """Write a clean file, all of it."""
    one = _import(import_id)
    if actions.accept_upload(import_id=one.pk, now=timezone.now()):
        _work_on(_import(import_id), large=len(one.content) > LARGE_BYTES // 4)
    return redirect("people_import_file", one.pk)


@allow(administrator)
@require_POST
def start_again(request: HttpRequest, import_id: int) -> HttpResponse:
    """Start the work on a file again, where the process that did it was ended."""
    one = _import(import_id)
    if _has_stopped(one):
        actions.start_again(import_id=one.pk, now=timezone.now())
        _work_on(one, large=True)
    return redirect("people_import_file", one.pk)


def _has_stopped(one: Any) -> bool:
    """Return whether nobody has begun to work on an unfinished file for longer than the largest takes."""
    return _is_worked_on(one) and timezone.now() - (one.worked_at or one.asked_at) > LONGEST_WORK


def _is_worked_on(one: Any) -> bool:
    return one.state in (one.State.WAITING, one.State.ACCEPTED)


@allow(administrator)
@require_POST
def drop(request: HttpRequest, import_id: int) -> HttpResponse:
    actions.drop_upload(import_id=_import(import_id).pk, now=timezone.now())
    return redirect("people_import")


@allow(administrator)
@require_POST
def export(request: HttpRequest, sheet: str, form: str) -> HttpResponse | StreamingHttpResponse:
    """Stream a sheet in the shape in which it is imported. That names and phones leave is noted for each person."""
    if sheet not in SHEETS or form not in downloads.TABLES:
        raise Http404
    if sheet == "staff":
        actions.note_export(by=queries.get_person(me_of(request)), now=timezone.now())
    headings = SHEETS[sheet].headings(chinese=not reads_english())
    pieces = downloads.table_bytes(form, headings, queries.rows_of(sheet, chinese=not reads_english()))
    return downloads.streamed(request, pieces, form=form, name=f"{sheet}-{timezone.localdate()}")


def _import(import_id: int) -> Any:
    one = queries.get_import(import_id)
    if one is None:
        raise Http404
    return one
