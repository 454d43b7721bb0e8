"""Rules, routing, working time and categories, changed without a programmer; what the record says of it."""

import os
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.town import Town, make_town
from tests.matters.test_raising import raised

from maplebridge.matters import queries
from maplebridge.matters.actions import load_catalogue
from maplebridge.matters.data import catalogue
from maplebridge.matters.models import Category, RoutingRule, SpecialDay, TownRule, WorkingHours
from maplebridge.people.models import Account, Person, Posting
from maplebridge.platform import audit
from maplebridge.platform.freshness import forget

TODAY = date(2026, 3, 2)


@pytest.fixture
def town(db: None, noon: datetime, monkeypatch: pytest.MonkeyPatch) -> Town:
    town = make_town(noon)
    monkeypatch.setattr(timezone, "now", lambda: noon + timedelta(minutes=5))
    return town


def as_(person: Person) -> Client:
    client = Client()
    client.force_login(Account.objects.get(person=person), "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def administrator(town: Town) -> Client:
    return as_(town.administrator)


PAGES = ("administration", "administration_rules", "administration_routing", "administration_hours")
PAGES += ("administration_categories", "administration_record")


def test_only_administrators_come_here(town: Town) -> None:
    for page in PAGES:
        assert as_(town.administrator).get(reverse(page)).status_code == 200
        for person in (town.resident, town.officer, town.supervisor, town.analyst):
            assert as_(person).get(reverse(page)).status_code == 403


def test_a_town_with_territory_is_not_told_where_to_begin(administrator: Client) -> None:
    assert "先导入辖区" not in administrator.get(reverse("administration")).content.decode()


def test_an_administrator_of_nothing_begins_with_the_territory(db: None) -> None:
    person = Person.objects.create(nickname="admin", made_at=timezone.now())
    Account.objects.create(person=person, username="admin")
    Posting.objects.create(person=person, role="administrator", starts_on=TODAY)
    forget()
    assert "先导入辖区" in as_(person).get(reverse("administration")).content.decode()


def set_rule(client: Client, name: str, **given: Any) -> Any:
    return client.post(reverse("administration_rule", args=[name]), given)


def test_a_rule_counts_from_its_day_on_and_keeps_its_reason(administrator: Client) -> None:
    later = TODAY + timedelta(days=7)
    set_rule(administrator, "respond_minutes", value="20", valid_from=later, reason="区政府2026年1号文")

    page = administrator.get(reverse("administration_rules")).content.decode()
    assert queries.town_rules(TODAY).respond_minutes == 30
    assert queries.town_rules(later).respond_minutes == 20
    assert "2026-03-09 起：20 分钟" in page


def test_shares_are_written_in_per_cent_and_levels_by_name(administrator: Client) -> None:
    set_rule(administrator, "call_back_share", value="25", valid_from=TODAY, reason="试行")
    levels = {f"{end}_{s}": 2 for s in (1, 2, 3) for end in ("low", "high")}
    set_rule(administrator, "chief_levels", valid_from=TODAY, reason="试行", **levels)

    assert queries.town_rules(TODAY).call_back_share == 0.25
    assert queries.town_rules(TODAY).chief_levels == {1: (2, 2), 2: (2, 2), 3: (2, 2)}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"value": "0"}, "请填 1 或更大的数。"),
        ({"value": "abc"}, "请填数字。"),
        ({"value": "12.5"}, "请填整数。"),
        ({"valid_from": "2026-03-01"}, "已经生效的不再改动"),
        ({"reason": " "}, "请写明理由。"),
    ],
)
def test_what_cannot_be_is_refused_in_words(administrator: Client, given: dict[str, str], told: str) -> None:
    answer = set_rule(
        administrator,
        "respond_minutes",
        **({"value": "20", "valid_from": "2026-03-02", "reason": "x"} | given),
    )

    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not TownRule.objects.exists()


NEW_RULE = {
    "category": "05-01",
    "severity": ["2"],
    "chief_level": "4",
    "call_out": ["property"],
    "name": "漏水直报街道",
    "rank": "10",
    "reason": "雨季",
    "valid_from": "2026-03-02",
}


