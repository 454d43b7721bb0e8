"""Words for early warnings: what, where, since when, how unusual, what it turned out to be, why not."""

from datetime import date
from typing import Any

from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from maplebridge.grading.domain import warnings
from maplebridge.grading.domain.watching import MOST_RECURRENCE, SERIES
from maplebridge.grading.models import EarlyWarning
from maplebridge.grading.queries import warnings as queries
from maplebridge.matters import queries as matters
from maplebridge.matters.templatetags.matter_words import category_name
from maplebridge.platform.wording import in_language

register = template.Library()

STATES = {
    "new": pgettext_lazy("warning", "new"),
    "watched": pgettext_lazy("warning", "being watched"),
    "confirmed": pgettext_lazy("warning", "confirmed"),
    "dismissed": pgettext_lazy("warning", "dismissed"),
    "over": pgettext_lazy("warning", "over"),
}
REASONS = {
    "one_cause": gettext_lazy("One cause is behind them"),
    "series_of_acts": gettext_lazy("Somebody does it again and again"),
    "more_than_usual": gettext_lazy("More happens than usual, without one cause"),
    "other_real": gettext_lazy("Something else is going on"),
    "chance": gettext_lazy("Chance: nothing connects them"),
    "more_reporting": gettext_lazy("Not more happens, more is reported"),
    "known_event": gettext_lazy("Known: a market, building work, a holiday"),
    "wrong_category": gettext_lazy("They were sorted wrongly"),
    "old_matters": gettext_lazy("Old matters were entered late"),
}
REFUSED = {
    "not_allowed": gettext_lazy("The command room, supervisors and analysts decide on warnings."),
    "no_such_decision": gettext_lazy("Please choose what it is."),
    "decided_already": gettext_lazy("This has been decided already. Please look at it again."),
    "over_already": gettext_lazy(
        "It is over: there is nothing left to watch. You can still say what it was."
    ),
    "reason_needed": gettext_lazy("Please choose what it is."),
    "words_needed": gettext_lazy("Please say why in a few words."),
    "may_not_plan": gettext_lazy("Supervisors and mediators plan rounds."),
    "confirm_first": gettext_lazy("A round is planned when it is confirmed that something is going on."),
    "no_grids": gettext_lazy("Its matters lie in no grid, so nobody could be sent."),
}
METHODS = {
    "scan": gettext_lazy("more at one place than this place and these days have otherwise"),
    "hourly": gettext_lazy("urgent matters: more at one place than this place and these days have otherwise"),
    "areas": gettext_lazy(
        "areas or grids side by side, in any shape: more than their weekdays, holidays, season and trend let expect"
    ),
    "series": gettext_lazy("more than weekday, holidays, season and trend let expect"),
}


@register.filter
def warning_state(one: EarlyWarning) -> str:
    return str(STATES[one.state])


@register.filter
def warning_reason(code: str) -> str:
    return str(REASONS.get(code, ""))


@register.filter
def warning_method(one: EarlyWarning) -> str:
    return str(METHODS.get(one.detector, ""))


@register.filter
def warning_kind(one: EarlyWarning) -> str:
    """Return of which matters there are more."""
    category = matters.categories().get(one.category)
    return category_name(category) if category else _("matters of one kind")


@register.filter
def warning_place(one: EarlyWarning) -> str:
    """Return where: the area's name, or the grid in whose ground the circle's middle lies, and how far around."""
    if one.area is not None:
        return in_language(one.area.name, one.area.name_en)
    if one.pieces:
        return _shape_words(queries.names_of_pieces(one))
    if queries.center_of(one) is None:
        return _("the whole town")
    around = _("within {meters} meters").format(meters=f"{max(round((one.radius_m or 0) / 50), 1) * 50:,}")
    grid = queries.grid_of(one)
    return _("{place}, {around}").format(place=grid, around=around) if grid else around


NAMED = 3  # pieces of a shape
MOST_TIMES = 10  # beyond it a factor says only how little was expected


def _shape_words(names: list[str]) -> str:
    """Return the names of the pieces, the first ones where they are many."""
    words = _(", ").join(names[:NAMED])
    more = len(names) - NAMED
    if more <= 0:
        return words
    return ngettext("{names} and one more", "{names} and {n} more", more).format(names=words, n=more)


@register.filter
def warning_period(one: EarlyWarning) -> str:
    """Return since when, and until when where it is over."""
    first, last = _day(one.starts_on), _day(one.ends_on)
    if one.starts_on == one.ends_on:
        return first
    return _("{first} to {last}").format(first=first, last=last)


def _day(on: date) -> str:
    return str(date_format(on, "MONTH_DAY_FORMAT"))


@register.filter
def warning_numbers(one: EarlyWarning) -> str:
    """Return what was counted against what was to be expected."""
    number = round(one.observed)
    words = ngettext(
        "{n} matter, {expected} to be expected", "{n} matters, {expected} to be expected", number
    )
    return words.format(n=number, expected=expected_words(one.expected))


@register.filter
def warned_from(one: EarlyWarning) -> float:
    """Return from which recurrence on the detector that found it warns, in days."""
    return float(one.last_run.thresholds.get(one.detector, one.last_run.threshold_days))


@register.filter
def warning_expected(one: EarlyWarning) -> str:
    return expected_words(one.expected)


def expected_words(expected: float) -> str:
    return _("fewer than 0.1") if expected < 0.1 else _("about {number}").format(number=f"{expected:.1f}")


@register.filter
def times_as_many(one: EarlyWarning) -> str:
    """Return how many times as many there were as were to be expected; "over 10" where next to none were."""
    times = one.observed / max(one.expected, 1e-9)
    if times > MOST_TIMES:
        return _("over {n} times as many").format(n=MOST_TIMES)
    return _("{n} times as many").format(n=f"{times:.1f}")


@register.filter
def strength_words(one: EarlyWarning) -> str:
    """Return what the detector computed: the likelihood ratio of a scan, and how probable chance alone makes it."""
    if one.p_value is None:
        return ""
    chance = "p < 0.0001" if one.p_value < 1e-4 else f"p = {one.p_value:.4f}"
    if one.detector == SERIES:
        return chance
    return _("log likelihood ratio {n}, {p}").format(n=f"{one.statistic:.1f}", p=chance)


@register.filter
def recurrence_words(days: float) -> str:
    """Return how often chance alone does as well, in a unit that can be felt."""
    if days >= MOST_RECURRENCE:
        return _("by chance less than once in a hundred years")
    if days >= 2 * 365:
        return _("by chance about once in {n} years").format(n=f"{days / 365.25:.0f}")
    return _("by chance about once in {n} days").format(n=f"{days:.0f}")


def refused_words(code: str) -> str:
    return str(REFUSED[code])


@register.simple_tag
def choices_of(verdict: str) -> list[tuple[str, Any]]:
    """Return what can be chosen for a verdict, as the form sends it."""
    return [(f"{verdict}:{code}", REASONS[code]) for code in warnings.REASONS[warnings.Verdict(verdict)]]
