from datetime import datetime, timedelta

import psycopg
import pytest
from django.db import connection
from tests.factories.past import LEAK, VIOLENCE, planted, quiet_past
from tests.factories.town import Town, make_town

from maplebridge.grading import actions
from maplebridge.grading.domain.warnings import WarningRefused
from maplebridge.grading.models import EarlyWarning, WatchRun
from maplebridge.grading.queries import warnings as reads
from maplebridge.matters.models import Matter, TownRule
from maplebridge.people import queries as people
from maplebridge.people.domain.standing import Standing
from maplebridge.people.models import Person
from maplebridge.platform import events, live, locks
from maplebridge.platform.freshness import forget
from maplebridge.platform.models import EventRecord
from maplebridge.web.lookout import Lookout

State = EarlyWarning.State


@pytest.fixture
def town(db: None, noon: datetime) -> Town:
    return make_town(noon)


@pytest.fixture
def cluster(town: Town) -> list[Matter]:
    quiet_past(town)
    return planted(town)


def standing(town: Town, person: Person) -> Standing:
    return people.standing_of(person.pk, town.now.date())


def told(town: Town, nights: int = 0) -> EarlyWarning:
    assert actions.watch(now=town.now + timedelta(days=nights)) is not None
    return EarlyWarning.objects.get()


def test_a_cluster_is_found_where_and_when_it_was_planted(town: Town, cluster: list[Matter]) -> None:
    one = told(town)
    assert one.state == State.NEW
    assert LEAK.startswith(one.category)
    assert set(one.matters) & {matter.pk for matter in cluster}
    assert len(set(one.matters) & {matter.pk for matter in cluster}) >= 8
    assert one.observed > 3 * one.expected
    assert one.recurrence_days >= one.run.threshold_days
    assert one.starts_on <= one.ends_on < town.now.date()


def test_in_a_quiet_town_nothing_is_told(town: Town) -> None:
    quiet_past(town)
    run = actions.watch(now=town.now)
    assert run is not None
    assert run.failure == ""
    assert run.series > 0
    assert not EarlyWarning.objects.exists()


def test_a_young_town_is_not_judged_yet(town: Town) -> None:
    quiet_past(town, days=30)
    planted(town)
    run = actions.watch(now=town.now)
    assert run is not None
    assert run.series == 0
    assert not EarlyWarning.objects.exists()
    first = reads.first_look_on(town.now.date())
    assert first is not None
    assert first > town.now.date()
    assert reads.look_due(town.now) == ""
    assert reads.look_due(town.now + (first - town.now.date())) == "nightly"


def test_what_is_confidential_is_never_counted(town: Town) -> None:
    quiet_past(town)
    planted(town, code=VIOLENCE)
    planted(town, confidential=True)
    actions.watch(now=town.now)
    assert not EarlyWarning.objects.exists()


def test_two_looks_in_one_night_tell_it_once(town: Town, cluster: list[Matter]) -> None:
    first = told(town)
    again = told(town)
    assert again.pk == first.pk
    assert again.run_id == first.run_id
    assert again.last_run_id != first.last_run_id
    assert (again.p_value, again.recurrence_days) == (first.p_value, first.recurrence_days)


def test_what_goes_on_is_one_warning_and_what_ends_is_over(town: Town, cluster: list[Matter]) -> None:
    first = told(town)
    assert told(town, nights=1).pk == first.pk
    assert told(town, nights=40).state == State.OVER


def test_a_smaller_budget_asks_for_more(town: Town) -> None:
    run = actions.watch(now=town.now)
    TownRule.objects.create(
        name="false_alarms_a_month", value=0.5, reason="too many", valid_from=town.now.date()
    )
    forget()
    stricter = actions.watch(now=town.now)
    assert run is not None
    assert stricter is not None
    assert stricter.threshold_days == pytest.approx(4 * run.threshold_days)


def test_a_failure_is_noted_and_ends_no_warning(
    town: Town, cluster: list[Matter], monkeypatch: pytest.MonkeyPatch
) -> None:
    told(town)

    def broken(*_args: object, **_more: object) -> None:
        raise MemoryError("too large")

    monkeypatch.setattr("maplebridge.grading.domain.watching.scanned", broken)
    run = actions.watch(now=town.now)
    assert run is not None
    assert "too large" in run.failure
    assert EarlyWarning.objects.get().state == State.NEW
    assert reads.last_failure() == run


def test_urgent_matters_are_looked_at_every_hour(town: Town) -> None:
    quiet_past(town)
    planted(town, code="06-01-01", matters=14)
    run = actions.watch(now=town.now, hourly=True)
    assert run is not None
    assert run.hourly
    assert EarlyWarning.objects.get().detector == "hourly"
    actions.watch(now=town.now)
    assert EarlyWarning.objects.get(detector="hourly").state == State.NEW  # the nightly look does not end it


