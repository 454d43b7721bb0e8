"""How sure a model may be, and of which labels, from what was held back in its training."""

import numpy as np
from sklearn.metrics import f1_score

from maplebridge.learning.training import macro_f1, offsets_for

# Of the third label every text is scored a little too low, as of one with few texts.
TRUTH = np.array([0] * 40 + [1] * 40 + [2] * 10)


def scores(deficit: float) -> np.ndarray:
    """Return scores that are right but for the deficit of the third label."""
    noise = np.random.default_rng(7).normal(0, 0.02, (len(TRUTH), 3))
    given = 0.1 * np.eye(3)[TRUTH] + noise
    given[:, 2] -= deficit
    return given


def test_a_label_scored_too_low_is_lifted() -> None:
    low = scores(deficit=0.12)
    found = offsets_for(low, TRUTH)
    assert found[2] > max(found[0], found[1])
    assert macro_f1(low + found, TRUTH) > macro_f1(low, TRUTH) + 0.1


def test_what_is_right_is_left_as_it_is() -> None:
    right = np.eye(3)[TRUTH]
    assert (offsets_for(right, TRUTH) == 0).all()


def test_macro_f1_is_the_mean_over_labels_given_or_wanted() -> None:
    given = scores(deficit=0.05)
    expected = f1_score(TRUTH, given.argmax(axis=1), average="macro")
    assert abs(macro_f1(given, TRUTH) - expected) < 1e-12
