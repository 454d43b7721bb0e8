"""maplebridge train-disputes: learn the types of disputes from the accounts that the product ships."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from maplebridge.learning import word_meanings
from maplebridge.learning.grams import GramOrder
from maplebridge.learning.linear_text import CannotTrain, LinearText, Recipe, Report, train
from maplebridge.mediation.data import HERE, accounts, dispute_types
from maplebridge.mediation.domain.proposing import Mixture

# Few accounts of each type: three characters in a row say more than two words do, and a network learns little.
LETTERS = Recipe(
    order=GramOrder(characters=3, words=1),
    strength=0.5,
    nets=1,
    net_grams=500,
    net_size=4,
    folds=3,
    model_bytes=5_000_000,
)
# Chosen on 216 accounts written later than those learned from: the least surprise of 64 mixtures. The signs count
# little for the type, for they were written beside the first accounts; they give the reasons.
MIXTURE = Mixture(letters=0.6, signs=0.4, meaning=1.0, sharpness=0.85)


class Command(BaseCommand):
    help = "Learn from the marked accounts of a folder what a dispute is about."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--examples", type=Path, default=accounts.EXAMPLES, metavar="FOLDER")
        parser.add_argument("--out", type=Path, default=HERE, metavar="FOLDER")

    def handle(self, *args: Any, examples: Path, out: Path, **options: Any) -> None:
        told = list(accounts.accounts(examples))
        unknown = {one.type for one in told} - {one.name_zh for one in dispute_types().values()}
        if unknown:
            raise CommandError(f"not among the types: {', '.join(sorted(unknown))}")
        try:
            letters = learn_letters(told, report=self._say)
        except CannotTrain as error:
            raise CommandError(str(error)) from error
        letters.save(out / accounts.LETTERS.name)
        learn_meaning(told).save(out / accounts.MEANING.name)
        accounts.save_mixture(MIXTURE, out / accounts.MIXTURE.name)
        self.stdout.write(json.dumps({"accounts": len(told), **letters.about}))

    def _say(self, message: str) -> None:
        self.stderr.write(message, style_func=str)


def learn_letters(told: list[accounts.Account], report: Report = lambda message: None) -> LinearText:
    """Return a model of characters, learned from accounts and from what residents write about matters."""
    both = [*told, *accounts.sentences_of_matters()]
    return train([one.text for one in both], [one.type for one in both], recipe=LETTERS, report=report)


def learn_meaning(told: list[accounts.Account]) -> word_meanings.MeaningHead:
    """Return a model of what the words mean; the short sentences about matters only weaken it."""
    return word_meanings.train_head(
        word_meanings.shipped(), [one.text for one in told], [one.type for one in told]
    )