def test_a_routing_rule_is_tried_on_past_matters_before_it_counts(town: Town, administrator: Client) -> None:
    leak = raised(town, severity=2)
    page = administrator.post(reverse("administration_routing"), NEW_RULE | {"do": "try"}).content.decode()

    assert f"#{leak.pk}" in page
    assert "街道、乡镇网格长 · 通知物业服务企业" in page
    assert not RoutingRule.objects.exists()


def test_a_routing_rule_is_put_into_force_told_as_a_sentence_and_ended(
    town: Town, administrator: Client
) -> None:
    administrator.post(reverse("administration_routing"), NEW_RULE | {"do": "add"})
    rule = RoutingRule.objects.get()
    page = administrator.get(reverse("administration_routing")).content.decode()

    assert rule.when == {"category": "05-01", "severity": [2]}
    assert rule.then == {"chief_level": 4, "call_out": ["property"]}
    assert "交给：街道、乡镇网格长、通知物业服务企业" in page
    administrator.post(reverse("administration_routing_end", args=[rule.pk]), {"valid_to": "2026-03-02"})
    assert queries.routing_rules_as_of(TODAY) == ()
    assert RoutingRule.objects.count() == 1


def test_rules_that_disagree_are_reported(town: Town, administrator: Client) -> None:
    raised(town, severity=2)
    administrator.post(reverse("administration_routing"), NEW_RULE | {"do": "add"})
    later = {"valid_from": (TODAY + timedelta(days=30)).isoformat()}  # told before it is too late
    administrator.post(
        reverse("administration_routing"),
        NEW_RULE | later | {"do": "add", "name": "漏水归社区", "rank": "20", "chief_level": "3"},
    )

    page = administrator.get(reverse("administration_routing")).content.decode()
    assert "上个月有 1 件事项同时符合“漏水直报街道”和“漏水归社区”" in page


def test_a_rule_without_effect_or_name_is_refused(administrator: Client) -> None:
    for given, told in (
        ({"chief_level": "", "call_out": []}, "请说明这些事项交给谁。"),
        ({"name": ""}, "请给规则起个名称。"),
        ({"hour_from": "25"}, "钟点为 0 到 24。"),
        ({"reason": ""}, "请写明理由。"),
    ):
        answer = administrator.post(reverse("administration_routing"), NEW_RULE | {"do": "add"} | given)
        assert (answer.status_code, told in answer.content.decode()) == (422, True)
    assert not RoutingRule.objects.exists()


def test_working_time_has_several_spans_and_days_that_differ(administrator: Client) -> None:
    week = {f"day_{day}": "8：00—12：00、13:30 —— 17:00" if day < 6 else "" for day in range(7)}
    administrator.post(reverse("administration_hours"), week)
    administrator.post(reverse("administration_days"), {"do": "year", "year": "2025"})
    administrator.post(
        reverse("administration_days"), {"do": "set", "day": "2026-03-03", "works": "no", "name": "停电"}
    )

    calendar = queries.working_calendar()
    assert WorkingHours.objects.count() == 12
    assert [str(span) for span in calendar.spans_on(date(2026, 3, 7))] == ["08:00-12:00", "13:30-17:00"]
    assert not calendar.is_workday(date(2026, 3, 3))
    assert not calendar.is_workday(date(2025, 10, 1))
    assert calendar.is_workday(date(2025, 9, 28))  # a Sunday worked for the National Day
    assert "国庆节" in administrator.get(reverse("administration_hours"), {"year": "2025"}).content.decode()
    administrator.post(reverse("administration_days"), {"do": "clear", "day": "2026-03-03"})
    assert not SpecialDay.objects.filter(day="2026-03-03").exists()


@pytest.mark.parametrize("hours", ["08:00-12:00, 11:00-14:00", "acht", "18:00-08:00", "25:00-26:00"])
def test_hours_that_cannot_be_change_nothing(administrator: Client, hours: str) -> None:
    answer = administrator.post(reverse("administration_hours"), {"day_0": hours})

    assert answer.status_code == 422
    assert hours in answer.content.decode()
    assert not WorkingHours.objects.exists()


