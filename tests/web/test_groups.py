"""A group as its members see it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.factories.town import Town, make_town

from maplebridge.conversations import actions as conversations
from maplebridge.conversations import sweeps
from maplebridge.conversations.actions import broadcasting
from maplebridge.conversations.domain.broadcasting import Limits
from maplebridge.conversations.models import Message
from maplebridge.matters.actions import receiving
from maplebridge.matters.models import Matter
from maplebridge.people import queries as people
from maplebridge.people.models import Person
from maplebridge.platform import live
from maplebridge.web.views import audience_of


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


def test_a_notice_comes_live_to_those_who_want_it_and_not_to_those_who_opted_out(
    client: Client, town: Town
) -> None:
    limits = Limits(zone=timezone.get_default_timezone(), quiet_from=0, quiet_to=0)
    one = broadcasting.draft(
        kind="fraud",
        subject="接到退款电话先挂断",
        text="这是骗钱。",
        expires_at=town.now + timedelta(days=3),
        groups=[town.group.thread_id],
        source_area="advisories",
        source_id=1,
        by_id=town.supervisor.pk,
        now=town.now,
    )
    broadcasting.choose_kinds(person_id=town.neighbor.pk, unwanted=["fraud"], now=town.now)
    broadcasting.release(broadcast_id=one.pk, by_id=town.supervisor.pk, now=town.now, limits=limits)
    sweeps.send_due(now=town.now, limits=limits)
    notice = Message.objects.get(kind="notice")

    def comes_to(person: Person) -> str | None:
        audience = audience_of(people.standing_of(person.pk, timezone.localdate()))
        return live.html_of("message", notice.pk, audience)

    assert "接到退款电话先挂断" in (comes_to(town.resident) or "")
    assert comes_to(town.neighbor) == ""
    client.force_login(town.neighbor.account)
    assert "接到退款电话先挂断" not in client.get(f"/groups/{town.group.thread_id}/").content.decode()
