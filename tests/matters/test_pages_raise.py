"""Reporting by form: on the phone of a resident, at the counter, on the round."""

from datetime import datetime
from io import BytesIO
from unittest.mock import patch

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from tests.factories.town import Town, make_town

from maplebridge.conversations.models import Message
from maplebridge.matters import actions, queries
from maplebridge.matters.actions import receiving
from maplebridge.matters.actions.receiving import receive
from maplebridge.matters.models import Matter, Reporter
from maplebridge.people.models import Account, Person

LEAK = "楼上漏水了，墙都裂了，一直往下滴水"


@pytest.fixture
def town(db: None, noon: datetime) -> Town:
    return make_town(noon)


def client_of(person: Person) -> Client:
    client = Client()
    account = Account.objects.get(person=person)
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


def picture() -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (32, 24), "teal").save(out, "JPEG")
    return SimpleUploadedFile("leak.jpg", out.getvalue(), "image/jpeg")


def reported(town: Town, who: Person, text: str = LEAK, **more: object) -> Matter:
    client_of(who).post(reverse("raise"), {"text": text, **more})
    return Matter.objects.latest("pk")


def test_a_report_is_a_matter_at_once_with_a_number_and_who_answers_until_when(town: Town) -> None:
    response = client_of(town.resident).post(reverse("raise"), {"text": LEAK}, follow=True)
    matter = Matter.objects.get()
    assert response.redirect_chain[-1][0] == reverse("matter", args=[matter.pk])
    page = response.content.decode()
    assert f"#{matter.pk}" in page
    assert matter.owner.nickname in page
    assert "30分钟内" in page
    assert matter.origin == Matter.Origin.FORM


def test_the_report_opens_a_private_thread_where_the_answer_returns(town: Town) -> None:
    matter = reported(town, town.resident)
    assert matter.thread.kind == "private"
    by = actions.By(matter.owner_id, "grid_chief")
    actions.answer(matter_id=matter.pk, text="马上来", by=by, shown_as="网格长", now=town.now)
    assert Message.objects.filter(thread=matter.thread, text="马上来").count() == 1


def test_the_first_message_does_not_raise_a_second_matter_when_the_worker_reads_it(town: Town) -> None:
    matter = reported(town, town.resident)
    assert matter.asked_in_id is not None
    receive(message_id=matter.asked_in_id, now=town.now)
    assert Matter.objects.count() == 1


def test_a_photo_comes_along_and_only_those_who_may_see_the_matter_see_it(town: Town) -> None:
    matter = reported(town, town.resident, photos=picture())
    url = reverse("matter_photo", args=[matter.pk, matter.photos.get().photo_id, "small"])
    assert client_of(town.resident).get(url).status_code == 200
    assert client_of(town.neighbor).get(url).status_code == 404


def test_a_file_that_is_no_picture_is_refused_and_the_words_are_kept(town: Town) -> None:
    wrong = SimpleUploadedFile("a.jpg", b"not a picture", "image/jpeg")
    page = client_of(town.resident).post(reverse("raise"), {"text": LEAK, "photos": wrong}).content.decode()
    assert "error-summary" in page
    assert LEAK in page
    assert not Matter.objects.exists()


def test_the_typed_place_finds_the_building(town: Town) -> None:
    matter = reported(town, town.neighbor, place="海棠苑3号楼2单元")
    assert matter.building == town.building
    assert matter.place == "海棠苑3号楼2单元"


def test_the_page_says_from_the_first_moment_where_the_report_is_taken_to_be(town: Town) -> None:
    page = client_of(town.resident).get(reverse("raise")).content.decode()
    assert "按您的住处：海棠苑3号楼" in page


def test_without_a_place_the_home_counts(town: Town) -> None:
    assert reported(town, town.resident).grid == town.entrance_grid


def test_while_writing_what_neighbors_reported_appears_without_their_numbers(town: Town) -> None:
    reported(town, town.resident, text="楼上漏水了，墙都裂了，我的电话13900000000", photos=picture())
    asked = {"text": "我家也漏水了，楼上的水一直往下滴"}
    page = client_of(town.neighbor).post(reverse("similar"), asked).content.decode()
    assert "楼上漏水了，墙都裂了" in page
    assert "13900000000" not in page
    assert 'name="join"' in page
    assert "/photo/" in page


def test_what_is_confidential_is_shown_to_nobody_who_writes_something_alike(town: Town) -> None:
    matter = reported(town, town.resident)
    Matter.objects.filter(pk=matter.pk).update(confidential=True)
    page = client_of(town.neighbor).post(reverse("similar"), {"text": LEAK}).content.decode()
    assert LEAK not in page


def token_shown(town: Town, who: Person) -> str:
    page = client_of(who).post(reverse("similar"), {"text": LEAK}).content.decode()
    return page.partition('name="join" value="')[2].partition('"')[0]


def test_that_is_it_joins_instead_of_repeating(town: Town) -> None:
    matter = reported(town, town.resident)
    token = token_shown(town, town.neighbor)
    response = client_of(town.neighbor).post(
        reverse("raise"), {"text": "我家也漏", "join": token}, follow=True
    )
    assert response.status_code == 200
    assert Matter.objects.count() == 1
    assert Reporter.objects.filter(matter=matter, person=town.neighbor).exists()


