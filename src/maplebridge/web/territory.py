"""The map of the territory with its list: who holds which ground, who is on duty there, whom to call."""

import gzip
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maplebridge.kernel.geo import Crs, Point, to_wgs84
from maplebridge.people import queries as people
from maplebridge.people.domain.roles import Role
from maplebridge.people.domain.standing import Standing
from maplebridge.people.permissions import allow, signed_in, standing_of
from maplebridge.places import queries as places
from maplebridge.platform import wording
from maplebridge.platform.freshness import fresh_for
from maplebridge.rosters import queries as rosters

LISTED = 100
FRESH_S = 30.0
KEPT_S = 60  # a browser may show a layer that old without asking
A_YEAR_S = 31_536_000

LAYER_NAMES = {
    "grids-5": gettext_lazy("Counties"),
    "grids-4": gettext_lazy("Subdistricts and towns"),
    "grids-3": gettext_lazy("Communities"),
    "grids-2": gettext_lazy("Grids"),
    "grids-1": gettext_lazy("Small grids"),
    "sectors": gettext_lazy("Police grids"),
    "beats": gettext_lazy("Beats"),
    "estates": gettext_lazy("Estates"),
    "buildings": gettext_lazy("Buildings"),
    "key_sites": gettext_lazy("Key sites"),
}
LEVEL_NAMES = {
    1: gettext_lazy("Small grid"),
    2: gettext_lazy("Grid"),
    3: gettext_lazy("Community"),
    4: gettext_lazy("Subdistrict or town"),
    5: gettext_lazy("County"),
}
# What everybody may see: grids are posted with their extent, their worker and the number for complaints.
PUBLIC_LAYERS = tuple(places.GRID_LAYERS)
FIRST_SHOWN = ("grids-3", "grids-2")


def layers_for(standing: Standing) -> tuple[str, ...]:
    return places.LAYERS if standing.is_staff else PUBLIC_LAYERS


@allow(signed_in)
def territory(request: HttpRequest) -> HttpResponse:
    """Show the map, the list beside it, and what was looked for or chosen."""
    standing = standing_of(request)
    layer = _layer(standing, request.GET.get("layer") or "grids-2")
    words = request.GET.get("q", "").strip()
    context: dict[str, Any] = {
        "layers": _layer_rows(standing, layer),
        "layer": layer,
        "layer_name": LAYER_NAMES[layer],
        "words": words,
        "crs": request.GET.get("crs", Crs.WGS84),
        "systems": [
            (Crs.WGS84, "WGS-84"),
            (Crs.GCJ02, _("GCJ-02 (WeChat, Amap)")),
            (Crs.BD09, _("BD-09 (Baidu)")),
        ],
        "found": _look_for(words, request.GET.get("crs", ""), standing) if words else None,
        "marker": _point_of(request.GET.get("lon"), request.GET.get("lat"), ""),
        "chosen": _told_of_key(request.GET.get("show", ""), standing),
        "box": places.extent(),
        **_listed(layer, request.GET.get("after", "")),
    }
    if context["found"] is None and context["marker"] is not None:
        context["found"] = _found_at(context["marker"])
    if context["chosen"] is None and context["found"] is not None:
        context["chosen"] = _told_of_key(context["found"].show, standing)
    if getattr(request, "htmx", False):
        target = request.headers.get("HX-Target", "")
        part = "web/territory_found.html" if target == "territory-found" else "web/territory_list.html"
        return render(request, part, context)
    return render(request, "web/territory.html", context)


def _layer(standing: Standing, name: str) -> str:
    if name not in layers_for(standing):
        raise Http404
    return name


def _layer_rows(standing: Standing, chosen: str) -> list[dict[str, Any]]:
    counts = places.counts_of_layers()
    shown = {*FIRST_SHOWN, chosen}
    return [
        {
            "name": name,
            "words": LAYER_NAMES[name],
            "count": counts[name],
            "shown": name in shown,
            "chosen": name == chosen,
            "url": reverse("territory_layer", args=[name]),
        }
        for name in layers_for(standing)
        if counts[name]
    ]


def _listed(layer: str, after: str) -> dict[str, Any]:
    pieces = places.pieces_listed(layer, after=after, most=LISTED + 1)
    return {
        "pieces": pieces[:LISTED],
        "after": pieces[LISTED - 1].code if len(pieces) > LISTED else "",
        "begun": bool(after),
    }


# -- what the map draws


