"""The demo town comes into the database whole, and only where it belongs."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import override_settings
from django.utils import timezone
from tests.factories.kept import kept
from tests.factories.town import make_town

from maplebridge.conversations.models import Membership, Message, NeighborGroup
from maplebridge.demo import live, loading, turns
from maplebridge.demo.drawing import PLACES
from maplebridge.demo.loading_month import TimeLine
from maplebridge.demo.loading_names import latin_surnames, told_apart, user_names
from maplebridge.demo.management.commands import demo
from maplebridge.demo.photos_drawn import after_the_work
from maplebridge.demo.pictures import KINDS
from maplebridge.demo.story import Story, rates
from maplebridge.grading.actions.analysis import draft_due
from maplebridge.grading.models import Area, Report
from maplebridge.matters import actions as matters
from maplebridge.matters.data import catalogue
from maplebridge.matters.models import Entry, Feedback, Matter, Oversight
from maplebridge.mediation.models import RewardEntry, RewardProposal
from maplebridge.people.domain.roles import Role
from maplebridge.people.models import Account, Person, Posting
from maplebridge.places.models import Building, Grid
from maplebridge.platform import audit, locks
from maplebridge.platform.freshness import forget
from maplebridge.platform.models import AuditRow
from maplebridge.rosters.models import Duty
from maplebridge.rosters.queries import on_duty

GROUPS, THREADS = 2, 24
NOW = timezone.make_aware(datetime(2026, 3, 14, 9, 26))  # noqa: DTZ001 -- made aware at once


@pytest.fixture(scope="module")
def invented() -> loading.Town:
    return loading.invent(NOW)


@pytest.fixture(scope="module")
def cut(invented: loading.Town) -> loading.Town:
    """Return the town with the people of two groups and the first threads of its month."""
    groups = invented.population.groups[:GROUPS]
    members = {code for group in groups for code in group.members}
    posted = {posting.person for posting in invented.population.postings}
    residents = [one for one in invented.population.residents if one.code in members | posted]
    month = sorted(invented.story.month, key=lambda one: one.begins(NOW))
    return replace(
        invented,
        population=replace(invented.population, residents=residents, groups=groups),
        story=Story(tuple(month[:THREADS])),
    )


@pytest.fixture
def few(cut: loading.Town, monkeypatch: pytest.MonkeyPatch) -> loading.Town:
    """Return the town that was cut, at a time that stands."""
    told = timezone.localtime
    monkeypatch.setattr(timezone, "localtime", lambda moment=None: told(moment) if moment else NOW)
    monkeypatch.setattr(timezone, "localdate", lambda moment=None: timezone.localtime(moment).date())
    return cut


@pytest.fixture(scope="module")
def load(cut: loading.Town) -> Callable[[datetime], None]:
    """Return what loads the town that was cut: the first time through its actions, then as it was then."""
    return kept(lambda now: _load(cut))


def _load(town: loading.Town) -> None:
    matters.load_catalogue(catalogue=catalogue())
    loading.load(town, now=lambda: NOW, say=lambda _: None, progress=lambda _: None)


@pytest.mark.django_db
def test_the_first_days_of_the_town_happen_through_the_public_actions(
    few: loading.Town, load: Callable[[datetime], None]
) -> None:
    load(NOW)

    assert Grid.objects.count() == len(few.territory.grids)
    assert Building.objects.count() == 330
    assert NeighborGroup.objects.count() == GROUPS
    told = [step for thread in few.story.threads for step in thread.steps if step.is_said]
    assert Message.objects.exclude(kind="notice").count() >= 0.9 * len(told)
    assert Matter.objects.filter(closed_as="solved").exists()
    assert Entry.objects.filter(deed="answered").count() >= 5
    assert Feedback.objects.filter(solved=True).exists()
    assert not AuditRow.objects.filter(table="matters_matter", action="").exists()

    moments = list(Message.objects.order_by("pk").values_list("sent_at", flat=True))
    assert moments == sorted(moments)
    assert moments[-1] <= NOW
    assert Membership.objects.filter(role="resident", read_up_to__gt=0).exists()
    assert Membership.objects.filter(role="resident", read_up_to=0).exists()


@pytest.mark.django_db
def test_interrupted_starts_are_gone_on_with_and_the_last_one_changes_nothing(
    few: loading.Town, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(loading, "invent", lambda now: few)
    with monkeypatch.context() as killed:
        killed.setattr(loading, "in_parts", _killed)
        with pytest.raises(Killed):
            _start()
    assert Person.objects.exists()
    assert not Message.objects.exists()
    capsys.readouterr()

    with monkeypatch.context() as killed:
        killed.setattr(demo, "load_city", _killed)
        with pytest.raises(Killed):
            _start()
    assert "left out is loaded now" in capsys.readouterr().out
    assert Matter.objects.exists()
    assert RewardEntry.objects.filter(reason="agreed").exists()
    assert RewardProposal.objects.filter(decided_at=None).exists()
    assert draft_due(now=NOW)  # by the worker of a server that runs beside

    monkeypatch.setattr(demo, "live_the_past", lambda **_: None)  # tested by itself; slow
    _start()
    assert Area.objects.exists()
    assert Report.objects.filter(
        released_at=None, month=(NOW - timedelta(days=30)).date().replace(day=1)
    ).exists()
    rows = AuditRow.objects.count()
    capsys.readouterr()

    _start()
    assert AuditRow.objects.count() == rows
    said = capsys.readouterr().out
    administrator = Account.objects.get(person__postings__role=Role.ADMINISTRATOR)
    assert administrator.username in said
    assert administrator.check_password("maple-bridge-demo")
    resident = Account.objects.filter(person__building__isnull=False, person__postings=None).first()
    assert resident is not None
    assert not resident.has_usable_password()


class Killed(Exception):
    """Stands for kill -9: nothing that was not committed is there afterwards."""


def _killed(*_: Any, **__: Any) -> None:
    raise Killed


def _start() -> None:
    forget()
    with override_settings(DEMO=True, ROOT_URLCONF="maplebridge.config.demo_urls"):
        call_command("demo")


@pytest.mark.django_db
def test_a_start_waits_for_another_that_fills_the_town() -> None:
    wanted = ("dbname", "user", "password", "host", "port")
    there = {name: value for name, value in connection.get_connection_params().items() if name in wanted}
    with psycopg.connect(**there, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s, %s)", [locks.FILLING, turns.GROUND])
        said: list[str] = []

        def say(words: str) -> None:
            said.append(words)
            other.execute("SELECT pg_advisory_unlock(%s, %s)", [locks.FILLING, turns.GROUND])

        with turns.my_turn(turns.GROUND, say):
            assert len(said) == 1
        with turns.my_turn(turns.CITY, say):
            assert len(said) == 1


@pytest.mark.django_db
def test_months_later_somebody_is_on_duty_again(
    few: loading.Town,
    load: Callable[[datetime], None],
    invented: loading.Town,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    load(NOW)
    later = NOW + timedelta(days=100)
    assert on_duty(None, Role.SUPERVISOR, later) == []
    assert loading.extend_duties(later) > 30
    assert on_duty(None, Role.SUPERVISOR, later) != []
    before = Duty.objects.count()
    assert loading.extend_duties(later) == 0
    assert Duty.objects.count() == before


@pytest.mark.django_db
def test_live_leaves_one_of_three_matters_to_whoever_looks(
    few: loading.Town, load: Callable[[datetime], None]
) -> None:
    load(NOW)
    clock = [NOW]
    told: list[str] = []

    def sleep(seconds: float) -> None:
        clock[0] += timedelta(seconds=max(seconds, 30))

    before = Matter.objects.count()
    happening = live.Live(say=told.append, speed=60, now=lambda: clock[0], sleep=sleep)
    happening.run(most=12)
    assert Matter.objects.count() > before + 3
    assert any("left to whoever looks" in line for line in told)
    assert Matter.objects.filter(raised_at__gt=NOW, answered_at=None).exists()
    assert Matter.objects.filter(raised_at__gt=NOW).exclude(answered_at=None).exists()
    looked_at = NeighborGroup.objects.order_by("thread_id").values_list("thread_id", flat=True)[0]
    said = Message.objects.filter(sent_at__gt=NOW)
    assert said.filter(thread_id=looked_at).values("author_id").distinct().count() >= 4


@pytest.mark.django_db(transaction=True)
def test_the_record_of_the_loading_is_sealed_and_holds(few: loading.Town) -> None:
    _load(few)
    assert not loading.untold_parts()
    report = audit.check()
    assert report.holds
    assert report.sealed_rows > 5_000
    assert report.not_sealed_yet == 0


@pytest.mark.django_db
def test_outside_the_demo_nothing_is_loaded() -> None:
    with override_settings(DEMO=False), pytest.raises(CommandError, match="MAPLEBRIDGE_DEMO=1"):
        call_command("demo")
    assert not Person.objects.exists()


@pytest.mark.django_db
def test_a_town_that_is_not_the_demo_is_never_touched(noon: datetime) -> None:
    make_town(noon)
    people_before, postings_before = Person.objects.count(), Posting.objects.count()
    with override_settings(DEMO=True), pytest.raises(CommandError, match="holds a town already"):
        call_command("demo")
    assert (Person.objects.count(), Posting.objects.count()) == (people_before, postings_before)


@pytest.mark.slow
@pytest.mark.django_db
def test_the_whole_month_leaves_matters_in_every_state(
    invented: loading.Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "localtime", lambda *_: NOW)
    _load(invented)
    states = Counter(Matter.objects.values_list("state", flat=True))
    assert set(states) == {"assigned", "in_hand", "paused", "deferred", "resolved", "closed", "merged"}
    assert set(Matter.objects.exclude(closed_as="").values_list("closed_as", flat=True)) == {
        *("solved", "not_answered", "withdrawn", "duplicate")
    }
    assert set(Matter.objects.values_list("origin", flat=True)) == {
        *("group", "form", "walk_in", "complaint", "tip", "proactive")
    }
    assert Matter.objects.filter(overdue_noted_at__isnull=False, state="in_hand").exists()
    assert Matter.objects.filter(extensions__granted=True).exists()
    assert Oversight.objects.filter(words="returned_twice").exists()
    assert Matter.objects.filter(reopened__gt=0).exists()
    told = rates(invented.story)
    answers = Feedback.objects.values_list("solved", flat=True)
    assert sum(answers) / len(answers) == pytest.approx(told.solved / told.judged, abs=0.08)


def test_deeds_happen_in_the_order_of_their_moments_with_what_follows_of_them() -> None:
    line, happened = TimeLine(), []
    line.put(NOW, lambda at: happened.append("second"))
    line.put(NOW - timedelta(hours=1), lambda at: line.put(at, lambda _: happened.append("follows")))
    line.put(NOW - timedelta(hours=1), lambda at: happened.append("first"))
    line.put(NOW + timedelta(hours=1), lambda at: happened.append("too late"))
    line.run(NOW, each=lambda moment: None)
    assert happened == ["first", "follows", "second"]


def test_names_are_told_apart() -> None:
    assert user_names({"a": "王伟", "b": "欧阳伟", "c": "王芳"}, latin_surnames()) == {
        "a": "wang01",
        "b": "ouyang01",
        "c": "wang02",
    }
    nicknames = {
        "a": "辅警小王",
        "b": "王警官",
        "c": "辅警小王",
        "d": "欧阳警官",
        "e": "欧阳警官",
        "f": "欧阳警官",
        "g": "王家村第三网格长",
        "h": "王家村第三网格长",
    }
    names = {
        "a": "王伟",
        "b": "王军",
        "c": "王芳",
        "d": "欧阳伟",
        "e": "欧阳芳",
        "f": "欧阳芳",
        "g": "王伟",
        "h": "李军",
    }
    assert told_apart(nicknames, names, latin_surnames()) == {
        "a": "辅警王伟",
        "b": "王警官",
        "c": "辅警王芳",
        "d": "欧阳伟警官",
        "e": "欧阳芳警官",
        "f": "欧阳芳警官2",
        "g": "王家村第三网格长王伟",
        "h": "王家村第三网格长李军",
    }


@pytest.mark.parametrize("category", ["05-01-01", "08-01-03", "03-04-03", "10-01-01", "04-02-01"])
def test_every_category_has_a_picture_of_the_result(category: str) -> None:
    assert after_the_work(category) in {*KINDS, *PLACES}
