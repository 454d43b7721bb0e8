"""Reads of matters. What a person may see is in `permissions.visible_to`; pages start from there."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, Min, OuterRef, Q, QuerySet, Subquery

from maplebridge.kernel.text import comparable, redact, shorten
from maplebridge.kernel.working_time import Calendar, Span
from maplebridge.learning.issue_terms import issue_terms
from maplebridge.matters import data
from maplebridge.matters.domain.deadlines import AMBER_FROM, lamp
from maplebridge.matters.domain.routing import Rule
from maplebridge.matters.domain.rules import DatedValue, TownRules, in_force
from maplebridge.matters.domain.triage import Door, Kind
from maplebridge.matters.domain.workflow import OPEN, CallOutStatus, State
from maplebridge.matters.gateway import OrderResult
from maplebridge.matters.models import (
    CallOut,
    Category,
    Entry,
    Feedback,
    HandOver,
    Matter,
    Promise,
    Reporter,
    RoutingRule,
    Sorting,
    SpecialDay,
    TownRule,
    WorkingHours,
)
from maplebridge.matters.permissions import may_act_for, may_handle, visible_to
from maplebridge.people.domain.standing import Standing
from maplebridge.places import queries as places
from maplebridge.platform.freshness import fresh_for

FRESH_S = 5.0


@cache
def town_zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


def local_day(now: datetime) -> date:
    return now.astimezone(town_zone()).date()


@fresh_for(FRESH_S)
def town_rules(on: date) -> TownRules:
    """Return the rules of the town in force on a day."""
    values = TownRule.objects.filter(valid_from__lte=on).values_list("name", "value", "valid_from")
    return in_force([DatedValue(*row) for row in values], on)


@fresh_for(FRESH_S)
def routing_rules(on: date) -> tuple[Rule, ...]:
    rules = RoutingRule.objects.filter(valid_from__lte=on).filter(Q(valid_to=None) | Q(valid_to__gt=on))
    return tuple(as_rule(one) for one in rules.order_by("rank", "id"))


def as_rule(rule: RoutingRule) -> Rule:
    return Rule(rule.pk, rule.rank, rule.name, rule.when, rule.then)


OFFICE_HOURS = tuple(
    (Span(time(8, 30), time(12)), Span(time(14), time(18))) if day < 5 else () for day in range(7)
)


@fresh_for(FRESH_S)
def working_calendar() -> Calendar:
    """Return the town's calendar of working time; until it is set, ordinary office hours."""
    spans: dict[int, list[Span]] = {}
    for one in WorkingHours.objects.order_by("weekday", "starts"):
        spans.setdefault(one.weekday, []).append(Span(one.starts, one.ends))
    week = tuple(tuple(spans.get(day, ())) for day in range(7)) if spans else OFFICE_HOURS
    a_workday = next(day for day in week if day)
    special = {one.day: a_workday if one.works else () for one in SpecialDay.objects.all()}
    return Calendar(town_zone(), week, special)


@fresh_for(FRESH_S)
def categories() -> dict[str, Category]:
    """Return the categories in force and ended, by code."""
    return {one.code: one for one in Category.objects.all()}


@fresh_for(FRESH_S)
def categories_by_id() -> dict[int, Category]:
    return {one.pk: one for one in Category.objects.all()}


@cache
def door() -> Door:
    """Return the product's own door, as it is shipped; read once in a process."""
    return data.door()


def get_matter(matter_id: int) -> Matter:
    return Matter.objects.select_related("category", "grid", "estate", "building", "owner", "thread").get(
        pk=matter_id
    )


def matter_of_message(message_id: int) -> Matter | None:
    return Matter.objects.filter(asked_in_id=message_id).first()


def matters_of_messages(message_ids: Sequence[int]) -> dict[int, Matter]:
    """Return the matters that the messages raised or joined, for the chip beside a message."""
    rows = Matter.objects.filter(asked_in_id__in=message_ids, split_from=None).select_related(
        "category", "owner"
    )
    return {one.asked_in_id: one for one in rows if one.asked_in_id and not one.confidential}


def raised_from(message_ids: Sequence[int]) -> QuerySet[Matter]:
    """Return the matters that these messages raised."""
    return Matter.objects.filter(asked_in_id__in=message_ids, split_from=None).select_related("category")


