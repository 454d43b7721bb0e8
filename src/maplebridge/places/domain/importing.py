"""Territory as rows of a spreadsheet: which columns there are, and what is wrong with a row.

One table of columns serves reading and writing, so that an export can be corrected and imported again.
Headings may be Chinese, English or the keys used in code. What exists in the database is passed in.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache, lru_cache, partial
from math import isfinite
from typing import Any

from maplebridge.kernel.geo import Crs, Point, to_wgs84
from maplebridge.kernel.polygons import PolygonError, read_polygon, to_geojson
from maplebridge.kernel.tables import Fault, Table, TableError
from maplebridge.kernel.text import normalise
from maplebridge.places.domain import codes
from maplebridge.places.domain.codes import BadCode, Level, Nearest

Param = str | int | float
Values = dict[str, Any]


class Trouble(StrEnum):
    UNKNOWN_COLUMN = "unknown_column"
    MISSING_COLUMN = "missing_column"
    COLUMN_TWICE = "column_twice"
    NO_ROWS = "no_rows"
    EMPTY = "empty"
    FORMULA_FAILED = "formula_failed"
    TOO_LONG = "too_long"
    NOT_A_NUMBER = "not_a_number"
    NOT_A_DATE = "not_a_date"
    NOT_A_CHOICE = "not_a_choice"
    BAD_CODE = "bad_code"
    BAD_POLYGON = "bad_polygon"
    BAD_POINT = "bad_point"
    HALF_A_POINT = "half_a_point"
    LAT_BEFORE_LON = "lat_before_lon"
    UNKNOWN_CODE = "unknown_code"
    DUPLICATE = "duplicate"
    REFERS_TO_ENDED = "refers_to_ended"
    ENDS_BEFORE_IT_BEGINS = "ends_before_it_begins"
    ENDS_LATER_THAN_TODAY = "ends_later_than_today"
    STILL_USED = "still_used"
    LEVEL_AND_CODE_DIFFER = "level_and_code_differ"
    PARENT_NOT_ABOVE = "parent_not_above"
    SUCCESSOR_OF_ITSELF = "successor_of_itself"
    SUCCESSORS_IN_A_CIRCLE = "successors_in_a_circle"
    NEITHER_ESTATE_NOR_ROAD = "neither_estate_nor_road"


_ENGLISH: dict[StrEnum, str] = {
    Trouble.UNKNOWN_COLUMN: "There is no column {column}.",
    Trouble.MISSING_COLUMN: "The column {column} is missing.",
    Trouble.COLUMN_TWICE: "{value} is a column that is there twice, in two languages.",
    Trouble.NO_ROWS: "There are headings, but no rows.",
    Trouble.EMPTY: "{column} must not be empty.",
    Trouble.FORMULA_FAILED: "{column} is {value}: a formula that failed.",
    Trouble.TOO_LONG: "{column} has {length} characters; at most {limit} fit.",
    Trouble.NOT_A_NUMBER: "{value} is not a number that {column} can have.",
    Trouble.NOT_A_DATE: "{value} is not a date; write 2026-03-01.",
    Trouble.NOT_A_CHOICE: "{value} is none of: {choices}.",
    Trouble.BAD_CODE: "{value} cannot be a code: {reason}.",
    Trouble.BAD_POLYGON: "The boundary cannot be used: {flaw}.",
    Trouble.BAD_POINT: "{lon}, {lat} is not a place on Earth.",
    Trouble.HALF_A_POINT: "A point needs both longitude and latitude.",
    Trouble.LAT_BEFORE_LON: "{lon}, {lat}: longitude and latitude have changed places.",
    Trouble.UNKNOWN_CODE: "{column} {value} does not exist.",
    Trouble.REFERS_TO_ENDED: "{column} {value} ends in row {first}.",
    Trouble.DUPLICATE: "{value} is already in row {first}.",
    Trouble.ENDS_BEFORE_IT_BEGINS: "It would end on {valid_to}, not later than it begins, on {valid_from}.",
    Trouble.ENDS_LATER_THAN_TODAY: "{valid_to} is still to come; bring this row then.",
    Trouble.STILL_USED: "{value} cannot end: {count} of {sheet} still belong to it, and nothing follows it.",
    Trouble.LEVEL_AND_CODE_DIFFER: "The level is {level}, but the code {value} is of level {expected}.",
    Trouble.PARENT_NOT_ABOVE: "{parent} is not above {value}.",
    Trouble.SUCCESSOR_OF_ITSELF: "{value} cannot be its own successor.",
    Trouble.SUCCESSORS_IN_A_CIRCLE: "The successors of {value} lead back to it.",
    Trouble.NEITHER_ESTATE_NOR_ROAD: "A building needs an estate, or a road with a number.",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a row; row 1 is the header. `nearest` is what was probably meant."""

    row: int
    column: str
    trouble: StrEnum  # a `Trouble`, or one of the area above whose file it is
    params: dict[str, Param] = field(default_factory=dict)
    nearest: str | None = None

    def __str__(self) -> str:
        said = _ENGLISH[self.trouble].format(column=self.column, **self.params)
        return f"{said} Nearest: {self.nearest}." if self.nearest else said


