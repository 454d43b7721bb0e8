"""How the colors come about, in plain words, from the very rules that a month is graded by."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from maplebridge.grading import queries
from maplebridge.grading.domain import method as rules
from maplebridge.grading.domain.areas import AreaKind
from maplebridge.grading.domain.method import Against, Kind
from maplebridge.grading.domain.publication import FLOORS
from maplebridge.grading.domain.transitions import COMMENT_DAYS
from maplebridge.people.permissions import allow, anybody
from maplebridge.platform.wording import reads_english

COLORS = ("green", "blue", "yellow", "red", "black")
AGAINST = {
    Against.TOWN: gettext_lazy("the rate of the whole town in the {months} months before"),
    Against.OWN_PAST: gettext_lazy("the area's own rate in the {months} months before"),
    Against.TARGET: gettext_lazy("a target: events a month for {per} of those counted"),
}
DENOMINATORS = {
    "residents": gettext_lazy("residents"),
    "households": gettext_lazy("households"),
    "answers": gettext_lazy("answers of residents"),
}


@dataclass(frozen=True, slots=True)
class Looked:
    """What is looked at, as everybody may read it."""

    name: str
    meaning: str
    of: str
    weight: int
    window: int
    against: str
    borders: list[tuple[str, str]]  # a color and from where to where
    counts: str  # from and up to which month, where it does not always


@allow(anybody)
@require_GET
def method(request: HttpRequest, version: int | None = None) -> HttpResponse:
    """Explain the version in force, or the one by which an earlier month was graded."""
    today = timezone.localdate()
    kept = queries.method_in_force(today) if version is None else queries.method_with_version(version)
    if kept is None and version is not None:
        raise Http404
    context: dict[str, Any] = {"now": timezone.now(), "colors": COLORS, "kept": kept}
    if kept is not None:
        context |= _explained(queries.rules_of(kept))
        context["counted_on"] = queries.population_dates(AreaKind.STATION, "residents", today)
        context["is_in_force"] = version is None or kept == queries.method_in_force(today)
    return render(request, "grading/method.html", context)


def _explained(document: rules.Method) -> dict[str, Any]:
    named = queries.indicators_by_code()
    english = reads_english()
    looked = []
    for rule, weight in zip(document.indicators, document.weights, strict=True):
        one = named.get(rule.code)
        name, meaning = (rule.name, "") if one is None else (one.name_zh, one.meaning_zh)
        if one is not None and english:
            name, meaning = one.name_en, one.meaning_en
        looked.append(
            Looked(
                name,
                meaning,
                str(DENOMINATORS.get(rule.denominator, rule.denominator)),
                round(100 * weight),
                rule.window,
                _against(rule),
                list(zip(COLORS, _borders(rule), strict=True)),
                _counts(rule),
            )
        )
    return {
        "looked": looked,
        "scores": list(zip(COLORS, _scores(document.bands), strict=True)),
        "rule": document.hysteresis,
        "evidence": document.evidence,
        "evidence_weight": document.evidence.weight,
        "memory": document.shrinkage.memory,
        "by_neighbors": document.shrinkage.by_neighbors,
        "geometric": document.aggregation != "arithmetic",
        "floors": FLOORS,
        "comment_days": COMMENT_DAYS,
    }


def _counts(rule: rules.Indicator) -> str:
    """Return from and up to which month an indicator counts, where it does not always."""
    first, last = rule.valid_from, rule.valid_to
    if first and last:
        return _("It counts from {first} to {last}.").format(first=first, last=last)
    if first:
        return _("It counts from {first} on.").format(first=first)
    return _("It counts up to {last}.").format(last=last) if last else ""


def _against(rule: rules.Indicator) -> str:
    if rule.kind == Kind.SHARE:
        return _("the same borders for every area")
    if rule.base_first is not None and rule.base_last is not None and rule.against != Against.TARGET:
        words = {
            Against.TOWN: _("the rate of the whole town from {first} to {last}"),
            Against.OWN_PAST: _("the area's own rate from {first} to {last}"),
        }
        return words[rule.against].format(first=rule.base_first, last=rule.base_last)
    return str(AGAINST[rule.against]).format(months=rule.base_months, per=f"{rule.per:,.0f}")


def _borders(rule: rules.Indicator) -> list[str]:
    """Return from where to where each color reaches, from green to black."""
    if rule.kind == Kind.RATE and rule.against == Against.TARGET:
        marks = [f"{border:g}" for border in rule.bands]
    else:
        marks = [f"{100 * border:.0f} %" for border in rule.bands]
    rises = rule.bands[0] < rule.bands[-1]
    below, above = _("below {mark}"), _("{mark} and more")
    first, last = (below, above) if rises else (above, below)
    return [
        first.format(mark=marks[0]),
        *(
            _("{low} to {high}").format(low=low, high=high)
            for low, high in (sorted_pair(marks, at, rises) for at in range(3))
        ),
        last.format(mark=marks[-1]),
    ]


def sorted_pair(marks: list[str], at: int, rises: bool) -> tuple[str, str]:
    return (marks[at], marks[at + 1]) if rises else (marks[at + 1], marks[at])


def _scores(bands: tuple[float, ...]) -> list[str]:
    marks = [f"{border:g}" for border in bands]
    return [
        _("{mark} and more").format(mark=marks[0]),
        *(_("{low} to {high}").format(low=marks[at + 1], high=marks[at]) for at in range(3)),
        _("below {mark}").format(mark=marks[3]),
    ]
