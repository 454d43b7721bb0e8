import pytest
from hypothesis import given
from hypothesis import strategies as st

from maplebridge.kernel.geo import (
    CHINA,
    Crs,
    Point,
    bd09_to_wgs84,
    distance_m,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    to_wgs84,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)

IN_CHINA = st.builds(Point, st.floats(73, 136), st.floats(2, 54))
ON_EARTH = st.builds(Point, st.floats(-180, 180), st.floats(-90, 90))
NEAR = st.builds(Point, st.floats(73, 136), st.floats(-70, 70))


def test_a_degree_of_latitude_is_a_hundred_and_eleven_kilometers() -> None:
    assert distance_m(Point(101.7, 36), Point(101.7, 37)) == pytest.approx(111_195, abs=1)


@given(ON_EARTH, ON_EARTH)
def test_distance_is_the_same_both_ways(a: Point, b: Point) -> None:
    assert 0 <= distance_m(a, b) == pytest.approx(distance_m(b, a))
    assert distance_m(a, a) == 0


def test_chinese_maps_shift_points_as_the_published_formulas_do() -> None:
    # The worked example that the coordtransform libraries share.
    tiananmen = Point(116.404, 39.915)
    assert distance_m(wgs84_to_gcj02(tiananmen), Point(116.41024449916938, 39.91640428150164)) < 0.001
    assert distance_m(gcj02_to_bd09(tiananmen), Point(116.41036949371029, 39.92133699351021)) < 0.001


@given(IN_CHINA)
def test_a_point_comes_back_from_chinese_maps_to_the_centimeter(point: Point) -> None:
    assert distance_m(gcj02_to_wgs84(wgs84_to_gcj02(point)), point) < 0.01
    assert distance_m(bd09_to_wgs84(wgs84_to_bd09(point)), point) < 0.01


@given(st.builds(Point, st.floats(101, 103), st.floats(36, 38)))
def test_the_shift_is_some_hundred_meters(point: Point) -> None:
    assert 50 < distance_m(wgs84_to_gcj02(point), point) < 600


@given(ON_EARTH.filter(lambda point: not CHINA.contains(point)), st.sampled_from(Crs))
def test_outside_china_nothing_is_shifted(point: Point, crs: Crs) -> None:
    assert to_wgs84(point, crs) == wgs84_to_gcj02(point) == wgs84_to_bd09(point) == point


@pytest.mark.parametrize(("lon", "lat"), [(181, 0), (0, 91), (36.6, 101.7), (float("nan"), 0)])
def test_a_place_that_is_not_on_earth_is_refused(lon: float, lat: float) -> None:
    with pytest.raises(ValueError, match="No such place"):
        Point(lon, lat)
