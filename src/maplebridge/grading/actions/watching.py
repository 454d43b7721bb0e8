"""Every night, and every hour for what is urgent: is something unusual going on? And what people make of it."""

import logging
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from django.utils import timezone

from maplebridge.grading import queries
from maplebridge.grading.domain import watching
from maplebridge.grading.domain.areas import AreaKind
from maplebridge.grading.domain.warnings import Verdict, WarningRefused, check_decision
from maplebridge.grading.domain.watching import AREAS, DETECTORS, HOURLY, NIGHTLY, SERIES, Event, Finding
from maplebridge.grading.events import WarningConfirmed
from maplebridge.grading.models import EarlyWarning, WatchRun
from maplebridge.grading.permissions import decides_on_warnings
from maplebridge.grading.queries import warnings as reads
from maplebridge.kernel.geo import Point
from maplebridge.kernel.statistics.series import Calendar
from maplebridge.matters import queries as matters
from maplebridge.people.domain.standing import Standing
from maplebridge.platform import events, locks
from maplebridge.platform.audit import action

logger = logging.getLogger(__name__)

URGENT = 3
DAY = timedelta(days=1)
State = EarlyWarning.State
STATE_OF = {
    Verdict.WATCHED: State.WATCHED,
    Verdict.CONFIRMED: State.CONFIRMED,
    Verdict.DISMISSED: State.DISMISSED,
}


def watch(*, now: datetime, hourly: bool = False) -> WatchRun | None:
    """Look at everything once; None where another process is looking just now.

    What fails is noted with its run and ends no warning. The same data give the same warnings, and a warning that
    goes on is brought up to date, so that looking twice in a night changes nothing.
    """
    with locks.alone(locks.WATCHING) as mine:
        if not mine:
            return None
        started = time.monotonic()
        up_to = now.replace(minute=0, second=0, microsecond=0) if hourly else _midnight(now)
        strictness = _strictness(now)
        try:
            looks = _looks(up_to, hourly)
        except Exception as problem:
            logger.exception("the look at what is unusual failed")
            return _note_failure(now, up_to, hourly, strictness, time.monotonic() - started, problem)
        return _note(now, up_to, hourly, strictness, looks, started)


@dataclass(frozen=True, slots=True)
class _Strictness:
    """From which recurrence on a finding is an alarm: by the budget alone, and as learned from the town's nights."""

    by_budget: float
    learned: dict[str, float]
    nights: int  # learned from


def _strictness(now: datetime) -> _Strictness:
    budget = matters.town_rules(matters.local_day(now)).false_alarms_a_month
    ground = queries.ground_on(matters.local_day(now))
    detectors = (*DETECTORS, AREAS) if ground is not None else DETECTORS
    nights = reads.past_nights(now)
    learned = watching.learned_thresholds(nights, budget, reads.confirmed_matters())
    return _Strictness(
        watching.threshold_days(budget, detectors),
        learned,
        len({one.number for one in nights}) if learned else 0,
    )


def _midnight(now: datetime) -> datetime:
    return timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)


