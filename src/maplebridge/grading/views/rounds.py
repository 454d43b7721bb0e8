"""A round of the survey as the analyst works it: opened, drawn by chance, and seen to come in."""

import secrets
from typing import Any

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from maplebridge.grading import actions, queries
from maplebridge.grading.actions import SurveyRefused
from maplebridge.grading.domain.areas import AreaKind
from maplebridge.grading.forms import AGES, DrawForm, RoundForm
from maplebridge.grading.models import Mode
from maplebridge.grading.permissions import grades
from maplebridge.grading.views.survey import REFUSED
from maplebridge.kernel.periods import Month
from maplebridge.matters import queries as matters
from maplebridge.people.permissions import administrator, allow, standing_of


@allow(grades)
@never_cache
@require_GET
def survey_round(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(request: HttpRequest, **more: Any) -> HttpResponse:
    now = timezone.now()
    one, rules = queries.open_round(now), matters.town_rules(timezone.localdate(now))
    context: dict[str, Any] = {
        "now": now,
        "round": one,
        "month": Month.of(timezone.localdate()),
        "rules": rules,
        "may_set_rules": administrator(standing_of(request)),
        "round_form": RoundForm(initial={"wanted": rules.survey_answers}),
        "draw_form": DrawForm(),
    }
    if one is not None:
        progress = queries.progress_of(one)
        drawn = queries.ages_drawn(one)
        living = queries.people_by_age([row.area.pk for row in progress], one.month)
        context |= {
            "progress": progress,
            "answers": sum(row.answers for row in progress),
            "drawn": sum(drawn.values()),
            "left": sum(row.left for row in progress),
            "ages": [
                (
                    words,
                    drawn.get(str(band), 0),
                    sum(living.get((row.area.pk, str(band)), 0) for row in progress),
                )
                for band, words in AGES
            ],
            "ages_counted": bool(living),
            "modes": [mode.value for mode in Mode],
        }
    status = 422 if any(form.errors for form in more.values()) else 200
    return render(request, "grading/survey_round.html", context | more, status=status)


@allow(grades)
@require_POST
def open_round(request: HttpRequest) -> HttpResponse:
    """Open the round of this month."""
    form = RoundForm(request.POST)
    if not form.is_valid():
        return _page(request, round_form=form)
    now = timezone.now()
    actions.open_month(
        month=Month.of(timezone.localdate(now)), wanted_per_area=form.cleaned_data["wanted"], now=now
    )
    return redirect("survey_round")


@allow(grades)
@require_POST
def draw(request: HttpRequest) -> HttpResponse:
    """Draw residents of every area by chance: those to send a link, and those to ring."""
    form = DrawForm(request.POST)
    one = queries.open_round(timezone.now())
    if form.is_valid() and one is not None:
        try:
            actions.draw_everywhere(
                round_id=one.pk,
                links=form.cleaned_data["links"],
                calls=form.cleaned_data["calls"],
                seed=secrets.randbits(32),
                address=request.build_absolute_uri(reverse("survey_by_link")),
                now=timezone.now(),
            )
        except SurveyRefused as refused:
            form.add_error(None, REFUSED[refused.code])
    if form.errors:
        return _page(request, draw_form=form)
    return redirect("survey_round")


@allow(grades)
@never_cache
@require_GET
def survey_codes(request: HttpRequest) -> HttpResponse:
    """Show the code that hangs at the post of every area, or of the one asked for, a sheet each to be printed."""
    areas = queries.areas_on(AreaKind.STATION, timezone.localdate())
    if wanted := request.GET.get("area"):
        areas = areas.filter(code=wanted)
    sheets = []
    for area in areas:
        address = request.build_absolute_uri(reverse("survey_at", args=[area.code]))
        sheets.append((area, address, segno.make(address, error="q").svg_data_uri(scale=8, border=4)))
    return render(request, "grading/survey_codes.html", {"now": timezone.now(), "sheets": sheets})
