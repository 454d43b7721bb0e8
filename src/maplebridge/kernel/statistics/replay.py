"""What a nightly scan would have said on every night of the past, without repetitions.

A town that starts with a year of its own learns from it how large ratios are on ordinary nights, and so from which
one on an alarm is worth waking anybody (`alarms`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maplebridge.kernel.statistics.likelihood import Floats, Integers, log_ratio
from maplebridge.kernel.statistics.replications import in_zones
from maplebridge.kernel.statistics.zones import Branch

_CELLS_AT_ONCE = 4 << 20


@dataclass(frozen=True, slots=True)
class Night:
    """The most likely cluster on the evening of a day: its places, how long it has lasted, and its ratio."""

    day: int
    places: tuple[int, ...]
    length: int
    observed: int
    expected: float
    ratio: float


def replay(
    counts: NDArray[np.integer],
    *,
    branches: Sequence[Branch],
    days: Integers,
    longest: int,
    baseline: int = 365,
    least: int = 2,
) -> list[Night]:
    """Return the best cluster of the permutation model on each day, from the `baseline` days that end with it.

    `counts` (places, days); a day before the first whole baseline is refused, one without any cluster left out.
    """
    if len(days) and days.min() < baseline - 1:
        raise ValueError(f"Day {days.min()} has no {baseline} days up to it.")
    found: list[Night] = []
    at_once = max(1, _CELLS_AT_ONCE // (longest * max((len(b.added) for b in branches), default=1)))
    for start in range(0, len(days), at_once):
        found += _replayed(counts, branches, days[start : start + at_once], longest, baseline, least)
    return found


def _replayed(
    counts: NDArray[np.integer],
    branches: Sequence[Branch],
    days: Integers,
    longest: int,
    baseline: int,
    least: int,
) -> list[Night]:
    until = np.zeros((counts.shape[0], counts.shape[1] + 1), dtype=np.int64)
    np.cumsum(counts, axis=1, out=until[:, 1:])
    lengths = np.arange(1, longest + 1)
    ends = days[:, None] + 1
    recent = until[:, ends] - until[:, ends - lengths]  # (places, days, lengths)
    of_place = (until[:, days + 1] - until[:, days + 1 - baseline]).astype(np.float64)
    total = of_place.sum(axis=0)
    share = recent.sum(axis=0) / np.maximum(total, 1)[:, None]
    best = _Best(len(days))
    for number, branch in enumerate(branches):
        observed = in_zones(branch, recent)
        expected = in_zones(branch, of_place)[:, :, None] * share
        best.see(number, branch.looked_at[:, None, None] & (observed >= least), observed, expected, total)
    return best.nights(branches, days, lengths)


class _Best:
    """Keeps the best cluster of every day while the branches go by."""

    def __init__(self, days: int) -> None:
        self._ratio = np.zeros(days)
        self._where = np.zeros((days, 3), dtype=np.int64)  # branch, zone, window
        self._counts = np.zeros((days, 2))

    def see(
        self, branch: int, allowed: NDArray[np.bool_], observed: Integers, expected: Floats, total: Floats
    ) -> None:
        """Look at (zones, days, windows); logarithms are taken only of what can be better than the best so far.

        c ln(c/E) - (c-E) is at most (c-E)^2 / 2E, and ln(1-x) is at most -x, which bounds the ratio from above.
        """
        excess = np.maximum(observed - expected, 0)
        rest = np.maximum(total[:, None] - expected, 1e-9)
        at_most = excess**2 * (0.5 / np.maximum(expected, 1e-300) + 1 / rest)
        zone, day, window = np.nonzero(allowed & (at_most > self._ratio[:, None]))
        if not len(zone):
            return
        seen, meant = observed[zone, day, window], expected[zone, day, window]
        ratio = log_ratio(seen, meant, total[day])
        order = np.lexsort((ratio, day))
        last = order[np.append(day[order][1:] != day[order][:-1], [True])]
        better = last[ratio[last] > self._ratio[day[last]]]
        self._ratio[day[better]] = ratio[better]
        self._where[day[better]] = np.stack(
            [np.full(len(better), branch), zone[better], window[better]], axis=1
        )
        self._counts[day[better]] = np.stack([seen[better], meant[better]], axis=1)

    def nights(self, branches: Sequence[Branch], days: Integers, lengths: Integers) -> list[Night]:
        return [
            Night(
                day=int(days[index]),
                places=branches[branch].members(int(zone)),
                length=int(lengths[window]),
                observed=int(self._counts[index, 0]),
                expected=float(self._counts[index, 1]),
                ratio=float(self._ratio[index]),
            )
            for index, (branch, zone, window) in enumerate(self._where)
            if self._ratio[index] > 0
        ]