class Refused(Exception):
    """A cell or a row cannot be taken over; `trouble` and `params` say why."""

    def __init__(self, trouble: StrEnum, **params: Param) -> None:
        self.trouble = trouble
        self.params = params


# -- what a cell may hold: from text, and back

Reader = Callable[[str], Any]


def text_up_to(limit: int) -> Reader:
    def read(cell: str) -> str:
        if len(cell) > limit:
            raise Refused(Trouble.TOO_LONG, length=len(cell), limit=limit)
        return cell

    return read


def _number(cell: str) -> int:
    if not re.fullmatch(r"\d{1,6}", cell):
        raise Refused(Trouble.NOT_A_NUMBER, value=cell)
    return int(cell)


def _degrees(cell: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = float("nan")
    if not isfinite(value):
        raise Refused(Trouble.NOT_A_NUMBER, value=cell)
    return value


def date_in(cell: str) -> date:
    """Return the date of 2026-03-01, 2026/3/1, 2026.3.1, 2026年3月1日 or 20260301, with or without a time."""
    found = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ].*)?|(\d{4})(\d\d)(\d\d)", cell)
    try:
        if found:
            year, month, day = (int(part) for part in found.groups() if part)
            return date(year, month, day)
    except ValueError:
        pass  # the 31st of a shorter month
    raise Refused(Trouble.NOT_A_DATE, value=cell)


def _area_code(cell: str) -> str:
    try:
        return codes.clean(cell)
    except BadCode as bad:
        raise Refused(Trouble.BAD_CODE, value=cell, reason=str(bad.reason)) from bad


def list_of(read: Reader) -> Reader:
    return lambda cell: [read(part) for part in re.split(r"[;；,，、\s]+", cell) if part]


def _boundary(cell: str) -> Values:
    try:
        read = json.loads(cell)
    except (ValueError, RecursionError) as error:
        raise Refused(Trouble.BAD_POLYGON, flaw="not_json") from error
    if not isinstance(read, dict):
        raise Refused(Trouble.BAD_POLYGON, flaw="not_a_polygon")
    return read


@dataclass(frozen=True, eq=False)
class Choice:
    """One of few values, written in any of the ways of the table; a reader is told one way of each."""

    names: Mapping[str, Any]
    zh: str = ""
    en: str = ""

    def __call__(self, cell: str) -> Any:
        value = self.names.get(cell.lower())
        if value is None:
            told = self.en or ", ".join(self.names)
            raise Refused(Trouble.NOT_A_CHOICE, value=cell, choices=told, choices_zh=self.zh or told)
        return value

    def in_chinese(self, value: object) -> str:
        """Return the first Chinese name of a value, or the value itself where it has none."""
        names = (name for name, one in self.names.items() if one == value and not name.isascii())
        return next(names, str(value))


