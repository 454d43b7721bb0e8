"""What the door keeps private, when it shows an emergency number, and what it does so for needlessly.

`door_danger.csv` was written and put aside before the sentences and signs that it judges; nothing is tuned on it.
`private` says that a message must stay out of a group; `numbers` which emergency numbers are right, empty where none
is asked for. A message without either is ordinary, however dangerous it sounds.
"""

import argparse
import csv
from pathlib import Path

from maplebridge.matters.data import door
from maplebridge.matters.domain.catalogue import Severity

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
    urgent = [(row, one.emergency in row["numbers"].split()) for row, one in read if row["numbers"]]
    pressing = [(row, one.severity is Severity.URGENT) for row, one in read if row["numbers"]]
    ordinary = [(row, one) for row, one in read if not row["private"] and not row["numbers"]]
    for name, judged in (
        ("kept private", private),
        ("right emergency number", urgent),
        ("read as urgent", pressing),
        ("ordinary: let into the group", [(row, not one.confidential) for row, one in ordinary]),
        ("ordinary: no number", [(row, one.emergency is None) for row, one in ordinary]),
    ):
        right = sum(good for _, good in judged)
        print(f"{name:32} {right:4} of {len(judged)}  {right / len(judged):.1%}")
        if options.verbose:
            print(*(f"  {row['text']}" for row, good in judged if not good), sep="\n")


if __name__ == "__main__":
    main()
