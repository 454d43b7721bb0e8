"""Search in one's conversations: traditional and simplified words find each other, strangers find nothing."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.town import Town, make_town

from maplebridge.conversations import actions, queries
from maplebridge.people.models import Account, Person


@pytest.fixture
def town(db: None) -> Town:
    return make_town(timezone.now())


def found(person: Person, words: str) -> str:
    client = Client()
    account = Account.objects.get(person=person)
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    response = client.get(reverse("search_groups"), {"q": words})
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    ("said", "searched"),
    [
        ("樓上漏水，牆都裂了", "漏水 墙"),
        ("樓上漏水，牆都裂了", "楼上"),
        ("楼上漏水，墙都裂了", "樓上漏水"),
        ("電動車不能在樓道充電", "电动车 充电"),
        ("电动车不能在楼道充电", "電動車"),
        ("门口的燈壞了", "灯"),
    ],
)
def test_traditional_and_simplified_words_find_each_other(town: Town, said: str, searched: str) -> None:
    message = town.says(said)
    town.says("今天天气不错")
    assert queries.said_with([town.group.thread_id], searched) == [message]
    page = found(town.resident, searched)
    assert said in page
    assert "今天天气不错" not in page


def test_only_ones_own_conversations_are_searched(town: Town) -> None:
    private = actions.open_private_thread(person_id=town.neighbor.pk, grid_id=None, now=town.now)
    actions.receive_message(
        thread_id=private.pk,
        author_id=town.neighbor.pk,
        role="resident",
        shown_as="邻",
        text="我家漏水",
        now=town.now,
    )
    town.says("楼上也漏水")
    assert "楼上也漏水" in found(town.resident, "漏水")
    assert "我家漏水" not in found(town.resident, "漏水")
    assert "我家漏水" in found(town.neighbor, "漏水")
    assert "漏水" not in found(town.stranger_worker, "漏水").split("</form>")[-1]


def test_what_was_taken_back_is_found_no_more(town: Town) -> None:
    message = town.says("楼上漏水")
    actions.withdraw(message=message, now=town.now)
    assert queries.said_with([town.group.thread_id], "漏水") == []


def test_older_ones_stand_on_the_next_page(town: Town) -> None:
    said = [town.says(f"漏水第{number}天") for number in range(3)]
    newest = queries.said_with([town.group.thread_id], "漏水", most=2)
    assert newest == [said[2], said[1]]
    assert queries.said_with([town.group.thread_id], "漏水", before=newest[-1].pk) == [said[0]]
