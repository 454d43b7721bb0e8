"""Which unit handles a matter: train before October, test October, beside what a plain method gives.

Run with `bin/bench routing`. The columns that are only known after handling (how often it was handed on, whether
it was in time) and the number of the handling unit are not features. A unit is what its name says, letter by letter,
or, in the results "by number", what its number says: in October some units are written in a way they never were.
"""

import argparse
import json
import platform
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import OneHotEncoder

from maplebridge.kernel.tables import read_table
from maplebridge.learning.routing import evaluate, train
from maplebridge.learning.unit_names import as_known, one_name_each

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "matters_pingshan.csv.gz"
UNIT, NUMBER, TIME, FIRST_TEST_DAY = "DISPOSE_UNIT_NAME", "DISPOSE_UNIT_ID", "CREATE_TIME", "2018-10-01"
KNOWN_AFTERWARDS = {
    UNIT,
    NUMBER,
    "OPERATE_NUM",
    "OVERTIME_ARCHIVE_NUM",
    "INTIME_TO_ARCHIVE_NUM",
    "INTIME_ARCHIVE_NUM",
}
NAMES = [
    "STREET_NAME",
    "COMMUNITY_NAME",
    "EVENT_TYPE_NAME",
    "MAIN_TYPE_NAME",
    "SUB_TYPE_NAME",
    "EVENT_SRC_NAME",
    "EVENT_PROPERTY_NAME",
]
GOAL = {"top_1": 0.66, "top_3": 0.83}

Rows = list[dict[str, str]]


def most_frequent(
    past: Rows, later: Rows, columns: Sequence[str]
) -> tuple[list[str], npt.NDArray[np.float64]]:
    """A table: the unit that got most matters with these values, else most with the last value, else most."""
    units = sorted({row[UNIT] for row in past})
    levels = [columns, columns[-1:], []]
    tables: list[dict[tuple[str, ...], Counter[str]]] = [defaultdict(Counter) for _ in levels]
    for row in past:
        for table, level in zip(tables, levels, strict=True):
            table[tuple(row[column] for column in level)][row[UNIT]] += 1
    chances = np.zeros((len(later), len(units)))
    for number, row in enumerate(later):
        keys = [tuple(row[column] for column in level) for level in levels]
        found = next(table[key] for table, key in zip(tables, keys, strict=True) if key in table)
        for unit, count in found.items():
            chances[number, units.index(unit)] = count
    return units, chances


def logistic_regression(
    past: Rows, later: Rows, columns: Sequence[str]
) -> tuple[list[str], npt.NDArray[np.float64]]:
    encoder = OneHotEncoder(handle_unknown="ignore")
    values = encoder.fit_transform([[row[column] for column in columns] for row in past])
    model = LogisticRegression(max_iter=300).fit(values, [row[UNIT] for row in past])
    chances = model.predict_proba(encoder.transform([[row[column] for column in columns] for row in later]))
    return list(model.classes_), chances


def hits(units: list[str], chances: npt.NDArray[np.float64], later: Rows) -> dict[str, float]:
    best = np.argsort(-chances, axis=1, kind="stable")[:, :3]
    truth = [row[UNIT] for row in later]
    return {
        "top_1": round(np.mean([units[row[0]] == unit for row, unit in zip(best, truth, strict=True)]), 4),
        "top_3": round(
            np.mean([unit in {units[i] for i in row} for row, unit in zip(best, truth, strict=True)]), 4
        ),
    }


def under_one_name(past: Rows, later: Rows) -> tuple[Rows, Rows]:
    """Give each unit the name that its number had most often in the past, as the product does."""
    known_as = one_name_each([row[UNIT] for row in past], [row[NUMBER] for row in past])
    renamed = [
        [{**row, UNIT: as_known(row[UNIT], row[NUMBER], known_as)} for row in rows] for rows in (past, later)
    ]
    return renamed[0], renamed[1]


def product(past: Rows, later: Rows, columns: Sequence[str], *, by_number: bool = False) -> dict[str, Any]:
    start = time.perf_counter()
    numbers, later_numbers = ([row[NUMBER] for row in rows] if by_number else None for rows in (past, later))
    model = train(past, [row[UNIT] for row in past], columns, numbers=numbers)
    trained = time.perf_counter()
    result = evaluate(model, later, [row[UNIT] for row in later], later_numbers)
    start_one = time.perf_counter()
    for row in later[:500]:
        model.propose(row)
    each = (time.perf_counter() - start_one) / min(500, len(later))
    shown = ["top_1", "top_3", "macro_f1", "threshold", "coverage", "accuracy_above_threshold"]
    return {
        **{key: result[key] for key in shown},
        "rows_with_unseen_unit": sum(result["unseen_units"].values()),
        "training_s": round(trained - start, 1),
        "proposal_ms": round(each * 1000, 3),
        "chosen": {key: model.about[key] for key in ("half_life", "clock", "held_back_top_1")},
    }


def machine() -> dict[str, str]:
    cpu = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    return {
        "cpu": cpu,
        "python": platform.python_version(),
        **{name: version(name) for name in ("numpy", "scipy", "scikit-learn")},
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/bench routing", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    path = parser.parse_args().data
    if not path.exists():
        sys.exit(f"{path} is not there; name the matters with --data")
    table = read_table(path.read_bytes(), path.name)
    past = [row for row in table.rows if row[TIME] < FIRST_TEST_DAY]
    later = [row for row in table.rows if row[TIME] >= FIRST_TEST_DAY]
    everything = [column for column in table.columns if column not in KNOWN_AFTERWARDS]
    plain = [column for column in everything if column not in {TIME, "REC_ID"}]
    by_number = under_one_name(past, later)
    results: dict[str, Any] = {
        "most frequent unit of the type": hits(*most_frequent(past, later, ["SUB_TYPE_NAME"]), later),
        "most frequent unit of street and type": hits(
            *most_frequent(past, later, ["STREET_NAME", "SUB_TYPE_NAME"]), later
        ),
        "logistic regression, all columns": hits(*logistic_regression(past, later, plain), later),
        "product, names": product(past, later, NAMES),
        "product, names and time": product(past, later, [TIME, *NAMES]),
        "product, every column": product(past, later, everything),
        "product, codes only": product(past, later, [c for c in plain if c.endswith("_ID")]),
        "by number: most frequent unit of the type": hits(
            *most_frequent(*by_number, ["SUB_TYPE_NAME"]), by_number[1]
        ),
        "by number: logistic regression, all columns": hits(
            *logistic_regression(*by_number, plain), by_number[1]
        ),
        "by number: product, names and time": product(past, later, [TIME, *NAMES], by_number=True),
    }
    report = {
        "machine": machine(),
        "trained_on": len(past),
        "tested_on": len(later),
        "not_features_because_known_after_handling": sorted(KNOWN_AFTERWARDS - {UNIT}),
        "goal": GOAL,
        "results": results,
    }
    print(json.dumps(report, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
