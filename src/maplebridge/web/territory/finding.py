"""Looking for an address, a point or a name on the map."""

import re
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maplebridge.kernel.geo import Crs, Point, to_wgs84
from maplebridge.people.domain.standing import Standing
from maplebridge.places import queries as places
from maplebridge.web.territory.layers import layers_for


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


def look_for(words: str, crs: str, standing: Standing) -> Found:
    if numbers := _COORDINATES.fullmatch(words):
        point = point_of(numbers[1], numbers[2], crs)
        return found_at(point) if point else Found(_("These numbers are not a place on Earth."))
    named = _named(words, standing)
    address = places.read_address(words)
    if address.found == "none" and named:
        return Found(_("Found by name"), choices=named)
    return _found_address(address, named, standing)


def point_of(first: str | None, second: str | None, crs: str) -> Point | None:
    """Return the point of two numbers; latitude first is understood where it can only be that."""
    try:
        lon, lat = float(first or ""), float(second or "")
        if abs(lat) > 90 >= abs(lon):
            lon, lat = lat, lon
        return to_wgs84(Point(lon, lat), Crs(crs) if crs in set(Crs) else Crs.WGS84)
    except ValueError:
        return None


def found_at(point: Point) -> Found:
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
