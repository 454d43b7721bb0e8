"""The largest likelihood ratio in each of thousands of random repetitions, in integers.

What is expected does not change from one repetition to the next, so every zone and window has a smallest count
that would beat a given height: repetitions are added up and compared as small integers, hundreds side by side,
and only what beats the height is computed in full. Within a chain of growing circles the count can only grow,
so of the circles that need the same count only the largest has to be compared; the others are looked at where it
beats the height. The height starts below most
repetitions' largest ratios and falls for the few that are left, so every maximum is exact.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maplebridge.kernel.statistics.likelihood import Bar, Floats, Floor, Integers, log_ratio
from maplebridge.kernel.statistics.zones import Branch

Counts = NDArray[Any]  # small integers: one byte wherever the counts allow it
Draw = Callable[[int], Counts]  # that many repetitions: (places, periods, repetitions)

_ROW = 32768  # bytes in one instruction of numpy: enough to hide the call, few enough for the cache
_DEEP = 48  # circles added up before they are compared
_WINDOWS_AT_ONCE = 16
_DRAWN_AT_ONCE = 256 << 20  # bytes
_PILOT = 64
_PILOT_CELLS = 200_000
_PILOT_HEIGHTS = (0.6, 0.4, 0.2, 0.0)  # shares of the logarithm of how much is compared
_HITS_AT_ONCE = 1 << 20
_CELLS_AT_ONCE = 8 << 20


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked at in every repetition: zones times windows, and what is expected there.

    `windows` (w, 2) first period and the period after the last; `expected` (places, periods), adding up to
    `total` together with what lies outside of every window; high rates have at least `least` cases.
    """

    branches: Sequence[Branch]
    windows: Integers
    expected: Floats
    total: int
    least: int = 2
    high: bool = True
    low: bool = False

    @property
    def cells(self) -> int:
        return len(self.windows) * sum(len(branch.added) for branch in self.branches)


def in_windows(values: NDArray[Any], windows: Integers) -> NDArray[Any]:
    """Return sums over windows (places, w, …) of values by period (places, periods, …)."""
    until = np.zeros((values.shape[0], values.shape[1] + 1, *values.shape[2:]), dtype=values.dtype)
    for period in range(values.shape[1]):
        np.add(until[:, period], values[:, period], out=until[:, period + 1])
    sums: NDArray[Any] = until[:, windows[:, 1]]
    sums -= until[:, windows[:, 0]]
    return sums


def in_zones(branch: Branch, values: NDArray[Any]) -> NDArray[Any]:
    """Return sums over the zones of a branch (zones, …) of values by place (places, …)."""
    if branch.is_chain:
        return np.cumsum(values[branch.added], axis=0, dtype=values.dtype)
    sums = values[branch.added]
    for zone, parent in enumerate(branch.parent):
        if parent >= 0:
            sums[zone] += sums[parent]
    return sums


def ratios(search: Search, observed: NDArray[Any], expected: NDArray[Any]) -> Floats:
    """Return the ratio of each zone and window, nought where it is not what is searched for."""
    found = log_ratio(observed, expected, search.total)
    wanted = (search.high & (observed > expected) & (observed >= search.least)) | (
        search.low & (observed < expected)
    )
    return np.where(wanted, found, 0.0)


