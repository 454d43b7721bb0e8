"""What a resident does: report, join, follow, say what became of it; and what must never happen to them."""

from pathlib import Path

import pytest
from playwright.sync_api import Route, expect
from tests.factories.town import Town
from tests.journeys.people import Seat, picture, told

from maplebridge.conversations.models import Message
from maplebridge.matters import actions
from maplebridge.matters.domain.workflow import Outcome
from maplebridge.matters.models import Matter, Oversight

HERE = {"geolocation": {"longitude": 101.78, "latitude": 36.62}, "permissions": ["geolocation"]}


def resolved(town: Town) -> Matter:
    matter = told(town)
    by = actions.By(town.chiefs[2].pk, "grid_chief")
    actions.answer(matter_id=matter.pk, text="马上来看", by=by, shown_as="网格长", now=town.now)
    actions.resolve(
        matter_id=matter.pk, outcome=Outcome.SOLVED, text="修好了", by=by, shown_as="网格长", now=town.now
    )
    return matter


def test_a_report_with_photo_and_place_takes_two_taps(town: Town, somebody: Seat, tmp_path: Path) -> None:
    resident = somebody(town.resident, **HERE)
    resident.open("/report/")
    resident.attach("拍照", picture(tmp_path))
    resident.write("什么事？", "楼道里堆了很多纸箱，走不过去")
    expect(resident.page.locator("[data-latitude]")).to_have_value("36.620000")
    resident.tap("提交")
    resident.sees("收到了")
    assert resident.taps == 2
    matter = Matter.objects.get()
    assert (matter.lon, matter.lat) == (101.78, 36.62)
    assert matter.photos.count() == 1
    expect(resident.page.locator("main img").first).to_be_visible()


def test_what_a_neighbor_has_reported_is_joined_with_one_tap(town: Town, somebody: Seat) -> None:
    matter = told(town)
    neighbor = somebody(town.neighbor)
    neighbor.open("/report/")
    neighbor.write("什么事？", "我家楼上漏水，墙都湿了裂了")
    neighbor.tap("就是这件，也告诉我")
    neighbor.sees("已加入")
    assert neighbor.taps == 1
    assert Matter.objects.count() == 1
    matter.refresh_from_db()
    assert matter.reporters == 2


def test_not_solved_takes_two_taps_and_brings_it_back_under_oversight(town: Town, somebody: Seat) -> None:
    matter = resolved(town)
    resident = somebody(town.resident)
    resident.open("/my-matters/")
    resident.tap("解决了吗？")
    resident.taps = 0
    resident.choose("没解决")
    resident.tap("发送")
    resident.sees("谢谢您，已经记下")
    assert resident.taps == 2
    matter.refresh_from_db()
    assert (matter.state, matter.under_oversight, matter.owner_id) == ("in_hand", True, town.chiefs[2].pk)
    assert Oversight.objects.get(matter=matter).words == "not_solved"

    supervisor = somebody(town.supervisor, phone=False)
    supervisor.open("/oversight/")
    supervisor.sees("居民说没有解决")


def test_my_matters_say_who_has_it_and_follow_by_themselves(town: Town, somebody: Seat) -> None:
    matter = told(town)
    resident = somebody(town.resident)
    resident.open("/my-matters/")
    row = resident.page.locator("[data-row]")
    expect(row).to_contain_text(f"#{matter.pk}")
    expect(row).to_contain_text("还有")
    by = actions.By(town.chiefs[2].pk, "grid_chief")
    actions.answer(matter_id=matter.pk, text="马上来看", by=by, shown_as="网格长", now=town.now)
    expect(row).not_to_contain_text("等待答复")


def test_large_type_is_one_tap_and_is_remembered(town: Town, somebody: Seat) -> None:
    resident = somebody(town.resident)
    resident.open("/groups/")
    before = resident.type_size()
    resident.tap("大字")
    assert resident.type_size() >= max(20, before + 1)
    resident.open("/my-matters/")
    assert resident.type_size() >= 20
    assert resident.taps == 1


def test_a_resident_leaves_a_group_and_hears_no_more(town: Town, somebody: Seat) -> None:
    resident = somebody(town.resident)
    resident.open(f"/groups/{town.group.thread_id}/")
    resident.tap(resident.page.get_by_text("关于这个群"))
    resident.tap("退出这个群")
    expect(resident.page).to_have_url(f"{resident.server}/groups/")
    assert resident.taps == 2
    resident.expects_failures = True
    answer = resident.page.goto(f"/groups/{town.group.thread_id}/")
    assert answer is not None
    assert answer.status == 404


@pytest.mark.parametrize("where", ["group", "report"])
def test_words_of_danger_bring_up_whom_to_call_over_the_full_width(
    town: Town, somebody: Seat, where: str
) -> None:
    resident = somebody(town.resident)
    asked: list[str] = []
    resident.page.on("request", lambda one: asked.append(one.url) if "/similar/" in one.url else None)
    if where == "group":
        for _ in range(12):  # so many that the page stands at its end, where one writes
            town.says("谢谢大家", who=town.neighbor)
        resident.open(f"/groups/{town.group.thread_id}/")
        resident.write("您的消息", "家里着火了，快来人")
        resident.tap("发送")
    else:
        resident.open("/report/")
        resident.write("什么事？", "家里着火了，快来人")
    box = resident.page.locator(".emergency").filter(visible=True).first
    expect(box).to_be_visible()
    for number in ("110", "119", "120"):
        expect(box.locator(f"a[href='tel:{number}']")).to_be_in_viewport(ratio=1)
    size = box.bounding_box()
    assert size is not None
    assert size["width"] >= 390 - 2 * 16
    if where == "report":
        assert len(asked) == 1  # for the words; the empty form had nothing to ask
        resident.open("/report/")
        expect(box).to_be_visible()  # for the words that were kept
        assert len(asked) == 2


