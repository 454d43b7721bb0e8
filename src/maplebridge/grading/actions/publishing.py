"""Publishing a month as an edition: only what may be told, sealed, never changed; a correction is a new edition."""

import gzip
import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from maplebridge.grading import queries
from maplebridge.grading.actions.months import regrade
from maplebridge.grading.domain import transitions
from maplebridge.grading.domain.areas import AreaKind
from maplebridge.grading.domain.publication import (
    Atom,
    Figure,
    Form,
    Limits,
    PublicationError,
    Reason,
    Statement,
    coarser,
    protect,
    told_chance,
    told_share,
)
from maplebridge.grading.domain.transitions import CycleError, State
from maplebridge.grading.models import Grade, GradingMonth, MapEdition, Population, PublishedArea
from maplebridge.kernel.periods import Month
from maplebridge.kernel.polygons import inner_point, read_polygon
from maplebridge.kernel.statistics.composite import Direction
from maplebridge.kernel.statistics.rates import wilson
from maplebridge.platform.audit import action

FORMAT = 1
EDITIONS_BACK = 36  # earlier maps that a new number is held against
QUARTER = 3
MONTHS_BACK = EDITIONS_BACK + QUARTER
TEN_YEARS = 10


@action
def publish(*, month_id: int, by_id: int | None, now: datetime, today: date) -> MapEdition:
    """Publish a released month, a week after it was proposed at the earliest."""
    one = GradingMonth.objects.select_for_update(of=("self",)).select_related("method").get(pk=month_id)
    proposed_on = timezone.localdate(one.proposed_at) if one.proposed_at else today
    transitions.check_publication(State(one.state), Month.of(one.month), proposed_on, today)
    if one.kind == AreaKind.BEAT:
        raise CycleError("beats_stay_inside")
    one.state = State.PUBLISHED
    one.save(update_fields=["state"])
    return _edition(one, by_id, now, corrects=None, erratum="")


@action
def ask_correction(*, number: int, erratum: str, by_id: int) -> GradingMonth:
    """Say what is wrong with an edition. The corrected one is published when a second person agrees."""
    before = MapEdition.objects.select_related("month").get(number=number)
    one = before.month
    transitions.check_correction(State(one.state), erratum)
    if MapEdition.objects.filter(corrects=before).exists():
        raise CycleError("corrected_already")
    one.erratum, one.erratum_by_id = erratum.strip(), by_id
    one.save(update_fields=["erratum", "erratum_by"])
    return one


@action
def correct(*, number: int, by_id: int, now: datetime) -> MapEdition:
    """Publish a month again, computed anew from the counts in force now, with what was wrong."""
    before = (
        MapEdition.objects.select_for_update(of=("self",)).select_related("month__method").get(number=number)
    )
    one = before.month
    transitions.check_correction(State(one.state), one.erratum)
    if MapEdition.objects.filter(corrects=before).exists():
        raise CycleError("corrected_already")
    if one.erratum_by_id == by_id:
        raise CycleError("own_proposal")
    regrade(one)
    edition = _edition(one, by_id, now, corrects=before, erratum=one.erratum)
    one.erratum, one.erratum_by = "", None
    one.save(update_fields=["erratum", "erratum_by"])
    return edition


def _edition(
    one: GradingMonth, by_id: int | None, now: datetime, *, corrects: MapEdition | None, erratum: str
) -> MapEdition:
    content = _content(one)
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    shapes = gzip.compress(_shapes(one, content).encode(), mtime=0)
    last = MapEdition.objects.order_by("-number").first()
    edition = MapEdition.objects.create(
        number=last.number + 1 if last else 1,
        month=one,
        corrects=corrects,
        erratum=erratum,
        content=text,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        shapes=shapes,
        shapes_digest=hashlib.sha256(shapes).hexdigest(),
        published_by_id=by_id,
        published_at=now,
    )
    PublishedArea.objects.bulk_create(
        [PublishedArea(edition=edition, code=said["code"], said=said) for said in content["areas"]],
        batch_size=500,
    )
    return edition


