"""Who mediates: assigned by the town or chosen by the sides, without being too close, replaced on request."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from maplebridge.mediation.actions.record import (
    By,
    NotAllowed,
    about,
    must_be,
    note,
    take,
    tell,
    tell_person,
)
from maplebridge.mediation.domain.audiences import Audience
from maplebridge.mediation.domain.conflicts import Conflict
from maplebridge.mediation.domain.workflow import OPEN, SETTLED, Ended
from maplebridge.mediation.events import MediatorAssigned
from maplebridge.mediation.models import Assignment, Declaration, Dispute, Mediator, Party
from maplebridge.mediation.queries import conflicts_of, local_day, mediators
from maplebridge.platform.audit import action
from maplebridge.platform.events import publish


class TooClose(NotAllowed):
    """Something stands between the mediator and a party. `conflicts` says what."""

    def __init__(self, code: str, conflicts: tuple[Conflict, ...]) -> None:
        super().__init__(code)
        self.conflicts = conflicts


@action
def assign(
    *,
    dispute_id: int,
    mediator_id: int,
    by: By,
    now: datetime,
    role: str = Assignment.Role.LEAD,
    chosen_by_sides: bool = False,
    knowing: bool = False,
) -> Assignment:
    """Give somebody a part in a dispute. What only has to be known is refused once, until `knowing` says it is."""
    dispute = take(dispute_id)
    must_be(dispute, *OPEN)
    mediator = mediators(local_day(now)).filter(pk=mediator_id).first()
    if mediator is None:
        raise NotAllowed("not_a_mediator_now")
    _check_closeness(dispute, mediator, knowing=knowing)
    made = _save_once(
        Assignment(dispute=dispute, mediator=mediator, role=role, chosen_by_sides=chosen_by_sides, since=now)
    )
    note(
        dispute,
        "assigned",
        by=by,
        now=now,
        audience=Audience.BOTH,
        mediator=mediator.pk,
        role=role,
        chosen_by_sides=chosen_by_sides,
    )
    publish(MediatorAssigned(mediator_id=mediator.pk, **about(dispute, now)))
    tell(dispute, audience=Audience.BOTH)
    tell_person(mediator.person_id, dispute)
    return made


def _check_closeness(dispute: Dispute, mediator: Mediator, *, knowing: bool) -> None:
    found = conflicts_of(dispute.pk, [mediator])[mediator.pk]
    if any(one.excludes for one in found):
        raise TooClose("too_close", found)
    if found and not knowing:
        raise TooClose("know_first", found)


def _save_once(part: Assignment) -> Assignment:
    try:
        with transaction.atomic():
            part.save()
    except IntegrityError as problem:
        if "one_lead_a_dispute" in str(problem):
            raise NotAllowed("has_a_lead") from problem
        if "one_part_a_mediator" in str(problem):
            raise NotAllowed("has_a_part") from problem
        raise
    return part


@action
def end_assignment(*, assignment_id: int, because: Ended, words: str, by: By, now: datetime) -> Assignment:
    """End a mediator's part in a dispute."""
    part = Assignment.objects.select_related("mediator").get(pk=assignment_id)
    dispute = take(part.dispute_id)
    part.refresh_from_db()
    must_be(dispute, *OPEN, *SETTLED)
    _end(dispute, part, because, words, by, now)
    tell(dispute, audience=Audience.BOTH)
    return part


def _end(dispute: Dispute, part: Assignment, because: Ended, words: str, by: By, now: datetime) -> None:
    if part.until is not None:
        raise NotAllowed("part_has_ended")
    part.until, part.ended_because, part.words = now, because, words
    part.save(update_fields=["until", "ended_because", "words"])
    note(
        dispute,
        "assignment_ended",
        by=by,
        now=now,
        audience=Audience.BOTH,
        mediator=part.mediator_id,
        because=because,
    )
    tell_person(part.mediator.person_id, dispute)


@action
def replace(
    *,
    assignment_id: int,
    mediator_id: int,
    because: Ended,
    words: str,
    by: By,
    now: datetime,
    knowing: bool = False,
) -> Assignment:
    """Put somebody else in a mediator's place, with the same part; the record stays whole."""
    part = end_assignment(assignment_id=assignment_id, because=because, words=words, by=by, now=now)
    if part.mediator_id == mediator_id:
        raise NotAllowed("somebody_else")
    return assign(
        dispute_id=part.dispute_id,
        mediator_id=mediator_id,
        role=part.role,
        chosen_by_sides=because == Ended.ASKED_BY_SIDE,
        knowing=knowing,
        by=by,
        now=now,
    )


@dataclass(frozen=True, slots=True)
class Handed:
    """What was handed over, and which disputes stay, because the successor is too close or has a part there."""

    done: tuple[Dispute, ...]
    left: tuple[Dispute, ...]


@action
def hand_over_all(
    *, mediator_id: int, to_id: int, because: Ended, words: str, by: By, now: datetime, knowing: bool = False
) -> Handed:
    """Put somebody else in a mediator's place in every open dispute in which nothing stands between."""
    if mediator_id == to_id:
        raise NotAllowed("somebody_else")
    done: list[Dispute] = []
    left: list[Dispute] = []
    open_parts = Assignment.objects.filter(
        mediator_id=mediator_id, until=None, dispute__state__in=sorted(OPEN)
    ).select_related("dispute")
    for part in open_parts.order_by("dispute_id"):
        try:
            with transaction.atomic():
                replace(
                    assignment_id=part.pk,
                    mediator_id=to_id,
                    because=because,
                    words=words,
                    knowing=knowing,
                    by=by,
                    now=now,
                )
        except NotAllowed:
            left.append(part.dispute)
        else:
            done.append(part.dispute)
    if not done and not left:
        raise NotAllowed("nothing_in_hand")
    return Handed(tuple(done), tuple(left))


@action
def declare(
    *,
    dispute_id: int,
    mediator_id: int,
    text: str,
    by: By,
    now: datetime,
    party_id: int | None = None,
) -> Declaration:
    """Say that a mediator is too close, also before anybody is assigned. Whoever mediates steps back at once."""
    dispute = take(dispute_id)
    must_be(dispute, *OPEN)
    if not text.strip():
        raise NotAllowed("reason_needed")
    part = Assignment.objects.filter(dispute=dispute, mediator_id=mediator_id, until=None)
    if not part.exists() and not mediators(local_day(now)).filter(pk=mediator_id).exists():
        raise NotAllowed("not_a_mediator_now")
    if Declaration.objects.filter(Q(party_id=party_id), dispute=dispute, mediator_id=mediator_id).exists():
        raise NotAllowed("declared_before")
    if party_id is not None and not Party.objects.filter(pk=party_id, dispute=dispute).exists():
        raise NotAllowed("not_a_party_of_it")
    said = Declaration.objects.create(
        dispute=dispute,
        mediator_id=mediator_id,
        party_id=party_id,
        text=text,
        declared_by_id=by.person_id,
        declared_at=now,
    )
    note(dispute, "declared", by=by, now=now, mediator=mediator_id)
    for one in part.select_related("mediator"):
        _end(dispute, one, Ended.CONFLICT, "", by, now)
    tell(dispute)
    return said
