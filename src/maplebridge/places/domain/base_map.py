"""What a map draws under everything: streets, water, parks and houses of a town, sorted out of one GeoJSON file.

Files made from OpenStreetMap are read by its tags (highway, waterway, natural, landuse, leisure, building); others say
with a property `layer` what a feature is. What is neither, or lies far from the town, is left out and counted.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import shapely
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from maplebridge.kernel.geo import Crs, Point
from maplebridge.kernel.polygons import in_wgs84
from maplebridge.places.domain.drawing import METERS_PER_DEGREE, GeoJson, rounded

LAYERS = ("land", "park", "water", "streets", "buildings")  # from the ground up
MOST_FEATURES = 200_000
MOST_BYTES = 12 * 2**20  # of what is drawn, unpacked; a phone loads a seventh of it
AROUND = 0.2  # of the town's width and height is drawn beyond its borders

Box = tuple[float, float, float, float]  # west, south, east, north


class Flaw(StrEnum):
    NOT_JSON = "not_json"
    NOT_FEATURES = "not_features"
    TOO_MANY = "too_many"
    NOTHING_KNOWN = "nothing_known"
    LAT_BEFORE_LON = "lat_before_lon"
    ELSEWHERE = "elsewhere"
    TOO_HEAVY = "too_heavy"


_ENGLISH = {
    Flaw.NOT_JSON: "The file is not JSON in UTF-8.",
    Flaw.NOT_FEATURES: "The file is not a GeoJSON FeatureCollection with features in it.",
    Flaw.TOO_MANY: "The file has {count} features; at most {limit} are read.",
    Flaw.NOTHING_KNOWN: "None of the {count} features is a street, water, a park or a house.",
    Flaw.LAT_BEFORE_LON: "The file has latitude before longitude: {lon}, {lat}.",
    Flaw.ELSEWHERE: "Everything in the file lies elsewhere, about {lon}, {lat}.",
    Flaw.TOO_HEAVY: "What the map would draw has {megabytes} MB; at most {limit} can be shown on phones.",
}


class BaseMapRefused(ValueError):
    """A file that cannot be drawn, with the reason as a code and parameters."""

    def __init__(self, code: Flaw, **params: str | int | float) -> None:
        self.code, self.params = code, params
        super().__init__(_ENGLISH[code].format(**params))


class LeftOut(StrEnum):
    OTHER_THING = "other_thing"
    NO_SHAPE = "no_shape"
    FAR_AWAY = "far_away"


@dataclass(frozen=True, slots=True)
class BaseMap:
    """The layers that have something in them, from the ground up, and how many features were left out, and why."""

    layers: dict[str, GeoJson]
    left_out: Mapping[LeftOut, int]

    @property
    def counts(self) -> dict[str, int]:
        return {name: len(features["features"]) for name, features in self.layers.items()}


# OpenStreetMap's kinds of ways: how the map draws them, and how many meters wide.
_STREETS: dict[str, tuple[str, float]] = {
    **dict.fromkeys(("motorway", "trunk", "primary"), ("main", 16.0)),
    "secondary": ("main", 13.0),
    **dict.fromkeys(("tertiary", "unclassified", "residential", "road"), ("street", 8.0)),
    **dict.fromkeys(("living_street", "service"), ("lane", 5.0)),
    **dict.fromkeys(("footway", "path", "pedestrian", "cycleway", "steps", "track"), ("path", 2.5)),
}
_STREETS |= {
    f"{kind}_link": _STREETS[kind] for kind in ("motorway", "trunk", "primary", "secondary", "tertiary")
}
_PARKS = frozenset(
    {"park", "garden", "forest", "grass", "meadow", "village_green", "wood", "recreation_ground", "pitch"}
)
_WATER = frozenset({"water", "reservoir", "basin"})
_TIERS = frozenset({"main", "bridge", "riverside", "street", "lane", "path"})


def read_base_map(data: bytes, *, town: Box | None, crs: Crs = Crs.WGS84) -> BaseMap:
    """Return what the map draws, in WGS 84; raise BaseMapRefused where nothing of the file can be drawn.

    `town`: the box around the territory, if there is any; only what lies in it or close to it is kept.
    """
    features = _features(data)
    box = _around(town) if town else None
    layers: dict[str, list[dict[str, Any]]] = defaultdict(list)
    left_out: Counter[LeftOut] = Counter()
    far: Point | None = None
    for feature in features:
        told = _told(feature)
        drawn = _shape(feature, crs) if told else None
        if told is None or drawn is None:
            left_out[LeftOut.OTHER_THING if told is None else LeftOut.NO_SHAPE] += 1
        elif box is not None and not drawn.intersects(box):
            left_out[LeftOut.FAR_AWAY] += 1
            far = far or _at(drawn)
        else:
            name, properties = told
            geometry = rounded(mapping(drawn))
            layers[name].append({"type": "Feature", "geometry": geometry, "properties": properties})
    if not layers:
        _refuse(len(features), far)
    drawn_layers: dict[str, GeoJson] = {
        name: {"type": "FeatureCollection", "features": layers[name]} for name in LAYERS if name in layers
    }
    _check_weight(drawn_layers)
    return BaseMap(drawn_layers, dict(left_out))


def _features(data: bytes) -> list[Any]:
    try:
        whole = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise BaseMapRefused(Flaw.NOT_JSON) from error
    features = whole.get("features") if isinstance(whole, dict) else None
    if not isinstance(features, list) or not features:
        raise BaseMapRefused(Flaw.NOT_FEATURES)
    if len(features) > MOST_FEATURES:
        raise BaseMapRefused(Flaw.TOO_MANY, count=len(features), limit=MOST_FEATURES)
    return features


def _told(feature: Any) -> tuple[str, dict[str, Any]] | None:
    """Return the layer of a feature and what the map needs to know of it; None where it is nothing that is drawn."""
    given = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(given, dict):
        return None
    tags = {name: value for name, value in given.items() if isinstance(value, str | int | float)}
    name = str(tags.get("name") or "")[:60]
    named = {"name": name} if name else {}
    layer = tags.get("layer") if tags.get("layer") in LAYERS else _layer_of(tags)
    if layer == "streets":
        tier, width = _STREETS.get(str(tags.get("highway")), ("street", 8.0))
        told = tags.get("tier")
        return layer, {
            "name": name,
            "tier": told if told in _TIERS else tier,
            "width_m": _width(tags, width),
        }
    if layer == "buildings":
        number = str(tags.get("addr:housenumber") or tags.get("label") or "")[:20]
        dwelling = tags.get("building") in ("apartments", "residential", "house", "dormitory", "yes")
        return layer, {"kind": "dwelling" if dwelling else "public"} | ({"label": number} if number else {})
    return (str(layer), named) if layer else None


def _layer_of(tags: Mapping[str, Any]) -> str | None:
    if tags.get("highway") in _STREETS:
        return "streets"
    if tags.get("natural") in _WATER or tags.get("landuse") in _WATER or tags.get("waterway"):
        return "water"
    if {tags.get("leisure"), tags.get("landuse"), tags.get("natural")} & _PARKS:
        return "park"
    return "buildings" if tags.get("building") not in (None, "", "no") else None


def _width(tags: Mapping[str, Any], usual: float) -> float:
    try:
        width = float(tags.get("width_m") or tags.get("width") or usual)
    except (TypeError, ValueError):
        return usual
    return width if 1 <= width <= 100 else usual


def _shape(feature: Mapping[str, Any], crs: Crs) -> BaseGeometry | None:
    """Return the lines or areas of a feature in WGS 84, None where it has none or they are broken."""
    geometry = feature.get("geometry")
    kinds = ("LineString", "MultiLineString", "Polygon", "MultiPolygon")
    if not isinstance(geometry, dict) or geometry.get("type") not in kinds:
        return None
    try:
        drawn = shapely.force_2d(shape(geometry))
    except (TypeError, ValueError, AttributeError, shapely.errors.ShapelyError):
        return None
    corners = shapely.get_coordinates(drawn)
    if drawn.is_empty or not np.isfinite(corners).all():
        return None
    lon, lat = corners[0].tolist()
    if abs(lat) > 90 >= abs(lon):
        raise BaseMapRefused(Flaw.LAT_BEFORE_LON, lon=lon, lat=lat)
    on_earth = (np.abs(corners) <= (180, 90)).all()
    return in_wgs84(drawn, crs) if on_earth else None


def _around(town: Box) -> Any:
    west, south, east, north = town
    beyond = max((east - west) * AROUND, (north - south) * AROUND, 500 / METERS_PER_DEGREE)
    return shapely.box(west - beyond, south - beyond, east + beyond, north + beyond)


def _at(drawn: Any) -> Point:
    lon, lat = shapely.get_coordinates(drawn)[0].tolist()
    return Point(round(lon, 4), round(lat, 4))


def _refuse(count: int, far: Point | None) -> None:
    if far is not None:
        raise BaseMapRefused(Flaw.ELSEWHERE, lon=far.lon, lat=far.lat)
    raise BaseMapRefused(Flaw.NOTHING_KNOWN, count=count)


def _check_weight(layers: Mapping[str, GeoJson]) -> None:
    weight = len(json.dumps(layers, ensure_ascii=False, separators=(",", ":")).encode())
    if weight > MOST_BYTES:
        raise BaseMapRefused(Flaw.TOO_HEAVY, megabytes=round(weight / 2**20, 1), limit=MOST_BYTES // 2**20)
