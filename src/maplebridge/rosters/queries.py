"""Who is on duty."""

from datetime import datetime

from django.db.models import QuerySet

from maplebridge.people.domain.roles import Role
from maplebridge.platform.freshness import fresh_for
from maplebridge.rosters.models import Duty

FRESH_S = 5.0


def on_duty(sector_id: int | None, role: Role, now: datetime) -> list[int]:
    """Return the persons on duty in a role at a moment: first those of the sector, then those of the whole town."""
    return list(_on_duty(sector_id, role, now.replace(second=0, microsecond=0)))


@fresh_for(FRESH_S)
def _on_duty(sector_id: int | None, role: Role, now: datetime) -> tuple[int, ...]:
    """Return who is on duty in a minute: duties begin and end on whole minutes."""
    duties = duties_at(now).filter(role=role)
    of_sector = duties.filter(sector_id=sector_id) if sector_id is not None else Duty.objects.none()
    ids = [
        *of_sector.values_list("person_id", flat=True),
        *duties.filter(sector=None).values_list("person_id", flat=True),
    ]
    return tuple(dict.fromkeys(ids))


def duties_at(now: datetime) -> QuerySet[Duty]:
    return Duty.objects.filter(starts_at__lte=now, ends_at__gt=now).order_by("starts_at", "id")


def last_duty_ends() -> datetime | None:
    """Return the moment at which the duty table ends, or None where it is empty."""
    return Duty.objects.order_by("-ends_at").values_list("ends_at", flat=True).first()


def get_duty(duty_id: int) -> Duty | None:
    return Duty.objects.filter(pk=duty_id).select_related("person", "sector").first()


def duties_beginning(start: datetime, end: datetime) -> QuerySet[Duty]:
    """Return the duties that begin in a span, with who has them and where."""
    return (
        Duty.objects.filter(starts_at__gte=start, starts_at__lt=end)
        .select_related("person", "sector")
        .order_by("starts_at", "id")
    )
