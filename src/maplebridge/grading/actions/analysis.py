"""Reports: drafted by themselves, edited, released by a second person, corrected by a new version."""

from datetime import datetime
from typing import Any

from django.utils import timezone, translation

from maplebridge.grading.domain import reports
from maplebridge.grading.domain.analysis import Period, Span
from maplebridge.grading.domain.reports import ReportRefused
from maplebridge.grading.models import Report, ReportEdit
from maplebridge.grading.queries import analysis as queries
from maplebridge.grading.words import moves, sentences
from maplebridge.matters import queries as matters
from maplebridge.platform.audit import action

TOWN_LANGUAGE = "zh-hans"


@action
def draft(*, period: Period, by_id: int | None, now: datetime) -> Report:
    """Write the first version of a period's report. Refused where there is one, or nothing to tell."""
    if period.last.last >= timezone.localdate(now):
        raise ReportRefused("not_over")
    if queries.latest_report(period) is not None:
        raise ReportRefused("drafted_already")
    body = queries.body_of(period, now)
    if not queries.is_known(body):
        raise ReportRefused("nothing_known")
    one, made = Report.objects.get_or_create(
        kind=period.span,
        month=period.last.first,
        version=1,
        defaults={
            "body": body,
            "drafted": _words(body, period),
            "drafted_by_id": by_id,
            "drafted_at": now,
        },
    )
    if not made:  # another worker was faster by a moment
        raise ReportRefused("drafted_already")
    return one


def draft_due(*, now: datetime) -> list[Report]:
    """Write the reports that are due and not there: of last month, and of last quarter when it is over."""
    today = matters.local_day(now)
    if today.day < matters.town_rules(today).report_day:
        return []
    found = []
    for period in (Period.over(Span.MONTH, today), Period.over(Span.QUARTER, today)):
        # A quarter is drafted with its last month: one that ended earlier than that was before this was installed.
        if period.last == Period.over(Span.MONTH, today).last and queries.latest_report(period) is None:
            try:
                found.append(draft(period=period, by_id=None, now=now))
            except ReportRefused as refused:
                if refused.code not in ("nothing_known", "drafted_already"):
                    raise
    return found


@action
def draft_anew(*, report_id: int, by_id: int, now: datetime) -> Report:
    """Take the figures that are known by now into a report that is not released. What was edited stays."""
    one = _open(report_id)
    one.body = queries.body_of(one.period, now)
    one.drafted = _words(one.body, one.period)
    one.drafted_by_id, one.drafted_at = by_id, now
    return _not_asked(one, "body", "drafted", "drafted_by", "drafted_at")


@action
def edit(*, report_id: int, section: str, words: str, by_id: int, now: datetime) -> Report:
    """Give a section other words. The figures stay: they are what was counted."""
    one = Report.objects.select_for_update().get(pk=report_id)
    told = queries.words_of(one)
    reports.check_edit(section, words, told, released=one.released_at is not None)
    kept = words.strip().replace("\r\n", "\n")
    if kept == told[section]:
        return one
    ReportEdit.objects.create(report=one, section=section, words=kept, made_by_id=by_id, made_at=now)
    return _not_asked(one)


@action
def ask_release(*, report_id: int, by_id: int, now: datetime) -> Report:
    """Put a report before somebody who may release it."""
    one = _open(report_id)
    if one.asked_at is not None:
        raise ReportRefused("asked_already")
    one.asked_by_id, one.asked_at, one.objection = by_id, now, ""
    one.save(update_fields=["asked_by", "asked_at", "objection"])
    return one


@action
def send_back(*, report_id: int, words: str, by_id: int) -> Report:
    """Return a report with what should be different."""
    one = _open(report_id)
    if one.asked_at is None:
        raise ReportRefused("not_asked")
    if not words.strip():
        raise ReportRefused("words_needed")
    one.objection = words.strip()
    return _not_asked(one, "objection")


@action
def release(*, report_id: int, seen: str, by_id: int, now: datetime) -> Report:
    """Release what was read (`seen` is its seal). From then on it is never changed."""
    one = Report.objects.select_for_update().get(pk=report_id)
    reports.check_release(
        released=one.released_at is not None,
        asked=one.asked_at is not None,
        hands=queries.hands_in(one),
        by=by_id,
        seen=seen,
        seal=queries.seal_of(one),
    )
    one.released_by_id, one.released_at, one.digest = by_id, now, seen
    one.save(update_fields=["released_by", "released_at", "digest"])
    return one


@action
def correct(*, report_id: int, erratum: str, by_id: int, now: datetime) -> Report:
    """Begin a new version of a released report, from what is known by now; it is released like the first."""
    before = Report.objects.select_for_update().get(pk=report_id)
    reports.check_correction(
        erratum,
        released=before.released_at is not None,
        corrected=Report.objects.filter(corrects=before).exists(),
    )
    body = queries.body_of(before.period, now)
    return Report.objects.create(
        kind=before.kind,
        month=before.month,
        version=before.version + 1,
        corrects=before,
        erratum=erratum.strip(),
        body=body,
        drafted=_words(body, before.period),
        drafted_by_id=by_id,
        drafted_at=now,
    )


def _open(report_id: int) -> Report:
    one = Report.objects.select_for_update().get(pk=report_id)
    reports.check_open(released=one.released_at is not None)
    return one


def _not_asked(one: Report, *changed: str) -> Report:
    """Save what changed; whoever is to release it has to be asked again."""
    one.asked_by_id, one.asked_at = None, None
    one.save(update_fields=[*changed, "asked_by", "asked_at"])
    return one


def _words(body: dict[str, Any], period: Period) -> dict[str, str]:
    """Return the Chinese words that a report begins with, a line a sentence."""
    with translation.override(TOWN_LANGUAGE):
        return {
            section["code"]: "\n".join([*sentences(section, period, body["as_of"]), *moves(section, period)])
            for section in body["sections"]
        }
