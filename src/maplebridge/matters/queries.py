"""Reads of matters. What a person may see is in `permissions.visible_to`; pages start from there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, Q, QuerySet

from maplebridge.kernel.working_time import Calendar, Span
from maplebridge.learning.issue_terms import issue_terms
from maplebridge.matters import data
from maplebridge.matters.domain.routing import Rule
from maplebridge.matters.domain.rules import DatedValue, TownRules, in_force
from maplebridge.matters.domain.triage import Door
from maplebridge.matters.domain.workflow import OPEN, CallOutStatus
from maplebridge.matters.models import (
    CallOut,
    Category,
    Entry,
    Matter,
    RoutingRule,
    Sorting,
    SpecialDay,
    TownRule,
    WorkingHours,
)
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
    candidates = Matter.objects.filter(near, state__in=OPEN, confidential=False).order_by("-id")[:among]
    terms = issue_terms(text)
    found = [_similar(one, terms, category_id) for one in candidates]
    return sorted((one for one in found if one.likeness >= max(least, 0.01)), key=lambda one: -one.likeness)[
        :most
    ]


SAME_CATEGORY_BONUS = 0.2  # two words on one trouble in one place are more alike than the words alone


def _similar(matter: Matter, terms: dict[str, float], category_id: int | None) -> Similar:
    theirs = issue_terms(matter.summary)
    shared = terms.keys() & theirs.keys()
    product = sum(terms[one] * theirs[one] for one in shared)
    norm = (sum(w * w for w in terms.values()) * sum(w * w for w in theirs.values())) ** 0.5
    likeness = product / norm if norm else 0.0
    if category_id is not None and matter.category_id == category_id:
        likeness = min(1.0, likeness + SAME_CATEGORY_BONUS)
    best = sorted(shared, key=lambda one: (-terms[one] * theirs[one], one))[:5]
    return Similar(matter, likeness, tuple(best))
