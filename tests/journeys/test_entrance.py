"""The door: a resident comes in with a phone and a code, staff with a password and the code of an app."""

import re

from playwright.sync_api import expect
from tests.factories.town import Town
from tests.journeys.people import Seat

from maplebridge.adapters import console
from maplebridge.conversations import actions as conversations
from maplebridge.people import actions as people


def test_a_resident_comes_in_with_phone_and_code_in_two_taps(town: Town, somebody: Seat) -> None:
    console.sent.clear()
    known = people.enrol(nickname="老邻居", phone="13800000076", building_id=town.building.pk, now=town.now)
    known.consented_at = town.now  # as everybody who came in before has
    known.save(update_fields=["consented_at"])
    conversations.join(thread_id=town.group.thread_id, person_id=known.pk, role="resident", now=town.now)
    resident = somebody()
    resident.open("/groups/")
    resident.page.locator("[name=phone]").fill("13800000076")
    resident.tap("发送验证码")
    resident.page.locator("[name=code]").wait_for()
    resident.page.locator("[name=code]").fill(console.sent[-1][1])
    resident.tap(resident.page.locator("main button.btn-main"))
    expect(resident.page).to_have_url(f"{resident.server}/groups/")
    assert resident.taps == 2
    resident.sees("海棠苑3号楼")


def test_a_new_resident_finds_home_and_is_in_the_group(town: Town, somebody: Seat) -> None:
    console.sent.clear()
    resident = somebody()
    resident.open("/sign-in/")
    resident.page.locator("[name=phone]").fill("13800000077")
    resident.tap("发送验证码")
    resident.page.locator("[name=code]").wait_for()
    resident.page.locator("[name=code]").fill(console.sent[-1][1])
    resident.tap(resident.page.locator("main button.btn-main"))
    expect(resident.page).to_have_url(re.compile("/welcome/"))
    resident.page.locator("[name=words]").press_sequentially("海棠苑3号楼")
    resident.tap(resident.page.locator("#homes label, #homes button").first)
    resident.page.locator("[name=nickname]").fill("新邻居")
    resident.tap(resident.page.locator("[name=consent]"))
    resident.tap(resident.page.locator("main button.btn-main"))
    resident.sees("新邻居")
    assert resident.taps == 5
    resident.open("/groups/")
    group = resident.page.get_by_text("海棠苑3号楼").locator("visible=true")
    for _ in range(60):  # the worker lets them in, which takes a moment on a busy machine
        if group.count():
            break
        resident.page.wait_for_timeout(250)
        resident.page.reload()
    resident.sees("海棠苑3号楼")


def test_a_wrong_password_is_said_in_words_and_no_barrier_stands_at_the_door(
    town: Town, somebody: Seat
) -> None:
    officer = somebody(phone=False)
    officer.open("/sign-in/")
    assert officer.violations() == []
    officer.page.locator("[name=username]").fill("王警官")
    officer.page.locator("[name=password]").fill("nicht das richtige")
    officer.expects_failures = True
    officer.tap("继续")
    expect(officer.page.locator(".error-summary")).to_be_visible()
    assert officer.violations() == []
