"""Times, spans and rates in the words that people read.

Everything is passed in, the present moment included; only the language comes from the active translation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache

from django.utils.formats import number_format
from django.utils.translation import get_language, gettext, gettext_noop, ngettext, pgettext

from maplebridge.kernel.text import to_traditional

# Django's own sentences that our translations say more kindly: what is needed instead of what is wrong.
KINDER = [
    gettext_noop("This field is required."),
    gettext_noop("Enter a whole number."),
    gettext_noop("Enter a number."),
    gettext_noop("Enter a valid date."),
    gettext_noop("Enter a valid time."),
    gettext_noop("Select a valid choice. That choice is not one of the available choices."),
]

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NAMES_KEPT = 4096  # of a catalogue


def reads_english() -> bool:
    """Return whether the page is in English; all its other languages are Chinese."""
    return (get_language() or "").startswith("en")


def in_language(chinese: str, english: str) -> str:
    """Return the one of two names that the reader reads; the Chinese one, in their characters, without an English."""
    if english and reads_english():
        return english
    return _traditional(chinese) if get_language() == "zh-hant" else chinese


@lru_cache(NAMES_KEPT)
def _traditional(name: str) -> str:
    return to_traditional(name)


def enumerated(things: Iterable[object]) -> str:
    """Return several things as one enumeration, with the comma of the reader's language."""
    return gettext(", ").join(str(one) for one in things)


def span_in_words(span: timedelta) -> str:
    """Return a span as people say it: never more than two units, never less than a minute."""
    if span < MINUTE:
        return gettext("less than a minute")
    minutes = span // MINUTE
    if span < HOUR:
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    hours = span // HOUR
    if span < DAY:
        return _two_units(
            ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours},
            minutes % 60,
            gettext("%(n)d min"),
        )
    days = span // DAY
    return _two_units(ngettext("%(n)d day", "%(n)d days", days) % {"n": days}, hours % 24, gettext("%(n)d h"))


def _two_units(larger: str, smaller: int, pattern: str) -> str:
    return f"{larger} {pattern % {'n': smaller}}" if smaller else larger


def due_in_words(*, due: datetime, now: datetime) -> str:
    """Return how long is left until a deadline, or by how much it has passed. On time is not late."""
    if abs(now - due) < MINUTE:
        return gettext("just overdue") if now > due else gettext("less than a minute left")
    if now > due:
        return gettext("%(span)s overdue") % {"span": span_in_words(now - due)}
    return gettext("%(span)s left") % {"span": span_in_words(due - now)}


def moment_in_words(moment: datetime, *, now: datetime) -> str:
    """Return day and time: today and yesterday by name, the year only where it is another one.

    Both are given in the zone in which they are to be read.
    """
    clock = f"{moment.hour}:{moment.minute:02d}"
    return f"{day_in_words(moment.date(), today=now.date())} {clock}"


def day_in_words(day: date, *, today: date) -> str:
    """Return a day as people say it today."""
    named = {0: gettext("today"), -1: gettext("yesterday"), 1: gettext("tomorrow")}
    if word := named.get((day - today).days):
        return word
    values = {"year": day.year, "month": _month_name(day.month), "day": day.day}
    if day.year == today.year:
        return gettext("%(month)s %(day)d") % values
    return gettext("%(month)s %(day)d, %(year)d") % values


def _month_name(month: int) -> str:
    names = [
        pgettext("month", "Jan"),
        pgettext("month", "Feb"),
        pgettext("month", "Mar"),
        pgettext("month", "Apr"),
        pgettext("month", "May"),
        pgettext("month", "Jun"),
        pgettext("month", "Jul"),
        pgettext("month", "Aug"),
        pgettext("month", "Sep"),
        pgettext("month", "Oct"),
        pgettext("month", "Nov"),
        pgettext("month", "Dec"),
    ]
    return names[month - 1]


def percent_in_words(*, numerator: int, denominator: int) -> str | None:
    """Return a rate in percent with one decimal, or None where there is nothing to divide by."""
    if not denominator:
        return None
    return f"{100 * numerator / denominator:.1f} %"


def fraction_in_words(*, numerator: int, denominator: int) -> str:
    """Return the two counts that a rate stands on, with separators: 1,026 / 1,064."""
    return f"{counted(numerator)} / {counted(denominator)}"


def counted(number: int) -> str:
    """Return a count with separators for thousands, the same in every language."""
    return (
        number_format(number, use_l10n=False, force_grouping=False) if abs(number) < 1000 else f"{number:,}"
    )


def change_in_words(points: float) -> str:
    """Return a change of a rate in percentage points, with its sign: +0.8, -1.2, unchanged."""
    rounded = round(points, 1)
    if rounded == 0:
        return gettext("unchanged")
    return gettext("%(points)s points") % {"points": f"{rounded:+.1f}".replace("-", "−")}


def names_joined(names: Sequence[str]) -> str:
    """Return the names of nested areas as one, the largest first: Chinese needs nothing between them."""
    kept = [name for name in names if name]
    return "".join(kept) if all(_is_chinese(name) for name in kept) else ", ".join(reversed(kept))


def _is_chinese(name: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in name)
