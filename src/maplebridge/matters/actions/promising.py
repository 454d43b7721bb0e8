"""Promises: read out of an answer, moved to another time, or taken back where none was meant."""

from datetime import datetime

from maplebridge.kernel.working_time import add_working_days
from maplebridge.matters.actions.record import By, NotAllowed, note, take, tell
from maplebridge.matters.domain.promises import FURTHEST, promised
from maplebridge.matters.models import Matter, Promise
from maplebridge.matters.queries import working_calendar
from maplebridge.platform.audit import action


def promised_in(matter: Matter, text: str, now: datetime) -> datetime | None:
    """Return by when an answer promises more: in its own words, or by the deadline of the matter."""
    calendar = working_calendar()
    latest = matter.handle_by if matter.handle_by and matter.handle_by > now else None
    found = promised(text, now=now, latest=latest or add_working_days(now, 1, calendar), calendar=calendar)
    return found.due if found else None


@action
def move_promise(*, promise_id: int, due_at: datetime, by: By, now: datetime) -> Promise:
    """Say when a promise is really due; it is chased then, and not before."""
    promise, matter = _take(promise_id)
    if due_at <= now:
        raise NotAllowed("promise_in_the_past")
    if due_at > now + FURTHEST:
        raise NotAllowed("promise_too_far")
    promise.due_at, promise.chased_at = due_at, None
    promise.save(update_fields=["due_at", "chased_at"])
    note(matter, "promised", by=by, now=now, public=True, facts={"due": due_at.isoformat()})
    tell(matter)
    return promise


@action
def take_back_promise(*, promise_id: int, by: By, now: datetime) -> None:
    """Remove what was read as a promise and was none; that it stood there stays on the record."""
    promise, matter = _take(promise_id)
    note(
        matter,
        "promise_taken_back",
        by=by,
        now=now,
        public=True,
        facts={"due": promise.due_at.isoformat()},
    )
    promise.delete()
    tell(matter)


def _take(promise_id: int) -> tuple[Promise, Matter]:
    """Return a promise not yet kept with its matter, which nobody else changes meanwhile."""
    matter_id = Promise.objects.filter(pk=promise_id).values_list("matter_id", flat=True).first()
    if matter_id is None:
        raise NotAllowed("already_decided")
    matter = take(matter_id)
    promise = matter.promises.filter(pk=promise_id, kept_at=None).first()
    if promise is None:
        raise NotAllowed("already_decided")
    return promise, matter
