"""The life of a dispute and of a mediator's part in it, as tables. What may happen to them is a row here."""

from enum import StrEnum


class State(StrEnum):
    FOUND = "found"  # written down; nobody has asked the sides yet, or not all have answered
    ACCEPTED = "accepted"  # every side wants it, the clock of a month runs
    IN_MEDIATION = "in_mediation"  # somebody has spoken with a side
    AGREED = "agreed"  # the agreement binds; it is being performed
    PERFORMED = "performed"
    BROKEN = "broken"  # the agreement was not kept
    FAILED = "failed"  # no agreement; the other ways were explained
    WITHDRAWN = "withdrawn"  # whoever asked for it wants it no more
    REFUSED = "refused"  # not taken on, or a side refuses clearly (People's Mediation Law, art. 17 and 23)
    REFERRED = "referred"  # it belongs elsewhere: police, the confidential queue, a court


# What people may do.
BY_PEOPLE: dict[State, frozenset[State]] = {
    State.FOUND: frozenset({State.ACCEPTED, State.REFUSED, State.WITHDRAWN, State.REFERRED}),
    State.ACCEPTED: frozenset({State.IN_MEDIATION, State.REFUSED, State.WITHDRAWN, State.REFERRED}),
    State.IN_MEDIATION: frozenset(
        {State.AGREED, State.FAILED, State.WITHDRAWN, State.REFUSED, State.REFERRED}
    ),
    State.AGREED: frozenset({State.PERFORMED, State.BROKEN}),
    State.PERFORMED: frozenset({State.BROKEN}),  # a revisit finds that it was performed on paper only
    State.BROKEN: frozenset({State.IN_MEDIATION, State.PERFORMED, State.FAILED}),
    State.FAILED: frozenset(),
    State.WITHDRAWN: frozenset(),
    State.REFUSED: frozenset(),
    State.REFERRED: frozenset(),
}
# What follows from something else, done by nobody: the last installment is paid.
BY_SYSTEM: dict[State, frozenset[State]] = {State.AGREED: frozenset({State.PERFORMED})}

BEFORE = frozenset({State.FOUND})
RUNNING = frozenset({State.ACCEPTED, State.IN_MEDIATION})  # the clock runs
OPEN = BEFORE | RUNNING
CONCLUDED = frozenset(State) - OPEN
SETTLED = frozenset({State.AGREED, State.PERFORMED, State.BROKEN})  # there was an agreement
ENDED = frozenset({State.FAILED, State.WITHDRAWN, State.REFUSED, State.REFERRED})


class TransitionNotAllowed(Exception):
    def __init__(self, current: State, wanted: State) -> None:
        super().__init__(f"A dispute that is {current} cannot become {wanted}.")
        self.current, self.wanted = current, wanted


def check_transition(current: State, wanted: State, *, by_system: bool = False) -> None:
    """Raise `TransitionNotAllowed` where the table has no such row."""
    allowed = BY_PEOPLE[current] | (BY_SYSTEM.get(current, frozenset()) if by_system else frozenset())
    if wanted not in allowed:
        raise TransitionNotAllowed(current, wanted)


class Source(StrEnum):
    """How a dispute came here. Finders are rewarded by it, and the justice bureau's form counts by it."""

    WALK_IN = "walk_in"  # somebody came and asked
    MATTER = "matter"  # a matter that turned out to be a dispute
    GROUP = "group"  # read in a neighbor group
    VISIT = "visit"
    INCIDENT = "incident"  # handed over by the police
    COURT = "court"  # entrusted by a court
    AGENCY = "agency"  # named by a department
    HOTLINE = "hotline"
    SWEEP = "sweep"  # found on a planned round


FROM_OUTSIDE = frozenset({Source.COURT, Source.HOTLINE, Source.INCIDENT, Source.AGENCY})


class EndedBecause(StrEnum):
    """Why mediation did not begin, or ended without an agreement."""

    SIDE_REFUSES = "side_refuses"
    NOT_FOR_MEDIATION = "not_for_mediation"  # a court or an authority alone decides on it
    DECIDED_ELSEWHERE = "decided_elsewhere"  # a court or arbitration has it, or has ruled
    NO_RIGHT = "no_right"  # what is asked for is against the law
    APART = "apart"  # the sides stay apart
    TIME_OVER = "time_over"
    SIDE_AWAY = "side_away"  # a side cannot be reached
    SETTLED_ALONE = "settled_alone"
    TAKEN_BACK = "taken_back"
    VIOLENCE_AT_HOME = "violence_at_home"
    CHILD_ABUSE = "child_abuse"
    CRIME = "crime"


class OtherWay(StrEnum):
    """What is open to the sides when mediation ends (People's Mediation Law, art. 26)."""

    ARBITRATION = "arbitration"
    COURT = "court"
    ADMINISTRATIVE = "administrative"
    LEGAL_AID = "legal_aid"


class Ended(StrEnum):
    """Why a mediator's part in a dispute ended."""

    ASKED_BY_SIDE = "asked_by_side"
    CONFLICT = "conflict"
    OWN_WISH = "own_wish"
    MOVED_UP = "moved_up"
    LEFT = "left"
    CONCLUDED = "concluded"
