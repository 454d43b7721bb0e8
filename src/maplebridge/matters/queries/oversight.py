"""What is late or waits for a decision: all of it is on this board until it is not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Count, Q, QuerySet, Value

from maplebridge.matters.domain.workflow import OPEN, CallOutStatus, State
from maplebridge.matters.models import CallBack, CallOut, Extension, Matter, Oversight, Promise
from maplebridge.matters.permissions import STILL_ASKED
from maplebridge.matters.queries.rows import LISTED, PAGE, Row, row_of, rows_by_id
from maplebridge.matters.queries.scope import Scope


class Concern(StrEnum):
    """Why something is before the supervisor. The order is that of the board."""

    NOT_ANSWERED = "not_answered"
    OVERDUE = "overdue"
    LADDER_ENDED = "ladder_ended"
    RETURNED = "returned"
    NOT_SOLVED = "not_solved"
    AGENCY_SILENT = "agency_silent"
    AGENCY_LATE = "agency_late"
    ORDER = "order"
    CONSULTATION = "consultation"
    PROMISE = "promise"
    EXTENSION = "extension"
    CALL_BACK = "call_back"
    CHASE = "chase"  # what the clock or a person reminded of, and nothing else on this board says already


def concerns_of(scope: Scope, now: datetime) -> dict[Concern, QuerySet[Any, tuple[int, datetime | None]]]:
    """Return for each concern the matters and since when they are due, as queries that read partial indexes."""
    matters = Matter.objects.filter(scope.on())
    orders = CallOut.objects.filter(scope.on("matter__"), agency__isnull=False)
    open_ones = Oversight.objects.filter(scope.on("matter__"), closed_at=None)
    decisions = open_ones.filter(kind=Oversight.Kind.DECISION)
    promises = Promise.objects.filter(scope.on("matter__"), kept_at=None, due_at__lt=now)
    wishes = Extension.objects.filter(scope.on("matter__"), decided_at=None)
    calls = CallBack.objects.filter(scope.on("matter__"), done_at=None)
    written = {
        Oversight.Kind.ORDER: open_ones.filter(kind=Oversight.Kind.ORDER),
        Oversight.Kind.CONSULTATION: open_ones.filter(kind=Oversight.Kind.CONSULTATION),
    }
    return {
        Concern.NOT_ANSWERED: matters.filter(state=State.ASSIGNED, respond_by__lt=now)
        .order_by("respond_by")
        .values_list("pk", "respond_by"),
        Concern.OVERDUE: matters.filter(state=State.IN_HAND, handle_by__lt=now)
        .order_by("handle_by")
        .values_list("pk", "handle_by"),
        Concern.LADDER_ENDED: _begun(decisions.filter(words="ladder_ended")),
        Concern.RETURNED: _begun(decisions.filter(words="returned_twice")),
        Concern.NOT_SOLVED: _begun(decisions.exclude(words__in=["ladder_ended", "returned_twice"])),
        Concern.AGENCY_SILENT: _due(
            orders.filter(status=CallOutStatus.SENT, respond_by__lt=now), "respond_by"
        ),
        Concern.AGENCY_LATE: _due(
            orders.filter(status=CallOutStatus.ACCEPTED, handle_by__lt=now), "handle_by"
        ),
        Concern.ORDER: _due(written[Oversight.Kind.ORDER], "due_at"),
        Concern.CONSULTATION: _due(written[Oversight.Kind.CONSULTATION], "due_at"),
        Concern.PROMISE: _due(promises, "due_at"),
        Concern.EXTENSION: _due(wishes, "asked_at"),
        Concern.CALL_BACK: _due(calls, "due_at"),
        Concern.CHASE: _begun(open_ones.filter(kind=Oversight.Kind.CHASE)),
    }


def _due(rows: QuerySet[Any], field: str) -> QuerySet[Any, tuple[int, datetime | None]]:
    return rows.order_by(field).values_list("matter_id", field)


def _begun(rows: QuerySet[Oversight]) -> QuerySet[Any, tuple[int, datetime | None]]:
    return _due(rows, "opened_at")


@dataclass(frozen=True, slots=True)
class Case:
    """A row of the board: a matter, why it is there, since when, and who has it."""

    row: Row
    concerns: tuple[Concern, ...]
    since: datetime
    agencies: tuple[str, ...]
    chased: int


def board_counts(scope: Scope, now: datetime) -> dict[Concern, int]:
    """Return how many there are of each concern, asked in one query."""
    counts = [
        rows.order_by()
        .values(concern=Value(concern.value))
        .annotate(n=Count("pk"))
        .values_list("concern", "n")
        for concern, rows in concerns_of(scope, now).items()
    ]
    found = dict(counts[0].union(*counts[1:], all=True))
    return {concern: found.get(concern.value, 0) for concern in Concern}


def waiting_now(scope: Scope) -> int:
    """Return how many matters wait for their first answer, in time or not."""
    return Matter.objects.filter(scope.on(), state=State.ASSIGNED).count()


def board(
    scope: Scope,
    now: datetime,
    *,
    only: Concern | None = None,
    after: datetime | None = None,
    most: int = PAGE,
) -> list[Case]:
    """Return what is before the supervisor, the longest due first; a matter with several concerns is one row."""
    lists = [
        _earliest(concern, rows, after, most + 1)
        for concern, rows in concerns_of(scope, now).items()
        if only is None or concern is only
    ]
    rows = lists[0].union(*lists[1:], all=True) if len(lists) > 1 else lists[0]
    since: dict[int, datetime] = {}
    why: dict[int, list[Concern]] = {}
    for concern, matter_id, due in sorted(rows, key=lambda row: list(Concern).index(Concern(row[0]))):
        reasons = why.setdefault(matter_id, [])
        if concern not in reasons and (concern != Concern.CHASE or not reasons):
            reasons.append(Concern(concern))
        since[matter_id] = min(due or now, since.get(matter_id, due or now))
    chosen = sorted(since, key=lambda one: (since[one], one))[:most]
    called = _called_to(chosen)
    chased = dict(
        Oversight.objects.filter(matter_id__in=chosen, kind=Oversight.Kind.CHASE, opened_by__isnull=False)
        .values("matter_id")
        .annotate(n=Count("pk"))
        .values_list("matter_id", "n")
    )
    return [
        Case(
            row,
            tuple(why[row.matter.pk]),
            since[row.matter.pk],
            called.get(row.matter.pk, ()),
            chased.get(row.matter.pk, 0),
        )
        for row in rows_by_id(chosen, now)
    ]


def _earliest(
    concern: Concern, rows: QuerySet[Any, Any], after: datetime | None, most: int
) -> QuerySet[Any, Any]:
    """Return (concern, matter, due) of those that are due first, after a moment where the page goes on."""
    due = str(rows.query.order_by[0])
    later = rows.filter(**{f"{due}__gt": after}) if after is not None else rows
    matter = "pk" if rows.model is Matter else "matter_id"
    named: QuerySet[Any, Any] = later.annotate(concern=Value(concern.value))
    return named.values_list("concern", matter, due)[:most]


def _called_to(matter_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Return the agencies that still have a part in each matter, by name."""
    orders = CallOut.objects.filter(
        matter_id__in=matter_ids,
        status__in=[CallOutStatus.SENT, CallOutStatus.ACCEPTED],
        agency__isnull=False,
    )
    names: dict[int, tuple[str, ...]] = {}
    for matter_id, name in orders.order_by("id").values_list("matter_id", "agency__name"):
        names[matter_id] = (*names.get(matter_id, ()), name)
    return names


def emergencies(scope: Scope, now: datetime, *, asked: int | None = None) -> list[Row]:
    """Return open matters in which somebody may be in danger, newest first; also those that `asked` was asked about."""
    by_name = CallOut.objects.filter(person_id=asked or 0, status__in=STILL_ASKED)
    found = Matter.objects.select_related(*LISTED).filter(
        scope.on() | Q(confidential=True, pk__in=by_name.values("matter_id")),
        ~Q(emergency=""),
        state__in=sorted(OPEN),
    )
    return [row_of(one, now) for one in found.order_by("-id")[:PAGE]]
