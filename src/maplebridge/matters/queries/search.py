"""Search: newest first, with a person's rights inside the query.

A word may be on half of all matters or on three of them, and one plan does not serve both. So the newest are looked
through in order first, which finds enough of whatever is common; only what is rare there is asked of the index of
words, where rare means few rows. Each way in which a person may see matters is a query of its own with its own index:
joined by OR they could use none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q

from maplebridge.conversations.queries import query_of
from maplebridge.kernel.text import query_words
from maplebridge.matters.models import CallOut, HandOver, Matter, Reporter
from maplebridge.matters.permissions import READS_ALL, STILL_ASKED, visible_to
from maplebridge.matters.queries.catalogue import categories_named
from maplebridge.matters.queries.ground import on_grid
from maplebridge.matters.queries.rows import PAGE
from maplebridge.people.domain.roles import Role
from maplebridge.people.domain.standing import Standing

NEWEST = 30_000
LONGER_BACK = 300_000
AGAIN = 1.5  # times as far as just enough


@dataclass(frozen=True, slots=True)
class About:
    """The words, or a part of them, name categories; `words` are the others, and are to be in what was said."""

    category_ids: tuple[int, ...]
    words: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is searched. `reporters` are persons of whom only those who may see their matters learn anything."""

    words: str = ""
    about: tuple[About, ...] = ()
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
    asked = CallOut.objects.filter(within, person_id=me)
    ways = [
        Q(owner_id=me),
        Q(pk__in=Reporter.objects.filter(within, person_id=me).values("matter_id")),
        Q(pk__in=asked.values("matter_id"), confidential=False),
        Q(pk__in=asked.filter(status__in=STILL_ASKED).values("matter_id"), confidential=True),
        Q(pk__in=HandOver.objects.filter(within, to_person_id=me, declined_at=None).values("matter_id")),
    ]
    if standing.agencies:
        orders = CallOut.objects.filter(within, agency_id__in=sorted(standing.agencies))
        ways.append(Q(pk__in=orders.values("matter_id"), confidential=False))
    return ways


PARTS = 4  # of a query that are looked up; each is a query of its own


def about(words: str) -> tuple[About, ...]:
    """Return what some words may be about: all of them, or any one part between spaces beside the others."""
    parts = words.split()
    readings = [(words, "")]
    if 1 < len(parts) <= PARTS:
        readings += [(one, " ".join(parts[:at] + parts[at + 1 :])) for at, one in enumerate(parts)]
    named = [About(categories_named(name), others) for name, others in readings]
    return tuple(one for one in named if one.category_ids)


def newest(standing: Standing, wanted: Wanted, *, before: int | None = None, most: int = PAGE) -> list[int]:
    """Return the ids of the newest matters that fit and that the person may see, newest first."""
    fits, top = _fits(wanted), _top(wanted, before)
    if top is None or standing.person_id is None or not fits:
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
    """Return the conditions of which one is enough.

    The words are there, or some of them name what it is about, or it happened at the place they name.
    """
    also = _filters(wanted)
    fits = []
    if wanted.tokens:
        fits.append(also & Q(words=query_of(wanted.tokens)))
    for one in wanted.about:
        others = query_words(one.words)
        said = Q(words=query_of(others)) if others else Q()
        fits.append(also & said & Q(category_id__in=one.category_ids))
    if wanted.building_id is not None:
        fits.append(also & Q(building_id=wanted.building_id))
    elif wanted.estate_id is not None:
        fits.append(also & Q(estate_id=wanted.estate_id))
    if wanted.reporters is not None:
        told = Reporter.objects.filter(person_id__in=wanted.reporters).values("matter_id")
        fits.append(also & Q(pk__in=told))
    if wanted.words.strip() and not wanted.tokens:
        return fits  # signs alone are in no text that is looked through
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


def find_number(standing: Standing, number: int) -> int | None:
    """Return the number where it is that of a matter which the person may see."""
    return visible_to(standing).filter(pk=number).values_list("pk", flat=True).first()


def count_up_to(standing: Standing, wanted: Wanted, most: int) -> int:
    """Return how many matters fit and may be seen, counting no further than `most`."""
    ways = [way & fit for way in reach(standing) for fit in _fits(wanted)]
    if not ways:
        return 0
    together = Q()
    for way in ways:
        together |= way
    return Matter.objects.filter(together).order_by()[:most].count()