def _content(one: GradingMonth) -> dict[str, Any]:
    """Return what everybody may know of a month: colors above the floors, numbers no one can take apart."""
    month = Month.of(one.month)
    assert one.method is not None
    grades = list(queries.grades_of(one))
    rules = {part["code"]: part for part in one.method.document["indicators"]}
    names = {each.code: each for each in queries.indicators_of(one.method)}
    counted = [
        code for code, part in rules.items() if part["kind"] == "rate" and not names[code].never_public
    ]
    people = queries.populations_on([grade.area_id for grade in grades], "residents", month.last)
    told = _told_counts(one, month, counted, _hidden(grades, people))
    areas = []
    colors = queries.told_colors(one, grades, people)
    if any(color.reason == Reason.NOT_REVIEWED for color in colors):
        raise PublicationError(Reason.NOT_REVIEWED)
    for grade, color in zip(grades, colors, strict=True):
        population = people.get(grade.area_id)
        parts = [
            _indicator(names[facts["code"]], rules[facts["code"]], facts, grade, told, month)
            for facts in sorted(grade.why["indicators"], key=lambda facts: list(rules).index(facts["code"]))
            if not names[facts["code"]].never_public
        ]
        shown = queries.color_name(int(color.color))
        areas.append(
            {
                "code": grade.area.code,
                "name": grade.area.name,
                "name_en": grade.area.name_en,
                "color": shown,
                "reason": color.reason.value if color.reason else "",
                "caution": color.caution,
                "sure": _sure(grade, shown),
                "score": round(grade.score) if grade.score is not None and shown != "none" else None,
                "before": queries.color_name(grade.why["previous"]),
                "population": round(population.number, -2) if population else None,
                "population_as_of": population.as_of.isoformat() if population else "",
                "population_old": bool(population and month.year - population.as_of.year >= TEN_YEARS),
                "indicators": parts if shown != "none" else [],
            }
        )
    return {
        "format": FORMAT,
        "month": str(month),
        "kind": one.kind,
        "method": {"version": one.method.version, "digest": one.method.digest},
        "code": one.code_version,
        "seed": one.seed,
        "sheets": one.sheets,
        "result": one.result_digest,
        "areas": areas,
        "told": [_stated(statement) for statement in told.values()],
    }


def _sure(grade: Grade, shown: str) -> list[int] | None:
    if shown in ("none", ""):
        return None
    return list(told_chance(grade.probabilities[queries.color_code(shown)]))


Told = dict[tuple[str, str], Statement]


def _told_counts(one: GradingMonth, month: Month, counted: Sequence[str], hidden: Collection[str]) -> Told:
    """Return how the count of each area and indicator may be told, beside everything that was told of it before.

    No number of one area and indicator is told together with another's, so each is protected for itself.
    """
    already: defaultdict[tuple[str, str], dict[Month, Statement]] = defaultdict(dict)
    for content in queries.latest_contents(EDITIONS_BACK):  # the latest first: its words count
        for said in json.loads(content)["told"]:
            figure = (statement := _statement(said)).figure
            already[figure.area, figure.category or ""].setdefault(figure.first, statement)
    quarter = last_quarter(month)
    counts: defaultdict[tuple[str, str], dict[Atom, int]] = defaultdict(dict)
    months = [month - back for back in range(MONTHS_BACK, -1, -1)]
    for atom, number in queries.public_counts(one, months, counted).items():
        counts[atom.area, atom.category][atom] = number
    told: Told = {}
    for (area, code), known in counts.items():
        atoms = frozenset(atom for atom in known if quarter <= atom.month <= quarter + 2)
        if atoms:
            figure = Figure(area, code, quarter, QUARTER, atoms)
            told[area, code] = _told_count(figure, known, already[area, code], hidden)
    return told


def _told_count(
    figure: Figure, known: Mapping[Atom, int], said: Mapping[Month, Statement], hidden: Collection[str]
) -> Statement:
    """Return a count as it may be told. What was told of a quarter is told again.

    If it was corrected since, the difference would tell a small number, so from then on only a band is told.
    """
    before = said.get(figure.first)
    total = sum(known[atom] for atom in figure.atoms)
    if before and before.low <= total <= before.high:
        return replace(before, figure=figure)
    others = _with_atoms([one for first, one in said.items() if first != figure.first], known)
    fresh = protect(known, [figure], already=others, hidden_areas=hidden)[0]
    return coarser(fresh) if before else fresh


def last_quarter(month: Month) -> Month:
    """Return the first month of the last quarter of the year that is over with a month.

    Counts are told by quarters, which never overlap: told month by month for the last three, each could be taken
    from the next, and what one small month held would follow.
    """
    end = month - (month.number % QUARTER)
    return end - (QUARTER - 1)


