"""Known answers and speed of the space-time scan; also scans files in SaTScan's text formats.

`bin/bench scan` prints our clusters beside the published ones (New Mexico, New York leukemia; read from the folder
of shared data beside the project) and times a made city. `bin/bench scan --cases F --geo F [--pop F] --model
poisson|permutation [--prospective] [--json]` scans files: "place cases [date [strata …]]", "place latitude
longitude" (or x y with --cartesian) and "place date people [strata …]"; dates are Y, Y/M or Y/M/D.
"""

import argparse
import csv
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from bench.machine import describe
from numpy.typing import NDArray

from maplebridge.kernel.statistics import scan, zones

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
CITY = {"places": 400, "days": 365, "cases": 12_000, "radius_m": 5000.0, "side_m": 20_000.0, "longest": 14}
LARGE = {"places": 5000, "days": 180, "cases": 50_000, "radius_m": 5000.0, "side_m": 40_000.0, "longest": 14}


def parse_day(text: str) -> tuple[date, str]:
    """Return the first day of "1977", "77", "1977/3" or "1977/3/12", and its unit."""
    try:
        parts = [int(part) for part in text.replace("-", "/").split("/")]
        year = parts[0] if parts[0] > 99 else parts[0] + (1900 if parts[0] > 10 else 2000)
        month, day = [*parts, 1, 1][1:3] if len(parts) > 1 else (1, 1)
        unit = {1: "year", 2: "month", 3: "day"}[len(parts)]
        return date(year, month, day if len(parts) > 2 else 1), unit
    except (KeyError, ValueError) as problem:
        raise ValueError(f"{text!r} is no date: Y, Y/M or Y/M/D.") from problem


def next_start(day: date, unit: str) -> date:
    """Return when the next year, month or day begins."""
    if unit == "year":
        return date(day.year + 1, 1, 1)
    if unit == "month":
        return date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return day + timedelta(days=1)


def starts(first: date, last: date, unit: str) -> list[date]:
    """Return the beginnings of all periods from first to last, and the beginning of the one after."""
    edges = [{"year": date(first.year, 1, 1), "month": first.replace(day=1), "day": first}[unit]]
    while edges[-1] <= last:
        edges.append(next_start(edges[-1], unit))
    return edges


@dataclass(frozen=True)
class Study:
    """Files, read: cases by place and period with what is to be expected, and where the places are."""

    names: list[str]
    cases: scan.Cases
    distances: zones.Distances
    population: NDArray[np.float64]
    edges: list[date]


