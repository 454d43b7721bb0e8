import itertools
from collections import Counter

import pytest
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from maplebridge.demo.basemap import LAYERS, basemap
from maplebridge.demo.territory import fill, make_territory
from maplebridge.demo.town import GeoJson, Territory
from maplebridge.demo.town_data import TownData
from maplebridge.places.domain.codes import clean


def shapes(areas: list[GeoJson]) -> list[BaseGeometry]:
    return [shape(area) for area in areas]


def test_the_published_sizes_hold(town: Territory) -> None:
    assert {level: len(town.level(level)) for level in (2, 3, 4, 5)} == {2: 76, 3: 14, 4: 2, 5: 1}
    assert len(town.town_names) == 26
    assert len(town.sectors) == 28
    assert len(town.buildings) == 330
    assert sum(building.people for building in town.buildings) == 30_669
    assert sum(site.help_point for site in town.key_sites) == 16
    assert sum(post.kind == "police_post" for post in town.posts) == 12


def test_the_first_beat_is_the_published_one(town: Territory) -> None:
    beat = town.beats[0]
    buildings = [building for building in town.buildings if building.beat == beat.code]
    assert len(beat.estates) == 12
    assert len(buildings) == 33
    assert sum(building.people for building in buildings) == 4_723
    assert sum(building.households for building in buildings) == 1_783


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_areas_of_one_kind_cover_the_ground_without_gap_or_overlap(town_data: TownData, seed: int) -> None:
    town = make_territory(town_data, seed)
    ground = shape(town.level(5)[0].polygon)
    kinds = [[grid.polygon for grid in town.level(level)] for level in (1, 2, 3, 4)]
    kinds += [[sector.polygon for sector in town.sectors], [beat.polygon for beat in town.beats]]
    for areas in map(shapes, kinds):
        assert all(area.is_valid and area.geom_type == "Polygon" for area in areas)
        assert shapely.coverage_is_valid(areas)
        assert shapely.coverage_union_all(areas).equals(ground)


def test_every_grid_is_exactly_the_grids_below_it(town: Territory) -> None:
    for grid in town.grids:
        below = shapes([child.polygon for child in town.grids if child.parent == grid.code])
        if grid.level > 1:
            assert len(below) >= 2
            assert shapely.coverage_union_all(below).equals(shape(grid.polygon))


def test_codes_are_well_formed_and_say_who_the_parent_is(town: Territory) -> None:
    for grid in town.grids:
        assert clean(grid.code) == grid.code
        if grid.level <= 2:
            assert grid.parent == grid.code[:-3]
    assert len({grid.code for grid in town.grids}) == len(town.grids)


def test_sectors_lie_over_grids_many_to_many(town: Territory) -> None:
    sectors_of = Counter(grid for sector in town.sectors for grid in sector.grids)
    assert set(sectors_of) == {grid.code for grid in town.level(2)}
    assert max(sectors_of.values()) > 1
    assert any(len({grid[:9] for grid in sector.grids}) == 2 for sector in town.sectors)  # two subdistricts
    grids = {grid.code: shape(grid.polygon) for grid in town.level(2)}
    for sector in town.sectors:
        area = shape(sector.polygon)
        met = {code for code, grid in grids.items() if grid.intersection(area).area > 1e-12}
        assert met == set(sector.grids)


def test_beats_make_sectors_and_estates_make_beats(town: Territory) -> None:
    for sector in town.sectors:
        beats = [beat for beat in town.beats if beat.sector == sector.code]
        assert tuple(beat.code for beat in beats) == sector.beats
        assert shapely.coverage_union_all(shapes([b.polygon for b in beats])).equals(shape(sector.polygon))
    assert sorted(e for beat in town.beats for e in beat.estates) == [estate.code for estate in town.estates]


def test_every_building_stands_in_its_grid_its_sector_and_its_estate(town: Territory) -> None:
    grids = {grid.code: shape(grid.polygon) for grid in town.level(1)}
    sectors = {sector.code: shape(sector.polygon) for sector in town.sectors}
    estates = {estate.code: shape(estate.polygon) for estate in town.estates}
    for building in town.buildings:
        footprint = shape(building.footprint)
        assert grids[building.grid].contains(footprint)
        assert sectors[building.sector].contains(footprint)
        assert estates[building.estate].contains(footprint)
        assert footprint.contains(shape({"type": "Point", "coordinates": building.point}))


def test_buildings_keep_clear_of_each_other_and_of_the_water(town: Territory) -> None:
    footprints = shapes([b.footprint for b in (*town.buildings, *town.other_buildings)])
    tree = shapely.STRtree(footprints)
    first, second = tree.query(footprints, predicate="intersects")
    assert first.tolist() == second.tolist()  # each only meets itself
    water = shape(town.landscape.river).union(shape(town.landscape.pond))
    assert not any(water.intersects(footprint) for footprint in footprints)


def test_every_building_has_room_for_its_households(town: Territory) -> None:
    rooms = Counter[str]()
    for entrance in town.entrances:
        rooms[entrance.building] += len(entrance.rooms)
    for building in town.buildings:
        assert 1 <= building.households <= rooms[building.code]
        assert building.households <= building.people


def test_an_address_names_one_building(town: Territory) -> None:
    addresses = Counter(building.address for building in town.buildings)
    assert max(addresses.values()) == 1
    numbers = Counter((estate.street, estate.house_number) for estate in town.estates)
    assert max(numbers.values()) == 1


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_the_address_used_as_an_example_exists(town_data: TownData, seed: int) -> None:
    town = make_territory(town_data, seed)
    building = next(b for b in town.buildings if b.address == "和顺区海棠路12号海棠苑3号楼")
    second = next(e for e in town.entrances if e.building == building.code and e.number == 2)
    assert "401" in second.rooms


def test_the_same_seed_makes_the_same_town_and_another_seed_another(
    town_data: TownData, town: Territory
) -> None:
    assert make_territory(town_data, 1) == town
    assert make_territory(town_data, 2) != town


def test_the_base_map_has_every_layer_and_every_house(town: Territory) -> None:
    layers = basemap(town)
    assert tuple(layers) == LAYERS
    for name, layer in layers.items():
        assert layer["features"], name
        assert all(shape(feature["geometry"]).is_valid for feature in layer["features"])
    drawn = {feature["properties"].get("code") for feature in layers["buildings"]["features"]}
    assert {building.code for building in town.buildings} <= drawn


def test_named_streets_have_one_name_each(town: Territory) -> None:
    names = [street.name for street in town.streets if street.tier != "path"]
    assert all(names)
    assert len(set(names)) == len(names)
    assert {"海棠路", "迎宾大街", "和顺路"} <= set(names)


@pytest.mark.parametrize(
    ("total", "caps", "expected"),
    [(6, [4, 1, 4], [3, 1, 2]), (3, [1, 1, 1], [1, 1, 1]), (2, [0, 5], [0, 2])],
)
def test_filling_never_exceeds_what_fits(total: int, caps: list[int], expected: list[int]) -> None:
    assert fill(total, caps, [1.0] * len(caps)) == expected


def test_filling_says_when_there_is_no_room() -> None:
    with pytest.raises(ValueError, match="no room"):
        fill(4, [1, 2], [1.0, 1.0])


def test_estates_do_not_overlap(town: Territory) -> None:
    yards = shapes([estate.polygon for estate in town.estates])
    assert all(yard.is_valid for yard in yards)
    assert not any(one.intersection(other).area > 1e-12 for one, other in itertools.combinations(yards, 2))
