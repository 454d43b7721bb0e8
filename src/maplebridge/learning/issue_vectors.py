"""Messages as sparse vectors of length one: rare terms heavy, and the heaviest terms only."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse

# The heaviest terms tell what a message is about; the rest is how people write.
TERMS_KEPT = 80
# A term that more messages share says nothing about one issue, and would make the product quadratic.
COMMON_AT_LEAST = 300
COMMON_SHARE = 0.01

Floats = npt.NDArray[np.float64]


def vectors(documents: Sequence[Mapping[str, float]], *, kept: int | None = TERMS_KEPT) -> sparse.csr_array:
    """Weigh each document's terms by ln((1+n)/(1+df)), keep the heaviest, and scale each row to length one.

    Terms of one document only cannot link anything and are left out; an empty document is a row of zeros.
    """
    frequency = Counter(term for document in documents for term in document)
    most = max(COMMON_AT_LEAST, COMMON_SHARE * len(documents))
    columns = {term: i for i, term in enumerate(t for t, df in frequency.items() if 2 <= df <= most)}
    rarity = np.log((1 + len(documents)) / (1 + np.array([frequency[term] for term in columns], np.float64)))
    rows = [_row(document, columns, rarity, kept) for document in documents]
    return _stacked(rows, len(columns))


def _row(
    document: Mapping[str, float], columns: Mapping[str, int], rarity: Floats, kept: int | None
) -> tuple[npt.NDArray[np.int64], Floats]:
    known = [(columns[term], weight) for term, weight in document.items() if term in columns]
    places = np.array([place for place, _ in known], np.int64)
    weights = np.array([weight for _, weight in known], np.float64) * rarity[places]
    if kept is not None and len(places) > kept:
        heaviest = np.argsort(-weights, kind="stable")[:kept]
        places, weights = places[heaviest], weights[heaviest]
    length = np.linalg.norm(weights)
    return places, weights / length if length else weights


def _stacked(rows: Iterable[tuple[npt.NDArray[np.int64], Floats]], width: int) -> sparse.csr_array:
    rows = list(rows)
    edges = np.concatenate([[0], np.cumsum([len(places) for places, _ in rows])]).astype(np.int64)
    places = np.concatenate([np.empty(0, np.int64), *(places for places, _ in rows)])
    weights = np.concatenate([np.empty(0), *(weights for _, weights in rows)])
    return sparse.csr_array((weights, places, edges), shape=(len(rows), width))
