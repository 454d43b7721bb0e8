"""The fast search is the slow search; chance is what it claims; known small cases come out as on paper."""

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from math import log
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from maplebridge.kernel.statistics import replications, scan, zones
from maplebridge.kernel.statistics.likelihood import Bar, Floor, log_ratio

LINE = np.array([[0.0, 0.0], [1.0, 0.0], [2.1, 0.0], [3.3, 0.0], [4.6, 0.0], [6.0, 0.0]])
Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Zone = frozenset[int]

ANY_SIZE = zones.Size(share=1.0)


def town(seed: int, places: int = 7, periods: int = 9, mean: float = 1.5) -> tuple[Floats, Counts]:
    random = np.random.default_rng(seed)
    return random.uniform(0, 10, (places, 2)), random.poisson(mean, (places, periods))


def by_hand(observed: float, expected: float, total: float) -> float:
    """The formula of Kulldorff 1997, written out."""
    ratio = observed * log(observed / expected) if observed else 0.0
    rest = total - observed
    return ratio + (rest * log(rest / (total - expected)) if rest else 0.0)


def naive_largest(
    counts: NDArray[np.integer[Any]],
    expected: Floats,
    zone_sets: Iterable[Zone],
    windows: Counts,
    *,
    high: bool,
    low: bool,
    least: int,
) -> float:
    total, best = counts.sum(), 0.0
    for places in zone_sets:
        for first, end in windows:
            inside = np.ix_(sorted(places), range(first, end))
            c, e = counts[inside].sum(), expected[inside].sum()
            if 0 < e < total and ((high and c > e and c >= least) or (low and c < e)):
                best = max(best, by_hand(c, e, total))
    return best


def zone_sets(branches: Sequence[zones.Branch]) -> set[Zone]:
    return {
        frozenset(branch.members(zone))
        for branch in branches
        for zone in range(len(branch.added))
        if branch.looked_at[zone]
    }


@pytest.mark.parametrize(("high", "low"), [(True, False), (False, True), (True, True)])
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("shapes", ["circles", "flexible"])
def test_the_fast_search_finds_what_a_naive_one_finds(seed: int, high: bool, low: bool, shapes: str) -> None:
    xy, counts = town(seed)
    cases = scan.permutation(counts)
    distances, people = zones.on_a_plane(xy), counts.sum(axis=1).astype(float)
    if shapes == "circles":
        branches = zones.circles(distances, population=people, size=zones.Size(6.0, 0.6))
    else:
        everybody = [[j for j in range(7) if abs(i - j) in (1, 6)] for i in range(7)]
        branches = zones.flexible(distances, everybody, most=5, population=people, size=zones.Size(share=0.7))
    windows = scan.ending_any_time(9, longest=3)
    search = replications.Search(branches, windows, cases.expected, cases.total, 2, high, low)
    random = np.random.default_rng(seed)
    drawn = np.stack([random.permuted(counts, axis=1) for _ in range(150)], axis=-1).astype(np.uint16)
    queue = iter([drawn[..., :64], drawn])  # the first few only tell where to start
    largest = replications.largest_ratios(search, lambda repetitions: next(queue), 150)
    naive = [
        naive_largest(
            drawn[..., i], cases.expected, zone_sets(branches), windows, high=high, low=low, least=2
        )
        for i in range(150)
    ]
    assert largest == pytest.approx(naive, abs=1e-9)


def test_zones_too_large_for_a_byte_are_searched_in_wider_integers() -> None:
    random = np.random.default_rng(5)
    counts = random.poisson(60, (6, 8))
    cases = scan.permutation(counts)
    branches = zones.circles(zones.on_a_plane(LINE), population=np.ones(6), size=ANY_SIZE)
    windows = scan.ending_now(8, longest=4)
    search = replications.Search(branches, windows, cases.expected, cases.total)
    drawn = random.poisson(60, (6, 8, 80)).astype(np.uint16)
    drawn[2, 7, :40] += 300
    queue = iter([drawn[..., :64], drawn])
    largest = replications.largest_ratios(search, lambda repetitions: next(queue), 80)
    # Every repetition is judged against the total of the observed cases, whatever it adds up to itself.
    for i in range(80):
        best = max(
            log_ratio(np.array(c), np.array(e), cases.total)
            for places in zone_sets(branches)
            for first, end in windows
            for c, e in [
                (
                    drawn[sorted(places), first:end, i].sum(),
                    cases.expected[sorted(places), first:end].sum(),
                )
            ]
            if c > e
        )
        assert largest[i] == pytest.approx(best, abs=1e-9)


