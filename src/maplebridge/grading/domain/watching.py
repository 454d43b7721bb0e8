"""What is unusual in what residents raised: where, since when, how strong, and how often chance does as well.

The detectors share the town's budget of false alarms. The scan (Kulldorff et al. 2005, PLoS Medicine 2:e59) looks
for circles and days with more of a category than the place's and the day's own share of it; it needs no population.
The series compares an area, or the town, with what its own weekdays, holidays, season and trend let expect; it also
sees what rises everywhere at once. Where several areas are known with their borders, or else the town's grids, a third
scan (Poisson, against those same expectations) looks for neighborhoods of any shape (Tango and Takahashi 2005, Int J
Health Geogr 4:11).
Each is corrected for all that it looks at. How strict they are is learned from the town's own nights, once there are
enough of them: until then a finding is an alarm when chance alone does as well as seldom as the budget says.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import cos, log1p, radians

import numpy as np
from numpy.typing import NDArray

from maplebridge.kernel.geo import Point, distance_m
from maplebridge.kernel.statistics import scan as scans
from maplebridge.kernel.statistics import series, zones
from maplebridge.kernel.statistics.alarms import Budget, Signal, learn

BASELINE_DAYS = 365
LEAST_DAYS = 56  # of history: less knows no ordinary fortnight
LONGEST = 14  # days of a period
RADIUS_M = 1500.0
CELL_M = 150.0  # matters this close together are one place
MOST_PLACES = 1000
LEAST_CASES = 24  # of a first level, in the baseline
LEAST_CASES_SECOND = 120  # of a second level: rarer ones are found with their first level
LEAST_OF_SERIES = 12
LEAST_IN_CLUSTER = 3
REPETITIONS = 999
TOLD_A_SCAN = 3
ENOUGH_BEATEN = 10  # repetitions that did as well; with fewer, a fitted tail says how rare it is
MOST_RECURRENCE = 36_525.0  # days: nobody can tell what happens less often than once in a hundred years
LENGTHS = (1, 3, 7, 14)
OF_TOWN = None

NIGHTLY, HOURLY, SERIES, AREAS = "scan", "hourly", "series", "areas"
DETECTORS = (NIGHTLY, HOURLY, SERIES)  # where areas are known by their borders, the scan of areas as well
LOOKS_A_DAY = {NIGHTLY: 1, HOURLY: 24, SERIES: 1, AREAS: 1}
LEAST_AREAS = 6  # fewer have no shapes that a circle or a series would not see
LEAST_OF_ITS_OWN = 60  # matters of an area, from which on it has a calendar of its own
ALIKE = 0.5  # matters by which the share of an area leans on what all have alike (Jeffreys)
LEAST_EXPECTED = 1e-3  # a day
MOST_AREAS = 400  # more take longer than a night's look may
MOST_IN_SHAPE = 8  # areas of a neighborhood
LEAST_NIGHTS = 180  # from so many nights on the town's own are learned from
KEPT_SIGNALS = 3  # of a detector and night: what a later night learns from
_METERS_A_DEGREE = 111_195.0


@dataclass(frozen=True, slots=True)
class Event:
    """A matter as it is watched. `day` counts from the first day of the baseline, 0 the earliest."""

    matter_id: int
    category: str
    day: int
    point: Point | None
    area_id: int | None
    grid_id: int | None = None  # of the doorstep's level, whatever lies below it


class Pieces(StrEnum):
    """Of what the shapes of a scan are made."""

    AREAS = "areas"  # stations
    GRIDS = "grids"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something unusual, of the last `days` days. `recurrence_days`: chance alone does as well once in so many."""

    detector: str
    category: str
    area_id: int | None
    center: Point | None
    radius_m: float | None
    days: int
    observed: float
    expected: float
    statistic: float
    p: float
    recurrence_days: float
    matters: tuple[int, ...]
    pieces: tuple[int, ...] = ()  # of a shape
    pieces_are: Pieces | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found, strongest first, and at how many series and categories it looked."""

    findings: tuple[Finding, ...]
    looked_at: int


def threshold_days(alarms_a_month: float, detectors: Collection[str] = DETECTORS) -> float:
    """Return from which recurrence on it is an alarm: the detectors share the budget alike."""
    return Budget(alarms_a_month).recurrence(len(detectors))


@dataclass(frozen=True, slots=True)
class Night:
    """The strongest findings of a past night, weak ones too, as (detector, recurrence in days, matters)."""

    number: int  # of the day, so that nights apart are told apart
    signals: tuple[tuple[str, float, frozenset[int]], ...]


def signals_of(looks: Sequence[Look]) -> list[tuple[str, float, list[int]]]:
    """Return what a night keeps to be learned from: the least usual findings of each detector."""
    kept: Counter[str] = Counter()
    found = []
    every = [one for look in looks for one in look.findings]
    for one in sorted(every, key=lambda one: -one.recurrence_days):
        if kept[one.detector] < KEPT_SIGNALS:
            kept[one.detector] += 1
            found.append((one.detector, round(one.recurrence_days, 3), list(one.matters)))
    return found


def learned_thresholds(
    nights: Sequence[Night], alarms_a_month: float, real: Collection[frozenset[int]]
) -> dict[str, float]:
    """Return each detector's threshold in days, learned from the town's own nights; none where they are too few.

    `real` are the matters behind warnings that were confirmed: what was true teaches nothing about false alarms. A
    detector that said nothing in all that time has none, and stays at what the budget alone asks for.
    """
    if len({one.number for one in nights}) < LEAST_NIGHTS:
        return {}
    history = [
        Signal(one.number, detector, float(np.log10(max(days, 1e-9))), matters)
        for one in nights
        for detector, days, matters in one.signals
    ]
    true = [one for one in history if any(2 * len(one.places & each) > len(one.places) for each in real)]
    spanned = max(one.number for one in nights) - min(one.number for one in nights) + 1
    levels = learn(history, nights=spanned, budget=Budget(alarms_a_month), real=true)
    return {detector: min(10.0**level, MOST_RECURRENCE) for detector, level in levels.items()}


def alarms(
    findings: Sequence[Finding], threshold: float, learned: Mapping[str, float] | None = None
) -> list[Finding]:
    """Return the findings that are alarms; of those that are mostly the same matters, only the least usual."""
    told: list[Finding] = []
    for one in sorted(findings, key=lambda one: (-one.recurrence_days, -one.statistic, one.category)):
        least = (learned or {}).get(one.detector, threshold)
        if one.recurrence_days >= least and not any(_same_matters(one, other) for other in told):
            told.append(one)
    return told


def _same_matters(one: Finding, other: Finding) -> bool:
    shared = len(set(one.matters) & set(other.matters))
    return 2 * shared > min(len(one.matters), len(other.matters))


def categories_watched(events: Collection[Event]) -> dict[str, list[Event]]:
    """Return the events of every category that is common enough, by the first or the second level of its code."""
    first = Counter(_level(one.category, 1) for one in events)
    second = Counter(_level(one.category, 2) for one in events)
    wanted = {code for code, count in first.items() if count >= LEAST_CASES}
    wanted |= {
        code
        for code, count in second.items()
        if count >= LEAST_CASES_SECOND and count < first[_level(code, 1)]  # else it is all of its first level
    }
    return {
        code: [one for one in events if one.category == code or one.category.startswith(f"{code}-")]
        for code in sorted(wanted)
    }


def _level(code: str, level: int) -> str:
    return "-".join(code.split("-")[:level])


def scanned(events: Collection[Event], *, days: int, detector: str, seed: int) -> Look:
    """Scan every category for a cluster that goes on now, and correct for having looked at all of them."""
    placed = [one for one in events if one.point is not None]
    found = [
        _scanned_category(code, some, days, seed + number)
        for number, (code, some) in enumerate(categories_watched(placed).items())
    ]
    if not found:
        return Look((), 0)
    largest = scans.Chance(np.max([one.scan.chance.standardized() for one in found], axis=0))
    findings = []
    for one in found:
        for cluster in one.scan.clusters:
            p = _p_of(largest, one.scan.chance.standard(cluster.ratio))
            findings.append(_of_cluster(one, cluster, detector, p, days))
    return Look(tuple(sorted(findings, key=lambda one: one.p)), len(found))


def _p_of(chance: scans.Chance, strength: float) -> float:
    counted = chance.p(strength)
    few = counted * (1 + len(chance.largest)) <= ENOUGH_BEATEN
    return min(counted, chance.tail_p(strength)) if few else counted


@dataclass(frozen=True, slots=True)
class _Scanned:
    code: str
    events: Sequence[Event]
    places: NDArray[np.int64]  # of each event
    centers: NDArray[np.float64]
    scan: scans.Scan


def _scanned_category(code: str, events: Sequence[Event], days: int, seed: int) -> _Scanned:
    places, centers = gathered([one.point for one in events if one.point is not None])
    counts = np.zeros((len(centers), days), dtype=np.int64)
    np.add.at(counts, (places, np.array([one.day for one in events], dtype=np.int64)), 1)
    branches = zones.circles(
        zones.on_earth(centers),
        population=counts.sum(axis=1).astype(np.float64),
        size=zones.Size(radius_m=RADIUS_M, share=0.5),
    )
    found = scans.scan(
        scans.permutation(counts),
        branches=branches,
        windows=scans.ending_now(days, longest=LONGEST),
        repetitions=REPETITIONS,
        seed=seed,
        wanted=scans.Wanted(least=LEAST_IN_CLUSTER, most=TOLD_A_SCAN),
    )
    return _Scanned(code, events, places, centers, found)


def gathered(points: Sequence[Point]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the place of every point and the middle of every place: points of one square of the map are one.

    The squares grow until there are not too many of them, so that a large town takes no longer than it may.
    """
    lon_lat = np.array([(one.lon, one.lat) for one in points])
    meters = lon_lat * _METERS_A_DEGREE * np.array([cos(radians(float(lon_lat[:, 1].mean()))), 1.0])
    side = CELL_M
    while True:
        _cells, place = np.unique(np.floor(meters / side).astype(np.int64), axis=0, return_inverse=True)
        places = place.reshape(-1).astype(np.int64)
        count = int(places.max()) + 1
        if count <= MOST_PLACES:
            break
        side *= 1.5
    number = np.bincount(places, minlength=count)
    middle = [np.bincount(places, weights=axis, minlength=count) / number for axis in lon_lat.T]
    return places, np.stack(middle, axis=1)


