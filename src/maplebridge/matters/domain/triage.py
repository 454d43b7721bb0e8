"""What a message is (a matter, small talk, thanks, a question, an addition) and what it is about.

The words decide: a model trained on sentences written for this project proposes kind and category, signs of
danger set the severity, the catalogue says who leads. Every proposal carries its reasons as codes and values;
below the thresholds a person decides.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from maplebridge.learning.linear_text import LinearText, softmax
from maplebridge.learning.word_meanings import MeaningNets
from maplebridge.matters.domain.catalogue import Catalogue, Category, Severity
from maplebridge.matters.domain.signs import Effect, Found, Seen, Signs, severity_with
from maplebridge.matters.domain.wordings import LONGEST_READ, Mention, Wordings
from maplebridge.people.domain.roles import TeamRole

SENTENCES = re.compile(r"(?<=[,;.!?，。；！？\n])")
KEPT = 1000  # messages
PRIVATE, OPEN = "private", "open"  # what the model of privacy tells apart
NUMBERS = ("110", "119", "120", "122")
TINY = 1e-9  # a chance
SAFE = "safe"  # the models of danger tell it apart from the numbers to call, such as "119 120"
Chances = npt.NDArray[np.float64]


class Kind(StrEnum):
    """What a message is, seen from the group it was written in."""

    MATTER = "matter"
    SMALL_TALK = "small_talk"
    THANKS = "thanks"
    QUESTION = "question"
    ADDITION = "addition"


TALK = frozenset({Kind.SMALL_TALK, Kind.THANKS, Kind.QUESTION})


@dataclass(frozen=True, slots=True)
class Guess:
    """A category and how probable it is."""

    code: str
    probability: float


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, as a code and values, to be put into words in the reader's language."""

    code: str
    values: Mapping[str, str | float] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the reason as it is kept with a matter."""
        return {"code": self.code, "values": dict(self.values)}


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the product makes of a message; `decided` where it may act without a person."""

    kind: Kind
    kind_probability: float
    categories: tuple[Guess, ...]
    severity: Severity
    numbers: tuple[str, ...]  # to call at once, the most pressing first
    confidential: bool
    lead: str | None
    assists: tuple[str, ...]
    team_role: TeamRole | None
    why: tuple[Reason, ...]
    kind_decided: bool
    decided: bool

    @property
    def emergency(self) -> str | None:
        """The number to call first."""
        return self.numbers[0] if self.numbers else None


@dataclass(frozen=True, slots=True)
class Rules:
    """Where the product stops deciding alone; every number with its reason.

    The thresholds of kind and category come with the models: the lowest probability above which the promised
    share of sentences held back in training was right (see the model card).
    """

    # An emergency shown needlessly costs a glance, one not shown may cost a life: what the model of danger alone
    # takes for one. Of sentences written after its training, see the model card.
    danger_from: float = 0.3
    # Who writes a letter is seldom in danger, and each of its pieces could be taken for it by chance.
    danger_in_letter_from: float = 0.6
    letter: int = 3  # pieces
    # From here on a matter is as urgent as can be, whatever its kind.
    urgent_from: float = 0.7
    # A letter of five ordinary sentences is then taken for urgent about as seldom as one such sentence.
    urgent_in_letter_from: float = 0.9
    # Where all words of danger are denied, feared or past, the models have to be surer that something else is told.
    danger_spoken_against_from: float = 0.85
    # Who surely chats or asks is in danger less often than the words of danger are used in fun.
    danger_in_talk_from: float = 0.5
    # What a sign or the category names is believed sooner, a sign unless the models surely know better: a display
    # that jumps from floor to floor is nobody who jumps.
    danger_with_category_from: float = 0.3
    danger_with_sign_from: float = 0.08
    # Two models that hear the same words are together less sure than each alone.
    danger_sharpness: float = 0.6
    # Each further number that is likely enough, of whatever it is that happens.
    also_call_from: float = 0.4
    # By the category alone: more likely than not is enough that it is one of those, whichever.
    emergency_from: float = 0.5
    # Only a category that is surely right may calm: a danger overheard weighs more than a chief called in vain.
    harm_over_from: float = 0.6
    # A private matter in a group cannot be taken back, a message kept out needlessly can be let in: a small chance
    # is enough (see the model card for how many are kept out that need not be).
    confidential_from: float = 0.1
    # Who surely chats names family and neighbors all the time, and what is kept out of a chat is missed by everybody.
    confidential_in_talk_from: float = 0.5
    # Below this not even the likeliest category makes a message private, nor an emergency of what is private: a few
    # words of talk belong to one of hundreds of categories by chance.
    private_at_all_from: float = 0.05
    # Who surely chats or asks, and states no danger, is shown no number for what the words are most like.
    talk_from: float = 0.85
    # Where the writer has an open matter or answers staff, further words are additions more often than in the
    # sentences trained on, where they are one in thirty.
    addition_weight: float = 6.0
    # A message about the same kind of thing as an open matter, seldom opens a second one.
    same_thing_weight: float = 3.0
    shown: int = 3
    # The models learned from what is written in a group, a sentence or two (half below 12 characters): a letter is
    # read in pieces of that size, and of a long one the beginning, which bounds the time.
    piece: int = 60
    pieces: int = 6

    def __post_init__(self) -> None:
        if not 0 < self.confidential_from <= 1 or not 0 < self.emergency_from <= 1:
            raise ValueError("probabilities lie between 0 and 1")


