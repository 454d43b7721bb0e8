"""How satisfied each area is, with the error of having asked only some: from a table of answers.

    bin/bench survey [--data F --area COL --item COL] [--json]

Answers are 1 to 5, of which 4 and 5 are satisfied; 9 is "I don't know" and is told apart; anything else is no answer.
The interval is Wilson's at 95 %. Beside it stands the share partially pooled over the areas, with its 90 % interval.
Without --json it also says how well small samples of an area foretell the whole of it, with and without pooling.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from bench.machine import describe
from numpy.typing import NDArray

from maplebridge.kernel.statistics.rates import wilson
from maplebridge.kernel.statistics.survey import Design, answered, pooled_shares
from maplebridge.kernel.tables import read_table

DATA = Path(__file__).parents[2] / "shared/data/survey_kcmo.csv.gz"
DONT_KNOW = 9
SAMPLE, TIMES = 15, 400
Numbers = NDArray[np.int64]


def main() -> None:
    options = arguments()
    areas, answers = answers_in(options.data, options.area, options.item)
    result = by_area(areas, answers)
    if options.json:
        print(json.dumps(result, ensure_ascii=False))
        return
    print(describe("numpy", "scipy"), "\n")
    print(f"{'area':<12} {'answers':>7} {'no idea':>7} {'share':>6} {'95 %':>15} {'pooled':>7} {'90 %':>15}")
    for one in result:
        print(
            f"{one['area']:<12} {one['answers']:>7} {one['dont_know']:>7} {one['share']:>6.3f} "
            f"{one['lower']:>7.3f}-{one['upper']:.3f} {one['pooled']:>9.3f} "
            f"{one['pooled_lower']:>7.3f}-{one['pooled_upper']:.3f}"
        )
    foretell(areas, answers)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--area", default="counci")
    parser.add_argument("--item", default="q1_01")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def answers_in(path: Path, area: str, item: str) -> tuple[list[str], Numbers]:
    """Return where each answer is from, and what it is; 0 is no answer. Rows without an area are left out."""
    table = read_table(path.read_bytes(), path.name)
    table.require(area, item, name=path.name)
    rows = [row for row in table.rows if row[area].strip() not in ("", "NA")]
    return [row[area].strip() for row in rows], np.array([whole(row[item]) for row in rows])


def whole(cell: str) -> int:
    try:
        return int(float(cell))
    except ValueError:
        return 0


def by_area(areas: list[str], answers: Numbers) -> list[dict[str, object]]:
    names, place = np.unique(areas, return_inverse=True)
    told = [
        answered(answers[place == row], Design.of(np.ones((place == row).sum()))) for row in range(len(names))
    ]
    yes = np.array(
        [((answers[place == row] == 4) | (answers[place == row] == 5)).sum() for row in range(len(names))]
    )
    asked = np.array([one.answers for one in told])
    pooled = pooled_shares(yes, asked)
    found: list[dict[str, object]] = []
    for row, name in enumerate(names.tolist()):
        lower, upper = wilson(float(yes[row]), float(asked[row]))
        found.append(
            {
                "area": name,
                "answers": int(asked[row]),
                "dont_know": told[row].dont_know,
                "share": float(yes[row] / asked[row]) if asked[row] else None,
                "lower": lower,
                "upper": upper,
                "pooled": float(pooled.shares[row]),
                "pooled_lower": float(pooled.lower[row]),
                "pooled_upper": float(pooled.upper[row]),
            }
        )
    return found


def foretell(areas: list[str], answers: Numbers) -> None:
    """Draw a few answers from each area many times: how far is their share from that of all others there?"""
    generator = np.random.default_rng(1)
    names, place = np.unique(areas, return_inverse=True)
    opinions = [answers[(place == row) & (answers >= 1) & (answers <= 5)] >= 4 for row in range(len(names))]
    opinions = [one for one in opinions if len(one) >= 4 * SAMPLE]
    if len(opinions) < 2:
        return
    raw, pooled = [], []
    for _ in range(TIMES):
        mixed = [generator.permutation(one) for one in opinions]
        yes = np.array([one[:SAMPLE].sum() for one in mixed])
        rest = np.array([one[SAMPLE:].mean() for one in mixed])
        raw.append((yes / SAMPLE - rest) ** 2)
        pooled.append((pooled_shares(yes, np.full(len(yes), SAMPLE)).shares - rest) ** 2)
    print(
        f"\n{SAMPLE} answers an area, {TIMES} times: root mean square error of the share "
        f"{np.mean(raw) ** 0.5:.4f} alone, {np.mean(pooled) ** 0.5:.4f} pooled"
    )


if __name__ == "__main__":
    main()
