"""A composite indicator from raw data and its tree, beside what another program made of them.

    bin/bench composite [--data F --meta F] [--expected F] [--denominators] [--json]

`--data` has a row a unit with a column uCode and one for each indicator, `--meta` iCode, Parent, Weight, Direction,
Type (and Denominator) as the R package COINr writes them. Scales: min-max to 1..100, z-score to mean 10 and deviation
2, ranks; means: arithmetic and geometric. Values are compared with columns of `--expected` named as ours. Indicators
are taken as they stand; with --denominators each is divided by its own. COINr is not in Debian, so it is not timed
beside: its uncertainty analysis of this example took 0.25 s a replication on another machine of this kind.
"""

import argparse
import json
import sys
from pathlib import Path
from time import perf_counter

import numpy as np
from bench.machine import describe
from numpy.typing import NDArray

from maplebridge.kernel.statistics.composite import (
    Aggregation,
    Direction,
    Node,
    directed,
    index,
    min_max,
    ranks,
    z_score,
)
from maplebridge.kernel.tables import Table, read_table

DATA = Path(__file__).parents[2] / "shared/data/composite"
WAYS = {
    "minmax_amean": (min_max, Aggregation.ARITHMETIC),
    "minmax_gmean": (min_max, Aggregation.GEOMETRIC),
    "zscore_amean": (z_score, Aggregation.ARITHMETIC),
    "rank_amean": (ranks, Aggregation.ARITHMETIC),
}
REPLICATIONS = 200
Floats = NDArray[np.float64]


def main() -> None:
    options = arguments()
    data, meta = (read_table(path.read_bytes(), path.name) for path in (options.data, options.meta))
    units = [row["uCode"] for row in data.rows]
    tree = tree_of(meta)
    root = next(node.code for node in tree if node.parent is None)
    values, directions = values_of(data, meta, options.denominators)
    codes = [row["iCode"] for row in meta.rows if row["Type"] == "Indicator"]
    made: dict[str, Floats] = {}
    for name, (scale, how) in WAYS.items():
        groups = index(dict(zip(codes, scale(directed(values, directions)).T, strict=True)), tree, how)
        made |= {name if code == root else f"{name}_{code}": column for code, column in groups.items()}
    if options.json:
        told = {name: dict(zip(units, map(plain, column), strict=True)) for name, column in made.items()}
        json.dump(told, sys.stdout, ensure_ascii=False)
        print()
        return
    print(describe("numpy"), "\n")
    print(f"{len(units)} units, {len(codes)} indicators, {len(tree) - len(codes)} groups")
    if options.expected and options.expected.exists():
        compare(made, units, read_table(options.expected.read_bytes(), options.expected.name))
    started = perf_counter()
    generator = np.random.default_rng(1)
    for _ in range(REPLICATIONS):
        again = [Node(one.code, one.parent, one.weight * generator.uniform(0.75, 1.25)) for one in tree]
        index(
            dict(zip(codes, min_max(directed(values, directions)).T, strict=True)),
            again,
            Aggregation.ARITHMETIC,
        )
    each = (perf_counter() - started) / REPLICATIONS
    print(f"one replication with other weights: {1000 * each:.2f} ms")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DATA / "asem_data.csv")
    parser.add_argument("--meta", type=Path, default=DATA / "asem_meta.csv")
    parser.add_argument("--expected", type=Path, default=DATA / "asem_expected.csv")
    parser.add_argument("--denominators", action="store_true")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def number(cell: str) -> float:
    return float(cell) if cell not in ("", "NA") else float("nan")


def plain(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def tree_of(meta: Table) -> list[Node]:
    return [
        Node(row["iCode"], None if row["Parent"] in ("", "NA") else row["Parent"], number(row["Weight"]))
        for row in meta.rows
        if row["Type"] in ("Indicator", "Aggregate")
    ]


def values_of(data: Table, meta: Table, divide: bool) -> tuple[Floats, list[Direction]]:
    columns, directions = [], []
    rows = data.rows
    for one in meta.rows:
        if one["Type"] != "Indicator":
            continue
        column = np.array([number(row[one["iCode"]]) for row in rows])
        if divide and one.get("Denominator") not in ("", "NA", None):
            column = column / np.array([number(row[one["Denominator"]]) for row in rows])
        columns.append(column)
        better = number(one["Direction"]) > 0
        directions.append(Direction.MORE_IS_BETTER if better else Direction.MORE_IS_WORSE)
    return np.stack(columns, axis=1), directions


def compare(made: dict[str, Floats], units: list[str], expected: Table) -> None:
    known = {row["uCode"]: row for row in expected.rows}
    for name, column in made.items():
        if name in expected.columns:
            wanted = np.array([number(known[unit][name]) for unit in units])
            print(f"  {name:<24} largest difference {np.nanmax(np.abs(column - wanted)):.1e}")


if __name__ == "__main__":
    main()
