"""A matter as a row of a list, with all that its line shows. Open work is read through partial indexes only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from maplebridge.conversations.queries import HOME_MARK
from maplebridge.kernel.text import redact, shorten
from maplebridge.matters.models import CallOut, HandOver, Matter, Promise
from maplebridge.matters.queries.clocks import Running, clock_of
from maplebridge.matters.queries.ground import place_words

LISTED = ("category", "estate", "building__estate", "owner", "asked_in")
MOST_LISTED = 200
PAGE = 50


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
        """Return who asked, without their building: that is in the place."""
        message: Any = self.matter.asked_in  # of a lower area
        return str(message.shown_as).partition(HOME_MARK)[0] if message else ""


def row_of(matter: Matter, now: datetime) -> Row:
    return Row(matter, clock_of(matter, now), place_words(matter))


def rows_by_id(ids: Sequence[int], now: datetime) -> list[Row]:
    """Return rows in the order of the ids; which ids, has been decided by the person's rights."""
    found = Matter.objects.select_related(*LISTED).in_bulk(list(ids))
    return [row_of(found[one], now) for one in ids if one in found]


END_OF_TIME = datetime.max.replace(tzinfo=UTC)


def by_due(row: Row) -> tuple[datetime, int]:
    return row.clock.due or END_OF_TIME, row.matter.pk


def danger_first(row: Row) -> tuple[bool, datetime, int]:
    return not row.matter.emergency, *by_due(row)


def of_matter(*fields: str) -> list[str]:
    return [f"matter__{field}" for field in fields]
