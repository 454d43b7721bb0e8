"""Are the messages about one thing found together? Issues marked by hand, ours beside a plain TF-IDF graph.

Run with `bin/bench hot_issues`. The marks (hot_issues_marked.csv, ids only) were made by reading. "develop" and
"judge" were marked before anything was built. Judged once, the first rules found 0.803 of "judge" at precision
0.975, the second, set on both, 0.983 of "confirm" at 0.749, the third were set on all three. "drawn" judges
these: fourteen issues to which messages drawn at random belong, marked without looking at what is found.
For each marked issue the found issue that fits best
(highest F1) is taken. MinHash is not run here: it needs a package that the product does not use.
"""

import argparse
import csv
import json
import platform
import random
import sys
import time
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from scipy.sparse.csgraph import connected_components
from sklearn.feature_extraction.text import TfidfVectorizer

from maplebridge.kernel.tables import read_table
from maplebridge.learning.hot_issues import Message, hot_issues

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[1] / "shared" / "data" / "messages_hot_issues.csv.gz"
MARKED = HERE / "hot_issues_marked.csv"
PARTS = ("develop", "judge", "confirm", "drawn")
GRAPH_THRESHOLD = 0.2
MANY = 50_000
GOAL = {"recall": 0.90, "precision": 0.95}

Groups = Sequence[Collection[str]]


def read_messages(path: Path) -> list[Message]:
    return [
        Message(
            id=row["id"],
            title=row["title"],
            text=row["detail"],
            at=datetime.fromisoformat(row["t"]),
            person=row["user"],
            likes=int(row["likes"]),
        )
        for row in read_table(path.read_bytes(), path.name).rows
    ]


def read_marked() -> dict[str, set[str]]:
    marked: dict[str, set[str]] = defaultdict(set)
    with MARKED.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            marked[row["issue"]].add(row["message_id"])
    return dict(marked)


def tfidf_graph(messages: Sequence[Message]) -> Groups:
    """The plain way: runs of 2 to 4 characters, connected components of what is alike at least 0.2."""
    texts = [f"{message.title} {message.text}" for message in messages]
    rows = TfidfVectorizer(analyzer="char", ngram_range=(2, 4)).fit_transform(texts)
    graph = (rows @ rows.T) >= GRAPH_THRESHOLD
    groups: dict[int, list[str]] = defaultdict(list)
    for message, component in zip(messages, connected_components(graph, directed=False)[1], strict=True):
        groups[int(component)].append(message.id)
    return [group for group in groups.values() if len(group) > 1]


def product(messages: Sequence[Message]) -> Groups:
    return [issue.message_ids for issue in hot_issues(messages)]


def fit(marked: set[str], found: Groups) -> dict[str, Any]:
    best = max(found, key=lambda group: 2 * len(marked.intersection(group)) / (len(marked) + len(group)))
    hits = len(marked.intersection(best))
    if not hits:
        return {"recall": 0.0, "precision": 0.0, "marked": len(marked), "found": 0}
    return {
        "recall": round(hits / len(marked), 3),
        "precision": round(hits / len(best), 3),
        "marked": len(marked),
        "found": len(best),
    }


def judged(marked: dict[str, set[str]], found: Groups, part: str) -> dict[str, Any]:
    fits = {name: fit(ids, found) for name, ids in marked.items() if name.startswith(part)}
    means = {
        key: round(sum(one[key] for one in fits.values()) / len(fits), 3) for key in ("recall", "precision")
    }
    return {**means, "issues": fits}


def measured(name: str, found: Groups, seconds: float, marked: dict[str, set[str]]) -> dict[str, Any]:
    return {
        "method": name,
        "seconds": round(seconds, 1),
        "issues": len(found),
        "messages_in_issues": sum(len(group) for group in found),
        "largest": sorted((len(group) for group in found), reverse=True)[:5],
        **{part: judged(marked, found, part) for part in PARTS},
    }


def many(messages: Sequence[Message], count: int) -> list[Message]:
    """Return the messages and as many made of halves of two others as are needed for the count."""
    draw = random.Random(7)
    made = list(messages)
    while len(made) < count:
        one, other = draw.choice(messages), draw.choice(messages)
        text = one.text[: len(one.text) // 2] + other.text[len(other.text) // 2 :]
        made.append(Message(f"made-{len(made)}", one.title[:8] + other.title[8:], text, one.at, one.person))
    return made[:count]


def machine() -> dict[str, str]:
    cpu = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    packages = {name: version(name) for name in ("numpy", "scipy", "scikit-learn", "rjieba")}
    return {"cpu": cpu, "python": platform.python_version(), **packages}


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/bench hot_issues", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--many", action="store_true", help=f"also group {MANY} messages")
    options = parser.parse_args()
    if not options.data.exists():
        sys.exit(f"{options.data} is not there; name the messages with --data")
    messages, marked = read_messages(options.data), read_marked()
    results = []
    for name, method in (("TF-IDF graph, connected components", tfidf_graph), ("product", product)):
        start = time.perf_counter()
        found = method(messages)
        results.append(measured(name, found, time.perf_counter() - start, marked))
    report: dict[str, Any] = {
        "machine": machine(),
        "messages": len(messages),
        "goal": GOAL,
        "results": results,
    }
    if options.many:
        large = many(messages, MANY)
        start = time.perf_counter()
        found = product(large)
        report["many"] = {
            "messages": len(large),
            "seconds": round(time.perf_counter() - start, 1),
            "issues": len(found),
            "largest": max(len(group) for group in found),
        }
    print(json.dumps(report, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
