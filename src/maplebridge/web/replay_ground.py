"""The ground on which a file is replayed: the town's own, or one generated for the file where there is none.

A generated ground is a county of square grids around the points of the file (one grid, where it has no points),
with a chief for every grid, a sorting officer, a supervisor, and a neighbor group with residents in each grid.
"""

import secrets
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from maplebridge.conversations import actions as conversations
from maplebridge.conversations import queries as conversation_queries
from maplebridge.matters.queries import categories
from maplebridge.people import actions as people
from maplebridge.people import queries as people_queries
from maplebridge.people.domain.roles import Role
from maplebridge.places import actions as places
from maplebridge.places import queries as place_queries
from maplebridge.rosters import actions as rosters

SIDE = 8  # a generated county has this many grids along each side
RESIDENTS_PER_GROUP = 20
COUNTY_CODE = "999901"


@dataclass(frozen=True, slots=True)
class Seat:
    """Where one message is said, and by whom."""

    thread_id: int
    resident_id: int
    shown_as: str


@dataclass
class Ground:
    """Groups with their residents, by grid. `run` marks this replay, so that a file may be replayed again."""

    threads: dict[int | None, int]
    residents: dict[int, list[tuple[int, str]]]
    run: str = field(default_factory=lambda: secrets.token_hex(4))
    messages: dict[str, int] = field(default_factory=dict)

    def place_of(self, lon: float | None, lat: float | None, id: str) -> Seat:
        """Return the seat of a message: the group of the grid that holds its point, else one drawn by its id."""
        thread_id = self._thread_at(lon, lat) or self._drawn(list(self.threads.values()), id)
        resident_id, shown_as = self._drawn(self.residents[thread_id], id)
        return Seat(thread_id, resident_id, shown_as)

    def _thread_at(self, lon: float | None, lat: float | None) -> int | None:
        if lon is None or lat is None:
            return None
        grid_id = place_queries.grid_at(lon, lat)
        if grid_id is None:
            return None
        chain = place_queries.grid_facts(grid_id).chain
        return next((self.threads[one] for one in chain if one in self.threads), None)

    @staticmethod
    def _drawn(choices: Sequence[Any], id: str) -> Any:
        return choices[zlib.crc32(id.encode()) % len(choices)]


def ground_of_town(now: datetime) -> Ground:
    """Return the groups of the town as they are, with the residents who are in them."""
    threads: dict[int | None, int] = {}
    residents: dict[int, list[tuple[int, str]]] = {}
    for group in conversation_queries.groups():
        members = conversation_queries.members_of(group.thread_id).filter(role=conversations.RESIDENT)
        ids = list(members.values_list("person_id", flat=True)[:RESIDENTS_PER_GROUP])
        if ids:
            threads[group.thread.grid_id] = group.thread_id
            people_here = people_queries.persons(ids)
            residents[group.thread_id] = [(one, people_here[one].nickname) for one in ids]
    return Ground(threads, residents)


def make_ground(points: Sequence[tuple[float, float]], *, now: datetime, today: date) -> Ground:
    """Generate a county around the points, with everybody who is needed, through the public actions."""
    begin = today - timedelta(days=20 * 365)
    west, south, east, north = _bounds(points)
    side = SIDE if points else 1
    county = places.add_grid(
        code=f"{COUNTY_CODE}000000",
        name="Replay county",
        level=5,
        parent_id=None,
        boundary=_box(west, south, east, north),
        valid_from=begin,
    )
    _chief(county.pk, "county", now, begin)
    town = places.add_grid(
        code=f"{COUNTY_CODE}001000",
        name="Replay town",
        level=4,
        parent_id=county.pk,
        boundary=_box(west, south, east, north),
        valid_from=begin,
    )
    _chief(town.pk, "town", now, begin)
    ground = Ground({}, {})
    for row in range(side):
        community = _strip(town.pk, row, side, (west, south, east, north), now, begin)
        for column in range(side):
            _cell(ground, community, row, column, side, (west, south, east, north), now, begin)
    _town_staff(now, begin)
    return ground


def _bounds(points: Sequence[tuple[float, float]]) -> tuple[float, float, float, float]:
    if not points:
        return 100.0, 36.0, 100.1, 36.1
    lons, lats = [p[0] for p in points], [p[1] for p in points]
    return min(lons) - 0.001, min(lats) - 0.001, max(lons) + 0.001, max(lats) + 0.001


def _box(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def _between(low: float, high: float, part: int, parts: int) -> float:
    return low + (high - low) * part / parts


def _strip(town_id: int, row: int, side: int, box: tuple[float, ...], now: datetime, begin: date) -> Any:
    west, south, east, north = box
    community = places.add_grid(
        code=f"{COUNTY_CODE}001{row + 1:03}",
        name=f"Community {row + 1}",
        level=3,
        parent_id=town_id,
        boundary=_box(west, _between(south, north, row, side), east, _between(south, north, row + 1, side)),
        valid_from=begin,
    )
    _chief(community.pk, f"community {row + 1}", now, begin)
    return community


def _cell(
    ground: Ground,
    community: Any,
    row: int,
    column: int,
    side: int,
    box: tuple[float, ...],
    now: datetime,
    begin: date,
) -> None:
    west, south, east, north = box
    grid = places.add_grid(
        code=f"{community.code}{column + 1:03}",
        name=f"Grid {row + 1}-{column + 1}",
        level=2,
        parent_id=community.pk,
        boundary=_box(
            _between(west, east, column, side),
            _between(south, north, row, side),
            _between(west, east, column + 1, side),
            _between(south, north, row + 1, side),
        ),
        valid_from=begin,
    )
    _chief(grid.pk, f"grid {row + 1}-{column + 1}", now, begin)
    group = conversations.open_group(name=f"Group {row + 1}-{column + 1}", grid_id=grid.pk, now=now)
    ground.threads[grid.pk] = group.thread_id
    members = []
    for number in range(RESIDENTS_PER_GROUP):
        person = people.enrol(nickname=f"Resident {row + 1}-{column + 1}-{number + 1}", now=now)
        conversations.join(
            thread_id=group.thread_id, person_id=person.pk, role=conversations.RESIDENT, now=now
        )
        members.append((person.pk, person.nickname))
    ground.residents[group.thread_id] = members


def _chief(grid_id: int, of: str, now: datetime, begin: date) -> None:
    person = people.enrol(nickname=f"Chief of {of}", now=now)
    people.post(person=person, role=Role.GRID_CHIEF, grid_id=grid_id, starts_on=begin)


def _town_staff(now: datetime, begin: date) -> None:
    for role in (Role.SORTING_OFFICER, Role.SUPERVISOR, Role.CONFIDENTIAL, Role.ADMINISTRATOR):
        person = people.enrol(nickname=f"Replay {role.value}", now=now)
        people.post(person=person, role=role, starts_on=begin)
        rosters.put_on_duty(
            person_id=person.pk,
            role=role,
            starts_at=datetime(begin.year, 1, 1, tzinfo=now.tzinfo),
            ends_at=now + timedelta(days=3650),
        )
    for number, kind in enumerate(sorted(_agency_kinds())):
        people.found_agency(
            name=f"Agency for {kind}", code=f"{COUNTY_CODE}A{number:03}", kind=kind, valid_from=begin
        )


def _agency_kinds() -> set[str]:
    return {one.lead for one in categories().values() if one.lead}
