"""The town's rules of mediation: what is in force, since when and why; a new value begins on a day, none is edited."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from maplebridge.matters import queries as matters
from maplebridge.mediation import actions, queries
from maplebridge.mediation import forms as ask
from maplebridge.mediation.actions import By
from maplebridge.mediation.domain.acceptance import Grave
from maplebridge.mediation.domain.rules import NAMES, MediationRules, parsed
from maplebridge.mediation.domain.tiers import ORDER
from maplebridge.mediation.models import MediationRule
from maplebridge.mediation.permissions import administers
from maplebridge.mediation.queries.grave import fitting
from maplebridge.mediation.templatetags import mediation_words as words
from maplebridge.people.permissions import allow, standing_of
from maplebridge.platform.wording import in_language

Fields = dict[str, django_forms.Field]
MOST = 100_000


@dataclass(frozen=True, slots=True)
class Kind:
    """How a rule is said, asked for, and read from what was filled in."""

    say: Callable[[Any], str]
    ask: Callable[[], Fields]
    start: Callable[[Any], dict[str, Any]]
    read: Callable[[Mapping[str, Any]], Any]


def _whole(counted: Any) -> Kind:
    """Return the kind of a rule that is a number of something."""
    return Kind(
        lambda value: str(counted % {"n": value}),
        lambda: {"value": ask.number(_("New value"), least=1, most=MOST)},
        lambda value: {"value": value},
        lambda data: data["value"],
    )


def _of_tiers(field: Callable[[str], django_forms.Field], say: Callable[[Any], str]) -> Kind:
    """Return the kind of a rule that has one value for each tier."""
    return Kind(
        lambda value: words.joined(say((tier, value[tier])) for tier in ORDER),
        lambda: {str(tier): field(tier) for tier in ORDER},
        dict,
        lambda data: {str(tier): data[str(tier)] for tier in ORDER},
    )


def _days_of(written: str) -> list[int] | str:
    """Return the days written one after the other; what is none is left for the rule to refuse."""
    parts = written.replace("，", " ").replace("、", " ").replace(",", " ").split()
    return [int(one) for one in parts] if all(one.isascii() and one.isdecimal() for one in parts) else written


def _category_name(code: str) -> str:
    """Return a category by code and name, as the reader calls it."""
    one = matters.categories().get(code)
    if one is None:
        return code
    return f"{code} {in_language(one.name_zh, one.name_en)}"


DAYS = ngettext_lazy("%(n)s day", "%(n)s days", "n")
MONTHS = ngettext_lazy("%(n)s month", "%(n)s months", "n")
YEARS = ngettext_lazy("%(n)s year", "%(n)s years", "n")
PEOPLE = ngettext_lazy("%(n)s person", "%(n)s people", "n")
MINUTES = ngettext_lazy("%(n)s minute", "%(n)s minutes", "n")
CENTS = Kind(
    words.yuan,
    lambda: {"value": ask.money(_("New value"), required=True)},
    lambda value: {"value": f"{value // 100}.{value % 100:02d}"},
    lambda data: data["value"],
)
LINE = Kind(
    str,
    lambda: {"value": ask.line(_("New value"), most=20)},
    lambda value: {"value": value},
    lambda data: data["value"],
)
REVISITS = Kind(
    lambda value: gettext("after %(days)s days") % {"days": words.joined(str(one) for one in value)},
    lambda: {"value": ask.line(_("New value"), help_text=_("Days after the agreement, such as: 7 30 90"))},
    lambda value: {"value": " ".join(str(one) for one in value)},
    lambda data: _days_of(data["value"]),
)
TIER_DAYS = _of_tiers(
    lambda tier: ask.number(words.TIERS[tier], least=1, most=366),
    lambda one: f"{words.tier_name(one[0])} {DAYS % {'n': one[1]}}",
)
CATEGORIES = Kind(
    lambda value: words.joined(f"{words.GRAVE[one]} {_category_name(value[one])}" for one in Grave),
    lambda: {
        one.value: ask.choice(words.GRAVE[one], [(leaf, _category_name(leaf)) for leaf in fitting(one)])
        for one in Grave
    },
    dict,
    lambda data: {one.value: data[one.value] for one in Grave},
)
TIER_NAMES = _of_tiers(lambda tier: ask.line(words.TIERS[tier], most=20), lambda one: one[1])

RULES: Mapping[str, tuple[Any, Kind]] = {
    "months": (_("Time for mediation"), _whole(MONTHS)),
    "tier_days": (_("Time of each tier"), TIER_DAYS),
    "tier_names": (_("What the tiers are called here"), TIER_NAMES),
    "file_mark": (_("Mark between the year and the number of a file"), LINE),
    "village_from_people": (_("To the village or community from so many people"), _whole(PEOPLE)),
    "town_from_people": (_("To the town from so many people"), _whole(PEOPLE)),
    "village_from_cents": (_("To the village or community from such a sum"), CENTS),
    "town_from_cents": (_("To the town from such a sum"), CENTS),
    "revisit_days": (_("Revisits after an agreement"), REVISITS),
    "confirmation_days": (_("Time in which a court can be asked to confirm"), _whole(DAYS)),
    "written_from_cents": (_("In writing from such a sum"), CENTS),
    "remind_days": (_("How long before an installment one is reminded"), _whole(DAYS)),
    "calm_days": (_("How soon after a contact the next one is due"), _whole(DAYS)),
    "term_years": (_("Term of a committee, at most"), _whole(YEARS)),
    "session_minutes": (_("Length of a session"), _whole(MINUTES)),
    "file_years": (_("How long a bound file is kept"), _whole(YEARS)),
    "unaccepted_years": (_("How long what was never accepted is kept"), _whole(YEARS)),
    "grave_categories": (_("Where violence, abuse and crime are handed on"), CATEGORIES),
}


@allow(administers)
@never_cache
@require_GET
def mediation_rules(request: HttpRequest) -> HttpResponse:
    """List what is in force, since when and why, and what comes next."""
    today = timezone.localdate()
    in_force, history = queries.mediation_rules(today), _history()
    rules = [_row(one.name, getattr(in_force, one.name), history, today) for one in fields(MediationRules)]
    return render(request, "mediation/rules.html", {"rules": rules, "now": timezone.now()})


def _history() -> dict[str, list[MediationRule]]:
    history: dict[str, list[MediationRule]] = {}
    for one in queries.rules_set():
        history.setdefault(one.name, []).append(one)
    return history


def _row(name: str, value: Any, history: Mapping[str, list[MediationRule]], today: date) -> dict[str, Any]:
    begun = next((one for one in history.get(name, ()) if one.valid_from <= today), None)
    coming = [one for one in reversed(history.get(name, ())) if one.valid_from > today]
    return {
        "url": reverse("mediation_rule", args=[name]),
        "words": RULES[name][0],
        "value": _said(name, value),
        "since": begun.valid_from if begun else None,
        "reason": begun.reason if begun else "",
        "next": [{"value": _said(name, parsed(name, one.value)), "from": one.valid_from} for one in coming],
    }


def _said(name: str, value: Any) -> str:
    return RULES[name][1].say(value)


@allow(administers)
@never_cache
@require_http_methods(["GET", "POST"])
def mediation_rule(request: HttpRequest, name: str) -> HttpResponse:
    """Set one rule from a day on, with a reason."""
    if name not in NAMES:
        raise Http404
    label, kind = RULES[name]
    now, today = timezone.now(), timezone.localdate()
    value = getattr(queries.mediation_rules(today), name)
    asked = {
        **kind.ask(),
        "valid_from": ask.day(_("From which day on")),
        "reason": ask.line(_("Reason"), most=400, help_text=_("Who decided it, in which document.")),
    }
    form = ask.form_class(asked)(request.POST or None, initial=kind.start(value) | {"valid_from": today})
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_rule(
                name=name,
                value=kind.read(form.cleaned_data),
                reason=form.cleaned_data["reason"],
                valid_from=form.cleaned_data["valid_from"],
                by=By.of(standing_of(request)),
                now=now,
            )
        except actions.NotAllowed as refusal:
            form.add_error(None, words.refusal_words(refusal.code))
        else:
            messages.success(request, gettext("Saved. It counts from the day you chose."))
            return redirect("mediation_rules")
    context = {
        "form": form,
        "title": label,
        "sub": gettext("In force: %(value)s") % {"value": _said(name, value)},
        "back": "mediation_rules",
        "now": now,
        "past": [
            {"value": _said(name, parsed(name, one.value)), "one": one} for one in _history().get(name, ())
        ],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "mediation/change.html", context, status=status)
