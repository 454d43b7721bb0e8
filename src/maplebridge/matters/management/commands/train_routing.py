"""maplebridge train-routing: learn which unit handles a matter from where the town's matters went."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from maplebridge.kernel.tables import TableError
from maplebridge.learning.routing import CannotTrain, train
from maplebridge.matters.management.handled import read_handled


class Command(BaseCommand):
    help = "Learn the handling unit from matters in a CSV (also gzipped) or XLSX file, and write the model."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument(
            "--features", required=True, metavar="COL[,COL]", help="columns known when a matter is raised"
        )
        parser.add_argument(
            "--unit", required=True, metavar="COL", help="column with the unit that handled it"
        )
        parser.add_argument(
            "--unit-number", metavar="COL", help="column that tells units apart, where names have changed"
        )
        parser.add_argument("--out", required=True, metavar="MODEL", type=Path, help="file to write (.npz)")

    def handle(
        self,
        *args: Any,
        file: Path,
        features: str,
        unit: str,
        out: Path,
        unit_number: str | None = None,
        **options: Any,
    ) -> None:
        columns = features.split(",")
        for learned in (unit, unit_number):
            if learned in columns:
                raise CommandError(f"{learned} is what is to be learned, so it cannot be a feature")
        try:
            past = read_handled(file, columns, unit, unit_number)
            model = train(past.rows, past.units, columns, numbers=past.numbers, report=self._say)
            model.save(out)
        except (OSError, TableError, CannotTrain) as error:
            raise CommandError(str(error)) from error
        written = {
            "model": str(out),
            "bytes": out.stat().st_size,
            "units": len(model.units),
            "columns": model.columns,
            "time": model.reading.time_column,
            **model.about,
        }
        self.stdout.write(json.dumps({**written, "threshold": round(model.threshold, 4)}, ensure_ascii=False))

    def _say(self, message: str) -> None:
        self.stderr.write(message, style_func=str)
