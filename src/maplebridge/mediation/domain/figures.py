"""Honest figures: how many were found, where they stand, and two rates that are never shown apart.

Settled of concluded says how mediation does where it was taken up and came to an end. Settled of found says what became
of all that was found. The first alone hides what is refused, withdrawn or still waiting; a published account with
3,112 found and 1,964 settled calls itself 98.4 % that way. Counts are added; rates never are.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from fractions import Fraction
from math import floor
from operator import add

from maplebridge.mediation.domain.workflow import SETTLED, State


@dataclass(frozen=True, slots=True)
class Counts:
    """A period: what was found in it and where that stands now; what was concluded in it; the money in cents.

    `found` is the sum of `waiting`, `running`, `refused`, `withdrawn`, `referred`, `failed` and `settled`; of the
    settled, `performed` were kept and `broken` were not. `concluded` were taken on and ended within the period,
    whenever they were found; `not_taken_on` ended in it without ever having been accepted.
    """

    found: int = 0
    accepted: int = 0
    waiting: int = 0
    running: int = 0
    refused: int = 0
    withdrawn: int = 0
    referred: int = 0
    failed: int = 0
    settled: int = 0
    performed: int = 0
    broken: int = 0
    concluded: int = 0
    concluded_settled: int = 0
    not_taken_on: int = 0
    involved_cents: int = 0
    agreed_cents: int = 0
    performed_cents: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*map(add, _numbers(self), _numbers(other)))

    @property
    def settled_of_concluded(self) -> "Rate":
        return Rate(self.concluded_settled, self.concluded)

    @property
    def settled_of_found(self) -> "Rate":
        return Rate(self.settled, self.found)

    @property
    def performed_of_settled(self) -> "Rate":
        return Rate(self.performed, self.settled)

    @property
    def is_empty(self) -> bool:
        return not any(_numbers(self))


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with what it counts and out of what; of nothing there is no share."""

    numerator: int
    denominator: int

    @property
    def percent(self) -> float | None:
        return 100 * self.numerator / self.denominator if self.denominator else None

    def change_from(self, earlier: "Rate") -> float | None:
        """Return percentage points more or less; None where one of the two does not exist."""
        if self.percent is None or earlier.percent is None:
            return None
        return self.percent - earlier.percent


STANDS = {
    State.FOUND: "waiting",
    State.ACCEPTED: "running",
    State.IN_MEDIATION: "running",
    State.REFUSED: "refused",
    State.WITHDRAWN: "withdrawn",
    State.REFERRED: "referred",
    State.FAILED: "failed",
    State.AGREED: "settled",
    State.PERFORMED: "settled",
    State.BROKEN: "settled",
}


def found(state: State, *, accepted: bool, times: int = 1, involved_cents: int = 0) -> Counts:
    """Return what was found in a period, by where it stands now."""
    return Counts(
        found=times,
        accepted=times if accepted else 0,
        performed=times if state is State.PERFORMED else 0,
        broken=times if state is State.BROKEN else 0,
        involved_cents=involved_cents,
        **{STANDS[state]: times},
    )


def concluded(state: State, *, accepted: bool, times: int = 1) -> Counts:
    """Return what ended in a period; what was never taken on is no end of a mediation."""
    if not accepted:
        return Counts(not_taken_on=times)
    return Counts(concluded=times, concluded_settled=times if state in SETTLED else 0)


def total(counts: Iterable[Counts]) -> Counts:
    return sum(counts, Counts())


def _numbers(counts: Counts) -> list[int]:
    return [getattr(counts, one.name) for one in fields(counts)]


# -- published accounts, and whether they can be


@dataclass(frozen=True, slots=True)
class Published:
    """What an account says: found, settled and, where it names one, the rate in percent with one decimal."""

    name: str
    found: int
    settled: int
    said_tenths: int | None = None  # 984 is 98.4 %


@dataclass(frozen=True, slots=True)
class Checked:
    """A published account beside what its own counts give.

    `needed` are the smallest and the largest denominator with which the settled are what was said, or None where no
    whole number gives it. `fits` says whether the found themselves do.
    """

    published: Published
    of_found: Rate
    needed: tuple[int, int] | None
    fits: bool

    @property
    def left_over(self) -> tuple[int, int] | None:
        """Return how many found are in no denominator that would give what was said: fewest and most."""
        if self.needed is None or self.fits:
            return None
        return self.published.found - self.needed[1], self.published.found - self.needed[0]


def check(published: Published) -> Checked:
    """Compare an account with itself."""
    rate = Rate(published.settled, published.found)
    if published.said_tenths is None:
        return Checked(published, rate, None, fits=True)
    needed = denominators_for(published.settled, published.said_tenths)
    fits = needed is not None and needed[0] <= published.found <= needed[1]
    return Checked(published, rate, needed, fits)


def denominators_for(numerator: int, tenths: int) -> tuple[int, int] | None:
    """Return the smallest and the largest whole number of which `numerator` is so many tenths of a percent, rounded.

    Half a tenth is rounded up. None where no number gives it, or none of them is the largest (a rate of zero).
    """
    if tenths <= 0 or numerator <= 0:
        return None
    least = Fraction(numerator * 1000) / Fraction(
        2 * tenths + 1, 2
    )  # beyond it the rate is smaller than the next tenth
    most = Fraction(numerator * 1000) / Fraction(2 * tenths - 1, 2)
    first, last = floor(least) + 1, floor(most)
    first = max(first, numerator)
    return (first, last) if first <= last else None
