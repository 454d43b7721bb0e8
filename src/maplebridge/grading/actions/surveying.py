"""Asking residents: a round a month, a sample drawn by chance, one answer a person, however they were asked."""

import hashlib
import random
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import IntegrityError, transaction

from maplebridge.conversations.domain.broadcasting import quiet_until
from maplebridge.grading.domain.areas import AreaKind
from maplebridge.grading.domain.questionnaire import Marks
from maplebridge.grading.domain.sampling import allotted
from maplebridge.grading.events import InvitationDrawn
from maplebridge.grading.models import Answer, Area, Invitation, Mode, SurveyRound
from maplebridge.grading.queries import (
    MOST_TRIES,
    areas_on,
    grounds_of,
    people_by_age,
    respondent_of,
    round_of,
)
from maplebridge.kernel.periods import Month
from maplebridge.matters.queries import broadcast_limits, local_day, town_rules, town_zone
from maplebridge.people import queries as people
from maplebridge.people.actions import Purpose, reveal
from maplebridge.platform.audit import action
from maplebridge.platform.events import publish
from maplebridge.platform.fields import keyed_digest

LAST_HOUR = time(21)  # nobody is rung or sent a message later
LINK_BYTES = 16  # 128 bits: nobody guesses a link
REST_ROUNDS = 6  # nobody is asked twice within so many rounds


class SurveyRefused(Exception):
    """`code` says why: not_open, already_answered, unknown_link, no_such_area, asked_too_often, has_refused."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@action
def open_round(
    *,
    month: Month,
    questions: Sequence[Mapping[str, str]],
    opens_at: datetime,
    closes_at: datetime,
    wanted_per_area: int = 30,
) -> SurveyRound:
    """Open the round of a month; opening it again leaves it as it is."""
    one, _ = SurveyRound.objects.get_or_create(
        month=month.first,
        defaults={
            "questions": list(questions),
            "opens_at": opens_at,
            "closes_at": closes_at,
            "wanted_per_area": wanted_per_area,
        },
    )
    return one


@action
def open_month(*, month: Month, wanted_per_area: int, now: datetime) -> SurveyRound:
    """Open a month's round from now until its last evening."""
    closes = datetime.combine(month.last, LAST_HOUR, tzinfo=town_zone())
    return open_round(
        month=month,
        questions=[],
        opens_at=now,
        closes_at=max(closes, now + timedelta(hours=1)),
        wanted_per_area=wanted_per_area,
    )


@action
def open_due(*, now: datetime, address: str, seed: int) -> SurveyRound | None:
    """Open this month's round where the town's rules say so, and draw whom they say; None where there is nothing to do.

    A round that somebody has opened by hand is left alone, and nobody is sent a link in the quiet hours.
    """
    today = local_day(now)
    rules, month = town_rules(today), Month.of(today)
    if not 0 < rules.survey_day <= today.day or quiet_until(now, broadcast_limits(now)) is not None:
        return None
    if round_of(month) is not None or not areas_on(AreaKind.STATION, month.first).exists():
        return None
    one = open_month(month=month, wanted_per_area=rules.survey_answers, now=now)
    if rules.survey_links or rules.survey_calls:
        draw_everywhere(
            round_id=one.pk,
            links=rules.survey_links,
            calls=rules.survey_calls,
            seed=seed,
            address=address,
            now=now,
        )
    return one


@dataclass(frozen=True, slots=True)
class Drawn:
    """One who was drawn, with the link that goes out to them and is kept nowhere."""

    invitation_id: int
    person_id: int
    link: str


@action
def draw(
    *, round_id: int, area_id: int, mode: Mode, number: int, seed: int, now: datetime, address: str = ""
) -> list[Drawn]:
    """Draw residents of an area by chance and by age, from those enrolled there, without those asked lately.

    With the address of the survey's page, links are sent to those who are drawn for one.
    """
    one, area = _open(round_id, now), Area.objects.get(pk=area_id)
    chosen = random.Random(f"{seed}:{round_id}:{area_id}:{mode}")
    living = sorted(people.residents_on(grounds_of(area)))
    asked = set(Invitation.objects.filter(round=one).values_list("person_id", flat=True))
    rested = asked | _asked_lately(one)
    fresh = [id for id in living if id not in rested]
    chosen.shuffle(fresh)
    ages = people.ages_of(fresh)
    left = allotted(number, Counter(ages[id] for id in fresh), _living(area, one.month))
    drawn = []
    for person_id in fresh:
        band = ages[person_id]
        if left[band]:
            left[band] -= 1
            drawn.append(_invite(one, area, person_id, band, mode, address, now))
    return drawn


