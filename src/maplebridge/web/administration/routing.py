"""Who gets a matter first: routing rules, tried on last month's matters before they count."""

import sys
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from maplebridge.matters import queries
from maplebridge.matters.actions import NotAllowed, RuleNotUsable
from maplebridge.matters.actions import town as actions
from maplebridge.matters.domain import routing
from maplebridge.matters.templatetags.matter_words import ORIGINS, ROLES, SEVERITIES
from maplebridge.people.permissions import administrator, allow
from maplebridge.places import queries as places
from maplebridge.platform.wording import in_language
from maplebridge.web.administration.given import as_day, as_number, by_administrator
from maplebridge.web.administration.routing_words import category_name, route_words, sentence
from maplebridge.web.administration.rules import RULE_PROBLEMS
from maplebridge.web.administration.words import agency_kinds
from maplebridge.web.territory.layers import LEVEL_NAMES

DIFFERENCES_SHOWN = 100


ROUTING_PROBLEMS = {
    "no_effect": gettext_lazy("Please say where these matters go."),
    "one_of_three": gettext_lazy("Please choose at least one urgency."),
    "levels_from_one_to_five": gettext_lazy("Levels go from 1 to 5."),
    "hour_of_a_day": gettext_lazy("Hours go from 0 to 24."),
    "begins_in_the_past": RULE_PROBLEMS["begins_in_the_past"],
    "reason_needed": RULE_PROBLEMS["reason_needed"],
    "name_needed": gettext_lazy("Please give the rule a name."),
}
ROUTED_ROLES = ("command", "sorting_officer", "confidential", "supervisor", "officer", "grid_worker")


@allow(administrator)
def routing_rules(request: HttpRequest) -> HttpResponse:
    """List the routing rules as sentences; try a new one on last month's matters, then put it into force."""
    today = timezone.localdate()
    context = _routing_context(today)
    if request.method != "POST":
        return render(request, "web/administration_routing.html", context)
    when, then = _conditions(request.POST), _effects(request.POST)
    name, reason = request.POST.get("name", "").strip(), request.POST.get("reason", "").strip()
    valid_from, rank = as_day(request.POST.get("valid_from")), as_number(request.POST.get("rank")) or 100
    context |= {
        "given": request.POST,
        "given_severities": request.POST.getlist("severity"),
        "given_call_out": request.POST.getlist("call_out"),
    }
    if request.POST.get("do") == "try":
        found = routing.problems(when, then)
        context["wrong"] = [ROUTING_PROBLEMS.get(code, code) for _field, code in found]
        if not found:
            context["trial"] = _try(when, then, name or _("The new rule"), rank, today)
        return render(request, "web/administration_routing.html", context, status=422 if found else 200)
    try:
        if not name:
            raise RuleNotUsable([("name", "name_needed")])
        actions.add_routing_rule(
            rank=rank, name=name[:80], when=when, then=then, reason=reason,
            valid_from=valid_from or date.min, by=by_administrator(request), today=today,
        )  # fmt: skip
    except RuleNotUsable as refused:
        context["wrong"] = [ROUTING_PROBLEMS.get(code, code) for _field, code in refused.problems]
        return render(request, "web/administration_routing.html", context, status=422)
    messages.success(request, _("The rule counts from the day you chose."))
    return redirect("administration_routing")


def _routing_context(today: date) -> dict[str, Any]:
    listed = queries.routing_rules_listed()
    past = _last_month(today)
    clashes = routing.conflicts(queries.routing_rules_from(today), past)
    return {
        "rules": [
            {
                "id": one.pk,
                "rank": one.rank,
                "name": one.name,
                "sentence": sentence(one.when, one.then),
                "reason": one.reason,
                "from": one.valid_from,
                "to": one.valid_to,
                "ended": one.valid_to is not None and one.valid_to <= today,
                "coming": one.valid_from > today,
            }
            for one in listed
        ],
        "conflicts": [
            ngettext(
                "“{winner}” and “{loser}” both fit {n} matter of last month and differ. “{winner}” wins.",
                "“{winner}” and “{loser}” both fit {n} matters of last month and differ. “{winner}” wins.",
                clash.matters,
            ).format(winner=clash.winner.name, loser=clash.loser.name, n=clash.matters)
            for clash in clashes
        ],
        "today": today,
        "severities": SEVERITIES.items(),
        "origins": ORIGINS.items(),
        "level_names": LEVEL_NAMES.items(),
        "roles": [(role, ROLES[role][1]) for role in ROUTED_ROLES],
        "agency_kinds": agency_kinds(),
        "categories": [
            (one.code, in_language(one.name_zh, one.name_en)) for one in queries.categories_listed()
        ],
        "grids": [(one.code, one.name) for one in places.grids().values() if one.level >= 2],
    }


