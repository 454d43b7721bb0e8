"""What was counted before and after an advisory, where it was read and elsewhere. Nobody knows what caused what.

Counts below ten are told as "fewer than 10", as on the safety map, and no change is computed from one of them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

SMALL = 10  # as in grading.domain.publication; a test holds the two together
LONGEST = timedelta(days=28)
SHORTEST = timedelta(days=7)
ALIKE = 2.0  # elsewhere is compared where before there was between half and double as much in an area


@dataclass(frozen=True, slots=True)
class Figure:
    """A count as it may be told."""

    value: int | None  # None: fewer than ten

    @classmethod
    def of(cls, count: int) -> "Figure":
        return cls(count if count >= SMALL else None)


@dataclass(frozen=True, slots=True)
class Side:
    """Before and after on some ground."""

    areas: int
    before: Figure
    after: Figure

    @property
    def change(self) -> float | None:
        """Return the change in percent; None where one of the two is small."""
        if self.before.value is None or self.after.value is None:
            return None
        return 100 * (self.after.value / self.before.value - 1)


@dataclass(frozen=True, slots=True)
class Effect:
    days: int  # as many before as after
    here: Side
    elsewhere: Side | None  # None where no other area is alike


def span(sent_at: datetime, now: datetime) -> timedelta | None:
    """Return how long before and after are counted; None where it is too early to look."""
    since = min(now - sent_at, LONGEST)
    return timedelta(days=since.days) if since >= SHORTEST else None


def effect(
    *,
    days: int,
    before: Mapping[int, int],
    after: Mapping[int, int],
    here: Collection[int],
    areas: Collection[int],
) -> Effect:
    """Return both sides. `before` and `after` are counts by area; an area without any has none.

    Elsewhere are the areas whose count before was like that of an area here.
    """
    inside = [one for one in areas if one in here]
    typical = sum(before.get(one, 0) for one in inside) / len(inside) if inside else 0.0
    alike = [
        one
        for one in areas
        if one not in here and typical / ALIKE <= before.get(one, 0) <= typical * ALIKE and before.get(one, 0)
    ]
    return Effect(days, _side(inside, before, after), _side(alike, before, after) if alike else None)


def _side(areas: Collection[int], before: Mapping[int, int], after: Mapping[int, int]) -> Side:
    return Side(
        len(areas),
        Figure.of(sum(before.get(one, 0) for one in areas)),
        Figure.of(sum(after.get(one, 0) for one in areas)),
    )
