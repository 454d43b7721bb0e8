"""What cannot be done now is in one list, soonest review first, for those who oversee and whose ground it is."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.factories.town import Town, make_town
from tests.matters.test_lists import as_, page
from tests.matters.test_raising import raised

from maplebridge.matters import actions
from maplebridge.matters.models import Matter
from maplebridge.matters.views import deferred


@pytest.fixture
def town(db: None, noon: datetime, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setattr(timezone, "now", lambda: noon)
    return make_town(noon)


def put_off(town: Town, days: int, words: str = "等经费") -> Matter:
    matter = raised(town)
    by = actions.By(town.chiefs[1].pk, "grid_chief")
    actions.answer(matter_id=matter.pk, text="来看", by=by, shown_as="网格长", now=town.now)
    review = town.now.date() + timedelta(days=days)
    actions.defer(matter_id=matter.pk, words=words, review_on=review, by=by, now=town.now)
    return matter


def numbers(shown: str) -> list[int]:
    return [int(one.split('"')[0]) for one in shown.split('id="deferred-')[1:]]


def test_the_soonest_review_comes_first_with_its_day_and_its_reason(town: Town) -> None:
    late, soon = put_off(town, 90), put_off(town, 3, "等业主大会")
    shown = page(town.supervisor, "deferred")
    assert numbers(shown) == [soon.pk, late.pk]
    assert "3天后再看" in shown
    assert "等业主大会" in shown
    day = town.now.date() + timedelta(days=90)
    assert f"{day.month}月{day.day}日再看" in shown


def test_what_goes_on_again_is_in_the_list_no_more(town: Town) -> None:
    matter = put_off(town, 3)
    by = actions.By(town.chiefs[1].pk, "grid_chief")
    actions.resume(matter_id=matter.pk, by=by, now=town.now)
    assert numbers(page(town.supervisor, "deferred")) == []


def test_the_next_page_begins_after_the_last_row_also_within_one_day(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deferred, "SHOWN", 2)
    all_of_them = [put_off(town, days) for days in (3, 3, 3, 9, 9)]
    client, address, seen = as_(town.supervisor), reverse("deferred"), []
    while address:
        shown = client.get(address).content.decode()
        seen += numbers(shown)
        _before, more, rest = shown.partition('rel="next" href="')
        address = reverse("deferred") + rest.split('"')[0].replace("&amp;", "&") if more else ""
    assert seen == [one.pk for one in all_of_them]


@pytest.mark.parametrize("after", ["", "2026-13-99", "nonsense", "2026-01-01"])
def test_an_address_that_cannot_be_read_begins_at_the_top(town: Town, after: str) -> None:
    matter = put_off(town, 3)
    assert numbers(page(town.supervisor, "deferred", after=after, last="x")) == [matter.pk]


def test_who_works_on_the_ground_sees_its_own_and_nobody_elses(town: Town) -> None:
    matter = put_off(town, 3)
    for person in (town.supervisor, town.command, town.grid_worker, town.chiefs[1]):
        assert numbers(page(person, "deferred")) == [matter.pk]
    assert numbers(page(town.stranger_worker, "deferred")) == []
    for person in (town.resident, town.clerk, town.analyst):
        assert as_(person).get(reverse("deferred")).status_code == 403


def test_what_is_confidential_is_shown_to_its_owner_and_its_few_only(town: Town) -> None:
    matter = put_off(town, 3)
    Matter.objects.filter(pk=matter.pk).update(confidential=True)
    for person in (town.chiefs[1], town.confidential):
        assert numbers(page(person, "deferred")) == [matter.pk]
    for person in (town.supervisor, town.command, town.grid_worker):
        assert numbers(page(person, "deferred")) == []


def test_the_board_says_how_many_and_leads_there_with_its_filters(town: Town) -> None:
    put_off(town, 3)
    shown = page(town.supervisor, "oversight", grid=town.community.pk)
    link = shown.split('class="board-put-off"')[1].split("</a>")[0]
    assert f'{reverse("deferred")}?grid={town.community.pk}"' in link
    assert "<b>1</b>" in link
    assert numbers(page(town.supervisor, "deferred", grid=town.community.pk)) != []
    assert numbers(page(town.supervisor, "deferred", grid=town.other_grid.pk)) == []
