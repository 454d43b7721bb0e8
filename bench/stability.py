"""How often a grade changes without cause, and how soon it follows a doubling: simulated towns, truth known.

    bin/bench stability [--seed N] [--months 200] [--areas 62] [--events 9] [--doublings 200]

Areas whose true relative risks differ (gamma, standard deviation 0.27) have so many events a month on average. For
`--months` months nothing changes: every change of color is false. Then, in towns of their own, one area in each
fourth doubles after 30 months; it is found when its color is worse than before. Areas that were black already cannot
get worse and are left out. The method is the product's default, with one indicator.
"""

import argparse
import json
from datetime import date
from time import process_time

import numpy as np
from bench.machine import describe
from numpy.typing import NDArray

from maplebridge.grading.domain.history import History
from maplebridge.grading.domain.method import Color, Indicator, Method, Source
from maplebridge.grading.domain.monthly import grade_month
from maplebridge.kernel.periods import Month

SPREAD = 0.27
LEARNING = 24  # months before anything is counted: a town has its history when it begins
CALM, GROWING = 30, 44  # months before a doubling, and months in all
CUTS = (0.8, 1.1, 1.4, 1.8)
NEVER = 99


def main() -> None:
    options = arguments()
    method = the_method()
    started = process_time()
    product = calm(method, options, options.seed)
    delays = doublings(method, options)
    seconds = process_time() - started
    naive = calm_by_raw_counts(options)
    result = {
        "areas": options.areas,
        "months": options.months,
        "events_a_month": options.events,
        "seed": options.seed,
        "false_changes_a_month": round(product[0], 2),
        "exact_color": round(product[1], 3),
        "off_by_two": round(product[2], 4),
        "gray": round(product[3], 4),
        "doublings": len(delays),
        "delay_median": float(np.quantile(delays, 0.5)),
        "delay_90": float(np.quantile(delays, 0.9)),
        "found_within_3": round(float((delays <= 3).mean()), 3),
        "raw_counts_false_changes": round(naive[0], 1),
        "raw_counts_exact_color": round(naive[1], 3),
        "seconds_of_computing": round(seconds, 1),
    }
    if options.json:
        print(json.dumps(result))
        return
    print(describe("numpy", "scipy"), "\n")
    for name, value in result.items():
        print(f"{name:<28} {value}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--months", type=int, default=200)
    parser.add_argument("--areas", type=int, default=62)
    parser.add_argument("--events", type=float, default=9)
    parser.add_argument("--doublings", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def the_method() -> Method:
    indicator = Indicator("incidents", "incidents", Source.FILE, (), "residents", weight=1, bands=CUTS)
    return Method("default", date(2020, 1, 1), (indicator,))


def truth_of(risk: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the true colors: an area is graded by how many times the rate of its town it has."""
    return np.searchsorted(CUTS, risk[:, 0] / risk[:, 0].mean())


def town(areas: int, months: int, events: float, generator: np.random.Generator) -> NDArray[np.float64]:
    """Return true relative risks, areas x months."""
    shape = 1 / SPREAD**2
    return np.repeat(generator.gamma(shape, 1 / shape, (areas, 1)), months, axis=1)


def history(counts: NDArray[np.float64], events: float) -> History:
    exposure = np.full((*counts.shape[:1], 1, counts.shape[1]), events)
    return History(np.arange(len(counts)), Month(2030, 12), counts[:, None, :], exposure)


def calm(method: Method, options: argparse.Namespace, seed: int) -> tuple[float, float, float, float]:
    """Return false changes a month, exact colors, colors off by two or more, and gray ones."""
    generator = np.random.default_rng(seed)
    risk = town(options.areas, LEARNING + options.months + 1, options.events, generator)
    counts = generator.poisson(options.events * risk).astype(float)
    truth = truth_of(risk)
    held = None
    changes, exact, far, gray = [], [], [], []
    for month in range(LEARNING, counts.shape[1]):
        seen = counts[:, max(0, month - 59) : month + 1]  # five years are kept
        grades = grade_month(history(seen, options.events), method, held, seed)
        if held is not None:
            changes.append(int((grades.held != held).sum()))
            graded = grades.color != Color.GRAY
            gray.append(float(1 - graded.mean()))
            if graded.any():
                exact.append(float((grades.color == truth)[graded].mean()))
                far.append(float((np.abs(grades.color - truth)[graded] >= 2).mean()))
        held = grades.held
    return float(np.mean(changes)), mean(exact), mean(far), mean(gray)


def mean(shares: list[float]) -> float:
    return float(np.mean(shares)) if shares else float("nan")


def calm_by_raw_counts(options: argparse.Namespace) -> tuple[float, float]:
    generator = np.random.default_rng(options.seed)
    risk = town(options.areas, LEARNING + options.months + 1, options.events, generator)
    counts = generator.poisson(options.events * risk)[:, LEARNING:]
    colors = np.searchsorted(CUTS, counts / counts.mean(axis=0))
    truth = truth_of(risk)[:, None]
    return float((np.diff(colors, axis=1) != 0).sum(axis=0).mean()), float((colors == truth).mean())


def doublings(method: Method, options: argparse.Namespace) -> NDArray[np.int64]:
    """Return after how many months each doubling was found."""
    delays: list[int] = []
    town_seed = options.seed + 10_000
    while len(delays) < options.doublings:
        generator = np.random.default_rng(town_seed)
        risk = town(options.areas, GROWING, options.events, generator)
        doubled = np.arange(0, options.areas, 4)
        risk[doubled, CALM:] *= 2
        delays += found_after(
            generator.poisson(options.events * risk).astype(float), doubled, method, options, town_seed
        )
        town_seed += 1
    return np.array(delays[: options.doublings])


def found_after(
    counts: NDArray[np.float64],
    doubled: NDArray[np.int64],
    method: Method,
    options: argparse.Namespace,
    seed: int,
) -> list[int]:
    held = before = None
    found = np.full(len(counts), NEVER)
    for month in range(LEARNING, GROWING):
        grades = grade_month(history(counts[:, : month + 1], options.events), method, held, seed)
        if month == CALM:
            before = held
        held = grades.held
        if before is not None:
            new = (held > before) & (found == NEVER)
            found[new] = month - CALM + 1
    assert before is not None
    return [int(found[area]) for area in doubled if before[area] < Color.BLACK]


if __name__ == "__main__":
    main()
