"""Reads of safety grading: areas and their ground, counts as arrays, what a month was graded from, public editions."""

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from django.db.models import Count, F, Q, QuerySet
from numpy.typing import NDArray

from maplebridge.grading import domain
from maplebridge.grading.domain import method as rules
from maplebridge.grading.domain import transitions
from maplebridge.grading.domain.areas import AreaKind
from maplebridge.grading.domain.boundaries import (
    Finding,
    MonthlyCount,
    carried_forward,
    check_counts,
    check_population,
)
from maplebridge.grading.domain.boundaries import Succession as Follows
from maplebridge.grading.domain.explaining import Explanation
from maplebridge.grading.domain.history import History
from maplebridge.grading.domain.method import Color, Source
from maplebridge.grading.domain.monthly import MonthlyGrades
from maplebridge.grading.domain.publication import Atom
from maplebridge.grading.domain.robustness import Robustness
from maplebridge.grading.domain.transitions import Review as Verdict
from maplebridge.grading.models import (
    Answer,
    Area,
    Comment,
    CountSheet,
    Grade,
    GradingMonth,
    Indicator,
    Invitation,
    MapEdition,
    Method,
    Mode,
    Population,
    PublishedArea,
    Succession,
    SurveyRound,
)
from maplebridge.kernel import statistics
from maplebridge.kernel.periods import Month
from maplebridge.kernel.polygons import inner_point, read_polygon
from maplebridge.places import queries as places
from maplebridge.platform.fields import keyed_digest

MOST_EDITIONS = 60  # five years
MOST_TRIES = 3  # calls to one person in a round
NO_COLOR = "none"
HISTORY_MONTHS = 36
Floats = NDArray[np.float64]


def areas_on(kind: str, on: date) -> QuerySet[Area]:
    """Return the areas of a kind that are in force on a day, in the order of their codes."""
    in_force = Q(valid_to=None) | Q(valid_to__gt=on)
    return Area.objects.filter(in_force, kind=kind, valid_from__lte=on).order_by("code")


def grounds_of(area: Area) -> frozenset[int]:
    """Return the grids that an area covers, those below included."""
    if area.beat_id is not None:
        return places.with_descendants(places.grids_of_beat(area.beat_id))
    return places.with_descendants(area.grids.values_list("pk", flat=True))


def indicators_on(on: date) -> QuerySet[Indicator]:
    in_force = Q(valid_to=None) | Q(valid_to__gt=on)
    return Indicator.objects.filter(in_force, valid_from__lte=on).order_by("code")


