"""The demo only: one tap signs in as somebody of each role, under a banner that says so."""

import pytest
from playwright.sync_api import expect
from pytest_django.fixtures import Settings
from tests.factories.town import Town
from tests.journeys.people import Seat


@pytest.fixture
def demo(settings: Settings) -> None:
    settings.DEMO = True
    settings.ROOT_URLCONF = "maplebridge.config.demo_urls"


def test_one_tap_signs_in_as_a_role(demo: None, town: Town, somebody: Seat) -> None:
    visitor = somebody()
    visitor.open("/demo/")
    visitor.tap(visitor.page.get_by_role("button").filter(has_text="督办员").first)
    expect(visitor.page).to_have_url(f"{visitor.server}/oversight/")
    visitor.sees("演示")
    assert visitor.taps == 1
    assert visitor.violations() == []


def test_outside_the_demo_that_page_does_not_exist(town: Town, somebody: Seat) -> None:
    visitor = somebody()
    visitor.expects_failures = True
    answer = visitor.page.goto("/demo/")
    assert answer is not None
    assert answer.status == 404
