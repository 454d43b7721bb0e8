"""A month of safety grading from and to the database, and the public map that comes of it.

`bin/bench month_run [--areas N]`. 5,000 areas x 5 indicators x 36 months are entered as sheets; then the month is
closed (checks), proposed (grades with 1,000 draws, 1,000 weightings, reasons), released and published (only what
may be told). Afterwards a web process answers for the map's page, its areas and one area's page.
"""

import argparse
import resource
import time
import urllib.request
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from bench.installation import Installation, installation, use
from bench.machine import describe

MONTHS, RATES = 36, ("theft", "fraud", "disorder", "traffic_fire")
REQUESTS = 200
LON, LAT, SIDE = 101.0, 36.0, 0.01
ASKED_MONTH_S, ASKED_GB, ASKED_PAGE_MS = 60, 2, 100


def enter(areas: int, now: datetime) -> Any:
    """Lay out areas in a square, with three years of counts and answers; return the month that is over."""
    from maplebridge.grading import actions
    from maplebridge.grading.domain.areas import AreaKind
    from maplebridge.grading.domain.method import Indicator, Kind, Method, Source
    from maplebridge.kernel.periods import Month
    from maplebridge.kernel.statistics.composite import Direction
    from maplebridge.people import actions as people

    confirms = people.enrol(nickname="confirms the method", now=now).pk
    last = Month.of(now.date()) - 1
    months = [last - back for back in range(MONTHS - 1, -1, -1)]
    chance = np.random.default_rng(1)
    across = int(np.ceil(areas**0.5))
    ids = []
    residents = chance.integers(5_000, 60_000, areas)
    for number in range(areas):
        west, south = LON + number % across * SIDE, LAT + number // across * SIDE
        ring = [
            [west, south],
            [west + SIDE, south],
            [west + SIDE, south + SIDE],
            [west, south + SIDE],
            [west, south],
        ]
        area = actions.lay_out_area(
            kind=AreaKind.STATION,
            code=f"A{number:05}",
            name=f"第{number}派出所",
            boundary={"type": "Polygon", "coordinates": [ring]},
            valid_from=months[0].first,
        )
        actions.count_population(
            area=area, of="residents", number=int(residents[number]), as_of=months[0].first, source="bench"
        )
        ids.append(area.pk)
    rules = []
    for place, code in enumerate((*RATES, "satisfaction")):
        share = code == "satisfaction"
        indicator = actions.define_indicator(
            code=code,
            valid_from=months[0].first,
            name_zh=code,
            name_en=code,
            source=Source.FILE,
            denominator="answers" if share else "residents",
        )
        level = chance.gamma(20, 1 / 20, areas)
        for month in months:
            if share:
                said = chance.poisson(38, areas).astype(float)
                counts = chance.binomial(said.astype(int), 0.7).astype(float)
            else:
                said = residents.astype(float)
                counts = chance.poisson(residents / 10_000 * (2 + place) * level).astype(float)
            actions.enter_sheet(
                indicator=indicator,
                kind=AreaKind.STATION,
                month=month,
                counts=dict(zip(ids, counts.tolist(), strict=True)),
                denominators=dict(zip(ids, said.tolist(), strict=True)),
                source="bench",
                by_id=None,
                now=now,
            )
        more: dict[str, Any] = (
            {"kind": Kind.SHARE, "direction": Direction.MORE_IS_BETTER, "bands": (0.7, 0.6, 0.5, 0.4)}
            if share
            else {}
        )
        rules.append(
            Indicator(
                code=code,
                name=code,
                source=Source.FILE,
                classes=(),
                denominator="answers" if share else "residents",
                weight=1.0,
                **more,
            )
        )
    method = actions.make_method(
        rules=Method(version="1", valid_from=months[0].first, indicators=tuple(rules)),
        reason="bench",
        by_id=None,
        now=now,
    )
    actions.confirm_method(method_id=method.pk, by_id=confirms)
    return last


def run_month(last: Any, now: datetime) -> dict[str, float]:
    """Take the month from its counts to its edition; return the seconds of each step."""
    from maplebridge.grading import actions
    from maplebridge.grading.domain.areas import AreaKind
    from maplebridge.people import actions as people

    reviewers = [people.enrol(nickname=f"reviewer {number}", now=now).pk for number in range(2)]
    took: dict[str, float] = {}

    def timed(name: str, deed: Callable[[], Any]) -> Any:
        begun = time.perf_counter()
        result = deed()
        took[name] = time.perf_counter() - begun
        return result

    today: date = now.date()
    one = timed(
        "close, with checks",
        lambda: actions.close_month(
            kind=AreaKind.STATION, month=last, by_id=None, now=now, today=today, explanation="bench"
        ),
    )
    timed(
        "propose: grades, weightings, reasons", lambda: actions.propose(month_id=one.pk, by_id=None, now=now)
    )
    timed(
        "release",
        lambda: [
            actions.review(month_id=one.pk, releases=True, words="", by_id=id, now=now)
            for id in reviewers[:1]
        ],
    )
    one.refresh_from_db()
    if one.state != "reviewed":
        actions.review(month_id=one.pk, releases=True, words="", by_id=reviewers[1], now=now)
    timed(
        "publish",
        lambda: actions.publish(month_id=one.pk, by_id=None, now=now, today=today + timedelta(days=8)),
    )
    return took


def ask(made: Installation, path: str) -> tuple[float, float, int]:
    """Return the median and 95th percentile of a page in ms, and its size in bytes."""
    took, size = [], 0
    for _ in range(REQUESTS):
        begun = time.perf_counter()
        request = urllib.request.Request(f"{made.address}{path}", headers={"Accept-Encoding": "gzip"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            size = len(answer.read())
        took.append(1000 * (time.perf_counter() - begun))
    return float(np.median(took)), float(np.percentile(took, 95)), size


def main() -> None:
    """Run the month, then ask for its pages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--areas", type=int, default=5_000)
    areas = parser.parse_args().areas
    print(describe())
    with installation() as made:
        use(made)
        from django.utils import timezone

        now = timezone.now()
        begun = time.perf_counter()
        last = enter(areas, now)
        print(
            f"{areas:,} areas entered, five indicators, {MONTHS} months: {time.perf_counter() - begun:.1f} s"
        )
        took = run_month(last, now)
        for name, seconds in took.items():
            print(f"  {name:40} {seconds:6.1f} s")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        whole = f"{sum(took.values()):.1f} s (asked {ASKED_MONTH_S})"
        print(f"the month, all steps: {whole}, peak {peak:.2f} GB (asked {ASKED_GB})")
        made.start_web()
        for path in ("/safety/", "/safety/editions/1/areas.geojson", "/safety/areas/A00000/"):
            median, p95, size = ask(made, path)
            print(
                f"{path:36} median {median:.0f} ms, p95 {p95:.0f} ms (asked {ASKED_PAGE_MS}), {size / 1024:.0f} KB"
            )


if __name__ == "__main__":
    main()
