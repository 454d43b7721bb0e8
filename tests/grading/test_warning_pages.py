import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.factories.past import planted, quiet_past
from tests.factories.town import Town, make_town

from maplebridge.grading import actions
from maplebridge.grading.actions import telling
from maplebridge.grading.models import EarlyWarning
from maplebridge.matters.models import Matter
from maplebridge.mediation.models import SweepResult
from maplebridge.people.models import Person
from maplebridge.places.models import Grid

LIST = "/warnings/"
WATCHERS = ("command", "supervisor", "analyst")
OTHERS = ("resident", "officer", "administrator", "grid_worker", "clerk", "sorting_officer")


@pytest.fixture
def town(db: None) -> Town:
    return make_town(timezone.now())


@pytest.fixture
def warning(town: Town) -> EarlyWarning:
    quiet_past(town)
    planted(town, matters=14)
    actions.watch(now=town.now)
    return EarlyWarning.objects.get(state="new")


def reader(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person.account)
    return client


def text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("who", WATCHERS)
def test_whoever_watches_sees_what_where_and_how_unusual(town: Town, warning: EarlyWarning, who: str) -> None:
    client = reader(getattr(town, who))
    listed = text(client, LIST)
    assert f"/warnings/{warning.pk}/" in listed
    assert "to be expected" in listed
    assert "by chance" in listed
    page = text(client, f"/warnings/{warning.pk}/")
    assert f"{warning.observed / warning.expected:.1f} times as many" in page or "over 10 times" in page
    assert "log likelihood ratio" in page
    assert re.search(r"p (=|&lt;|<) 0\.\d{4}", page)
    assert f'data-radius="{warning.radius_m!r}"' in page


@pytest.mark.parametrize("who", OTHERS)
def test_others_see_and_decide_nothing(town: Town, warning: EarlyWarning, who: str) -> None:
    client = reader(getattr(town, who))
    for path in (LIST, f"{LIST}{warning.pk}/"):
        assert client.get(path).status_code in (302, 403)
    answer = client.post(f"{LIST}{warning.pk}/decide/", {"what": "dismissed:chance"})
    assert answer.status_code in (302, 403)
    warning.refresh_from_db()
    assert warning.state == "new"


def test_matters_are_listed_for_those_who_may_read_them_and_counted_for_others(
    town: Town, warning: EarlyWarning
) -> None:
    some = Matter.objects.get(pk=warning.matters[0])
    path = f"{LIST}{warning.pk}/"
    assert f"/matters/{some.pk}/" in text(reader(town.supervisor), path)
    for_analyst = text(reader(town.analyst), path)
    assert "/matters/" not in for_analyst
    assert some.summary not in for_analyst
    assert f"{len(warning.matters)} matters are only counted here" in for_analyst


def test_a_matter_that_became_confidential_is_only_counted(town: Town, warning: EarlyWarning) -> None:
    hidden = warning.matters[0]
    Matter.objects.filter(pk=hidden).update(confidential=True)
    page = text(reader(town.supervisor), f"{LIST}{warning.pk}/")
    assert f"/matters/{hidden}/" not in page
    assert "One matter is only counted here" in page


def test_what_it_was_stands_beside_the_next_like_it(town: Town, warning: EarlyWarning) -> None:
    client = reader(town.supervisor)
    path = f"{LIST}{warning.pk}/"
    refused = client.post(f"{path}decide/", {"what": "confirmed:nonsense"})
    assert refused.status_code == 422
    assert "Please choose what it is." in refused.content.decode()
    decided = client.post(f"{path}decide/", {"what": "confirmed:one_cause", "words": "总水管老化"})
    assert decided.status_code == 302
    page = text(client, path)
    assert "总水管老化" in page
    later = EarlyWarning.objects.get(pk=warning.pk)
    later.pk, later.state, later.reason, later.decided_at = None, "new", "", None
    later.save()
    assert "One cause is behind them" in text(client, f"{LIST}{later.pk}/")
    assert "= 1 / 1" in text(client, LIST)


def test_an_empty_list_says_what_will_appear_and_when(town: Town) -> None:
    client = reader(town.analyst)
    assert "8 weeks after the first matter" in text(client, LIST)
    quiet_past(town, days=30)
    first: datetime = Matter.objects.earliest("raised_at").raised_at
    begins = timezone.localdate(first) + timedelta(days=57)
    assert f"{begins:%Y-%m-%d}" in text(client, LIST)


def test_a_quiet_town_says_so(town: Town) -> None:
    quiet_past(town)
    assert "Nothing unusual is going on" in text(reader(town.command), LIST)


def test_a_confirmed_warning_sends_a_round_over_its_grids_once(town: Town, warning: EarlyWarning) -> None:
    supervisor, round_path = reader(town.supervisor), f"{LIST}{warning.pk}/round/"
    assert supervisor.post(round_path).status_code == 422  # nobody has confirmed it yet
    supervisor.post(f"{LIST}{warning.pk}/decide/", {"what": "confirmed:one_cause"})
    assert "Plan a round there" in text(supervisor, f"{LIST}{warning.pk}/")

    for _again in range(2):
        assert supervisor.post(round_path).status_code == 302

    result = SweepResult.objects.get()
    assert (result.grid_id, result.person_id) == (town.grid.pk, town.chiefs[2].pk)
    assert f"Early warning {warning.pk}" in result.sweep.name
    assert "To the round" in text(supervisor, f"{LIST}{warning.pk}/")
    assert "A round has been planned" in text(reader(town.analyst), f"{LIST}{warning.pk}/")
    assert reader(town.command).post(round_path).status_code in (302, 403)
    assert SweepResult.objects.count() == 1


def test_a_shape_is_drawn_and_named_by_its_grids(town: Town, warning: EarlyWarning) -> None:
    for at, grid in enumerate((town.grid, town.other_grid)):
        ring = [[at, 0], [at + 1, 0], [at + 1, 1], [at, 1], [at, 0]]
        Grid.objects.filter(pk=grid.pk).update(boundary={"type": "Polygon", "coordinates": [ring]})
    ids = [town.grid.pk, town.other_grid.pk]
    EarlyWarning.objects.filter(pk=warning.pk).update(
        category="01-02",
        detector="areas",
        pieces_are="grids",
        pieces=ids,
        state="confirmed",
        decided_by=town.supervisor,
    )

    page = text(reader(town.supervisor), f"{LIST}{warning.pk}/")

    assert "第1网格, 第2网格" in page
    assert "data-shape=" in page
    assert "data-radius" not in page
    told = telling.draft_advisory(warning_id=warning.pk, now=town.now)
    assert told is not None
    assert list(told.grids) == [town.community.pk]
