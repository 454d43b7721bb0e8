"""The words of advisories: subjects, states, what is to be looked at again, refusals, counts."""

from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from maplebridge.advisories import data
from maplebridge.advisories.domain.plain import Finding, What
from maplebridge.advisories.domain.subjects import Call, Template, calls_of, lines_of
from maplebridge.conversations.domain.broadcasting import State
from maplebridge.conversations.queries.broadcasts import Broadcast
from maplebridge.platform.wording import in_language

register = template.Library()

STATES = {
    State.DRAFTED: pgettext_lazy("advisory", "draft"),
    State.ASKED: gettext_lazy("waits for its release"),
    State.RELEASED: gettext_lazy("released, waits to be sent"),
    State.SENDING: gettext_lazy("is being sent"),
    State.SENT: pgettext_lazy("advisory", "sent"),
    State.STOPPED: pgettext_lazy("advisory", "stopped"),
}
FINDINGS = {
    What.BLANK: gettext_lazy("A blank is not filled in: {where}"),
    What.PRIVATE: gettext_lazy("A private number or address must not be told: {where}"),
    What.NAME: gettext_lazy("Is this the name of a person? {where}"),
    What.LONG_SENTENCE: gettext_lazy("A long sentence. Can it be two? {where}"),
    What.LONG_TEXT: gettext_lazy("The text has {where} characters. Nobody reads more than 300 on a phone."),
    What.SYSTEM_WORD: gettext_lazy("Nobody at home says this: {where}"),
    What.NO_STEPS: gettext_lazy("Nothing says what to do."),
}
REFUSALS = {
    "no_subject": gettext_lazy("Please choose the subject, and write what to do in one line."),
    "no_text": gettext_lazy("Please write what happens."),
    "expired": gettext_lazy("Please choose a moment to come until which it holds."),
    "too_long_in_force": gettext_lazy("A message holds three months at most."),
    "nobody": gettext_lazy("Nobody would receive it. Please choose the ground or the groups it is for."),
    "ask_first": gettext_lazy("Two people have to agree. Please ask for its release first."),
    "second_person": gettext_lazy("Somebody else has to release it: you wrote it or asked for it."),
    "not_now": gettext_lazy("Somebody has changed it meanwhile. This is how it stands now."),
    "not_urgent": gettext_lazy("This subject waits for the morning. Please leave the reason empty."),
    "reason_needed": gettext_lazy("Please write the reason."),
    "not_allowed": gettext_lazy("Your role does not do this."),
    What.BLANK: gettext_lazy("Please fill in the blanks first."),
    What.PRIVATE: gettext_lazy("Please take the private number or address out first."),
}


TEMPLATE_REFUSALS = {
    "not_allowed": gettext_lazy("Your role does not do this."),
    "no_subject": gettext_lazy("Please choose the subject."),
    "begins_in_the_past": gettext_lazy(
        "Please choose today or a later day: what has begun is not changed any more."
    ),
    "private_number": gettext_lazy("Please take the private number or address out first."),
    "english_missing": gettext_lazy("Please write both English fields, or neither."),
    "not_there": gettext_lazy("This template is not there any more. Please look at the list."),
}
LAYERS = {
    "grids-5": gettext_lazy("Everybody in the county or district"),
    "grids-4": gettext_lazy("Towns and subdistricts"),
    "grids-3": gettext_lazy("Communities and villages"),
    "grids-2": gettext_lazy("Grids"),
    "sectors": gettext_lazy("Police grids"),
    "beats": gettext_lazy("Beats"),
    "groups": gettext_lazy("Groups"),
}


def refused_words(code: str) -> str:
    return str(REFUSALS.get(code, REFUSALS["not_now"]))


def template_refused_words(code: str) -> str:
    return str(TEMPLATE_REFUSALS[code])


@register.filter
def template_name(one: Template) -> str:
    return in_language(one.name_zh, one.name_en)


@register.filter
def subject_name(code: str) -> str:
    one = data.subjects().get(code)
    if one is None:
        return code
    return in_language(one.name_zh, one.name_en)


@register.filter
def state_words(one: Broadcast) -> str:
    return str(STATES[State(one.state)])


@register.filter
def finding_words(one: Finding) -> str:
    words = str(FINDINGS[one.what]).format(
        where=f"“{one.where}”" if one.what != What.LONG_TEXT else one.where
    )
    return _("{words} → better: {better}").format(words=words, better=one.better) if one.better else words


@register.filter
def subject_in(one: Broadcast, language: str) -> str:
    """Return the subject in the language of the reader where it is there, else as it was written."""
    return str(_told(one, language, "subject") or one.subject)


@register.filter
def text_in(one: Broadcast, language: str) -> str:
    return str(_told(one, language, "text") or one.text)


def _told(one: Broadcast, language: str, name: str) -> Any:
    return one.translations.get(language, {}).get(name)


@register.filter
def told_in(one: Broadcast, language: str) -> bool:
    """Tell whether there is a version of its own in this language."""
    return bool(_told(one, language, "text"))


@register.filter
def as_lines(text: str) -> list[str]:
    return lines_of(text)


@register.filter
def as_calls(text: str) -> list[Call]:
    return calls_of(text)


@register.filter
def percent_of(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"


@register.filter
def layer_words(layer: str) -> str:
    return str(LAYERS[layer])


@register.filter
def signed(percent: float) -> str:
    return f"{percent:+.0f} %".replace("-", "−")
