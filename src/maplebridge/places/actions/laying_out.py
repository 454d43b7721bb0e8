"""Grids, sectors, beats, estates, buildings and key sites are laid out; nothing is ever deleted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from maplebridge.places.models import (
    BaseMapLayer,
    Beat,
    Building,
    Entrance,
    Estate,
    Grid,
    KeySite,
    Sector,
)
from maplebridge.platform.audit import action
from maplebridge.platform.freshness import forget

GeoJson = Mapping[str, Any]
OWN_COLUMN = {Grid.Level.COMMUNITY: "community", Grid.Level.TOWN: "town", Grid.Level.COUNTY: "county"}


@action
def add_grid(
    *,
    code: str,
    name: str,
    level: int,
    parent_id: int | None,
    valid_from: date,
    boundary: GeoJson | None = None,
    kind: str = Grid.Kind.BASE,
    legacy_code: str = "",
) -> Grid:
    """Add a grid below another, with the chain above it."""
    above = Grid.objects.get(pk=parent_id) if parent_id is not None else None
    grid = Grid.objects.create(
        code=code,
        name=name,
        level=level,
        kind=kind,
        legacy_code=legacy_code,
        parent=above,
        community_id=above.community_id if above else None,
        town_id=above.town_id if above else None,
        county_id=above.county_id if above else None,
        boundary=dict(boundary) if boundary else None,
        valid_from=valid_from,
    )
    if own := OWN_COLUMN.get(Grid.Level(level)):
        setattr(grid, own, grid)
        grid.save(update_fields=[own])
    forget()
    return grid


@action
def add_sector(
    *,
    code: str,
    name: str,
    station: str,
    valid_from: date,
    grid_ids: Sequence[int] = (),
    boundary: GeoJson | None = None,
) -> Sector:
    sector = Sector.objects.create(
        code=code,
        name=name,
        station=station,
        valid_from=valid_from,
        boundary=dict(boundary) if boundary else None,
    )
    sector.grids.set(grid_ids)
    forget()
    return sector


@action
def add_beat(
    *,
    code: str,
    name: str,
    sector_id: int,
    valid_from: date,
    grid_ids: Sequence[int] = (),
    boundary: GeoJson | None = None,
) -> Beat:
    beat = Beat.objects.create(
        code=code,
        name=name,
        sector_id=sector_id,
        valid_from=valid_from,
        boundary=dict(boundary) if boundary else None,
    )
    beat.grids.set(grid_ids)
    forget()
    return beat


@action
def add_estate(
    *,
    code: str,
    name: str,
    grid_id: int,
    valid_from: date,
    beat_id: int | None = None,
    aliases: Sequence[str] = (),
    boundary: GeoJson | None = None,
) -> Estate:
    estate = Estate.objects.create(
        code=code,
        name=name,
        grid_id=grid_id,
        beat_id=beat_id,
        aliases=list(aliases),
        boundary=dict(boundary) if boundary else None,
        valid_from=valid_from,
    )
    forget()
    return estate


@action
def add_key_site(
    *, code: str, name: str, kind: str, grid_id: int, lon: float, lat: float, valid_from: date
) -> KeySite:
    site = KeySite.objects.create(
        code=code, name=name, kind=kind, grid_id=grid_id, lon=lon, lat=lat, valid_from=valid_from
    )
    forget()
    return site


@action
def set_base_map(*, layers: Mapping[str, GeoJson]) -> None:
    """Set what the map draws without asking any server, in the order given; what was drawn before goes."""
    BaseMapLayer.objects.exclude(name__in=layers).delete()
    for rank, (name, features) in enumerate(layers.items()):
        BaseMapLayer.objects.update_or_create(name=name, defaults={"features": dict(features), "rank": rank})
    forget()


@dataclass(frozen=True, kw_only=True, slots=True)
class NewBuilding:
    """A building to be added together with many others."""

    code: str
    number: str
    grid_id: int
    estate_id: int | None = None
    name: str = ""
    road: str = ""
    road_number: str = ""
    lon: float | None = None
    lat: float | None = None
    footprint: GeoJson | None = None
    floors: int | None = None
    households: int = 0


@action
def add_many_buildings(*, buildings: Sequence[NewBuilding], valid_from: date) -> dict[str, int]:
    """Add many buildings in one go, for towns that come whole. Return their ids by code."""
    made = Building.objects.bulk_create(
        (
            Building(
                code=one.code,
                number=one.number,
                name=one.name,
                estate_id=one.estate_id,
                grid_id=one.grid_id,
                road=one.road,
                road_number=one.road_number,
                lon=one.lon,
                lat=one.lat,
                footprint=dict(one.footprint) if one.footprint else None,
                floors=one.floors,
                households=one.households,
                valid_from=valid_from,
            )
            for one in buildings
        ),
        batch_size=500,
    )
    forget()
    return {one.code: one.pk for one in made}


@action
def add_many_entrances(
    *, entrances: Sequence[tuple[int, str]], valid_from: date
) -> dict[tuple[int, str], int]:
    """Add many entrances, given as (building, number). Return their ids by the same pairs."""
    made = Entrance.objects.bulk_create(
        (
            Entrance(building_id=building_id, number=number, valid_from=valid_from)
            for building_id, number in entrances
        ),
        batch_size=1000,
    )
    forget()
    return {(one.building_id, one.number): one.pk for one in made}
