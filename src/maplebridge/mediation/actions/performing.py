"""After the agreement: installments, the last of which ends it; breaking, reopening, asking a court; revisits."""

from datetime import datetime

from django.utils.translation import gettext_noop

from maplebridge.mediation.actions.record import (
    SYSTEM,
    By,
    NotAllowed,
    about,
    move,
    must_be,
    note,
    save,
    take,
    tell,
)
from maplebridge.mediation.actions.rewarding import propose_taking_back
from maplebridge.mediation.actions.words import in_town_language
from maplebridge.mediation.domain.audiences import Audience
from maplebridge.mediation.domain.clocks import confirmation_until, due, tier_due
from maplebridge.mediation.domain.tiers import Tier
from maplebridge.mediation.domain.workflow import State
from maplebridge.mediation.events import AgreementBroken, AgreementPerformed, RevisitDone
from maplebridge.mediation.models import (
    Agreement,
    Confirmation,
    Dispute,
    Exhibit,
    Installment,
    Revisit,
    TierStay,
)
from maplebridge.mediation.permissions import has_mediated
from maplebridge.mediation.queries import agreement_of, confirmation_allowed, local_day, mediation_rules
from maplebridge.platform.audit import action
from maplebridge.platform.events import publish

NOT_KEPT = gettext_noop("The agreement was not kept.")


def _in_force(dispute: Dispute) -> Agreement:
    agreement = agreement_of(dispute.pk)
    if agreement is None or agreement.effective_at is None:
        raise NotAllowed("no_agreement")
    return agreement


@action
def perform(*, installment_id: int, by: By, now: datetime, exhibit_id: int | None = None) -> Installment:
    """Note that one part was paid or done. With the last one the agreement is performed."""
    part = Installment.objects.select_related("agreement").get(pk=installment_id)
    dispute = take(part.agreement.dispute_id)
    part.refresh_from_db()
    must_be(dispute, State.AGREED, State.BROKEN)
    agreement = _in_force(dispute)
    if part.agreement_id != agreement.pk:
        raise NotAllowed("no_agreement")
    if part.performed_at is not None:
        raise NotAllowed("already_performed")
    if exhibit_id is not None and not Exhibit.objects.filter(pk=exhibit_id, dispute=dispute).exists():
        raise NotAllowed("not_an_exhibit_of_it")
    part.performed_at, part.noted_by_id, part.proof_id = now, by.person_id, exhibit_id
    part.save(update_fields=["performed_at", "noted_by", "proof"])
    note(dispute, "part_performed", by=by, now=now, audience=Audience.BOTH, number=part.number)
    if not agreement.installments.filter(performed_at=None).exists():
        _all_performed(dispute, agreement, by, now)
    tell(dispute, "agreement", agreement.pk, audience=Audience.BOTH)
    return part


@action
def perform_whole(*, dispute_id: int, by: By, now: datetime) -> Dispute:
    """Note that an agreement without installments was performed."""
    dispute = take(dispute_id)
    must_be(dispute, State.AGREED, State.BROKEN)
    agreement = _in_force(dispute)
    if agreement.installments.filter(performed_at=None).exists():
        raise NotAllowed("parts_are_open")
    _all_performed(dispute, agreement, by, now)
    tell(dispute, "agreement", agreement.pk, audience=Audience.BOTH)
    return dispute


def _all_performed(dispute: Dispute, agreement: Agreement, by: By, now: datetime) -> None:
    agreement.performed_at = dispute.performed_at = now
    agreement.save(update_fields=["performed_at"])
    move(dispute, State.PERFORMED)
    save(dispute, "state", "performed_at")
    note(dispute, "performed", by=by, now=now, audience=Audience.BOTH, agreement=agreement.pk)
    publish(AgreementPerformed(agreement_id=agreement.pk, **about(dispute, now)))


