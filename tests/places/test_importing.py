"""Whole sheets: taken over wholly or not at all, changed and ended but never deleted, and taken away again."""

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from maplebridge.kernel.tables import Table, csv_bytes, read_table
from maplebridge.places import actions, queries
from maplebridge.places.domain.importing import SHEETS, Trouble, table_of_features
from maplebridge.places.domain.territory import Misfit
from maplebridge.places.models import Beat, Building, Entrance, Estate, Grid, Sector
from maplebridge.platform.models import AuditRow

pytestmark = pytest.mark.django_db
TODAY = date(2026, 4, 2)
GRID_ROWS = [
    {"网格编码": "630103000000", "名称": "和顺区"},
    {"网格编码": "630103001000", "名称": "和顺街道"},
    {"网格编码": "630103001001", "名称": "迎宾社区"},
    {"网格编码": "630103001001001", "名称": "第1网格"},
    {"网格编码": "630103001001002", "名称": "第2网格"},
]


def table(rows: Iterable[dict[str, Any]], encoding: Any = "utf-8-sig") -> Table:
    rows = list(rows)
    return read_table(b"".join(csv_bytes(list(rows[0]), rows, encoding)), "file.csv")


def bring(sheet: str, rows: Iterable[dict[str, Any]]) -> actions.Taken:
    return actions.import_sheet(sheet=SHEETS[sheet], table=table(rows), today=TODAY)


def square(west: float, south: float, size: float = 0.01) -> str:
    east, north = west + size, south + size
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


@pytest.fixture
def town() -> None:
    bring("grids", GRID_ROWS)
    bring(
        "sectors",
        [{"编号": "JG1", "名称": "迎宾警格", "派出所": "和顺派出所", "覆盖网格": "630103001001001"}],
    )
    bring("beats", [{"编号": "GQ1", "名称": "海棠管区", "所属警格": "JG1", "覆盖网格": "630103001001001"}])
    bring("estates", [{"编号": "XQ1", "名称": "海棠苑", "所属网格": "630103001001001", "所属管区": "GQ1"}])
    bring(
        "buildings",
        [{"编号": "LD1", "所属小区": "XQ1", "所属网格": "630103001001001", "楼号": "3", "户数": "48"}],
    )


def test_grids_come_with_the_chain_above_them_whatever_their_order() -> None:
    taken = bring("grids", reversed(GRID_ROWS))

    grid = Grid.objects.get(code="630103001001002")
    assert taken.added == 5
    assert [one.name for one in (grid.parent, grid.community, grid.town, grid.county) if one] == [
        "迎宾社区",
        "迎宾社区",
        "和顺街道",
        "和顺区",
    ]
    assert grid.valid_from == TODAY


def test_one_broken_row_keeps_all_others_out(town: None) -> None:
    rows = [
        {"编号": f"LD{n}", "所属小区": "XQ1", "所属网格": "630103001001001", "楼号": str(n)}
        for n in range(2, 9)
    ]
    rows[4]["所属网格"] = "630103001001009"

    with pytest.raises(actions.ImportRefused) as refused:
        bring("buildings", rows)

    (problem,) = refused.value.problems
    assert (problem.row, problem.trouble, problem.nearest) == (6, Trouble.UNKNOWN_CODE, "630103001001001")
    assert Building.objects.count() == 1


def test_a_border_that_crosses_itself_is_refused_with_its_place(town: None) -> None:
    bow = {
        "type": "Polygon",
        "coordinates": [[[101, 36], [101.1, 36.1], [101.1, 36], [101, 36.1], [101, 36]]],
    }
    rows = [{"编号": "XQ1", "名称": "海棠苑", "所属网格": "630103001001001", "边界": json.dumps(bow)}]

    found = queries.dry_run(SHEETS["estates"], table(rows), today=TODAY)

    assert [(one.trouble, one.params["flaw"]) for one in found.problems] == [
        (Trouble.BAD_POLYGON, "crosses_itself")
    ]


def test_overlaps_are_told_before_anything_is_written(town: None) -> None:
    rows = [
        {"编号": "XQ1", "名称": "海棠苑", "所属网格": "630103001001001", "边界": square(101.7, 36.6)},
        {"编号": "XQ2", "名称": "丁香苑", "所属网格": "630103001001001", "边界": square(101.705, 36.6)},
    ]

    found = queries.dry_run(SHEETS["estates"], table(rows), today=TODAY)

    assert [(one.misfit, one.code, one.params["other"]) for one in found.findings] == [
        (Misfit.OVERLAP, "XQ1", "XQ2")
    ]
    assert not found.problems
    assert Estate.objects.count() == 1


