from typing import Any

from django.core.management.base import BaseCommand

from maplebridge.web.worker import Worker


class Command(BaseCommand):
    help = "Deliver events, do what is due, seal the record; until stopped."

    def handle(self, *args: Any, **options: Any) -> None:
        Worker().run()
