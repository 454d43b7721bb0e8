"""Everything that changes the duty table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from maplebridge.people.domain.roles import Role
from maplebridge.platform.audit import action
from maplebridge.platform.freshness import forget
from maplebridge.rosters.domain.weeks import Span
from maplebridge.rosters.models import Duty


@action
def put_on_duty(
    *, person_id: int, role: Role, starts_at: datetime, ends_at: datetime, sector_id: int | None = None
) -> Duty:
    """Put a person on duty for a span; the same span again changes its end."""
    same = Duty.objects.filter(person_id=person_id, role=role, starts_at=starts_at)
    duty = (same.filter(sector=None) if sector_id is None else same.filter(sector_id=sector_id)).first()
    if duty is None:
        duty = Duty(person_id=person_id, role=role, sector_id=sector_id, starts_at=starts_at)
    duty.ends_at = ends_at
    duty.save()
    forget()
    return duty


@action
def take_off_duty(*, duty: Duty) -> None:
    duty.delete()
    forget()


@dataclass(frozen=True, kw_only=True, slots=True)
class NewDuty:
    """A span of duty to be entered together with many others."""

    person_id: int
    role: Role
    starts_at: datetime
    ends_at: datetime
    sector_id: int | None = None


@action
def put_many_on_duty(*, duties: Sequence[NewDuty]) -> None:
    """Enter a duty table. A duty that begins as one already entered is left as it is."""
    Duty.objects.bulk_create(
        (
            Duty(
                person_id=one.person_id,
                role=one.role,
                sector_id=one.sector_id,
                starts_at=one.starts_at,
                ends_at=one.ends_at,
            )
            for one in duties
        ),
        batch_size=1000,
        ignore_conflicts=True,
    )


class DutyRefused(Exception):
    """`code` says why: clash (that person already has this duty), nothing_to_copy."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@action
def swap(*, duty: Duty, other: Duty) -> None:
    """Let two persons take each other's duty."""
    clashes = Duty.objects.filter(
        person_id=other.person_id, starts_at__lt=duty.ends_at, ends_at__gt=duty.starts_at
    )
    clashes |= Duty.objects.filter(
        person_id=duty.person_id, starts_at__lt=other.ends_at, ends_at__gt=other.starts_at
    )
    if clashes.exclude(pk__in=[duty.pk, other.pk]).exists():
        raise DutyRefused("clash")
    duty.person_id, other.person_id = other.person_id, duty.person_id
    for one in (duty, other):
        one.save(update_fields=["person"])
    forget()


@action
def copy_week(*, week: Span, before: Span) -> int:
    """Enter for a week what was entered for the one before; what is there already stays. Return how many came new."""
    later = week.starts_at - before.starts_at
    known = Duty.objects.count()
    earlier = Duty.objects.filter(starts_at__gte=before.starts_at, starts_at__lt=before.ends_at)
    put_many_on_duty(
        duties=[
            NewDuty(
                person_id=one.person_id,
                role=Role(one.role),
                sector_id=one.sector_id,
                starts_at=one.starts_at + later,
                ends_at=one.ends_at + later,
            )
            for one in earlier
        ]
    )
    if not (copied := Duty.objects.count() - known):
        raise DutyRefused("nothing_to_copy")
    return copied
