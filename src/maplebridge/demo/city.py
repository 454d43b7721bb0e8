"""The city around the station: 65 stations in 250 beats, five years of counts and answers, one true change.

Everything is invented from a seed. The rates are of the size that published city reports have; seasons, a slow fall
over the years and differences between stations are drawn. Around the railway station and the wholesale market half
as much again happens, year after year, and at one station thefts have risen two and a half times since three months
ago: 62 of the 65 are good or safe in the last month.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, radians, sin, sqrt

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPoint, Point, Polygon, mapping
from shapely.ops import voronoi_diagram

from maplebridge.demo.town import GeoJson

STATIONS = 65
BEATS, LEAST_BEATS = 250, 3  # in all, and of each station
YEARS = 5
PLANTED = 17  # the station at which thefts rise two and a half times …
PLANTED_MONTHS, PLANTED_TIMES, PLANTED_RESIDENTS = 3, 2.5, 52_300  # … since so many months
BUSY, BUSY_TIMES = (5, 40), 1.5  # where much has always happened
MOST_ABOVE = 0.8  # of a standard deviation, by which the others lie above the whole
FIRST = "清柳石南北东西金玉龙凤云松竹梅桂"
SECOND = "溪湾桥坪川岭塘堡关营泉台"
PINYIN = (
    "qing liu shi nan bei dong xi jin yu long feng yun song zhu mei gui "
    "xi wan qiao ping chuan ling tang bao guan ying quan tai"
)
SPOKEN = dict(zip(FIRST + SECOND, PINYIN.split(), strict=True))


@dataclass(frozen=True)
class CityIndicator:
    """What is counted: its monthly rate for 10,000 residents, how it swings over the year, how areas differ."""

    code: str
    name_zh: str
    name_en: str
    meaning_zh: str
    meaning_en: str
    rate: float
    swing: float  # of the year: 0.2 is a fifth more in its month
    peak: int  # the month of the year with most
    spread: float  # standard deviation of areas around the whole, on the logarithm
    weight: float


INDICATORS = (
    CityIndicator(
        "theft", "盗窃警情", "Theft",
        "入室盗窃、电动车被盗、扒窃等警情，每万名居民每月几起。",
        "Burglary, stolen e-bikes, pickpocketing: reported incidents for 10,000 residents a month.",
        4.0, 0.18, 8, 0.12, 0.35,
    ),
    CityIndicator(
        "fraud", "电信网络诈骗警情", "Fraud by phone and internet",
        "接报的电信网络诈骗警情，每万名居民每月几起。",
        "Fraud by phone and internet: reported incidents for 10,000 residents a month.",
        2.4, 0.12, 11, 0.10, 0.2,
    ),
    CityIndicator(
        "disorder", "打架与扰乱秩序警情", "Fights and disorder",
        "打架斗殴、寻衅滋事、醉酒闹事等警情，每万名居民每月几起。",
        "Fights, harassment, drunken disorder: reported incidents for 10,000 residents a month.",
        3.0, 0.22, 7, 0.14, 0.15,
    ),
    CityIndicator(
        "traffic_fire", "交通与火灾警情", "Traffic and fire",
        "有人受伤的交通事故和火灾，每万名居民每月几起。",
        "Traffic accidents with injuries, and fires: for 10,000 residents a month.",
        1.6, 0.15, 1, 0.10, 0.10,
    ),
)  # fmt: skip
OWN_NAME_EN = "Heshun station"
SATISFIED, SATISFIED_SPREAD = 0.70, 0.05  # share of residents who feel safe, and how stations differ
LEAST_SATISFIED = 0.66
ANSWERS = 38  # a station and month


@dataclass(frozen=True)
class CityArea:
    code: str
    name: str
    name_en: str
    parent: str | None
    residents: int
    polygon: GeoJson


@dataclass(frozen=True)
class City:
    """Stations first, then beats. Counts: areas x indicators x months; answers: stations x months x (agree, said)."""

    stations: tuple[CityArea, ...]
    beats: tuple[CityArea, ...]
    station_counts: NDArray[np.int64]
    beat_counts: NDArray[np.int64]
    answers: NDArray[np.int64]


def invent_city(*, own: tuple[str, Polygon], first_month: int, months: int, seed: int) -> City:
    """Return the city around a station's own ground; `first_month` is the month of the year that comes first."""
    chance = np.random.default_rng(seed)
    grounds = _grounds(own[1], chance)
    names = _names(chance)
    stations, beats = [], []
    shares: list[NDArray[np.float64]] = []
    for number, ground in enumerate(grounds):
        name = (own[0], OWN_NAME_EN) if number == 0 else names[number - 1]
        residents = {0: 30_700, PLANTED: PLANTED_RESIDENTS}.get(number, int(chance.integers(160, 620)) * 100)
        code = f"PCS{number + 1:03}"
        stations.append(CityArea(code, name[0], name[1], None, residents, _drawn(ground)))
        parts = _parts(ground, LEAST_BEATS + (number < BEATS - LEAST_BEATS * STATIONS), chance)
        share = chance.dirichlet(np.full(len(parts), 12.0))
        shares.append(share)
        beats += [
            CityArea(
                f"{code}-{at + 1}",
                f"{name[0].removesuffix('派出所')}第{at + 1}管区",
                f"{name[1]} beat {at + 1}",
                code,
                round(residents * part),
                _drawn(shape),
            )
            for at, (part, shape) in enumerate(zip(share, parts, strict=True))
        ]
    counts = _counts([one.residents for one in stations], first_month, months, chance)
    split = np.concatenate(
        [
            np.moveaxis(chance.multinomial(counts[row].ravel(), share), 1, 0).reshape(-1, *counts.shape[1:])
            for row, share in enumerate(shares)
        ]
    )
    return City(tuple(stations), tuple(beats), counts, split, _answers(months, chance))


