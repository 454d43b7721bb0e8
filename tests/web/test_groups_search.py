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


def test_what_is_found_is_shown_in_its_place_between_what_was_said_around_it(town: Town) -> None:
    said = [town.says(f"第{number}句" + ("漏水" if number == 60 else "")) for number in range(130)]
    client = Client()
    client.force_login(Account.objects.get(person=town.resident))
    thread, hit = town.group.thread_id, said[60]
    address = f"/groups/{thread}/?at={hit.pk}#m{hit.pk}"
    assert f'href="{address}"' in found(town.resident, "漏水")

    page = client.get(address).content.decode()
    assert ids(page) == [one.pk for one in said[50:90]]
    assert f"?before={said[50].pk}" in page
    assert f"?after={said[89].pk}" in page
    assert 'id="composer"' not in page, "what is written would stand far below"
    assert "data-live-how" not in page

    later = client.get(f"/groups/{thread}/?after={said[89].pk}").content.decode()
    assert ids(later) == [one.pk for one in said[90:130]]
    assert "?after=" not in later, "the newest are there"
    near_the_end = client.get(f"/groups/{thread}/?at={said[125].pk}").content.decode()
    assert ids(near_the_end) == [one.pk for one in said[115:130]]
    assert 'id="composer"' in near_the_end
    first = client.get(f"/groups/{thread}/?at={said[0].pk}").content.decode()
    assert ids(first)[0] == said[0].pk
    assert "?before=" not in first


def ids(page: str) -> list[int]:
    return [int(one.split('"')[0]) for one in page.split('id="m')[1:] if one.split('"')[0].isdecimal()]


def test_a_message_of_another_conversation_is_shown_in_no_place(town: Town) -> None:
    other = actions.open_private_thread(person_id=town.neighbor.pk, grid_id=None, now=town.now)
    secret = actions.receive_message(
        thread_id=other.pk,
        author_id=town.neighbor.pk,
        role="resident",
        shown_as="邻",
        text="只告诉你们",
        now=town.now,
    )
    town.says("大家好")
    client = Client()
    client.force_login(Account.objects.get(person=town.resident))
    page = client.get(f"/groups/{town.group.thread_id}/?at={secret.pk}").content.decode()
    assert "只告诉你们" not in page
    assert "大家好" in page
