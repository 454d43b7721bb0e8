"""What administrators look after: rules, routing, working time, categories, and what the record says."""

import json
import subprocess
import sys
import threading
import time as clock
from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime, time, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from maplebridge.kernel.tables import TableError, csv_bytes, read_table
from maplebridge.kernel.working_time import HolidaysNotPublished, Span, china_days
from maplebridge.matters import data, queries
from maplebridge.matters.actions import By, NotAllowed, RuleNotUsable
from maplebridge.matters.actions import town as actions
from maplebridge.matters.domain import routing
from maplebridge.matters.domain.catalogue import CatalogueUnreadable, read_catalogue
from maplebridge.matters.domain.rules import NAMES, RuleProblem, TownRules, parsed
from maplebridge.matters.templatetags.matter_words import ORIGINS, ROLES, SEVERITIES
from maplebridge.people import queries as people
from maplebridge.people.permissions import administrator, allow, standing_of
from maplebridge.places import queries as places
from maplebridge.platform.models import AuditRow, AuditSeal
from maplebridge.web.territory import LEVEL_NAMES

DIFFERENCES_SHOWN = 100
RECORD_PAGE = 50

CARDS = (
    (
        "people_admin",
        "users",
        gettext_lazy("People and postings"),
        gettext_lazy("Who holds which post where, from when to when; accounts."),
    ),
    (
        "agencies_admin",
        "building",
        gettext_lazy("Agencies"),
        gettext_lazy("Who acts on matters, and for which ground."),
    ),
    (
        "imports",
        "file-import",
        gettext_lazy("Bring territory"),
        gettext_lazy("Grids, estates and buildings from files and into files."),
    ),
    ("duties", "calendar", gettext_lazy("Duty table"), gettext_lazy("Who is on duty, by day and by night.")),
    (
        "administration_rules",
        "adjustments-horizontal",
        gettext_lazy("The town's rules"),
        gettext_lazy("Limits, the ladder, thresholds: each from a day on, with its reason."),
    ),
    (
        "administration_routing",
        "route",
        gettext_lazy("Who gets a matter first"),
        gettext_lazy("Routing rules, tried on last month's matters before they count."),
    ),
    (
        "administration_hours",
        "clock",
        gettext_lazy("Working time and holidays"),
        gettext_lazy("Office hours, days off and days worked instead."),
    ),
    (
        "administration_categories",
        "tags",
        gettext_lazy("Categories"),
        gettext_lazy("Kinds of matters with their urgency, limits and leading agency."),
    ),
    (
        "administration_record",
        "fingerprint",
        gettext_lazy("What the record says"),
        gettext_lazy("Who changed what and when; whether the chain holds."),
    ),
    (
        "hotline",
        "file-import",
        gettext_lazy("Hotline 12345"),
        gettext_lazy("Take over orders from a file, and send the results back."),
    ),
)


@allow(administrator)
def administration(request: HttpRequest) -> HttpResponse:
    """Lead to everything an administrator looks after."""
    cards = [
        {"url": url, "icon": icon, "title": title, "text": text}
        for name, icon, title, text in CARDS
        if (url := _url_of(name))
    ]
    return render(request, "web/administration.html", {"cards": cards})


