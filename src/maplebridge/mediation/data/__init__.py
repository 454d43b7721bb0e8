"""What mediation ships as data: read once in a process."""

import csv
from functools import cache
from pathlib import Path

from maplebridge.mediation.domain.phrases import PhraseBook, read_phrase_book
from maplebridge.mediation.domain.types import DisputeType, read_types

HERE = Path(__file__).parent


@cache
def dispute_types() -> dict[str, DisputeType]:
    """Return the types by code, in the order of the form."""
    return {one.code: one for one in read_types((HERE / "types.csv").read_text())}


@cache
def printed_words() -> dict[tuple[str, str], str]:
    """Return what the official forms say for a code, by its kind."""
    with (HERE / "printed.csv").open(encoding="utf-8") as file:
        return {(row["kind"], row["code"]): row["words"] for row in csv.DictReader(file)}


@cache
def phrase_book() -> PhraseBook:
    """Return what mediators say, and the articles that disputes turn on."""
    text = (HERE / "phrases.toml").read_text(encoding="utf-8")
    return read_phrase_book(text, dispute_types())
