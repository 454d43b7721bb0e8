"""Examples to learn from: the rows of a table in which a person said what each text is about."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from maplebridge.kernel.tables import Table


class NoExamples(ValueError):
    """The table has no row with a label."""


@dataclass(frozen=True)
class Examples:
    texts: list[tuple[str, ...]]
    labels: list[str]
    groups: list[Hashable] | None
    left_out: int


def examples_in(
    table: Table, *, text: Sequence[str], label: str, group: str | None = None, name: str
) -> Examples:
    """Return the rows that have a label; the others are counted as left out.

    A row without a group is a group of its own. Raises TableError where a column is missing.
    """
    table.require(*text, label, *([group] if group else []), name=name)
    kept = [row for row in table.rows if row[label].strip()]
    if not kept:
        raise NoExamples(f"{name} has no row with a {label}")
    return Examples(
        texts=[tuple(row[column] for column in text) for row in kept],
        labels=[row[label].strip() for row in kept],
        groups=[row[group].strip() or ("alone", number) for number, row in enumerate(kept)]
        if group
        else None,
        left_out=len(table.rows) - len(kept),
    )
