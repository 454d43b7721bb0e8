"""Past matters in a file of the town, and which unit handled each: routing is trained with them, and judged by them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from maplebridge.kernel.tables import read_table


@dataclass(frozen=True, slots=True)
class Handled:
    rows: list[dict[str, str]]
    units: list[str]
    numbers: list[str] | None  # of the units, where the file tells those of one name apart


def read_handled(file: Path, columns: Sequence[str], unit: str, unit_number: str | None) -> Handled:
    """Read the file whole; it has to have these columns, that of the unit, and that of its number if one is named."""
    table = read_table(file.read_bytes(), file.name)
    table.require(*columns, unit, *([unit_number] if unit_number else []), name=file.name)
    return Handled(
        rows=table.rows,
        units=[row[unit] for row in table.rows],
        numbers=[row[unit_number] for row in table.rows] if unit_number else None,
    )
