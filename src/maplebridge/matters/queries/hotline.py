"""What is known of the hotline's orders, and what has become of them."""

from collections.abc import Collection, Iterator
from datetime import datetime

from django.db.models import OuterRef, Subquery

from maplebridge.matters.gateway import OrderResult
from maplebridge.matters.models import Entry, Feedback, Matter


def known_orders(numbers: Collection[str]) -> set[str]:
    """Return which orders of the hotline have been taken over already."""
    found = Matter.objects.filter(external_id__in=numbers).values_list("external_id", flat=True)
    return {number for number in found if number is not None}


def order_results(since: datetime) -> Iterator[OrderResult]:
    """Yield what has become of the hotline's orders, oldest first; of confidential ones not what was found."""
    newest = Feedback.objects.filter(matter=OuterRef("pk"), round=OuterRef("reopened")).order_by("-pk")
    result = Entry.objects.filter(matter=OuterRef("pk"), deed="resolved").order_by("-pk")
    orders = Matter.objects.filter(
        origin=Matter.Origin.COMPLAINT, external_id__isnull=False, raised_at__gte=since
    ).annotate(
        result=Subquery(result.values("text")[:1]),
        satisfaction=Subquery(newest.values("satisfaction")[:1]),
        solved=Subquery(newest.values("solved")[:1]),
    )
    for one in orders.order_by("pk").iterator(chunk_size=500):
        yield OrderResult(
            number=one.external_id or "",
            state=one.state,
            answered_at=one.answered_at,
            outcome=one.outcome,
            result="" if one.confidential or not one.outcome else one.result or "",
            satisfaction=one.satisfaction,
            solved=one.solved,
        )
