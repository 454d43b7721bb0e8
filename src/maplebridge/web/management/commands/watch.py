import os
import signal
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from maplebridge.grading.actions import watch

LONGEST_S = 600
NICE = 10


def _too_long(number: int, frame: FrameType | None) -> None:
    raise TimeoutError(f"not finished after {LONGEST_S} s")


class Command(BaseCommand):
    help = "Look once for what is unusual. A worker does this every night, and every hour for what is urgent."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--hourly", action="store_true", help="only what is urgent, up to the last full hour"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        os.nice(NICE)
        signal.signal(signal.SIGALRM, _too_long)
        signal.alarm(LONGEST_S)
        run = watch(now=timezone.now(), hourly=options["hourly"])
        signal.alarm(0)
        if run is None:
            self.stdout.write("Another process is looking just now.")
        elif run.failure:
            raise CommandError(run.failure)
        else:
            told = run.warnings.count()
            looked = f"{run.series} series and categories looked at in {run.seconds:.1f} s"
            self.stdout.write(f"Early warning: {looked}, new warnings: {told}")
