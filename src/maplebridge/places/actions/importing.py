"""A whole sheet of territory is taken over, or nothing of it: rows are added, changed or ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from maplebridge.kernel.tables import Table
from maplebridge.places import queries
from maplebridge.places.domain.importing import SHEETS, Problem, Record, Sheet
from maplebridge.places.domain.planning import Change
from maplebridge.places.models import Beat, Entrance, Grid, Sector
from maplebridge.platform.audit import action
from maplebridge.platform.freshness import forget

AT_ONCE = 1_000
EMPTY_TEXT = frozenset({"legacy_code", "road", "road_number"})  # and a building's name


class ImportRefused(Exception):
    """A table that cannot be taken over as it is: every problem of every row."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = list(problems)


@dataclass(frozen=True, slots=True)
class Taken:
    added: int
    changed: int
    ended: int
    unchanged: int


@action
def import_sheet(*, sheet: Sheet, table: Table, today: date, tell: queries.Tell = queries.silently) -> Taken:
    """Take over a whole table, or nothing of it: rows are added, changed or ended, never deleted."""
    found = queries.dry_run(sheet, table, today=today, tell=tell)
    if found.problems:
        raise ImportRefused(found.problems)
    _Writing(sheet, found, today, tell).write()
    forget()
    plan = found.plan
    return Taken(len(plan.new), len(plan.changed), len(plan.ended), plan.unchanged)