def read_rows(path: Path, least: int) -> list[list[str]]:
    """Return the rows of a text file, split at blanks or commas; say which row is too short."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as problem:
        raise SystemExit(f"{path}: {problem.strerror}") from problem
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        if row := line.replace(",", " ").replace('"', " ").split():
            if len(row) < least:
                raise SystemExit(f"{path}, line {number}: {least} columns are needed, there are {len(row)}.")
            rows.append(row)
    if not rows:
        raise SystemExit(f"{path} is empty.")
    return rows


def read_study(options: argparse.Namespace) -> Study:
    """Return the study of the files named on the command line."""
    try:
        return _read_study(options)
    except (ValueError, scan.UnusableCounts) as problem:
        raise SystemExit(f"The files cannot be read: {problem}") from problem


def _read_study(options: argparse.Namespace) -> Study:
    at_of: dict[str, list[float]] = {}
    for row in read_rows(options.geo, 3):
        at_of.setdefault(row[0], [float(part) for part in row[1:3]])
    names = list(at_of)
    place = {name: index for index, name in enumerate(names)}
    at = np.array(list(at_of.values()))
    distances = zones.on_a_plane(at) if options.cartesian else zones.on_earth(at[:, ::-1])
    rows = read_rows(options.cases, 2)
    if strange := sorted({row[0] for row in rows} - set(names)):
        raise SystemExit(f"No coordinates for: {', '.join(strange[:10])}")
    dated = [(row, parse_day(row[2]) if len(row) > 2 else (date(2000, 1, 1), "year")) for row in rows]
    unit = options.unit or ("day" if any(u == "day" for _, (_, u) in dated) else dated[0][1][1])
    first = parse_day(options.start)[0] if options.start else min(day for _, (day, _) in dated)
    last = parse_day(options.end)[0] if options.end else max(day for _, (day, _) in dated)
    edges = starts(first, last, unit)
    ordinals = np.array([edge.toordinal() for edge in edges])
    poisson = options.model == "poisson"
    strata: dict[tuple[str, ...], int] = {}
    stratified = poisson and options.pop and any(len(row) > 3 for row in read_rows(options.pop, 3))
    filled = []
    for row, (day, _) in dated:
        period = int(np.searchsorted(ordinals, day.toordinal(), side="right")) - 1
        if 0 <= period < len(edges) - 1:
            stratum = strata.setdefault(tuple(row[3:]) if stratified else (), len(strata))
            filled.append((stratum, place[row[0]], period, int(float(row[1]))))
    people = read_people(options.pop, place, strata, ordinals) if options.pop and poisson else None
    counts = np.zeros((max(len(strata), 1), len(names), len(edges) - 1), dtype=np.int64)
    for stratum, where, period, number in filled:
        counts[stratum, where, period] += number
    if not poisson:
        cases = scan.permutation(counts[0])
    elif people is None:
        raise SystemExit("The Poisson model needs --pop.")
    else:
        cases = scan.standardized(counts, people)
    share_of = cases.expected.sum(axis=1) if poisson else cases.counts.sum(axis=1).astype(float)
    return Study(names, cases, distances, share_of, edges)


def read_people(
    path: Path, place: dict[str, int], strata: dict[tuple[str, ...], int], edges: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return person-time by stratum, place and period; a year's count holds for its first of July."""
    rows = read_rows(path, 3)
    counted = sorted({census_day(row[1]) for row in rows})
    column = {day: index for index, day in enumerate(counted)}
    for row in rows:
        strata.setdefault(tuple(row[3:]), len(strata))
    people = np.full((len(strata), len(place), len(counted)), np.nan)
    for row in rows:
        if row[0] in place:
            cell = strata[tuple(row[3:])], place[row[0]], column[census_day(row[1])]
            people[cell] = np.nan_to_num(people[cell]) + float(row[2])
    at = np.array(counted, dtype=float)
    for one in people.reshape(-1, len(counted)):
        known = ~np.isnan(one)  # a place may have been counted in other years than the others
        one[:] = np.interp(at, at[known], one[known]) if known.any() else 0.0
    return scan.person_time(people, at, edges.astype(float))


def census_day(text: str) -> int:
    day, unit = parse_day(text)
    return {"year": day.replace(month=7), "month": day.replace(day=15), "day": day}[unit].toordinal()


