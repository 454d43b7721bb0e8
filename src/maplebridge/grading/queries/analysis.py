"""The content of a report, from what this installation and its lower areas know; and the reports there are."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from maplebridge.grading.domain.analysis import Period
from maplebridge.grading.domain.reports import seal_of as sealed
from maplebridge.grading.domain.reports import words_now
from maplebridge.grading.models import Area, EarlyWarning, Report, ReportEdit, WatchRun
from maplebridge.grading.queries.analyzed_areas import (
    CountedAreas,
    Section,
    Sources,
    colors,
    incidents,
    satisfaction,
)
from maplebridge.grading.queries.analyzed_deeds import advisories, disputes, moments
from maplebridge.grading.queries.analyzed_matters import of_matters, overdue
from maplebridge.grading.queries.warnings import REAL

FORMAT = 1


def body_of(period: Period, now: datetime) -> dict[str, Any]:
    """Return all sections of a report, with every figure's source. Sections about which nothing is known say so."""
    areas = CountedAreas.of(period)
    sources: Sources = {}
    sections = [
        incidents(period, areas, sources),
        colors(period, areas, sources),
        satisfaction(period, areas, sources),
        *of_matters(period, now, sources),
        overdue(period, now, sources),
        disputes(period, sources),
        _warnings(period, sources),
        advisories(period, sources),
    ]
    return {
        "format": FORMAT,
        "period": str(period),
        "as_of": now.isoformat(timespec="seconds"),
        "sections": sections,
        "sources": [{"code": code, **facts} for code, facts in sources.items()],
    }


def is_known(body: Mapping[str, Any]) -> bool:
    """Tell whether there is anything to report: a number, or an area with a color."""
    return any(
        figure["value"] is not None for section in body["sections"] for figure in section["figures"]
    ) or any(section.get("colors") for section in body["sections"])


def _warnings(period: Period, sources: Sources) -> Section:
    """Return the warnings first told in a period, and what they turned out to be."""
    told = list(_told_in(period))
    by_reason: dict[str, int] = {}
    for one in told:
        if one.reason:
            by_reason[one.reason] = by_reason.get(one.reason, 0) + 1
    if told:
        sources["warnings"] = {"kind": "warnings"}
    return {
        "code": "warnings",
        "figures": [],
        "told": len(told),
        "confirmed": sum(one.reason in REAL for one in told),
        "dismissed": sum(one.state == EarlyWarning.State.DISMISSED for one in told),
        "open": sum(not one.reason for one in told),
        "reasons": sorted(by_reason.items()),
        "looked": _looked(period),
        "missing": False,
    }


def _told_in(period: Period) -> QuerySet[EarlyWarning]:
    since, until = moments(period)
    return EarlyWarning.objects.filter(run__looked_at__gte=since, run__looked_at__lt=until)


def _looked(period: Period) -> bool:
    """Tell whether anybody looked at all: no warning of a month without a look says nothing."""
    since, until = moments(period)
    return WatchRun.objects.filter(failure="", looked_at__gte=since, looked_at__lt=until).exists()


def reports() -> QuerySet[Report]:
    """Return the reports, the latest period first, of each the latest version first."""
    return Report.objects.defer("body").select_related("corrected_by").order_by("-month", "kind", "-version")


def get_report(report_id: int) -> Report | None:
    return (
        Report.objects.select_related("corrects", "corrected_by", "asked_by", "released_by")
        .filter(pk=report_id)
        .first()
    )


def latest_report(period: Period) -> Report | None:
    found = Report.objects.filter(kind=period.span, month=period.last.first)
    return found.order_by("-version").first()


def waiting_reports() -> int:
    """Return how many reports wait for somebody: drafts to be read, and those to be released."""
    return Report.objects.filter(released_at=None).count()


def edits_of(one: Report) -> list[ReportEdit]:
    return list(one.edits.select_related("made_by").order_by("pk"))


def words_of(one: Report) -> dict[str, str]:
    """Return the words of each section as they are now."""
    return words_now(one.drafted, [(each.section, each.words) for each in edits_of(one)])


def hands_in(one: Report) -> set[int | None]:
    """Return whoever had a hand in a report: wrote its words, drafted it anew, or asked for its release."""
    return {one.drafted_by_id, one.asked_by_id, *one.edits.values_list("made_by", flat=True)}


def seal_of(one: Report) -> str:
    """Return the digest of all that a report says."""
    head = {
        "kind": one.kind,
        "month": one.month.isoformat(),
        "version": one.version,
        "erratum": one.erratum,
        "drafted_by": one.drafted_by_id,
    }
    edits = [
        [each.section, each.words, each.made_by_id, each.made_at.isoformat()]
        for each in one.edits.order_by("pk")
    ]
    return sealed(head, one.body, one.drafted, edits)


def is_whole(one: Report) -> bool:
    """Tell whether a released report is as it was released, by the last word and figure."""
    return one.released_at is None or one.digest == seal_of(one)


def state_of(one: Report) -> str:
    if one.released_at is None:
        return "asked" if one.asked_at else "drafted"
    return "corrected" if hasattr(one, "corrected_by") else "released"


def boundaries_of(one: Report) -> list[dict[str, Any]]:
    """Return the areas of a report that have a boundary, with their colors, for its map."""
    colors = next(each["colors"] for each in one.body["sections"] if each["code"] == "areas")
    boundaries = dict(
        Area.objects.filter(pk__in=[each["area"] for each in colors]).values_list("pk", "boundary")
    )
    return [
        {"color": each["color"], "label": each["name"], "boundary": boundary}
        for each in colors
        if (boundary := boundaries.get(each["area"]))
    ]
