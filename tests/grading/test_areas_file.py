"""What can be wrong with a file of graded areas or of their successions, row by row."""

import json
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

import pytest

from maplebridge.grading.domain.areas_file import (
    AREAS,
    SUCCESSIONS,
    AreaTrouble,
    Existing,
    Known,
    ReadFile,
    example_rows,
    read_file,
)
from maplebridge.kernel.periods import Month
from maplebridge.kernel.tables import Table, csv_bytes, read_table
from maplebridge.places.domain.importing import Sheet, Trouble, features_of, row_of, table_of_features

SINCE = date(2021, 1, 1)
THERE = Existing(
    areas={
        ("station", "Z01"): Known("城东派出所", SINCE),
        ("station", "Z02"): Known("城西派出所", SINCE),
        ("station", "Z03"): Known("城北派出所", date(2026, 8, 1)),
        ("beat", "G01"): Known("第一管区", SINCE),
    },
    ground={"grids": {"360102001001001"}, "sectors": {"J1"}, "beats": {"B1"}},
    successions={
        ("station", "Y01", "Z01", Month(2025, 1)): 0.7,
        ("station", "Y01", "Z02", Month(2025, 1)): 0.3,
    },
    graded={"station": Month(2026, 6)},
)
AREA = "kind,code,name,parent,valid_from,grids,sectors,beat,boundary\n"
SUCCESSION = "kind,before,after,share,since\n"


def read(sheet: Sheet, rows: str) -> ReadFile:
    heading = AREA if sheet is AREAS else SUCCESSION
    return read_file(sheet, read_table((heading + rows).encode(), "file.csv"), THERE)


def troubles(read: ReadFile) -> list[tuple[int, str, str]]:
    return [(one.row, one.column, one.trouble.value) for one in read.problems]


def square(*corners: tuple[float, float]) -> str:
    ring = [list(corner) for corner in (*corners, corners[0])]
    return '"' + json.dumps({"type": "Polygon", "coordinates": [ring]}).replace('"', '""') + '"'


BOW = square((123, 29), (123.1, 29.1), (123.1, 29), (123, 29.1))


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("派出所,Z09,城南派出所,,2026-07-01,,,,", []),
        ("管区,G09,第九管区,Z01,2026-07-01,360102001001001,J1,B1,", []),
        ("station,Z01,城东派出所,,2021-01-01,,,,", []),
        ("park,Z09,城南,,2026-07-01,,,,", [(2, "kind", Trouble.NOT_A_CHOICE)]),
        ("station,,城南,,2026-07-01,,,,", [(2, "code", Trouble.EMPTY)]),
        ("station,Z09,城南,,soon,,,,", [(2, "valid_from", Trouble.NOT_A_DATE)]),
        ("station,Z09,城南,,2026-06-30,,,,", [(2, "valid_from", AreaTrouble.GRADED_ALREADY)]),
        ("station,Z01,城东派出所,,2022-01-01,,,,", [(2, "valid_from", AreaTrouble.OTHER_START)]),
        ("station,Z09,城东派出所,,2026-07-01,,,,", [(2, "name", AreaTrouble.NAME_OF_ANOTHER)]),
        ("station,Z09,城南,Z01,2026-07-01,,,,", [(2, "parent", AreaTrouble.NEEDS_NO_PARENT)]),
        ("beat,G09,第九管区,,2026-07-01,,,,", [(2, "parent", AreaTrouble.NO_PARENT)]),
        ("beat,G09,第九管区,Z77,2026-07-01,,,,", [(2, "parent", AreaTrouble.UNKNOWN_PARENT)]),
        ("beat,G09,第九管区,G01,2026-07-01,,,,", [(2, "parent", AreaTrouble.UNKNOWN_PARENT)]),
        ("beat,G09,第九管区,Z03,2026-07-01,,,,", [(2, "valid_from", AreaTrouble.BEFORE_ITS_PARENT)]),
        ("beat,G09,第九管区,Z01,2026-07-01,999,J1,B1,", [(2, "grids", Trouble.UNKNOWN_CODE)]),
        (
            "beat,G09,第九管区,Z01,2026-07-01,,J1;J9,B9,",
            [(2, "sectors", Trouble.UNKNOWN_CODE), (2, "beat", Trouble.UNKNOWN_CODE)],
        ),
        (f"station,Z09,城南,,2026-07-01,,,,{BOW}", [(2, "boundary", Trouble.BAD_POLYGON)]),
        (
            "station,Z08,城南,,2026-07-01,,,,\nstation,Z08,城南,,2026-07-01,,,,",
            [(3, "code", Trouble.DUPLICATE)],
        ),
        (
            "station,Z08,城南,,2026-07-01,,,,\nstation,Z09,城南,,2026-07-01,,,,",
            [(3, "name", AreaTrouble.NAME_TWICE)],
        ),
    ],
)
def test_every_problem_of_an_area_has_its_row_and_reason(
    rows: str, found: Sequence[tuple[int, str, str]]
) -> None:
    assert troubles(read(AREAS, rows + "\n")) == list(found)


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("派出所,Z01,Z02,60%,2026年8月\n派出所,Z01,Z03,0.4,2026-08", []),
        ("station,Y01,Z01,0.7,2025-01", []),
        ("station,Y01,Z01,0.6,2025-01", [(2, "share", "other_share"), (2, "share", "shares_not_one")]),
        ("station,Z01,Z02,0.6,2026-08", [(2, "share", AreaTrouble.SHARES_NOT_ONE)]),
        ("station,Z01,Z02,1.5,2026-08", [(2, "share", AreaTrouble.NOT_A_SHARE)]),
        (
            "station,Z01,Z02,half,2026-08\nstation,Z01,Z03,0.5,2026-08",
            [(2, "share", AreaTrouble.NOT_A_SHARE)],
        ),
        ("station,Z01,Z02,1,August", [(2, "since", AreaTrouble.NOT_A_MONTH)]),
        ("station,Z01,Z02,1,2026-06", [(2, "since", AreaTrouble.GRADED_ALREADY)]),
        ("station,Z77,Z02,1,2026-08", [(2, "before", AreaTrouble.UNKNOWN_AREA)]),
        ("station,Z01,G01,1,2026-08", [(2, "after", AreaTrouble.UNKNOWN_AREA)]),
        ("station,Z01,Z03,1,2026-07", [(2, "after", AreaTrouble.BEGINS_LATER)]),
        ("station,Z01,Z01,1,2026-08", [(2, "after", AreaTrouble.FOLLOWS_ITSELF)]),
        ("station,Z01,Z02,1,2026-08\nstation,Z01,Z03,1,2026-09", [(3, "since", AreaTrouble.ENDS_TWICE)]),
        ("station,Z01,Z02,1,2026-08\nstation,Z02,Z03,1,2026-08", [(2, "after", AreaTrouble.SUCCESSOR_ENDS)]),
    ],
)
def test_every_problem_of_a_succession_has_its_row_and_reason(
    rows: str, found: Sequence[tuple[int, str, str]]
) -> None:
    assert troubles(read(SUCCESSIONS, rows + "\n")) == list(found)