def _json(request: HttpRequest, packed: tuple[bytes, str], *, seconds: int) -> HttpResponse:
    """Answer with JSON that is packed already, or say that the browser has it."""
    body, etag = packed
    headers = {
        "ETag": etag,
        "Cache-Control": f"private, max-age={seconds}",
        "Vary": "Accept-Encoding, Cookie",
    }
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers=headers)
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        headers["Content-Encoding"] = "gzip"
    else:
        body = gzip.decompress(body)
    return HttpResponse(body, content_type="application/geo+json", headers=headers)


def _packed(content: dict[str, Any]) -> tuple[bytes, str]:
    body = gzip.compress(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(), 6, mtime=0)
    return body, f'"{hashlib.sha256(body).hexdigest()[:16]}"'


@fresh_for(3600.0)
def _packed_base(version: str) -> tuple[bytes, str]:
    return _packed(places.base_map())


@fresh_for(FRESH_S)
def _packed_layer(name: str) -> tuple[bytes, str]:
    return _packed(places.drawn_layer(name))


@allow(signed_in)
def territory_base(request: HttpRequest) -> HttpResponse:
    """Serve streets, water, parks and houses from the town's own data; its version is in the address."""
    version = places.base_map_version()
    seconds = A_YEAR_S if request.GET.get("v") == version else KEPT_S
    return _json(request, _packed_base(version), seconds=seconds)


@allow(signed_in)
def territory_layer(request: HttpRequest, name: str) -> HttpResponse:
    """Serve one layer of the territory; of very many buildings those in the window."""
    layer = _layer(standing_of(request), name)
    box = _box(request.GET.get("box", ""))
    packed = _packed_layer(layer) if box is None else _packed(places.drawn_layer(layer, box))
    return _json(request, packed, seconds=KEPT_S)


def _box(text: str) -> places.Box | None:
    parts = text.split(",")
    try:
        west, south, east, north = (float(part) for part in parts)
    except ValueError:
        return None
    return (west, south, east, north) if west < east and south < north else None


# -- what is known of one piece


