"""How long a month's grades take: arrays in, arrays out.

    bin/bench grading [--areas 600000] [--draws 1000]

Five indicators (four rates, one of answers), 36 months, seasons, memory and window, the latest month drawn. Then the
size of a city as the product shows it: 62 stations and 250 beats, everything, with explanations and robustness.
"""

import argparse
import resource
from dataclasses import replace
from datetime import date
from time import perf_counter, process_time

import numpy as np
from bench.machine import describe

from maplebridge.grading.domain.explaining import explain
from maplebridge.grading.domain.history import History
from maplebridge.grading.domain.method import Indicator, Kind, Method, Source
from maplebridge.grading.domain.monthly import grade_month
from maplebridge.grading.domain.robustness import robustness
from maplebridge.kernel.periods import Month
from maplebridge.kernel.statistics.composite import Direction

MONTHS = 36
RATES = {
    "theft": 8.0,
    "fraud": 5.0,
    "fights": 3.0,
    "traffic": 4.0,
}  # events a month in an area of average size


def main() -> None:
    options = arguments()
    print(describe("numpy", "scipy"), "\n")
    method = the_method()
    large = city(options.areas, seed=1)
    before = peak_mb()
    held = grade_month(large.only(np.arange(1000)), method, None, 1).held  # what is computed once is loaded
    held = np.zeros(options.areas, np.int8) + int(np.median(held))
    started, computed = perf_counter(), process_time()
    grades = grade_month(large, method, held, seed=1, draws=options.draws)
    print(
        f"{options.areas} areas x {len(RATES) + 1} indicators x {MONTHS} months, {options.draws} draws: "
        f"{perf_counter() - started:.1f} s, {process_time() - computed:.1f} s of computing, "
        f"at most {peak_mb():.0f} MB ({before:.0f} MB of it before)"
    )
    print(f"  colors from gray to black: {np.bincount(grades.color + 1, minlength=6).tolist()}")
    small = [city(62, seed=2), city(250, seed=3, size=0.5)]
    started, computed = perf_counter(), process_time()
    for history in small:
        full_run(history, method)
    print(
        f"62 stations and 250 beats, two months each, robustness and every explanation: "
        f"{perf_counter() - started:.2f} s, {process_time() - computed:.2f} s of computing"
    )


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--areas", type=int, default=600_000)
    parser.add_argument("--draws", type=int, default=1000)
    return parser.parse_args()


def the_method() -> Method:
    rates = tuple(Indicator(code, code, Source.FILE, (), "residents", weight=1) for code in RATES)
    view = replace(rates[0], code="view", name="view", denominator="answers", source=Source.SURVEY)
    view = replace(view, kind=Kind.SHARE, direction=Direction.MORE_IS_BETTER, bands=(0.85, 0.75, 0.65, 0.55))
    return Method("bench", date(2020, 1, 1), (*rates, view))


def city(areas: int, seed: int, size: float = 1.0) -> History:
    """Return counts of an invented city, in single precision, made a part at a time."""
    generator = np.random.default_rng(seed)
    counts = np.empty((areas, len(RATES) + 1, MONTHS), np.float32)
    exposure = np.empty_like(counts)
    people = size * generator.lognormal(np.log(8000), 0.4, areas)
    season = 1 + 0.2 * np.sin(2 * np.pi * np.arange(MONTHS) / 12)
    for start in range(0, areas, 50_000):
        rows = slice(start, min(start + 50_000, areas))
        count = rows.stop - rows.start
        for place, events in enumerate(RATES.values()):
            risk = generator.gamma(13, 1 / 13, (count, 1))
            exposure[rows, place] = people[rows, None]
            counts[rows, place] = generator.poisson(events / 8000 * risk * people[rows, None] * season)
        answers = generator.poisson(15, (count, MONTHS))
        exposure[rows, -1] = answers
        counts[rows, -1] = generator.binomial(answers, generator.beta(30, 12, (count, 1)))
    return History(np.arange(areas), Month(2026, 8), counts, exposure)


def full_run(history: History, method: Method) -> None:
    before = grade_month(history.until(history.last - 1), method, None, 1)
    grades = grade_month(history, method, before.held, 1)
    robustness(grades, seed=1)
    for row in range(len(history.areas)):
        explain(row, grades, history, before)


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
