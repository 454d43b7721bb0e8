"""Oversight until closed: chases, supervision orders, joint consultations, decisions. Each ends in writing."""

from collections.abc import Sequence
from datetime import datetime

from maplebridge.matters.actions.record import By, NotAllowed, note, save, take, tell
from maplebridge.matters.models import Matter, Oversight
from maplebridge.matters.permissions import may_take_over
from maplebridge.matters.queries import local_day
from maplebridge.platform import live
from maplebridge.platform.audit import action


@action
def chase(*, matter_id: int, words: str, by: By, now: datetime) -> Oversight:
    """Remind whoever has the matter, on the record; what agencies have not answered is chased with it."""
    matter = _open(matter_id)
    return _begin(matter, Oversight.Kind.CHASE, words, by, now)


@action
def order(*, matter_id: int, words: str, due_at: datetime, by: By, now: datetime) -> Oversight:
    """Issue a supervision order with a date by which it is carried out."""
    matter = _open(matter_id)
    if not words.strip():
        raise NotAllowed("reason_needed")
    if due_at <= now:
        raise NotAllowed("end_in_the_past")
    return _begin(matter, Oversight.Kind.ORDER, words, by, now, due_at=due_at)


@action
def call_consultation(
    *, matter_id: int, words: str, agency_ids: Sequence[int], due_at: datetime, by: By, now: datetime
) -> Oversight:
    """Call those who have a part in a hard case together; the consultation is open until its minutes are written."""
    matter = _open(matter_id)
    if len(set(agency_ids)) < 2:
        raise NotAllowed("two_agencies_at_least")
    if due_at <= now:
        raise NotAllowed("end_in_the_past")
    return _begin(
        matter, Oversight.Kind.CONSULTATION, words, by, now, due_at=due_at, invited=sorted(set(agency_ids))
    )


@action
def end(*, oversight_id: int, minutes: str, by: By, now: datetime) -> Oversight:
    """End an oversight with what came of it: minutes, a decision, or how the order was carried out."""
    one = Oversight.objects.get(pk=oversight_id)
    matter = take(one.matter_id)
    one.refresh_from_db()
    if one.closed_at is not None:
        raise NotAllowed("already_decided")
    if not minutes.strip():
        raise NotAllowed("minutes_needed")
    one.minutes, one.closed_by_id, one.closed_at = minutes, by.person_id, now
    one.save(update_fields=["minutes", "closed_by", "closed_at"])
    if one.words == "returned_twice":
        matter.returned = 0  # decided who does it: from here on it may be called out again
    matter.under_oversight = matter.oversights.filter(closed_at=None).exists()
    save(matter, "returned", "under_oversight")
    note(matter, f"{one.kind}_ended", by=by, now=now, text=minutes, facts={"oversight": one.pk})
    tell(matter)
    return one


@action
def assign_owner(*, matter_id: int, to_id: int, words: str, by: By, now: datetime) -> Matter:
    """Decide as supervisor who owns a matter that was returned or reopened; the decision takes effect at once."""
    matter = _open(matter_id)
    if not matter.under_oversight:
        raise NotAllowed("only_under_oversight")
    if not words.strip():
        raise NotAllowed("reason_needed")
    if not may_take_over(to_id, matter, local_day(now)):
        raise NotAllowed("cannot_have_it")
    before = matter.owner_id
    matter.owner_id, matter.owner_since, matter.returned = to_id, now, 0
    save(matter, "owner", "owner_since", "returned")
    matter.oversights.filter(closed_at=None, kind=Oversight.Kind.DECISION).update(
        closed_at=now, closed_by_id=by.person_id, minutes=words
    )
    note(matter, "assigned_by_decision", by=by, now=now, text=words, facts={"from": before, "to": to_id})
    tell(matter)
    live.tell(f"person:{before}", "matter", matter.pk)
    return matter


def _open(matter_id: int) -> Matter:
    matter = take(matter_id)
    if not matter.is_open:
        raise NotAllowed("matter_not_open")
    return matter


def _begin(
    matter: Matter,
    kind: Oversight.Kind,
    words: str,
    by: By,
    now: datetime,
    *,
    due_at: datetime | None = None,
    invited: Sequence[int] = (),
) -> Oversight:
    begun = Oversight.objects.create(
        matter=matter,
        kind=kind,
        opened_by_id=by.person_id,
        opened_at=now,
        due_at=due_at,
        words=words,
        invited=list(invited),
    )
    matter.under_oversight = True
    save(matter, "under_oversight")
    note(matter, kind, by=by, now=now, text=words, facts={"oversight": begun.pk, "invited": list(invited)})
    agencies = [
        one.agency_id for one in matter.call_outs.filter(status__in=["sent", "accepted"]) if one.agency_id
    ]
    tell(matter, agencies=agencies)
    return begun
