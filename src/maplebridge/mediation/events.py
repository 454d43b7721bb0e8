"""What happens to disputes, as others may know it: ids and values, never what anybody said."""

from dataclasses import dataclass

from maplebridge.platform.events import Event


@dataclass(frozen=True, kw_only=True)
class DisputeEvent(Event):
    dispute_id: int
    grid_id: int
    type: str


@dataclass(frozen=True, kw_only=True)
class DisputeFound(DisputeEvent):
    source: str
    found_by: int | None


@dataclass(frozen=True, kw_only=True)
class DisputeAccepted(DisputeEvent):
    tier: str


@dataclass(frozen=True, kw_only=True)
class DisputeMovedUp(DisputeEvent):
    tier: str


@dataclass(frozen=True, kw_only=True)
class MediatorAssigned(DisputeEvent):
    mediator_id: int


@dataclass(frozen=True, kw_only=True)
class AgreementReached(DisputeEvent):
    agreement_id: int


@dataclass(frozen=True, kw_only=True)
class AgreementPerformed(DisputeEvent):
    agreement_id: int


@dataclass(frozen=True, kw_only=True)
class AgreementBroken(DisputeEvent):
    agreement_id: int


@dataclass(frozen=True, kw_only=True)
class MediationEnded(DisputeEvent):
    """Without an agreement: failed, withdrawn, refused, referred."""

    state: str
    because: str


@dataclass(frozen=True, kw_only=True)
class RevisitDone(DisputeEvent):
    agreement_id: int
    after_days: int
    performed: str
    satisfied: int | None


@dataclass(frozen=True, kw_only=True)
class PartyToBeTold(DisputeEvent):
    """A session of somebody who has no account was booked, moved or called off. `before`: when it was to be."""

    session_id: int
    party_id: int
    change: str
    before: str


@dataclass(frozen=True, kw_only=True)
class SweepReported(Event):
    sweep_id: int
    grid_id: int
    found: int
