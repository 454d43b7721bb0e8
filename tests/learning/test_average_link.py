from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from maplebridge.learning.average_link import average_link


def test_two_that_are_alike_are_together_and_a_third_stays_alone() -> None:
    assert average_link(3, [(0, 2, 0.9)], least=0.5) == [[0, 2], [1]]


def test_one_between_two_pairs_does_not_chain_them() -> None:
    chain = [(0, 1, 0.9), (1, 2, 0.5), (2, 3, 0.9)]
    assert average_link(4, chain, least=0.4) == [[0, 1], [2, 3]]


def test_a_pair_just_at_the_threshold_is_together() -> None:
    assert average_link(2, [(0, 1, 0.5)], least=0.5) == [[0, 1]]


def test_nothing_to_group_is_no_group() -> None:
    assert average_link(0, [], least=0.5) == []


def test_of_equal_pairs_the_lowest_numbers_meet_first() -> None:
    assert average_link(3, [(1, 2, 0.6), (0, 1, 0.6)], least=0.5) == [[0, 1], [2]]


@given(
    st.dictionaries(
        st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda pair: pair[0] < pair[1]),
        st.floats(0.01, 1),
    )
)
def test_no_two_groups_are_left_that_are_alike_enough_and_nobody_is_lost(
    likeness: dict[tuple[int, int], float],
) -> None:
    groups = average_link(8, [(i, j, s) for (i, j), s in likeness.items()], least=0.3)
    assert sorted(i for group in groups for i in group) == list(range(8))
    for number, one in enumerate(groups):
        for other in groups[number + 1 :]:
            total = sum(likeness.get((min(i, j), max(i, j)), 0.0) for i in one for j in other)
            assert total / (len(one) * len(other)) < 0.3 + 1e-9
    assert all(one < other for one, other in pairwise(groups))
