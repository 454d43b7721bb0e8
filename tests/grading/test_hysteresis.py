import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from maplebridge.grading.domain.hysteresis import Move, decide
from maplebridge.grading.domain.method import Color, Hysteresis

RULE = Hysteresis(worse=0.7, worse_by_window=0.85, better=0.8, strong=0.95)
SURE_BLUE = (0.0, 1.0, 0.0, 0.0, 0.0)


def after(
    previous: Color, by_score: Color, memory: tuple[float, ...], window: tuple[float, ...]
) -> tuple[Color, Move]:
    color, move = decide(
        np.array([previous], np.int8),
        np.array([by_score], np.int8),
        np.array([memory]),
        np.array([window]),
        RULE,
    )
    return Color(int(color[0])), Move(int(move[0]))


@pytest.mark.parametrize(
    ("previous", "by_score", "memory", "window", "color", "move"),
    [
        (Color.GRAY, Color.RED, SURE_BLUE, SURE_BLUE, Color.RED, Move.FIRST),
        (Color.BLUE, Color.BLUE, SURE_BLUE, SURE_BLUE, Color.BLUE, Move.HELD),
        # memory: 0.69 and 0.70 for yellow or worse
        (Color.BLUE, Color.YELLOW, (0, 0.31, 0.69, 0, 0), SURE_BLUE, Color.BLUE, Move.HELD_BACK),
        (Color.BLUE, Color.YELLOW, (0, 0.30, 0.40, 0.30, 0), SURE_BLUE, Color.YELLOW, Move.WORSE),
        # the window alone is enough from 0.85 on
        (Color.BLUE, Color.BLUE, SURE_BLUE, (0, 0.16, 0.84, 0, 0), Color.BLUE, Move.HELD),
        (Color.BLUE, Color.BLUE, SURE_BLUE, (0, 0.15, 0.85, 0, 0), Color.YELLOW, Move.WORSE),
        # two steps only on strong evidence
        (Color.BLUE, Color.RED, (0, 0, 0.06, 0.94, 0), SURE_BLUE, Color.YELLOW, Move.WORSE),
        (Color.BLUE, Color.RED, (0, 0, 0.05, 0.95, 0), SURE_BLUE, Color.RED, Move.WORSE_AT_ONCE),
        (Color.GREEN, Color.BLACK, (0, 0, 0, 0, 1), SURE_BLUE, Color.BLACK, Move.WORSE_AT_ONCE),
        # better: the memory is sure and the window does not object
        (Color.YELLOW, Color.BLUE, (0, 0.8, 0.2, 0, 0), (0, 0.5, 0.5, 0, 0), Color.BLUE, Move.BETTER),
        (Color.YELLOW, Color.BLUE, (0, 0.8, 0.2, 0, 0), (0, 0.4, 0.6, 0, 0), Color.YELLOW, Move.HELD_BACK),
        (Color.YELLOW, Color.BLUE, (0, 0.79, 0.21, 0, 0), SURE_BLUE, Color.YELLOW, Move.HELD_BACK),
        (Color.BLACK, Color.BLUE, SURE_BLUE, SURE_BLUE, Color.BLUE, Move.BETTER_AT_ONCE),
        # who is worse by one witness is not better by the other
        (Color.YELLOW, Color.BLUE, (0, 0.9, 0.1, 0, 0), (0, 0, 0.1, 0.9, 0), Color.RED, Move.WORSE),
        # there is nothing beyond the ends
        (Color.BLACK, Color.BLACK, (0, 0, 0, 0, 1), (0, 0, 0, 0, 1), Color.BLACK, Move.HELD),
        (Color.GREEN, Color.GREEN, (1, 0, 0, 0, 0), (1, 0, 0, 0, 0), Color.GREEN, Move.HELD),
    ],
)
def test_a_color_changes_when_the_change_is_believed(
    previous: Color,
    by_score: Color,
    memory: tuple[float, ...],
    window: tuple[float, ...],
    color: Color,
    move: Move,
) -> None:
    assert after(previous, by_score, memory, window) == (color, move)


@given(
    arrays(np.float64, (6, 5), elements=st.floats(0.01, 1)),
    arrays(np.float64, (6, 5), elements=st.floats(0.01, 1)),
    arrays(np.int8, 6, elements=st.integers(-1, 4)),
    arrays(np.int8, 6, elements=st.integers(0, 4)),
)
def test_a_color_is_always_a_color_and_jumps_only_when_it_says_so(
    memory: np.ndarray, window: np.ndarray, previous: np.ndarray, by_score: np.ndarray
) -> None:
    chances = [given / given.sum(axis=1, keepdims=True) for given in (memory, window)]
    color, move = decide(previous, by_score, *chances, RULE)
    jumps = np.abs(color - previous) > 1

    assert ((color >= 0) & (color <= 4)).all()
    assert np.isin(move[jumps & (previous >= 0)], [Move.WORSE_AT_ONCE, Move.BETTER_AT_ONCE]).all()
