"""Are there as many false alarms as budgeted, and are outbreaks found sooner than by Farrington-Noufaily?

Run with `bin/bench alarms [--towns N] [--seed S]`. Towns are made: forty places in eight areas, four categories,
counts by day that spread more than Poisson's (shared and own shocks), with seasons, weekdays, holidays and a
trend. Two years teach the thresholds; the years after are judged: quiet as they are for false alarms, and with
outbreaks put in for detection. Farrington-Noufaily judges areas by week and has a threshold learned the same way.

Ours are the three looks of a night as the product takes them, over the same year before: the scan of circles, the
scan of connected areas, and the series of areas and of the whole town. Two things are done in another way, since
two hundred years are too long for them: a scan tells its ratio in place of what repetitions make of it, and what a
calendar lets expect is fitted every four weeks instead of every night. The hourly look at urgent matters is left out.
How long a night's look takes is not measured here but by `bin/bench scan --all`, circles and free shapes apart.

`--as-the-town` goes the way of an installed town instead: each night keeps the three least usual findings of a
detector, how strict the look is is learned every four weeks from the 365 nights before
(`grading.domain.watching.learned_thresholds`), and only quiet years are judged. What is kept of a scan is its ratio
against its own category's nights.
"""

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from bench.machine import describe
from numpy.typing import NDArray

from maplebridge.grading.domain import watching
from maplebridge.kernel.statistics import alarms, replay, series, zones
from maplebridge.kernel.statistics.alarms import Budget, Signal
from maplebridge.kernel.statistics.likelihood import log_ratio

PLACES, AREAS, CATEGORIES = 40, 8, ("theft", "fraud", "traffic", "quarrel")
BEFORE, LEARNED, JUDGED = 5 * 364 + 28, 2 * 364, 4 * 364  # days
BUDGET = Budget(alarms_a_month=2.0, quiet=14)
LONGEST = watching.LONGEST
KNOWN = watching.BASELINE_DAYS - LONGEST  # days that a calendar is fitted to
REFIT = 28
SIDE_M = 3000.0  # of an area, which is a square
CORNERS = np.stack(np.meshgrid(np.arange(4), np.arange(2)), axis=-1).reshape(-1, 2)


@dataclass(frozen=True)
class Town:
    """Counts (categories, places, days), where the places are and in which area."""

    counts: NDArray[np.int64]
    mean: NDArray[np.float64]
    xy: NDArray[np.float64]
    area: NDArray[np.int64]
    calendar: series.Calendar