_LEVEL = Choice(
    {str(int(level)): level for level in Level if level <= Level.COUNTY}
    | {"entrance": Level.ENTRANCE, "grid": Level.GRID, "community": Level.COMMUNITY}
    | {"town": Level.TOWN, "county": Level.COUNTY}
    | {"微网格": Level.ENTRANCE, "网格": Level.GRID, "社区": Level.COMMUNITY, "村": Level.COMMUNITY}
    | {"街道": Level.TOWN, "乡镇": Level.TOWN, "镇": Level.TOWN, "区县": Level.COUNTY, "县": Level.COUNTY},
    zh="微网格、网格、社区、村、街道、乡镇、区县",
    en="entrance, grid, community, town, county",
)
_GRID_KIND = Choice(
    {"base": "base", "exclusive": "exclusive", "基础网格": "base", "专属网格": "exclusive", "基础": "base"},
    zh="基础网格、专属网格",
    en="base, exclusive",
)
_CRS = Choice(
    {"wgs-84": Crs.WGS84, "wgs84": Crs.WGS84, "cgcs2000": Crs.WGS84, "gcj-02": Crs.GCJ02, "gcj02": Crs.GCJ02}
    | {"火星坐标": Crs.GCJ02, "bd-09": Crs.BD09, "bd09": Crs.BD09, "百度坐标": Crs.BD09},
    zh="WGS-84、CGCS2000、GCJ-02（火星坐标）、BD-09（百度坐标）",
    en="WGS-84, CGCS2000, GCJ-02, BD-09",
)


# -- the columns


@dataclass(frozen=True)
class Column:
    key: str
    zh: str
    en: str
    read: Reader
    required: bool = False
    refers_to: str | None = None  # the sheet whose codes it names

    def names(self) -> Iterator[str]:
        return (name.lower() for name in (self.key, self.zh, self.en))


