"""How well type, risk and tier of a dispute are proposed from accounts that nothing has learned from.

`disputes_judges.csv`: 90 accounts, five of each type, written and committed before the first word that speaks for a
type and the first account learned from; read once, when all work had ended, and never tuned on. Beside it, the
accounts learned from, held back in turn by wording. Baselines in the same run: the words that speak for types alone,
and a plain TF-IDF linear model of characters on the same accounts.
"""

import argparse
import csv
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from bench.machine import describe

from maplebridge.kernel.text import comparable
from maplebridge.mediation.data import accounts, dispute_types
from maplebridge.mediation.data.accounts import Account
from maplebridge.mediation.domain.proposing import Proposer, sign_scores
from maplebridge.mediation.management.commands.train_disputes import MIXTURE, learn_letters, learn_meaning

HERE = Path(__file__).parent
NAMES = [one.name_zh for one in dispute_types().values()]
GOALS = (0.75, 0.92)
FOLDS = 5
SAME_WORDING = 10  # characters in a row that make two accounts one wording
Scores = npt.NDArray[np.float64]


def read(path: Path) -> list[Account]:
    """Return the marked accounts of a file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [Account(row["text"], row["type"]) for row in csv.DictReader(file)]


def keyword_scores(told: Sequence[Account]) -> Scores:
    """Return what the words that speak for types say alone."""
    return np.array([sign_scores(one.text, accounts.type_signs(), NAMES) for one in told])


def plain_scores(learned: Sequence[Account], told: Sequence[Account]) -> Scores:
    """Return what a linear model of TF-IDF of one to three characters says: what everybody would try first."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    plain = make_pipeline(
        TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True),
        LogisticRegression(C=30, max_iter=400),
    )
    plain.fit([one.text for one in learned], [one.type for one in learned])
    chances = plain.predict_proba([one.text for one in told])
    places = [list(plain.classes_).index(name) for name in NAMES]
    ordered: Scores = chances[:, places]
    return ordered


def shares(scores: Scores, told: Sequence[Account]) -> tuple[float, float]:
    """Return the share whose type is the first, and among the first three."""
    ranked = np.argsort(-scores, axis=1, kind="stable")
    wanted = np.array([NAMES.index(one.type) for one in told])
    return float((ranked[:, 0] == wanted).mean()), float(
        (ranked[:, :3] == wanted[:, None]).any(axis=1).mean()
    )


def show(name: str, scores: Scores, told: Sequence[Account]) -> tuple[float, float]:
    """Print and return both shares."""
    first, among = shares(scores, told)
    print(f"  {name:42} top-1 {first:.3f}   top-3 {among:.3f}")
    return first, among


def show_sureness(chances: Scores, told: Sequence[Account]) -> None:
    """Print whether probabilities are honest: how many of those given were right."""
    first = chances.argmax(axis=1)
    right = np.array([NAMES[place] == one.type for place, one in zip(first, told, strict=True)])
    sure = chances.max(axis=1)
    for low, high in ((0.0, 0.5), (0.5, 0.8), (0.8, 0.95), (0.95, 1.01)):
        inside = (sure >= low) & (sure < high)
        if inside.any():
            said, was, many = sure[inside].mean(), right[inside].mean(), inside.sum()
            print(f"    said {low:.2f} to {min(high, 1):.2f}: mean {said:.2f}, right {was:.2f}, of {many}")


def folds_by_wording(told: Sequence[Account]) -> list[int]:
    """Return a fold for each account; accounts that share ten characters in a row share a fold."""
    group = list(range(len(told)))

    def root(place: int) -> int:
        while group[place] != place:
            place = group[place]
        return place

    first_with: dict[str, int] = {}
    for place, one in enumerate(told):
        read = comparable(one.text)
        for start in range(len(read) - SAME_WORDING + 1):
            other = first_with.setdefault(read[start : start + SAME_WORDING], place)
            group[root(place)] = root(other)
    return [root(place) % FOLDS for place in range(len(told))]


def held_back(told: Sequence[Account], learn: Callable[[list[Account], list[Account]], Scores]) -> Scores:
    """Return what is said of each account by what has learned from the other folds."""
    fold_of = folds_by_wording(told)
    scores = np.zeros((len(told), len(NAMES)))
    for fold in range(FOLDS):
        inside = [one for one, other in zip(told, fold_of, strict=True) if other != fold]
        outside = [place for place, other in enumerate(fold_of) if other == fold]
        scores[outside] = learn(inside, [told[place] for place in outside])
    return scores


def whole(learned: list[Account], told: list[Account]) -> Scores:
    """Return what the product says when it has learned from these accounts alone."""
    proposer = Proposer(
        types=tuple(dispute_types().values()),
        type_signs=accounts.type_signs(),
        risk_table=accounts.risk_table(),
        letters=learn_letters(learned),
        meaning=learn_meaning(learned),
        mixture=MIXTURE,
    )
    return proposer.chances([one.text for one in told])


def clock(texts: Sequence[str]) -> None:
    """Print how long one proposal takes, loading apart."""
    took = []
    accounts.proposer().propose(texts[0])
    for text in texts[1:]:
        start = time.perf_counter()
        accounts.proposer().propose(text)
        took.append(1000 * (time.perf_counter() - start))
    print(f"an account: median {np.median(took):.1f} ms, p95 {np.percentile(took, 95):.1f} ms")


def main() -> int:
    """Print everything; fail below the goals on the judges."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--judges", type=Path, default=HERE / "disputes_judges.csv")
    parser.add_argument("--held-back", action="store_true", help="also hold accounts back in turn (minutes)")
    parser.add_argument("--only-held-back", action="store_true", help="leave the judges unread")
    parser.add_argument("-v", "--verbose", action="store_true", help="show what was read wrongly")
    options = parser.parse_args()
    print(describe("numpy", "scikit-learn", "rjieba"))
    learned = list(accounts.accounts())
    if options.held_back or options.only_held_back:
        print(f"{len(learned)} accounts learned from, held back in {FOLDS} folds by wording:")
        show("plain TF-IDF linear model", held_back(learned, plain_scores), learned)
        chances = held_back(learned, whole)
        show("Maple Bridge", chances, learned)
        show_sureness(chances, learned)
    if options.only_held_back:
        return 0
    judges = read(options.judges)
    print(f"{len(judges)} accounts of {options.judges.name}:")
    show("words that speak for types, alone", keyword_scores(judges), judges)
    show("plain TF-IDF linear model", plain_scores(learned, judges), judges)
    proposer = accounts.proposer()
    chances = proposer.chances([one.text for one in judges])
    first, among = show("Maple Bridge", chances, judges)
    show_sureness(chances, judges)
    if options.verbose:
        for one, row in zip(judges, chances, strict=True):
            guesses = [NAMES[place] for place in np.argsort(-row)[:3]]
            if guesses[0] != one.type:
                print(f"    {one.type} -> {guesses}: {one.text}")
    clock([one.text for one in judges])
    return 0 if first >= GOALS[0] and among >= GOALS[1] else 1


if __name__ == "__main__":
    sys.exit(main())
