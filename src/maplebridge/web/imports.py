"""Territory from files and into files: a file is checked and shown first, then taken over whole, or not at all."""

import subprocess
import sys
import threading
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from maplebridge.people import queries as people
from maplebridge.people.permissions import administrator, allow, standing_of
from maplebridge.places import actions, queries
from maplebridge.places.domain.importing import SHEETS, Sheet
from maplebridge.platform import downloads
from maplebridge.platform.table_words import fault_words
from maplebridge.platform.wording import reads_english
from maplebridge.web.import_words import (
    FILE_STATES,
    FORM_NAMES,
    SHEET_NAMES,
    column_name,
    finding_words,
    moving_words,
    problem_words,
)

LARGE_BYTES = 300_000  # from here on a process of its own works, so that nobody else waits
MOST_BYTES = 300 * 2**20
STALLED_S = 60.0
STEPS = {
    "reading": gettext_lazy("Reading the file"),
    "checking": gettext_lazy("Checking every row"),
    "comparing": gettext_lazy("Comparing with what is there"),
    "fitting": gettext_lazy("Looking for overlaps and gaps"),
    "writing": gettext_lazy("Writing"),
}


@allow(administrator)
def imports(request: HttpRequest) -> HttpResponse:
    """Offer to bring a sheet, or to take one away; show the files before."""
    if request.method == "POST":
        return _upload(request)
    return render(request, "web/imports.html", _start(request))


def _start(request: HttpRequest, wrong: str = "") -> dict[str, Any]:
    latest = queries.latest_imports()
    known = people.persons([one.asked_by for one in latest if one.asked_by])
    return {
        "sheets": [
            {
                "name": name,
                "words": SHEET_NAMES[name],
                "count": queries.count_of(sheet),
                "columns": _columns(sheet),
            }
            for name, sheet in SHEETS.items()
        ],
        "chosen": request.POST.get("sheet", "grids"),
        "forms": FORM_NAMES.items(),
        "wrong": wrong,
        "latest": [
            {
                "id": one.pk,
                "sheet": SHEET_NAMES[one.sheet],
                "file": one.file_name,
                "state": FILE_STATES[one.state],
                "at": one.asked_at,
                "who": known[one.asked_by].nickname if one.asked_by in known else "",
            }
            for one in latest
        ],
    }


def _columns(sheet: Sheet) -> list[dict[str, Any]]:
    return [{"name": column_name(sheet, one.key), "required": one.required} for one in sheet.columns]


def _upload(request: HttpRequest) -> HttpResponse:
    sheet, file = SHEETS.get(request.POST.get("sheet", "")), request.FILES.get("file")
    if sheet is None or file is None:
        return render(
            request, "web/imports.html", _start(request, _("Please choose a sheet and a file.")), status=422
        )
    if (file.size or 0) > MOST_BYTES:
        wrong = _("This file is larger than 300 MB. Please import it in parts.")
        return render(request, "web/imports.html", _start(request, wrong), status=422)
    kept = actions.keep_upload(
        sheet=sheet,
        file_name=file.name or "",
        data=file.read(),
        asked_by=standing_of(request).person_id,
        now=timezone.now(),
    )
    _work_on(kept, large=(file.size or 0) > LARGE_BYTES)
    return redirect("import", kept.pk)


def _work_on(one: Any, *, large: bool) -> None:
    """Do the next step of an import: small ones at once, large ones in a process of their own."""
    if large:
        person = ["--person", str(one.asked_by)] if one.asked_by else []
        command = [sys.executable, "-m", "maplebridge.config.command", "work-on-import", str(one.pk), *person]
        worker = subprocess.Popen(  # noqa: S603 -- our own command and a number
            command, stdin=subprocess.DEVNULL, start_new_session=True
        )
        threading.Thread(target=worker.wait, daemon=True).start()  # or it would stay as a zombie
        return
    if one.state == one.State.WAITING:
        actions.check_upload(import_id=one.pk, today=timezone.localdate())
    else:
        actions.take_over_upload(import_id=one.pk, today=timezone.localdate(), now=timezone.now())


@allow(administrator)
def one_import(request: HttpRequest, import_id: int) -> HttpResponse:
    """Show what taking a file over would do, row by row what is wrong with it, or how far the work is."""
    one = _import(import_id)
    context = _shown(one)
    if getattr(request, "htmx", False):
        if context["working"]:
            return render(request, "web/import_progress.html", context)
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "web/import.html", context)


def _import(import_id: int) -> Any:
    one = queries.get_import(import_id)
    if one is None:
        raise Http404
    return one


def _shown(one: Any) -> dict[str, Any]:
    sheet, report = SHEETS[one.sheet], one.report
    progress = queries.progress_of(one.pk)
    working = one.state in (one.State.WAITING, one.State.ACCEPTED)
    return {
        "one": one,
        "sheet": SHEET_NAMES[one.sheet],
        "state": FILE_STATES[one.state],
        "working": working,
        "stalled": working and (progress is None or progress.seconds_ago > STALLED_S),
        "step": STEPS.get(progress.step, "") if progress else STEPS["reading"],
        # One is left until the last step has ended, so that the page goes on asking.
        "done": min(progress.done, max(progress.total, 1) - 1) if progress else 0,
        "total": max(progress.total, 1) if progress else 1,
        "report": report,
        "file_wrong": fault_words(**report["file"]) if "file" in report else "",
        "problems": [
            {"row": problem["row"], "words": problem_words(sheet, problem)}
            for problem in report.get("problems", [])
        ],
        "changes": [_worded(sheet, change) for change in report.get("changes", [])],
        "endings": [_worded(sheet, change) for change in report.get("endings", [])],
        "moving": [moving_words(one) for one in report.get("moving", [])],
        "findings": [
            {"words": finding_words(finding), "at": finding["at"]} for finding in report.get("findings", [])
        ],
    }


def _worded(sheet: Sheet, change: dict[str, Any]) -> dict[str, Any]:
    columns = [(column_name(sheet, key), before, after) for key, before, after in change["columns"]]
    return change | {"columns": columns}


@allow(administrator)
@require_POST
def take_over(request: HttpRequest, import_id: int) -> HttpResponse:
    """Take a clean file over, all of it."""
    one = _import(import_id)
    large = queries.upload_path(one.pk).exists() and queries.upload_path(one.pk).stat().st_size > LARGE_BYTES
    if actions.accept_upload(import_id=one.pk):
        _work_on(_import(import_id), large=large)
    return redirect("import", one.pk)


@allow(administrator)
@require_POST
def start_again(request: HttpRequest, import_id: int) -> HttpResponse:
    """Start the work on a file again, where the process that did it was ended."""
    one = _import(import_id)
    if _shown(one)["stalled"]:
        _work_on(one, large=True)
    return redirect("import", one.pk)


@allow(administrator)
@require_POST
def drop(request: HttpRequest, import_id: int) -> HttpResponse:
    """Forget a file without taking it over."""
    one = _import(import_id)
    actions.drop_upload(import_id=one.pk, now=timezone.now())
    return redirect("imports")


@allow(administrator)
def export(request: HttpRequest, sheet: str, form: str) -> StreamingHttpResponse:
    """Stream a sheet as a file in the shape in which it is imported."""
    if sheet not in SHEETS or form not in queries.FORMS:
        raise Http404
    pieces = queries.exported(SHEETS[sheet], form, chinese=not reads_english())
    return downloads.streamed(request, pieces, form=form, name=f"{sheet}-{timezone.localdate()}")
