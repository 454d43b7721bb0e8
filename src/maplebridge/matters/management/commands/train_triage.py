"""maplebridge train-triage: learn the town's own categories from messages that people have sorted."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from maplebridge.kernel.tables import TableError, read_table
from maplebridge.learning.examples import NoExamples, examples_in
from maplebridge.learning.linear_text import LETTERS, CannotTrain, train


class Command(BaseCommand):
    help = "Learn a label from texts in a CSV (also gzipped) or XLSX file, and write the model."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--text", required=True, metavar="COL[,COL]", help="columns to read, kept apart")
        parser.add_argument("--label", required=True, metavar="COL", help="column with what is to be learned")
        parser.add_argument("--group", metavar="COL", help="column that is equal for near duplicates")
        parser.add_argument("--out", required=True, metavar="MODEL", type=Path, help="file to write (.npz)")

    def handle(
        self, *args: Any, file: Path, text: str, label: str, group: str | None, out: Path, **options: Any
    ) -> None:
        try:
            table = read_table(file.read_bytes(), file.name)
            examples = examples_in(table, text=text.split(","), label=label, group=group, name=file.name)
            if examples.left_out:
                self._say(f"{examples.left_out} rows without a label are left out")
            model = train(
                examples.texts, examples.labels, groups=examples.groups, recipe=LETTERS, report=self._say
            )
            model.save(out)
        except (OSError, TableError, NoExamples, CannotTrain) as error:
            raise CommandError(str(error)) from error
        written = {
            "model": str(out),
            "bytes": out.stat().st_size,
            "classes": len(model.classes),
            **model.about,
        }
        self.stdout.write(json.dumps({**written, "threshold": round(model.threshold, 4)}, ensure_ascii=False))

    def _say(self, message: str) -> None:
        self.stderr.write(message, style_func=str)
