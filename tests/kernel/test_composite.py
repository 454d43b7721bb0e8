import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maplebridge.kernel.statistics.composite import (
    Aggregation,
    Direction,
    Node,
    aggregate,
    directed,
    index,
    min_max,
    ranks,
    z_score,
)

COLUMN = np.array([[2.0], [4.0], [10.0], [np.nan]])


def test_the_least_gets_one_and_the_greatest_a_hundred() -> None:
    assert min_max(COLUMN)[:3, 0].tolist() == pytest.approx([1, 25.75, 100])
    assert np.isnan(min_max(COLUMN)[3, 0])


def test_a_z_score_has_the_mean_and_deviation_asked_for() -> None:
    scores = z_score(COLUMN)[:3, 0]
    assert (scores.mean(), scores.std(ddof=1)) == pytest.approx((10, 2))


def test_equal_values_are_in_the_middle() -> None:
    same = np.full((3, 1), 7.0)
    assert min_max(same)[:, 0].tolist() == [50.5] * 3
    assert z_score(same)[:, 0].tolist() == [10] * 3


def test_equal_ranks_share_the_best_place_and_missing_has_none() -> None:
    ranked = ranks(np.array([[3.0], [1.0], [3.0], [np.nan], [9.0]]))[:, 0]
    assert ranked[[0, 1, 2, 4]].tolist() == [2, 1, 2, 4]
    assert np.isnan(ranked[3])


def test_where_more_is_worse_the_most_is_the_worst() -> None:
    turned = directed(np.array([[1.0, 1.0], [2.0, 2.0]]), [Direction.MORE_IS_BETTER, Direction.MORE_IS_WORSE])
    assert min_max(turned).tolist() == [[1, 100], [100, 1]]


def test_a_missing_value_leaves_the_others_to_count() -> None:
    values = np.array([[10.0, np.nan], [10.0, 40.0], [np.nan, np.nan]])
    assert aggregate(values, [1, 3], Aggregation.ARITHMETIC)[:2].tolist() == [10, 32.5]
    assert np.isnan(aggregate(values, [1, 3], Aggregation.ARITHMETIC)[2])
    assert aggregate(values, [1, 1], Aggregation.GEOMETRIC)[:2].tolist() == pytest.approx([10, 20])


def test_a_geometric_mean_of_nothing_positive_is_refused() -> None:
    with pytest.raises(ValueError, match="above zero"):
        aggregate([[0.0, 1.0]], [1, 1], Aggregation.GEOMETRIC)


@given(st.lists(st.lists(st.floats(1, 100), min_size=3, max_size=3), min_size=1, max_size=20))
def test_a_geometric_mean_is_never_above_the_arithmetic(rows: list[list[float]]) -> None:
    weights = [0.5, 0.3, 0.2]
    below, above = (aggregate(rows, weights, how) for how in (Aggregation.GEOMETRIC, Aggregation.ARITHMETIC))
    assert (below <= above + 1e-9).all()


TREE = [Node("index", None), Node("order", "index", 3), Node("view", "index", 1)]
TREE += [Node("theft", "order"), Node("fraud", "order"), Node("survey", "view")]


def test_levels_are_added_up_one_by_one() -> None:
    made = index({"theft": [20.0], "fraud": [60.0], "survey": [100.0]}, TREE, Aggregation.ARITHMETIC)
    assert {code: value.tolist() for code, value in made.items()} == {
        "index": [55],
        "order": [40],
        "view": [100],
    }


@pytest.mark.parametrize(
    ("tree", "says"),
    [
        ([*TREE, Node("theft", "view")], "twice"),
        ([*TREE, Node("fire", "order")], "neither"),
        ([Node("a", "b"), Node("b", "a")], "above itself"),
        ([Node("theft", "order")], "not in the tree"),
    ],
)
def test_a_tree_that_is_none_is_refused(tree: list[Node], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        index({"theft": [1.0], "fraud": [1.0], "survey": [1.0]}, tree, Aggregation.ARITHMETIC)
