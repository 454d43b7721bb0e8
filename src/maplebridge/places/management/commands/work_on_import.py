from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from maplebridge.places import actions, queries
from maplebridge.places.models import TerritoryImport
from maplebridge.platform.audit import acting


class Command(BaseCommand):
    help = "Check or take over an uploaded file of territory, in a process of its own. Started by the page."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("import_id", type=int)
        parser.add_argument("--person", type=int, help="who asked for it")

    def handle(self, *args: Any, **options: Any) -> None:
        one = queries.get_import(options["import_id"])
        with acting(options["person"], "import"):
            if one is not None and one.state == TerritoryImport.State.WAITING:
                actions.check_upload(import_id=one.pk, today=timezone.localdate())
            elif one is not None and one.state == TerritoryImport.State.ACCEPTED:
                actions.take_over_upload(import_id=one.pk, today=timezone.localdate(), now=timezone.now())
