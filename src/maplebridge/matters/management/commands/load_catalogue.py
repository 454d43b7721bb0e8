from typing import Any

from django.core.management.base import BaseCommand

from maplebridge.matters import actions, data


class Command(BaseCommand):
    help = "Bring the shipped catalogue of matters into the town."

    def handle(self, *args: Any, **options: Any) -> None:
        count = actions.load_catalogue(catalogue=data.catalogue())
        self.stdout.write(f"{count} categories")
