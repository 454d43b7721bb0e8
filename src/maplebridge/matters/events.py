from dataclasses import dataclass

from maplebridge.platform.events import Event


@dataclass(frozen=True, kw_only=True)
class MatterEvent(Event):
    matter_id: int
    grid_id: int | None
    severity: int


@dataclass(frozen=True, kw_only=True)
class MatterAssigned(MatterEvent):
    owner_id: int


@dataclass(frozen=True, kw_only=True)
class MatterAnswered(MatterEvent):
    in_time: bool


@dataclass(frozen=True, kw_only=True)
class MatterEscalated(MatterEvent):
    step: int


@dataclass(frozen=True, kw_only=True)
class AgencyCalledOut(MatterEvent):
    call_out_id: int


@dataclass(frozen=True, kw_only=True)
class MatterResolved(MatterEvent):
    outcome: str


@dataclass(frozen=True, kw_only=True)
class FeedbackReceived(MatterEvent):
    solved: bool
    satisfaction: int | None


@dataclass(frozen=True, kw_only=True)
class MatterReopened(MatterEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class MatterClosed(MatterEvent):
    closed_as: str
