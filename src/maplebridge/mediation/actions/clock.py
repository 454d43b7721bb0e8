"""What the clock does to a dispute. Each step is an ordinary deed, and running twice does no harm."""

from datetime import datetime

from maplebridge.matters.queries import local_day
from maplebridge.mediation.actions.record import SYSTEM, note, save, take, tell, tell_person
from maplebridge.mediation.domain.workflow import OPEN, RUNNING
from maplebridge.mediation.models import Dispute
from maplebridge.people import queries as people
from maplebridge.people.domain.roles import Role
from maplebridge.platform.audit import action


@action
def wake(*, dispute_id: int, now: datetime) -> None:
    """Do what is due on a dispute: note that contact, the tier's time or the month is over."""
    dispute = take(dispute_id)
    if dispute.state in OPEN and dispute.calm_until is not None and dispute.calm_until <= now:
        _look_again(dispute, now)
    if dispute.state in RUNNING:
        _note_tier(dispute, now)
        if dispute.due_at is not None and dispute.due_at <= now and dispute.overdue_noted_at is None:
            _note_overdue(dispute, now)
    save(dispute)


def _look_again(dispute: Dispute, now: datetime) -> None:
    """Ask whoever keeps contact to say how it is; asked once, until a new moment is set."""
    if dispute.calm_contact_id is None or dispute.calmed_at is not None:
        return
    note(dispute, "look_again", by=SYSTEM, now=now, contact=dispute.calm_contact_id)
    dispute.calm_until = None
    save(dispute, "calm_until")
    tell_person(dispute.calm_contact_id, dispute)
    tell(dispute)


def _note_tier(dispute: Dispute, now: datetime) -> None:
    stay = dispute.stays.filter(until=None, due_at__lte=now, overdue_noted_at=None).first()
    if stay is None:
        return
    stay.overdue_noted_at = now
    stay.save(update_fields=["overdue_noted_at"])
    note(dispute, "tier_time_over", by=SYSTEM, now=now, tier=stay.tier)
    tell(dispute)


def _note_overdue(dispute: Dispute, now: datetime) -> None:
    """Note that the month is over: extended by all sides, agreed, or ended with the other ways; not forgotten."""
    dispute.overdue_noted_at = now
    save(dispute, "overdue_noted_at")
    note(dispute, "overdue", by=SYSTEM, now=now)
    for person_id in people.holders_of(Role.SUPERVISOR, local_day(now)):
        tell_person(person_id, dispute)
    tell(dispute)
