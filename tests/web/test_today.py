"""A day in the field: what waits, how long, and how it is answered from the row."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.factories.town import Town, make_town
from tests.matters.test_raising import raised

from maplebridge.conversations.models import Message
from maplebridge.matters import actions, queries
from maplebridge.matters.models import HandOver, Matter
from maplebridge.people.models import Account, Person


@pytest.fixture
def town(db: None, noon: datetime, monkeypatch: pytest.MonkeyPatch) -> Town:
    town = make_town(noon)
    monkeypatch.setattr(timezone, "now", lambda: noon + timedelta(minutes=5))
    return town


def as_(person: Person) -> Client:
    client = Client()
    client.force_login(Account.objects.get(person=person), "django.contrib.auth.backends.ModelBackend")
    return client


def day(person: Person) -> str:
    answer = as_(person).get(reverse("today"))
    assert answer.status_code == 200
    return answer.content.decode()


def test_what_waits_for_me_shows_the_minutes_left(town: Town) -> None:
    matter = raised(town)
    shown = day(town.chiefs[1])
    assert f"#{matter.pk}" in shown
    assert "25 分钟" in shown


def test_another_ones_matters_are_not_in_my_list(town: Town) -> None:
    matter = raised(town)
    assert f"#{matter.pk}<" not in day(town.stranger_worker)
    assert f"#{matter.pk}<" not in day(town.chiefs[2])


def test_what_runs_out_first_comes_first(town: Town) -> None:
    second, first = raised(town), raised(town)
    Matter.objects.filter(pk=first.pk).update(respond_by=town.now + timedelta(minutes=10))
    rows = queries.day_of(town.chiefs[1].pk, town.now).waiting
    assert [row.matter.pk for row in rows] == [first.pk, second.pk]


def test_danger_stands_first_however_late_the_rest_is(town: Town) -> None:
    late, danger = raised(town), raised(town)
    Matter.objects.filter(pk=danger.pk).update(emergency="120", respond_by=town.now + timedelta(hours=1))
    rows = queries.day_of(town.chiefs[1].pk, town.now).waiting
    assert [row.matter.pk for row in rows] == [danger.pk, late.pk]


def test_what_the_ladder_asks_of_me_is_in_my_list_until_somebody_answers(town: Town) -> None:
    matter = raised(town)
    actions.wake(matter_id=matter.pk, now=town.now + timedelta(minutes=31))
    assert f"#{matter.pk}" in day(town.chiefs[2])
    answered(town, matter)
    assert f"#{matter.pk}<" not in day(town.chiefs[2])


def answered(town: Town, matter: Matter, promise_by: datetime | None = None) -> None:
    actions.answer(
        matter_id=matter.pk,
        text="马上到",
        by=actions.By(town.chiefs[1].pk, "grid_chief"),
        shown_as="网格长",
        now=town.now + timedelta(minutes=1),
        promise_by=promise_by,
    )


def test_an_answer_from_the_row_stands_where_it_was_asked(town: Town) -> None:
    matter = raised(town)
    answer = as_(town.chiefs[1]).post(reverse("today_answer", args=[matter.pk]), {"text": "我马上过来看"})
    matter.refresh_from_db()
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("today"))
    assert matter.state == "in_hand"
    assert Message.objects.filter(in_reply_to=matter.asked_in_id, text="我马上过来看").exists()


def test_whoever_was_faster_is_named_and_the_words_are_kept(town: Town) -> None:
    matter = raised(town)
    row = as_(town.chiefs[1]).get(reverse("today")).content.decode()
    first = reverse("today_answer", args=[matter.pk]) + "?first=1"
    assert f'data-answer="{first}"' in row
    actions.answer(
        matter_id=matter.pk,
        text="我去看过了",
        by=actions.By(town.officer.pk, "officer"),
        shown_as="王警官",
        now=town.now,
    )
    answer = as_(town.chiefs[1]).post(first, {"text": "我马上过来看"})
    page = answer.content.decode()
    assert (answer.status_code, "error-summary" in page) == (422, True)
    assert "先答复了：“我去看过了”" in page
    assert ">我马上过来看</textarea>" in page
    assert matter.entries.filter(text="我马上过来看").count() == 0
    as_(town.chiefs[1]).post(reverse("today_answer", args=[matter.pk]), {"text": "我马上过来看"})
    assert matter.entries.filter(text="我马上过来看").count() == 1


def test_what_is_no_picture_keeps_the_words_of_an_answer(town: Town) -> None:
    matter = raised(town)
    sent = {"text": "我马上过来看", "photos": SimpleUploadedFile("a.jpg", b"%PDF", "image/jpeg")}
    answer = as_(town.chiefs[1]).post(reverse("today_answer", args=[matter.pk]), sent)
    assert answer.status_code == 422
    assert ">我马上过来看</textarea>" in answer.content.decode()
    assert as_(town.chiefs[1]).get(reverse("today_answer", args=[matter.pk])).status_code == 302


def test_a_phrase_sends_with_one_tap_beside_an_empty_field(town: Town) -> None:
    matter = raised(town)
    as_(town.chiefs[1]).post(reverse("today_answer", args=[matter.pk]), {"text": ["", "收到，马上到"]})
    assert Message.objects.filter(text="收到，马上到").count() == 1


def test_an_answer_sent_twice_by_a_bad_network_is_posted_once(town: Town) -> None:
    matter, client = raised(town), as_(town.chiefs[1])
    for _ in range(2):
        client.post(
            reverse("today_answer", args=[matter.pk]), {"text": "马上到"}, headers={"Idempotency-Key": "k1"}
        )
    assert Message.objects.filter(text="马上到").count() == 1


def test_a_stranger_answers_nothing_and_learns_nothing(town: Town) -> None:
    matter = raised(town)
    answer = as_(town.stranger_worker).post(reverse("today_answer", args=[matter.pk]), {"text": "我来"})
    matter.refresh_from_db()
    assert answer.status_code == 404
    assert matter.answered_at is None


def test_the_page_is_kept_for_reading_without_a_network(town: Town) -> None:
    assert as_(town.grid_worker).get(reverse("today")).headers["Offline"] == "keep"


def test_a_hand_over_is_offered_and_taken_over_from_the_list(town: Town) -> None:
    matter, client = raised(town), as_(town.chiefs[1])
    assert (
        town.grid_worker.nickname in client.get(reverse("today_hand_over", args=[matter.pk])).content.decode()
    )
    client.post(reverse("today_hand_over", args=[matter.pk]), {"to": town.grid_worker.pk})
    offer = HandOver.objects.get(matter=matter)
    matter.refresh_from_db()
    assert matter.owner == town.chiefs[1], "until it is accepted, it stays with the first asked"
    assert f"#{matter.pk}" in day(town.grid_worker)
    as_(town.grid_worker).post(reverse("today_take_over", args=[offer.pk]))
    matter.refresh_from_db()
    assert matter.owner == town.grid_worker


def test_an_offer_to_somebody_else_does_not_exist(town: Town) -> None:
    matter = raised(town)
    offer = actions.offer_hand_over(
        matter_id=matter.pk,
        to_id=town.grid_worker.pk,
        words="",
        by=actions.By(town.chiefs[1].pk, "grid_chief"),
        now=town.now,
    )
    answer = as_(town.stranger_worker).post(reverse("today_take_over", args=[offer.pk]))
    matter.refresh_from_db()
    assert answer.status_code == 404
    assert matter.owner == town.chiefs[1]


def test_promises_of_today_are_listed_and_those_of_tomorrow_are_not(town: Town) -> None:
    today, tomorrow = raised(town), raised(town)
    answered(town, today, promise_by=town.now + timedelta(hours=3))
    answered(town, tomorrow, promise_by=town.now + timedelta(days=1))
    assert [row.matter.pk for row in queries.day_of(town.chiefs[1].pk, town.now).promised] == [today.pk]


def test_what_i_answered_today_is_counted_from_midnight_in_the_town(town: Town) -> None:
    matter = raised(town)
    answered(town, matter)
    zone = ZoneInfo("Asia/Shanghai")
    late = datetime(2026, 3, 2, 23, 59, tzinfo=zone)
    assert [row.matter.pk for row in queries.day_of(town.chiefs[1].pk, late).answered] == [matter.pk]
    assert queries.day_of(town.chiefs[1].pk, late + timedelta(minutes=2)).answered == []


def test_what_was_given_away_is_not_in_the_list_of_what_i_answered(town: Town) -> None:
    matter = raised(town)
    answered(town, matter)
    chief, officer = actions.By(town.chiefs[1].pk, "grid_chief"), actions.By(town.officer.pk, "officer")
    offer = actions.offer_hand_over(
        matter_id=matter.pk, to_id=town.officer.pk, words="", by=chief, now=town.now
    )
    assert [row.matter.pk for row in queries.day_of(town.chiefs[1].pk, town.now).answered] == [matter.pk]
    actions.accept_hand_over(hand_over_id=offer.pk, by=officer, now=town.now)
    assert queries.day_of(town.chiefs[1].pk, town.now).answered == []


def test_news_counts_only_what_the_open_page_does_not_show(town: Town) -> None:
    first = raised(town)
    client = as_(town.chiefs[1])
    assert "新事项" not in client.get(reverse("today_news"), {"shown": first.pk}).content.decode()
    raised(town)
    assert "1 条新事项" in client.get(reverse("today_news"), {"shown": first.pk}).content.decode()


def test_a_longer_day_asks_the_database_no_more_often(town: Town) -> None:
    counts = []
    for more in (1, 2):
        for _ in range(more):
            answered(town, raised(town))
            raised(town)
        client = as_(town.chiefs[1])
        client.get(reverse("today"))
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("today"))
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_residents_and_clerks_have_no_such_page(town: Town) -> None:
    for person in (town.resident, town.clerk, town.analyst):
        assert as_(person).get(reverse("today")).status_code == 403


def test_the_map_shows_what_waits_at_its_point_or_at_its_building(town: Town) -> None:
    at_point, at_building, nowhere = raised(town), raised(town), raised(town)
    Matter.objects.filter(pk=at_point.pk).update(lon=101.781, lat=36.621)
    Matter.objects.filter(pk=at_building.pk).update(building=town.building)
    rows = {row.matter.pk: row.point for row in queries.day_of(town.chiefs[1].pk, town.now).waiting}
    assert rows == {
        at_point.pk: (101.781, 36.621),
        at_building.pk: (town.building.lon, town.building.lat),
        nowhere.pk: None,
    }
    shown = as_(town.chiefs[1]).get(reverse("today"), {"map": 1}).content.decode()
    assert "data-minimap" in shown
    assert "101.781" in shown
    assert "data-minimap" not in day(town.chiefs[1])


def test_a_grid_worker_sees_what_else_is_open_on_the_ground_and_a_stranger_does_not(town: Town) -> None:
    matter = raised(town)

    assert f"/matters/{matter.pk}/" in day(town.grid_worker)
    assert f"/matters/{matter.pk}/" not in day(town.stranger_worker)