def _last_month(today: date) -> list[tuple[int, routing.Facts]]:
    end = datetime.combine(today, time(), tzinfo=queries.town_zone()) + timedelta(days=1)
    return queries.facts_of_past_matters(end - timedelta(days=31), end)


def _conditions(given: Any) -> dict[str, Any]:
    """Return the conditions that were filled in; codes lose their names and trailing zeros of a whole area."""
    when: dict[str, Any] = {}
    if category := given.get("category", "").split(" ")[0].strip():
        when["category"] = category
    if severities := sorted({int(one) for one in given.getlist("severity") if one in {"1", "2", "3"}}):
        when["severity"] = severities
    if grid := given.get("grid", "").split(" ")[0].strip():
        when["grid"] = _prefix(grid)
    for name in ("origin", "agency_kind"):
        if value := given.get(name, ""):
            when[name] = value
    for name in ("hour_from", "hour_to"):
        if given.get(name, "").strip():
            hour = as_number(given.get(name))
            when[name] = hour if hour is not None else -1
    return when


def _prefix(code: str) -> str:
    """Return with what the codes of everything in an area begin: 9 digits of a town, 6 of a county."""
    for end in (6, 9):
        if len(code) == 12 and not int(code[end:] or "0"):
            return code[:end]
    return code


def _effects(given: Any) -> dict[str, Any]:
    then: dict[str, Any] = {}
    if level := as_number(given.get("chief_level")):
        then["chief_level"] = level
    if role := given.get("role", ""):
        then["role"] = role
    if called := [one for one in given.getlist("call_out") if one]:
        then["call_out"] = called
    return then


def _try(
    when: Mapping[str, Any], then: Mapping[str, Any], name: str, rank: int, today: date
) -> dict[str, Any]:
    """Return what last month would have been like with one more rule."""
    before = queries.routing_rules_as_of(today)
    tried = routing.Rule(0, rank, name, when, then)
    after = sorted([*before, tried], key=lambda one: (one.rank, one.id or sys.maxsize))
    beside = sorted(
        [*queries.routing_rules_from(today), tried], key=lambda one: (one.rank, one.id or sys.maxsize)
    )
    past = _last_month(today)
    changes = routing.dry_run(past, before, after, queries.town_rules(today).chief_levels)
    facts = dict(past)
    return {
        "sentence": sentence(when, then),
        "of": len(past),
        "fits": sum(routing.fits(tried, one) for one in facts.values()),
        "count": len(changes),
        "changes": [
            {
                "id": change.matter_id,
                "category": category_name(facts[change.matter_id].category),
                "before": route_words(change.before),
                "after": route_words(change.after),
            }
            for change in changes[:DIFFERENCES_SHOWN]
        ],
        "conflicts": [
            _("“{winner}” comes before “{loser}” for {n} of them.").format(
                winner=clash.winner.name, loser=clash.loser.name, n=clash.matters
            )
            for clash in routing.conflicts(beside, past)
            if tried in (clash.winner, clash.loser)
        ],
    }


@allow(administrator)
@require_POST
def end_routing_rule(request: HttpRequest, rule_id: int) -> HttpResponse:
    """End a rule from a day on; it stays to explain what it once decided."""
    try:
        actions.end_routing_rule(
            rule_id=rule_id,
            valid_to=as_day(request.POST.get("valid_to")) or date.min,
            today=timezone.localdate(),
        )
        messages.success(request, _("The rule ends on the day you chose."))
    except NotAllowed as refused:
        messages.error(request, str(RULE_PROBLEMS.get(refused.code, refused.code)))
    return redirect("administration_routing")
