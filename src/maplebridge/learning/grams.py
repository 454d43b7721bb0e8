"""Text as numbers: runs of characters, words and words in a row, each known by a 64-bit key.

Keys make a vocabulary an array instead of a dictionary of strings: a model loads without a pickle, and a text
is looked up in a few vector operations. To explain, the grams of the text itself are used; a key has none.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from maplebridge.kernel.text import comparable

Keys = npt.NDArray[np.uint64]
Spans = npt.NDArray[np.int64]

# The longest message seen has 12,220 characters; this bounds the work that one text can ask for.
LONGEST_TEXT = 20_000
_SPACES = re.compile(r"\s+")
_NUMBERS = re.compile(r"\d+")
# Odd, so that it can be inverted modulo 2**64 (the multiplier of Knuth's MMIX generator).
_BASE = 6364136223846793005
# Two models read each message, each in several blocks: what they all ask of the same words is found once.
_KEPT = 128
# And of whole messages: models of one order, one after the other.
_ASKED_AGAIN = 8


@dataclass(frozen=True)
class GramOrder:
    """What to take from a text: runs of 1 to `characters` characters, and 1 to `words` words in a row."""

    characters: int
    words: int


@dataclass(frozen=True)
class Grams:
    """The grams of one text: `keys[i]` stands for `text[starts[i]:ends[i]]`."""

    text: str
    keys: Keys
    starts: Spans
    ends: Spans

    def written(self, index: int) -> str:
        return self.text[self.starts[index] : self.ends[index]]


@lru_cache(_KEPT)
def fold(text: str) -> str:
    """Return the text as the learner reads it: simplified, half-width, lower case, every number as 0."""
    return _NUMBERS.sub("0", _SPACES.sub(" ", comparable(text[:LONGEST_TEXT])))[:LONGEST_TEXT]


def grams(folded: str, order: GramOrder, *, space: int) -> Grams:
    """Return the grams of a folded text, with repetitions; the same gram in another space has another key."""
    runs = [_character_runs(folded, length) for length in range(1, order.characters + 1)]
    rows = [_word_runs(folded, length) for length in range(1, order.words + 1)]
    of_characters, of_words = _salts(space)
    salted = [run.hashes + of_characters for run in runs] + [row.hashes + of_words for row in rows]
    return Grams(
        folded,
        _mixed(np.concatenate(salted)),
        np.concatenate([run.starts for run in (*runs, *rows)]),
        np.concatenate([run.ends for run in (*runs, *rows)]),
    )


@lru_cache(_ASKED_AGAIN)
def keys_of(folded: tuple[str, ...], order: GramOrder, *, space: int) -> tuple[Keys, Spans]:
    """Return the keys of the grams of several texts, and for each key the number of its text."""
    if len(folded) > 1 and sum(map(len, folded)) > LONGEST_TEXT:
        half = len(folded) // 2
        keys, owners = keys_of(folded[:half], order, space=space)
        more, others = keys_of(folded[half:], order, space=space)
        return np.concatenate([keys, more]), np.concatenate([owners, others + half])
    runs = [_runs_among(folded, length, _each_character) for length in range(1, order.characters + 1)]
    rows = [_runs_among(folded, length, _word_edges) for length in range(1, order.words + 1)]
    of_characters, of_words = _salts(space)
    salted = [hashes + of_characters for hashes, _ in runs] + [hashes + of_words for hashes, _ in rows]
    return _mixed(np.concatenate(salted)), np.concatenate([owners for _, owners in (*runs, *rows)])


@lru_cache(_KEPT)
def _runs_among(texts: tuple[str, ...], length: int, edges_of: Callable[[str], Spans]) -> tuple[Keys, Spans]:
    """Return the hashes of all runs of one length, and the numbers of their texts.

    The texts are hashed one after the other as one, since every operation on arrays has its price, however short
    they are; what would begin in one text and end in the next is left out.
    """
    edges, owners = _edges_among(texts, edges_of)
    starts, ends = edges[:-length], edges[length:]
    inside = owners[:-length] == owners[length:]
    return _hashes("".join(texts), starts[inside], ends[inside]), owners[length:][inside]


@lru_cache(_KEPT)
def _edges_among(texts: tuple[str, ...], edges_of: Callable[[str], Spans]) -> tuple[Spans, Spans]:
    """Return where runs may begin and end in texts one after the other, and the number of the text of each."""
    edges = [edges_of(text) for text in texts]
    begins = np.cumsum([0, *map(len, texts)])
    owners = np.repeat(np.arange(len(texts)), [len(one) for one in edges])
    return np.concatenate(edges) + begins[owners], owners


@dataclass(frozen=True)
class _Runs:
    """All runs of one length, each with its hash."""

    starts: Spans
    ends: Spans
    hashes: Keys


@lru_cache(_KEPT)
def _character_runs(folded: str, length: int) -> _Runs:
    return _runs(folded, _each_character(folded), length)


@lru_cache(_KEPT)
def _word_runs(folded: str, length: int) -> _Runs:
    return _runs(folded, _word_edges(folded), length)


def _each_character(folded: str) -> Spans:
    return np.arange(len(folded) + 1)


def _runs(folded: str, edges: Spans, length: int) -> _Runs:
    starts, ends = edges[:-length], edges[length:]
    return _Runs(starts, ends, _hashes(folded, starts, ends))


@lru_cache(_KEPT)
def _word_edges(text: str) -> Spans:
    import rjieba  # noqa: PLC0415 - heavy, not needed at start-up

    return np.cumsum([0, *map(len, rjieba.cut(text))], dtype=np.int64)


def words_of(folded: str) -> list[str]:
    """Return the words of a folded text in order, without punctuation."""
    cut = (folded[start:end] for start, end in pairwise(_word_edges(folded).tolist()))
    return [word for word in cut if word[0].isalnum()]


def between_words(folded: str) -> frozenset[int]:
    """Return the positions where a reader would cut the text into words, both ends included."""
    return frozenset(_word_edges(folded).tolist())


def _hashes(text: str, starts: Spans, ends: Spans) -> Keys:
    """Hash all spans at once: prefix[b] - prefix[a] * base**(b - a), as Karp and Rabin (1987) do."""
    prefix, (powers, _) = _prefix(text), _powers()
    hashes: Keys = prefix[ends] - prefix[starts] * powers[ends - starts]
    return hashes


@lru_cache(_KEPT)
def _prefix(text: str) -> Keys:
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.uint64)
    powers, inverses = _powers()
    sums = np.cumsum(_mixed(codes) * inverses[1 : len(codes) + 1], dtype=np.uint64)
    prefix: Keys = np.concatenate([np.zeros(1, np.uint64), sums]) * powers[: len(codes) + 1]
    return prefix


@cache
def _powers() -> tuple[Keys, Keys]:
    return _powers_of(_BASE), _powers_of(pow(_BASE, -1, 2**64))


def _powers_of(base: int) -> Keys:
    factors = np.full(LONGEST_TEXT + 1, base, np.uint64)
    factors[0] = 1
    return np.cumprod(factors, dtype=np.uint64)


@cache
def _salts(space: int) -> Keys:
    """Return what is added to the hashes of characters and of words in one space."""
    return _mixed(np.array([2 * space + 1, 2 * space + 2], np.uint64))


def _mixed(values: Keys) -> Keys:
    """Spread values over all 64 bits (the finalizer of SplitMix64: Steele, Lea and Flood 2014)."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
