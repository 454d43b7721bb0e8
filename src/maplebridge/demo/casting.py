"""Who plays whom: the residents and staff of the town who say and do what a thread of the story tells.

Everybody is found through the queries of the areas, so that the same casting serves the month that lies behind
and what happens while somebody looks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from maplebridge.conversations import queries as conversations
from maplebridge.conversations.actions import RESIDENT
from maplebridge.demo.story import AGENCIES, Thread
from maplebridge.demo.town import Territory
from maplebridge.matters.actions import shown_as
from maplebridge.matters.actions.raising import officers_on_duty
from maplebridge.matters.queries import local_day
from maplebridge.people import queries as people
from maplebridge.people.domain.roles import Role
from maplebridge.places import queries as places
from maplebridge.rosters.queries import on_duty

if TYPE_CHECKING:
    from maplebridge.demo.parts import Part

OLD, NEW, VILLAGE = "old", "new", "village"
# Whoever is listed first of a role: their lists are looked at first, and what is shown is in their hands.
SHOWN: Mapping[str, Role] = MappingProxyType(
    {
        "chief": Role.GRID_CHIEF,
        "officer": Role.OFFICER,
        "grid": Role.GRID_WORKER,
        "auxiliary": Role.AUXILIARY,
        "deputy": Role.DEPUTY_SECRETARY,
        "member": Role.TEAM_MEMBER,
        "mediator": Role.MEDIATOR,
    }
)
LIFTS_FROM = 2004  # estates built later, with high houses, have what the story tells of lifts and garages
HIGH = 16  # floors
ACTIVE = 60  # members of a group who write in it; the others read


@dataclass(frozen=True)
class Player:
    """Somebody on the stage, with the role and the name that others see."""

    person_id: int
    role: str
    shown_as: str


@dataclass(frozen=True)
class Home:
    estate_id: int
    estate_code: str
    estate: str
    grid_id: int
    building: str
    entrance: str
    room: str
    floor: str
    road: str
    community: str


@dataclass(frozen=True)
class Neighbor:
    player: Player
    home: Home


@dataclass(frozen=True)
class Room:
    """A group, as a stage: its thread and the neighbors who write in it."""

    thread_id: int
    neighbors: Sequence[Neighbor]

    def of_kinds(self, kinds: Mapping[str, frozenset[str]], wanted: str) -> list[Neighbor]:
        if wanted == "any":
            return list(self.neighbors)
        return [one for one in self.neighbors if wanted in kinds.get(one.home.estate_code, frozenset())]


@dataclass
class Cast:
    """The stage and the players of one thread of the story. Staff are looked up when they first appear."""

    room: Room
    neighbors: Sequence[Neighbor]
    road: str
    began: datetime
    lead: str
    show: bool = False
    known: dict[str, Player] = field(default_factory=dict)

    @property
    def first(self) -> Neighbor:
        return self.neighbors[0]

    def resident(self, who: str) -> Neighbor:
        return self.neighbors[(int(who[1:]) - 1) % len(self.neighbors)]

    def player(self, who: str) -> Player:
        """Return who speaks as `r2`, `officer`, `water` …; the same all through the thread."""
        if who not in self.known:
            self.known[who] = self._found(who)
        return self.known[who]

    def agency(self, kind: str) -> int | None:
        home = self.first.home
        return people.agency_for(kind, local_day(self.began), grid_id=home.grid_id, estate_id=home.estate_id)

    def fill(self, text: str) -> str:
        """Return a text of the story with the homes of the players filled in."""
        if "{" not in text:
            return text
        words = {"road": self.road}
        for number, neighbor in enumerate(self.neighbors, 1):
            home = neighbor.home
            for name in ("estate", "building", "entrance", "room", "floor", "community"):
                words[f"{name}{number}"] = getattr(home, name)
                if number == 1:
                    words[name] = getattr(home, name)
        return text.format_map(words)

    def _found(self, who: str) -> Player:
        if who[0] == "r" and who[1:].isdigit():
            return self.resident(who).player
        day, grid = local_day(self.began), self.first.home.grid_id
        if who in AGENCIES or who == "clerk":
            agency = self.agency("government_service" if who == "clerk" else who)
            clerks = people.clerks_of(agency, day) if agency is not None else []
            return self._first_of(clerks, Role.AGENCY_CLERK)
        if self.show and who in SHOWN and (posting := people.first_posting(SHOWN[who], day)) is not None:
            return self._first_of([posting.person_id], SHOWN[who])
        match who:
            case "officer":
                return self._first_of(officers_on_duty(grid, self.began), Role.OFFICER)
            case "grid":
                return self._first_of(people.holders_over(Role.GRID_WORKER, grid, day), Role.GRID_WORKER)
            case "mediator":
                return self._first_of(people.holders_over(Role.MEDIATOR, grid, day), Role.MEDIATOR)
            case "secretary":
                return self._chief(3)
            case "chief":
                return self._chief(2)
            case "captain":
                return self._chief(1)
            case "sorting":
                return self._on_duty(Role.SORTING_OFFICER)
            case _:
                return self._on_duty(Role.SUPERVISOR)

    def _chief(self, level: int) -> Player:
        chain = people.chain_of_chiefs(self.first.home.grid_id, local_day(self.began))
        found = [person for height, person in chain if height >= level]
        return self._first_of(found, Role.GRID_CHIEF)

    def _on_duty(self, role: Role) -> Player:
        day = local_day(self.began)
        return self._first_of(on_duty(None, role, self.began) or list(people.holders_of(role, day)), role)

    def _first_of(self, ids: Sequence[int], role: Role) -> Player:
        if not ids:
            raise NobodyToPlay(role)
        person = people.get_person(ids[0])
        return Player(person.pk, role.value, shown_as(person, role.value))


class NobodyToPlay(LookupError):
    """The town has nobody for a role of the story."""


class Casting:
    """Finds a stage and players for each thread; who wrote often enough leaves the stage to others."""

    def __init__(self, kinds: Mapping[str, frozenset[str]], rng: Random, part: "Part | None" = None) -> None:
        self.kinds = kinds
        self.rng = rng
        threads = [one.thread_id for one in conversations.groups().order_by("thread_id")]
        mine = threads[part.number :: part.of] if part else threads
        self.rooms = [_room(one, rng) for one in mine]
        self.said = dict.fromkeys((room.thread_id for room in self.rooms), 0)
        self.roads: dict[str, str] = {}
        self.recurring: dict[str, Neighbor] = {}
        self.seen: set[int] = set()  # residents who appeared

    def cast(self, thread: Thread, began: datetime) -> Cast:
        """Put a thread on the stage where least was said so far, among those that fit it."""
        fitting = [room for room in self.rooms if room.of_kinds(self.kinds, thread.estate)] or self.rooms
        if not fitting:
            raise NobodyToPlay("group")
        room = min(fitting, key=lambda one: (self.said[one.thread_id], self.rng.random()))
        if thread.show:
            room = self.rooms[0]
        neighbors = self._neighbors(room, thread, local_day(began))
        self.said[room.thread_id] += sum(step.is_said for step in thread.steps)
        road = neighbors[0].home.road
        if thread.issue:
            road = self.roads.setdefault(thread.issue, road)
        appearing = {step.who for step in thread.steps if step.is_resident}
        cast = Cast(room, neighbors, road, began, thread.lead, thread.show)
        self.seen |= {cast.player(who).person_id for who in appearing}
        return cast

    def _on_shown_ground(self, day: date) -> list[Neighbor]:
        """Return the neighbors of the first group who live where the first chief of grids is posted."""
        posting = people.first_posting(Role.GRID_CHIEF, day)
        ground = posting.grid_id if posting else None
        neighbors = self.rooms[0].neighbors
        return [one for one in neighbors if ground in places.grid_facts(one.home.grid_id).chain] or list(
            neighbors
        )

    def _neighbors(self, room: Room, thread: Thread, day: date) -> list[Neighbor]:
        """Return neighbors of one estate for `r1`, `r2` …; a part that recurs is played by the same person."""
        fitting = room.of_kinds(self.kinds, thread.estate) or list(room.neighbors)
        if thread.show:
            fitting = self._on_shown_ground(day)
        first = self.rng.choice(fitting)
        if part := thread.cast.get("r1"):
            first = self.recurring.setdefault(part, first)
        same = [one for one in room.neighbors if one.home.estate_id == first.home.estate_id]
        others = [one for one in same or room.neighbors if one is not first]
        self.rng.shuffle(others)
        return [first, *others[:8]]


def kinds_of(territory: Territory) -> dict[str, frozenset[str]]:
    """Return for each estate which of the story's kinds of place it is."""
    floors: dict[str, list[int]] = {}
    for building in territory.buildings:
        floors.setdefault(building.estate, []).append(building.floors)
    old_town = territory.beats[0].code
    lowest = sorted((e.code for e in territory.estates if e.beat != old_town), key=lambda c: max(floors[c]))
    return {
        estate.code: frozenset(
            kind
            for kind, fits in (
                (OLD, estate.beat == old_town),
                (NEW, estate.built >= LIFTS_FROM and max(floors[estate.code]) >= HIGH),
                (VILLAGE, estate.code in lowest[:3]),
            )
            if fits
        )
        for estate in territory.estates
    }


