"""maplebridge evaluate-routing: how often a trained model names the unit that really handled a matter."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from maplebridge.kernel.tables import TableError
from maplebridge.learning.routing import NotAModel, evaluate, load
from maplebridge.matters.management.handled import read_handled


class Command(BaseCommand):
    help = "Compare a model's units with those in a CSV (also gzipped) or XLSX file; prints JSON."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument(
            "--features", required=True, metavar="COL[,COL]", help="columns to read, as in training"
        )
        parser.add_argument(
            "--unit", required=True, metavar="COL", help="column with the unit that handled it"
        )
        parser.add_argument(
            "--unit-number",
            metavar="COL",
            help="column that tells units apart, if the model was trained with one",
        )
        parser.add_argument("--model", required=True, metavar="MODEL", type=Path)

    def handle(
        self,
        *args: Any,
        file: Path,
        features: str,
        unit: str,
        model: Path,
        unit_number: str | None = None,
        **options: Any,
    ) -> None:
        columns = features.split(",")
        try:
            trained = load(model)
            missing = [column for column in trained.columns if column not in columns]
            if missing:
                raise CommandError(f"{model} also reads {', '.join(missing)}: name them in --features")
            if unit_number and not trained.known_as:
                raise CommandError(f"{model} was trained without --unit-number: it knows units by name alone")
            past = read_handled(file, columns, unit, unit_number)
        except (OSError, TableError, NotAModel) as error:
            raise CommandError(str(error)) from error
        if not past.rows:
            raise CommandError(f"{file.name} has no rows")
        result = evaluate(trained, past.rows, past.units, past.numbers)
        self.stdout.write(json.dumps(result, ensure_ascii=False, indent=2))
