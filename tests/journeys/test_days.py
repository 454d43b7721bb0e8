"""What each role does every day, counted in taps: what the other journeys of this folder do not tell already."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.factories.town import Town
from tests.journeys.people import Seat, picture, told

from maplebridge.kernel.periods import Month
from maplebridge.matters import actions
from maplebridge.matters.actions.tallies import refresh_month
from maplebridge.matters.models import CallOut, Entry, Matter
from maplebridge.places.models import Estate, Grid


def test_a_grid_worker_reports_what_they_see_on_their_round_with_a_photo_in_three_taps(
    town: Town, somebody: Seat, tmp_path: Path
) -> None:
    worker = somebody(town.grid_worker)
    worker.open("/today/")
    worker.tap("上报")
    worker.attach("拍照", picture(tmp_path))
    worker.write("什么事？", "3号楼前面的井盖松了，踩上去会翻")
    worker.tap("提交")
    worker.sees("已登记为")
    assert worker.taps == 3
    assert Matter.objects.get().photos.count() == 1


def test_a_chief_gives_the_result_of_what_is_in_hand_from_the_list_of_today_in_two_taps(
    town: Town, somebody: Seat
) -> None:
    matter = told(town)
    by = actions.By(town.chiefs[2].pk, "grid_chief")
    actions.answer(matter_id=matter.pk, text="马上来看", by=by, shown_as="网格长", now=town.now)
    chief = somebody(town.chiefs[2])
    chief.open("/today/")
    chief.tap("给出结果")
    chief.write("给居民的结果", "水管已经修好")
    chief.tap("给出结果")
    chief.sees("结果已发回")
    assert chief.taps == 2
    matter.refresh_from_db()
    assert matter.state == "resolved"


def test_the_command_room_types_in_a_call_in_two_taps(town: Town, somebody: Seat) -> None:
    command = somebody(town.command, phone=False)
    command.open("/")
    command.tap("上报")
    command.write("什么事？", "有人打电话说海棠苑3号楼楼上漏水，墙都裂了")
    command.write("反映人的电话", "13800000055")
    command.tap("提交")
    command.sees("已登记为")
    assert command.taps == 2
    assert Matter.objects.get().owner_id is not None


def test_the_command_room_answers_an_emergency_in_three_taps(town: Town, somebody: Seat) -> None:
    matter = told(town)
    Matter.objects.filter(pk=matter.pk).update(emergency="119")
    command = somebody(town.command, phone=False)
    command.open("/")
    command.tap(command.page.locator(f"[data-emergency='{matter.pk}'] a.what"))
    command.tap("答复")
    command.write("您的答复", "消防已经出动，请大家下楼")
    command.tap("答复")
    command.sees("已答复")
    assert command.taps == 3
    assert Entry.objects.get(deed="answered").by_id == town.command.pk


def test_an_agency_sees_only_its_own_and_finds_its_groups_with_one_tap(town: Town, somebody: Seat) -> None:
    told(town)
    clerk, other = somebody(town.clerk, phone=True), somebody(town.water_clerk, phone=True)
    clerk.open("/")
    clerk.sees("漏水")
    other.open("/")
    other.misses("漏水")
    assert CallOut.objects.get().agency_id == town.property_manager.pk
    clerk.tap("群")
    expect(clerk.page).to_have_url(f"{clerk.server}/groups/")
    assert clerk.taps == 1


@pytest.mark.parametrize("phone", [True, False])
def test_a_leader_reads_the_month_at_once_and_takes_it_along_in_two_taps(
    town: Town, somebody: Seat, phone: bool
) -> None:
    matter = told(town)
    Matter.objects.filter(pk=matter.pk).update(raised_at=town.now - timedelta(minutes=40))
    refresh_month(month=Month.of(town.now.astimezone().date()), now=town.now)
    leader = somebody(town.analyst, phone=phone)
    leader.open("/")
    leader.sees("按时答复率")
    leader.tap(leader.page.locator("details.export > summary"))
    with leader.page.expect_download() as taken:
        leader.tap("XLSX")
    assert taken.value.suggested_filename.endswith(".xlsx")
    assert leader.taps == 2


def test_a_sheet_of_estates_is_checked_and_taken_over_in_four_taps(
    town: Town, somebody: Seat, tmp_path: Path
) -> None:
    for grid in Grid.objects.all():
        grid.code = f"63{grid.code[2:]}"  # of a province that exists, as imports ask
        grid.save()
    code = Grid.objects.get(pk=town.grid.pk).code
    sheet = tmp_path / "小区.csv"
    sheet.write_text(f"编号,名称,所属网格\nXQ02,丁香苑,{code}\n", encoding="gb18030")
    clerk = somebody(town.administrator, phone=False)
    clerk.open("/")
    clerk.tap("导入辖区数据")
    clerk.tap(clerk.page.get_by_role("radio", name="小区"))
    clerk.page.get_by_label("文件", exact=True).set_input_files(sheet)
    clerk.tap("检查文件")
    clerk.sees("丁香苑")
    clerk.tap("全部导入")
    clerk.sees("文件已全部导入。")
    assert clerk.taps == 4
    assert Estate.objects.filter(code="XQ02").exists()