def _url_of(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:  # an area that this installation has not
        return ""


def _by(request: HttpRequest) -> By:
    person = standing_of(request).person_id
    return By(person, "administrator")


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.strip().isdigit() else None


# -- the town's rules

MINUTES, HOURS, DAYS, SHARE, HOUR, COUNT = "minutes", "hours", "days", "share", "hour", "count"
UNITS = {
    MINUTES: gettext_lazy("minutes"),
    HOURS: gettext_lazy("hours"),
    DAYS: gettext_lazy("days"),
    SHARE: gettext_lazy("per cent"),
    HOUR: gettext_lazy("o'clock"),
    COUNT: "",
}
RULES: dict[str, tuple[Any, str]] = {
    "respond_minutes": (gettext_lazy("Time to answer a matter"), MINUTES),
    "chief_levels": (gettext_lazy("Which chiefs are asked, by urgency"), ""),
    "ladder_minutes": (gettext_lazy("Time between two steps of the ladder"), MINUTES),
    "night_from": (gettext_lazy("Night duty begins"), HOUR),
    "night_to": (gettext_lazy("Night duty ends"), HOUR),
    "feedback_days": (gettext_lazy("Time a resident has to say whether it is solved"), DAYS),
    "reopen_days": (gettext_lazy("Time in which a matter can be opened again"), DAYS),
    "call_back_share": (gettext_lazy("Share of resolved matters that are called back"), SHARE),
    "call_back_days": (gettext_lazy("Time to call back"), DAYS),
    "call_out_minutes": (gettext_lazy("Time for an agency to accept or refuse"), MINUTES),
    "chase_every_hours": (gettext_lazy("Time between two chases of what is overdue"), HOURS),
    "most_parts": (gettext_lazy("Parts into which a matter can be split, at most"), COUNT),
    "raise_from": (gettext_lazy("How sure the product must be to raise a message as a matter"), SHARE),
    "decide_from": (gettext_lazy("How sure it must be of the category, or a person sorts"), SHARE),
    "call_out_lead": (gettext_lazy("Call the leading agency out at once where the product decided"), ""),
    "deferral_review_days": (gettext_lazy("Time until what cannot be done now is looked at again"), DAYS),
    "keep_talk_days": (gettext_lazy("How long talk in groups is kept"), DAYS),
    "keep_contacts_days": (gettext_lazy("How long contacts of closed matters are kept"), DAYS),
    "keep_withdrawn_days": (gettext_lazy("How long matters taken back are kept with their words"), DAYS),
    "keep_closed_days": (gettext_lazy("How long closed matters are kept with their words"), DAYS),
    "keep_codes_days": (gettext_lazy("How long one-time codes are kept"), DAYS),
    "keep_events_days": (gettext_lazy("How long events are kept"), DAYS),
    "same_matter_from": (gettext_lazy("How alike a message must be to be offered for joining"), SHARE),
}
RULE_PROBLEMS = {
    "must_be_positive": gettext_lazy("Please give a number of 1 or more."),
    "must_be_a_share": gettext_lazy("Please give a number from 0 to 100."),
    "at_most_ten": gettext_lazy("At most 10 parts are possible."),
    "levels_from_one_to_five": gettext_lazy("Levels go from 1 to 5, the first not above the last."),
    "unknown_rule": gettext_lazy("There is no rule of this name."),
    "wrong_kind": gettext_lazy("Please give a number."),
    "whole_number": gettext_lazy("Please give a whole number."),
    "begins_in_the_past": gettext_lazy(
        "Please choose today or a later day: what has begun is not changed any more."
    ),
    "reason_needed": gettext_lazy("Please write the reason."),
    "no_longer_than_promised": gettext_lazy("Residents were promised that it is not kept longer."),
}


@allow(administrator)
def rules(request: HttpRequest) -> HttpResponse:
    """List the town's rules: the value in force, since when and why, and what comes next."""
    today = timezone.localdate()
    now_in_force = queries.town_rules(today)
    history: dict[str, list[Any]] = {}
    for one in queries.town_rules_set():
        history.setdefault(one.name, []).append(one)
    rows = [
        _rule_row(name, getattr(now_in_force, name), history.get(name, []), today) for name in _rule_names()
    ]
    return render(request, "web/administration_rules.html", {"rules": rows})


def _rule_names() -> list[str]:
    return [one.name for one in fields(TownRules)]


def _rule_row(name: str, value: Any, history: list[Any], today: date) -> dict[str, Any]:
    past = next((one for one in history if one.valid_from <= today), None)
    coming = [one for one in reversed(history) if one.valid_from > today]
    return {
        "name": name,
        "words": RULES[name][0] if name in RULES else name,
        "value": rule_words(name, value),
        "since": past.valid_from if past else None,
        "reason": past.reason if past else "",
        "next": [
            {"value": rule_words(name, parsed(name, one.value)), "from": one.valid_from} for one in coming
        ],
    }


def rule_words(name: str, value: Any) -> str:
    """Return the value of a rule as people say it."""
    if name == "chief_levels":
        parts = [
            _("{severity}: {levels}").format(
                severity=SEVERITIES[severity],
                levels=" → ".join(str(LEVEL_NAMES[level]) for level in range(low, high + 1)),
            )
            for severity, (low, high) in sorted(value.items())
        ]
        return " · ".join(parts)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    unit = RULES[name][1] if name in RULES else COUNT
    if unit == SHARE:
        return f"{value * 100:g} %"
    if unit == HOUR:
        return f"{value}:00"
    return f"{value:g} {UNITS[unit]}".strip()


@allow(administrator)
def rule(request: HttpRequest, name: str) -> HttpResponse:
    """Set one rule from a day on."""
    if name not in NAMES:
        raise Http404
    today = timezone.localdate()
    context = _rule_form(name, today)
    if request.method != "POST":
        return render(request, "web/administration_rule.html", context)
    try:
        actions.set_rule(
            name=name,
            value=_rule_value(name, request.POST),
            reason=request.POST.get("reason", "").strip(),
            valid_from=_day(request.POST.get("valid_from")) or date.min,
            by=_by(request),
            today=today,
        )
    except (RuleProblem, NotAllowed) as refused:
        context |= {"wrong": RULE_PROBLEMS.get(refused.code, refused.code), "given": request.POST}
        return render(request, "web/administration_rule.html", context, status=422)
    messages.success(request, _("Saved. It counts from the day you chose."))
    return redirect("administration_rules")


def _rule_form(name: str, today: date) -> dict[str, Any]:
    value = getattr(queries.town_rules(today), name)
    unit = RULES[name][1] if name in RULES else COUNT
    return {
        "name": name,
        "words": RULES[name][0] if name in RULES else name,
        "kind": "levels" if name == "chief_levels" else "yes_no" if isinstance(value, bool) else "number",
        "unit": UNITS.get(unit, ""),
        "value": f"{value * 100:g}" if unit == SHARE else value,
        "now": rule_words(name, value),
        "today": today,
        "levels": [
            {"severity": severity, "words": SEVERITIES[severity], "low": low, "high": high}
            for severity, (low, high) in sorted(value.items())
        ]
        if name == "chief_levels"
        else [],
        "level_names": LEVEL_NAMES.items(),
        "past": [
            {
                "value": rule_words(name, parsed(name, one.value)),
                "from": one.valid_from,
                "reason": one.reason,
                "by": one.made_by,
            }
            for one in queries.town_rules_set()
            if one.name == name
        ],
    }


def _rule_value(name: str, given: Mapping[str, str]) -> Any:
    """Return what was given as the value is kept: shares as fractions, levels by severity."""
    if name == "chief_levels":
        return {str(s): [_whole(given.get(f"low_{s}")), _whole(given.get(f"high_{s}"))] for s in (1, 2, 3)}
    if isinstance(getattr(TownRules(), name), bool):
        return given.get("value") == "yes"
    try:
        number = float(given.get("value", ""))
    except ValueError as error:
        raise RuleProblem(name, "wrong_kind") from error
    if name in RULES and RULES[name][1] == SHARE:
        return number / 100
    return int(number) if number == int(number) else number


# -- who gets a matter first

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
    valid_from, rank = _day(request.POST.get("valid_from")), _whole(request.POST.get("rank")) or 100
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
            valid_from=valid_from or date.min, by=_by(request), today=today,
        )  # fmt: skip
    except RuleNotUsable as refused:
        context["wrong"] = [ROUTING_PROBLEMS.get(code, code) for _field, code in refused.problems]
        return render(request, "web/administration_routing.html", context, status=422)
    messages.success(request, _("The rule counts from the day you chose."))
    return redirect("administration_routing")


