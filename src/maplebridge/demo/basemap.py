"""The base map of the demo town as GeoJSON layers, so that a map shows a town without any tile server."""

from collections.abc import Iterable
from typing import Any

from maplebridge.demo.town import Building, Estate, GeoJson, KeySite, LonLat, Territory

# From the ground up; each is one source and one or two layers of a map style.
LAYERS = (
    "fields",
    "land",
    "estates",
    "sites",
    "park",
    "water",
    "streets",
    "bridges",
    "buildings",
    "trees",
    "labels",
)
STOREY_M = 3.0


def basemap(territory: Territory) -> dict[str, GeoJson]:
    """Return a feature collection for each of `LAYERS`."""
    scene = territory.landscape
    names = {estate.code: estate.name for estate in territory.estates}
    return {
        "fields": _collection(_feature(shape, kind=kind) for kind, shape in scene.fields),
        "land": _collection([_feature(scene.land, name=territory.county)]),
        "estates": _collection(_feature(e.polygon, code=e.code, name=e.name) for e in territory.estates),
        "sites": _collection(_feature(shape, kind=kind) for kind, shape in scene.site_grounds),
        "park": _collection([_feature(scene.park, name=_name_of(territory.key_sites, "park"))]),
        "water": _collection([_feature(scene.river, kind="river"), _feature(scene.pond, kind="pond")]),
        "streets": _collection(
            _feature(street.line, name=street.name, tier=street.tier, width_m=street.width_m)
            for street in territory.streets
        ),
        "bridges": _collection(_feature(line, name=name) for name, line in scene.bridges),
        "buildings": _collection(
            [
                *(_dwelling(building, names[building.estate]) for building in territory.buildings),
                *(
                    _feature(
                        other.footprint,
                        kind=other.kind,
                        floors=other.floors,
                        height_m=other.floors * STOREY_M,
                    )
                    for other in territory.other_buildings
                ),
            ]
        ),
        "trees": _collection(_feature(_point(tree)) for tree in scene.trees),
        "labels": _collection(_labels(territory.estates, territory.key_sites)),
    }


def _dwelling(building: Building, estate: str) -> GeoJson:
    return _feature(
        building.footprint,
        kind="dwelling",
        code=building.code,
        label=building.name,
        estate=estate,
        floors=building.floors,
        height_m=building.floors * STOREY_M,
    )


def _labels(estates: Iterable[Estate], sites: Iterable[KeySite]) -> list[GeoJson]:
    named = [_feature(_point(estate.point), kind="estate", name=estate.name) for estate in estates]
    return named + [
        _feature(_point(site.point), kind=site.kind, name=site.name) for site in sites if site.kind != "alley"
    ]


def _name_of(sites: Iterable[KeySite], kind: str) -> str:
    return next(site.name for site in sites if site.kind == kind)


def _point(at: LonLat) -> GeoJson:
    return {"type": "Point", "coordinates": list(at)}


def _feature(geometry: GeoJson, **properties: Any) -> GeoJson:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _collection(features: Iterable[GeoJson]) -> GeoJson:
    return {"type": "FeatureCollection", "features": list(features)}
