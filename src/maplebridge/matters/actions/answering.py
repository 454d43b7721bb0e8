"""Between the question and the result: answering, handing over, pausing, promising, asking for more time."""

from collections.abc import Sequence
from datetime import date, datetime

from maplebridge.matters.actions.agencies import limit_of
from maplebridge.matters.actions.promising import promised_in
from maplebridge.matters.actions.record import By, NotAllowed, move, note, post_back, save, take, tell
from maplebridge.matters.domain.deadlines import after_pause, handle_by
from maplebridge.matters.domain.workflow import PauseReason, State
from maplebridge.matters.events import MatterAnswered
from maplebridge.matters.models import Extension, HandOver, Matter, Promise
from maplebridge.matters.permissions import may_take_over
from maplebridge.matters.queries import local_day, working_calendar
from maplebridge.platform import live
from maplebridge.platform.audit import action
from maplebridge.platform.events import publish


@action
def answer(
    *,
    matter_id: int,
    text: str,
    by: By,
    shown_as: str,
    now: datetime,
    photo_ids: Sequence[int] = (),
    promise_by: datetime | None = None,
    stands_in: int | None = None,
    only_as_first: bool = False,
) -> Matter:
    """Answer whoever asked; the first answer stops the clock. `stands_in`: the thread where the words stand already.

    A promise in the words is dated by them ("明天给您回复"), unless `promise_by` says when.
    `only_as_first`: whoever writes believes that nobody has answered yet, and wants to know if somebody was faster.
    """
    matter = take(matter_id)
    if only_as_first and matter.answered_at is not None:
        raise NotAllowed("somebody_was_faster")
    if not text.strip():
        raise NotAllowed("answer_needed")
    if not matter.is_open:
        raise NotAllowed("matter_not_open")
    if promise_by is not None and promise_by <= now:
        raise NotAllowed("promise_in_the_past")
    first = matter.answered_at is None
    if first:
        take_in_hand(matter, by, now)
    note(matter, "answered" if first else "told", by=by, now=now, text=text, public=True)
    post_back(matter, text, by=by, now=now, shown_as=shown_as, photo_ids=photo_ids, besides=stands_in)
    if not first:
        matter.promises.filter(kept_at=None, by_id=by.person_id).update(kept_at=now)
    promise_by = promise_by or promised_in(matter, text, now)
    if promise_by is not None and by.person_id is not None:
        Promise.objects.create(matter=matter, by_id=by.person_id, text=text, made_at=now, due_at=promise_by)
        note(matter, "promised", by=by, now=now, public=True, facts={"due": promise_by.isoformat()})
    tell(matter)
    return matter


def take_in_hand(matter: Matter, by: By, now: datetime) -> None:
    """Stop the clock of the answer and start the clock of the handling."""
    move(matter, State.IN_HAND)
    matter.answered_at, matter.answered_by_id = now, by.person_id
    matter.ladder_at = None
    matter.handle_by = handle_by(now, limit_of(matter), working_calendar())
    save(matter, "state", "answered_at", "answered_by", "ladder_at", "handle_by")
    publish(
        MatterAnswered(
            matter_id=matter.pk,
            grid_id=matter.grid_id,
            severity=matter.severity,
            in_time=now <= matter.respond_by,
            occurred_at=now,
        )
    )


@action
def offer_hand_over(*, matter_id: int, to_id: int, words: str, by: By, now: datetime) -> HandOver:
    """Offer a matter to somebody else. Whoever was asked first keeps it until the other accepts."""
    matter = take(matter_id)
    if not matter.is_open:
        raise NotAllowed("matter_not_open")
    if to_id == matter.owner_id:
        raise NotAllowed("already_the_owner")
    if not may_take_over(to_id, matter, local_day(now)):
        raise NotAllowed("cannot_have_it")
    offer, is_new = HandOver.objects.get_or_create(
        matter=matter,
        to_person_id=to_id,
        accepted_at=None,
        declined_at=None,
        defaults={"from_person_id": matter.owner_id, "words": words, "offered_at": now},
    )
    if is_new:
        note(matter, "hand_over_offered", by=by, now=now, text=words, facts={"to": to_id})
        tell(matter)
        tell_person(to_id, matter)
    return offer


@action
def accept_hand_over(*, hand_over_id: int, by: By, now: datetime) -> Matter:
    """Take a matter over: from now on it is theirs."""
    offer, matter = _offered(hand_over_id, by)
    if not matter.is_open:
        raise NotAllowed("matter_not_open")
    before = matter.owner_id
    offer.accepted_at = now
    offer.save(update_fields=["accepted_at"])
    matter.hand_overs.filter(accepted_at=None, declined_at=None).update(
        declined_at=now, reason="taken_by_another"
    )
    matter.owner_id, matter.owner_since = offer.to_person_id, now
    save(matter, "owner", "owner_since")
    note(matter, "handed_over", by=by, now=now, public=True, facts={"from": before, "to": matter.owner_id})
    tell(matter)
    tell_person(before, matter)
    return matter