@dataclass(frozen=True, slots=True)
class Line:
    """Something known of a place: what it is, who or what, and a number to call."""

    label: str
    value: str
    phone: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A piece of territory in words."""

    layer: str
    id: int
    kind: str
    name: str
    code: str
    lon: float | None
    lat: float | None
    lines: list[Line] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"{self.layer}/{self.id}"


@allow(signed_in)
def territory_piece(request: HttpRequest, name: str, id: int) -> HttpResponse:
    """Tell what is known of one piece: whose it is, who is on duty there, whom to call."""
    layer = _layer(standing_of(request), name)
    piece = places.shown(layer, id)
    if piece is None:
        raise Http404
    told = told_of(layer, piece, standing_of(request), timezone.now())
    return render(request, "web/territory_piece.html", {"piece": told})


def _told_of_key(key: str, standing: Standing) -> Told | None:
    layer, _slash, number = key.partition("/")
    if not number.isdigit() or layer not in layers_for(standing):
        return None
    piece = places.shown(layer, int(number))
    return told_of(layer, piece, standing, timezone.now()) if piece is not None else None


def told_of(layer: str, piece: Any, standing: Standing, now: datetime) -> Told:
    """Return what a person may know of a piece of territory."""
    kind = LEVEL_NAMES[piece.level] if layer in places.GRID_LAYERS else KIND_NAMES[layer]
    middle = places.middle_of(piece)
    on = timezone.localdate(now)
    tell = _grid_to_residents if not standing.is_staff else TELLERS.get(layer, _tell_grid)
    return Told(
        layer=layer,
        id=piece.pk,
        kind=str(kind),
        name=str(piece) if layer == "buildings" else piece.name,
        code=piece.code,
        lon=round(middle.lon, 6) if middle else None,
        lat=round(middle.lat, 6) if middle else None,
        lines=[line for line in tell(piece, on, now) if line.value or line.phone],
    )


KIND_NAMES = {
    "sectors": gettext_lazy("Police grid"),
    "beats": gettext_lazy("Beat"),
    "estates": gettext_lazy("Estate"),
    "buildings": gettext_lazy("Building"),
    "key_sites": gettext_lazy("Key site"),
}
SITE_KINDS = {
    "school": gettext_lazy("School"),
    "kindergarten": gettext_lazy("Kindergarten"),
    "hospital": gettext_lazy("Hospital"),
    "clinic": gettext_lazy("Clinic"),
    "market": gettext_lazy("Market"),
    "mall": gettext_lazy("Mall"),
    "park": gettext_lazy("Park"),
    "bridge": gettext_lazy("Bridge"),
    "alley": gettext_lazy("Narrow alley"),
    "station": gettext_lazy("Police station"),
    "fire_station": gettext_lazy("Fire station"),
    "bus_hub": gettext_lazy("Bus hub"),
    "bank": gettext_lazy("Bank"),
    "gas_station": gettext_lazy("Gas station"),
    "library": gettext_lazy("Library"),
    "elder_center": gettext_lazy("Center for the elderly"),
    "service_center": gettext_lazy("Service center"),
}


def _grid_to_residents(grid: Any, on: date, now: datetime) -> list[Line]:
    """Tell what is posted for everybody: extent, who looks after it, where to complain."""
    return [*_extent(grid), *_chief(grid, on), *_workers(grid, on), _complaints(grid.pk, on)]


def _tell_grid(grid: Any, on: date, now: datetime) -> list[Line]:
    sectors = places.sectors_named(places.sectors_over(grid.pk))
    return [
        _above(grid.pk),
        *_chief(grid, on),
        *_workers(grid, on),
        *_team(grid, on),
        *_on_duty(sectors, now),
        Line(_("Police grids"), _names(sectors)),
        *_extent(grid),
        _complaints(grid.pk, on),
    ]


def _tell_sector(sector: Any, on: date, now: datetime) -> list[Line]:
    beats = places.beats_of_sector(sector.pk)
    return [
        Line(_("Police station"), sector.station),
        *_officers(on, sector_id=sector.pk),
        *_on_duty([sector], now),
        Line(_("Beats"), _names(beats)),
        Line(_("Extent"), _extent_words(places.grids_of_sector(sector.pk), sector)),
    ]


def _tell_beat(beat: Any, on: date, now: datetime) -> list[Line]:
    sectors = places.sectors_named([beat.sector_id])
    return [
        *_officers(on, beat_id=beat.pk),
        *_on_duty(sectors, now),
        Line(_("Police grid"), _names(sectors)),
        Line(_("Estates"), _names(places.estates_of_beat(beat.pk))),
    ]


def _tell_estate(estate: Any, on: date, now: datetime) -> list[Line]:
    buildings = places.buildings_of_estate(estate.pk)
    households = sum(one.households for one in buildings)
    return [
        _manager(estate.grid_id, estate.pk, on),
        _grid_line(estate.grid_id),
        *_workers(estate.grid, on),
        *_beat_line(estate.beat_id, on),
        *_on_duty(places.sectors_named(places.sectors_over(estate.grid_id)), now),
        Line(
            _("Extent"),
            _("{buildings} buildings, {households} households").format(
                buildings=len(buildings), households=wording.counted(households)
            ),
        ),
        Line(_("Also called"), "、".join(estate.aliases)),
    ]


def _tell_building(building: Any, on: date, now: datetime) -> list[Line]:
    captains = people.postings_on(on).filter(role=Role.BUILDING_CAPTAIN, building_id=building.pk)
    households = _("{n} households").format(n=building.households) if building.households else ""
    floors = _("{n} floors").format(n=building.floors) if building.floors else ""
    return [
        Line(_("Address"), _address(building)),
        Line(_("Building captain"), _nicknames(captains.values_list("person_id", flat=True))),
        _manager(building.grid_id, building.estate_id, on),
        _grid_line(building.grid_id),
        *_workers(places.get_grid(building.grid_id), on),
        *_on_duty(places.sectors_named(places.sectors_over(building.grid_id)), now),
        Line(_("Extent"), " · ".join(part for part in (floors, households) if part)),
    ]


def _tell_key_site(site: Any, on: date, now: datetime) -> list[Line]:
    return [
        Line(_("Kind"), str(SITE_KINDS.get(site.kind, site.kind))),
        _grid_line(site.grid_id),
        *_workers(places.get_grid(site.grid_id), on),
        *_on_duty(places.sectors_named(places.sectors_over(site.grid_id)), now),
    ]


TELLERS: dict[str, Callable[[Any, date, datetime], list[Line]]] = {
    "sectors": _tell_sector,
    "beats": _tell_beat,
    "estates": _tell_estate,
    "buildings": _tell_building,
    "key_sites": _tell_key_site,
}


def _names(pieces: list[Any]) -> str:
    return "、".join(str(one) for one in pieces)


def _nicknames(ids: Any) -> str:
    wanted = list(dict.fromkeys(ids))
    known = people.persons(wanted)
    return "、".join(known[one].nickname for one in wanted if one in known)


def _above(grid_id: int) -> Line:
    facts = places.grids()
    names = [facts[one].name for one in places.grid_facts(grid_id).chain[1:] if one in facts]
    return Line(_("Belongs to"), " › ".join(reversed(names)))


def _grid_line(grid_id: int) -> Line:
    facts = places.grid_facts(grid_id)
    key = f"grids-{facts.level}/{facts.id}"
    return Line(_("Grid"), facts.name, url=f"{reverse('territory')}?show={key}")


def _chief(grid: Any, on: date) -> list[Line]:
    chief = people.chiefs_on(on).get(grid.pk)
    return [Line(_("Grid chief"), _nicknames([chief]))] if chief else []


def _workers(grid: Any, on: date) -> list[Line]:
    return [Line(_("Grid worker"), _nicknames(people.holders_over(Role.GRID_WORKER, grid.pk, on)[:3]))]


TEAM_NAMES = {
    "governance": gettext_lazy("governance"),
    "public_order": gettext_lazy("public order"),
    "health": gettext_lazy("health"),
    "urban_management": gettext_lazy("urban management"),
    "market_supervision": gettext_lazy("market supervision"),
    "mediation": gettext_lazy("mediation"),
}


def _team(grid: Any, on: date) -> list[Line]:
    """Return the six-role team that is posted at the grid itself."""
    posted = people.postings_on(on).filter(role=Role.TEAM_MEMBER, grid_id=grid.pk).order_by("team_role", "id")
    members = [(one.team_role, one.person_id) for one in posted]
    known = people.persons([person for _role, person in members])
    words = [
        f"{known[person].nickname}({TEAM_NAMES[role]})" for role, person in members if role in TEAM_NAMES
    ]
    return [Line(_("Six-role team"), "、".join(words))]


def _officers(on: date, **ground: int) -> list[Line]:
    posted = people.postings_on(on).filter(role=Role.OFFICER, **ground).order_by("id")
    return [Line(_("Community officer"), _nicknames(posted.values_list("person_id", flat=True)))]


def _beat_line(beat_id: int | None, on: date) -> list[Line]:
    return _officers(on, beat_id=beat_id) if beat_id is not None else []


def _on_duty(sectors: list[Any], now: datetime) -> list[Line]:
    ids = [person for one in sectors for person in rosters.on_duty(one.pk, Role.OFFICER, now)]
    return [Line(_("On duty now"), _nicknames(ids))]


def _manager(grid_id: int, estate_id: int | None, on: date) -> Line:
    """Return the property manager with the office's phone, which is public."""
    found = people.agency_for("property", on, grid_id=grid_id, estate_id=estate_id)
    agency = people.get_agency(found) if found else None
    return Line(_("Property manager"), agency.name if agency else "", phone=agency.phone if agency else "")


