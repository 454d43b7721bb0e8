"""One leak: from a neighbor's message to the answer, the result, and what the neighbor says of it."""

from django.utils import timezone
from playwright.sync_api import expect
from tests.factories.town import Town
from tests.journeys.people import LEAK, Seat

from maplebridge.kernel.periods import Month
from maplebridge.matters.actions.tallies import refresh_month
from maplebridge.matters.models import Matter, Tally


def test_a_leak_is_told_answered_resolved_and_closed(town: Town, somebody: Seat) -> None:
    resident, officer, neighbor = (
        somebody(town.resident),
        somebody(town.officer, phone=False),
        somebody(town.neighbor),
    )
    group = f"/groups/{town.group.thread_id}/"
    for one in (resident, officer, neighbor):
        one.open(group)
    for one in (officer, neighbor):
        one.page.wait_for_load_state("load")

    resident.write("您的消息", LEAK)
    resident.tap("发送")
    assert resident.taps == 1

    # The officer's open page shows it by itself, and that it is registered.
    expect(officer.said(LEAK)).to_be_visible()
    expect(officer.said(LEAK).locator("a.chip")).to_contain_text("已登记")
    expect(neighbor.said(LEAK).locator("a.chip")).to_contain_text("已登记")
    matter = Matter.objects.get()
    assert matter.answered_at is None

    officer.tap(officer.said(LEAK).locator(".bubble"))
    officer.write("您的消息", "我通知物业，下午3点前到您家")
    officer.press("Enter")
    assert officer.taps == 2
    expect(resident.said("下午3点前到您家")).to_be_visible()
    expect(resident.said(LEAK).locator("a.chip")).to_contain_text("办理中")
    matter.refresh_from_db()
    assert matter.answered_at is not None
    assert matter.answered_by_id == town.officer.pk

    # The officer gives the result on the page of the matter; names and numbers of flats stay out of the group.
    officer.tap(officer.said(LEAK).locator("a.chip"))
    officer.tap("给出结果")
    officer.write("给居民的结果", "401室老某某家的水管已经修好，电话13812345678")
    officer.tap("给出结果")
    assert officer.taps == 5
    result = resident.said("水管已经修好")
    expect(result).to_contain_text(f"#{matter.pk}")
    for hidden in ("老某某", "13812345678", "401室"):
        expect(result).not_to_contain_text(hidden)
    expect(neighbor.said("水管已经修好")).to_be_visible()

    # The resident says that it is solved: one tap says so, one sends it.
    resident.open("/my-matters/")
    resident.tap(resident.page.locator("main a", has_text="漏水"))
    resident.taps = 0
    resident.choose("解决了")
    resident.tap("发送")
    assert resident.taps == 2
    resident.sees("您告诉我们已经解决")
    matter.refresh_from_db()
    assert (matter.state, matter.closed_as) == ("closed", "solved")

    # The statistics count it. (A rate of so few is not shown: it would tell more of chance than of work.)
    refresh_month(month=Month.of(timezone.localdate()), now=timezone.now())
    analyst = somebody(town.analyst, phone=False)
    analyst.open("/statistics/")
    analyst.sees("共提出 1 件事项")
    counted = Tally.objects.get(of=Tally.Of.ALL, counts__has_key="raised").counts
    assert (counted["raised"], counted["in_time"], counted["solved"]) == (1, 1, 1)
