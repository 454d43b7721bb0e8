"""Words that should not stand there: whoever oversees takes them out, wherever residents read them."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.town import Town, make_town

from maplebridge.conversations import actions as conversations
from maplebridge.conversations.models import Message
from maplebridge.matters import actions
from maplebridge.matters.models import Entry, Matter, Promise
from maplebridge.people.models import Account, Person
from maplebridge.platform import events

TOLD = "已联系三楼住户刘某某，电话10000000099，明天给您答复"


@pytest.fixture
def town(db: None) -> Town:
    return make_town(timezone.now() - timedelta(minutes=5))


@pytest.fixture
def answered(town: Town) -> Entry:
    """Return the line of an answer that names a neighbor, posted to the group where it was asked."""
    conversations.receive_message(
        thread_id=town.group.thread_id,
        author_id=town.resident.pk,
        role="resident",
        shown_as="海棠",
        text="3号楼2单元楼道灯坏了，晚上看不见",
        now=town.now,
    )
    events.deliver_all(now=town.now)
    matter = Matter.objects.get()
    Matter.objects.update(owner=town.chiefs[2], needs_sorting=False)
    actions.answer(
        matter_id=matter.pk,
        text=TOLD,
        by=actions.By(town.chiefs[2].pk, "grid_chief"),
        shown_as="",
        now=town.now,
        promise_by=town.now + timedelta(days=1),
    )
    return matter.entries.get(deed="answered")


def client_of(person: Person) -> Client:
    client = Client()
    client.force_login(Account.objects.get(person=person), "django.contrib.auth.backends.ModelBackend")
    return client


def test_what_is_hidden_stands_nowhere_any_more_and_the_record_says_why(town: Town, answered: Entry) -> None:
    address = reverse("matter_deed", args=[answered.matter_id, "hide_words"])
    supervisor = client_of(town.supervisor)
    assert TOLD in supervisor.get(address).content.decode()
    assert Message.objects.filter(text__contains="10000000099").exists()

    without_reason = supervisor.post(address, {"line": answered.pk, "reason": ""})
    assert 'name="reason"' in without_reason.content.decode()
    assert Entry.objects.get(pk=answered.pk).text == TOLD
    assert supervisor.post(address, {"line": answered.pk, "reason": "写了邻居的电话"}).status_code == 302

    assert not Message.objects.filter(text__contains="10000000099").exists()
    assert not Entry.objects.filter(text__contains="10000000099").exists()
    assert not Promise.objects.filter(text__contains="10000000099").exists()
    page = client_of(town.resident).get(reverse("matter", args=[answered.matter_id])).content.decode()
    assert "10000000099" not in page
    assert "写了邻居的电话" not in page
    hidden = Entry.objects.get(deed="entry_hidden")
    assert (hidden.by, hidden.text, hidden.public) == (town.supervisor, "写了邻居的电话", False)
    assert TOLD not in supervisor.get(address).content.decode()


def test_only_whoever_oversees_hides_and_only_lines_of_the_matter(town: Town, answered: Entry) -> None:
    address = reverse("matter_deed", args=[answered.matter_id, "hide_words"])
    for person in (town.resident, town.chiefs[2]):
        assert "id_line" not in client_of(person).get(address).content.decode()
        client_of(person).post(address, {"line": answered.pk, "reason": "x"})
    inside = Entry.objects.create(
        matter=answered.matter, deed="told", at=town.now, by_role="system", text="内部", public=False
    )
    client_of(town.supervisor).post(address, {"line": inside.pk, "reason": "x"})
    assert [one.text for one in Entry.objects.filter(pk__in=[answered.pk, inside.pk]).order_by("pk")] == [
        TOLD,
        "内部",
    ]
    assert not Entry.objects.filter(deed="entry_hidden").exists()
