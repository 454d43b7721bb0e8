"""The whole demo town, brought into an empty database in one transaction: all of it, or nothing."""

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import TypeVar

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction

from maplebridge.demo.casting import Casting, kinds_of
from maplebridge.demo.loading_month import Month, live_month
from maplebridge.demo.loading_people import load_people, new_duty
from maplebridge.demo.loading_territory import load_territory
from maplebridge.demo.people import Population, Posting, make_population
from maplebridge.demo.photos_drawn import DrawnPhotos, after_the_work
from maplebridge.demo.story import Story, Thread, read_story
from maplebridge.demo.territory import make_territory
from maplebridge.demo.town import Territory
from maplebridge.demo.town_data import TOWN_FOLDER, TownData, read_town_data
from maplebridge.matters import actions as matters
from maplebridge.matters import queries as matter_queries
from maplebridge.matters.actions.record import By
from maplebridge.people import queries as people
from maplebridge.people.actions import in_bulk
from maplebridge.people.domain.roles import Role
from maplebridge.places import queries as places
from maplebridge.platform import audit
from maplebridge.platform.freshness import forget
from maplebridge.rosters import actions as rosters
from maplebridge.rosters import queries as roster_queries

SEED = 1
THREADS_FOLDER = TOWN_FOLDER.parent / "threads"
RAISE_FROM = 0.65
RAISE_REASON = "群里闲聊多,拿不准的先留给值班人员一点即可转为事项"
LOADED = ("places", "people", "rosters", "conversations")
DUTIES_LAST = timedelta(days=14)  # the duty table is extended when it ends earlier

SHOWN = frozenset({"water", "urban_management"})  # agencies that lists begin with, after the property manager

Say = Callable[[str], None]
T = TypeVar("T")


class NotTheDemo(Exception):
    """This is no place for invented people: `code` says why: not_a_demo, has_another_town."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Town:
    """Everything invented, as values."""

    data: TownData
    territory: Territory
    population: Population
    story: Story


def invent(now: datetime, seed: int = SEED) -> Town:
    """Make the town as it is at `now`: the same for the same seed and day."""
    data = read_town_data()
    territory = make_territory(data, seed)
    population = make_population(data, territory, seed, now.date())
    return Town(data, territory, _show_first(population, territory, data.names.estates), told_story())


def told_story(folder: Path = THREADS_FOLDER) -> Story:
    return read_story({path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.toml")})


def is_loaded() -> bool:
    """Tell whether the demo town is here; it comes in one transaction, so its county is enough."""
    return any(one.level == 5 and one.code == _county_code() for one in places.grids().values())


def _county_code() -> str:
    return f"{read_town_data().skeleton.county_code}000000"


def ensure_place(now: datetime) -> None:
    """Refuse to load outside the demo, and where there is a town that is not the invented one."""
    if not settings.DEMO:
        raise NotTheDemo("not_a_demo")
    if not is_loaded() and (places.grids() or people.postings_on(now.date()).exists()):
        raise NotTheDemo("has_another_town")


def load(town: Town, *, now: Callable[[], datetime], say: Say, progress: Callable[[int], None]) -> Month:
    """Load territory and people, then live the month up to the moment at which it begins to be told."""
    photos = DrawnPhotos()
    photos.begin(_pictures(town.story.month))
    try:
        with transaction.atomic(), audit.acting(None, "demo"):
            territory = town.territory
            say(f"Territory … {len(territory.grids)} grids, {len(territory.buildings)} buildings")
            ground = load_territory(territory)
            say(f"Residents … {len(town.population.residents):,}, staff … {len(town.population.staff)}")
            load_people(town.population, territory, ground, now())
            forget()
            _refresh_statistics()
            _set_rules(now())
            rng = Random(f"month {SEED}")
            casting = Casting(kinds_of(territory), rng)
            month = live_month(town.story.month, casting, photos, rng, now(), progress)
            _open_residents(casting.seen)
    finally:
        photos.end()
    forget()
    audit.seal(now=now())
    return month


def extend_duties(now: datetime, seed: int = SEED) -> int:
    """Enter further duties where the table soon ends, so that somebody is always on duty. Return how many days."""
    last = roster_queries.last_duty_ends()
    if last is not None and last - now > DUTIES_LAST:
        return 0
    data = read_town_data()
    territory = make_territory(data, seed)
    population = make_population(data, territory, seed, now.date())
    numbers = {one.code: one.phone for one in population.staff}
    numbers |= {one.code: one.phone for one in population.residents}
    wanted = [one for one in population.duties if last is None or one.start >= last]
    persons = {
        code: person.pk
        for code in {one.person for one in wanted}
        if (person := people.person_by_phone(numbers[code])) is not None
    }
    sectors = places.sector_ids()
    duties = [new_duty(one, persons, sectors) for one in wanted if one.person in persons]
    rosters.put_many_on_duty(duties=duties)
    forget()
    return len({one.starts_at.date() for one in duties})


def _pictures(threads: Sequence[Thread]) -> list[str]:
    """Return the kinds of picture that the month needs, most urgent first."""
    shown = [step.photo for thread in threads for step in thread.steps if step.photo]
    known = matter_queries.categories()
    asked = [
        after_the_work(thread.code)
        for thread in threads
        if thread.code in known and known[thread.code].photos
    ]
    return list(dict.fromkeys([*shown, *asked]))


def _set_rules(now: datetime) -> None:
    """Set before the month began what this town has decided otherwise than the product's defaults."""
    begin = (now - timedelta(days=40)).date()
    administrator = people.holders_of(Role.ADMINISTRATOR, now.date())[0]
    matters.set_rule(
        name="raise_from",
        value=RAISE_FROM,
        reason=RAISE_REASON,
        valid_from=begin,
        by=By(administrator, Role.ADMINISTRATOR.value),
        today=begin,
    )
    forget()


def _refresh_statistics() -> None:
    """Let the database count what was loaded: it plans by numbers that it would else learn minutes later."""
    models = [model for area in LOADED for model in apps.get_app_config(area).get_models()]
    tables = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in models)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {tables}")


def _open_residents(person_ids: Iterable[int]) -> None:
    """Give those who write accounts; residents sign in by phone and a code, so the name is nobody's to know."""
    in_bulk.open_many_accounts(
        accounts=[(one, f"r-{secrets.token_hex(8)}") for one in sorted(person_ids)], password=None
    )


def _show_first(population: Population, territory: Territory, names: Sequence[str]) -> Population:
    """Put first whoever belongs to the estate that examples speak of: lists begin with them."""
    show = next(estate for estate in territory.estates if estate.name == names[0])
    buildings = {one.code for one in territory.buildings if one.estate == show.code}
    managers = {one.code for one in population.agencies if one.estate == show.code}
    near = {show.grid, show.community, show.sector, show.beat} | buildings | managers

    def far(one: Posting) -> bool:
        return near.isdisjoint({one.grid, one.sector, one.beat, one.building, one.agency})

    return replace(
        population,
        residents=_sorted(population.residents, key=lambda one: one.building not in buildings),
        agencies=_sorted(
            population.agencies, key=lambda one: (one.estate != show.code, one.kind not in SHOWN)
        ),
        postings=_sorted(
            population.postings,
            key=lambda one: (one.role is Role.GRID_CHIEF and one.grid != show.grid, far(one)),
        ),
        groups=_sorted(population.groups, key=lambda one: show.code not in one.estates),
    )


def _sorted(items: Iterable[T], key: Callable[[T], bool | tuple[bool, bool]]) -> tuple[T, ...]:
    return tuple(sorted(items, key=key))
