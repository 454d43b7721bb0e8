"""maplebridge hot-issues: which messages are about one and the same thing, and which of these things is hottest."""

import os
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from maplebridge.kernel.tables import Table, TableError, csv_bytes, read_table
from maplebridge.learning.hot_issues import Issue, Message, hot_issues

COLUMNS = ("issue", "rank", "heat", "title", "place", "from", "to", "message_id")
DEFAULTS = {"title": "title", "time": "t", "person": "user", "likes": "likes"}
_TIME_FORMATS = ("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d", "%Y年%m月%d日")


class Command(BaseCommand):
    help = (
        "Find the messages about one and the same thing in a CSV (also gzipped) or XLSX file; writes a CSV."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--id", default="id", metavar="COL", help="column with the message's number (id)")
        parser.add_argument("--text", default="detail", metavar="COL", help="column with the text (detail)")
        parser.add_argument("--title", metavar="COL", help="column with the title (title, if there is one)")
        parser.add_argument("--time", metavar="COL", help="column with the time (t, if there is one)")
        parser.add_argument("--person", metavar="COL", help="column with the writer (user, if there is one)")
        parser.add_argument("--likes", metavar="COL", help="column with the likes (likes, if there is one)")
        parser.add_argument("--out", required=True, metavar="OUT.csv", type=Path, help="file to write")

    def handle(self, *args: Any, file: Path, id: str, text: str, out: Path, **options: Any) -> None:
        try:
            table = read_table(file.read_bytes(), file.name)
            named = {role: options[role] for role in DEFAULTS if options[role]}
            table.require(id, text, *named.values(), name=file.name)
            messages = self._messages(table, id, text, _optional_columns(table, named))
            issues = hot_issues(messages, progress=self._say)
            _write(out, issues)
        except (OSError, TableError) as error:
            raise CommandError(str(error)) from error
        grouped = sum(len(issue.message_ids) for issue in issues)
        self._say(f"{len(issues)} issues with {grouped} of {len(messages)} messages: {out}")

    def _messages(self, table: Table, id: str, text: str, optional: dict[str, str]) -> list[Message]:
        """Read the rows; a number that is missing or was there before leaves its row out, and this is said."""
        messages: dict[str, Message] = {}
        timeless = 0
        for row in table.rows:
            values = {role: row[column].strip() for role, column in optional.items()}
            at = _time(values.get("time", ""))
            message = Message(
                id=row[id].strip(),
                title=values.get("title", ""),
                text=row[text],
                at=at,
                person=values.get("person", ""),
                likes=_count(values.get("likes", "")),
            )
            if message.id and message.id not in messages:
                messages[message.id] = message
                timeless += "time" in optional and at is None
        if left_out := len(table.rows) - len(messages):
            self._say(f"{left_out} rows are left out: their {id} is empty or occurs before")
        if timeless:
            self._say(f"{timeless} messages have no readable time")
        return list(messages.values())

    def _say(self, message: str) -> None:
        self.stderr.write(message, style_func=str)


def _optional_columns(table: Table, named: dict[str, str]) -> dict[str, str]:
    usual = {role: column for role, column in DEFAULTS.items() if column in table.columns}
    return usual | named


def _time(written: str) -> datetime | None:
    """Read a time as people and programs write it; without an offset it is the town's time."""
    at = _parsed(written)
    return timezone.make_aware(at) if at is not None and timezone.is_naive(at) else at


def _parsed(written: str) -> datetime | None:
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        pass
    for form in _TIME_FORMATS:
        try:
            return datetime.strptime(written, form)  # noqa: DTZ007 -- the caller adds the town's time zone
        except ValueError:
            continue
    return None


def _count(written: str) -> int:
    return int(written) if written.isdecimal() else 0


def _write(out: Path, issues: Sequence[Issue]) -> None:
    """Write beside the place and move there: nobody ever reads half a file."""
    handle, draft = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            os.fchmod(stream.fileno(), 0o644)
            stream.writelines(csv_bytes(COLUMNS, _rows(issues)))
        os.replace(draft, out)
    except BaseException:
        os.unlink(draft)
        raise


def _rows(issues: Sequence[Issue]) -> Iterator[tuple[object, ...]]:
    for issue in issues:
        first, last = _written(issue.first), _written(issue.last)
        for message_id in issue.message_ids:
            # Ranks are unique, so that an issue is known by its rank.
            yield (issue.rank, issue.rank, issue.heat, issue.title, issue.place, first, last, message_id)


def _written(at: datetime | None) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S") if at else ""
