from datetime import datetime

import pytest
from django.http import HttpResponse
from django.test import Client
from tests.factories.town import Town, make_town

from maplebridge.conversations.models import Message
from maplebridge.people.models import Account


@pytest.fixture
def town(db: None, noon: datetime) -> Town:
    return make_town(noon)


@pytest.fixture
def phone(town: Town) -> Client:
    client = Client()
    client.force_login(
        Account.objects.get(person=town.resident), backend="django.contrib.auth.backends.ModelBackend"
    )
    return client


def say(client: Client, town: Town, text: str, key: str) -> int:
    return client.post(
        f"/groups/{town.group.thread_id}/say/", {"text": text}, headers={"Idempotency-Key": key}
    ).status_code


def test_a_form_sent_twice_is_acted_on_once(phone: Client, town: Town) -> None:
    first, second = say(phone, town, "路灯坏了", "k1"), say(phone, town, "路灯坏了", "k1")

    assert first == second == 302
    assert Message.objects.filter(text="路灯坏了").count() == 1


def test_the_same_words_with_another_key_are_said_again(phone: Client, town: Town) -> None:
    say(phone, town, "路灯坏了", "k1")
    say(phone, town, "路灯坏了", "k2")

    assert Message.objects.filter(text="路灯坏了").count() == 2


def test_the_keys_of_two_people_do_not_meet(phone: Client, town: Town) -> None:
    other = Client()
    other.force_login(
        Account.objects.get(person=town.neighbor), backend="django.contrib.auth.backends.ModelBackend"
    )
    say(phone, town, "我说的", "k1")
    say(other, town, "她说的", "k1")

    assert Message.objects.count() == 2


def test_what_failed_may_be_sent_again(phone: Client, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    phone.raise_request_exception = False
    from maplebridge.conversations import actions

    real = actions.publish
    monkeypatch.setattr(actions, "publish", lambda event: 1 / 0)
    assert say(phone, town, "路灯坏了", "k1") == 500
    assert not Message.objects.exists()

    monkeypatch.setattr(actions, "publish", real)
    assert say(phone, town, "路灯坏了", "k1") == 302
    assert Message.objects.count() == 1


def test_a_refusal_is_given_again(phone: Client, town: Town) -> None:
    def fragment() -> HttpResponse:
        return phone.post(
            f"/groups/{town.group.thread_id}/say/",
            {"text": ""},
            headers={"Idempotency-Key": "k1", "HX-Request": "true"},
        )

    first, second = fragment(), fragment()

    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert (first.status_code, bool(first.content)) == (422, True)
