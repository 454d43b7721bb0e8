"""How well and how fast triage learns: five-fold cross-validation beside the obvious alternatives, in one run.

    bin/bench triage [FILE]

The file has the columns detail, title, label and group (near duplicates). Everything is fitted inside the fold.
"""

import argparse
import os
import platform
import statistics
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import scipy
import sklearn
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupKFold, StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_limits

from maplebridge.kernel.tables import read_table
from maplebridge.learning.examples import Examples, examples_in
from maplebridge.learning.linear_text import LETTERS, LinearText, load, train

FOLDS = 5
Fold = tuple[np.ndarray, np.ndarray]
Sorter = Callable[[Examples, np.ndarray, np.ndarray], list[str]]


def main() -> None:
    options = arguments()
    examples = examples_in(
        read_table(options.file.read_bytes(), options.file.name),
        text=["detail", "title"],
        label="label",
        group="group",
        name=options.file.name,
    )
    machine()
    print(f"{len(examples.texts)} messages, {len(set(examples.labels))} labels\n")
    for name, folds in splits(examples):
        print(f"{name}, {FOLDS} folds: macro-F1 (mean of folds, from worst to best), accuracy")
        for who, sorter in (
            ("TF-IDF of 1-3 characters, LinearSVC, detail", lambda *given: linear_svc(*given, fields=[0])),
            (
                "TF-IDF of 1-3 characters, LinearSVC, title and detail",
                lambda *given: linear_svc(*given, fields=[1, 0]),
            ),
            ("Maple Bridge", maple_bridge),
        ):
            cross_validate(who, sorter, examples, folds)
    whole(examples)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    default = Path(__file__).parents[2] / "shared/data/messages_labelled.csv.gz"
    parser.add_argument("file", type=Path, nargs="?", default=default)
    return parser.parse_args()


def machine() -> None:
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, ", end="")
    print(
        f"numpy {np.__version__}, scipy {scipy.__version__}, scikit-learn {sklearn.__version__}, one thread"
    )


def splits(examples: Examples) -> Iterator[tuple[str, list[Fold]]]:
    places = np.arange(len(examples.labels))
    groups = np.unique(np.array([str(group) for group in examples.groups or places]), return_inverse=True)[1]
    yield "GroupKFold", list(GroupKFold(FOLDS).split(places, examples.labels, groups))
    yield "StratifiedGroupKFold", list(StratifiedGroupKFold(FOLDS).split(places, examples.labels, groups))


def linear_svc(examples: Examples, inside: np.ndarray, outside: np.ndarray, fields: list[int]) -> list[str]:
    texts = ["\n".join(row[field] for field in fields) for row in examples.texts]
    pipeline = make_pipeline(
        TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, min_df=2), LinearSVC()
    )
    pipeline.fit([texts[row] for row in inside], [examples.labels[row] for row in inside])
    given: list[str] = pipeline.predict([texts[row] for row in outside]).tolist()
    return given


def maple_bridge(examples: Examples, inside: np.ndarray, outside: np.ndarray) -> list[str]:
    model = learn(examples, inside)
    chances = model.probabilities([examples.texts[row] for row in outside])
    alone = chances.max(axis=1) > model.threshold
    best = [model.classes[place] for place in chances.argmax(axis=1)]
    right = np.array([examples.labels[row] for row in outside]) == np.array(best)
    alone_right.append((float(alone.mean()), float(right[alone].mean()), calibration_error(chances, right)))
    return best


alone_right: list[tuple[float, float, float]] = []


def learn(examples: Examples, rows: np.ndarray) -> LinearText:
    groups = examples.groups
    return train(
        [examples.texts[row] for row in rows],
        [examples.labels[row] for row in rows],
        groups=[groups[row] for row in rows] if groups else None,
        recipe=LETTERS,
    )


def calibration_error(chances: np.ndarray, right: np.ndarray) -> float:
    """Return by how much stated and real certainty differ on average, in ten parts of equal size."""
    surest = chances.max(axis=1)
    parts = np.array_split(np.argsort(surest), 10)
    return float(np.mean([abs(surest[part].mean() - right[part].mean()) for part in parts]))


def cross_validate(who: str, sorter: Sorter, examples: Examples, folds: list[Fold]) -> None:
    alone_right.clear()
    started, scores, right = perf_counter(), [], 0
    for inside, outside in folds:
        given = sorter(examples, inside, outside)
        wanted = [examples.labels[row] for row in outside]
        scores.append(f1_score(wanted, given, average="macro"))
        right += sum(a == b for a, b in zip(wanted, given, strict=True))
    accuracy, took = right / len(examples.labels), perf_counter() - started
    print(
        f"  {who:<56} {np.mean(scores):.4f} ({min(scores):.4f}-{max(scores):.4f})  {accuracy:.4f}  {took:.0f} s"
    )
    if alone_right:
        coverage, precision, error = np.mean(alone_right, axis=0)
        print(
            f"    decides alone {coverage:.1%}, right in {precision:.1%} of it; calibration error {error:.3f}"
        )


def whole(examples: Examples) -> None:
    started, computed = perf_counter(), process_time()
    model = learn(examples, np.arange(len(examples.texts)))
    print(f"\ntrained on everything in {perf_counter() - started:.1f} s ", end="")
    print(f"({process_time() - computed:.1f} s of computing), ", end="")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "triage.npz"
        model.save(path)
        started = perf_counter()
        again = load(path)
        print(f"{path.stat().st_size / 1e6:.2f} MB on disk, loaded in {perf_counter() - started:.2f} s")
    times = sorted(timed(again, text) for text in examples.texts[:1000])
    print(f"one message, computing: median {statistics.median(times):.2f} ms, ", end="")
    print(f"mean {statistics.mean(times):.2f} ms, 95 % {times[int(0.95 * len(times))]:.2f} ms")
    print(f"threshold {model.threshold:.3f}; held back in training: {model.about}")


def timed(model: LinearText, text: tuple[str, ...]) -> float:
    started = process_time()
    model.probabilities([text])
    return 1000 * (process_time() - started)


if __name__ == "__main__":
    with threadpool_limits(1):
        main()
