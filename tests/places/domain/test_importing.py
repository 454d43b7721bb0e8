import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maplebridge.kernel.geo import Crs, Point, distance_m, wgs84_to_bd09, wgs84_to_gcj02
from maplebridge.kernel.tables import Fault, Table, TableError, csv_bytes, read_table
from maplebridge.places.domain.codes import Level
from maplebridge.places.domain.importing import (
    SHEETS,
    Checked,
    Problem,
    Trouble,
    check,
    features_of,
    row_of,
    table_of_features,
)

TODAY = date(2026, 4, 1)
COUNTY, TOWN, COMMUNITY, GRID = "630103000000", "630103001000", "630103001001", "630103001001001"
EXISTING = {
    "grids": {COUNTY, TOWN, COMMUNITY, GRID},
    "estates": {"E1"},
    "buildings": {"B1"},
    "sectors": {"S1"},
}
SQUARE = {
    "type": "Polygon",
    "coordinates": [[[101, 36], [101.01, 36], [101.01, 36.01], [101, 36.01], [101, 36]]],
}


def rows(sheet: str, *cells: dict[str, str]) -> Checked:
    columns = list(dict.fromkeys(key for row in cells for key in row))
    full = [{column: row.get(column, "") for column in columns} for row in cells]
    return check(SHEETS[sheet], Table(columns, full, list(range(2, len(full) + 2))), EXISTING, TODAY)


def told(checked: Checked) -> list[tuple[int, str, Trouble]]:
    assert not any("{" in str(problem) for problem in checked.problems)
    return [(problem.row, problem.column, problem.trouble) for problem in checked.problems]


def grid(**cells: str) -> dict[str, str]:
    return {"code": "630103001001002", "name": "第2网格"} | cells


def building(**cells: str) -> dict[str, str]:
    return {"code": "B2", "estate": "E1", "grid": GRID, "number": "3"} | cells


def test_what_the_code_says_need_not_be_written() -> None:
    (record,) = rows("grids", grid()).records
    assert record.values["level"] == Level.GRID
    assert record.values["parent"] == COMMUNITY
    assert record.values["kind"] == "base"
    assert not record.known


def test_a_row_that_exists_is_known() -> None:
    assert rows("grids", grid(code=GRID)).records[0].known


@pytest.mark.parametrize("language", [True, False])
def test_headings_may_be_chinese_or_english(language: bool) -> None:
    headings = SHEETS["grids"].headings(chinese=language)
    cells = dict.fromkeys(headings, "") | {headings[0]: "630103001001002", headings[1]: "第2网格"}
    assert rows("grids", cells).clean


def test_parents_may_stand_further_down_in_the_file() -> None:
    assert rows(
        "grids",
        grid(code="630103001002001"),
        grid(code="630103001002", name="海棠社区"),
    ).clean


