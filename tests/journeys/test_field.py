"""What a grid worker and a chief do outdoors: the day's list, an answer from the row, a photo, no network."""

import re
import threading
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Route, expect
from tests.factories.town import Town
from tests.journeys.people import Seat, picture, told

from maplebridge.conversations.models import Message
from maplebridge.matters import actions, queries
from maplebridge.matters.models import Category, Entry, HandOver, Matter


def answers() -> int:
    return Entry.objects.filter(deed__in=["answered", "told"]).count()


def test_an_answer_from_the_row_takes_two_taps(town: Town, somebody: Seat) -> None:
    matter = told(town)
    chief = somebody(town.chiefs[2])
    chief.open("/today/")
    chief.sees("还有")
    chief.tap("答复")
    chief.tap(chief.where().locator(".phrases button").first)
    chief.sees("已经发回提问的地方")
    assert chief.taps == 2
    matter.refresh_from_db()
    assert matter.answered_by_id == town.chiefs[2].pk


def test_a_new_matter_announces_itself_and_moves_nothing(town: Town, somebody: Seat) -> None:
    chief = somebody(town.chiefs[2])
    chief.open("/today/")
    chief.ready()
    told(town)
    chief.tap(chief.page.get_by_role("button", name="1 条新事项"))
    expect(chief.page.locator("#work [data-row]")).to_have_count(1)
    assert chief.taps == 1


def test_a_result_with_a_photo_takes_three_taps_on_the_page_of_the_matter(
    town: Town, somebody: Seat, tmp_path: Path
) -> None:
    matter = told(town)
    Matter.objects.filter(pk=matter.pk).update(category=Category.objects.get(code="06-01-01"))
    by = actions.By(town.chiefs[2].pk, "grid_chief")
    actions.answer(matter_id=matter.pk, text="马上到", by=by, shown_as="网格长", now=town.now)
    chief = somebody(town.chiefs[2])
    chief.open(f"/matters/{matter.pk}/")
    chief.tap("给出结果")
    chief.sees("需要")
    chief.write("给居民的结果", "路面已经填平")
    chief.attach("拍", picture(tmp_path))
    chief.tap("给出结果")
    chief.sees("结果已发回")
    assert chief.taps == 3
    matter.refresh_from_db()
    assert matter.state == "resolved"
    posted = Message.objects.filter(thread_id=matter.thread_id).latest("id")
    assert posted.photos.count() == 1


def test_handing_over_takes_two_taps_and_the_other_accepts_with_one(town: Town, somebody: Seat) -> None:
    matter = told(town)
    chief, worker = somebody(town.chiefs[2]), somebody(town.grid_worker)
    worker.open("/today/")
    chief.open("/today/")
    chief.tap("转给")
    chief.tap(chief.where().get_by_role("button", name="网格员小马"))
    chief.sees("已请网格员小马接手")  # what the sheet itself promises stands there before it is sent
    assert chief.taps == 2
    matter.refresh_from_db()
    assert matter.owner_id == town.chiefs[2].pk

    worker.open("/today/")
    worker.tap("接手")
    worker.sees("现在由您负责")
    assert worker.taps == 1
    matter.refresh_from_db()
    assert matter.owner_id == town.grid_worker.pk
    assert HandOver.objects.get().accepted_at is not None


def test_a_kept_page_says_so_and_gives_way_to_what_the_network_has(
    town: Town, somebody: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    chief = somebody(town.chiefs[2])
    chief.open("/today/")
    chief.kept_for_offline()
    chief.open("/today/")  # now the phone keeps it, with nothing to do
    expect(chief.page.locator("#kept")).to_be_hidden()
    told(town)
    slow, quick = threading.Event(), queries.day_of

    def wait_and_read(*asked: Any, **more: Any) -> Any:
        slow.wait(30)  # a bad network, as long as the test wants it
        return quick(*asked, **more)

    monkeypatch.setattr(queries, "day_of", wait_and_read)
    try:
        chief.page.goto("/today/", wait_until="commit")
        expect(chief.page.locator("#kept")).to_be_visible(timeout=20_000)
        chief.misses("漏水")
        expect(chief.page.locator("[data-kept-since]")).to_have_text(re.compile(r"\d\d:\d\d"))
    finally:
        slow.set()
    expect(chief.page.locator("#work")).to_contain_text("漏水", timeout=20_000)
    expect(chief.page.locator("#kept")).to_be_hidden()


def test_without_a_network_the_list_is_read_and_an_answer_with_a_photo_goes_out_once(
    town: Town, somebody: Seat, tmp_path: Path
) -> None:
    told(town)
    chief = somebody(town.chiefs[2])
    chief.open("/today/")
    chief.kept_for_offline()
    chief.open("/today/")
    chief.expects_failures = True
    chief.page.context.set_offline(True)
    chief.page.reload()
    chief.sees("漏水")
    chief.sees("还有")
    chief.sees("这是手机里存的")

    chief.tap("答复")
    chief.write(chief.page.locator("#answer-text"), "我在现场，马上处理")
    chief.attach("拍", picture(tmp_path))
    chief.tap("发送")
    chief.sees("已存在手机里")
    assert answers() == 0
    chief.page.reload()
    chief.sees("您的答复已存在手机里", inside=chief.page.locator("#work"))
    expect(chief.page.locator("#work [data-answer]").filter(visible=True)).to_have_count(0)

    # The first attempt arrives, but its answer is lost on the way; the second carries the same key.
    lost: list[str] = []

    def lose(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.request.headers["idempotency-key"])
        route.fetch(max_redirects=0)
        route.abort()

    chief.page.route(re.compile("/answer/"), lose)
    chief.page.context.set_offline(False)
    chief.eventually(lambda: answers() == 1)
    chief.page.evaluate("window.dispatchEvent(new Event('online'))")
    chief.eventually(lambda: chief.kept() == 0)
    assert len(lost) == 1
    assert answers() == 1
    posted = Message.objects.filter(text="我在现场，马上处理")
    assert posted.count() == 1
    assert posted.get().photos.count() == 1


def test_what_was_kept_waits_for_signing_in_and_says_why_it_could_not_be_sent(
    town: Town, somebody: Seat
) -> None:
    matter = told(town)
    chief = somebody(town.chiefs[2])
    chief.open("/today/")
    chief.expects_failures = True
    signed_in = [one for one in chief.page.context.cookies() if one["name"] == "sessionid"]
    chief.page.route(
        "**/today/news/**", lambda route: route.fulfill(body="")
    )  # what is new is not looked at here
    by = actions.By(town.officer.pk, "officer")
    actions.answer(matter_id=matter.pk, text="我已经到了", by=by, shown_as="王警官", now=town.now)
    chief.page.context.set_offline(True)
    chief.tap("答复")
    chief.write(chief.page.locator("#answer-text"), "我下午来看")
    chief.tap("发送")
    chief.sees("已存在手机里")
    chief.page.context.clear_cookies(name="sessionid")
    chief.page.context.set_offline(False)
    chief.sees("登录后会自动发出")
    assert chief.kept() == 1
    chief.page.context.add_cookies(signed_in)  # type: ignore[arg-type]  # as they came
    chief.open("/today/")
    chief.sees("有一条没能发出")
    chief.tap("查看")
    chief.sees("先答复了", inside=chief.page.locator("#outbox"))
    chief.sees("我下午来看", inside=chief.page.locator("#outbox"))
    assert answers() == 1