@given(
    height=st.floats(0.0, 30.0),
    total=st.integers(5, 60),
    shares=st.lists(st.floats(0.001, 0.999), min_size=1, max_size=5),
)
@settings(max_examples=80, deadline=None)
def test_a_bar_is_the_smallest_count_that_reaches_it(height: int, total: int, shares: list[float]) -> None:
    expected = np.array(shares) * total
    needed = Bar.at(height, total=total, least=2).counts_needed(expected)
    allowed = Floor.at(height, total=total).counts_allowed(expected)
    for e, bar, floor in zip(expected, needed, allowed, strict=True):
        high = [
            c for c in range(2, total + 1) if c > e and log_ratio(np.array(c), np.array(e), total) >= height
        ]
        low = [c for c in range(total) if c < e and log_ratio(np.array(c), np.array(e), total) >= height]
        # Wider by a hair at most: nothing that reaches the height is left out.
        assert bar <= min(high, default=total + 1)
        assert floor >= max(low, default=-1)
        assert bar >= min(high, default=total + 1) - 1
        assert floor <= max(low, default=-1) + 1


def test_the_ratio_is_the_one_on_paper() -> None:
    # Kulldorff 1997, by hand: 106 seen where 64.09 of 574 were to be expected.
    assert log_ratio(np.array(106), np.array(64.09), 574) == pytest.approx(by_hand(106, 64.09, 574))
    assert log_ratio(np.array(0), np.array(2.0), 10) == pytest.approx(10 * log(10 / 8))
    assert log_ratio(np.array(10), np.array(2.0), 10) == pytest.approx(10 * log(5))
    assert log_ratio(np.array([3, 3]), np.array([0.0, 10.0]), 10).tolist() == [0.0, 0.0]


def test_circles_grow_by_the_nearest_place_up_to_the_radius() -> None:
    around = zones.circles(zones.on_a_plane(LINE), population=np.ones(6), size=zones.Size(2.2, 1.0))[1]
    assert [around.members(zone) for zone in range(len(around.added))] == [(1,), (1, 0), (1, 0, 2)]


def test_places_at_the_same_distance_join_together() -> None:
    square = np.array([[0.0, 0.0], [1.0, 0.0], [-1.0, 0.0], [5.0, 5.0]])
    around = zones.circles(zones.on_a_plane(square), population=np.ones(4), size=zones.Size(2.0, 1.0))[0]
    looked_at = [set(around.members(zone)) for zone in np.flatnonzero(around.looked_at).tolist()]
    assert looked_at == [{0}, {0, 1, 2}]


def test_a_circle_holds_at_most_its_share_of_the_population() -> None:
    people = np.array([1.0, 1.0, 1.0, 1.0, 1.0, 95.0])
    found = zone_sets(zones.circles(zones.on_a_plane(LINE), population=people, size=zones.Size(share=0.5)))
    assert found
    assert not any(5 in places for places in found)


def test_streets_shape_the_neighborhood() -> None:
    river = np.array([[0.0, 1.0, 9.0], [1.0, 0.0, np.inf], [9.0, np.inf, 0.0]])
    found = zone_sets(zones.circles(zones.given(river), population=np.ones(3), size=zones.Size(5.0, 1.0)))
    assert found == {frozenset({0}), frozenset({1}), frozenset({2}), frozenset({0, 1})}


def connected(places: Sequence[int], neighbors: Sequence[Sequence[int]]) -> bool:
    reached, edge = set(), [min(places)]
    while edge:
        place = edge.pop()
        reached.add(place)
        edge += [other for other in neighbors[place] if other in places and other not in reached]
    return reached == set(places)


@pytest.mark.parametrize("seed", range(5))
def test_flexible_zones_are_all_connected_sets_once(seed: int) -> None:
    random = np.random.default_rng(seed)
    xy = random.uniform(0, 10, (8, 2))
    apart = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    neighbors = [np.flatnonzero((row < 5) & (row > 0)).tolist() for row in apart]
    branches = zones.flexible(zones.given(apart), neighbors, most=5, population=np.ones(8), size=ANY_SIZE)
    expected = {
        frozenset(places)
        for center in range(8)
        for near in [np.argsort(apart[center])[:5].tolist()]
        for size in range(1, 6)
        for places in combinations(near, size)
        if center in places and connected(places, neighbors)
    }
    found = [
        frozenset(branch.members(zone))
        for branch in branches
        for zone in range(len(branch.added))
        if branch.looked_at[zone]
    ]
    assert sorted(map(sorted, found)) == sorted(map(sorted, expected))


