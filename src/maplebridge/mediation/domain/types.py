"""What disputes are about: the types of the justice statistics."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from maplebridge.mediation.domain.tiers import Tier


@dataclass(frozen=True, slots=True)
class DisputeType:
    """A type as the justice bureau's monthly form counts it."""

    code: str
    name_zh: str
    name_en: str
    tier: Tier  # the lowest that usually deals with it
    says: str  # what it is about, for whoever chooses
    electronic_signature: bool  # the law does not exclude it for the type as a whole
    confirmable: bool  # a court may confirm an agreement of this type
    source: str


def read_types(text: str) -> tuple[DisputeType, ...]:
    """Return the types in the order of the form; raise ValueError where a code or a name is there twice."""
    types = tuple(
        DisputeType(
            code=row["code"],
            name_zh=row["type"],
            name_en=row["en"],
            tier=Tier(row["tier"]),
            says=row["says"],
            electronic_signature=row["electronic_signature"] == "yes",
            confirmable=row["confirmable"] == "yes",
            source=row["source"],
        )
        for row in csv.DictReader(io.StringIO(text))
    )
    for column in ("code", "name_zh", "name_en"):
        _once([getattr(one, column) for one in types], column)
    return types


def _once(values: Sequence[str], column: str) -> None:
    if len(set(values)) != len(values):
        raise ValueError(f"A {column} is there twice.")
