"""The territory in the shape in which it is imported and exported, and what an import would change."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date

from django.db import models

from maplebridge.kernel.geo import Crs, Point
from maplebridge.kernel.tables import Table
from maplebridge.places.domain import importing, planning, territory
from maplebridge.places.domain.codes import Level, level
from maplebridge.places.domain.importing import SHEETS, Column, Problem, Record, Sheet, Values
from maplebridge.places.domain.planning import Plan
from maplebridge.places.models import Beat, Building, Entrance, Estate, Grid, KeySite, Sector
from maplebridge.platform import downloads

MODELS: dict[str, type[models.Model]] = {
    "grids": Grid,
    "sectors": Sector,
    "beats": Beat,
    "estates": Estate,
    "buildings": Building,
    "entrances": Entrance,
    "key_sites": KeySite,
}
AT_ONCE = 2_000


def _paths(sheet: Sheet) -> dict[str, str]:
    """Return for each column of a sheet where the database keeps it; of lists of grids, nowhere."""
    return {
        column.key: f"{column.key}__code" if column.refers_to else column.key
        for column in sheet.columns
        if column.key not in ("crs", "grids")
    }


def rows_of(sheet: Sheet, *, ended: bool = False) -> Iterator[Values]:
    """Yield the rows of a sheet as an import reads them: those in force, or also those that have ended."""
    paths = _paths(sheet)
    rows = MODELS[sheet.name]._default_manager.order_by(*(paths[key] for key in sheet.key), "pk")
    if not ended:
        rows = rows.filter(valid_to=None)
    covered = _grids_covered(sheet.name)
    for id, *cells in rows.values_list("pk", *paths.values()).iterator(chunk_size=AT_ONCE):
        values = dict(zip(paths, cells, strict=True))
        if "grids" in {column.key for column in sheet.columns}:
            values["grids"] = covered.get(id, [])
        if values.get("level") is not None:
            values["level"] = Level(values["level"])
        if values.get("boundary") or values.get("footprint") or values.get("lon") is not None:
            values["crs"] = str(Crs.WGS84)
        yield values


def _grids_covered(sheet: str) -> dict[int, list[str]]:
    """Return the codes of the grids that each sector or beat is laid over."""
    if sheet not in ("sectors", "beats"):
        return {}
    covered: dict[int, list[str]] = {}
    through = Sector.grids.through if sheet == "sectors" else Beat.grids.through
    own = "sector_id" if sheet == "sectors" else "beat_id"
    for id, code in through._default_manager.order_by("grid__code").values_list(own, "grid__code"):
        covered.setdefault(id, []).append(code)
    return covered


def count_of(sheet: Sheet) -> int:
    return MODELS[sheet.name]._default_manager.filter(valid_to=None).count()


def ids_of(sheet: Sheet, *, ended: bool = False) -> dict[str, int]:
    """Return the ids of the rows of a sheet by what they are known by."""
    paths = _paths(sheet)
    rows = MODELS[sheet.name]._default_manager.order_by("pk")
    if not ended:
        rows = rows.filter(valid_to=None)
    return {"/".join(key): id for id, *key in rows.values_list("pk", *(paths[key] for key in sheet.key))}


def may_come_back(sheet: Sheet) -> bool:
    """Say whether a code that has ended is known still. Only a grid's code may begin anew."""
    return sheet.name != "grids"


@dataclass(frozen=True, slots=True)
class Moving:
    """What belonged to a grid that ends, and belongs to its successor then."""

    code: str
    successor: str
    sheet: str
    count: int


@dataclass(frozen=True, slots=True)
class DryRun:
    """What an import would do, or every reason why it cannot."""

    rows: int
    problems: list[Problem]
    plan: Plan = field(default_factory=Plan)
    findings: Sequence[territory.Finding] = ()
    moving: Sequence[Moving] = ()


Tell = Callable[[str, int, int], None]  # the step, how much of it is done, of how much


def silently(step: str, done: int, total: int) -> None:
    pass


def dry_run(sheet: Sheet, table: Table, *, today: date, tell: Tell = silently) -> DryRun:
    """Check a table against the territory as it is, and say what importing it would change."""
    rows = len(table.rows)
    tell("checking", 0, rows)
    known = {
        one.name: frozenset(ids_of(one, ended=one is sheet and may_come_back(one)))
        for one in SHEETS.values()
        if one is sheet or one.name in {column.refers_to for column in sheet.columns}
    }
    checked = importing.check(sheet, table, known, today)
    if checked.problems:
        return DryRun(rows, checked.problems)
    tell("comparing", rows, rows)
    records = _with_ended(sheet, checked.records)
    wanted = {planning.key_of(sheet, record.values) for record in records if record.known}
    existing = {
        key: values
        for values in rows_of(sheet, ended=True)  # the latest of a code comes last
        if (key := planning.key_of(sheet, values)) in wanted
    }
    columns = planning.columns_in(sheet, table.columns)
    planned = planning.plan(sheet, records, columns, existing.get)
    problems, moving = _left_behind(sheet, planned)
    if problems:
        return DryRun(rows, problems)
    tell("fitting", rows, rows)
    return DryRun(rows, [], planned, _findings(sheet, planned), moving)


