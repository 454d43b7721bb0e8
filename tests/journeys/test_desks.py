"""The pages where a day begins, in a browser: they can be read by everybody, and are worked without a mouse."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from tests.factories.town import Town
from tests.journeys.people import Seat, told

from maplebridge.matters import actions
from maplebridge.matters.models import Matter


def with_everything(town: Town) -> Matter:
    """Let there be something on each page: one late, one answered with a promise, one offered, one to sort."""
    late, answered = told(town), told(town, "小区门口的路灯坏了好几天，晚上一点都看不见")
    by = actions.By(town.chiefs[2].pk, "grid_chief")
    Matter.objects.update(owner=town.chiefs[2])
    promised = town.now + timedelta(hours=1)
    actions.answer(
        matter_id=answered.pk, text="马上到", by=by, shown_as="网格长", now=town.now, promise_by=promised
    )
    actions.offer_hand_over(matter_id=late.pk, to_id=town.grid_worker.pk, words="", by=by, now=town.now)
    past = town.now - timedelta(hours=2)
    Matter.objects.filter(pk=late.pk).update(raised_at=past, respond_by=past + timedelta(minutes=30))
    Matter.objects.filter(pk=answered.pk).update(needs_sorting=True, emergency="119")
    return late


@pytest.mark.parametrize(
    ("who", "address"),
    [
        ("grid_worker", "/today/"),
        ("clerk", "/inbox/"),
        ("sorting_officer", "/sorting/"),
        ("confidential", "/confidential/"),
        ("supervisor", "/oversight/"),
        ("command", "/oversight/?wall=1"),
        ("supervisor", "/search/?q=漏水"),
        ("supervisor", "/statistics/"),
    ],
)
def test_everybody_can_read_and_work_the_page(town: Town, somebody: Seat, who: str, address: str) -> None:
    with_everything(town)
    seat = somebody(getattr(town, who))
    seat.open(address)
    assert seat.violations() == []


def test_a_list_is_worked_from_the_keyboard(town: Town, somebody: Seat) -> None:
    with_everything(town)
    chief = somebody(town.chiefs[2])
    chief.open("/today/")
    chief.page.keyboard.press("j")
    expect(chief.page.locator("#work [data-row]").first).to_have_class("row-of-work chosen")
    chief.page.keyboard.press("a")
    expect(chief.page.locator("#answer")).to_be_visible()
    expect(chief.page.locator("#answer-text")).to_be_focused()
    chief.page.keyboard.type("我马上到")
    chief.press("Control+Enter")
    chief.sees("已经发回提问的地方")


def test_an_emergency_appears_on_the_board_by_itself(town: Town, somebody: Seat) -> None:
    command = somebody(town.command)
    command.open("/oversight/?wall=1")
    expect(command.page.locator("[data-live-state]")).to_have_text("已连接")
    matter = told(town)
    Matter.objects.filter(pk=matter.pk).update(emergency="119")
    actions.chase(
        matter_id=matter.pk, words="", by=actions.By(town.supervisor.pk, "supervisor"), now=town.now
    )
    expect(command.page.locator(f"[data-emergency='{matter.pk}']")).to_be_visible()
