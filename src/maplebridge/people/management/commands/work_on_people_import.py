from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from maplebridge.people import actions, queries
from maplebridge.people.models import PeopleImport
from maplebridge.platform.audit import acting


class Command(BaseCommand):
    help = "Check or write an uploaded file of people, in a process of its own. Started by the page."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("import_id", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        one = queries.get_import(options["import_id"])
        if one is None:
            return
        today, now = timezone.localdate(), timezone.now()
        with acting(one.asked_by_id, "import"):
            if one.state == PeopleImport.State.WAITING:
                actions.check_upload(import_id=one.pk, today=today, now=now)
            elif one.state == PeopleImport.State.ACCEPTED:
                actions.write_upload(import_id=one.pk, today=today, now=now)