@dataclass(frozen=True)
class Sheet:
    """One kind of rows: its columns, and the columns by which a row is known."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ("code",)

    def headings(self, *, chinese: bool) -> list[str]:
        return [column.zh if chinese else column.en for column in self.columns]

    def column(self, key: str) -> Column:
        return next(column for column in self.columns if column.key == key)


def _own_code() -> Column:
    return Column("code", "编号", "Code", text_up_to(20), required=True)


def _name() -> Column:
    return Column("name", "名称", "Name", text_up_to(80), required=True)


def _grid() -> Column:
    return Column("grid", "所属网格", "Grid", _area_code, required=True, refers_to="grids")


_GRIDS = Column("grids", "覆盖网格", "Grids", list_of(_area_code), refers_to="grids")
_BOUNDARY = (
    Column("boundary", "边界", "Boundary", _boundary),
    Column("crs", "坐标系", "CRS", _CRS),
)
_DATES = (
    Column("valid_from", "生效日期", "Valid from", date_in),
    Column("valid_to", "失效日期", "Valid to", date_in),
)


def _place(*, required: bool) -> tuple[Column, ...]:
    return (
        Column("lon", "经度", "Longitude", _degrees, required=required),
        Column("lat", "纬度", "Latitude", _degrees, required=required),
        Column("crs", "坐标系", "CRS", _CRS),
    )


SHEETS = {
    sheet.name: sheet
    for sheet in (
        Sheet(
            "grids",
            (
                Column("code", "网格编码", "Grid code", _area_code, required=True),
                _name(),
                Column("level", "层级", "Level", _LEVEL),
                Column("kind", "类型", "Kind", _GRID_KIND),
                Column("parent", "上级编码", "Parent code", _area_code, refers_to="grids"),
                Column("legacy_code", "原编码", "Legacy code", text_up_to(20)),
                Column("successor", "继任编码", "Successor code", _area_code, refers_to="grids"),
                *_DATES,
                *_BOUNDARY,
            ),
        ),
        Sheet(
            "sectors",
            (
                _own_code(),
                _name(),
                Column("station", "派出所", "Station", text_up_to(80), required=True),
                _GRIDS,
                *_DATES,
                *_BOUNDARY,
            ),
        ),
        Sheet(
            "beats",
            (
                _own_code(),
                _name(),
                Column("sector", "所属警格", "Sector", text_up_to(20), required=True, refers_to="sectors"),
                _GRIDS,
                *_DATES,
                *_BOUNDARY,
            ),
        ),
        Sheet(
            "estates",
            (
                _own_code(),
                _name(),
                Column("aliases", "别名", "Aliases", list_of(text_up_to(80))),
                _grid(),
                Column("beat", "所属管区", "Beat", text_up_to(20), refers_to="beats"),
                *_DATES,
                *_BOUNDARY,
            ),
        ),
        Sheet(
            "buildings",
            (
                Column("code", "编号", "Code", text_up_to(24), required=True),
                Column("estate", "所属小区", "Estate", text_up_to(20), refers_to="estates"),
                _grid(),
                Column("number", "楼号", "Number", text_up_to(20), required=True),
                Column("name", "名称", "Name", text_up_to(80)),
                Column("road", "道路", "Road", text_up_to(80)),
                Column("road_number", "门牌号", "Road number", text_up_to(20)),
                Column("floors", "层数", "Floors", _number),
                Column("households", "户数", "Households", _number),
                *_DATES,
                *_place(required=False),
                Column("footprint", "轮廓", "Footprint", _boundary),
            ),
        ),
        Sheet(
            "entrances",
            (
                Column(
                    "building", "所属楼栋", "Building", text_up_to(24), required=True, refers_to="buildings"
                ),
                Column("number", "单元号", "Entrance number", text_up_to(10), required=True),
                *_DATES,
            ),
            key=("building", "number"),
        ),
        Sheet(
            "key_sites",
            (
                _own_code(),
                _name(),
                Column("kind", "类别", "Kind", text_up_to(30), required=True),
                _grid(),
                *_DATES,
                *_place(required=True),
            ),
        ),
    )
}


# -- checking


@dataclass(frozen=True, slots=True)
class Record:
    """A clean row in WGS 84: values by column key, with None for an empty cell."""

    row: int
    values: Values
    known: bool  # a row with this key exists already


@dataclass(frozen=True, slots=True)
class Checked:
    records: list[Record]
    problems: list[Problem]

    @property
    def clean(self) -> bool:
        return not self.problems


Existing = Mapping[str, Set[str]]


def check(sheet: Sheet, table: Table, existing: Existing, today: date) -> Checked:
    """Return the clean records, or every problem of every row.

    `existing` holds for each sheet the codes in force; of entrances, "building/number". Codes may also refer
    to other rows of the same file, in any order.
    """
    columns, problems = matched_columns(sheet, table.columns)
    if not table.rows:
        problems.append(Problem(1, "", Trouble.NO_ROWS))
    if problems:
        return Checked([], problems)
    rows: list[tuple[int, Values]] = []
    readers = [(heading, column.key, remembering(column)) for heading, column in columns.items()]
    for number, cells in zip(table.numbers, table.rows, strict=True):
        values, found = _row(number, cells, readers, sheet)
        problems += found
        rows.append((number, values))
    problems += _duplicates(sheet, rows)
    problems += _references(sheet, rows, existing)
    problems += _ends_to_come(rows, today)
    problems += _circles(sheet, rows)
    known = existing.get(sheet.name, frozenset())
    records = [Record(number, values, _key(sheet, values) in known) for number, values in rows]
    return Checked([] if problems else records, sorted(problems, key=lambda problem: problem.row))


def matched_columns(sheet: Sheet, headings: Sequence[str]) -> tuple[dict[str, Column], list[Problem]]:
    by_name = {name: column for column in sheet.columns for name in column.names()}
    matched = {heading: by_name[heading.lower()] for heading in headings if heading.lower() in by_name}
    unknown = [Problem(1, h, Trouble.UNKNOWN_COLUMN) for h in headings if h not in matched]
    given = Counter(column.key for column in matched.values())
    missing = [column for column in sheet.columns if column.required and column.key not in given]
    twice = [
        Problem(1, heading, Trouble.COLUMN_TWICE, {"value": heading})
        for heading, column in matched.items()
        if given[column.key] > 1
    ]
    return matched, unknown + twice + [Problem(1, column.zh, Trouble.MISSING_COLUMN) for column in missing]


REMEMBERED = 10_000  # cells of a column: grids, roads and dates occur again and again


def remembering(column: Column) -> Reader:
    """Return what reads the cells of a column, and need not read again what it has read already."""
    read = partial(_read, column)
    return read if column.read is _boundary else lru_cache(REMEMBERED)(read)


# What a spreadsheet writes where a formula has no result.
_FAILED = frozenset({"#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"})


def _read(column: Column, cell: str) -> Any:
    if text := normalise(cell):
        if text in _FAILED:
            raise Refused(Trouble.FORMULA_FAILED, value=text)
        return column.read(text)
    if column.required:
        raise Refused(Trouble.EMPTY)
    return None


def read_cells(
    number: int, cells: Mapping[str, str], readers: Iterable[tuple[str, str, Reader]], sheet: Sheet
) -> tuple[Values, list[Problem]]:
    """Return what stands in the cells of a row, by the keys of the columns, and which of them cannot be read."""
    values: Values = dict.fromkeys(column.key for column in sheet.columns)
    problems = []
    for heading, key, read in readers:
        try:
            values[key] = read(cells[heading])
        except Refused as refused:
            problems.append(Problem(number, key, refused.trouble, refused.params))
    return values, problems


def _row(
    number: int, cells: Mapping[str, str], readers: Sequence[tuple[str, str, Reader]], sheet: Sheet
) -> tuple[Values, list[Problem]]:
    values, problems = read_cells(number, cells, readers, sheet)
    if not problems:
        for rule in _RULES:
            problems += [
                Problem(number, column, refused.trouble, refused.params)
                for column, refused in rule(sheet, values)
            ]
    return values, problems


Broken = Iterator[tuple[str, Refused]]


def _dates_in_order(_: Sheet, values: Values) -> Broken:
    start, end = values["valid_from"], values["valid_to"]
    if start and end and end <= start:
        yield (
            "valid_to",
            Refused(Trouble.ENDS_BEFORE_IT_BEGINS, valid_from=start.isoformat(), valid_to=end.isoformat()),
        )


def _grid_fits_its_code(sheet: Sheet, values: Values) -> Broken:
    if sheet.name != "grids":
        return
    code, parent, level = values["code"], values["parent"], codes.level(values["code"])
    if level > Level.COUNTY:
        yield "code", Refused(Trouble.BAD_CODE, value=code, reason="above_county")
        return
    if values["level"] not in (None, level):
        yield (
            "level",
            Refused(
                Trouble.LEVEL_AND_CODE_DIFFER, level=int(values["level"]), value=code, expected=int(level)
            ),
        )
    if parent is None and level < Level.COUNTY:
        parent = codes.parent(code)
    elif parent is not None and codes.level(parent) <= level:
        yield "parent", Refused(Trouble.PARENT_NOT_ABOVE, parent=parent, value=code)
    if values["successor"] == code:
        yield "successor", Refused(Trouble.SUCCESSOR_OF_ITSELF, value=code)
    values.update(level=level, parent=parent, kind=values["kind"] or "base")


def _building_has_an_address(sheet: Sheet, values: Values) -> Broken:
    if sheet.name == "buildings" and not values["estate"] and not (values["road"] and values["road_number"]):
        yield "estate", Refused(Trouble.NEITHER_ESTATE_NOR_ROAD)


def _place_in_wgs84(_: Sheet, values: Values) -> Broken:
    if "lon" not in values:
        return
    lon, lat = values["lon"], values["lat"]
    if (lon is None) != (lat is None):
        yield "lon" if lon is None else "lat", Refused(Trouble.HALF_A_POINT)
    elif lon is not None:
        try:
            place = to_wgs84(Point(lon, lat), values["crs"] or Crs.WGS84)
        except ValueError:
            turned = abs(lon) <= 90 < abs(lat) <= 180
            yield "lon", Refused(Trouble.LAT_BEFORE_LON if turned else Trouble.BAD_POINT, lon=lon, lat=lat)
        else:
            values.update(lon=round(place.lon, 7), lat=round(place.lat, 7))


def boundary_in_wgs84(_: Sheet, values: Values) -> Broken:
    crs = values.get("crs") or Crs.WGS84
    for key in ("boundary", "footprint"):
        if values.get(key) is not None:
            try:
                values[key] = to_geojson(read_polygon(values[key], crs))
            except PolygonError as error:
                yield key, Refused(Trouble.BAD_POLYGON, flaw=str(error.code), **error.params)
    if "crs" in values:
        values["crs"] = Crs.WGS84  # everything is, from here on


_RULES = (_dates_in_order, _grid_fits_its_code, _building_has_an_address, _place_in_wgs84, boundary_in_wgs84)


def _key(sheet: Sheet, values: Values) -> str:
    return "/".join(str(values[key]) for key in sheet.key)


def _duplicates(sheet: Sheet, rows: Iterable[tuple[int, Values]]) -> list[Problem]:
    first: dict[str, int] = {}
    problems = []
    for number, values in rows:
        if any(values[key] is None for key in sheet.key):
            continue
        key = _key(sheet, values)
        if first.setdefault(key, number) != number:
            params: dict[str, Param] = {"value": key, "first": first[key]}
            problems.append(Problem(number, sheet.key[-1], Trouble.DUPLICATE, params))
    return problems


def _ends_to_come(rows: Iterable[tuple[int, Values]], today: date) -> Iterator[Problem]:
    """Yield rows that end on a day to come: what has an end is not found any more, from now on."""
    for number, values in rows:
        if values["valid_to"] and values["valid_to"] > today:
            params: dict[str, Param] = {"valid_to": values["valid_to"].isoformat()}
            yield Problem(number, "valid_to", Trouble.ENDS_LATER_THAN_TODAY, params)


def _circles(sheet: Sheet, rows: Iterable[tuple[int, Values]]) -> Iterator[Problem]:
    if sheet.name != "grids":
        return
    follows = {values["code"]: values["successor"] for _, values in rows}
    for number, values in rows:
        seen, one = {values["code"]}, values["successor"]
        while one in follows and one not in seen:
            seen.add(one)
            one = follows[one]
        if one == values["code"] != values["successor"]:
            yield Problem(number, "successor", Trouble.SUCCESSORS_IN_A_CIRCLE, {"value": one})


def _references(sheet: Sheet, rows: Sequence[tuple[int, Values]], existing: Existing) -> list[Problem]:
    problems: list[Problem] = []
    own = {values["code"] for _, values in rows if values.get("code")}
    ending = {values["code"]: number for number, values in rows if values["valid_to"] and values.get("code")}
    for column in sheet.columns:
        if column.refers_to is None:
            continue
        known = set(existing.get(column.refers_to, ()))
        if column.refers_to == sheet.name:
            known |= own
            problems += _refer_to_ended(column, rows, ending)
        unknown = [
            (number, code)
            for number, values in rows
            for code in _codes_in(values[column.key])
            if code not in known
        ]
        if unknown:
            nearest = _nearest_among(column.refers_to, known)
            problems += [
                Problem(number, column.key, Trouble.UNKNOWN_CODE, {"value": code}, nearest(code))
                for number, code in unknown
            ]
    return problems


def _refer_to_ended(
    column: Column, rows: Iterable[tuple[int, Values]], ending: Mapping[str, int]
) -> Iterator[Problem]:
    """Yield rows that would stay in force below one that ends; a successor may end in its turn."""
    for number, values in rows:
        code = values[column.key]
        if column.key != "successor" and values["valid_to"] is None and code in ending:
            yield Problem(number, column.key, Trouble.REFERS_TO_ENDED, {"value": code, "first": ending[code]})


def _nearest_among(sheet: str, known: Set[str]) -> Callable[[str], str | None]:
    """Return what finds the code that was meant; of grids, one that stands as high."""
    if sheet != "grids":
        return Nearest(known).to

    @cache
    def as_high(level: Level) -> Nearest:
        return Nearest(code for code in known if codes.level(code) == level)

    return lambda code: as_high(codes.level(code)).to(code)


def _codes_in(value: object) -> list[str]:
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, str) else []


# -- writing, and GeoJSON


def row_of(sheet: Sheet, values: Mapping[str, Any], *, chinese: bool = False) -> list[str]:
    """Return the cells of a row as they are read again, choices by their Chinese names where that is asked."""
    return [_written(column, values.get(column.key), chinese=chinese) for column in sheet.columns]


def _written(column: Column, value: object, *, chinese: bool) -> str:
    if chinese and value and isinstance(column.read, Choice):
        return column.read.in_chinese(value)
    return _cell(value)


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case list():
            return ";".join(map(str, value))
        case dict():
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        case Level():
            return str(int(value))
        case date():
            return value.isoformat()
        case _:
            return str(value)


def table_of_features(data: bytes, name: str, sheet: Sheet | None = None) -> Table:
    """Return the features of a GeoJSON collection as rows: properties are columns, a shape is the boundary.

    A point becomes longitude and latitude, the id of a feature its code, where no column says so. With a sheet,
    properties that are none of its columns are left out: map programs add their own. Raises TableError when it is
    not a collection of features.
    """
    shape = (
        "boundary" if sheet is None or any(one.key == "boundary" for one in sheet.columns) else "footprint"
    )
    try:
        features = json.loads(_decoded(data))["features"]
        rows = [_feature_cells(feature, shape) for feature in features]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise TableError(Fault.NOT_GEOJSON, name=name) from error
    if not rows:
        raise TableError(Fault.EMPTY, name=name)
    columns = list(dict.fromkeys(key for row in rows for key in row))
    if sheet is not None:
        names = {name for column in sheet.columns for name in column.names()}
        columns = [column for column in columns if column.lower() in names]
    return Table(
        columns,
        [{column: row.get(column, "") for column in columns} for row in rows],
        list(range(2, len(rows) + 2)),
    )


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def _feature_cells(feature: Mapping[str, Any], shape: str) -> dict[str, str]:
    cells = {key: _cell(value) for key, value in (feature.get("properties") or {}).items()}
    if "id" in feature and not any(key.lower() in _CODE_NAMES for key in cells):
        cells["code"] = _cell(feature["id"])
    geometry = feature.get("geometry")
    if geometry and geometry["type"] == "Point":
        lon, lat = geometry["coordinates"][:2]
        cells |= {"lon": str(lon), "lat": str(lat)}
    elif geometry:
        cells[shape] = _cell(geometry)
    return cells


_CODE_NAMES = frozenset(
    name for sheet in SHEETS.values() for one in sheet.columns if one.key == "code" for name in one.names()
)


def features_of(sheet: Sheet, rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the rows as a GeoJSON collection that `table_of_features` reads again."""
    return {"type": "FeatureCollection", "features": [_feature(sheet, values) for values in rows]}


def _feature(sheet: Sheet, values: Mapping[str, Any]) -> dict[str, Any]:
    geometry = values.get("boundary")
    if geometry is None and values.get("lon") is not None:
        geometry = {"type": "Point", "coordinates": [values["lon"], values["lat"]]}
    cells = dict(zip((column.key for column in sheet.columns), row_of(sheet, values), strict=True))
    properties = {key: cell for key, cell in cells.items() if cell and key not in ("boundary", "lon", "lat")}
    return {"type": "Feature", "properties": properties, "geometry": geometry}
