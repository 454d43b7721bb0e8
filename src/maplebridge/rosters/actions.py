"""Everything that changes the duty table."""

from datetime import datetime

from maplebridge.people.domain.roles import Role
from maplebridge.platform.audit import action
from maplebridge.platform.freshness import forget
from maplebridge.rosters.models import Duty


@action
def put_on_duty(
    *, person_id: int, role: Role, starts_at: datetime, ends_at: datetime, sector_id: int | None = None
) -> Duty:
    """Put a person on duty for a span; the same span again changes its end."""
    duty, _ = Duty.objects.update_or_create(
        person_id=person_id,
        role=role,
        sector_id=sector_id,
        starts_at=starts_at,
        defaults={"ends_at": ends_at},
    )
    forget()
    return duty


@action
def take_off_duty(*, duty: Duty) -> None:
    duty.delete()
    forget()
