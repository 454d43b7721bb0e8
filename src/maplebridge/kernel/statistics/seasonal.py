"""What is usual at this time of the year, from an area's own past.

Counts are taken as level of the area x month of the year x exposure. An area's months lean on those of the whole
where its own are few; a missing month (NaN, or no exposure) is left out, never zero. Where borders changed, give
the past as it falls on the areas of today.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

YEAR = 12
LEAST_MONTHS = 24  # in less than two years a season cannot be told from a trend
ROUNDS = 30
WEIGHT_OF_NONE = 50.0  # as many events say that a month of the whole is like any other
# As many events, least and most, say that an area's month is that of the whole.
WEIGHTS_OF_WHOLE = (50.0, 5000.0)
CUT = 25.0  # squared standard deviations: one area's wave does not give every area a season of its own


@dataclass(frozen=True, slots=True)
class Seasons:
    """How many times the usual each month of the year has: for the whole (12) and for each area (areas x 12)."""

    level: Floats  # events for each exposure and month, in the latest year, without season
    whole: Floats
    own: Floats

    def factors(self, months: ArrayLike) -> Floats:
        """Return areas x months, for months of the year 1 to 12."""
        return np.asarray(self.own[:, np.asarray(months, dtype=np.int64) - 1])

    def expected(self, exposure: ArrayLike, months: ArrayLike) -> Floats:
        """Return the events to be expected in months of the year, areas x months."""
        return np.asarray(self.level[:, None] * np.asarray(exposure, dtype=np.float64) * self.factors(months))


def seasons(counts: ArrayLike, exposure: ArrayLike, last_month: int) -> Seasons:
    """Return the seasons of areas x months that follow each other, of which the last is month 1 to 12.

    Of less than two years no season is told: all factors are 1. An area without a past has the months of the
    whole and a level of zero.
    """
    events, people = _present(counts, exposure)
    length = events.shape[1]
    calendar = (np.arange(length) + last_month - length) % YEAR  # 0 is January
    year = (length - 1 - np.arange(length)) // YEAR  # 0 is the latest
    whole, years, level = _fit(events, people, calendar, year)
    if length < LEAST_MONTHS:
        return Seasons(level, whole, np.ones((len(events), YEAR)))
    flat = people * years[year]
    seen = np.stack([events[:, calendar == month].sum(axis=1) for month in range(YEAR)], axis=1)
    usual = level[:, None] * np.stack(
        [flat[:, calendar == month].sum(axis=1) for month in range(YEAR)], axis=1
    )
    weight = _weight_of_whole(seen, usual * whole)
    own = (seen + weight * whole) / (usual + weight)
    return Seasons(level, whole, own / own.mean(axis=1, keepdims=True))


def _weight_of_whole(seen: Floats, expected: Floats) -> float:
    """Return how alike the areas' seasons are, from how far they lie apart beyond chance (by moments)."""
    there = expected > 0
    if not there.any():
        return WEIGHTS_OF_WHOLE[1]
    usual = expected[there]
    squares = np.minimum((seen[there] - usual) ** 2, CUT * np.maximum(usual, 1))
    # Level and months were fitted to the same counts: of 12 months about 11 are free.
    apart = float((squares - usual * (YEAR - 1) / YEAR).sum() / (usual**2).sum())
    least, most = WEIGHTS_OF_WHOLE
    return float(np.clip(1 / apart, least, most)) if apart > 0 else most


def _present(counts: ArrayLike, exposure: ArrayLike) -> tuple[Floats, Floats]:
    events, people = np.asarray(counts, dtype=np.float64), np.asarray(exposure, dtype=np.float64)
    there = np.isfinite(events) & np.isfinite(people) & (people > 0)
    return np.where(there, events, 0.0), np.where(there, people, 0.0)


def _fit(
    events: Floats, people: Floats, calendar: NDArray[np.int64], year: NDArray[np.int64]
) -> tuple[Floats, Floats, Floats]:
    """Return the months of the whole, its years beside the latest, and each area's level (by turns, as Poisson)."""
    whole, years = np.ones(YEAR), np.ones(int(year.max()) + 1)
    total, by_area = events.sum(axis=0), events.sum(axis=1)
    level = np.zeros(len(events))
    seasonal = events.shape[1] >= LEAST_MONTHS
    for _ in range(ROUNDS if seasonal else 1):
        before = whole
        usual = people @ (whole[calendar] * years[year])
        level = np.divide(by_area, usual, out=np.zeros_like(usual), where=usual > 0)
        base = level @ people
        if not seasonal:
            break
        years = _parts(total, base * whole[calendar], year, len(years), 0.0)
        whole = _parts(total, base * years[year], calendar, YEAR, WEIGHT_OF_NONE)
        whole = whole / whole.mean()
        if np.abs(whole - before).max() < 1e-9:
            break
    return whole, years / years[0], level * years[0]


def _parts(total: Floats, usual: Floats, label: NDArray[np.int64], size: int, weight: float) -> Floats:
    """Return how many times the usual each label has; a label that nothing was seen of has 1."""
    seen, base = np.bincount(label, total, size) + weight, np.bincount(label, usual, size) + weight
    return np.asarray(np.divide(seen, base, out=np.ones(size), where=(base > 0) & (seen > 0)))
