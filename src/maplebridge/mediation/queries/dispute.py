"""What belongs to one dispute: its sides masked, where it stands, what stands in its way, what was agreed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch, QuerySet

from maplebridge.kernel.text import mask_phone
from maplebridge.mediation.data import dispute_types
from maplebridge.mediation.domain import acceptance
from maplebridge.mediation.domain.acceptance import Facts, Grave, Missing, PartyFacts, SideFacts, Touches
from maplebridge.mediation.domain.audiences import Audience, Viewer
from maplebridge.mediation.domain.clocks import Running
from maplebridge.mediation.domain.tiers import Proposed, Risk, Size, proposed_tier
from maplebridge.mediation.models import (
    Acceptance,
    Agreement,
    Assignment,
    CommitteeMember,
    Confirmation,
    Dispute,
    Extension,
    Installment,
    Invitation,
    Offer,
    Party,
    PartyReading,
    Revisit,
    Session,
    Side,
    TierStay,
)
from maplebridge.mediation.permissions import lets_in
from maplebridge.mediation.queries.heard import acceptances_for, offers_for
from maplebridge.mediation.queries.rows import masked_name
from maplebridge.mediation.queries.town import local_day, mediation_rules


def get_dispute(dispute_id: int) -> Dispute:
    return Dispute.objects.select_related("grid", "committee", "found_by", "calm_contact").get(pk=dispute_id)


def dispute_of_matter(matter_id: int) -> Dispute | None:
    return Dispute.objects.filter(matter_id=matter_id).first()


def get_side(side_id: int) -> Side:
    return Side.objects.select_related("dispute").get(pk=side_id)


def sides_of(dispute_id: int) -> list[Side]:
    """Return the sides with those parties that have not left, in `here`; what is personal is masked when shown."""
    present = Prefetch(
        "parties", Party.objects.filter(left_at=None).select_related("person").order_by("pk"), to_attr="here"
    )
    return list(Side.objects.filter(dispute_id=dispute_id).prefetch_related(present).order_by("number"))


@dataclass(frozen=True, slots=True)
class MaskedParty:
    """A party as anybody who may open the dispute sees it."""

    id: int
    side_id: int
    kind: str
    name: str
    phone: str
    has_papers: bool
    is_minor: bool
    represents: bool
    speaks_as: str
    speaks_for_id: int | None
    person_id: int | None


def masked_parties(dispute_id: int, now: datetime) -> list[MaskedParty]:
    today = local_day(now)
    return [
        MaskedParty(
            id=one.pk,
            side_id=one.side_id,
            kind=one.kind,
            name=masked_name(one.name),
            phone=mask_phone(one.phone) if one.phone else "",
            has_papers=bool(one.id_number),
            is_minor=acceptance.is_minor(one.born, today),
            represents=one.represents,
            speaks_as=one.speaks_as,
            speaks_for_id=one.speaks_for_id,
            person_id=one.person_id,
        )
        for one in Party.objects.filter(dispute_id=dispute_id, left_at=None).order_by("side__number", "pk")
    ]


def readings_of(dispute_id: int) -> QuerySet[PartyReading]:
    """Return who read the names and numbers of the parties, the latest first."""
    return PartyReading.objects.filter(dispute_id=dispute_id).select_related("reader").order_by("-read_at")


def obstacles(dispute: Dispute, now: datetime) -> list[Missing]:
    """Return what the law still asks for before this dispute is accepted."""
    return acceptance.missing(
        Facts(
            sides=[_side_facts(one, local_day(now)) for one in sides_of(dispute.pk)],
            free_told=dispute.free_told_at is not None,
            risk=Risk(dispute.risk),
            calm_arranged=dispute.calm_contact_id is not None,
            grave=[Grave(one) for one in dispute.grave],
            on=local_day(now),
        )
    )


def _side_facts(side: Side, on: date) -> SideFacts:
    here: Sequence[Party] = side.here  # type: ignore[attr-defined]  # by `sides_of`
    guardians = [one for one in here if one.speaks_as == "guardian" and not acceptance.is_minor(one.born, on)]
    guarded = {one.speaks_for_id for one in guardians}
    return SideFacts(
        side.pk,
        side.wants,
        side.told_rights_at is not None,
        [PartyFacts(one.pk, one.born, one.pk in guarded, one.represents) for one in here],
    )


def proposed_tier_of(dispute: Dispute, now: datetime) -> Proposed:
    size = Size(
        dispute.people_count, dispute.amount_cents, Risk(dispute.risk), beyond_village=dispute.beyond_village
    )
    return proposed_tier(size, mediation_rules(local_day(now)).tier_limits)


def touches(dispute: Dispute) -> list[Touches]:
    return [Touches(one) for one in dispute.touches]


def electronic_signature_allowed(dispute: Dispute) -> bool:
    by_type = dispute_types()[dispute.type].electronic_signature
    return acceptance.electronic_signature_allowed(by_type=by_type, touches=touches(dispute))


def confirmation_allowed(dispute: Dispute) -> bool:
    by_type = dispute_types()[dispute.type].confirmable
    return acceptance.confirmation_allowed(by_type=by_type, touches=touches(dispute))


# -- tiers, mediators, time


def stays_of(dispute_id: int) -> QuerySet[TierStay]:
    return TierStay.objects.filter(dispute_id=dispute_id).select_related("committee").order_by("since", "id")


def stay_now(dispute_id: int) -> TierStay | None:
    return stays_of(dispute_id).filter(until=None).first()


def tier_clock(stay: TierStay) -> Running | None:
    return Running(stay.since, stay.due_at) if stay.due_at is not None else None


def assignments_of(dispute_id: int) -> QuerySet[Assignment]:
    return (
        Assignment.objects.filter(dispute_id=dispute_id)
        .select_related("mediator__person", "mediator__committee")
        .order_by("until", "-role", "id")
    )


def lead_of(dispute_id: int) -> Assignment | None:
    return assignments_of(dispute_id).filter(until=None, role=Assignment.Role.LEAD).first()


def get_session(session_id: int) -> Session:
    return Session.objects.select_related("room", "side").get(pk=session_id)


def extension_asked(dispute_id: int) -> Extension | None:
    return (
        Extension.objects.filter(dispute_id=dispute_id, decided_at=None).prefetch_related("consents").first()
    )


def invitations_of(dispute_id: int) -> QuerySet[Invitation]:
    return (
        Invitation.objects.filter(dispute_id=dispute_id)
        .select_related("agency", "person")
        .prefetch_related("consents")
        .order_by("id")
    )


def guests_of(session: Session) -> list[str]:
    """Return the agencies and experts who may be in a session: in a joint one, with the consent of every side."""
    if session.audience != Audience.BOTH:
        return []
    coming = invitations_of(session.dispute_id).filter(lets_in(session.ends_at))
    return [str(one.agency or one.person) for one in coming]


def mediating_people(dispute: Dispute) -> set[int]:
    """Return who has or had a part in a dispute, and who chairs the committees that had it."""
    parts = Assignment.objects.filter(dispute=dispute).values_list("mediator__person_id", flat=True)
    chairs = CommitteeMember.objects.filter(
        committee__in=stays_of(dispute.pk).order_by().values("committee_id"), chairs=True
    )
    return {*parts, *chairs.values_list("person_id", flat=True)}


# -- offers


@dataclass(frozen=True, slots=True)
class OfferRow:
    """An offer and what each side says to it now, as far as the viewer may know."""

    offer: Offer
    said: tuple[
        tuple[int, bool | None], ...
    ]  # (number of the side, accepts; none: has not said, or not to you)

    @property
    def accepted_by_all(self) -> bool:
        return bool(self.said) and all(accepts for _number, accepts in self.said)


def offers_table(viewer: Viewer, dispute_id: int) -> list[OfferRow]:
    """Return the offers that a viewer hears, the latest last, with the latest word of each side."""
    latest: dict[tuple[int, int], Acceptance] = {}
    for one in acceptances_for(viewer, dispute_id):
        latest[one.offer_id, one.by_side_id] = one
    sides = list(Side.objects.filter(dispute_id=dispute_id).order_by("number"))
    return [
        OfferRow(offer, tuple((side.number, _said(offer, side, latest)) for side in sides))
        for offer in offers_for(viewer, dispute_id)
    ]


def _said(offer: Offer, side: Side, latest: dict[tuple[int, int], Acceptance]) -> bool | None:
    """Whoever makes an offer accepts it, until they say otherwise or take it back."""
    word = latest.get((offer.pk, side.pk))
    if word is not None:
        return word.accepts
    return True if offer.by_side_id == side.pk and offer.taken_back_at is None else None


# -- agreement and after


def agreement_of(dispute_id: int) -> Agreement | None:
    """Return the agreement that is drafted or in force."""
    return Agreement.objects.filter(dispute_id=dispute_id, ended_at=None).first()


def agreements_of(dispute_id: int) -> QuerySet[Agreement]:
    return Agreement.objects.filter(dispute_id=dispute_id).order_by("id")


def installments_of(agreement_id: int) -> QuerySet[Installment]:
    return Installment.objects.filter(agreement_id=agreement_id).select_related("by_side").order_by("number")


def revisits_of(agreement_id: int) -> QuerySet[Revisit]:
    return Revisit.objects.filter(agreement_id=agreement_id).select_related("done_by").order_by("after_days")


def confirmation_of(agreement_id: int) -> Confirmation | None:
    return Confirmation.objects.filter(agreement_id=agreement_id).first()


def unsigned(agreement: Agreement) -> "Unsigned":
    """Return whose signature an agreement still waits for."""
    signed = list(agreement.signatures.all())
    parties = {one.party_id for one in signed}
    here = Party.objects.filter(dispute_id=agreement.dispute_id, left_at=None).order_by("side__number", "pk")
    groups = _signing_groups(list(here), agreement.drafted_at)
    return Unsigned(
        parties=tuple(group[0] for group in groups if parties.isdisjoint(group)),
        mediator=not any(one.mediator_id for one in signed),
        committee=agreement.form == Agreement.Form.WRITTEN and not any(one.committee_id for one in signed),
    )


@dataclass(frozen=True, slots=True)
class Unsigned:
    parties: tuple[int, ...]
    mediator: bool
    committee: bool

    @property
    def nobody(self) -> bool:
        return not self.parties and not self.mediator and not self.committee


def _signing_groups(parties: Sequence[Party], at: datetime) -> list[list[int]]:
    """Return groups of parties of which one has to sign: oneself or who speaks for one; of a minor the guardian.

    Where a side has representatives, they sign for all of it.
    """
    groups: list[list[int]] = []
    for side in dict.fromkeys(one.side_id for one in parties):
        of_side = [one for one in parties if one.side_id == side]
        chosen = [one for one in of_side if one.represents]
        principals = chosen or [one for one in of_side if one.speaks_for_id is None]
        for one in principals:
            speakers = [other.pk for other in of_side if other.speaks_for_id == one.pk]
            minor = acceptance.is_minor(one.born, local_day(at))
            groups.append(speakers if minor and speakers else [one.pk, *speakers])
    return groups
