from typing import Any

from django.core.management.base import BaseCommand, CommandError

from maplebridge.platform import audit


class Command(BaseCommand):
    help = "Compute the chain of the record again, and say whether it holds and what is not sealed yet."

    def handle(self, *args: Any, **options: Any) -> None:
        report = audit.check(progress=lambda rows: self.stderr.write(f"{rows:,} rows checked"))
        if not report.holds:
            raise CommandError(f"The record was altered: {report.broken}.")
        self.stdout.write(
            f"The chain holds: {report.sealed_rows:,} rows under {report.seals:,} seals; "
            f"{report.not_sealed_yet:,} not sealed yet.\nHead: {report.head}"
        )
