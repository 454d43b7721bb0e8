"""What is told of similar cases and of phrases, in the reader's language."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from maplebridge.mediation.domain.likeness import Case, Span, When
from maplebridge.mediation.domain.phrases import Stage
from maplebridge.mediation.templatetags.mediation_words import type_name
from maplebridge.platform.wording import reads_english

register = template.Library()

STAGES: Mapping[str, Any] = {
    Stage.OPENING: _("Opening"),
    Stage.RIGHTS: _("Rights, and that it is free"),
    Stage.CALMING: _("Calming"),
    Stage.LISTENING: _("Listening"),
    Stage.SUMMING_UP: _("Summing up both sides"),
    Stage.PROPOSING: _("Proposing"),
    Stage.CLOSING: pgettext_lazy("stage of mediation", "Closing"),
    Stage.OTHER_WAYS: _("No agreement: other ways"),
}
FORMS = {
    "en": {Span.MONTH: "{month}/{year}", Span.YEAR: "{year}"},
    "zh": {Span.MONTH: "{year}年{month}月", Span.YEAR: "{year}年"},
}


@register.filter
def stage_name(stage: str) -> str:
    return str(STAGES[stage])


@register.filter
def yuan_between(between: tuple[int, int | None]) -> str:
    """Return a range of sums; its ends are round, whatever was agreed."""
    low, high = between
    if high is None:
        return gettext("more than %(low)s yuan") % {"low": f"{low:,}"}
    if low == 0:
        return gettext("up to %(high)s yuan") % {"high": f"{high:,}"}
    return gettext("%(low)s to %(high)s yuan") % {"low": f"{low:,}", "high": f"{high:,}"}


@register.filter
def when_settled(when: When) -> str:
    if when.span is Span.NONE:
        return gettext("some time ago")
    forms = FORMS["en" if reads_english() else "zh"]
    return forms[when.span].format(year=when.year, month=when.month)


@register.filter
def why_similar(case: Case) -> str:
    """Say why a case is shown: its type, the words that both tell, how near it is in meaning."""
    told = [gettext("of the same type: %(type)s") if case.same_type else gettext("of another type: %(type)s")]
    told[0] %= {"type": type_name(case.type)}
    if case.shared:
        words = "、".join(f"“{word}”" for word in case.shared)
        told.append(gettext("both tell of %(words)s") % {"words": words})
    told.append(gettext("near in meaning: %(percent)s%%") % {"percent": round(100 * case.near)})
    return pgettext("between reasons", "; ").join(told)