def sheets_in_force(kind: str, first: date, last: date) -> QuerySet[CountSheet]:
    """Return the latest sheet of each indicator and month, from the first of a month to the first of another."""
    return CountSheet.objects.filter(kind=kind, month__range=(first, last), replaced_by=None)


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts and denominators, shape areas x indicators x months; NaN where nothing was entered."""

    area_ids: tuple[int, ...]
    indicator_ids: tuple[int, ...]
    months: tuple[Month, ...]
    counts: Floats
    denominators: Floats
    sheet_ids: tuple[int, ...]


def counts_of(
    sheets: Iterable[CountSheet],
    area_ids: Sequence[int],
    indicator_ids: Sequence[int],
    months: Sequence[Month],
) -> Counts:
    """Return the sheets as arrays. What a sheet says of other areas is left out."""
    shape = (len(area_ids), len(indicator_ids), len(months))
    counts, denominators = np.full(shape, np.nan), np.full(shape, np.nan)
    places_of = {id: at for at, id in enumerate(area_ids)}
    column_of = {id: at for at, id in enumerate(indicator_ids)}
    depth_of = {month.first: at for at, month in enumerate(months)}
    used = []
    for sheet in sheets:
        column, depth = column_of.get(sheet.indicator_id), depth_of.get(sheet.month)
        if column is None or depth is None:
            continue
        rows = np.array([places_of.get(id, -1) for id in sheet.areas], dtype=np.intp)
        known = rows >= 0
        counts[rows[known], column, depth] = np.array(sheet.counts, dtype=float)[known]
        denominators[rows[known], column, depth] = np.array(sheet.denominators, dtype=float)[known]
        used.append(sheet.pk)
    return Counts(
        tuple(area_ids), tuple(indicator_ids), tuple(months), counts, denominators, tuple(sorted(used))
    )


def populations_on(area_ids: Collection[int], of: str, on: date) -> dict[int, Population]:
    """Return for each area the latest count of what an indicator divides by, up to a day."""
    latest = (
        Population.objects.filter(area_id__in=area_ids, of=of, as_of__lte=on)
        .order_by("area_id", "-as_of")
        .distinct("area_id")
    )
    return {one.area_id: one for one in latest}


def month_of(kind: str, month: Month) -> GradingMonth | None:
    return GradingMonth.objects.select_related("method").filter(kind=kind, month=month.first).first()


def grades_of(month: GradingMonth) -> QuerySet[Grade]:
    return month.grades.select_related("area").order_by("area__code")


def colors_before(one: GradingMonth, areas: NDArray[np.int64]) -> NDArray[np.int8]:
    """Return the color that each area held after the month before, gray where it had none."""
    before = GradingMonth.objects.filter(kind=one.kind, month=(Month.of(one.month) - 1).first).first()
    held = dict(before.grades.values_list("area_id", "held")) if before else {}
    return np.array([color_code(held.get(int(id), NO_COLOR)) for id in areas], dtype=np.int8)


def color_code(name: str) -> int:
    return int(Color.GRAY if name == NO_COLOR else Color[name.upper()])


def color_name(code: int) -> str:
    return NO_COLOR if code == Color.GRAY else Color(code).name.lower()


def editions() -> QuerySet[MapEdition]:
    """Return the published maps, the latest first."""
    return MapEdition.objects.select_related("month").order_by("-number")


def edition_in_force(number: int | None = None) -> MapEdition | None:
    """Return an edition by number, or the latest that was not corrected."""
    if number is not None:
        return MapEdition.objects.select_related("month", "corrects").filter(number=number).first()
    return editions().filter(corrected_by=None).first()


def public_history(code: str) -> list[PublishedArea]:
    """Return what each edition in force said of an area, the latest first."""
    return list(
        PublishedArea.objects.filter(code=code, edition__corrected_by=None)
        .select_related("edition__month")
        .order_by("-edition__number")[:MOST_EDITIONS]
    )


def method_in_force(on: date) -> Method | None:
    """Return the confirmed version of the method that grades the month of a day."""
    confirmed = Method.objects.filter(confirmed_by__isnull=False, valid_from__lte=on)
    return confirmed.order_by("-valid_from", "-version").first()


def area_with_code(code: str) -> Area | None:
    """Return the area in force with this code; beats are not public and not found here."""
    return Area.objects.filter(code=code, valid_to=None).exclude(kind=AreaKind.BEAT).first()


def open_round(now: datetime) -> SurveyRound | None:
    return SurveyRound.objects.filter(opens_at__lte=now, closes_at__gt=now).order_by("-month").first()


def respondent_of(one: SurveyRound, person_id: int) -> str:
    """Return what tells that the same person answers again, and nothing else: it differs from round to round."""
    return keyed_digest(f"{one.month}:{person_id}", use="survey")


def has_answered(one: SurveyRound, person_id: int) -> bool:
    return Answer.objects.filter(round=one, respondent=respondent_of(one, person_id)).exists()


def get_invitation(invitation_id: int) -> Invitation | None:
    """Return somebody drawn for a call, as long as they may be rung."""
    return _to_ring().filter(pk=invitation_id).first()


def next_interview(one: SurveyRound) -> Invitation | None:
    """Return whom to ring next: those of areas with the fewest answers first, then the least often tried."""
    answers = Count("area__answers", filter=Q(area__answers__round=one))
    waiting = _to_ring().filter(round=one).annotate(answers=answers)
    return waiting.order_by("tries", "answers", "pk").first()


def _to_ring() -> QuerySet[Invitation]:
    open_calls = Invitation.objects.filter(
        mode=Mode.PHONE, answered_at=None, refused_at=None, tries__lt=MOST_TRIES
    )
    return open_calls.select_related("area", "round")


@dataclass(frozen=True, slots=True)
class AreaAnswers:
    """How many answers an area gave in a round, and how many it should give."""

    area: Area
    answers: int
    wanted: int

    @property
    def enough(self) -> bool:
        return self.answers >= self.wanted


def answers_by_area(one: SurveyRound) -> list[AreaAnswers]:
    areas = areas_on(AreaKind.STATION, one.month)
    counts = dict(
        Answer.objects.filter(round=one).values_list("area").annotate(n=Count("pk")).values_list("area", "n")
    )
    return [AreaAnswers(area, counts.get(area.pk, 0), one.wanted_per_area) for area in areas]


def grading_months(kind: str, most: int = 24) -> list[GradingMonth]:
    """Return the months that were closed, the latest first."""
    return list(GradingMonth.objects.select_related("method").filter(kind=kind).order_by("-month")[:most])


def indicator_named(code: str) -> Indicator:
    return Indicator.objects.get(code=code)


def indicators_of(method: Method) -> list[Indicator]:
    """Return the indicators of a method, in its order."""
    codes = [part["code"] for part in method.document["indicators"]]
    known = Indicator.objects.in_bulk(codes, field_name="code")
    return [known[code] for code in codes]


def sheets_for(one: GradingMonth) -> list[int]:
    """Return the sheets from which a month is graded: those in force now, as far back as its method looks."""
    month = Month.of(one.month)
    first = (month - (HISTORY_MONTHS - 1)).first
    return sorted(sheets_in_force(one.kind, first, month.first).values_list("pk", flat=True))


class SheetAltered(Exception):
    """Sheets do not hold any more what was entered: somebody changed them in the database. `sheets` names them."""

    def __init__(self, sheets: list[int]) -> None:
        super().__init__(f"sheets {sheets}")
        self.sheets = sheets


def digest_of(areas: list[int], counts: list[float | None], denominators: list[float | None]) -> str:
    """Return what tells that a sheet still holds what was entered."""
    text = json.dumps([areas, counts, denominators], separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def history_of(one: GradingMonth, method: rules.Method) -> History:
    """Return the counts of a month's own sheets, as if today's areas had always been."""
    sheets = list(CountSheet.objects.filter(pk__in=one.sheets).order_by("pk"))
    if altered := [
        each.pk for each in sheets if each.digest != digest_of(each.areas, each.counts, each.denominators)
    ]:
        raise SheetAltered(altered)
    month = Month.of(one.month)
    in_force = list(areas_on(one.kind, month.last).values_list("pk", flat=True))
    successions = successions_until(one.kind, month)
    every = [*in_force, *sorted({each.before for each in successions} - set(in_force))]
    columns = dict(Indicator.objects.values_list("code", "pk"))
    months = [month - back for back in range(HISTORY_MONTHS - 1, -1, -1)]
    held = counts_of(sheets, every, [columns[part.code] for part in method.indicators], months)
    counts, exposure = held.counts, held.denominators
    if successions:
        counts, exposure = (
            carried_forward(every, numbers, month, successions, in_force) for numbers in (counts, exposure)
        )
    return History(np.array(in_force, dtype=np.int64), month, counts, exposure)


def successions_until(kind: str, month: Month) -> list[Follows]:
    rows = Succession.objects.filter(before__kind=kind, since__lte=month.first)
    return [Follows(one.before_id, one.after_id, one.share, Month.of(one.since)) for one in rows]


@cache
def code_version() -> str:
    """Return a digest of the code that grades: another version of it may grade otherwise in the last digits."""
    seal = hashlib.sha256()
    for package in (domain, statistics):
        for path in sorted(Path(package.__path__[0]).glob("*.py")):
            seal.update(path.name.encode() + path.read_bytes())
    return seal.hexdigest()[:16]


def findings_of(kind: str, month: Month, method: Method) -> list[Finding]:
    """Return what is odd with the counts up to a month, as far as it is of that month or the year before it."""
    found: list[Finding] = []
    sheets = list(sheets_in_force(kind, (month - (HISTORY_MONTHS - 1)).first, month.first))
    for indicator in indicators_of(method):
        rows = [
            MonthlyCount(area, Month.of(sheet.month), count, denominator)
            for sheet in sheets
            if sheet.indicator_id == indicator.pk
            for area, count, denominator in zip(sheet.areas, sheet.counts, sheet.denominators, strict=True)
        ]
        found += check_counts(rows, month)
    for population in populations_on(
        areas_on(kind, month.last).values_list("pk", flat=True), "residents", month.last
    ).values():
        if old := check_population(population.area_id, population.as_of, month):
            found.append(old)
    return [one for one in found if one.month is None or one.month == month]


def grade_row(
    one: GradingMonth, area_id: int, row: int, graded: MonthlyGrades, steady: Robustness, told: Explanation
) -> Grade:
    """Return the row that keeps what a month says of one area."""
    known = graded.rank_low[row] > 0
    return Grade(
        month=one,
        area_id=area_id,
        color=color_name(int(graded.color[row])),
        held=color_name(int(graded.held[row])),
        by_score=color_name(int(graded.by_score[row])),
        move=int(graded.move[row]),
        score=None if np.isnan(graded.scores[row]) else float(graded.scores[row]),
        probabilities=[float(chance) for chance in graded.probabilities[row]],
        rank_low=int(graded.rank_low[row]) if known else None,
        rank_high=int(graded.rank_high[row]) if known else None,
        robustness=float(steady.same[row]) / steady.weightings,
        why=_finite(asdict(told)),
    )


def public_counts(one: GradingMonth, months: Sequence[Month], codes: Sequence[str]) -> dict[Atom, int]:
    """Return the counts of a month's areas and of months before it, as they stand in the sheets in force."""
    area_codes = dict(areas_on(one.kind, Month.of(one.month).last).values_list("pk", "code"))
    indicators = dict(Indicator.objects.filter(code__in=codes).values_list("pk", "code"))
    sheets = sheets_in_force(one.kind, months[0].first, months[-1].first).filter(indicator_id__in=indicators)
    return {
        Atom(area_codes[id], indicators[sheet.indicator_id], Month.of(sheet.month)): int(count)
        for sheet in sheets
        for id, count in zip(sheet.areas, sheet.counts, strict=True)
        if count is not None and id in area_codes
    }