def windows_of(options: argparse.Namespace, periods: int) -> NDArray[np.int64]:
    """Return the windows asked for; by default clusters last at most half of the time."""
    if options.spatial or periods == 1:
        return scan.always(periods)
    longest = options.longest or max(periods // 2, 1)
    return (scan.ending_now if options.prospective else scan.ending_any_time)(periods, longest=longest)


def told(study: Study, found: scan.Scan, *, prospective: bool) -> list[dict[str, Any]]:
    """Return clusters as the JSON tells them."""
    return [
        {
            "places": [study.names[place] for place in one.places],
            "from": study.edges[one.first].isoformat(),
            "to": (study.edges[one.end] - timedelta(days=1)).isoformat(),
            "observed": one.observed,
            "expected": one.expected,
            "relative_risk": one.relative_risk,
            "statistic": one.ratio,
            "p": one.p,
            "p_gumbel": one.tail_p,
            **({"recurrence": one.recurrence} if prospective else {}),
        }
        for one in found.clusters
    ]


def scan_files(options: argparse.Namespace) -> int:
    """Scan the files of the command line and print the clusters."""
    study = read_study(options)
    meters = 1 if options.cartesian else 1000
    size = zones.Size(options.radius * meters if options.radius else np.inf, options.share)
    branches = zones.circles(study.distances, population=study.population, size=size)
    found = scan.scan(
        study.cases,
        branches=branches,
        windows=windows_of(options, len(study.edges) - 1),
        repetitions=options.repetitions,
        seed=options.seed,
        wanted=scan.Wanted(high=options.rates != "low", low=options.rates != "high", most=options.most),
    )
    clusters = told(study, found, prospective=options.prospective)
    if options.json:
        print(json.dumps({"clusters": clusters}, ensure_ascii=False, indent=1))
    else:
        for rank, one in enumerate(clusters, 1):
            print(
                f"{rank}. {', '.join(one['places'])}  {one['from']} to {one['to']}  {one['observed']} of"
                f" {one['expected']:.2f} expected, RR {one['relative_risk']:.2f}, statistic"
                f" {one['statistic']:.6f}, p {one['p']:.4g}"
            )
    return 0


KNOWN = {
    "New Mexico, Poisson, space-time": [
        ("Torrance 9 counties 1985-1989", 10.979758, 0.014),
        ("Chaves 1988-1989", 5.684828, 0.692),
        ("Curry, Roosevelt 1982-1983", 3.884186, 0.996),
    ],
    "New York leukemia, Poisson, space": [
        ("30 tracts around 36007014300", 13.192535, None),
        ("around 36023990600", 7.444378, 0.089),
    ],
}


def new_mexico() -> scan.Scan:
    folder = DATA / "new_mexico"
    options = argparse.Namespace(
        cases=folder / "nm.cas",
        geo=folder / "nm.geo",
        pop=folder / "nm.pop",
        model="poisson",
        cartesian=False,
        unit=None,
        start="1973",
        end="1991",
    )
    study = read_study(options)
    return scan.scan(
        study.cases,
        branches=zones.circles(study.distances, population=study.population, size=zones.Size()),
        windows=scan.ending_any_time(19, longest=9),
        repetitions=9999,
        seed=1,
    )


def leukemia() -> scan.Scan:
    with (DATA / "ny_leukaemia" / "tracts.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    xy = np.array([(float(row["x"]), float(row["y"])) for row in rows])
    people = np.array([float(row["pop"]) for row in rows])
    return scan.scan(
        scan.poisson(np.array([[int(row["cases"])] for row in rows]), people),
        branches=zones.circles(zones.on_a_plane(xy), population=people, size=zones.Size()),
        windows=scan.always(1),
        repetitions=9999,
        seed=1,
    )


def known_answers() -> bool:
    """Print our clusters beside the published ones; return whether the statistics agree to 1e-6."""
    agree = True
    for (title, published), run in zip(KNOWN.items(), (new_mexico, leukemia), strict=True):
        found, wall, cpu = timed(run)
        print(f"\n{title} (9,999 repetitions, published from 999; {wall:.2f} s, {cpu:.2f} s of processor)")
        for (name, ratio, p), one in zip(published, found.clusters, strict=False):
            agree &= abs(one.ratio - ratio) < 1e-6
            print(
                f"  {name:32} {one.observed}/{one.expected:.2f}  statistic {one.ratio:.6f} (published"
                f" {ratio:.6f})  p {one.p:.3f} (published {'.001' if p is None else p})"
            )
    return agree


def city(
    size: dict[str, float], seed: int, *, planted: bool = True
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return a made city: places, and cases by place and day with one cluster in the last five days."""
    random = np.random.default_rng(seed)
    places, days, cases = int(size["places"]), int(size["days"]), int(size["cases"])
    xy = random.uniform(0, size["side_m"], (places, 2))
    weight = random.gamma(2.0, 1.0, places)
    counts = np.zeros((places, days), dtype=np.int64)
    where = random.choice(places, cases, p=weight / weight.sum())
    np.add.at(counts, (where, random.integers(0, days, cases)), 1)
    if planted:
        near = np.argsort(np.hypot(*(xy - xy[5]).T))[:11]
        np.add.at(counts, (random.choice(near, 25), days - 1 - random.integers(0, 5, 25)), 1)
    return xy, counts


def scan_city(
    size: dict[str, float], counts: NDArray[np.int64], xy: NDArray[np.float64], repetitions: int
) -> scan.Scan:
    branches = zones.circles(
        zones.on_a_plane(xy),
        population=counts.sum(axis=1).astype(float),
        size=zones.Size(size["radius_m"], 0.5),
    )
    return scan.scan(
        scan.permutation(counts),
        branches=branches,
        windows=scan.ending_now(counts.shape[1], longest=int(size["longest"])),
        repetitions=repetitions,
        seed=1,
    )


def flexible_city(most: int, repetitions: int) -> scan.Scan:
    """Scan the city with every connected set of a place and its nearest; the five nearest are its neighbors."""
    xy, counts = city(CITY, 1)
    distances = zones.on_a_plane(xy)
    nearest = [set(np.argsort(distances(place))[1:6].tolist()) for place in range(len(xy))]
    neighbors = [[o for o in range(len(xy)) if o in nearest[p] or p in nearest[o]] for p in range(len(xy))]
    branches = zones.flexible(
        distances,
        neighbors,
        most=most,
        population=counts.sum(axis=1).astype(float),
        size=zones.Size(CITY["radius_m"], 0.5),
    )
    print(f"  {sum(int(b.looked_at.sum()) for b in branches):,} connected sets of at most {most} places")
    return scan.scan(
        scan.permutation(counts),
        branches=branches,
        windows=scan.ending_now(counts.shape[1], longest=14),
        repetitions=repetitions,
        seed=1,
    )


def timed(run: Callable[[], scan.Scan]) -> tuple[scan.Scan, float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    found = run()
    return found, time.perf_counter() - wall, time.process_time() - cpu


def tell_city(title: str, run: Callable[[], scan.Scan]) -> None:
    found, wall, cpu = timed(run)
    print(f"{title}: {wall:.2f} s ({cpu:.2f} s of processor)")
    for one in found.clusters[:3]:
        print(
            f"  {len(one.places)} places, days {one.first} to {one.end - 1}: {one.observed}/{one.expected:.2f},"
            f" statistic {one.ratio:.6f}, p {one.p:.4f}"
        )


def ten_categories() -> scan.Scan:
    scans = []
    for category in range(10):
        xy, counts = city(CITY, 1 + category, planted=category == 3)
        scans.append(scan_city(CITY, counts, xy, 9999))
    corrected = scan.over_all(scans)
    print("  least p of each, corrected for ten: " + " ".join(f"{p[0]:.3f}" for p in corrected))
    return scans[3]


def cold_start() -> None:
    """Time the city from the start of a new process to its end."""
    wall = time.perf_counter()
    command = [sys.executable, "-m", "bench.scan", "--city-only"]
    subprocess.run(command, check=True, capture_output=True, cwd=Path(__file__).resolve().parents[1])
    print(f"the same from the start of a new process: {time.perf_counter() - wall:.2f} s")


def measure(options: argparse.Namespace) -> int:
    print(describe("numpy", "scipy"))
    if options.city_only:
        xy, counts = city(CITY, 1)
        scan_city(CITY, counts, xy, 9999)
        return 0
    agree = known_answers() if DATA.exists() else True
    print()
    xy, counts = city(CITY, 1)
    for title in ("city, 9,999 repetitions, first call", "again"):
        tell_city(title, lambda: scan_city(CITY, counts, xy, 9999))
    cold_start()
    if options.all:
        tell_city("ten categories", ten_categories)
        tell_city("flexible shapes, 999 repetitions", lambda: flexible_city(7, 999))
        wide, many = city(LARGE, 1)
        tell_city("large city, 999 repetitions", lambda: scan_city(LARGE, many, wide, 999))
    return 0 if agree else 1


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=Path)
    parser.add_argument("--geo", type=Path)
    parser.add_argument("--pop", type=Path)
    parser.add_argument("--model", choices=("poisson", "permutation"), default="permutation")
    parser.add_argument("--prospective", action="store_true", help="clusters that last to the end")
    parser.add_argument("--spatial", action="store_true", help="space only")
    parser.add_argument("--cartesian", action="store_true", help="coordinates are x and y on a plane")
    parser.add_argument("--unit", choices=("year", "month", "day"))
    parser.add_argument("--start")
    parser.add_argument("--end")
    parser.add_argument("--longest", type=int, help="periods a cluster lasts at most; half of all without it")
    parser.add_argument(
        "--radius",
        "--radius-km",
        type=float,
        help="in kilometers; with --cartesian in the unit of the coordinates",
    )
    parser.add_argument(
        "--share", type=float, default=0.5, help="share of the population a circle holds at most"
    )
    parser.add_argument("--rates", choices=("high", "low", "both"), default="high")
    parser.add_argument("--repetitions", type=int, default=999)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--most", type=int, default=10, help="clusters told at most")
    parser.add_argument("--json", action="store_true")
    parser.add_argument(
        "--all", action="store_true", help="also ten categories, flexible shapes, a large city"
    )
    parser.add_argument("--city-only", action="store_true", help="the made city once, without a word")
    options = parser.parse_args(arguments)
    if bool(options.cases) != bool(options.geo):
        parser.error("--cases and --geo belong together")
    return scan_files(options) if options.cases else measure(options)


if __name__ == "__main__":
    raise SystemExit(main())
