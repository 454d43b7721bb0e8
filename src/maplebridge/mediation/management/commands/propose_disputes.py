"""maplebridge propose-disputes: type, risk and tier of disputes told in plain words."""

import os
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from maplebridge.kernel.tables import Table, TableError, csv_bytes, read_table
from maplebridge.mediation.data import accounts
from maplebridge.mediation.domain.proposing import SHOWN, DisputeProposal, NothingToRead

COLUMNS = (
    "row",
    *(f"{what}_{place}" for place in range(1, SHOWN + 1) for what in ("type", "p")),
    "risk",
    "tier",
    "why",
)
Cells = tuple[object, ...]


class Command(BaseCommand):
    help = "Propose type, risk and tier for each dispute in a CSV (also gzipped) or XLSX file; writes a CSV."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--text", required=True, metavar="COL", help="column with the account")
        parser.add_argument("--out", required=True, metavar="OUT.csv", type=Path, help="file to write")

    def handle(self, *args: Any, file: Path, text: str, out: Path, **options: Any) -> None:
        try:
            table = read_table(file.read_bytes(), file.name)
            table.require(text, name=file.name)
            rows = list(self._rows(texts_by_row(table, text)))
            _write(out, rows)
        except (OSError, TableError) as error:
            raise CommandError(str(error)) from error
        self._say(f"{len(rows)} rows: {out}")

    def _rows(self, texts: dict[int, str]) -> Iterator[Cells]:
        proposer = accounts.proposer()
        for row, text in texts.items():
            try:
                yield _cells(row, proposer.propose(text))
            except NothingToRead:
                self._say(f"row {row} has no text; nothing is proposed for it")
                yield (row, *[""] * (len(COLUMNS) - 2), "没有文字，未作判断")

    def _say(self, message: str) -> None:
        self.stderr.write(message, style_func=str)


def texts_by_row(table: Table, column: str) -> dict[int, str]:
    """Return the text of each row below the header, the first being 1; a row left empty has an empty text."""
    given = dict(zip(table.numbers, (row[column] for row in table.rows), strict=True))
    return {number - 1: given.get(number, "") for number in range(2, max(given, default=1) + 1)}


def _cells(row: int, proposal: DisputeProposal) -> Cells:
    guesses = [(guess.type, f"{guess.probability:.4f}") for guess in proposal.types]
    named = [cell for guess in guesses for cell in guess]
    return (row, *named, str(proposal.risk), str(proposal.tier), "；".join(proposal.why))


def _write(out: Path, rows: list[Cells]) -> None:
    """Write beside the place and move there: nobody ever reads half a file."""
    handle, draft = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            os.fchmod(stream.fileno(), 0o644)
            stream.writelines(csv_bytes(COLUMNS, rows))
        os.replace(draft, out)
    except BaseException:
        os.unlink(draft)
        raise