def test_who_joined_hears_every_answer_in_a_thread_of_their_own(town: Town) -> None:
    matter = reported(town, town.resident)
    token = token_shown(town, town.neighbor)
    client_of(town.neighbor).post(reverse("raise"), {"text": "我家也漏", "join": token})
    by = actions.By(matter.owner_id, "grid_chief")
    actions.answer(matter_id=matter.pk, text="两家一起修", by=by, shown_as="网格长", now=town.now)
    threads = set(Message.objects.filter(text="两家一起修").values_list("thread_id", flat=True))
    assert threads == set(Reporter.objects.filter(matter=matter).values_list("thread_id", flat=True))
    assert len(threads) == 2


def test_what_somebody_else_was_shown_cannot_be_joined(town: Town) -> None:
    reported(town, town.resident)
    token = token_shown(town, town.resident)
    response = client_of(town.neighbor).post(reverse("raise"), {"text": "我家也漏", "join": token})
    assert response.status_code == 404


def test_words_of_danger_show_the_numbers_at_once_and_the_report_still_counts(town: Town) -> None:
    text = "三楼着火了，有人被困在里面"
    page = client_of(town.resident).post(reverse("similar"), {"text": text}).content.decode()
    assert "tel:119" in page
    assert "tel:119" not in client_of(town.resident).post(reverse("similar"), {"text": LEAK}).content.decode()
    assert reported(town, town.resident, text=text).emergency == "119"


def test_who_tells_of_violence_at_home_learns_that_no_group_reads_it(town: Town) -> None:
    text = "我老公又打我了，我害怕"
    page = client_of(town.resident).post(reverse("similar"), {"text": text}).content.decode()
    assert "绝不会出现在群里" in page
    matter = reported(town, town.resident, text=text)
    assert matter.confidential
    assert matter.owner == town.confidential


def test_staff_type_in_a_walk_in_and_the_answer_reaches_the_visitor(town: Town) -> None:
    told = {"origin": "walk_in", "phone": "1000 0000 009"}
    matter = reported(town, town.grid_worker, text="下水道堵了", **told)
    assert matter.owner == town.grid_worker
    reporter = matter.reported_by.get()
    assert reporter.person != town.grid_worker
    assert reporter.person.phone == "10000000009"


def test_what_staff_found_themselves_is_theirs_and_counted_as_found_first(town: Town) -> None:
    matter = reported(town, town.grid_worker, text="井盖松了", origin="proactive")
    assert matter.origin == Matter.Origin.PROACTIVE
    assert matter.reported_by.get().person == town.grid_worker


def test_a_wrong_number_is_asked_for_again(town: Town) -> None:
    told = {"text": "下水道堵了", "origin": "walk_in", "phone": "123"}
    page = client_of(town.grid_worker).post(reverse("raise"), told).content.decode()
    assert "11位手机号" in page
    assert not Matter.objects.exists()


def test_my_matters_lists_mine_and_nobody_elses(town: Town) -> None:
    reported(town, town.neighbor, text="狗一直叫")
    reported(town, town.resident)
    page = client_of(town.resident).get(reverse("my_matters")).content.decode()
    assert "楼上漏水了" in page
    assert "狗一直叫" not in page


def test_my_matters_goes_on_where_the_page_ended(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("maplebridge.matters.views.resident.PAGE", 2)
    for number in range(3):
        reported(town, town.resident, text=f"第{number}件：路灯不亮")
    first = client_of(town.resident).get(reverse("my_matters")).content.decode()
    assert "第2件" in first
    assert "第0件" not in first
    older = queries.reported_by(town.resident.pk)[1].pk
    assert f"?before={older}" in first
    assert "第0件" in client_of(town.resident).get(reverse("my_matters"), {"before": older}).content.decode()


def test_my_matters_asks_the_database_as_often_for_three_as_for_one(
    town: Town, django_assert_max_num_queries: object
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def asked() -> int:
        client = client_of(town.resident)
        client.get(reverse("my_matters"))
        with CaptureQueriesContext(
            connection,
        ) as captured:
            client.get(reverse("my_matters"))
        return len(captured)

    reported(town, town.resident)
    once = asked()
    for number in range(2):
        reported(town, town.resident, text=f"第{number}件：路灯不亮")
    assert asked() == once


def test_a_report_by_form_says_why_it_was_or_was_not_taken_for_the_same(town: Town) -> None:
    first = reported(town, town.resident, "3号楼2单元楼上漏水，墙都裂了")
    again = reported(town, town.neighbor, "3号楼2单元楼上漏水，墙裂了")
    assert [one["matters"][0][0] for one in again.why if one["code"] == "similar_to"] == [first.pk]
    other = reported(town, town.neighbor, "小区南门的路灯坏了，晚上看不见")
    assert not [one for one in other.why if one["code"] == "similar_to"]
    rules = queries.town_rules(queries.local_day(town.now))
    for likeness, code in (
        (rules.same_matter_from, "similar_to"),
        (rules.same_matter_from * 0.8, "not_similar"),
        (rules.same_matter_from * 0.3, None),
    ):
        found = told_alike(town, first, likeness)
        assert [one["code"] for one in found] == ([code] if code else [])


def told_alike(town: Town, matter: Matter, likeness: float) -> list[dict[str, object]]:
    """Return the reason where an open matter nearby is as alike as this."""

    def as_alike(text: str, *, least: float, **told: object) -> list[queries.Similar]:
        return [queries.Similar(matter, likeness, ())] if likeness >= least else []

    judged = actions.Judged(category="05-01-01", severity=1, decided=True)
    with patch.object(receiving, "similar_open", as_alike):
        return receiving.alike("漏水", judged, actions.Where(grid_id=town.grid.pk), town.now)
