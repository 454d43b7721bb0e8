"""The demo town while somebody looks: the live threads of the story, one after the other, without end."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from random import Random

from django.utils import timezone

from maplebridge.demo.casting import Casting, kinds_of
from maplebridge.demo.loading import SEED, told_story
from maplebridge.demo.loading_month import TimeLine
from maplebridge.demo.photos_drawn import DrawnPhotos
from maplebridge.demo.story import Step, Thread
from maplebridge.demo.telling import Stage, Telling
from maplebridge.demo.territory import make_territory
from maplebridge.demo.town_data import read_town_data
from maplebridge.platform.freshness import forget

MINUTE_S = 60.0
PAUSE_MINUTES = 1.5  # between two threads
LEFT_TO_THE_VIEWER = 3  # of every so many matters one is left to whoever looks
LOOKED_AT = 2  # of every so many conversations one is where the logins look that are printed, with them in it
STEP_S = 0.5  # how long Ctrl-C may wait


@dataclass
class Live:
    """Lets the threads happen until it is interrupted. `speed`: how many times faster than told."""

    say: Callable[[str], None]
    speed: float = 1.0
    now: Callable[[], datetime] = timezone.localtime
    sleep: Callable[[float], None] = time.sleep
    line: TimeLine = field(default_factory=TimeLine)
    matters_told: int = 0

    def run(self, most: int | None = None) -> None:
        """Tell the threads round after round; `most` ends it after so many."""
        rng = Random()
        casting = Casting(kinds_of(make_territory(read_town_data(), SEED)), rng)
        stage = Stage(DrawnPhotos(), rng, later=self.line.put)
        threads = told_story().live
        self.say(f"{len(threads)} conversations, one after the other. Ctrl-C ends it.")
        try:
            for number in count():
                if number == most:
                    break
                self._tell(threads[number % len(threads)], number, casting, stage)
                self._wait(PAUSE_MINUTES)
        except KeyboardInterrupt:
            self.say("The demo town goes on without you.")

    def _tell(self, thread: Thread, number: int, casting: Casting, stage: Stage) -> None:
        forget()
        self.matters_told += thread.kind == "matter"
        left = thread.kind == "matter" and self.matters_told % LEFT_TO_THE_VIEWER == 0
        if thread.estate == "any" and (left or number % LOOKED_AT == 0):
            thread = replace(thread, show=True)
        telling = Telling(thread, casting.cast(thread, self.now()), stage)
        for step in thread.steps:
            self._wait(step.after)
            if left and not step.is_resident:
                self.say(f"{self._clock()} {thread.key}: left to whoever looks")
                break
            self._happen(telling, step)

    def _happen(self, telling: Telling, step: Step) -> None:
        telling.do(step, self.now())
        who = telling.cast.player(step.who).shown_as if step.who != "system" else "Maple Bridge"
        deed = f" [{step.deed}]" if step.deed else ""
        self.say(f"{self._clock()} {who}{deed}: {telling.cast.fill(step.text)}")

    def _wait(self, minutes: float) -> None:
        """Wait as long as the story does, and let happen what follows of earlier steps."""
        left = minutes * MINUTE_S / self.speed
        while left > 0:
            self.sleep(min(left, STEP_S))
            left -= STEP_S
            self.line.run(self.now(), each=lambda moment: None)

    def _clock(self) -> str:
        return f"{self.now():%H:%M:%S}"
