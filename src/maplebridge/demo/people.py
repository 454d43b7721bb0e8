"""The people of the demo town: households, residents, groups, staff, postings, agencies, a duty table.

Names are combinations of common surnames and characters. Phone numbers begin with 1000, a range nobody has.
Published sizes: 25 groups with 10,233 members (Xining); six-role teams of 160 people (Jingbian); 62 officers,
189 auxiliaries, 19 deputy secretaries (Ping'an).
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, timezone
from random import Random

from maplebridge.demo.layout import shares
from maplebridge.demo.town import Building, Estate, Territory
from maplebridge.demo.town_data import AgencyName, NameParts, TownData
from maplebridge.people.domain.roles import Role, TeamRole

GROUPS = 25
GROUP_MEMBERS = 10_233
MEMBERS_IN_THE_OLD_TOWN = (
    1_900  # every one of the 1,783 households of the first beat, and some second members
)
OFFICERS = 62
AUXILIARIES = 189
AUXILIARIES_PER_SECTOR = 4
DEPUTY_SECRETARIES = 19
TEAM_PEOPLE = 160
DUTY_DAYS_BEFORE = 32  # the month that lies behind begins a day earlier, and its first night the day before
DUTY_DAYS_AFTER = 30
LARGEST_HOUSEHOLD = 6
SECTORS_PER_NIGHT_OFFICER = 4
ESTATES_PER_OLD_TOWN_GROUP = 3
TOWN_STAFF = {
    Role.SORTING_OFFICER: 8,
    Role.COMMAND: 8,
    Role.CONFIDENTIAL: 4,
    Role.SUPERVISOR: 4,
    Role.ANALYST: 2,
    Role.ADMINISTRATOR: 1,
}

CHINA = timezone(timedelta(hours=8))
DAY_STARTS = time(8)
NIGHT_STARTS = time(20)


@dataclass(frozen=True)
class Household:
    code: str
    building: str
    entrance: int
    floor: int
    room: str


@dataclass(frozen=True)
class Resident:
    """Somebody who lives in the town; children under 12 have no phone and no nickname."""

    code: str
    name: str
    woman: bool
    birth_year: int
    phone: str
    nickname: str
    household: str
    building: str
    entrance: int
    room: str
    language: str
    elder_mode: bool
    phone_only: bool


@dataclass(frozen=True)
class Staff:
    code: str
    name: str
    phone: str


@dataclass(frozen=True)
class Agency:
    """An agency by kind, a community or subdistrict with its `grids`, or a property manager with its `estate`."""

    code: str
    kind: str
    name: str
    short: str
    phone: str
    around_the_clock: bool
    estate: str | None = None
    grids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Posting:
    """`person` is a resident's or a staff member's code; `end` is the first day on which it no longer holds.

    At most one of the areas is named, by its code; none means the whole town.
    """

    person: str
    role: Role
    start: date
    end: date | None = None
    team_role: TeamRole | None = None
    grid: str | None = None
    sector: str | None = None
    beat: str | None = None
    building: str | None = None
    agency: str | None = None


@dataclass(frozen=True)
class Duty:
    """A shift; without a `sector` it is for the whole station.

    At night one officer covers the sectors of a beat, with a row for each.
    """

    sector: str | None
    role: Role
    person: str
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Group:
    """A neighbor group of an estate or of a few small ones, with its resident members and the staff in it."""

    code: str
    name: str
    estates: tuple[str, ...]
    sector: str
    beat: str
    members: tuple[str, ...]
    staff: tuple[str, ...]


@dataclass(frozen=True)
class Population:
    households: tuple[Household, ...]
    residents: tuple[Resident, ...]
    staff: tuple[Staff, ...]
    agencies: tuple[Agency, ...]
    postings: tuple[Posting, ...]
    duties: tuple[Duty, ...]
    groups: tuple[Group, ...]


def make_population(data: TownData, territory: Territory, seed: int, today: date) -> Population:
    """Make the same people for the same town, seed and day; ages and postings are as of `today`."""
    rng = Random(f"people {seed}")
    namer = _Namer(data.people, rng)
    phones = _phones(rng)
    households, residents = _residents(territory, namer, phones, rng, today)
    agencies = _agencies(data.agencies, territory, phones)
    posted = _Postings(territory, namer, phones, rng, today)
    posted.post_everybody(residents, agencies)
    groups = _groups(territory, residents, posted.postings, rng, today)
    return Population(
        households=tuple(households),
        residents=tuple(residents),
        staff=tuple(posted.staff),
        agencies=agencies,
        postings=tuple(posted.postings),
        duties=tuple(_duties(territory, posted.postings, today)),
        groups=groups,
    )


def _phones(rng: Random) -> Iterator[str]:
    """Give every number of the invented range 1000xxxxxxx once, in an order nobody can guess from."""
    start, step = rng.randrange(10**7), 10 * rng.randrange(200_000, 300_000) + 7
    return (f"1000{(start + step * index) % 10**7:07}" for index in range(10**7))


# -- residents --


@dataclass(frozen=True)
class _Role:
    """A part in a household: how old (from, to) and whether it carries the household's surname."""

    youngest: int
    oldest: int
    woman: bool | None
    family: bool