def _of_cluster(one: _Scanned, cluster: scans.Cluster, detector: str, p: float, days: int) -> Finding:
    inside = set(cluster.places)
    matters = sorted(
        event.matter_id
        for event, place in zip(one.events, one.places, strict=True)
        if int(place) in inside and event.day >= cluster.first
    )
    points = [
        event.point
        for event, place in zip(one.events, one.places, strict=True)
        if int(place) in inside and event.day >= cluster.first and event.point is not None
    ]
    center = Point(*(float(part) for part in one.centers[cluster.center]))
    return Finding(
        detector=detector,
        category=one.code,
        area_id=OF_TOWN,
        center=center,
        radius_m=max([CELL_M, *(distance_m(center, point) for point in points)]),
        days=days - cluster.first,
        observed=float(cluster.observed),
        expected=cluster.expected,
        statistic=cluster.ratio,
        p=p,
        recurrence_days=recurrence(p, LOOKS_A_DAY[detector]),
        matters=tuple(matters),
    )


def recurrence(p: float, looks_a_day: int) -> float:
    """Return after how many days chance alone does as well, once, as if every look were independent."""
    return min(1 / (max(p, 1e-12) * looks_a_day), MOST_RECURRENCE)


def counted(events: Collection[Event], *, days: int, areas: Sequence[int], calendar: series.Calendar) -> Look:
    """Compare the town and its areas, category by category, with what their own past lets expect of today."""
    known = days - LONGEST
    rows: list[tuple[str, int | None, list[Event]]] = []
    for code, some in categories_watched(events).items():
        rows.append((code, OF_TOWN, some))
        rows += [(code, area, [one for one in some if one.area_id == area]) for area in areas]
    rows = [row for row in rows if sum(one.day < known for one in row[2]) >= LEAST_OF_SERIES]
    if not rows:
        return Look((), 0)
    counts = np.zeros((len(rows), days), dtype=np.int64)
    for row, (_code, _area, some) in enumerate(rows):
        np.add.at(counts[row], [one.day for one in some], 1)
    recent = np.arange(known, days)
    expected = series.forecast(counts, calendar, known=known, days=recent)
    p_of = series.lately(counts[:, recent], expected, LENGTHS)[:, -1]
    looks = len(rows) * len(LENGTHS)
    findings = []
    for row, (code, area, some) in enumerate(rows):
        at = int(p_of[row].argmin())
        length, p = LENGTHS[at], float(p_of[row, at])
        observed = counts[row, days - length :].sum()
        mean = expected.mean[row, -length:].sum()
        if observed >= LEAST_IN_CLUSTER and observed > mean:
            corrected = -np.expm1(looks * log1p(-min(p, 1 - 1e-12)))
            findings.append(
                Finding(
                    detector=SERIES,
                    category=code,
                    area_id=area,
                    center=None,
                    radius_m=None,
                    days=length,
                    observed=float(observed),
                    expected=float(mean),
                    statistic=-float(np.log10(max(p, 1e-300))),
                    p=float(corrected),
                    recurrence_days=recurrence(float(corrected), LOOKS_A_DAY[SERIES]),
                    matters=tuple(sorted(one.matter_id for one in some if one.day >= days - length)),
                )
            )
    return Look(tuple(sorted(findings, key=lambda one: one.p)), len(rows))


