"""The list of disputes and its search: newest first, page by page, with a person's rights inside the query.

As in `matters.queries.search`: the newest are looked through in order first; only what is rare there is asked of the
index of words. Each way in which a person may see disputes is a query of its own with its own index.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q

from maplebridge.conversations.queries import query_of
from maplebridge.kernel.text import normalise, query_words
from maplebridge.mediation.models import Assignment, Dispute, Party
from maplebridge.mediation.permissions import ways
from maplebridge.mediation.queries.rows import PAGE
from maplebridge.people.domain.standing import Standing
from maplebridge.places import queries as places
from maplebridge.platform.fields import keyed_digest

NEWEST = 20_000
NUMBER = re.compile(r"^[（(]?(20\d\d)[）)]?\D{0,8}?(\d{1,6})号?$")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for. A whole name of a party finds their disputes; parts of names find nothing."""

    words: str = ""
    states: tuple[str, ...] = ()
    type: str = ""
    tier: str = ""
    risk: str = ""
    source: str = ""
    grid_id: int | None = None
    mediator_person_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


def party_digest(name: str) -> str:
    """Return the digest by which the disputes of a name are found. Names are never folded."""
    return keyed_digest(normalise(name), use="party_name")


def newest(standing: Standing, wanted: Wanted, *, before: int | None = None, most: int = PAGE) -> list[int]:
    """Return the ids of the newest disputes that fit and that the person may see, newest first."""
    allowed = ways(standing)
    last = Dispute.objects.order_by("-pk").values_list("pk", flat=True).first()
    if not allowed or last is None:
        return []
    top = min(last + 1, before) if before is not None else last + 1
    fits = _fits(wanted)
    low = max(top - NEWEST, 0)
    near = _merged(allowed, fits, Q(pk__gte=low, pk__lt=top), "-pk", most)
    if len(near) == most or low == 0:
        return near
    # Sorted by a sum, so that the table is not walked through backward for what it hardly holds.
    far = _merged(allowed, fits, Q(pk__lt=low), (F("pk") + 0).desc(), most - len(near))
    return near + far


def _merged(allowed: Sequence[Q], fits: Sequence[Q], window: Q, order: object, most: int) -> list[int]:
    ids: set[int] = set()
    for way in allowed:
        for fit in fits:
            found = Dispute.objects.filter(way & fit & window).order_by(order)  # type: ignore[arg-type]
            ids |= set(found.values_list("pk", flat=True)[:most])
    return sorted(ids, reverse=True)[:most]


def _fits(wanted: Wanted) -> list[Q]:
    """Return the conditions of which one is enough: the words are there, a party has that name, the number is that."""
    also = _filters(wanted)
    words = wanted.words.strip()
    if not words:
        return [also]
    named = Party.objects.filter(name_digest=party_digest(words), left_at=None).values("dispute_id")
    fits = [also & Q(pk__in=named)]
    if number := NUMBER.match(words):
        fits.append(also & Q(file_year=int(number[1]), file_number=int(number[2])))
    if tokens := query_words(words):
        fits.append(also & Q(words=query_of(tokens)))
    return fits


def _filters(wanted: Wanted) -> Q:
    also = Q()
    for name in ("type", "tier", "risk", "source"):
        if value := getattr(wanted, name):
            also &= Q(**{name: value})
    if wanted.states:
        also &= Q(state__in=wanted.states)
    if wanted.grid_id is not None:
        also &= Q(grid_id__in=sorted(places.with_descendants([wanted.grid_id])))
    if wanted.mediator_person_id is not None:
        parts = Assignment.objects.filter(mediator__person_id=wanted.mediator_person_id, until=None)
        also &= Q(pk__in=parts.values("dispute_id"))
    if wanted.since is not None:
        also &= Q(found_at__gte=wanted.since)
    if wanted.until is not None:
        also &= Q(found_at__lt=wanted.until)
    return also
