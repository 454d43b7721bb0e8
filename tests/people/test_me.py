import json
from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.town import Town

from maplebridge.adapters import console
from maplebridge.conversations import queries as conversations
from maplebridge.people import actions, queries
from maplebridge.people.models import Account, Person
from maplebridge.platform import audit, events


def test_whoever_is_read_about_sees_who_and_for_what(client: Client, town: Town, now: datetime) -> None:
    purpose = actions.Purpose("matter", 1043, "handles the matter")
    actions.reveal(town.resident, purpose=purpose, reader_id=town.officer.pk, now=now)
    [reading] = queries.readings_about(town.resident.pk)
    assert (reading.reader_id, reading.purpose_id) == (town.officer.pk, 1043)
    assert not queries.readings_about(town.neighbor.pk)


def test_what_one_takes_out_is_ones_own_and_nothing_else(client: Client, town: Town) -> None:
    town.says("楼上漏水了")
    town.says("我家没有漏水", who=town.neighbor)
    client.force_login(town.resident.account)
    data = json.loads(client.get(reverse("me_data")).content)
    assert data["person"]["nickname"] == "老李"
    assert data["person"]["phone"] == "10000000001"
    assert [one["text"] for one in data["messages"]] == ["楼上漏水了"]
    assert [one["thread__group__name"] for one in data["groups"]] == ["海棠苑3号楼"]


def test_choices_are_kept(client: Client, town: Town) -> None:
    client.force_login(town.resident.account)
    chosen = {"nickname": "三楼老李", "language": "en", "elder_mode": "on"}
    assert client.post(reverse("me"), chosen).status_code == 302
    person = queries.get_person(town.resident.pk)
    assert (person.nickname, person.language, person.elder_mode) == ("三楼老李", "en", True)
    assert client.cookies["large_type"].value == "1"


def test_a_resident_may_say_how_old_and_take_it_back_while_staff_are_not_asked(
    client: Client, town: Town
) -> None:
    client.force_login(town.resident.account)
    assert 'name="age_band"' in client.get(reverse("me")).content.decode()
    for told in ("60+", ""):
        client.post(reverse("me"), {"nickname": "老李", "language": "zh-hans", "age_band": told})
        assert queries.ages_of([town.resident.pk]) == {town.resident.pk: told}
    odd = {"nickname": "老李", "language": "zh-hans", "age_band": "61"}
    assert client.post(reverse("me"), odd).status_code == 422
    client.force_login(town.officer.account)
    assert 'name="age_band"' not in client.get(reverse("me")).content.decode()


def test_signing_out_everywhere_ends_the_other_sessions(town: Town) -> None:
    here, there = Client(), Client()
    for one in (here, there):
        one.force_login(town.resident.account)
    here.post(reverse("sign_out_everywhere"))
    for one in (here, there):
        assert not one.get(reverse("sign_in")).wsgi_request.user.is_authenticated


def test_who_is_erased_leaves_nothing_personal_and_a_whole_record(town: Town, now: datetime) -> None:
    message = town.says("我是老李，楼上漏水了")
    audit.seal(now=now)
    actions.erase(person=town.resident, now=now, today=timezone.localdate())
    events.deliver_all(now=timezone.now())
    person = Person.objects.get(pk=town.resident.pk)
    personal = (person.nickname, person.name, person.phone, person.phone_digest, person.room, person.building)
    assert personal == ("", "", "", None, "", None)
    assert queries.person_by_phone("10000000001") is None
    assert conversations.membership_of(person.pk, town.group.thread_id) is None
    assert conversations.get_message(message.pk).shown_as == ""
    audit.seal(now=now)
    assert audit.check().holds


def test_staff_who_are_erased_hold_no_post_and_cannot_sign_in(town: Town, now: datetime) -> None:
    client = Client()
    client.force_login(town.officer.account)
    today = timezone.localdate()
    actions.erase(person=town.officer, now=now, today=today)
    assert not queries.standing_of(town.officer.pk, today).is_staff
    assert not Account.objects.get(person=town.officer).is_active
    assert not client.get(reverse("sign_in")).wsgi_request.user.is_authenticated


def test_erasing_needs_a_yes(client: Client, town: Town) -> None:
    client.force_login(town.resident.account)
    assert Person.objects.get(pk=town.resident.pk).erased_at is None
    client.post(reverse("erase_me"), {"sure": "on"})
    assert Person.objects.get(pk=town.resident.pk).erased_at is not None
    assert "_auth_user_id" not in client.session


def test_the_only_administrator_cannot_leave_the_town_without_one(town: Town, now: datetime) -> None:
    with pytest.raises(actions.AccountRefused, match="last_administrator"):
        actions.erase(person=town.administrator, now=now, today=timezone.localdate())
    assert Person.objects.get(pk=town.administrator.pk).erased_at is None


def test_the_language_chosen_below_a_page_is_kept_for_a_year_and_follows_to_the_next_phone(
    client: Client, town: Town
) -> None:
    client.force_login(town.resident.account)
    client.post(reverse("set_language"), {"language": "zh-hant", "next": "/groups/"})
    assert int(client.cookies["django_language"]["max-age"]) >= 365 * 24 * 3600
    assert queries.get_person(town.resident.pk).language == "zh-hant"
    client.post(reverse("set_language"), {"language": "klingon", "next": "/groups/"})
    assert queries.get_person(town.resident.pk).language == "zh-hant"
    phone = "13700000007"
    Person.objects.filter(pk=town.resident.pk).update(phone=phone, phone_digest=queries.phone_digest(phone))
    other = Client()
    other.post(reverse("sign_in_phone"), {"phone": phone})
    events.deliver_all(now=timezone.now())
    answer = other.post(reverse("sign_in_code"), {"code": console.sent[-1][1]})
    assert answer.status_code == 302
    assert '<html lang="zh-hant"' in other.get("/groups/").content.decode()
