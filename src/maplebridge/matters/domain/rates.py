"""The three rates of the work, each with what it counts, out of what, and what it leaves out.

Response: answered within the limit, of those due. Resolution: said to be solved, of those of whom anybody said
whether they are. Satisfaction: 4 or 5 of 5, of those who gave a mark. Silence is neither solved nor satisfied nor
their contrary: it is left out, and shown. Of a matter that was reopened, the last round counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from operator import add, attrgetter

SMALLEST = 10  # of fewer no rate is told: one answer more or less would move it by ten points
SATISFIED_FROM = 4


@dataclass(frozen=True, slots=True)
class Said:
    """What one reporter said of the result, and after how many reopenings."""

    round: int
    solved: bool
    satisfaction: int | None


@dataclass(frozen=True, slots=True)
class Case:
    """A matter, as far as rates ask about it. `set_aside`: merged into another, or withdrawn."""

    raised_at: datetime
    respond_by: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    has_result: bool
    set_aside: bool
    said: Sequence[Said] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """How many matters are in each part of each rate. Counts are added; rates never are."""

    raised: int = 0
    in_time: int = 0
    late: int = 0
    not_due_yet: int = 0
    ended_before_due: int = 0
    solved: int = 0
    not_solved: int = 0
    nobody_said: int = 0
    no_result_yet: int = 0
    set_aside: int = 0
    satisfied: int = 0
    not_satisfied: int = 0
    no_mark: int = 0
    proactive: int = 0
    followed: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*map(add, _numbers(self), _numbers(other)))

    @property
    def response(self) -> "Rate":
        left_out = {"not_due_yet": self.not_due_yet, "ended_before_due": self.ended_before_due}
        return Rate(self.in_time, self.in_time + self.late, left_out)

    @property
    def resolution(self) -> "Rate":
        left_out = {
            "nobody_said": self.nobody_said,
            "no_result_yet": self.no_result_yet,
            "set_aside": self.set_aside,
        }
        return Rate(self.solved, self.solved + self.not_solved, left_out)

    @property
    def satisfaction(self) -> "Rate":
        return Rate(self.satisfied, self.satisfied + self.not_satisfied, {"no_mark": self.no_mark})

    @property
    def prevention(self) -> "Rate":
        """Found before anybody complained, and nobody complained later."""
        return Rate(self.proactive - self.followed, self.proactive, {})


COUNTED = tuple(one.name for one in fields(Counts))
_numbers = attrgetter(*COUNTED)


def total(parts: Iterable[Mapping[str, int]]) -> Counts:
    """Return the sum of counts as they are stored: by name, without those that are zero."""
    numbers = dict.fromkeys(COUNTED, 0)
    for part in parts:
        for name, number in part.items():
            numbers[name] += number
    return Counts(**numbers)


@dataclass(frozen=True)
class Rate:
    """A share with what it stands on, and how many were left out of it, by why."""

    numerator: int
    denominator: int
    left_out: dict[str, int]

    @property
    def percent(self) -> float | None:
        """Return the rate in percent, or None where it stands on too few to be told."""
        return 100 * self.numerator / self.denominator if self.denominator >= SMALLEST else None

    def change_from(self, before: "Rate") -> float | None:
        """Return the change in percentage points, or None where one of the two is not told."""
        now, then = self.percent, before.percent
        return None if now is None or then is None else now - then


def count(case: Case, now: datetime) -> Counts:
    """Return what one matter adds to the counts at `now`."""
    parts = [_answered(case, now), _resolved(case)]
    last = _last_round(case.said)
    marks = [one.satisfaction for one in last if one.satisfaction is not None]
    satisfied = sum(mark >= SATISFIED_FROM for mark in marks)
    return Counts(
        raised=1,
        satisfied=satisfied,
        not_satisfied=len(marks) - satisfied,
        no_mark=len(last) - len(marks),
        **dict.fromkeys(parts, 1),
    )


def _answered(case: Case, now: datetime) -> str:
    if case.answered_at is not None:
        return "in_time" if case.answered_at <= case.respond_by else "late"  # on time is not late
    if case.ended_at is not None and case.ended_at <= case.respond_by:
        return "ended_before_due"
    return "late" if now > case.respond_by else "not_due_yet"


def _resolved(case: Case) -> str:
    if last := _last_round(case.said):
        return "solved" if all(one.solved for one in last) else "not_solved"
    if case.set_aside:
        return "set_aside"
    return "nobody_said" if case.has_result else "no_result_yet"


def _last_round(said: Sequence[Said]) -> list[Said]:
    last = max((one.round for one in said), default=0)
    return [one for one in said if one.round == last]


def was_followed(found_at: datetime, told_at: Sequence[datetime], within: timedelta) -> bool:
    """Say whether anybody complained about the same thing after it was found, within a span."""
    return any(found_at < one <= found_at + within for one in told_at)
