"""What a map draws and its list names, layer by layer."""

import hashlib
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet, TextField
from django.db.models.functions import MD5, Cast

from maplebridge.kernel.geo import Point
from maplebridge.kernel.polygons import area_m2, inner_point, read_polygon
from maplebridge.places.domain import drawing
from maplebridge.places.models import BaseMapLayer, Beat, Building, Estate, Grid, KeySite, Sector
from maplebridge.places.queries.ground import DRAWN_FRESH_S, FRESH_S
from maplebridge.platform.freshness import fresh_for

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


def base_map_counts() -> dict[str, int]:
    """Return how many features each layer under everything has, from the ground up."""
    return {one.name: len(one.features["features"]) for one in BaseMapLayer.objects.order_by("rank", "name")}


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
