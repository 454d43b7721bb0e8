"""How well the product's own door reads messages that were marked before it read them.

`door_messages.csv`: category, leading agency and severity all right. `door_group_messages.csv`: what is a matter.
`door_strangers.csv`: 240 messages in nine voices, in two halves: A to develop with, B to judge with
(`--messages FILE --half B`). `door_judges.csv`: 60 messages by another hand than the training sentences, to judge
with; nothing is ever tuned on them. `door_development.csv`: 269 in every category and many registers, with talk, to
develop with (`--messages FILE`). Where a reasonable person could choose two categories or two agencies, both are
marked.
"""

import argparse
import csv
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np

from maplebridge.matters.data import door
from maplebridge.matters.domain.triage import Kind

HERE = Path(__file__).parent
GOAL = 0.80


def rows(path: Path) -> list[dict[str, str]]:
    """Return the marked messages of a file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_messages(marked: list[dict[str, str]], *, verbose: bool) -> float:
    """Print how many are right in each respect; return the share right in all three."""
    right = Counter[str]()
    talk = [row for row in marked if not row["category"]]
    if talk:
        known = sum(door().propose(row["text"]).kind == row["kind"].lower() for row in talk)
        print(f"{'kind, of what is no matter':32} {known:4} of {len(talk)}  {known / len(talk):.1%}")
    marked = [row for row in marked if row["category"]]
    for row in marked:
        proposal = door().propose(row["text"])
        codes = [guess.code for guess in proposal.categories]
        wanted = {row["category"], *row["also"].split()}
        good = {
            "kind": proposal.kind == row["kind"].lower(),
            "category": codes[0] in wanted,
            "category in top 3": bool(wanted & set(codes)),
            "agency": proposal.lead in row["agency"].split(),
            "severity": str(int(proposal.severity)) in row["severity"].split(),
            "decided": proposal.decided,
        }
        good["category, agency and severity"] = good["category"] and good["agency"] and good["severity"]
        good["decided and wrong category"] = good["decided"] and not good["category"]
        right.update(name for name, value in good.items() if value)
        if verbose and not good["category, agency and severity"]:
            print(f"  {row['text']}\n    wanted {row['category']} {row['agency']} {row['severity']}", end="")
            print(f"; got {codes} {proposal.lead} {int(proposal.severity)}")
    for name in right:
        print(f"{name:32} {right[name]:4} of {len(marked)}  {right[name] / len(marked):.1%}")
    return right["category, agency and severity"] / len(marked)


def read_group(path: Path, *, verbose: bool) -> None:
    """Print precision and recall of 'is a matter', and how kinds are told apart."""
    pairs = []
    for row in rows(path):
        said = (row["open_matter"],) if row["open_matter"] else ()
        proposal = door().propose(row["text"], open_matter_texts=said)
        pairs.append((Kind(row["kind"].lower()), proposal.kind, proposal.kind_decided))
        if verbose and pairs[-1][0] != pairs[-1][1]:
            print(f"  {row['text']}  {pairs[-1][0]} -> {proposal.kind} {proposal.kind_probability:.2f}")
    for name, chosen in (("all", pairs), ("decided alone", [pair for pair in pairs if pair[2]])):
        hits = sum(truth == read == Kind.MATTER for truth, read, _ in chosen)
        read_as = sum(read == Kind.MATTER for _, read, _ in chosen)
        are = sum(truth == Kind.MATTER for truth, _, _ in chosen)
        same = sum(truth == read for truth, read, _ in chosen)
        print(f"{name}: {len(chosen)} messages, kind right {same / len(chosen):.1%}, is a matter:", end=" ")
        print(f"precision {hits / max(read_as, 1):.1%}, recall {hits / max(are, 1):.1%}")


def read_clock(marked: list[dict[str, str]]) -> None:
    """Print how long one message takes, loading apart."""
    took = []
    for row in marked * 10:
        start = time.perf_counter()
        door().propose(row["text"])
        took.append(1000 * (time.perf_counter() - start))
    took = took[len(took) // 10 :]  # the first round warms caches up
    print(f"a message: median {np.median(took):.2f} ms, p95 {np.percentile(took, 95):.2f} ms")


def main() -> int:
    """Read both files; fail below the goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=Path, default=HERE / "door_messages.csv")
    parser.add_argument("--judges", type=Path, default=HERE / "door_judges.csv")
    parser.add_argument("--half", choices=("A", "B"), help="only this half of the messages")
    parser.add_argument("--group", type=Path, default=HERE / "door_group_messages.csv")
    parser.add_argument("-v", "--verbose", action="store_true", help="show what was read wrongly")
    options = parser.parse_args()
    marked = [row for row in rows(options.messages) if options.half in (None, row.get("half"))]
    share = read_messages(marked, verbose=options.verbose)
    print(f"judged by {options.judges.name}:")
    share = min(share, read_messages(rows(options.judges), verbose=False))
    read_group(options.group, verbose=options.verbose)
    read_clock(marked)
    return 0 if share >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
