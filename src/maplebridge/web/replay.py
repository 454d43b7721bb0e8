"""Replaying a file of messages through the door that a chat uses, and what came of it.

Each message is one call of the public receiving action in a transaction of its own. Workers of their own read
them, as always. A matter counts as visible when the database has told the open pages of it.
"""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import psycopg
from django.db import connection
from django.utils import timezone

from maplebridge.conversations import actions as conversations
from maplebridge.matters import actions as matters
from maplebridge.matters import queries as matter_queries
from maplebridge.matters.actions.record import By
from maplebridge.matters.sweeps import sweep
from maplebridge.platform import live
from maplebridge.platform.stages import Reading
from maplebridge.web.replay_ground import Ground

CLIENTS = 4
SWEEP_EVERY = timedelta(minutes=5)  # of the file's time


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a file."""

    id: str
    text: str
    at: datetime
    lon: float | None = None
    lat: float | None = None
    reply: str = ""
    reply_at: datetime | None = None


@dataclass
class Report:
    """What a replay did, and how long it took. Times are in seconds."""

    received: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    raised: int = 0
    joined: int = 0
    talk: int = 0
    severity: Counter[int] = field(default_factory=Counter)
    agency: Counter[str] = field(default_factory=Counter)
    owners: Counter[str] = field(default_factory=Counter)
    answered: int = 0
    answered_in_time: int = 0
    seconds: float = 0.0
    receive_s: list[float] = field(default_factory=list)
    visible_s: list[float] = field(default_factory=list)
    not_seen: int = 0
    committed: dict[int, float] = field(default_factory=dict)  # message -> when, by the machine's clock
    visible: dict[int, float] = field(default_factory=dict)  # the same, for those that became matters
    stages_s: dict[str, list[float]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "received": self.received,
            "refused": dict(self.refused),
            "repeated": self.repeated,
            "matters": self.raised,
            "merged": self.joined,
            "left_as_talk": self.talk,
            "by_severity": dict(sorted(self.severity.items())),
            "by_agency": dict(self.agency.most_common()),
            "owned_by": dict(self.owners.most_common()),
            "answered": self.answered,
            "answered_in_time": self.answered_in_time,
            "seconds": round(self.seconds, 2),
            "messages_per_second": round(self.received / self.seconds, 1) if self.seconds else None,
            "matters_per_second": round(self.raised / self.seconds, 1) if self.seconds else None,
            "receive_ms": percentiles(self.receive_s),
            "committed_to_visible_ms": percentiles(self.visible_s),
            "not_seen_in_time": self.not_seen,
            "stages_ms": {name: with_mean(seconds) for name, seconds in self.stages_s.items()},
        }

    def add_stages(self, readings: Iterable[Reading]) -> None:
        """Take in what the workers measured, for the messages that became matters."""
        last = {one.message_id: one for one in readings if one.message_id in self.visible}
        if not last:
            return
        told = {id: max(0.0, self.visible[id] - one.ended) for id, one in last.items()}
        self.stages_s = {
            "receive_and_commit": self.receive_s,
            "wait_for_a_worker": [one.began - self.committed[id] for id, one in last.items()],
            **{name: [one.seconds.get(name, 0.0) for one in last.values()] for name in READING},
            "commit_and_tell": list(told.values()),
        }


READING = ("look_up", "triage", "place", "duplicate_search", "routing", "write", "notify")


def with_mean(seconds: Sequence[float]) -> dict[str, float]:
    return {"mean": round(1000 * sum(seconds) / len(seconds), 1), **(percentiles(seconds) or {})}


def percentiles(seconds: Sequence[float]) -> dict[str, float] | None:
    """Return p50, p95, p99 and the largest, in milliseconds; None of nothing."""
    if not seconds:
        return None
    ordered = sorted(seconds)
    at = {name: ordered[min(len(ordered) - 1, int(len(ordered) * share))] for name, share in SHARES.items()}
    return {name: round(1000 * value, 1) for name, value in at.items()} | {
        "max": round(1000 * ordered[-1], 1)
    }


SHARES = {"p50": 0.50, "p95": 0.95, "p99": 0.99}


class NobodyReads(Exception):
    """The workers have stopped, and messages wait that nobody will read."""


class Watcher:
    """Hears, as an open page would, which messages have become matters, and when."""

    def __init__(self) -> None:
        wanted = ("dbname", "user", "password", "host", "port")
        parameters = {k: v for k, v in connection.get_connection_params().items() if k in wanted}
        self._connection = psycopg.connect(**parameters, autocommit=True)
        self._connection.execute(f"LISTEN {live.CHANNEL}")
        self.told: dict[int, list[float]] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._hear, daemon=True)
        self._thread.start()

    def _hear(self) -> None:
        while not self._stopping.is_set():
            for notice in self._connection.notifies(timeout=0.2):
                _topic, kind, id = json.loads(notice.payload)
                if kind == "message":
                    self.told.setdefault(id, []).append(time.monotonic())

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()
        self._connection.close()


def replay(
    lines: Iterable[Line],
    *,
    ground: Ground,
    speed: float | None,
    source: str = "replay",
    rate: float | None = None,
    clock_of_file: bool = False,
    progress: Callable[[int, float], None] = lambda done, seconds: None,
    read_on: Callable[[], bool] = lambda: True,
) -> Report:
    """Feed the lines through the receiving action and wait until the workers have read them all.

    `source` is the way they come in: a group's talk, or rows that are matters by nature (`complaint`).
    `speed`: how many times faster than the file's own clock; None: as fast as they are taken. `rate`: so many a
    second instead. With `clock_of_file` the file's time is the time of everything, sweeps and replies included.
    `read_on` says whether the workers still run: without them nothing is waited for, and `NobodyReads` is raised.
    """
    report, watcher = Report(), Watcher()
    committed = report.committed
    begun = time.monotonic()
    try:
        if clock_of_file:
            _in_file_time(lines, ground, report, committed, source, progress, read_on)
        else:
            _in_real_time(lines, ground, report, committed, source, _pace(speed, rate), progress)
        _wait_until_read(read_on)
        report.seconds = time.monotonic() - begun
        time.sleep(0.5)
    finally:
        watcher.stop()
    _count(report, committed, watcher.told)
    return report


Pace = Callable[[int, Line], float]


def _pace(speed: float | None, rate: float | None) -> Pace:
    """Return when, in seconds after the begin, a line is due."""
    first: list[datetime] = []

    def due(number: int, line: Line) -> float:
        if rate:
            return number / rate
        if speed is None:
            return 0.0
        first.append(line.at)
        return (line.at - first[0]).total_seconds() / speed

    return due


def _in_real_time(
    lines: Iterable[Line],
    ground: Ground,
    report: Report,
    committed: dict[int, float],
    source: str,
    due: Pace,
    progress: Callable[[int, float], None],
) -> None:
    begun = time.monotonic()
    room = threading.Semaphore(CLIENTS * 8)  # lines are read no faster than they are taken

    def take(line: Line) -> None:
        try:
            _receive(line, ground, report, committed, source, now=timezone.now())
        finally:
            room.release()

    taken: list[Future[None]] = []
    with ThreadPoolExecutor(CLIENTS) as clients:
        for number, line in enumerate(lines):
            wait = begun + due(number, line) - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            room.acquire()
            taken.append(clients.submit(take, line))
            if number % 200 == 199:
                progress(number + 1, time.monotonic() - begun)
    for one in taken:
        one.result()  # an unexpected failure of a client is seen, not lost in its thread


def _in_file_time(
    lines: Iterable[Line],
    ground: Ground,
    report: Report,
    committed: dict[int, float],
    source: str,
    progress: Callable[[int, float], None],
    read_on: Callable[[], bool],
) -> None:
    """Let the file's clock run: messages, sweeps and replies happen in the order of their times."""
    begun = time.monotonic()
    ordered = sorted(lines, key=lambda line: line.at)
    replies = sorted(
        (one for one in ordered if one.reply and one.reply_at), key=lambda one: one.reply_at or one.at
    )
    swept = ordered[0].at if ordered else timezone.now()
    at = 0
    for number, line in enumerate(ordered):
        while at < len(replies) and (replies[at].reply_at or line.at) <= line.at:
            _reply(replies[at], ground, read_on)
            at += 1
        if line.at - swept >= SWEEP_EVERY:
            _wait_until_read(read_on)
            sweep(now=line.at)
            swept = line.at
        _receive(line, ground, report, committed, source, now=line.at)
        if number % 50 == 49:
            progress(number + 1, time.monotonic() - begun)
    _wait_until_read(read_on)
    for late in replies[at:]:
        _reply(late, ground, read_on)


