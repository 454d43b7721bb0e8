"""Bounds of Farrington, Noufaily and EARS beside those of R's surveillance, run lengths, and the time a week costs.

Run with `bin/bench series`. The counts of Salmonella Agona and the bounds to compare with come from the R package
surveillance (Debian: r-cran-surveillance); without it only the times and the run lengths are shown.
"""

import argparse
import json
import shutil
import subprocess
import time
from dataclasses import replace

import numpy as np
from bench.machine import describe
from numpy.typing import NDArray

from maplebridge.kernel.statistics import series

WEEKS = np.arange(281, 312)
R = """
suppressMessages(library(surveillance)); data(salmonella.agona); s <- disProg2sts(salmonella.agona); r <- 282:312
tell <- function(name, x) cat(name, sprintf("%.9f", upperbound(x)), "|", which(alarms(x) == 1), "\\n")
cat("counts", observed(s), "|", 0, "\\n")
tell("farrington", farringtonFlexible(s, control=list(range=r, weightsThreshold=1)))
tell("original", farrington(s, control=list(range=r, alpha=0.1)))
start <- proc.time()
n <- farringtonFlexible(s, control=list(range=r, noPeriods=10, weightsThreshold=2.58, pastWeeksNotIncluded=26,
  pThresholdTrend=1, thresholdMethod="nbPlugin"))
spent <- (proc.time() - start)[1] + (proc.time() - start)[2]
tell("noufaily", n)
for (m in c("C1", "C2", "C3")) tell(m, earsC(s, control=list(range=r, method=m, alpha=0.001)))
cat("milliseconds", 1000 * spent / length(r), "|", 0, "\\n")
"""
# Published run lengths from a chain of some hundred states, which comes a little short of the limit.
RUN_LENGTHS = {(4, 0): 335.36, (4, 1): 8.38, (4, 2): 3.34, (5, 0): 930.86, (5, 1): 10.38, (5, 2): 4.01}


def of_r() -> dict[str, tuple[NDArray[np.float64], list[int]]]:
    """Return bounds and alarms by method, as R computes them; nothing where R or the package is missing."""
    if shutil.which("Rscript") is None:
        return {}
    ran = subprocess.run(["Rscript", "-e", R], capture_output=True, text=True, check=False)
    if ran.returncode:
        return {}
    found = {}
    for line in ran.stdout.splitlines():
        numbers, _, alarms = line.partition("|")
        name, *bounds = numbers.split()
        found[name] = np.array(bounds, dtype=float), [int(week) for week in alarms.split()]
    return found


def of_ours(counts: NDArray[np.int64]) -> dict[str, tuple[NDArray[np.float64], list[int]]]:
    """Return the same from ours."""
    found = {}
    for name, method in {
        "farrington": replace(series.FARRINGTON, like_surveillance=True),
        "original": series.FARRINGTON,
        "noufaily": series.NOUFAILY,
    }.items():
        judged = series.farrington(counts, WEEKS, method)
        found[name] = judged.upper[0], (np.flatnonzero(judged.alarm[0]) + 1).tolist()
    for name in ("C1", "C2", "C3"):
        upper, alarms = series.ears(counts, name, with_today=False)
        found[name] = upper[0, WEEKS], (np.flatnonzero(alarms[0, WEEKS]) + 1).tolist()
    return found


def beside_r() -> dict[str, float]:
    """Print our bounds beside R's; return the largest difference of each method."""
    theirs = of_r()
    if not theirs:
        print("R with surveillance is not here: no comparison")
        return {}
    ours = of_ours(theirs["counts"][0].astype(np.int64)[None])
    differences = {}
    for name, (upper, alarms) in ours.items():
        published, published_alarms = theirs[name]
        # Where R says nothing (fewer than five cases in four weeks), there is nothing to compare.
        told = np.isfinite(published) & (published > 0)
        differences[name] = float(np.abs(upper - published)[told].max())
        print(
            f"{name:10} largest difference {differences[name]:.1e}; first bounds {np.round(upper[:4], 4).tolist()};"
            f" alarms {alarms} (R {published_alarms})"
        )
    print(f"R: {theirs['milliseconds'][0][0]:.1f} ms a series and week (Noufaily)")
    return differences


def speed() -> dict[str, float]:
    """Return milliseconds of processor a series and week."""
    counts = np.random.default_rng(1).poisson(3, (100, 364))
    spent = {}
    for name, method in {"farrington": series.FARRINGTON, "noufaily": series.NOUFAILY}.items():
        for weeks in (1, 10):
            start = time.process_time()
            series.farrington(counts, np.arange(300, 300 + weeks), method)
            spent[f"{name}, 100 series x {weeks} weeks"] = (
                (time.process_time() - start) * 1000 / (100 * weeks)
            )
    return spent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.json:
        print(json.dumps({"milliseconds": speed()}, indent=1))
        return 0
    print(describe("numpy", "scipy"))
    beside_r()
    print("\nmilliseconds of processor a series and week")
    for name, spent in speed().items():
        print(f"  {name:32} {spent:.3f}")
    print("\nmean run lengths of the one-sided sum, allowance 0.5")
    for (limit, shift), published in RUN_LENGTHS.items():
        print(
            f"  limit {limit}, shift {shift}: {series.Cusum(0.5, limit).run_length(shift):.4f} (chain {published})"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
