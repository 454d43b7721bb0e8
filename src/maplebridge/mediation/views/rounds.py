"""Planned rounds that look for disputes (排查): what was planned, what each grid reported, also "nothing found"."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from maplebridge.mediation import actions, queries
from maplebridge.mediation import forms as ask
from maplebridge.mediation.models import SweepResult
from maplebridge.mediation.permissions import finds, plans_sweeps
from maplebridge.mediation.templatetags.mediation_words import refusal_words
from maplebridge.mediation.views.intake_deeds import grid_choices
from maplebridge.people import queries as people
from maplebridge.people.domain.standing import Standing
from maplebridge.people.permissions import allow, standing_of

MOST_SHOWN = 20


@allow(finds)
@never_cache
@require_GET
def sweeps(request: HttpRequest) -> HttpResponse:
    """List the rounds with what was reported, as far as it is of one's ground."""
    standing = standing_of(request)
    shown = [_sweep(one, standing) for one in queries.sweeps()[:MOST_SHOWN]]
    context = {
        "now": timezone.now(),
        "sweeps": [one for one in shown if one["results"]],
        "may_plan": plans_sweeps(standing),
    }
    return render(request, "mediation/sweeps.html", context)


def _sweep(one: Any, standing: Standing) -> dict[str, Any]:
    results = [row for row in queries.results_of(one.pk) if _is_mine(row, standing)]
    reported = [row for row in results if row.reported_at is not None]
    return {
        "one": one,
        "results": results,
        "reported": len(reported),
        "found": sum(row.found or 0 for row in reported),
    }


def _is_mine(result: SweepResult, standing: Standing) -> bool:
    return standing.is_town_wide or result.grid_id in standing.grids or result.person_id == standing.person_id


@allow(plans_sweeps)
@require_http_methods(["GET", "POST"])
def sweep_new(request: HttpRequest) -> HttpResponse:
    """Plan a round; whoever is chief of a grid goes there."""
    standing, now = standing_of(request), timezone.now()
    fields = {
        "name": ask.line(_("Name of the round"), most=80),
        "starts_on": ask.day(_("From")),
        "ends_on": ask.day(_("To")),
        "grids": ask.several(_("Where"), grid_choices(None, standing), required=True),
    }
    form = ask.form_class(fields)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        chiefs = people.chiefs_on(timezone.localdate(now))
        try:
            actions.plan_sweep(
                name=data["name"],
                starts_on=data["starts_on"],
                ends_on=data["ends_on"],
                grids={int(one): chiefs.get(int(one)) for one in data["grids"]},
                by=actions.By.of(standing),
                now=now,
            )
        except actions.NotAllowed as refusal:
            form.add_error(None, refusal_words(refusal.code))
        else:
            return redirect("sweeps")
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "title": _("Plan a round"), "now": now, "back": "sweeps"}
    return render(request, "mediation/change.html", context, status=status)


@allow(finds)
@require_http_methods(["GET", "POST"])
def sweep_report(request: HttpRequest, result_id: int) -> HttpResponse:
    """Say what was found on one grid; nothing is a result."""
    standing, now = standing_of(request), timezone.now()
    result = SweepResult.objects.filter(pk=result_id).select_related("grid", "sweep").first()
    if result is None or not _is_mine(result, standing):
        raise Http404
    written = result.disputes.count()
    fields = {
        "found": ask.number(_("How many disputes were found?"), least=0, most=10_000, start=written),
        "words": ask.text(_("How it was looked"), required=False, rows=3),
    }
    form = ask.form_class(fields)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        by = actions.By.of(standing)
        try:
            actions.report_sweep(result_id=result_id, by=by, now=now, **form.cleaned_data)
        except actions.NotAllowed as refusal:
            form.add_error(None, refusal_words(refusal.code))
        else:
            return redirect("sweeps")
    status = 422 if request.method == "POST" else 200
    context = {
        "form": form,
        "title": f"{result.sweep.name} · {result.grid.name}",
        "now": now,
        "back": "sweeps",
    }
    return render(request, "mediation/change.html", context, status=status)
