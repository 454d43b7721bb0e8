from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone, translation

from maplebridge.kernel.tables import TableError
from maplebridge.platform import audit
from maplebridge.web.hotline import problem_words
from maplebridge.web.hotline_orders import Checked, check, take_over

SAID_EVERY = 100


class Command(BaseCommand):
    help = "Take over the orders of a hotline's file (CSV or XLSX); with --dry-run only say what is in it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="change nothing")
        parser.add_argument(
            "--leave-out-broken", action="store_true", help="take over the other rows where some are broken"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = self._check(options["file"])
        self.stdout.write(
            f"{found.new:,} new orders, {len(found.known):,} taken over before, "
            f"{found.confidential:,} confidential, {found.broken:,} rows with problems"
        )
        if options["dry_run"]:
            return
        if found.problems and not options["leave_out_broken"]:
            raise CommandError("Nothing was taken over. Mend the rows, or say --leave-out-broken.")
        with audit.acting(None, "command import-hotline"):
            _, counts = take_over(found.orders, clock=timezone.now, progress=self._say(len(found.orders)))
        self.stdout.write(f"{counts['new']:,} taken over, {counts['known']:,} had been before")
        if counts["nobody"]:
            raise CommandError(
                f"{counts['nobody']:,} were not taken over: nobody is there who could own them."
            )

    def _check(self, path: Path) -> Checked:
        try:
            found = check(path.read_bytes(), path.name)
        except (OSError, TableError) as problem:
            raise CommandError(str(problem)) from problem
        with translation.override("en"):
            for one in found.problems:
                self.stderr.write(f"row {one.row}, {one.column or 'whole row'}: {problem_words(one)}")
        return found

    def _say(self, total: int) -> Any:
        def progress(done: int) -> None:
            if done % SAID_EVERY == 0 or done == total:
                self.stderr.write(f"{done:,} of {total:,}")

        return progress
