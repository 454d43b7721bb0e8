"""The invented people, brought into the database through the actions of people, rosters and conversations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from maplebridge.conversations import actions as conversations
from maplebridge.demo.loading_names import latin_surnames, nickname, surname_of, told_apart, user_names
from maplebridge.demo.loading_territory import BEGIN, Ground
from maplebridge.demo.people import Duty, Group, Population, Posting, Resident, Staff
from maplebridge.demo.town import Territory
from maplebridge.people import actions as people
from maplebridge.people.actions import in_bulk
from maplebridge.people.domain.ages import band_of
from maplebridge.people.domain.roles import Role
from maplebridge.people.views.residents import CONSENT_VERSION
from maplebridge.rosters import actions as rosters

PASSWORD = "maple-bridge-demo"  # noqa: S105 -- of invented people, printed by the command itself
CHILD = "小朋友"  # who has no phone yet and calls themselves nothing
FOUNDED = timedelta(days=400)  # before the loading: when the groups were opened and people enrolled


@dataclass(frozen=True)
class Known:
    """The ids of what was loaded, by the codes of the invented town."""

    persons: dict[str, int]
    agencies: dict[str, int]
    groups: dict[str, int]  # threads


def load_people(population: Population, territory: Territory, ground: Ground, now: datetime) -> Known:
    """Load agencies, residents, staff with accounts, postings, the duty table and the groups."""
    agencies = _found_agencies(population, ground)
    persons = _enrol_residents(population.residents, ground, now) | _enrol_staff(population, territory, now)
    in_bulk.post_many(postings=[_new_posting(one, persons, ground, agencies) for one in population.postings])
    rosters.put_many_on_duty(duties=[new_duty(one, persons, ground.sectors) for one in population.duties])
    groups = {
        one.code: _open_group(one, population, territory, persons, ground, now) for one in population.groups
    }
    return Known(persons, agencies, groups)


def _found_agencies(population: Population, ground: Ground) -> dict[str, int]:
    return {
        one.code: people.found_agency(
            name=one.name,
            code=one.code,
            kind=one.kind,
            phone=one.phone,
            grid_ids=[ground.grids[code] for code in one.grids],
            estate_ids=[ground.estates[one.estate]] if one.estate else [],
            valid_from=BEGIN,
        ).pk
        for one in population.agencies
    }


def _enrol_residents(residents: Sequence[Resident], ground: Ground, now: datetime) -> dict[str, int]:
    since = now - FOUNDED
    new = [
        in_bulk.NewPerson(
            nickname=one.nickname or CHILD,
            name=one.name,
            phone=one.phone,
            building_id=ground.buildings[one.building],
            entrance_id=ground.entrances[one.building, one.entrance],
            room=one.room,
            age_band=band_of(now.year - one.birth_year) or "",
            elder_mode=one.elder_mode,
            language=one.language,
            consented_at=since if one.nickname else None,
            consent_version=CONSENT_VERSION if one.nickname else "",
        )
        for one in residents
    ]
    ids = in_bulk.enrol_many(people=new, now=since)
    return {one.code: id for one, id in zip(residents, ids, strict=True)}


def _enrol_staff(population: Population, territory: Territory, now: datetime) -> dict[str, int]:
    """Record the staff under what they are called, and give them accounts with the password of the demo."""
    latin = latin_surnames()
    called = _nicknames(population, territory, latin)
    ids = in_bulk.enrol_many(
        people=[
            in_bulk.NewPerson(nickname=called[one.code], name=one.name, phone=one.phone)
            for one in population.staff
        ],
        now=now - FOUNDED,
    )
    persons = {one.code: id for one, id in zip(population.staff, ids, strict=True)}
    usernames = user_names({one.code: one.name for one in population.staff}, latin)
    in_bulk.open_many_accounts(
        accounts=[(persons[code], username) for code, username in usernames.items()], password=PASSWORD
    )
    return persons


def _nicknames(population: Population, territory: Territory, latin: Mapping[str, str]) -> dict[str, str]:
    """Call everybody by the posting they hold now; whoever holds several, by the first in the order of roles."""
    rank = {role: number for number, role in enumerate(Role)}
    grids = {grid.code: (grid.name, grid.level) for grid in territory.grids}
    agencies = {agency.code: agency for agency in population.agencies}
    staff = {one.code: one for one in population.staff}
    main: dict[str, Posting] = {}
    for posting in sorted(population.postings, key=lambda one: (one.end is not None, rank[one.role])):
        main.setdefault(posting.person, posting)
    return told_apart(
        {
            code: nickname(surname_of(staff[code].name, latin), main[code], grids, agencies)
            if code in main
            else _plain(staff[code])
            for code in staff
        },
        {code: one.name for code, one in staff.items()},
        latin,
    )


def _plain(one: Staff) -> str:
    return f"工作人员{one.name[0]}"


def _new_posting(
    one: Posting, persons: Mapping[str, int], ground: Ground, agencies: Mapping[str, int]
) -> in_bulk.NewPosting:
    return in_bulk.NewPosting(
        person_id=persons[one.person],
        role=one.role,
        team_role=one.team_role,
        starts_on=max(one.start, BEGIN),
        ends_on=one.end,
        grid_id=ground.grids[one.grid] if one.grid else None,
        sector_id=ground.sectors[one.sector] if one.sector else None,
        beat_id=ground.beats[one.beat] if one.beat else None,
        building_id=ground.buildings[one.building] if one.building else None,
        agency_id=agencies[one.agency] if one.agency else None,
    )


def new_duty(one: Duty, persons: Mapping[str, int], sectors: Mapping[str, int]) -> rosters.NewDuty:
    return rosters.NewDuty(
        person_id=persons[one.person],
        role=one.role,
        starts_at=one.start,
        ends_at=one.end,
        sector_id=sectors[one.sector] if one.sector else None,
    )


def _open_group(
    group: Group,
    population: Population,
    territory: Territory,
    persons: Mapping[str, int],
    ground: Ground,
    now: datetime,
) -> int:
    """Open a group on the ground that its estates share, with its members, its staff and its property managers."""
    since = now - FOUNDED
    estates = [one for one in territory.estates if one.code in group.estates]
    thread_id = conversations.open_group(
        name=group.name,
        grid_id=ground.grids[_shared([one.grid for one in estates], [one.community for one in estates])],
        estate_ids=[ground.estates[one.code] for one in estates],
        now=since,
    ).thread_id
    roles = role_of(population.postings)
    managers = {one.code for one in population.agencies if one.estate in group.estates}
    clerks = [one.person for one in population.postings if one.agency in managers and one.end is None]
    members = [(persons[code], conversations.RESIDENT) for code in group.members]
    working = {persons[code]: roles[code].value for code in (*group.staff, *clerks)}
    conversations.join_many(
        thread_id=thread_id,
        members=[*((id, role) for id, role in members if id not in working), *working.items()],
        now=since,
    )
    return thread_id


def _shared(grids: Sequence[str], communities: Sequence[str]) -> str:
    """Return the smallest of grid, community and subdistrict that holds all estates of a group."""
    if len(set(grids)) == 1:
        return grids[0]
    if len(set(communities)) == 1:
        return communities[0]
    towns = {f"{code[:9]}000" for code in communities}
    return towns.pop() if len(towns) == 1 else f"{communities[0][:6]}000000"


def role_of(postings: Sequence[Posting]) -> dict[str, Role]:
    """Return the role in which others see each person: of those held now, the first in the order of roles."""
    rank = {role: number for number, role in enumerate(Role)}
    held = sorted((one for one in postings if one.end is None), key=lambda one: rank[one.role])
    return {one.person: one.role for one in reversed(held)}
