"""Where things are. What is asked with every matter comes from a picture of the territory that is seconds old."""

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Count, Max, Min, Q, QuerySet, Sum, TextField
from django.db.models.functions import MD5, Cast

from maplebridge.kernel.geo import Crs, Point
from maplebridge.kernel.polygons import area_m2, inner_point, read_polygon
from maplebridge.kernel.tables import Table, csv_bytes, xlsx_bytes
from maplebridge.places.domain import address, drawing, gazetteer, importing, planning, territory
from maplebridge.places.domain.codes import Level
from maplebridge.places.domain.importing import SHEETS, Problem, Sheet, Values
from maplebridge.places.domain.planning import Plan
from maplebridge.places.models import (
    BaseMapLayer,
    Beat,
    Building,
    Entrance,
    Estate,
    Grid,
    KeySite,
    Sector,
    TerritoryImport,
)
from maplebridge.platform.freshness import fresh_for

FRESH_S = 10.0
DRAWN_FRESH_S = 60.0  # boundaries and names take longer to make ready, and change more rarely


@dataclass(frozen=True, slots=True)
class GridFacts:
    """A grid and the chain above it, as ids."""

    id: int
    code: str
    name: str
    level: int
    parent_id: int | None
    community_id: int | None
    town_id: int | None
    county_id: int | None

    @property
    def chain(self) -> tuple[int, ...]:
        """Return the ids from this grid upward, without repeats."""
        ids = (self.id, self.parent_id, self.community_id, self.town_id, self.county_id)
        return tuple(dict.fromkeys(one for one in ids if one is not None))


@fresh_for(FRESH_S)
def grids() -> dict[int, GridFacts]:
    """Return all grids, also ended ones, by id."""
    fields = ("id", "code", "name", "level", "parent_id", "community_id", "town_id", "county_id")
    return {row[0]: GridFacts(*row) for row in Grid.objects.values_list(*fields)}


def borders_of_grids(level: Level, on: date) -> dict[int, dict[str, Any]]:
    """Return the borders of the grids of a level that are in force on a day, of those that are drawn."""
    there = Grid.objects.filter(Q(valid_to=None) | Q(valid_to__gt=on), level=level, valid_from__lte=on)
    return _borders(there)


