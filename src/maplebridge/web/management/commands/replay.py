import json
import subprocess
import sys
import time
from argparse import ArgumentTypeError
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone, translation

from maplebridge.kernel.tables import Row, TableError, iter_rows
from maplebridge.matters.queries import town_zone
from maplebridge.places.queries import grids
from maplebridge.platform import stages
from maplebridge.platform.events import WORK_CHANNEL
from maplebridge.web.replay import Line, NobodyReads, Report, replay
from maplebridge.web.replay_ground import Ground, ground_of_town, make_ground
from maplebridge.web.replay_words import in_words

TIME_FORMATS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M",
    "%m/%d/%Y %I:%M:%S %p",
    "%Y-%m-%d",
    "%Y/%m/%d",
)


def speed(word: str) -> float | None:
    if word == "max":
        return None
    try:
        value = float(word)
    except ValueError as problem:
        raise ArgumentTypeError("a number, or max") from problem
    if value <= 0:
        raise ArgumentTypeError("more than 0")
    return value


class Command(BaseCommand):
    help = "Feed a file of messages with times through the same door that a chat uses, and report what came of it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--speed", type=speed, default=None, help="times faster than the file's clock, or max"
        )
        parser.add_argument("--rate", type=float, help="so many messages a second instead of a speed")
        parser.add_argument("--clock", choices=["now", "file"], default="now", help="whose time it is")
        parser.add_argument("--text", default="title,detail", help="columns of the words, joined")
        parser.add_argument("--time", default="t", help="column of the time")
        parser.add_argument("--id", default="id", help="column that names a message")
        parser.add_argument("--lon", help="column of the longitude (WGS-84)")
        parser.add_argument("--lat", help="column of the latitude")
        parser.add_argument("--reply", help="column of the reply, given as the answer with --clock file")
        parser.add_argument("--reply-time", help="column of the reply's time")
        parser.add_argument(
            "--origin",
            choices=["replay", "complaint"],
            default="replay",
            help="replay: as said in groups, where talk is told apart; complaint: every row is a matter",
        )
        parser.add_argument("--limit", type=int, help="the first so many messages only")
        parser.add_argument("--workers", type=int, default=1, help="worker processes started for the replay")
        parser.add_argument(
            "--language",
            choices=[code for code, _name in settings.LANGUAGES],
            default=settings.LANGUAGE_CODE,
            help="of the report",
        )
        parser.add_argument("--json", action="store_true", help="print the report as JSON only")

    def handle(self, *args: Any, **options: Any) -> None:
        lines = list(islice(self._lines(options), options["limit"]))
        if not lines:
            raise CommandError(f"{options['file']} holds no messages.")
        ground = self._ground(lines)
        with TemporaryDirectory() as folder:
            files = [Path(folder) / f"stages-{number}.jsonl" for number in range(options["workers"])]
            report = self._replay(lines, ground, options, files)
            report.add_stages(one for file in files if file.exists() for one in stages.load(file))
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
        else:
            with translation.override(options["language"]):
                self.stdout.write("\n".join(in_words(report)))

    def _replay(
        self, lines: list[Line], ground: Ground, options: dict[str, Any], files: list[Path]
    ) -> Report:
        workers = [_worker(options["clock"], file) for file in files]
        try:
            _wait_until_they_listen(workers)
            return replay(
                lines,
                ground=ground,
                speed=options["speed"],
                source=options["origin"],
                rate=options["rate"],
                clock_of_file=options["clock"] == "file",
                progress=lambda done, seconds: self._say(
                    f"{done:,} of {len(lines):,} messages, {done / max(seconds, 0.001):.0f} a second"
                ),
                read_on=lambda: all(worker.poll() is None for worker in workers),
            )
        except NobodyReads as nobody:
            raise CommandError(f"A worker has stopped, what it said stands above; {nobody}.") from nobody
        finally:
            for worker in workers:
                worker.terminate()
            for worker in workers:
                worker.wait()

    def _say(self, words: str) -> None:
        self.stderr.write(words)

    def _ground(self, lines: list[Line]) -> Ground:
        if grids():
            ground = ground_of_town(timezone.now())
            if not ground.threads:
                raise CommandError("The town has territory but no neighbor group with residents to speak in.")
            return ground
        self._say("generating territory for the file")
        points = [(one.lon, one.lat) for one in lines if one.lon is not None and one.lat is not None]
        return make_ground(points, now=timezone.now(), today=timezone.localdate())

    def _lines(self, options: dict[str, Any]) -> Iterator[Line]:
        texts = options["text"].split(",")
        try:
            with options["file"].open("rb") as stream:
                for row in iter_rows(stream, options["file"].name):
                    yield _line(row, texts, options)
        except (TableError, FileNotFoundError) as problem:
            raise CommandError(str(problem)) from problem


def _worker(clock: str, stages_file: Path) -> subprocess.Popen[bytes]:
    """Start a worker. With the file's clock it only delivers: what is due is then decided by the file's time."""
    more = ["--no-sweep"] if clock == "file" else []
    command = [
        sys.executable,
        "-m",
        "maplebridge.config.command",
        "worker",
        "--stages",
        str(stages_file),
        *more,
    ]
    return subprocess.Popen(command, stdout=sys.__stderr__)  # noqa: S603 -- what it says is not the report


def _wait_until_they_listen(workers: list[subprocess.Popen[bytes]]) -> None:
    """Wait until the workers have started, so that their start is not counted as their work."""
    for _ in range(600):
        if any(worker.poll() is not None for worker in workers):
            raise CommandError("A worker did not start; what it said stands above.")
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query = %s",
                [f"LISTEN {WORK_CHANNEL}"],
            )
            if cursor.fetchone()[0] >= len(workers):
                return
        time.sleep(0.1)


def _line(row: Row, texts: list[str], options: dict[str, Any]) -> Line:
    cells = row.values
    missing = [name for name in (*texts, options["time"]) if name not in cells]
    if missing:
        raise CommandError(f"There is no column {missing[0]!r}; the file has {', '.join(cells)}.")
    return Line(
        id=cells.get(options["id"]) or str(row.number),
        text="。".join(part for name in texts if (part := cells[name].strip())),
        at=_time(cells[options["time"]], row.number),
        lon=_degrees(cells.get(options["lon"] or "")),
        lat=_degrees(cells.get(options["lat"] or "")),
        reply=cells.get(options["reply"] or "", ""),
        reply_at=_optional_time(cells.get(options["reply_time"] or "")),
    )


def _time(word: str, row: int) -> datetime:
    at = _optional_time(word)
    if at is None:
        raise CommandError(f"Row {row}: {word!r} is not a time such as 2026-03-02 12:00:00.")
    return at


def _optional_time(word: str | None) -> datetime | None:
    for form in TIME_FORMATS:
        try:
            return datetime.strptime(word or "", form).replace(tzinfo=town_zone())
        except ValueError:
            continue
    return None


def _degrees(word: str | None) -> float | None:
    try:
        return float(word) if word else None
    except ValueError:
        return None
