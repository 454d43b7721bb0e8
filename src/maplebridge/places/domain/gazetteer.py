"""Which building, estate or road of this place an address means, or what is missing to know it.

Tolerant of one wrong character in a name, but never of a wrong number, direction or letter: 海棠一苑 and
海棠二苑 are two estates.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice, zip_longest

from maplebridge.places.domain.address import Kind, Names, Part, fold, number, parse

SHOWN_CANDIDATES = 30
READ_CHARACTERS = 120  # of a message, from a name on; an address is shorter


@dataclass(frozen=True, slots=True)
class EstateEntry:
    code: str
    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BuildingEntry:
    code: str
    number: str
    estate: str | None = None
    road: str = ""
    road_number: str = ""
    entrances: tuple[str, ...] = ()
    name: str = ""  # 和顺大厦


class Found(StrEnum):
    BUILDING = "building"
    ESTATE = "estate"
    ROAD = "road"
    NONE = "none"


class Missing(StrEnum):
    ESTATE = "estate"
    BUILDING = "building"
    ROAD_NUMBER = "road_number"


class Doubt(StrEnum):
    CORRECTED = "corrected"  # the name was taken for a similar one
    AMBIGUOUS = "ambiguous"
    NEARBY = "nearby"  # opposite, beside: not the place itself
    HERE = "here"  # no estate was named; the one of the conversation was taken
    ESTATE_AND_ROAD_DIFFER = "estate_and_road_differ"
    UNKNOWN_ESTATE = "unknown_estate"
    UNKNOWN_ROAD = "unknown_road"
    NO_SUCH_BUILDING = "no_such_building"
    NO_SUCH_ENTRANCE = "no_such_entrance"
    NO_SUCH_ROAD_NUMBER = "no_such_road_number"


@dataclass(frozen=True, slots=True)
class Match:
    """What was found: the code of a building or estate, or the name of a road.

    `candidates` are codes of what may be meant: buildings of the estate or road, or several estates.
    """

    found: Found
    code: str | None = None
    candidates: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    entrance: str | None = None
    floor: str | None = None
    room: str | None = None


class _Index:
    """Codes by name: exact, else by the core of the name, else with one wrong character."""

    def __init__(self, named: Iterable[tuple[str, str]]) -> None:
        self._exact: dict[str, set[str]] = defaultdict(set)
        self._core: dict[str, set[str]] = defaultdict(set)
        self._one_off: dict[str, set[str]] = defaultdict(set)
        for name, code in named:
            folded = fold(name)
            self._exact[folded].add(code)
            self._core[_core(folded)].add(code)
            for shorter in _one_left_out(folded):
                self._one_off[shorter].add(folded)

    def exact(self, text: str) -> set[str]:
        """Return the codes of the name that the text is, or ends with."""
        return next((self._exact[text[i:]] for i in range(len(text) - 1) if text[i:] in self._exact), set())

    def similar(self, text: str) -> set[str]:
        core = _core(text)
        if len(core) > 1 and core in self._core:
            return self._core[core]
        return {
            code
            for name in self._one_slip_from(text)
            if not _slip(text, name) & _DISTINCT
            for code in self._exact[name]
        }

    def suggested(self, text: str) -> set[str]:
        """Return the codes of names that differ in one character, even in a number: to ask, not to take."""
        return {code for name in self._one_slip_from(text) for code in self._exact[name]}

    def _one_slip_from(self, text: str) -> set[str]:
        if len(text) < 3:
            return set()
        names = {name for key in (*_one_left_out(text), text) for name in self._one_off.get(key, ())}
        names |= {shorter for shorter in _one_left_out(text) if shorter in self._exact}
        return {name for name in names if _slip(text, name)}


_ENDING = re.compile(r"(?<=..)(?:小区|花园|家园|花苑|苑|公寓|新村|大厦|院)$")
_DISTINCT = frozenset(
    "一二三四五六七八九十东西南北中前后上下左右新老大小甲乙丙丁0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)


def _core(name: str) -> str:
    return _ENDING.sub("", name)


def _one_left_out(name: str) -> set[str]:
    return {name[:i] + name[i + 1 :] for i in range(len(name))}


def _slip(a: str, b: str) -> set[str]:
    """Return the characters in which two names differ when it is one place only, else nothing."""
    start = next((i for i, (x, y) in enumerate(zip_longest(a, b)) if x != y), len(a))
    rest_a, rest_b = a[start + (len(a) >= len(b)) :], b[start + (len(b) >= len(a)) :]
    if rest_a != rest_b or abs(len(a) - len(b)) > 1:
        return set()
    longer = max(a, b, key=len)
    return {a[start], b[start]} if len(a) == len(b) and a != b else set(longer[start : start + 1])


class Gazetteer:
    """The estates, buildings and roads of a place, made ready for finding. Build it once and keep it."""

    def __init__(
        self,
        estates: Iterable[EstateEntry],
        buildings: Iterable[BuildingEntry],
        roads: Iterable[str] = (),
        areas: Mapping[str, Kind] | None = None,
    ) -> None:
        estates, self.buildings = tuple(estates), tuple(buildings)
        names = [(name, e.code) for e in estates for one in (e.name, *e.aliases) for name in _spellings(one)]
        known_roads = sorted({*roads, *(b.road for b in self.buildings if b.road)})
        self.estates = _Index(names)
        self.roads = _Index((road, road) for road in known_roads)
        named = [(name, b.code) for b in self.buildings if _is_a_name(b.name) for name in _spellings(b.name)]
        self.named_buildings = _Index(named)
        self.of_estate: dict[str, list[BuildingEntry]] = defaultdict(list)
        self.on_road: dict[str, list[BuildingEntry]] = defaultdict(list)
        for building in self.buildings:
            if building.estate:
                self.of_estate[building.estate].append(building)
            if building.road:
                self.on_road[building.road].append(building)
        self.names = Names(
            dict(areas or {})
            | dict.fromkeys(known_roads, Kind.ROAD)
            | {name: Kind.ESTATE for name, _ in named}
            | {name: Kind.ESTATE for name, _ in names}
        )


def _spellings(name: str) -> Iterator[str]:
    """Yield a name as it stands, and without the dot that few people type: 碧水·天成, 碧水天成."""
    yield name
    if "·" in name:
        yield name.replace("·", "")


def _is_a_name(text: str) -> bool:
    """Tell what a building is called from what it is numbered: 和顺大厦, not 3号楼."""
    return len(text) > 2 and not _NUMBERED.search(fold(text))


_NAMING = (Kind.ESTATE, Kind.COMMUNITY, Kind.OTHER)
# What tells a place inside of the estate that a conversation belongs to.
_WITHIN = frozenset({Kind.SECTION, Kind.BUILDING, Kind.ENTRANCE, Kind.FLOOR, Kind.ROOM, Kind.LANDMARK})
_NEAR = re.compile(r"对|旁|附近|隔壁|[东西南北]|后面|前面|边上")
_LIKE_AN_ESTATE = re.compile(r"(?:小区|苑|花园|家园|公寓|新村|庭|府)$")


def locate(text: str, gazetteer: Gazetteer, here: str | None = None) -> tuple[list[Part], Match]:
    """Return the address told in a message, and what it means here; the best of its sentences counts.

    `here` is the code of the estate the conversation belongs to.
    """
    readings = [(parts, find(parts, gazetteer, here)) for parts in _readings(text, gazetteer)]
    parts, match = max(readings, key=lambda reading: _worth(reading[1]), default=([], Match(Found.NONE)))
    return _told(parts, match), match


def _told(parts: list[Part], match: Match) -> list[Part]:
    """Leave out what only looked like a name: with 今天又碰上,2号楼 the building is told, the rest is talk."""
    if Doubt.HERE not in match.doubts:
        return parts
    return [part for part in parts if part.kind in _WITHIN]


# What makes a clause worth reading as an address: a name known here, or a number of a building, entrance or room.
_NUMBERED = re.compile(r"[0-9一二三四五六七八九十][A-Z]?(?:号|栋|幢|座|单元|室|楼|#|[-－—])")
MOST_CLAUSES = 12  # of a long letter; an address stands early, or beside a known name


def _readings(text: str, gazetteer: Gazetteer) -> Iterator[list[Part]]:
    for clause, known in islice(_clauses(text, gazetteer), MOST_CLAUSES):
        yield parse(clause[known:], gazetteer.names)


def _clauses(text: str, gazetteer: Gazetteer) -> Iterator[tuple[str, int]]:
    """Yield the clauses worth reading, each with where its first known name begins."""
    folded = fold(text)
    first = gazetteer.names.first_in(folded)
    starts = {0} if first is None else {first}
    starts |= {match.end() for match in re.finditer(r"[,,。!!??;;\n]", folded[: READ_CHARACTERS * 10])}
    for start in sorted(starts):
        clause = re.split(r"[。!!??;;\n]", text[start : start + READ_CHARACTERS], maxsplit=1)[0]
        known = gazetteer.names.first_in(folded[start : start + len(clause)])
        if known is not None or start == 0 or _NUMBERED.search(folded, start, start + len(clause)):
            yield clause, known or 0


def _worth(match: Match) -> tuple[int, int, int]:
    rank = (Found.NONE, Found.ROAD, Found.ESTATE, Found.BUILDING).index(match.found)
    return (
        rank,
        -len(match.doubts),
        sum(value is not None for value in (match.entrance, match.floor, match.room)),
    )


def find(parts: Sequence[Part], gazetteer: Gazetteer, here: str | None = None) -> Match:
    """Return the building, estate or road that the parts mean, and what is missing or doubtful."""
    return _Search(parts, gazetteer, here).match()


class _Search:
    def __init__(self, parts: Sequence[Part], gazetteer: Gazetteer, here: str | None) -> None:
        self._parts = parts
        self._known = gazetteer
        self._doubts: list[Doubt] = []
        self._called = self._named_building()
        self._estates = (
            set() if self._called else self._named(_NAMING, gazetteer.estates, Doubt.UNKNOWN_ESTATE)
        )
        self._roads = self._named((Kind.ROAD,), gazetteer.roads, Doubt.UNKNOWN_ROAD)
        known = self._called or self._estates or self._roads or self._doubts
        if here and not known and self._value(Kind.BUILDING):
            self._estates = {here}
            self._doubts.append(Doubt.HERE)
        if any(part.kind == Kind.LANDMARK and _NEAR.search(part.value) for part in parts):
            self._doubts.append(Doubt.NEARBY)

    def match(self) -> Match:
        if self._called:
            return self._result(Found.BUILDING, self._called)
        if not (self._estates or self._roads):
            meant = {code for text in self._texts(_NAMING) for code in self._known.estates.suggested(text)}
            return self._result(Found.NONE, None, tuple(sorted(meant)), (Missing.ESTATE,))
        pool = self._pool()
        wanted = self._value(Kind.BUILDING)
        if wanted is None and self._estates and not self._roads:
            # 海棠苑12号 may be the building; 12号 of a road is a house number.
            wanted = self._value(Kind.ROAD_NUMBER)
        if wanted is None:
            return self._only(pool)
        hits = [building for building in pool if number(building.number) == wanted]
        if hits:
            return self._only(hits)
        self._doubts.append(Doubt.NO_SUCH_BUILDING)
        return self._place(pool, missing=(Missing.BUILDING,))

    def _named_building(self) -> str | None:
        """Return the one building that is called exactly so, where no estate is."""
        texts = list(self._texts(_NAMING))
        if any(self._known.estates.exact(text) for text in texts):
            return None
        called = (self._known.named_buildings.exact(text) for text in texts)
        return next((code for codes in called if len(codes) == 1 for code in codes), None)

    def _named(self, kinds: Sequence[Kind], index: _Index, unknown: Doubt) -> set[str]:
        """Return the codes that the parts of these kinds name, exactly if possible."""
        texts = list(self._texts(kinds))
        for text in texts:
            if codes := index.exact(text):
                return codes
        for text in texts:
            if codes := index.similar(text):
                self._doubts.append(Doubt.CORRECTED)
                return codes
        if any(kinds == (Kind.ROAD,) or _LIKE_AN_ESTATE.search(text) for text in texts):
            self._doubts.append(unknown)
        return set()

    def _texts(self, kinds: Sequence[Kind]) -> Iterator[str]:
        """Yield the names in the parts, with the section they may include: 海棠苑二期."""
        for part, after in zip_longest(self._parts, self._parts[1:]):
            if part.kind in kinds:
                if after and after.kind == Kind.SECTION and after.start == part.end:
                    yield part.value + after.value
                yield part.value

    def _value(self, kind: Kind) -> str | None:
        return next((part.value for part in self._parts if part.kind == kind), None)

    def _pool(self) -> list[BuildingEntry]:
        """Return the buildings that the estate and the road with its number leave."""
        in_estates = [b for code in sorted(self._estates) for b in self._known.of_estate[code]]
        if not self._roads:
            return in_estates
        on_roads = [b for road in sorted(self._roads) for b in self._known.on_road[road]]
        house = self._value(Kind.ROAD_NUMBER)
        numbered = [b for b in on_roads if house is not None and number(b.road_number) == house]
        if house is not None and not numbered:
            self._doubts.append(Doubt.NO_SUCH_ROAD_NUMBER)
        if not self._estates:
            return numbered or on_roads
        both = [building for building in numbered or on_roads if building.estate in self._estates]
        if not both and (numbered or on_roads):
            self._doubts.append(Doubt.ESTATE_AND_ROAD_DIFFER)
        return both or in_estates

    def _only(self, pool: Sequence[BuildingEntry]) -> Match:
        """Return the building when there is but one, else what would tell it."""
        unsure = Doubt.NO_SUCH_ROAD_NUMBER in self._doubts and not self._estates
        if len(pool) == 1 and not unsure and (self._value(Kind.BUILDING) or self._at_a_number()):
            (building,) = pool
            entrance = self._value(Kind.ENTRANCE)
            known = {number(name) for name in building.entrances}
            if entrance is not None and known and entrance not in known:
                self._doubts.append(Doubt.NO_SUCH_ENTRANCE)
            return self._result(Found.BUILDING, building.code)
        if self._value(Kind.BUILDING):
            self._doubts.append(Doubt.AMBIGUOUS)
            return self._place(pool, missing=(Missing.ESTATE,))
        if self._roads and not self._estates and (unsure or not self._at_a_number()):
            return self._place(pool, missing=(Missing.ROAD_NUMBER,))
        return self._place(pool, missing=(Missing.BUILDING,))

    def _at_a_number(self) -> bool:
        return self._value(Kind.ROAD_NUMBER) is not None

    def _place(self, pool: Sequence[BuildingEntry], missing: tuple[Missing, ...]) -> Match:
        """Return the estate or road, as narrow as it is known."""
        candidates = tuple(building.code for building in pool[:SHOWN_CANDIDATES])
        estates = self._estates or {b.estate or "" for b in pool if self._at_a_number()}
        if len(estates) == 1 and (estate := next(iter(estates))):
            return self._result(Found.ESTATE, estate, candidates, missing)
        if len(self._estates) > 1:
            self._doubts.append(Doubt.AMBIGUOUS)
            return self._result(Found.NONE, None, tuple(sorted(self._estates)), (Missing.ESTATE,))
        road = next(iter(self._roads)) if len(self._roads) == 1 else None
        return self._result(Found.ROAD if road else Found.NONE, road, candidates, missing)

    def _result(
        self,
        found: Found,
        code: str | None = None,
        candidates: tuple[str, ...] = (),
        missing: tuple[Missing, ...] = (),
    ) -> Match:
        return Match(
            found,
            code,
            candidates,
            missing,
            tuple(dict.fromkeys(self._doubts)),
            self._value(Kind.ENTRANCE),
            self._value(Kind.FLOOR),
            self._value(Kind.ROOM),
        )
