"""What residents are told of grading: a confirmed warning becomes one draft, an edition one message."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.factories.graded import Graded, grade_town
from tests.factories.past import planted, quiet_past
from tests.factories.town import Town, make_town

from maplebridge.advisories import data
from maplebridge.advisories import queries as advisories
from maplebridge.advisories.domain.subjects import subject_of
from maplebridge.conversations.domain.broadcasting import State
from maplebridge.conversations.models import Broadcast
from maplebridge.grading import actions
from maplebridge.grading.models import EarlyWarning
from maplebridge.matters.models import Category
from maplebridge.people.models import Person
from maplebridge.platform import events

FIRE = "03-03"


@pytest.fixture
def town(db: None) -> Town:
    return make_town(timezone.now())


@pytest.fixture
def warning(town: Town) -> EarlyWarning:
    quiet_past(town)
    planted(town, matters=14)
    actions.watch(now=town.now)
    EarlyWarning.objects.update(category=FIRE)
    return EarlyWarning.objects.get(state="new")


@pytest.fixture
def graded(town: Town) -> Graded:
    return grade_town(town, town.now)


def reader(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person.account)
    return client


def confirm(town: Town, one: EarlyWarning) -> None:
    answer = reader(town.command).post(f"/warnings/{one.pk}/decide/", {"what": "confirmed:one_cause"})
    assert answer.status_code == 302


def test_a_confirmed_warning_becomes_a_draft_for_its_community(town: Town, warning: EarlyWarning) -> None:
    assert advisories.of_warning(warning.pk) is None
    confirm(town, warning)
    events.deliver_all(now=timezone.now())
    one = advisories.of_warning(warning.pk)
    assert one is not None
    assert (one.kind, one.state, one.written_by) == ("fire", State.DRAFTED, town.command)
    assert one.grids == [town.community.pk]
    assert "迎宾社区" in one.text
    assert "【" not in one.text
    page = reader(town.command).get(f"/warnings/{warning.pk}/").content.decode()
    assert f'href="/advisories/{one.pk}/"' in page


def test_the_button_and_the_event_make_one_draft(town: Town, warning: EarlyWarning) -> None:
    confirm(town, warning)
    client = reader(town.command)
    assert "Draft an advisory" in client.get(f"/warnings/{warning.pk}/").content.decode()
    first = client.post(f"/warnings/{warning.pk}/advisory/")
    events.deliver_all(now=timezone.now())
    assert client.post(f"/warnings/{warning.pk}/advisory/")["Location"] == first["Location"]
    assert Broadcast.objects.count() == 1


@pytest.mark.parametrize("state", ["new", "dismissed", "watched"])
def test_what_is_not_confirmed_is_told_to_nobody(town: Town, warning: EarlyWarning, state: str) -> None:
    EarlyWarning.objects.update(state=state, decided_by=town.command)
    client = reader(town.command)
    assert client.post(f"/warnings/{warning.pk}/advisory/")["Location"] == "/advisories/new/"
    assert "Draft an advisory" not in client.get(f"/warnings/{warning.pk}/").content.decode()
    assert not Broadcast.objects.exists()


def test_where_no_subject_fits_there_is_a_draft_as_soon_as_somebody_wants_one(
    town: Town, warning: EarlyWarning
) -> None:
    category = next(one for one in Category.objects.all() if subject_of(one.code, data.subjects()) is None)
    EarlyWarning.objects.update(category=category.code)
    confirm(town, warning)
    events.deliver_all(now=timezone.now())
    assert not Broadcast.objects.exists()

    answer = reader(town.command).post(f"/warnings/{warning.pk}/advisory/")

    one = advisories.of_warning(warning.pk)
    assert one is not None
    assert answer["Location"] == f"/advisories/{one.pk}/"
    assert (one.kind, one.grids) == ("other", [town.community.pk])
    assert category.name_zh in one.subject
    assert "迎宾社区" in one.subject
    assert "【正在怎样处理" in one.text
    reader(town.command).post(f"/advisories/{one.pk}/ask/")
    one.refresh_from_db()
    assert one.state == State.DRAFTED  # what is done about it is still a blank


def test_a_published_map_is_told_to_the_groups_of_its_areas_once(town: Town, graded: Graded) -> None:
    client = reader(town.analyst)
    month = f"/grading/months/{graded.edition.month_id}/"
    assert "Tell the groups of its areas" in client.get(month).content.decode()
    first = client.post(f"{month}tell/")
    assert client.post(f"{month}tell/")["Location"] == first["Location"]
    (one,) = Broadcast.objects.all()
    assert (one.kind, one.state) == ("safety_map", State.DRAFTED)
    assert one.grids == [town.entrance_grid.pk]
    assert one.link == f"/safety/editions/{graded.edition.number}/"
    assert "平安地图" in one.subject
    assert "safety map" in one.translations["en"]["subject"]
    assert one.expires_at - one.written_at == timedelta(days=31)
    page = client.get(f"/advisories/{one.pk}/").content.decode()
    assert "2 in one group" in page
    assert client.post(f"/advisories/{one.pk}/release/").status_code == 403  # whoever grades does not release
    assert reader(town.supervisor).post(f"/advisories/{one.pk}/release/").status_code == 302


def test_only_whoever_grades_tells_of_a_map(town: Town, graded: Graded) -> None:
    for person in (town.supervisor, town.officer, town.resident):
        answer = reader(person).post(f"/grading/months/{graded.edition.month_id}/tell/")
        assert answer.status_code == 403
    assert not Broadcast.objects.exists()


def test_a_month_that_is_not_out_is_not_told(town: Town, graded: Graded) -> None:
    assert reader(town.analyst).post(f"/grading/months/{graded.beats.pk}/tell/").status_code == 404


def test_an_edition_on_nobodys_ground_says_so(town: Town, graded: Graded) -> None:
    graded.areas[0].grids.clear()
    client = reader(town.analyst)
    answer = client.post(f"/grading/months/{graded.edition.month_id}/tell/", follow=True)
    assert "Nobody would receive it." in answer.content.decode()
    assert not Broadcast.objects.exists()
