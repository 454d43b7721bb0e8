"""Reads of safety grading: areas and their ground, counts as arrays, what a month was graded from, public editions."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from django.db.models import Count, Q, QuerySet
from numpy.typing import NDArray

from maplebridge.grading.models import (
    Answer,
    Area,
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
    SurveyRound,
)
from maplebridge.kernel.periods import Month
from maplebridge.places import queries as places
from maplebridge.platform.fields import keyed_digest

MOST_EDITIONS = 60  # five years
MOST_TRIES = 3  # calls to one person in a round
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


def colors_before(kind: str, month: Month) -> dict[int, str]:
    """Return the color that each area had in the month before, as far as that month was graded."""
    before = month_of(kind, month - 1)
    return dict(before.grades.values_list("area_id", "color")) if before else {}


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
    return Area.objects.filter(code=code, valid_to=None).exclude(kind=Area.Kind.BEAT).first()


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
    areas = areas_on(Area.Kind.STATION, one.month)
    counts = dict(
        Answer.objects.filter(round=one).values_list("area").annotate(n=Count("pk")).values_list("area", "n")
    )
    return [AreaAnswers(area, counts.get(area.pk, 0), one.wanted_per_area) for area in areas]