def test_columns_nobody_knows_and_columns_that_are_missing_are_named_at_once() -> None:
    read = read_file(AREAS, read_table("编号,名称,天气\nZ09,城南,晴\n".encode(), "file.csv"), THERE)

    assert sorted(troubles(read)) == [
        (1, "天气", Trouble.UNKNOWN_COLUMN),
        (1, "生效日期", Trouble.MISSING_COLUMN),
        (1, "种类", Trouble.MISSING_COLUMN),
    ]


def test_a_station_that_cannot_be_read_is_not_missed_by_its_beats() -> None:
    rows = "station,Z09,城南,,soon,,,,\nbeat,G09,第九管区,Z09,2026-07-01,,,,\n"

    assert troubles(read(AREAS, rows)) == [(2, "valid_from", Trouble.NOT_A_DATE)]


@pytest.mark.parametrize("form", ["csv", "gb18030", "geojson"])
def test_the_example_is_clean_in_every_form(form: str) -> None:
    first, nothing = Month(2026, 7), Existing(areas={}, ground={})
    rows = example_rows(AREAS, first)
    table = _table(AREAS, rows, form)

    areas = read_file(AREAS, table, nothing)
    laid = Existing(
        areas={
            (str(one.values["kind"]), one.values["code"]): Known(one.values["name"], one.values["valid_from"])
            for one in areas.entries
        },
        ground={},
    )
    successions = read_file(SUCCESSIONS, _table(SUCCESSIONS, example_rows(SUCCESSIONS, first), form), laid)

    assert (troubles(areas), troubles(successions)) == ([], [])
    assert (areas.new, successions.new) == (len(rows), 2)
    assert all(one.values["boundary"]["type"] == "Polygon" for one in areas.entries)
    assert all(a.values["name"] != b.values["name"] for a, b in pairwise(areas.entries))


def _table(sheet: Sheet, rows: list[dict[str, object]], form: str) -> Table:
    if form == "geojson":
        return table_of_features(json.dumps(features_of(sheet, rows)).encode(), "e.geojson", sheet)
    encoding = "gb18030" if form == "gb18030" else "utf-8-sig"
    pieces = csv_bytes(sheet.headings(chinese=True), (row_of(sheet, one) for one in rows), encoding)  # type: ignore[arg-type]  # one of two
    return read_table(b"".join(pieces), "e.csv")
