"""What reports take from matters and mediation: response times, what rises, disputes."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone, translation
from tests.factories.past import LEAK, ROAD, one
from tests.factories.town import Town, make_town
from tests.mediation.disputes import Desk, open_desk

from maplebridge.grading.domain.analysis import Period, Span
from maplebridge.grading.queries.analysis import body_of
from maplebridge.grading.queries.analyzed_deeds import disputes
from maplebridge.grading.words import sentences
from maplebridge.kernel.periods import Month
from maplebridge.matters.actions.tallies import refresh_month
from maplebridge.matters.models import Matter
from maplebridge.matters.queries.statistics import answer_times

OCTOBER = Period(Span.MONTH, Month(2026, 10))


def noon(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 12, tzinfo=timezone.get_default_timezone())


@pytest.fixture
def town(db: None) -> Town:
    return make_town(noon(11, 5))


def raise_in(town: Town, month: int, many: int, code: str, minutes: int | None = None) -> None:
    """Raise matters of a kind, the first of them answered after so many minutes, each next one a minute later."""
    days = [noon(month, 1 + at % 28) for at in range(many)]
    answered = [
        {} if minutes is None else {"answered_at": at + timedelta(minutes=minutes + number)}
        for number, at in enumerate(days)
    ]
    Matter.objects.bulk_create(
        [one(town, at, 0, code, **more) for at, more in zip(days, answered, strict=True)]
    )


def section(period: Period, code: str, now: datetime) -> dict[str, Any]:
    return next(each for each in body_of(period, now)["sections"] if each["code"] == code)


def test_half_and_nine_tenths_of_the_answered_are_told_and_who_waits_is_in_neither(town: Town) -> None:
    raise_in(town, 10, 11, LEAK, minutes=10)
    raise_in(town, 10, 5, ROAD)
    assert answer_times(OCTOBER.last.first, OCTOBER.last.last) == (11, 15.0, 19.0)
    assert answer_times(OCTOBER.before.last.first, OCTOBER.before.last.last) == (0, None, None)


def test_what_residents_raise_more_of_than_before_is_called_rising(town: Town) -> None:
    raise_in(town, 8, 1, LEAK)
    raise_in(town, 9, 20, LEAK)
    raise_in(town, 9, 20, ROAD)
    raise_in(town, 10, 60, LEAK)
    raise_in(town, 10, 22, ROAD)
    for month in (9, 10):
        refresh_month(month=Month(2026, month), now=town.now)
    told = section(OCTOBER, "raised_most", town.now)
    with translation.override("en"):
        lines = sentences(told, OCTOBER)
    rising = [line for line in lines if line.startswith("Rising")]
    assert len(rising) == 1
    assert "+40 (+200 %) on last month" in rising[0]
    assert "not counted then" not in rising[0]


@pytest.mark.django_db
def test_disputes_are_told_from_ten_on_and_a_town_without_any_counted_none() -> None:
    desk: Desk = open_desk(noon(10, 20))
    sources: dict[str, dict[str, Any]] = {}
    empty = disputes(OCTOBER, sources)
    assert (empty["missing"], sources) == (True, {})
    for _ in range(3):
        desk.found()
    few = disputes(OCTOBER, {})["figures"][0]
    assert (few["value"], few["why"]) == (None, "small")
    for _ in range(9):
        desk.found()
    told = disputes(OCTOBER, sources)
    assert told["figures"][0]["value"] == 12
    assert {each["why"] for each in told["figures"][0]["changes"]} == {"not_counted"}
    assert told["figures"][1]["why"] == "not_counted"  # none has ended
    assert "disputes" in sources
