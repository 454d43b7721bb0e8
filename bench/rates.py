"""Shrunken rates and Moran's I beside published answers, and beside R's spdep where it is installed.

    bin/bench rates

The tables are those of the tests (North Carolina, Scotland); the times are of 100,000 invented areas. In Debian spdep
is r-cran-spdep.
"""

import shutil
import subprocess
from collections.abc import Callable
from time import perf_counter

import numpy as np
from bench.machine import describe
from scipy.sparse import csr_array, diags_array
from tests.kernel.published import neighbors, numbers, table

from maplebridge.kernel.statistics.moran import moran, moran_of_rates, weights
from maplebridge.kernel.statistics.rates import gamma_poisson, marshall, marshall_local

AREAS = 100_000
IN_R = """
suppressMessages(library(spdep)); set.seed(1)
x <- rgamma(100000, 2, 1/4000) + 100; n <- rpois(100000, x * 0.002)
t <- system.time(for (i in 1:5) EBest(n, x)); cat("EBest", 1000 * t[["elapsed"]] / 5, "\\n")
nb <- lapply(1:100000, function(i) as.integer(c(i - 2, i - 1, i + 1, i + 2)))
nb <- lapply(nb, function(v) v[v >= 1 & v <= 100000]); class(nb) <- "nb"
t <- system.time(EBlocal(n, x, nb)); cat("EBlocal", 1000 * t[["elapsed"]], "\\n")
"""


def main() -> None:
    print(describe("numpy", "scipy"), "\n")
    county, lips = table("nc_sids.csv"), table("lip_cancer.csv")
    deaths, births, near = (
        numbers(county["deaths"]),
        numbers(county["births"]),
        neighbors(county["neighbors"]),
    )
    risks = gamma_poisson(numbers(lips["observed"]), numbers(lips["expected"]))
    binary = weights(near, "binary")
    answers = {
        "global, county 5 (spdep EBest)": (marshall(deaths, births).rates[4], 0.0035349131491551),
        "local, county 5 (spdep EBlocal)": (marshall_local(deaths, births, near)[4], 0.00501538812264904),
        "gamma-Poisson, Skye-Lochalsh (SpatialEpi)": (risks.risks[0], 3.997362),
        "gamma-Poisson, Banff-Buchan (SpatialEpi)": (risks.risks[1], 4.079111),
        "Moran's I (spdep)": (moran(deaths / births, binary).statistic, 0.2100464542737466),
        "Moran's I of rates (spdep EBImoran)": (moran_of_rates(deaths, births, binary), 0.24299380400792),
    }
    for name, (ours, published) in answers.items():
        print(f"{name:<44} {ours:.10f}  differs by {abs(ours - published):.1e}")
    time_ours()
    time_r()


def time_ours() -> None:
    generator = np.random.default_rng(1)
    people = generator.gamma(2, 4000, AREAS) + 100
    events = generator.poisson(people * 0.002)
    near = csr_array(diags_array([1.0, 1, 1, 1], offsets=[-2, -1, 1, 2], shape=(AREAS, AREAS)))
    print()
    for name, work in (
        ("EBest", lambda: marshall(events, people)),
        ("EBlocal", lambda: marshall_local(events, people, near)),
        ("eBayes", lambda: gamma_poisson(events, people * 0.002)),
    ):
        print(f"{AREAS} areas, {name:<8} {milliseconds(work):8.1f} ms")


def milliseconds(work: Callable[[], object]) -> float:
    work()
    started = perf_counter()
    for _ in range(3):
        work()
    return 1000 * (perf_counter() - started) / 3


def time_r() -> None:
    if shutil.which("Rscript") is None:
        print("R is not installed: not timed beside")
        return
    ran = subprocess.run(["Rscript", "-e", IN_R], capture_output=True, text=True, check=False)
    if ran.returncode:
        print("R has no spdep: not timed beside")
        return
    for line in ran.stdout.splitlines():
        name, _, took = line.partition(" ")
        if name in ("EBest", "EBlocal"):
            print(f"{AREAS} areas, {name:<8} {float(took):8.1f} ms in R")


if __name__ == "__main__":
    main()
