"""A month on its way from its counts to its edition, as a table; who must agree, and when it may be told."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from maplebridge.grading.domain.boundaries import Finding
from maplebridge.grading.domain.method import Color
from maplebridge.kernel.periods import Month


class State(StrEnum):
    OPEN = "open"
    CLOSED = "closed"  # counts are complete; checks have run
    PROPOSED = "proposed"  # graded; stations comment
    REVIEWED = "reviewed"  # released by as many people as the rule asks
    PUBLISHED = "published"  # an edition; what was wrong is told by a new one with an erratum


ALLOWED: dict[State, frozenset[State]] = {
    State.OPEN: frozenset({State.CLOSED}),
    State.CLOSED: frozenset({State.OPEN, State.PROPOSED}),  # opened again: counts were wrong
    State.PROPOSED: frozenset({State.CLOSED, State.REVIEWED}),  # back: to be graded anew
    State.REVIEWED: frozenset({State.PROPOSED, State.PUBLISHED}),  # back: somebody took the release back
    State.PUBLISHED: frozenset(),
}

COMMENT_DAYS = 7  # stations have a week to contradict
SECOND_LOOK_STEPS = 2


class CycleError(Exception):
    """What cannot be done with a month, with a code."""

    def __init__(self, code: str, **where: object) -> None:
        super().__init__(f"{code} {where}" if where else code)
        self.code, self.where = code, where


def check_transition(current: State, wanted: State) -> None:
    """Raise `CycleError` where the table has no such row; a month closed twice has a code of its own."""
    if current == wanted:
        raise CycleError("already_done", state=current.value)
    if wanted not in ALLOWED[current]:
        raise CycleError("transition_not_allowed", current=current.value, wanted=wanted.value)


def check_close(
    current: State, month: Month, today: date, findings: Collection[Finding], explained: bool
) -> None:
    """Raise unless a month is over, and its counts are sound or what is odd about them was explained."""
    check_transition(current, State.CLOSED)
    if today <= month.last:
        raise CycleError("month_not_over", month=str(month))
    if blocking := [one for one in findings if one.blocks]:
        raise CycleError("counts_impossible", how_many=len(blocking), first=blocking[0].flaw.value)
    if findings and not explained:
        raise CycleError("findings_not_explained", how_many=len(findings))


def needs_second_look(color: NDArray[np.int8], previous: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Return which areas two people must release: black, or worse by two colors at once."""
    both = (color != Color.GRAY) & (previous != Color.GRAY)
    down = np.where(both, color.astype(int) - previous, 0)
    return np.asarray((color == Color.BLACK) | (down >= SECOND_LOOK_STEPS))


@dataclass(frozen=True, slots=True)
class Review:
    person: int
    releases: bool
    made_at: datetime


def reviewers_needed(color: NDArray[np.int8], previous: NDArray[np.int8]) -> int:
    return 2 if needs_second_look(color, previous).any() else 1


def check_release(
    current: State, reviews: Collection[Review], needed: int, *, proposed_by: int, contradictions_open: int
) -> None:
    """Raise unless enough people have released a proposal: each counts once, by the last they said.

    Whoever proposed cannot release; one objection holds it back; every contradiction has an answer.
    """
    check_transition(current, State.REVIEWED)
    if contradictions_open:
        raise CycleError("contradictions_not_answered", how_many=contradictions_open)
    last = {one.person: one.releases for one in sorted(reviews, key=lambda one: one.made_at)}
    if not all(last.values()):
        raise CycleError("objected")
    released = set(last) - {proposed_by}
    if len(released) < needed:
        raise CycleError("reviewers_missing", needed=needed, released=len(released))


def earliest_publication(month: Month, proposed_on: date) -> date:
    """Return the first day on which a month may be told: a week after it ended and after it was proposed."""
    return max(month.last, proposed_on) + timedelta(days=COMMENT_DAYS)


def check_publication(current: State, month: Month, proposed_on: date, today: date) -> None:
    check_transition(current, State.PUBLISHED)
    first = earliest_publication(month, proposed_on)
    if today < first:
        raise CycleError("too_early", not_before=first.isoformat())


def check_correction(current: State, erratum: str) -> None:
    """Raise unless an edition was published and the correction says what was wrong."""
    if current != State.PUBLISHED:
        raise CycleError("not_published_yet", state=current.value)
    if not erratum.strip():
        raise CycleError("erratum_missing")
