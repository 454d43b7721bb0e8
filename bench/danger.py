"""What the door keeps private, when it shows an emergency number, and what it does so for needlessly.

`door_danger.csv`, and after it `door_danger_second.csv`, `door_danger_third.csv` and `door_danger_fourth.csv`, were
written and put aside before the sentences, signs and models that they judge; nothing is tuned on them. `private` says
that a message must stay out of a group; `numbers` which emergency numbers are right, empty where none is asked for;
`needed`, where it is given, those without which somebody is not helped. A message without numbers is no emergency,
however dangerous it sounds.
"""

import argparse
import csv
from pathlib import Path

from maplebridge.matters.data import door
from maplebridge.matters.domain.catalogue import Severity
from maplebridge.matters.domain.triage import Proposal

HERE = Path(__file__).parent


def main() -> None:
    """Print how many are right in each respect."""
    parser = argparse.ArgumentParser(prog="bin/bench danger", description=__doc__)
    parser.add_argument("--messages", type=Path, default=HERE / "door_danger.csv")
    parser.add_argument("-v", "--verbose", action="store_true", help="show what was read wrongly")
    options = parser.parse_args()
    with options.messages.open(encoding="utf-8", newline="") as file:
        marked = list(csv.DictReader(file))
    read = [(row, door().propose(row["text"])) for row in marked]
    private = [(row, one.confidential) for row, one in read if row["private"]]
    in_danger = [(row, one) for row, one in read if row["numbers"]]
    needing = [(row, set(row["needed"].split()), one) for row, one in in_danger if row.get("needed")]
    ordinary = [(row, one) for row, one in read if not row["private"] and not row["numbers"]]
    for name, judged in (
        ("kept private", private),
        ("in danger: some number", [(row, bool(one.numbers)) for row, one in in_danger]),
        (
            "right emergency number first",
            [(row, (one.emergency or "-") in row["numbers"]) for row, one in in_danger],
        ),
        ("... and none that is wrong", [(row, _all_right(row, one)) for row, one in in_danger]),
        ("every number needed", [(row, needed <= set(one.numbers)) for row, needed, one in needing]),
        ("read as urgent", [(row, one.severity is Severity.URGENT) for row, one in in_danger]),
        ("ordinary: let into the group", [(row, not one.confidential) for row, one in ordinary]),
        ("ordinary: no number", [(row, one.emergency is None) for row, one in ordinary]),
    ):
        if not judged:
            continue
        right = sum(good for _, good in judged)
        print(f"{name:32} {right:4} of {len(judged)}  {right / len(judged):.1%}")
        if options.verbose:
            print(*(f"  {row['text']}" for row, good in judged if not good), sep="\n")


def _all_right(row: dict[str, str], read: Proposal) -> bool:
    return bool(read.numbers) and set(read.numbers) <= set(row["numbers"].split())


if __name__ == "__main__":
    main()