@action
def break_agreement(*, dispute_id: int, words: str, by: By, now: datetime) -> Dispute:
    """Note that an agreement was not kept. It is mediated anew, or a court is asked."""
    dispute = take(dispute_id)
    must_be(dispute, State.AGREED, State.PERFORMED)
    _break(dispute, words, by, now)
    return dispute


def _break(dispute: Dispute, words: str, by: By, now: datetime) -> None:
    agreement = _in_force(dispute)
    move(dispute, State.BROKEN)
    dispute.broken_at, dispute.performed_at = now, None
    save(dispute, "state", "broken_at", "performed_at")
    agreement.performed_at = None
    agreement.save(update_fields=["performed_at"])
    note(dispute, "broken", by=by, now=now, audience=Audience.BOTH, agreement=agreement.pk)
    if words.strip():
        note(dispute, "reason", by=by, now=now, text=words)
    propose_taking_back(dispute_id=dispute.pk, words=in_town_language(NOT_KEPT), by=by, now=now)
    publish(AgreementBroken(agreement_id=agreement.pk, **about(dispute, now)))
    tell(dispute, audience=Audience.BOTH)


@action
def reopen(*, dispute_id: int, by: By, now: datetime) -> Dispute:
    """Mediate a broken agreement anew, with a new month. The old one stays on the record."""
    dispute = take(dispute_id)
    must_be(dispute, State.BROKEN)
    agreement = _in_force(dispute)
    agreement.ended_at = now
    agreement.save(update_fields=["ended_at"])
    rules = mediation_rules(local_day(now))
    move(dispute, State.IN_MEDIATION)
    dispute.reopened += 1
    dispute.due_at, dispute.overdue_noted_at = due(now, months=rules.months), None
    dispute.concluded_at = dispute.concluded_by = None
    TierStay.objects.create(
        dispute=dispute,
        tier=dispute.tier,
        committee=dispute.committee,
        since=now,
        due_at=tier_due(now, Tier(dispute.tier), dispute.due_at, rules.tier_days),
    )
    save(dispute, "state", "reopened", "due_at", "overdue_noted_at", "concluded_at", "concluded_by")
    note(dispute, "reopened", by=by, now=now, audience=Audience.BOTH, agreement=agreement.pk)
    tell(dispute, audience=Audience.BOTH)
    return dispute


# -- judicial confirmation


@action
def ask_confirmation(*, dispute_id: int, court: str, by: By, now: datetime) -> Confirmation:
    """Note that the sides ask a court together to confirm their agreement, within 30 days (art. 33)."""
    dispute = take(dispute_id)
    must_be(dispute, State.AGREED, State.PERFORMED, State.BROKEN)
    agreement = _in_force(dispute)
    if by.person_id is None or not court.strip():
        raise NotAllowed("court_needed")
    if not confirmation_allowed(dispute):
        raise NotAllowed("not_confirmable")
    today, effective = local_day(now), local_day(agreement.effective_at or now)
    if today > confirmation_until(effective, days=mediation_rules(today).confirmation_days):
        raise NotAllowed("too_late_for_confirmation")
    if Confirmation.objects.filter(agreement=agreement).exists():
        raise NotAllowed("already_asked")
    asked = Confirmation.objects.create(
        agreement=agreement, court=court.strip()[:80], asked_at=now, asked_by_id=by.person_id
    )
    note(dispute, "confirmation_asked", by=by, now=now, audience=Audience.BOTH, agreement=agreement.pk)
    tell(dispute, "agreement", agreement.pk, audience=Audience.BOTH)
    return asked


