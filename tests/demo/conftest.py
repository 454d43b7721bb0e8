from datetime import date

import pytest

from maplebridge.demo.people import Population, make_population
from maplebridge.demo.territory import make_territory
from maplebridge.demo.town import Territory
from maplebridge.demo.town_data import TownData, read_town_data

SEED = 1
TODAY = date(2026, 3, 18)


@pytest.fixture(scope="session")
def town_data() -> TownData:
    return read_town_data()


@pytest.fixture(scope="session")
def town(town_data: TownData) -> Territory:
    return make_territory(town_data, SEED)


@pytest.fixture(scope="session")
def population(town_data: TownData, town: Territory) -> Population:
    return make_population(town_data, town, SEED, TODAY)
