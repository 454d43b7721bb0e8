import secrets
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from maplebridge.matters import queries as matters
from maplebridge.people import actions as people
from maplebridge.people.domain.roles import Role
from maplebridge.people.queries import holders_of
from maplebridge.web.management.commands.serve import ensure_free

FIRST_ADMINISTRATOR = "admin"


class Command(BaseCommand):
    help = "Bring the database up to date, fill it where it is empty, then serve. This is what bin/run does."
    requires_system_checks = ()  # migrating makes them, and bin/check: they are about the code, not the town

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        ensure_free(options["host"], options["port"])
        self._bring_up_to_date()
        if not matters.categories():
            self._say("Catalogue of matters")
            call_command("load_catalogue", verbosity=0)
        if settings.DEMO:
            call_command("demo")
        else:
            self._ensure_administrator()
        self._say(f"Maple Bridge is at http://{options['host']}:{options['port']}  (Ctrl-C stops it)")
        call_command("serve", host=options["host"], port=options["port"])

    def _bring_up_to_date(self) -> None:
        self._say("Database")
        executor = MigrationExecutor(connection)
        if begun_with_an_older_version(executor.loader):
            raise CommandError(
                "This database is older than this version can bring up to date: see Upgrade in docs/operations.md."
            )
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", verbosity=0, interactive=False)

    def _ensure_administrator(self) -> None:
        """Make the first administrator of an empty town, and show the password once."""
        today = timezone.localdate()
        if holders_of(Role.ADMINISTRATOR, today):
            return
        password = secrets.token_urlsafe(12)
        person = people.enrol(nickname=FIRST_ADMINISTRATOR, now=timezone.now())
        people.open_account(person=person, username=FIRST_ADMINISTRATOR, password=password)
        people.post(person=person, role=Role.ADMINISTRATOR, starts_on=today)
        self._say(
            f"First administrator: user name {FIRST_ADMINISTRATOR}, password {password} (shown only now)"
        )

    def _say(self, words: str) -> None:
        self.stdout.write(self.style.SUCCESS(f"→ {words}"))
        sys.stdout.flush()


def begun_with_an_older_version(loader: MigrationLoader) -> bool:
    """Tell whether some of the migrations that one replaces were applied, and some were not."""
    return any(
        0 < sum((area, name) in loader.applied_migrations for area, name in one.replaces) < len(one.replaces)
        for one in loader.replacements.values()
    )