@action
def decide_confirmation(
    *, confirmation_id: int, result: str, decision_number: str, by: By, now: datetime
) -> Confirmation:
    """Note what the court decided."""
    asked = Confirmation.objects.select_related("agreement").get(pk=confirmation_id)
    dispute = take(asked.agreement.dispute_id)
    asked.refresh_from_db()
    if asked.decided_at is not None:
        raise NotAllowed("already_decided")
    if result not in Confirmation.Result.values:
        raise NotAllowed("unknown_result")
    asked.result, asked.decision_number, asked.decided_at = result, decision_number.strip()[:60], now
    asked.save(update_fields=["result", "decision_number", "decided_at"])
    note(dispute, "confirmation_decided", by=by, now=now, audience=Audience.BOTH, result=result)
    tell(dispute, "agreement", asked.agreement_id, audience=Audience.BOTH)
    return asked


# -- revisits


@action
def revisit(
    *,
    revisit_id: int,
    performed: str,
    by: By,
    now: datetime,
    satisfied: int | None = None,
    words: str = "",
) -> Revisit:
    """Note what a revisit found; nobody revisits what they mediated. What was not kept is broken."""
    visit = Revisit.objects.select_related("agreement").get(pk=revisit_id)
    dispute = take(visit.agreement.dispute_id)
    visit.refresh_from_db()
    if visit.done_at is not None:
        raise NotAllowed("already_revisited")
    if visit.agreement.ended_at is not None:
        raise NotAllowed("no_agreement")
    if local_day(now) < visit.due_on:
        raise NotAllowed("not_due_yet")
    if performed not in Revisit.Performed.values:
        raise NotAllowed("say_how_far")
    if satisfied is not None and not 1 <= satisfied <= 5:
        raise NotAllowed("one_to_five")
    if by.person_id is None or has_mediated(by.person_id, dispute.pk):
        raise NotAllowed("somebody_else_revisits")
    visit.done_at, visit.done_by_id = now, by.person_id
    visit.performed, visit.satisfied, visit.words = performed, satisfied, words
    visit.save(update_fields=["done_at", "done_by", "performed", "satisfied", "words"])
    note(dispute, "revisited", by=by, now=now, days=visit.after_days, performed=performed)
    publish(
        RevisitDone(
            agreement_id=visit.agreement_id,
            after_days=visit.after_days,
            performed=performed,
            satisfied=satisfied,
            **about(dispute, now),
        )
    )
    if performed == Revisit.Performed.NO and dispute.state in (State.AGREED, State.PERFORMED):
        _break(dispute, "", by, now)
    tell(dispute)
    return visit


# -- what falls due


@action
def remind_of_part(*, installment_id: int, now: datetime) -> None:
    """Remind, some days before, of a part that falls due; and once more when it is late."""
    part = Installment.objects.select_related("agreement").get(pk=installment_id)
    dispute = take(part.agreement.dispute_id)
    part.refresh_from_db()
    if part.performed_at is not None or dispute.state != State.AGREED or part.agreement.ended_at is not None:
        return
    late = part.due_on < local_day(now)
    if late and part.late_noted_at is None:
        part.late_noted_at = now
        deed = "part_late"
    elif not late and part.reminded_at is None:
        part.reminded_at = now
        deed = "part_due"
    else:
        return
    part.save(update_fields=["reminded_at", "late_noted_at"])
    note(
        dispute,
        deed,
        by=SYSTEM,
        now=now,
        audience=Audience.BOTH,
        number=part.number,
        due=part.due_on.isoformat(),
    )
    tell(dispute, "agreement", part.agreement_id, audience=Audience.BOTH)


@action
def note_revisit_due(*, revisit_id: int, now: datetime) -> None:
    """Note that a revisit is due: it comes into the lists of those who may do it."""
    visit = Revisit.objects.select_related("agreement").get(pk=revisit_id)
    dispute = take(visit.agreement.dispute_id)
    visit.refresh_from_db()
    if visit.done_at is not None or visit.noted_at is not None or visit.agreement.ended_at is not None:
        return
    visit.noted_at = now
    visit.save(update_fields=["noted_at"])
    note(dispute, "revisit_due", by=SYSTEM, now=now, days=visit.after_days)
    tell(dispute)