def test_a_category_is_found_and_its_limits_changed(administrator: Client) -> None:
    found = administrator.get(reverse("administration_categories"), {"q": "漏水"}).content.decode()
    assert "楼上漏水" in found
    assert "道路塌陷" not in found
    given = {
        "severity": "3",
        "lead": "water",
        "respond_minutes": "15",
        "handle_value": "8",
        "handle_unit": "hours",
    }

    administrator.post(reverse("administration_category", args=["05-01-01"]), given)

    leak = Category.objects.get(code="05-01-01")
    assert (leak.severity, leak.lead, leak.respond_minutes, leak.handle_value) == (3, "water", 15, 8)
    refused = administrator.post(
        reverse("administration_category", args=["05-01-01"]), given | {"respond_minutes": "0"}
    )
    assert refused.status_code == 422


def test_the_catalogue_goes_into_a_file_and_back_wholly_or_not_at_all(administrator: Client) -> None:
    Category.objects.all().delete()
    load_catalogue(catalogue=catalogue())
    data = administrator.get(reverse("administration_categories_file")).content

    def bring(text: str) -> int:
        file = SimpleUploadedFile("categories.csv", text.encode())
        return administrator.post(reverse("administration_categories"), {"file": file}).status_code

    first, second, *rest = data.decode("utf-8-sig").splitlines()
    changed = "\n".join([first, second.replace(",10,2,hours,", ",12,2,hours,"), *rest])
    assert bring(changed) == 302
    code = second.split(",")[0]
    assert Category.objects.get(code=code).respond_minutes == 12
    assert (
        bring(changed.replace(",12,2,hours,", ",13,2,hours,").replace(rest[0], rest[0].replace(",", ",x", 1)))
        == 422
    )
    assert Category.objects.get(code=code).respond_minutes == 12


def test_what_is_wrong_with_a_catalogue_is_said_in_the_language_of_the_page(administrator: Client) -> None:
    load_catalogue(catalogue=catalogue())
    data = administrator.get(reverse("administration_categories_file")).content.decode("utf-8-sig")
    first, second, *rest = data.splitlines()
    wrong = second.replace(",10,2,hours,", ",soon,2,weeks,")
    assert wrong != second
    file = SimpleUploadedFile("categories.csv", "\n".join([first, wrong, *rest]).encode())
    page = administrator.post(reverse("administration_categories"), {"file": file}).content.decode()
    assert "第2行：response_minutes必须是整数。" in page
    assert "第2行：handle_unit只能是：hours, days, working_hours, working_days。" in page
    other = SimpleUploadedFile("categories.csv", "姓名,电话\n张三,1\n".encode())
    page = administrator.post(reverse("administration_categories"), {"file": other}).content.decode()
    assert "第2行：编码的形式如 03-02-05。" in page


def test_the_record_says_who_changed_what(town: Town, administrator: Client) -> None:
    set_rule(administrator, "respond_minutes", value="20", valid_from=TODAY, reason="试行")
    rule = TownRule.objects.get()

    page = administrator.get(
        reverse("administration_record"), {"table": "matters_townrule", "row": rule.pk}
    ).content.decode()
    assert "管理员" in page
    assert "matters.actions.town.set_rule" in page
    nobody = administrator.get(reverse("administration_record"), {"table": "matters_townrule", "row": 0})
    assert "没有符合条件的记录。" in nobody.content.decode()


def test_the_record_says_when_it_was_checked(
    town: Town, administrator: Client, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    assert "上次核对" not in administrator.get(reverse("administration_record")).content.decode()
    (tmp_path / "record-check.txt").write_text("The chain holds\nended 0\n")
    os.utime(tmp_path / "record-check.txt", (1_780_000_000, 1_780_000_000))
    page = administrator.get(reverse("administration_record")).content.decode()
    assert "上次核对：" in page
    assert "5月29日" in page.replace(" ", "") or "2026-05-29" in page


def test_the_record_tells_what_waits_to_be_sealed(town: Town, administrator: Client) -> None:
    page = administrator.get(reverse("administration_record")).content.decode()
    assert "条等待封存。" in page
    assert audit.check().not_sealed_yet > 0
