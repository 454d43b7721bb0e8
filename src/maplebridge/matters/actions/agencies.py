"""Agencies are called out, each with its own status and clock: accept, refuse with a coded reason, done."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from maplebridge.matters.actions.record import (
    SYSTEM,
    By,
    NotAllowed,
    move_call_out,
    note,
    save,
    take,
    take_call_out,
    tell,
)
from maplebridge.matters.domain.catalogue import Limit, LimitUnit
from maplebridge.matters.domain.deadlines import handle_by
from maplebridge.matters.domain.workflow import RETURNS_BEFORE_DECISION, CallOutStatus, RefusalReason
from maplebridge.matters.events import AgencyCalledOut
from maplebridge.matters.models import CallOut, Matter, MatterPhoto, Oversight
from maplebridge.matters.queries import categories_by_id, local_day, town_rules, working_calendar
from maplebridge.platform.audit import action
from maplebridge.platform.events import publish


@action
def call_out(*, matter_id: int, agency_id: int, by: By, now: datetime, instruction: str = "") -> CallOut:
    """Call an agency out to a matter. An agency that is already called out is not called twice."""
    matter = take(matter_id)
    if not matter.is_open:
        raise NotAllowed("matter_not_open")
    if matter.confidential:
        raise NotAllowed("confidential_stays_in_its_queue")
    if matter.returned >= RETURNS_BEFORE_DECISION and by.role != "supervisor":
        raise NotAllowed("supervisor_decides")
    lead = not matter.call_outs.filter(lead=True).exclude(status=CallOutStatus.REFUSED).exists()
    return send_call_out(matter, agency_id=agency_id, by=by, now=now, lead=lead, instruction=instruction)


def send_call_out(
    matter: Matter, *, agency_id: int, by: By, now: datetime, lead: bool, instruction: str = ""
) -> CallOut:
    rules = town_rules(local_day(now))
    try:
        with transaction.atomic():
            order = CallOut.objects.create(
                matter=matter,
                agency_id=agency_id,
                lead=lead,
                instruction=instruction,
                sent_at=now,
                sent_by_id=by.person_id,
                respond_by=now + timedelta(minutes=rules.call_out_minutes),
            )
    except IntegrityError as problem:
        raise NotAllowed("already_called_out") from problem
    note(matter, "called_out", by=by, now=now, public=True, facts={"agency": agency_id, "call_out": order.pk})
    publish(
        AgencyCalledOut(
            matter_id=matter.pk,
            grid_id=matter.grid_id,
            severity=matter.severity,
            call_out_id=order.pk,
            occurred_at=now,
        )
    )
    tell(matter, agencies=[agency_id])
    return order


@action
def accept(*, call_out_id: int, by: By, now: datetime) -> CallOut:
    """Accept a call-out: from now on the time to handle runs."""
    order, matter = take_call_out(call_out_id)
    move_call_out(order, CallOutStatus.ACCEPTED)
    order.answered_at, order.answered_by_id = now, by.person_id
    order.handle_by = handle_by(now, limit_of(matter), working_calendar())
    order.save(update_fields=["status", "answered_at", "answered_by", "handle_by"])
    note(matter, "call_out_accepted", by=by, now=now, public=True, facts=_facts(order))
    tell(matter, agencies=[order.agency_id] if order.agency_id else [])
    return order


@action
def refuse(*, call_out_id: int, reason: RefusalReason, words: str, by: By, now: datetime) -> CallOut:
    """Return a call-out with a coded reason. The second return puts the matter before the supervisor."""
    order, matter = take_call_out(call_out_id)
    if not words.strip():
        raise NotAllowed("reason_needed")
    move_call_out(order, CallOutStatus.REFUSED)
    order.reason, order.words, order.ended_at = reason, words, now
    order.answered_at = order.answered_at or now
    order.answered_by_id = order.answered_by_id or by.person_id
    order.save(update_fields=["status", "reason", "words", "ended_at", "answered_at", "answered_by"])
    matter.returned += 1
    if matter.returned == RETURNS_BEFORE_DECISION:
        matter.under_oversight = True
        Oversight.objects.create(
            matter=matter, kind=Oversight.Kind.DECISION, opened_at=now, words="returned_twice"
        )
    save(matter, "returned", "under_oversight")
    note(matter, "call_out_refused", by=by, now=now, text=words, facts=_facts(order) | {"reason": reason})
    tell(matter, agencies=[order.agency_id] if order.agency_id else [])
    return order


@action
def report_done(
    *, call_out_id: int, words: str, by: By, now: datetime, photo_ids: Sequence[int] = ()
) -> CallOut:
    """Report an agency's part as done, in words and, where the category asks for it, with a photo."""
    order, matter = take_call_out(call_out_id)
    if not words.strip():
        raise NotAllowed("result_needed")
    if order.status == CallOutStatus.SENT:  # done without a word before: accepted in passing
        move_call_out(order, CallOutStatus.ACCEPTED)
        order.answered_at, order.answered_by_id = now, by.person_id
    move_call_out(order, CallOutStatus.DONE)
    order.words, order.ended_at = words, now
    order.save(update_fields=["status", "words", "ended_at", "answered_at", "answered_by"])
    for photo_id in photo_ids:
        MatterPhoto.objects.get_or_create(
            matter=matter, photo_id=photo_id, defaults={"when": MatterPhoto.When.AFTER, "by_id": by.person_id}
        )
    note(matter, "call_out_done", by=by, now=now, text=words, public=True, facts=_facts(order))
    tell(matter, agencies=[order.agency_id] if order.agency_id else [])
    return order


@action
def cancel_call_out(*, call_out_id: int, by: By, now: datetime) -> None:
    order, matter = take_call_out(call_out_id)
    _cancel(order, now)
    note(matter, "call_out_canceled", by=by, now=now, facts=_facts(order))
    tell(matter, agencies=[order.agency_id] if order.agency_id else [])


def cancel_all(matter: Matter, now: datetime) -> None:
    """Cancel what agencies still had to do: the matter has ended."""
    for order in matter.call_outs.filter(status__in=[CallOutStatus.SENT, CallOutStatus.ACCEPTED]):
        _cancel(order, now)


def _cancel(order: CallOut, now: datetime) -> None:
    move_call_out(order, CallOutStatus.CANCELED)
    order.ended_at = now
    order.save(update_fields=["status", "ended_at"])


@action
def note_late_call_out(*, call_out_id: int, now: datetime) -> None:
    """Put a call-out that nobody answered in time into the owner's and the supervisor's lists."""
    order, matter = take_call_out(call_out_id)
    if order.status != CallOutStatus.SENT or order.late_noted_at is not None:
        return
    order.late_noted_at = now
    order.save(update_fields=["late_noted_at"])
    Oversight.objects.create(
        matter=matter, kind=Oversight.Kind.CHASE, opened_at=now, words="call_out_not_answered"
    )
    matter.under_oversight = True
    save(matter, "under_oversight")
    note(matter, "call_out_late", by=SYSTEM, now=now, facts=_facts(order))
    tell(matter, agencies=[order.agency_id] if order.agency_id else [])


def limit_of(matter: Matter) -> Limit:
    """Return how long handling may take: the category's limit, five working days where none is known."""
    category = categories_by_id().get(matter.category_id or 0)
    if category is None:
        return Limit(5, LimitUnit.WORKING_DAYS)
    return Limit(category.handle_value, LimitUnit(category.handle_unit))


def _facts(order: CallOut) -> dict[str, object]:
    return {"call_out": order.pk, "agency": order.agency_id, "person": order.person_id}