def _looks(up_to: datetime, hourly: bool) -> list[watching.Look]:
    """Return what each detector finds in the days of 24 hours that end with `up_to`."""
    first = matters.first_raised()
    days = min((up_to - first) // DAY, watching.BASELINE_DAYS) if first else 0
    if days < watching.LEAST_DAYS:
        return []
    since = up_to - days * DAY
    raised = matters.raised_between(since, up_to)
    areas = list(queries.areas_on(AreaKind.STATION, timezone.localdate(up_to)))
    area_of = {grid: area.pk for area in areas for grid in queries.grounds_of(area)}
    happened = [
        Event(
            matter_id=one.matter_id,
            category=one.category,
            day=(one.raised_at - since) // DAY,
            point=Point(one.lon, one.lat) if one.lon is not None and one.lat is not None else None,
            area_id=area_of.get(one.grid_id or 0),
            grid_id=reads.doorstep_grid(one.grid_id),
        )
        for one in raised
        if not hourly or one.severity == URGENT
    ]
    seed = int(up_to.timestamp())
    if hourly:
        return [watching.scanned(happened, days=days, detector=HOURLY, seed=seed)]
    calendar = _calendar(timezone.localdate(since), days)
    ids = [area.pk for area in areas] if len(areas) > 1 else []
    looks = [
        watching.scanned(happened, days=days, detector=NIGHTLY, seed=seed),
        watching.counted(happened, days=days, areas=ids, calendar=calendar),
    ]
    if ground := queries.ground_on(timezone.localdate(up_to)):
        looks.append(
            watching.shapes_scanned(happened, days=days, ground=ground, calendar=calendar, seed=seed)
        )
    return looks


def _calendar(first: date, days: int) -> Calendar:
    """Return weekdays, holidays (1) and weekend days worked to make up for one (2)."""
    every = [first + timedelta(days=number) for number in range(days)]
    special = matters.special_days_between(every[0], every[-1])
    kinds = [0 if day not in special else 2 if special[day] else 1 for day in every]
    return Calendar(np.array([day.weekday() for day in every]), np.array(kinds))


@action
def _note_failure(
    now: datetime,
    up_to: datetime,
    hourly: bool,
    strictness: _Strictness,
    seconds: float,
    problem: Exception,
) -> WatchRun:
    return WatchRun.objects.create(
        looked_at=now,
        up_to=up_to,
        hourly=hourly,
        threshold_days=strictness.by_budget,
        seconds=seconds,
        failure=f"{type(problem).__name__}: {problem}"[:500],
    )


@action
def _note(
    now: datetime,
    up_to: datetime,
    hourly: bool,
    strictness: _Strictness,
    looks: Sequence[watching.Look],
    started: float,
) -> WatchRun:
    """Keep the run, its new warnings, and what has become of those that were going on."""
    run = WatchRun.objects.create(
        looked_at=now,
        up_to=up_to,
        hourly=hourly,
        threshold_days=strictness.by_budget,
        thresholds=strictness.learned,
        learned_from=strictness.nights,
        signals=watching.signals_of(looks),
        series=sum(one.looked_at for one in looks),
        seconds=time.monotonic() - started,
    )
    detectors = (HOURLY,) if hourly else (NIGHTLY, SERIES, AREAS)
    going = {one.warning_id: one for one in reads.going_on(detectors, up_to)}
    found_again: set[int] = set()
    every = [each for look in looks for each in look.findings]
    for found in watching.alarms(every, strictness.by_budget, strictness.learned):
        same = watching.same_as(found, list(going.values()))
        if same is None:
            _warn(run, found)
        elif same.warning_id not in found_again:
            found_again.add(same.warning_id)
            _go_on(run, found, same.warning_id)
    _end(set(going) - found_again)
    return run


def _warn(run: WatchRun, found: Finding) -> None:
    EarlyWarning.objects.create(
        run=run,
        detector=found.detector,
        starts_on=_first_day(run, found),
        matters=list(found.matters),
        **_measures(run, found),
    )


def _go_on(run: WatchRun, found: Finding, warning_id: int) -> None:
    """Bring a warning up to date; one that was over, or has grown stronger, keeps what people said of it."""
    one = EarlyWarning.objects.select_for_update().get(pk=warning_id)
    for name, value in _measures(run, found).items():
        setattr(one, name, value)
    one.starts_on = min(one.starts_on, _first_day(run, found))
    one.matters = sorted({*one.matters, *found.matters})
    if one.state == State.OVER:
        one.state = State.CONFIRMED if one.reason else State.WATCHED if one.decided_at else State.NEW
    one.save()


def _measures(run: WatchRun, found: Finding) -> dict[str, object]:
    return {
        "last_run": run,
        "category": found.category,
        "area_id": found.area_id,
        "lon": found.center.lon if found.center else None,
        "lat": found.center.lat if found.center else None,
        "radius_m": found.radius_m,
        "ends_on": timezone.localdate(run.up_to - timedelta(seconds=1)),
        "observed": found.observed,
        "expected": found.expected,
        "statistic": found.statistic,
        "p_value": found.p,
        "recurrence_days": found.recurrence_days,
        "pieces": list(found.pieces),
        "pieces_are": found.pieces_are or "",
    }


def _first_day(run: WatchRun, found: Finding) -> date:
    return timezone.localdate(run.up_to - found.days * DAY)


def _end(ids: Collection[int]) -> None:
    """What is not found any more is over; what was dismissed stays dismissed."""
    for one in EarlyWarning.objects.select_for_update().filter(pk__in=ids, state__in=reads.OPEN):
        one.state = State.OVER
        one.save(update_fields=["state"])


@action
def decide(
    *, warning_id: int, state: str, reason: str, words: str, by: Standing, now: datetime
) -> EarlyWarning:
    """Say what a warning is: confirmed or dismissed, with a reason, or watched."""
    if by.person_id is None or not decides_on_warnings(by):
        raise WarningRefused("not_allowed")
    one = EarlyWarning.objects.select_for_update().get(pk=warning_id)
    verdict = check_decision(one.state, state, reason, words)
    one.state = STATE_OF[verdict]
    one.reason = "" if verdict == Verdict.WATCHED else reason
    one.words, one.decided_by_id, one.decided_at = words.strip(), by.person_id, now
    one.save()
    if verdict == Verdict.CONFIRMED:
        events.publish(
            WarningConfirmed(warning_id=one.pk, category=one.category, area_id=one.area_id, occurred_at=now)
        )
    return one
