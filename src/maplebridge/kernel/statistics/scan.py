"""Is something unusual going on, where, and since when? Space-time scan statistics.

A window in space and time slides over the counts, and the one with the largest likelihood ratio is the most likely
cluster; how often chance does as well is found by repeating the whole search on random data (Kulldorff 1997).
Windows that end today make the scan prospective (Kulldorff 2001, Journal of the Royal Statistical Society A 164).
The Poisson model needs a population; the permutation model (Kulldorff et al. 2005, PLoS Medicine 2:e59) compares
with the place's own share and the day's own share of all cases, and so knows nothing of who lives where, and is
not misled by places or days that always have more.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import exp, expm1, pi, sqrt

import numpy as np
from numpy.typing import NDArray

from maplebridge.kernel.statistics.likelihood import Floats, Integers
from maplebridge.kernel.statistics.replications import (
    Counts,
    Draw,
    Search,
    in_windows,
    in_zones,
    largest_ratios,
    ratios,
)
from maplebridge.kernel.statistics.zones import Branch

_EULER = 0.5772156649015329
_DRAWN_TOGETHER = 512
_TIE = 1e-9  # ratios closer than this are the same, written in another order


class Model(StrEnum):
    POISSON = "poisson"
    PERMUTATION = "permutation"


class UnusableCounts(ValueError):
    """The counts cannot be scanned."""


@dataclass(frozen=True, slots=True)
class Cases:
    """What happened and what was to be expected, by place and period (places, periods); both have one sum."""

    model: Model
    counts: Integers
    expected: Floats

    @property
    def total(self) -> int:
        return int(self.counts.sum())


def poisson(counts: NDArray[np.integer], population: Floats) -> Cases:
    """Return cases expected in proportion to the population (places,) or to its person-time (places, periods)."""
    counts = _checked(counts)
    people = np.asarray(population, dtype=np.float64)
    people = np.broadcast_to(people[:, None] if people.ndim == 1 else people, counts.shape)
    return standardized(counts[None], people[None])


def standardized(counts: NDArray[np.integer], population: Floats) -> Cases:
    """Return cases as expected from strata (strata, places, periods), such as age and sex, by their own rates.

    This is indirect standardization; a stratum without cases adds nothing.
    """
    counts = _checked(counts)
    if counts.shape != population.shape or not (np.isfinite(population).all() and (population >= 0).all()):
        raise UnusableCounts("A population is a number of people for every stratum, place and period.")
    people = population.sum(axis=(1, 2))
    if (counts.sum(axis=(1, 2))[people == 0] > 0).any():
        raise UnusableCounts("There are cases in a stratum without people.")
    rate = counts.sum(axis=(1, 2)) / np.where(people > 0, people, 1)
    expected = np.einsum("s,spt->pt", rate, population)
    observed = counts.sum(axis=0)
    if (observed[expected == 0] > 0).any():
        raise UnusableCounts("There are cases where nobody lives.")
    return Cases(Model.POISSON, observed, expected)


def permutation(counts: NDArray[np.integer]) -> Cases:
    """Return cases expected where places and periods are independent of each other."""
    counts = _checked(counts)
    total = max(int(counts.sum()), 1)
    return Cases(Model.PERMUTATION, counts, np.outer(counts.sum(axis=1), counts.sum(axis=0)) / total)


def _checked(counts: NDArray[np.integer]) -> Integers:
    whole = np.asarray(counts)
    if not np.issubdtype(whole.dtype, np.integer) or (whole < 0).any():
        raise UnusableCounts("Counts are whole numbers and not negative.")
    return whole.astype(np.int64)


def person_time(population: Floats, counted_at: Floats, edges: Floats) -> Floats:
    """Return person-time (…, periods) between edges (periods + 1,) from populations (…, k) counted at k times.

    Between two counts the population moves in a straight line; before the first and after the last it stays.
    """
    knots = np.union1d(edges, counted_at)
    knots = knots[(knots >= edges[0]) & (knots <= edges[-1])]
    weights = np.stack([np.interp(knots, counted_at, unit) for unit in np.eye(len(counted_at))])
    areas = np.diff(knots) * (weights[:, 1:] + weights[:, :-1]) / 2
    until = np.concatenate([np.zeros((len(counted_at), 1)), np.cumsum(areas, axis=1)], axis=1)
    at_edges = until[:, np.searchsorted(knots, edges)]
    return np.asarray(population @ np.diff(at_edges, axis=1))


def ending_now(periods: int, *, longest: int, shortest: int = 1) -> Integers:
    """Return the windows of a prospective scan: they end with the last period."""
    return np.array([(periods - length, periods) for length in range(shortest, min(longest, periods) + 1)])


def ending_any_time(periods: int, *, longest: int, shortest: int = 1) -> Integers:
    """Return the windows of a retrospective scan."""
    return np.array(
        [
            (first, first + length)
            for length in range(shortest, min(longest, periods) + 1)
            for first in range(periods - length + 1)
        ]
    )


def always(periods: int) -> Integers:
    """Return the one window of a purely spatial scan."""
    return np.array([(0, periods)])


@dataclass(frozen=True, slots=True)
class Cluster:
    """Places and periods (the end no longer belongs to them) with more, or fewer, cases than expected.

    `p` compares with the largest ratio of every repetition and so holds for secondary clusters too (they are
    then judged with caution); `tail_p` follows a Gumbel distribution fitted to the repetitions, where `p` ends
    (Abrams, Kulldorff and Kleinman 2010).
    """

    center: int
    places: tuple[int, ...]
    first: int
    end: int
    observed: int
    expected: float
    relative_risk: float
    ratio: float
    p: float
    tail_p: float

    @property
    def recurrence(self) -> float:
        """Return after how many scans like this one chance alone does as well, once."""
        return 1 / self.p


@dataclass(frozen=True, slots=True)
class Chance:
    """What chance alone does: the largest ratio of every repetition."""

    largest: Floats = field(repr=False)

    def p(self, ratio: float) -> float:
        """Return how probable such a ratio is; the observed data count as one more repetition."""
        return float(1 + np.count_nonzero(self.largest >= ratio - _TIE)) / (1 + len(self.largest))

    def tail_p(self, ratio: float) -> float:
        """Return the same from a fitted Gumbel distribution."""
        return -expm1(-exp(-min(max(self.standard(ratio), -30.0), 700.0)))

    def standard(self, ratio: float) -> float:
        """Return the ratio on a scale on which chance is alike, whatever is scanned."""
        center, spread = self._gumbel()
        return (ratio - center) / spread

    def standardized(self) -> Floats:
        center, spread = self._gumbel()
        return (self.largest - center) / spread

    def _gumbel(self) -> tuple[float, float]:
        """Return location and scale by moments; without repetitions, or without any spread, a standard one."""
        if len(self.largest) < 2 or self.largest.std() == 0:
            return 0.0, 1.0
        spread = float(self.largest.std(ddof=1)) * sqrt(6) / pi
        return float(self.largest.mean()) - _EULER * spread, spread


@dataclass(frozen=True, slots=True)
class Scan:
    """The clusters found, most likely first, and what chance does."""

    clusters: tuple[Cluster, ...]
    chance: Chance


@dataclass(frozen=True, slots=True)
class Wanted:
    """What counts as a cluster, and how many may be told. No two told share a place."""

    high: bool = True
    low: bool = False
    least: int = 2
    most: int = 10

    def __post_init__(self) -> None:
        if not (self.high or self.low) or self.least < 1 or self.most < 1:
            raise ValueError(
                "A scan looks for high or low rates, with at least one case, and tells one cluster."
            )


HIGH_RATES = Wanted()


def scan(
    cases: Cases,
    *,
    branches: Sequence[Branch],
    windows: Integers,
    repetitions: int,
    seed: int,
    wanted: Wanted = HIGH_RATES,
) -> Scan:
    """Return clusters among the zones of the branches and the windows, and how probable chance makes them.

    Of each center only its best cluster is a candidate, and of candidates that share a place only the best is
    told ("no geographical overlap"). The same seed gives the same answer.
    """
    if not len(windows) or cases.total == 0:
        return Scan((), Chance(np.zeros(repetitions)))
    start, end = int(windows[:, 0].min()), int(windows[:, 1].max())
    search = Search(
        branches,
        windows - start,
        cases.expected[:, start:end],
        cases.total,
        least=wanted.least,
        high=wanted.high,
        low=wanted.low,
    )
    draw = _repetitions(cases, slice(start, end), np.random.default_rng(seed))
    chance = Chance(largest_ratios(search, draw, repetitions))
    found = _apart(_best_of_each_center(cases, branches, windows, search), wanted.most)
    return Scan(tuple(_cluster(one, cases, chance) for one in found), chance)


@dataclass(frozen=True, slots=True)
class _Candidate:
    ratio: float
    branch: Branch
    zone: int
    first: int
    end: int


def _best_of_each_center(
    cases: Cases, branches: Sequence[Branch], windows: Integers, search: Search
) -> list[_Candidate]:
    observed, expected = in_windows(cases.counts, windows), in_windows(cases.expected, windows)
    best: dict[int, _Candidate] = {}
    for branch in branches:
        found = ratios(search, in_zones(branch, observed), in_zones(branch, expected))
        found[~branch.looked_at] = 0
        zone, window = np.unravel_index(int(found.argmax()), found.shape)
        one = _Candidate(
            float(found[zone, window]), branch, int(zone), *(int(edge) for edge in windows[window])
        )
        if one.ratio > 0 and (branch.center not in best or one.ratio > best[branch.center].ratio):
            best[branch.center] = one
    return list(best.values())


def _apart(candidates: Sequence[_Candidate], most: int) -> list[_Candidate]:
    """Return the best candidates that share no place; of equals, the one with fewer places."""
    told: list[_Candidate] = []
    taken: set[int] = set()
    for one in sorted(candidates, key=lambda one: (-round(one.ratio / _TIE), one.zone, one.branch.center)):
        members = set(one.branch.members(one.zone))
        if len(told) < most and not members & taken:
            told.append(one)
            taken |= members
    return told


def _cluster(one: _Candidate, cases: Cases, chance: Chance) -> Cluster:
    places = one.branch.members(one.zone)
    inside = np.ix_(places, range(one.first, one.end))
    observed, expected = int(cases.counts[inside].sum()), float(cases.expected[inside].sum())
    outside = (cases.total - observed) / (cases.total - expected)
    return Cluster(
        center=one.branch.center,
        places=places,
        first=one.first,
        end=one.end,
        observed=observed,
        expected=expected,
        relative_risk=observed / expected / outside if outside else np.inf,
        ratio=one.ratio,
        p=chance.p(one.ratio),
        tail_p=chance.tail_p(one.ratio),
    )


def over_all(scans: Sequence[Scan]) -> list[list[float]]:
    """Return each scan's clusters' p-values, corrected for having looked at all the scans.

    Every repetition tells the largest ratio over all scans, on the scale on which chance is alike (a rare
    category's ratios are smaller); a cluster is compared with these (Westfall and Young's maximum).
    """
    lengths = {len(one.chance.largest) for one in scans}
    if len(lengths) > 1:
        raise ValueError("Scans that are judged together have equally many repetitions.")
    if not scans:
        return []
    largest = Chance(np.max([one.chance.standardized() for one in scans], axis=0))
    return [[largest.p(one.chance.standard(cluster.ratio)) for cluster in one.clusters] for one in scans]


def _repetitions(cases: Cases, periods: slice, random: np.random.Generator) -> Draw:
    if cases.model is Model.PERMUTATION:
        return _Permuted(cases.counts, periods, random)
    return _Thrown(cases, periods, random)


class _Permuted:
    """Shuffles the cases among the periods; only the periods that are looked at are dealt out.

    Fisher and Yates, hundreds of repetitions side by side, stopped when the last case of the periods is drawn.
    Every shuffle goes on from the one before: it is as random, and nothing has to be laid out anew.
    """

    def __init__(self, counts: Integers, periods: slice, random: np.random.Generator) -> None:
        self._places = len(counts)
        self._period_of = np.repeat(
            np.arange(periods.stop - periods.start), counts[:, periods].sum(axis=0)
        ).tolist()
        self._random = random
        self._kind = _wide_enough(int(counts.sum()))
        self._periods = periods.stop - periods.start
        place_of = np.repeat(np.arange(self._places, dtype=_wide_enough(self._places)), counts.sum(axis=1))
        self._deck = np.repeat(place_of[:, None], _DRAWN_TOGETHER, axis=1)

    def __call__(self, repetitions: int) -> Counts:
        dealt = np.zeros((self._places, self._periods, repetitions), dtype=self._kind)
        for start in range(0, repetitions, _DRAWN_TOGETHER):
            self._deal(dealt[..., start : start + _DRAWN_TOGETHER])
        return dealt

    def _deal(self, dealt: Counts) -> None:
        columns = np.arange(dealt.shape[-1])
        for card, period in enumerate(self._period_of):
            other = self._random.integers(card, len(self._deck), len(columns))
            drawn = self._deck[other, columns]
            self._deck[other, columns] = self._deck[card, : len(columns)]
            self._deck[card, : len(columns)] = drawn
            dealt[drawn, period, columns] += 1


class _Thrown:
    """Throws all cases anew, each into a place and period with the share that is expected there."""

    def __init__(self, cases: Cases, periods: slice, random: np.random.Generator) -> None:
        expected = cases.expected[:, periods]
        self._shape = expected.shape
        self._total = cases.total
        self._until = np.cumsum(expected.ravel()) / cases.expected.sum()
        self._random = random
        self._kind = _wide_enough(cases.total)

    def __call__(self, repetitions: int) -> Counts:
        starts = range(0, repetitions, _DRAWN_TOGETHER)
        return np.concatenate(
            [self._throw(min(_DRAWN_TOGETHER, repetitions - start)) for start in starts], axis=-1
        )

    def _throw(self, repetitions: int) -> Counts:
        inside = min(float(self._until[-1]), 1.0)
        many = self._random.binomial(self._total, inside, repetitions)
        spots = self._random.random(int(many.sum())) * self._until[-1]
        cells = np.searchsorted(self._until, spots, side="right").clip(max=len(self._until) - 1)
        flat = cells * repetitions + np.repeat(np.arange(repetitions), many)
        thrown = np.bincount(flat, minlength=len(self._until) * repetitions).astype(self._kind)
        return thrown.reshape(*self._shape, repetitions)


def _wide_enough(largest: int) -> type[np.uint16] | type[np.uint32]:
    return np.uint16 if largest < 65_536 else np.uint32
