"""What the product ships to read an account of a dispute with, and how it is read from disk."""

import csv
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from maplebridge.learning import word_meanings
from maplebridge.learning.linear_text import load
from maplebridge.matters import data as matters
from maplebridge.mediation.data import HERE, dispute_types
from maplebridge.mediation.domain.proposing import (
    Mixture,
    Proposer,
    RiskTable,
    TypeSign,
    read_risk_words,
    read_type_signs,
)

EXAMPLES = HERE / "examples"
LETTERS = HERE / "dispute_letters.npz"
MEANING = HERE / "dispute_meaning.npz"
MIXTURE = HERE / "dispute_mixture.json"


@dataclass(frozen=True, slots=True)
class Account:
    """A dispute told in plain words, marked with its type."""

    text: str
    type: str


@cache
def type_signs() -> tuple[TypeSign, ...]:
    """Return the shipped words that speak for types."""
    return read_type_signs(_text("type_signs.toml"))


@cache
def risk_table() -> RiskTable:
    """Return the shipped words of risk."""
    return read_risk_words(_text("risk_signs.toml"))


@cache
def type_of_category() -> dict[str, str]:
    """Return which type a matter of a category of the catalogue becomes when it turns out to be a dispute."""
    return {
        row["category"]: row["type"] for row in csv.DictReader(_text("matter_categories.csv").splitlines())
    }


@cache
def proposer() -> Proposer:
    """Return the shipped proposer."""
    return Proposer(
        types=tuple(dispute_types().values()),
        type_signs=type_signs(),
        risk_table=risk_table(),
        letters=load(LETTERS),
        meaning=word_meanings.load_head(MEANING, word_meanings.shipped()),
        mixture=Mixture(**json.loads(MIXTURE.read_text(encoding="utf-8"))),
    )


def save_mixture(mixture: Mixture, path: Path) -> None:
    """Write how the readings are mixed."""
    path.write_text(json.dumps(asdict(mixture)) + "\n", encoding="utf-8")


def accounts(folder: Path = EXAMPLES) -> Iterator[Account]:
    """Yield the accounts of every file of a folder, in the order of their names."""
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                yield Account(row["text"], row["type"])


def sentences_of_matters() -> Iterator[Account]:
    """Yield what residents write about matters that are disputes: shorter, and of another hand."""
    known = type_of_category()
    for one in matters.examples():
        if one.category in known:
            yield Account(one.text, known[one.category])


def _text(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")
