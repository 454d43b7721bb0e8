"""The rules of a town, as data with reasons. What is not set has the default given here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from typing import Any

from maplebridge.kernel import dated
from maplebridge.kernel.dated import DatedValue


class RuleProblem(ValueError):
    """A value that a rule cannot have. `name` says which, `code` why."""

    def __init__(self, name: str, code: str) -> None:
        super().__init__(f"{name}: {code}")
        self.name, self.code = name, code


MOST_FALSE_ALARMS = 30  # a month: one a day is more than anybody believes
MOST_ASKED = 2000  # of one area in a month
PROMISED_TALK_DAYS = 180  # as the page of every group tells its members
KEEP = (
    "keep_talk_days",
    "keep_contacts_days",
    "keep_withdrawn_days",
    "keep_closed_days",
    "keep_codes_days",
    "keep_events_days",
    "keep_receipts_days",
)


@dataclass(frozen=True, kw_only=True)
class TownRules:
    """Every parameter with its default and, in the comment, where it comes from."""

    respond_minutes: int = 30  # Jingbian, S3
    # Which level of chief a severity goes to first, and up to which it may climb (Jingbian: "1 to level 1,
    # 2 to levels 2 and 3, 3 to levels 4 and 5").
    chief_levels: Mapping[int, tuple[int, int]] = field(
        default_factory=lambda: {1: (1, 2), 2: (2, 3), 3: (4, 5)}
    )
    ladder_minutes: int = 30  # between two steps of the ladder
    night_from: int = 19  # hour; from here to `night_to` whoever is on duty is asked (S2: the second beat)
    night_to: int = 7
    feedback_days: int = 7  # silence closes as "not answered"
    reopen_days: int = 15
    call_back_share: float = 0.1  # of resolved matters, drawn at random
    call_back_days: int = 3
    call_out_minutes: int = 30
    chase_every_hours: int = 24
    most_parts: int = 10
    # Probability that a message is a matter, above which the product raises it: the best recall (86 of 86) with a
    # precision of 0.9 on the 200 group messages of bench/door.py; 0.65 gives 85 of 86 at 0.94.
    raise_from: float = 0.6
    # Probability of the category, above which nobody needs to sort (measured in docs/models/door.md).
    decide_from: float = 0.5
    call_out_lead: bool = True  # the lead agency is called out at once where the product decided
    deferral_review_days: int = 90
    false_alarms_a_month: float = (
        2.0  # of early warning, all detectors together: as many as staff can look into
    )
    report_day: int = 5  # of the month, from which the report on the month before is drafted by itself
    # The survey of safety: a round opens by itself on this day of the month (0: by hand), wants so many answers of
    # an area, and asks so many there by a link and by phone (0: nobody is asked until an analyst draws).
    survey_day: int = 1
    survey_answers: int = 30
    survey_links: int = 0
    survey_calls: int = 0
    same_matter_from: float = 0.55  # likeness above which a message is offered to be joined to an open matter
    # How long what is personal is kept: no longer than its purpose needs (Personal Information Protection Law,
    # art. 19). Statistics and the record of changes hold nothing personal and stay.
    # Messages of groups that belong to no matter, as residents are told when they join.
    keep_talk_days: int = 180
    keep_contacts_days: int = 365  # name and phone of reporters, after their last matter has closed
    keep_withdrawn_days: int = 365  # texts of matters that were taken back
    keep_closed_days: int = 1826  # texts of closed matters: five years
    keep_codes_days: int = 7  # one-time codes and answers to repeated requests
    keep_events_days: int = 30  # events that have arrived everywhere
    keep_receipts_days: int = 90  # who was told, shown and opened what; the counts stay
    # Telling residents something: nobody is disturbed from `quiet_from` to `quiet_to` (the same hour: never quiet).
    quiet_from: int = 21
    quiet_to: int = 8
    broadcasts_a_week: int = 3  # that one resident gets at most; what is urgent passes

    def __post_init__(self) -> None:
        for one in (
            "respond_minutes",
            "ladder_minutes",
            "feedback_days",
            "call_out_minutes",
            "most_parts",
            "broadcasts_a_week",
            "survey_answers",
            *KEEP,
        ):
            if getattr(self, one) < 1:
                raise RuleProblem(one, "must_be_positive")
        if self.keep_talk_days > PROMISED_TALK_DAYS:
            raise RuleProblem("keep_talk_days", "no_longer_than_promised")
        for one in ("quiet_from", "quiet_to"):
            if not 0 <= getattr(self, one) <= 23:
                raise RuleProblem(one, "an_hour")
        for one in ("call_back_share", "raise_from", "decide_from", "same_matter_from"):
            if not 0 <= getattr(self, one) <= 1:
                raise RuleProblem(one, "must_be_a_share")
        if not 0.1 <= self.false_alarms_a_month <= MOST_FALSE_ALARMS:
            raise RuleProblem("false_alarms_a_month", "alarms_a_month")
        if not 1 <= self.report_day <= 28:
            raise RuleProblem("report_day", "day_of_every_month")
        if not 0 <= self.survey_day <= 28:
            raise RuleProblem("survey_day", "day_or_never")
        for one in ("survey_links", "survey_calls"):
            if not 0 <= getattr(self, one) <= MOST_ASKED:
                raise RuleProblem(one, "so_many_asked")
        if self.most_parts > 10:
            raise RuleProblem("most_parts", "at_most_ten")
        if set(self.chief_levels) != {1, 2, 3} or any(
            not 1 <= low <= high <= 5 for low, high in self.chief_levels.values()
        ):
            raise RuleProblem("chief_levels", "levels_from_one_to_five")

    def respond_within(self, category_minutes: int | None) -> timedelta:
        """Return the time to answer: the category's own limit where it is shorter than the town's."""
        return timedelta(minutes=min(self.respond_minutes, category_minutes or self.respond_minutes))


NAMES = frozenset(one.name for one in fields(TownRules))


def in_force(values: Iterable[DatedValue], on: date) -> TownRules:
    """Return the rules of a day: what the town has set by then, and the default of every other."""
    set_by_then = dated.in_force(values, on)
    return replace(TownRules(), **{name: parsed(name, value) for name, value in set_by_then.items()})


def parsed(name: str, value: Any) -> Any:
    """Return a rule's value in its type. Raise `RuleProblem` where it has none of that name or kind."""
    if name not in NAMES:
        raise RuleProblem(name, "unknown_rule")
    if name == "chief_levels":
        try:
            return {int(severity): (int(low), int(high)) for severity, (low, high) in dict(value).items()}
        except (TypeError, ValueError) as problem:
            raise RuleProblem(name, "levels_from_one_to_five") from problem
    default = getattr(TownRules(), name)
    if isinstance(default, bool) != isinstance(value, bool) or not isinstance(value, int | float):
        raise RuleProblem(name, "wrong_kind")
    if isinstance(default, int) and not isinstance(default, bool) and value != int(value):
        raise RuleProblem(name, "whole_number")
    return type(default)(value)
