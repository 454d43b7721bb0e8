"""maplebridge train-door: learn to read messages from shipped sentences and from what a town corrects."""

import json
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from maplebridge.learning.grams import GramOrder
from maplebridge.learning.linear_text import CannotTrain, LinearText, Recipe, train
from maplebridge.learning.word_meanings import shipped, train_nets
from maplebridge.matters import data
from maplebridge.matters.domain.catalogue import Severity
from maplebridge.matters.domain.triage import OPEN, PRIVATE, SAFE, Kind, two_fields
from maplebridge.matters.queries import corrections

# Hundreds of categories with thirty sentences each: what a message mentions says a part of what its characters
# say, and a network has too little to learn from. What speaks for the group of a category, or for the agency that
# leads it, speaks for the category by a quarter. Weight, share, strength and size of the vocabulary were chosen on
# 2,700 sentences written later than those learned from: the least surprise of fourteen settings. 0.95 right is
# what lets the door name a category alone.
CATEGORIES = Recipe(
    order=GramOrder(characters=3, words=1),
    apart_weight=0.5,
    strength=0.5,
    kin_share=0.25,
    model_bytes=14_000_000,
    nets=1,
    net_grams=500,
    net_size=4,
    folds=3,
    decides_alone_right=0.95,
)
# A message wrongly left as talk is a resident not heard; staff see what is undecided.
# Of the sentences about matters every third is enough to know one: as many as there are of everything else,
# so that a probability is neither for nor against. With all of them, one message in three read as a matter was talk.
MATTERS_TO_TALK = 3
KINDS = Recipe(apart_weight=0.3, strength=0.3, nets=1, net_grams=3000, net_size=16, decides_alone_right=0.95)
# What must stay out of a group, against everything else. Of sentences held back it finds 74 of 100 where one in a
# hundred others is kept out with them; the chances of the private categories among all 270, added up, find 58.
PRIVACY = Recipe(
    order=GramOrder(characters=3, words=1),
    apart_weight=0.7,
    strength=0.2,
    model_bytes=2_000_000,
    nets=1,
    net_grams=500,
    net_size=4,
)
# Whom to call, or nobody; what the words mean is learned beside it, so that words never read count by their kin.
# Of 765 sentences written after all others, learned from those before alone: where one in twenty that only sound
# like danger is taken for it, both models find 68 of 100 in danger; with runs of three characters, words and a linear
# model of the meaning, as before, 58. Some forty settings were tried; the strength was chosen with a third of those
# sentences held back in turn.
DANGER = Recipe(
    order=GramOrder(characters=2, words=0),
    apart_weight=0.15,
    strength=0.8,
    model_bytes=2_000_000,
    nets=1,
    net_grams=6000,
    net_size=32,
)


PARTS = ("kinds", "categories", "privacy", "danger")


class Command(BaseCommand):
    help = "Learn from the marked sentences of a folder what a message is and what it is about."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--examples", type=Path, default=data.EXAMPLES, metavar="FOLDER")
        parser.add_argument("--dangers", type=Path, default=data.DANGERS, metavar="FOLDER")
        parser.add_argument(
            "--corrected", action="store_true", help="learn also from what the staff of this town put right"
        )
        parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="learn these parts alone")
        parser.add_argument("--out", type=Path, default=data.HERE, metavar="FOLDER")

    def handle(
        self,
        *args: Any,
        examples: Path,
        dangers: Path,
        corrected: bool,
        only: list[str],
        out: Path,
        **options: Any,
    ) -> None:
        sentences, told = list(data.examples(examples)), list(data.dangers(dangers))
        known = {one.code for one in data.catalogue()}
        unknown = {one.category for one in sentences if one.category} - known
        if unknown:
            raise CommandError(f"not in the catalogue: {', '.join(sorted(unknown))}")
        if corrected:
            # A category of the town's own is not one that the product ships a model for.
            sentences += [one for one in corrections.corrected() if not one.category or one.category in known]
            told += [(text, "") for text in corrections.misread_dangers()]
        try:
            for part in only:
                self._learn_part(part, sentences, told, out)
        except CannotTrain as error:
            raise CommandError(str(error)) from error

    def _learn_part(
        self, part: str, sentences: list[data.Example], told: list[tuple[str, str]], out: Path
    ) -> None:
        match part:
            case "kinds":
                heard = evened(sentences)
                self._save(
                    self._learn(texts_of(heard), [one.kind for one in heard], KINDS), out / data.KINDS.name
                )
            case "categories":
                about = [one for one in sentences if one.category]
                codes = [one.category for one in about]
                self._save(self._learn(texts_of(about), codes, CATEGORIES, kin()), out / data.CATEGORIES.name)
            case "privacy":
                confidential = {one.code for one in data.catalogue() if one.confidential}
                said = [PRIVATE if one.category in confidential else OPEN for one in sentences]
                self._save(self._learn(texts_of(sentences), said, PRIVACY), out / data.PRIVACY.name)
            case "danger":
                told = told + in_danger(sentences)
                texts, calls = [text for text, _ in told], [numbers or SAFE for _, numbers in told]
                self._save(self._learn(texts, calls, DANGER), out / data.DANGER.name)
                train_nets(shipped(), texts, calls).save(out / data.DANGER_MEANING.name)

    def _save(self, model: LinearText, path: Path) -> None:
        model.save(path)
        written = {
            "model": path.name,
            "bytes": path.stat().st_size,
            "threshold": round(model.threshold, 4),
        }
        self.stdout.write(json.dumps({**written, "classes": len(model.classes), **model.about}))

    def _learn(
        self,
        sentences: list[str],
        labels: list[str],
        recipe: Recipe,
        kin: Sequence[Mapping[str, str]] = (),
    ) -> LinearText:
        texts = [two_fields(one, data.wordings()) for one in sentences]
        return train(texts, labels, kin=kin, recipe=recipe, report=self._say)

    def _say(self, message: str) -> None:
        self.stderr.write(message, style_func=str)


def texts_of(sentences: list[data.Example]) -> list[str]:
    return [one.text for one in sentences]


def in_danger(sentences: list[data.Example]) -> list[tuple[str, str]]:
    """Return the sentences that surely tell of danger or surely do not, by category and severity, with whom to call.

    What is less than urgent in a category of emergencies, or urgent in another, teaches neither.
    """
    numbers = {code: number for code, number in data.signs().emergency.items() if code not in WHOEVER_IS_HURT}
    urgent = [
        (one.text, numbers[one.category]) for one in sentences if one.category in numbers and is_urgent(one)
    ]
    safe = [(one.text, "") for one in sentences if one.category not in numbers and not is_urgent(one)]
    return urgent + safe


# Whether somebody is hurt in an accident decides whom to call; the category does not say.
WHOEVER_IS_HURT = frozenset({"09-02-01"})


def is_urgent(sentence: data.Example) -> bool:
    return sentence.severity == str(int(Severity.URGENT))


def kin() -> list[dict[str, str]]:
    """Return for each category the group it stands in, and the agency that leads it."""
    known = list(data.catalogue())
    return [{one.code: one.code[:5] for one in known}, {one.code: one.lead for one in known}]


def evened(sentences: list[data.Example]) -> list[data.Example]:
    """Return all talk, and of the matters as many as keep the balance, spread over the categories."""
    matters = [one for one in sentences if one.kind == Kind.MATTER]
    return matters[::MATTERS_TO_TALK] + [one for one in sentences if one.kind != Kind.MATTER]
