"""Reports of a month or a quarter: drafts are read and edited, released by a second person; the leaders' page."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from maplebridge.grading.actions import analysis as actions
from maplebridge.grading.domain.analysis import NotAPeriod, Period, Span
from maplebridge.grading.domain.reports import ReportRefused, words_now
from maplebridge.grading.models import Report, ReportEdit
from maplebridge.grading.permissions import (
    grades,
    reads_reports,
    releases_reports,
    sees_internal_map,
    watches,
    writes_reports,
)
from maplebridge.grading.queries import analysis as queries
from maplebridge.grading.views import report_files
from maplebridge.grading.views.report_charts import chart_of
from maplebridge.grading.words import (
    figure_name,
    moves,
    period_words,
    refused_words,
    section_title,
    sentences,
)
from maplebridge.kernel.periods import Month
from maplebridge.matters.permissions import may_see_statistics
from maplebridge.matters.views.oversight import oversees
from maplebridge.people.domain.standing import Standing
from maplebridge.people.permissions import allow, me_of, standing_of
from maplebridge.platform.documents import DocumentsUnavailable, GlyphsMissing
from maplebridge.platform.wording import reads_english

MONTHS_SHOWN = 13
FORMS = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@allow(reads_reports)
@never_cache
@require_GET
def reports(request: HttpRequest) -> HttpResponse:
    """List the reports, and what could be drafted now."""
    return _list(request)


def _list(request: HttpRequest, wrong: str = "", status: int = 200) -> HttpResponse:
    today = timezone.localdate()
    listed = [(one, queries.state_of(one)) for one in queries.reports()]
    there = {(one.kind, one.month) for one, _state in listed}
    over = [Period.over(span, today) for span in Span]
    context = {
        "now": timezone.now(),
        "wrong": wrong,
        "reports": listed,
        "to_draft": [one for one in over if (one.span, one.last.first) not in there],
        "may_write": writes_reports(standing_of(request)),
    }
    return render(request, "grading/reports.html", context, status=status)


@allow(writes_reports)
@require_POST
def draft(request: HttpRequest) -> HttpResponse:
    """Draft the report of a period that is over, before the day on which that happens by itself."""
    try:
        period = Period.parse(request.POST.get("period", ""))
    except NotAPeriod:
        raise Http404 from None
    try:
        one = actions.draft(period=period, by_id=me_of(request), now=timezone.now())
    except ReportRefused as refused:
        return _list(request, refused_words(refused), 422)
    return redirect("report", one.pk)


@allow(reads_reports)
@never_cache
@require_GET
def report(request: HttpRequest, report_id: int) -> HttpResponse:
    return _page(request, _get(report_id))


def _page(request: HttpRequest, one: Report, *, wrong: str = "", status: int = 200) -> HttpResponse:
    standing, state = standing_of(request), queries.state_of(one)
    edits = queries.edits_of(one)
    hands = queries.hands_in(one)
    whole = queries.is_whole(one)
    context = {
        "now": timezone.now(),
        "one": one,
        "period": one.period,
        "state": state,
        "wrong": wrong or ("" if whole else refused_words(ReportRefused("altered"))),
        "sections": [_shown(section, one, edits) for section in one.body["sections"]],
        "sources": one.body["sources"],
        "seal": queries.seal_of(one),
        "whole": whole,
        "may_oversee": oversees(standing),
        "may_write": writes_reports(standing) and one.released_at is None,
        "may_release": releases_reports(standing) and state == "asked" and standing.person_id not in hands,
        "own_words": releases_reports(standing) and state == "asked" and standing.person_id in hands,
        "may_correct": writes_reports(standing) and state == "released",
    }
    return render(request, "grading/report.html", context, status=status)


def _shown(section: Mapping[str, Any], one: Report, edits: Sequence[ReportEdit]) -> dict[str, Any]:
    """Return a section with its words: as somebody edited them, or in the reader's language as they were drafted."""
    code = section["code"]
    mine = [each for each in edits if each.section == code]
    words = words_now(one.drafted, [(each.section, each.words) for each in edits])[code]
    own = _drafted_for_reader(section, one) if reads_english() and not mine else words.split("\n")
    return _told(section, own) | {
        "words": words,
        "edited": mine[-1] if mine else None,
        "drafted": one.drafted[code].split("\n"),
    }


def _drafted_for_reader(section: Mapping[str, Any], one: Report) -> list[str]:
    return [*sentences(section, one.period, one.body["as_of"]), *moves(section, one.period)]


def _told(section: Mapping[str, Any], lines: Sequence[str]) -> dict[str, Any]:
    return {
        **section,
        "title": section_title(section["code"]),
        "lines": [line for line in lines if line],
        "chart": chart_of(section),
    }


@allow(writes_reports)
@require_POST
def edit(request: HttpRequest, report_id: int, section: str) -> HttpResponse:
    """Give one section other words."""
    return _done(
        request,
        report_id,
        lambda now: actions.edit(
            report_id=report_id,
            section=section,
            words=request.POST.get("words", ""),
            by_id=me_of(request),
            now=now,
        ),
        at=f"#{section}",
    )


@allow(writes_reports)
@require_POST
def draft_anew(request: HttpRequest, report_id: int) -> HttpResponse:
    return _done(
        request,
        report_id,
        lambda now: actions.draft_anew(report_id=report_id, by_id=me_of(request), now=now),
    )


@allow(writes_reports)
@require_POST
def ask(request: HttpRequest, report_id: int) -> HttpResponse:
    return _done(
        request,
        report_id,
        lambda now: actions.ask_release(report_id=report_id, by_id=me_of(request), now=now),
    )


