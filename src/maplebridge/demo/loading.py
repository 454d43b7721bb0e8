"""The demo town, brought into an empty database: the ground and the people at once, then the month in parts."""

import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import TypeVar

from django.apps import apps
from django.conf import settings
from django.db import connection

from maplebridge.conversations import queries as conversations
from maplebridge.demo.casting import Casting, kinds_of
from maplebridge.demo.everyday import everyday_threads, read_everyday
from maplebridge.demo.loading_month import Month, live_month
from maplebridge.demo.loading_people import load_people, new_duty
from maplebridge.demo.loading_territory import load_territory
from maplebridge.demo.parts import Part, in_parts, parts, threads_of
from maplebridge.demo.people import Population, Posting, make_population
from maplebridge.demo.photos_drawn import DrawnPhotos, after_the_work
from maplebridge.demo.savepoints import without_savepoints
from maplebridge.demo.story import Story, Thread, read_story, sentences
from maplebridge.demo.territory import make_territory
from maplebridge.demo.town import Territory
from maplebridge.demo.town_data import TOWN_FOLDER, TownData, read_town_data
from maplebridge.demo.turns import FIRST_PART, GROUND, my_turn
from maplebridge.kernel.working_time import HolidaysNotPublished, china_days
from maplebridge.matters import actions as matters
from maplebridge.matters import queries as matter_queries
from maplebridge.matters.actions.record import By
from maplebridge.matters.actions.taking_over import leave_room
from maplebridge.matters.sweeps import add_up
from maplebridge.people import queries as people
from maplebridge.people.actions import in_bulk
from maplebridge.people.domain.roles import Role
from maplebridge.places import queries as places
from maplebridge.platform import audit, live
from maplebridge.platform.freshness import forget, held
from maplebridge.rosters import actions as rosters
from maplebridge.rosters import queries as roster_queries

SEED = 1
MONTHS_TOUCHED = 2  # by thirty days
NUMBERS_BEFORE = 6_000  # for the matters of the months before, which are older and so have lower numbers
THREADS_FOLDER = TOWN_FOLDER.parent / "threads"
RAISE_FROM = 0.65
RAISE_REASON = "群里闲聊多，拿不准的先留给值班人员一点即可转为事项"
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
    story = told_story()
    everyday = everyday_threads(read_everyday(), now, seed, said=sentences(story.threads))
    return Town(
        data,
        territory,
        _show_first(population, territory, data.names.estates),
        Story((*story.threads, *everyday)),
    )


def told_story(folder: Path = THREADS_FOLDER) -> Story:
    return read_story({path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.toml")})


def is_loaded() -> bool:
    """Tell whether the demo town is here; its ground and people come in one transaction, so its county is enough."""
    return any(one.level == 5 and one.code == _county_code() for one in places.grids().values())


def untold_parts() -> list[Part]:
    """Return the parts of the town that have no month behind them: all at first, later what was interrupted."""
    return [part for part in parts() if not _is_told(part)]


def _is_told(part: Part) -> bool:
    threads = [one.thread_id for one in conversations.groups().order_by("thread_id")]
    return not conversations.last_messages(threads).keys().isdisjoint(threads[part.number :: part.of])


def _county_code() -> str:
    return f"{read_town_data().skeleton.county_code}000000"


def ensure_place(now: datetime) -> None:
    """Refuse to load outside the demo, and where there is a town that is not the invented one."""
    if not settings.DEMO:
        raise NotTheDemo("not_a_demo")
    if not is_loaded() and (places.grids() or people.postings_on(now.date()).exists()):
        raise NotTheDemo("has_another_town")


def load(town: Town, *, now: Callable[[], datetime], say: Say, progress: Callable[[int], None]) -> Month:
    """Load what is not there yet of territory and people, then of the month up to the moment when it is told."""
    photos = DrawnPhotos()
    if not is_loaded():
        _load_ground(town, photos, now, say)
    return _tell_month(town, photos, now, say, progress)


def _load_ground(town: Town, photos: DrawnPhotos, now: Callable[[], datetime], say: Say) -> None:
    kinds = _pictures(town.story.month)
    photos.begin(kinds)
    try:
        with my_turn(GROUND, say), audit.acting(None, "demo"):
            forget()
            if is_loaded():  # meanwhile, by another start
                return
            territory = town.territory
            say(f"Territory … {len(territory.grids)} grids, {len(territory.buildings)} buildings")
            ground = load_territory(territory)
            say(f"Residents … {len(town.population.residents):,}, staff … {len(town.population.staff)}")
            load_people(town.population, territory, ground, now())
            forget()
            _refresh_statistics()
            _set_rules(now())
            _set_holidays(now())
            photos.keep_all(kinds, now())
            leave_room(numbers=NUMBERS_BEFORE)
    finally:
        photos.end()


def _tell_month(
    town: Town,
    photos: DrawnPhotos,
    now: Callable[[], datetime],
    say: Say,
    progress: Callable[[int], None],
) -> Month:
    """Let the parts of the town that have no month behind them yet live it, side by side."""
    forget()
    wanted = untold_parts()

    def tell(part: Part, days: Callable[[int], None]) -> Month:
        return _tell_part(town, photos, part, now(), days, say if part is wanted[0] else _quiet)

    month = in_parts(wanted, tell, progress)
    forget()
    for _ in range(MONTHS_TOUCHED):  # so that the first look at the rates finds them
        add_up(now=now())
    audit.seal(now=now())
    return month


def _tell_part(
    town: Town, photos: DrawnPhotos, part: Part, now: datetime, progress: Callable[[int], None], say: Say
) -> Month:
    rng = Random(f"month {SEED} {part.number}")
    with (
        my_turn(FIRST_PART + part.number, say),
        without_savepoints(),
        audit.acting(None, "demo"),
        live.quiet(),
    ):
        if _is_told(part):  # meanwhile told by another start
            return Month(0, Counter(), frozenset())
        with held():
            casting = Casting(kinds_of(town.territory), rng, part)
            threads = threads_of(part, town.story.month)
            month = live_month(threads, casting, photos, rng, now, progress)
            _open_residents(month.seen)
        return month


def _quiet(words: str) -> None:
    """Say nothing: one part speaks for all."""


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


def _set_holidays(now: datetime) -> None:
    """Enter the holidays and make-up workdays of this year and the next, as far as they have been published."""
    for year in (now.year, now.year + 1):
        with suppress(HolidaysNotPublished):
            published = china_days(year)
            days = {day: (False, name) for day, name in published.holidays.items()}
            days |= {day: (True, name) for day, name in published.makeup_workdays.items()}
            matters.set_special_days(days=days)


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
