"""maplebridge train-door: learn kind and category of messages from the sentences the product ships."""

import json
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from maplebridge.learning.grams import GramOrder
from maplebridge.learning.linear_text import CannotTrain, LinearText, Recipe, train
from maplebridge.matters import data
from maplebridge.matters.domain.triage import OPEN, PRIVATE, Kind, two_fields
from maplebridge.matters.domain.wordings import Wordings

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


class Command(BaseCommand):
    help = "Learn from the marked sentences of a folder what a message is and what it is about."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--examples", type=Path, default=data.EXAMPLES, metavar="FOLDER")
        parser.add_argument("--out", type=Path, default=data.HERE, metavar="FOLDER")

    def handle(self, *args: Any, examples: Path, out: Path, **options: Any) -> None:
        sentences = list(data.examples(examples))
        wordings = data.wordings()
        confidential = {one.code for one in data.catalogue() if one.confidential}
        unknown = {one.category for one in sentences if one.category} - {one.code for one in data.catalogue()}
        if unknown:
            raise CommandError(f"not in the catalogue: {', '.join(sorted(unknown))}")
        about = [one for one in sentences if one.category]
        try:
            heard = evened(sentences)
            kinds = self._learn(heard, [one.kind for one in heard], wordings, KINDS)
            categories = self._learn(about, [one.category for one in about], wordings, CATEGORIES, kin())
            said = [PRIVATE if one.category in confidential else OPEN for one in sentences]
            privacy = self._learn(sentences, said, wordings, PRIVACY)
        except CannotTrain as error:
            raise CommandError(str(error)) from error
        for model, path in ((kinds, data.KINDS), (categories, data.CATEGORIES), (privacy, data.PRIVACY)):
            model.save(out / path.name)
            written = {
                "model": path.name,
                "bytes": (out / path.name).stat().st_size,
                "threshold": round(model.threshold, 4),
            }
            self.stdout.write(json.dumps({**written, "classes": len(model.classes), **model.about}))

    def _learn(
        self,
        sentences: list[data.Example],
        labels: list[str],
        wordings: Wordings,
        recipe: Recipe,
        kin: Sequence[Mapping[str, str]] = (),
    ) -> LinearText:
        texts = [two_fields(one.text, wordings) for one in sentences]
        return train(texts, labels, kin=kin, recipe=recipe, report=self._say)

    def _say(self, message: str) -> None:
        self.stderr.write(message, style_func=str)


def kin() -> list[dict[str, str]]:
    """Return for each category the group it stands in, and the agency that leads it."""
    known = list(data.catalogue())
    return [{one.code: one.code[:5] for one in known}, {one.code: one.lead for one in known}]


def evened(sentences: list[data.Example]) -> list[data.Example]:
    """Return all talk, and of the matters as many as keep the balance, spread over the categories."""
    matters = [one for one in sentences if one.kind == Kind.MATTER]
    return matters[::MATTERS_TO_TALK] + [one for one in sentences if one.kind != Kind.MATTER]