def _finite(value: Any) -> Any:
    """Return a value that JSON can hold: what is endless (a ratio to nothing) becomes None."""
    if isinstance(value, dict):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value


def reviews_of(one: GradingMonth) -> list[Verdict]:
    return [Verdict(each.made_by_id, each.releases, each.made_at) for each in one.reviews.order_by("pk")]


def reviewers_needed(one: GradingMonth) -> int:
    """Return how many people have to release a month: two where an area is black or fell by two colors."""
    rows = list(one.grades.values_list("color", "why"))
    colors = np.array([color_code(color) for color, _why in rows], dtype=np.int8)
    previous = np.array([int(why["previous"]) for _color, why in rows], dtype=np.int8)
    return transitions.reviewers_needed(colors, previous)


def contradictions_open(one: GradingMonth) -> int:
    return Comment.objects.filter(month=one, contradicts=True, answer="").count()


def areas_by_name(kind: str) -> dict[str, int]:
    """Return all areas there ever were by what a spreadsheet may call them: code or name; those in force first."""
    named: dict[str, int] = {}
    for area in Area.objects.filter(kind=kind).order_by(F("valid_to").desc(nulls_first=True)):
        named.setdefault(area.code, area.pk)
        named.setdefault(area.name, area.pk)
    return named


def area_names(kind: str) -> dict[int, str]:
    return dict(Area.objects.filter(kind=kind).values_list("pk", "name"))


