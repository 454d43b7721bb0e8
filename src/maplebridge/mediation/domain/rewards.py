"""What the town pays for mediation: a dated formula, with caps, for what was verified and never for counts alone.

An agreement earns the smaller part; the larger one is earned when a revisit after 90 days finds it performed. Paying
for numbers of entries teaches people to make entries ("60 accounts not yet logged in today", 2020). Finders are
rewarded by the source of the dispute, once it was taken on. Sums are whole cents and shared to the cent.

A dispute mediated anew is paid once all the same: what an earlier agreement of it has earned stands in the way of the
same part of the next one until a counter-entry has taken it back, and nobody is paid one part of a dispute twice. So
whoever mediates a broken agreement anew earns what the first one did not: that it is performed, and found so.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from maplebridge.mediation.domain.workflow import Source


class Reason(StrEnum):
    """What an entry of the ledger is for."""

    DEPOSIT = "deposit"  # into the fund
    AGREED = "agreed"
    PERFORMED = "performed"  # found so by the revisit after 90 days
    SATISFIED = "satisfied"
    FOUND = "found"
    COUNTER = "counter"  # takes another entry back


EARNED = frozenset({Reason.AGREED, Reason.PERFORMED, Reason.SATISFIED, Reason.FOUND})
FOR_THE_AGREEMENT = EARNED - {Reason.FOUND}


class FormulaProblem(ValueError):
    """A formula that no town may set. `name` says which value, `code` why."""

    def __init__(self, name: str, code: str) -> None:
        super().__init__(f"{name}: {code}")
        self.name, self.code = name, code


@dataclass(frozen=True, kw_only=True)
class Formula:
    """Every parameter, in cents; the defaults are a proposal, each town sets its own."""

    agreed_cents: int = 5_000
    performed_cents: int = 10_000
    satisfied_cents: int = 3_000
    satisfied_from: int = 4  # of 5
    hard_percent: int = 50  # more, where the town's committee mediates or the risk was raised
    # A dispute found before anybody asked is worth more than one that somebody else brought.
    found_cents: Mapping[str, int] = field(
        default_factory=lambda: {
            Source.SWEEP: 2_000,
            Source.VISIT: 2_000,
            Source.GROUP: 1_000,
            Source.MATTER: 500,
            Source.WALK_IN: 0,
        }
    )
    most_a_dispute_cents: int = 40_000
    most_a_month_cents: int = 150_000  # of one person
    most_a_year_cents: int = 1_200_000
    performed_after_days: int = 90
    kinds: tuple[str, ...] = (
        "people",
        "third_party",
    )  # officers are paid for their duty, lawyers by contract

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, int) and value < 0:
                raise FormulaProblem(one.name, "below_zero")
        if any(cents < 0 for cents in self.found_cents.values()):
            raise FormulaProblem("found_cents", "below_zero")
        if unknown := set(self.found_cents) - set(Source):
            raise FormulaProblem("found_cents", f"no source: {', '.join(sorted(unknown))}")
        if not 1 <= self.satisfied_from <= 5:
            raise FormulaProblem("satisfied_from", "one_to_five")
        if self.agreed_cents > self.performed_cents:
            raise FormulaProblem("agreed_cents", "more_than_for_performance")
        if self.performed_after_days < 1:
            raise FormulaProblem("performed_after_days", "below_one")
        for name in ("most_a_dispute_cents", "most_a_month_cents", "most_a_year_cents"):
            if getattr(self, name) < 1:
                raise FormulaProblem(name, "no_cap")

    def as_values(self) -> dict[str, Any]:
        """Return what is stored; `formula_of` reads it again."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return {**values, "found_cents": dict(self.found_cents), "kinds": list(self.kinds)}


def formula_of(values: Mapping[str, Any]) -> Formula:
    """Return a stored formula; raise FormulaProblem for a name that is none."""
    known = {one.name for one in fields(Formula)}
    if unknown := set(values) - known:
        raise FormulaProblem(min(unknown), "unknown")
    given = dict(values)
    if "kinds" in given:
        given["kinds"] = tuple(given["kinds"])
    return Formula(**given)


@dataclass(frozen=True, slots=True)
class RewardCase:
    """A dispute as far as rewards ask. `mediators` had a part when the agreement was made, the lead first."""

    dispute_id: int
    source: Source
    accepted: bool
    agreed: bool
    broken: bool
    performed_after_days: int | None  # how long after the agreement a revisit found it performed
    satisfied: int | None  # what that revisit noted; None where nobody answered
    hard: bool
    mediators: Sequence[int]
    finder_id: int | None
    paid_before: frozenset[Reason] = frozenset()  # for an earlier agreement, and not taken back


@dataclass(frozen=True, slots=True)
class Due:
    """What somebody has earned by a dispute. `cut_cents` is what a cap has taken off."""

    person_id: int
    dispute_id: int
    reason: Reason
    cents: int
    cut_cents: int = 0


def dues(case: RewardCase, formula: Formula) -> list[Due]:
    """Return what was earned, within the cap of one dispute; a broken agreement earns nothing."""
    room = formula.most_a_dispute_cents
    result: list[Due] = []
    for reason, cents in _earned(case, formula):
        if reason in case.paid_before:
            continue
        people = [case.finder_id] if reason is Reason.FOUND else list(case.mediators)
        for person, share in _shared(cents, [one for one in people if one is not None]):
            given = min(share, room)
            room -= given
            result.append(Due(person, case.dispute_id, reason, given, share - given))
    return [one for one in result if one.cents or one.cut_cents]


def _earned(case: RewardCase, formula: Formula) -> Iterator[tuple[Reason, int]]:
    if case.accepted:
        yield Reason.FOUND, formula.found_cents.get(case.source, 0)
    if case.broken or not case.agreed:
        return
    yield Reason.AGREED, _with_difficulty(formula.agreed_cents, case, formula)
    days = case.performed_after_days
    if days is None or days < formula.performed_after_days:
        return
    yield Reason.PERFORMED, _with_difficulty(formula.performed_cents, case, formula)
    if case.satisfied is not None and case.satisfied >= formula.satisfied_from:
        yield Reason.SATISFIED, _with_difficulty(formula.satisfied_cents, case, formula)


def _with_difficulty(cents: int, case: RewardCase, formula: Formula) -> int:
    """Return the sum with what a hard case is worth more; a fraction of a cent is not paid."""
    return cents * (100 + formula.hard_percent) // 100 if case.hard else cents


def _shared(cents: int, people: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Share a sum evenly, to the cent; the first gets what does not divide."""
    if not people or not cents:
        return
    share, rest = divmod(cents, len(people))
    yield people[0], share + rest
    for person in people[1:]:
        yield person, share


def capped(
    earned: Sequence[Due],
    formula: Formula,
    *,
    this_month: Mapping[int, int],
    this_year: Mapping[int, int],
) -> list[Due]:
    """Return what can be paid when these sums were paid to each person before, in the month and in the year."""
    month, year = dict(this_month), dict(this_year)
    result = []
    for one in earned:
        person = one.person_id
        room = min(
            formula.most_a_month_cents - month.get(person, 0), formula.most_a_year_cents - year.get(person, 0)
        )
        given = max(0, min(one.cents, room))
        month[person] = month.get(person, 0) + given
        year[person] = year.get(person, 0) + given
        result.append(Due(person, one.dispute_id, one.reason, given, one.cut_cents + one.cents - given))
    return result