def _room(thread_id: int, rng: Random) -> Room:
    """Read some of the members of a group, each with the home of which they speak."""
    members = conversations.members_of(thread_id).filter(role=RESIDENT).order_by("person_id")
    ids = list(members.values_list("person_id", flat=True))
    found = people.persons(rng.sample(ids, min(ACTIVE, len(ids))))
    entrances = places.entrance_numbers([one.entrance_id for one in found.values() if one.entrance_id])
    return Room(thread_id, [_neighbor(found[id], entrances) for id in sorted(found)])


def _neighbor(person: Any, entrances: Mapping[int, str]) -> Neighbor:
    building = person.building
    assert building is not None
    assert building.estate is not None  # members of groups live in one
    grid = places.grid_facts(building.estate.grid_id)
    community = next(
        (places.grid_facts(one).name for one in grid.chain if places.grid_facts(one).level == 3), ""
    )
    return Neighbor(
        Player(person.pk, RESIDENT, shown_as(person, RESIDENT)),
        Home(
            estate_id=building.estate.pk,
            estate_code=building.estate.code,
            estate=building.estate.name,
            grid_id=building.grid_id,
            building=f"{building.number}号楼",
            entrance=f"{entrances.get(person.entrance_id or 0, '1')}单元",
            room=person.room,
            floor=f"{person.room[:-2]}楼",
            road=building.road,
            community=community,
        ),
    )
