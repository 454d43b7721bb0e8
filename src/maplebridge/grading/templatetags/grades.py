"""Words for what a grade stands on: an indicator's number, against what it is compared, what would change it."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maplebridge.grading import queries
from maplebridge.grading.domain.counts_file import Problem
from maplebridge.grading.domain.method import Change, Kind
from maplebridge.grading.domain.publication import PublicationError
from maplebridge.grading.domain.transitions import CycleError
from maplebridge.grading.forms.rules import AGAINSTS, AGGREGATIONS, DIRECTIONS, NORMALIZATIONS
from maplebridge.platform.wording import in_language

register = template.Library()


@register.filter
def indicator_name(part: dict[str, Any]) -> str:
    """Return an indicator's name as the reader writes it."""
    return in_language(part["name_zh"], part.get("name_en") or "")


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
def quarter_words(first: str) -> str:
    """Return the quarter that begins with a month."""
    year, month = first.split("-")
    return _("quarter {number} of {year}").format(number=(int(month) + 2) // 3, year=year)


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


@register.filter
def area_name(area: Any) -> str:
    """Return an area's name as the reader writes it."""
    return in_language(area.name, area.name_en)


@register.filter
def rounded(number: float) -> str:
    """Return a number of people, which older editions keep as a fraction, without its digits after the point."""
    return f"{number:,.0f}"


def cycle_words(refused: CycleError | PublicationError) -> str:
    """Return why something cannot be done with a month, and what would help."""
    where = refused.where
    words: dict[str, Any] = {
        "already_done": _("That has been done already."),
        "transition_not_allowed": _("The month is not at that step any more. Please look at it again."),
        "month_not_over": _("This month is not over yet."),
        "no_method": _("No method is in force for this month. Make one and have it confirmed first."),
        "counts_impossible": _("Some counts are impossible. Please correct the file and enter it again."),
        "findings_not_explained": _(
            "Some counts are odd. Please say why they are right, or enter them again."
        ),
        "contradictions_not_answered": _("A station contradicts, and nobody has answered."),
        "objected": _("Somebody objects. Talk it over; the last that each said counts."),
        "reviewers_missing": _("One more person has to release it."),
        "own_proposal": _("Whoever proposed it does not release it. Please ask somebody else."),
        "words_needed": _("Please say why."),
        "too_early": _("It may be published from {not_before} on: stations have a week to contradict."),
        "not_published_yet": _("There is no edition to correct yet."),
        "erratum_missing": _("Please say what was wrong: a correction without a reason is none."),
        "corrected_already": _("This edition was corrected already. Correct the latest one."),
        "beats_stay_inside": _("Colors of beats are for work planning and are never published."),
        "not_reviewed": _("An area is black, or fell by two colors: two people have to release it."),
        "already_told": _("What was published earlier would tell a small number together with this."),
    }
    code = getattr(refused.code, "value", refused.code)
    return str(words.get(code, _("This cannot be done ({code}).").format(code=code))).format(**where)


FLAW_WORDS = {
    "gap": gettext_lazy("{month}, {area}: no count was entered."),
    "double_month": gettext_lazy("{month}, {area}: entered {value} times."),
    "same_as_before": gettext_lazy("{month}: all counts are those of the month before. Pasted twice?"),
    "jump": gettext_lazy("{month}, {area}: {value}, usual are {usual}."),
    "negative": gettext_lazy("{month}, {area}: {value} is less than nothing."),
    "not_a_number": gettext_lazy("{month}, {area}: this is not a number."),
    "nobody_there": gettext_lazy("{month}, {area}: events, but nobody lives there."),
    "nothing_delivered": gettext_lazy("{month}: nothing at all was counted; usual are {usual}."),
    "old_population": gettext_lazy("{area}: the residents were counted {value} years ago."),
    "population_jump": gettext_lazy("{month}, {area}: residents went from {usual} to {value}. New borders?"),
}


def finding_words(told: dict[str, Any], names: Mapping[int, str]) -> str:
    """Return what is odd with a count, in a sentence."""
    value, usual = (
        f"{number:,.0f}" if number is not None else "" for number in (told["value"], told["usual"])
    )
    area = names.get(told["area"] or 0, "")
    return str(FLAW_WORDS[told["flaw"]]).format(month=told["month"], area=area, value=value, usual=usual)


PROBLEM_WORDS = {
    "no_area_column": gettext_lazy("There is no column “area” (地区)."),
    "no_month_column": gettext_lazy("There is no column “month” (月份)."),
    "unknown_column": gettext_lazy(
        "Nobody knows what the column “{column}” counts. Please rename or remove it."
    ),
    "no_indicator": gettext_lazy("No column is one of the indicators."),
    "unknown_area": gettext_lazy("There is no area “{cell}”."),
    "not_a_month": gettext_lazy("“{cell}” is not a month. Please write it like 2026-03."),
    "month_not_over": gettext_lazy("{cell} is not over yet."),
    "twice": gettext_lazy("This area and month is already in row {cell}."),
    "not_a_number": gettext_lazy("{column}: “{cell}” is not a number."),
    "negative": gettext_lazy("{column}: {cell} is less than nothing."),
    "not_whole": gettext_lazy("{column}: {cell} is not a whole number."),
    "too_large": gettext_lazy("{column}: {cell} is far too large."),
    "nothing_counted": gettext_lazy("The file holds no count at all."),
}


def count_problem_words(one: Problem) -> str:
    """Return what is wrong with a cell of a file of counts."""
    return str(PROBLEM_WORDS[one.trouble]).format(column=one.column, cell=one.cell)


@register.filter
def chance_of(probability: float) -> str:
    """Return a probability for those who work with it, in whole percent."""
    return f"{100 * probability:.0f} %"


@register.filter
def named_in(code: str, names: Mapping[str, tuple[str, str]]) -> str:
    return in_language(*names.get(code, (code, code)))


COMPARED = {
    ("own_past", "higher"): gettext_lazy("more than its own past lets expect"),
    ("own_past", "lower"): gettext_lazy("less than its own past lets expect"),
    ("last_year", "higher"): gettext_lazy("more than in the same months last year"),
    ("last_year", "lower"): gettext_lazy("less than in the same months last year"),
    ("town", "higher"): gettext_lazy("more than in the other areas"),
    ("town", "lower"): gettext_lazy("less than in the other areas"),
}


@register.filter
def comparisons_of(facts: dict[str, Any]) -> list[str]:
    """Return how an indicator compares, only where chance cannot explain it."""
    found = [
        str(COMPARED[one["against"], one["change"]])
        for one in facts["comparisons"]
        if (one["against"], one["change"]) in COMPARED
    ]
    return found or [_("nothing that chance could not explain")]


@register.filter
def turnings_of(why: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return at which level of which indicator the score would be another color's: now, then, and the color."""
    return [
        {
            "code": one["code"],
            "color": queries.color_name(one["toward"]),
            "now": _level(one["kind"], one["now"]),
            "then": _level(one["kind"], one["level"]),
        }
        for one in why["turnings"]
    ]


def _level(kind: str, level: float) -> str:
    if kind == Kind.SHARE:
        return f"{100 * level:.0f} %"
    return _("{number} a month").format(number=f"{level:,.1f}")


MOVES = {
    0: gettext_lazy("first color"),
    1: gettext_lazy("as before"),
    2: gettext_lazy("the score moved, but the evidence is not strong enough yet"),
    3: gettext_lazy("worse by one color"),
    4: gettext_lazy("better by one color"),
    5: gettext_lazy("worse by more than one color, on strong evidence"),
    6: gettext_lazy("better by more than one color, on strong evidence"),
    7: gettext_lazy("not enough data"),
}


@register.filter
def move_words(move: int) -> str:
    return str(MOVES[move])


STATES = {
    "open": gettext_lazy("open"),
    "closed": gettext_lazy("counts closed"),
    "proposed": gettext_lazy("colors proposed"),
    "reviewed": gettext_lazy("reviewed"),
    "published": gettext_lazy("published"),
}


@register.filter
def cycle_state(state: str) -> str:
    return str(STATES[state])


KINDS = {
    "station": gettext_lazy("Stations"),
    "subdistrict": gettext_lazy("Subdistricts"),
    "beat": gettext_lazy("Beats"),
}


@register.filter
def kind_words(kind: str) -> str:
    return str(KINDS[kind])


@register.filter
def points(difference: float) -> str:
    """Return a difference of shares in points, with its sign."""
    return f"{100 * difference:+.0f}"


@register.filter
def margin(error: float) -> str:
    """Return how far chance may reach, in points."""
    return f"{196 * error:.0f}"


def indicator_names_here() -> dict[str, str]:
    """Return the name of every indicator by its code, as the reader writes it."""
    return {code: named_in(code, names) for names in [queries.indicator_names()] for code in names}


def area_names_here(kind: str) -> dict[int, str]:
    """Return the name of every area by its id, as the reader writes it."""
    return {id: in_language(*names) for id, names in queries.area_names(kind).items()}


PARTS = {
    "counts": gettext_lazy("It counts"),
    "weight": gettext_lazy("Weight"),
    "bands": gettext_lazy("Borders from green to black"),
    "window": gettext_lazy("Months together"),
    "direction": gettext_lazy("Direction"),
    "against": gettext_lazy("Compared with"),
    "base_months": gettext_lazy("Months of the base period"),
    "base_first": gettext_lazy("Fixed base period, first month"),
    "base_last": gettext_lazy("Fixed base period, last month"),
    "valid_from": gettext_lazy("Counts from the month"),
    "valid_to": gettext_lazy("Counts up to the month"),
    "normalization": gettext_lazy("Points are given"),
    "aggregation": gettext_lazy("Points are made one by"),
    "by_neighbors": gettext_lazy("Small areas lean on their neighbors"),
}
CHOICES = {str(value): words for value, words in (*AGGREGATIONS, *NORMALIZATIONS, *DIRECTIONS, *AGAINSTS)}


def change_words(one: Change) -> tuple[str, str, str]:
    """Return which part of a method changed, from what, and to what."""
    before, after = (_value_words(one, value) for value in (one.before, one.after))
    return str(PARTS.get(one.part, one.part)), before, after


def _value_words(one: Change, value: object) -> str:
    if value is None:
        return "—"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if one.part == "weight" and isinstance(value, float):
        return f"{100 * value:.1f} %"
    if isinstance(value, list | tuple):
        return " · ".join(f"{100 * part:g} %" if one.indicator else f"{part:g}" for part in value)
    if isinstance(value, dict) and "number" in value:
        return f"{value['year']:04d}-{value['number']:02d}"
    return str(CHOICES.get(str(value), value))
