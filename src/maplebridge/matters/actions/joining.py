"""Two matters become one, one becomes several: whoever asked, what was seen, ordered and promised goes along."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from maplebridge.conversations.actions import vector_of
from maplebridge.matters.actions.agencies import cancel_all
from maplebridge.matters.actions.danger import ask_command_room
from maplebridge.matters.actions.record import By, NotAllowed, move, note, save, take, tell, wake_at
from maplebridge.matters.domain.workflow import CallOutStatus, ClosedAs, Outcome, State
from maplebridge.matters.events import MatterAssigned
from maplebridge.matters.models import CallOut, Matter, MatterPhoto, Oversight, Reporter
from maplebridge.matters.queries import door, local_day, town_rules
from maplebridge.platform.audit import action
from maplebridge.platform.events import publish

STILL_TO_DO = (CallOutStatus.SENT, CallOutStatus.ACCEPTED)


@action
def merge(*, matter_id: int, into_id: int, by: By, now: datetime) -> Matter:
    """Let a matter go on in another; its reporters are carried over and get every answer there.

    What was seen (photos), ordered (agencies, supervision), promised and asked for (more time) goes on there too.
    """
    if matter_id == into_id:
        raise NotAllowed("same_matter")
    first, second = sorted(
        (matter_id, into_id)
    )  # always in this order, so that two merges never wait in a ring
    taken = {first: take(first), second: take(second)}
    matter, into = taken[matter_id], taken[into_id]
    if not into.is_open:
        raise NotAllowed("matter_not_open")
    if matter.confidential != into.confidential:
        raise NotAllowed("confidential_stays_in_its_queue")
    move(matter, State.MERGED)
    matter.merged_into, matter.outcome, matter.closed_at = into, Outcome.DUPLICATE, now
    matter.closed_as = ClosedAs.DUPLICATE
    save(matter, "state", "merged_into", "outcome", "closed_at", "closed_as")
    note(matter, "merged", by=by, now=now, public=True, facts={"into": into.pk})
    note(into, "took_in", by=by, now=now, public=True, facts={"from": matter.pk}, text=matter.summary)
    _carry_reporters(matter, into)
    _carry_photos(matter, into)
    agencies = _carry_orders(matter, into, by, now)
    _carry_oversight(matter, into, now)
    _carry_wish_for_time(matter, into, now)
    matter.promises.filter(kept_at=None).update(matter=into)  # a promise is not forgotten with its number
    is_news = bool(matter.emergency) and not into.emergency
    into.reporters = into.reported_by.count()
    into.severity = max(into.severity, matter.severity)
    into.emergency = into.emergency or matter.emergency
    save(into, "reporters", "severity", "emergency", "under_oversight")
    if is_news and into.confidential:
        ask_command_room(into, now)
    tell(matter, agencies=agencies)
    tell(into, agencies=agencies)
    return into


def _carry_reporters(matter: Matter, to: Matter) -> None:
    known = set(to.reported_by.values_list("person_id", flat=True))
    Reporter.objects.bulk_create(
        Reporter(
            matter=to,
            person_id=one.person_id,
            message_id=one.message_id,
            thread_id=one.thread_id,
            joined_at=one.joined_at,
        )
        for one in matter.reported_by.all()
        if one.person_id not in known
    )


def _carry_photos(matter: Matter, to: Matter, *when: MatterPhoto.When) -> None:
    """Show what was photographed there too: of these times, or of all."""
    known = set(to.photos.values_list("photo_id", flat=True))
    MatterPhoto.objects.bulk_create(
        MatterPhoto(matter=to, photo_id=one.photo_id, when=one.when, by_id=one.by_id)
        for one in matter.photos.filter(when__in=when or MatterPhoto.When.values).order_by("pk")
        if one.photo_id not in known
    )


def _carry_orders(matter: Matter, into: Matter, by: By, now: datetime) -> list[int]:
    """Address what agencies still have to do to the matter that goes on; return the agencies.

    An agency that is called out to both has one order left: the one that it has accepted, if it has.
    """
    orders = list(matter.call_outs.filter(status__in=STILL_TO_DO, agency__isnull=False).order_by("pk"))
    cancel_all(matter, now)
    for order in orders:
        there = into.call_outs.filter(agency=order.agency, status__in=STILL_TO_DO).first()
        if there is None:
            there = _readdressed(order, into)
        elif order.status == CallOutStatus.ACCEPTED and there.status == CallOutStatus.SENT:
            _accepted_before(there, order)
        facts = {"call_out": there.pk, "agency": there.agency_id, "from": matter.pk}
        note(into, "call_out_carried", by=by, now=now, public=True, facts=facts)
    return [one.agency_id for one in orders if one.agency_id is not None]


def _readdressed(order: CallOut, into: Matter) -> CallOut:
    """Return the same order for another matter, its clock running on."""
    led = into.call_outs.filter(lead=True).exclude(status__in=[CallOutStatus.REFUSED, CallOutStatus.CANCELED])
    return CallOut.objects.create(
        matter=into,
        agency_id=order.agency_id,
        lead=order.lead and not led.exists(),
        status=order.status,
        instruction=order.instruction,
        sent_at=order.sent_at,
        sent_by_id=order.sent_by_id,
        respond_by=order.respond_by,
        answered_at=order.answered_at,
        answered_by_id=order.answered_by_id,
        handle_by=order.handle_by,
        late_noted_at=order.late_noted_at,
    )


def _accepted_before(there: CallOut, order: CallOut) -> None:
    there.status = order.status
    there.answered_at, there.answered_by_id, there.handle_by = (
        order.answered_at,
        order.answered_by_id,
        order.handle_by,
    )
    there.save(update_fields=["status", "answered_at", "answered_by", "handle_by"])


WRITTEN = (Oversight.Kind.ORDER, Oversight.Kind.CONSULTATION)


def _carry_oversight(matter: Matter, into: Matter, now: datetime) -> None:
    """Let orders and consultations go on with the matter; reminders and decisions about it end with its number."""
    if matter.oversights.filter(closed_at=None, kind__in=WRITTEN).update(matter=into):
        into.under_oversight = True
    matter.oversights.filter(closed_at=None).update(closed_at=now)


def _carry_wish_for_time(matter: Matter, into: Matter, now: datetime) -> None:
    """Ask for more time there, where that would give any; otherwise nobody has to decide it any more."""
    wish = matter.extensions.filter(decided_at=None).first()
    if wish is None:
        return
    is_shorter = into.state == State.IN_HAND and into.handle_by is not None and into.handle_by < wish.until
    if is_shorter and not into.extensions.filter(decided_at=None).exists():
        wish.matter = into
    else:
        wish.decided_at, wish.granted = now, False
    wish.save(update_fields=["matter", "decided_at", "granted"])


@action
def split(*, matter_id: int, parts: Sequence[str], by: By, now: datetime) -> list[Matter]:
    """Divide a matter into parts that are handled apart; the reporters, and the photos, follow each of them."""
    matter = take(matter_id)
    rules = town_rules(local_day(now))
    wanted = [part.strip() for part in parts if part.strip()]
    if not matter.is_open:
        raise NotAllowed("matter_not_open")
    if matter.split_from_id is not None:
        raise NotAllowed("part_is_not_split_again")
    if not 2 <= len(wanted) + matter.parts.count() <= rules.most_parts:
        raise NotAllowed("two_to_ten_parts")
    made = [_part(matter, text, by, now) for text in wanted]
    note(matter, "split", by=by, now=now, public=True, facts={"parts": [one.pk for one in made]})
    tell(matter)
    return made


COPIED = (
    "origin",
    "place",
    "severity",
    "confidential",
    "asked_in_id",
    "thread_id",
    "grid_id",
    "community_id",
    "town_id",
    "estate_id",
    "building_id",
    "lon",
    "lat",
    "first_asked_id",
    "owner_id",
    "reporters",
)


def _part(matter: Matter, text: str, by: By, now: datetime) -> Matter:
    """Raise a part. The danger goes with the part whose words speak of it; the whole, still open, keeps it too."""
    part = Matter(
        **{name: getattr(matter, name) for name in COPIED},
        emergency=" ".join(door().propose(text).numbers),
        summary=text,
        split_from=matter,
        needs_sorting=True,
        owner_since=now,
        raised_at=now,
        respond_by=now + timedelta(minutes=town_rules(local_day(now)).respond_minutes),
        words=vector_of(f"{text} {matter.place}"),
    )
    part.ladder_at = part.respond_by
    part.wake_at = wake_at(part)
    part.save()
    _carry_reporters(matter, part)
    _carry_photos(matter, part, MatterPhoto.When.BEFORE)  # how it looks when a part is done is not known yet
    note(part, "raised", by=by, now=now, public=True, facts={"split_from": matter.pk})
    if part.emergency and part.confidential:
        ask_command_room(part, now)
    publish(
        MatterAssigned(
            matter_id=part.pk,
            grid_id=part.grid_id,
            severity=part.severity,
            owner_id=part.owner_id,
            occurred_at=now,
        )
    )
    tell(part)
    return part
