"""Which open matters are about the same thing as this text? Asked while somebody is still writing.

An inverted index: only texts that share a rare term with the question are looked at, so the answer takes
milliseconds among tens of thousands. Its terms and weights are those of hot issues.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from maplebridge.learning.issue_terms import fold, issue_terms
from maplebridge.learning.named_things import named_things

# Enough to tell a text apart; fewer would forget the name in a long letter, more would only cost memory.
TERMS_ASKED = 60
TERMS_HELD = 160
# How many texts are compared exactly, after the rare terms have picked them.
LOOKED_AT = 100
# A term held by more texts than this picks nobody out; it still counts in the exact comparison.
COMMON = 2000
# Loses a tenth of its score in a year, as hot issues do.
YEAR_APART = 0.9

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]


class Similar(NamedTuple):
    """A text in the index, how alike it is (0 to 1), and the named things that both texts mention."""

    id: str
    score: float
    shared: tuple[str, ...]


@dataclass(frozen=True)
class _Held:
    id: str
    terms: Ints
    weights: Floats
    text: str
    at: datetime | None


class _Numbers:
    """Whole numbers in an array that grows by half when full."""

    __slots__ = ("_array", "size")

    def __init__(self) -> None:
        self._array: Ints = np.empty(2, np.int32)
        self.size = 0

    def append(self, number: int) -> None:
        if self.size == len(self._array):
            self._array = np.concatenate([self._array, np.zeros(1 + self.size // 2, np.int32)])
        self._array[self.size] = number
        self.size += 1

    def array(self) -> Ints:
        """Return what is held, as a view that may be written to."""
        return self._array[: self.size]


class IssueIndex:
    """Texts by the terms they share, growing and shrinking one text at a time. Not for several threads at once."""

    def __init__(self) -> None:
        self._terms: dict[str, int] = {}
        self._postings: list[_Numbers] = []
        # In how many texts each term stands: the length of its posting, where arrays can be computed with.
        self._frequency = _Numbers()
        self._held: list[_Held | None] = []
        self._number: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._number)

    def add(self, id: str, text: str, *, at: datetime | None = None) -> None:
        """Hold a text from now on; a text already held under this id is replaced."""
        if id in self._number:
            self.remove(id)
        terms, weights = self._strongest(issue_terms(text))
        number = len(self._held)
        for term in terms.tolist():
            self._postings[term].append(number)
        self._frequency.array()[terms] += 1
        self._held.append(_Held(id, terms, weights, fold(text), at))
        self._number[id] = number

    def remove(self, id: str) -> None:
        """Forget a text; KeyError where it is not held.

        Its terms stay counted, which makes them a little less rare: build the index anew now and then.
        """
        self._held[self._number.pop(id)] = None

    def similar(self, text: str, *, at: datetime | None = None, most: int = 5) -> list[Similar]:
        """Return the texts most alike, the most alike first; nothing where no rare term is shared."""
        terms, weights = self._asked(issue_terms(text))
        if not len(terms):
            return []
        by_term = np.zeros(len(self._terms), np.float32)
        by_term[terms] = weights / np.linalg.norm(weights)
        candidates = self._candidates(terms, weights)
        scored = [(self._score(self._held[number], by_term, at), number) for number in candidates]
        best = sorted((pair for pair in scored if pair[0] > 0), key=lambda pair: (-pair[0], -pair[1]))[:most]
        names = [(name, fold(name)) for name in named_things(text)] if best else []
        return [self._similar(self._held[number], score, names) for score, number in best]

    def _strongest(self, weights: Mapping[str, float]) -> tuple[Ints, Floats]:
        """Number the terms to hold: those that are heaviest and rarest as far as the index knows by now."""
        frequency = self._frequency.array()
        size = 2 + len(self._held)
        strength = {
            term: weight * math.log(size / (1 + (frequency[self._terms[term]] if term in self._terms else 0)))
            for term, weight in weights.items()
        }
        terms = sorted(weights, key=lambda term: -strength[term])[:TERMS_HELD]
        numbers = [self._number_of(term) for term in terms]
        return np.array(numbers, np.int32), np.array([weights[term] for term in terms], np.float32)

    def _number_of(self, term: str) -> int:
        number = self._terms.setdefault(term, len(self._terms))
        if number == len(self._postings):
            self._postings.append(_Numbers())
            self._frequency.append(0)
        return number

    def _rarity(self, terms: Ints) -> Floats:
        rarity: Floats = np.log((2 + len(self._held)) / (1 + self._frequency.array()[terms])).astype(
            np.float32
        )
        return rarity

    def _asked(self, weights: Mapping[str, float]) -> tuple[Ints, Floats]:
        """Return the heaviest terms of the question that the index knows, and their weights."""
        known = [(self._terms[term], weight) for term, weight in weights.items() if term in self._terms]
        terms = np.array([term for term, _ in known], np.int32)
        weighted = np.array([weight for _, weight in known], np.float32) * self._rarity(terms)
        heaviest = np.argsort(-weighted, kind="stable")[:TERMS_ASKED]
        return terms[heaviest], weighted[heaviest]

    def _candidates(self, terms: Ints, weights: Floats) -> list[int]:
        """Return the texts still held that share the most weight in rare terms with the question."""
        rare = [
            (self._postings[term].array(), weight)
            for term, weight in zip(terms.tolist(), weights.tolist(), strict=True)
            if 0 < self._postings[term].size <= COMMON
        ]
        if not rare:
            return []
        numbers = np.concatenate([found for found, _ in rare])
        shared = np.bincount(numbers, np.repeat([w for _, w in rare], [len(found) for found, _ in rare]))
        hits = np.flatnonzero(shared)
        order = hits[np.argsort(-shared[hits], kind="stable")]
        return [number for number in order.tolist() if self._held[number] is not None][:LOOKED_AT]

    def _score(self, held: _Held | None, by_term: Floats, at: datetime | None) -> float:
        if held is None:
            return 0.0
        own = held.weights * self._rarity(held.terms)
        length = float(np.linalg.norm(own))
        cosine = float(own @ by_term[held.terms]) / length if length else 0.0
        if at is not None and held.at is not None:
            cosine *= 1 - (1 - YEAR_APART) * min(1.0, abs(at - held.at) / timedelta(days=365))
        return min(1.0, cosine)

    def _similar(self, held: _Held | None, score: float, names: list[tuple[str, str]]) -> Similar:
        if held is None:
            raise KeyError("a forgotten text was found")
        return Similar(held.id, score, tuple(name for name, folded in names if folded in held.text))
