"""Where something is that people tell of: by a point, an address in their words, or where they said it."""

from dataclasses import dataclass
from datetime import date
from itertools import islice

from django.db.models import Q

from maplebridge.kernel.geo import Point
from maplebridge.places.domain import address, gazetteer, territory
from maplebridge.places.models import Beat, Building, Entrance, Estate, Grid, Sector
from maplebridge.places.queries.ground import DRAWN_FRESH_S, grid_facts
from maplebridge.platform.freshness import fresh_for


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
        "code", "number", "estate__code", "road", "road_number", "id", "name"
    )
    return gazetteer.Gazetteer(
        (gazetteer.EstateEntry(code, name, tuple(aliases)) for code, name, aliases in estates),
        (
            gazetteer.BuildingEntry(
                code, number, estate, road, road_number, tuple(entrances.get(id, ())), name
            )
            for code, number, estate, road, road_number, id, name in buildings
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
