"""Who is told, when, how often, and who has to agree: tables, without a database."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maplebridge.conversations.domain.broadcasting import (
    TRANSITIONS,
    WORKER_TRANSITIONS,
    BroadcastRefused,
    Counts,
    Limits,
    State,
    audience_of,
    check_move,
    check_release,
    check_words,
    people_needed,
    quiet_until,
)

ZONE = ZoneInfo("Asia/Shanghai")
LIMITS = Limits(zone=ZONE)
NOON = datetime(2026, 5, 11, 12, tzinfo=ZONE)
ANN, BOB, EVE = 1, 2, 3


def at(hour: int, minute: int = 0) -> datetime:
    return NOON.replace(hour=hour, minute=minute)


@pytest.mark.parametrize(
    ("now", "ends"),
    [
        (at(8), None),
        (at(20, 59), None),
        (at(21), at(8) + timedelta(days=1)),
        (at(23, 30), at(8) + timedelta(days=1)),
        (at(0), at(8)),
        (at(7, 59), at(8)),
    ],
)
def test_quiet_hours_go_over_midnight(now: datetime, ends: datetime | None) -> None:
    assert quiet_until(now, LIMITS) == ends


def test_quiet_hours_are_those_of_the_town_wherever_the_machine_stands() -> None:
    assert quiet_until(at(22).astimezone(UTC), LIMITS) == at(8) + timedelta(days=1)


@pytest.mark.parametrize(
    ("begin", "end", "hour", "is_quiet"),
    [(12, 14, 13, True), (12, 14, 14, False), (12, 14, 11, False), (9, 9, 9, False), (0, 0, 0, False)],
)
def test_a_town_may_be_quiet_at_noon_or_never(begin: int, end: int, hour: int, is_quiet: bool) -> None:
    limits = Limits(zone=ZONE, quiet_from=begin, quiet_to=end)
    ends = quiet_until(at(hour), limits)
    assert (ends is not None) == is_quiet
    if ends is not None:
        assert ends == at(end)


def test_each_person_counts_once_however_many_groups_they_are_in() -> None:
    found = audience_of(
        residents=[1, 2, 3, 4],
        members={10: [1, 2], 11: [2, 5]},
        opted_out=[2, 99],
        recently={1: 3, 2: 7, 4: 2, 98: 9},
        most_in_7_days=3,
        passes=False,
    )
    assert found.groups == {10, 11}
    assert found.in_groups == {1, 2, 5}
    assert found.personal == {3, 4}
    assert (found.people, found.opted_out, found.tired, found.told) == (5, {2}, {1}, 3)


def test_what_is_urgent_tires_nobody_but_an_opt_out_holds() -> None:
    found = audience_of(
        residents=[1, 2], members={}, opted_out=[2], recently={1: 30}, most_in_7_days=3, passes=True
    )
    assert (found.tired, found.opted_out, found.told) == (frozenset(), {2}, 1)


people_drawn = st.frozensets(st.integers(1, 30))


@given(people_drawn, people_drawn, people_drawn, people_drawn, people_drawn)
def test_an_audience_adds_up(
    residents: frozenset[int],
    first: frozenset[int],
    second: frozenset[int],
    out: frozenset[int],
    often: frozenset[int],
) -> None:
    found = audience_of(
        residents=residents,
        members={1: first, 2: second},
        opted_out=out,
        recently=dict.fromkeys(often, 5),
        most_in_7_days=3,
        passes=False,
    )
    everybody = residents | first | second
    assert found.in_groups | found.personal == everybody
    assert found.in_groups.isdisjoint(found.personal)
    assert found.opted_out.isdisjoint(found.tired)
    assert found.told == len(everybody - out - often)


@pytest.mark.parametrize(
    ("receivers", "urgent", "needed"), [(1, False, 1), (1000, False, 1), (1001, False, 2), (1, True, 2)]
)
def test_more_than_a_thousand_or_the_quiet_hours_need_two(receivers: int, urgent: bool, needed: int) -> None:
    assert people_needed(receivers, passes_quiet=urgent) == needed


@pytest.mark.parametrize(
    ("state", "receivers", "urgent", "written", "asked", "released", "code"),
    [
        (State.DRAFTED, 1000, False, ANN, None, ANN, ""),
        (State.ASKED, 1000, False, ANN, ANN, ANN, ""),
        (State.DRAFTED, 0, False, ANN, None, ANN, "nobody"),
        (State.DRAFTED, 1001, False, ANN, None, BOB, "ask_first"),
        (State.ASKED, 1001, False, ANN, ANN, ANN, "second_person"),
        (State.ASKED, 1001, False, ANN, BOB, ANN, "second_person"),
        (State.ASKED, 1001, False, ANN, BOB, BOB, "second_person"),
        (State.ASKED, 1001, False, ANN, ANN, BOB, ""),
        (State.ASKED, 1001, False, ANN, BOB, EVE, ""),
        (State.DRAFTED, 5, True, ANN, None, ANN, "ask_first"),
        (State.ASKED, 5, True, ANN, ANN, ANN, "second_person"),
        (State.ASKED, 5, True, ANN, ANN, BOB, ""),
        (State.SENT, 5, False, ANN, ANN, BOB, "not_now"),
        (State.STOPPED, 5, False, ANN, ANN, BOB, "not_now"),
    ],
)
def test_who_may_release(
    state: State, receivers: int, urgent: bool, written: int, asked: int | None, released: int, code: str
) -> None:
    given_ = {
        "state": state,
        "receivers": receivers,
        "passes_quiet": urgent,
        "written_by": written,
        "asked_by": asked,
        "released_by": released,
        "expires_at": NOON + timedelta(days=1),
        "now": NOON,
    }
    if not code:
        check_release(**given_)  # type: ignore[arg-type]
        return
    with pytest.raises(BroadcastRefused) as refused:
        check_release(**given_)  # type: ignore[arg-type]
    assert refused.value.code == code


def test_what_has_expired_is_not_released() -> None:
    with pytest.raises(BroadcastRefused, match="expired"):
        check_release(
            state=State.DRAFTED,
            receivers=5,
            passes_quiet=False,
            written_by=ANN,
            asked_by=None,
            released_by=ANN,
            expires_at=NOON,
            now=NOON,
        )


def test_every_state_has_its_row_and_nothing_leaves_stopped() -> None:
    assert set(TRANSITIONS) == set(State)
    assert TRANSITIONS[State.STOPPED] == frozenset()
    with pytest.raises(BroadcastRefused, match="not_now"):
        check_move(State.RELEASED, State.SENDING)
    check_move(State.RELEASED, State.SENDING, by_worker=True)
    assert set(WORKER_TRANSITIONS) == {State.RELEASED, State.SENDING}


@pytest.mark.parametrize(
    ("subject", "text", "hours", "code"),
    [(" ", "x", 1, "no_subject"), ("x", "\n", 1, "no_text"), ("x", "x", 0, "expired")],
)
def test_a_broadcast_has_words_and_an_end(subject: str, text: str, hours: int, code: str) -> None:
    with pytest.raises(BroadcastRefused, match=code):
        check_words(subject=subject, text=text, expires_at=NOON + timedelta(hours=hours), now=NOON)


def test_whoever_still_waits_is_the_rest() -> None:
    assert Counts(receivers=10, reached=4, opted_out=2, tired=1, quiet=1, late=1).waiting == 1
