from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest

from maplebridge.grading.domain.boundaries import Finding, Flaw
from maplebridge.grading.domain.method import Color
from maplebridge.grading.domain.transitions import (
    ALLOWED,
    CycleError,
    Review,
    State,
    check_close,
    check_correction,
    check_publication,
    check_release,
    check_transition,
    needs_second_look,
    reviewers_needed,
)
from maplebridge.kernel.periods import Month

AUGUST = Month(2026, 8)
NOON = datetime(2026, 9, 5, 12, tzinfo=UTC)


def test_every_state_has_a_row_and_only_an_edition_is_final() -> None:
    assert set(ALLOWED) == set(State)
    assert [state for state, to in ALLOWED.items() if not to] == [State.PUBLISHED]


def test_a_month_goes_its_way_step_by_step() -> None:
    way = [State.OPEN, State.CLOSED, State.PROPOSED, State.REVIEWED, State.PUBLISHED]
    for current, wanted in pairwise(way):
        check_transition(current, wanted)
    for current, wanted in zip(way, way[2:], strict=False):
        with pytest.raises(CycleError, match="transition_not_allowed"):
            check_transition(current, wanted)


def test_a_month_is_closed_once() -> None:
    with pytest.raises(CycleError, match="already_done"):
        check_close(State.CLOSED, AUGUST, date(2026, 9, 1), [], explained=False)


@pytest.mark.parametrize(
    ("today", "findings", "explained", "code"),
    [
        (date(2026, 8, 31), [], True, "month_not_over"),
        (date(2026, 9, 1), [Finding(Flaw.NEGATIVE, 1, AUGUST)], True, "counts_impossible"),
        (date(2026, 9, 1), [Finding(Flaw.JUMP, 1, AUGUST)], False, "findings_not_explained"),
    ],
)
def test_a_month_that_is_not_ready_is_not_closed(
    today: date, findings: list[Finding], explained: bool, code: str
) -> None:
    with pytest.raises(CycleError, match=code):
        check_close(State.OPEN, AUGUST, today, findings, explained)


def test_what_is_odd_can_be_explained() -> None:
    check_close(State.OPEN, AUGUST, date(2026, 9, 1), [Finding(Flaw.JUMP, 1, AUGUST)], explained=True)


@pytest.mark.parametrize(
    ("color", "previous", "two"),
    [
        (Color.BLACK, Color.RED, True),
        (Color.BLACK, Color.BLACK, True),
        (Color.RED, Color.BLUE, True),
        (Color.RED, Color.YELLOW, False),
        (Color.GREEN, Color.RED, False),
        (Color.GRAY, Color.BLACK, False),
        (Color.RED, Color.GRAY, False),
    ],
)
def test_black_and_two_steps_down_need_two_people(color: Color, previous: Color, two: bool) -> None:
    now, before = np.array([color], np.int8), np.array([previous], np.int8)
    assert needs_second_look(now, before).tolist() == [two]
    assert reviewers_needed(now, before) == 1 + two


def review(person: int, releases: bool = True, hour: int = 0) -> Review:
    return Review(person, releases, NOON + timedelta(hours=hour))


@pytest.mark.parametrize(
    ("reviews", "open_ones", "code"),
    [
        ([review(2)], 0, "reviewers_missing"),
        ([review(2), review(2, hour=1)], 0, "reviewers_missing"),
        ([review(1), review(2)], 0, "reviewers_missing"),  # whoever proposed does not count
        ([review(2), review(3), review(4, releases=False)], 0, "objected"),
        ([review(2), review(3), review(3, releases=False, hour=1)], 0, "objected"),
        ([review(2), review(3)], 1, "contradictions_not_answered"),
    ],
)
def test_a_release_needs_two_others(reviews: list[Review], open_ones: int, code: str) -> None:
    with pytest.raises(CycleError, match=code):
        check_release(State.PROPOSED, reviews, 2, proposed_by=1, contradictions_open=open_ones)


def test_two_who_agree_release_and_may_change_their_minds() -> None:
    check_release(State.PROPOSED, [review(2), review(3)], 2, proposed_by=1, contradictions_open=0)
    reviews = [review(2, releases=False), review(3), review(2, hour=3)]
    check_release(State.PROPOSED, reviews, 2, proposed_by=1, contradictions_open=0)


@pytest.mark.parametrize(
    ("proposed", "today", "early"),
    [
        (date(2026, 9, 2), date(2026, 9, 8), True),
        (date(2026, 9, 2), date(2026, 9, 9), False),
        (date(2026, 9, 20), date(2026, 9, 26), True),
        (date(2026, 9, 20), date(2026, 9, 27), False),
    ],
)
def test_stations_have_a_week_before_residents_are_told(proposed: date, today: date, early: bool) -> None:
    if early:
        with pytest.raises(CycleError, match="too_early"):
            check_publication(State.REVIEWED, AUGUST, proposed, today)
    else:
        check_publication(State.REVIEWED, AUGUST, proposed, today)


def test_what_is_published_is_only_corrected_with_an_erratum() -> None:
    with pytest.raises(CycleError, match="transition_not_allowed"):
        check_transition(State.PUBLISHED, State.PROPOSED)
    with pytest.raises(CycleError, match="erratum_missing"):
        check_correction(State.PUBLISHED, " ")
    with pytest.raises(CycleError, match="not_published_yet"):
        check_correction(State.REVIEWED, "one area was counted twice")
    check_correction(State.PUBLISHED, "one area was counted twice")