def test_distances_on_earth_are_great_circles() -> None:
    # A quarter of the equator, and the whole way to the pole.
    row = zones.on_earth(np.array([[0.0, 0.0], [90.0, 0.0], [0.0, 90.0]]))(0)
    assert row == pytest.approx([0, 10_007_557, 10_007_557], rel=1e-6)


def test_a_shuffle_keeps_what_every_period_has_and_gives_no_place_more_than_it_has() -> None:
    _, counts = town(3)
    dealt = scan._Permuted(counts, slice(5, 9), np.random.default_rng(1))(700)
    assert (dealt.sum(axis=0) == counts[:, 5:].sum(axis=0)[:, None]).all()
    assert (dealt.sum(axis=1) <= counts.sum(axis=1)[:, None]).all()


@pytest.mark.parametrize(
    "model", [scan.permutation, lambda counts: scan.poisson(counts, np.arange(1.0, 8.0))]
)
def test_repetitions_average_to_what_is_expected(model: Callable[[Counts], scan.Cases]) -> None:
    _, counts = town(4)
    cases = model(counts)
    drawn = scan._repetitions(cases, slice(3, 9), np.random.default_rng(2))(4000)
    assert drawn.mean(axis=-1) == pytest.approx(cases.expected[:, 3:], abs=0.12)


def planted(seed: int = 11) -> tuple[Floats, Counts, set[int], int]:
    random = np.random.default_rng(seed)
    xy = random.uniform(0, 10_000, (60, 2))
    counts = random.poisson(0.08, (60, 120))
    near = np.argsort(np.hypot(*(xy - xy[9]).T))[:4]
    for place in near:
        counts[place, -3:] += 2
    far = int(np.argmax(np.hypot(*(xy - xy[9]).T)))
    counts[far, -6:] += 1
    return xy, counts, set(near.tolist()), far


def scanned(xy: Floats, counts: Counts, seed: int = 1, repetitions: int = 999) -> scan.Scan:
    branches = zones.circles(
        zones.on_a_plane(xy), population=counts.sum(axis=1).astype(float), size=zones.Size(3000, 0.5)
    )
    windows = scan.ending_now(counts.shape[1], longest=14)
    return scan.scan(
        scan.permutation(counts), branches=branches, windows=windows, repetitions=repetitions, seed=seed
    )


def test_a_planted_cluster_and_a_second_one_are_found_with_place_and_time() -> None:
    xy, counts, near, far = planted()
    first, second, *_ = scanned(xy, counts).clusters
    assert set(first.places) == near
    assert (first.first, first.end) == (117, 120)
    assert first.observed == counts[sorted(near), 117:].sum()
    assert (first.p, first.recurrence) == (0.001, 1000)
    assert far in second.places
    assert second.ratio < first.ratio
    assert not set(first.places) & set(second.places)


def test_clusters_told_share_no_place_and_fall_in_likelihood() -> None:
    xy, counts, *_ = planted(3)
    clusters = scanned(xy, counts).clusters
    assert len(clusters) > 3
    assert [one.ratio for one in clusters] == sorted((one.ratio for one in clusters), reverse=True)
    places = [place for one in clusters for place in one.places]
    assert len(places) == len(set(places))


def test_the_same_seed_gives_the_same_answer_and_another_nearly_the_same() -> None:
    xy, counts, *_ = planted()
    assert scanned(xy, counts).clusters == scanned(xy, counts).clusters
    one, other = scanned(xy, counts).clusters[2], scanned(xy, counts, seed=2).clusters[2]
    assert one.ratio == other.ratio
    assert one.p == pytest.approx(other.p, abs=0.08)
    assert one.tail_p == pytest.approx(one.p, abs=0.08)


def test_chance_is_called_significant_as_often_as_claimed() -> None:
    random = np.random.default_rng(8)
    xy = random.uniform(0, 1000, (15, 2))
    p = [
        scanned(xy, random.poisson(0.4, (15, 40)), seed=seed, repetitions=99).clusters[0].p
        for seed in range(300)
    ]
    assert np.mean(np.array(p) <= 0.2) == pytest.approx(0.2, abs=0.06)
    assert np.mean(p) == pytest.approx(0.5, abs=0.06)


