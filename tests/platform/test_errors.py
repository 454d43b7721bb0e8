"""What somebody reads who comes to a page that is not there, not theirs, has waited too long, or is broken."""

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone, translation
from tests.factories.town import Town, make_town


@pytest.fixture
def town(db: None) -> Town:
    return make_town(timezone.now())


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "这里没有内容"), ("en", "Nothing is here")])
def test_a_page_that_is_not_there_says_so_in_the_readers_language(
    client: Client, town: Town, language: str, words: str
) -> None:
    client.force_login(town.resident.account)
    client.cookies["django_language"] = language
    page = client.get("/matters/999999/")
    assert page.status_code == 404
    assert words in page.content.decode()
    assert 'href="/groups/"' in page.content.decode()  # and the way around is still there


def test_a_page_for_others_says_whom_to_ask(client: Client, town: Town) -> None:
    client.force_login(town.resident.account)
    page = client.get("/administration/")
    assert page.status_code == 403
    assert "请联系管理员" in page.content.decode()


def test_what_came_from_a_page_that_was_open_for_too_long_is_said_not_to_be_sent(town: Town) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(town.resident.account)
    page = client.post("/report/", {"text": "楼道灯坏了"})
    assert page.status_code == 403
    assert "刚才没有发送成功" in page.content.decode()


def test_a_broken_page_needs_nothing_and_names_whom_to_call() -> None:
    with translation.override("zh-hans"):
        page = render_to_string("500.html")
        assert "tel:110" in page
        assert "我们这边出了点问题" in page
        assert "请返回上一页" in render_to_string("400.html")