def test_gb18030_with_rare_characters_is_read(town: None) -> None:
    rows = [{"编号": "XQ9", "名称": "㐂𠮷苑", "别名": "喜吉;𠮷苑", "所属网格": "630103001001001"}]

    actions.import_sheet(sheet=SHEETS["estates"], table=table(rows, "gb18030"), today=TODAY)

    assert Estate.objects.get(code="XQ9").aliases == ["喜吉", "𠮷苑"]


def test_changing_keeps_the_row_and_records_it(town: None) -> None:
    before = Estate.objects.get(code="XQ1").pk

    taken = bring("estates", [{"编号": "XQ1", "名称": "海棠新苑", "所属网格": "630103001001002"}])

    estate = Estate.objects.get(code="XQ1")
    assert (taken.added, taken.changed, taken.unchanged) == (0, 1, 0)
    assert (estate.pk, estate.name, estate.grid.code) == (before, "海棠新苑", "630103001001002")
    assert estate.beat_id is not None  # the file has no column for it
    rows = AuditRow.objects.filter(table="places_estate", row=before, deed="UPDATE")
    assert [row.action for row in rows] == ["places.actions.importing.import_sheet"]


def test_what_ends_stays_with_its_successor(town: None) -> None:
    taken = bring(
        "grids",
        [
            {
                "网格编码": "630103001001002",
                "名称": "第2网格",
                "失效日期": "2026-04-01",
                "继任编码": "630103001001003",
            },
            {"网格编码": "630103001001003", "名称": "第3网格", "失效日期": "", "继任编码": ""},
        ],
    )

    grid = Grid.objects.get(code="630103001001002")
    assert (taken.added, taken.ended) == (1, 1)
    assert grid.valid_to == date(2026, 4, 1)
    assert grid.successor is not None
    assert grid.successor.code == "630103001001003"


SECOND_ENDS = {"网格编码": "630103001001001", "名称": "第1网格", "失效日期": "2026-04-01"}


def test_a_grid_with_something_in_it_does_not_end_without_a_successor(town: None) -> None:
    found = queries.dry_run(SHEETS["grids"], table([SECOND_ENDS]), today=TODAY)

    assert {problem.trouble for problem in found.problems} == {Trouble.STILL_USED}
    assert {problem.params["sheet"]: problem.params["count"] for problem in found.problems} == {
        "sectors": 1,
        "beats": 1,
        "estates": 1,
        "buildings": 1,
    }
    assert (
        bring("grids", [{**GRID_ROWS[4], "失效日期": "2026-04-01"}]).ended == 1
    )  # nothing lies in the other


def test_what_lies_in_a_grid_moves_to_its_successor(town: None) -> None:
    taken = bring("grids", [SECOND_ENDS | {"继任编码": "630103001001002"}])

    assert taken.ended == 1
    assert Estate.objects.get().grid.code == "630103001001002"
    assert Building.objects.get().grid.code == "630103001001002"
    assert [one.code for one in Sector.objects.get().grids.all()] == ["630103001001002"]
    assert [one.code for one in Beat.objects.get().grids.all()] == ["630103001001002"]


def test_grids_below_one_that_ends_move_to_a_successor_as_high(town: None) -> None:
    row = {"网格编码": "630103001001", "名称": "迎宾社区", "失效日期": "2026-04-01"}
    new = {"网格编码": "630103001002", "名称": "海棠社区", "失效日期": ""}
    bring("grids", [row | {"继任编码": "630103001002"}, new | {"继任编码": ""}])

    grid = Grid.objects.get(code="630103001001001")
    assert grid.parent is not None
    assert grid.parent.name == "海棠社区"
    assert grid.community_id == grid.parent_id


def test_a_file_with_an_end_may_be_brought_again(town: None) -> None:
    rows = [SECOND_ENDS | {"继任编码": "630103001001002"}]
    bring("grids", rows)

    taken = bring("grids", rows)

    assert (taken.added, taken.changed, taken.ended, taken.unchanged) == (0, 0, 0, 1)
    assert Grid.objects.filter(code="630103001001001").count() == 1


