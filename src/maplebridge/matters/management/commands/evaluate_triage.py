"""maplebridge evaluate-triage: how well a trained model sorts messages that it has not learned from."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from maplebridge.kernel.tables import TableError, read_table
from maplebridge.learning.evaluation import evaluate
from maplebridge.learning.examples import NoExamples, examples_in
from maplebridge.learning.linear_text import NotAModel, load


class Command(BaseCommand):
    help = "Compare a model's labels with those in a CSV (also gzipped) or XLSX file; prints JSON."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument(
            "--text", required=True, metavar="COL[,COL]", help="columns to read, as in training"
        )
        parser.add_argument("--label", required=True, metavar="COL", help="column with the right answer")
        parser.add_argument("--model", required=True, metavar="MODEL", type=Path)

    def handle(self, *args: Any, file: Path, text: str, label: str, model: Path, **options: Any) -> None:
        columns = text.split(",")
        try:
            trained = load(model)
            if len(columns) != trained.fields:
                raise CommandError(f"{model} reads {trained.fields} columns, --text names {len(columns)}")
            table = read_table(file.read_bytes(), file.name)
            examples = examples_in(table, text=columns, label=label, name=file.name)
        except (OSError, TableError, NoExamples, NotAModel) as error:
            raise CommandError(str(error)) from error
        if examples.left_out:
            self._say(f"{examples.left_out} rows without a label are left out")
        self._say(f"sorting {len(examples.texts)} texts")
        result = evaluate(
            classes=trained.classes,
            probabilities=trained.probabilities(examples.texts),
            labels=examples.labels,
            threshold=trained.threshold,
        )
        self.stdout.write(json.dumps(result.as_json(), ensure_ascii=False, indent=2))

    def _say(self, message: str) -> None:
        self.stderr.write(message, style_func=str)