@action
def decline_hand_over(*, hand_over_id: int, reason: str, by: By, now: datetime) -> None:
    offer, matter = _offered(hand_over_id, by)
    if not reason.strip():
        raise NotAllowed("reason_needed")
    offer.declined_at, offer.reason = now, reason
    offer.save(update_fields=["declined_at", "reason"])
    note(matter, "hand_over_declined", by=by, now=now, text=reason, facts={"to": offer.to_person_id})
    tell(matter)


def _offered(hand_over_id: int, by: By) -> tuple[HandOver, Matter]:
    """Return what waits for this person's answer, and the matter, which nobody else changes meanwhile."""
    offer = HandOver.objects.get(pk=hand_over_id)
    matter = take(offer.matter_id)
    offer.refresh_from_db()
    if offer.to_person_id != by.person_id:
        raise NotAllowed("offered_to_somebody_else")
    if offer.accepted_at or offer.declined_at:
        raise NotAllowed("already_decided")
    return offer, matter


@action
def pause(
    *, matter_id: int, reason: PauseReason, words: str, until: datetime, by: By, now: datetime
) -> Matter:
    """Stop the clock of the handling, for a reason that the resident sees, until a date."""
    matter = take(matter_id)
    if until <= now:
        raise NotAllowed("end_in_the_past")
    move(matter, State.PAUSED)
    matter.paused_at, matter.paused_until, matter.pause_reason = now, until, reason
    save(matter, "state", "paused_at", "paused_until", "pause_reason")
    note(
        matter,
        "paused",
        by=by,
        now=now,
        text=words,
        public=True,
        facts={"reason": reason, "until": until.isoformat()},
    )
    tell(matter)
    return matter


@action
def resume(*, matter_id: int, by: By, now: datetime) -> Matter:
    """Go on with a paused or deferred matter; the deadline moves by the length of the pause."""
    matter = take(matter_id)
    resume_taken(matter, by=by, now=now)
    return matter


def resume_taken(matter: Matter, *, by: By, now: datetime) -> None:
    if matter.state not in (State.PAUSED, State.DEFERRED):
        raise NotAllowed("not_paused")
    move(matter, State.IN_HAND, by_system=by.person_id is None)
    if matter.paused_at is not None and matter.handle_by is not None:
        matter.handle_by = after_pause(matter.handle_by, matter.paused_at, now)
    matter.paused_at = matter.paused_until = matter.review_on = matter.overdue_noted_at = None
    matter.pause_reason = ""
    save(
        matter,
        "state",
        "handle_by",
        "paused_at",
        "paused_until",
        "review_on",
        "overdue_noted_at",
        "pause_reason",
    )
    note(matter, "resumed", by=by, now=now, public=True)
    tell(matter)


@action
def defer(*, matter_id: int, words: str, review_on: date, by: By, now: datetime) -> Matter:
    """Put a matter on the list of what cannot be done now (挂账), with a reason and a date of review."""
    matter = take(matter_id)
    if not words.strip():
        raise NotAllowed("reason_needed")
    if review_on <= local_day(now):
        raise NotAllowed("end_in_the_past")
    move(matter, State.DEFERRED)
    matter.review_on, matter.paused_at = review_on, now
    save(matter, "state", "review_on", "paused_at")
    note(
        matter,
        "deferred",
        by=by,
        now=now,
        text=words,
        public=True,
        facts={"review_on": review_on.isoformat()},
    )
    tell(matter)
    return matter


@action
def ask_extension(*, matter_id: int, until: datetime, reason: str, by: By, now: datetime) -> Extension:
    """Ask for more time, with a reason; a supervisor decides."""
    matter = take(matter_id)
    if matter.state != State.IN_HAND or matter.handle_by is None:
        raise NotAllowed("not_in_hand")
    if until <= max(matter.handle_by, now):
        raise NotAllowed("end_not_later")
    if not reason.strip():
        raise NotAllowed("reason_needed")
    if matter.extensions.filter(decided_at=None).exists():
        raise NotAllowed("already_asked")
    if by.person_id is None:
        raise NotAllowed("somebody_asks")
    asked = Extension.objects.create(
        matter=matter, asked_by_id=by.person_id, asked_at=now, until=until, reason=reason
    )
    note(matter, "extension_asked", by=by, now=now, text=reason, facts={"until": until.isoformat()})
    tell(matter)
    return asked


@action
def decide_extension(*, extension_id: int, granted: bool, by: By, now: datetime) -> Extension:
    """Grant or refuse more time; nobody decides on their own wish."""
    asked = Extension.objects.get(pk=extension_id)
    matter = take(asked.matter_id)
    asked.refresh_from_db()
    if asked.decided_at is not None:
        raise NotAllowed("already_decided")
    if asked.asked_by_id == by.person_id:
        raise NotAllowed("somebody_else_decides")
    asked.granted, asked.decided_by_id, asked.decided_at = granted, by.person_id, now
    asked.save(update_fields=["granted", "decided_by", "decided_at"])
    if granted:
        matter.handle_by, matter.overdue_noted_at = asked.until, None
        save(matter, "handle_by", "overdue_noted_at")
    note(
        matter,
        "extension_granted" if granted else "extension_refused",
        by=by,
        now=now,
        public=granted,
        facts={"until": asked.until.isoformat()},
    )
    tell(matter)
    return asked


def tell_person(person_id: int, matter: Matter) -> None:
    live.tell(f"person:{person_id}", "matter", matter.pk)
