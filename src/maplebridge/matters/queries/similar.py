"""Which open matters nearby may be the same thing."""

from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter

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
        (likeness, id, theirs)
        for id, summary, category in candidates.values_list("id", "summary", "category_id")[:among]
        for theirs in [_terms_of(summary)]
        for likeness in [_likeness(ours, theirs, category is not None and category == category_id)]
        if likeness >= max(least, LEAST_LIKENESS)
    ]
    best = sorted(likely, key=lambda one: (-one[0], -one[1]))[:most]
    found = Matter.objects.defer("words").in_bulk([id for _, id, _ in best]) if best else {}
    return [Similar(found[id], likeness, _shared(ours, theirs)) for likeness, id, theirs in best]


@dataclass(frozen=True, slots=True)
class _Terms:
    weights: dict[str, float]
    norm: float


@lru_cache(maxsize=20_000)
def _terms_of(text: str) -> _Terms:
    """Return what names the thing a text is about; kept, since the same open matters are compared again and again."""
    by_term = sorted(issue_terms(text).items())
    heaviest = sorted(by_term, key=itemgetter(1), reverse=True)[:TERMS_KEPT]
    return _Terms(dict(heaviest), sum(weight * weight for _, weight in heaviest) ** 0.5)


def _likeness(one: _Terms, other: _Terms, same_category: bool) -> float:
    ours, theirs = one.weights, other.weights
    norm = one.norm * other.norm
    product = sum([ours[term] * theirs[term] for term in ours.keys() & theirs.keys()])
    likeness = product / norm if norm else 0.0
    return min(1.0, likeness + SAME_CATEGORY_BONUS) if same_category else likeness


def _shared(one: _Terms, other: _Terms) -> tuple[str, ...]:
    """Return the words that speak most for two texts being about one thing."""
    ours, theirs = one.weights, other.weights
    shared = ours.keys() & theirs.keys()
    return tuple(sorted(shared, key=lambda term: (-ours[term] * theirs[term], term))[:5])
