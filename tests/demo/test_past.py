"""The months before the demo's own: matters from before, and warnings that the product found in them by itself."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.factories.past import LEAK, ROAD, quiet_past
from tests.factories.town import Town, make_town

from maplebridge.demo import loading_past
from maplebridge.demo.loading_past import WAVES, live_the_past
from maplebridge.grading.models import EarlyWarning
from maplebridge.grading.queries import warnings as reads
from maplebridge.matters.models import Entry, Matter, Tally
from maplebridge.matters.sweeps import add_up

IN_THE_TEST_TOWN = {"08-02-01": ROAD, "01-02-02": ROAD, "05-01-01": LEAK, "06-01-02": LEAK}


@pytest.fixture
def town(db: None, noon: datetime) -> Town:
    return make_town(noon)


def test_warnings_of_the_past_are_found_decided_and_counted(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    waves = [replace(one, category=IN_THE_TEST_TOWN[one.category]) for one in WAVES]
    monkeypatch.setattr(loading_past, "WAVES", waves)
    quiet_past(town, days=30)
    before = set(Matter.objects.values_list("pk", flat=True))

    while add_up(now=town.now):  # by a server that runs beside, before anything was there
        pass
    before_last = (town.now - timedelta(days=50)).date().replace(day=1)

    brought = live_the_past(now=town.now, seed=1)

    told = EarlyWarning.objects.all()
    outcomes = reads.outcomes(town.now.replace(year=town.now.year - 1))
    old = Matter.objects.exclude(pk__in=before)
    assert old.count() == brought
    assert set(old.values_list("state", flat=True)) == {"closed"}
    assert Entry.objects.filter(deed="closed").count() == brought
    assert {one.state for one in told} & {"new"}
    assert {"series_of_acts", "one_cause"} & {one.reason for one in told}
    assert outcomes.confirmed >= 1
    assert outcomes.delay_days is not None
    assert all(one.matters for one in told)
    counted = Tally.objects.filter(month=before_last, of=Tally.Of.ALL).values_list("counts", flat=True)
    in_it = Matter.objects.filter(raised_at__year=before_last.year, raised_at__month=before_last.month)
    assert sum(one.get("raised", 0) for one in counted) == in_it.filter(confidential=False).count() > 0