def _routing_context(today: date) -> dict[str, Any]:
    listed = queries.routing_rules_listed()
    now_in_force = queries.routing_rules_as_of(today)
    past = _last_month(today)
    clashes = routing.conflicts(now_in_force, past)
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
        "agency_kinds": _agency_kinds(),
        "categories": [
            (one.code, _in_language(one.name_zh, one.name_en)) for one in queries.categories_listed()
        ],
        "grids": [(one.code, one.name) for one in places.grids().values() if one.level >= 2],
    }


def _agency_kinds() -> list[tuple[str, str]]:
    return [
        (code, _in_language(kind.name.zh, kind.name.en))
        for code, kind in data.catalogue().agency_kinds.items()
    ]


def _in_language(zh: str, en: str) -> str:
    return en if (get_language() or "").startswith("en") else zh


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
            hour = _whole(given.get(name))
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
    if level := _whole(given.get("chief_level")):
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
                "category": _category_name(facts[change.matter_id].category),
                "before": route_words(change.before),
                "after": route_words(change.after),
            }
            for change in changes[:DIFFERENCES_SHOWN]
        ],
        "conflicts": [
            _("“{winner}” comes before “{loser}” for {n} of them.").format(
                winner=clash.winner.name, loser=clash.loser.name, n=clash.matters
            )
            for clash in routing.conflicts(after, past)
            if tried in (clash.winner, clash.loser)
        ],
    }


def _category_name(code: str) -> str:
    category = queries.categories().get(code)
    return _in_language(category.name_zh, category.name_en) if category else ""


def route_words(route: routing.Route) -> str:
    parts = [str(ROLES[route.role][1])] if route.role in ROLES else [_chief_words(route.chief_level)]
    kinds = dict(_agency_kinds())
    if route.call_out:
        parts.append(
            _("call out {agencies}").format(agencies="、".join(kinds.get(one, one) for one in route.call_out))
        )
    return " · ".join(parts)


