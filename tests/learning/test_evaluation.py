import numpy as np
import pytest
from sklearn.metrics import f1_score

from maplebridge.learning.evaluation import Evaluation, evaluate

CLASSES = ("a", "b", "c", "d")


def of(chances: list[list[float]], labels: list[str], threshold: float = 0.5) -> Evaluation:
    return evaluate(classes=CLASSES, probabilities=np.array(chances), labels=labels, threshold=threshold)


def test_numbers_of_a_small_example() -> None:
    result = of(
        [[0.7, 0.1, 0.1, 0.1], [0.4, 0.3, 0.2, 0.1], [0.1, 0.2, 0.3, 0.4], [0.1, 0.6, 0.2, 0.1]],
        ["a", "b", "a", "a"],
    )
    assert (result.rows, result.accuracy, result.top_1, result.top_3) == (4, 0.25, 0.25, 0.75)
    assert (result.coverage, result.accuracy_above_threshold) == (0.5, 0.5)
    assert result.per_class["a"].precision == 0.5
    assert result.per_class["a"].recall == pytest.approx(1 / 3)
    assert result.per_class["d"].rows == 0


def test_macro_f1_is_that_of_scikit_learn() -> None:
    random = np.random.default_rng(7)
    chances = random.dirichlet(np.ones(4), 200)
    labels = random.choice([*CLASSES, "never learned"], 200).tolist()
    proposed = [CLASSES[best] for best in chances.argmax(axis=1)]
    expected = f1_score(labels, proposed, average="macro", zero_division=0)
    assert of(chances.tolist(), labels).macro_f1 == pytest.approx(expected)


def test_a_label_never_learned_is_wrong_and_counted() -> None:
    result = of([[0.9, 0.1, 0.0, 0.0]] * 3, ["a", "x", "x"])
    assert result.unseen_labels == {"x": 2}
    assert result.accuracy == pytest.approx(1 / 3)


def test_a_probability_at_the_threshold_is_not_above_it() -> None:
    result = of([[0.5, 0.5, 0.0, 0.0]], ["a"], threshold=0.5)
    assert result.coverage == 0
    assert result.accuracy_above_threshold is None


def test_json_is_rounded_and_keeps_counts_whole() -> None:
    data = of([[1.0, 0.0, 0.0, 0.0]] * 3, ["a", "b", "b"], threshold=0.123456).as_json()
    assert data["accuracy"] == 0.3333
    assert data["threshold"] == 0.1235
    assert data["per_class"]["b"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "rows": 2}


def test_nothing_to_evaluate_is_refused() -> None:
    with pytest.raises(ValueError, match="no rows"):
        evaluate(classes=CLASSES, probabilities=np.empty((0, 4)), labels=[], threshold=0.5)