def borders_of(grid_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Return the borders of some grids, ended ones too, of those that are drawn."""
    return _borders(Grid.objects.filter(pk__in=list(grid_ids)))


def _borders(grids: QuerySet[Grid]) -> dict[int, dict[str, Any]]:
    drawn = grids.filter(boundary__isnull=False).order_by("pk").values_list("pk", "boundary")
    return {id: border for id, border in drawn if border is not None}


def grid_facts(grid_id: int) -> GridFacts:
    known = grids()
    if grid_id in known:
        return known[grid_id]
    fields = ("id", "code", "name", "level", "parent_id", "community_id", "town_id", "county_id")
    return GridFacts(*Grid.objects.values_list(*fields).get(pk=grid_id))


@fresh_for(FRESH_S)
def sectors_by_grid() -> dict[int, tuple[int, ...]]:
    """Return for each grid the sectors laid over it."""
    found: dict[int, list[int]] = {}
    for grid_id, sector_id in Sector.grids.through.objects.values_list("grid_id", "sector_id").order_by(
        "sector_id"
    ):
        found.setdefault(grid_id, []).append(sector_id)
    return {grid_id: tuple(ids) for grid_id, ids in found.items()}


def sectors_over(grid_id: int) -> tuple[int, ...]:
    """Return the sectors over a grid; of a grid without any, those over the grids above it."""
    by_grid = sectors_by_grid()
    return next((by_grid[one] for one in grid_facts(grid_id).chain if one in by_grid), ())


@fresh_for(FRESH_S)
def grids_of_sector(sector_id: int) -> frozenset[int]:
    return frozenset(
        Sector.grids.through.objects.filter(sector_id=sector_id).values_list("grid_id", flat=True)
    )


@fresh_for(FRESH_S)
def grids_of_beat(beat_id: int) -> frozenset[int]:
    return frozenset(Beat.grids.through.objects.filter(beat_id=beat_id).values_list("grid_id", flat=True))


def with_descendants(grid_ids: Iterable[int]) -> frozenset[int]:
    """Return the grids and all grids below them."""
    wanted = frozenset(grid_ids)
    return frozenset(one.id for one in grids().values() if not wanted.isdisjoint(one.chain)) | wanted


def get_grid(grid_id: int) -> Grid:
    return Grid.objects.get(pk=grid_id)


def get_building(building_id: int) -> Building:
    return Building.objects.select_related("estate", "grid").get(pk=building_id)


def get_estate(estate_id: int) -> Estate:
    return Estate.objects.select_related("grid").get(pk=estate_id)


def sector_ids() -> dict[str, int]:
    """Return the sectors by code."""
    return dict(Sector.objects.values_list("code", "pk"))


def entrance_numbers(ids: Iterable[int]) -> dict[int, str]:
    """Return what entrances are called, by id."""
    return dict(Entrance.objects.filter(pk__in=set(ids)).values_list("pk", "number"))


@fresh_for(DRAWN_FRESH_S)
def _locator() -> tuple[territory.Locator | None, dict[str, int]]:
    """Return what finds the grid of a point, and the ids of its codes."""
    in_force = Grid.objects.filter(valid_to=None, boundary__isnull=False)
    rows = list(in_force.values_list("id", "code", "level", "boundary", "parent__code"))
    pieces, _findings = territory.read(
        territory.Draft(code, level, boundary, parent) for _id, code, level, boundary, parent in rows
    )
    return (territory.Locator(pieces) if pieces else None), {code: id for id, code, *_rest in rows}


def grid_at(lon: float, lat: float) -> int | None:
    """Return the smallest grid that holds a point (WGS-84), or None outside the territory."""
    locator, ids = _locator()
    piece = locator.at(Point(lon, lat)) if locator else None
    return ids[piece.code] if piece else None


@fresh_for(DRAWN_FRESH_S)
def _gazetteer() -> gazetteer.Gazetteer:
    estates = Estate.objects.filter(valid_to=None).values_list("code", "name", "aliases")
    entrances: dict[int, list[str]] = {}
    for building_id, number in Entrance.objects.filter(valid_to=None).values_list("building_id", "number"):
        entrances.setdefault(building_id, []).append(number)
    buildings = Building.objects.filter(valid_to=None).values_list(
        "code", "number", "estate__code", "road", "road_number", "id"
    )
    return gazetteer.Gazetteer(
        (gazetteer.EstateEntry(code, name, tuple(aliases)) for code, name, aliases in estates),
        (
            gazetteer.BuildingEntry(code, number, estate, road, road_number, tuple(entrances.get(id, ())))
            for code, number, estate, road, road_number, id in buildings
        ),
    )


@fresh_for(DRAWN_FRESH_S)
def _estate_codes() -> dict[str, tuple[int, int]]:
    return {code: (id, grid_id) for id, code, grid_id in Estate.objects.values_list("id", "code", "grid_id")}


@dataclass(frozen=True, slots=True)
class Home:
    """A building as far as finding a place needs it."""

    id: int
    estate_id: int | None
    grid_id: int
    lon: float | None
    lat: float | None


@fresh_for(DRAWN_FRESH_S)
def _building_codes() -> dict[str, Home]:
    rows = Building.objects.values_list("code", "id", "estate_id", "grid_id", "lon", "lat")
    return {code: Home(id, estate, grid, lon, lat) for code, id, estate, grid, lon, lat in rows}


@fresh_for(DRAWN_FRESH_S)
def _buildings() -> dict[int, Home]:
    return {one.id: one for one in _building_codes().values()}


@dataclass(frozen=True, slots=True)
class Located:
    """Where something is, as precisely as is known, and how that is known."""

    how: str  # point, address, group, nowhere
    grid_id: int | None = None
    estate_id: int | None = None
    building_id: int | None = None
    lon: float | None = None
    lat: float | None = None
    words: str = ""
    missing: tuple[str, ...] = ()


def _where_a_point_is(
    at: int, estate_id: int | None, building_id: int | None
) -> tuple[int | None, int | None]:
    """Keep estate and building of whoever speaks only where the point lies on their ground."""
    home = _buildings().get(building_id or 0)
    if home is not None and home.grid_id == at:
        return home.estate_id, home.id
    grid = next((grid for id, grid in _estate_codes().values() if id == estate_id), None)
    on_its_ground = grid is not None and (grid in grid_facts(at).chain or at in grid_facts(grid).chain)
    return (estate_id if on_its_ground else None), None


def locate(
    *,
    text: str = "",
    lon: float | None = None,
    lat: float | None = None,
    estate_id: int | None = None,
    building_id: int | None = None,
    grid_id: int | None = None,
) -> Located:
    """Find the place of what is told: the point given, the address in the words, else where it was said."""
    here = next((code for code, (id, _grid) in _estate_codes().items() if id == estate_id), None)
    parts, match = gazetteer.locate(text, _gazetteer(), here) if text else ([], None)
    named = [
        part.text for part in parts if part.kind is not address.Kind.OTHER
    ]  # the rest tells what happened there
    words = "".join(named) if match and match.found != gazetteer.Found.NONE else ""
    if lon is not None and lat is not None and (at := grid_at(lon, lat)) is not None:
        estate, building = _where_a_point_is(at, estate_id, building_id)
        return Located("point", at, estate, building, lon, lat, words)
    if match is not None and match.found == gazetteer.Found.BUILDING and match.code in _building_codes():
        home = _building_codes()[match.code]
        return Located("address", home.grid_id, home.estate_id, home.id, home.lon, home.lat, words)
    if match is not None and match.found == gazetteer.Found.ESTATE and match.code in _estate_codes():
        id, grid = _estate_codes()[match.code]
        same = id == estate_id
        missing = tuple(one.value for one in match.missing)
        return Located("address", grid, id, building_id if same else None, words=words, missing=missing)
    if building_id is not None or grid_id is not None:
        said_in = _buildings().get(building_id or 0)
        if said_in is not None:
            return Located(
                "group", said_in.grid_id, said_in.estate_id, said_in.id, said_in.lon, said_in.lat, words
            )
        return Located("group", grid_id, estate_id, words=words)
    return Located("nowhere", words=words, lon=lon, lat=lat)


@dataclass(frozen=True, slots=True)
class NamedHome:
    """A building as people choose it from a list: what it is called, and the ways in which it is written."""

    id: int
    name: str
    road: str
    written: tuple[str, ...]


@fresh_for(DRAWN_FRESH_S)
def _named_homes(on: date) -> tuple[NamedHome, ...]:
    rows = Building.objects.filter(valid_from__lte=on).exclude(valid_to__lte=on).select_related("estate")
    return tuple(_named_home(one) for one in rows.order_by("estate__name", "road", "number", "id"))


def _named_home(one: Building) -> NamedHome:
    road = f"{one.road}{one.road_number}"
    estates = (one.estate.name, *one.estate.aliases) if one.estate else ()
    written = (*(f"{estate}{one.number}号楼" for estate in estates), f"{road}{one.number}号楼", one.name)
    return NamedHome(
        one.pk, str(one), road, tuple(dict.fromkeys(address.fold(way) for way in written if way))
    )


def buildings_like(words: str, *, on: date, most: int) -> list[NamedHome]:
    """Return the buildings whose address holds what was typed so far, the closest fit first."""
    typed = "".join(address.fold(words).split())
    if not typed:
        return []
    fitting = [
        (min(len(way) for way in one.written if typed in way), one.name, one)
        for one in _named_homes(on)
        if any(typed in way for way in one.written)
    ]
    if not fitting and (whole := locate(text=words)).building_id is not None:
        return [one for one in _named_homes(on) if one.id == whole.building_id]
    return [one for *_order, one in sorted(fitting, key=lambda row: row[:2])[:most]]


def find_building(building_id: object) -> Building | None:
    """Return a building by an id as a form gives it, or None."""
    text = str(building_id or "")
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        return None
    return Building.objects.filter(pk=int(text), valid_to=None).select_related("estate", "grid").first()


# -- what a map draws

GRID_LAYERS = {f"grids-{level}": level for level in (5, 4, 3, 2, 1)}
LAYERS = (*GRID_LAYERS, "sectors", "beats", "estates", "buildings", "key_sites")
TOLERANCE_M = {"grids-5": 6.0, "grids-4": 4.0, "grids-3": 3.0, "grids-2": 2.0, "sectors": 2.0, "beats": 2.0}
WHOLE_UP_TO = 3_000  # buildings; where there are more, a map asks for those in its window
WINDOW_MOST = 6_000

Box = tuple[float, float, float, float]  # west, south, east, north


@fresh_for(DRAWN_FRESH_S)
def base_map_version() -> str:
    """Return what changes whenever the base map does; empty where there is none."""
    layers = BaseMapLayer.objects.annotate(digest=MD5(Cast("features", TextField()))).order_by("rank", "name")
    told = "".join(
        f"{name}{rank}{digest}" for name, rank, digest in layers.values_list("name", "rank", "digest")
    )
    return hashlib.sha256(told.encode()).hexdigest()[:16] if told else ""


def base_map() -> dict[str, Any]:
    """Return the layers under everything, in the order in which they are drawn."""
    return {one.name: _light(one.features) for one in BaseMapLayer.objects.order_by("rank", "name")}


def _light(collection: dict[str, Any]) -> dict[str, Any]:
    features = [one | {"geometry": drawing.rounded(one["geometry"])} for one in collection["features"]]
    return {"type": "FeatureCollection", "features": features}


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of territory as far as a map and its list need it."""

    id: int
    code: str
    name: str
    shape: dict[str, Any] | None
    more: dict[str, Any]


def _of_layer(layer: str) -> QuerySet[Any]:
    """Return the pieces of a layer that are in force, in the order in which they are listed."""
    if layer in GRID_LAYERS:
        return Grid.objects.filter(valid_to=None, level=GRID_LAYERS[layer]).order_by("code")
    if layer == "buildings":
        return Building.objects.filter(valid_to=None).select_related("estate").order_by("code")
    models: dict[str, type[Sector] | type[Beat] | type[Estate] | type[KeySite]] = {
        "sectors": Sector,
        "beats": Beat,
        "estates": Estate,
        "key_sites": KeySite,
    }
    return models[layer]._default_manager.filter(valid_to=None).order_by("code")


@fresh_for(FRESH_S)
def counts_of_layers() -> dict[str, int]:
    counts = {layer: _of_layer(layer).count() for layer in LAYERS if layer not in GRID_LAYERS}
    by_level = dict(Grid.objects.filter(valid_to=None).values_list("level").annotate(n=Count("id")))
    return {layer: by_level.get(level, 0) for layer, level in GRID_LAYERS.items()} | counts


def pieces_listed(layer: str, *, words: str = "", after: str = "", most: int = 100) -> list[Piece]:
    """Return pieces of a layer after a code, those whose name or code holds the words."""
    rows = _of_layer(layer).filter(code__gt=after) if after else _of_layer(layer)
    if words and layer == "buildings":
        rows = rows.filter(
            Q(code__contains=words) | Q(estate__name__contains=words) | Q(road__contains=words)
        )
    elif words:
        rows = rows.filter(Q(code__contains=words) | Q(name__contains=words))
    return [
        Piece(one.pk, one.code, str(one) if layer == "buildings" else one.name, None, {})
        for one in rows[:most]
    ]


def drawn_layer(layer: str, box: Box | None = None) -> dict[str, Any]:
    """Return a layer as GeoJSON: code and name of each piece, its simplified border or its point."""
    whole = layer != "buildings" or counts_of_layers()[layer] <= WHOLE_UP_TO
    if layer == "buildings":
        pieces = [_drawn_building(one) for one in _buildings_drawn(None if whole else box)]
    elif layer == "key_sites":
        pieces = [
            Piece(one.pk, one.code, one.name, _at(one.lon, one.lat), {"kind": one.kind, "label": one.name})
            for one in _of_layer(layer)
        ]
    else:
        rows = list(_with_parent(layer).filter(boundary__isnull=False))
        shapes = drawing.simplified([one.boundary for one in rows], TOLERANCE_M.get(layer, 1.0))
        pieces = [
            Piece(one.pk, one.code, one.name, shape, {"label": _short_name(one)})
            for one, shape in zip(rows, shapes, strict=True)
        ]
    features = [_feature(one) for one in pieces if one.shape is not None]
    return {"type": "FeatureCollection", "whole": whole, "features": features}


def _with_parent(layer: str) -> QuerySet[Any]:
    return _of_layer(layer).select_related("parent") if layer in GRID_LAYERS else _of_layer(layer)


def _short_name(one: Grid | Sector | Beat | Estate) -> str:
    """Return what to write into an area: of a grid, what its name adds to the name of the one above it."""
    above = one.parent.name if isinstance(one, Grid) and one.parent else ""
    return one.name.removeprefix(above) or one.name


def _feature(one: Piece) -> dict[str, Any]:
    told = {"id": one.id, "code": one.code, "name": one.name} | one.more
    if one.shape and one.shape["type"] != "Point":
        inside = drawing.inside(one.shape)
        told["at"] = inside  # of its name
    return {"type": "Feature", "id": one.id, "geometry": one.shape, "properties": told}


def _buildings_drawn(box: Box | None) -> QuerySet[Any]:
    rows = _of_layer("buildings")
    if box is not None:
        west, south, east, north = box
        rows = rows.filter(lon__range=(west, east), lat__range=(south, north))
    return rows[:WINDOW_MOST]


def _drawn_building(one: Building) -> Piece:
    shape = drawing.rounded(one.footprint) if one.footprint else None
    if shape is None and one.lon is not None and one.lat is not None:
        shape = _at(one.lon, one.lat)
    return Piece(one.pk, one.code, str(one), shape, {"label": one.number})


def _at(lon: float, lat: float) -> dict[str, Any]:
    return drawing.rounded({"type": "Point", "coordinates": [lon, lat]})


@fresh_for(DRAWN_FRESH_S)
def extent() -> Box | None:
    """Return the box around the territory: of the highest grids that are drawn, else of all buildings."""
    for level in (5, 4, 3, 2, 1):
        drawn = Grid.objects.filter(valid_to=None, level=level, boundary__isnull=False)
        if found := drawing.box_of([one.boundary for one in drawn if one.boundary]):
            return found
    around = Building.objects.aggregate(Min("lon"), Min("lat"), Max("lon"), Max("lat"))
    west, south, east, north = (around[key] for key in ("lon__min", "lat__min", "lon__max", "lat__max"))
    return None if west is None else (west, south, east, north)


def shown(layer: str, id: int) -> Grid | Sector | Beat | Estate | Building | KeySite | None:
    """Return one piece of a layer that is in force, or None."""
    found: Grid | Sector | Beat | Estate | Building | KeySite | None = _of_layer(layer).filter(pk=id).first()
    return found


def middle_of(piece: Grid | Sector | Beat | Estate | Building | KeySite) -> Point | None:
    """Return a point inside a piece, where its place is known."""
    if isinstance(piece, Building | KeySite):
        return Point(piece.lon, piece.lat) if piece.lon is not None and piece.lat is not None else None
    return inner_point(read_polygon(piece.boundary)) if piece.boundary else None


def area_m2_of(piece: Grid | Sector | Beat | Estate) -> float | None:
    return area_m2(read_polygon(piece.boundary)) if piece.boundary else None


def estates_in(grid_ids: Iterable[int]) -> list[Estate]:
    """Return the estates in force with a building, or themselves, in these grids."""
    ids = list(grid_ids)
    inside = Q(grid_id__in=ids) | Q(buildings__grid_id__in=ids)
    return list(Estate.objects.filter(inside, valid_to=None).distinct().order_by("name"))


def estates_of_beat(beat_id: int) -> list[Estate]:
    return list(Estate.objects.filter(beat_id=beat_id, valid_to=None).order_by("name"))


def buildings_of_estate(estate_id: int) -> list[Building]:
    return list(Building.objects.filter(estate_id=estate_id, valid_to=None).order_by("code"))


def size_of(grid_ids: Iterable[int]) -> tuple[int, int]:
    """Return how many buildings and households are in these grids."""
    inside = Building.objects.filter(grid_id__in=list(grid_ids), valid_to=None)
    found = inside.aggregate(n=Count("id"), households=Sum("households"))
    return found["n"], found["households"] or 0


def roads_in(grid_ids: Iterable[int]) -> list[str]:
    inside = Building.objects.filter(grid_id__in=list(grid_ids), valid_to=None).exclude(road="")
    return list(inside.order_by("road").values_list("road", flat=True).distinct())


def beats_of_sector(sector_id: int) -> list[Beat]:
    return list(Beat.objects.filter(sector_id=sector_id, valid_to=None).order_by("code"))


def beat_names(ids: Iterable[int]) -> list[str]:
    return list(Beat.objects.filter(pk__in=list(ids)).order_by("code").values_list("name", flat=True))


def sectors_named(ids: Iterable[int]) -> list[Sector]:
    return list(Sector.objects.filter(pk__in=list(ids)).order_by("code"))


@dataclass(frozen=True, slots=True)
class Address:
    """What an address as written means here: building, estate or road, what is missing, what may be meant."""

    found: str
    building: Building | None
    estate: Estate | None
    road: str
    entrance: str
    missing: tuple[str, ...]
    doubts: tuple[str, ...]
    candidates: tuple[Building | Estate, ...]


def read_address(text: str) -> Address:
    """Read an address as people write it, and say what of it is known here."""
    _parts, match = gazetteer.locate(text, _gazetteer())
    codes = [*match.candidates, match.code or ""]
    buildings = (
        Building.objects.filter(code__in=codes).select_related("estate", "grid").in_bulk(field_name="code")
    )
    estates = Estate.objects.filter(code__in=codes).select_related("grid").in_bulk(field_name="code")
    known: dict[str, Building | Estate] = {**buildings, **estates}
    return Address(
        found=match.found.value,
        building=buildings.get(match.code or "") if match.found == gazetteer.Found.BUILDING else None,
        estate=estates.get(match.code or "") if match.found == gazetteer.Found.ESTATE else None,
        road=(match.code or "") if match.found == gazetteer.Found.ROAD else "",
        entrance=match.entrance or "",
        missing=tuple(one.value for one in match.missing),
        doubts=tuple(one.value for one in match.doubts),
        candidates=tuple(known[code] for code in match.candidates if code in known),
    )


@dataclass(frozen=True, slots=True)
class NamedGround:
    """A piece of territory that a posting may be for."""

    kind: str  # grid, sector, beat, building
    id: int
    name: str
    code: str


@fresh_for(DRAWN_FRESH_S)
def _named_grounds(on: date) -> tuple[NamedGround, ...]:
    now = Q(valid_from__lte=on) & (Q(valid_to=None) | Q(valid_to__gt=on))
    grids = Grid.objects.filter(now).select_related("parent").order_by("-level", "code")
    return (
        *(
            NamedGround("grid", one.pk, f"{one.parent.name if one.parent else ''}{one.name}", one.code)
            for one in grids
        ),
        *(NamedGround("sector", one.pk, one.name, one.code) for one in Sector.objects.filter(now)),
        *(NamedGround("beat", one.pk, one.name, one.code) for one in Beat.objects.filter(now)),
        *(
            NamedGround("building", one.pk, str(one), one.code)
            for one in Building.objects.filter(now).select_related("estate")
        ),
    )


def grounds_like(words: str, *, on: date, most: int) -> list[NamedGround]:
    """Return pieces of territory whose name or code holds the words, larger ones first."""
    typed = "".join(address.fold(words).split())
    if not typed:
        return []
    fitting = (one for one in _named_grounds(on) if typed in address.fold(one.name) or typed in one.code)
    return list(islice(fitting, most))


def grounds_by_code(on: date) -> dict[str, dict[str, int]]:
    """Return the ids of the territory in force by kind and code, for files that name ground by code."""
    found: dict[str, dict[str, int]] = {"grid": {}, "sector": {}, "beat": {}, "building": {}}
    for one in _named_grounds(on):
        found[one.kind][one.code] = one.id
    found["estate"] = dict(
        Estate.objects.filter(valid_from__lte=on).exclude(valid_to__lte=on).values_list("code", "pk")
    )
    return found


def sectors_in_force(on: date) -> list[Sector]:
    return list(Sector.objects.filter(valid_from__lte=on).exclude(valid_to__lte=on).order_by("code"))


# -- sheets: the territory in the shape in which it is imported and exported

MODELS: dict[str, type[models.Model]] = {
    "grids": Grid,
    "sectors": Sector,
    "beats": Beat,
    "estates": Estate,
    "buildings": Building,
    "entrances": Entrance,
    "key_sites": KeySite,
}
AT_ONCE = 2_000


def _paths(sheet: Sheet) -> dict[str, str]:
    """Return for each column of a sheet where the database keeps it; of lists of grids, nowhere."""
    return {
        column.key: f"{column.key}__code" if column.refers_to else column.key
        for column in sheet.columns
        if column.key not in ("crs", "grids")
    }


def rows_of(sheet: Sheet, *, ended: bool = False) -> Iterator[Values]:
    """Yield the rows of a sheet as an import reads them: those in force, or also those that have ended."""
    paths = _paths(sheet)
    rows = MODELS[sheet.name]._default_manager.order_by(*(paths[key] for key in sheet.key))
    if not ended:
        rows = rows.filter(valid_to=None)
    covered = _grids_covered(sheet.name)
    for id, *cells in rows.values_list("pk", *paths.values()).iterator(chunk_size=AT_ONCE):
        values = dict(zip(paths, cells, strict=True))
        if "grids" in {column.key for column in sheet.columns}:
            values["grids"] = covered.get(id, [])
        if values.get("level") is not None:
            values["level"] = Level(values["level"])
        if values.get("boundary") or values.get("footprint") or values.get("lon") is not None:
            values["crs"] = str(Crs.WGS84)
        yield values


def _grids_covered(sheet: str) -> dict[int, list[str]]:
    """Return the codes of the grids that each sector or beat is laid over."""
    if sheet not in ("sectors", "beats"):
        return {}
    covered: dict[int, list[str]] = {}
    through = Sector.grids.through if sheet == "sectors" else Beat.grids.through
    own = "sector_id" if sheet == "sectors" else "beat_id"
    for id, code in through._default_manager.order_by("grid__code").values_list(own, "grid__code"):
        covered.setdefault(id, []).append(code)
    return covered


def count_of(sheet: Sheet) -> int:
    return MODELS[sheet.name]._default_manager.filter(valid_to=None).count()


def ids_of(sheet: Sheet, *, ended: bool = False) -> dict[str, int]:
    """Return the ids of the rows of a sheet by what they are known by."""
    paths = _paths(sheet)
    rows = MODELS[sheet.name]._default_manager.order_by("pk")
    if not ended:
        rows = rows.filter(valid_to=None)
    return {"/".join(key): id for id, *key in rows.values_list("pk", *(paths[key] for key in sheet.key))}


def may_come_back(sheet: Sheet) -> bool:
    """Say whether a code that has ended is known still. Only a grid's code may begin anew."""
    return sheet.name != "grids"


@dataclass(frozen=True, slots=True)
class DryRun:
    """What an import would do, or every reason why it cannot."""

    rows: int
    problems: list[Problem]
    plan: Plan
    findings: list[territory.Finding]


Tell = Callable[[str, int, int], None]  # the step, how much of it is done, of how much


def _silently(step: str, done: int, total: int) -> None:
    pass


def dry_run(sheet: Sheet, table: Table, *, tell: Tell = _silently) -> DryRun:
    """Check a table against the territory as it is, and say what importing it would change."""
    rows = len(table.rows)
    tell("checking", 0, rows)
    known = {
        one.name: frozenset(ids_of(one, ended=one is sheet and may_come_back(one)))
        for one in SHEETS.values()
        if one is sheet or one.name in {column.refers_to for column in sheet.columns}
    }
    checked = importing.check(sheet, table, known)
    if checked.problems:
        return DryRun(rows, checked.problems, Plan(), [])
    tell("comparing", rows, rows)
    wanted = {planning.key_of(sheet, record.values) for record in checked.records if record.known}
    existing = {
        key: values
        for values in rows_of(sheet, ended=may_come_back(sheet))
        if (key := planning.key_of(sheet, values)) in wanted
    }
    columns = planning.columns_in(sheet, table.columns)
    planned = planning.plan(sheet, checked.records, columns, existing.get)
    tell("fitting", rows, rows)
    return DryRun(rows, [], planned, _findings(sheet, planned))


def _findings(sheet: Sheet, planned: Plan) -> list[territory.Finding]:
    """Return what does not fit together in the territory as it would be."""
    if not any(column.key == "boundary" for column in sheet.columns):
        return []
    gone = {change.record.values["code"] for change in planned.ended}
    touched = [
        _draft(sheet, record.values)
        for record in [*planned.new, *(change.record for change in planned.changed)]
        if record.values["boundary"]
    ]
    if not touched:
        return []
    drafts = {
        values["code"]: _draft(sheet, values)
        for values in rows_of(sheet)
        if values["boundary"] and values["code"] not in gone
    }
    return list(planning.misfits(drafts, touched))


def _draft(sheet: Sheet, values: Values) -> territory.Draft:
    level = int(values["level"]) if sheet.name == "grids" else 0
    parent = values["parent"] if sheet.name == "grids" else None
    return territory.Draft(values["code"], level, values["boundary"], parent)


def get_import(import_id: int) -> TerritoryImport | None:
    return TerritoryImport.objects.filter(pk=import_id).first()


def latest_imports(most: int = 10) -> list[TerritoryImport]:
    return list(TerritoryImport.objects.order_by("-pk")[:most])


def upload_path(import_id: int) -> Path:
    """Return where an uploaded file waits until it is decided."""
    return Path(settings.MEDIA_ROOT) / "imports" / f"territory-{import_id}"


@dataclass(frozen=True, slots=True)
class Progress:
    step: str
    done: int
    total: int
    seconds_ago: float


def progress_of(import_id: int) -> Progress | None:
    """Return how far the work on an import is; it is told by a file, as its transaction shows nothing yet."""
    path = upload_path(import_id).with_suffix(".progress")
    try:
        step, done, total = path.read_text().split()
        return Progress(step, int(done), int(total), max(0.0, time.time() - path.stat().st_mtime))
    except (FileNotFoundError, ValueError):
        return None


FORMS = {
    "csv": "text/csv; charset=utf-8",
    "gb18030": "text/csv; charset=gb18030",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "geojson": "application/geo+json",
}


def exported(sheet: Sheet, form: str, *, chinese: bool) -> Iterator[bytes]:
    """Yield the rows in force as a file that can be corrected and imported again."""
    if form == "geojson":
        return _geojson_bytes(sheet)
    headings = sheet.headings(chinese=chinese)
    rows = (importing.row_of(sheet, values) for values in rows_of(sheet))
    if form == "xlsx":
        return xlsx_bytes(headings, rows, sheet=sheet.name)
    return csv_bytes(headings, rows, "gb18030" if form == "gb18030" else "utf-8-sig")


def _geojson_bytes(sheet: Sheet) -> Iterator[bytes]:
    yield b'{"type":"FeatureCollection","features":['
    for number, values in enumerate(rows_of(sheet)):
        feature = importing.features_of(sheet, [values])["features"][0]
        text = json.dumps(feature, ensure_ascii=False, separators=(",", ":"))
        yield (",\n" if number else "\n").encode() + text.encode()
    yield b"\n]}\n"
