"""The life of a matter, and of each agency's part of it, as tables. What may happen to them is a row here."""

from enum import StrEnum


class State(StrEnum):
    ASSIGNED = "assigned"  # has a named owner and a running clock; nobody has answered yet
    IN_HAND = "in_hand"  # answered, being handled
    PAUSED = "paused"  # waiting for something that the resident is told
    DEFERRED = "deferred"  # cannot be done now, with a date of review
    RESOLVED = "resolved"  # a result was posted; the resident is asked
    CLOSED = "closed"
    MERGED = "merged"  # goes on in another matter


# What people may do.
BY_PEOPLE: dict[State, frozenset[State]] = {
    State.ASSIGNED: frozenset({State.IN_HAND, State.RESOLVED, State.CLOSED, State.MERGED}),
    State.IN_HAND: frozenset({State.PAUSED, State.DEFERRED, State.RESOLVED, State.CLOSED, State.MERGED}),
    State.PAUSED: frozenset({State.IN_HAND, State.RESOLVED, State.CLOSED, State.MERGED}),
    State.DEFERRED: frozenset({State.IN_HAND, State.RESOLVED, State.CLOSED, State.MERGED}),
    State.RESOLVED: frozenset({State.IN_HAND, State.CLOSED}),  # not solved: back to the owner
    State.CLOSED: frozenset({State.IN_HAND}),  # a call-back finds that it was not solved
    State.MERGED: frozenset(),
}
# What only the clock does.
BY_SYSTEM: dict[State, frozenset[State]] = {
    State.PAUSED: frozenset({State.IN_HAND}),  # the pause ran out
    State.DEFERRED: frozenset({State.IN_HAND}),  # the date of review came
    State.RESOLVED: frozenset({State.CLOSED}),  # nobody answered: "not answered", never "satisfied"
}
OPEN = frozenset({State.ASSIGNED, State.IN_HAND, State.PAUSED, State.DEFERRED})


class Outcome(StrEnum):
    SOLVED = "solved"
    EXPLAINED = "explained"
    NOT_OURS = "not_ours"  # handed to …
    NOT_FEASIBLE = "not_feasible"  # because …
    DUPLICATE = "duplicate"
    WITHDRAWN = "withdrawn"


class ClosedAs(StrEnum):
    """Who said what when it closed. Silence is never satisfaction."""

    SOLVED = "solved"
    NOT_ANSWERED = "not_answered"
    WITHDRAWN = "withdrawn"
    DUPLICATE = "duplicate"


class CallOutStatus(StrEnum):
    SENT = "sent"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    DONE = "done"
    CANCELED = "canceled"


CALL_OUT: dict[CallOutStatus, frozenset[CallOutStatus]] = {
    CallOutStatus.SENT: frozenset({CallOutStatus.ACCEPTED, CallOutStatus.REFUSED, CallOutStatus.CANCELED}),
    CallOutStatus.ACCEPTED: frozenset({CallOutStatus.DONE, CallOutStatus.REFUSED, CallOutStatus.CANCELED}),
    CallOutStatus.REFUSED: frozenset(),
    CallOutStatus.DONE: frozenset(),
    CallOutStatus.CANCELED: frozenset(),
}
RETURNS_BEFORE_DECISION = 2  # returned twice: the supervisor decides, no ping-pong


class NotFeasible(StrEnum):
    """Why something cannot be done at all; what cannot be done *now* is put off with a date of review (挂账)."""

    NO_MONEY = "no_money"
    NO_POWER = "no_power"
    NOT_PUBLIC = "not_public"  # among neighbors, owners or parties to a contract, who decide themselves
    OWNERS_DECIDE = "owners_decide"  # the owners of the estate would have to agree
    TECHNICAL = "technical"
    UNLAWFUL = "unlawful"


class NoDanger(StrEnum):
    """Why nobody is in danger where words spoke of it: they were misread, or somebody went and looked."""

    ORDINARY = "ordinary"
    WAY_OF_SPEAKING = "way_of_speaking"
    NOT_HERE_AND_NOW = "not_here_and_now"  # long ago, somewhere else, an exercise, a film
    LOOKED = "looked"
    OVER = "over"


# Words that told of danger, and of one that was real when they were written, teach nothing else.
MISREAD = frozenset({NoDanger.ORDINARY, NoDanger.WAY_OF_SPEAKING, NoDanger.NOT_HERE_AND_NOW})


class RefusalReason(StrEnum):
    """Why an agency returns an order: a unit that is not competent must say why (Binzhou grid regulation, art. 11)."""

    NOT_COMPETENT = "not_competent"
    NO_POWER = "no_power"  # its field, but without the authority to enter, order or fine
    NO_MONEY = "no_money"
    OUTSIDE_AREA = "outside_area"
    # A court, an arbitration, a review or a petition has it (12345 rules of Weifang and Jinan: not accepted).
    OTHER_PROCEDURE = "other_procedure"
    DUPLICATE = "duplicate"
    NOT_ENOUGH_TO_ACT_ON = "not_enough_to_act_on"
    ALREADY_DONE = "already_done"
    UNLAWFUL = "unlawful"


class PauseReason(StrEnum):
    WAITING_FOR_RESIDENT = "waiting_for_resident"
    WAITING_FOR_PARTS = "waiting_for_parts"
    WAITING_FOR_ACCESS = "waiting_for_access"
    WEATHER = "weather"
    PROCEDURE = "procedure"
    IN_MEDIATION = "in_mediation"


class TransitionNotAllowed(Exception):
    def __init__(self, current: StrEnum, wanted: StrEnum) -> None:
        super().__init__(f"What is {current} cannot become {wanted}.")
        self.current, self.wanted = current, wanted


def check_transition(current: State, wanted: State, *, by_system: bool = False) -> None:
    """Raise `TransitionNotAllowed` where the table has no such row."""
    allowed = BY_PEOPLE[current] | (BY_SYSTEM.get(current, frozenset()) if by_system else frozenset())
    if wanted not in allowed:
        raise TransitionNotAllowed(current, wanted)


def check_call_out(current: CallOutStatus, wanted: CallOutStatus) -> None:
    if wanted not in CALL_OUT[current]:
        raise TransitionNotAllowed(current, wanted)
