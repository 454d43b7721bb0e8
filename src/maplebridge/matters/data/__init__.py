"""What the product ships to read a message with, and how it is read from disk: the one place that does."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from maplebridge.learning.linear_text import load
from maplebridge.learning.word_meanings import load_nets, shipped
from maplebridge.matters.domain.catalogue import Catalogue, read_catalogue
from maplebridge.matters.domain.signs import Signs, read_signs
from maplebridge.matters.domain.triage import Door
from maplebridge.matters.domain.wordings import Wordings, read_wordings
from maplebridge.people.data import agency_kinds_text

HERE = Path(__file__).parent
EXAMPLES = HERE / "examples"
DANGERS = HERE / "dangers"
KINDS = HERE / "door_kinds.npz"
CATEGORIES = HERE / "door_categories.npz"
PRIVACY = HERE / "door_privacy.npz"
DANGER = HERE / "door_danger.npz"
DANGER_MEANING = HERE / "door_danger_meaning.npz"


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence as residents write, marked; talk has no category and no severity."""

    text: str
    kind: str
    category: str
    severity: str


@cache
def catalogue() -> Catalogue:
    """Return the shipped catalogue."""
    return read_catalogue(_text("categories.csv"), agency_kinds_text())


@cache
def signs() -> Signs:
    """Return the shipped signs."""
    return read_signs(_text("signs.toml"))


@cache
def wordings() -> Wordings:
    """Return the shipped wordings of categories and notions."""
    return read_wordings(_text("wordings.csv"), _text("concepts.csv"))


@cache
def door() -> Door:
    """Return the shipped door."""
    return Door(
        catalogue=catalogue(),
        signs=signs(),
        wordings=wordings(),
        kinds=load(KINDS),
        categories=load(CATEGORIES),
        privacy=load(PRIVACY),
        danger=load(DANGER),
        danger_meaning=load_nets(DANGER_MEANING, shipped()),
    )


def examples(folder: Path = EXAMPLES) -> Iterator[Example]:
    """Yield the sentences of every file of a folder, in the order of their names."""
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                yield Example(row["text"], row["kind"].lower(), row["category"], row["severity"])


def dangers(folder: Path = DANGERS) -> Iterator[tuple[str, str]]:
    """Yield sentences of danger, and others that only sound like it, each with the numbers to call, none of these."""
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                yield row["text"], row["numbers"]


def _text(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")
