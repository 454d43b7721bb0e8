"""What people make of an early warning: what it may become, why, and how good the warnings have been."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median


class Verdict(StrEnum):
    WATCHED = "watched"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


# What it turned out to be, as codes: what was similar can be counted, and shown with the next.
REASONS: dict[Verdict, tuple[str, ...]] = {
    Verdict.WATCHED: (),
    Verdict.CONFIRMED: ("one_cause", "series_of_acts", "more_than_usual", "other_real"),
    Verdict.DISMISSED: ("chance", "more_reporting", "known_event", "wrong_category", "old_matters"),
}


class WarningRefused(Exception):
    """A decision that cannot be taken. `code` says why; pages put it into words."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def check_decision(current: str, verdict: str, reason: str, words: str) -> Verdict:
    """Return the verdict. Raise `WarningRefused` where it is none, or says nothing."""
    if verdict not in REASONS:
        raise WarningRefused("no_such_decision")
    decided = Verdict(verdict)
    if decided == current and decided != Verdict.WATCHED:
        raise WarningRefused("decided_already")
    if current == "over" and decided == Verdict.WATCHED:
        raise WarningRefused("over_already")
    if REASONS[decided] and reason not in REASONS[decided]:
        raise WarningRefused("reason_needed")
    if (reason == "other_real" or current in REASONS) and not words.strip():
        raise WarningRefused("words_needed")  # whoever changes what was decided says why
    return decided


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How good warnings were: told, decided, confirmed, and how long after the first matter they came."""

    told: int
    confirmed: int
    dismissed: int
    delays_days: Sequence[float]  # of confirmed ones

    @property
    def decided(self) -> int:
        return self.confirmed + self.dismissed

    @property
    def precision(self) -> float | None:
        """Return the share of confirmed among decided ones."""
        return self.confirmed / self.decided if self.decided else None

    @property
    def delay_days(self) -> float | None:
        return median(self.delays_days) if self.delays_days else None