@allow(releases_reports)
@require_POST
def release(request: HttpRequest, report_id: int) -> HttpResponse:
    """Release a report as it was read, or send it back."""
    words, by_id = request.POST.get("words", ""), me_of(request)
    if request.POST.get("releases") == "no":
        return _done(
            request,
            report_id,
            lambda now: actions.send_back(report_id=report_id, words=words, by_id=by_id),
        )
    seen = request.POST.get("seen", "")
    return _done(
        request,
        report_id,
        lambda now: actions.release(report_id=report_id, seen=seen, by_id=by_id, now=now),
    )


@allow(writes_reports)
@require_POST
def correct(request: HttpRequest, report_id: int) -> HttpResponse:
    """Begin a corrected version."""
    return _done(
        request,
        report_id,
        lambda now: actions.correct(
            report_id=report_id, erratum=request.POST.get("erratum", ""), by_id=me_of(request), now=now
        ),
    )


def _done(
    request: HttpRequest, report_id: int, deed: Callable[[datetime], Report], at: str = ""
) -> HttpResponse:
    """Do it and show the report again; what cannot be done is said on the page."""
    one = _get(report_id)
    try:
        changed = deed(timezone.now())
    except ReportRefused as refused:
        return _page(request, one, wrong=refused_words(refused), status=422)
    return redirect(reverse("report", args=[changed.pk]) + at)


@allow(reads_reports)
@never_cache
@require_GET
def report_file(request: HttpRequest, report_id: int, form: str) -> HttpResponse:
    """Give out a report as PDF or Word, in Chinese. What was altered since its release is not given out."""
    one = _get(report_id)
    if form not in FORMS:
        raise Http404
    if not queries.is_whole(one):
        return _page(request, one, status=409)
    make = report_files.pdf if form == "pdf" else report_files.word
    try:
        made = make(one, timezone.now())
    except DocumentsUnavailable as missing:
        words = _("Documents cannot be made on this machine: {package} is missing.")
        return _page(request, one, wrong=words.format(package=missing.package), status=503)
    except GlyphsMissing as missing:
        words = _("No font of this machine has these characters: {characters}")
        return _page(request, one, wrong=words.format(characters=missing.characters), status=503)
    response = HttpResponse(made, content_type=FORMS[form])
    name = f"report-{one.period}-v{one.version}{'' if one.released_at else '-draft'}.{form}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@allow(reads_reports)
@never_cache
@require_GET
def leaders(request: HttpRequest) -> HttpResponse:
    """Show the figures of a month or quarter as they are now, in the order in which a meeting asks for them."""
    standing, now, today = standing_of(request), timezone.now(), timezone.localdate()
    period = _period(request.GET.get("period", ""), Period.over(Span.MONTH, today), today)
    body = queries.body_of(period, now)
    sections = {
        section["code"]: _told(section, sentences(section, period, body["as_of"]))
        for section in body["sections"]
    }
    context = {
        "now": now,
        "period": period,
        "periods": _periods(today),
        "first": _first_figures(sections),
        "sections": [sections[code] for code in LEADERS_ORDER],
        "sources": body["sources"],
        "live": True,
        "links": _links(sections, standing),
        "may_oversee": oversees(standing),
        "report": queries.latest_report(period),
    }
    return render(request, "grading/leaders.html", context)


LEADERS_ORDER = (
    "overdue",
    "areas",
    "incidents",
    "satisfaction",
    "matters",
    "answering",
    "raised_most",
    "disputes",
    "warnings",
    "advisories",
)
FIRST = {
    "incidents": ("incidents",),
    "areas": ("good_areas",),
    "satisfaction": None,
    "matters": ("answered", "content"),
    "answering": ("median_minutes",),
}


def _period(written: str, default: Period, today: Any) -> Period:
    try:
        wanted = Period.parse(written)
    except NotAPeriod:
        return default
    return wanted if wanted in {one for one, _words in _periods(today)} else default


def _periods(today: Any) -> list[tuple[Period, str]]:
    """Return what can be chosen: the present month, the year before it, and the quarters that are over."""
    present = Month.of(today)
    months = [Period(Span.MONTH, present - back) for back in range(MONTHS_SHOWN)]
    quarter = Period.over(Span.QUARTER, today)
    quarters = [quarter, quarter.before, quarter.before.before, quarter.year_before]
    return [(one, period_words(one)) for one in (*months, *quarters)]


def _first_figures(sections: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the few numbers that stand at the top of the leaders' page."""
    found = []
    for code, wanted in FIRST.items():
        for figure in sections[code]["figures"]:
            if wanted is None or figure["code"] in wanted:
                found.append({"label": figure_name(figure), "figure": figure, "section": code})
    return found


def _links(sections: Mapping[str, Any], standing: Standing) -> dict[str, str]:
    """Return where each section's details are, as far as the reader may go there."""
    moved = sections["areas"]["moved"]
    month = reverse("grading_month", args=[moved[0]["month_id"]]) if moved else reverse("grading")
    places = {
        "overdue": (oversees, reverse("oversight")),
        "areas": (sees_internal_map, month),
        "incidents": (grades, reverse("grading_counts")),
        "satisfaction": (grades, reverse("survey_results")),
        "matters": (may_see_statistics, reverse("statistics")),
        "answering": (may_see_statistics, reverse("statistics")),
        "raised_most": (may_see_statistics, reverse("statistics")),
        "warnings": (watches, reverse("warnings")),
    }
    return {code: url for code, (may, url) in places.items() if may(standing)}


def _get(report_id: int) -> Report:
    one = queries.get_report(report_id)
    if one is None:
        raise Http404
    return one
