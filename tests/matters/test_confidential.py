from datetime import datetime

import pytest
from tests.factories.town import Town, make_town

from maplebridge.matters import actions
from maplebridge.matters.models import Category, Matter
from maplebridge.matters.permissions import visible_to
from maplebridge.people.queries import standing_of
from maplebridge.platform.freshness import forget


@pytest.fixture
def town(db: None, noon: datetime) -> Town:
    return make_town(noon)


@pytest.fixture
def hidden(town: Town) -> Matter:
    message = town.says("隔壁老公天天打老婆")
    return actions.raise_matter(
        origin=Matter.Origin.GROUP,
        text=message.text,
        thread_id=message.thread_id,
        reporter_id=town.resident.pk,
        judged=actions.Judged(category="01-03-01", severity=3, decided=True, confidential=True),
        where=actions.Where(grid_id=town.entrance_grid.pk),
        message_id=message.pk,
        now=town.now,
    )


def sees(town: Town, person_id: int, matter: Matter) -> bool:
    forget()
    return visible_to(standing_of(person_id, town.now.date())).filter(pk=matter.pk).exists()


def test_only_the_few_and_the_reporter_see_it(town: Town, hidden: Matter) -> None:
    assert sees(town, town.confidential.pk, hidden)
    assert sees(town, town.resident.pk, hidden)
    for person in (
        town.supervisor,
        town.command,
        town.grid_worker,
        town.officer,
        town.chiefs[1],
        town.neighbor,
    ):
        assert not sees(town, person.pk, hidden)


def test_no_agency_is_called_out(hidden: Matter) -> None:
    assert not hidden.call_outs.exists()


@pytest.mark.parametrize(("may_open", "stays"), [(False, True), (True, False)])
def test_only_one_of_the_few_can_make_it_an_ordinary_matter(
    town: Town, hidden: Matter, may_open: bool, stays: bool
) -> None:
    assert Category.objects.filter(code="05-01-01", confidential=False).exists()
    sorted_matter = actions.sort(
        matter_id=hidden.pk,
        category="05-01-01",
        severity=1,
        by=actions.By(town.confidential.pk, "confidential"),
        now=town.now,
        may_open=may_open,
    )
    assert sorted_matter.confidential is stays
