from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from maplebridge.web.worker import Worker


class Command(BaseCommand):
    help = "Deliver events, do what is due, seal the record; until stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--no-sweep", action="store_true", help="only deliver and seal; what is due waits"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        Worker(sweeps=not options["no_sweep"]).run()