def _living(area: Area, on: date) -> dict[str, float]:
    return {band: number for (_area, band), number in people_by_age([area.pk], on).items()}


def _invite(
    one: SurveyRound, area: Area, person_id: int, band: str, mode: Mode, address: str, now: datetime
) -> Drawn:
    link = secrets.token_urlsafe(LINK_BYTES) if mode == Mode.LINK else ""
    invitation = Invitation.objects.create(
        round=one,
        area=area,
        person_id=person_id,
        age_band=band,
        mode=mode,
        token_digest=_digest(link) if link else "",
        waiting=f"{address}#{link}" if link and address else "",
    )
    if invitation.waiting:
        publish(InvitationDrawn(invitation_id=invitation.pk, occurred_at=now))
    return Drawn(invitation.pk, person_id, link)


@action
def draw_everywhere(
    *, round_id: int, links: int, calls: int, seed: int, address: str, now: datetime
) -> dict[Mode, int]:
    """Draw in every station's area so many who get a link and so many who are rung. Return how many were drawn."""
    one = _open(round_id, now)
    drawn: Counter[Mode] = Counter()
    for area in areas_on(AreaKind.STATION, one.month):
        for mode, number in ((Mode.LINK, links), (Mode.PHONE, calls)):
            drawn[mode] += len(
                draw(
                    round_id=round_id,
                    area_id=area.pk,
                    mode=mode,
                    number=number,
                    seed=seed,
                    now=now,
                    address=address,
                )
            )
    return dict(drawn)


@action
def note_sent(*, invitation_id: int, now: datetime) -> None:
    """Note that a link went out; from then on it is kept nowhere."""
    Invitation.objects.filter(pk=invitation_id).update(waiting="", sent_at=now)


@action
def note_unreachable(*, invitation_id: int) -> None:
    """Somebody without a phone that takes a message cannot be asked by a link."""
    Invitation.objects.filter(pk=invitation_id).update(waiting="")


@dataclass(frozen=True, slots=True)
class Told:
    """An answer that was taken elsewhere, as by a telephone center. `respondent` is that center's own number."""

    area_id: int
    mode: Mode
    marks: Marks
    respondent: str


@action
def take_over_answers(*, round_id: int, answers: Sequence[Told], source: str, now: datetime) -> int:
    """Record answers taken elsewhere. Who is in it twice counts once; return how many were new."""
    one = _open(round_id, now)
    known = set(Answer.objects.filter(round=one).values_list("respondent", flat=True))
    fresh: dict[str, Answer] = {}
    for told in answers:
        digest = keyed_digest(f"{one.month}:{source}:{told.respondent}", use="survey")
        if digest not in known and digest not in fresh:
            fresh[digest] = Answer(
                round=one,
                area_id=told.area_id,
                age_band=told.marks.age_band or "",
                mode=told.mode,
                marks=_kept(told.marks),
                respondent=digest,
                answered_on=_day(now),
            )
    Answer.objects.bulk_create(fresh.values(), batch_size=500)
    return len(fresh)


def _kept(marks: Marks) -> dict[str, int | None]:
    return {str(question): mark for question, mark in marks.by_question.items()}


@action
def answer_as_resident(*, round_id: int, person_id: int, marks: Marks, now: datetime) -> Answer:
    """Record what a signed-in resident says about the area of their home."""
    one = _open(round_id, now)
    area = _home_area(person_id)
    return _record(one, area, Mode.PAGE, marks, respondent_of(one, person_id), now, person_id=person_id)


@action
def answer_at_post(*, round_id: int, area_id: int, person_id: int, marks: Marks, now: datetime) -> Answer:
    """Record what somebody says who scanned the code at a post; they are signed in by phone, so count once."""
    one = _open(round_id, now)
    area = Area.objects.filter(pk=area_id, valid_to=None).first()
    if area is None:
        raise SurveyRefused("no_such_area")
    return _record(one, area, Mode.CODE, marks, respondent_of(one, person_id), now, person_id=person_id)


