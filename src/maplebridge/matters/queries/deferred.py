"""What cannot be done now (挂账): kept in sight until the day on which it is looked at again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from maplebridge.matters.domain.workflow import State
from maplebridge.matters.models import Entry, Matter
from maplebridge.matters.permissions import visible_to
from maplebridge.matters.queries.rows import LISTED, PAGE, Row, row_of
from maplebridge.matters.queries.scope import Scope
from maplebridge.people.domain.standing import Standing


@dataclass(frozen=True, slots=True)
class Deferred:
    """A row of the list: a matter, when it is looked at again, since when it waits, and why."""

    row: Row
    review_on: date
    since: datetime | None
    reason: str


def deferred(
    standing: Standing,
    scope: Scope,
    now: datetime,
    *,
    after: tuple[date, int] | None = None,
    most: int = PAGE,
) -> list[Deferred]:
    """Return what of it a person may see, the soonest review first; a page goes on after (day, matter)."""
    found = _deferred(standing, scope)
    if after is not None:
        day, last = after
        found = found.filter(Q(review_on__gt=day) | Q(review_on=day, pk__gt=last), review_on__gte=day)
    matters = list(found.select_related(*LISTED).order_by("review_on", "pk")[:most])
    reasons = _reasons([one.pk for one in matters])
    return [
        Deferred(row_of(one, now), one.review_on, one.paused_at, reasons.get(one.pk, ""))
        for one in matters
        if one.review_on is not None  # as the table demands of a deferred matter
    ]


def deferred_count(standing: Standing, scope: Scope) -> int:
    return _deferred(standing, scope).count()


def _deferred(standing: Standing, scope: Scope) -> QuerySet[Matter]:
    return visible_to(standing).filter(scope.on(), state=State.DEFERRED)


def _reasons(matter_ids: Sequence[int]) -> dict[int, str]:
    """Return what was written when each was last put off."""
    entries = Entry.objects.filter(matter_id__in=matter_ids, deed="deferred").order_by("pk")
    return dict(entries.values_list("matter_id", "text"))
