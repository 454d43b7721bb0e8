"""Keeping groups: opened for homes by whoever looks after them, with those in it who live and work there."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.town import BEGIN, Town, make_town

from maplebridge.conversations import actions as conversations
from maplebridge.conversations import queries
from maplebridge.conversations.models import NeighborGroup
from maplebridge.people import actions as people
from maplebridge.people.domain.roles import Role
from maplebridge.people.models import Person
from maplebridge.places.models import Building, Estate, Grid
from maplebridge.platform.freshness import forget


@pytest.fixture
def town(db: None) -> Town:
    return make_town(timezone.now())


def estate_on(grid: Grid, name: str) -> Building:
    """Build an estate with one house."""
    estate = Estate.objects.create(name=name, code=name, grid=grid, valid_from=BEGIN)
    home = Building.objects.create(estate=estate, grid=grid, code=f"{name}1", number="1", valid_from=BEGIN)
    forget()
    return home


def at_home(building: Building, phone: str, town: Town) -> Person:
    """Let somebody sign in for the first time and say that home is there."""
    account = people.register_resident(
        phone=phone,
        nickname=phone[-4:],
        building_id=building.pk,
        consent_version="1",
        language="zh-hans",
        elder_mode=False,
        now=town.now,
    )
    return account.person


def opened(client: Client, *homes: str, name: str = "") -> NeighborGroup:
    answer = client.post(reverse("kept_groups"), {"home": homes, "name": name})
    assert answer.status_code == 302
    return NeighborGroup.objects.latest("pk")


def roles_in(group: NeighborGroup) -> dict[int, str]:
    return dict(queries.members_of(group.thread_id).values_list("person_id", "role"))


def settle(person: Person, building: Building, town: Town) -> None:
    conversations.move_home(
        person_id=person.pk,
        building_id=building.pk,
        estate_id=building.estate_id,
        left_building_id=None,
        left_estate_id=None,
        now=town.now,
    )


def test_small_estates_share_a_group_and_whoever_lives_in_any_of_them_is_let_in(
    client: Client, town: Town
) -> None:
    inn, mill = estate_on(town.grid, "茶馆院"), estate_on(town.other_grid, "磨坊里")
    early = at_home(inn, "19900000001", town)
    client.force_login(town.administrator.account)
    group = opened(client, f"estate:{inn.estate_id}", f"estate:{mill.estate_id}")
    assert (group.name, group.thread.grid_id) == ("磨坊里·茶馆院邻里群", town.community.pk)
    assert roles_in(group) == {early.pk: "resident"}
    late = at_home(mill, "19900000002", town)
    settle(late, mill, town)
    assert roles_in(group) == {early.pk: "resident", late.pk: "resident"}
    stranger = at_home(estate_on(town.grid, "别处"), "19900000003", town)
    settle(stranger, stranger.building, town)  # type: ignore[arg-type]  # whoever signed in has a home
    assert stranger.pk not in roles_in(group)


def test_the_group_of_a_building_is_for_that_building_only(client: Client, town: Town) -> None:
    inn = estate_on(town.grid, "茶馆院")
    other = Building.objects.create(
        estate=inn.estate, grid=town.grid, code="茶馆院2", number="2", valid_from=BEGIN
    )
    here, beside = at_home(inn, "19900000001", town), at_home(other, "19900000002", town)
    client.force_login(town.administrator.account)
    group = opened(client, f"building:{inn.pk}", name="茶馆院1号楼")
    settle(beside, other, town)
    assert roles_in(group) == {here.pk: "resident"}


@pytest.mark.parametrize("homes", [[], ["estate:0"], ["both"], ["building:x"]])
def test_what_is_missing_to_open_a_group_is_said(client: Client, town: Town, homes: list[str]) -> None:
    inn = estate_on(town.grid, "茶馆院")
    client.force_login(town.administrator.account)
    before = NeighborGroup.objects.count()
    if homes == ["both"]:
        homes = [f"estate:{inn.estate_id}", f"building:{inn.pk}"]
    answer = client.post(reverse("kept_groups"), {"home": homes})
    assert answer.status_code == 422
    assert "请" in answer.content.decode()[answer.content.decode().index('class="wrong"') :][:300]
    assert NeighborGroup.objects.count() == before


def test_those_who_work_for_the_homes_are_let_in_by_their_posting_and_taken_out(
    client: Client, town: Town
) -> None:
    inn = estate_on(town.grid, "茶馆院")
    client.force_login(town.administrator.account)
    group = opened(client, f"estate:{inn.estate_id}")
    page = reverse("kept_group", args=[group.thread_id])
    shown = client.get(page).content.decode()
    for one in (town.officer, town.grid_worker, town.water_clerk):
        assert one.nickname in shown
    assert town.stranger_worker.nickname not in shown
    for one in (town.officer, town.water_clerk):
        client.post(reverse("let_worker_in", args=[group.thread_id, one.pk]))
    assert roles_in(group) == {town.officer.pk: "officer", town.water_clerk.pk: "agency_clerk"}
    strange = reverse("let_worker_in", args=[group.thread_id, town.stranger_worker.pk])
    assert client.post(strange).status_code == 404
    client.post(reverse("take_worker_out", args=[group.thread_id, town.officer.pk]))
    assert roles_in(group) == {town.water_clerk.pk: "agency_clerk"}


def test_nobody_takes_a_resident_out(client: Client, town: Town) -> None:
    client.force_login(town.administrator.account)
    out = reverse("take_worker_out", args=[town.group.thread_id, town.resident.pk])
    assert client.post(out).status_code == 404
    assert town.resident.pk in roles_in(town.group)


def test_a_chief_looks_after_the_groups_of_their_ground_and_no_others(client: Client, town: Town) -> None:
    inn, mill = estate_on(town.grid, "茶馆院"), estate_on(town.other_grid, "磨坊里")
    client.force_login(town.administrator.account)
    elsewhere = opened(client, f"estate:{mill.estate_id}")
    client.force_login(town.chiefs[2].account)
    page = client.get(reverse("kept_groups")).content.decode()
    assert f'value="estate:{inn.estate_id}"' in page
    assert reverse("kept_group", args=[elsewhere.thread_id]) not in page
    assert reverse("kept_group", args=[town.group.thread_id]) in page
    refused: Any = client.post(reverse("kept_groups"), {"home": [f"estate:{mill.estate_id}"]})
    assert refused.status_code == 422
    assert client.get(reverse("kept_group", args=[elsewhere.thread_id])).status_code == 404
    assert client.post(reverse("close_group", args=[elsewhere.thread_id])).status_code == 404
    assert opened(client, f"estate:{inn.estate_id}").name == "茶馆院邻里群"
    client.force_login(town.grid_worker.account)
    assert client.get(reverse("kept_groups")).status_code == 403


def test_a_closed_group_is_read_and_not_written_in(client: Client, town: Town) -> None:
    town.says("路灯不亮了")
    client.force_login(town.administrator.account)
    client.post(reverse("close_group", args=[town.group.thread_id]))
    client.force_login(town.resident.account)
    page = client.get(reverse("group", args=[town.group.thread_id])).content.decode()
    assert "路灯不亮了" in page
    assert "这个群已关闭" in page
    assert 'id="composer"' not in page
    assert client.post(reverse("group_say", args=[town.group.thread_id]), {"text": "在吗"}).status_code == 404
    newcomer = at_home(town.building, "19900000001", town)
    settle(newcomer, town.building, town)
    assert newcomer.pk not in roles_in(town.group)


def test_an_officer_of_a_beat_or_a_captain_of_a_building_is_offered_too(client: Client, town: Town) -> None:
    captain, walker = (people.enrol(nickname=name, now=town.now) for name in ("楼长阿姨", "管区民警"))
    people.post(person=captain, role=Role.BUILDING_CAPTAIN, starts_on=BEGIN, building_id=town.building.pk)
    people.post(person=walker, role=Role.OFFICER, starts_on=BEGIN, beat_id=town.beat.pk)
    client.force_login(town.administrator.account)
    estates = f"estate:{estate_on(town.grid, '茶馆院').estate_id}"
    shown = client.get(reverse("kept_group", args=[opened(client, estates).thread_id])).content.decode()
    assert "楼长阿姨" in shown
    assert "管区民警" in shown
