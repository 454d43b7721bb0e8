import re
from collections import Counter
from datetime import date, datetime, timedelta

from tests.demo.conftest import SEED, TODAY

from maplebridge.demo.people import CHINA, Population, make_population
from maplebridge.demo.town import Territory
from maplebridge.demo.town_data import TownData
from maplebridge.people.domain.roles import Role, TeamRole


def test_the_published_sizes_hold(population: Population) -> None:
    in_force = [posting for posting in population.postings if posting.end is None]
    assert len(population.residents) == 30_669
    assert len(population.groups) == 25
    assert sum(len(group.members) for group in population.groups) == 10_233
    assert sum(posting.role is Role.TEAM_MEMBER for posting in in_force) == 160
    assert sum(posting.role is Role.DEPUTY_SECRETARY for posting in in_force) == 19
    assert len({posting.person for posting in in_force if posting.role is Role.OFFICER}) == 62
    assert sum(posting.role is Role.AUXILIARY for posting in in_force) == 189


def test_people_live_where_the_territory_says(population: Population, town: Territory) -> None:
    people = Counter(resident.building for resident in population.residents)
    households = Counter(household.building for household in population.households)
    assert people == {building.code: building.people for building in town.buildings}
    assert households == {building.code: building.households for building in town.buildings}


def test_every_household_has_a_room_of_its_own(population: Population, town: Territory) -> None:
    rooms = {(e.building, e.number, room) for e in town.entrances for room in e.rooms}
    homes = [(home.building, home.entrance, home.room) for home in population.households]
    assert set(homes) <= rooms
    assert len(set(homes)) == len(homes)
    lived_in = {resident.household for resident in population.residents}
    assert lived_in == {household.code for household in population.households}


def test_phone_numbers_are_of_the_invented_range_and_nobody_shares_one(population: Population) -> None:
    phones = [
        *(resident.phone for resident in population.residents if resident.phone),
        *(person.phone for person in population.staff),
        *(agency.phone for agency in population.agencies),
    ]
    assert all(re.fullmatch(r"1000\d{7}", phone) for phone in phones)
    assert len(set(phones)) == len(phones)


def test_only_children_have_no_phone(population: Population) -> None:
    for resident in population.residents:
        assert bool(resident.phone) == bool(resident.nickname) == (TODAY.year - resident.birth_year >= 12)


def test_names_are_put_together_from_the_lists(population: Population, town_data: TownData) -> None:
    parts = town_data.people
    characters = {
        character
        for lists in (
            *(parts.given_old_women, parts.given_old_men, parts.given_women),
            *(parts.given_men, parts.given_girls, parts.given_boys),
        )
        for text in lists
        for character in text
    }
    surnames = tuple(parts.surnames)
    for person in (*population.residents, *population.staff):
        surname = max((name for name in surnames if person.name.startswith(name)), key=len)
        assert 1 <= len(person.name) - len(surname) <= 2
        assert set(person.name[len(surname) :]) <= characters


def test_no_nickname_shows_a_flat(population: Population) -> None:
    shown = [r.nickname for r in population.residents if r.nickname and r.room in r.nickname]
    assert shown == []
    assert len({r.room for r in population.residents}) > 20  # flats there would be to show


def test_nicknames_tell_people_of_an_estate_apart(population: Population, town: Territory) -> None:
    estate_of = {building.code: building.estate for building in town.buildings}
    names = Counter((estate_of[r.building], r.nickname) for r in population.residents if r.nickname)
    assert max(names.values()) == 1


def test_every_household_of_the_first_beat_is_in_a_group(population: Population, town: Territory) -> None:
    beat = town.beats[0].code
    homes = {r.code: r.household for r in population.residents}
    reached = {homes[m] for group in population.groups if group.beat == beat for m in group.members}
    assert len(reached) == 1_783


