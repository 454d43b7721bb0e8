"""What pages need to look and read the same: icons, lamps, moments, rates, grades.

Words are made in `maplebridge.platform.wording`; here they only meet markup.
"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from maplebridge.platform import wording

register = template.Library()

LAMP_ICONS = {
    "green": "lamp-green",
    "amber": "lamp-amber",
    "red": "lamp-red",
    "done": "circle-check",
    "paused": "clock",
    "none": "clock",
}
LAMP_WORDS = {
    "green": _("in time"),
    "amber": _("due soon"),
    "red": _("overdue"),
    "done": _("answered"),
    "paused": _("clock paused"),
    "none": _("no deadline"),
}
GRADE_WORDS = {
    "green": pgettext_lazy("grade", "good"),
    "blue": pgettext_lazy("grade", "safe"),
    "yellow": pgettext_lazy("grade", "attention"),
    "red": pgettext_lazy("grade", "warning"),
    "black": pgettext_lazy("grade", "severe"),
    "none": pgettext_lazy("grade", "not enough data"),
}
ROLE_ICONS = {
    "resident": "user",
    "officer": "shield-check",
    "property": "tools",
    "agency": "building",
    "community": "building-community",
    "grid": "map-pin",
    "system": "info-circle",
}
ROLE_WORDS = {
    "resident": _("resident"),
    "officer": _("officer"),
    "property": _("property manager"),
    "agency": _("agency"),
    "community": _("community"),
    "grid": _("grid worker"),
    "system": _("automatic"),
}


def _key(value: object, known: dict[str, Any], fallback: str) -> str:
    """Return the key that a text, or a member of an enumeration, stands for."""
    text = str(getattr(value, "value", value) or "").lower()
    return text if text in known else fallback


def _now(context: template.Context) -> datetime:
    """Return the moment the view passed as `now`, so that all of a page tells one time."""
    moment = context.get("now")
    return timezone.localtime(moment if isinstance(moment, datetime) else timezone.now())


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Show an icon of the sprite; without a label it is decoration and readers skip it."""
    href = f"{static('vendor/icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="icon" width="24" height="24" role="img" aria-label="{}"><use href="{}"></use></svg>',
            label,
            href,
        )
    return format_html(
        '<svg class="icon" width="24" height="24" aria-hidden="true"><use href="{}"></use></svg>', href
    )


@register.inclusion_tag("components/lamp.html", takes_context=True)
def lamp(
    context: template.Context,
    color: object,
    due: datetime | None = None,
    amber_from: datetime | None = None,
    words: str = "",
) -> dict[str, Any]:
    """Show the lamp of a deadline; scripts keep the minutes true while the page is open."""
    key = _key(color, LAMP_ICONS, "none")
    ticking = due is not None and key in {"green", "amber", "red"}
    if not words:
        words = wording.due_in_words(due=due, now=_now(context)) if ticking and due else str(LAMP_WORDS[key])
    return {
        "color": key,
        "icon_name": LAMP_ICONS[key],
        "words": words,
        "due": due if ticking else None,
        "amber_from": amber_from,
    }


@register.simple_tag(takes_context=True)
def moment(context: template.Context, at: datetime | None) -> SafeString:
    """Show a moment in words, with the exact one for machines and on hover."""
    if at is None:
        return SafeString("")
    local = timezone.localtime(at)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(timespec="seconds"),
        local.strftime("%Y-%m-%d %H:%M"),
        wording.moment_in_words(local, now=_now(context)),
    )


@register.simple_tag(takes_context=True)
def day(context: template.Context, on: date) -> SafeString:
    """Show a day in words."""
    words = wording.day_in_words(on, today=_now(context).date())
    return format_html('<time datetime="{}">{}</time>', on.isoformat(), words)


