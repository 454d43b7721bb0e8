"""Average-link agglomeration over sparse similarities: groups grow while they are alike on average.

Unlike connected components, one message between two estates does not join them: every pair counts, and
pairs without a similarity count as zero (Sokal and Michener 1958, UPGMA; lazy heap as in Müllner 2011).
"""

import heapq
from collections.abc import Iterable

Pairs = Iterable[tuple[int, int, float]]


def average_link(size: int, pairs: Pairs, *, least: float) -> list[list[int]]:
    """Merge the two groups that are most alike until none reach `least`; ties go to the lowest numbers.

    `pairs` names each unordered pair once. Groups of one are returned too; members and groups are in order.
    """
    near: list[dict[int, float]] = [{} for _ in range(size)]
    for one, other, similarity in pairs:
        near[one][other] = near[other][one] = similarity
    members: dict[int, list[int]] = {i: [i] for i in range(size)}
    heap = [(-s, i, j) for i in range(size) for j, s in near[i].items() if i < j and s >= least]
    heapq.heapify(heap)
    while heap:
        _, one, other = heapq.heappop(heap)
        if one in members and other in members:
            _merge(one, other, near, members, heap, least)
    return sorted(sorted(group) for group in members.values())


def _merge(
    one: int,
    other: int,
    near: list[dict[int, float]],
    members: dict[int, list[int]],
    heap: list[tuple[float, int, int]],
    least: float,
) -> None:
    """Replace two groups by a new one; an average never rises above both its parts, so low pairs can wait."""
    new = len(near)
    members[new] = members.pop(one) + members.pop(other)
    sums = {k: near[one].get(k, 0.0) + near[other].get(k, 0.0) for k in near[one].keys() | near[other].keys()}
    sums.pop(one, None)
    sums.pop(other, None)
    near.append(sums)
    for k, total in sorted(sums.items()):
        near[k].pop(one, None)
        near[k].pop(other, None)
        near[k][new] = total
        average = total / (len(members[new]) * len(members[k]))
        if average >= least:
            heapq.heappush(heap, (-average, k, new))
    near[one], near[other] = {}, {}