def largest_ratios(search: Search, draw: Draw, repetitions: int) -> Floats:
    """Return the largest ratio of every repetition, in the order drawn."""
    if not search.branches or not repetitions:
        return np.zeros(repetitions)
    heights = _heights(search, draw)
    places, periods = search.expected.shape
    at_once = max(_PILOT, _DRAWN_AT_ONCE // (2 * places * periods))
    return np.concatenate(
        [
            _settled(search, draw(min(at_once, repetitions - start)), heights)
            for start in range(0, repetitions, at_once)
        ]
    )


def _heights(search: Search, draw: Draw) -> list[float]:
    """Return from which height to start and where to go on, from a few repetitions in a part of the zones.

    The largest ratio of a part is below that of all, so nearly every repetition is settled at the first height.
    """
    every = 1 + search.cells // _PILOT_CELLS
    part = replace(search, branches=search.branches[::every])
    scale = log(part.cells + 1)
    pilot = _settled(part, draw(_PILOT), [share * scale for share in _PILOT_HEIGHTS])
    first = float(np.quantile(pilot, 0.2))
    return [first, first / 2, 0.0] if first > 0 else [0.0]


def _settled(search: Search, counts: Counts, heights: Sequence[float]) -> Floats:
    """Return the largest ratio of every repetition, lowering the height for those that did not reach it."""
    best = np.zeros(counts.shape[-1])
    for height in heights:
        left = np.flatnonzero(best == 0)
        if len(left):
            best[left] = _largest_above(
                height, search, counts if len(left) == len(best) else counts[..., left]
            )
    return best


def _largest_above(height: float, search: Search, counts: Counts) -> Floats:
    """Return the largest ratio of every repetition, nought where none beats the height."""
    best = np.zeros(counts.shape[-1])
    narrow = _narrow(search, counts)
    bounds = _Bounds.at(height, search, int(np.iinfo(narrow.dtype).max))
    for start in range(0, len(search.windows), _WINDOWS_AT_ONCE):
        windows = search.windows[start : start + _WINDOWS_AT_ONCE]
        expected = in_windows(search.expected, windows)
        side_by_side = max(_PILOT, _ROW // narrow.itemsize // len(windows) // 8 * 8)
        for branches in _portions(search.branches, _CELLS_AT_ONCE // len(windows)):
            comparisons = [_Comparison.of(branch, expected, bounds) for branch in branches]
            for first in range(0, counts.shape[-1], side_by_side):
                block = slice(first, first + side_by_side)
                sums = in_windows(narrow[..., block], windows)
                np.maximum(best[block], _largest_in_block(search, comparisons, sums), out=best[block])
    return best


def _portions(branches: Sequence[Branch], zones: int) -> Iterator[list[Branch]]:
    """Yield the branches in portions of about that many zones, so that memory stays small."""
    portion: list[Branch] = []
    waiting = 0
    for branch in branches:
        portion.append(branch)
        waiting += len(branch.added)
        if waiting >= zones:
            yield portion
            portion, waiting = [], 0
    if portion:
        yield portion


def _narrow(search: Search, counts: Counts) -> Counts:
    """Return the counts in the narrowest integers that can hold the largest zone's in all windows together."""
    per_place = counts.sum(axis=1, dtype=np.float32)
    covers = np.zeros((len(search.branches), len(per_place)), dtype=np.float32)
    for row, branch in zip(covers, search.branches, strict=True):
        row[branch.added] = 1
    largest = float((covers @ per_place).max(initial=0))
    return counts.astype(np.uint8 if largest < 256 else np.uint16 if largest < 65_536 else np.uint32)


@dataclass(frozen=True, slots=True)
class _Bounds:
    """The counts that beat one height; those above `most` cannot be."""

    bar: Bar | None
    floor: Floor | None
    most: int

    @classmethod
    def at(cls, height: float, search: Search, most: int) -> "_Bounds":
        bar = Bar.at(height, total=search.total, least=search.least) if search.high else None
        floor = Floor.at(height, total=search.total) if search.low else None
        return cls(bar, floor, most)


@dataclass(frozen=True, slots=True)
class _Compared:
    """What is compared: cells (zone * windows + window) with their bounds.

    Each speaks for a run of `runs` zones with the same bound and window, going backward (for low rates, onward).
    """

    cells: Integers
    bounds: Counts
    runs: Integers
    low: bool

    @classmethod
    def of(cls, branch: Branch, bounds: Integers, most: int, *, low: bool) -> "_Compared":
        """Return what has to be compared: in a chain, of every run with one bound the zone where it is beaten first.

        The count grows along the chain: for high rates that is the last zone of the run, for low rates the first.
        """
        zones = np.flatnonzero(branch.looked_at)
        of_zones = bounds[zones]
        speaks = np.ones(of_zones.shape, dtype=bool)
        runs = np.ones(of_zones.shape, dtype=np.int64)
        if branch.is_chain and len(zones) > 1:
            changes = of_zones[1:] != of_zones[:-1]
            changes |= (zones[1:] // _DEEP != zones[:-1] // _DEEP)[:, None]
            speaks[slice(1, None) if low else slice(0, -1)] = changes
            runs = _run_lengths(zones, speaks, low=low)
        speaks &= (of_zones >= 0) & (of_zones <= most)
        cells = (zones[:, None] * bounds.shape[1] + np.arange(bounds.shape[1]))[speaks]
        return cls(cells, of_zones[speaks].astype(np.uint32), runs[speaks], low)


def _run_lengths(zones: Integers, speaks: NDArray[np.bool_], *, low: bool) -> Integers:
    """Return how many zones of the chain each speaker speaks for."""
    if low:
        return _run_lengths(-zones[::-1], speaks[::-1], low=False)[::-1]
    position = np.where(speaks, np.arange(len(zones))[:, None], -1)
    before = np.vstack([np.full((1, speaks.shape[1]), -1), np.maximum.accumulate(position)[:-1]])
    first: Integers = zones[before + 1]
    return zones[:, None] - first + 1


@dataclass(frozen=True, slots=True)
class _Comparison:
    """A branch with all that is compared in it; `expected` (cells,) is nought where nothing is looked at."""

    branch: Branch
    chain: bool
    expected: Floats
    compared: Sequence[_Compared]

    @classmethod
    def of(cls, branch: Branch, by_place: Floats, bounds: _Bounds) -> "_Comparison":
        expected = in_zones(branch, by_place)
        compared = []
        if bounds.bar is not None:
            needed = bounds.bar.counts_needed(expected)
            compared.append(_Compared.of(branch, needed, bounds.most, low=False))
        if bounds.floor is not None:
            allowed = bounds.floor.counts_allowed(expected)
            compared.append(_Compared.of(branch, allowed, bounds.most, low=True))
        expected[~branch.looked_at] = 0
        return cls(branch, branch.is_chain, expected.reshape(-1), compared)


class _Hits:
    """What beat its bound, computed in full a million at a time."""

    def __init__(self, search: Search, repetitions: int) -> None:
        self.best = np.zeros(repetitions)
        self._search = search
        self._parts: list[tuple[Counts, Floats, Integers]] = []
        self._waiting = 0

    def add(self, observed: Counts, expected: Floats, repetitions: Integers) -> None:
        self._parts.append((observed, expected, repetitions))
        self._waiting += len(observed)
        if self._waiting > _HITS_AT_ONCE:
            self.settle()

    def settle(self) -> Floats:
        if self._parts:
            observed, expected, repetitions = map(np.concatenate, zip(*self._parts, strict=True))
            np.maximum.at(self.best, repetitions, ratios(self._search, observed, expected))
            self._parts, self._waiting = [], 0
        return self.best


def _largest_in_block(search: Search, comparisons: Sequence[_Comparison], sums: Counts) -> Floats:
    """Return the largest ratio of every repetition of a block (places, windows, repetitions)."""
    hits = _Hits(search, sums.shape[-1])
    rows = list(sums)
    deepest = max(_DEEP if one.chain else len(one.branch.added) for one in comparisons)
    buffer = np.zeros((deepest + 1, *sums.shape[1:]), dtype=sums.dtype)
    for one in comparisons:
        if one.chain:
            _scan_chain(one, rows, buffer, hits)
        else:
            _scan_tree(one, rows, buffer, hits)
    return hits.settle()


def _scan_chain(one: _Comparison, rows: Sequence[Counts], buffer: Counts, hits: _Hits) -> None:
    """Add one place after the other; every 48 are compared while they are still in the cache."""
    added, add, lines = one.branch.added.tolist(), np.add, list(buffer)
    windows = buffer.shape[1]
    before = lines[-1]
    before[:] = 0
    for start in range(0, len(added), _DEEP):
        part = added[start : start + _DEEP]
        for line, place in zip(lines, part, strict=False):
            add(before, rows[place], line)
            before = line
        _compare(one, buffer, start * windows, (start + len(part)) * windows, hits)
        lines[-1][:] = before
        before = lines[-1]


def _scan_tree(one: _Comparison, rows: Sequence[Counts], buffer: Counts, hits: _Hits) -> None:
    lines = list(buffer)
    lines[-1][:] = 0
    for line, place, parent in zip(
        lines, one.branch.added.tolist(), one.branch.parent.tolist(), strict=False
    ):
        np.add(lines[parent], rows[place], line)
    _compare(one, buffer, 0, len(one.branch.added) * buffer.shape[1], hits)


def _compare(one: _Comparison, buffer: Counts, first: int, end: int, hits: _Hits) -> None:
    """Compare the cells from `first` to `end`, which stand at the beginning of the buffer."""
    flat = buffer.reshape(-1, buffer.shape[-1])
    for compared in one.compared:
        inside = slice(*np.searchsorted(compared.cells, (first, end)))
        observed = flat.take(compared.cells[inside] - first, axis=0)
        bounds = compared.bounds[inside, None].astype(observed.dtype)
        found = np.flatnonzero(observed <= bounds if compared.low else observed >= bounds)
        if len(found):
            which, repetitions = np.divmod(found, observed.shape[1])
            cells, repetitions = _spoken_for(compared, inside, which, repetitions, buffer.shape[1])
            hits.add(flat[cells - first, repetitions], one.expected[cells], repetitions)


def _spoken_for(
    compared: _Compared, inside: slice, which: Integers, repetitions: Integers, windows: int
) -> tuple[Integers, Integers]:
    """Return every cell of the runs whose speakers beat their bounds, with its repetition."""
    runs = compared.runs[inside][which]
    step = np.arange(int(runs.sum())) - np.repeat(np.cumsum(runs) - runs, runs)
    cells = np.repeat(compared.cells[inside][which], runs)
    return cells + (step if compared.low else -step) * windows, np.repeat(repetitions, runs)
