"""What mediators say, by stage, and the articles of law it rests on: data, found by words, by meaning, by article."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from maplebridge.kernel.text import comparable
from maplebridge.learning.word_meanings import Meanings, WordMeanings

DIGITS = "零一二三四五六七八九"
ASKED_NUMBER = re.compile(r"第?(\d+)条?$")
# What is found below that is about something else.
NEAR = 0.3
LITERAL = 1.0


class Stage(StrEnum):
    """The stages of mediation, in the order in which they come."""

    OPENING = "opening"
    RIGHTS = "rights"
    CALMING = "calming"
    LISTENING = "listening"
    SUMMING_UP = "summing_up"
    PROPOSING = "proposing"
    CLOSING = "closing"
    OTHER_WAYS = "other_ways"


class NotPhrases(ValueError):
    """The file does not hold what it should."""


@dataclass(frozen=True, slots=True)
class Article:
    """An article of a law, and in one plain sentence what it says."""

    law: str
    number: int
    says: str
    types: tuple[str, ...]  # codes of the types of disputes that turn on it

    @property
    def key(self) -> str:
        return f"{self.law}{self.number}"

    @property
    def name(self) -> str:
        """Return how papers cite it: 《民法典》第二百八十八条."""
        return f"《{self.law}》第{in_chinese(self.number)}条"


@dataclass(frozen=True, slots=True)
class Phrase:
    stage: Stage
    when: str
    text: str
    article: Article | None


@dataclass(frozen=True)
class PhraseBook:
    phrases: tuple[Phrase, ...]
    articles: tuple[Article, ...]

    def articles_of(self, type_code: str) -> list[Article]:
        return [one for one in self.articles if type_code in one.types]

    def article(self, key: str) -> Article | None:
        return next((one for one in self.articles if one.key == key), None)

    def by_stage(self) -> dict[Stage, list[Phrase]]:
        return {stage: [one for one in self.phrases if one.stage is stage] for stage in Stage}

    def find(self, asked: str, meanings: WordMeanings, *, stage: Stage | None = None) -> list[Phrase]:
        """Return the phrases of a stage that hold the words, cite the article, or mean the like; nearest first."""
        among = [one for one in self.phrases if stage is None or one.stage is stage]
        if not asked.strip():
            return among
        by_text = nearness(asked, [one.text for one in among], meanings)
        by_when = nearness(asked, [one.when for one in among], meanings)
        scores = [
            LITERAL * _told(asked, one) + max(near)
            for one, near in zip(among, zip(by_text, by_when, strict=True), strict=True)
        ]
        ranked = sorted(zip(scores, range(len(among)), strict=True), key=lambda one: (-one[0], one[1]))
        return [among[place] for score, place in ranked if score >= NEAR]

    def find_articles(self, asked: str) -> list[Article]:
        """Return the articles with that number, or that say those words."""
        if not asked.strip():
            return []
        return [one for one in self.articles if _cites(asked, one) or comparable(asked) in one.says]


def in_chinese(number: int) -> str:
    """Return the number of an article as laws write it: 十九, 二百八十八, 一千零四十三."""
    if not 0 < number < 10_000:
        raise ValueError(f"{number} is no number of an article.")
    words, gap = "", False
    for place, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // place % 10
        if not digit:
            gap = bool(words)
            continue
        words += ("零" if gap else "") + DIGITS[digit] + unit
        gap = False
    return words.removeprefix("一") if 10 <= number < 20 else words


def nearness(asked: str, texts: Sequence[str], meanings: Meanings) -> list[float]:
    """Return for each text how near it is in meaning, from 0 to 1."""
    if not texts:
        return []
    near = meanings.means(texts) @ meanings.mean(asked)
    return [float(one) for one in np.clip(near, 0, 1)]


def _told(asked: str, phrase: Phrase) -> bool:
    in_words = comparable(asked) in comparable(f"{phrase.when} {phrase.text}")
    return in_words or (phrase.article is not None and _cites(asked, phrase.article))


def _cites(asked: str, article: Article) -> bool:
    """Say whether what is asked names this article: its number, alone or after the name of the law."""
    plain = comparable(asked).replace("《", "").replace("》", "").replace(" ", "")
    law = comparable(article.law)
    if plain in (law, f"{law}{in_chinese(article.number)}", f"{law}第{in_chinese(article.number)}条"):
        return True
    if plain == f"第{in_chinese(article.number)}条":
        return True
    rest = plain.removeprefix(law)
    number = ASKED_NUMBER.match(rest)
    return number is not None and int(number[1]) == article.number


def read_phrase_book(text: str, types: Mapping[str, object]) -> PhraseBook:
    """Return what the file holds; raise NotPhrases where an article, a type or a stage is not known."""
    rows = tomllib.loads(text)
    articles = tuple(
        Article(row["law"], row["number"], row["says"], tuple(row.get("types", ())))
        for row in rows["article"]
    )
    by_key = {one.key: one for one in articles}
    if len(by_key) != len(articles):
        raise NotPhrases("an article is there twice")
    if strange := {code for one in articles for code in one.types} - set(types):
        raise NotPhrases(f"no such type: {sorted(strange)}")
    phrases = tuple(
        Phrase(Stage(row["stage"]), row["when"], row["text"], _known(row.get("article", ""), by_key))
        for row in rows["phrase"]
    )
    return PhraseBook(phrases, articles)


def _known(key: str, articles: Mapping[str, Article]) -> Article | None:
    if not key:
        return None
    if key not in articles:
        raise NotPhrases(f"no such article: {key}")
    return articles[key]
