from dataclasses import dataclass

from maplebridge.platform.events import Event


@dataclass(frozen=True, kw_only=True)
class InvitationDrawn(Event):
    """A resident was drawn to answer the survey by a link; it waits to be sent."""

    invitation_id: int


@dataclass(frozen=True, kw_only=True)
class WarningConfirmed(Event):
    """Somebody looked into an early warning, and something is going on there."""

    warning_id: int
    category: str  # the beginning of a category's code
    area_id: int | None
