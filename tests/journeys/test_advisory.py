"""From a confirmed warning to the resident who reads it: how many taps that takes on either side."""

from django.utils import timezone
from tests.factories.past import planted, quiet_past
from tests.factories.town import Town
from tests.journeys.people import Seat

from maplebridge.conversations.models import Broadcast
from maplebridge.conversations.queries import broadcasts
from maplebridge.grading import actions
from maplebridge.grading.models import EarlyWarning


def test_a_confirmed_warning_reaches_a_resident(town: Town, somebody: Seat) -> None:
    quiet_past(town)
    planted(town, matters=14)
    actions.watch(now=town.now)
    EarlyWarning.objects.update(category="03-03")
    warning = EarlyWarning.objects.get(state="new")
    command = somebody(town.command, phone=False)
    command.open(f"/warnings/{warning.pk}/")
    command.choose("背后是同一个原因")
    command.tap("判定")
    command.eventually(lambda: Broadcast.objects.exists())  # the worker has drafted it
    command.page.reload()
    command.tap("查看提醒")
    command.sees("电动车不进楼")
    command.tap("发给 2 人")
    command.sees("已发布")
    assert command.taps == 4
    one = Broadcast.objects.get()
    command.eventually(lambda: broadcasts.counts(one).reached == 2)

    resident = somebody(town.resident)
    resident.open("/groups/")
    resident.tap(resident.page.locator(f"a[href='/groups/{town.group.thread_id}/']"))
    resident.sees("到充电棚充电")
    resident.tap("打开提醒")
    resident.sees("怎么做")
    assert resident.taps == 2
    assert not resident.wider_than_the_screen()
    assert resident.violations() == []

    neighbor = somebody(town.neighbor)
    neighbor.open("/groups/")
    neighbor.tap("提醒")
    neighbor.tap(neighbor.page.locator(f"a[href='/reminders/{one.pk}/']"))
    neighbor.sees("119")
    assert neighbor.taps == 2

    counted = broadcasts.counts(one)
    assert (counted.reached, counted.shown, counted.opened) == (2, 2, 2)
    command.open(f"/advisories/{one.pk}/")
    command.sees("= 2 / 2")
    assert command.violations() == []
    Broadcast.objects.update(expires_at=timezone.now())
    neighbor.open("/reminders/")
    neighbor.sees("现在没有提醒")


def test_the_form_has_no_barrier_on_a_phone(town: Town, somebody: Seat) -> None:
    officer = somebody(town.officer)
    officer.open("/advisories/new/")
    assert officer.violations() == []
    officer.tap("冒充客服退款")
    officer.sees("发给谁")
    assert officer.violations() == []
    assert not officer.wider_than_the_screen(), officer.widest()
    officer.tap(officer.page.locator("summary").filter(has_text="社区、村"))
    officer.page.get_by_label("迎宾社区").check()
    officer.write("发生了什么", "有人冒充客服，要您共享屏幕。")
    officer.tap("保存并预览")
    officer.sees("居民看到的样子")
    assert officer.violations() == []
    assert not officer.wider_than_the_screen(), officer.widest()