@pytest.mark.parametrize(
    ("sheet", "cells", "column", "trouble"),
    [
        ("grids", grid(code=""), "code", Trouble.EMPTY),
        ("grids", grid(name=" "), "name", Trouble.EMPTY),
        ("grids", grid(code="6.30103E+14"), "code", Trouble.BAD_CODE),
        ("grids", grid(code="630100000000"), "code", Trouble.BAD_CODE),
        ("grids", grid(code="630103001009001"), "parent", Trouble.UNKNOWN_CODE),
        ("grids", grid(parent="630103001009"), "parent", Trouble.UNKNOWN_CODE),
        ("grids", grid(parent=GRID), "parent", Trouble.PARENT_NOT_ABOVE),
        ("grids", grid(level="3"), "level", Trouble.LEVEL_AND_CODE_DIFFER),
        ("grids", grid(level="高"), "level", Trouble.NOT_A_CHOICE),
        ("grids", grid(kind="特殊"), "kind", Trouble.NOT_A_CHOICE),
        ("grids", grid(successor="630103001001002"), "successor", Trouble.SUCCESSOR_OF_ITSELF),
        ("grids", grid(name="长" * 81), "name", Trouble.TOO_LONG),
        ("grids", grid(valid_from="明天"), "valid_from", Trouble.NOT_A_DATE),
        ("grids", grid(valid_from="2026-02-30"), "valid_from", Trouble.NOT_A_DATE),
        ("grids", grid(valid_from="20260302", valid_to="20260302"), "valid_to", Trouble.ENDS_BEFORE_IT_BEGINS),
        ("grids", grid(valid_to="2026-04-02"), "valid_to", Trouble.ENDS_LATER_THAN_TODAY),
        ("grids", grid(name="#REF!"), "name", Trouble.FORMULA_FAILED),
        ("grids", grid(boundary="{"), "boundary", Trouble.BAD_POLYGON),
        ("grids", grid(boundary="[]"), "boundary", Trouble.BAD_POLYGON),
        ("grids", grid(boundary='{"type":"Point"}'), "boundary", Trouble.BAD_POLYGON),
        ("grids", grid(crs="1954"), "crs", Trouble.NOT_A_CHOICE),
        ("estates", {"code": "E2", "name": "苑", "grid": "630103001001009"}, "grid", Trouble.UNKNOWN_CODE),
        ("estates", {"code": "E2", "name": "苑", "grid": GRID, "beat": "X"}, "beat", Trouble.UNKNOWN_CODE),
        ("beats", {"code": "P1", "name": "一管区", "sector": "S2"}, "sector", Trouble.UNKNOWN_CODE),
        ("sectors", {"code": "S2", "name": "二警格", "station": "和顺所", "grids": f"{GRID};{GRID[:-1]}9"},
         "grids", Trouble.UNKNOWN_CODE),
        ("buildings", building(estate=""), "estate", Trouble.NEITHER_ESTATE_NOR_ROAD),
        ("buildings", building(floors="六"), "floors", Trouble.NOT_A_NUMBER),
        ("buildings", building(lon="101.7"), "lat", Trouble.HALF_A_POINT),
        ("buildings", building(lon="201.7", lat="36"), "lon", Trouble.BAD_POINT),
        ("buildings", building(lon="36.6", lat="101.7"), "lon", Trouble.LAT_BEFORE_LON),
        ("buildings", building(lon="nan", lat="36"), "lon", Trouble.NOT_A_NUMBER),
        ("entrances", {"building": "B9", "number": "1"}, "building", Trouble.UNKNOWN_CODE),
        ("key_sites", {"code": "K1", "name": "小学", "kind": "学校", "grid": GRID, "lon": "", "lat": "36"},
         "lon", Trouble.EMPTY),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_row_is_told(
    sheet: str, cells: dict[str, str], column: str, trouble: Trouble
) -> None:
    checked = rows(sheet, cells)
    assert told(checked) == [(2, column, trouble)]
    assert checked.records == []


def test_headings_without_rows_are_no_import() -> None:
    checked = check(SHEETS["grids"], Table(["code", "name"], [], []), EXISTING, TODAY)
    assert told(checked) == [(1, "", Trouble.NO_ROWS)]


def test_a_column_in_two_languages_is_told() -> None:
    assert told(rows("grids", grid() | {"名称": "第2网格"})) == [
        (1, "name", Trouble.COLUMN_TWICE),
        (1, "名称", Trouble.COLUMN_TWICE),
    ]


def test_a_choice_is_named_in_each_language() -> None:
    (problem,) = rows("grids", grid(level="高")).problems
    assert problem.params["choices"] == "entrance, grid, community, town, county"
    assert str(problem.params["choices_zh"]).startswith("微网格、网格、社区")


def test_what_was_meant_stands_as_high() -> None:
    problems = rows(
        "grids", grid(parent="630103001009"), grid(code="630103001001003", parent=COMMUNITY)
    ).problems
    assert [problem.nearest for problem in problems] == [COMMUNITY]


def test_successors_do_not_lead_in_a_circle() -> None:
    ended = {"valid_from": "2024-01-01", "valid_to": "2026-01-01"}
    a, b, c = (f"63010300100100{n}" for n in (2, 3, 4))
    checked = rows(
        "grids",
        grid(code=a, successor=b, **ended),
        grid(code=b, successor=c, **ended),
        grid(code=c, successor=a, **ended),
    )
    assert told(checked) == [(row, "successor", Trouble.SUCCESSORS_IN_A_CIRCLE) for row in (2, 3, 4)]
    assert rows("grids", grid(code=a, successor=b, **ended), grid(code=b, successor=GRID, **ended)).clean


def test_nothing_stays_in_force_below_what_ends_in_the_same_file() -> None:
    ended = {"valid_from": "2024-01-01", "valid_to": "2026-01-01"}
    checked = rows(
        "grids",
        grid(code="630103001002", **ended),
        grid(code="630103001002001"),
        grid(code="630103001002002", **ended),
    )
    assert told(checked) == [(3, "parent", Trouble.REFERS_TO_ENDED)]


def test_every_problem_of_every_row_is_told_at_once() -> None:
    checked = rows(
        "grids",
        grid(),
        grid(code="1", name=""),
        grid(code="630103001009001"),
        grid(),
    )
    assert told(checked) == [
        (3, "code", Trouble.BAD_CODE),
        (3, "name", Trouble.EMPTY),
        (4, "parent", Trouble.UNKNOWN_CODE),
        (5, "code", Trouble.DUPLICATE),
    ]
    assert checked.problems[3].params["first"] == 2


def test_an_unknown_code_comes_with_the_nearest() -> None:
    (problem,) = rows("estates", {"code": "E2", "name": "海棠苑", "grid": "630103001001007"}).problems
    assert problem.nearest == GRID
    assert GRID in str(problem)


def test_two_entrances_of_a_building_need_two_numbers() -> None:
    pair = {"building": "B1", "number": "1"}
    assert told(rows("entrances", pair, pair)) == [(3, "number", Trouble.DUPLICATE)]
    assert rows("entrances", pair, {"building": "B1", "number": "2"}).clean


def test_wrong_headings_are_told_before_any_row() -> None:
    checked = rows("estates", {"编号": "E2", "颜色": "红", "Code": "E2"})
    assert told(checked) == [
        (1, "颜色", Trouble.UNKNOWN_COLUMN),
        (1, "编号", Trouble.COLUMN_TWICE),
        (1, "Code", Trouble.COLUMN_TWICE),
        (1, "名称", Trouble.MISSING_COLUMN),
        (1, "所属网格", Trouble.MISSING_COLUMN),
    ]


@pytest.mark.parametrize(
    "text", ["2026-03-01", "2026/3/1", "2026.3.1", "2026年3月1日", "20260301", "2026-03-01T00:00:00"]
)
def test_dates_are_read_as_people_write_them(text: str) -> None:
    assert rows("grids", grid(valid_from=text)).records[0].values["valid_from"] == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("crs", "shift"), [("GCJ-02", wgs84_to_gcj02), ("bd09", wgs84_to_bd09), ("", lambda point: point)]
)
def test_points_of_chinese_maps_are_moved_to_their_place(crs: str, shift: Any) -> None:
    true = Point(101.778, 36.617)
    drawn = shift(true)
    (record,) = rows("buildings", building(lon=str(drawn.lon), lat=str(drawn.lat), crs=crs)).records
    assert distance_m(Point(record.values["lon"], record.values["lat"]), true) < 0.05
    assert record.values["crs"] == Crs.WGS84


def test_a_boundary_that_crosses_itself_is_told_with_the_place() -> None:
    bowtie = {"type": "Polygon", "coordinates": [[[101, 36], [102, 37], [102, 36], [101, 37], [101, 36]]]}
    (problem,) = rows("grids", grid(boundary=json.dumps(bowtie))).problems
    assert problem.params == {"flaw": "crosses_itself", "lon": 101.5, "lat": 36.5}


CODES = st.integers(1, 999).map(lambda n: f"{COMMUNITY}{n:03d}")
NAMES = st.text(st.characters(categories=["Lo", "Nd"]), min_size=1, max_size=20)


@given(
    st.lists(
        st.tuples(CODES, NAMES, st.dates(), st.booleans()),
        unique_by=lambda row: row[0],
        min_size=1,
        max_size=5,
    )
)
def test_what_is_exported_is_imported_again(drawn: list[tuple[str, str, date, bool]]) -> None:
    cells = [
        grid(code=code, name=name, valid_from=day.isoformat(), boundary=json.dumps(SQUARE) if bounded else "")
        for code, name, day, bounded in drawn
    ]
    first = rows("grids", *cells)
    assert first.clean
    sheet = SHEETS["grids"]
    written = csv_bytes(
        sheet.headings(chinese=True), [row_of(sheet, record.values) for record in first.records]
    )
    again = check(sheet, read_table(b"".join(written), "grids.csv"), EXISTING, TODAY)
    assert [record.values for record in again.records] == [record.values for record in first.records]


@pytest.mark.parametrize(
    ("sheet", "cells"),
    [
        ("grids", grid(boundary=json.dumps(SQUARE), valid_from="2026-03-01")),
        ("buildings", building(lon="101.7", lat="36.6", floors="6", households="72")),
        ("estates", {"code": "E2", "name": "海棠苑", "aliases": "海棠小区;海棠花苑", "grid": GRID}),
        ("sectors", {"code": "S2", "name": "二警格", "station": "和顺所", "grids": f"{COMMUNITY}、{GRID}"}),
    ],
)
def test_geojson_carries_the_same_rows(sheet: str, cells: dict[str, str]) -> None:
    first = rows(sheet, cells)
    assert first.problems == []
    collection = features_of(SHEETS[sheet], [record.values for record in first.records])
    table = table_of_features(json.dumps(collection).encode(), "x.geojson")
    again = check(SHEETS[sheet], table, EXISTING, TODAY)
    assert [record.values for record in again.records] == [record.values for record in first.records]


def test_what_a_map_program_added_is_left_out() -> None:
    properties = {"code": GRID, "名称": "第1网格", "fill-opacity": 0.5}
    collection = {"features": [{"type": "Feature", "properties": properties, "geometry": SQUARE}]}
    table = table_of_features(json.dumps(collection).encode(), "x.geojson", SHEETS["grids"])
    assert table.columns == ["code", "名称", "boundary"]
    assert check(SHEETS["grids"], table, EXISTING, TODAY).clean


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_geojson_of_a_map_program_is_read_in_either_encoding(encoding: str) -> None:
    feature = {"type": "Feature", "id": COMMUNITY, "properties": {"name": "𠮷祥社区", "cp": [1, 2]}}
    collection = {"features": [feature | {"geometry": SQUARE}]}
    data = json.dumps(collection, ensure_ascii=False).encode(encoding)
    table = table_of_features(data, "x.geojson", SHEETS["grids"])
    [row] = table.rows
    assert (row["name"], row["code"], json.loads(row["boundary"])) == ("𠮷祥社区", COMMUNITY, SQUARE)


def test_the_shape_of_a_building_is_its_footprint() -> None:
    feature = {"type": "Feature", "id": 7, "properties": {"code": "B7", "number": "7"}, "geometry": SQUARE}
    table = table_of_features(json.dumps({"features": [feature]}).encode(), "x.geojson", SHEETS["buildings"])
    assert table.columns == ["code", "number", "footprint"]
    assert json.loads(table.rows[0]["footprint"]) == SQUARE


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"{", Fault.NOT_GEOJSON),
        (b"\xff", Fault.NOT_GEOJSON),
        (b"[]", Fault.NOT_GEOJSON),
        (b'{"features":[1]}', Fault.NOT_GEOJSON),
        (b'{"features":[{"geometry":{"type":"Point","coordinates":[]}}]}', Fault.NOT_GEOJSON),
        (b'{"features":[]}', Fault.EMPTY),
    ],
)
def test_what_is_no_collection_of_features_is_refused(data: bytes, code: Fault) -> None:
    with pytest.raises(TableError) as caught:
        table_of_features(data, "x.geojson")
    assert caught.value.code == code


def test_a_problem_can_be_said_in_english() -> None:
    assert (
        str(Problem(2, "grid", Trouble.UNKNOWN_CODE, {"value": "1"}, "2"))
        == "grid 1 does not exist. Nearest: 2."
    )
