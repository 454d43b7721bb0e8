from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from maplebridge.places import queries
from maplebridge.places.domain.importing import SHEETS

FORMS = {".csv": "csv", ".xlsx": "xlsx", ".geojson": "geojson", ".json": "geojson"}


class Command(BaseCommand):
    help = (
        "Write a sheet of territory in the shape in which it is imported; the file's ending says the format."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("sheet", choices=SHEETS)
        parser.add_argument("file", type=Path, help="….csv, ….xlsx or ….geojson")
        parser.add_argument("--gb18030", action="store_true", help="write CSV in GB 18030 instead of UTF-8")
        parser.add_argument("--english", action="store_true", help="headings in English")

    def handle(self, *args: Any, **options: Any) -> None:
        form = FORMS.get(options["file"].suffix.lower())
        if form is None:
            raise CommandError(f"{options['file'].name} must end in one of: {', '.join(FORMS)}")
        if form == "csv" and options["gb18030"]:
            form = "gb18030"
        sheet = SHEETS[options["sheet"]]
        try:
            with options["file"].open("wb") as file:
                for piece in queries.exported(sheet, form, chinese=not options["english"]):
                    file.write(piece)
        except OSError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{queries.count_of(sheet)} rows in {options['file']}")
