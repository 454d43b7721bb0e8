"""The month is lived in two parts side by side, each a process of its own with half of the groups, and its own
transaction: whole, or not at all. What a stopped loading has left out is told at the next start.

Each part waits for the others at the end of a day, so that matters are numbered nearly in the order of time.
"""

import multiprocessing
import sys
from collections import Counter
from collections.abc import Callable, MutableSequence, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from time import sleep
from zlib import crc32

from django.db import connection, connections
from django.db.backends.postgresql.base import DatabaseWrapper

from maplebridge.demo.loading_month import Month, Progress
from maplebridge.demo.story import Thread

SIDE_BY_SIDE = 2
ENDED = 1_000  # a day that no month reaches
LOOKS_UP_S = 0.02


@dataclass(frozen=True)
class Part:
    """Every so many-th group with what happens in it."""

    number: int
    of: int


class PartNotTold(RuntimeError):
    """A process that told a part of the month ended before its time."""


Tell = Callable[[Part, Progress], Month]


def parts() -> list[Part]:
    """Return how the month is divided; where somebody holds a transaction open, it stays in this process."""
    many = 1 if connection.in_atomic_block else SIDE_BY_SIDE
    return [Part(number, many) for number in range(many)]


def threads_of(part: Part, threads: Sequence[Thread]) -> list[Thread]:
    """Return the threads of a part: those that know each other are in the same one, and what is shown in the first."""
    return [one for one in threads if _number_of(one, part.of) == part.number]


def _number_of(thread: Thread, of: int) -> int:
    if thread.show or thread.issue or thread.follows or thread.cast:
        return 0
    return crc32(thread.key.encode()) % of


def in_parts(wanted: Sequence[Part], tell: Tell, progress: Progress) -> Month:
    """Let each part be told, and return what came of all of them."""
    if len(wanted) == 1 and connection.in_atomic_block:
        return tell(wanted[0], progress)
    context = multiprocessing.get_context("fork")
    days = context.Array("i", [ENDED] * SIDE_BY_SIDE)
    for part in wanted:
        days[part.number] = 0
    _let_go_of_the_database()
    told: list[tuple[Connection, BaseProcess]] = []
    for part in wanted:
        here, there = context.Pipe(duplex=False)
        speaks = progress if part is wanted[0] else _quiet
        process: BaseProcess = context.Process(target=_tell, args=(part, tell, days, speaks, there))
        process.start()
        there.close()
        told.append((here, process))
    try:
        return _gather(told)
    finally:
        for _, process in told:
            process.terminate()
            process.join()


def _let_go_of_the_database() -> None:
    """Close what a new process may not share; each opens its own."""
    connections.close_all()
    for one in connections.all():
        if isinstance(one, DatabaseWrapper):
            one.close_pool()


def _quiet(day: int) -> None:
    """Say nothing: one part speaks for all."""


def _tell(part: Part, tell: Tell, days: MutableSequence[int], progress: Progress, there: Connection) -> None:
    def wait_for_others(day: int) -> None:
        days[part.number] = day
        _end_with_the_start()
        while min(days) < day:
            sleep(LOOKS_UP_S)
            _end_with_the_start()
        progress(day)

    month = tell(part, wait_for_others)
    days[part.number] = ENDED
    there.send(month)


def _end_with_the_start() -> None:
    """Undo what was told so far where the start was killed: nobody is left to wait for, and the next one begins."""
    start = multiprocessing.parent_process()
    if start is not None and not start.is_alive():
        sys.exit(1)


def _gather(told: Sequence[tuple[Connection, BaseProcess]]) -> Month:
    """Wait for what each part says at its end; a part that ends without a word is a failure of all."""
    waiting = [here for here, _ in told]
    whole = Month(0, Counter(), frozenset())
    while waiting:
        for here in list(wait(waiting)):
            assert isinstance(here, Connection)
            try:
                whole = whole.and_also(here.recv())
            except EOFError as end:
                raise PartNotTold from end
            waiting.remove(here)
    return whole
