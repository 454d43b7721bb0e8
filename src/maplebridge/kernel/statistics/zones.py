"""Where a scan looks: circles by distance, and flexible shapes by adjacency.

Circles are Kulldorff's (A spatial scan statistic, Communications in Statistics 1997): around every place, the
nearest places join one by one. Flexible shapes are those of Tango and Takahashi (A flexibly shaped spatial scan
statistic, International Journal of Health Geographics 2005): every connected set of a place and some of its
nearest neighbors. With distances along streets the circles follow the streets.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maplebridge.kernel.geo import EARTH_RADIUS_M

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

Distances = Callable[[int], Floats]  # from one place to all places, in meters; infinite where there is no way


@dataclass(frozen=True, slots=True)
class Branch:
    """Zones around one place: zone z is zone `parent[z]` (-1: nothing) and the place `added[z]`.

    Only zones that are `looked_at` are candidates; the others are steps on the way to them.
    """

    center: int
    added: Integers
    parent: Integers
    looked_at: Flags

    def members(self, zone: int) -> tuple[int, ...]:
        """Return the places of a zone, the one that joined first leading."""
        found = []
        while zone >= 0:
            found.append(int(self.added[zone]))
            zone = int(self.parent[zone])
        return tuple(reversed(found))

    @property
    def is_chain(self) -> bool:
        return bool((self.parent == np.arange(-1, len(self.parent) - 1)).all())


@dataclass(frozen=True, slots=True)
class Size:
    """How large a zone may be: in meters around its center, and as a share of the population (or of the cases)."""

    radius_m: float = np.inf
    share: float = 0.5

    def __post_init__(self) -> None:
        if not (self.radius_m >= 0 and 0 < self.share <= 1):
            raise ValueError(f"A zone of {self.radius_m} m and a share of {self.share} cannot be.")


def on_a_plane(xy: Floats) -> Distances:
    """Return distances between points (n, 2) in meters on a plane."""
    return lambda place: np.hypot(xy[:, 0] - xy[place, 0], xy[:, 1] - xy[place, 1])


def on_earth(lon_lat: Floats) -> Distances:
    """Return great-circle distances between points (n, 2) in degrees."""
    lon, lat = np.radians(lon_lat[:, 0]), np.radians(lon_lat[:, 1])
    unit = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)

    def row(place: int) -> Floats:
        half_chord = np.linalg.norm(unit - unit[place], axis=1) / 2
        return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.minimum(half_chord, 1.0)))

    return row


def given(matrix: Floats) -> Distances:
    """Return distances as somebody else measured them (n, n), along streets for example."""
    return lambda place: matrix[place]


def circles(distances: Distances, *, population: Floats, size: Size) -> list[Branch]:
    """Return the circles around every place that are not too large.

    `population` (n,) is what `size.share` is a share of. Places at the same distance join together. A place
    that is too large on its own has no zone.
    """
    return [
        branch
        for center in range(len(population))
        if len((branch := _circles_around(center, distances(center), population, size)).added)
    ]


def _circles_around(center: int, distance: Floats, population: Floats, size: Size) -> Branch:
    order = _nearest(center, distance, size.radius_m)
    share = np.cumsum(population[order]) / max(float(population.sum()), 1e-300)
    last_at_its_distance = np.append(np.diff(distance[order]) > 0, [True])
    looked_at = last_at_its_distance & (share <= size.share)
    length = int(np.flatnonzero(looked_at)[-1]) + 1 if looked_at.any() else 0
    return Branch(center, order[:length], np.arange(-1, length - 1), looked_at[:length])


def _nearest(center: int, distance: Floats, radius_m: float) -> Integers:
    """Return the places within the radius, nearest first, the center before others at the same spot."""
    near = np.flatnonzero((distance <= radius_m) & np.isfinite(distance))
    return near[np.lexsort((near, near != center, distance[near]))]


def flexible(
    distances: Distances,
    neighbors: Sequence[Sequence[int]],
    *,
    most: int,
    population: Floats,
    size: Size,
) -> list[Branch]:
    """Return every connected set of a place and some of its nearest, `most` places in all.

    `neighbors[i]` are the places adjacent to place i. A set that belongs to several centers is looked at once.
    The number of sets grows exponentially in `most`; 8 to 12 are usual (Tango and Takahashi use up to 15).
    """
    limit = size.share * population.sum()
    seen: set[frozenset[int]] = set()
    branches = []
    for center in range(len(population)):
        near = {int(place) for place in _nearest(center, distances(center), size.radius_m)[:most]}
        joined, parents, new = [], [], []
        for place, parent, members in _connected_sets(center, near, neighbors, population, limit):
            joined.append(place)
            parents.append(parent)
            new.append(members not in seen)
            seen.add(members)
        if any(new):
            branches.append(Branch(center, np.array(joined), np.array(parents), np.array(new)))
    return branches


def _connected_sets(
    center: int, near: set[int], neighbors: Sequence[Sequence[int]], population: Floats, limit: float
) -> Iterator[tuple[int, int, frozenset[int]]]:
    """Yield each connected set with the center once, as (place that joined, index of the set it joined, set).

    A place passed over in one set is barred from what grows out of the later ones (Wernicke 2006, ESU).
    """
    if population[center] > limit:
        return
    alone = frozenset({center})
    yield center, -1, alone
    frontier = [place for place in neighbors[center] if place in near and place != center]
    growing = [(0, alone, float(population[center]), frontier, {center, *frontier})]
    count = 1
    while growing:
        index, members, inside, frontier, known = growing.pop()
        for position, place in enumerate(frontier):
            larger, heavier = members | {place}, inside + float(population[place])
            if heavier > limit:
                continue
            yield place, index, larger
            fresh = [other for other in neighbors[place] if other in near and other not in known]
            growing.append((count, larger, heavier, [*frontier[position + 1 :], *fresh], known | set(fresh)))
            count += 1