def test_domestic_violence_never_shows_in_the_group(town: Town, somebody: Seat) -> None:
    neighbor = somebody(town.neighbor)
    neighbor.open(f"/groups/{town.group.thread_id}/")
    resident = somebody(town.resident)
    resident.open("/report/")
    resident.write("什么事？", "我老公又打我了，我很害怕")
    resident.sees("不会出现在群里")
    resident.tap("提交")
    resident.sees("已经收到")
    matter = Matter.objects.get()
    assert matter.confidential
    assert not Message.objects.filter(thread_id=town.group.thread_id).exists()
    expect(neighbor.page.locator("#talk .said")).to_have_count(0)

    few = somebody(town.confidential, phone=False)
    few.open("/confidential/")
    few.sees(f"#{matter.pk}")
    officer = somebody(town.officer, phone=False)
    officer.expects_failures = True
    answer = officer.page.goto(f"/matters/{matter.pk}/")
    assert answer is not None
    assert answer.status == 404


def test_who_is_signed_out_while_writing_signs_in_again_and_finds_the_words(
    town: Town, somebody: Seat
) -> None:
    resident = somebody(town.resident)
    group = f"/groups/{town.group.thread_id}/"
    resident.open(group)
    resident.write("您的消息", "我写到一半")
    signed_in = [one for one in resident.page.context.cookies() if one["name"] == "sessionid"]
    resident.page.context.clear_cookies(name="sessionid")
    resident.expects_failures = True
    resident.tap("发送")
    resident.sees("您写的内容还在")
    resident.page.context.add_cookies(signed_in)  # type: ignore[arg-type]  # as they came
    resident.open(group)
    expect(resident.page.get_by_label("您的消息")).to_have_value("我写到一半")
    assert not Message.objects.exists()


def test_a_photo_for_the_group_is_seen_before_it_is_sent(town: Town, somebody: Seat, tmp_path: Path) -> None:
    resident = somebody(town.resident)
    resident.open(f"/groups/{town.group.thread_id}/")
    resident.attach("拍", picture(tmp_path))
    resident.sees("照片已准备好")
    resident.tap("发送")
    expect(resident.page.locator("#talk .said img")).to_be_visible()
    expect(resident.page.locator("[data-photo-list] li")).to_have_count(0)
    assert resident.taps == 2


def test_a_place_goes_with_one_message_and_what_was_said_is_taken_back_with_two_taps(
    town: Town, somebody: Seat
) -> None:
    resident = somebody(town.resident, **HERE)
    resident.open(f"/groups/{town.group.thread_id}/")
    resident.tap("发送我的位置")
    resident.sees("位置会随这条消息发出")
    for words in ("大家看看这里", "晚上好"):
        resident.write("您的消息", words)
        resident.tap("发送")
        expect(resident.said(words)).to_be_visible()
    assert list(Message.objects.order_by("pk").values_list("lon", flat=True)) == [101.78, None]
    resident.taps = 0
    resident.tap(resident.said("大家看看这里").locator(".bubble p"))
    resident.tap("撤回")
    resident.sees("已撤回，大家都看不到了")
    resident.misses("大家看看这里")
    assert resident.taps == 2
    taken = Message.objects.order_by("pk")[0]
    assert (taken.text, taken.lon) == ("", None)


def test_what_is_written_while_a_message_is_on_its_way_stays(town: Town, somebody: Seat) -> None:
    resident = somebody(town.resident)
    resident.open(f"/groups/{town.group.thread_id}/")

    def slowly(route: Route) -> None:
        resident.write("您的消息", "第二句")
        route.continue_()

    resident.page.route("**/say/", slowly)
    resident.write("您的消息", "第一句")
    resident.tap("发送")
    expect(resident.said("第一句")).to_be_visible()
    expect(resident.page.get_by_label("您的消息")).to_have_value("第二句")


def test_without_scripts_a_report_and_a_message_arrive_all_the_same(town: Town, somebody: Seat) -> None:
    resident = somebody(town.resident, java_script_enabled=False)
    resident.open("/report/")
    resident.write("什么事？", "楼道里堆了很多纸箱，走不过去")
    resident.tap("提交")
    resident.sees("收到了")
    assert Matter.objects.count() == 1
    resident.open(f"/groups/{town.group.thread_id}/")
    resident.tap("发送")
    resident.sees("请写几句")
    resident.write("您的消息", "没有脚本也能说话")
    resident.tap("发送")
    resident.sees("没有脚本也能说话")


def test_large_type_puts_whom_to_call_first_and_a_report_still_takes_one_tap(
    town: Town, somebody: Seat
) -> None:
    resident = somebody(town.resident)
    resident.open("/groups/")
    resident.misses("政务热线")
    resident.tap("大字")
    call = resident.page.locator("main a[href='tel:110']").filter(visible=True)
    expect(call).to_be_visible()
    size = call.bounding_box()
    assert size is not None
    assert size["height"] >= 56
    assert not resident.wider_than_the_screen()
    resident.tap("上报")
    resident.write("什么事？", "楼道灯不亮了")
    resident.tap("提交")
    resident.sees("收到了")
    assert resident.taps == 3