_MAN = _Role(26, 61, False, True)
_WIFE = _Role(26, 60, True, False)
_CHILD = _Role(0, 30, None, True)
_GRANDFATHER = _Role(62, 84, False, True)
_GRANDMOTHER = _Role(60, 84, True, False)
_OLD_MAN = _Role(63, 90, False, True)
_OLD_WOMAN = _Role(62, 91, True, False)
_SINGLE = _Role(22, 58, None, True)
_CHILD_OF_OLD = _Role(35, 62, None, True)

# Households by size, with weights.
_HOUSEHOLDS: dict[int, tuple[tuple[int, tuple[_Role, ...]], ...]] = {
    1: ((6, (_SINGLE,)), (2, (_OLD_WOMAN,)), (1, (_OLD_MAN,))),
    2: (
        (4, (_MAN, _WIFE)),
        (4, (_OLD_MAN, _OLD_WOMAN)),
        (1, (_WIFE, _CHILD)),
        (1, (_SINGLE, _SINGLE)),
        (1, (_OLD_WOMAN, _CHILD_OF_OLD)),
    ),
    3: (
        (8, (_MAN, _WIFE, _CHILD)),
        (1, (_OLD_MAN, _OLD_WOMAN, _CHILD_OF_OLD)),
        (1, (_MAN, _WIFE, _GRANDMOTHER)),
    ),
    4: ((5, (_MAN, _WIFE, _CHILD, _CHILD)), (5, (_MAN, _WIFE, _CHILD, _GRANDMOTHER))),
    5: ((1, (_MAN, _WIFE, _CHILD, _GRANDFATHER, _GRANDMOTHER)),),
    6: ((1, (_MAN, _WIFE, _CHILD, _CHILD, _GRANDFATHER, _GRANDMOTHER)),),
}


class _Namer:
    """Puts names together: a surname by frequency and characters of the generation."""

    def __init__(self, parts: NameParts, rng: Random) -> None:
        self.parts = parts
        self.rng = rng
        self.cumulative = list(itertools.accumulate(parts.surname_weights))

    def surname(self) -> str:
        return self.rng.choices(self.parts.surnames, cum_weights=self.cumulative)[0]

    def given(self, woman: bool, age: int) -> str:
        parts = self.parts
        if age >= 58:
            first, last = parts.given_old_women if woman else parts.given_old_men
        elif age >= 24:
            first, last = parts.given_women if woman else parts.given_men
        else:
            first, last = parts.given_girls if woman else parts.given_boys
        short = self.rng.random() < 0.1
        return self.rng.choice(last) if short else self.rng.choice(first) + self.rng.choice(last)

    def nickname(self, surname: str, building: Building, has_child: bool, elder: bool, woman: bool) -> str:
        """Return what somebody might call themselves in a group; nobody shows their flat there."""
        parts, draw = self.parts, self.rng.random()
        if has_child and draw < 0.4:
            kin = parts.nickname_parent[(2 if woman else 4) if elder else (0 if woman else 1)]
            return self.rng.choice(parts.nickname_child) + kin
        if draw < 0.6:
            return self.rng.choice(parts.nickname_free)
        options = parts.nickname_patterns
        pattern = options[self.rng.randrange(len(options))]
        while (woman and ("大爷" in pattern or "哥" in pattern)) or (
            not woman and ("姐" in pattern or "阿姨" in pattern)
        ):
            pattern = options[self.rng.randrange(len(options))]
        return pattern.format(surname=surname, building=building.number)

    def staff_name(self) -> str:
        return self.surname() + self.given(self.rng.random() < 0.45, self.rng.randint(24, 57))


