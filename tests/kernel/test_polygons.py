import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maplebridge.kernel.geo import Crs, Point, distance_m, wgs84_to_bd09, wgs84_to_gcj02
from maplebridge.kernel.polygons import (
    Flaw,
    PolygonError,
    area_m2,
    bounds,
    contains,
    inner_point,
    read_polygon,
    to_geojson,
)


def polygon(*rings: list[tuple[float, float]]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[list(point) for point in ring] for ring in rings]}


def square(west: float, south: float, side: float = 1) -> list[tuple[float, float]]:
    east, north = west + side, south + side
    return [(west, south), (east, south), (east, north), (west, north), (west, south)]


def multi(*polygons: dict[str, Any]) -> dict[str, Any]:
    return {"type": "MultiPolygon", "coordinates": [part["coordinates"] for part in polygons]}


BOWTIE = polygon([(0, 0), (1, 1), (1, 0), (0, 1), (0, 0)])


@pytest.mark.parametrize(
    ("source", "flaw", "told"),
    [
        ("{", Flaw.NOT_JSON, {}),
        ("[1]", Flaw.NOT_A_POLYGON, {"found": "list"}),
        ({"type": "Point", "coordinates": [0, 0]}, Flaw.NOT_A_POLYGON, {"found": "Point"}),
        ({"type": "Feature", "geometry": None}, Flaw.NOT_A_POLYGON, {}),
        ({"type": "Polygon"}, Flaw.NOT_COORDINATES, {}),
        (
            {"type": "Polygon", "coordinates": [[[0, 0], ["1", 0], [1, 1], [0, 0]]]},
            Flaw.NOT_COORDINATES,
            {"ring": 1},
        ),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, None], [1, 1], [0, 0]]]}, Flaw.NOT_COORDINATES, {}),
        (polygon([(9, 0), (9, 1), (200, 1), (9, 0)]), Flaw.OFF_THE_EARTH, {"lon": 200}),
        (polygon([(36, 101), (36, 102), (37, 102), (36, 101)]), Flaw.LAT_BEFORE_LON, {"lon": 36, "lat": 101}),
        (polygon([(0, 0), (1, 0), (0, 0)]), Flaw.TOO_FEW_POINTS, {"count": 3}),
        (polygon(square(0, 0)[:-1]), Flaw.NOT_CLOSED, {"ring": 1}),
        (polygon(square(0, 0, 3), square(1, 1)[:-1]), Flaw.NOT_CLOSED, {"ring": 2}),
        (BOWTIE, Flaw.CROSSES_ITSELF, {"lon": 0.5, "lat": 0.5}),
        (polygon(square(0, 0), square(2, 2)), Flaw.HOLE_OUTSIDE, {}),
        (polygon(square(0, 0, 3), square(2, 2, 5)), Flaw.CROSSES_ITSELF, {}),
        (multi(polygon(square(0, 0, 2)), polygon(square(1, 1, 2))), Flaw.PARTS_OVERLAP, {}),
        (multi(polygon(square(3, 3)), BOWTIE), Flaw.CROSSES_ITSELF, {"lon": 0.5}),
        (polygon([(1, 1), (1, 1), (1, 1), (1, 1)]), Flaw.NO_AREA, {}),
    ],
)
def test_what_is_wrong_with_an_area_is_told_with_a_code(
    source: Any, flaw: Flaw, told: dict[str, Any]
) -> None:
    with pytest.raises(PolygonError) as caught:
        read_polygon(source)
    assert caught.value.code == flaw
    assert told.items() <= caught.value.params.items()
    assert "{" not in str(caught.value)


def test_too_many_points_are_refused() -> None:
    ring = [(n * 1e-6, 0.0) for n in range(100_001)]
    with pytest.raises(PolygonError) as caught:
        read_polygon(polygon([*ring, (0, 1), (0, 0)]))
    assert caught.value.code == Flaw.TOO_MANY_POINTS


def test_text_features_and_multipolygons_are_read() -> None:
    source = polygon(square(101, 36))
    assert read_polygon(json.dumps(source)) == read_polygon(source)
    assert read_polygon({"type": "Feature", "properties": {}, "geometry": source}) == read_polygon(source)
    assert area_m2(read_polygon(multi(source, polygon(square(103, 36))))) == pytest.approx(
        2 * area_m2(read_polygon(source))
    )


def test_a_border_that_only_touches_itself_is_mended() -> None:
    area = read_polygon(polygon([(0, 0), (2, 0), (2, 2), (1, 0), (0, 2), (0, 0)]))
    assert area.is_valid
    assert area.area == pytest.approx(2)
    spike = read_polygon(polygon([(0, 0), (1, 0), (1, 1), (1, 5), (1, 1), (0, 1), (0, 0)]))
    assert spike.is_valid
    assert spike.area == pytest.approx(1)


def test_a_hole_is_not_in_the_area_but_its_border_is() -> None:
    area = read_polygon(polygon(square(101, 36, 3), square(102, 37)))
    assert not contains(area, Point(102.5, 37.5))
    assert contains(area, Point(102, 37))
    assert contains(area, Point(101, 36))
    assert not contains(area, Point(100.9, 36))


@given(st.floats(75, 130), st.floats(5, 50))
def test_a_small_square_has_the_area_of_its_sides(west: float, south: float) -> None:
    area = read_polygon(polygon(square(west, south, 0.01)))
    wide = distance_m(Point(west, south + 0.005), Point(west + 0.01, south + 0.005))
    high = distance_m(Point(west, south), Point(west, south + 0.01))
    assert area_m2(area) == pytest.approx(
        wide * high, rel=0.01
    )  # the sphere and the ellipsoid differ by that


def test_the_whole_ellipsoid_has_its_known_area() -> None:
    assert area_m2(
        read_polygon(polygon([(-180, -90), (180, -90), (180, 90), (-180, 90), (-180, -90)]))
    ) == pytest.approx(510_065_621_724_089, rel=1e-9)


@pytest.mark.parametrize(("crs", "shift"), [(Crs.GCJ02, wgs84_to_gcj02), (Crs.BD09, wgs84_to_bd09)])
def test_areas_drawn_on_chinese_maps_are_moved_to_their_place(crs: Crs, shift: Any) -> None:
    true = square(101.7, 36.6, 0.01)
    drawn = [(moved.lon, moved.lat) for moved in (shift(Point(*corner)) for corner in true)]
    assert to_geojson(read_polygon(polygon(drawn), crs)) == to_geojson(read_polygon(polygon(true)))


def test_outer_borders_are_written_counter_clockwise() -> None:
    area = read_polygon(polygon(square(101, 36)[::-1]))
    assert to_geojson(area) == to_geojson(read_polygon(polygon(square(101, 36))))


def test_a_label_lies_inside_even_of_a_crescent() -> None:
    crescent = read_polygon(polygon([(0, 0), (4, 0), (4, 4), (0, 4), (0, 3), (3, 3), (3, 1), (0, 1), (0, 0)]))
    assert contains(crescent, inner_point(crescent))
    assert bounds(crescent).east == 4
