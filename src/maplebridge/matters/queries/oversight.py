"""What is late or waits for a decision: all of it is on this board until it is not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Count, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from maplebridge.matters.domain.workflow import OPEN, CallOutStatus, State
from maplebridge.matters.models import CallBack, CallOut, Extension, Matter, Oversight, Promise
from maplebridge.matters.permissions import STILL_ASKED
from maplebridge.matters.queries.rows import LISTED, PAGE, Row, row_of, rows_by_id
from maplebridge.matters.queries.scope import Scope
from maplebridge.platform.freshness import fresh_for

COUNTED_AGAIN_S = 5  # counting is dear in a large town, and the list itself is always of this moment
Mark = tuple[datetime, int]  # a row's moment and matter: many things may be due at one moment


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
    # What was opened again has no result to ask about: its call waits for the next one.
    with_result = [State.RESOLVED, State.CLOSED]
    calls = CallBack.objects.filter(scope.on("matter__"), done_at=None, matter__state__in=with_result)
    written = {
        Oversight.Kind.ORDER: open_ones.filter(kind=Oversight.Kind.ORDER),
        Oversight.Kind.CONSULTATION: open_ones.filter(kind=Oversight.Kind.CONSULTATION),
    }
    return {
        Concern.NOT_ANSWERED: matters.filter(state=State.ASSIGNED, respond_by__lt=now)
        .order_by("respond_by", "pk")
        .values_list("pk", "respond_by"),
        Concern.OVERDUE: matters.filter(state=State.IN_HAND, handle_by__lt=now)
        .order_by("handle_by", "pk")
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
        Concern.ORDER: _dated(written[Oversight.Kind.ORDER]),
        Concern.CONSULTATION: _dated(written[Oversight.Kind.CONSULTATION]),
        Concern.PROMISE: _due(promises, "due_at"),
        Concern.EXTENSION: _due(wishes, "asked_at"),
        Concern.CALL_BACK: _due(calls, "due_at"),
        Concern.CHASE: _begun(open_ones.filter(kind=Oversight.Kind.CHASE)),
    }


def _due(rows: QuerySet[Any], field: str) -> QuerySet[Any, tuple[int, datetime | None]]:
    return rows.order_by(field, "matter_id").values_list("matter_id", field)


def _begun(rows: QuerySet[Oversight]) -> QuerySet[Any, tuple[int, datetime | None]]:
    return _due(rows, "opened_at")


def _dated(rows: QuerySet[Oversight]) -> QuerySet[Any, tuple[int, datetime | None]]:
    """Return what was ordered by when it is due; what has no date is due since it was opened."""
    return _due(rows.annotate(due=Coalesce("due_at", "opened_at")), "due")


@dataclass(frozen=True, slots=True)
class Case:
    """A row of the board: a matter, why it is there, since when, and who has it."""

    row: Row
    concerns: tuple[Concern, ...]
    since: datetime
    agencies: tuple[str, ...]
    chased: int


def counts_lately(scope: Scope, now: datetime) -> dict[Concern, int]:
    """Return how many there are of each concern, counted some seconds ago at most: many look at one town at once."""
    return _counted(
        scope, now - timedelta(seconds=now.second % COUNTED_AGAIN_S, microseconds=now.microsecond)
    )


@fresh_for(COUNTED_AGAIN_S)
def _counted(scope: Scope, moment: datetime) -> dict[Concern, int]:
    return board_counts(scope, moment)


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
    after: Mark | None = None,
    most: int = PAGE,
) -> list[Case]:
    """Return what is before the supervisor, the longest due first; a matter with several concerns is one row."""
    return board_page(scope, now, only=only, after=after, most=most)[0]


def board_page(
    scope: Scope,
    now: datetime,
    *,
    only: Concern | None = None,
    after: Mark | None = None,
    most: int = PAGE,
) -> tuple[list[Case], bool]:
    """Return a page of the board, and whether it goes on; the next page is `after` the mark of the last row.

    What has several concerns stands where the first of them puts it, and nowhere else, on no later page either.
    """
    asked = {one: rows for one, rows in concerns_of(scope, now).items() if only is None or one is only}
    chosen: dict[int, Sequence[tuple[Concern, datetime]]] = {}
    step, begin, goes_on = most, after, True
    while goes_on and len(chosen) <= most:
        marks, goes_on = _next_marks(asked, begin, step)
        begin, step = (marks[-1] if marks else begin), 2 * step  # what was shown before may fill a page
        found = _concerns_of_matters(asked, [matter_id for _due, matter_id in marks])
        for _due, matter_id in marks:
            if matter_id not in chosen and _first_after(matter_id, found[matter_id], after):
                chosen[matter_id] = found[matter_id]
    return _cases({one: chosen[one] for one in list(chosen)[:most]}, now), len(chosen) > most


Concerns = Mapping[Concern, QuerySet[Any, tuple[int, datetime | None]]]


def _next_marks(asked: Concerns, after: Mark | None, most: int) -> tuple[list[Mark], bool]:
    """Return the marks that come next, in order, each matter once, and whether there are more behind them."""
    rows = _together([_earliest(concern, one, after, most + 1) for concern, one in asked.items()])
    seen_to = _seen_to(rows, most + 1)
    first: dict[int, datetime] = {}
    for _concern, matter_id, due in rows:
        first[matter_id] = min(due, first.get(matter_id, due))
    marks = sorted((due, matter_id) for matter_id, due in first.items())
    return [mark for mark in marks if seen_to is None or mark <= seen_to], seen_to is not None


def _together(lists: Sequence[QuerySet[Any, Any]]) -> list[Any]:
    return list(lists[0].union(*lists[1:], all=True) if len(lists) > 1 else lists[0])


def _concerns_of_matters(
    asked: Concerns, matter_ids: Sequence[int]
) -> dict[int, list[tuple[Concern, datetime]]]:
    """Return all that is before the supervisor about some matters, in the order of the concerns."""
    if not matter_ids:
        return {}
    lists = []
    for concern, rows in asked.items():
        due, matter = (str(one) for one in rows.query.order_by)
        named: QuerySet[Any, Any] = rows.order_by().filter(**{f"{matter}__in": matter_ids})
        lists.append(named.annotate(concern=Value(concern.value)).values_list("concern", matter, due))
    order = list(Concern)
    found: dict[int, list[tuple[Concern, datetime]]] = {one: [] for one in matter_ids}
    for concern, matter_id, due in sorted(_together(lists), key=lambda row: order.index(Concern(row[0]))):
        found[matter_id].append((Concern(concern), due))
    return found


def _first_after(matter_id: int, concerns: Sequence[tuple[Concern, datetime]], after: Mark | None) -> bool:
    """Return whether a matter was on no page before this one; one without concerns was settled this moment."""
    return bool(concerns) and (after is None or (min(due for _concern, due in concerns), matter_id) > after)


def _cases(chosen: Mapping[int, Sequence[tuple[Concern, datetime]]], now: datetime) -> list[Case]:
    called = _called_to(list(chosen))
    chased = dict(
        Oversight.objects.filter(matter_id__in=chosen, kind=Oversight.Kind.CHASE, opened_by__isnull=False)
        .values("matter_id")
        .annotate(n=Count("pk"))
        .values_list("matter_id", "n")
    )
    return [
        Case(
            row,
            _why(chosen[row.matter.pk]),
            min(due for _concern, due in chosen[row.matter.pk]),
            called.get(row.matter.pk, ()),
            chased.get(row.matter.pk, 0),
        )
        for row in rows_by_id(list(chosen), now)
    ]


def _why(concerns: Sequence[tuple[Concern, datetime]]) -> tuple[Concern, ...]:
    """Return why a matter is on the board, each reason once; that it was chased only where nothing else is."""
    reasons = tuple(dict.fromkeys(concern for concern, _due in concerns))
    return tuple(one for one in reasons if one != Concern.CHASE) or reasons


def _seen_to(rows: Sequence[Any], most: int) -> Mark | None:
    """Return up to where every concern is known: one that filled its share may go on after its last row."""
    by_concern: dict[str, list[Mark]] = {}
    for concern, matter_id, due in rows:
        by_concern.setdefault(concern, []).append((due, matter_id))
    return min((max(marks) for marks in by_concern.values() if len(marks) >= most), default=None)


def _earliest(
    concern: Concern, rows: QuerySet[Any, Any], after: Mark | None, most: int
) -> QuerySet[Any, Any]:
    """Return (concern, matter, due) of those that are due first, after the row where the page goes on."""
    due, matter = (str(one) for one in rows.query.order_by)
    later = rows
    if after is not None:
        moment, last = after
        # The moment alone bounds what is read of the index; what was shown of that moment is left out of it.
        later = rows.filter(**{f"{due}__gte": moment}).exclude(**{due: moment, f"{matter}__lte": last})
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