def indicator_names() -> dict[str, tuple[str, str]]:
    """Return the Chinese and the English name of every indicator by its code."""
    return {one.code: (one.name_zh, one.name_en) for one in Indicator.objects.all()}


def get_month(month_id: int) -> GradingMonth | None:
    return GradingMonth.objects.select_related("method").filter(pk=month_id).first()


def comment_counts(one: GradingMonth) -> dict[int, int]:
    """Return how many comments each area of a month has."""
    return dict(one.comments.values_list("area").annotate(n=Count("pk")).values_list("area", "n"))


def comments_on(one: GradingMonth, area_id: int) -> QuerySet[Comment]:
    return one.comments.filter(area_id=area_id).order_by("pk")


def get_comment(comment_id: int) -> Comment | None:
    return Comment.objects.filter(pk=comment_id).first()


def shapes_of(one: GradingMonth) -> dict[str, Any]:
    """Return the areas of a month with their proposed colors as GeoJSON, for the map inside."""
    features = []
    for grade in grades_of(one):
        if grade.area.boundary is None:
            continue
        at = inner_point(read_polygon(grade.area.boundary))
        features.append(
            {
                "type": "Feature",
                "properties": {
                    "code": grade.area.code,
                    "label": grade.area.name,
                    "color": grade.color,
                    "id": grade.area_id,
                    "at": [round(at.lon, 6), round(at.lat, 6)],
                },
                "geometry": grade.area.boundary,
            }
        )
    return {"type": "FeatureCollection", "features": features}


def indicators_by_heading(on: date) -> dict[str, str]:
    """Return the codes of indicators that come by file, by what a spreadsheet may call them."""
    named: dict[str, str] = {}
    for one in indicators_on(on).filter(source=Source.FILE):
        named[one.name_zh] = named[one.name_en] = named[one.code] = one.code
    return named
