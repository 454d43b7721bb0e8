"""What the product does with a message, by what the town says of how sure it must be."""

from dataclasses import replace
from datetime import datetime

import pytest
from tests.factories.town import Town, make_town

from maplebridge.matters.actions import receiving
from maplebridge.matters.domain.rules import TownRules
from maplebridge.matters.domain.triage import Guess
from maplebridge.matters.models import Matter, Sorting
from maplebridge.matters.queries import door


@pytest.fixture
def town(db: None, noon: datetime) -> Town:
    return make_town(noon)


@pytest.mark.parametrize(("probability", "decided"), [(0.5, True), (0.49, False)])
def test_the_town_says_how_sure_of_the_category_is_sure_enough(probability: float, decided: bool) -> None:
    proposal = replace(
        door().propose("楼上漏水了，天花板往下滴"),
        categories=(Guess("05-01-01", probability),),
        kind_decided=False,
    )
    judged = receiving.judged_by(proposal, TownRules(decide_from=0.5))
    assert judged.decided is decided
    assert ("category_unsure" in {reason["code"] for reason in judged.why}) is not decided


def test_a_matter_surely_of_its_kind_needs_no_sorting(town: Town) -> None:
    message = town.says("楼上漏水了，天花板一直往下滴水")
    receiving.receive(message_id=message.pk, now=town.now)
    matter = Matter.objects.get(asked_in_id=message.pk)
    assert matter.category is not None
    assert (matter.category.code, matter.needs_sorting) == ("05-01-01", False)


def test_further_words_of_the_reporter_go_to_the_open_matter(town: Town) -> None:
    first = town.says("楼上漏水了，天花板一直往下滴水")
    receiving.receive(message_id=first.pk, now=town.now)
    more = town.says("刚才滴得更厉害了，盆都接满了")
    receiving.receive(message_id=more.pk, now=town.now)
    assert Matter.objects.count() == 1
    assert Sorting.objects.get(message=more).matter == Matter.objects.get()


def test_another_thing_of_the_same_reporter_is_a_matter_of_its_own(town: Town) -> None:
    first = town.says("楼上漏水了，天花板一直往下滴水")
    receiving.receive(message_id=first.pk, now=town.now)
    other = town.says("南门外的路灯坏了好几天，晚上黑得看不见")
    receiving.receive(message_id=other.pk, now=town.now)
    assert Matter.objects.count() == 2
