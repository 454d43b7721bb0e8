"""Which open matters nearby may be the same thing."""

from dataclasses import dataclass
from functools import lru_cache

from django.db.models import Q

from maplebridge.learning.issue_terms import issue_terms
from maplebridge.matters.domain.workflow import OPEN
from maplebridge.matters.models import Matter

SAME_CATEGORY_BONUS = 0.2  # two words on one trouble in one place are more alike than the words alone
LEAST_LIKENESS = 0.01
TERMS_KEPT = 150  # of a text; the rest weighs next to nothing


@dataclass(frozen=True, slots=True)
class Similar:
    """An open matter nearby that may be the same thing, and how alike the words are (0 to 1)."""

    matter: Matter
    likeness: float
    shared: tuple[str, ...]


def similar_open(
    text: str,
    *,
    grid_id: int | None,
    estate_id: int | None = None,
    category_id: int | None = None,
    least: float = 0.0,
    most: int = 5,
    among: int = 60,
) -> list[Similar]:
    """Return open matters of the same estate or grid whose words are most alike, best first."""
    if grid_id is None and estate_id is None:
        return []
    near = Q(estate_id=estate_id) if estate_id is not None else Q(grid_id=grid_id)
    candidates = Matter.objects.filter(near, state__in=OPEN, confidential=False).order_by("-id")
    ours = _terms_of(text)
    likely = [
        (likeness, id, shared)
        for id, summary, category in candidates.values_list("id", "summary", "category_id")[:among]
        for likeness, shared in [
            _likeness(ours, _terms_of(summary), category is not None and category == category_id)
        ]
        if likeness >= max(least, LEAST_LIKENESS)
    ]
    best = sorted(likely, key=lambda one: (-one[0], -one[1]))[:most]
    found = {one.pk: one for one in Matter.objects.filter(pk__in=[id for _, id, _ in best])} if best else {}
    return [Similar(found[id], likeness, shared) for likeness, id, shared in best]


@dataclass(frozen=True, slots=True)
class _Terms:
    weights: dict[str, float]
    norm: float


@lru_cache(maxsize=20_000)
def _terms_of(text: str) -> _Terms:
    """Return what names the thing a text is about; kept, since the same open matters are compared again and again."""
    heaviest = sorted(issue_terms(text).items(), key=lambda one: (-one[1], one[0]))[:TERMS_KEPT]
    return _Terms(dict(heaviest), sum(weight * weight for _, weight in heaviest) ** 0.5)


def _likeness(one: _Terms, other: _Terms, same_category: bool) -> tuple[float, tuple[str, ...]]:
    ours, theirs = one.weights, other.weights
    shared = ours.keys() & theirs.keys()
    norm = one.norm * other.norm
    likeness = sum(ours[term] * theirs[term] for term in shared) / norm if norm else 0.0
    if same_category:
        likeness = min(1.0, likeness + SAME_CATEGORY_BONUS)
    return likeness, tuple(sorted(shared, key=lambda term: (-ours[term] * theirs[term], term))[:5])
