"""The catalogue of kinds of matters: as a tree, as a file, and one by one."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maplebridge.kernel.tables import TableError, csv_bytes, read_table
from maplebridge.matters import queries
from maplebridge.matters.actions import NotAllowed
from maplebridge.matters.actions import town as actions
from maplebridge.matters.domain.catalogue import CatalogueUnreadable, read_catalogue
from maplebridge.matters.templatetags.matter_words import SEVERITIES
from maplebridge.people.data import agency_kinds_text
from maplebridge.people.permissions import administrator, allow
from maplebridge.platform.table_words import table_words
from maplebridge.platform.wording import in_language
from maplebridge.web.administration.given import as_number
from maplebridge.web.administration.words import agency_kinds
from maplebridge.web.import_words import catalogue_words

LIMIT_UNITS = {
    "hours": gettext_lazy("hours"),
    "days": gettext_lazy("days"),
    "working_hours": gettext_lazy("working hours"),
    "working_days": gettext_lazy("working days"),
}
CSV_COLUMNS = (
    "code", "level1_zh", "level1_en", "level2_zh", "level2_en", "zh", "en", "accept", "severity", "lead", "assist",
    "team_role", "response_minutes", "handle_value", "handle_unit", "close", "photos", "revisit", "confidential",
    "similar_radius_m", "similar_days", "valid_from", "source",
)  # fmt: skip


@allow(administrator)
def categories(request: HttpRequest) -> HttpResponse:
    """Show the catalogue as a tree, what fits a search, and take a whole catalogue from a file."""
    context: dict[str, Any] = _tree(request.GET.get("q", "").strip())
    if request.method == "POST":
        wrong = _take_catalogue(request)
        if not wrong:
            messages.success(request, _("The catalogue was taken over as a whole."))
            return redirect("administration_categories")
        return render(request, "web/administration_categories.html", context | {"wrong": wrong}, status=422)
    return render(request, "web/administration_categories.html", context)


def _tree(words: str) -> dict[str, Any]:
    kinds = dict(agency_kinds())
    tops: list[dict[str, Any]] = []
    names = {}
    for one in queries.categories_listed():
        names[one.code] = in_language(one.name_zh, one.name_en)
        if one.code.count("-") < 2:
            continue
        top, middle = one.code[:2], one.code[:5]
        text = f"{one.code} {one.name_zh} {one.name_en} {names.get(top)} {names.get(middle)} {kinds.get(one.lead, '')}"
        if words.lower() not in text.lower():
            continue
        if not tops or tops[-1]["code"] != top:
            tops.append({"code": top, "name": names.get(top, top), "leaves": []})
        tops[-1]["leaves"].append(
            {
                "code": one.code,
                "name": names[one.code],
                "middle": names.get(middle, ""),
                "severity": SEVERITIES[one.severity],
                "limits": _limits(one),
                "lead": kinds.get(one.lead, one.lead),
                "confidential": one.confidential,
            }
        )
    return {"tops": tops, "words": words, "count": sum(len(top["leaves"]) for top in tops)}


def _limits(one: Any) -> str:
    return _("answer in {minutes} min, handle in {value} {unit}").format(
        minutes=one.respond_minutes, value=one.handle_value, unit=LIMIT_UNITS[one.handle_unit]
    )


def _take_catalogue(request: HttpRequest) -> str:
    """Take over a catalogue from a file, all or nothing; return in words what is wrong with it."""
    file = request.FILES.get("file")
    if file is None:
        return _("Please choose a file.")
    try:
        table = read_table(file.read(), file.name or "")
        text = b"".join(csv_bytes(table.columns, table.rows)).decode("utf-8-sig")
        catalogue = read_catalogue(text, agency_kinds_text())
    except TableError as error:
        return table_words(error)
    except CatalogueUnreadable as unreadable:
        shown = " ".join(catalogue_words(one) for one in unreadable.problems[:10])
        return _("{n} rows need to be corrected: {problems}").format(
            n=len(unreadable.problems), problems=shown
        )
    actions.load_catalogue(catalogue=catalogue)
    return ""


@allow(administrator)
def categories_file(request: HttpRequest) -> HttpResponse:
    """Give the catalogue as CSV in the shape in which it is taken over."""
    known = {one.code: one for one in queries.categories_listed()}
    rows = [_csv_row(one, known) for one in known.values() if one.code.count("-") == 2]
    return HttpResponse(
        b"".join(csv_bytes(CSV_COLUMNS, rows)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="categories-{timezone.localdate()}.csv"'},
    )


def _csv_row(one: Any, known: Mapping[str, Any]) -> list[object]:
    top, middle = known.get(one.code[:2], one), known.get(one.code[:5], one)
    flags = ["yes" if flag else "no" for flag in (one.photos, one.revisit, one.confidential)]
    return [
        one.code, top.name_zh, top.name_en, middle.name_zh, middle.name_en, one.name_zh, one.name_en, one.accept_when,
        one.severity, one.lead, " ".join(one.assists), one.team_role, one.respond_minutes, one.handle_value,
        one.handle_unit, one.close_when, *flags,
        one.similar_radius_m, one.similar_days, one.valid_from, one.source,
    ]  # fmt: skip


@allow(administrator)
def category(request: HttpRequest, code: str) -> HttpResponse:
    """Show one kind of matter and change what it asks for."""
    one = queries.categories().get(code)
    if one is None or code.count("-") != 2:
        raise Http404
    context = {
        "one": one,
        "name": in_language(one.name_zh, one.name_en),
        "severities": SEVERITIES.items(),
        "units": LIMIT_UNITS.items(),
        "agency_kinds": agency_kinds(),
    }
    if request.method != "POST":
        return render(request, "web/administration_category.html", context)
    try:
        actions.change_category(
            code=code,
            severity=as_number(request.POST.get("severity")) or 0,
            lead=request.POST.get("lead", "") if request.POST.get("lead") in dict(agency_kinds()) else "",
            respond_minutes=as_number(request.POST.get("respond_minutes")) or 0,
            handle_value=as_number(request.POST.get("handle_value")) or 0,
            handle_unit=request.POST.get("handle_unit", ""),
            photos=request.POST.get("photos") == "on",
            revisit=request.POST.get("revisit") == "on",
        )
    except NotAllowed:
        wrong = _("Please give limits of 1 or more, and choose one of the values offered.")
        return render(request, "web/administration_category.html", context | {"wrong": wrong}, status=422)
    messages.success(request, _("Saved. Matters that are open keep the limits they were given."))
    return redirect("administration_categories")
