"""A town's past for tests of early warning: months of ordinary matters, and a cluster planted in the last days."""

from datetime import datetime, timedelta

import numpy as np
from tests.factories.town import Town

from maplebridge.matters.models import Category, Matter

LEAK, ROAD, VIOLENCE = "05-01-01", "06-01-01", "01-03-01"
CORNERS = [(101.770 + 0.004 * (n % 5), 36.610 + 0.004 * (n // 5)) for n in range(25)]  # about 400 m apart


def one(town: Town, at: datetime, corner: int, code: str = LEAK, **more: object) -> Matter:
    """Return a matter, not saved yet, raised at a corner of the town."""
    category = Category.objects.get(code=code)
    lon, lat = CORNERS[corner]
    values: dict[str, object] = {
        "origin": Matter.Origin.GROUP,
        "summary": "楼上漏水",
        "category": category,
        "severity": category.severity,
        "confidential": category.confidential,
        "thread_id": town.group.thread_id,
        "grid": town.grid,
        "lon": lon,
        "lat": lat,
        "first_asked": town.chiefs[2],
        "owner": town.chiefs[2],
        "owner_since": at,
        "raised_at": at,
        "respond_by": at + timedelta(minutes=30),
    }
    return Matter(**(values | more))


def quiet_past(town: Town, *, days: int = 180, a_day: float = 3.0, seed: int = 3) -> list[Matter]:
    """Raise ordinary matters over the past days: as many as chance has it, anywhere."""
    chance = np.random.default_rng(seed)
    matters = [
        one(
            town,
            town.now - timedelta(days=day, minutes=int(chance.integers(1, 1400))),
            int(chance.integers(len(CORNERS))),
            str(chance.choice([LEAK, LEAK, ROAD])),
        )
        for day in range(days)
        for _ in range(chance.poisson(a_day))
    ]
    return Matter.objects.bulk_create(matters)


def planted(town: Town, *, corner: int = 7, matters: int = 9, **more: object) -> list[Matter]:
    """Raise more leaks at one corner, one every few hours, the last of them yesterday."""
    rows = [
        one(town, town.now - timedelta(days=1, hours=4 * number), corner, **more) for number in range(matters)
    ]
    return Matter.objects.bulk_create(rows)