def _complaints(grid_id: int, on: date) -> Line:
    """Return the office above a grid that takes complaints about it: the community's, else the subdistrict's."""
    for kind in ("community", "subdistrict"):
        found = people.agency_for(kind, on, grid_id=grid_id)
        agency = people.get_agency(found) if found else None
        if agency and agency.phone:
            return Line(_("Questions and complaints"), agency.name, phone=agency.phone)
    return Line(_("Questions and complaints"), "")


def _extent(grid: Any) -> list[Line]:
    below = places.with_descendants([grid.pk])
    lines = [Line(_("Extent"), _extent_words(below, grid))]
    if grid.level <= 3:
        lines += [
            Line(_("Estates"), _names(places.estates_in(below))),
            Line(_("Roads"), "、".join(places.roads_in(below))),
        ]
    return lines


def _extent_words(grid_ids: Any, piece: Any) -> str:
    buildings, households = places.size_of(places.with_descendants(grid_ids))
    parts = []
    if buildings:
        parts.append(
            _("{buildings} buildings, {households} households").format(
                buildings=wording.counted(buildings), households=wording.counted(households)
            )
        )
    if (m2 := places.area_m2_of(piece)) is not None:
        parts.append(
            _("{n} km²").format(n=f"{m2 / 1e6:.2f}") if m2 >= 1e5 else _("{n} m²").format(n=f"{m2:,.0f}")
        )
    return " · ".join(parts)


def _address(building: Any) -> str:
    road = (
        f"{building.road}{building.road_number}号".replace("号号", "号")
        if building.road_number
        else building.road
    )
    return road if building.road else ""


