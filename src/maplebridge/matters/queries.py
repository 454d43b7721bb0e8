"""Reads of matters. What a person may see is in `permissions.visible_to`; pages start from there."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.search import SearchQuery
from django.db.models import Count, F, Min, OuterRef, Q, QuerySet, Subquery, Value

from maplebridge.conversations.queries import HOME_MARK
from maplebridge.kernel.text import comparable, query_words, redact, shorten
from maplebridge.kernel.working_time import Calendar, Span
from maplebridge.learning.issue_terms import issue_terms
from maplebridge.matters import data
from maplebridge.matters.domain.deadlines import AMBER_FROM, lamp
from maplebridge.matters.domain.rates import Counts, total
from maplebridge.matters.domain.routing import Facts, Rule
from maplebridge.matters.domain.rules import DatedValue, TownRules, in_force
from maplebridge.matters.domain.triage import Door, Kind
from maplebridge.matters.domain.workflow import OPEN, CallOutStatus, State
from maplebridge.matters.gateway import OrderResult
from maplebridge.matters.models import (
    CallBack,
    CallOut,
    Category,
    Entry,
    Extension,
    Feedback,
    HandOver,
    Matter,
    Oversight,
    Promise,
    Reporter,
    RoutingRule,
    Sorting,
    SpecialDay,
    Tally,
    TownRule,
    WorkingHours,
)
from maplebridge.matters.permissions import READS_ALL, may_act_for, may_handle, visible_to
from maplebridge.people.domain.roles import Role
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
    def point(self) -> tuple[float, float] | None:
        """Return where on the map it is (lon, lat): the point that was given, else the building's."""
        for one in (self.matter, self.matter.building):
            if one is not None and one.lon is not None and one.lat is not None:
                return one.lon, one.lat
        return None

    @property
    def told(self) -> str:
        """Return what it is about for those outside the team: without numbers, cards and flats."""
        return shorten(redact(self.matter.summary), 80)

    @property
    def asker(self) -> str:
        message: Any = self.matter.asked_in  # of a lower area
        return (
            str(message.shown_as).partition(HOME_MARK)[0] if message else ""
        )  # the building is in the place


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
STILL_WORTH_ASKING = timedelta(days=3)
UNSURE_BELOW = 0.7  # of anything else than a matter: above it the product was sure that it is talk