def test_a_look_is_due_once_a_night_and_once_an_hour(town: Town) -> None:
    quiet_past(town, days=60)
    assert reads.look_due(town.now) == "nightly"
    actions.watch(now=town.now)
    assert reads.look_due(town.now) == "hourly"
    actions.watch(now=town.now, hourly=True)
    assert reads.look_due(town.now) == ""
    assert reads.look_due(town.now + timedelta(hours=1)) == "hourly"
    assert reads.look_due(town.now + timedelta(days=1)) == "nightly"
    WatchRun.objects.update(failure="TimeoutError")
    assert reads.look_due(town.now) == ""  # what failed rests for an hour
    assert reads.look_due(town.now + timedelta(hours=2)) == "nightly"


def test_the_worker_starts_one_look_at_a_time(town: Town) -> None:
    quiet_past(town, days=60)

    class Process:
        ended: int | None = None

        def poll(self) -> int | None:
            return self.ended

    started: list[list[str]] = []
    process = Process()

    def start(command: object) -> Process:
        started.append(list(command))  # type: ignore[call-overload]
        return process

    lookout = Lookout(start=start)  # type: ignore[arg-type]
    lookout.step(town.now)
    lookout.step(town.now + timedelta(minutes=5))
    assert len(started) == 1
    assert started[0][-1] == "watch"
    process.ended = 0
    lookout.step(town.now + timedelta(minutes=6))
    assert len(started) == 2


def test_a_look_gives_way_to_messages_for_some_minutes(town: Town) -> None:
    quiet_past(town, days=60)
    started: list[object] = []

    def start(command: object) -> object:
        started.append(command)
        return type("Ended", (), {"poll": lambda self: 0})()

    lookout = Lookout(start=start)  # type: ignore[arg-type]
    for minute in range(4):
        lookout.step(town.now + timedelta(minutes=minute), busy=True)
    assert not started
    lookout.step(town.now + timedelta(minutes=4))
    assert len(started) == 1
    for minute in range(5, 10):
        lookout.step(town.now + timedelta(minutes=minute), busy=True)
    assert len(started) == 2  # however many write, after five minutes it is due


def test_of_several_workers_one_looks_out(town: Town) -> None:
    quiet_past(town, days=60)
    started: list[object] = []

    def start(command: object) -> object:
        started.append(command)
        return type("Ended", (), {"poll": lambda self: 0})()

    with connection.cursor() as mine:
        mine.execute("SELECT pg_advisory_unlock_all()")  # of the tests before
    with psycopg.connect(**live.way_to_listen()) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [locks.LOOKING_OUT])
        Lookout(start=start).step(town.now)  # type: ignore[arg-type]
        assert not started
    Lookout(start=start).step(town.now)  # type: ignore[arg-type]
    assert len(started) == 1


def test_a_person_decides_and_outcomes_are_counted(town: Town, cluster: list[Matter]) -> None:
    one = told(town)
    by = standing(town, town.command)
    actions.decide(warning_id=one.pk, state="watched", reason="", words="", by=by, now=town.now)
    assert reads.outcomes(town.now - timedelta(days=30)).precision is None
    with pytest.raises(WarningRefused, match="reason_needed"):
        actions.decide(warning_id=one.pk, state="confirmed", reason="", words="去看", by=by, now=town.now)
    actions.decide(
        warning_id=one.pk, state="confirmed", reason="one_cause", words="水管老化", by=by, now=town.now
    )
    counted = reads.outcomes(town.now - timedelta(days=30))
    assert (counted.told, counted.confirmed, counted.dismissed, counted.precision) == (1, 1, 0, 1.0)
    assert counted.delay_days is not None
    assert 0 < counted.delay_days < 5
    event = EventRecord.objects.get(type__endswith="WarningConfirmed")
    assert event.payload["warning_id"] == one.pk
    events.deliver_all(now=town.now)
    over = told(town, nights=40)
    assert over.state == State.OVER
    assert reads.outcomes(town.now - timedelta(days=30)).confirmed == 1


def test_a_dismissed_one_is_not_told_again_while_it_lasts(town: Town, cluster: list[Matter]) -> None:
    one = told(town)
    by = standing(town, town.analyst)
    actions.decide(warning_id=one.pk, state="dismissed", reason="known_event", words="", by=by, now=town.now)
    assert told(town, nights=1).state == State.DISMISSED
    with pytest.raises(WarningRefused, match="words_needed"):
        actions.decide(
            warning_id=one.pk, state="confirmed", reason="one_cause", words="", by=by, now=town.now
        )


@pytest.mark.parametrize("who", ["resident", "officer", "administrator", "grid_worker", "clerk"])
def test_others_do_not_decide(town: Town, cluster: list[Matter], who: str) -> None:
    one = told(town)
    person = getattr(town, who)
    with pytest.raises(WarningRefused, match="not_allowed"):
        actions.decide(
            warning_id=one.pk,
            state="watched",
            reason="",
            words="",
            by=standing(town, person),
            now=town.now,
        )
