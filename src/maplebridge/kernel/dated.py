"""Values that count from a day on, until a later one of the same name begins."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class DatedValue:
    name: str
    value: Any
    valid_from: date


def in_force(values: Iterable[DatedValue], on: date) -> dict[str, Any]:
    """Return the values of a day: for each name the latest that had begun by then; none where none had."""
    begun = (one for one in values if one.valid_from <= on)
    return {one.name: one.value for one in sorted(begun, key=lambda value: value.valid_from)}