def joined_by(message_ids: Sequence[int]) -> int:
    """Return how many of these messages were attached to a matter that another had raised."""
    attached = Sorting.objects.filter(message_id__in=message_ids, matter__isnull=False)
    return attached.exclude(matter__asked_in_id=F("message_id")).count()


def matters_in_thread(thread_id: int) -> list[Matter]:
    return list(Matter.objects.filter(thread_id=thread_id).order_by("-id")[:100])


def time_line(matter_id: int, *, public_only: bool) -> QuerySet[Entry]:
    entries = Entry.objects.filter(matter_id=matter_id).select_related("by").order_by("id")
    return entries.filter(public=True) if public_only else entries


def reported_by(person_id: int) -> QuerySet[Reporter]:
    """Return what a person has reported or joined, newest first; keyset pages go on from an id."""
    return (
        Reporter.objects.filter(person_id=person_id)
        .select_related("matter__category", "matter__owner", "matter__estate", "matter__building")
        .order_by("-id")
    )


def call_outs_among(matter_ids: Sequence[int]) -> dict[int, list[CallOut]]:
    """Return the call-outs of several matters at once."""
    found: dict[int, list[CallOut]] = {}
    for one in CallOut.objects.filter(matter_id__in=matter_ids).select_related("agency").order_by("id"):
        found.setdefault(one.matter_id, []).append(one)
    return found


def promises_among(matter_ids: Sequence[int]) -> dict[int, datetime]:
    """Return the next promised moment of each matter that has one."""
    open_promises = Promise.objects.filter(matter_id__in=matter_ids, kept_at=None)
    return dict(open_promises.values("matter_id").annotate(due=Min("due_at")).values_list("matter_id", "due"))


def find_categories(words: str, *, most: int = 12) -> list[Category]:
    """Return leaves of the catalogue for some words: those named so, then those that such words are about."""
    leaves = {
        code: one for code, one in categories().items() if code.count("-") == 2 and one.valid_to is None
    }
    wanted = comparable(words)
    named = [
        code
        for code, one in leaves.items()
        if wanted and wanted in comparable(f"{one.name_zh} {one.name_en}")
    ]
    meant = door().propose(words, in_reply_to_staff=False, has_open_matter=False).categories if wanted else ()
    codes = dict.fromkeys([*named, *(one.code for one in meant)])
    return [leaves[code] for code in codes if code in leaves][:most]


def proposed_categories(matter: Matter) -> list[tuple[Category, float]]:
    """Return what the product proposed for a matter, best first, with how probable it thought each."""
    sorting = Sorting.objects.filter(matter=matter).order_by("id").first()
    proposed = sorting.proposal.get("categories", []) if sorting else []
    known = categories()
    return [(known[code], probability) for code, probability in proposed if code in known][:3]


def call_outs_of(matter_id: int) -> QuerySet[CallOut]:
    return CallOut.objects.filter(matter_id=matter_id).select_related("agency", "person").order_by("id")


def call_outs_open(matter_id: int) -> QuerySet[CallOut]:
    return call_outs_of(matter_id).filter(status__in=[CallOutStatus.SENT, CallOutStatus.ACCEPTED])


@dataclass(frozen=True, slots=True)
class Similar:
    """An open matter nearby that may be the same thing, and how alike the words are (0 to 1)."""

    matter: Matter
    likeness: float
    shared: tuple[str, ...]


def similar_open(
    text: str,
    *,
    grid_id: int | None,
    estate_id: int | None = None,
    category_id: int | None = None,
    least: float = 0.0,
    most: int = 5,
    among: int = 60,
) -> list[Similar]:
    """Return open matters of the same estate or grid whose words are most alike, best first."""
    if grid_id is None and estate_id is None:
        return []
    near = Q(estate_id=estate_id) if estate_id is not None else Q(grid_id=grid_id)
    candidates = Matter.objects.filter(near, state__in=OPEN, confidential=False).order_by("-id")
    ours = _terms_of(text)
    likely = [
        (likeness, id, shared)
        for id, summary, category in candidates.values_list("id", "summary", "category_id")[:among]
        for likeness, shared in [
            _likeness(ours, _terms_of(summary), category is not None and category == category_id)
        ]
        if likeness >= max(least, LEAST_LIKENESS)
    ]
    best = sorted(likely, key=lambda one: (-one[0], -one[1]))[:most]
    found = {one.pk: one for one in Matter.objects.filter(pk__in=[id for _, id, _ in best])} if best else {}
    return [Similar(found[id], likeness, shared) for likeness, id, shared in best]


