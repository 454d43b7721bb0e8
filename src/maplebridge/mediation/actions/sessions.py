"""People sit down: with one side apart, or with all. No room and nobody is booked twice; the database sees to it."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from maplebridge.mediation.actions.record import (
    By,
    NotAllowed,
    move,
    must_be,
    note,
    save,
    take,
    tell,
    tell_person,
)
from maplebridge.mediation.actions.telling import Change, ask_to_tell
from maplebridge.mediation.domain.audiences import Audience
from maplebridge.mediation.domain.workflow import RUNNING, State
from maplebridge.mediation.models import (
    Assignment,
    Attendance,
    Dispute,
    Invitation,
    Party,
    Room,
    Session,
    Side,
)
from maplebridge.mediation.queries import stay_now
from maplebridge.platform.audit import action

MOST_HOURS = 8


@action
def book(
    *,
    dispute_id: int,
    starts_at: datetime,
    ends_at: datetime,
    by: By,
    now: datetime,
    room_id: int | None = None,
    side_id: int | None = None,
    agenda: str = "",
) -> Session:
    """Book a joint session, or with `side_id` a private talk; without a room it is online.

    Everybody is booked with it: the mediators of the dispute, the parties who have an account, and for a joint session
    those invited whom every side agreed to.
    """
    session = _booked(
        take(dispute_id),
        starts_at=starts_at,
        ends_at=ends_at,
        room_id=room_id,
        side_id=side_id,
        agenda=agenda,
        by=by,
        now=now,
    )
    _note(session, "session_booked", by=by, now=now, starts=starts_at.isoformat())
    ask_to_tell(session, Change.BOOKED, now=now)
    return session


def _booked(
    dispute: Dispute,
    *,
    starts_at: datetime,
    ends_at: datetime,
    room_id: int | None,
    side_id: int | None,
    agenda: str,
    by: By,
    now: datetime,
) -> Session:
    must_be(dispute, *RUNNING)
    _check_times(starts_at, ends_at, now)
    if by.person_id is None:
        raise NotAllowed("somebody_books")
    if side_id is not None and not Side.objects.filter(pk=side_id, dispute=dispute).exists():
        raise NotAllowed("not_a_side_of_it")
    if room_id is not None and not Room.objects.filter(pk=room_id, closed_at=None).exists():
        raise NotAllowed("no_such_room")
    mediating = list(
        Assignment.objects.filter(dispute=dispute, until=None).values_list("mediator__person_id", flat=True)
    )
    if not mediating:
        raise NotAllowed("nobody_mediates_yet")
    session = Session(
        dispute=dispute,
        audience=Audience.BOTH if side_id is None else Audience.SIDE,
        side_id=side_id,
        room_id=room_id,
        online=room_id is None,
        starts_at=starts_at,
        ends_at=ends_at,
        agenda=agenda,
        booked_by_id=by.person_id,
    )
    _save_free(session, [("mediator", one) for one in mediating] + _others(dispute, side_id))
    return session


def _note(session: Session, deed: str, *, by: By, now: datetime, words: str = "", **facts: object) -> None:
    """Write a session into the time line of those who come, and tell each of them."""
    dispute, audience = session.dispute, Audience(session.audience)
    note(
        dispute,
        deed,
        by=by,
        now=now,
        text=words,
        audience=audience,
        side_id=session.side_id,
        session=session.pk,
        **facts,
    )
    tell(dispute, "session", session.pk, audience=audience, side_id=session.side_id)
    for one in session.attendances.values_list("person_id", flat=True):
        tell_person(one, dispute)


def _check_times(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    if starts_at <= now:
        raise NotAllowed("start_in_the_past")
    if ends_at <= starts_at:
        raise NotAllowed("ends_before_it_starts")
    if (ends_at - starts_at).total_seconds() > MOST_HOURS * 3600:
        raise NotAllowed("too_long")


def _others(dispute: Dispute, side_id: int | None) -> list[tuple[str, int]]:
    parties = Party.objects.filter(dispute=dispute, left_at=None, person__isnull=False)
    if side_id is not None:
        parties = parties.filter(side_id=side_id)
    people = [("party", one) for one in parties.values_list("person_id", flat=True) if one is not None]
    if side_id is not None:
        return people
    guests = Invitation.objects.filter(dispute=dispute, comes=True, person__isnull=False)
    return people + [("guest", one) for one in guests.values_list("person_id", flat=True) if one is not None]


def _save_free(session: Session, people: Sequence[tuple[str, int]]) -> None:
    """Save a session with all who come; refuse it whole where the room or one of them is taken."""
    try:
        with transaction.atomic():
            session.save()
            for role, person_id in dict.fromkeys(people):
                Attendance.objects.create(
                    session=session,
                    person_id=person_id,
                    role=role,
                    starts_at=session.starts_at,
                    ends_at=session.ends_at,
                )
    except IntegrityError as problem:
        if "no_room_twice_at_a_time" in str(problem):
            raise NotAllowed("room_taken") from problem
        if "nobody_twice_at_a_time" in str(problem):
            raise NotAllowed("somebody_is_booked") from problem
        raise


@action
def move_session(
    *,
    session_id: int,
    starts_at: datetime,
    ends_at: datetime,
    room_id: int | None,
    by: By,
    now: datetime,
    words: str = "",
) -> Session:
    """Give a session that was not held another time or room. All who come are told, with the words."""
    session, dispute = _take_session(session_id)
    if (session.starts_at, session.ends_at, session.room_id) == (starts_at, ends_at, room_id):
        raise NotAllowed("nothing_moved")
    _free(session, words, now)  # first, so that it does not stand in its own way
    moved = _booked(
        dispute,
        starts_at=starts_at,
        ends_at=ends_at,
        room_id=room_id,
        side_id=session.side_id,
        agenda=session.agenda,
        by=by,
        now=now,
    )
    _note(
        moved,
        "session_moved",
        by=by,
        now=now,
        words=words,
        starts=starts_at.isoformat(),
        before=session.starts_at.isoformat(),
    )
    ask_to_tell(moved, Change.MOVED, now=now, before=session.starts_at)
    return moved


def _take_session(session_id: int) -> tuple[Session, Dispute]:
    session = Session.objects.get(pk=session_id)
    dispute = take(session.dispute_id)
    session.refresh_from_db()
    if session.canceled_at is not None:
        raise NotAllowed("session_canceled")
    if session.held_at is not None:
        raise NotAllowed("session_was_held")
    return session, dispute


@action
def cancel_session(*, session_id: int, words: str, by: By, now: datetime) -> Session:
    """Call a session off; room and people are free again."""
    session, _dispute = _take_session(session_id)
    _free(session, words, now)
    _note(session, "session_canceled", by=by, now=now, words=words, before=session.starts_at.isoformat())
    ask_to_tell(session, Change.CANCELED, now=now)
    return session


def _free(session: Session, words: str, now: datetime) -> None:
    session.canceled_at, session.canceled_because = now, words
    session.save(update_fields=["canceled_at", "canceled_because"])
    session.attendances.update(canceled_at=now)


@action
def hold(*, session_id: int, by: By, now: datetime) -> Session:
    """Note that a session was held, and is over."""
    session, dispute = _take_session(session_id)
    if session.starts_at > now:
        raise NotAllowed("not_begun_yet")
    session.opened_at = session.opened_at or session.starts_at
    session.held_at = now
    session.save(update_fields=["opened_at", "held_at"])
    session.attendances.filter(ends_at__gt=now, starts_at__lt=now).update(ends_at=now)
    if session.ends_at > now > session.starts_at:
        session.ends_at = now
        session.save(update_fields=["ends_at"])
    begin_mediation(dispute, by=by, now=now)
    _note(session, "session_held", by=by, now=now)
    return session


def begin_mediation(dispute: Dispute, *, by: By, now: datetime) -> None:
    """Note that somebody has spoken with a side about the dispute; the first time it makes a difference."""
    if dispute.state != State.ACCEPTED:
        return
    move(dispute, State.IN_MEDIATION)
    save(dispute, "state")
    stay = stay_now(dispute.pk)
    note(dispute, "begun", by=by, now=now, audience=Audience.BOTH, tier=stay.tier if stay else dispute.tier)