def make_town(seed: int) -> Town:
    """Return a quiet town. Shocks are gamma: of the whole town's day, of a place's week, and of a place's day."""
    random = np.random.default_rng(seed)
    days = np.arange(BEFORE + LEARNED + JUDGED)
    area = np.repeat(np.arange(AREAS), PLACES // AREAS)
    xy = CORNERS[area] * SIDE_M + random.uniform(0, SIDE_M, (PLACES, 2))
    holiday = (days % 364) % 120 < 4
    weekly = 1 + 0.35 * np.isin(days % 7, (4, 5))
    counts, means = [], []
    for _ in CATEGORIES:
        level = random.gamma(2.0, 1.0, PLACES) * random.uniform(0.03, 0.12)
        season = 1 + random.uniform(0.1, 0.4) * np.sin(2 * np.pi * (days / 364 + random.uniform()))
        trend = np.exp(random.uniform(-0.06, 0.06) * days / 364)
        mean = level[:, None] * season * trend * weekly * np.where(holiday, 0.7, 1.0)
        town_day = random.gamma(25, 1 / 25, len(days))
        place_week = np.repeat(random.gamma(8, 1 / 8, (PLACES, len(days) // 7)), 7, axis=1)
        place_day = random.gamma(4, 1 / 4, (PLACES, len(days)))
        counts.append(random.poisson(mean * town_day * place_week * place_day))
        means.append(mean)
    return Town(np.array(counts), np.array(means), xy, area, series.Calendar(days % 7, holiday.astype(int)))


def scanned(town: Town, days: NDArray[np.int64]) -> list[Signal]:
    """Return what the nightly scan says of each category."""
    signals = []
    for category, counts in zip(CATEGORIES, town.counts, strict=True):
        people = counts[:, :BEFORE].sum(axis=1) + 1.0
        branches = zones.circles(
            zones.on_a_plane(town.xy), population=people, size=zones.Size(radius_m=2500, share=0.5)
        )
        for night in replay.replay(counts, branches=branches, days=days, longest=LONGEST):
            signals.append(Signal(night.day, f"scan {category}", night.ratio, frozenset(night.places)))
    return signals


def _fits(town: Town, days: NDArray[np.int64]) -> Iterator[tuple[slice, NDArray[np.int64], series.Calendar]]:
    """Yield, every four weeks, the days that are fitted and shown, those shown, and the calendar of all of them."""
    for start in range(int(days[0]), int(days[-1]) + 1, REFIT):
        shown = np.arange(start - LONGEST + 1, min(start + REFIT, int(days[-1]) + 1))
        past = slice(int(shown[0]) - KNOWN, int(shown[-1]) + 1)
        yield past, shown, series.Calendar(town.calendar.weekday[past], town.calendar.kind[past])


def shaped(town: Town, days: NDArray[np.int64]) -> list[Signal]:
    """Return what the scan of connected areas says of each category, against what their own days let expect."""
    sets = _connected()
    places = [frozenset(np.flatnonzero(one[town.area]).tolist()) for one in sets.astype(bool)]
    signals = []
    for category, of_places in zip(CATEGORIES, town.counts, strict=True):
        counts = np.array([of_places[town.area == area].sum(axis=0) for area in range(AREAS)])
        for past, shown, calendar in _fits(town, days):
            expected = watching.to_expect(counts[:, past], calendar, shown - past.start)
            seen, meant = (_lately(one) for one in (counts[:, shown], expected))
            total, whole = seen[:, :, -1].sum(axis=0), meant[:, :, -1].sum(axis=0)
            inside = np.einsum("sa,adl->sdl", sets, seen)
            usual = np.einsum("sa,adl->sdl", sets, meant) * (total / whole)[:, None]
            ratio = log_ratio(inside, usual, total[:, None])
            ratio[(inside < watching.LEAST_IN_CLUSTER) | (inside <= usual)] = 0.0
            best = ratio.max(axis=2)
            for at, day in enumerate(shown[LONGEST - 1 :]):
                if best[:, at].any():
                    one = int(best[:, at].argmax())
                    signals.append(Signal(int(day), f"shapes {category}", float(best[one, at]), places[one]))
    return signals


def _connected() -> NDArray[np.float64]:
    """Return every set of areas that the product looks at (sets, areas), 1 where an area belongs to it."""
    near = np.abs(CORNERS[:, None] - CORNERS).sum(axis=2) == 1
    branches = zones.flexible(
        zones.on_a_plane((CORNERS + 0.5) * SIDE_M),
        [np.flatnonzero(one).tolist() for one in near],
        most=watching.MOST_IN_SHAPE,
        population=np.ones(AREAS),
        size=zones.Size(share=0.5),
    )
    every = [branch.members(int(zone)) for branch in branches for zone in np.flatnonzero(branch.looked_at)]
    return np.array([np.isin(np.arange(AREAS), one) for one in every], dtype=np.float64)


def _lately(counts: NDArray[np.generic]) -> NDArray[np.float64]:
    """Return the sums (areas, nights, lengths) of the last days of each night, of one to the longest length."""
    until = np.cumsum(np.pad(counts.astype(np.float64), ((0, 0), (1, 0))), axis=1)
    ends = np.arange(LONGEST, counts.shape[1] + 1)
    return until[:, ends, None] - until[:, ends[:, None] - np.arange(1, LONGEST + 1)]


def by_day(town: Town, days: NDArray[np.int64]) -> list[Signal]:
    """Return what each category's own calendar says, for each area and the town; refitted every four weeks."""
    everywhere = [np.flatnonzero(town.area == area) for area in range(AREAS)] + [np.arange(PLACES)]
    counts = np.concatenate([[of[where].sum(axis=0) for where in everywhere] for of in town.counts])
    names = [
        (f"areas {category}", frozenset(where.tolist()))
        if len(where) < PLACES
        else (f"town {category}", frozenset())
        for category in CATEGORIES
        for where in everywhere
    ]
    signals = []
    for past, shown, calendar in _fits(town, days):
        expected = series.forecast(counts[:, past], calendar, known=KNOWN, days=shown - past.start)
        least = series.lately(counts[:, shown], expected).min(axis=2)
        for row, (source, places) in zip(least, names, strict=True):
            for day, p in zip(shown[LONGEST - 1 :], row[LONGEST - 1 :], strict=True):
                signals.append(Signal(int(day), source, alarms.strength_of_p(float(p)), places))
    return signals


def noufaily(town: Town, days: NDArray[np.int64]) -> list[Signal]:
    """Return what Farrington-Noufaily says of each category and area at the end of each week."""
    weekly = town.counts.reshape(len(CATEGORIES), PLACES, -1, 7).sum(axis=3)
    of_area = np.array(
        [[weekly[c, town.area == a].sum(axis=0) for a in range(AREAS)] for c in range(len(CATEGORIES))]
    )
    weeks = np.unique(days // 7)
    judged = series.farrington(
        of_area.reshape(-1, of_area.shape[-1]), weeks, replace(series.NOUFAILY, least=1)
    )
    signals = []
    for row, p_of_weeks in enumerate(judged.p):
        category, area = CATEGORIES[row // AREAS], row % AREAS
        places = frozenset(np.flatnonzero(town.area == area).tolist())
        for week, p in zip(weeks, p_of_weeks, strict=True):
            signals.append(
                Signal(int(week) * 7 + 6, f"weeks {category} {area}", alarms.strength_of_p(float(p)), places)
            )
    return signals


SYSTEMS = {"ours": (scanned, shaped, by_day), "noufaily": (noufaily,)}


def said(system: str, town: Town, days: NDArray[np.int64]) -> list[Signal]:
    return [signal for detector in SYSTEMS[system] for signal in detector(town, days)]


@dataclass(frozen=True)
class Outbreak:
    category: int
    places: tuple[int, ...]
    start: int
    days: int
    extra: NDArray[np.int64]  # (places, days)


def put_in(town: Town, seed: int) -> tuple[Town, list[Outbreak]]:
    """Return the town with an outbreak every fourteen weeks in turn of category: a place and its nearest, or an area.

    Cases more than usual are twice to six standard deviations of a week at these places, over one to three weeks.
    """
    random = np.random.default_rng(seed)
    counts = town.counts.copy()
    outbreaks = []
    for number, start in enumerate(range(BEFORE + LEARNED + 28, counts.shape[2] - 42, 98)):
        category = number % len(CATEGORIES)
        start += int(random.integers(0, 14))
        if random.uniform() < 0.5:
            center = int(random.integers(PLACES))
            near = np.argsort(np.hypot(*(town.xy - town.xy[center]).T))[: int(random.integers(1, 6))]
        else:
            near = np.flatnonzero(town.area == random.integers(AREAS))
        length = int(random.integers(7, 22))
        usual = town.mean[category, near, start : start + 7].sum()
        cases = int(np.ceil(random.uniform(2, 6) * np.sqrt(1.5 * max(usual, 1.0))))
        extra = np.zeros((len(near), length), dtype=np.int64)
        np.add.at(extra, (random.integers(0, len(near), cases), random.integers(0, length, cases)), 1)
        counts[category, near, start : start + length] += extra
        outbreaks.append(Outbreak(category, tuple(near.tolist()), start, length, extra))
    return replace(town, counts=counts), outbreaks


def found_after(outbreak: Outbreak, told: Sequence[Signal]) -> int | None:
    """Return after how many days an alarm named the category and a place of the outbreak, while it lasted or soon."""
    nights = [
        one.night - outbreak.start
        for one in told
        if one.source.split()[1] == CATEGORIES[outbreak.category]
        and outbreak.start <= one.night <= outbreak.start + outbreak.days + 7
        and (not one.places or not one.places.isdisjoint(outbreak.places))
    ]
    return min(nights, default=None)


def above(signals: Sequence[Signal], thresholds: dict[str, float]) -> list[Signal]:
    return [one for one in signals if one.strength >= thresholds.get(one.source, np.inf)]


def measure(towns: int, seed: int) -> dict[str, dict[str, float]]:
    """Return false alarms a month, and of the outbreaks the share found and the delay, for both systems."""
    learned = np.arange(BEFORE, BEFORE + LEARNED)
    judged = np.arange(BEFORE + LEARNED, BEFORE + LEARNED + JUDGED)
    alarms_a_month: dict[str, list[float]] = {name: [] for name in SYSTEMS}
    delays: dict[str, list[int | None]] = {name: [] for name in SYSTEMS}
    for number in range(towns):
        town = make_town(seed * 1000 + number)
        troubled, outbreaks = put_in(town, seed * 1000 + number + 500)
        for name in SYSTEMS:
            thresholds = alarms.learn(said(name, town, learned), nights=LEARNED, budget=BUDGET)
            quiet = alarms.new_alarms(said(name, town, judged), thresholds, BUDGET.quiet)
            alarms_a_month[name].append(len(quiet) / (JUDGED / alarms.NIGHTS_A_MONTH))
            told = above(said(name, troubled, judged), thresholds)
            delays[name] += [found_after(outbreak, told) for outbreak in outbreaks]
    return {name: summary(alarms_a_month[name], delays[name]) for name in SYSTEMS}


def nights_kept(town: Town, days: NDArray[np.int64]) -> list[watching.Look]:
    """Return what each night's look finds, as the product keeps it: recurrence in days, and what is behind it."""
    found: dict[int, list[watching.Finding]] = {int(day): [] for day in days}
    for detector, look in ((watching.NIGHTLY, scanned), (watching.AREAS, shaped)):
        for signal in _against_their_nights(look(town, days)):
            found[signal.night].append(_as_finding(detector, signal, float(np.exp(signal.strength))))
    looks = len(CATEGORIES) * (AREAS + 1) * len(watching.LENGTHS)
    for signal in by_day(town, days):
        p = -np.expm1(looks * np.log1p(-min(10.0**-signal.strength, 1 - 1e-12)))
        found[signal.night].append(_as_finding(watching.SERIES, signal, watching.recurrence(float(p), 1)))
    return [watching.Look(tuple(found[day]), looks) for day in sorted(found)]


def _against_their_nights(signals: Sequence[Signal]) -> list[Signal]:
    """Return signals by how far they lie above those of the first two years of their own category."""
    of: dict[str, list[float]] = {}
    for one in signals:
        if one.night < BEFORE + LEARNED:
            of.setdefault(one.source, []).append(one.strength)
    usual = {source: (float(np.mean(of[source])), float(np.std(of[source]))) for source in of}
    return [
        replace(one, strength=(one.strength - usual[one.source][0]) / usual[one.source][1]) for one in signals
    ]


def _as_finding(detector: str, signal: Signal, days: float) -> watching.Finding:
    category = signal.source.split()[1]
    behind = signal.places or frozenset(range(PLACES))
    return watching.Finding(
        detector=detector,
        category=category,
        area_id=None,
        center=None,
        radius_m=None,
        days=1,
        observed=1.0,
        expected=0.0,
        statistic=signal.strength,
        p=1 / days,
        recurrence_days=days,
        matters=tuple(sorted(PLACES * CATEGORIES.index(category) + place for place in behind)),
    )


def false_alarms_of_a_town(seed: int) -> float:
    """Return the false alarms a month of quiet years, at thresholds learned on the way as a town learns them."""
    town = make_town(seed)
    days = np.arange(BEFORE, BEFORE + LEARNED + JUDGED)
    looks = nights_kept(town, days)
    kept = [
        watching.Night(
            int(day), tuple((name, far, frozenset(ids)) for name, far, ids in watching.signals_of([look]))
        )
        for day, look in zip(days, looks, strict=True)
    ]
    told: list[Signal] = []
    learned: dict[str, float] = {}
    budget_alone = watching.threshold_days(
        BUDGET.alarms_a_month, (watching.NIGHTLY, watching.AREAS, watching.SERIES)
    )
    for at in range(LEARNED, len(days)):
        if (at - LEARNED) % REFIT == 0:
            learned = watching.learned_thresholds(kept[at - 365 : at], BUDGET.alarms_a_month, [])
        told += [
            Signal(
                int(days[at]), f"{one.detector} {one.category}", one.recurrence_days, frozenset(one.matters)
            )
            for one in watching.alarms(looks[at].findings, budget_alone, learned)
        ]
    begun = alarms.new_alarms(told, {one.source: 0.0 for one in told}, BUDGET.quiet)
    return len(begun) / (JUDGED / alarms.NIGHTS_A_MONTH)


def summary(alarms_a_month: Sequence[float], delays: Sequence[int | None]) -> dict[str, float]:
    found = [days for days in delays if days is not None]
    return {
        "quiet_years": len(alarms_a_month) * JUDGED / 364,
        "false_alarms_a_month": float(np.mean(alarms_a_month)),
        "of_budget": float(np.mean(alarms_a_month)) / BUDGET.alarms_a_month,
        "standard_error": float(np.std(alarms_a_month, ddof=1) / np.sqrt(len(alarms_a_month)))
        if len(alarms_a_month) > 1
        else 0.0,
        "outbreaks": len(delays),
        "found": len(found) / max(len(delays), 1),
        "found_in_seven_days": sum(days < 7 for days in found) / max(len(delays), 1),
        "median_delay_days": float(np.median(found)) if found else float("nan"),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--towns", type=int, default=50, help="each has four years that are judged")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    parser.add_argument(
        "--as-the-town", action="store_true", help="thresholds as an installed town learns them"
    )
    options = parser.parse_args()
    started = time.process_time()
    if options.as_the_town:
        every = [false_alarms_of_a_town(options.seed * 1000 + number) for number in range(options.towns)]
        print(describe("numpy", "scipy"))
        for name, number in summary(every, []).items():
            if number == number and not name.startswith(("outbreaks", "found")):
                print(f"  {name:24} {number:.3f}")
        print(f"\n{time.process_time() - started:.0f} s of processor")
        return 0
    result = measure(options.towns, options.seed)
    if options.json:
        print(json.dumps(result, indent=1))
        return 0
    print(describe("numpy", "scipy"))
    print(f"budget: {BUDGET.alarms_a_month} false alarms a month over all categories, for each system\n")
    for name, numbers in result.items():
        print(name)
        for key, value in numbers.items():
            print(f"  {key:24} {value:.3f}")
    print(f"\n{time.process_time() - started:.0f} s of processor")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
