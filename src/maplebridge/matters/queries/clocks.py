"""Which clock of a matter or an order runs, and until when."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from maplebridge.matters.domain.deadlines import AMBER_FROM, lamp
from maplebridge.matters.domain.workflow import CallOutStatus, State
from maplebridge.matters.models import CallOut, Matter


@dataclass(frozen=True, slots=True)
class Running:
    """The clock that people see: its color, until when it runs, and from when it is amber."""

    color: str
    due: datetime | None = None
    amber_from: datetime | None = None


def running(starts: datetime | None, due: datetime | None, now: datetime) -> Running:
    if starts is None or due is None:
        return Running("none")
    amber_from = starts + AMBER_FROM * max(due - starts, timedelta(0))
    return Running(lamp(starts=starts, deadline=due, ended=None, now=now), due, amber_from)


def clock_of(matter: Matter, now: datetime) -> Running:
    """Return the clock of a matter: of the answer until it is answered, then of the handling."""
    match State(matter.state):
        case State.ASSIGNED:
            return running(matter.raised_at, matter.respond_by, now)
        case State.IN_HAND:
            return running(matter.answered_at, matter.handle_by, now)
        case State.PAUSED | State.DEFERRED:
            return Running("paused")
        case _:
            return Running("done")


def clock_of_call_out(order: CallOut, now: datetime) -> Running:
    """Return the clock of one order, which is not that of its matter."""
    match CallOutStatus(order.status):
        case CallOutStatus.SENT:
            return running(order.sent_at, order.respond_by, now)
        case CallOutStatus.ACCEPTED:
            return running(order.answered_at, order.handle_by, now)
        case _:
            return Running("done")
