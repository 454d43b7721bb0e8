"""The terms under which messages about one thing meet: runs of characters, heavier where they name it."""

import math
import re
from collections import Counter

from maplebridge.kernel.text import comparable
from maplebridge.learning.named_things import DISTRICT, Kind, find_named_things

RUN_LENGTHS = (2, 3, 4)
# Names and trouble are told at the beginning; what follows in a long letter is history and quoted law.
READ_FOR_TERMS = 1200
# A made thing is what people complain about; along a road and in a town many different things happen.
_WEIGHT = {Kind.MADE: 2.0, Kind.LINE: 1.5, Kind.AREA: 1.0, Kind.QUOTED: 1.0}

_LINK = re.compile(r"https?://[\w./?=&%-]+", re.ASCII)
_RUN = re.compile(r"[0-9a-z\u3400-\u9fff]+")


def fold(text: str) -> str:
    """Write a text the one way it is compared in: simplified, half-width, lower case, without links."""
    return _LINK.sub(" ", comparable(text))


def issue_terms(text: str) -> dict[str, float]:
    """Weigh the terms of a text: 1 + ln(how often), times what the term's name counts for."""
    return folded_terms(fold(text)[:READ_FOR_TERMS])


def folded_terms(folded: str) -> dict[str, float]:
    """Weigh the terms of a text that is folded already."""
    named: dict[str, float] = {}
    for thing in find_named_things(folded):
        for term in _runs(thing.name):
            named[term] = max(named.get(term, 0.0), _WEIGHT[thing.kind])
    counts = Counter(_runs(DISTRICT.sub(" ", folded)))
    repeated = {count: 1 + math.log(count) for count in set(counts.values())}
    return {term: repeated[count] * named.get(term, 1.0) for term, count in counts.items()}


def _runs(text: str) -> list[str]:
    return [
        run[start : start + length]
        for run in _RUN.findall(text)
        for length in RUN_LENGTHS
        for start in range(len(run) - length + 1)
    ]