def _chief_words(level: int) -> str:
    return _("chief of the {level}").format(level=LEVEL_NAMES[level])


def sentence(when: Mapping[str, Any], then: Mapping[str, Any]) -> str:
    """Return a routing rule as a sentence."""
    return _("Matters {conditions} go to: {effects}.").format(
        conditions=_when_words(when) or _("of every kind"), effects=_then_words(then)
    )


def _when_words(when: Mapping[str, Any]) -> str:
    kinds = dict(_agency_kinds())
    parts = []
    if code := when.get("category"):
        parts.append(_("of “{category}”").format(category=_category_name(code) or code))
    if severities := when.get("severity"):
        parts.append(
            _("that are {severities}").format(
                severities="、".join(str(SEVERITIES[one]) for one in severities)
            )
        )
    if code := when.get("grid"):
        parts.append(_("in {grid}").format(grid=_grid_name(code)))
    if origin := when.get("origin"):
        parts.append(_("that come {origin}").format(origin=ORIGINS.get(origin, origin)))
    if kind := when.get("agency_kind"):
        parts.append(_("for {agency}").format(agency=kinds.get(kind, kind)))
    if "hour_from" in when or "hour_to" in when:
        parts.append(
            _("between {start}:00 and {end}:00").format(
                start=when.get("hour_from", 0), end=when.get("hour_to", 24)
            )
        )
    return _(", ").join(parts)


def _grid_name(code: str) -> str:
    named = {one.code: one.name for one in places.grids().values()}
    return named.get(code) or named.get(code.ljust(12, "0")) or code


def _then_words(then: Mapping[str, Any]) -> str:
    kinds = dict(_agency_kinds())
    parts = []
    if role := then.get("role"):
        parts.append(_("{role} on duty").format(role=ROLES[role][1] if role in ROLES else role))
    if level := then.get("chief_level"):
        parts.append(_chief_words(level))
    if called := then.get("call_out"):
        parts.append(
            _("call out {agencies}").format(agencies="、".join(kinds.get(one, one) for one in called))
        )
    return _(", ").join(parts)


@allow(administrator)
@require_POST
def end_routing_rule(request: HttpRequest, rule_id: int) -> HttpResponse:
    """End a rule from a day on; it stays to explain what it once decided."""
    try:
        actions.end_routing_rule(
            rule_id=rule_id,
            valid_to=_day(request.POST.get("valid_to")) or date.min,
            today=timezone.localdate(),
        )
        messages.success(request, _("The rule ends on the day you chose."))
    except NotAllowed as refused:
        messages.error(request, str(RULE_PROBLEMS.get(refused.code, refused.code)))
    return redirect("administration_routing")


# -- working time

WEEKDAYS = (
    gettext_lazy("Monday"),
    gettext_lazy("Tuesday"),
    gettext_lazy("Wednesday"),
    gettext_lazy("Thursday"),
    gettext_lazy("Friday"),
    gettext_lazy("Saturday"),
    gettext_lazy("Sunday"),
)


@allow(administrator)
def hours(request: HttpRequest) -> HttpResponse:
    """Show and set the hours of work of each weekday, and the days that differ."""
    year = _whole(request.GET.get("year")) or timezone.localdate().year
    context = _hours_context(year)
    if request.method != "POST":
        return render(request, "web/administration_hours.html", context)
    try:
        spans = {day: _spans(request.POST.get(f"day_{day}", "")) for day in range(7)}
        actions.set_working_hours(spans=spans)
    except NotAllowed:
        wrong = _("At least one day must have hours of work.")
    except ValueError:
        wrong = _("Please write hours like 08:30-12:00, 14:00-18:00, one after the other.")
    else:
        messages.success(request, _("The hours of work were saved."))
        return redirect("administration_hours")
    for row in context["week"]:
        row["hours"] = request.POST.get(f"day_{row['number']}", "")
    return render(request, "web/administration_hours.html", context | {"wrong": wrong}, status=422)


def _hours_context(year: int) -> dict[str, Any]:
    listed = queries.working_hours_listed()
    return {
        "week": [
            {"number": day, "name": name, "hours": ", ".join(str(span) for span in listed.get(day, []))}
            for day, name in enumerate(WEEKDAYS)
        ],
        "year": year,
        "years": [year - 1, year + 1],
        "days": [
            {"day": one.day, "works": one.works, "name": HOLIDAYS.get(one.name, one.name)}
            for one in queries.special_days_of(year)
        ],
    }


