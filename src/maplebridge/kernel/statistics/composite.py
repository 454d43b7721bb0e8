"""Several indicators made one: brought to one scale, weighted, added up in levels.

The steps of the OECD/JRC Handbook on Constructing Composite Indicators (2008). A missing value is left out and
the others of its group count for it; a unit without any value of a group has none there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


class Direction(StrEnum):
    MORE_IS_BETTER = "more_is_better"
    MORE_IS_WORSE = "more_is_worse"


class Aggregation(StrEnum):
    ARITHMETIC = "arithmetic"  # a strength makes up for a weakness
    GEOMETRIC = "geometric"  # a weakness counts more than an equal strength


def directed(values: ArrayLike, directions: Sequence[Direction]) -> Floats:
    """Return units x indicators so that more is always better."""
    signs = np.array([1.0 if one == Direction.MORE_IS_BETTER else -1.0 for one in directions])
    return np.asarray(np.asarray(values, dtype=np.float64) * signs)


def min_max(values: ArrayLike, lower: float = 1.0, upper: float = 100.0) -> Floats:
    """Return columns stretched from `lower` for the least to `upper` for the greatest; equal ones to the middle."""
    given = np.asarray(values, dtype=np.float64)
    least, room = _ends(given)
    scaled = np.where(room > 0, (given - least) / np.where(room > 0, room, 1), 0.5)
    return np.where(np.isnan(given), np.nan, lower + (upper - lower) * scaled)


def z_score(values: ArrayLike, mean: float = 10.0, spread: float = 2.0) -> Floats:
    """Return columns moved to a mean and a standard deviation (that of a sample); equal ones to the mean."""
    given = np.asarray(values, dtype=np.float64)
    there = ~np.isnan(given)
    count = there.sum(axis=0)
    middle = np.where(there, given, 0).sum(axis=0) / np.maximum(count, 1)
    squares = np.where(there, (given - middle) ** 2, 0).sum(axis=0)
    deviation = np.sqrt(squares / np.maximum(count - 1, 1))
    scaled = np.where(deviation > 0, (given - middle) / np.where(deviation > 0, deviation, 1), 0.0)
    return np.where(np.isnan(given), np.nan, mean + spread * scaled)


def ranks(values: ArrayLike) -> Floats:
    """Return columns as ranks: 1 for the least, the best of the shared places to equals, missing stays missing."""
    return np.apply_along_axis(_ranks_of, 0, np.asarray(values, dtype=np.float64))


def _ranks_of(column: Floats) -> Floats:
    # As scipy.stats.rankdata(method="min"): its import would cost every process a second and tens of megabytes.
    there = ~np.isnan(column)
    return np.where(there, 1.0 + np.searchsorted(np.sort(column[there]), column), np.nan)


def _ends(given: Floats) -> tuple[Floats, Floats]:
    there = ~np.isnan(given)
    least = np.where(there, given, np.inf).min(axis=0)
    room = np.where(there, given, -np.inf).max(axis=0) - least
    return np.where(np.isfinite(least), least, 0), np.where(np.isfinite(room), room, 0)


def aggregate(values: ArrayLike, weights: ArrayLike, how: Aggregation) -> Floats:
    """Return one value for each unit (row). Raise ValueError for a geometric mean of what is not positive."""
    given, weight = np.asarray(values, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    there = ~np.isnan(given)
    share = there * weight
    whole = share.sum(axis=1)
    if how == Aggregation.GEOMETRIC:
        if (given[there & (weight > 0)] <= 0).any():
            raise ValueError("A geometric mean needs values above zero.")
        given = np.log(np.where(there & (weight > 0), given, 1.0))
    total = (share * np.where(there, given, 0)).sum(axis=1)
    result = np.divide(total, whole, out=np.full(len(given), np.nan), where=whole > 0)
    return np.asarray(np.exp(result) if how == Aggregation.GEOMETRIC else result)


@dataclass(frozen=True, slots=True)
class Node:
    """An indicator or a group of them: which group it belongs to, and how much it counts there."""

    code: str
    parent: str | None
    weight: float = 1.0


def index(values: Mapping[str, ArrayLike], tree: Sequence[Node], how: Aggregation) -> dict[str, Floats]:
    """Return every group's values, made from its members level by level; the root is the index."""
    members: dict[str, list[Node]] = {}
    for node in tree:
        if node.parent is not None:
            members.setdefault(node.parent, []).append(node)
    _check_tree(values, tree, members)
    made: dict[str, Floats] = {}

    def value_of(code: str) -> Floats:
        if code not in members:
            return np.asarray(values[code], dtype=np.float64)
        if code not in made:
            below = members[code]
            columns = np.stack([value_of(node.code) for node in below], axis=1)
            made[code] = aggregate(columns, [node.weight for node in below], how)
        return made[code]

    for code in members:
        value_of(code)
    return made


def _check_tree(
    values: Mapping[str, ArrayLike], tree: Sequence[Node], members: Mapping[str, Sequence[Node]]
) -> None:
    parents = {node.code: node.parent for node in tree}
    if len(parents) < len(tree):
        raise ValueError("A code stands in the tree twice.")
    for node in tree:
        if node.code not in members and node.code not in values:
            raise ValueError(f"{node.code} has neither members nor values.")
        seen, at = {node.code}, node.parent
        while at is not None:
            if at in seen:
                raise ValueError(f"{at} is above itself.")
            seen.add(at)
            if at not in parents:
                raise ValueError(f"{at} is not in the tree.")
            at = parents[at]
