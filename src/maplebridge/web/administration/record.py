"""What the record says: who changed what and when, and whether the chain holds."""

import json
import subprocess
import sys
import threading
import time as clock
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from maplebridge.matters import queries
from maplebridge.people import queries as people
from maplebridge.people.permissions import administrator, allow
from maplebridge.platform.models import AuditRow, AuditSeal
from maplebridge.web.administration.given import as_day, as_number

RECORD_PAGE = 50


TABLE_WORDS = {
    "matters_matter": gettext_lazy("matter"),
    "matters_townrule": gettext_lazy("town rule"),
    "matters_routingrule": gettext_lazy("routing rule"),
    "matters_category": gettext_lazy("category"),
    "people_person": gettext_lazy("person"),
    "people_posting": gettext_lazy("posting"),
    "people_agency": gettext_lazy("agency"),
    "people_reading": gettext_lazy("reading of personal data"),
    "places_grid": gettext_lazy("grid"),
    "places_estate": gettext_lazy("estate"),
    "places_building": gettext_lazy("building"),
    "rosters_duty": gettext_lazy("duty"),
    "places_territoryimport": gettext_lazy("file of territory"),
    "people_account": gettext_lazy("account"),
    "conversations_message": gettext_lazy("message"),
    "matters_entry": gettext_lazy("line of a matter"),
    "matters_callout": gettext_lazy("call-out"),
    "matters_handover": gettext_lazy("hand-over"),
    "matters_oversight": gettext_lazy("oversight"),
    "matters_viewing": gettext_lazy("look at a matter"),
    "matters_promise": gettext_lazy("promise"),
    "matters_extension": gettext_lazy("wish for more time"),
    "matters_feedback": gettext_lazy("feedback"),
    "matters_callback": gettext_lazy("call back"),
    "matters_sorting": gettext_lazy("reading of a message"),
    "matters_reporter": gettext_lazy("reporter"),
    "matters_matterphoto": gettext_lazy("photo"),
    "conversations_membership": gettext_lazy("member of a group"),
    "conversations_thread": gettext_lazy("conversation"),
}
DEEDS = {
    "INSERT": gettext_lazy("added"),
    "UPDATE": gettext_lazy("changed"),
    "DELETE": gettext_lazy("removed"),
}


@allow(administrator)
def record(request: HttpRequest) -> HttpResponse:
    """Show who changed what, and whether the chain over it holds."""
    rows = _record_rows(request.GET)
    shown = rows[:RECORD_PAGE]
    known = people.persons([row.actor for row in shown if row.actor])
    last = AuditSeal.objects.order_by("-up_to").first()
    query = request.GET.copy()
    if len(rows) > RECORD_PAGE:
        query["before"] = str(shown[-1].pk)
    context = {
        "rows": [
            {
                "id": row.pk,
                "at": row.at,
                "deed": DEEDS.get(row.deed, row.deed),
                "table": TABLE_WORDS.get(row.table, row.table),
                "row": row.row,
                "who": known[row.actor].nickname if row.actor in known else _("the product itself"),
                "action": row.action,
                "origin": row.origin,
                "fields": _field_words(row.fields),
            }
            for row in shown
        ],
        "older_url": f"?{query.urlencode()}" if len(rows) > RECORD_PAGE else "",
        "given": request.GET,
        "tables": sorted(TABLE_WORDS.items()),
        "seal": last,
        "waiting": AuditRow.objects.filter(transaction__gte=last.up_to if last else 0).count(),
        "check": _check_state(),
    }
    return render(request, "web/administration_record.html", context)


def _record_rows(given: Mapping[str, str]) -> list[AuditRow]:
    rows = AuditRow.objects.order_by("-pk")
    if table := given.get("table", ""):
        rows = rows.filter(table=table)
    if (row := as_number(given.get("row"))) is not None:
        rows = rows.filter(row=row)
    if (actor := as_number(given.get("actor"))) is not None:
        rows = rows.filter(actor=actor)
    if day := as_day(given.get("day")):
        start = datetime.combine(day, time(), tzinfo=queries.town_zone())
        rows = rows.filter(at__gte=start, at__lt=start + timedelta(days=1))
    if (before := as_number(given.get("before"))) is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows[: RECORD_PAGE + 1])


def _field_words(changed: Any) -> str:
    return json.dumps(changed, ensure_ascii=False, default=str)[:400]


def _check_file() -> Path:
    return Path(settings.MEDIA_ROOT) / "record-check.txt"


def _check_state() -> dict[str, Any]:
    """Return how far the last check is, or what it found."""
    try:
        lines = _check_file().read_text().splitlines()
        age = clock.time() - _check_file().stat().st_mtime
    except FileNotFoundError:
        return {"state": "none"}
    told = [line for line in lines if line.strip()]
    if told and told[-1].startswith("ended "):
        ended = datetime.fromtimestamp(_check_file().stat().st_mtime, tz=UTC)
        state = "holds" if told[-1] == "ended 0" else "broken"
        return {"state": state, "words": "\n".join(told[:-1][-2:]), "at": ended}
    return {"state": "running" if age < 600 else "none", "words": told[-1] if told else ""}


@allow(administrator)
@require_POST
def check_record(request: HttpRequest) -> HttpResponse:
    """Compute the chain again, in a process of its own."""
    if _check_state()["state"] != "running":
        _check_file().parent.mkdir(parents=True, exist_ok=True)
        _check_file().write_text("\n")
        threading.Thread(target=_run_check, args=[_check_file()], daemon=True).start()
    return redirect("administration_record")


def _run_check(path: Path) -> None:
    with path.open("a") as file:
        ended = subprocess.run(
            [sys.executable, "-m", "maplebridge.config.command", "audit-check"],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            check=False,
        )
        file.write(f"\nended {ended.returncode}\n")


@allow(administrator)
def check_progress(request: HttpRequest) -> HttpResponse:
    """Tell how far the check is; when it has ended the page is shown anew."""
    found = _check_state()
    if found["state"] != "running":
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "web/administration_check.html", {"check": found})
