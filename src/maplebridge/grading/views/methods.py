"""The town's own rules: versions of the method, a new one looked at before it is made, confirmed by a second person."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maplebridge.grading import actions, queries
from maplebridge.grading.actions import CountsRefused
from maplebridge.grading.domain.areas import AreaKind
from maplebridge.grading.domain.method import Change, Method, changes
from maplebridge.grading.forms import IndicatorForm, MethodForm
from maplebridge.grading.models import GradingMonth
from maplebridge.grading.models import Method as Kept
from maplebridge.grading.permissions import grades, keeps_methods
from maplebridge.grading.templatetags.grades import change_words, indicator_names_here
from maplebridge.grading.views.what_if import moves
from maplebridge.matters import queries as matters
from maplebridge.people.permissions import allow, me_of, standing_of

REFUSED = {
    "reason_needed": _("Please say why: it stays with the version."),
    "own_method": _("Whoever wrote a version does not confirm it. Please ask somebody else."),
    "month_graded_already": _(
        "A month from then on has been graded already: a method cannot change it afterwards. Choose a later month."
    ),
    "confirmed_already": _("This version was confirmed already."),
}
PART = "result"  # what would move, asked for by the page when it is there
COLORS_AT = (80.0, 60.0, 40.0, 20.0)


@allow(keeps_methods)
@never_cache
@require_GET
def methods(request: HttpRequest) -> HttpResponse:
    """List the versions and the indicators there are."""
    today = timezone.localdate()
    in_force = queries.method_in_force(today)
    context = {
        "now": timezone.now(),
        "methods": queries.methods(),
        "in_force": in_force,
        "indicators": queries.indicators_on(today),
        "counting": {part["code"] for part in in_force.document["indicators"]} if in_force else set(),
        "may_make": grades(standing_of(request)),
    }
    return render(request, "grading/methods.html", context)


@allow(grades)
@never_cache
@require_http_methods(["GET", "POST"])
def new_method(request: HttpRequest) -> HttpResponse:
    """Write a new version: look at what would have moved last month as often as one likes, then propose it."""
    today = timezone.localdate()
    first = queries.first_free_month(today)
    kept = queries.method_in_force(first)
    known = [queries.rule_of(one) for one in queries.indicators_on(first)]
    base = queries.rules_of(kept) if kept else None
    if base is None and not known:
        return redirect("grading_new_indicator")
    base = base or Method("1", first, tuple(replace(one, weight=1.0) for one in known), bands=COLORS_AT)
    form = MethodForm(request.POST or None, base=base, names=indicator_names_here(), known=known, first=first)
    context: dict[str, Any] = {"now": timezone.now(), "form": form}
    if request.method == "POST" and form.is_valid():
        if request.POST.get("part") == PART:
            return render(request, "grading/dry_run.html", _dry_run(request, form.rules, part=True))
        if request.POST.get("do") == "propose":
            made = _refusable(form, lambda: _made(form, request))
            if made is not None:
                return redirect("grading_method", made.pk)
        context |= _dry_run(request, form.rules)
    return render(request, "grading/new_method.html", context, status=422 if form.errors else 200)


def _made(form: MethodForm, request: HttpRequest) -> Kept:
    return actions.make_method(
        rules=form.rules, reason=form.cleaned_data["reason"], by_id=me_of(request), now=timezone.now()
    )


def _refusable(form: MethodForm, deed: Callable[[], Kept]) -> Kept | None:
    try:
        return deed()
    except CountsRefused as refused:
        form.add_error(
            "valid_from" if refused.code == "month_graded_already" else None, REFUSED[refused.code]
        )
        return None


@allow(keeps_methods)
@never_cache
@require_GET
def method(request: HttpRequest, method_id: int) -> HttpResponse:
    one = _get(method_id)
    if request.GET.get("part") == PART:
        rules = queries.rules_of(one)
        return render(request, "grading/dry_run.html", _dry_run(request, rules, part=True))
    return _page(request, one)


def _page(request: HttpRequest, one: Kept, *, wrong: str = "", status: int = 200) -> HttpResponse:
    before, rules = queries.method_before(one), queries.rules_of(one)
    standing = standing_of(request)
    names = indicator_names_here()
    waits = one.confirmed_by_id is None
    context: dict[str, Any] = {
        "now": timezone.now(),
        "kept": one,
        "before": before,
        "changes": [_told(each, names) for each in changes(queries.rules_of(before), rules)]
        if before
        else [],
        "waits": waits,
        "may_confirm": waits and one.made_by_id != standing.person_id,
        "may_withdraw": waits and grades(standing),
        "wrong": wrong,
    }
    if waits:
        context |= _dry_run(request, rules) | {
            "later_url": f"{reverse('grading_method', args=[one.pk])}?part={PART}"
        }
    return render(request, "grading/kept_method.html", context, status=status)


@allow(keeps_methods)
@require_POST
def confirm(request: HttpRequest, method_id: int) -> HttpResponse:
    """Confirm a version as the second person."""
    one = _get(method_id)
    try:
        actions.confirm_method(method_id=one.pk, by_id=me_of(request))
    except CountsRefused as refused:
        return _page(request, one, wrong=str(REFUSED[refused.code]), status=422)
    return redirect("grading_method", method_id)


@allow(grades)
@require_POST
def withdraw(request: HttpRequest, method_id: int) -> HttpResponse:
    """Take a version back that nobody has confirmed."""
    one = _get(method_id)
    try:
        actions.withdraw_method(method_id=one.pk)
    except CountsRefused as refused:
        return _page(request, one, wrong=str(REFUSED[refused.code]), status=422)
    return redirect("grading_methods")


@allow(grades)
@never_cache
@require_http_methods(["GET", "POST"])
def new_indicator(request: HttpRequest) -> HttpResponse:
    """Define what else is counted. It changes no color before a version of the method gives it a weight."""
    form = IndicatorForm(request.POST or None, categories=list(matters.categories()))
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        if facts["code"] in queries.indicators_by_code():
            form.add_error("code", _("There is an indicator of this name already."))
        else:
            actions.define_indicator(
                valid_from=timezone.localdate().replace(day=1),
                **{name: facts[name] for name in DEFINED},
            )
            return redirect("grading_methods")
    context = {"now": timezone.now(), "form": form}
    return render(request, "grading/new_indicator.html", context, status=422 if form.errors else 200)


DEFINED = (
    *("code", "name_zh", "name_en", "meaning_zh", "meaning_en"),
    *("source", "counted", "denominator", "never_public"),
)


def _dry_run(request: HttpRequest, rules: Method, *, part: bool = False) -> dict[str, Any]:
    """Return what would have moved in the last month that was graded; of many areas, after the page is there."""
    graded = [
        one for kind in (AreaKind.STATION, AreaKind.SUBDISTRICT) for one in queries.gradable_months(kind)
    ]
    latest: GradingMonth | None = max(graded, key=lambda one: one.month, default=None)
    found = moves(latest, rules, me_of(request), after_the_page=part) if latest else {}
    return {"dry_run": True, "one": latest} | found


def _told(one: Change, names: dict[str, str]) -> tuple[str, str, str, str]:
    part, before, after = change_words(one)
    return names.get(one.indicator, one.indicator), part, before, after


def _get(method_id: int) -> Kept:
    one = queries.get_method(method_id)
    if one is None:
        raise Http404
    return one