def _receive(
    line: Line, ground: Ground, report: Report, committed: dict[int, float], source: str, *, now: datetime
) -> None:
    place = ground.place_of(line.lon, line.lat, line.id)
    begun = time.monotonic()
    try:
        message = conversations.receive_message(
            thread_id=place.thread_id,
            author_id=place.resident_id,
            role=conversations.RESIDENT,
            shown_as=place.shown_as,
            text=line.text,
            lon=line.lon,
            lat=line.lat,
            source=source,
            external_id=f"{ground.run}:{line.id}" if line.id else None,
            sent_at=line.at,
            now=now,
        )
    except conversations.MessageRefused as refused:
        report.refused[refused.code] += 1
        return
    ended = time.monotonic()
    if message.pk in committed:
        report.repeated += 1
        return
    committed[message.pk] = ended
    ground.messages[line.id] = message.pk
    report.receive_s.append(ended - begun)
    report.received += 1


def _reply(line: Line, ground: Ground, read_on: Callable[[], bool]) -> None:
    """Give the file's reply as the owner's answer, at its own time."""
    _wait_until_read(read_on)
    matter = matter_queries.matter_of_message(ground.messages.get(line.id, 0))
    if matter is None or not matter.is_open or line.reply_at is None:
        return
    matters.answer(
        matter_id=matter.pk,
        text=line.reply[: conversations.LONGEST_TEXT],
        by=By(matter.owner_id, "grid_chief"),
        shown_as="",
        now=line.reply_at,
    )


