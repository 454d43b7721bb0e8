"""Plain words: what to look at again before residents read it, and what must not be told at all."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from maplebridge.advisories.domain.subjects import blanks_in
from maplebridge.kernel.text import redact

LONGEST_SENTENCE = 40  # characters without punctuation: what is understood at one reading on a phone
LONGEST_SENTENCE_WORDS = 22  # of a language with blanks between words
LONGEST_TEXT = 300


class What(StrEnum):
    """What is found. Of these BLANK and PRIVATE hold it up; the others are for whoever wrote it to think about."""

    BLANK = "blank_left"
    PRIVATE = "private_number"
    NAME = "name_of_a_person"
    LONG_SENTENCE = "long_sentence"
    LONG_TEXT = "long_text"
    SYSTEM_WORD = "system_word"
    NO_STEPS = "no_steps"


HOLDS_UP = frozenset({What.BLANK, What.PRIVATE})


@dataclass(frozen=True, slots=True)
class Words:
    """Words of offices with what residents say instead, and surnames with which names of people begin."""

    instead: Mapping[str, str] = field(default_factory=dict)
    surnames: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    what: What
    where: str  # the words
    better: str = ""

    @property
    def holds_up(self) -> bool:
        return self.what in HOLDS_UP


_SENTENCES = re.compile(r"[。！？!?；;\n]+|\.(?=\s|$)")
_LETTERS = re.compile(r"\w")
_HAN = re.compile(r"[\u3400-\u9fff]")
# Of public numbers none is a mobile one; whoever is to be called has an office.
_PRIVATE_NUMBERS = re.compile(
    r"(?<!\d)(?:\+?86[- ]?)?1\d\d[- ]?\d{4}[- ]?\d{4}(?!\d)|(?<!\d)\d{17}[\dXx](?!\d)"
)


def findings(
    *, title: str, text: str, steps: Iterable[str], calls: Iterable[str], words: Words
) -> list[Finding]:
    """Return everything to look at again, what holds it up first."""
    steps, calls = list(steps), list(calls)
    said = [title, text, *steps]
    found = [Finding(What.BLANK, one) for one in blanks_in(*said, *calls)]
    found += [Finding(What.PRIVATE, one) for part in said for one in _private(part)]
    found += [Finding(What.PRIVATE, one) for part in calls for one in _PRIVATE_NUMBERS.findall(part)]
    found += [Finding(What.NAME, one) for part in said for one in names_in(part, words.surnames)]
    found += [Finding(What.LONG_SENTENCE, one) for part in said for one in long_sentences(part)]
    found += [
        Finding(What.SYSTEM_WORD, word, better)
        for word, better in words.instead.items()
        if any(word in part.lower() for part in said)
    ]
    if len(text) > LONGEST_TEXT:
        found.append(Finding(What.LONG_TEXT, str(len(text))))
    if not steps:
        found.append(Finding(What.NO_STEPS, ""))
    return list(dict.fromkeys(found))


def _private(text: str) -> list[str]:
    """Return the numbers, plates, flats and house numbers that no post to a group may hold."""
    hidden = redact(text)
    if hidden == text:
        return []
    kept = [re.escape(part) for part in hidden.split("***")]
    match = re.fullmatch("(.+?)".join(kept), text, re.DOTALL)
    return list(match.groups()) if match else [text]


def long_sentences(text: str) -> list[str]:
    """Return the sentences that nobody understands at one reading."""
    found = []
    for sentence in _SENTENCES.split(text):
        if _HAN.search(sentence):
            is_long = len(_LETTERS.findall(sentence)) > LONGEST_SENTENCE
        else:
            is_long = len(sentence.split()) > LONGEST_SENTENCE_WORDS
        if is_long:
            found.append(sentence.strip())
    return found


def names_in(text: str, surnames: str) -> list[str]:
    """Return what looks like the name of a person: a surname with 某, a title, or told by the word cutter."""
    import rjieba  # noqa: PLC0415 - heavy, not needed at start-up

    if not surnames:
        return []
    spoken = re.compile(rf"[{surnames}](?:某{{1,2}}|[\u4e00-\u9fff]{{0,2}}(?:先生|女士|阿姨|大爷|师傅))")
    found = spoken.findall(text)
    cut = [
        word for word, tag in rjieba.tag(text) if tag == "nr" and 2 <= len(word) <= 3 and word[0] in surnames
    ]
    return list(dict.fromkeys([*found, *cut]))
