"""A town whose safety is graded: twelve stations, three years of counts, the month before last published."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from django.test import Client
from django.utils import timezone
from tests.factories.town import Town

from maplebridge.grading import actions
from maplebridge.grading.domain.areas import AreaKind
from maplebridge.grading.domain.counts_file import ReadCounts
from maplebridge.grading.domain.method import Indicator as Rule
from maplebridge.grading.domain.method import Method as Rules
from maplebridge.grading.domain.method import Source
from maplebridge.grading.models import Area, GradingMonth, MapEdition, SurveyRound
from maplebridge.kernel.periods import Month
from maplebridge.people.models import Account

BACKEND = "django.contrib.auth.backends.ModelBackend"
SINCE = date(2020, 1, 1)
RESIDENTS = 30_000


@dataclass
class Graded:
    areas: list[Area]
    beat: Area
    month: Month  # of the edition; the one after it is over and not closed yet
    edition: MapEdition
    beats: GradingMonth
    round: SurveyRound

    def file_of(self, month: Month) -> bytes:
        """Return a spreadsheet of a month, as a station's clerk would bring it."""
        rows = [f"{area.code},{month},{11 + number % 3}" for number, area in enumerate(self.areas)]
        return ("area,month,theft\n" + "\n".join(rows) + "\n").encode()


def grade_town(town: Town, now: datetime) -> Graded:
    """Bring in areas, method and counts, and publish the month before last."""
    month = Month.of(timezone.localdate(now)) - 2
    areas = [
        _area(AreaKind.STATION, f"Z{at:02}", f"第{at}派出所", f"Station {at}", at) for at in range(1, 13)
    ]
    areas[0].grids.add(town.resident.building.grid)  # type: ignore[union-attr]  # the factory gave them a home
    beat = _area(AreaKind.BEAT, "G01", "第1管区", "Beat 1", 1)
    _method(town, now)
    chance = np.random.default_rng(5)
    for kind, counted in ((AreaKind.STATION, areas), (AreaKind.BEAT, [beat])):
        read = {
            month - back: {area.pk: int(chance.poisson(12)) for area in counted} for back in range(35, -1, -1)
        }
        there = {"residents": {month - 35: {area.pk: RESIDENTS for area in counted}}}
        actions.enter_counts(
            kind=kind, read=ReadCounts({"theft": read}, there, [], 0), source="t", by_id=None, now=now
        )
    beats = _released(AreaKind.BEAT, month, town)
    stations = _released(AreaKind.STATION, month, town)
    out = month.last + timedelta(days=12)
    edition = actions.publish(month_id=stations.pk, by_id=town.analyst.pk, now=_noon(out), today=out)
    one = actions.open_round(
        month=month + 2, questions=[], opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=1)
    )
    return Graded(areas, beat, month, edition, beats, one)


def _area(kind: AreaKind, code: str, name: str, english: str, at: int) -> Area:
    west, south = 101.7 + at % 4 * 0.02, 36.6 + at // 4 * 0.02
    ring = [
        [west, south],
        [west + 0.02, south],
        [west + 0.02, south + 0.02],
        [west, south + 0.02],
        [west, south],
    ]
    return actions.lay_out_area(
        kind=kind,
        code=code,
        name=name,
        name_en=english,
        valid_from=SINCE,
        boundary={"type": "Polygon", "coordinates": [ring]},
    )


def _method(town: Town, now: datetime) -> None:
    actions.define_indicator(
        code="theft",
        valid_from=SINCE,
        name_zh="盗窃警情",
        name_en="Theft",
        source=Source.FILE,
        denominator="residents",
    )
    rule = Rule("theft", "盗窃警情", Source.FILE, (), "residents", 1.0)
    one = actions.make_method(
        rules=Rules(version="1", valid_from=SINCE, indicators=(rule,)),
        reason="begin",
        by_id=town.analyst.pk,
        now=now,
    )
    actions.confirm_method(method_id=one.pk, by_id=town.supervisor.pk)


def _released(kind: AreaKind, month: Month, town: Town) -> GradingMonth:
    day = month.last + timedelta(days=2)
    one = actions.close_month(
        kind=kind, month=month, by_id=town.analyst.pk, now=_noon(day), today=day, explanation="looked at"
    )
    one = actions.propose(month_id=one.pk, by_id=town.analyst.pk, now=_noon(day))
    for reviewer in (town.supervisor, town.administrator):
        if one.state == "proposed":
            one = actions.review(month_id=one.pk, releases=True, words="", by_id=reviewer.pk, now=_noon(day))
    one.refresh_from_db()
    return one


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=timezone.get_default_timezone())


def seen_by(town: Town, role: str) -> Client:
    """Return a browser in which somebody of the town is signed in by the name of their role; nobody, without one."""
    client = Client()
    if role:
        client.force_login(Account.objects.get(person=getattr(town, role)), BACKEND)
    return client
