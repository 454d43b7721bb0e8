"""The ground of the maps: what of a file is drawn, what is left out and counted, what is refused."""

import json
from typing import Any

import pytest

from maplebridge.kernel.geo import Crs, Point, wgs84_to_gcj02
from maplebridge.places.domain.base_map import BaseMapRefused, Flaw, LeftOut, read_base_map

TOWN = (101.70, 36.60, 101.80, 36.70)


def line(*corners: tuple[float, float]) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": [list(corner) for corner in corners]}


def square(lon: float, lat: float, side: float = 0.001) -> dict[str, Any]:
    ring = [[lon, lat], [lon + side, lat], [lon + side, lat + side], [lon, lat + side], [lon, lat]]
    return {"type": "Polygon", "coordinates": [ring]}


def file(*features: tuple[dict[str, Any] | None, dict[str, Any]]) -> bytes:
    told = [{"type": "Feature", "geometry": shape, "properties": tags} for shape, tags in features]
    return json.dumps({"type": "FeatureCollection", "features": told}).encode()


STREET = line((101.71, 36.61), (101.72, 36.61))


@pytest.mark.parametrize(
    ("tags", "layer", "properties"),
    [
        (
            {"highway": "primary", "name": "海棠路"},
            "streets",
            {"name": "海棠路", "tier": "main", "width_m": 16.0},
        ),
        ({"highway": "primary_link"}, "streets", {"name": "", "tier": "main", "width_m": 16.0}),
        ({"highway": "service", "width": "4"}, "streets", {"name": "", "tier": "lane", "width_m": 4.0}),
        ({"highway": "steps", "width": "many"}, "streets", {"name": "", "tier": "path", "width_m": 2.5}),
        ({"waterway": "canal", "name": "清渠"}, "water", {"name": "清渠"}),
        ({"natural": "water"}, "water", {}),
        ({"landuse": "forest"}, "park", {}),
        ({"leisure": "park", "name": "人民公园"}, "park", {"name": "人民公园"}),
        (
            {"building": "apartments", "addr:housenumber": "12"},
            "buildings",
            {"kind": "dwelling", "label": "12"},
        ),
        ({"building": "school"}, "buildings", {"kind": "public"}),
        ({"layer": "land"}, "land", {}),
        (
            {"layer": "streets", "tier": "riverside", "width_m": 9},
            "streets",
            {"name": "", "tier": "riverside", "width_m": 9.0},
        ),
    ],
)
def test_a_feature_is_known_by_its_properties(
    tags: dict[str, Any], layer: str, properties: dict[str, Any]
) -> None:
    read = read_base_map(file((STREET, tags)), town=TOWN)
    assert read.counts == {layer: 1}
    assert read.layers[layer]["features"][0]["properties"] == properties


def test_what_is_not_drawn_is_counted_with_the_reason() -> None:
    read = read_base_map(
        file(
            (STREET, {"highway": "residential"}),
            ({"type": "Point", "coordinates": [101.71, 36.61]}, {"highway": "residential"}),
            (None, {"building": "yes"}),
            (line((101.71, 36.61)), {"highway": "residential"}),
            (STREET, {"power": "line"}),
            (STREET, {"building": "no"}),
            (STREET, {"highway": ["residential"], "leisure": {"is": "park"}, "layer": None}),
            (square(103.0, 36.6), {"leisure": "park"}),
        ),
        town=TOWN,
    )
    assert read.counts == {"streets": 1}
    assert read.left_out == {LeftOut.NO_SHAPE: 3, LeftOut.OTHER_THING: 3, LeftOut.FAR_AWAY: 1}


def test_the_layers_lie_as_they_are_drawn_and_without_a_town_everything_is_near() -> None:
    read = read_base_map(
        file((square(10, 50), {"building": "yes"}), (STREET, {"highway": "path"}), (square(1, 2), {"natural": "wood"})),
        town=None,
    )  # fmt: skip
    assert list(read.layers) == ["park", "streets", "buildings"]


def test_a_file_of_a_chinese_map_is_moved_to_its_true_place() -> None:
    shifted = [wgs84_to_gcj02(Point(lon, lat)) for lon, lat in STREET["coordinates"]]
    given = line(*((one.lon, one.lat) for one in shifted))
    read = read_base_map(file((given, {"highway": "path"})), town=TOWN, crs=Crs.GCJ02)
    [drawn] = read.layers["streets"]["features"]
    for corner, true in zip(drawn["geometry"]["coordinates"], STREET["coordinates"], strict=True):
        assert corner == pytest.approx(true, abs=2e-6)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xff\xfe\x00", Flaw.NOT_JSON),
        (b"[" * 100_000, Flaw.NOT_JSON),
        (b"{}", Flaw.NOT_FEATURES),
        (b'{"features": []}', Flaw.NOT_FEATURES),
        (b'{"features": [1, null, "street", {"properties": 3}]}', Flaw.NOTHING_KNOWN),
        (file((STREET, {"power": "line"})), Flaw.NOTHING_KNOWN),
        (file((line((36.61, 101.71), (36.61, 101.72)), {"highway": "path"})), Flaw.LAT_BEFORE_LON),
        (file((line((10, 50), (10.1, 50)), {"highway": "path"})), Flaw.ELSEWHERE),
    ],
)
def test_a_file_that_cannot_be_drawn_is_refused(data: bytes, code: Flaw) -> None:
    with pytest.raises(BaseMapRefused) as refused:
        read_base_map(data, town=TOWN)
    assert refused.value.code is code


def test_what_no_phone_could_show_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = file(*[(STREET, {"highway": "path"})] * 20)
    monkeypatch.setattr("maplebridge.places.domain.base_map.MOST_BYTES", 2_000)
    with pytest.raises(BaseMapRefused, match="can be shown on phones"):
        read_base_map(data, town=TOWN)
    monkeypatch.setattr("maplebridge.places.domain.base_map.MOST_FEATURES", 10)
    with pytest.raises(BaseMapRefused, match="20 features"):
        read_base_map(data, town=TOWN)
