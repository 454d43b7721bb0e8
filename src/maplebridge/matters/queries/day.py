"""What one person has to do today, and what is open around them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from maplebridge.matters.domain.workflow import OPEN, CallOutStatus, State
from maplebridge.matters.models import CallOut, HandOver, Matter, Promise
from maplebridge.matters.permissions import may_handle, visible_to
from maplebridge.matters.queries.clocks import clock_of, clock_of_call_out, running
from maplebridge.matters.queries.ground import place_words
from maplebridge.matters.queries.rows import LISTED, MOST_LISTED, Row, danger_first, of_matter, row_of
from maplebridge.matters.queries.town import local_day, town_zone
from maplebridge.people.domain.standing import Standing


@dataclass(frozen=True, slots=True)
class Day:
    """What one person has to do today."""

    waiting: list[Row]  # for an answer; the first to run out comes first
    offered: list[Row]
    promised: list[Row]
    in_hand: list[Row]
    resting: list[Row]  # paused, or cannot be done now
    answered: list[Row]


def day_of(person_id: int, now: datetime) -> Day:
    """Return a person's list: their own matters, what they were asked to take or to answer, what they promised."""
    mine = Matter.objects.select_related(*LISTED).filter(owner_id=person_id)
    open_ones = list(
        mine.filter(state__in=[State.ASSIGNED, State.IN_HAND]).order_by("respond_by")[:MOST_LISTED]
    )
    resting = mine.filter(state__in=[State.PAUSED, State.DEFERRED]).order_by("respond_by")[:MOST_LISTED]
    waiting = [row_of(one, now) for one in open_ones if one.state == State.ASSIGNED]
    in_hand = [row_of(one, now) for one in open_ones if one.state == State.IN_HAND]
    asked = [_asked_row(one, now) for one in _asked_of(person_id)]
    return Day(
        waiting=sorted(waiting + asked, key=danger_first),
        offered=[_offered_row(one, now) for one in _offered_to(person_id)],
        promised=[_promised_row(one, now) for one in _promised_by(person_id, now)],
        in_hand=sorted(in_hand, key=danger_first),
        resting=[row_of(one, now) for one in resting],
        answered=[row_of(one, now) for one in _answered_today(person_id, now)],
    )


def _asked_of(person_id: int) -> QuerySet[CallOut]:
    """Return what the ladder asks a person to answer because nobody below them has."""
    return (
        CallOut.objects.filter(person_id=person_id, status=CallOutStatus.SENT, matter__state=State.ASSIGNED)
        .exclude(matter__owner_id=person_id)
        .select_related("matter", *of_matter(*LISTED))
        .order_by("respond_by", "id")[:MOST_LISTED]
    )


def _asked_row(order: CallOut, now: datetime) -> Row:
    return Row(order.matter, clock_of_call_out(order, now), place_words(order.matter), order=order)


def _offered_to(person_id: int) -> QuerySet[HandOver]:
    return (
        HandOver.objects.filter(
            to_person_id=person_id, accepted_at=None, declined_at=None, matter__state__in=sorted(OPEN)
        )
        .select_related("matter", "from_person", *of_matter(*LISTED))
        .order_by("offered_at", "id")[:MOST_LISTED]
    )


def _offered_row(offer: HandOver, now: datetime) -> Row:
    return Row(offer.matter, clock_of(offer.matter, now), place_words(offer.matter), offer=offer)


def _promised_by(person_id: int, now: datetime) -> list[Promise]:
    """Return the promises of a person that fall due by the end of today, or have fallen due."""
    end_of_day = datetime.combine(local_day(now) + timedelta(days=1), time.min, town_zone())
    return list(
        Promise.objects.filter(
            by_id=person_id, kept_at=None, due_at__lt=end_of_day, matter__state__in=sorted(OPEN)
        )
        .select_related("matter", *of_matter(*LISTED))
        .order_by("due_at", "id")[:MOST_LISTED]
    )


def _promised_row(promise: Promise, now: datetime) -> Row:
    clock = running(promise.made_at, promise.due_at, now)
    return Row(promise.matter, clock, place_words(promise.matter), promise=promise)


def _answered_today(person_id: int, now: datetime) -> QuerySet[Matter]:
    """Return what a person answered today and has not given away: of that they may not see more."""
    given = HandOver.objects.filter(
        matter=OuterRef("pk"), from_person_id=person_id, accepted_at__isnull=False
    )
    midnight = datetime.combine(local_day(now), time.min, town_zone())
    return (
        Matter.objects.select_related(*LISTED)
        .filter(~Exists(given), answered_by_id=person_id, answered_at__gte=midnight)
        .order_by("-answered_at")[:MOST_LISTED]
    )


def answerable(standing: Standing, matter_id: int) -> Matter | None:
    """Return a matter that this person may answer, or None: to others it does not exist."""
    matter = visible_to(standing).filter(pk=matter_id).first()
    return matter if matter is not None and may_handle(standing, matter) else None


def offer_to(standing: Standing, offer_id: int) -> HandOver | None:
    return HandOver.objects.filter(pk=offer_id, to_person_id=standing.person_id).first()


MOST_AROUND = 50
SMALL_GROUND = 40  # grids; who holds more leads from the board, not from a list of doorsteps


def open_on_ground(grids: Collection[int], *, besides: int, now: datetime) -> list[Row]:
    """Return what is open on a small ground and is not one's own: neighbors' eyes see it, and anybody may answer."""
    if not grids or len(grids) > SMALL_GROUND:
        return []
    found = (
        Matter.objects.select_related(*LISTED)
        .filter(grid_id__in=grids, state__in=[State.ASSIGNED, State.IN_HAND], confidential=False)
        .exclude(owner_id=besides)
        .order_by("-id")[:MOST_AROUND]
    )
    return sorted((row_of(one, now) for one in found), key=danger_first)