def _hidden(grades: Iterable[Grade], people: Mapping[int, Population]) -> set[str]:
    """Return areas of too few people: no number of theirs is told, and none can be worked out."""
    floor = Limits().people
    return {
        grade.area.code
        for grade in grades
        if grade.area_id not in people or people[grade.area_id].number < floor
    }


def _with_atoms(already: Sequence[Statement], counts: Mapping[Atom, int]) -> list[Statement]:
    """Return earlier statements, each with what it was the sum of; what is not counted any more is left out."""
    known: dict[tuple[str, str, Month], Atom] = {
        (atom.area, atom.category, atom.month): atom for atom in counts
    }
    whole = []
    for each in already:
        figure = each.figure
        atoms = frozenset(
            atom
            for step in range(figure.months)
            if (atom := known.get((figure.area, figure.category or "", figure.first + step)))
        )
        total = sum(counts[atom] for atom in atoms)
        if atoms and each.low <= total <= each.high:  # else the count was corrected since
            whole.append(
                Statement(
                    Figure(figure.area, figure.category, figure.first, figure.months, atoms),
                    each.form,
                    each.low,
                    each.high,
                )
            )
    return whole


def _stated(one: Statement) -> list[Any]:
    figure = one.figure
    high = None if one.high == float("inf") else one.high
    return [figure.area, figure.category, str(figure.first), figure.months, one.form.value, one.low, high]


def _statement(said: Sequence[Any]) -> Statement:
    area, category, first, months, form, low, high = said
    figure = Figure(area, category, Month.parse(first), months, frozenset())
    return Statement(figure, Form(form), low, float("inf") if high is None else high)


def _indicator(
    named: Any, rule: Mapping[str, Any], facts: Mapping[str, Any], grade: Grade, told: Told, month: Month
) -> dict[str, Any]:
    said: dict[str, Any] = {
        "code": named.code,
        "name_zh": named.name_zh,
        "name_en": named.name_en,
        "kind": rule["kind"],
        "quarter": str(last_quarter(month)),
        "against": _against(rule, facts),
    }
    if rule["kind"] == "share":
        return said | _share(facts)
    statement = told.get((grade.area.code, named.code))
    if statement is None or statement.form == Form.WITHHELD:
        return said | {"form": Form.WITHHELD.value}
    return said | {
        "form": statement.form.value,
        "low": statement.low,
        "high": None if statement.high == float("inf") else statement.high,
    }


def _share(facts: Mapping[str, Any]) -> dict[str, Any]:
    agree, answers = float(facts["observed"]), float(facts["expected"])
    if answers <= 0:
        return {"form": Form.WITHHELD.value}
    low, high = wilson(agree, answers)
    told = told_share(agree / answers, low, high, int(answers))
    if isinstance(told, str):
        return {"form": Form.WITHHELD.value, "reason": told.value}
    return {"form": "share", "percent": told.percent, "low": told.lower, "high": told.upper}


def _against(rule: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    """Return whether an indicator is better or worse than the area's own past lets expect, or as usual."""
    past = next((each for each in facts["comparisons"] if each["against"] == "own_past"), None)
    if past is None:
        return ""
    if past["change"] == "not_clear":
        return "usual"
    more_is_worse = rule["direction"] == Direction.MORE_IS_WORSE
    return "worse" if (past["change"] == "higher") == more_is_worse else "better"


def _shapes(one: GradingMonth, content: Mapping[str, Any]) -> str:
    """Return the areas as GeoJSON, as the map draws them."""
    said = {each["code"]: each for each in content["areas"]}
    features = []
    for area in queries.areas_on(one.kind, Month.of(one.month).last):
        if area.boundary is None:
            continue
        at = inner_point(read_polygon(area.boundary))
        features.append(
            {
                "type": "Feature",
                "properties": {
                    "code": area.code,
                    "label": area.name,
                    "label_en": area.name_en,
                    "color": said[area.code]["color"],
                    "at": [round(at.lon, 6), round(at.lat, 6)],
                },
                "geometry": area.boundary,
            }
        )
    return json.dumps(
        {"type": "FeatureCollection", "features": features}, ensure_ascii=False, separators=(",", ":")
    )
