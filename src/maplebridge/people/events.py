from dataclasses import dataclass

from maplebridge.platform.events import Event


@dataclass(frozen=True, kw_only=True)
class CodeAsked(Event):
    """A one-time code waits to be sent. Code and phone stay in the row, encrypted, until it is."""

    code_id: int


@dataclass(frozen=True, kw_only=True)
class ResidentSettled(Event):
    """A resident said where home is, and agreed to be in the groups of that place."""

    person_id: int
    building_id: int
    estate_id: int | None
    left_building_id: int | None = None
    left_estate_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class PersonErased(Event):
    """Somebody asked to be forgotten: what others keep about them, they forget too."""

    person_id: int