@dataclass(frozen=True, slots=True)
class Ground:
    """Areas as a scan of shapes sees them: their ids, their middles, and who lies beside whom."""

    areas: tuple[int, ...]
    middles: NDArray[np.float64]  # (n, 2) in degrees
    neighbors: tuple[tuple[int, ...], ...]  # by their place in `areas`
    pieces: Pieces = Pieces.AREAS

    def piece_of(self, one: Event) -> int | None:
        return one.area_id if self.pieces == Pieces.AREAS else one.grid_id


def shapes_scanned(
    events: Collection[Event], *, days: int, ground: Ground, calendar: series.Calendar, seed: int
) -> Look:
    """Scan connected sets of areas for more than their own weekdays, holidays, season and trend let expect."""
    place_of = {area: place for place, area in enumerate(ground.areas)}
    inside = [one for one in events if ground.piece_of(one) in place_of]
    every = zones.flexible(
        zones.on_earth(ground.middles),
        ground.neighbors,
        most=MOST_IN_SHAPE,
        population=np.ones(len(ground.areas)),
        size=zones.Size(share=0.5),
    )
    found = []
    for number, (code, some) in enumerate(categories_watched(inside).items()):
        counts = np.zeros((len(ground.areas), days), dtype=np.int64)
        places = [place_of[ground.piece_of(one) or 0] for one in some]
        np.add.at(counts, (places, [one.day for one in some]), 1)
        recent = np.arange(days - LONGEST, days)
        if not counts[:, recent].any():
            continue
        scanned_now = scans.scan(
            scans.poisson(counts[:, recent], to_expect(counts, calendar, recent)),
            branches=every,
            windows=scans.ending_now(LONGEST, longest=LONGEST),
            repetitions=REPETITIONS,
            seed=seed + number,
            wanted=scans.Wanted(least=LEAST_IN_CLUSTER, most=TOLD_A_SCAN),
        )
        found.append((code, some, scanned_now))
    if not found:
        return Look((), 0)
    largest = scans.Chance(np.max([one.chance.standardized() for _code, _some, one in found], axis=0))
    findings = [
        _of_shape(code, some, cluster, ground, days, _p_of(largest, one.chance.standard(cluster.ratio)))
        for code, some, one in found
        for cluster in one.clusters
    ]
    return Look(tuple(sorted(findings, key=lambda one: one.p)), len(found))