def _residents(
    territory: Territory, namer: _Namer, phones: Iterator[str], rng: Random, today: date
) -> tuple[list[Household], list[Resident]]:
    households: list[Household] = []
    residents: list[Resident] = []
    nicknames: dict[str, set[str]] = {estate.code: set() for estate in territory.estates}
    for building in territory.buildings:
        flats = _flats(building, rng)
        sizes = _household_sizes(building, rng)
        for (entrance, floor, room), size in zip(flats, sizes, strict=True):
            home = Household(f"{building.code}-{entrance}-{room}", building.code, entrance, floor, room)
            households.append(home)
            taken, count, reached = (
                nicknames[building.estate],
                len(residents),
                building.beat == territory.beats[0].code,
            )
            residents += _family(home, building, size, namer, phones, rng, today, taken, count, reached)
    return households, residents


def _flats(building: Building, rng: Random) -> list[tuple[int, int, str]]:
    """Return the occupied flats: entrance, floor, room."""
    flats = [
        (entrance, floor, f"{floor}{room:02}")
        for entrance in range(1, building.entrances + 1)
        for floor in range(1, building.floors + 1)
        for room in range(1, building.rooms_per_floor + 1)
    ]
    return sorted(rng.sample(flats, building.households))


def _household_sizes(building: Building, rng: Random) -> list[int]:
    """Share the people of a building out to its households: everybody at least one, three the most common."""
    sizes = [1] * building.households
    left = building.people - building.households
    while left:
        index = rng.randrange(len(sizes))
        if sizes[index] < 3 or (sizes[index] < LARGEST_HOUSEHOLD and rng.random() < 0.3):
            sizes[index] += 1
            left -= 1
    return sizes


def _family(
    home: Household,
    building: Building,
    size: int,
    namer: _Namer,
    phones: Iterator[str],
    rng: Random,
    today: date,
    taken: set[str],
    count: int,
    reached: bool,
) -> list[Resident]:
    """Return the members of a household; one that is `reached` has somebody who reads the group."""
    kinds = _HOUSEHOLDS[size]
    roles = rng.choices([roles for _, roles in kinds], [weight for weight, _ in kinds])[0]
    surname, language = namer.surname(), rng.choices(("zh-hans", "zh-hant", "en"), (985, 8, 7))[0]
    ages = _ages(roles, rng)
    has_child = any(role is _CHILD and age < 18 for role, age in zip(roles, ages, strict=True))
    family = []
    for number, (role, age) in enumerate(zip(roles, ages, strict=True)):
        woman = rng.random() < 0.5 if role.woman is None else role.woman
        own = surname if role.family else namer.surname()
        grown = age >= 12
        nickname = ""
        if grown:
            parent = has_child and age > 26
            nickname = _unused(namer.nickname(own, building, parent, age >= 58, woman), building, taken)
        family.append(
            Resident(
                code=f"R{count + number + 1:05}",
                name=own + namer.given(woman, age),
                woman=woman,
                birth_year=today.year - age,
                phone=next(phones) if grown else "",
                nickname=nickname,
                household=home.code,
                building=building.code,
                entrance=home.entrance,
                room=home.room,
                language=language,
                elder_mode=age >= 65 and rng.random() < 0.6,
                phone_only=age >= 75 and (number > 0 or not reached) and rng.random() < 0.3,
            )
        )
    return family