# -- looking for an address, a point, a name


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: a place, or what is missing to know it."""

    title: str
    sub: str = ""
    lon: float | None = None
    lat: float | None = None
    show: str = ""
    missing: list[str] = field(default_factory=list)
    choices: list[tuple[str, str]] = field(default_factory=list)  # (layer/id, name)
    is_marker: bool = False


_COORDINATES = re.compile(r"\s*(-?\d{1,3}(?:\.\d+)?)\s*[,\uff0c\u3001;\uff1b\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*")


def _look_for(words: str, crs: str, standing: Standing) -> Found:
    if numbers := _COORDINATES.fullmatch(words):
        point = _point_of(numbers[1], numbers[2], crs)
        return _found_at(point) if point else Found(_("These numbers are not a place on Earth."))
    named = _named(words, standing)
    address = places.read_address(words)
    if address.found == "none" and named:
        return Found(_("Found by name"), choices=named)
    return _found_address(address, named, standing)


def _point_of(first: str | None, second: str | None, crs: str) -> Point | None:
    """Return the point of two numbers; latitude first is understood where it can only be that."""
    try:
        lon, lat = float(first or ""), float(second or "")
        if abs(lat) > 90 >= abs(lon):
            lon, lat = lat, lon
        return to_wgs84(Point(lon, lat), Crs(crs) if crs in set(Crs) else Crs.WGS84)
    except ValueError:
        return None


def _found_at(point: Point) -> Found:
    lon, lat = round(point.lon, 6), round(point.lat, 6)
    grid_id = places.grid_at(lon, lat)
    here = f"{lon}, {lat}"
    if grid_id is None:
        return Found(_("This point lies in no grid."), here, lon, lat, is_marker=True)
    facts = places.grid_facts(grid_id)
    return Found(
        facts.name, f"{_chain_words(grid_id)} · {here}", lon, lat, _grid_key(grid_id), is_marker=True
    )


def _grid_key(grid_id: int) -> str:
    return f"grids-{places.grid_facts(grid_id).level}/{grid_id}"


def _chain_words(grid_id: int) -> str:
    facts = places.grids()
    return " › ".join(facts[one].name for one in reversed(places.grid_facts(grid_id).chain) if one in facts)


def _found_address(address: places.Address, named: list[tuple[str, str]], standing: Standing) -> Found:
    staff = standing.is_staff
    missing = [str(MISSING_WORDS[one]) for one in address.missing] + [
        str(DOUBT_WORDS[one]) for one in address.doubts if one in DOUBT_WORDS
    ]
    if building := address.building:
        show = f"buildings/{building.pk}" if staff else _grid_key(building.grid_id)
        name = _("{building}, entrance {entrance}").format(building=building, entrance=address.entrance)
        return Found(
            name if address.entrance else str(building),
            _chain_words(building.grid_id),
            building.lon,
            building.lat,
            show,
            missing,
        )
    choices = [_choice(one, staff) for one in address.candidates]
    if estate := address.estate:
        middle = places.middle_of(estate)
        show = f"estates/{estate.pk}" if staff else _grid_key(estate.grid_id)
        lon, lat = (middle.lon, middle.lat) if middle else (None, None)
        return Found(estate.name, _chain_words(estate.grid_id), lon, lat, show, missing, choices)
    if address.road:
        return Found(address.road, "", missing=missing, choices=choices)
    return Found(
        _("This place is not known here."),
        missing=missing or [_("Write the estate and the number of the building, or a road with its number.")],
        choices=choices + named,
    )


def _choice(one: Any, staff: bool) -> tuple[str, str]:
    layer = "buildings" if hasattr(one, "estate_id") else "estates"
    return (f"{layer}/{one.pk}" if staff else _grid_key(one.grid_id)), str(one)


def _named(words: str, standing: Standing) -> list[tuple[str, str]]:
    """Return pieces whose name or code holds the words."""
    layers = [name for name in layers_for(standing) if name != "buildings"]
    found = [(layer, piece) for layer in layers for piece in places.pieces_listed(layer, words=words, most=8)]
    return [(f"{layer}/{piece.id}", piece.name) for layer, piece in found[:20]]


MISSING_WORDS = {
    "estate": gettext_lazy("The estate is missing, or several are called like that."),
    "building": gettext_lazy("The number of the building is missing."),
    "road_number": gettext_lazy("The number on the road is missing."),
}
DOUBT_WORDS = {
    "corrected": gettext_lazy("The name was taken for a similar one."),
    "ambiguous": gettext_lazy("Several places fit."),
    "nearby": gettext_lazy("It is near this place, not the place itself."),
    "estate_and_road_differ": gettext_lazy("The estate does not lie on this road."),
    "unknown_estate": gettext_lazy("No estate of this name is known here."),
    "unknown_road": gettext_lazy("No road of this name is known here."),
    "no_such_building": gettext_lazy("There is no building of this number."),
    "no_such_entrance": gettext_lazy("There is no entrance of this number."),
    "no_such_road_number": gettext_lazy("There is no such number on this road."),
}