def test_a_place_that_lost_its_cases_is_a_low_cluster() -> None:
    counts = np.full((6, 10), 6)
    counts[4, 6:] = 0
    branches = zones.circles(zones.on_a_plane(LINE), population=np.ones(6), size=zones.Size(share=0.4))
    found = scan.scan(
        scan.poisson(counts, np.ones(6)),
        branches=branches,
        windows=scan.ending_any_time(10, longest=5),
        repetitions=199,
        seed=1,
        wanted=scan.Wanted(high=False, low=True),
    ).clusters[0]
    assert (found.places, found.first, found.end, found.observed) == ((4,), 6, 10, 0)
    assert found.observed < found.expected
    assert found.relative_risk == 0
    assert found.p == 0.005


def test_a_day_with_more_everywhere_is_no_cluster_of_the_permutation_model() -> None:
    random = np.random.default_rng(2)
    counts = random.poisson(0.5, (20, 60))
    counts[:, -1] += random.poisson(2.0, 20)
    xy = random.uniform(0, 1000, (20, 2))
    assert scanned(xy, counts).clusters[0].p > 0.05


def test_several_categories_share_one_correction() -> None:
    xy, counts, near, _ = planted()
    quiet = [np.random.default_rng(seed).poisson(mean, counts.shape) for seed, mean in ((1, 0.05), (2, 0.3))]
    scans = [scanned(xy, one) for one in (*quiet, counts)]
    corrected = scan.over_all(scans)
    assert corrected[2][0] == 0.001
    assert set(scans[2].clusters[0].places) == near
    for one, p in zip(scans[:2], corrected[:2], strict=True):
        assert p[0] >= one.clusters[0].p
    with pytest.raises(ValueError, match="equally many"):
        scan.over_all([scans[0], scanned(xy, counts, repetitions=99)])


def test_person_time_follows_straight_lines_between_counts() -> None:
    # 100 at time 1, 200 at time 3; before and after it stays.
    found = scan.person_time(np.array([[100.0, 200.0]]), np.array([1.0, 3.0]), np.array([0.0, 1.0, 2.0, 4.0]))
    assert found[0] == pytest.approx([100.0, 125.0, 175.0 + 200.0])


def test_strata_have_their_own_rates() -> None:
    # Two places, one period: the old have a rate of 0.1, the young of 0.01.
    population = np.array([[[100.0], [300.0]], [[1000.0], [200.0]]])
    counts = np.array([[[12], [28]], [[7], [5]]])
    cases = scan.standardized(counts, population)
    assert cases.expected[:, 0] == pytest.approx([0.1 * 100 + 0.01 * 1000, 0.1 * 300 + 0.01 * 200])
    assert cases.counts[:, 0].tolist() == [19, 33]


@pytest.mark.parametrize(
    ("counts", "population"),
    [
        (np.array([[1, -1]]), np.ones(1)),
        (np.array([[0.5, 1.0]]), np.ones(1)),
        (np.array([[1, 1], [0, 0]]), np.array([0.0, 10.0])),
        (np.array([[1, 1]]), np.array([np.nan])),
        (np.array([[1, 1]]), np.array([0.0])),
    ],
)
def test_unusable_counts_are_refused(counts: Any, population: Any) -> None:
    with pytest.raises(scan.UnusableCounts):
        scan.poisson(counts, population)


def test_nothing_happened_is_no_cluster() -> None:
    counts = np.zeros((6, 30), dtype=int)
    branches = zones.circles(zones.on_a_plane(LINE), population=np.ones(6), size=ANY_SIZE)
    found = scan.scan(
        scan.permutation(counts),
        branches=branches,
        windows=scan.ending_now(30, longest=7),
        repetitions=99,
        seed=1,
    )
    assert found.clusters == ()


def test_one_gigantic_day_is_found_and_nothing_breaks() -> None:
    counts = np.ones((6, 30), dtype=int)
    counts[3, 29] = 100_000
    counts[:, 10] = 500
    branches = zones.circles(zones.on_a_plane(LINE), population=np.ones(6), size=ANY_SIZE)
    found = scan.scan(
        scan.permutation(counts),
        branches=branches,
        windows=scan.ending_now(30, longest=3),
        repetitions=19,
        seed=1,
    ).clusters[0]
    assert 3 in found.places
    assert found.p == 0.05