SAME_CATEGORY_BONUS = 0.2  # two words on one trouble in one place are more alike than the words alone
LEAST_LIKENESS = 0.01


TERMS_KEPT = 150  # of a text; the rest weighs next to nothing


@dataclass(frozen=True, slots=True)
class _Terms:
    weights: dict[str, float]
    norm: float


@lru_cache(maxsize=20_000)
def _terms_of(text: str) -> _Terms:
    """Return what names the thing a text is about; kept, since the same open matters are compared again and again."""
    heaviest = sorted(issue_terms(text).items(), key=lambda one: (-one[1], one[0]))[:TERMS_KEPT]
    return _Terms(dict(heaviest), sum(weight * weight for _, weight in heaviest) ** 0.5)


def _likeness(one: _Terms, other: _Terms, same_category: bool) -> tuple[float, tuple[str, ...]]:
    ours, theirs = one.weights, other.weights
    shared = ours.keys() & theirs.keys()
    norm = one.norm * other.norm
    likeness = sum(ours[term] * theirs[term] for term in shared) / norm if norm else 0.0
    if same_category:
        likeness = min(1.0, likeness + SAME_CATEGORY_BONUS)
    return likeness, tuple(sorted(shared, key=lambda term: (-ours[term] * theirs[term], term))[:5])


# -- Lists: what staff see when their day begins. Open work is read through partial indexes only.

LISTED = ("category", "estate", "building__estate", "owner", "asked_in")
MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class Running:
    """The clock that people see: its color, until when it runs, and from when it is amber."""

    color: str
    due: datetime | None = None
    amber_from: datetime | None = None


def running(starts: datetime | None, due: datetime | None, now: datetime) -> Running:
    if starts is None or due is None:
        return Running("none")
    amber_from = starts + AMBER_FROM * max(due - starts, timedelta(0))
    return Running(lamp(starts=starts, deadline=due, ended=None, now=now), due, amber_from)


def clock_of(matter: Matter, now: datetime) -> Running:
    """Return the clock of a matter: of the answer until it is answered, then of the handling."""
    match State(matter.state):
        case State.ASSIGNED:
            return running(matter.raised_at, matter.respond_by, now)
        case State.IN_HAND:
            return running(matter.answered_at, matter.handle_by, now)
        case State.PAUSED | State.DEFERRED:
            return Running("paused")
        case _:
            return Running("done")


def clock_of_call_out(order: CallOut, now: datetime) -> Running:
    """Return the clock of one order, which is not that of its matter."""
    match CallOutStatus(order.status):
        case CallOutStatus.SENT:
            return running(order.sent_at, order.respond_by, now)
        case CallOutStatus.ACCEPTED:
            return running(order.answered_at, order.handle_by, now)
        case _:
            return Running("done")


