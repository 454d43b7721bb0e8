"""Everything that changes territory. Nothing is deleted: what ends gets a last day and perhaps a successor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from maplebridge.kernel.tables import Table, TableError, read_table
from maplebridge.places import queries
from maplebridge.places.domain.importing import SHEETS, Problem, Record, Sheet, table_of_features
from maplebridge.places.domain.planning import Change, Plan
from maplebridge.places.domain.territory import Finding
from maplebridge.places.models import (
    BaseMapLayer,
    Beat,
    Building,
    Entrance,
    Estate,
    Grid,
    KeySite,
    Sector,
    TerritoryImport,
)
from maplebridge.platform.audit import action
from maplebridge.platform.freshness import forget

GeoJson = Mapping[str, Any]
OWN_COLUMN = {Grid.Level.COMMUNITY: "community", Grid.Level.TOWN: "town", Grid.Level.COUNTY: "county"}


@action
def add_grid(
    *,
    code: str,
    name: str,
    level: int,
    parent_id: int | None,
    valid_from: date,
    boundary: GeoJson | None = None,
    kind: str = Grid.Kind.BASE,
    legacy_code: str = "",
) -> Grid:
    """Add a grid below another, with the chain above it."""
    above = Grid.objects.get(pk=parent_id) if parent_id is not None else None
    grid = Grid.objects.create(
        code=code,
        name=name,
        level=level,
        kind=kind,
        legacy_code=legacy_code,
        parent=above,
        community_id=above.community_id if above else None,
        town_id=above.town_id if above else None,
        county_id=above.county_id if above else None,
        boundary=dict(boundary) if boundary else None,
        valid_from=valid_from,
    )
    if own := OWN_COLUMN.get(Grid.Level(level)):
        setattr(grid, own, grid)
        grid.save(update_fields=[own])
    forget()
    return grid


@action
def add_sector(
    *,
    code: str,
    name: str,
    station: str,
    valid_from: date,
    grid_ids: Sequence[int] = (),
    boundary: GeoJson | None = None,
) -> Sector:
    sector = Sector.objects.create(
        code=code,
        name=name,
        station=station,
        valid_from=valid_from,
        boundary=dict(boundary) if boundary else None,
    )
    sector.grids.set(grid_ids)
    forget()
    return sector


@action
def add_beat(
    *,
    code: str,
    name: str,
    sector_id: int,
    valid_from: date,
    grid_ids: Sequence[int] = (),
    boundary: GeoJson | None = None,
) -> Beat:
    beat = Beat.objects.create(
        code=code,
        name=name,
        sector_id=sector_id,
        valid_from=valid_from,
        boundary=dict(boundary) if boundary else None,
    )
    beat.grids.set(grid_ids)
    forget()
    return beat


@action
def add_estate(
    *,
    code: str,
    name: str,
    grid_id: int,
    valid_from: date,
    beat_id: int | None = None,
    aliases: Sequence[str] = (),
    boundary: GeoJson | None = None,
) -> Estate:
    estate = Estate.objects.create(
        code=code,
        name=name,
        grid_id=grid_id,
        beat_id=beat_id,
        aliases=list(aliases),
        boundary=dict(boundary) if boundary else None,
        valid_from=valid_from,
    )
    forget()
    return estate


@action
def add_key_site(
    *, code: str, name: str, kind: str, grid_id: int, lon: float, lat: float, valid_from: date
) -> KeySite:
    site = KeySite.objects.create(
        code=code, name=name, kind=kind, grid_id=grid_id, lon=lon, lat=lat, valid_from=valid_from
    )
    forget()
    return site


@action
def set_base_map(*, layers: Mapping[str, GeoJson]) -> None:
    """Set what the map draws without asking any server, in the order given; layers before are replaced."""
    for rank, (name, features) in enumerate(layers.items()):
        BaseMapLayer.objects.update_or_create(name=name, defaults={"features": dict(features), "rank": rank})
    forget()


@dataclass(frozen=True, kw_only=True, slots=True)
class NewBuilding:
    """A building to be added together with many others."""

    code: str
    number: str
    grid_id: int
    estate_id: int | None = None
    name: str = ""
    road: str = ""
    road_number: str = ""
    lon: float | None = None
    lat: float | None = None
    footprint: GeoJson | None = None
    floors: int | None = None
    households: int = 0


@action
def add_many_buildings(*, buildings: Sequence[NewBuilding], valid_from: date) -> dict[str, int]:
    """Add many buildings in one go, for towns that come whole. Return their ids by code."""
    made = Building.objects.bulk_create(
        (
            Building(
                code=one.code,
                number=one.number,
                name=one.name,
                estate_id=one.estate_id,
                grid_id=one.grid_id,
                road=one.road,
                road_number=one.road_number,
                lon=one.lon,
                lat=one.lat,
                footprint=dict(one.footprint) if one.footprint else None,
                floors=one.floors,
                households=one.households,
                valid_from=valid_from,
            )
            for one in buildings
        ),
        batch_size=500,
    )
    forget()
    return {one.code: one.pk for one in made}


@action
def add_many_entrances(
    *, entrances: Sequence[tuple[int, str]], valid_from: date
) -> dict[tuple[int, str], int]:
    """Add many entrances, given as (building, number). Return their ids by the same pairs."""
    made = Entrance.objects.bulk_create(
        (
            Entrance(building_id=building_id, number=number, valid_from=valid_from)
            for building_id, number in entrances
        ),
        batch_size=1000,
    )
    forget()
    return {(one.building_id, one.number): one.pk for one in made}


# -- importing whole sheets

AT_ONCE = 1_000
EMPTY_TEXT = frozenset({"legacy_code", "road", "road_number"})  # and a building's name
Tell = queries.Tell


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


def _silently(step: str, done: int, total: int) -> None:
    pass


@action
def import_sheet(*, sheet: Sheet, table: Table, today: date, tell: Tell = _silently) -> Taken:
    """Take over a whole table, or nothing of it: rows are added, changed or ended, never deleted."""
    found = queries.dry_run(sheet, table, tell=tell)
    if found.problems:
        raise ImportRefused(found.problems)
    _Writing(sheet, found.plan, today, tell).write()
    forget()
    plan = found.plan
    return Taken(len(plan.new), len(plan.changed), len(plan.ended), plan.unchanged)


class _Writing:
    """Writes a plan; holds what its steps share."""

    def __init__(self, sheet: Sheet, plan: Plan, today: date, tell: Tell) -> None:
        self.sheet, self.plan, self.today, self.tell = sheet, plan, today, tell
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
        known = queries.ids_of(self.sheet, ended=queries.may_come_back(self.sheet)) if changes else {}
        for start in range(0, len(changes), AT_ONCE):
            self._change(changes[start : start + AT_ONCE], known)
        self._note_successors()
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

    def _note_successors(self) -> None:
        """Note which grid follows one that ends; it may have been added by the same file."""
        if self.sheet.name != "grids":
            return
        told = [record.values for record in self.plan.new] + [
            {"code": change.key, "successor": change.after["successor"]}
            for change in [*self.plan.changed, *self.plan.ended]
            if "successor" in change.after
        ]
        for values in told:
            if values["successor"]:
                successor = self.ids["grids"][values["successor"]]
                Grid.objects.filter(pk=self.ids["grids"][values["code"]]).update(successor_id=successor)

    def _told(self, count: int) -> None:
        self.done += count
        self.tell("writing", self.done, self.plan.size)


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


# -- an uploaded file, from arriving to being taken over

SHOWN_PROBLEMS = 500
SHOWN_CHANGES = 200


@action
def keep_upload(
    *, sheet: Sheet, file_name: str, data: bytes, asked_by: int | None, now: datetime
) -> TerritoryImport:
    """Keep a file until it is decided. Nothing of it is in the territory yet."""
    kept = TerritoryImport.objects.create(
        sheet=sheet.name, file_name=file_name[-200:], asked_by=asked_by, asked_at=now
    )
    path = queries.upload_path(kept.pk)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_bytes(data)
    return kept


def read_upload(one: TerritoryImport) -> Table:
    """Read the kept file in its own shape. Raises TableError where it has none."""
    data = queries.upload_path(one.pk).read_bytes()
    if one.file_name.lower().endswith((".geojson", ".json")):
        return table_of_features(data, one.file_name, SHEETS[one.sheet])
    return read_table(data, one.file_name, max_rows=MOST_ROWS)


MOST_ROWS = 500_000


def check_upload(*, import_id: int, now: datetime) -> None:
    """Check a kept file and note what taking it over would do, or why it cannot be."""
    one = TerritoryImport.objects.get(pk=import_id)
    tell = _telling(import_id)
    tell("reading", 0, 1)
    try:
        table = read_upload(one)
    except TableError as error:
        params = {name: list(v) if isinstance(v, tuple) else v for name, v in error.params.items()}
        note_check(import_id=import_id, report={"file": {"code": error.code, "params": params}}, clean=False)
        return
    found = queries.dry_run(SHEETS[one.sheet], table, tell=tell)
    note_check(import_id=import_id, report=_report(found), clean=not found.problems)


@action
def note_check(*, import_id: int, report: Mapping[str, Any], clean: bool) -> None:
    """Note what the check of a file found."""
    state = TerritoryImport.State.CHECKED if clean else TerritoryImport.State.REFUSED
    TerritoryImport.objects.filter(pk=import_id, state=TerritoryImport.State.WAITING).update(
        state=state, report=dict(report)
    )


def _report(found: queries.DryRun) -> dict[str, Any]:
    plan = found.plan
    return {
        "rows": found.rows,
        "problem_count": len(found.problems),
        "problems": [_problem(one) for one in found.problems[:SHOWN_PROBLEMS]],
        "added": len(plan.new),
        "changed": len(plan.changed),
        "ended": len(plan.ended),
        "unchanged": plan.unchanged,
        "new_rows": [_named(record) for record in plan.new[:SHOWN_CHANGES]],
        "changes": [_changed(one) for one in plan.changed[:SHOWN_CHANGES]],
        "endings": [_changed(one) for one in plan.ended[:SHOWN_CHANGES]],
        "finding_count": len(found.findings),
        "findings": [_finding(one) for one in found.findings[:SHOWN_CHANGES]],
    }


def _problem(one: Problem) -> dict[str, Any]:
    return {
        "row": one.row,
        "column": one.column,
        "trouble": one.trouble,
        "params": one.params,
        "nearest": one.nearest,
    }


def _named(record: Record) -> dict[str, Any]:
    values = record.values
    code = values.get("code") or values.get("building")
    return {"row": record.row, "code": code, "name": values.get("name") or values.get("number") or ""}


def _changed(one: Change) -> dict[str, Any]:
    words = [(column, _short(one.before[column]), _short(after)) for column, after in one.after.items()]
    return _named(one.record) | {"code": one.key, "columns": words}


def _short(value: Any) -> str:
    if isinstance(value, Mapping):
        return "…"  # a border is not read by people
    return "、".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


def _finding(one: Finding) -> dict[str, Any]:
    at = [round(one.at.lon, 6), round(one.at.lat, 6)] if one.at else None
    return {"misfit": one.misfit, "code": one.code, "params": one.params, "at": at}


@action
def accept_upload(*, import_id: int) -> bool:
    """Say that a clean file shall be taken over. Return whether it was waiting for that."""
    clean = TerritoryImport.objects.filter(pk=import_id, state=TerritoryImport.State.CHECKED)
    return bool(clean.update(state=TerritoryImport.State.ACCEPTED))


@action
def drop_upload(*, import_id: int, now: datetime) -> None:
    """Forget a file without taking anything of it over."""
    waiting = TerritoryImport.objects.filter(pk=import_id).exclude(state=TerritoryImport.State.WRITTEN)
    if waiting.update(state=TerritoryImport.State.DROPPED, ended_at=now):
        queries.upload_path(import_id).unlink(missing_ok=True)


@action
def take_over_upload(*, import_id: int, today: date, now: datetime) -> None:
    """Write an accepted file, checked once more: all of it, or nothing with the reasons noted."""
    one = TerritoryImport.objects.select_for_update().get(pk=import_id)
    if one.state != TerritoryImport.State.ACCEPTED:
        return
    try:
        with transaction.atomic():
            import_sheet(
                sheet=SHEETS[one.sheet], table=read_upload(one), today=today, tell=_telling(import_id)
            )
    except ImportRefused as refused:
        one.state = TerritoryImport.State.REFUSED
        one.report = {
            "problem_count": len(refused.problems),
            "problems": [_problem(problem) for problem in refused.problems[:SHOWN_PROBLEMS]],
        }
        one.save(update_fields=["state", "report"])
        return
    one.state, one.ended_at = TerritoryImport.State.WRITTEN, now
    one.save(update_fields=["state", "ended_at"])
    queries.upload_path(import_id).unlink(missing_ok=True)


def _telling(import_id: int) -> Tell:
    """Return what writes down how far the work is, where the page can read it meanwhile."""
    path = queries.upload_path(import_id).with_suffix(".progress")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)

    def tell(step: str, done: int, total: int) -> None:
        path.write_text(f"{step} {done} {total}")

    return tell