def _wait_until_read(read_on: Callable[[], bool]) -> None:
    """Wait until no delivery is due any more."""
    while True:
        reading = read_on()  # asked first: what was delivered before a worker stopped is not missing
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM platform_delivery WHERE due_at <= %s", [timezone.now()])
            waiting = cursor.fetchone()[0]
        if not waiting:
            return
        if not reading:
            raise NobodyReads(f"messages not read: {waiting:,}")
        time.sleep(0.02 if waiting < 20 else 0.2)  # counting what waits holds up nobody


def _count(report: Report, committed: dict[int, float], told: dict[int, list[float]]) -> None:
    for matter in matter_queries.raised_from(list(committed)):
        report.raised += 1
        report.severity[matter.severity] += 1
        report.owners[matter.why[-1]["code"] if matter.why else ""] += 1
        report.agency[matter.category.lead if matter.category else "—"] += 1
        if matter.answered_at is not None:
            report.answered += 1
            report.answered_in_time += matter.answered_at <= matter.respond_by
        if matter.asked_in_id is None or matter.confidential:
            continue
        news = told.get(matter.asked_in_id, [])
        if len(news) > 1:  # first the message itself, then the message with its matter
            report.visible[matter.asked_in_id] = news[1]
            report.visible_s.append(max(0.0, news[1] - committed[matter.asked_in_id]))
        else:
            report.not_seen += 1
    report.joined = matter_queries.joined_by(list(committed))
    report.talk = report.received - report.raised - report.joined
