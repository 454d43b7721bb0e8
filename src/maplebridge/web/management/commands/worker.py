from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from maplebridge.platform import stages
from maplebridge.web.lookout import Lookout
from maplebridge.web.worker import Worker


class Command(BaseCommand):
    help = "Deliver events, do what is due, seal the record; until stopped."
    requires_system_checks = ()  # migrating makes them, and bin/check: they are about the code, not the town

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--no-sweep", action="store_true", help="only deliver and seal; what is due waits"
        )
        parser.add_argument(
            "--stages",
            type=Path,
            help="measure how long each stage of reading a message takes, into this file",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["stages"]:
            stages.record()
        sweeps = not options["no_sweep"]
        Worker(sweeps=sweeps, lookout=Lookout() if sweeps else None).run()
        if options["stages"]:
            stages.save(options["stages"])
