"""The town's rules: what is in force, since when and why, and from when another value counts."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maplebridge.matters import queries
from maplebridge.matters.actions import NotAllowed
from maplebridge.matters.actions import town as actions
from maplebridge.matters.domain.rules import NAMES, RuleProblem, TownRules, parsed
from maplebridge.matters.templatetags.matter_words import SEVERITIES
from maplebridge.people.permissions import administrator, allow
from maplebridge.web.administration.given import as_day, as_number, by_administrator
from maplebridge.web.territory.layers import LEVEL_NAMES

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
    "keep_receipts_days": (gettext_lazy("How long it is kept who was told what"), DAYS),
    "quiet_from": (gettext_lazy("From when on residents are not disturbed"), HOUR),
    "quiet_to": (gettext_lazy("Until when residents are not disturbed"), HOUR),
    "broadcasts_a_week": (
        gettext_lazy("Messages to all that one resident gets in seven days, at most"),
        COUNT,
    ),
    "false_alarms_a_month": (
        gettext_lazy("False alarms of early warning a month that staff can bear"),
        COUNT,
    ),
    "report_day": (gettext_lazy("From which day of the month on last month's report is drafted"), COUNT),
    "survey_day": (
        gettext_lazy("On which day of the month the survey of safety opens by itself; 0: by hand"),
        COUNT,
    ),
    "survey_answers": (gettext_lazy("Answers to the survey wanted from each area"), COUNT),
    "survey_links": (
        gettext_lazy("Residents of each area who get a link when the survey opens by itself"),
        COUNT,
    ),
    "survey_calls": (
        gettext_lazy("Residents of each area who are drawn to be rung when the survey opens by itself"),
        COUNT,
    ),
    "same_matter_from": (gettext_lazy("How alike a message must be to be offered for joining"), SHARE),
}
RULE_PROBLEMS = {
    "must_be_positive": gettext_lazy("Please give a number of 1 or more."),
    "must_be_a_share": gettext_lazy("Please give a number from 0 to 100."),
    "alarms_a_month": gettext_lazy("Please give a number from 0.1 to 30."),
    "day_of_every_month": gettext_lazy("Please give a day from 1 to 28, which every month has."),
    "day_or_never": gettext_lazy("Please give a day from 1 to 28, or 0: then it is opened by hand."),
    "so_many_asked": gettext_lazy("Please give a number from 0 to 2000."),
    "at_most_ten": gettext_lazy("At most 10 parts are possible."),
    "an_hour": gettext_lazy("Please give an hour from 0 to 23."),
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
        "url": reverse("administration_rule", args=[name]),
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
            valid_from=as_day(request.POST.get("valid_from")) or date.min,
            by=by_administrator(request),
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
        return {
            str(s): [as_number(given.get(f"low_{s}")), as_number(given.get(f"high_{s}"))] for s in (1, 2, 3)
        }
    if isinstance(getattr(TownRules(), name), bool):
        return given.get("value") == "yes"
    try:
        number = float(given.get("value", ""))
    except ValueError as error:
        raise RuleProblem(name, "wrong_kind") from error
    if name in RULES and RULES[name][1] == SHARE:
        return number / 100
    return int(number) if number == int(number) else number
