"""What the town has set: its rules of a day, its working time, its zone."""

from datetime import date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo

from django.conf import settings

from maplebridge.conversations.domain.broadcasting import Limits
from maplebridge.kernel.dated import DatedValue
from maplebridge.kernel.working_time import Calendar, Span
from maplebridge.matters.domain.rules import TownRules, in_force
from maplebridge.matters.models import SpecialDay, TownRule, WorkingHours
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


def broadcast_limits(now: datetime) -> Limits:
    """Return what the town has decided about telling residents something, as it is in force now."""
    rules = town_rules(local_day(now))
    return Limits(
        zone=town_zone(),
        quiet_from=rules.quiet_from,
        quiet_to=rules.quiet_to,
        most_in_7_days=rules.broadcasts_a_week,
    )


def town_rules_set() -> list[TownRule]:
    """Return every value that was ever set, the latest day first."""
    return list(TownRule.objects.select_related("made_by").order_by("name", "-valid_from"))


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


def working_hours_listed() -> dict[int, list[Span]]:
    """Return the spans of each weekday; until the town sets its own, the ordinary office hours."""
    return {day: list(spans) for day, spans in enumerate(working_calendar().week)}


def special_days_of(year: int) -> list[SpecialDay]:
    return list(SpecialDay.objects.filter(day__year=year).order_by("day"))