def _ages(roles: Sequence[_Role], rng: Random) -> list[int]:
    """Draw ages that fit together: spouses close, a generation at least 22 years."""
    ages: list[int] = []
    for role in roles:
        youngest, oldest = role.youngest, role.oldest
        if role is _WIFE and _MAN in roles:
            youngest, oldest = max(youngest, ages[0] - 7), min(oldest, ages[0] + 3)
        elif role is _CHILD:
            oldest = min(oldest, min(age for age in ages if age >= 26) - 22)
            youngest = rng.randint(0, oldest)
        elif role in (_GRANDFATHER, _GRANDMOTHER):
            youngest = min(oldest, max(youngest, ages[0] + 22))
        elif role is _OLD_WOMAN and _OLD_MAN in roles:
            youngest, oldest = max(youngest, ages[0] - 8), min(oldest, ages[0] + 3)
        elif role is _CHILD_OF_OLD:
            oldest = min(oldest, min(ages) - 22)
            youngest = min(youngest, oldest)
        ages.append(rng.randint(min(youngest, oldest), oldest))
    return ages


def _unused(nickname: str, building: Building, taken: set[str]) -> str:
    """Tell apart people of one estate who call themselves the same, by building, then by a number."""
    plain = nickname.removeprefix(f"{building.number}号楼").removeprefix(f"{building.number}栋")
    options = (nickname, f"{building.number}号楼{plain}")
    serial = (f"{options[-1]}{number}" for number in itertools.count(2))
    found = next(option for option in itertools.chain(options, serial) if option not in taken)
    taken.add(found)
    return found


# -- agencies and postings --


def _agencies(names: Sequence[AgencyName], territory: Territory, phones: Iterator[str]) -> tuple[Agency, ...]:
    def offices(kind: str, letter: str, level: int, ending: str, short: str) -> Iterator[Agency]:
        for number, grid in enumerate(territory.level(level), 1):
            name = f"{grid.name}{ending}"
            yield Agency(f"{letter}{number:02}", kind, name, short, next(phones), False, grids=(grid.code,))

    return (
        *(Agency(a.code, a.kind, a.name, a.short, next(phones), a.around_the_clock) for a in names),
        *offices("subdistrict", "B", 4, "办事处", "街道"),
        *offices("community", "C", 3, "居委会", "社区"),
        *(
            Agency(f"W{number:02}", "property", f"{e.name}物业服务中心", "物业", next(phones), False, e.code)
            for number, e in enumerate(territory.estates, 1)
        ),
    )


