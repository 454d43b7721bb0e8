"""Starts the look at what is unusual in a process of its own, so that no message waits for a computation."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from maplebridge.grading.queries.warnings import look_due
from maplebridge.platform import locks

LOOK_EVERY = timedelta(minutes=1)
GIVES_WAY_FOR = timedelta(minutes=5)
# At a lower priority: on a busy machine whoever writes comes first.
COMMAND = ("nice", "-n", "10", sys.executable, "-m", "maplebridge.config.command", "watch")


def start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603 -- our own command


@dataclass
class Lookout:
    """Asks every minute whether a look is due; one at a time. The look bounds its own time and notes its failures.

    While messages wait to be read it lets them go first, for some minutes. Of several workers one looks out, as long
    as it runs: each look is a process that loads much.
    """

    start: Callable[[Sequence[str]], subprocess.Popen[bytes]] = start
    asked_at: datetime | None = None
    looking: subprocess.Popen[bytes] | None = None

    def stop(self) -> None:
        """End a look that is going on; it is done again after the next start."""
        if self.looking is not None and self.looking.poll() is None:
            self.looking.terminate()

    def step(self, now: datetime, *, busy: bool = False) -> None:
        """Start a look that is due. `busy`: messages have been waiting."""
        if self.looking is not None and self.looking.poll() is None:
            return
        self.looking = None
        if self.asked_at is None:
            self.asked_at = now - LOOK_EVERY
        if now - self.asked_at < (GIVES_WAY_FOR if busy else LOOK_EVERY):
            return
        self.asked_at = now
        if (due := look_due(now)) and locks.kept(locks.LOOKING_OUT):
            self.looking = self.start([*COMMAND, *(["--hourly"] if due == "hourly" else [])])
