from importlib.resources import files
from typing import Any

from django.core.management.base import BaseCommand

from maplebridge.matters import actions
from maplebridge.matters.domain.catalogue import read_catalogue


class Command(BaseCommand):
    help = "Bring the shipped catalogue of matters into the town."

    def handle(self, *args: Any, **options: Any) -> None:
        data = files("maplebridge.matters") / "data"
        catalogue = read_catalogue(
            (data / "categories.csv").read_text("utf-8"), (data / "agency_kinds.csv").read_text("utf-8")
        )
        count = actions.load_catalogue(catalogue=catalogue)
        self.stdout.write(f"{count} categories")
