"""The territory of the demo town: five levels of grids, sectors and beats over them, estates, buildings.

Sizes are published ones: 76 community grids and 28 police grids (Jingbian); one beat of 12 estates,
33 buildings, 4,723 people and 1,783 households, and 30,669 residents of one station (Xining). As 28 sectors
cover 30,000 people most sectors are smaller than that beat, which makes the first sector all by itself.
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

import shapely
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from maplebridge.demo import ground
from maplebridge.demo.ground import Cut
from maplebridge.demo.housing import Slot
from maplebridge.demo.layout import COMMUNITIES_PER_BAND, WIDTH_M, Face, Layout, lay_out, shares
from maplebridge.demo.town import (
    Beat,
    Building,
    Entrance,
    Estate,
    Grid,
    KeySite,
    Landscape,
    LonLat,
    OtherBuilding,
    Plane,
    Post,
    Sector,
    Street,
    Territory,
    as_geojson,
)
from maplebridge.demo.town_data import SiteName, TownData

SECTORS = 28
ESTATES_IN_THE_OLD_TOWN = 12
ESTATES_ELSEWHERE = 31
BUILDINGS_IN_THE_OLD_TOWN = 33
BUILDINGS_ELSEWHERE = 297
HOUSEHOLDS_IN_THE_OLD_TOWN = 1_783
HOUSEHOLDS_ELSEWHERE = 9_790
PEOPLE_IN_THE_OLD_TOWN = 4_723
PEOPLE_ELSEWHERE = 30_669 - PEOPLE_IN_THE_OLD_TOWN
HELP_POINTS = 16
POLICE_POSTS = 12
ALLEYS = 24
OTHER_BUILDINGS_SHARE = 0.5

ROUND_THE_CLOCK = ("00:00", "24:00")


def make_territory(data: TownData, seed: int) -> Territory:
    """Make the same town for the same data and seed."""
    return _Survey(data, Random(f"territory {seed}")).territory()


@dataclass(frozen=True)
class _Block:
    """An estate before it has a name: its faces and the slots its buildings stand on."""

    index: int
    community: int
    faces: tuple[int, ...]
    slots: tuple[tuple[int, Slot], ...]
    old: bool


@dataclass(frozen=True)
class _Road:
    name: str
    cut: Cut


class _Survey:
    """One pass from the ground plan to named and coded areas; holds what the steps share."""

    def __init__(self, data: TownData, rng: Random) -> None:
        self.names = data.names
        self.skeleton = data.skeleton
        self.rng = rng
        self.plane = Plane(data.skeleton.lon, data.skeleton.lat)
        self.layout: Layout = lay_out(data.skeleton, rng)
        self.shapes: list[Polygon] = [self._polygon(face.area) for face in self.layout.faces]
        self.roads = self._roads()
        self.site_faces = self._choose_site_faces()
        self.blocks = self._blocks()
        self.sector_of = self._police_ground()
        self.level_2, self.level_3 = self._codes()

    def territory(self) -> Territory:
        estates = self._estates()
        buildings = self._buildings(estates)
        sectors, beats = self._sectors(), self._beats(estates)
        spare = self._spare_slots()
        small = self._small_sites(spare)
        key_sites = self._key_sites(small)
        return Territory(
            city=self.names.city,
            county=self.names.county,
            station=self.names.station,
            town_names=self.names.towns,
            grids=self._grids(estates, buildings),
            sectors=sectors,
            beats=beats,
            estates=estates,
            buildings=buildings,
            entrances=tuple(entrance for building in buildings for entrance in self._entrances(building)),
            key_sites=key_sites,
            posts=self._posts(key_sites),
            streets=tuple(self._street(road) for road in self.roads),
            other_buildings=self._other_buildings(spare, small),
            landscape=self._landscape(),
        )

    # -- ground and names --

    def _polygon(self, area: BaseGeometry) -> Polygon:
        shape = self.plane.shape(area)
        assert isinstance(shape, Polygon)
        return shape

    def _joined(self, faces: Iterable[int]) -> BaseGeometry:
        return ground.union([self.shapes[face] for face in faces])

    def _roads(self) -> tuple[_Road, ...]:
        """Name every street; paths have no name."""
        queues = {
            "main": iter((self.skeleton.border_name, self.skeleton.crossing_name)),
            "riverside": iter(self.names.riverside),
            "street": iter(self.names.streets),
            "bridge": iter(self.names.bridges[1:]),
            "lane": iter(self.names.lanes),
            "path": itertools.repeat(""),
        }
        return tuple(_Road(next(queues[cut.tier]), cut) for cut in self.layout.streets)

    def _codes(self) -> tuple[list[str], list[str]]:
        """Return the codes of grids (15 digits) and of communities (12 digits)."""
        half = sum(COMMUNITIES_PER_BAND)
        communities = [
            f"{self.skeleton.county_code}{index // half + 1:03}{index % half + 1:03}"
            for index in range(2 * half)
        ]
        community_of = {face.grid: face.community for face in self.layout.faces}
        grids: list[str] = []
        for _, members in itertools.groupby(sorted(community_of), key=lambda grid: community_of[grid]):
            for number, grid in enumerate(members, 1):
                grids.append(f"{communities[community_of[grid]]}{number:03}")
        return grids, communities

    def _choose_site_faces(self) -> dict[int, SiteName]:
        """Give each large site a face of its own, outside the old town and far from the others."""
        candidates = [
            f for f in self.layout.faces if f.community not in self.layout.old_town and len(f.slots) > 3
        ]
        self.rng.shuffle(candidates)
        chosen: list[Face] = []
        for _ in self.names.sites:
            chosen.append(
                max(candidates[:40], key=lambda face: _distance_to(face, chosen) - _off_center(face))
            )
        return {face.index: site for face, site in zip(chosen, self.names.sites, strict=True)}

    # -- estates and police ground --

    def _blocks(self) -> tuple[_Block, ...]:
        """Divide every community into estates: twelve small ones in the old town, larger ones elsewhere."""
        faces_of: dict[int, list[Face]] = {}
        for face in self.layout.faces:
            faces_of.setdefault(face.community, []).append(face)
        blocks: list[_Block] = []
        for community, count in self._estate_counts(faces_of):
            for part in self._divide(faces_of[community], count):
                slots = tuple((face.index, slot) for face in part for slot in self._dwelling_slots(face))
                indexes = tuple(face.index for face in part)
                old = community in self.layout.old_town
                blocks.append(_Block(len(blocks), community, indexes, slots, old))
        return tuple(blocks)

    def _divide(self, faces: Sequence[Face], count: int) -> list[list[Face]]:
        by_index = {face.index: face for face in faces}
        parts = ground.divide(
            list(by_index),
            count,
            near=self.layout.near,
            at=lambda index: by_index[index].center,
            weight=lambda index: len(self._dwelling_slots(by_index[index])),
        )
        return [[by_index[index] for index in part] for part in parts]

    def _estate_counts(self, faces_of: dict[int, list[Face]]) -> list[tuple[int, int]]:
        old = self.layout.old_town
        new = [community for community in faces_of if community not in old]
        room = {c: sum(len(self._dwelling_slots(face)) for face in faces_of[c]) for c in faces_of}
        counts = dict(zip(old, shares(ESTATES_IN_THE_OLD_TOWN, [room[c] for c in old]), strict=True))
        counts |= dict(zip(new, shares(ESTATES_ELSEWHERE, [room[c] for c in new], least=2), strict=True))
        return sorted(counts.items())

    def _dwelling_slots(self, face: Face) -> tuple[Slot, ...]:
        return () if face.index in self.site_faces else face.slots

    def _police_ground(self) -> dict[int, int]:
        """Return the sector of every block: the old town is the first, the others have one or two blocks."""
        areas = {b.index: ground.union([self.layout.faces[f].area for f in b.faces]) for b in self.blocks}
        sectors = ground.divide(
            [block.index for block in self.blocks if not block.old],
            SECTORS - 1,
            near=ground.adjacency(areas),
            at=lambda index: (areas[index].centroid.x, areas[index].centroid.y),
            weight=lambda index: 1.0,
        )
        sector_of = {block.index: 0 for block in self.blocks if block.old}
        return sector_of | {block: number for number, sector in enumerate(sectors, 1) for block in sector}

    def _block_of(self) -> dict[int, _Block]:
        return {face: block for block in self.blocks for face in block.faces}

    def _sector_code(self, number: int) -> str:
        return f"{self.skeleton.county_code}J{number + 1:02}"

    def _beat_code(self, block: _Block) -> str:
        before = [other for other in self.blocks if not other.old and other.index < block.index]
        return f"{self.skeleton.county_code}G{1 if block.old else len(before) + 2:02}"

    def _estate_code(self, block: _Block) -> str:
        return f"{self.skeleton.county_code}X{block.index + 1:03}"

    def _grids_of(self, faces: Iterable[int]) -> tuple[str, ...]:
        return tuple(sorted({self.level_2[self.layout.faces[face].grid] for face in faces}))

    def _sectors(self) -> tuple[Sector, ...]:
        sectors = []
        for number in range(SECTORS):
            blocks = [block for block in self.blocks if self.sector_of[block.index] == number]
            faces = [face for block in blocks for face in block.faces]
            shape = self._joined(faces)
            sectors.append(
                Sector(
                    code=self._sector_code(number),
                    name=f"第{number + 1}警格",
                    beats=tuple(sorted({self._beat_code(block) for block in blocks})),
                    grids=self._grids_of(faces),
                    polygon=as_geojson(shape),
                    point=_inside(shape),
                )
            )
        return tuple(sectors)

    def _beats(self, estates: Sequence[Estate]) -> tuple[Beat, ...]:
        """Return the old town as the first beat, and every larger estate with the sites beside it as one."""
        beats = []
        for code in sorted({estate.beat for estate in estates}):
            inside = [estate for estate in estates if estate.beat == code]
            blocks = [block for block in self.blocks if self._beat_code(block) == code]
            faces = [face for block in blocks for face in block.faces]
            shape = self._joined(faces)
            beats.append(
                Beat(
                    code=code,
                    name=f"{self.names.old_town if blocks[0].old else inside[0].name}管区",
                    sector=inside[0].sector,
                    grids=self._grids_of(faces),
                    estates=tuple(estate.code for estate in inside),
                    polygon=as_geojson(shape),
                    point=_inside(shape),
                )
            )
        return tuple(beats)

    # -- addresses --

    def _named_roads(self) -> list[_Road]:
        return [road for road in self.roads if road.cut.tier in ("main", "riverside", "street", "lane")]

    def _frontage(self, block: _Block) -> _Road:
        """Return the road an estate's gate opens to: the one with most front, wider ones preferred."""
        area = ground.union([self.layout.faces[face].area for face in block.faces])
        rim = area.boundary.buffer(4)
        rank = {"main": 1.5, "street": 1.6, "riverside": 0.8, "lane": 1.0}
        return max(
            self._named_roads(),
            key=lambda road: rank[road.cut.tier] * road.cut.line.intersection(rim).length,
        )

    def _show_estate(self, chosen: Sequence[Sequence[tuple[int, Slot]]]) -> int:
        """Return the block that gets the first estate name and stands in the first street, no. 12.

        It is the address messages and guides use as their example, so its third building has a room 2-401.
        """
        for block in self.blocks:
            slots = chosen[block.index]
            if block.old or len(slots) < 4 or self._frontage(block).cut.tier != "street":
                continue
            if slots[2][1].form.entrances >= 2:
                return block.index
        raise ValueError("no estate with four buildings stands in a street")

    def _estates(self) -> tuple[Estate, ...]:
        self.chosen = self._choose_slots()
        show = self._show_estate(self.chosen)
        fronts = [self._frontage(block) for block in self.blocks]
        self._swap_street_names(fronts[show].name, self.names.streets[0])
        fronts = [self._frontage(block) for block in self.blocks]
        names, old_names = list(self.names.estates), list(self.names.lane_estates)
        taken = {(self.names.streets[0], 12)}
        first_name = names.pop(0)
        estates = []
        for block, road in zip(self.blocks, fronts, strict=True):
            if block.index == show:
                name, number = first_name, 12
            else:
                name = (old_names if block.old else names).pop(0)
                number = self._house_number(road, self._yard(block), taken)
            estates.append(self._estate(block, name, road.name, number))
        return tuple(estates)

    def _swap_street_names(self, one: str, other: str) -> None:
        swapped = {one: other, other: one}
        self.roads = tuple(_Road(swapped.get(road.name, road.name), road.cut) for road in self.roads)

    def _house_number(self, road: _Road, area: BaseGeometry, taken: set[tuple[str, int]]) -> int:
        """Number along the road from its western or northern end, even on the right, each number once."""
        line = road.cut.line
        spot = line.project(area.centroid)
        ahead, here = line.interpolate(min(spot + 1, line.length)), line.interpolate(max(spot - 1, 0))
        side = (ahead.x - here.x) * (area.centroid.y - here.y) - (ahead.y - here.y) * (
            area.centroid.x - here.x
        )
        number = 2 * int(spot / 14) + (1 if side > 0 else 2)
        while (road.name, number) in taken:
            number += 2
        taken.add((road.name, number))
        return number

    def _yard(self, block: _Block) -> BaseGeometry:
        """Return an estate's ground: its faces without sites, streets, water and park."""
        faces = [self.layout.faces[face] for face in block.faces if face not in self.site_faces]
        wide = [r.cut for r in self.roads if r.cut.tier in ("main", "street", "riverside")]
        streets = [cut.line.buffer(WIDTH_M[cut.tier] / 2 + 2, quad_segs=2) for cut in wide]
        area = shapely.union_all([face.area for face in faces])
        rest = area.difference(shapely.union_all([self.layout.river.buffer(12), self.layout.park, *streets]))
        large = [part for part in ground.polygons(rest) if part.area > 600]
        return large[0] if len(large) == 1 else shapely.MultiPolygon(large)

    def _estate(self, block: _Block, name: str, street: str, number: int) -> Estate:
        yard = self._yard(block)
        return Estate(
            code=self._estate_code(block),
            name=name,
            grid=self._main_grid(block),
            community=self.level_3[block.community],
            sector=self._sector_code(self.sector_of[block.index]),
            beat=self._beat_code(block),
            street=street,
            house_number=number,
            address=f"{self.names.county}{street}{number}号{name}",
            built=self.rng.randint(1979, 1996) if block.old else self.rng.randint(1994, 2019),
            polygon=self.plane.geojson(yard),
            point=self.plane.point(yard),
        )

    def _main_grid(self, block: _Block) -> str:
        grids = [self.level_2[self.layout.faces[face].grid] for face, _ in self.chosen[block.index]]
        return max(sorted(set(grids)), key=grids.count)

    # -- buildings --

    def _choose_slots(self) -> list[list[tuple[int, Slot]]]:
        """Return the slots that are built on, block by block, in the order of the building numbers."""
        counts: dict[int, int] = {}
        for old, total in ((True, BUILDINGS_IN_THE_OLD_TOWN), (False, BUILDINGS_ELSEWHERE)):
            blocks = [block for block in self.blocks if block.old is old]
            weights = [len(block.slots) for block in blocks]
            counts |= dict(zip((b.index for b in blocks), fill(total, weights, weights), strict=True))
        return [
            sorted(self.rng.sample(block.slots, counts[block.index]), key=lambda item: item[1].reading_order)
            for block in self.blocks
        ]

    def _buildings(self, estates: Sequence[Estate]) -> tuple[Building, ...]:
        plans = [
            (block, estate, number, face, slot)
            for block, estate in zip(self.blocks, estates, strict=True)
            for number, (face, slot) in enumerate(self.chosen[block.index], 1)
        ]
        olds = [block.old for block, *_ in plans]
        floors = self._floors([slot for *_, slot in plans], olds)
        homes = self._households(floors, olds)
        sequence: dict[str, int] = {}
        buildings = []
        for (_, estate, number, face, slot), height, (households, people) in zip(
            plans, floors, homes, strict=True
        ):
            sequence[estate.community] = sequence.get(estate.community, 0) + 1
            buildings.append(
                Building(
                    code=f"{estate.community}{sequence[estate.community]:05}",
                    estate=estate.code,
                    number=number,
                    name=f"{number}号楼",
                    street=estate.street,
                    house_number=estate.house_number,
                    address=f"{estate.address}{number}号楼",
                    grid=self._face_code(face),
                    sector=estate.sector,
                    beat=estate.beat,
                    floors=height[0],
                    entrances=slot.form.entrances,
                    rooms_per_floor=slot.form.rooms,
                    households=households,
                    people=people,
                    footprint=self.plane.geojson(slot.outline),
                    point=self.plane.point(slot.outline),
                )
            )
        return tuple(buildings)

    def _floors(self, slots: Sequence[Slot], olds: Sequence[bool]) -> list[tuple[int, int]]:
        """Return floors and flats of every building; floors are added until all households find a flat."""
        floors = [slot.form.floors for slot in slots]
        per_floor = [slot.form.entrances * slot.form.rooms for slot in slots]
        for old, wanted in ((True, HOUSEHOLDS_IN_THE_OLD_TOWN), (False, HOUSEHOLDS_ELSEWHERE)):
            members = [index for index, is_old in enumerate(olds) if is_old is old]
            turn = itertools.cycle(members)
            while sum(floors[index] * per_floor[index] for index in members) < 1.05 * wanted:
                floors[next(turn)] += 1
        return [(floor, floor * flats) for floor, flats in zip(floors, per_floor, strict=True)]

    def _households(self, floors: Sequence[tuple[int, int]], olds: Sequence[bool]) -> list[tuple[int, int]]:
        """Return households and people of every building, so that the published totals hold."""
        found: list[tuple[int, int]] = [(0, 0)] * len(floors)
        for old, households, people in (
            (True, HOUSEHOLDS_IN_THE_OLD_TOWN, PEOPLE_IN_THE_OLD_TOWN),
            (False, HOUSEHOLDS_ELSEWHERE, PEOPLE_ELSEWHERE),
        ):
            members = [index for index, is_old in enumerate(olds) if is_old is old]
            flats = [floors[index][1] for index in members]
            homes = fill(households, flats, [flat * self.rng.uniform(0.8, 1) for flat in flats])
            more = fill(
                people - households,
                [4 * home for home in homes],
                [home * self.rng.uniform(0.9, 1.1) for home in homes],
            )
            for index, home, extra in zip(members, homes, more, strict=True):
                found[index] = (home, home + extra)
        return found

    def _entrances(self, building: Building) -> list[Entrance]:
        ring = building.footprint["coordinates"][0]
        west, east = _south_side(ring)
        rooms = tuple(
            f"{floor}{room:02}"
            for floor in range(1, building.floors + 1)
            for room in range(1, building.rooms_per_floor + 1)
        )
        return [
            Entrance(
                code=f"{building.code}{number:02}",
                building=building.code,
                number=number,
                name=f"{number}单元",
                floors=building.floors,
                rooms=rooms,
                point=_between(west, east, (number - 0.5) / building.entrances),
            )
            for number in range(1, building.entrances + 1)
        ]

    # -- the five levels --

    def _face_code(self, index: int) -> str:
        face = self.layout.faces[index]
        first = next(other.index for other in self.layout.faces if other.grid == face.grid)
        return f"{self.level_2[face.grid]}{index - first + 1:03}"

    def _grids(self, estates: Sequence[Estate], buildings: Sequence[Building]) -> tuple[Grid, ...]:
        county = f"{self.skeleton.county_code}000000"
        town_codes = [f"{self.skeleton.county_code}{n:03}000" for n in (1, 2)]
        faces = self.layout.faces
        half = sum(COMMUNITIES_PER_BAND)
        grids = [self._grid(county, 5, self.names.county, None, range(len(faces)))]
        for number, name in enumerate(self.names.subdistricts):
            inside = [face.index for face in faces if face.subdistrict == number]
            grids.append(self._grid(town_codes[number], 4, name, county, inside))
        for number, code in enumerate(self.level_3):
            inside = [face.index for face in faces if face.community == number]
            grids.append(
                self._grid(code, 3, self.names.communities[number], town_codes[number // half], inside)
            )
        for number, code in enumerate(self.level_2):
            inside = [face.index for face in faces if face.grid == number]
            community = faces[inside[0]].community
            name = f"{self.names.communities[community]}第{int(code[12:])}网格"
            grids.append(self._grid(code, 2, name, self.level_3[community], inside))
        for face, name in zip(faces, self._face_names(estates, buildings), strict=True):
            grids.append(
                self._grid(self._face_code(face.index), 1, name, self.level_2[face.grid], [face.index])
            )
        return tuple(grids)

    def _grid(self, code: str, level: int, name: str, parent: str | None, faces: Iterable[int]) -> Grid:
        shape = self._joined(faces)
        return Grid(code, level, name, parent, as_geojson(shape), _inside(shape))

    def _face_names(self, estates: Sequence[Estate], buildings: Sequence[Building]) -> list[str]:
        estate_names = {estate.code: estate.name for estate in estates}
        numbers: dict[str, list[int]] = {}
        for building in buildings:
            numbers.setdefault(building.grid, []).append(building.number)
        block_of = self._block_of()
        names = []
        for face in self.layout.faces:
            code = self._face_code(face.index)
            if face.index in self.site_faces:
                names.append(self.site_faces[face.index].name)
            elif code in numbers:
                name = estate_names[self._estate_code(block_of[face.index])]
                names.append(f"{name}{'、'.join(str(number) for number in sorted(numbers[code]))}号楼")
            else:
                community = self.names.communities[face.community]
                names.append(f"{community}第{int(code[12:15])}网格第{int(code[15:])}片")
        return names

    # -- sites and posts --

    def _spare_slots(self) -> list[tuple[int, Slot]]:
        used = {slot for slots in self.chosen for _, slot in slots}
        spare = [
            (face.index, slot)
            for face in self.layout.faces
            for slot in self._dwelling_slots(face)
            if slot not in used
        ]
        self.rng.shuffle(spare)
        return spare

    def _small_sites(self, spare: list[tuple[int, Slot]]) -> list[tuple[SiteName, Slot]]:
        """Take spare slots, each far from the others, for schools, offices and shops."""
        found: list[tuple[SiteName, Slot]] = []
        for site in self.names.small_sites:
            best = max(spare[:60], key=lambda item: _far_from(item[1], [slot for _, slot in found]))
            spare.remove(best)
            found.append((site, best[1]))
        return found

    def _key_sites(self, small: Sequence[tuple[SiteName, Slot]]) -> tuple[KeySite, ...]:
        faces = self.layout.faces
        places: list[tuple[str, str, BaseGeometry, bool]] = [
            (site.kind, site.name, faces[index].free, True) for index, site in self.site_faces.items()
        ]
        places += [
            (site.kind, site.name, slot.outline, site.kind in ("station", "school")) for site, slot in small
        ]
        places.append(("park", self.names.park, self.layout.park, True))
        places += [
            ("bridge", name, line.interpolate(0.5, normalized=True), True) for name, line in self._bridges()
        ]
        alleys = sorted(
            (road for road in self.roads if road.cut.tier == "lane"), key=lambda road: -road.cut.line.length
        )
        helped = HELP_POINTS - sum(help_point for *_, help_point in places)
        for number, road in enumerate(alleys[:ALLEYS]):
            places.append(
                ("alley", road.name, road.cut.line.interpolate(0.5, normalized=True), number < helped)
            )
        return tuple(
            self._key_site(number, kind, name, area, help_point)
            for number, (kind, name, area, help_point) in enumerate(places, 1)
        )

    def _key_site(self, number: int, kind: str, name: str, area: BaseGeometry, help_point: bool) -> KeySite:
        face = self._face_at(area.representative_point())
        flat = area.geom_type.endswith("Polygon")
        return KeySite(
            code=f"{self.skeleton.county_code}S{number:03}",
            kind=kind,
            name=name,
            grid=self.level_2[face.grid],
            sector=self._sector_code(self.sector_of[self._block_of()[face.index].index]),
            address=self._address_near(area.centroid, name),
            help_point=help_point,
            point=self.plane.point(area),
            polygon=self.plane.geojson(area) if flat else None,
        )

    def _face_at(self, point: Point) -> Face:
        return min(self.layout.faces, key=lambda face: face.area.distance(point))

    def _address_near(self, point: Point, name: str) -> str:
        road = min(self._named_roads(), key=lambda road: road.cut.line.distance(point))
        number = self._house_number(road, point, set())
        return (
            f"{self.names.county}{road.name}"
            if road.name == name
            else f"{self.names.county}{road.name}{number}号{name}"
        )

    def _bridges(self) -> list[tuple[str, LineString]]:
        border = next(road.cut.line for road in self.roads if road.name == self.skeleton.border_name)
        over = border.intersection(self.layout.river.buffer(10))
        assert isinstance(over, LineString)
        rest = [(road.name, road.cut.line) for road in self.roads if road.cut.tier == "bridge"]
        return [(self.names.bridges[0], over), *rest]

    def _posts(self, sites: Sequence[KeySite]) -> tuple[Post, ...]:
        faces = self.layout.faces
        places: list[tuple[str, str, tuple[str, str], LonLat, Face]] = []
        for name, crossing in self._junctions():
            place = self.plane.lonlat(crossing.x, crossing.y)
            places.append(
                ("police_post", f"{name}警务工作站", ROUND_THE_CLOCK, place, self._face_at(crossing))
            )
        for number, name in enumerate(self.names.communities):
            face = max((face for face in faces if face.community == number), key=lambda face: len(face.slots))
            place = self.plane.point(face.slots[0].outline)
            places.append(("community_office", f"{name}警务室", ("08:30", "17:30"), place, face))
        by_grid = {self.level_2[face.grid]: face for face in reversed(faces)}
        for site in sites:
            if site.kind == "school":
                places.append(
                    (
                        "campus_post",
                        f"{site.name}校园警务室",
                        ("07:00", "18:30"),
                        site.point,
                        by_grid[site.grid],
                    )
                )
            if site.kind in ("bus_hub", "market", "hospital"):
                places.append(
                    ("safety_post", f"{site.name}平安服务岗", ROUND_THE_CLOCK, site.point, by_grid[site.grid])
                )
        block_of = self._block_of()
        station = next(site for site in sites if site.kind == "station")
        posts = [
            Post(
                "P001",
                "station",
                self.names.station,
                station.grid,
                station.sector,
                ROUND_THE_CLOCK,
                station.point,
            )
        ]
        for number, (kind, name, hours, point, face) in enumerate(places, 2):
            sector = self._sector_code(self.sector_of[block_of[face.index].index])
            posts.append(Post(f"P{number:03}", kind, name, self.level_2[face.grid], sector, hours, point))
        return tuple(posts)

    def _junctions(self) -> list[tuple[str, Point]]:
        """Return the corners for police posts: named streets that meet, as far from each other as can be."""
        wide = [road for road in self.roads if road.cut.tier in ("main", "street", "riverside")]
        corners: list[tuple[str, Point]] = []
        for one, other in itertools.combinations(wide, 2):
            meeting = one.cut.line.buffer(14).intersection(other.cut.line.buffer(14))
            if not meeting.is_empty:
                corners.append((f"{one.name}{other.name}口", meeting.centroid))
        inner = [corner for corner in corners if self.layout.outline.buffer(-60).contains(corner[1])]
        chosen = [min(inner, key=lambda corner: corner[1].distance(Point(0, -120)))]
        while len(chosen) < POLICE_POSTS:
            chosen.append(
                max(inner, key=lambda corner: min(corner[1].distance(point) for _, point in chosen))
            )
        return chosen

    # -- what is only drawn --

    def _street(self, road: _Road) -> Street:
        return Street(road.name, road.cut.tier, WIDTH_M[road.cut.tier], self.plane.geojson(road.cut.line))

    def _other_buildings(
        self, spare: Sequence[tuple[int, Slot]], small: Sequence[tuple[SiteName, Slot]]
    ) -> tuple[OtherBuilding, ...]:
        found = [OtherBuilding(site.kind, 3, self.plane.geojson(slot.outline)) for site, slot in small]
        for index, site in self.site_faces.items():
            for slot in self.layout.faces[index].slots:
                found.append(
                    OtherBuilding(site.kind, self.rng.randint(2, 6), self.plane.geojson(slot.outline))
                )
        for _, slot in spare[: int(len(spare) * OTHER_BUILDINGS_SHARE)]:
            kind = self.rng.choice(("shop", "office", "workshop"))
            found.append(OtherBuilding(kind, self.rng.randint(1, 3), self.plane.geojson(slot.outline)))
        return tuple(found)

    def _landscape(self) -> Landscape:
        faces, layout = self.layout.faces, self.layout
        return Landscape(
            land=self.plane.geojson(layout.outline),
            river=self.plane.geojson(layout.river),
            pond=self.plane.geojson(layout.pond),
            park=self.plane.geojson(layout.park),
            fields=self._fields(),
            site_grounds=tuple(
                (site.kind, self.plane.geojson(faces[index].free)) for index, site in self.site_faces.items()
            ),
            bridges=tuple((name, self.plane.geojson(line)) for name, line in self._bridges()),
            trees=tuple(self._trees()),
        )

    def _fields(self) -> tuple[tuple[str, dict[str, object]], ...]:
        """Return the farmland around the town, in strips."""
        around = shapely.box(-1400, -1080, 1400, 1080)
        strips, _ = ground.cut_into(around, 56, "field", self.rng)
        roads = [road.cut.line.buffer(22) for road in self.roads if road.cut.tier in ("main", "riverside")]
        town = shapely.union_all([self.layout.outline.buffer(18), self.layout.river.buffer(20), *roads])
        kinds = ("farmland", "farmland", "orchard", "meadow", "greenhouse")
        return tuple(
            (self.rng.choice(kinds), self.plane.geojson(part))
            for strip in strips
            for part in ground.polygons(strip.buffer(-3).difference(town))
            if part.area > 900
        )

    def _trees(self) -> list[LonLat]:
        """Return trees along the wider streets, in the park and in the yards."""
        spots: list[Point] = []
        for road in self.roads:
            if road.cut.tier in ("main", "street", "riverside"):
                for side in (1, -1):
                    row = road.cut.line.offset_curve(side * (WIDTH_M[road.cut.tier] / 2 + 2.5))
                    spots += [row.interpolate(at) for at in range(8, int(row.length), 18)]
        west, south, east, north = self.layout.park.bounds
        spots += [Point(self.rng.uniform(west, east), self.rng.uniform(south, north)) for _ in range(420)]
        for face in self.layout.faces:
            west, south, east, north = face.free.bounds or (0.0, 0.0, 0.0, 0.0)
            yard = face.free.difference(shapely.union_all([slot.outline.buffer(4) for slot in face.slots]))
            corners = [Point(self.rng.uniform(west, east), self.rng.uniform(south, north)) for _ in range(9)]
            spots += [corner for corner in corners if yard.contains(corner)]
        wet = shapely.union_all([self.layout.river.buffer(3), self.layout.pond.buffer(6)])
        lanes = shapely.union_all(
            [r.cut.line.buffer(WIDTH_M[r.cut.tier] / 2) for r in self.roads if r.cut.tier != "path"]
        )
        dry = self.layout.outline.difference(wet).difference(lanes)
        park_or_street = [spot for spot in spots if dry.contains(spot)]
        return [self.plane.lonlat(spot.x, spot.y) for spot in park_or_street]


def fill(total: int, caps: Sequence[int], weights: Sequence[float]) -> list[int]:
    """Share out `total` by weight in whole numbers, no more than each can hold, at least one if it can."""
    counts = [min(cap, 1) for cap in caps]
    while (rest := total - sum(counts)) > 0:
        open_ends = [index for index, cap in enumerate(caps) if counts[index] < cap]
        if not open_ends:
            raise ValueError(f"no room for {rest} of {total}")
        for index, share in zip(
            open_ends, shares(rest, [weights[i] for i in open_ends], least=0), strict=True
        ):
            counts[index] = min(caps[index], counts[index] + share)
    return counts


def _distance_to(face: Face, others: Sequence[Face]) -> float:
    return min((face.area.centroid.distance(other.area.centroid) for other in others), default=0.0)


def _off_center(face: Face) -> float:
    return face.area.centroid.distance(Point(0, 0)) / 3


def _far_from(slot: Slot, others: Sequence[Slot]) -> float:
    return min((slot.outline.distance(other.outline) for other in others), default=0.0)


def _inside(shape: BaseGeometry) -> LonLat:
    point = shape.representative_point()
    return round(point.x, 7), round(point.y, 7)


def _south_side(ring: Sequence[Sequence[float]]) -> tuple[Sequence[float], Sequence[float]]:
    """Return the western and the eastern end of the long southern wall of a footprint."""
    walls = list(itertools.pairwise(ring))
    long = sorted(walls, key=lambda wall: -abs(wall[0][0] - wall[1][0]))[:2]
    south = min(long, key=lambda wall: wall[0][1] + wall[1][1])
    west, east = sorted(south, key=lambda corner: corner[0])
    return west, east


def _between(a: Sequence[float], b: Sequence[float], share: float) -> LonLat:
    return round(a[0] + (b[0] - a[0]) * share, 7), round(a[1] + (b[1] - a[1]) * share, 7)
