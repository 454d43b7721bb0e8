"""What a person should look at because the product was not sure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from maplebridge.matters.domain.triage import Kind
from maplebridge.matters.domain.workflow import OPEN
from maplebridge.matters.models import Category, Sorting
from maplebridge.matters.permissions import visible_to
from maplebridge.matters.queries.catalogue import categories, read_now
from maplebridge.matters.queries.rows import LISTED, Row, row_of
from maplebridge.matters.queries.town import local_day, town_rules
from maplebridge.people.domain.standing import Standing


@dataclass(frozen=True, slots=True)
class Undecided:
    """A message that the product did not make a matter of, and what it thought of it."""

    id: int
    message: Any
    kind: str
    probability: float
    category: Category | None


def is_read(message_id: int) -> bool:
    """Say whether the product has read a message."""
    with connection.cursor() as cursor:  # asked for every message that comes in
        cursor.execute("SELECT EXISTS (SELECT FROM matters_sorting WHERE message_id = %s)", [message_id])
        return bool(cursor.fetchone()[0])


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
        ToSort(row, [(known[code], p) for code, p in proposed if code in known][:3])
        for row in rows
        for proposed in [proposals.get(row.matter.pk) or read_now(row.matter)]
    ]
