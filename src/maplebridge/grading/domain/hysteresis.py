"""From probabilities to a color that does not flicker: it changes when the change is believed, by one step.

Two witnesses are heard: all that is remembered of the area, and the window alone, which hears a sudden change
sooner. For the worse either is enough; for the better it takes the memory, and the window must not object.
"""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from maplebridge.grading.domain.method import Color, Hysteresis

Floats = NDArray[np.float64]
Colors = NDArray[np.int8]


class Move(IntEnum):
    FIRST = 0  # no color before: the score decides
    HELD = 1  # the score lies in the same color
    HELD_BACK = 2  # the score lies in another color, but the evidence is not strong enough
    WORSE = 3
    BETTER = 4
    WORSE_AT_ONCE = 5  # two colors or more, on strong evidence
    BETTER_AT_ONCE = 6
    NO_GRADE = 7  # not enough data


def decide(
    previous: Colors, by_score: Colors, memory: Floats, window: Floats, rule: Hysteresis
) -> tuple[Colors, NDArray[np.int8]]:
    """Return colors and moves. `memory` and `window` are areas x 5 probabilities; `previous` may be gray."""
    new = previous == Color.GRAY
    before = np.where(new, by_score, previous).astype(np.int64)
    worse = _steps(before, memory, window, rule, toward=1)
    better = _steps(before, memory, window, rule, toward=-1)
    better[worse > 0] = 0
    step = np.where(new, 0, worse - better)
    color = (before + step).astype(np.int8)
    move = np.where(by_score == before, Move.HELD, Move.HELD_BACK).astype(np.int8)
    move[step == 1], move[step == -1] = Move.WORSE, Move.BETTER
    move[step > 1], move[step < -1] = Move.WORSE_AT_ONCE, Move.BETTER_AT_ONCE
    move[new] = Move.FIRST
    return color, move


def _steps(
    before: NDArray[np.int64], memory: Floats, window: Floats, rule: Hysteresis, toward: int
) -> NDArray[np.int64]:
    steps = np.zeros(len(before), np.int64)
    for step in range(1, len(Color) - 1):
        by_memory = _beyond(memory, before + toward * step, toward)
        by_window = _beyond(window, before + toward * step, toward)
        if toward > 0:
            one = (by_memory >= rule.worse) | (by_window >= rule.worse_by_window)
            many = (by_memory >= rule.strong) | (by_window >= rule.strong)
        else:
            one = (by_memory >= rule.better) & (by_window >= 0.5)
            many = (by_memory >= rule.strong) & (by_window >= rule.better)
        steps[one if step == 1 else many] = step
    return steps


def _beyond(chances: Floats, color: NDArray[np.int64], toward: int) -> Floats:
    """Return the probability of a color or beyond; zero where there is no such color."""
    worst = chances.shape[1] - 1
    sums = np.cumsum(chances[:, ::-1], axis=1)[:, ::-1] if toward > 0 else np.cumsum(chances, axis=1)
    there = (color >= 0) & (color <= worst)
    return np.where(there, sums[np.arange(len(color)), np.clip(color, 0, worst)], 0.0)
