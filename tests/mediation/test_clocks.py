from datetime import UTC, date, datetime, timedelta

import pytest

from maplebridge.mediation.domain.clocks import (
    Lamp,
    Running,
    confirmation_until,
    due,
    months_later,
    tier_due,
)
from maplebridge.mediation.domain.tiers import Tier

DAYS = {"group": 7, "village": 15, "town": 30}


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (datetime(2026, 3, 2, 9, tzinfo=UTC), 1, datetime(2026, 4, 2, 9, tzinfo=UTC)),
        (datetime(2026, 1, 31, 9, tzinfo=UTC), 1, datetime(2026, 2, 28, 9, tzinfo=UTC)),
        (datetime(2024, 1, 31, 9, tzinfo=UTC), 1, datetime(2024, 2, 29, 9, tzinfo=UTC)),
        (datetime(2026, 12, 15, 9, tzinfo=UTC), 2, datetime(2027, 2, 15, 9, tzinfo=UTC)),
    ],
)
def test_a_month_ends_on_the_day_of_its_number_or_on_the_last(
    start: datetime, months: int, end: datetime
) -> None:
    assert months_later(start, months) == end


def test_a_tier_has_its_days_and_never_more_than_the_whole() -> None:
    accepted = datetime(2026, 3, 2, 9, tzinfo=UTC)
    overall = due(accepted, months=1)

    assert tier_due(accepted, Tier.GROUP, overall, DAYS) == accepted + timedelta(days=7)
    assert tier_due(accepted + timedelta(days=20), Tier.VILLAGE, overall, DAYS) == overall


@pytest.mark.parametrize(
    ("hours_left", "lamp"), [(100, Lamp.GREEN), (20, Lamp.AMBER), (0, Lamp.AMBER), (-1, Lamp.RED)]
)
def test_the_lamp_turns_amber_in_the_last_fifth_and_on_time_is_not_late(hours_left: int, lamp: Lamp) -> None:
    start = datetime(2026, 3, 2, tzinfo=UTC)
    clock = Running(start, start + timedelta(hours=100))

    assert clock.lamp(clock.ends - timedelta(hours=hours_left)) == lamp


def test_a_court_is_asked_within_thirty_days() -> None:
    assert confirmation_until(date(2026, 3, 2), days=30) == date(2026, 4, 1)
