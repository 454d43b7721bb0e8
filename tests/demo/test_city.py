import numpy as np
import pytest
from shapely.geometry import Polygon, shape
from shapely.ops import unary_union

from maplebridge.demo.city import (
    BEATS,
    BUSY,
    INDICATORS,
    PLANTED,
    PLANTED_MONTHS,
    PLANTED_TIMES,
    STATIONS,
    City,
    invent_city,
)
from maplebridge.demo.loading_city import EDITIONS, _rules
from maplebridge.grading.domain.history import History
from maplebridge.grading.domain.method import Color
from maplebridge.grading.domain.monthly import grade_month
from maplebridge.kernel.periods import Month

OWN = Polygon([(101.74, 36.60), (101.79, 36.60), (101.79, 36.64), (101.74, 36.64)])


@pytest.fixture(scope="module")
def city() -> City:
    return invent_city(own=("和顺派出所", OWN), first_month=11, months=60, seed=1)


def test_the_city_has_its_size_and_every_name_once(city: City) -> None:
    assert (len(city.stations), len(city.beats)) == (STATIONS, BEATS)
    assert len({one.name for one in city.stations}) == STATIONS
    assert len({one.code for one in (*city.stations, *city.beats)}) == STATIONS + BEATS


def test_the_stations_cover_the_city_without_gap_or_overlap(city: City) -> None:
    grounds = [shape(one.polygon) for one in city.stations]
    whole = unary_union(grounds)

    assert sum(ground.area for ground in grounds) == pytest.approx(whole.area, rel=1e-3)
    assert sum(Polygon(hole).area for hole in whole.buffer(1e-5).interiors) < whole.area * 1e-3
    assert grounds[0].buffer(1e-5).contains(OWN)


def test_the_beats_of_a_station_add_up_to_it(city: City) -> None:
    for row, station in enumerate(city.stations):
        parts = [place for place, beat in enumerate(city.beats) if beat.parent == station.code]
        assert len(parts) >= 3
        assert (city.beat_counts[parts].sum(axis=0) == city.station_counts[row]).all()


def test_the_planted_change_is_true_and_the_only_one(city: City) -> None:
    theft = city.station_counts[:, [one.code for one in INDICATORS].index("theft")].astype(float)
    late, before = theft[:, -PLANTED_MONTHS:].sum(axis=1), theft[:, -12 - PLANTED_MONTHS : -12].sum(axis=1)
    rise = late / before

    assert rise.argmax() == PLANTED
    assert rise[PLANTED] == pytest.approx(PLANTED_TIMES, rel=0.35)


def test_in_the_last_month_62_of_65_are_good_or_safe(city: City) -> None:
    last = Month(2026, 10)
    residents = np.array([one.residents for one in city.stations], dtype=float)
    counts = city.station_counts.astype(float)
    history = History(
        np.arange(STATIONS),
        last,
        np.concatenate([counts, city.answers[:, None, :, 0]], axis=1),
        np.concatenate(
            [np.broadcast_to(residents[:, None, None], counts.shape), city.answers[:, None, :, 1]], axis=1
        ),
    )
    held = None
    for back in range(EDITIONS - 1, -1, -1):
        grades = grade_month(history.until(last - back), _rules(last - 59), held, seed=7)
        held = grades.held

    others = set(np.flatnonzero(~np.isin(grades.color, (Color.GREEN, Color.BLUE))))
    assert others == {*BUSY, PLANTED}


def test_the_same_seed_makes_the_same_city() -> None:
    one, two = (invent_city(own=("和顺派出所", OWN), first_month=11, months=24, seed=3) for _ in range(2))

    assert [each.polygon for each in one.stations] == [each.polygon for each in two.stations]
    assert np.array_equal(one.station_counts, two.station_counts)