@register.inclusion_tag("components/rate.html")
def rate(
    label: str,
    numerator: int,
    denominator: int,
    change: float | None = None,
    against: str = "",
    left_out: str = "",
    interval: str = "",
) -> dict[str, Any]:
    """Show a rate with the two counts it stands on, what it is compared with and what it leaves out."""
    return {
        "label": label,
        "value": wording.percent_in_words(numerator=numerator, denominator=denominator),
        "of": wording.fraction_in_words(numerator=numerator, denominator=denominator),
        "change": None if change is None else wording.change_in_words(change),
        "against": against,
        "left_out": left_out,
        "interval": interval,
    }


@register.inclusion_tag("components/grade.html")
def grade(color: object, words: str = "") -> dict[str, Any]:
    """Show the grade of an area: the word, its pattern and its color."""
    key = _key(color, GRADE_WORDS, "none")
    return {"color": key, "words": words or GRADE_WORDS[key]}


@register.inclusion_tag("components/role.html")
def role(kind: object, words: str = "") -> dict[str, Any]:
    """Show in which role somebody speaks."""
    key = _key(kind, ROLE_WORDS, "resident")
    return {"kind": key, "icon_name": ROLE_ICONS[key], "words": words or ROLE_WORDS[key]}


@register.filter
def counted(number: int | None) -> str:
    """Show a count with separators for thousands, and nothing where there is none."""
    return "" if number is None else wording.counted(number)


@register.filter
def in_words(span: object) -> str:
    """Show a timedelta as people say it."""
    return wording.span_in_words(span) if isinstance(span, timedelta) else ""


@register.filter
def grid_name(grid: object) -> str:
    """Show a grid by name, after its parent's where the name alone says little (第4网格)."""
    name = str(getattr(grid, "name", grid) or "")
    parent = getattr(grid, "parent", None)
    level = getattr(grid, "level", None)
    if parent is None or not isinstance(level, int) or level > 2:
        return name
    return wording.names_joined([str(getattr(parent, "name", parent)), name])


@register.simple_tag
def script_words() -> SafeString:
    """Hand the scripts their sentences in the page's language, as data that no browser executes."""
    return json_script(
        {
            "left": gettext("%(span)s left"),
            "overdue": gettext("%(span)s overdue"),
            "leftUnderAMinute": gettext("less than a minute left"),
            "overdueUnderAMinute": gettext("just overdue"),
            "minutes": gettext("{n} min"),
            "hours": gettext("{n} h"),
            "days": gettext("{n} d"),
            "connecting": gettext("Connecting again …"),
            "connected": gettext("Connected again."),
            "newOnes": gettext("{n} new"),
            "kept": gettext("Kept on this phone, will be sent when you are online ({n})"),
            "sent": gettext("Sent: {n}"),
            "sending": gettext("Sending … {n} %"),
            "needsYou": gettext("One could not be sent. Please look at it."),
            "notSent": gettext("This could not be sent. What you wrote is still here. Please try again."),
            "signInAgain": gettext("You were signed out. Please sign in again: what you wrote is kept."),
            "signInToSend": gettext("You were signed out. After you sign in, it is sent ({n})."),
            "draftKept": gettext("What you wrote was kept."),
            "placeFound": gettext("Place found, to about {n} m."),
            "placeDenied": gettext("The phone did not tell the place. Please say it in words or on the map."),
            "placeSeeking": gettext("Looking for the place … You can go on meanwhile."),
            "photoNot": gettext("“{name}” is not a photo that can be shown. Please choose another one."),
            "photoReady": gettext("Photos ready: {n}"),
            "chooseFile": gettext("Choose a file"),
            "noFile": gettext("No file chosen yet"),
            "remove": gettext("Remove"),
        },
        "words",
    )


@register.simple_tag
def page_settings() -> SafeString:
    """Hand htmx its settings: no eval and no style element of its own, as the security policy asks."""
    settings = {
        "allowEval": False,
        "allowScriptTags": False,
        "includeIndicatorStyles": False,
        "selfRequestsOnly": True,
        "historyCacheSize": 0,
        "refreshOnHistoryMiss": True,
        "scrollIntoViewOnBoost": False,
    }
    return format_html('<meta name="htmx-config" content="{}">', json.dumps(settings))
