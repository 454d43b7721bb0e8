import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from maplebridge.kernel.tables import Table, TableError, read_table
from maplebridge.places import actions, queries
from maplebridge.places.domain.importing import SHEETS, Sheet, table_of_features
from maplebridge.platform.audit import acting

SHOWN = 50


class Command(BaseCommand):
    help = "Take over a sheet of territory from CSV, XLSX or GeoJSON, wholly or not at all."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("sheet", choices=SHEETS)
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would change, and change nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        sheet, path = SHEETS[options["sheet"]], options["file"]
        try:
            table = _read(path, sheet)
            if options["dry_run"]:
                self._say(queries.dry_run(sheet, table, today=timezone.localdate(), tell=self._tell))
                return
            with acting(None, "command line"):
                taken = actions.import_sheet(
                    sheet=sheet, table=table, today=timezone.localdate(), tell=self._tell
                )
        except (TableError, OSError) as error:
            raise CommandError(str(error)) from error
        except actions.ImportRefused as refused:
            self._list(refused.problems)
            raise CommandError(f"{len(refused.problems)} problems; nothing was changed.") from refused
        self.stdout.write(
            f"{taken.added} added, {taken.changed} changed, {taken.ended} ended, {taken.unchanged} as before."
        )

    def _say(self, found: queries.DryRun) -> None:
        for finding in found.findings[:SHOWN]:
            self.stdout.write(f"does not fit: {finding}")
        if found.problems:
            self._list(found.problems)
            raise CommandError(f"{len(found.problems)} problems.")
        plan = found.plan
        self.stdout.write(
            f"{len(plan.new)} would be added, {len(plan.changed)} changed, {len(plan.ended)} ended;"
            f" {plan.unchanged} are as before, {len(found.findings)} things do not fit."
        )

    def _list(self, problems: list[Any]) -> None:
        for problem in problems[:SHOWN]:
            self.stderr.write(f"row {problem.row}: {problem}")
        if len(problems) > SHOWN:
            self.stderr.write(f"… and {len(problems) - SHOWN} more")

    def _tell(self, step: str, done: int, total: int) -> None:
        if sys.stderr.isatty():
            self.stderr.write(f"\r{step} {done}/{total} ", ending="")


def _read(path: Path, sheet: Sheet) -> Table:
    if path.suffix.lower() in (".geojson", ".json"):
        return table_of_features(path.read_bytes(), path.name, sheet)
    return read_table(path.read_bytes(), path.name)