class _Postings:
    """Hires staff and posts staff and residents, one kind of post after the other."""

    def __init__(
        self, territory: Territory, namer: _Namer, phones: Iterator[str], rng: Random, today: date
    ) -> None:
        self.territory = territory
        self.namer = namer
        self.phones = phones
        self.rng = rng
        self.today = today
        self.staff: list[Staff] = []
        self.postings: list[Posting] = []

    def post_everybody(self, residents: Sequence[Resident], agencies: Sequence[Agency]) -> None:
        captains = self._building_captains(residents)
        workers = self._grid_workers()
        self._grid_chiefs(captains, workers)
        officers = self._officers()
        self._auxiliaries()
        self._deputy_secretaries(officers)
        self._teams(officers)
        self._mediators(residents)
        self._station_staff()
        self._clerks(agencies)

    def _hire(self) -> str:
        person = Staff(f"S{len(self.staff) + 1:04}", self.namer.staff_name(), next(self.phones))
        self.staff.append(person)
        return person.code

    def _post(self, posting: Posting) -> str:
        self.postings.append(posting)
        return posting.person

    def _vacancy(self, role: Role) -> Posting:
        """Return a posting of a newly hired person for the whole town, to be narrowed."""
        return Posting(self._hire(), role, self._since())

    def _since(self) -> date:
        return self.today - timedelta(days=self.rng.randint(90, 2_200))

    def _staffed(self, posting: Posting) -> str:
        """Post somebody; about every eighth has a predecessor whose posting ended that day."""
        if self.rng.random() < 0.12:
            before = posting.start - timedelta(days=self.rng.randint(300, 1_500))
            self._post(replace(posting, person=self._hire(), start=before, end=posting.start))
        return self._post(posting)

    def _building_captains(self, residents: Sequence[Resident]) -> dict[str, str]:
        """Post a resident of 45 to 72 in every building; return the first captain of each level-1 grid."""
        grown: dict[str, list[Resident]] = {}
        for resident in residents:
            if 45 <= self.today.year - resident.birth_year <= 72:
                grown.setdefault(resident.building, []).append(resident)
        captains: dict[str, str] = {}
        for building in self.territory.buildings:
            captain = self.rng.choice(grown[building.code]).code
            self._post(Posting(captain, Role.BUILDING_CAPTAIN, self._since(), building=building.code))
            captains.setdefault(building.grid, captain)
        return captains

    def _grid_workers(self) -> dict[str, str]:
        return {
            grid.code: self._staffed(replace(self._vacancy(Role.GRID_WORKER), grid=grid.code))
            for grid in self.territory.level(2)
        }

    def _grid_chiefs(self, captains: dict[str, str], workers: dict[str, str]) -> None:
        """Five levels, five chiefs: on the doorstep the building captain, or the grid worker without one."""
        for level in (5, 4, 3, 2):
            for grid in self.territory.level(level):
                self._staffed(replace(self._vacancy(Role.GRID_CHIEF), grid=grid.code))
        for grid in self.territory.level(1):
            chief = captains.get(grid.code) or workers[str(grid.parent)]
            self._post(Posting(chief, Role.GRID_CHIEF, self._since(), grid=grid.code))

    def _officers(self) -> dict[str, str]:
        """Post an officer to every sector and to its first beat, one to each further beat, others to the town.

        Return the officer of each sector.
        """
        officers: dict[str, str] = {}
        for beat in self.territory.beats:
            if beat.sector not in officers:
                officers[beat.sector] = self._staffed(
                    replace(self._vacancy(Role.OFFICER), sector=beat.sector)
                )
                self._post(Posting(officers[beat.sector], Role.OFFICER, self._since(), beat=beat.code))
            else:
                self._staffed(replace(self._vacancy(Role.OFFICER), beat=beat.code))
        for _ in range(OFFICERS - len(self.territory.beats)):
            self._post(self._vacancy(Role.OFFICER))
        return officers

    def _auxiliaries(self) -> None:
        """Post auxiliaries to every sector, three more to the sector of each police post, the rest to the town."""
        sectors = [s.code for s in self.territory.sectors for _ in range(AUXILIARIES_PER_SECTOR)]
        sectors += [p.sector for p in self.territory.posts if p.kind == "police_post" for _ in range(3)]
        for sector in sectors:
            self._post(replace(self._vacancy(Role.AUXILIARY), sector=sector))
        for _ in range(AUXILIARIES - len(sectors)):
            self._post(self._vacancy(Role.AUXILIARY))

    def _reach(self, officers: dict[str, str]) -> dict[str, list[str]]:
        """Return, by community, the officers whose sectors reach into it."""
        return {
            community.code: [
                officers[sector.code]
                for sector in self.territory.sectors
                if any(grid.startswith(community.code) for grid in sector.grids)
            ]
            for community in self.territory.level(3)
        }

    def _deputy_secretaries(self, officers: dict[str, str]) -> None:
        """Give officers a second post in a community their sector reaches into."""
        reach = self._reach(officers)
        first = [(community, near[0]) for community, near in reach.items()]
        more = [(community, officer) for community, near in reach.items() for officer in near[1:]]
        self.rng.shuffle(more)
        for community, officer in [*first, *more][:DEPUTY_SECRETARIES]:
            self._post(Posting(officer, Role.DEPUTY_SECRETARY, self._since(), grid=community))

    def _teams(self, officers: dict[str, str]) -> None:
        """Fill the six roles of every community's team with one or two people; officers keep public order."""
        reach = self._reach(officers)
        places = [(community, role) for community in reach for role in TeamRole]
        for (community, role), count in zip(places, shares(TEAM_PEOPLE, [1.0] * len(places)), strict=True):
            own = reach[community] if role is TeamRole.PUBLIC_ORDER else []
            for number in range(count):
                person = own[number] if number < len(own) else self._hire()
                self._post(Posting(person, Role.TEAM_MEMBER, self._since(), team_role=role, grid=community))

    def _mediators(self, residents: Sequence[Resident]) -> None:
        """Post two mediators in every community: one of its staff, and a resident people listen to."""
        wise = [r for r in residents if 50 <= self.today.year - r.birth_year <= 70]
        for community in self.territory.level(3):
            self._staffed(replace(self._vacancy(Role.MEDIATOR), grid=community.code))
            near = [r for r in wise if r.building.startswith(community.code)]
            self._post(Posting(self.rng.choice(near).code, Role.MEDIATOR, self._since(), grid=community.code))

    def _station_staff(self) -> None:
        for role, number in TOWN_STAFF.items():
            for _ in range(number):
                self._post(self._vacancy(role))

    def _clerks(self, agencies: Sequence[Agency]) -> None:
        for agency in agencies:
            for _ in range(1 if agency.estate else 3 if agency.around_the_clock else 2):
                self._staffed(replace(self._vacancy(Role.AGENCY_CLERK), agency=agency.code))


