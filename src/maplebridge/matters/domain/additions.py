"""Where further words about a matter go. Nothing that somebody writes gets lost, whatever has happened meanwhile."""

from datetime import datetime, timedelta
from enum import StrEnum

from maplebridge.matters.domain.workflow import OPEN, Outcome, State


class Goes(StrEnum):
    """What an addition does to the matter that it is meant for."""

    HERE = "here"  # it is open: the words stand on its time line
    REOPENS = "reopens"  # there was a result, and whoever asked is not done with it
    ANEW = "anew"  # it is over: a new matter that names the old one


def goes(state: State, outcome: str, resolved_at: datetime | None, now: datetime, reopen: timedelta) -> Goes:
    """Return where an addition goes. What ends in another matter is looked for there first.

    Who adds something after a result is not done with it: for as long as feedback may reopen a matter, an
    addition does too. What was withdrawn, or ended longer ago, begins anew.
    """
    if state in OPEN:
        return Goes.HERE
    if outcome == Outcome.WITHDRAWN or resolved_at is None:
        return Goes.ANEW
    return Goes.REOPENS if now <= resolved_at + reopen else Goes.ANEW
