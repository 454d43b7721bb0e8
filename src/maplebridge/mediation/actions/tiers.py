"""Between the tiers, and for longer: moving up with the whole record, more time, others invited."""

from datetime import datetime

from maplebridge.mediation.actions import matter as its_matter
from maplebridge.mediation.actions.record import (
    By,
    NotAllowed,
    about,
    must_be,
    note,
    save,
    take,
    tell,
    tell_person,
)
from maplebridge.mediation.domain.audiences import Audience
from maplebridge.mediation.domain.clocks import tier_due
from maplebridge.mediation.domain.tiers import Tier, above
from maplebridge.mediation.domain.workflow import OPEN, RUNNING, Ended
from maplebridge.mediation.events import DisputeMovedUp
from maplebridge.mediation.models import Consent, Dispute, Extension, Invitation, Side, TierStay
from maplebridge.mediation.queries import committee_for, local_day, mediation_rules
from maplebridge.platform.audit import action
from maplebridge.platform.events import publish

MOVED_BECAUSE = ("rule", "side_wishes", "too_hard")


@action
def move_up(*, dispute_id: int, because: str, words: str, by: By, now: datetime) -> Dispute:
    """Move a dispute to the next tier with all that was said and done. The clock of the whole runs on."""
    dispute = take(dispute_id)
    must_be(dispute, *OPEN)
    if because not in MOVED_BECAUSE:
        raise NotAllowed("say_why")
    higher = above(Tier(dispute.tier))
    if higher is None:
        raise NotAllowed("no_tier_above")
    dispute.stays.filter(until=None).update(until=now, moved_because=because, words=words)
    dispute.tier, dispute.committee = higher, committee_for(higher, dispute.grid_id)
    due = None
    if dispute.state in RUNNING and dispute.due_at is not None:
        due = tier_due(now, higher, dispute.due_at, mediation_rules(local_day(now)).tier_days)
    TierStay.objects.create(dispute=dispute, tier=higher, committee=dispute.committee, since=now, due_at=due)
    save(dispute, "tier", "committee")
    for part in dispute.assignments.filter(until=None).select_related("mediator"):
        part.until, part.ended_because = now, Ended.MOVED_UP
        part.save(update_fields=["until", "ended_because"])
        tell_person(part.mediator.person_id, dispute)
    note(dispute, "moved_up", by=by, now=now, audience=Audience.BOTH, tier=higher, because=because)
    if words.strip():
        note(dispute, "reason", by=by, now=now, text=words)
    publish(DisputeMovedUp(tier=higher, **about(dispute, now)))
    tell(dispute, audience=Audience.BOTH)
    return dispute


@action
def ask_extension(*, dispute_id: int, until: datetime, reason: str, by: By, now: datetime) -> Extension:
    """Ask every side for more time."""
    dispute = take(dispute_id)
    must_be(dispute, *RUNNING)
    if by.person_id is None:
        raise NotAllowed("somebody_asks")
    if dispute.due_at is None or until <= max(dispute.due_at, now):
        raise NotAllowed("end_not_later")
    if not reason.strip():
        raise NotAllowed("reason_needed")
    if dispute.extensions.filter(decided_at=None).exists():
        raise NotAllowed("already_asked")
    asked = Extension.objects.create(
        dispute=dispute, until=until, reason=reason, asked_by_id=by.person_id, asked_at=now
    )
    note(dispute, "extension_asked", by=by, now=now, audience=Audience.BOTH, until=until.isoformat())
    tell(dispute, audience=Audience.BOTH)
    return asked


@action
def consent_to_extension(
    *, extension_id: int, side_id: int, consents: bool, by: By, now: datetime
) -> Extension:
    """Note what a side says to more time. All agree: the clock moves. One does not: it stays."""
    asked = Extension.objects.get(pk=extension_id)
    dispute = take(asked.dispute_id)
    asked.refresh_from_db()
    if asked.decided_at is not None:
        raise NotAllowed("already_decided")
    _note_consent(dispute, side_id, consents, by, now, extension=asked)
    answer = _all_sides(dispute, asked)
    if answer is None:
        tell(dispute)
        return asked
    asked.granted, asked.decided_at = answer, now
    asked.save(update_fields=["granted", "decided_at"])
    if answer:
        dispute.due_at, dispute.overdue_noted_at = asked.until, None
        save(dispute, "due_at", "overdue_noted_at")
        dispute.stays.filter(until=None).update(due_at=asked.until, overdue_noted_at=None)
        save(dispute)
        its_matter.keep_paused(dispute, until=asked.until, by=by, now=now)
    note(
        dispute,
        "extension_granted" if answer else "extension_refused",
        by=by,
        now=now,
        audience=Audience.BOTH,
        until=asked.until.isoformat(),
    )
    tell(dispute, audience=Audience.BOTH)
    return asked


@action
def invite(
    *,
    dispute_id: int,
    why: str,
    by: By,
    now: datetime,
    agency_id: int | None = None,
    person_id: int | None = None,
) -> Invitation:
    """Ask an agency or an expert into a hard case; they come once every side consents (art. 20)."""
    dispute = take(dispute_id)
    must_be(dispute, *RUNNING)
    if (agency_id is None) == (person_id is None):
        raise NotAllowed("invite_one")
    if by.person_id is None or not why.strip():
        raise NotAllowed("reason_needed")
    invited = Invitation.objects.create(
        dispute=dispute,
        agency_id=agency_id,
        person_id=person_id,
        why=why,
        invited_by_id=by.person_id,
        invited_at=now,
    )
    note(dispute, "invited", by=by, now=now, audience=Audience.BOTH, agency=agency_id, person=person_id)
    tell(dispute, audience=Audience.BOTH)
    return invited


@action
def consent_to_invitation(
    *, invitation_id: int, side_id: int, consents: bool, by: By, now: datetime
) -> Invitation:
    """Note what a side says to somebody who is invited."""
    invited = Invitation.objects.get(pk=invitation_id)
    dispute = take(invited.dispute_id)
    invited.refresh_from_db()
    if invited.decided_at is not None:
        raise NotAllowed("already_decided")
    _note_consent(dispute, side_id, consents, by, now, invitation=invited)
    answer = _all_sides(dispute, invited)
    if answer is not None:
        invited.comes, invited.decided_at = answer, now
        invited.save(update_fields=["comes", "decided_at"])
        deed = "invitation_agreed" if answer else "invitation_declined"
        note(dispute, deed, by=by, now=now, audience=Audience.BOTH, invitation=invited.pk)
    tell(dispute, audience=Audience.BOTH)
    return invited


def _note_consent(
    dispute: Dispute,
    side_id: int,
    consents: bool,
    by: By,
    now: datetime,
    *,
    extension: Extension | None = None,
    invitation: Invitation | None = None,
) -> None:
    side = Side.objects.filter(pk=side_id, dispute=dispute).first()
    if side is None:
        raise NotAllowed("not_a_side_of_it")
    Consent.objects.update_or_create(
        side=side,
        extension=extension,
        invitation=invitation,
        defaults={"consents": consents, "given_at": now, "noted_by_id": by.person_id},
    )


def _all_sides(dispute: Dispute, thing: Extension | Invitation) -> bool | None:
    """Return whether all agree; None while somebody has not said and nobody has refused."""
    given = list(thing.consents.values_list("consents", flat=True))
    if not all(given):
        return False
    return True if len(given) == dispute.sides.count() else None