# -- groups --


def _groups(
    territory: Territory, residents: Sequence[Resident], postings: Sequence[Posting], rng: Random, today: date
) -> tuple[Group, ...]:
    estate_of = {building.code: building.estate for building in territory.buildings}
    by_estate: dict[str, list[Resident]] = {estate.code: [] for estate in territory.estates}
    for resident in residents:
        if resident.birth_year <= today.year - 18 and not resident.phone_only:
            by_estate[estate_of[resident.building]].append(resident)
    old = territory.beats[0]
    old_estates = [estate for estate in territory.estates if estate.beat == old.code]
    step = ESTATES_PER_OLD_TOWN_GROUP
    old_parts = [old_estates[at : at + step] for at in range(0, len(old_estates), step)]
    new_parts = _joined_estates(
        [e for e in territory.estates if e.beat != old.code], by_estate, GROUPS - len(old_parts)
    )
    groups: list[Group] = []
    for parts, total, all_homes in (
        (old_parts, MEMBERS_IN_THE_OLD_TOWN, True),
        (new_parts, GROUP_MEMBERS - MEMBERS_IN_THE_OLD_TOWN, False),
    ):
        people = [[resident for estate in part for resident in by_estate[estate.code]] for part in parts]
        for part, members in zip(parts, _members(people, total, all_homes, rng), strict=True):
            groups.append(_group(len(groups) + 1, part, members, postings, territory))
    return tuple(groups)


def _joined_estates(
    estates: Sequence[Estate], people: dict[str, list[Resident]], count: int
) -> list[list[Estate]]:
    """Give every estate a group of its own, but let the smallest share one with a neighbor."""
    parts = [[estate] for estate in estates]

    def size(part: list[Estate]) -> int:
        return sum(len(people[estate.code]) for estate in part)

    def strangeness(one: list[Estate], other: list[Estate]) -> tuple[int, bool, float]:
        x, y = one[0].point[0] - other[0].point[0], one[0].point[1] - other[0].point[1]
        return len(other), one[0].sector != other[0].sector, x * x + y * y

    while len(parts) > count:
        smallest = min(parts, key=size)
        others = [part for part in parts if part is not smallest]
        partner = min(others, key=lambda part: strangeness(smallest, part))
        parts.remove(smallest)
        partner += smallest
    return parts


def _members(
    people: Sequence[Sequence[Resident]], total: int, all_homes: bool, rng: Random
) -> list[list[Resident]]:
    """Choose `total` members; with `all_homes` at least one of every household that can be reached."""
    chosen: list[list[Resident]] = []
    for candidates in people:
        first: dict[str, Resident] = {}
        for resident in rng.sample(candidates, len(candidates)):
            first.setdefault(resident.household, resident)
        chosen.append(list(first.values()) if all_homes else [])
    left = total - sum(len(members) for members in chosen)
    rest = [
        [resident for resident in candidates if resident.code not in {member.code for member in members}]
        for candidates, members in zip(people, chosen, strict=True)
    ]
    more = shares(left, [float(len(candidates)) for candidates in rest], least=0)
    return [
        sorted([*members, *rng.sample(candidates, count)], key=lambda resident: resident.code)
        for members, candidates, count in zip(chosen, rest, more, strict=True)
    ]


