from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from maplebridge.web.retention import retain


class Command(BaseCommand):
    help = "Delete what has been kept as long as the town's rules allow. A worker does this every night by itself."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be deleted")

    def handle(self, *args: Any, **options: Any) -> None:
        failed = []
        for one in retain(now=timezone.now(), dry_run=options["dry_run"]):
            self.stdout.write(f"{one.rows:8,}  {one.kind:18} after {one.days} days ({one.rule})")
            if one.failed:
                failed.append(one.kind)
        if failed:
            raise CommandError(f"Not finished: {', '.join(failed)}. The log says why.")
        if options["dry_run"]:
            self.stdout.write("Nothing was deleted: this was a dry run.")