def test_members_are_grown_neighbors_who_read_the_group(population: Population, town: Territory) -> None:
    residents = {resident.code: resident for resident in population.residents}
    estate_of = {building.code: building.estate for building in town.buildings}
    estates = [estate for group in population.groups for estate in group.estates]
    assert sorted(estates) == [estate.code for estate in town.estates]
    for group in population.groups:
        assert len(set(group.members)) == len(group.members)
        for member in map(residents.__getitem__, group.members):
            assert estate_of[member.building] in group.estates
            assert not member.phone_only
            assert TODAY.year - member.birth_year >= 18


def test_every_grid_has_one_chief_today(population: Population, town: Territory) -> None:
    chiefs = [p.grid for p in population.postings if p.role is Role.GRID_CHIEF and p.end is None]
    assert sorted(map(str, chiefs)) == sorted(grid.code for grid in town.grids)


def test_every_community_has_a_team_of_six_roles(population: Population, town: Territory) -> None:
    teams = {(p.grid, p.team_role) for p in population.postings if p.role is Role.TEAM_MEMBER}
    assert teams == {(grid.code, role) for grid in town.level(3) for role in TeamRole}


def test_some_postings_have_ended_and_have_a_successor_from_that_day(population: Population) -> None:
    ended = [posting for posting in population.postings if posting.end is not None]
    in_force = {
        (p.role, p.grid, p.sector, p.beat, p.agency, p.start) for p in population.postings if p.end is None
    }
    assert ended
    for posting in ended:
        assert posting.end
        assert posting.start < posting.end <= TODAY
        area = (posting.role, posting.grid, posting.sector, posting.beat, posting.agency)
        assert (*area, posting.end) in in_force


def test_postings_name_people_and_areas_that_exist(population: Population, town: Territory) -> None:
    people = {person.code for person in (*population.residents, *population.staff)}
    areas = {
        *(grid.code for grid in town.grids),
        *(sector.code for sector in town.sectors),
        *(beat.code for beat in town.beats),
        *(building.code for building in town.buildings),
        *(agency.code for agency in population.agencies),
    }
    for posting in population.postings:
        named = [
            a for a in (posting.grid, posting.sector, posting.beat, posting.building, posting.agency) if a
        ]
        assert posting.person in people
        assert len(named) <= 1
        assert set(named) <= areas


def test_every_estate_has_a_property_manager_with_a_clerk(population: Population, town: Territory) -> None:
    managers = {agency.estate: agency.code for agency in population.agencies if agency.kind == "property"}
    clerks = {p.agency for p in population.postings if p.role is Role.AGENCY_CLERK and p.end is None}
    assert set(managers) == {estate.code for estate in town.estates}
    assert clerks == {agency.code for agency in population.agencies}


def test_somebody_is_on_duty_everywhere_at_every_hour(population: Population, town: Territory) -> None:
    everywhere = [(role, s.code) for s in town.sectors for role in (Role.OFFICER, Role.AUXILIARY)]
    everywhere += [(role, None) for role in (Role.SORTING_OFFICER, Role.COMMAND, Role.SUPERVISOR)]
    first = datetime(TODAY.year, TODAY.month, TODAY.day, 8, tzinfo=CHINA) - timedelta(days=30)
    for hours in range(0, 60 * 24, 7):
        now = first + timedelta(hours=hours)
        there = {(duty.role, duty.sector) for duty in population.duties if duty.start <= now < duty.end}
        assert set(everywhere) <= there


def test_nobody_works_day_and_night_in_a_row(population: Population) -> None:
    starts: dict[str, set[datetime]] = {}
    for duty in population.duties:
        starts.setdefault(duty.person, set()).add(duty.start)
    for moments in starts.values():
        assert not any(moment + timedelta(hours=12) in moments for moment in moments)


def test_the_same_seed_makes_the_same_people(
    town_data: TownData, town: Territory, population: Population
) -> None:
    assert make_population(town_data, town, SEED, TODAY) == population
    assert make_population(town_data, town, SEED + 1, TODAY) != population


def test_another_day_changes_ages_but_nobodys_name(
    town_data: TownData, town: Territory, population: Population
) -> None:
    later = make_population(town_data, town, SEED, date(2027, 3, 18))
    assert [r.name for r in later.residents] == [r.name for r in population.residents]
    assert later.residents[0].birth_year == population.residents[0].birth_year + 1
