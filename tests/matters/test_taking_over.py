"""What a town brings from before is numbered in the order of its time, below its own matters where there is room."""

from datetime import datetime, timedelta

import pytest
from tests.factories.town import Town, make_town

from maplebridge.matters.actions.taking_over import Past, leave_room, take_over_past
from maplebridge.matters.models import Matter


@pytest.fixture
def town(db: None, noon: datetime) -> Town:
    return make_town(noon)


def past(town: Town, *days_ago: int) -> list[Past]:
    return [
        Past(
            summary=f"{days} 天前的事",
            category="05-01-01",
            raised_at=town.now - timedelta(days=days),
            answered_at=town.now - timedelta(days=days) + timedelta(minutes=9),
            closed_at=town.now - timedelta(days=days) + timedelta(hours=5),
            thread_id=town.group.thread_id,
            owner_id=town.officer.pk,
            grid_id=town.grid.pk,
        )
        for days in days_ago
    ]


def matter_of_today(town: Town) -> Matter:
    take_over_past(past=past(town, 0))
    return Matter.objects.latest("pk")


def test_older_ones_have_lower_numbers_than_the_first_of_the_town(town: Town) -> None:
    leave_room(numbers=100)
    first = matter_of_today(town)
    assert first.pk == 101

    numbers = take_over_past(past=past(town, 30, 90, 60))

    assert numbers == [100, 98, 99]
    assert Matter.objects.get(pk=98).summary == "90 天前的事"


def test_without_room_they_follow_in_the_order_of_their_time(town: Town) -> None:
    leave_room(numbers=5)
    first = matter_of_today(town)
    many = first.pk + 3

    numbers = take_over_past(past=past(town, *range(1, many + 1)))

    assert numbers == sorted(numbers, reverse=True)
    assert min(numbers) > first.pk
    leave_room(numbers=10_000_000)  # it has matters already: nothing is skipped
    assert matter_of_today(town).pk < 10_000_000
