"""Early warning: what is unusual, the matters behind it, and what people say it is."""

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from maplebridge.advisories import queries as advisories
from maplebridge.advisories.permissions import drafts
from maplebridge.grading import actions
from maplebridge.grading.domain.warnings import WarningRefused
from maplebridge.grading.domain.watching import LEAST_DAYS, LEAST_NIGHTS
from maplebridge.grading.models import EarlyWarning
from maplebridge.grading.permissions import decides_on_warnings, watches
from maplebridge.grading.queries import warnings as queries
from maplebridge.grading.templatetags.warning_words import refused_words, warning_kind
from maplebridge.matters import queries as matters
from maplebridge.matters.permissions import visible_to
from maplebridge.mediation.permissions import finds, plans_sweeps
from maplebridge.people.permissions import allow, standing_of

OUTCOME_DAYS = 365
MOST_MATTERS = 50
SHOWN_FIRST = 6  # the rest is unfolded: the decision is in sight on a phone
MONTH = timedelta(days=30)


@allow(watches)
@never_cache
@require_GET
def warnings(request: HttpRequest) -> HttpResponse:
    """List what is going on, what was, and how good the warnings have been."""
    now, today = timezone.now(), timezone.localdate()
    first_look = queries.first_look_on(today)
    context = {
        "now": now,
        "open": queries.open_warnings(),
        "past": queries.past_warnings(),
        "last_run": queries.last_run(hourly=False),
        "failure": queries.last_failure(),
        "first_look": first_look,
        "too_young": queries.too_young(first_look, today),
        "least_weeks": LEAST_DAYS // 7,
        "least_nights": LEAST_NIGHTS,
        "year": queries.outcomes(now - timedelta(days=OUTCOME_DAYS)),
        "month": queries.outcomes(now - MONTH),
        "budget": matters.town_rules(today).false_alarms_a_month,
    }
    return render(request, "grading/warnings.html", context)


@allow(watches)
@never_cache
@require_GET
def warning(request: HttpRequest, warning_id: int) -> HttpResponse:
    return _page(request, _get(warning_id))


def _page(request: HttpRequest, one: EarlyWarning, *, wrong: str = "", status: int = 200) -> HttpResponse:
    standing, now = standing_of(request), timezone.now()
    seen = visible_to(standing).filter(pk__in=one.matters).order_by("-raised_at", "-pk")
    ids = list(seen.values_list("pk", flat=True))
    rows = matters.rows_by_id(ids[:MOST_MATTERS], now)
    context: dict[str, Any] = {
        "now": now,
        "one": one,
        "rows": rows[:SHOWN_FIRST],
        "more_rows": rows[SHOWN_FIRST:],
        "not_listed": len(ids) - len(rows),
        "not_seen": len(one.matters) - len(ids),
        "points": [
            {"lon": row.point[0], "lat": row.point[1], "label": f"#{row.matter.pk} {row.what}"}
            for row in rows
            if row.point
        ],
        "shape": queries.shape_of(one),
        "similar": queries.similar_past(one),
        "may_decide": decides_on_warnings(standing),
        "may_tell": drafts(standing) and one.state == EarlyWarning.State.CONFIRMED,
        "told": advisories.of_warning(one.pk),
        "may_plan": plans_sweeps(standing) and one.state == EarlyWarning.State.CONFIRMED,
        "may_see_round": finds(standing),
        "may_watch": one.state == EarlyWarning.State.NEW,
        "decided": bool(one.decided_at),
        "given": request.POST,
        "wrong": wrong,
    }
    return render(request, "grading/warning.html", context, status=status)


@allow(decides_on_warnings)
@require_POST
def decide(request: HttpRequest, warning_id: int) -> HttpResponse:
    """Say what it is. What was chosen comes as "verdict:reason"."""
    one = _get(warning_id)
    verdict, _colon, reason = request.POST.get("what", "").partition(":")
    try:
        actions.decide(
            warning_id=warning_id,
            state=verdict,
            reason=reason,
            words=request.POST.get("words", ""),
            by=standing_of(request),
            now=timezone.now(),
        )
    except WarningRefused as refused:
        return _page(request, one, wrong=refused_words(refused.code), status=422)
    return redirect("warning", warning_id)


@allow(plans_sweeps)
@require_POST
def plan_round(request: HttpRequest, warning_id: int) -> HttpResponse:
    """Send the grids of a confirmed warning to look for disputes."""
    one = _get(warning_id)
    if not watches(standing_of(request)):
        raise Http404
    name = _("Early warning {number}: {kind}").format(number=one.pk, kind=warning_kind(one))
    try:
        actions.plan_round(warning_id=warning_id, name=name[:80], by=standing_of(request), now=timezone.now())
    except WarningRefused as refused:
        return _page(request, one, wrong=refused_words(refused.code), status=422)
    return redirect("warning", warning_id)


def _get(warning_id: int) -> EarlyWarning:
    one = queries.get_warning(warning_id)
    if one is None:
        raise Http404
    return one