@action
def answer_by_link(*, link: str, marks: Marks, now: datetime) -> Answer:
    """Record the answer to a text message. The link works once, and until the round closes."""
    invitation = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("round", "area")
        .filter(token_digest=_digest(link))
        .first()
    )
    if invitation is None or not link:
        raise SurveyRefused("unknown_link")
    one = _open(invitation.round_id, now)
    respondent = respondent_of(one, invitation.person_id)
    return _record(one, invitation.area, Mode.LINK, marks, respondent, now, person_id=invitation.person_id)


@action
def answer_on_phone(*, invitation_id: int, marks: Marks, now: datetime) -> Answer:
    """Record what a resident told the interviewer who rang."""
    invitation = _invited_by_phone(invitation_id)
    one = _open(invitation.round_id, now)
    respondent = respondent_of(one, invitation.person_id)
    return _record(one, invitation.area, Mode.PHONE, marks, respondent, now, person_id=invitation.person_id)


@action
def note_call(*, invitation_id: int, refused: bool, now: datetime) -> Invitation:
    """Note that nobody answered, or that the resident does not want to be asked: then nobody rings again."""
    invitation = _invited_by_phone(invitation_id)
    if refused:
        invitation.refused_at = now
    else:
        invitation.tries += 1
    invitation.save(update_fields=["tries", "refused_at"])
    return invitation


@action
def phone_of(*, invitation_id: int, by_id: int, now: datetime) -> str:
    """Return the number to ring; the reading is logged, and the resident can see it."""
    invitation = _invited_by_phone(invitation_id)
    purpose = Purpose(kind="survey", id=invitation.pk, basis="monthly survey of safety")
    person = people.get_person(invitation.person_id)
    return reveal(person, purpose=purpose, reader_id=by_id, now=now)["phone"]


def _open(round_id: int, now: datetime) -> SurveyRound:
    one = SurveyRound.objects.filter(pk=round_id).first()
    if one is None or not one.opens_at <= now < one.closes_at:
        raise SurveyRefused("not_open")
    return one


def _invited_by_phone(invitation_id: int) -> Invitation:
    invitation = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("area")
        .filter(pk=invitation_id, mode=Mode.PHONE)
        .first()
    )
    if invitation is None:
        raise SurveyRefused("unknown_link")
    if invitation.refused_at is not None:
        raise SurveyRefused("has_refused")
    if invitation.answered_at is not None:
        raise SurveyRefused("already_answered")
    if invitation.tries >= MOST_TRIES:
        raise SurveyRefused("asked_too_often")
    return invitation


def _record(
    one: SurveyRound,
    area: Area,
    mode: Mode,
    marks: Marks,
    respondent: str,
    now: datetime,
    *,
    person_id: int,
) -> Answer:
    try:
        with transaction.atomic():
            answer = Answer.objects.create(
                round=one,
                area=area,
                age_band=marks.age_band or "",
                mode=mode,
                marks=_kept(marks),
                respondent=respondent,
                answered_on=_day(now),
            )
    except IntegrityError:
        raise SurveyRefused("already_answered") from None
    Invitation.objects.filter(round=one, person_id=person_id, answered_at=None).update(answered_at=now)
    return answer


def _day(now: datetime) -> date:
    """Return the first of the month only: a day would tell who answered."""
    return now.date().replace(day=1)


def _home_area(person_id: int) -> Area:
    building = people.get_person(person_id).building
    if building is not None:
        for area in Area.objects.filter(valid_to=None).exclude(kind=AreaKind.BEAT):
            if building.grid_id in grounds_of(area):
                return area
    raise SurveyRefused("no_such_area")


def _asked_lately(one: SurveyRound) -> set[int]:
    earlier = SurveyRound.objects.filter(month__lt=one.month).order_by("-month")[:REST_ROUNDS]
    return set(
        Invitation.objects.filter(round_id__in=[each.pk for each in earlier]).values_list(
            "person_id", flat=True
        )
    )


def _digest(link: str) -> str:
    return hashlib.sha256(link.encode()).hexdigest()
