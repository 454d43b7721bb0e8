"""What a town grades, as rows of a spreadsheet or a map: its areas, and which followed which.

Columns and the names of what is wrong with a cell are those of territory (`places.domain.importing`). Every problem
is found in one reading, by row and reason; what exists is passed in.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from maplebridge.grading.domain.areas import AreaKind
from maplebridge.grading.domain.boundaries import ROUNDING
from maplebridge.grading.domain.counts_file import month_in
from maplebridge.kernel.periods import Month
from maplebridge.kernel.tables import Table
from maplebridge.places.domain.importing import SHEETS as TERRITORY
from maplebridge.places.domain.importing import (
    Choice,
    Column,
    Param,
    Problem,
    Refused,
    Sheet,
    Trouble,
    Values,
    boundary_in_wgs84,
    list_of,
    matched_columns,
    read_cells,
    remembering,
    text_up_to,
)


class AreaTrouble(StrEnum):
    """What can be wrong with graded areas and their successions, and not with territory."""

    NO_PARENT = "no_parent"
    NEEDS_NO_PARENT = "needs_no_parent"
    UNKNOWN_PARENT = "unknown_parent"
    BEFORE_ITS_PARENT = "before_its_parent"
    NAME_TWICE = "name_twice"
    NAME_OF_ANOTHER = "name_of_another"
    OTHER_START = "other_start"
    GRADED_ALREADY = "graded_already"
    UNKNOWN_AREA = "unknown_area"
    NOT_A_MONTH = "not_a_month"
    NOT_A_SHARE = "not_a_share"
    FOLLOWS_ITSELF = "follows_itself"
    SHARES_NOT_ONE = "shares_not_one"
    OTHER_SHARE = "other_share"
    ENDS_TWICE = "ends_twice"
    SUCCESSOR_ENDS = "successor_ends"
    BEGINS_LATER = "begins_later"


# -- the columns


def _month(cell: str) -> Month:
    if (month := month_in(cell)) is None:
        raise Refused(AreaTrouble.NOT_A_MONTH, value=cell)
    return month


def _share(cell: str) -> float:
    """Return the share of 0.4, 40% or 40％."""
    number, percent = cell.rstrip("%％ "), cell[-1] in "%％"
    try:
        share = float(number) / (100 if percent else 1)
    except ValueError:
        share = 0.0
    if not 0 < share <= 1:
        raise Refused(AreaTrouble.NOT_A_SHARE, value=cell)
    return share


KIND_NAMES = {
    AreaKind.STATION: "派出所",
    AreaKind.SUBDISTRICT: "街道",
    AreaKind.BEAT: "管区",
}
_KIND = Choice(
    {name: kind for kind, name in KIND_NAMES.items()}
    | {"乡镇": AreaKind.SUBDISTRICT, "警务区": AreaKind.BEAT}
    | {str(kind): kind for kind in AreaKind}
)
_SECTORS = TERRITORY["sectors"]


def _kind() -> Column:
    return Column("kind", "种类", "Kind", _KIND, required=True)


AREAS = Sheet(
    "areas",
    (
        _kind(),
        Column("code", "编号", "Code", text_up_to(20), required=True),
        Column("name", "名称", "Name", text_up_to(80), required=True),
        Column("name_en", "英文名称", "English name", text_up_to(80)),
        Column("parent", "所属派出所", "Station", text_up_to(20)),
        replace(_SECTORS.column("valid_from"), required=True),
        replace(_SECTORS.column("grids"), read=list_of(text_up_to(20))),  # whatever the territory calls them
        Column("sectors", "警格编号", "Police grids", list_of(text_up_to(20)), refers_to="sectors"),
        Column("beat", "管区编号", "Beat code", text_up_to(20), refers_to="beats"),
        _SECTORS.column("boundary"),
        _SECTORS.column("crs"),
    ),
    key=("kind", "code"),
)
SUCCESSIONS = Sheet(
    "successions",
    (
        _kind(),
        Column("before", "原编号", "Old code", text_up_to(20), required=True),
        Column("after", "新编号", "New code", text_up_to(20), required=True),
        Column("share", "人口占比", "Share of the people", _share, required=True),
        Column("since", "起始月份", "From month", _month, required=True),
    ),
    key=("kind", "before", "after", "since"),
)
SHEETS = {sheet.name: sheet for sheet in (AREAS, SUCCESSIONS)}


# -- what exists


@dataclass(frozen=True, slots=True)
class Known:
    """An area that is in force: what a file may say of it again."""

    name: str
    valid_from: date


Key = tuple[str, str]  # the kind and the code of an area
Follows = tuple[str, str, str, Month]  # kind, code before, code after, from when on


@dataclass(frozen=True)
class Existing:
    areas: Mapping[Key, Known]
    ground: Mapping[str, Collection[str]]  # codes of the territory in force: grids, sectors, beats
    successions: Mapping[Follows, float] = field(default_factory=dict)
    graded: Mapping[str, Month] = field(default_factory=dict)  # the last month that was graded, by kind


@dataclass(frozen=True, slots=True)
class Entry:
    row: int
    values: Values
    known: bool  # it is there already: an area is corrected, a succession stays


@dataclass(frozen=True, slots=True)
class ReadFile:
    """The entries of a file, or every problem of every row; never both."""

    entries: Sequence[Entry]
    problems: Sequence[Problem]
    rows: int

    @property
    def new(self) -> int:
        return sum(not one.known for one in self.entries)


# -- checking

Checks = Callable[[Sequence[Entry], Existing], Iterator[Problem]]


def read_file(sheet: Sheet, table: Table, existing: Existing) -> ReadFile:
    """Read a table of areas or of successions as a whole."""
    columns, found = matched_columns(sheet, table.columns)
    problems = [Problem(one.row, one.column, one.trouble, one.params) for one in found]
    if problems:
        return ReadFile([], problems, len(table.rows))
    readers = [(heading, column.key, remembering(column)) for heading, column in columns.items()]
    entries: list[Entry] = []
    broken = set()
    for number, cells in zip(table.numbers, table.rows, strict=True):
        values, wrong = _read_row(sheet, number, cells, readers)
        problems += wrong
        if wrong:
            broken.add(values[sheet.key[1]])
        else:
            entries.append(Entry(number, values, _is_known(sheet, values, existing)))
    checks = (_duplicates, *(_AREA_CHECKS if sheet is AREAS else _SUCCESSION_CHECKS))
    for check in checks:
        problems += (one for one in check(entries, existing) if not _follows_from(broken, one))
    problems.sort(key=lambda one: one.row)
    return ReadFile([] if problems else entries, problems, len(table.rows))


def _follows_from(broken: Collection[str], one: Problem) -> bool:
    """Say whether something is wrong only because the row that it needs could not be read."""
    needs_another = one.trouble in (AreaTrouble.UNKNOWN_PARENT, AreaTrouble.SHARES_NOT_ONE)
    return needs_another and one.params["value"] in broken


def _read_row(
    sheet: Sheet, row: int, cells: Mapping[str, str], readers: Iterable[tuple[str, str, Callable[[str], Any]]]
) -> tuple[Values, list[Problem]]:
    values, wrong = read_cells(row, cells, readers, sheet)
    wrong += [
        Problem(row, column, refused.trouble, refused.params)
        for column, refused in boundary_in_wgs84(sheet, values)
    ]
    return values, wrong


def _is_known(sheet: Sheet, values: Values, existing: Existing) -> bool:
    return _key(values) in existing.areas if sheet is AREAS else _follows(values) in existing.successions


def _key(values: Values) -> Key:
    return str(values["kind"]), values["code"]


def _follows(values: Values) -> Follows:
    return str(values["kind"]), values["before"], values["after"], values["since"]


def _duplicates(entries: Sequence[Entry], _: Existing) -> Iterator[Problem]:
    first: dict[Key | Follows, int] = {}
    for one in entries:
        column, key = ("code", _key(one.values)) if "code" in one.values else ("before", _follows(one.values))
        if first.setdefault(key, one.row) != one.row:
            params: dict[str, Param] = {"value": one.values[column], "first": first[key]}
            yield Problem(one.row, column, Trouble.DUPLICATE, params)


def _parents(entries: Sequence[Entry], existing: Existing) -> Iterator[Problem]:
    """Find beats without a station, and stations that are no parents of these beats."""
    starts = {
        code: one.valid_from for (kind, code), one in existing.areas.items() if kind == AreaKind.STATION
    }
    for one in entries:
        if one.values["kind"] == AreaKind.STATION:
            starts.setdefault(one.values["code"], one.values["valid_from"])
    for one in entries:
        kind, parent = one.values["kind"], one.values["parent"]
        if kind != AreaKind.BEAT:
            if parent:
                yield Problem(one.row, "parent", AreaTrouble.NEEDS_NO_PARENT, {"value": parent})
        elif not parent:
            if not one.known:
                yield Problem(one.row, "parent", AreaTrouble.NO_PARENT)
        elif parent not in starts:
            yield Problem(one.row, "parent", AreaTrouble.UNKNOWN_PARENT, {"value": parent})
        elif one.values["valid_from"] < starts[parent]:
            params: dict[str, Param] = {"value": parent, "start": starts[parent].isoformat()}
            yield Problem(one.row, "valid_from", AreaTrouble.BEFORE_ITS_PARENT, params)


def _names(entries: Sequence[Entry], existing: Existing) -> Iterator[Problem]:
    """Find names that two areas of a kind would have: files of counts may call an area by its name."""
    in_file = {_key(one.values) for one in entries}
    taken = {(key[0], one.name): key[1] for key, one in existing.areas.items() if key not in in_file}
    first: dict[tuple[str, str], Entry] = {}
    for one in entries:
        named = str(one.values["kind"]), one.values["name"]
        if code := taken.get(named):
            params: dict[str, Param] = {"value": named[1], "code": code}
            yield Problem(one.row, "name", AreaTrouble.NAME_OF_ANOTHER, params)
        earlier = first.setdefault(named, one)
        if earlier.values["code"] != one.values["code"]:
            yield Problem(one.row, "name", AreaTrouble.NAME_TWICE, {"value": named[1], "first": earlier.row})


def _starts(entries: Sequence[Entry], existing: Existing) -> Iterator[Problem]:
    """Find areas that would begin within what was graded, and known ones that began on another day."""
    for one in entries:
        start, known = one.values["valid_from"], existing.areas.get(_key(one.values))
        if known is not None:
            if known.valid_from != start:
                params: dict[str, Param] = {
                    "value": start.isoformat(),
                    "known": known.valid_from.isoformat(),
                    "code": one.values["code"],
                }
                yield Problem(one.row, "valid_from", AreaTrouble.OTHER_START, params)
        elif graded := _graded_at(existing, one.values["kind"], Month.of(start)):
            yield Problem(one.row, "valid_from", AreaTrouble.GRADED_ALREADY, {"month": str(graded)})


def _graded_at(existing: Existing, kind: str, month: Month) -> Month | None:
    """Return the last graded month of a kind where it is not before this month."""
    last = existing.graded.get(str(kind))
    return last if last is not None and month <= last else None


def _ground(entries: Sequence[Entry], existing: Existing) -> Iterator[Problem]:
    for column in AREAS.columns:
        known = existing.ground.get(column.refers_to or "", ())
        for one in entries:
            value = one.values[column.key] if column.refers_to else None
            for code in [value] if isinstance(value, str) else value or []:
                if code not in known:
                    yield Problem(one.row, column.key, Trouble.UNKNOWN_CODE, {"value": code})


_AREA_CHECKS: tuple[Checks, ...] = (_parents, _names, _starts, _ground)


def _ends(entries: Sequence[Entry], existing: Existing) -> Iterator[Problem]:
    """Find successions of areas that are not there, or in what was graded."""
    for one in entries:
        if one.known:
            if abs(existing.successions[_follows(one.values)] - one.values["share"]) > ROUNDING:
                share = f"{existing.successions[_follows(one.values)]:g}"
                yield Problem(one.row, "share", AreaTrouble.OTHER_SHARE, {"value": share})
            continue
        kind, since = one.values["kind"], one.values["since"]
        for column in ("before", "after"):
            area = existing.areas.get((str(kind), one.values[column]))
            if area is None:
                yield Problem(one.row, column, AreaTrouble.UNKNOWN_AREA, {"value": one.values[column]})
            elif area.valid_from > since.first:
                params: dict[str, Param] = {
                    "value": one.values[column],
                    "start": area.valid_from.isoformat(),
                }
                yield Problem(one.row, column, AreaTrouble.BEGINS_LATER, params)
        if one.values["before"] == one.values["after"]:
            yield Problem(one.row, "after", AreaTrouble.FOLLOWS_ITSELF, {"value": one.values["after"]})
        if graded := _graded_at(existing, kind, since):
            yield Problem(one.row, "since", AreaTrouble.GRADED_ALREADY, {"month": str(graded)})


def _shares(entries: Sequence[Entry], existing: Existing) -> Iterator[Problem]:
    """Find areas whose people do not all go somewhere, those told earlier included."""
    told = {_follows(one.values): one.values["share"] for one in entries}
    totals: defaultdict[tuple[str, str, Month], float] = defaultdict(float)
    for (kind, before, _after, since), share in {**existing.successions, **told}.items():
        totals[kind, before, since] += share
    for one in _first_of_each(entries):
        kind, before, _after, since = _follows(one.values)
        if abs(totals[kind, before, since] - 1) > ROUNDING:
            params: dict[str, Param] = {"value": before, "total": f"{totals[kind, before, since]:.6g}"}
            yield Problem(one.row, "share", AreaTrouble.SHARES_NOT_ONE, params)


def _first_of_each(entries: Sequence[Entry]) -> Iterator[Entry]:
    """Return the first entry of each area that ends, in each month."""
    seen = set()
    for one in entries:
        kind, before, _after, since = _follows(one.values)
        if (kind, before, since) not in seen:
            seen.add((kind, before, since))
            yield one


def _chains(entries: Sequence[Entry], _: Existing) -> Iterator[Problem]:
    """Find areas that would end twice, and successors that are gone by then."""
    ends: dict[Key, Entry] = {}
    fresh = [one for one in entries if not one.known]
    for one in _first_of_each(fresh):
        key = str(one.values["kind"]), one.values["before"]
        earlier = ends.setdefault(key, one)
        if earlier is not one:
            params: dict[str, Param] = {"value": key[1], "month": str(earlier.values["since"])}
            yield Problem(one.row, "since", AreaTrouble.ENDS_TWICE, params)
    for one in fresh:
        after = ends.get((str(one.values["kind"]), one.values["after"]))
        is_other = one.values["before"] != one.values["after"]
        if after is not None and is_other and after.values["since"] <= one.values["since"]:
            params = {"value": one.values["after"], "first": after.row}
            yield Problem(one.row, "after", AreaTrouble.SUCCESSOR_ENDS, params)


_SUCCESSION_CHECKS: tuple[Checks, ...] = (_ends, _shares, _chains)


# -- an example


def example_rows(sheet: Sheet, first: Month) -> list[Values]:
    """Return invented rows as a file may hold them: three stations, two beats, and a station that is split up."""
    if sheet is SUCCESSIONS:
        split = {"kind": KIND_NAMES[AreaKind.STATION], "before": "P01", "since": first + 1}
        return [split | {"after": "P02", "share": 0.6}, split | {"after": "P03", "share": 0.4}]
    stations = [
        _example_area(AreaKind.STATION, f"P0{at + 1}", name, english, first, _square(at * 0.02, 0.0, 0.02))
        for at, (name, english) in enumerate(
            [("城东派出所", "East Station"), ("城西派出所", "West Station"), ("城北派出所", "North Station")]
        )
    ]
    beats = [
        _example_area(
            AreaKind.BEAT, f"B0{at + 1}", name, english, first, _square(0.02 + at * 0.01, 0.0, 0.01)
        )
        | {"parent": "P02"}
        for at, (name, english) in enumerate([("第一管区", "First Beat"), ("第二管区", "Second Beat")])
    ]
    return stations + beats


def _example_area(
    kind: AreaKind, code: str, name: str, english: str, first: Month, boundary: Values
) -> Values:
    return {
        "kind": KIND_NAMES[kind],
        "code": code,
        "name": name,
        "name_en": english,
        "valid_from": first.first,
        "boundary": boundary,
        "crs": "WGS-84",
    }


def _square(east: float, north: float, side: float) -> Values:
    """Return a square at sea, where nobody is graded."""
    west, south = round(123 + east, 4), round(29 + north, 4)
    right, top = round(west + side, 4), round(south + side, 4)
    ring = [[west, south], [right, south], [right, top], [west, top], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}
