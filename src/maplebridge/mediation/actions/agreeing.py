"""An agreement: drafted, signed by everybody who has to, and binding from the last signature on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from maplebridge.kernel.text import normalise
from maplebridge.matters.domain.workflow import Outcome
from maplebridge.mediation.actions import matter as its_matter
from maplebridge.mediation.actions.ending import cancel_coming_sessions
from maplebridge.mediation.actions.record import By, NotAllowed, about, move, must_be, note, save, take, tell
from maplebridge.mediation.actions.words import in_town_language
from maplebridge.mediation.domain.acceptance import is_minor
from maplebridge.mediation.domain.amounts import AmountRefused, check_parts
from maplebridge.mediation.domain.audiences import Audience
from maplebridge.mediation.domain.tiers import Tier
from maplebridge.mediation.domain.workflow import State
from maplebridge.mediation.events import AgreementReached
from maplebridge.mediation.models import (
    Agreement,
    Assignment,
    Dispute,
    Installment,
    Party,
    Revisit,
    Signature,
)
from maplebridge.mediation.permissions import side_of
from maplebridge.mediation.queries import (
    committee_for,
    electronic_signature_allowed,
    local_day,
    mediation_rules,
    unsigned,
)
from maplebridge.platform.audit import action
from maplebridge.platform.events import publish

MOST_PARTS = 60


@dataclass(frozen=True, slots=True)
class Part:
    """One installment: who performs what, or pays how much, by which day."""

    by_side_id: int
    due_on: date
    amount_cents: int = 0
    what: str = ""


@action
def draft(
    *,
    dispute_id: int,
    form: str,
    terms: str,
    by: By,
    now: datetime,
    facts: str = "",
    amount_cents: int | None = None,
    parts: Sequence[Part] = (),
    asked_for_in_writing: bool = False,
) -> Agreement:
    """Write down what the sides agree on. A new draft takes the place of the one before; what is signed stays."""
    dispute = take(dispute_id)
    must_be(dispute, State.IN_MEDIATION)
    if by.person_id is None:
        raise NotAllowed("somebody_drafts")
    if form not in Agreement.Form.values:
        raise NotAllowed("unknown_form")
    if not terms.strip():
        raise NotAllowed("text_needed")
    _check_parts(dispute, amount_cents, parts, now)
    if form == Agreement.Form.WRITTEN:
        _see_to_a_committee(dispute)
    if form == Agreement.Form.ORAL and _needs_writing(amount_cents, parts, asked_for_in_writing, now):
        raise NotAllowed("written_needed")
    dispute.agreements.filter(ended_at=None).update(ended_at=now)
    made = Agreement.objects.create(
        dispute=dispute,
        form=form,
        facts=normalise(facts),
        terms=normalise(terms),
        amount_cents=amount_cents,
        drafted_by_id=by.person_id,
        drafted_at=now,
    )
    for number, part in enumerate(parts, start=1):
        Installment.objects.create(
            agreement=made,
            number=number,
            by_side_id=part.by_side_id,
            what=normalise(part.what)[:200],
            amount_cents=part.amount_cents,
            due_on=part.due_on,
        )
    note(dispute, "drafted", by=by, now=now, audience=Audience.BOTH, agreement=made.pk, form=form)
    tell(dispute, "agreement", made.pk, audience=Audience.BOTH)
    return made


def _see_to_a_committee(dispute: Dispute) -> None:
    """Give the dispute the committee that was founded meanwhile; without one nobody can put the seal."""
    if dispute.committee_id is not None:
        return
    dispute.committee = committee_for(Tier(dispute.tier), dispute.grid_id)
    if dispute.committee is None:
        raise NotAllowed("nobody_seals")
    save(dispute, "committee")
    dispute.stays.filter(until=None).update(committee=dispute.committee)


def _check_parts(dispute: Dispute, amount_cents: int | None, parts: Sequence[Part], now: datetime) -> None:
    if len(parts) > MOST_PARTS:
        raise NotAllowed("too_many_parts")
    try:
        check_parts(amount_cents, [part.amount_cents for part in parts])
    except AmountRefused as refusal:
        raise NotAllowed(refusal.code) from refusal
    sides = set(dispute.sides.values_list("pk", flat=True))
    for part in parts:
        if part.by_side_id not in sides:
            raise NotAllowed("not_a_side_of_it")
        if part.due_on < local_day(now):
            raise NotAllowed("due_in_the_past")
        if not part.amount_cents and not part.what.strip():
            raise NotAllowed("sum_or_deed_needed")


def _needs_writing(amount_cents: int | None, parts: Sequence[Part], asked_for: bool, now: datetime) -> bool:
    """Say whether the agreement has to be in writing: asked for, not performed at once, or large (Ningbo, art. 24)."""
    today = local_day(now)
    large = (amount_cents or 0) >= mediation_rules(today).written_from_cents
    return asked_for or large or any(part.due_on > today for part in parts)


@action
def sign(
    *,
    agreement_id: int,
    how: str,
    by: By,
    now: datetime,
    party_id: int | None = None,
    mediator_id: int | None = None,
    committee_id: int | None = None,
    image: str = "",
) -> Agreement:
    """Note a signature, seal or fingerprint, or a word of consent. With the last one the agreement binds."""
    agreement = Agreement.objects.get(pk=agreement_id)
    dispute = take(agreement.dispute_id)
    agreement.refresh_from_db()
    must_be(dispute, State.IN_MEDIATION)
    if agreement.ended_at is not None:
        raise NotAllowed("draft_was_replaced")
    _check_how(agreement, dispute, how)
    if how == Signature.How.SCREEN and not image:
        raise NotAllowed("signature_needed")  # see `signatures.sign_by_hand`
    _check_signer(agreement, dispute, party_id, mediator_id, committee_id, by, now)
    _save_once(
        Signature(
            agreement=agreement,
            party_id=party_id,
            mediator_id=mediator_id,
            committee_id=committee_id,
            how=how,
            image=image,
            noted_by_id=by.person_id,
            signed_at=now,
        )
    )
    note(
        dispute,
        "signed",
        by=by,
        now=now,
        audience=Audience.BOTH,
        agreement=agreement.pk,
        how=how,
        party=party_id,
        mediator=mediator_id,
        committee=committee_id,
    )
    if unsigned(agreement).nobody:
        _take_effect(agreement, dispute, by, now)
    tell(dispute, "agreement", agreement.pk, audience=Audience.BOTH)
    return agreement


def _check_how(agreement: Agreement, dispute: Dispute, how: str) -> None:
    if how not in Signature.How.values:
        raise NotAllowed("unknown_way_to_sign")
    if how == Signature.How.SCREEN and not electronic_signature_allowed(dispute):
        raise NotAllowed("no_electronic_signature")
    if how == Signature.How.SPOKEN and agreement.form != Agreement.Form.ORAL:
        raise NotAllowed("word_of_mouth_is_for_oral")


def _check_signer(
    agreement: Agreement,
    dispute: Dispute,
    party_id: int | None,
    mediator_id: int | None,
    committee_id: int | None,
    by: By,
    now: datetime,
) -> None:
    if sum(one is not None for one in (party_id, mediator_id, committee_id)) != 1:
        raise NotAllowed("one_signs")
    if party_id is not None:
        party = Party.objects.filter(pk=party_id, dispute=dispute, left_at=None).first()
        if party is None:
            raise NotAllowed("not_a_party_of_it")
        if by.person_id is not None and (mine := side_of(by.person_id, dispute.pk)) and mine != party.side_id:
            raise NotAllowed("other_side")
        if is_minor(party.born, local_day(now)):
            raise NotAllowed("guardian_signs")
    if mediator_id is not None:
        parts = Assignment.objects.filter(dispute=dispute, mediator_id=mediator_id, until=None)
        if not parts.exists():
            raise NotAllowed("does_not_mediate_it")
    if committee_id is not None and committee_id != dispute.committee_id:
        raise NotAllowed("not_its_committee")


def _save_once(signature: Signature) -> None:
    try:
        with transaction.atomic():
            signature.save()
    except IntegrityError as problem:
        if "one_signature_each" in str(problem):
            raise NotAllowed("signed_already") from problem
        raise


def _take_effect(agreement: Agreement, dispute: Dispute, by: By, now: datetime) -> None:
    agreement.effective_at = now
    agreement.save(update_fields=["effective_at"])
    move(dispute, State.AGREED)
    dispute.concluded_at, dispute.concluded_by_id = now, by.person_id
    save(dispute, "state", "concluded_at", "concluded_by")
    dispute.extensions.filter(decided_at=None).update(decided_at=now, granted=False)
    dispute.stays.filter(until=None).update(until=now)
    cancel_coming_sessions(dispute, now)
    today = local_day(now)
    for days in mediation_rules(today).revisit_days:
        Revisit.objects.create(agreement=agreement, after_days=days, due_on=today + timedelta(days=days))
    note(dispute, "agreed", by=by, now=now, audience=Audience.BOTH, agreement=agreement.pk)
    text = in_town_language(its_matter.AGREED)
    its_matter.resolve(dispute, Outcome.SOLVED, text, by=by, now=now)
    publish(AgreementReached(agreement_id=agreement.pk, **about(dispute, now)))