def to_expect(
    counts: NDArray[np.int64], calendar: series.Calendar, recent: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return what each area lets expect of the recent days: by its own calendar, or by its share of the whole.

    A handful of matters tells no weekdays, holidays and trend: an area whose three matters fell on a holiday would
    let expect nothing else. Such an area has the whole town's days, and of them its share of what was before, leaning
    on what all have alike.
    """
    known = int(recent[0])
    before = counts[:, :known].sum(axis=1)
    whole = series.forecast(counts.sum(axis=0, keepdims=True), calendar, known=known, days=recent).mean
    share = (before + ALIKE) / (before + ALIKE).sum()
    expected = np.asarray(share[:, None] * np.maximum(whole, LEAST_EXPECTED))
    if (own := before >= LEAST_OF_ITS_OWN).any():
        expected[own] = series.forecast(counts[own], calendar, known=known, days=recent).mean
    return expected


def _of_shape(
    code: str, events: Sequence[Event], cluster: scans.Cluster, ground: Ground, days: int, p: float
) -> Finding:
    areas = {ground.areas[place] for place in cluster.places}
    lasts = LONGEST - cluster.first
    behind = [one for one in events if ground.piece_of(one) in areas and one.day >= days - lasts]
    middle = ground.middles[list(cluster.places)].mean(axis=0)
    center = Point(float(middle[0]), float(middle[1]))
    reach = [distance_m(center, Point(*map(float, ground.middles[place]))) for place in cluster.places]
    alone = len(areas) == 1 and ground.pieces == Pieces.AREAS
    return Finding(
        detector=AREAS,
        category=code,
        area_id=next(iter(areas)) if alone else OF_TOWN,
        center=None if alone else center,
        radius_m=None if alone else max([CELL_M, *reach]),
        days=lasts,
        observed=float(cluster.observed),
        expected=cluster.expected,
        statistic=cluster.ratio,
        p=p,
        recurrence_days=recurrence(p, LOOKS_A_DAY[AREAS]),
        matters=tuple(sorted(one.matter_id for one in behind)),
        pieces=tuple(sorted(areas)),
        pieces_are=ground.pieces,
    )


@dataclass(frozen=True, slots=True)
class Going:
    """A warning that was told before, as far as it takes to know it again."""

    warning_id: int
    detector: str
    category: str
    area_id: int | None
    center: Point | None
    radius_m: float | None
    matters: frozenset[int]


def same_as(found: Finding, going: Collection[Going]) -> Going | None:
    """Return the warning that a finding goes on with: of one detector and category, at the same place."""
    return next((one for one in going if _goes_on(found, one)), None)


def _goes_on(found: Finding, one: Going) -> bool:
    if (found.detector, found.area_id) != (one.detector, one.area_id) or not _related(
        found.category, one.category
    ):
        return False
    if found.center is None or one.center is None:
        return found.category == one.category
    near = distance_m(found.center, one.center) <= max(found.radius_m or 0, one.radius_m or 0)
    return near or not one.matters.isdisjoint(found.matters)


def _related(one: str, other: str) -> bool:
    """Say whether one category is the other, or lies below it."""
    return one == other or one.startswith(f"{other}-") or other.startswith(f"{one}-")
