"""The arrow on a page leads where its reader may go."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.town import Town, make_town


@pytest.fixture
def town(db: None) -> Town:
    return make_town(timezone.now())


@pytest.mark.parametrize(
    ("who", "name", "back"),
    [
        ("administrator", "mediation_town", "administration"),
        ("supervisor", "mediation_town", "disputes"),
        ("administrator", "mediation_figures", "administration"),
        ("analyst", "mediation_figures", "statistics"),
        ("administrator", "hotline", "administration"),
        ("sorting_officer", "hotline", "sorting"),
    ],
)
def test_the_way_back_is_open_to_whoever_reads_the_page(
    client: Client, town: Town, who: str, name: str, back: str
) -> None:
    client.force_login(getattr(town, who).account)
    found = re.search(r'class="back" href="([^"]+)"', client.get(reverse(name)).content.decode())
    assert found
    assert found[1] == reverse(back)
    assert client.get(found[1]).status_code == 200


def test_whoever_reads_figures_of_mediation_finds_them_from_the_statistics(
    client: Client, town: Town
) -> None:
    client.force_login(town.analyst.account)
    assert reverse("mediation_figures") in client.get(reverse("statistics")).content.decode()
    client.force_login(town.grid_worker.account)
    assert reverse("mediation_figures") not in client.get(reverse("statistics")).content.decode()
