"""The words residents use for a thing, found in a message: what a learner of few examples cannot know.

A wording is a word, or words that all occur ("井盖+油味"). Each key of the tables (a category, or a notion such
as "child" that has many names) that a message mentions becomes one character of a private range, so that the
message together with what it mentions can be given to a learner of texts as two fields.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from io import StringIO
from itertools import pairwise

from maplebridge.kernel.text import comparable

# The private use area of Unicode: no message contains these, and no folding changes them.
FIRST_MARK = 0xE000
LONGEST_READ = 2000
KEPT = 16


@dataclass(frozen=True, slots=True)
class Mention:
    """A wording of a key, found in a message."""

    key: str
    wording: str


class Wordings:
    """All wordings, looked up together in one pass over the message."""

    def __init__(self, words_of: Mapping[str, Iterable[str]]) -> None:
        self.keys = tuple(words_of)
        self._marks = {key: chr(FIRST_MARK + number) for number, key in enumerate(self.keys)}
        self._wordings: dict[str, list[tuple[frozenset[str], Mention]]] = {}
        words: set[str] = set()
        for key, wordings in words_of.items():
            for wording in wordings:
                parts = frozenset(comparable(part) for part in wording.split("+"))
                words |= parts
                # Filed under one of its words: the others are asked for when that one occurs.
                self._wordings.setdefault(max(parts), []).append((parts, Mention(key, wording)))
        self._words = frozenset(words)
        # A short message is read whole and as its only piece.
        self._kept = lru_cache(KEPT)(self._mentions)
        self._lengths: dict[str, list[int]] = {}  # of the words that begin with two characters, or are one
        for begin, length in sorted({(word[:2], len(word)) for word in words}):
            self._lengths.setdefault(begin, []).append(length)
        self._single = frozenset(word for word in words if len(word) == 1)

    def mentions(self, text: str) -> list[Mention]:
        """Return what a message mentions, each wording once, by key in the order of the tables."""
        return list(self._kept(text))

    def _mentions(self, text: str) -> tuple[Mention, ...]:
        read = comparable(text[:LONGEST_READ])
        found = {
            word
            for start, begin in enumerate(map("".join, pairwise(read)))
            if begin in self._lengths
            for length in self._lengths[begin]
            if (word := read[start : start + length]) in self._words
        } | self._single.intersection(read)
        said = [
            mention for word in found for parts, mention in self._wordings.get(word, ()) if parts <= found
        ]
        return tuple(sorted(said, key=lambda mention: (self._marks[mention.key], mention.wording)))

    def marks(self, mentions: Iterable[Mention]) -> str:
        """Return one character for each wording of each key mentioned."""
        return "".join(self._marks[mention.key] for mention in mentions)


def read_wordings(*tables: str) -> Wordings:
    """Return the wordings of CSV texts whose first column is the key and whose second the words."""
    rows = [row for table in tables for row in list(csv.reader(StringIO(table)))[1:]]
    return Wordings({key: words.split() for key, words in rows})
