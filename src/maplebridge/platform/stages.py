"""How long each stage of reading a message takes, for whoever asks: `maplebridge replay` does.

Off, a stage costs nothing to speak of. The time of a stage inside another is the inner one's alone, so that the
stages of a message add up to the whole.
"""

import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

REST = "look_up"  # what no other stage names: the message, and what is open where it was said


@dataclass
class Reading:
    """The reading of one message: when it began and ended (the machine's clock), and its stages, in seconds."""

    message_id: int
    began: float
    ended: float = 0.0
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))


@dataclass
class _Recorder:
    readings: list[Reading] = field(default_factory=list)
    open: list[tuple[str, float]] = field(default_factory=list)  # stages that run, and since when they count

    def turn(self, now: float) -> None:
        """Count what has passed for the stage that ran until now."""
        name, since = self.open[-1]
        self.readings[-1].seconds[name] += now - since
        self.open[-1] = (name, now)

    def enter(self, name: str) -> None:
        now = time.monotonic()
        self.turn(now)
        self.open.append((name, now))

    def leave(self) -> None:
        now = time.monotonic()
        self.turn(now)
        self.open.pop()
        self.open[-1] = (self.open[-1][0], now)


_recorder: _Recorder | None = None


def record() -> None:
    """Begin to measure, in this process."""
    global _recorder
    _recorder = _Recorder()


@contextmanager
def reading(message_id: int) -> Iterator[None]:
    """Measure the reading of one message."""
    if _recorder is None:
        yield
        return
    now = time.monotonic()
    _recorder.readings.append(Reading(message_id, began=now))
    _recorder.open = [(REST, now)]
    try:
        yield
    finally:
        _recorder.turn(time.monotonic())
        _recorder.readings[-1].ended = _recorder.open[-1][1]
        _recorder.open = []


def stage(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Measure the decorated function as a stage of the reading that runs, if one does."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
            recorder = _recorder
            if recorder is None or not recorder.open:
                return function(*args, **kwargs)
            recorder.enter(name)
            try:
                return function(*args, **kwargs)
            finally:
                recorder.leave()

        return wrapped

    return decorate


def save(path: Path) -> None:
    """Write what was measured, a line of JSON for each message."""
    if _recorder is not None:
        lines = (
            json.dumps([one.message_id, one.began, one.ended, one.seconds]) for one in _recorder.readings
        )
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def load(path: Path) -> list[Reading]:
    """Return what `save` wrote."""
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [Reading(message_id, began, ended, seconds) for message_id, began, ended, seconds in rows]
