"""Words for what a grade stands on: an indicator's number, against what it is compared, what would change it."""

from typing import Any

from django import template
from django.utils.translation import get_language
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def indicator_name(part: dict[str, Any]) -> str:
    """Return an indicator's name as the reader writes it."""
    english = (get_language() or "").startswith("en")
    return str((english and part.get("name_en")) or part["name_zh"])


@register.filter
def number_of(part: dict[str, Any]) -> str:
    """Return what was counted: small numbers only as a band, a survey as a share with its answers."""
    if part.get("count") in (None, ""):
        return _("nothing counted")
    if part.get("kind") == "survey":
        return _("{share} % of {answers} who answered").format(
            share=_rounded(part["rate"]), answers=part["count"]
        )
    if part.get("rate") is None:
        return _("{count} in the window").format(count=part["count"])
    return _("{count} in the window, {rate} for 10,000").format(
        count=part["count"], rate=_rounded(part["rate"])
    )


@register.filter
def interval_of(part: dict[str, Any]) -> str:
    """Return between what the true value lies, or nothing where that cannot be said."""
    if part.get("low") is None or part.get("high") is None:
        return ""
    return _("between {low} and {high}").format(low=_rounded(part["low"]), high=_rounded(part["high"]))


@register.filter
def against(part: dict[str, Any]) -> str:
    """Return how an indicator stands against what its own past lets expect."""
    words = {
        "better": _("better than its own past lets expect"),
        "worse": _("worse than its own past lets expect"),
        "usual": _("as its own past lets expect"),
    }
    return words.get(part.get("against", ""), "")


@register.filter
def in_percent(share: float | None) -> str:
    """Return a share of one in whole percent; what is above zero and below one is said so."""
    if share is None:
        return "—"
    if 0 < share < 0.01:
        return _("under 1 %")
    return f"{100 * share:.0f} %"


def _rounded(value: float) -> str:
    return f"{value:.1f}"