def _spans(text: str) -> list[tuple[time, time]]:
    """Return the spans written in a field; they may not overlap, and a day's end after its start."""
    plain = text.replace("\uff0c", ",").replace("\u3001", ",").replace("\uff1a", ":").replace("\u2013", "-")
    found = sorted(
        (span.start, span.end) for span in (Span.parse(one) for one in plain.split(",") if one.strip())
    )
    for index, (start, end) in enumerate(found):
        if end <= start or (index and found[index - 1][1] > start):
            raise ValueError("spans out of order")
    return found


@allow(administrator)
@require_POST
def special_days(request: HttpRequest) -> HttpResponse:
    """Take over a year's days off, or set or clear one day."""
    year = _whole(request.POST.get("year")) or timezone.localdate().year
    day = _day(request.POST.get("day"))
    match request.POST.get("do"):
        case "year":
            try:
                published = china_days(year)
            except HolidaysNotPublished:
                messages.error(
                    request, _("The days off of this year are not published yet, or not known here.")
                )
            else:
                days = {one: (False, name) for one, name in published.holidays.items()}
                days |= {one: (True, name) for one, name in published.makeup_workdays.items()}
                actions.set_special_days(days=days)
                messages.success(request, _("{n} days were taken over.").format(n=len(days)))
        case "clear" if day:
            actions.clear_special_day(day=day)
        case "set" if day:
            works = request.POST.get("works") == "yes"
            actions.set_special_days(days={day: (works, request.POST.get("name", "").strip()[:40])})
            year = day.year
        case _:
            messages.error(request, _("Please choose a day."))
    return redirect(f"{reverse('administration_hours')}?year={year}")


# As the package names them, which is how they are kept.
HOLIDAYS = {
    "New Year's Day": gettext_lazy("New Year's Day"),
    "Spring Festival": gettext_lazy("Spring Festival"),
    "Tomb-sweeping Day": gettext_lazy("Tomb-sweeping Day"),
    "Labour Day": gettext_lazy("Labor Day"),
    "Dragon Boat Festival": gettext_lazy("Dragon Boat Festival"),
    "National Day": gettext_lazy("National Day"),
    "Mid-autumn Festival": gettext_lazy("Mid-Autumn Festival"),
}


# -- categories

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
    kinds = dict(_agency_kinds())
    tops: list[dict[str, Any]] = []
    names = {}
    for one in queries.categories_listed():
        names[one.code] = _in_language(one.name_zh, one.name_en)
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
        kinds = (files("maplebridge.matters") / "data" / "agency_kinds.csv").read_text("utf-8")
        catalogue = read_catalogue(text, kinds)
    except TableError as error:
        return _("The file cannot be read: {reason}").format(reason=error)
    except CatalogueUnreadable as unreadable:
        shown = "; ".join(str(one) for one in unreadable.problems[:10])
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
        "name": _in_language(one.name_zh, one.name_en),
        "severities": SEVERITIES.items(),
        "units": LIMIT_UNITS.items(),
        "agency_kinds": _agency_kinds(),
    }
    if request.method != "POST":
        return render(request, "web/administration_category.html", context)
    try:
        actions.change_category(
            code=code,
            severity=_whole(request.POST.get("severity")) or 0,
            lead=request.POST.get("lead", "") if request.POST.get("lead") in dict(_agency_kinds()) else "",
            respond_minutes=_whole(request.POST.get("respond_minutes")) or 0,
            handle_value=_whole(request.POST.get("handle_value")) or 0,
            handle_unit=request.POST.get("handle_unit", ""),
            photos=request.POST.get("photos") == "on",
            revisit=request.POST.get("revisit") == "on",
        )
    except NotAllowed:
        wrong = _("Please give limits of 1 or more, and choose one of the values offered.")
        return render(request, "web/administration_category.html", context | {"wrong": wrong}, status=422)
    messages.success(request, _("Saved. Matters that are open keep the limits they were given."))
    return redirect("administration_categories")


# -- what the record says

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
    if (row := _whole(given.get("row"))) is not None:
        rows = rows.filter(row=row)
    if (actor := _whole(given.get("actor"))) is not None:
        rows = rows.filter(actor=actor)
    if day := _day(given.get("day")):
        start = datetime.combine(day, time(), tzinfo=queries.town_zone())
        rows = rows.filter(at__gte=start, at__lt=start + timedelta(days=1))
    if (before := _whole(given.get("before"))) is not None:
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
        return {"state": "holds" if told[-1] == "ended 0" else "broken", "words": "\n".join(told[:-1][-2:])}
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
