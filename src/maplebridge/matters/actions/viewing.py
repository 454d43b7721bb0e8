"""Who has seen a matter: read again by those it concerns."""

from datetime import datetime

from maplebridge.matters.models import Matter, Viewing
from maplebridge.matters.queries import local_day
from maplebridge.platform.audit import action


@action
def see(*, matter: Matter, person_id: int, role: str, now: datetime) -> None:
    """Note that somebody has seen a matter, once a day."""
    Viewing.objects.get_or_create(
        matter=matter, person_id=person_id, day=local_day(now), defaults={"role": role, "at": now}
    )