def two_fields(text: str, wordings: Wordings) -> tuple[str, str]:
    """Return a message as the models read it: its words, and what it mentions."""
    return text[:LONGEST_READ], wordings.marks(wordings.mentions(text))


def pieces(text: str, size: int, most: int) -> list[str]:
    """Return a text as it is if it is short, else its first sentences, together as long as `size` allows."""
    if len(text) <= size:
        return [text]
    parts: list[str] = []
    for sentence in SENTENCES.split(text[:LONGEST_READ]):
        if parts and len(parts[-1]) + len(sentence) <= size:
            parts[-1] += sentence
        elif sentence.strip():
            parts.append(sentence)
    return parts[:most] or [text]


class Door:
    """The product's own door: built once, asked for every message."""

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        signs: Signs,
        wordings: Wordings,
        kinds: LinearText,
        categories: LinearText,
        privacy: LinearText,
        danger: LinearText,
        danger_meaning: MeaningNets,
        rules: Rules | None = None,
    ) -> None:
        self._catalogue = catalogue
        self._signs = signs
        self._wordings = wordings
        self._kinds = kinds
        self._categories = categories
        self._privacy = privacy
        if danger.classes != danger_meaning.classes:
            raise ValueError("the two models of danger were trained apart")
        self._danger, self._danger_meaning = danger, danger_meaning
        self._calls = np.array(
            [[number in one.split() for number in NUMBERS] for one in danger.classes], float
        )
        self._rules = rules or Rules()
        # What somebody has reported is looked at again with each of their next words.
        self._read = lru_cache(KEPT)(self._pieces_of)
        self._guesses = lru_cache(KEPT)(self._guesses_of)

    def propose(
        self,
        text: str,
        *,
        in_reply_to_staff: bool = False,
        has_open_matter: bool = False,
        open_matter_texts: Sequence[str] = (),
    ) -> Proposal:
        """Return what the product makes of a message.

        `open_matter_texts` are the matters it may add to; `has_open_matter` says that there is one whose words
        are not at hand.
        """
        mentions = self._wordings.mentions(text)
        read = self._read(text)
        guesses = self._guesses(text)
        signs = self._signs.found(text)
        seen = self._present(self._signs.stated(signs), guesses[0])
        could_add = in_reply_to_staff or has_open_matter or bool(open_matter_texts)
        kind, probability = self._kind(
            read, could_add=could_add, same_thing=self._same_thing(guesses, open_matter_texts)
        )
        privacy = self._privacy_of(read)
        talks = kind in TALK and probability >= self._rules.talk_from
        emergencies = () if talks else self._emergencies(guesses, privacy)
        named = self._number(guesses[0], emergencies, seen, self._signs.denied(signs))
        danger, calls = self._danger_of(read)
        least = self._least_danger(read, talks=talks, spoken_against=_spoken_against(signs, seen))
        numbers = self._numbers(danger, calls, least, named, seen)
        private = self._signs.private(signs) or self._confidential(privacy, guesses[0], talks=talks)
        if (numbers or (named and private)) and kind is Kind.SMALL_TALK:
            kind, probability = Kind.MATTER, 1 - probability
        urgent = bool(numbers) and danger >= self._least_urgent(read)
        return self._proposal(
            kind, probability, guesses, mentions, seen, numbers, private=private, urgent=urgent
        )

    def _present(self, seen: tuple[Seen, ...], best: Guess) -> tuple[Seen, ...]:
        """Leave out signs of harm that is over: who asks what a broken leg costs, needs no ambulance."""
        if best.probability < self._rules.harm_over_from:
            return seen
        return tuple(one for one in seen if best.code not in one.sign.unless_about)

    def _pieces_of(self, text: str) -> list[tuple[str, str]]:
        """Return the pieces of a message as the models read them."""
        parts = pieces(text, self._rules.piece, self._rules.pieces)
        return [two_fields(piece, self._wordings) for piece in parts]

    def _guesses_of(self, text: str) -> tuple[Guess, ...]:
        chances = self._categories.probabilities(self._read(text)).mean(axis=0)
        best = chances.argsort()[::-1]
        known = (Guess(self._categories.classes[place], float(chances[place])) for place in best[:10])
        return tuple(guess for guess in known if guess.code in self._catalogue)

    def _kind(self, read: list[tuple[str, str]], *, could_add: bool, same_thing: bool) -> tuple[Kind, float]:
        if not any(char.isalnum() for text, _ in read for char in text):
            return Kind.SMALL_TALK, 1.0  # a thumb up, a row of dots: nothing is told
        by_kind = dict(zip(map(Kind, self._kinds.classes), self._kind_chances(read).tolist(), strict=True))
        weight = self._rules.addition_weight if could_add else 0.0
        by_kind[Kind.ADDITION] *= weight * (self._rules.same_thing_weight if same_thing else 1.0)
        whole = sum(by_kind.values())
        kind = max(by_kind, key=lambda one: (by_kind[one], one))
        return kind, by_kind[kind] / whole

    def _kind_chances(self, read: list[tuple[str, str]]) -> Chances:
        """Return the chances of the piece most like a matter: a letter is one, however politely it begins."""
        chances = self._kinds.probabilities(read)
        best: Chances = chances[chances[:, self._kinds.classes.index(Kind.MATTER)].argmax()]
        return best

    def _same_thing(self, guesses: tuple[Guess, ...], open_matter_texts: Sequence[str]) -> bool:
        """Say whether an open matter is of the same kind of thing."""
        return any(guesses[0].code[:5] == self._guesses(text)[0].code[:5] for text in open_matter_texts)

    def _emergencies(self, guesses: tuple[Guess, ...], privacy: float) -> tuple[Guess, ...]:
        """Return the emergencies among the guesses, without those of what is private in what surely is not."""
        private = privacy >= self._rules.private_at_all_from
        known = (guess for guess in guesses if guess.code in self._signs.emergency)
        return tuple(guess for guess in known if private or not self._catalogue[guess.code].confidential)

    def _number(
        self, best: Guess, emergencies: tuple[Guess, ...], seen: tuple[Seen, ...], denied: frozenset[str]
    ) -> str | None:
        """Return the emergency number to show: by the words first, by the kind of matter otherwise."""
        if any(one.sign.effect is Effect.ROUTINE for one in seen):
            return None
        by_category = self._signs.emergency[emergencies[0].code] if emergencies else None
        stated = next((one.sign.number for one in seen if one.sign.number), None)
        if stated:
            return by_category if by_category and emergencies[0] == best else stated
        together = sum(guess.probability for guess in emergencies)
        surely = together >= self._rules.emergency_from and by_category not in denied
        return by_category if surely else None

    def _numbers(
        self,
        danger: float,
        calls: tuple[str, ...],
        least: float,
        named: str | None,
        seen: tuple[Seen, ...],
    ) -> tuple[str, ...]:
        """Return whom to call, the most pressing first: as the models hear it, or as signs and category name it."""
        if any(one.sign.effect is Effect.ROUTINE for one in seen):
            return ()
        if danger >= least:
            return calls
        stated = any(one.sign.number for one in seen)
        enough = self._rules.danger_with_sign_from if stated else self._rules.danger_with_category_from
        return (named,) if named and danger >= enough else ()

    def _least_danger(self, read: list[tuple[str, str]], *, talks: bool, spoken_against: bool) -> float:
        """Return how sure the models must be where nothing else names a danger."""
        in_letter = self._rules.danger_in_letter_from if len(read) >= self._rules.letter else 0.0
        against = self._rules.danger_spoken_against_from if spoken_against else 0.0
        in_talk = self._rules.danger_in_talk_from if talks else 0.0
        return max(self._rules.danger_from, in_letter, in_talk, against)

    def _least_urgent(self, read: list[tuple[str, str]]) -> float:
        """Return how sure the models must be for a matter to be urgent by what they hear alone."""
        letter = len(read) >= self._rules.letter
        return self._rules.urgent_in_letter_from if letter else self._rules.urgent_from

    def _danger_of(self, read: list[tuple[str, str]]) -> tuple[float, tuple[str, ...]]:
        """Return how surely the gravest piece of a message tells of danger, and whom to call then."""
        chances = self._danger_chances(read)
        safe = chances[:, self._danger.classes.index(SAFE)]
        gravest = int(safe.argmin())
        danger = float(1 - safe[gravest])
        by_number = (chances[gravest] @ self._calls / danger).tolist() if danger else [0.0] * len(NUMBERS)
        # The traffic police come after whoever saves a life.
        order = sorted(range(len(NUMBERS)), key=lambda one: (NUMBERS[one] == "122", -by_number[one]))
        likely = tuple(NUMBERS[one] for one in order if by_number[one] >= self._rules.also_call_from)
        return danger, likely or (NUMBERS[by_number.index(max(by_number))],)

    def _danger_chances(self, read: list[tuple[str, str]]) -> Chances:
        """Return what the words and what their meaning say together, each sure of itself to the same degree."""
        by_words = self._danger.probabilities(read)
        by_meaning = self._danger_meaning.probabilities([text for text, _ in read])
        return softmax(self._rules.danger_sharpness * (np.log(by_words + TINY) + np.log(by_meaning + TINY)))

    def _proposal(
        self,
        kind: Kind,
        probability: float,
        guesses: tuple[Guess, ...],
        mentions: list[Mention],
        seen: tuple[Seen, ...],
        numbers: tuple[str, ...],
        *,
        private: bool,
        urgent: bool,
    ) -> Proposal:
        shown = guesses[: self._rules.shown]
        category = self._catalogue[shown[0].code]
        severity, moved_by = severity_with(category.severity, seen)
        by_danger = urgent and severity < Severity.URGENT
        if by_danger:
            severity, moved_by = Severity.URGENT, ()
        kind_decided = probability >= self._kinds.threshold
        named = kind is not Kind.MATTER or shown[0].probability >= self._categories.threshold
        return Proposal(
            kind=kind,
            kind_probability=probability,
            categories=shown,
            severity=severity,
            numbers=numbers,
            confidential=private,
            lead=category.lead,
            assists=category.assist,
            team_role=category.team_role,
            why=tuple(
                _reasons(
                    category,
                    shown[0],
                    mentions,
                    severity,
                    moved_by,
                    numbers,
                    named=named,
                    by_danger=by_danger,
                )
            ),
            kind_decided=kind_decided,
            decided=kind_decided and named,
        )

    def _privacy_of(self, read: list[tuple[str, str]]) -> float:
        """Return how surely the most private piece of a message must stay out of a group.

        A model that has learned nothing but this tells it better than the chances of five categories among hundreds.
        """
        chances = self._privacy.probabilities(read)[:, self._privacy.classes.index(PRIVATE)]
        return float(chances.max())

    def _confidential(self, privacy: float, best: Guess, *, talks: bool) -> bool:
        if talks:
            return privacy >= self._rules.confidential_in_talk_from
        named = self._catalogue[best.code].confidential and privacy >= self._rules.private_at_all_from
        return named or privacy >= self._rules.confidential_from


