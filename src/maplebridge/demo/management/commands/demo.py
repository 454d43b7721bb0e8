import time
from collections.abc import Callable
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils import timezone

from maplebridge.demo import loading
from maplebridge.demo.live import Live
from maplebridge.demo.loading_advisories import advisories_are_loaded, load_advisories
from maplebridge.demo.loading_city import city_is_loaded, load_city, load_reports
from maplebridge.demo.loading_past import live_the_past
from maplebridge.demo.loading_people import PASSWORD
from maplebridge.demo.logins import logins
from maplebridge.demo.mediating import load_mediation, mediation_is_loaded
from maplebridge.demo.turns import ADVISORIES, CITY, MEDIATION, my_turn
from maplebridge.matters import queries as matters

REFUSALS = {
    "not_a_demo": "The demo town is only loaded where MAPLEBRIDGE_DEMO=1 is set: it would mix invented people "
    "with real ones. bin/run sets it, with a database of its own.",
    "has_another_town": "This database holds a town already, which is not the demo town. Nothing was changed. "
    "Name another database with MAPLEBRIDGE_DATABASE.",
}
DAYS_SHOWN = 5


class Command(BaseCommand):
    help = "Load the invented demo town into an empty database, and with --live let it go on while one looks."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--live", action="store_true", help="let new things happen until Ctrl-C")
        parser.add_argument("--speed", type=float, default=4.0, help="how many times faster than told")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loading.ensure_place(timezone.localtime())
        except loading.NotTheDemo as refused:
            raise CommandError(REFUSALS[refused.code]) from refused
        self._fill()
        self._tell_logins()
        if options["live"]:
            Live(say=self._say, speed=options["speed"]).run()

    def _fill(self) -> None:
        """Fill what is not there yet: all at first, later what an interrupted start has left out, and duties."""
        if not matters.categories():
            call_command("load_catalogue", verbosity=0)
        rest = (
            (mediation_is_loaded, MEDIATION, self._load_mediation),
            (lambda: city_is_loaded(timezone.localtime()), CITY, self._load_city),
            (advisories_are_loaded, ADVISORIES, self._load_advisories),
        )
        untold = not loading.is_loaded() or loading.untold_parts()
        if loading.is_loaded() and (untold or not all(is_there() for is_there, *_ in rest)):
            self._say("What an earlier start has left out is loaded now")
        if untold:
            self._load_town()
        for is_there, number, load in rest:
            self._unless(is_there, number, load)
        if days := loading.extend_duties(timezone.localtime()):
            self._say(f"Duty table … {days} more days")

    def _load_town(self) -> None:
        begun = time.monotonic()
        if not loading.is_loaded():
            self._say(
                "The demo town is made up and loaded; this takes a minute or two, and only the first time"
            )
        town = loading.invent(timezone.localtime())
        month = loading.load(town, now=timezone.localtime, say=self._say, progress=self._day)
        self._say(f"The town has lived its month … {month.steps:,} steps, {time.monotonic() - begun:.0f} s")

    def _unless(self, is_there: Callable[[], bool], number: int, load: Callable[[], None]) -> None:
        """Load something unless it is there, as a whole or not at all; by one start at a time."""
        if is_there():
            return
        with my_turn(number, self._say):
            if not is_there():
                load()

    def _load_city(self) -> None:
        self._say("The city around it … 65 stations, 250 beats, five years of counts")
        load_city(now=timezone.localtime(), seed=loading.SEED)
        self._say("The months before, and what early warning found in them")
        live_the_past(now=timezone.localtime(), seed=loading.SEED)
        load_reports(now=timezone.localtime())

    def _load_mediation(self) -> None:
        self._say(f"Mediation … {load_mediation(now=timezone.localtime())} disputes")

    def _load_advisories(self) -> None:
        self._say(f"Advisories … {load_advisories(now=timezone.localtime(), seed=loading.SEED)} sent")

    def _day(self, day: int) -> None:
        if day % DAYS_SHOWN == 0:
            self._say(f"A month of conversations … day {day} of 30")

    def _tell_logins(self) -> None:
        found = logins(timezone.localdate())
        self.stdout.write(
            f"  One tap signs in as any role at {reverse('demo_roles')}. By password ({PASSWORD}):"
        )
        for login in found:
            self.stdout.write(f"    {login.role:<18} {login.username:<14} {login.nickname}")

    def _say(self, words: str) -> None:
        self.stdout.write(f"  {words}")
        self.stdout.flush()
