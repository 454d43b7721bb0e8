"""How long mediation may take: one month, longer only where every side agrees; each tier has its part of it."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from maplebridge.mediation.domain.tiers import Tier


class Lamp(StrEnum):
    GREEN = "green"
    AMBER = "amber"
    RED = "red"


AMBER_SHARE = 0.2  # of the time there is


def months_later(moment: datetime, months: int) -> datetime:
    """Return the same clock time on the day of that number; in a shorter month on its last day."""
    index = moment.year * 12 + moment.month - 1 + months
    year, month = divmod(index, 12)
    day = min(moment.day, monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def months_earlier(day: date, months: int) -> date:
    """Return the day of that number so many months before; in a shorter month its last."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def due(accepted: datetime, *, months: int) -> datetime:
    return months_later(accepted, months)


def tier_due(entered: datetime, tier: Tier, overall: datetime, days: Mapping[str, int]) -> datetime:
    """Return until when a tier has the dispute: its own days, never beyond the clock of the whole."""
    return min(entered + timedelta(days=days[tier]), overall)


@dataclass(frozen=True, slots=True)
class Running:
    """A clock as it is shown; the lamp is computed, never stored."""

    started: datetime
    ends: datetime

    def left(self, now: datetime) -> timedelta:
        return self.ends - now

    def lamp(self, now: datetime) -> Lamp:
        """On time is not late."""
        if now > self.ends:
            return Lamp.RED
        near = (self.ends - self.started) * AMBER_SHARE
        return Lamp.AMBER if self.ends - now <= near else Lamp.GREEN


def confirmation_until(effective: date, *, days: int) -> date:
    """Return the last day for asking a court together (People's Mediation Law, art. 33: within 30 days)."""
    return effective + timedelta(days=days)
