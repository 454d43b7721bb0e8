"""The administrator: a rule is tried on last month before it counts, a posting is given."""

from playwright.sync_api import expect
from tests.factories.town import Town
from tests.journeys.people import Seat, told

from maplebridge.matters.models import RoutingRule
from maplebridge.people.models import Posting


def test_a_rule_is_tried_on_last_month_before_it_is_put_into_force(town: Town, somebody: Seat) -> None:
    matter = told(town)
    one = somebody(town.administrator, phone=False)
    one.open("/administration/routing/")
    one.page.locator("#r-category").select_option("05-01-01")
    one.page.locator("#r-level").select_option("4")
    one.write("规则名称", "漏水先到街道")
    one.page.locator("#r-reason").fill("街道办公会纪要第12号")
    one.tap("用上个月试一遍")
    expect(one.page.locator("#new-rule table")).to_contain_text(f"#{matter.pk}")
    assert not RoutingRule.objects.exists()
    one.tap("保存并生效")
    one.eventually(lambda: RoutingRule.objects.count() == 1)
    assert one.taps == 2
    one.sees("漏水先到街道")


def test_a_posting_is_given_with_two_taps(town: Town, somebody: Seat) -> None:
    one = somebody(town.administrator, phone=False)
    one.open(f"/people/{town.analyst.pk}/")
    one.page.locator("[name=role]").select_option("grid_worker")
    one.page.locator("#ground-words").fill("第2网格")
    one.tap(one.page.locator("#grounds").get_by_text("第2网格").first)
    one.tap(
        one.page.get_by_role("button", name="任命")
        .or_(one.page.locator("form[action$='/postings/'] button.btn-main"))
        .first
    )
    one.eventually(lambda: Posting.objects.filter(person=town.analyst, role="grid_worker").exists())
    given = Posting.objects.get(person=town.analyst, role="grid_worker")
    assert given.grid_id == town.other_grid.pk
    assert one.taps == 2