def _spoken_against(found: tuple[Found, ...], seen: tuple[Seen, ...]) -> bool:
    """Say whether a message names dangers, and takes back every one of them."""
    named = any(one.sign.number for one in found)
    return named and not any(one.sign.number for one in seen)


def _reasons(
    category: Category,
    guess: Guess,
    mentions: list[Mention],
    severity: Severity,
    moved_by: tuple[Seen, ...],
    numbers: tuple[str, ...],
    *,
    named: bool,
    by_danger: bool,
) -> Iterable[Reason]:
    words = [mention.wording for mention in mentions if mention.key == category.code]
    yield Reason(
        "category",
        {"code": category.code, "probability": round(guess.probability, 3), "words": " ".join(words)},
    )
    if not named:
        yield Reason("category_unsure", {"probability": round(guess.probability, 3)})
    if moved_by:
        for one in moved_by:
            yield Reason(
                "severity_by_sign", {"sign": one.sign.code, "words": one.words, "severity": int(severity)}
            )
    elif by_danger:
        yield Reason("severity_by_danger", {"severity": int(severity)})
    else:
        yield Reason("severity_by_category", {"code": category.code, "severity": int(severity)})
    if numbers:
        yield Reason("emergency", {"number": " ".join(numbers)})
    yield Reason("lead_by_category", {"code": category.code, "agency": category.lead})