def undecided(now: datetime, *, most: int = 40) -> list[Undecided]:
    """Return messages that a person should look at, those nearest to being raised first."""
    threshold = town_rules(local_day(now)).raise_from
    recent = (
        Sorting.objects.filter(
            matter=None, corrected_at=None, message__isnull=False, made_at__gte=now - STILL_WORTH_ASKING
        )
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


# -- Search: newest first, with a person's rights inside the query.
#
# A word may be on half of all matters or on three of them, and one plan does not serve both. So the newest are looked
# through in order first, which finds enough of whatever is common; only what is rare there is asked of the index of
# words, where rare means few rows. Each way in which a person may see matters is a query of its own with its own index:
# joined by OR they could use none.

NEWEST = 30_000
LONGER_BACK = 300_000
AGAIN = 1.5  # times as far as just enough


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is searched. `reporters` are persons of whom only those who may see their matters learn anything."""

    words: str = ""
    building_id: int | None = None
    estate_id: int | None = None
    reporters: tuple[int, ...] | None = None
    state: str = ""
    origin: str = ""
    category_ids: tuple[int, ...] = ()
    grid_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def tokens(self) -> tuple[str, ...]:
        return tuple(query_words(self.words))


@dataclass(frozen=True, slots=True)
class Stretch:
    """Numbers of matters from … up to, not including, `top`."""

    low: int
    top: int

    def on(self, field: str) -> Q:
        return Q(**{f"{field}__gte": self.low, f"{field}__lt": self.top})


def reach(standing: Standing, span: Stretch | None = None) -> list[Q]:
    """Return the ways in which a person may see matters; together they are `permissions.visible_to`."""
    if standing.person_id is None:
        return []
    ways: list[Q] = []
    named = Q()
    if standing.has(*READS_ALL):
        ways.append(Q(confidential=False))
        named = Q(confidential=True)  # all others are in reach already
    elif standing.is_field and standing.grids:
        ways.append(Q(grid_id__in=sorted(standing.grids), confidential=False))
    if standing.has(Role.CONFIDENTIAL):
        ways.append(Q(confidential=True))
    return ways + [named & one for one in _by_name(standing, span)]


def _by_name(standing: Standing, span: Stretch | None) -> list[Q]:
    """Return the ways that name the person or the agency; those who are named are looked up within the span only."""
    me, within = standing.person_id or 0, span.on("matter_id") if span else Q()
    ways = [
        Q(owner_id=me),
        Q(pk__in=Reporter.objects.filter(within, person_id=me).values("matter_id")),
        Q(pk__in=CallOut.objects.filter(within, person_id=me).values("matter_id")),
        Q(pk__in=HandOver.objects.filter(within, to_person_id=me, declined_at=None).values("matter_id")),
    ]
    if standing.agencies:
        orders = CallOut.objects.filter(within, agency_id__in=sorted(standing.agencies))
        ways.append(Q(pk__in=orders.values("matter_id")))
    return ways


def newest(standing: Standing, wanted: Wanted, *, before: int | None = None, most: int = PAGE) -> list[int]:
    """Return the ids of the newest matters that fit and that the person may see, newest first."""
    fits, top = _fits(wanted), _top(wanted, before)
    if top is None or standing.person_id is None:
        return []
    step = NEWEST
    for _ in range(2):
        span = Stretch(max(top - step, 0), top)
        found = _merged(
            [way & fit for way in reach(standing, span) for fit in fits], span.on("pk"), "-pk", most
        )
        if len(found) == most or span.low == 0:
            return found
        # As far back as what was found lets expect; where nothing was, the index of words knows better.
        step = int(AGAIN * step * most / len(found)) if found else (top if wanted.tokens else LONGER_BACK)
        if step >= top:
            break
    # Sorted by a sum, so that the table is not walked through backward for what it hardly holds.
    ways = [way & fit for way in reach(standing) for fit in fits]
    return _merged(ways, Q(pk__lt=top), (F("pk") + 0).desc(), most)


def _merged(ways: Sequence[Q], window: Q, order: Any, most: int) -> list[int]:
    parts = [
        Matter.objects.filter(way & window).order_by(order).values_list("pk", flat=True)[:most]
        for way in ways
    ]
    first, rest = parts[0], parts[1:]
    ids = first.union(*rest, all=True) if rest else first
    return sorted(set(ids), reverse=True)[:most]


TOGETHER = 200  # matters of one moment may have been numbered in another order


def _top(wanted: Wanted, before: int | None) -> int | None:
    """Return the id below which to look: that of the page before, or after the last one before a day."""
    if wanted.until is not None:
        last_ones = Matter.objects.filter(raised_at__lt=wanted.until).order_by("-raised_at")[:TOGETHER]
    else:
        last_ones = Matter.objects.order_by("-pk")[:1]
    last = max(last_ones.values_list("pk", flat=True), default=None)
    if last is None:
        return None
    return min(last + 1, before) if before is not None else last + 1


def _fits(wanted: Wanted) -> list[Q]:
    """Return the conditions of which one is enough: the words are there, or it happened at the place they name."""
    also = _filters(wanted)
    fits = []
    if wanted.tokens:
        fits.append(also & Q(words=_query_of(wanted.tokens)))
    if wanted.building_id is not None:
        fits.append(also & Q(building_id=wanted.building_id))
    elif wanted.estate_id is not None:
        fits.append(also & Q(estate_id=wanted.estate_id))
    if wanted.reporters is not None:
        told = Reporter.objects.filter(person_id__in=wanted.reporters).values("matter_id")
        fits.append(also & Q(pk__in=told))
    return fits or [also]


def _filters(wanted: Wanted) -> Q:
    also = Q()
    if wanted.state:
        also &= Q(state=wanted.state)
    if wanted.origin:
        also &= Q(origin=wanted.origin)
    if wanted.category_ids:
        also &= Q(category_id__in=wanted.category_ids)
    if wanted.grid_id is not None:
        also &= on_grid(wanted.grid_id)
    if wanted.since is not None:
        also &= Q(raised_at__gte=wanted.since)
    if wanted.until is not None:
        also &= Q(raised_at__lt=wanted.until)
    return also


def on_grid(grid_id: int, prefix: str = "") -> Q:
    """Return the condition for matters of a grid and of all grids below it."""
    level = places.grid_facts(grid_id).level
    if level == 4:
        return Q(**{f"{prefix}town_id": grid_id})
    if level == 3:
        return Q(**{f"{prefix}community_id": grid_id})
    return Q(**{f"{prefix}grid_id__in": sorted(places.with_descendants([grid_id]))})


def _query_of(tokens: Sequence[str]) -> SearchQuery:
    """Return the query for all tokens; a single character stands for every word that begins with it."""
    parts = [f"'{one}':*" if len(one) == 1 and not one.isascii() else f"'{one}'" for one in tokens]
    return SearchQuery(" & ".join(parts), config="simple", search_type="raw")


def rows_by_id(ids: Sequence[int], now: datetime) -> list[Row]:
    """Return rows in the order of the ids; which ids, has been decided by the person's rights."""
    found = Matter.objects.select_related(*LISTED).in_bulk(list(ids))
    return [row_of(found[one], now) for one in ids if one in found]


def find_number(standing: Standing, number: int) -> int | None:
    """Return the number where it is that of a matter which the person may see."""
    return visible_to(standing).filter(pk=number).values_list("pk", flat=True).first()


def categories_under(code: str) -> tuple[int, ...]:
    """Return the ids of a category and of all below it."""
    return tuple(
        one.pk for known, one in categories().items() if known == code or known.startswith(f"{code}-")
    )


def branches() -> list[Category]:
    """Return the first level of the catalogue."""
    return sorted((one for code, one in categories().items() if "-" not in code), key=lambda one: one.code)


def count_up_to(standing: Standing, wanted: Wanted, most: int) -> int:
    """Return how many matters fit and may be seen, counting no further than `most`."""
    ways = [way & fit for way in reach(standing) for fit in _fits(wanted)]
    if not ways:
        return 0
    together = Q()
    for way in ways:
        together |= way
    return Matter.objects.filter(together).order_by()[:most].count()


# -- Oversight: everything that is late, or waits for a decision, is on this board until it is not.


class Concern(StrEnum):
    """Why something is before the supervisor. The order is that of the board."""

    NOT_ANSWERED = "not_answered"
    OVERDUE = "overdue"
    LADDER_ENDED = "ladder_ended"
    RETURNED = "returned"
    NOT_SOLVED = "not_solved"
    AGENCY_SILENT = "agency_silent"
    AGENCY_LATE = "agency_late"
    ORDER = "order"
    CONSULTATION = "consultation"
    PROMISE = "promise"
    EXTENSION = "extension"
    CALL_BACK = "call_back"
    CHASE = "chase"  # what the clock or a person reminded of, and nothing else on this board says already


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose matters the board shows."""

    confidential: bool = False
    grid_id: int | None = None
    agency_id: int | None = None
    category_ids: tuple[int, ...] = ()

    def on(self, prefix: str = "") -> Q:
        """Return the condition, for matters or for rows that point to one."""
        also = Q() if self.confidential else Q(**{f"{prefix}confidential": False})
        if self.grid_id is not None:
            also &= on_grid(self.grid_id, prefix)
        if self.category_ids:
            also &= Q(**{f"{prefix}category_id__in": self.category_ids})
        if self.agency_id is not None:
            called = CallOut.objects.filter(agency_id=self.agency_id, status__in=["sent", "accepted"])
            also &= Q(**{f"{prefix}pk__in" if not prefix else "matter_id__in": called.values("matter_id")})
        return also


def concerns_of(scope: Scope, now: datetime) -> dict[Concern, QuerySet[Any, tuple[int, datetime | None]]]:
    """Return for each concern the matters and since when they are due, as queries that read partial indexes."""
    matters = Matter.objects.filter(scope.on())
    orders = CallOut.objects.filter(scope.on("matter__"), agency__isnull=False)
    open_ones = Oversight.objects.filter(scope.on("matter__"), closed_at=None)
    decisions = open_ones.filter(kind=Oversight.Kind.DECISION)
    promises = Promise.objects.filter(scope.on("matter__"), kept_at=None, due_at__lt=now)
    wishes = Extension.objects.filter(scope.on("matter__"), decided_at=None)
    calls = CallBack.objects.filter(scope.on("matter__"), done_at=None)
    written = {
        Oversight.Kind.ORDER: open_ones.filter(kind=Oversight.Kind.ORDER),
        Oversight.Kind.CONSULTATION: open_ones.filter(kind=Oversight.Kind.CONSULTATION),
    }
    return {
        Concern.NOT_ANSWERED: matters.filter(state=State.ASSIGNED, respond_by__lt=now)
        .order_by("respond_by")
        .values_list("pk", "respond_by"),
        Concern.OVERDUE: matters.filter(state=State.IN_HAND, handle_by__lt=now)
        .order_by("handle_by")
        .values_list("pk", "handle_by"),
        Concern.LADDER_ENDED: _begun(decisions.filter(words="ladder_ended")),
        Concern.RETURNED: _begun(decisions.filter(words="returned_twice")),
        Concern.NOT_SOLVED: _begun(decisions.exclude(words__in=["ladder_ended", "returned_twice"])),
        Concern.AGENCY_SILENT: _due(
            orders.filter(status=CallOutStatus.SENT, respond_by__lt=now), "respond_by"
        ),
        Concern.AGENCY_LATE: _due(
            orders.filter(status=CallOutStatus.ACCEPTED, handle_by__lt=now), "handle_by"
        ),
        Concern.ORDER: _due(written[Oversight.Kind.ORDER], "due_at"),
        Concern.CONSULTATION: _due(written[Oversight.Kind.CONSULTATION], "due_at"),
        Concern.PROMISE: _due(promises, "due_at"),
        Concern.EXTENSION: _due(wishes, "asked_at"),
        Concern.CALL_BACK: _due(calls, "due_at"),
        Concern.CHASE: _begun(open_ones.filter(kind=Oversight.Kind.CHASE)),
    }


def _due(rows: QuerySet[Any], field: str) -> QuerySet[Any, tuple[int, datetime | None]]:
    return rows.order_by(field).values_list("matter_id", field)


def _begun(rows: QuerySet[Oversight]) -> QuerySet[Any, tuple[int, datetime | None]]:
    return _due(rows, "opened_at")


@dataclass(frozen=True, slots=True)
class Case:
    """A row of the board: a matter, why it is there, since when, and who has it."""

    row: Row
    concerns: tuple[Concern, ...]
    since: datetime
    agencies: tuple[str, ...]
    chased: int


def board_counts(scope: Scope, now: datetime) -> dict[Concern, int]:
    """Return how many there are of each concern, asked in one query."""
    counts = [
        rows.order_by()
        .values(concern=Value(concern.value))
        .annotate(n=Count("pk"))
        .values_list("concern", "n")
        for concern, rows in concerns_of(scope, now).items()
    ]
    found = dict(counts[0].union(*counts[1:], all=True))
    return {concern: found.get(concern.value, 0) for concern in Concern}


def waiting_now(scope: Scope) -> int:
    """Return how many matters wait for their first answer, in time or not."""
    return Matter.objects.filter(scope.on(), state=State.ASSIGNED).count()


def board(
    scope: Scope,
    now: datetime,
    *,
    only: Concern | None = None,
    after: datetime | None = None,
    most: int = PAGE,
) -> list[Case]:
    """Return what is before the supervisor, the longest due first; a matter with several concerns is one row."""
    lists = [
        _earliest(concern, rows, after, most + 1)
        for concern, rows in concerns_of(scope, now).items()
        if only is None or concern is only
    ]
    rows = lists[0].union(*lists[1:], all=True) if len(lists) > 1 else lists[0]
    since: dict[int, datetime] = {}
    why: dict[int, list[Concern]] = {}
    for concern, matter_id, due in sorted(rows, key=lambda row: list(Concern).index(Concern(row[0]))):
        reasons = why.setdefault(matter_id, [])
        if concern not in reasons and (concern != Concern.CHASE or not reasons):
            reasons.append(Concern(concern))
        since[matter_id] = min(due or now, since.get(matter_id, due or now))
    chosen = sorted(since, key=lambda one: (since[one], one))[:most]
    called = _called_to(chosen)
    chased = dict(
        Oversight.objects.filter(matter_id__in=chosen, kind=Oversight.Kind.CHASE, opened_by__isnull=False)
        .values("matter_id")
        .annotate(n=Count("pk"))
        .values_list("matter_id", "n")
    )
    return [
        Case(
            row,
            tuple(why[row.matter.pk]),
            since[row.matter.pk],
            called.get(row.matter.pk, ()),
            chased.get(row.matter.pk, 0),
        )
        for row in rows_by_id(chosen, now)
    ]


def _earliest(
    concern: Concern, rows: QuerySet[Any, Any], after: datetime | None, most: int
) -> QuerySet[Any, Any]:
    """Return (concern, matter, due) of those that are due first, after a moment where the page goes on."""
    due = str(rows.query.order_by[0])
    later = rows.filter(**{f"{due}__gt": after}) if after is not None else rows
    matter = "pk" if rows.model is Matter else "matter_id"
    named: QuerySet[Any, Any] = later.annotate(concern=Value(concern.value))
    return named.values_list("concern", matter, due)[:most]


def _called_to(matter_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Return the agencies that still have a part in each matter, by name."""
    orders = CallOut.objects.filter(
        matter_id__in=matter_ids,
        status__in=[CallOutStatus.SENT, CallOutStatus.ACCEPTED],
        agency__isnull=False,
    )
    names: dict[int, tuple[str, ...]] = {}
    for matter_id, name in orders.order_by("id").values_list("matter_id", "agency__name"):
        names[matter_id] = (*names.get(matter_id, ()), name)
    return names


def emergencies(scope: Scope, now: datetime) -> list[Row]:
    """Return open matters in which somebody may be in danger, newest first."""
    found = Matter.objects.select_related(*LISTED).filter(
        scope.on(), ~Q(emergency=""), state__in=sorted(OPEN)
    )
    return [row_of(one, now) for one in found.order_by("-id")[:PAGE]]


def known_orders(numbers: Collection[str]) -> set[str]:
    """Return which orders of the hotline have been taken over already."""
    found = Matter.objects.filter(external_id__in=numbers).values_list("external_id", flat=True)
    return {number for number in found if number is not None}


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


# -- Statistics: read from what was added up; see `actions.tallies`.


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts of a month, as of a moment: in all, by area, kind and agency."""

    total: Counts
    by_grid: dict[int, Counts]
    by_category: dict[str, Counts]
    by_agency: dict[str, Counts]
    as_of: datetime | None


def statistics_of(standing: Standing, month: date, *, grid_id: int | None = None) -> Statistics:
    """Return the counts of a month, of the ground that the person may see, or of one grid of it."""
    parts: dict[tuple[str, str], list[dict[str, int]]] = {}
    moments: list[datetime] = []
    rows = _tallies(standing, grid_id).filter(month=month)
    for grid, of, key, counts, as_of in rows.values_list("grid_id", "of", "key", "counts", "as_of"):
        parts.setdefault((of, str(grid or 0) if of == Tally.Of.ALL else key), []).append(counts)
        moments.append(as_of)
    sums = {of: {key: total(some) for (kind, key), some in parts.items() if kind == of} for of in Tally.Of}
    return Statistics(
        total=sum(sums[Tally.Of.ALL].values(), Counts()),
        by_grid={int(grid): counts for grid, counts in sums[Tally.Of.ALL].items()},
        by_category=sums[Tally.Of.CATEGORY],
        by_agency=sums[Tally.Of.AGENCY],
        as_of=min(moments, default=None),
    )


def by_month(
    standing: Standing, first: date, last: date, *, grid_id: int | None = None
) -> dict[date, Counts]:
    """Return the counts of each month from … to, in order."""
    parts: dict[date, list[dict[str, int]]] = {}
    rows = _tallies(standing, grid_id).filter(of=Tally.Of.ALL, month__gte=first, month__lte=last)
    for month, counts in rows.order_by("month").values_list("month", "counts"):
        parts.setdefault(month, []).append(counts)
    return {month: total(some) for month, some in parts.items()}


def _tallies(standing: Standing, grid_id: int | None) -> QuerySet[Tally]:
    tallies = Tally.objects.all()
    if not sees_all_statistics(standing):
        tallies = tallies.filter(grid_id__in=sorted(standing.grids))
    if grid_id is not None:
        tallies = tallies.filter(grid_id__in=sorted(places.with_descendants([grid_id])))
    return tallies


def sees_all_statistics(standing: Standing) -> bool:
    return standing.has(Role.SUPERVISOR, Role.ANALYST, Role.ADMINISTRATOR, Role.COMMAND)


def month_totals(months: Sequence[date]) -> dict[date, Counts]:
    """Return the counts of whole months of the town."""
    parts: dict[date, list[dict[str, int]]] = {}
    rows = Tally.objects.filter(month__in=list(months), of=Tally.Of.ALL)
    for month, counts in rows.values_list("month", "counts"):
        parts.setdefault(month, []).append(counts)
    return {month: total(some) for month, some in parts.items()}


def tallied(months: Sequence[date]) -> dict[date, datetime]:
    """Return those of the months that were added up, and when."""
    rows = Tally.objects.filter(of=Tally.Of.ALL, month__in=list(months))
    return dict(rows.values("month").annotate(at=Min("as_of")).values_list("month", "at"))


def first_month() -> date | None:
    """Return the first day of the month in which the first matter was raised."""
    first = Matter.objects.order_by("raised_at").values_list("raised_at", flat=True).first()
    return local_day(first).replace(day=1) if first else None


# -- the town's own data, as its administrators see and change it


def town_rules_set() -> list[TownRule]:
    """Return every value that was ever set, the latest day first."""
    return list(TownRule.objects.select_related("made_by").order_by("name", "-valid_from"))


def routing_rules_listed() -> list[RoutingRule]:
    """Return the routing rules in force and to come, in the order in which they are tried, then those ended."""
    return list(RoutingRule.objects.order_by(F("valid_to").desc(nulls_first=True), "rank", "id"))


def routing_rules_as_of(on: date) -> tuple[Rule, ...]:
    """Return the routing rules of a day, read now."""
    rules = RoutingRule.objects.filter(valid_from__lte=on).exclude(valid_to__lte=on)
    return tuple(as_rule(one) for one in rules.order_by("rank", "id"))


PAST_MOST = 20_000


def facts_of_past_matters(
    start: datetime, end: datetime, *, most: int = PAST_MOST
) -> list[tuple[int, Facts]]:
    """Return what routing knew of the matters of a time, the latest first; the confidential ones stay out."""
    rows = (
        Matter.objects.filter(raised_at__gte=start, raised_at__lt=end, confidential=False)
        .order_by("-id")
        .values_list(
            "id", "category__code", "category__lead", "severity", "grid__code", "origin", "raised_at"
        )[:most]
    )
    return [
        (
            id,
            Facts(
                category=category or "",
                severity=severity,
                grid=grid or "",
                origin=origin,
                hour=raised_at.astimezone(town_zone()).hour,
                agency_kind=lead or "",
            ),
        )
        for id, category, lead, severity, grid, origin, raised_at in rows
    ]


def working_hours_listed() -> dict[int, list[Span]]:
    """Return the spans of each weekday; until the town sets its own, the ordinary office hours."""
    return {day: list(spans) for day, spans in enumerate(working_calendar().week)}


def special_days_of(year: int) -> list[SpecialDay]:
    return list(SpecialDay.objects.filter(day__year=year).order_by("day"))


def categories_listed() -> list[Category]:
    """Return the whole catalogue in the order of its codes."""
    return list(Category.objects.order_by("code"))


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
    return sorted((row_of(one, now) for one in found), key=_by_due)