def _group(
    number: int,
    estates: list[Estate],
    members: Sequence[Resident],
    postings: Sequence[Posting],
    territory: Territory,
) -> Group:
    names = "·".join(estate.name for estate in estates)
    communities = {estate.community for estate in estates}
    codes = {estate.code for estate in estates}
    grids = {building.grid[:15] for building in territory.buildings if building.estate in codes}
    areas = {estate.sector for estate in estates} | {estate.beat for estate in estates} | communities | grids
    roles = (Role.OFFICER, Role.GRID_WORKER, Role.GRID_CHIEF)
    staff = dict.fromkeys(
        posting.person
        for posting in postings
        if posting.end is None
        and posting.role in roles
        and (posting.grid or posting.sector or posting.beat) in areas
    )
    return Group(
        code=f"Q{number:02}",
        name=f"{names}邻里群",
        estates=tuple(estate.code for estate in estates),
        sector=estates[0].sector,
        beat=estates[0].beat,
        members=tuple(resident.code for resident in members),
        staff=tuple(staff),
    )


# -- duty table --


def _duties(territory: Territory, postings: Sequence[Posting], today: date) -> Iterator[Duty]:
    """Return the duty table of sixty days around `today`: day from 8 to 20, night from 20 to 8."""
    officers = [
        (sector.code, _posted(postings, Role.OFFICER, sector.code)[0]) for sector in territory.sectors
    ]
    auxiliaries = {s.code: _posted(postings, Role.AUXILIARY, s.code) for s in territory.sectors}
    pairs = {role: _posted(postings, role) for role in (Role.SORTING_OFFICER, Role.COMMAND)}
    singles = {role: _posted(postings, role) for role in (Role.SUPERVISOR, Role.CONFIDENTIAL)}
    step = SECTORS_PER_NIGHT_OFFICER
    for offset in range(-DUTY_DAYS_BEFORE, DUTY_DAYS_AFTER):
        day = today + timedelta(days=offset)
        for at in range(0, len(officers), step):
            yield from _officer_duties(officers[at : at + step], day)
        for sector, people in auxiliaries.items():
            yield from _turns(sector, Role.AUXILIARY, people, day)
        for role, people in pairs.items():
            yield from _turns(None, role, people[::2], day)
            yield from _turns(None, role, people[1::2], day)
        for role, people in singles.items():
            yield from _turns(None, role, people, day)


def _posted(postings: Iterable[Posting], role: Role, sector: str | None = None) -> list[str]:
    return [p.person for p in postings if p.role is role and p.end is None and p.sector == sector]


def _officer_duties(ground: Sequence[tuple[str, str]], day: date) -> Iterator[Duty]:
    """By day everybody on their own sector, by night one for all of them, who is off that day and the next."""
    turn = day.toordinal()
    night = ground[turn % len(ground)][1]
    resting = {night, ground[(turn - 1) % len(ground)][1]}
    present = [officer for _, officer in ground if officer not in resting]
    weekend = day.weekday() >= 5
    for number, (sector, own) in enumerate(ground):
        instead = present[(turn if weekend else number) % len(present)]
        yield _day(sector, Role.OFFICER, instead if weekend or own in resting else own, day)
        yield _night(sector, Role.OFFICER, night, day)


def _turns(sector: str | None, role: Role, people: Sequence[str], day: date) -> Iterator[Duty]:
    """One by day and one by night; whoever had the day has the night two days later."""
    turn = day.toordinal()
    yield _day(sector, role, people[turn % len(people)], day)
    yield _night(sector, role, people[(turn + 2) % len(people)], day)


def _day(sector: str | None, role: Role, person: str, day: date) -> Duty:
    return Duty(sector, role, person, _at(day, DAY_STARTS), _at(day, NIGHT_STARTS))


def _night(sector: str | None, role: Role, person: str, day: date) -> Duty:
    return Duty(sector, role, person, _at(day, NIGHT_STARTS), _at(day + timedelta(days=1), DAY_STARTS))


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, CHINA)
