"""A group as its members see it."""

import pytest
from django.test import Client
from django.utils import timezone
from tests.factories.town import Town, make_town

from maplebridge.conversations import actions as conversations
from maplebridge.people.models import Person


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
