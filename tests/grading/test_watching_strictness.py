"""How strict early warning is: learned from the town's own nights, and shapes that no circle has."""

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest
from tests.factories.past import one, planted, quiet_past
from tests.factories.town import Town, make_town

from maplebridge.grading import actions, queries
from maplebridge.grading.actions.retention import forget_runs, old_runs
from maplebridge.grading.domain.areas import AreaKind
from maplebridge.grading.domain.watching import (
    LEAST_NIGHTS,
    Event,
    Finding,
    Ground,
    Look,
    Night,
    Pieces,
    alarms,
    learned_thresholds,
    shapes_scanned,
    signals_of,
    threshold_days,
)
from maplebridge.grading.models import EarlyWarning, WatchRun
from maplebridge.kernel.statistics.series import Calendar
from maplebridge.matters.domain.rules import TownRules
from maplebridge.matters.models import Matter
from maplebridge.places.domain.codes import Level
from maplebridge.places.models import Grid
from maplebridge.platform.freshness import forget

DAYS, SIDE = 120, 4
THREE_DETECTORS = threshold_days(TownRules().false_alarms_a_month)


def night(number: int, days: float, matters: frozenset[int] | None = None, detector: str = "scan") -> Night:
    return Night(number, ((detector, days, matters or frozenset({number})),))


def ordinary(nights: int, seed: int = 1, first: int = 700_000) -> list[Night]:
    """Return nights whose least usual finding is as rare as chance has it, ten times too often for its own word."""
    chance = np.random.default_rng(seed)
    return [night(first + at, float(10 / chance.random())) for at in range(nights)]


def test_too_few_nights_teach_nothing() -> None:
    assert learned_thresholds(ordinary(LEAST_NIGHTS - 1), 1.0, []) == {}


def test_a_detector_that_promises_too_much_is_held_to_the_budget() -> None:
    learned = learned_thresholds(ordinary(365), 1.0, [])["scan"]

    fresh = ordinary(3_652, seed=2, first=710_000)
    a_month = sum(one.signals[0][1] >= learned for one in fresh) / 120
    assert learned > 100  # by its own word it would be alarmed at 30 days
    assert 0.5 < a_month < 2.0


def test_what_was_true_teaches_nothing_about_false_alarms() -> None:
    outbreaks = [
        night(700_000 + 20 * at, 30_000.0, frozenset({10**6 + at, 10**6 + at + 1})) for at in range(15)
    ]
    nights = [*ordinary(365), *outbreaks]

    taken_for_false = learned_thresholds(nights, 0.5, [])["scan"]
    known_as_true = learned_thresholds(nights, 0.5, [one.signals[0][2] for one in outbreaks])["scan"]

    assert known_as_true < taken_for_false
    assert known_as_true == pytest.approx(learned_thresholds(ordinary(365), 0.5, [])["scan"])


def finding(detector: str, days: float, matter: int = 1) -> Finding:
    return Finding(detector, "05", None, None, None, 3, 9.0, 2.0, 5.0, 1 / days, days, (matter,))


def test_a_learned_threshold_counts_for_its_own_detector_only() -> None:
    findings = [finding("scan", 200.0, 1), finding("series", 200.0, 2)]

    told = alarms(findings, 100.0, {"scan": 500.0})

    assert [one.detector for one in told] == ["series"]
    assert len(alarms(findings, 100.0)) == 2


def test_a_night_keeps_the_strongest_of_each_detector() -> None:
    looks = [
        Look(tuple(finding("scan", float(days), days) for days in (5, 90, 2, 40)), 4),
        Look((finding("series", 3.0),), 1),
    ]

    assert signals_of(looks) == [
        ("scan", 90.0, [90]),
        ("scan", 40.0, [40]),
        ("scan", 5.0, [5]),
        ("series", 3.0, [1]),
    ]


def checkered() -> Ground:
    """Return sixteen areas in rows of four."""
    places = [(row, column) for row in range(SIDE) for column in range(SIDE)]
    near = tuple(
        tuple(at for at, other in enumerate(places) if abs(other[0] - row) + abs(other[1] - column) == 1)
        for row, column in places
    )
    middles = np.array([(101.7 + 0.02 * column, 36.6 + 0.02 * row) for row, column in places])
    return Ground(tuple(range(100, 116)), middles, near)


def past(rise: tuple[int, ...] = (), seed: int = 4) -> list[Event]:
    chance = np.random.default_rng(seed)
    found = []
    for area in range(100, 116):
        for day in range(DAYS):
            rate = 1.0 + 2.0 * (area in rise and day >= DAYS - 5)
            found += [Event(len(found) + n, "05-01", day, None, area) for n in range(chance.poisson(rate))]
    return found


CALENDAR = Calendar(np.arange(DAYS) % 7, np.zeros(DAYS, dtype=np.int64))
CORNER = (100, 104, 108, 109, 110)  # down the side and along: no circle holds it without much else


def test_a_shape_that_is_no_circle_is_found_whole() -> None:
    look = shapes_scanned(past(CORNER), days=DAYS, ground=checkered(), calendar=CALENDAR, seed=1)

    strongest = look.findings[0]
    behind = {one.matter_id: one.area_id for one in past(CORNER)}
    found = {behind[id] for id in strongest.matters}
    assert strongest.recurrence_days > 300
    assert strongest.days <= 7
    assert len(found & set(CORNER)) >= 4
    assert len(found - set(CORNER)) <= 2
    assert strongest.observed > strongest.expected * 1.5


