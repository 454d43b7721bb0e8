"""Reads of the survey: the open round, who may be rung, how many answered."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet

from maplebridge.grading.domain.areas import AreaKind
from maplebridge.grading.domain.questionnaire import AgeBand
from maplebridge.grading.models import Answer, Area, Invitation, Mode, SurveyRound
from maplebridge.grading.queries.areas import areas_on, populations_on
from maplebridge.kernel.periods import Month
from maplebridge.platform.fields import keyed_digest

MOST_ROUNDS = 24
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
class Waiting:
    """A link that has to be sent to somebody."""

    person_id: int
    link: str


def waiting_link(invitation_id: int, now: datetime) -> Waiting | None:
    """Return a link that still has to be sent, as long as its round takes answers."""
    one = Invitation.objects.filter(pk=invitation_id, round__closes_at__gt=now, answered_at=None).first()
    return Waiting(one.person_id, one.waiting) if one is not None and one.waiting else None


def left_to_ring(one: SurveyRound) -> list[Invitation]:
    """Return everybody drawn for a call who may still be rung, the least often tried first."""
    return list(_to_ring().filter(round=one).order_by("tries", "area__code", "pk"))


@dataclass(frozen=True, slots=True)
class AreaProgress:
    """How far a round is in one area: who was drawn, and what came back."""

    area: Area
    links: int
    sent: int
    calls: int
    refused: int
    unreached: int  # rung as often as one may
    left: int  # to ring
    by_mode: Mapping[str, int]
    wanted: int

    @property
    def answers(self) -> int:
        return sum(self.by_mode.values())


def progress_of(one: SurveyRound) -> list[AreaProgress]:
    """Return how far a round is, area by area, in the order of their codes."""
    phone, link = Q(mode=Mode.PHONE), Q(mode=Mode.LINK)
    open_calls = phone & Q(answered_at=None, refused_at=None)
    drawn = (
        Invitation.objects.filter(round=one)
        .values("area")
        .annotate(
            links=Count("pk", filter=link),
            sent=Count("pk", filter=link & Q(sent_at__isnull=False)),
            calls=Count("pk", filter=phone),
            refused=Count("pk", filter=Q(refused_at__isnull=False)),
            unreached=Count("pk", filter=open_calls & Q(tries__gte=MOST_TRIES)),
            left=Count("pk", filter=open_calls & Q(tries__lt=MOST_TRIES)),
        )
    )
    came: dict[int, dict[str, int]] = {}
    answers = Answer.objects.filter(round=one).values_list("area", "mode").annotate(n=Count("pk"))
    for area_id, mode, number in answers.values_list("area", "mode", "n"):
        came.setdefault(area_id, {})[mode] = number
    parts = ("links", "sent", "calls", "refused", "unreached", "left")
    counts = {row[0]: row[1:] for row in drawn.values_list("area", *parts)}
    found = []
    for area in areas_on(AreaKind.STATION, one.month):
        links, sent, calls, refused, unreached, left = counts.get(area.pk, (0,) * len(parts))
        by_mode = came.get(area.pk, {})
        wanted = one.wanted_per_area
        found.append(AreaProgress(area, links, sent, calls, refused, unreached, left, by_mode, wanted))
    return found


def ages_drawn(one: SurveyRound) -> dict[str, int]:
    """Return how many of each age band were drawn in a round; empty: age not known."""
    return dict(
        Invitation.objects.filter(round=one)
        .values_list("age_band")
        .annotate(n=Count("pk"))
        .values_list("age_band", "n")
    )


@dataclass(frozen=True, slots=True)
class AreaAnswers:
    """How many answers an area gave in a round, and how many it should give."""

    area: Area
    answers: int
    wanted: int

    @property
    def enough(self) -> bool:
        return self.answers >= self.wanted


def round_of(month: Month) -> SurveyRound | None:
    return SurveyRound.objects.filter(month=month.first).first()


def rounds() -> list[SurveyRound]:
    """Return the rounds there were, the latest first."""
    return list(SurveyRound.objects.order_by("-month")[:MOST_ROUNDS])


@dataclass(frozen=True, slots=True)
class Said:
    """One answer to one question: where, how old, how asked, and the mark; None: could not say."""

    area_id: int
    age_band: str
    mode: str
    mark: int | None


def said_in(one: SurveyRound, question: str) -> list[Said]:
    rows = Answer.objects.filter(round=one).values_list("area_id", "age_band", "mode", "marks")
    return [Said(area, band, mode, marks.get(question)) for area, band, mode, marks in rows]


def people_by_age(area_ids: Collection[int], on: date) -> dict[tuple[int, str], float]:
    """Return how many of each age band live in an area, where the town has counted that."""
    found = {}
    for band in AgeBand:
        for area_id, one in populations_on(area_ids, f"age:{band}", on).items():
            found[area_id, str(band)] = one.number
    return found


def answers_by_area(one: SurveyRound) -> list[AreaAnswers]:
    areas = areas_on(AreaKind.STATION, one.month)
    counts = dict(
        Answer.objects.filter(round=one).values_list("area").annotate(n=Count("pk")).values_list("area", "n")
    )
    return [AreaAnswers(area, counts.get(area.pk, 0), one.wanted_per_area) for area in areas]
