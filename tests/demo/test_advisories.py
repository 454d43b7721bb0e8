"""The demo's advisories: all fit the rules that everybody's have to, and somebody has read them."""

import tomllib
from datetime import date, datetime

import pytest
from django.utils import timezone
from tests.factories.town import Town, make_town

from maplebridge.advisories import data, queries
from maplebridge.conversations.models import Message, Receipt
from maplebridge.demo.loading_advisories import FILE, advisories_are_loaded, load_advisories
from maplebridge.people.actions import in_bulk
from maplebridge.places.models import Building


@pytest.fixture
def town(db: None, noon: datetime) -> Town:
    """Let twenty people live where there is no group."""
    made = make_town(timezone.localtime(noon))
    home = Building.objects.create(
        grid=made.other_grid, code="LD0201", number="1", valid_from=date(2026, 1, 1)
    )
    in_bulk.enrol_many(
        people=[
            in_bulk.NewPerson(nickname=f"居民{n}", building_id=home.pk, consented_at=noon) for n in range(20)
        ],
        now=noon,
    )
    return made


def test_the_file_has_only_blanks_that_its_templates_have() -> None:
    for one in tomllib.loads(FILE.read_text(encoding="utf-8"))["advisory"]:
        template = data.subjects()[one["subject"]].templates[one["template"]]
        text = "".join([template.title, template.text, *template.steps])
        assert set(one["blanks"]) == {blank for blank in one["blanks"] if blank in text}


def test_they_are_sent_by_two_people_and_read_by_some(town: Town) -> None:
    assert not advisories_are_loaded()
    assert load_advisories(now=town.now, seed=1) == 4
    assert advisories_are_loaded()
    found = queries.sent()
    assert [one.broadcast.state for one in found] == ["sent"] * 4
    assert all(one.broadcast.released_by != one.broadcast.written_by for one in found)
    assert all(one.broadcast.sent_at <= town.now for one in found)  # type: ignore[operator]
    assert {one.counts.receivers for one in found} == {20, 2}
    assert 0 < sum(one.counts.opened for one in found) < sum(one.counts.shown for one in found)
    assert not Receipt.objects.filter(shown_at__gt=town.now).exists()
    assert Message.objects.filter(kind="notice").count() == 1
