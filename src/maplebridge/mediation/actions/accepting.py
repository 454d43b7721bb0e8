"""A dispute is accepted: what the law asks has been done, it gets its file number, and the clock of a month runs."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Max

from maplebridge.mediation.actions import matter as its_matter
from maplebridge.mediation.actions.record import By, NotAllowed, about, move, must_be, note, save, take, tell
from maplebridge.mediation.domain.acceptance import Missing
from maplebridge.mediation.domain.audiences import Audience
from maplebridge.mediation.domain.clocks import due, tier_due
from maplebridge.mediation.domain.tiers import Tier
from maplebridge.mediation.domain.workflow import State
from maplebridge.mediation.events import DisputeAccepted
from maplebridge.mediation.models import Dispute
from maplebridge.mediation.queries import committee_for, local_day, mediation_rules, obstacles
from maplebridge.platform import locks
from maplebridge.platform.audit import action
from maplebridge.platform.events import publish


class AcceptanceRefused(NotAllowed):
    """Something that the law asks has not been done. `missing` says what, of whom."""

    def __init__(self, missing: Sequence[Missing]) -> None:
        super().__init__("law_asks_more")
        self.missing = tuple(missing)


@action
def accept(*, dispute_id: int, by: By, now: datetime, tier: Tier | None = None) -> Dispute:
    """Take a dispute on, in the tier where it was found or in another one."""
    dispute = take(dispute_id)
    must_be(dispute, State.FOUND)
    if missing := obstacles(dispute, now):
        raise AcceptanceRefused(missing)
    rules = mediation_rules(local_day(now))
    move(dispute, State.ACCEPTED)
    dispute.accepted_at, dispute.accepted_by_id = now, by.person_id
    dispute.due_at = due(now, months=rules.months)
    dispute.file_year = local_day(now).year
    dispute.file_number = _next_number(dispute.file_year)
    if tier is not None and tier != dispute.tier:
        dispute.tier, dispute.committee = tier, committee_for(tier, dispute.grid_id)
    stay = dispute.stays.get(until=None)
    stay.tier, stay.committee, stay.since = dispute.tier, dispute.committee, now
    stay.due_at = tier_due(now, Tier(dispute.tier), dispute.due_at, rules.tier_days)
    stay.save(update_fields=["tier", "committee", "since", "due_at"])
    save(
        dispute,
        "state",
        "accepted_at",
        "accepted_by",
        "due_at",
        "file_year",
        "file_number",
        "tier",
        "committee",
    )
    note(
        dispute,
        "accepted",
        by=by,
        now=now,
        audience=Audience.BOTH,
        tier=dispute.tier,
        due=dispute.due_at.isoformat(),
    )
    its_matter.keep_paused(dispute, until=dispute.due_at, by=by, now=now)
    publish(DisputeAccepted(tier=dispute.tier, **about(dispute, now)))
    tell(dispute, audience=Audience.BOTH)
    return dispute


def _next_number(year: int) -> int:
    locks.wait_for(locks.NUMBERING, year)
    last = Dispute.objects.filter(file_year=year).aggregate(last=Max("file_number"))["last"]
    return (last or 0) + 1