def test_entrances_end_with_their_building(town: None) -> None:
    bring("entrances", [{"所属楼栋": "LD1", "单元号": "2"}])

    bring(
        "buildings",
        [
            {
                "编号": "LD1",
                "所属网格": "630103001001001",
                "所属小区": "XQ1",
                "楼号": "3",
                "失效日期": "2026-04-02",
            }
        ],
    )

    assert Entrance.objects.get().valid_to == TODAY


def test_a_building_far_from_its_grid_is_told(town: None) -> None:
    bring("grids", [GRID_ROWS[3] | {"边界": square(101.70, 36.60)}])
    row = {"所属小区": "XQ1", "所属网格": "630103001001001", "纬度": "36.605"}
    rows = [
        row | {"编号": f"LD{n}", "楼号": str(n), "经度": lon}
        for n, lon in ((7, "101.705"), (8, "101.7101"), (9, "101.72"))
    ]

    found = queries.dry_run(SHEETS["buildings"], table(rows), today=TODAY)

    assert [(one.misfit, one.code) for one in found.findings] == [(Misfit.OUTSIDE_GRID, "LD9")]
    assert abs(int(found.findings[0].params["m"]) - 893) < 10


def test_sectors_are_laid_over_exactly_the_grids_of_the_file(town: None) -> None:
    bring(
        "sectors",
        [{"编号": "JG1", "名称": "迎宾警格", "派出所": "和顺派出所", "覆盖网格": "630103001001002"}],
    )

    assert [one.code for one in Sector.objects.get(code="JG1").grids.all()] == ["630103001001002"]
    assert [one.code for one in Beat.objects.get(code="GQ1").grids.all()] == ["630103001001001"]


@pytest.mark.parametrize("form", ["csv", "gb18030", "xlsx", "geojson"])
@pytest.mark.parametrize("sheet", sorted(SHEETS))
def test_what_is_taken_away_can_be_brought_back_unchanged(town: None, sheet: str, form: str) -> None:
    bring("entrances", [{"所属楼栋": "LD1", "单元号": "2"}])
    bring(
        "key_sites",
        [
            {
                "编号": "ZD1",
                "名称": "窄巷",
                "类别": "alley",
                "所属网格": "630103001001001",
                "经度": 101.7,
                "纬度": 36.6,
            }
        ],
    )
    bring(
        "estates",
        [{"编号": "XQ1", "名称": "海棠苑", "所属网格": "630103001001001", "边界": square(101.7, 36.6)}],
    )

    data = b"".join(queries.exported(SHEETS[sheet], form, chinese=form != "xlsx"))
    read = table_of_features(data, "x") if form == "geojson" else read_table(data, "x")
    found = queries.dry_run(SHEETS[sheet], read, today=TODAY)

    assert not found.problems
    assert (found.plan.size, found.plan.unchanged) == (0, queries.count_of(SHEETS[sheet]))
    assert found.plan.unchanged > 0


def test_twenty_thousand_entrances_at_once(town: None) -> None:
    told: list[tuple[str, int, int]] = []
    rows = [{"所属楼栋": "LD1", "单元号": str(number)} for number in range(20_000)]

    taken = actions.import_sheet(
        sheet=SHEETS["entrances"], table=table(rows), today=TODAY, tell=lambda *step: told.append(step)
    )

    assert taken.added == Entrance.objects.count() == 20_000
    assert told[-1] == ("writing", 20_000, 20_000)
    assert AuditRow.objects.filter(table="places_entrance").count() == 20_000


def test_the_command_says_what_would_change_and_changes_nothing(
    town: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "estates.csv"
    path.write_text("编号,名称,所属网格\nXQ2,丁香苑,630103001001002\n", encoding="utf-8")

    call_command("import_territory", "estates", path, "--dry-run")

    assert "1 would be added, 0 changed, 0 ended" in capsys.readouterr().out
    assert Estate.objects.count() == 1
    call_command("import_territory", "estates", path)
    assert Estate.objects.count() == 2
    path.write_text("编号,名称,所属网格\nXQ3,丁香苑,630103001001092\n", encoding="utf-8")
    with pytest.raises(CommandError, match="nothing was changed"):
        call_command("import_territory", "estates", path)
    call_command("export_territory", "estates", tmp_path / "out.geojson")
    assert len(json.loads((tmp_path / "out.geojson").read_text())["features"]) == 2