def _with_ended(sheet: Sheet, records: Sequence[Record]) -> list[Record]:
    """Return the records, known also where a row tells again of something that has ended."""
    if may_come_back(sheet) or not any(record.values["valid_to"] for record in records):
        return list(records)
    ended = ids_of(sheet, ended=True)
    return [
        replace(record, known=True)
        if record.values["valid_to"] and planning.key_of(sheet, record.values) in ended
        else record
        for record in records
    ]


Reference = tuple[Sheet, Column]


def references_to(sheet: Sheet) -> list[Reference]:
    """Return by which columns of which sheets something belongs to the rows of a sheet."""
    return [
        (other, column)
        for other in SHEETS.values()
        for column in other.columns
        if column.refers_to == sheet.name and column.key != "successor"
    ]


def _left_behind(sheet: Sheet, planned: Plan) -> tuple[list[Problem], list[Moving]]:
    """Return what still belongs to the rows that end: as problems, or where it moves to a successor."""
    ends = {change.key: change for change in planned.ended}
    leave = {change.key for change in planned.changed if "parent" in change.after} | ends.keys()
    problems, moving = [], []
    for other, column in references_to(sheet):
        if other.name == "entrances":
            continue  # end with their building
        for code, count in _users(other, column, ends, leave if other is sheet else frozenset()).items():
            following = planning.follower(ends, code)
            if following and (column.key != "parent" or level(following) == level(code)):
                moving.append(Moving(code, following, other.name, count))
            else:
                params: dict[str, importing.Param] = {"value": code, "sheet": other.name, "count": count}
                trouble = importing.Trouble.STILL_USED
                problems.append(Problem(ends[code].record.row, "valid_to", trouble, params))
    return sorted(problems, key=lambda one: one.row), moving


def _users(other: Sheet, column: Column, codes: Iterable[str], leave: Set[str]) -> Counter[str]:
    """Count the rows in force that belong to each of the codes in force, but for those that leave anyway."""
    in_force = {f"{column.key}__code__in": list(codes), f"{column.key}__valid_to": None, "valid_to": None}
    rows = MODELS[other.name]._default_manager.filter(**in_force)
    return Counter(code for code, own in rows.values_list(f"{column.key}__code", "code") if own not in leave)


def _findings(sheet: Sheet, planned: Plan) -> list[territory.Finding]:
    """Return what does not fit together in the territory as it would be."""
    if any(column.key == "lon" for column in sheet.columns):
        return _strays(planned)
    if not any(column.key == "boundary" for column in sheet.columns):
        return []
    gone = {change.record.values["code"] for change in planned.ended}
    touched = [
        _draft(sheet, record.values)
        for record in [*planned.new, *(change.record for change in planned.changed)]
        if record.values["boundary"]
    ]
    if not touched:
        return []
    drafts = {
        values["code"]: _draft(sheet, values)
        for values in rows_of(sheet)
        if values["boundary"] and values["code"] not in gone
    }
    return list(planning.misfits(drafts, touched))


def _strays(planned: Plan) -> list[territory.Finding]:
    """Return the points that lie outside of the grid that their row names."""
    touched = [record.values for record in [*planned.new, *(change.record for change in planned.changed)]]
    spots = [
        territory.Spot(values["code"], Point(values["lon"], values["lat"]), values["grid"])
        for values in touched
        if values["lon"] is not None and values["valid_to"] is None
    ]
    drawn = Grid.objects.filter(valid_to=None, boundary__isnull=False, code__in={spot.grid for spot in spots})
    rows = drawn.values_list("code", "level", "boundary")
    pieces, _ = territory.read(territory.Draft(*row) for row in rows)
    return territory.strays(spots, {piece.code: piece.area for piece in pieces})


def _draft(sheet: Sheet, values: Values) -> territory.Draft:
    height = int(values["level"]) if sheet.name == "grids" else 0
    parent = values["parent"] if sheet.name == "grids" else None
    return territory.Draft(values["code"], height, values["boundary"], parent)


FORMS = (*downloads.TABLES, "geojson")


def exported(sheet: Sheet, form: str, *, chinese: bool) -> Iterator[bytes]:
    """Yield the rows in force as a file that can be corrected and imported again."""
    if form == "geojson":
        return _geojson_bytes(sheet)
    headings = sheet.headings(chinese=chinese)
    rows = (importing.row_of(sheet, values, chinese=chinese) for values in rows_of(sheet))
    return downloads.table_bytes(form, headings, rows, sheet=sheet.name)


def _geojson_bytes(sheet: Sheet) -> Iterator[bytes]:
    yield b'{"type":"FeatureCollection","features":['
    for number, values in enumerate(rows_of(sheet)):
        feature = importing.features_of(sheet, [values])["features"][0]
        text = json.dumps(feature, ensure_ascii=False, separators=(",", ":"))
        yield (",\n" if number else "\n").encode() + text.encode()
    yield b"\n]}\n"
