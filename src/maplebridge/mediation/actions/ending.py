"""Mediation ends without an agreement: not begun, given up, failed, or because it belongs elsewhere."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_noop

from maplebridge.matters.domain.workflow import NotFeasible, Outcome
from maplebridge.mediation.actions import matter as its_matter
from maplebridge.mediation.actions.finding import hand_on_grave
from maplebridge.mediation.actions.record import By, NotAllowed, about, move, must_be, note, save, take, tell
from maplebridge.mediation.actions.telling import Change, ask_to_tell
from maplebridge.mediation.actions.words import in_town_language
from maplebridge.mediation.domain.acceptance import TO_CONFIDENTIAL, Grave
from maplebridge.mediation.domain.audiences import Audience
from maplebridge.mediation.domain.workflow import OPEN, EndedBecause, OtherWay, State
from maplebridge.mediation.events import MediationEnded
from maplebridge.mediation.models import Dispute
from maplebridge.platform.audit import action
from maplebridge.platform.events import publish

WAYS = {
    OtherWay.ARBITRATION: gettext_noop("arbitration"),
    OtherWay.COURT: gettext_noop("going to court"),
    OtherWay.ADMINISTRATIVE: gettext_noop("a decision of the authority in charge"),
    OtherWay.LEGAL_AID: gettext_noop("legal aid"),
}
ENDED = gettext_noop("Mediation has ended without an agreement. These ways are open: %(ways)s.")
NOT_BEGUN = gettext_noop("This could not be mediated. These ways are open: %(ways)s.")
TAKEN_BACK = gettext_noop("Mediation was given up, as the sides wish.")
GIVEN_UP_ONLY = frozenset({EndedBecause.TAKEN_BACK, EndedBecause.SETTLED_ALONE})
FAILING = frozenset(
    {EndedBecause.APART, EndedBecause.TIME_OVER, EndedBecause.SIDE_AWAY, EndedBecause.DECIDED_ELSEWHERE}
)
REFUSING = frozenset(
    {
        EndedBecause.SIDE_REFUSES,
        EndedBecause.NOT_FOR_MEDIATION,
        EndedBecause.DECIDED_ELSEWHERE,
        EndedBecause.NO_RIGHT,
    }
)


@action
def refuse(
    *,
    dispute_id: int,
    because: EndedBecause,
    words: str,
    other_ways: Sequence[OtherWay],
    by: By,
    now: datetime,
) -> Dispute:
    """Do not take a dispute on, or end it because a side refuses."""
    dispute = take(dispute_id)
    must_be(dispute, *OPEN)
    if because not in REFUSING:
        raise NotAllowed("say_why")
    refuse_taken(dispute, because, words=words, other_ways=other_ways, by=by, now=now)
    return dispute


def refuse_taken(
    dispute: Dispute,
    because: EndedBecause,
    *,
    words: str,
    other_ways: Sequence[OtherWay],
    by: By,
    now: datetime,
) -> None:
    ways = tuple(other_ways) or (OtherWay.COURT,)  # which is open to everybody
    end(dispute, State.REFUSED, because, words=words, other_ways=ways, by=by, now=now)
    _result_of_matter(dispute, NOT_BEGUN, ways, by, now)


@action
def withdraw(*, dispute_id: int, because: EndedBecause, words: str, by: By, now: datetime) -> Dispute:
    """Give mediation up because the sides no longer want it, or have settled it alone."""
    dispute = take(dispute_id)
    must_be(dispute, *OPEN)
    if because not in GIVEN_UP_ONLY:
        raise NotAllowed("say_why")
    end(dispute, State.WITHDRAWN, because, words=words, other_ways=(), by=by, now=now)
    text = in_town_language(TAKEN_BACK)
    its_matter.resolve(dispute, Outcome.EXPLAINED, text, by=by, now=now)
    return dispute


@action
def fail(
    *,
    dispute_id: int,
    because: EndedBecause,
    words: str,
    other_ways: Sequence[OtherWay],
    by: By,
    now: datetime,
) -> Dispute:
    """End mediation without an agreement, with the other ways explained (art. 26)."""
    dispute = take(dispute_id)
    must_be(dispute, State.IN_MEDIATION, State.BROKEN)
    if because not in FAILING:
        raise NotAllowed("say_why")
    if not other_ways:
        raise NotAllowed("other_ways_needed")
    end(dispute, State.FAILED, because, words=words, other_ways=other_ways, by=by, now=now)
    _result_of_matter(dispute, ENDED, other_ways, by, now)
    return dispute


def _result_of_matter(
    dispute: Dispute, message: str, other_ways: Sequence[OtherWay], by: By, now: datetime
) -> None:
    listed = "、".join(in_town_language(WAYS[way]) for way in other_ways)
    its_matter.resolve(
        dispute,
        Outcome.NOT_FEASIBLE,
        in_town_language(message, ways=listed),
        because=NotFeasible.NOT_PUBLIC,
        by=by,
        now=now,
    )


@action
def refer(*, dispute_id: int, grave: Sequence[Grave], words: str, by: By, now: datetime) -> int:
    """Hand on what never belonged to mediation. Return the number of the matter that goes on.

    Of violence at home and abuse of a child only the few who hold that role read from now on, the dispute included.
    """
    dispute = take(dispute_id)
    must_be(dispute, *OPEN)
    if not grave:
        raise NotAllowed("say_why")
    dispute.grave = list(grave)
    dispute.confidential = bool(TO_CONFIDENTIAL.intersection(grave))
    save(dispute, "grave", "confidential")
    because = EndedBecause(next(one for one in (*TO_CONFIDENTIAL, Grave.CRIME) if one in grave))
    matter_id = hand_on_grave(dispute, grave, by, now)
    end(dispute, State.REFERRED, because, words=words, other_ways=(), by=by, now=now, matter=matter_id)
    return matter_id


def end(
    dispute: Dispute,
    state: State,
    because: EndedBecause,
    *,
    words: str,
    other_ways: Sequence[OtherWay],
    by: By,
    now: datetime,
    matter: int | None = None,
) -> None:
    move(dispute, state)
    dispute.concluded_at, dispute.concluded_by_id = now, by.person_id
    dispute.ended_because, dispute.other_ways = because, list(other_ways)
    save(dispute, "state", "concluded_at", "concluded_by", "ended_because", "other_ways")
    close_what_is_open(dispute, now)
    audience = Audience.MEDIATORS if dispute.confidential else Audience.BOTH
    note(
        dispute,
        state,
        by=by,
        now=now,
        audience=audience,
        because=because,
        ways=list(other_ways),
        matter=matter,
    )
    if words.strip():
        note(dispute, "reason", by=by, now=now, text=words)
    publish(MediationEnded(state=state, because=because, **about(dispute, now)))
    tell(dispute, audience=audience)


def close_what_is_open(dispute: Dispute, now: datetime) -> None:
    """Take back what waits for an end that has come: time asked for, drafts, sessions to come, the tier's clock."""
    dispute.extensions.filter(decided_at=None).update(decided_at=now, granted=False)
    dispute.invitations.filter(decided_at=None).update(decided_at=now, comes=False)
    dispute.agreements.filter(effective_at=None, ended_at=None).update(ended_at=now)
    dispute.stays.filter(until=None).update(until=now)
    cancel_coming_sessions(dispute, now)


def cancel_coming_sessions(dispute: Dispute, now: datetime) -> None:
    for session in dispute.sessions.filter(canceled_at=None, held_at=None, starts_at__gt=now):
        session.canceled_at = now
        session.save(update_fields=["canceled_at"])
        session.attendances.update(canceled_at=now)
        ask_to_tell(session, Change.CANCELED, now=now)
