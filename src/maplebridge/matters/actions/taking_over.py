"""Matters from before: a town that had another system brings what was closed in it, so that its past is known here.

They are taken over as they ended; nobody is told of them, no clock runs for them, and they name no reporter. They are
numbered in the order of their time, below the first matter of this town where room was left for them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from maplebridge.conversations.actions import vector_of
from maplebridge.matters.domain.workflow import ClosedAs, State
from maplebridge.matters.models import Entry, Matter
from maplebridge.matters.queries import categories, local_day, town_rules
from maplebridge.places import queries as places
from maplebridge.platform.audit import action

BATCH = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Past:
    """A matter that was raised, answered and closed elsewhere."""

    summary: str
    category: str
    raised_at: datetime
    answered_at: datetime
    closed_at: datetime
    thread_id: int
    owner_id: int
    grid_id: int | None = None
    lon: float | None = None
    lat: float | None = None


@action
def leave_room(*, numbers: int) -> None:
    """Let the first matter of an empty town begin behind so many numbers, which its past will have."""
    if not Matter.objects.exists():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [Matter._meta.db_table, numbers]
            )


@action
def take_over_past(*, past: Sequence[Past]) -> list[int]:
    """Record closed matters from before, and return their numbers in the same order."""
    if not past:
        return []
    rules = town_rules(local_day(min(one.raised_at for one in past)))
    known = categories()
    rows = []
    ordered = sorted(past, key=lambda one: one.raised_at)
    for number, one in zip(_numbers_before(len(past)), ordered, strict=True):
        category = known[one.category]
        chain = places.grid_facts(one.grid_id) if one.grid_id is not None else None
        rows.append(
            Matter(
                pk=number,
                origin=Matter.Origin.FORM,
                summary=one.summary,
                category=category,
                severity=category.severity,
                confidential=category.confidential,
                thread_id=one.thread_id,
                grid_id=one.grid_id,
                community_id=chain.community_id if chain else None,
                town_id=chain.town_id if chain else None,
                lon=one.lon,
                lat=one.lat,
                state=State.CLOSED,
                first_asked_id=one.owner_id,
                owner_id=one.owner_id,
                owner_since=one.raised_at,
                raised_at=one.raised_at,
                respond_by=one.raised_at + rules.respond_within(category.respond_minutes),
                answered_at=one.answered_at,
                resolved_at=one.closed_at,
                closed_at=one.closed_at,
                closed_as=ClosedAs.NOT_ANSWERED,
                words=vector_of(one.summary),
            )
        )
    made = Matter.objects.bulk_create(rows, batch_size=BATCH)
    Entry.objects.bulk_create(
        (
            Entry(matter=matter, deed=deed, at=at, public=True, facts=facts)
            for matter, one in zip(made, ordered, strict=True)
            for deed, at, facts in (
                ("raised", one.raised_at, {"origin": matter.origin, "owner": matter.owner_id}),
                ("closed", one.closed_at, {"as": matter.closed_as}),
            )
        ),
        batch_size=BATCH,
    )
    number_of = {id(one): matter.pk for one, matter in zip(ordered, made, strict=True)}
    return [number_of[id(one)] for one in past]


def _numbers_before(count: int) -> list[int | None]:
    """Return so many numbers below the first matter of all; where there is no room, as they come."""
    first = Matter.objects.order_by("pk").values_list("pk", flat=True).first() or 0
    return list(range(first - count, first)) if first > count else [None] * count
