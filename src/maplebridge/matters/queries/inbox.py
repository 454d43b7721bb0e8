"""What has been ordered from an agency."""

from datetime import datetime
from enum import StrEnum

from django.db.models import QuerySet

from maplebridge.matters.domain.workflow import CallOutStatus
from maplebridge.matters.models import CallOut
from maplebridge.matters.permissions import may_act_for
from maplebridge.matters.queries.clocks import clock_of_call_out
from maplebridge.matters.queries.ground import place_words
from maplebridge.matters.queries.rows import LISTED, MOST_LISTED, PAGE, Row, of_matter
from maplebridge.people.domain.standing import Standing


class InboxPart(StrEnum):
    NEW = "new"
    ACCEPTED = "accepted"
    ENDED = "ended"


INBOX = {
    InboxPart.NEW: [CallOutStatus.SENT],
    InboxPart.ACCEPTED: [CallOutStatus.ACCEPTED],
    InboxPart.ENDED: [CallOutStatus.DONE, CallOutStatus.REFUSED, CallOutStatus.CANCELED],
}


def inbox_of(standing: Standing, part: InboxPart, now: datetime, *, before: int | None = None) -> list[Row]:
    """Return the orders to a clerk's agencies: what waits, the first to run out first; what has ended, newest first."""
    orders = _orders_to(standing, part).select_related("matter", *of_matter(*LISTED))
    if part is InboxPart.ENDED:
        orders = orders.filter(pk__lt=before) if before is not None else orders
        shown = orders.order_by("-id")[:PAGE]
    else:
        due = "respond_by" if part is InboxPart.NEW else "handle_by"
        shown = orders.order_by(due, "id")[:MOST_LISTED]
    return [Row(one.matter, clock_of_call_out(one, now), place_words(one.matter), order=one) for one in shown]


def inbox_counts(standing: Standing) -> dict[InboxPart, int]:
    """Return how much is waiting; what has ended is not counted."""
    return {part: _orders_to(standing, part).count() for part in (InboxPart.NEW, InboxPart.ACCEPTED)}


def _orders_to(standing: Standing, part: InboxPart) -> QuerySet[CallOut]:
    return CallOut.objects.filter(
        agency_id__in=standing.agencies, status__in=INBOX[part], matter__confidential=False
    )


def order_to(standing: Standing, call_out_id: int) -> CallOut | None:
    """Return an order that this person may act on, for their agency or themselves."""
    order = CallOut.objects.filter(pk=call_out_id).select_related("matter").first()
    return order if order is not None and may_act_for(standing, order) else None
