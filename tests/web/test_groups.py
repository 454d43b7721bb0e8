"""A group as its members see it."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.town import Town, make_town

from maplebridge.conversations import actions as conversations
from maplebridge.conversations import sweeps
from maplebridge.conversations.actions import broadcasting
from maplebridge.conversations.domain.broadcasting import Limits
from maplebridge.conversations.models import Message
from maplebridge.matters.actions import receiving
from maplebridge.matters.models import Matter
from maplebridge.people.models import Person
from maplebridge.platform import live
from maplebridge.platform.models import AuditRow
from maplebridge.web.hub import Hub, Stream


@pytest.fixture
def town(db: None) -> Town:
    return make_town(timezone.now())


@pytest.mark.parametrize(
    ("who", "role", "words"),
    [
        ("clerk", "agency_clerk", "部门"),
        ("grid_worker", "grid_worker", "网格员"),
        ("officer", "officer", "民警"),
    ],
)
def test_whoever_answers_is_called_what_they_are_and_not_a_resident(
    client: Client, town: Town, who: str, role: str, words: str
) -> None:
    author: Person = getattr(town, who)
    conversations.receive_message(
        thread_id=town.group.thread_id,
        author_id=author.pk,
        role=role,
        shown_as=author.nickname,
        text="明天上午来修",
        now=town.now,
    )
    client.force_login(town.resident.account)
    page = client.get(f"/groups/{town.group.thread_id}/").content.decode()
    said = page[page.index('class="said official"') :]
    badge = said[said.index('class="role ') : said.index("</span>")]
    assert badge.endswith(words)
    assert "居民" not in badge


def test_ones_own_words_stand_on_ones_own_side_from_the_first_paint(client: Client, town: Town) -> None:
    mine, theirs = (
        conversations.receive_message(
            thread_id=town.group.thread_id,
            author_id=author.pk,
            role=conversations.RESIDENT,
            shown_as=author.nickname,
            text="楼道灯坏了",
            now=town.now,
        )
        for author in (town.resident, town.neighbor)
    )
    client.force_login(town.resident.account)
    page = client.get(f"/groups/{town.group.thread_id}/").content.decode()
    assert f'<li class="said mine" id="m{mine.pk}"' in page
    assert f'<li class="said" id="m{theirs.pk}"' in page


def test_whoever_handles_a_question_writes_in_its_private_thread_and_says_which_of_two(
    client: Client, town: Town
) -> None:
    thread = conversations.open_private_thread(
        person_id=town.resident.pk, grid_id=town.entrance_grid.pk, now=town.now
    )
    for text in ("楼上漏水了，天花板一直往下滴水", "南门外的路灯坏了好几天，晚上黑得看不见"):
        message = conversations.receive_message(
            thread_id=thread.pk,
            author_id=town.resident.pk,
            role=conversations.RESIDENT,
            shown_as="老李",
            text=text,
            source=Matter.Origin.FORM,
            now=town.now,
        )
        receiving.receive(message_id=message.pk, now=town.now)
    lamp = Matter.objects.order_by("pk").last()
    assert lamp is not None
    client.force_login(town.officer.account)
    client.post(f"/groups/{thread.pk}/say/", {"text": "今天下午派人来修"})
    said = Message.objects.get(text="今天下午派人来修")
    which = f"/groups/{thread.pk}/messages/{said.pk}/answers/{lamp.pk}/"
    assert which in client.get(f"/groups/{thread.pk}/").content.decode()
    client.post(which)
    lamp.refresh_from_db()
    assert lamp.answered_by_id == town.officer.pk
    assert which not in client.get(f"/groups/{thread.pk}/").content.decode()
    client.force_login(town.stranger_worker.account)
    assert client.post(f"/groups/{thread.pk}/say/", {"text": "我也看看"}).status_code == 404


@pytest.mark.parametrize("weary", [False, True])
def test_a_notice_comes_live_to_those_it_is_told_and_not_to_who_opted_out_or_heard_enough_this_week(
    client: Client, town: Town, *, weary: bool
) -> None:
    limits = Limits(
        zone=timezone.get_default_timezone(), quiet_from=0, quiet_to=0, most_in_7_days=1 if weary else 9
    )
    if weary:
        told(town, "theft", 1, limits)
    broadcasting.choose_kinds(person_id=town.neighbor.pk, unwanted=["fraud"], now=town.now)
    notice = told(town, "fraud", 2, limits)

    assert "接到退款电话先挂断" in (live.html_of("message", notice.pk, live.Audience("zh-hans", False)) or "")
    kept_from = live.withheld_from("message", notice.pk)
    assert town.neighbor.pk in kept_from
    assert (town.resident.pk in kept_from) is weary
    for person in (town.resident, town.neighbor):
        client.force_login(person.account)
        page = client.get(f"/groups/{town.group.thread_id}/").content.decode()
        assert (f'id="m{notice.pk}"' in page) is (person.pk not in kept_from)
        for path in (
            "/groups/",
            f"{reverse('search_groups')}?q=退款电话",
        ):  # what was said last, what is found
            shown = "先挂断（2）" in client.get(path).content.decode()
            assert shown is (person.pk not in kept_from)


def test_who_takes_back_what_became_a_matter_is_told_that_the_matter_goes_on(
    client: Client, town: Town
) -> None:
    message = town.says("楼上漏水了，天花板一直往下滴水")
    receiving.receive(message_id=message.pk, now=town.now)
    matter = Matter.objects.get()
    client.force_login(town.resident.account)
    page = client.post(f"/groups/{town.group.thread_id}/messages/{message.pk}/take-back/", follow=True)
    assert f"#{matter.pk} 仍在办理" in page.content.decode()
    message.refresh_from_db()
    assert message.text == ""


def test_whoever_keeps_a_group_takes_down_what_names_somebody(client: Client, town: Town) -> None:
    message = conversations.receive_message(
        thread_id=town.group.thread_id,
        author_id=town.neighbor.pk,
        role=conversations.RESIDENT,
        shown_as="海棠",
        text="五楼刘某某欠钱不还，电话10000000099",
        now=town.now,
    )
    group = f"/groups/{town.group.thread_id}/"
    address = f"{group}messages/{message.pk}/take-back/"
    for person in (town.resident, town.officer):
        client.force_login(person.account)
        assert "data-take-down" not in client.get(group).content.decode()
        assert client.post(address).status_code == 404
    assert "10000000099" in client.get(group).content.decode()

    chief = town.chiefs[2]
    conversations.join(thread_id=town.group.thread_id, person_id=chief.pk, role="grid_chief", now=town.now)
    client.force_login(chief.account)
    assert "data-take-down" in client.get(group).content.decode()
    assert client.post(address).status_code == 302

    client.force_login(town.resident.account)
    page = client.get(group).content.decode()
    assert "10000000099" not in page
    assert "已被管理本群的人撤下" in page
    assert AuditRow.objects.filter(
        table="conversations_message",
        row=message.pk,
        actor=chief.pk,
        action__endswith="take_down",
    ).exists()


def test_lists_on_a_phone_that_others_look_at_do_not_say_what_was_confided(
    client: Client, town: Town
) -> None:
    client.force_login(town.resident.account)
    for text in ("我老公又打我了，我很害怕", "楼道里的灯不亮了"):
        client.post("/report/", {"text": text})
    assert Matter.objects.filter(confidential=True).count() == 1
    for path, words in (("/groups/", "点开查看"), ("/my-matters/", "您私下反映的事")):
        page = client.get(path).content.decode()
        assert words in page
        assert "楼道里的灯不亮了" in page
        assert "我老公" not in page


def test_a_very_long_message_is_folded_and_nothing_of_it_is_lost(client: Client, town: Town) -> None:
    town.says("路灯不亮了。" * 200 + "就这些")
    client.force_login(town.resident.account)
    page = client.get(f"/groups/{town.group.thread_id}/").content.decode()
    folded = page[page.index("<summary><p>") : page.index("看全文（1203 字）")]
    assert len(folded) < 400
    assert "就这些</p></details>" in page


def test_a_reply_to_a_notice_does_not_repeat_it_to_those_it_is_kept_from(client: Client, town: Town) -> None:
    limits = Limits(zone=timezone.get_default_timezone(), quiet_from=0, quiet_to=0, most_in_7_days=9)
    broadcasting.choose_kinds(person_id=town.neighbor.pk, unwanted=["fraud"], now=town.now)
    notice = told(town, "fraud", 1, limits)
    client.force_login(town.resident.account)
    client.post(f"/groups/{town.group.thread_id}/say/", {"text": "我也接到过", "in_reply_to": str(notice.pk)})
    client.force_login(town.neighbor.account)
    page = client.get(f"/groups/{town.group.thread_id}/").content.decode()
    assert "我也接到过" in page
    assert "一则通知" in page
    assert "接到退款电话先挂断" not in page


def told(town: Town, kind: str, number: int, limits: Limits) -> Message:
    """Tell the group of the town something, and return the notice that stands there."""
    one = broadcasting.draft(
        kind=kind,
        subject=f"接到退款电话先挂断（{number}）",
        text="这是骗钱。",
        expires_at=town.now + timedelta(days=3),
        groups=[town.group.thread_id],
        source_area="advisories",
        source_id=number,
        by_id=town.supervisor.pk,
        now=town.now,
    )
    broadcasting.release(broadcast_id=one.pk, by_id=town.supervisor.pk, now=town.now, limits=limits)
    sweeps.send_due(now=town.now, limits=limits)
    return Message.objects.filter(kind="notice").latest("pk")


def test_news_are_sent_to_open_pages_but_those_of_people_they_are_kept_from(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    audience = live.Audience("zh-hans", is_staff=False)
    monkeypatch.setattr("maplebridge.web.hub._rendered", lambda *_news: ({audience: "<li>"}, frozenset({2})))
    hub, pages = Hub(), [Stream(audience, 1), Stream(audience, 2)]
    hub._followers["thread:7"].update(pages)
    with ThreadPoolExecutor(1) as thread:  # in this one a browser of another test may have its loop
        thread.submit(asyncio.run, hub._spread('["thread:7", "message", 5]')).result()
    assert [one.waiting.qsize() for one in pages] == [1, 0]


def test_staff_in_no_group_are_not_told_to_ask_for_the_group_of_their_estate(
    client: Client, town: Town
) -> None:
    client.force_login(town.command.account)
    assert "您加入的群" in (page := client.get("/groups/").content.decode())
    assert "楼长" not in page