class _Writing:
    """Writes what a dry run found; holds what its steps share."""

    def __init__(self, sheet: Sheet, found: queries.DryRun, today: date, tell: queries.Tell) -> None:
        self.sheet, self.plan, self.today, self.tell = sheet, found.plan, today, tell
        self.moving = found.moving
        self.model = queries.MODELS[sheet.name]
        self.covers = any(column.key == "grids" for column in sheet.columns)
        self.ids = {
            one.name: queries.ids_of(one)
            for one in SHEETS.values()
            if one.name in {column.refers_to for column in sheet.columns}
        }
        self.done = 0

    def write(self) -> None:
        for records in self._in_order(self.plan.new):
            for start in range(0, len(records), AT_ONCE):
                self._add(records[start : start + AT_ONCE])
        changes = [*self.plan.changed, *self.plan.ended]
        known = queries.ids_of(self.sheet, ended=True) if changes else {}
        for start in range(0, len(changes), AT_ONCE):
            self._change(changes[start : start + AT_ONCE], known)
        self._note_successors(known)
        self._move(known)
        self._end_entrances(known)
        if self.sheet.name == "grids":
            _note_chains()

    def _in_order(self, records: Sequence[Record]) -> list[list[Record]]:
        """Return the records in groups that can be added one after the other: grids from above."""
        if self.sheet.name != "grids":
            return [list(records)]
        levels = sorted({record.values["level"] for record in records}, reverse=True)
        return [[record for record in records if record.values["level"] == level] for level in levels]

    def _add(self, records: Sequence[Record]) -> None:
        rows = [self.model(**self._attributes(record.values)) for record in records]
        for row, record in zip(rows, records, strict=True):
            row.valid_from = record.values["valid_from"] or self.today  # type: ignore[attr-defined]  # Dated
        made = self.model._default_manager.bulk_create(rows)
        if self.sheet.name == "grids":
            self.ids["grids"] |= {
                record.values["code"]: row.pk for row, record in zip(made, records, strict=True)
            }
        if self.covers:
            self._cover(
                {row.pk: record.values["grids"] or [] for row, record in zip(made, records, strict=True)}
            )
        self._told(len(records))

    def _change(self, changes: Sequence[Change], known: Mapping[str, int]) -> None:
        """Change rows, those together that change in the same columns."""
        by_columns: dict[tuple[str, ...], list[Any]] = {}
        for change in changes:
            attributes = self._attributes(change.after)
            row = self.model(pk=known[change.key], **attributes)
            by_columns.setdefault(tuple(attributes), []).append(row)
        for names, rows in by_columns.items():
            if names:
                self.model._default_manager.bulk_update(rows, names, batch_size=AT_ONCE // 2)
        if self.covers:
            self._cover({known[one.key]: one.after["grids"] or [] for one in changes if "grids" in one.after})
        self._told(len(changes))

    def _attributes(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return values of columns as attributes of the model: codes as ids, empty cells as its empty value."""
        attributes: dict[str, Any] = {}
        for column in self.sheet.columns:
            if column.key in ("crs", "grids", "successor") or column.key not in values:
                continue
            value = values[column.key]
            if column.refers_to:
                attributes[f"{column.key}_id"] = self.ids[column.refers_to][value] if value else None
            elif value is None and (column.key in EMPTY_TEXT or column.key == "name"):
                attributes[column.key] = ""
            else:
                empty: Any = {"aliases": [], "households": 0}.get(column.key)
                attributes[column.key] = empty if value is None else value
        return attributes

    def _cover(self, grids: Mapping[int, Sequence[str]]) -> None:
        """Lay sectors or beats over exactly these grids."""
        model = Sector if self.sheet.name == "sectors" else Beat
        own = "sector_id" if model is Sector else "beat_id"
        through: Any = model.grids.through
        through.objects.filter(**{f"{own}__in": list(grids)}).delete()
        through.objects.bulk_create(
            through(**{own: id, "grid_id": self.ids["grids"][code]})
            for id, codes in grids.items()
            for code in dict.fromkeys(codes)
        )

    def _note_successors(self, known: Mapping[str, int]) -> None:
        """Note which grid follows one that ends; it may have been added by the same file."""
        if self.sheet.name != "grids":
            return
        ids = {**known, **self.ids["grids"]}
        told = [record.values for record in self.plan.new] + [
            {"code": change.key, "successor": change.after["successor"]}
            for change in [*self.plan.changed, *self.plan.ended]
            if "successor" in change.after
        ]
        for values in told:
            if values["successor"]:
                Grid.objects.filter(pk=ids[values["code"]]).update(successor_id=ids[values["successor"]])

    def _move(self, known: Mapping[str, int]) -> None:
        """Let what belonged to a grid that ends belong to its successor."""
        for one in self.moving:
            old, new = known[one.code], self.ids["grids"][one.successor]
            for other, column in queries.references_to(self.sheet):
                if other.name != one.sheet:
                    continue
                if column.key == "grids":
                    _lay_over(queries.MODELS[other.name], old, new)
                else:
                    rows = queries.MODELS[other.name]._default_manager.filter(valid_to=None)
                    rows.filter(**{column.key: old}).update(**{column.key: new})

    def _end_entrances(self, known: Mapping[str, int]) -> None:
        """End the entrances of buildings that end."""
        if self.sheet.name != "buildings":
            return
        for change in self.plan.ended:
            rows = Entrance.objects.filter(building_id=known[change.key], valid_to=None)
            rows.update(valid_to=change.record.values["valid_to"])

    def _told(self, count: int) -> None:
        self.done += count
        self.tell("writing", self.done, self.plan.size)


def _lay_over(model: Any, old: int, new: int) -> None:
    """Lay the sectors or beats in force that are over one grid over another one."""
    for one in model.objects.filter(grids=old, valid_to=None):
        one.grids.remove(old)
        one.grids.add(new)


def _note_chains() -> None:
    """Bring the chain above every grid in line with its parents, from above."""
    chains: dict[int, tuple[int | None, int | None, int | None]] = {}
    wrong = []
    for grid in Grid.objects.defer("boundary").order_by("-level", "pk").iterator(chunk_size=AT_ONCE):
        above = chains.get(grid.parent_id or 0, (None, None, None))
        own = (Grid.Level.COMMUNITY, Grid.Level.TOWN, Grid.Level.COUNTY)
        community, town, county = (
            grid.pk if grid.level == level else one for level, one in zip(own, above, strict=True)
        )
        chains[grid.pk] = (community, town, county)
        if (grid.community_id, grid.town_id, grid.county_id) != (community, town, county):
            grid.community_id, grid.town_id, grid.county_id = community, town, county
            wrong.append(grid)
    Grid.objects.bulk_update(wrong, ["community", "town", "county"], batch_size=AT_ONCE // 2)
