"""How good a classifier was: on rows it has not learned from, against the labels that people gave."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class LabelResult:
    precision: float
    recall: float
    f1: float
    rows: int


@dataclass(frozen=True)
class Evaluation:
    """What came out; a row with a label that was never learned counts as wrong, and in `unseen_labels`."""

    rows: int
    accuracy: float
    macro_f1: float
    top_1: float
    top_3: float
    threshold: float
    coverage: float
    accuracy_above_threshold: float | None
    unseen_labels: dict[str, int]
    per_class: dict[str, LabelResult]

    def as_json(self) -> dict[str, Any]:
        return {key: _rounded(value) for key, value in asdict(self).items()}


def evaluate(
    *,
    classes: Sequence[str],
    probabilities: npt.NDArray[np.float64],
    labels: Sequence[str],
    threshold: float,
) -> Evaluation:
    """Compare probabilities (a row for each label, a column for each class) with the labels.

    Macro-F1 is the mean over every label that was given or proposed, as scikit-learn computes it. Coverage is
    the share of rows whose highest probability is above the threshold. No rows at all is a ValueError.
    """
    if not len(labels):
        raise ValueError("there are no rows to evaluate")
    ranked = np.argsort(-probabilities, axis=1, kind="stable")
    proposed = [classes[best] for best in ranked[:, 0]]
    right = np.array([wanted == given for wanted, given in zip(labels, proposed, strict=True)])
    alone = probabilities.max(axis=1) > threshold
    per_class = _per_class(labels, proposed)
    return Evaluation(
        rows=len(labels),
        accuracy=float(right.mean()),
        macro_f1=float(np.mean([result.f1 for result in per_class.values()])),
        top_1=float(right.mean()),
        top_3=float(
            np.mean(
                [wanted in {classes[i] for i in row[:3]} for wanted, row in zip(labels, ranked, strict=True)]
            )
        ),
        threshold=threshold,
        coverage=float(alone.mean()),
        accuracy_above_threshold=float(right[alone].mean()) if alone.any() else None,
        unseen_labels=dict(Counter(label for label in labels if label not in classes)),
        per_class=per_class,
    )


def _per_class(labels: Sequence[str], proposed: Sequence[str]) -> dict[str, LabelResult]:
    hits = Counter(wanted for wanted, given in zip(labels, proposed, strict=True) if wanted == given)
    wanted_rows, proposed_rows = Counter(labels), Counter(proposed)
    return {
        label: LabelResult(
            precision=_share(hits[label], proposed_rows[label]),
            recall=_share(hits[label], wanted_rows[label]),
            f1=_share(2 * hits[label], wanted_rows[label] + proposed_rows[label]),
            rows=wanted_rows[label],
        )
        for label in sorted(wanted_rows | proposed_rows)
    }


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    return round(value, 4) if isinstance(value, float) else value
