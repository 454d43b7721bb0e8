from dataclasses import dataclass

from maplebridge.platform.events import Event


@dataclass(frozen=True, kw_only=True)
class MessageReceived(Event):
    """Somebody said something. What was said stays in `conversations`; the event holds only its id."""

    message_id: int
    thread_id: int
    role: str


@dataclass(frozen=True, kw_only=True)
class MessageTakenBack(Event):
    """Somebody took back what they had said: whoever noted its words forgets them."""

    message_id: int
    thread_id: int


@dataclass(frozen=True, kw_only=True)
class ReplyPosted(Event):
    message_id: int
    thread_id: int


@dataclass(frozen=True, kw_only=True)
class BroadcastReleased(Event):
    broadcast_id: int
    kind: str


@dataclass(frozen=True, kw_only=True)
class BroadcastSent(Event):
    broadcast_id: int
    kind: str


@dataclass(frozen=True, kw_only=True)
class BroadcastStopped(Event):
    broadcast_id: int
    kind: str
