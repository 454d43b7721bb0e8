"""The month that lies behind: every thread of the story, step by step along one line of time, sweeps between."""

import heapq
import itertools
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from maplebridge.conversations import actions as conversations
from maplebridge.conversations import queries as conversation_queries
from maplebridge.conversations.actions import RESIDENT
from maplebridge.demo.casting import Casting
from maplebridge.demo.photos_drawn import DrawnPhotos
from maplebridge.demo.story import Thread
from maplebridge.demo.telling import Deed, Stage, Telling
from maplebridge.matters.sweeps import next_due, sweep
from maplebridge.platform import events

Progress = Callable[[int], None]  # of days

SOONEST = timedelta(minutes=10)  # nothing that a deed sets going falls due sooner


@dataclass
class TimeLine:
    """Deeds in the order of their moments; of one moment in the order in which they were put in."""

    _waiting: list[tuple[datetime, int, Deed]] = field(default_factory=list)
    _serial: "itertools.count[int]" = field(default_factory=itertools.count)

    def put(self, moment: datetime, deed: Deed) -> None:
        heapq.heappush(self._waiting, (moment, next(self._serial), deed))

    def run(self, until: datetime, each: Callable[[datetime], None]) -> None:
        """Let everything up to `until` happen, what is put in on the way included."""
        while self._waiting and self._waiting[0][0] <= until:
            moment, _, deed = heapq.heappop(self._waiting)
            each(moment)
            deed(moment)


@dataclass(frozen=True)
class Month:
    """What came of living the month."""

    steps: int
    not_done: Mapping[tuple[str, str, str], int]
    seen: frozenset[int]
    """The residents who wrote something."""

    def and_also(self, other: "Month") -> "Month":
        return Month(
            self.steps + other.steps, Counter(self.not_done) + Counter(other.not_done), self.seen | other.seen
        )


def live_month(
    threads: Sequence[Thread],
    casting: Casting,
    photos: DrawnPhotos,
    rng: Random,
    now: datetime,
    progress: Progress,
) -> Month:
    """Let the threads happen up to `now`, with everything that the clock does between them."""
    line = TimeLine()
    stage = Stage(photos, rng, later=line.put)
    steps = 0
    for thread in sorted(threads, key=lambda one: (one.begins(now), one.key)):
        telling: list[Telling] = []
        for moment, step in thread.timed(now):
            line.put(moment, _deed(thread, telling, casting, stage, step))
            steps += 1
    line.run(now, _clock(stage, now, progress))
    _sweep_up_to(now)
    events.deliver_all(now=now)
    _mark_read(stage.said, rng)
    return Month(steps, Counter(stage.not_done), frozenset(casting.seen))


def _deed(thread: Thread, telling: list[Telling], casting: Casting, stage: Stage, step: Any) -> Deed:
    """Return a step as a deed; the thread is cast when its first step happens, by who is on duty then."""

    def happen(moment: datetime) -> None:
        if not telling:
            telling.append(Telling(thread, casting.cast(thread, moment), stage))
        telling[0].do(step, moment)

    return happen


def _clock(stage: Stage, now: datetime, progress: Progress) -> Callable[[datetime], None]:
    """Return what happens before each deed: what has fallen due by then, and word of the day."""
    days: list[int] = []
    due: list[datetime] = [now]

    def each(moment: datetime) -> None:
        if due[0] <= moment:
            due[0] = _sweep_up_to(moment) or now
            stage.clocks = False
        elif stage.clocks:
            due[0] = min(due[0], moment + SOONEST)
            stage.clocks = False
        day = 30 - (now.date() - moment.astimezone(now.tzinfo).date()).days
        if day not in days[-1:]:
            days.append(day)
            progress(day)

    return each


def _sweep_up_to(moment: datetime) -> datetime | None:
    """Let the clock do what falls due up to a moment, each at its own time; return what is due next."""
    last: datetime | None = None
    while (due := next_due()) is not None and due <= moment:
        # What is due again at the same moment waits a second, so that nothing can hold the story up.
        at = due if last is None or due > last else last + timedelta(seconds=1)
        sweep(now=at)
        last = at
    return due


def _mark_read(said: Mapping[int, Sequence[int]], rng: Random) -> None:
    """Let members have read up to different points: staff nearly all, residents as it goes."""
    for thread_id, messages in said.items():
        members = conversation_queries.members_of(thread_id).order_by("id").values_list("person_id", "role")
        marks = [
            (person_id, messages[-1 - behind])
            for person_id, role in members
            if (behind := _behind(role == RESIDENT, rng)) < len(messages)
        ]
        conversations.mark_many_read(thread_id=thread_id, marks=marks)


def _behind(resident: bool, rng: Random) -> int:
    """Draw how many messages somebody is behind; some have muted the group and read nothing for weeks."""
    draw = rng.random()
    if draw < (0.45 if resident else 0.9):
        return 0
    return rng.randint(1, 12) if draw < 0.8 else rng.randint(13, 150)
