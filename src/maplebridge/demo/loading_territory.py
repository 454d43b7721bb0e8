"""The invented territory, brought into the database through the actions of `places`."""

from dataclasses import dataclass
from datetime import date

from maplebridge.demo.basemap import basemap
from maplebridge.demo.town import Beat, Building, Estate, Territory
from maplebridge.places import actions as places

BEGIN = date(2015, 1, 1)  # before anybody in the town was posted anywhere


@dataclass(frozen=True)
class Ground:
    """The ids of what was loaded, by the codes of the invented town."""

    grids: dict[str, int]
    sectors: dict[str, int]
    beats: dict[str, int]
    estates: dict[str, int]
    buildings: dict[str, int]
    entrances: dict[tuple[str, int], int]


def load_territory(territory: Territory) -> Ground:
    """Load grids from the county down, then police ground, estates, buildings, sites and the base map."""
    grids: dict[str, int] = {}
    for grid in sorted(territory.grids, key=lambda one: -one.level):
        grids[grid.code] = places.add_grid(
            code=grid.code,
            name=grid.name,
            level=grid.level,
            parent_id=grids[grid.parent] if grid.parent else None,
            boundary=grid.polygon,
            valid_from=BEGIN,
        ).pk
    sectors = {
        one.code: places.add_sector(
            code=one.code,
            name=one.name,
            station=territory.station,
            grid_ids=[grids[code] for code in one.grids],
            boundary=one.polygon,
            valid_from=BEGIN,
        ).pk
        for one in territory.sectors
    }
    beats = {one.code: _add_beat(one, grids, sectors) for one in territory.beats}
    estates = {one.code: _add_estate(one, grids, beats) for one in territory.estates}
    buildings = places.add_many_buildings(
        buildings=[_new_building(one, grids, estates) for one in territory.buildings], valid_from=BEGIN
    )
    _add_key_sites(territory, grids)
    places.set_base_map(layers=basemap(territory))
    return Ground(grids, sectors, beats, estates, buildings, _add_entrances(territory, buildings))


def _add_beat(one: Beat, grids: dict[str, int], sectors: dict[str, int]) -> int:
    return places.add_beat(
        code=one.code,
        name=one.name,
        sector_id=sectors[one.sector],
        grid_ids=[grids[code] for code in one.grids],
        boundary=one.polygon,
        valid_from=BEGIN,
    ).pk


def _add_estate(one: Estate, grids: dict[str, int], beats: dict[str, int]) -> int:
    return places.add_estate(
        code=one.code,
        name=one.name,
        grid_id=grids[one.grid],
        beat_id=beats[one.beat],
        boundary=one.polygon,
        valid_from=BEGIN,
    ).pk


def _new_building(one: Building, grids: dict[str, int], estates: dict[str, int]) -> places.NewBuilding:
    lon, lat = one.point
    return places.NewBuilding(
        code=one.code,
        number=str(one.number),
        name=one.name,
        grid_id=grids[one.grid],
        estate_id=estates[one.estate],
        road=one.street,
        road_number=f"{one.house_number}号",
        lon=lon,
        lat=lat,
        footprint=one.footprint,
        floors=one.floors,
        households=one.households,
    )


def _add_key_sites(territory: Territory, grids: dict[str, int]) -> None:
    for site in territory.key_sites:
        lon, lat = site.point
        places.add_key_site(
            code=site.code,
            name=site.name,
            kind=site.kind,
            grid_id=grids[site.grid],
            lon=lon,
            lat=lat,
            valid_from=BEGIN,
        )


def _add_entrances(territory: Territory, buildings: dict[str, int]) -> dict[tuple[str, int], int]:
    wanted = [(buildings[one.building], str(one.number)) for one in territory.entrances]
    ids = places.add_many_entrances(entrances=wanted, valid_from=BEGIN)
    return {
        (one.building, one.number): ids[buildings[one.building], str(one.number)]
        for one in territory.entrances
    }
