import importlib

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from tests.factories.town import Town

from maplebridge.people.permissions import BY_ONE_TAP


def test_outside_the_demo_the_page_does_not_exist_and_nothing_leads_there(client: Client, town: Town) -> None:
    with pytest.raises(NoReverseMatch):
        reverse("demo_roles")
    for path in ("/demo/", "/demo/roles/", f"/demo/roles/{town.officer.pk}/"):
        with pytest.raises(Resolver404):
            resolve(path)
        assert client.post(path).status_code == 404
    assert "/demo/" not in client.get(reverse("sign_in")).content.decode()


@pytest.mark.usefixtures("demo")
def test_a_demo_that_ran_before_leaves_no_page_behind() -> None:
    """Whatever was set when the addresses were first read, those of an installation hold no demo."""
    importlib.reload(importlib.import_module("maplebridge.config.urls"))
    assert reverse("demo_roles") == "/demo/"
    with pytest.raises(NoReverseMatch):
        reverse("demo_roles", urlconf="maplebridge.config.urls")


@pytest.mark.usefixtures("demo")
def test_in_the_demo_one_tap_signs_in_under_a_banner(client: Client, town: Town) -> None:
    page = client.get(reverse("demo_roles"))
    shown = page.content.decode()
    assert 'class="banner demo"' in shown
    for person in (town.resident, town.officer, town.supervisor, town.clerk, town.water_clerk):
        assert person.nickname in shown
    response = client.post(reverse("demo_enter", args=[town.supervisor.pk]))
    assert response["Location"] == "/"
    assert client.session["_auth_user_id"] == str(town.supervisor.account.pk)


@pytest.mark.usefixtures("demo")
def test_only_those_listed_can_be_entered_as(client: Client, town: Town) -> None:
    assert client.post(reverse("demo_enter", args=[town.neighbor.pk])).status_code == 404
    assert "_auth_user_id" not in client.session


def test_a_session_from_the_demo_is_worth_nothing_when_it_is_over(client: Client, town: Town) -> None:
    client.force_login(town.supervisor.account)
    session = client.session
    session[BY_ONE_TAP] = True
    session.save()
    assert not django_settings.DEMO
    assert client.get("/")["Location"] == reverse("sign_in")
