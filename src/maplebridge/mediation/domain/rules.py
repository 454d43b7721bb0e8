"""The rules of a town for mediation, as data with reasons. What is not set has the default given here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any

from maplebridge.kernel import dated
from maplebridge.kernel.dated import DatedValue
from maplebridge.mediation.domain.acceptance import Grave
from maplebridge.mediation.domain.clocks import months_earlier
from maplebridge.mediation.domain.tiers import ORDER, TierLimits


class RuleProblem(ValueError):
    """A value that a rule cannot have. `name` says which, `code` why."""

    def __init__(self, name: str, code: str) -> None:
        super().__init__(f"{name}: {code}")
        self.name, self.code = name, code


@dataclass(frozen=True, kw_only=True)
class MediationRules:
    """Every parameter with its default and, in the comment, where it comes from."""

    months: int = 1  # Ningbo, art. 27; Shenzhen, art. 25
    tier_days: Mapping[str, int] = field(default_factory=lambda: {"group": 7, "village": 15, "town": 30})
    # What the tiers are called here; a city calls them otherwise than a county.
    tier_names: Mapping[str, str] = field(
        default_factory=lambda: {"group": "村民小组", "village": "村（社区）", "town": "镇（街道）"}
    )
    file_mark: str = "人调字"  # between the year and the number of a file
    village_from_people: int = 5
    town_from_people: int = 10
    village_from_cents: int = 500_000
    town_from_cents: int = 5_000_000
    revisit_days: tuple[int, ...] = (7, 30, 90)
    confirmation_days: int = 30  # People's Mediation Law, art. 33
    written_from_cents: int = 1_000_000  # Ningbo, art. 24: what is large or complex is written down
    remind_days: int = 3  # before an installment falls due
    calm_days: int = 3  # how soon after a contact the next one is due
    term_years: int = 3  # of a committee: People's Mediation Law, art. 9
    session_minutes: int = 90
    file_years: int = 10  # how long a bound file is to be kept, as its cover says; the law does not say
    # What was written down and never taken on has no file. While claims can be raised (Civil Code, art. 188) the sides
    # may come again.
    unaccepted_years: int = 3
    # Where in the catalogue of matters belongs what never comes to mediation; a town with a catalogue of its own has
    # other codes than the shipped one.
    grave_categories: Mapping[str, str] = field(
        default_factory=lambda: {
            Grave.VIOLENCE_AT_HOME.value: "01-04-01",
            Grave.CHILD_ABUSE.value: "01-04-02",
            Grave.CRIME.value: "01-01-01",
        }
    )

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, int) and value < 1:
                raise RuleProblem(one.name, "must_be_positive")
        for name in ("tier_days", "tier_names"):
            if set(getattr(self, name)) != set(ORDER):
                raise RuleProblem(name, "one_for_each_tier")
        if set(self.grave_categories) != set(Grave):
            raise RuleProblem("grave_categories", "one_for_each_kind")
        if any(days < 1 for days in self.tier_days.values()):
            raise RuleProblem("tier_days", "must_be_positive")
        if not self.revisit_days or list(self.revisit_days) != sorted(set(self.revisit_days)):
            raise RuleProblem("revisit_days", "in_order")
        if self.confirmation_days > 30:
            raise RuleProblem("confirmation_days", "no_longer_than_the_law")

    def file_days(self, on: date) -> int:
        """Return how many days a file is kept that may be erased on a day."""
        return _days_of_years(on, self.file_years)

    def unaccepted_days(self, on: date) -> int:
        """Return how many days is kept what was never taken on; never longer than a file."""
        return _days_of_years(on, min(self.unaccepted_years, self.file_years))

    @property
    def tier_limits(self) -> TierLimits:
        return TierLimits(
            self.village_from_people, self.town_from_people, self.village_from_cents, self.town_from_cents
        )


def _days_of_years(on: date, years: int) -> int:
    return (on - months_earlier(on, 12 * years)).days


NAMES = frozenset(one.name for one in fields(MediationRules))


def in_force(values: Iterable[DatedValue], on: date) -> MediationRules:
    """Return the rules of a day: what the town has set by then, and the default of every other."""
    set_by_then = dated.in_force(values, on)
    return replace(MediationRules(), **{name: parsed(name, value) for name, value in set_by_then.items()})


def parsed(name: str, value: Any) -> Any:
    """Return a rule's value in its type. Raise `RuleProblem` where it has none of that name or kind."""
    if name not in NAMES:
        raise RuleProblem(name, "unknown_rule")
    default = getattr(MediationRules(), name)
    try:
        if isinstance(default, Mapping):
            kind = type(next(iter(default.values())))
            return {str(key): kind(one) for key, one in dict(value).items()}
        if isinstance(default, tuple):
            return tuple(int(one) for one in value)
        if isinstance(default, int) and (isinstance(value, bool) or int(value) != value):
            raise RuleProblem(name, "whole_number")
        return type(default)(value)
    except (TypeError, ValueError) as problem:
        raise problem if isinstance(problem, RuleProblem) else RuleProblem(name, "wrong_kind") from problem
