from datetime import datetime

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings
from tests.factories.town import Town, make_town

from maplebridge.adapters import console


@pytest.fixture
def town(db: None) -> Town:
    """Return the town as it stands right now: pages read the clock themselves."""
    console.sent.clear()
    return make_town(timezone.now())


@pytest.fixture
def now(town: Town) -> datetime:
    return town.now


@pytest.fixture
def demo(settings: Settings) -> None:
    """Run as a demo does: with its pages, under its banner."""
    settings.DEMO = True
    settings.ROOT_URLCONF = "maplebridge.config.demo_urls"


@pytest.fixture
def client() -> Client:
    return Client()