def _counts(
    residents: Sequence[int], first_month: int, months: int, chance: np.random.Generator
) -> NDArray[np.int64]:
    people = np.asarray(residents, dtype=float)
    time = np.arange(months)
    found = np.empty((len(people), len(INDICATORS), months), dtype=np.int64)
    for place, one in enumerate(INDICATORS):
        level = np.exp(one.spread * np.minimum(chance.normal(size=len(people)), MOST_ABOVE))
        level[list(BUSY)] = BUSY_TIMES
        season = 1 + one.swing * np.cos(2 * pi * (first_month - 1 + time - (one.peak - 1)) / 12)
        falling = 0.96 ** (time / 12)
        expected = people[:, None] / 10_000 * one.rate * level[:, None] * season * falling
        if one.code == "theft":
            expected[PLANTED, -PLANTED_MONTHS:] *= PLANTED_TIMES
        found[:, place] = chance.poisson(expected)
    return found


def _answers(months: int, chance: np.random.Generator) -> NDArray[np.int64]:
    share = np.clip(chance.normal(SATISFIED, SATISFIED_SPREAD, STATIONS), LEAST_SATISFIED, 0.9)
    said = chance.poisson(ANSWERS, (STATIONS, months))
    return np.stack([chance.binomial(said, share[:, None]), said], axis=2)


def _grounds(own: Polygon, chance: np.random.Generator) -> list[Polygon]:
    """Return the ground of each station, our own first; the others lie around it as a sunflower's seeds."""
    middle = own.centroid
    stretch = 1 / cos(radians(middle.y))
    step = sqrt(own.envelope.area / stretch) * 0.9
    points = [
        Point(
            middle.x + step * sqrt(number) * cos(2.4 * number) * stretch + chance.normal(0, step * 0.08),
            middle.y + step * sqrt(number) * sin(2.4 * number) + chance.normal(0, step * 0.08),
        )
        for number in range(1, STATIONS)
    ]
    around = _city_border(middle, step * sqrt(STATIONS) * 1.08, stretch)
    cells = voronoi_diagram(MultiPoint([middle, *points]), envelope=around).geoms
    cell_of = [next(each for each in cells if each.contains(point)) for point in [middle, *points]]
    own_cell = _largest(cell_of[0].union(own))
    return [own_cell, *(_largest(cell.intersection(around).difference(own_cell)) for cell in cell_of[1:])]


def _city_border(middle: Point, reach: float, stretch: float) -> Polygon:
    """Return the border of the city: round at large, as no border is in small."""
    turns = np.linspace(0, 2 * pi, 120, endpoint=False)
    reaches = reach * (
        1 + 0.07 * np.sin(3 * turns + 1) + 0.04 * np.sin(7 * turns) + 0.02 * np.sin(13 * turns)
    )
    return Polygon(
        np.column_stack([middle.x + reaches * np.cos(turns) * stretch, middle.y + reaches * np.sin(turns)])
    )


def _parts(ground: Polygon, count: int, chance: np.random.Generator) -> list[Polygon]:
    """Return a ground in so many parts."""
    west, south, east, north = ground.bounds
    points: list[Point] = []
    while len(points) < count:
        point = Point(chance.uniform(west, east), chance.uniform(south, north))
        if ground.contains(point):
            points.append(point)
    cells = voronoi_diagram(MultiPoint(points), envelope=ground).geoms
    return [
        _largest(next(each for each in cells if each.contains(point)).intersection(ground))
        for point in points
    ]


def _largest(shape: shapely.Geometry) -> Polygon:
    parts = [part for part in getattr(shape, "geoms", [shape]) if isinstance(part, Polygon)]
    return max(parts, key=lambda part: part.area)


def _drawn(shape: Polygon) -> GeoJson:
    """Return a shape with six decimals, a tenth of a meter."""
    drawn: GeoJson = mapping(shapely.set_precision(shape, 1e-6))
    return drawn


def _names(chance: np.random.Generator) -> list[tuple[str, str]]:
    every = [(one + two, f"{SPOKEN[one]}{SPOKEN[two]}".capitalize()) for one in FIRST for two in SECOND]
    picked = chance.choice(len(every), STATIONS - 1, replace=False)
    return [(f"{every[at][0]}派出所", f"{every[at][1]} station") for at in picked]
