"""What importing a sheet would do to the territory that is there: added, changed, ended, left alone."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from maplebridge.kernel.polygons import PolygonError, read_polygon, to_geojson
from maplebridge.places.domain import territory
from maplebridge.places.domain.importing import Record, Sheet, Values

# Filled in by the check or by the day of the import, so that an empty cell does not mean "nothing".
KEPT_WHEN_EMPTY = frozenset({"valid_from", "level", "kind", "parent", "crs"})
SHAPES = frozenset({"boundary", "footprint"})


@dataclass(frozen=True, slots=True)
class Change:
    """A row that exists and would be different: what it was and will be, by column."""

    record: Record
    key: str
    before: Values
    after: Values


@dataclass(frozen=True, slots=True)
class Plan:
    new: list[Record] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    ended: list[Change] = field(default_factory=list)
    unchanged: int = 0

    @property
    def size(self) -> int:
        return len(self.new) + len(self.changed) + len(self.ended)


def key_of(sheet: Sheet, values: Mapping[str, Any]) -> str:
    """Return by what a row is known: its code; of entrances, "building/number"."""
    return "/".join(str(values[key]) for key in sheet.key)


def columns_in(sheet: Sheet, headings: Iterable[str]) -> frozenset[str]:
    """Return the keys of the columns that a file has. What it has no column for stays as it is."""
    given = {heading.lower() for heading in headings}
    return frozenset(column.key for column in sheet.columns if given.intersection(column.names()))


def plan(
    sheet: Sheet, records: Iterable[Record], columns: Set[str], existing: Callable[[str], Values | None]
) -> Plan:
    """Compare clean records with the rows that exist, given by their key in the shape of the sheet."""
    made = Plan()
    unchanged = 0
    for record in records:
        key = key_of(sheet, record.values)
        row = existing(key) if record.known else None
        if row is None:
            made.new.append(record)
            continue
        after = {
            column: record.values[column]
            for column in sorted(columns - {"crs", *sheet.key})
            if not _same(column, row.get(column), record.values[column])
        }
        if not after:
            unchanged += 1
            continue
        change = Change(record, key, {column: row.get(column) for column in after}, after)
        (made.ended if after.get("valid_to") else made.changed).append(change)
    return Plan(made.new, made.changed, made.ended, unchanged)


def _same(column: str, before: Any, after: Any) -> bool:
    if after is None and column in KEPT_WHEN_EMPTY:
        return True
    if column == "grids":
        return sorted(before or ()) == sorted(after or ())
    if (before or None) == (after or None):
        return True
    return bool(column in SHAPES and before and after and _as_read(before) == after)


def _as_read(shape: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a border as it looks when it is read again: rounded, turned the usual way."""
    try:
        return to_geojson(read_polygon(shape))
    except PolygonError:
        return shape


def follower(ends: Mapping[str, Change], code: str) -> str | None:
    """Return who follows something that ends: the first of its successors that does not end as well."""
    seen = {code}
    following: str | None = ends[code].record.values.get("successor") or ends[code].before.get("successor")
    while following and following in ends:
        if following in seen:
            return None
        seen.add(following)
        following = ends[following].record.values.get("successor")
    return following


def misfits(
    pieces: Mapping[str, territory.Draft], touched: Iterable[territory.Draft]
) -> Iterator[territory.Finding]:
    """Yield overlaps, gaps and borders that reach out, as far as they concern the pieces that change."""
    drafts = dict(pieces)
    changed = set()
    for draft in touched:
        drafts[draft.code] = draft
        changed.add(draft.code)
    read, broken = territory.read(drafts.values())
    near = changed | {draft.parent for draft in drafts.values() if draft.code in changed}
    family = [piece for piece in read if piece.code in near or piece.parent in near]
    for finding in [*broken, *territory.check(family)]:
        if changed & {finding.code, finding.params.get("other"), finding.params.get("parent")} or (
            finding.misfit == territory.Misfit.GAP and finding.code in near
        ):
            yield finding
