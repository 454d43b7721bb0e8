"""The town's own templates: from a day on, beside those shipped, in two languages, never with a private number."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.factories.town import Town, make_town

from maplebridge.advisories import actions, data, queries
from maplebridge.advisories.actions import TemplateRefused
from maplebridge.advisories.domain.subjects import Template, Version, in_force
from maplebridge.advisories.models import TemplateVersion
from maplebridge.people import queries as people
from maplebridge.people.domain.standing import Standing
from maplebridge.people.models import Person

SHIPPED = data.subjects()["fraud"].templates[0]
OWN = replace(SHIPPED, title="接到陌生电话先挂断", title_en="Hang up on strangers", text_en="Hang up.")
DAY = date(2026, 4, 10)


def titles(versions: list[Version], on: date) -> list[str]:
    return [one.title for one in in_force(data.subjects(), versions, on)["fraud"].templates]


def test_a_version_holds_from_its_day_on_at_the_place_of_the_one_before() -> None:
    written = [
        Version("fraud", SHIPPED.code, DAY, OWN),
        Version("fraud", SHIPPED.code, DAY + timedelta(days=9), None),
        Version("fraud", "fraud-own", DAY, replace(OWN, code="fraud-own", title="新的骗术")),
    ]
    shipped = titles([], DAY)

    assert titles(written, DAY - timedelta(days=1)) == shipped
    assert titles(written, DAY) == [OWN.title, *shipped[1:], "新的骗术"]
    assert titles(written, DAY + timedelta(days=9)) == [*shipped[1:], "新的骗术"]
    assert titles(list(reversed(written)), DAY) == [OWN.title, *shipped[1:], "新的骗术"]


@pytest.fixture
def town(db: None) -> Town:
    return make_town(timezone.now())


def standing(person: Person) -> Standing:
    return people.standing_of(person.pk, timezone.localdate())


def client_of(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person.account)
    return client


def given(one: Template, **more: Any) -> dict[str, Any]:
    names = ("name_zh", "name_en", "title", "text", "title_en", "text_en")
    values = {name: getattr(one, name) for name in names}
    values |= {"steps": "\n".join(one.steps), "calls": "\n".join(one.calls)}
    return values | {"valid_from": str(timezone.localdate())} | more


def test_a_supervisor_changes_a_template_and_whoever_writes_next_begins_with_it(town: Town) -> None:
    keeper, writer = client_of(town.supervisor), client_of(town.officer)
    address = f"/advisories/templates/{SHIPPED.code}/"
    assert "as shipped" in writer.get("/advisories/templates/").content.decode()

    assert keeper.post(address, given(OWN)).status_code == 302
    tomorrow = timezone.localdate() + timedelta(days=1)
    keeper.post(address, given(replace(OWN, title="明天的话"), valid_from=str(tomorrow)))

    listed = writer.get("/advisories/templates/").content.decode()
    assert "the town's own, since" in listed
    assert f"a new version from {tomorrow}" in listed
    begun = writer.get("/advisories/new/", {"subject": "fraud", "template": SHIPPED.code}).content.decode()
    assert OWN.title in begun
    assert "明天的话" not in begun
    drafted = actions.draft_from_warning(
        warning_id=1,
        category="01-03-01",
        grids=[town.community.pk],
        place="迎宾社区",
        what="诈骗",
        why="-",
        by_id=town.supervisor.pk,
        now=timezone.now(),
        of_any_subject=False,
    )
    assert drafted is not None
    assert drafted.subject == OWN.title
    assert drafted.translations["en"]["subject"] == "Hang up on strangers"


def test_a_template_of_its_own_is_offered_until_it_is_ended_and_stays_readable(town: Town) -> None:
    keeper = client_of(town.command)
    keeper.post("/advisories/templates/new/", given(OWN, subject="theft", name_en="A new theft"))
    one = TemplateVersion.objects.get()
    assert "A new theft" in keeper.get("/advisories/new/").content.decode()

    keeper.post(f"/advisories/templates/{one.code}/end/")

    assert "A new theft" not in keeper.get("/advisories/new/").content.decode()
    assert "not used since" in keeper.get("/advisories/templates/").content.decode()
    assert "A new theft" in keeper.get(f"/advisories/templates/{one.code}/").content.decode()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"text": "打13800138000找我"}, "Please take the private number or address out first."),
        ({"text_en": ""}, "Please write both English fields, or neither."),
        ({"valid_from": "2020-01-01"}, "Please choose today or a later day"),
        ({"name_zh": ""}, "Please write something here."),
    ],
)
def test_what_is_wrong_with_a_template_is_said(town: Town, changed: dict[str, str], words: str) -> None:
    page = client_of(town.supervisor).post(f"/advisories/templates/{SHIPPED.code}/", given(OWN, **changed))

    assert page.status_code == 422
    assert words in page.content.decode()
    assert not TemplateVersion.objects.exists()


def test_whoever_only_writes_changes_no_template(town: Town) -> None:
    officer = client_of(town.officer)
    assert officer.post(f"/advisories/templates/{SHIPPED.code}/", given(OWN)).status_code == 403
    assert "/advisories/templates/new/" not in officer.get("/advisories/templates/").content.decode()
    with pytest.raises(TemplateRefused, match="not_allowed"):
        actions.write_template(
            code="",
            subject="fraud",
            says=OWN,
            valid_from=timezone.localdate(),
            by=standing(town.officer),
            now=timezone.now(),
        )
    assert queries.subjects_on(timezone.localdate()) == data.subjects()
