import pytest

from maplebridge.mediation.domain.workflow import (
    BY_PEOPLE,
    BY_SYSTEM,
    CONCLUDED,
    ENDED,
    OPEN,
    SETTLED,
    State,
    TransitionNotAllowed,
    check_transition,
)


def test_every_state_has_a_row() -> None:
    assert set(BY_PEOPLE) == set(State)


def test_every_state_is_open_or_concluded_and_every_concluded_one_settled_or_ended() -> None:
    assert set(State) == OPEN | CONCLUDED
    assert SETTLED | ENDED == CONCLUDED
    assert not SETTLED & ENDED


ALLOWED = [
    (State.FOUND, State.ACCEPTED),
    (State.FOUND, State.REFERRED),
    (State.ACCEPTED, State.IN_MEDIATION),
    (State.IN_MEDIATION, State.AGREED),
    (State.IN_MEDIATION, State.REFUSED),  # a side may refuse at any time
    (State.AGREED, State.BROKEN),
    (State.PERFORMED, State.BROKEN),
    (State.BROKEN, State.IN_MEDIATION),
]
REFUSED = [
    (State.FOUND, State.IN_MEDIATION),  # nobody mediates what was not accepted
    (State.FOUND, State.AGREED),
    (State.ACCEPTED, State.AGREED),
    (State.AGREED, State.AGREED),  # the second of two who close at once
    (State.AGREED, State.FAILED),
    (State.AGREED, State.WITHDRAWN),  # an agreement binds
    (State.FAILED, State.AGREED),
    (State.REFERRED, State.ACCEPTED),  # violence at home does not come back
]


@pytest.mark.parametrize(("current", "wanted"), ALLOWED)
def test_what_may_happen(current: State, wanted: State) -> None:
    check_transition(current, wanted)


@pytest.mark.parametrize(("current", "wanted"), REFUSED)
def test_what_may_not(current: State, wanted: State) -> None:
    with pytest.raises(TransitionNotAllowed):
        check_transition(current, wanted)


def test_what_only_follows_from_something_else_is_a_row_of_its_own() -> None:
    for current, follows in BY_SYSTEM.items():
        for wanted in follows:
            check_transition(current, wanted, by_system=True)


def test_what_has_ended_stays_ended() -> None:
    assert all(not BY_PEOPLE[state] for state in ENDED)
