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
    """Return what was counted, as exactly as it may be told: a number, a band, a share with its interval."""
    form, low, high = part.get("form"), part.get("low"), part.get("high")
    if form == "share":
        words = _("{percent} % (between {low} and {high} %)")
        return words.format(percent=part["percent"], low=low, high=high)
    if form == "exact" and low is not None:
        return f"{low:,.0f}"
    if form == "band" and not low and high is not None:
        return _("fewer than {number}").format(number=f"{high + 1:,.0f}")
    if form == "band" and low is not None:
        return (
            f"{low:,.0f}–{high:,.0f}"
            if high is not None
            else _("{number} or more").format(number=f"{low:,.0f}")
        )
    return _("too few to tell")


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
def chance(span: list[int] | None) -> str:
    """Return how sure a color is, in steps of ten: anything finer would be a claim that nobody can make."""
    return _("{low} to {high} %").format(low=span[0], high=span[1]) if span else ""
