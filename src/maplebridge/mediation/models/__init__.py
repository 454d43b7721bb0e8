"""Disputes and what belongs to them. Whatever was said, shown or offered names its audience (`Heard`)."""

from maplebridge.mediation.models.agreements import Agreement, Confirmation, Installment, Revisit, Signature
from maplebridge.mediation.models.disputes import Dispute, Sweep, SweepResult
from maplebridge.mediation.models.fields import TimeRange
from maplebridge.mediation.models.handling import (
    Assignment,
    Consent,
    Declaration,
    Extension,
    Invitation,
    TierStay,
)
from maplebridge.mediation.models.heard import Entry, Heard
from maplebridge.mediation.models.papers import Document
from maplebridge.mediation.models.parties import Party, PartyReading, Side
from maplebridge.mediation.models.rewards import Fund, RewardEntry, RewardFormula, RewardProposal
from maplebridge.mediation.models.sessions import Attendance, Session
from maplebridge.mediation.models.speaking import Acceptance, Enclosure, Exhibit, Offer, Promise, Utterance
from maplebridge.mediation.models.town import (
    Committee,
    CommitteeMember,
    MediationRule,
    Mediator,
    OfficeHours,
    Room,
)

__all__ = [
    "Acceptance",
    "Agreement",
    "Assignment",
    "Attendance",
    "Committee",
    "CommitteeMember",
    "Confirmation",
    "Consent",
    "Declaration",
    "Dispute",
    "Document",
    "Enclosure",
    "Entry",
    "Exhibit",
    "Extension",
    "Fund",
    "Heard",
    "Installment",
    "Invitation",
    "MediationRule",
    "Mediator",
    "Offer",
    "OfficeHours",
    "Party",
    "PartyReading",
    "Promise",
    "Revisit",
    "RewardEntry",
    "RewardFormula",
    "RewardProposal",
    "Room",
    "Session",
    "Side",
    "Signature",
    "Sweep",
    "SweepResult",
    "TierStay",
    "TimeRange",
    "Utterance",
]