def test_quiet_areas_have_no_unusual_shape() -> None:
    look = shapes_scanned(past(), days=DAYS, ground=checkered(), calendar=CALENDAR, seed=1)

    assert look.looked_at > 0
    assert all(one.recurrence_days < 60 for one in look.findings)


@pytest.mark.parametrize("pieces", Pieces)
@pytest.mark.parametrize("seed", [4, 5, 6])
def test_areas_with_hardly_any_matters_have_no_unusual_shape(seed: int, pieces: Pieces) -> None:
    """Where all that ever happened fell on the holiday, the weeks after it are not unusual for having anything."""
    days, holiday = 73, slice(53, 61)
    chance = np.random.default_rng(seed)
    events = [
        Event(number, "05-01", int(chance.integers(days)), None, int(area), int(area))
        for number, area in enumerate(chance.integers(100, 116, size=40))
    ]
    kinds = np.zeros(days, dtype=np.int64)
    kinds[holiday] = 1
    calendar = Calendar(np.arange(days) % 7, kinds)

    look = shapes_scanned(
        events, days=days, ground=replace(checkered(), pieces=pieces), calendar=calendar, seed=1
    )

    assert look.looked_at > 0
    assert all(one.recurrence_days < 60 for one in look.findings)


@pytest.fixture
def town(db: None, noon: datetime) -> Town:
    return make_town(noon)


def test_the_towns_own_nights_decide_when_there_are_enough(town: Town) -> None:
    quiet_past(town)
    cluster = planted(town)
    by_budget = actions.watch(now=town.now)
    first = EarlyWarning.objects.get()
    EarlyWarning.objects.all().delete()
    for at in range(LEAST_NIGHTS):
        moment = town.now - timedelta(days=at + 1)
        WatchRun.objects.create(
            looked_at=moment, up_to=moment, series=3, threshold_days=60, signals=[["scan", 36_000.0, [at]]]
        )

    by_nights = actions.watch(now=town.now)

    assert by_budget is not None
    assert by_nights is not None
    assert (by_budget.learned_from, by_budget.thresholds) == (0, {})
    assert set(first.matters) & {one.pk for one in cluster}
    assert by_nights.learned_from == LEAST_NIGHTS + 1
    assert by_nights.thresholds["scan"] == pytest.approx(36_000, rel=0.1)  # such a night is nothing here


def test_areas_with_borders_and_grids_are_scanned_as_well(town: Town) -> None:
    assert queries.ground_on(town.now.date()) is None
    for at in range(6):
        ring = [[at, 0], [at + 1, 0], [at + 1, 1], [at, 1], [at, 0]]
        actions.lay_out_area(
            kind=AreaKind.STATION,
            code=f"Z{at}",
            name=f"{at}所",
            valid_from=town.now.date().replace(day=1),
            boundary={"type": "Polygon", "coordinates": [ring]},
            grid_ids=[town.grid.pk],
        )

    ground = queries.ground_on(town.now.date())

    assert ground is not None
    assert ground.neighbors == ((1,), (0, 2), (1, 3), (2, 4), (3, 5), (4,))
    quiet_past(town)
    run = actions.watch(now=town.now)
    assert run is not None
    assert run.failure == ""
    assert run.threshold_days == pytest.approx(4 / 3 * THREE_DETECTORS)


def test_a_town_of_one_station_is_scanned_by_its_own_grids(town: Town) -> None:
    grids = [
        Grid.objects.create(
            name=f"第{at}网格",
            code=f"99010300100100{at}",
            level=Level.GRID,
            parent=town.community,
            community=town.community,
            boundary={
                "type": "Polygon",
                "coordinates": [[[at, 0], [at + 1, 0], [at + 1, 1], [at, 1], [at, 0]]],
            },
            valid_from=town.now.date().replace(day=1),
        )
        for at in range(3, 9)
    ]
    forget()
    chance = np.random.default_rng(2)
    rows = [
        one(town, town.now - timedelta(days=day, hours=3), 0, grid=grid, lon=None, lat=None)
        for day in range(120)
        for at, grid in enumerate(grids)
        for _ in range(chance.poisson(0.5 + 4.0 * (day < 4 and at < 3)))
    ]
    Matter.objects.bulk_create(rows)

    run = actions.watch(now=town.now)

    assert run is not None
    assert run.failure == ""
    found = EarlyWarning.objects.get(detector="areas")
    assert found.pieces_are == "grids"
    assert set(found.pieces) == {grid.pk for grid in grids[:3]}
    assert found.area is None


def test_looks_that_told_nothing_are_forgotten_and_others_stay(town: Town) -> None:
    quiet_past(town)
    planted(town)
    told = actions.watch(now=town.now)
    assert told is not None
    empty = WatchRun.objects.create(looked_at=town.now, up_to=town.now, threshold_days=60)
    later = town.now + timedelta(days=1)

    assert list(old_runs(town.now)) == []
    assert forget_runs(ids=[one.pk for one in old_runs(later)]) == 1
    assert not WatchRun.objects.filter(pk=empty.pk).exists()
    assert WatchRun.objects.filter(pk=told.pk).exists()