def place_words(matter: Matter) -> str:
    """Return where it is, as precisely as is known: as somebody wrote it, the building, the estate, the grid."""
    if matter.place:
        return matter.place
    if matter.building_id is not None:
        return str(matter.building)
    if matter.estate_id is not None:
        return str(matter.estate)
    facts = places.grids().get(matter.grid_id or 0)
    return facts.name if facts else ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of work: a matter, its clock, its place, and by what it came into this list."""

    matter: Matter
    clock: Running
    place: str
    order: CallOut | None = None
    offer: HandOver | None = None
    promise: Promise | None = None

    @property
    def what(self) -> str:
        return shorten(self.matter.summary, 80)

    @property
    def told(self) -> str:
        """Return what it is about for those outside the team: without numbers, cards and flats."""
        return shorten(redact(self.matter.summary), 80)

    @property
    def asker(self) -> str:
        return self.matter.asked_in.shown_as if self.matter.asked_in else ""


def row_of(matter: Matter, now: datetime) -> Row:
    return Row(matter, clock_of(matter, now), place_words(matter))


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
        waiting=sorted(waiting + asked, key=_by_due),
        offered=[_offered_row(one, now) for one in _offered_to(person_id)],
        promised=[_promised_row(one, now) for one in _promised_by(person_id, now)],
        in_hand=sorted(in_hand, key=_by_due),
        resting=[row_of(one, now) for one in resting],
        answered=[row_of(one, now) for one in _answered_today(person_id, now)],
    )


END_OF_TIME = datetime.max.replace(tzinfo=UTC)


def _by_due(row: Row) -> tuple[datetime, int]:
    return row.clock.due or END_OF_TIME, row.matter.pk


def _of_matter(*fields: str) -> list[str]:
    return [f"matter__{field}" for field in fields]


def _asked_of(person_id: int) -> QuerySet[CallOut]:
    """Return what the ladder asks a person to answer because nobody below them has."""
    return (
        CallOut.objects.filter(person_id=person_id, status=CallOutStatus.SENT, matter__state=State.ASSIGNED)
        .exclude(matter__owner_id=person_id)
        .select_related("matter", *_of_matter(*LISTED))
        .order_by("respond_by", "id")[:MOST_LISTED]
    )


def _asked_row(order: CallOut, now: datetime) -> Row:
    return Row(order.matter, clock_of_call_out(order, now), place_words(order.matter), order=order)


def _offered_to(person_id: int) -> QuerySet[HandOver]:
    return (
        HandOver.objects.filter(
            to_person_id=person_id, accepted_at=None, declined_at=None, matter__state__in=sorted(OPEN)
        )
        .select_related("matter", "from_person", *_of_matter(*LISTED))
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
        .select_related("matter", *_of_matter(*LISTED))
        .order_by("due_at", "id")[:MOST_LISTED]
    )


def _promised_row(promise: Promise, now: datetime) -> Row:
    clock = running(promise.made_at, promise.due_at, now)
    return Row(promise.matter, clock, place_words(promise.matter), promise=promise)


def _answered_today(person_id: int, now: datetime) -> QuerySet[Matter]:
    midnight = datetime.combine(local_day(now), time.min, town_zone())
    return (
        Matter.objects.select_related(*LISTED)
        .filter(answered_by_id=person_id, answered_at__gte=midnight)
        .order_by("-answered_at")[:MOST_LISTED]
    )


def answerable(standing: Standing, matter_id: int) -> Matter | None:
    """Return a matter that this person may answer, or None: to others it does not exist."""
    matter = visible_to(standing).filter(pk=matter_id).first()
    return matter if matter is not None and may_handle(standing, matter) else None


def offer_to(standing: Standing, offer_id: int) -> HandOver | None:
    return HandOver.objects.filter(pk=offer_id, to_person_id=standing.person_id).first()


PAGE = 50


class InboxPart(StrEnum):
    NEW = "new"
    ACCEPTED = "accepted"
    ENDED = "ended"


INBOX = {
    InboxPart.NEW: [CallOutStatus.SENT],
    InboxPart.ACCEPTED: [CallOutStatus.ACCEPTED],
    InboxPart.ENDED: [CallOutStatus.DONE, CallOutStatus.REFUSED, CallOutStatus.CANCELED],
}


def inbox_of(standing: Standing, part: InboxPart, now: datetime, *, before: int | None = None) -> list[Row]:
    """Return the orders to a clerk's agencies: what waits, the first to run out first; what has ended, newest first."""
    orders = _orders_to(standing, part).select_related("matter", *_of_matter(*LISTED))
    if part is InboxPart.ENDED:
        orders = orders.filter(pk__lt=before) if before is not None else orders
        shown = orders.order_by("-id")[:PAGE]
    else:
        due = "respond_by" if part is InboxPart.NEW else "handle_by"
        shown = orders.order_by(due, "id")[:MOST_LISTED]
    return [Row(one.matter, clock_of_call_out(one, now), place_words(one.matter), order=one) for one in shown]


def inbox_counts(standing: Standing) -> dict[InboxPart, int]:
    """Return how much is waiting; what has ended is not counted."""
    return {part: _orders_to(standing, part).count() for part in (InboxPart.NEW, InboxPart.ACCEPTED)}


def _orders_to(standing: Standing, part: InboxPart) -> QuerySet[CallOut]:
    return CallOut.objects.filter(
        agency_id__in=standing.agencies, status__in=INBOX[part], matter__confidential=False
    )


def order_to(standing: Standing, call_out_id: int) -> CallOut | None:
    """Return an order that this person may act on, for their agency or themselves."""
    order = CallOut.objects.filter(pk=call_out_id).select_related("matter").first()
    return order if order is not None and may_act_for(standing, order) else None


@dataclass(frozen=True, slots=True)
class Undecided:
    """A message that the product did not make a matter of, and what it thought of it."""

    id: int
    message: Any
    kind: str
    probability: float
    category: Category | None


