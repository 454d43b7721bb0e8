"""Messages to many at once: who receives one, when, how often, and who has to agree.

A resident hears of each broadcast once, in a group or personally, and never more often than the town allows
(`Limits`). More than a thousand receivers, or passing the quiet hours, needs two people who both say yes.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum

# From here on two people have to agree (issue 3: "release by two people for more than 1,000 receivers").
SECOND_PERSON_ABOVE = 1000
TIRED_WINDOW = timedelta(days=7)


class State(StrEnum):
    DRAFTED = "drafted"
    ASKED = "asked"  # finished; waits for somebody else to release it
    RELEASED = "released"  # waits for a worker, or for the end of the quiet hours
    SENDING = "sending"
    SENT = "sent"
    STOPPED = "stopped"  # not sent any further, and taken off the pages of residents


# What people may do, and what only the worker does.
TRANSITIONS: dict[State, frozenset[State]] = {
    State.DRAFTED: frozenset({State.ASKED, State.RELEASED, State.STOPPED}),
    State.ASKED: frozenset({State.DRAFTED, State.RELEASED, State.STOPPED}),
    State.RELEASED: frozenset({State.STOPPED}),
    State.SENDING: frozenset({State.STOPPED}),
    State.SENT: frozenset({State.STOPPED}),
    State.STOPPED: frozenset(),
}
WORKER_TRANSITIONS: dict[State, frozenset[State]] = {
    State.RELEASED: frozenset({State.SENDING}),
    State.SENDING: frozenset({State.SENT}),
}


class Skipped(StrEnum):
    """Why somebody of the audience was not told."""

    QUIET = "quiet"  # the quiet hours would have ended after the message had expired
    OPTED_OUT = "opted_out"
    TIRED = "tired"  # was told as often as the town allows already
    LATE = "late"  # the message expired before anybody could send it


class BroadcastRefused(ValueError):
    """What cannot be done with a broadcast. `code` says why: see `check_release`, `check_move` and `check_words`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the town has decided about telling residents something; `quiet_from` equal to `quiet_to` is never."""

    zone: tzinfo
    quiet_from: int = 21  # hour of the day
    quiet_to: int = 8
    most_in_7_days: int = 3


def check_move(state: State | str, wanted: State, *, by_worker: bool = False) -> None:
    """Raise `BroadcastRefused` where a broadcast cannot become that from what it is."""
    table = WORKER_TRANSITIONS if by_worker else TRANSITIONS
    if wanted not in table.get(State(state), frozenset()):
        raise BroadcastRefused("not_now")


def check_words(*, subject: str, text: str, expires_at: datetime, now: datetime) -> None:
    """Raise `BroadcastRefused`: no_subject, no_text, expired."""
    if not subject.strip():
        raise BroadcastRefused("no_subject")
    if not text.strip():
        raise BroadcastRefused("no_text")
    if expires_at <= now:
        raise BroadcastRefused("expired")


def quiet_until(now: datetime, limits: Limits) -> datetime | None:
    """Return when the quiet hours that hold at `now` end; None where nobody is disturbed now."""
    local = now.astimezone(limits.zone)
    begin, end = limits.quiet_from, limits.quiet_to
    over_midnight = begin > end
    is_quiet = (local.hour >= begin or local.hour < end) if over_midnight else begin <= local.hour < end
    if not is_quiet:
        return None
    day = local.date() + timedelta(days=1 if over_midnight and local.hour >= begin else 0)
    return datetime.combine(day, time(end), limits.zone)


@dataclass(frozen=True, slots=True)
class Audience:
    """Everybody whom a broadcast is for, each person once: whoever is in one of its groups is told there."""

    groups: frozenset[int]
    in_groups: frozenset[int]
    personal: frozenset[int]
    opted_out: frozenset[int]
    tired: frozenset[int]

    @property
    def people(self) -> int:
        """Return for how many people it is, those included who will not be told."""
        return len(self.in_groups) + len(self.personal)

    @property
    def told(self) -> int:
        return self.people - len(self.opted_out) - len(self.tired)


def audience_of(
    *,
    residents: Iterable[int],
    members: Mapping[int, Collection[int]],
    opted_out: Collection[int],
    recently: Mapping[int, int],
    most_in_7_days: int,
    passes: bool,
) -> Audience:
    """Return who receives a broadcast.

    `members` are the residents in each of its groups, `recently` how often somebody was told anything in the last
    seven days. Whoever has opted out is counted as that only. What `passes` tires nobody.
    """
    in_groups = frozenset(person for people in members.values() for person in people)
    personal = frozenset(residents) - in_groups
    everybody = in_groups | personal
    out = everybody & frozenset(opted_out)
    tired = (
        frozenset()
        if passes
        else frozenset(one for one in everybody - out if recently.get(one, 0) >= most_in_7_days)
    )
    return Audience(frozenset(members), in_groups, personal, out, tired)


def people_needed(receivers: int, *, passes_quiet: bool) -> int:
    """Return how many people have to agree before so many are told."""
    return 2 if receivers > SECOND_PERSON_ABOVE or passes_quiet else 1


def check_release(
    *,
    state: State | str,
    receivers: int,
    passes_quiet: bool,
    written_by: int,
    asked_by: int | None,
    released_by: int,
    expires_at: datetime,
    now: datetime,
) -> None:
    """Raise `BroadcastRefused`: not_now, expired, nobody, ask_first, second_person."""
    check_move(state, State.RELEASED)
    if expires_at <= now:
        raise BroadcastRefused("expired")
    if not receivers:
        raise BroadcastRefused("nobody")
    if people_needed(receivers, passes_quiet=passes_quiet) == 1:
        return
    if State(state) != State.ASKED:
        raise BroadcastRefused("ask_first")
    if released_by in (written_by, asked_by):
        raise BroadcastRefused("second_person")


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of a broadcast, each person once. Every figure is a part of another, which is its denominator."""

    receivers: int = 0  # everybody it was for
    reached: int = 0  # delivered; of the receivers
    shown: int = 0  # was on their screen; of those reached
    opened: int = 0  # they tapped it; of those reached
    opted_out: int = 0
    tired: int = 0
    quiet: int = 0
    late: int = 0
    in_groups: int = 0  # of those reached: in a group

    @property
    def waiting(self) -> int:
        return self.receivers - self.reached - self.opted_out - self.tired - self.quiet - self.late
