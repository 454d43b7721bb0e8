"""Reads of the survey: the open round, who may be rung, how many answered."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from maplebridge.grading.domain.areas import AreaKind
from maplebridge.grading.models import Answer, Area, Invitation, Mode, SurveyRound
from maplebridge.grading.queries.areas import areas_on
from maplebridge.platform.fields import keyed_digest

MOST_TRIES = 3  # calls to one person in a round


def open_round(now: datetime) -> SurveyRound | None:
    return SurveyRound.objects.filter(opens_at__lte=now, closes_at__gt=now).order_by("-month").first()


def respondent_of(one: SurveyRound, person_id: int) -> str:
    """Return what tells that the same person answers again, and nothing else: it differs from round to round."""
    return keyed_digest(f"{one.month}:{person_id}", use="survey")


def has_answered(one: SurveyRound, person_id: int) -> bool:
    return Answer.objects.filter(round=one, respondent=respondent_of(one, person_id)).exists()


def is_asked(person_id: int, now: datetime) -> bool:
    """Tell whether a round is open that a resident has not answered yet."""
    one = open_round(now)
    return one is not None and not has_answered(one, person_id)


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