RECENT = 1000  # undecided messages looked through; older ones have been answered or have lost their point
UNSURE_BELOW = 0.7  # of anything else than a matter: above it the product was sure that it is talk


def undecided(now: datetime, *, most: int = 40) -> list[Undecided]:
    """Return messages that a person should look at, those nearest to being raised first."""
    threshold = town_rules(local_day(now)).raise_from
    recent = (
        Sorting.objects.filter(matter=None, corrected_at=None, message__isnull=False)
        .order_by("-id")
        .values_list("id", "kind", "probability")[:RECENT]
    )
    unsure = [
        (abs((probability or 0) - threshold) if kind == Kind.MATTER else 1 + (probability or 0), id)
        for id, kind, probability in recent
        if kind == Kind.MATTER or (probability or 0) < UNSURE_BELOW
    ]
    nearest = [id for _, id in sorted(unsure)[:most]]
    rows = Sorting.objects.filter(pk__in=nearest, message__withdrawn_at=None).select_related(
        "message__thread__group", "category"
    )
    found = {one.pk: one for one in rows}
    return [
        Undecided(one.pk, one.message, one.kind, one.probability or 0.0, one.category)
        for one in (found[id] for id in nearest if id in found)
    ]


def undecided_message(sorting_id: int) -> int | None:
    """Return the message of an undecided sorting, or None where somebody has decided."""
    waiting = Sorting.objects.filter(pk=sorting_id, matter=None, corrected_at=None)
    return waiting.values_list("message_id", flat=True).first()


@dataclass(frozen=True, slots=True)
class ToSort:
    """A matter of which the product was not sure, with what it proposes, best first."""

    row: Row
    proposed: list[tuple[Category, float]]


def to_sort(standing: Standing, now: datetime, *, most: int = 50) -> list[ToSort]:
    """Return open matters that wait for a person to say what they are about, the first to run out first."""
    waiting = (
        visible_to(standing)
        .filter(needs_sorting=True, state__in=sorted(OPEN))
        .select_related(*LISTED)
        .order_by("respond_by", "id")[:most]
    )
    rows = [row_of(one, now) for one in waiting]
    proposals: dict[int, list[Any]] = {}
    matter_ids = [row.matter.pk for row in rows]
    for matter_id, proposal in (
        Sorting.objects.filter(matter_id__in=matter_ids).order_by("-id").values_list("matter_id", "proposal")
    ):
        proposals[matter_id or 0] = proposal.get("categories", [])
    known = categories()
    return [
        ToSort(row, [(known[code], p) for code, p in proposals.get(row.matter.pk, []) if code in known][:3])
        for row in rows
    ]


def confidential_queue(now: datetime) -> tuple[list[Row], list[Row]]:
    """Return what only the few may read: what is open, the first to run out first, and what ended lately."""
    confidential = Matter.objects.filter(confidential=True).select_related(*LISTED)
    open_ones = confidential.filter(state__in=sorted(OPEN)).order_by("respond_by", "id")[:MOST_LISTED]
    ended = confidential.exclude(state__in=sorted(OPEN)).order_by("-id")[:PAGE]
    return [row_of(one, now) for one in open_ones], [row_of(one, now) for one in ended]


def known_orders(numbers: Collection[str]) -> set[str]:
    """Return which orders of the hotline have been taken over already."""
    return set(Matter.objects.filter(external_id__in=numbers).values_list("external_id", flat=True))


def order_results(since: datetime) -> Iterator[OrderResult]:
    """Yield what has become of the hotline's orders, oldest first; of confidential ones not what was found."""
    newest = Feedback.objects.filter(matter=OuterRef("pk"), round=OuterRef("reopened")).order_by("-pk")
    result = Entry.objects.filter(matter=OuterRef("pk"), deed="resolved").order_by("-pk")
    orders = Matter.objects.filter(
        origin=Matter.Origin.COMPLAINT, external_id__isnull=False, raised_at__gte=since
    ).annotate(
        result=Subquery(result.values("text")[:1]),
        satisfaction=Subquery(newest.values("satisfaction")[:1]),
        solved=Subquery(newest.values("solved")[:1]),
    )
    for one in orders.order_by("pk").iterator(chunk_size=500):
        yield OrderResult(
            number=one.external_id or "",
            state=one.state,
            answered_at=one.answered_at,
            outcome=one.outcome,
            result="" if one.confidential or not one.outcome else one.result or "",
            satisfaction=one.satisfaction,
            solved=one.solved,
        )
