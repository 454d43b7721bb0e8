"""When someone must have answered or handled, and how close that moment is.

A matter is answered within 30 minutes of being assigned (Jingbian, S3); the number is a town rule. The lamp is
what people see: it is always computed from the deadline and the time, and never stored.
"""

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from maplebridge.kernel.working_time import Calendar, add_working_days, add_working_time
from maplebridge.matters.domain.catalogue import Limit, LimitUnit

AMBER_FROM = 2 / 3  # of the time used up


class Lamp(StrEnum):
    GREEN = "green"
    AMBER = "amber"
    RED = "red"


def lamp(*, starts: datetime, deadline: datetime, ended: datetime | None, now: datetime) -> Lamp:
    """Return the lamp at `now`; what has ended keeps the color it had then. On time is not late."""
    at = ended or now
    if at > deadline:
        return Lamp.RED
    allowed = (deadline - starts).total_seconds()
    used = (at - starts).total_seconds()
    return Lamp.AMBER if allowed <= 0 or used / allowed >= AMBER_FROM else Lamp.GREEN


def handle_by(start: datetime, limit: Limit, calendar: Calendar) -> datetime:
    """Return when a matter must be handled that was taken in hand at `start`."""
    match limit.unit:
        case LimitUnit.HOURS:
            return start + timedelta(hours=limit.value)
        case LimitUnit.DAYS:
            return start + timedelta(days=limit.value)
        case LimitUnit.WORKING_HOURS:
            return add_working_time(start, timedelta(hours=limit.value), calendar)
        case LimitUnit.WORKING_DAYS:
            return add_working_days(start, limit.value, calendar)


def after_pause(deadline: datetime, paused_at: datetime, resumed_at: datetime) -> datetime:
    """Return the deadline moved by the length of the pause."""
    return deadline + max(resumed_at - paused_at, timedelta(0))


def morning_of(day: date, zone: ZoneInfo) -> datetime:
    """Return eight in the morning of a day: when dated reviews fall due."""
    return datetime.combine(day, time(8), zone)
