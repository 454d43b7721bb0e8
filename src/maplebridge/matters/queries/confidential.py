"""What only the few may read."""

from datetime import datetime

from maplebridge.matters.domain.workflow import OPEN
from maplebridge.matters.models import Matter
from maplebridge.matters.queries.rows import LISTED, MOST_LISTED, PAGE, Row, row_of


def confidential_queue(now: datetime) -> tuple[list[Row], list[Row]]:
    """Return what only the few may read: what is open, the first to run out first, and what ended lately."""
    confidential = Matter.objects.filter(confidential=True).select_related(*LISTED)
    open_ones = confidential.filter(state__in=sorted(OPEN)).order_by("respond_by", "id")[:MOST_LISTED]
    ended = confidential.exclude(state__in=sorted(OPEN)).order_by("-id")[:PAGE]
    return [row_of(one, now) for one in open_ones], [row_of(one, now) for one in ended]
