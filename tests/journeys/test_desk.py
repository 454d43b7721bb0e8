"""At the desk: the officer reads a group, the sorting officer sorts, the agency accepts, two answer at once."""

import time
from pathlib import Path

from django.core.management import call_command
from playwright.sync_api import expect
from tests.factories.town import Town
from tests.journeys.people import LEAK, Seat, picture, told

from maplebridge.matters.models import CallOut, Entry, Matter, Sorting
from maplebridge.matters.sweeps import sweep
from maplebridge.platform.freshness import forget

UNSURE = "小区门口有点乱，能不能管管"  # a matter, but of which kind?


def sorted_message(town: Town, words: str) -> Sorting:
    """Let the worker read a message, and return what it made of it."""
    message = town.says(words)
    seen = Sorting.objects.filter(message=message)
    for _ in range(100):
        if found := seen.first():
            return found
        time.sleep(0.05)
    raise AssertionError(f"nobody read: {words}")


def test_the_officer_makes_a_matter_of_a_message_with_one_tap(town: Town, somebody: Seat) -> None:
    sorting = sorted_message(town, "今天菜价还行")
    assert sorting.matter_id is None
    officer = somebody(town.officer, phone=False)
    officer.open(f"/groups/{town.group.thread_id}/")
    officer.sees("现在值班")
    officer.sees("王警官")
    officer.tap("登记为事项")
    assert officer.taps == 1
    officer.eventually(lambda: Matter.objects.count() == 1)
    expect(officer.page.locator("main")).to_contain_text("#")


def test_sorting_takes_one_tap_from_the_first_three(town: Town, somebody: Seat) -> None:
    call_command("load_catalogue")
    forget()
    matter = told(town, UNSURE)
    Matter.objects.filter(pk=matter.pk).update(needs_sorting=True)  # however sure the product may have become
    sorter = somebody(town.sorting_officer, phone=False)
    sorter.open("/sorting/")
    choices = sorter.page.locator(f"#matter-{matter.pk} button.chip")
    assert choices.count() == 3
    sorter.tap(choices.first)
    sorter.sees(f"#{matter.pk}")
    sorter.sees("已分类")
    assert sorter.taps == 1
    matter.refresh_from_db()
    assert not matter.needs_sorting
    assert matter.category_id is not None


def test_a_doubtful_message_is_left_as_talk_with_one_tap(town: Town, somebody: Seat) -> None:
    sorting = sorted_message(town, "我们楼下那个东西又那样了，麻烦看看")
    assert sorting.matter_id is None
    sorter = somebody(town.sorting_officer, phone=False)
    sorter.open("/sorting/")
    sorter.tap("只是聊天")
    assert sorter.taps == 1
    expect(sorter.page.locator(f"#message-{sorting.message_id}")).to_have_count(0)
    sorting.refresh_from_db()
    assert sorting.corrected_by_id == town.sorting_officer.pk


def test_a_hotline_file_is_checked_and_taken_over_in_three_taps(
    town: Town, somebody: Seat, tmp_path: Path
) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(
        "工单编号,来电时间,来电人,联系电话,诉求内容,发生地址,保密\n"
        "W001,2026-03-01 20:15:00,李某,10000000051,楼上一直在漏水，墙都裂了,海棠路12号3号楼,否\n"
        "W003,昨天,王某,10000000052,路灯不亮,,否\n",
        "utf-8",
    )
    sorter = somebody(town.sorting_officer, phone=False)
    sorter.open("/hotline/")
    sorter.page.locator("input[type=file]").set_input_files(file)
    sorter.tap("检查文件")
    sorter.sees("昨天")
    sorter.tap(sorter.page.get_by_role("checkbox"))
    sorter.tap("接收 1 件工单")
    sorter.sees("已接收 1 件")
    assert sorter.taps == 3
    assert Matter.objects.get().external_id == "W001"


def test_an_agency_accepts_with_one_tap_and_reports_done_with_a_photo(
    town: Town, somebody: Seat, tmp_path: Path
) -> None:
    told(town)
    clerk = somebody(town.clerk, phone=False)
    clerk.open("/")
    clerk.tap("接下")
    clerk.sees("已接受")
    assert clerk.taps == 1
    order = CallOut.objects.get()
    assert order.status == "accepted"
    clerk.open("/inbox/?part=accepted")
    clerk.tap("报告办结")
    clerk.write("办理情况", "已更换水管")
    clerk.attach("拍", picture(tmp_path))
    clerk.tap("报告办结")
    clerk.eventually(lambda: CallOut.objects.get().status == "done")
    assert clerk.taps == 4


def test_an_agency_refuses_with_a_reason(town: Town, somebody: Seat) -> None:
    told(town)
    clerk = somebody(town.clerk, phone=False)
    clerk.open("/inbox/")
    clerk.tap("退回")
    clerk.write("说明", "这栋楼不归我们管")
    clerk.tap("退回")
    clerk.sees("派单的人会看到理由")
    assert clerk.taps == 2
    order = CallOut.objects.get()
    assert order.status == "refused"
    assert order.words == "这栋楼不归我们管"


def test_an_overdue_matter_climbs_to_the_next_chief_whose_page_shows_it_by_itself(
    town: Town, somebody: Seat
) -> None:
    matter = told(town)
    above = somebody(town.chiefs[3], phone=False)
    above.open("/today/")
    above.ready()
    assert matter.ladder_at is not None
    sweep(now=matter.ladder_at)
    above.tap(above.page.get_by_role("button", name="1 条新事项"))
    above.sees(f"#{matter.pk}")
    above.sees("2级网格长还没有答复")
    assert above.taps == 1


def test_of_two_who_answer_at_once_the_second_is_told_and_keeps_the_words(town: Town, somebody: Seat) -> None:
    matter = told(town)
    chief, officer = somebody(town.chiefs[2], phone=False), somebody(town.officer, phone=False)
    for one, words in ((chief, "我十分钟后到"), (officer, "我马上过去看")):
        one.open(f"/matters/{matter.pk}/")
        one.tap("答复")
        one.write("您的答复", words)
    chief.tap("答复")
    chief.sees("已答复")
    officer.expects_failures = True
    officer.tap("答复")
    officer.sees("2级网格长")
    expect(officer.where().get_by_label("您的答复")).to_have_value("我马上过去看")
    assert Entry.objects.filter(deed="answered").count() == 1
    assert Entry.objects.get(deed="answered").by_id == town.chiefs[2].pk


def test_today_goes_by_the_keyboard_alone(town: Town, somebody: Seat) -> None:
    first = told(town)
    second = told(town, "3号楼1单元201楼上漏水，墙都裂了", who=town.neighbor)
    chief = somebody(town.chiefs[2], phone=False)
    chief.open("/today/")
    for key in ("j", "j", "k"):
        chief.press(key)
    focused = chief.page.locator("[data-row].chosen a.what")
    expect(focused).to_be_focused()
    assert chief.outline() >= 2
    chief.press("a")
    expect(chief.page.locator("#answer-text")).to_be_focused()
    chief.page.keyboard.type("我马上到")
    chief.press("Tab")
    for _ in range(6):
        if chief.page.evaluate("() => document.activeElement.matches('#answer-form button.btn-main')"):
            break
        chief.press("Tab")
    assert chief.outline() >= 2
    chief.press("Enter")
    chief.sees("已经发回提问的地方")
    first.refresh_from_db()
    second.refresh_from_db()
    assert [first.state, second.state].count("in_hand") == 1

    chief.press("j")
    chief.press("Enter")
    expect(chief.page).to_have_url(f"{chief.server}/matters/{second.pk}/")
    assert LEAK in first.summary
