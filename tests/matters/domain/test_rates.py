from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maplebridge.matters.domain.rates import SMALLEST, Case, Counts, Rate, Said, count, was_followed

RAISED = datetime(2026, 3, 2, 4, tzinfo=UTC)
LIMIT = RAISED + timedelta(minutes=30)


def at(minutes: float | None) -> datetime | None:
    return None if minutes is None else RAISED + timedelta(minutes=minutes)


def counted(
    *said: Said,
    answered: float | None = 5,
    ended: float | None = None,
    now: float = 60,
    has_result: bool = False,
    set_aside: bool = False,
) -> Counts:
    case = Case(RAISED, LIMIT, at(answered), at(ended), has_result, set_aside, said)
    return count(case, RAISED + timedelta(minutes=now))


@pytest.mark.parametrize(
    ("answered", "ended", "now", "part"),
    [
        (29, None, 60, "in_time"),
        (30, None, 60, "in_time"),  # on time is not late
        (30.01, None, 60, "late"),
        (5, None, 10, "in_time"),  # answered before it was due
        (None, None, 31, "late"),  # nobody has answered
        (None, None, 30, "not_due_yet"),
        (None, None, 10, "not_due_yet"),
        (None, 20, 60, "ended_before_due"),  # withdrawn, or merged, before an answer was due
        (None, 40, 60, "late"),  # withdrawn after the limit: nobody had answered in time
    ],
)
def test_a_response_is_in_time_late_or_left_out(
    answered: float | None, ended: float | None, now: float, part: str
) -> None:
    result = counted(answered=answered, ended=ended, now=now)
    parts = {name: getattr(result, name) for name in ("in_time", "late", "not_due_yet", "ended_before_due")}
    assert parts == dict.fromkeys(parts, 0) | {part: 1}


@pytest.mark.parametrize(
    ("said", "has_result", "set_aside", "part"),
    [
        ([Said(0, True, 5)], True, False, "solved"),
        ([Said(0, False, 1)], False, False, "not_solved"),
        ([Said(0, False, 1), Said(1, True, 4)], True, False, "solved"),  # the last round counts
        ([Said(0, True, 5), Said(1, False, 2)], False, False, "not_solved"),
        ([Said(1, True, 5), Said(1, False, 2)], False, False, "not_solved"),  # one of several says no
        ([], True, False, "nobody_said"),  # silence is not "solved"
        ([], False, False, "no_result_yet"),
        ([], True, True, "set_aside"),
    ],
)
def test_a_result_is_solved_not_solved_or_left_out(
    said: list[Said], has_result: bool, set_aside: bool, part: str
) -> None:
    result = counted(*said, has_result=has_result, set_aside=set_aside)
    names = ("solved", "not_solved", "nobody_said", "no_result_yet", "set_aside")
    parts = {name: getattr(result, name) for name in names}
    assert parts == dict.fromkeys(parts, 0) | {part: 1}


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ([5], (1, 0, 0)),
        ([4], (1, 0, 0)),
        ([3], (0, 1, 0)),  # so-so is not satisfied
        ([None], (0, 0, 1)),  # said that it is solved, gave no mark
        ([5, 2, None], (1, 1, 1)),
        ([], (0, 0, 0)),
    ],
)
def test_satisfied_is_four_or_five_of_those_who_gave_a_mark(
    marks: list[int | None], expected: tuple[int, int, int]
) -> None:
    result = counted(*(Said(0, True, mark) for mark in marks), has_result=True)
    assert (result.satisfied, result.not_satisfied, result.no_mark) == expected


def test_an_earlier_rounds_mark_does_not_count() -> None:
    assert counted(Said(0, False, 1), Said(1, True, 5)).satisfaction == Rate(1, 1, {"no_mark": 0})


def test_nobody_answered_is_not_zero_percent() -> None:
    assert Counts().response.percent is None


@pytest.mark.parametrize(("of", "percent"), [(SMALLEST - 1, None), (SMALLEST, 90.0)])
def test_a_rate_of_too_few_is_not_told(of: int, percent: float | None) -> None:
    assert Rate(9, of, {}).percent == percent


def test_a_change_needs_both_months() -> None:
    assert Rate(19, 20, {}).change_from(Rate(18, 20, {})) == pytest.approx(5)
    assert Rate(19, 20, {}).change_from(Rate(1, 2, {})) is None


def test_what_was_left_out_is_shown_with_the_rate() -> None:
    total = counted(has_result=True) + counted(answered=None, now=10)
    assert total.response == Rate(1, 1, {"not_due_yet": 1, "ended_before_due": 0})
    assert total.resolution == Rate(0, 0, {"nobody_said": 1, "no_result_yet": 1, "set_aside": 0})


@pytest.mark.parametrize(
    ("days", "followed"), [([1], True), ([30], True), ([31], False), ([-1], False), ([0], False), ([], False)]
)
def test_a_complaint_follows_what_was_found_only_later_and_soon(days: list[int], followed: bool) -> None:
    told = [RAISED + timedelta(days=one) for one in days]
    assert was_followed(RAISED, told, timedelta(days=30)) is followed


answers = st.lists(
    st.builds(Said, st.integers(0, 2), st.booleans(), st.none() | st.integers(1, 5)), max_size=4
)
minutes = st.none() | st.integers(0, 120)


@given(minutes, minutes, st.integers(0, 240), st.booleans(), st.booleans(), answers)
def test_every_matter_is_in_one_part_of_each_rate(
    answered: int | None, ended: int | None, now: int, has_result: bool, set_aside: bool, said: list[Said]
) -> None:
    result = counted(
        *said, answered=answered, ended=ended, now=now, has_result=has_result, set_aside=set_aside
    )
    for rate in (result.response, result.resolution):
        assert rate.denominator + sum(rate.left_out.values()) == 1
        assert 0 <= rate.numerator <= rate.denominator
    assert result + Counts() == result
