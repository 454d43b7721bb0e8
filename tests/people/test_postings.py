"""Postings begin and end on a day, and the town is never without an administrator."""

from datetime import timedelta

from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.town import Town

from maplebridge.people import actions
from maplebridge.people.domain.roles import Role
from maplebridge.people.models import Posting


def test_the_posting_of_the_only_administrator_does_not_end(client: Client, town: Town) -> None:
    today = timezone.localdate()
    posting = Posting.objects.get(person=town.administrator, role=Role.ADMINISTRATOR)
    client.force_login(town.administrator.account)
    ends = {"ends_on": (today + timedelta(days=1)).isoformat()}
    page = client.post(reverse("end_posting", args=[posting.pk]), ends, follow=True).content.decode()
    assert "唯一的管理员" in page
    actions.post(person=town.supervisor, role=Role.ADMINISTRATOR, starts_on=today)
    client.post(reverse("end_posting", args=[posting.pk]), ends)
    posting.refresh_from_db()
    assert posting.ends_on == today + timedelta(days=1)
