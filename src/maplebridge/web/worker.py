"""The worker: delivers events, does what is due, seals the record. Any number may run; each can be killed any time."""

import logging
import signal
import time
from dataclasses import dataclass, field
from types import FrameType
from typing import cast

import psycopg
from django.db import OperationalError, close_old_connections, connection
from django.db.backends.postgresql.base import DatabaseWrapper
from django.utils import timezone

from maplebridge.conversations.sweeps import send_due
from maplebridge.grading.sweeps import Monthly
from maplebridge.matters.queries import broadcast_limits, door
from maplebridge.matters.sweeps import add_up, sweep
from maplebridge.mediation import sweeps as mediation
from maplebridge.platform import audit, events, live
from maplebridge.web.lookout import Lookout
from maplebridge.web.retention import Night

logger = logging.getLogger(__name__)
SWEEP_EVERY_S = 2.0
IDLE_S = 1.0  # the longest wait for news; a NOTIFY ends it at once
RECONNECT_S = 1.0
ANY_SENTENCE = "三号楼楼道的灯坏了三天,没有人来修"
ALIKE = 5  # times a statement is put before its plan is kept


@dataclass
class Worker:
    """Runs until told to stop by a signal; the work in hand is finished first. Without `sweeps` it only delivers."""

    sweeps: bool = True
    stopping: bool = False
    swept_at: float = field(default=float("-inf"))
    night: Night = field(default_factory=Night)
    monthly: Monthly = field(default_factory=Monthly)
    lookout: Lookout | None = None  # looks at night for what is unusual, in a process of its own

    def run(self) -> None:
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        warm_up()
        while not self.stopping:
            try:
                plan_once()
                with listening() as listener:
                    self._work(listener)
            except (OperationalError, psycopg.OperationalError):
                logger.warning("the database is away; trying again")
                close_old_connections()
                time.sleep(RECONNECT_S)
        if self.lookout is not None:
            self.lookout.stop()

    def _work(self, listener: psycopg.Connection) -> None:
        while not self.stopping:
            if time.monotonic() - self.swept_at >= SWEEP_EVERY_S:
                self.swept_at = time.monotonic()
                plan_anew()
                if self.sweeps:
                    sweep(now=timezone.now())
                    mediation.sweep(now=timezone.now())
                    add_up(now=timezone.now())
                    send_due(now=timezone.now(), limits=broadcast_limits(timezone.now()))
                audit.seal(now=timezone.now())
            if self.sweeps:
                self.monthly.step(timezone.now())
            busy = self.sweeps and self.night.step(timezone.now())
            delivered = events.deliver(now=timezone.now())
            if self.lookout is not None:
                self.lookout.step(timezone.now(), busy=bool(delivered))
            if not delivered and not busy:
                wait_for_news(listener)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True


def plan_once() -> None:
    """Let the database plan a statement once for a connection: a worker puts the same few again and again.

    Then the values travel beside the statement instead of inside it, which saves a fourth of the database's time.
    """
    database = cast(DatabaseWrapper, connection)
    database.close()
    database.close_pool()
    database.settings_dict["OPTIONS"] |= {"server_side_binding": True, "prepare_threshold": ALIKE}


def plan_anew() -> None:
    """Forget the plans, so that what was planned for the empty tables of a new town is not kept while they fill."""
    with connection.cursor() as cursor:
        cursor.execute("DISCARD PLANS")


def warm_up() -> None:
    """Read a sentence to nobody, so that no resident waits until the models and the words are loaded."""
    door().propose(ANY_SENTENCE)


def listening() -> psycopg.Connection:
    """Return a connection of its own that hears when there is work."""
    listener = psycopg.connect(**live.way_to_listen(), autocommit=True)
    listener.execute(f"LISTEN {events.WORK_CHANNEL}")
    return listener


def wait_for_news(listener: psycopg.Connection) -> None:
    for _ in listener.notifies(timeout=IDLE_S, stop_after=1):
        pass
