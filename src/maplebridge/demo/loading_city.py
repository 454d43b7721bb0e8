"""The invented city, brought in through the same actions as a town's own five years: counts, method, months."""

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.db import transaction
from django.utils import timezone
from shapely.geometry import Polygon, shape
from shapely.ops import unary_union

from maplebridge.demo.city import INDICATORS, YEARS, City, CityArea, invent_city
from maplebridge.demo.loading_survey import ask_residents, count_by_age
from maplebridge.grading import actions, queries
from maplebridge.grading.actions import analysis as reports
from maplebridge.grading.domain.analysis import CLEARED, PREVENTABLE, Period, Span
from maplebridge.grading.domain.areas import AreaKind
from maplebridge.grading.domain.counts_file import ReadCounts
from maplebridge.grading.domain.method import Against, Kind, Method, Source
from maplebridge.grading.domain.method import Indicator as Rule
from maplebridge.grading.domain.questionnaire import Question
from maplebridge.grading.domain.reports import ReportRefused
from maplebridge.grading.queries import analysis
from maplebridge.kernel.periods import Month
from maplebridge.kernel.statistics.composite import Direction
from maplebridge.people import queries as people
from maplebridge.people.domain.roles import Role
from maplebridge.places import queries as places

EDITIONS = 6  # half a year of maps
BEAT_MONTHS = 1
COUNTED_ON = date(2020, 11, 1)  # the census
RATE_BANDS = (0.93, 1.25, 1.6, 2.1)
SHARE_BANDS = (0.72, 0.6, 0.5, 0.4)
SCORE_BANDS = (78.0, 68.0, 56.0, 42.0)
SATISFACTION = "satisfaction"
UNDERTAKINGS = (  # under the latest map first
    "三个车棚装上了门禁，夜里十点到两点有民警和辅警走一趟。反诈宣传进楼栋，本月先走老旧院落。",
    "居民反映最多的三个路口，早晚高峰有人值守。警务室每周三晚上多开两小时，有事可以来坐坐。",
    "和物业一起查了全部单元门，坏的十一扇已经修好。",
)


def city_is_loaded(now: datetime) -> bool:
    return queries.areas_on(AreaKind.STATION, now.date()).exists()


@transaction.atomic
def load_city(*, now: datetime, seed: int) -> None:
    """Bring in the city and let it publish its maps, the last month that is over included."""
    last = Month.of(timezone.localdate(now)) - 1
    months = [last - back for back in range(YEARS * 12 - 1, -1, -1)]
    name, ground, grid_ids = _own_ground(now)
    city = invent_city(own=(name, ground), first_month=months[0].number, months=len(months), seed=seed)
    own = {city.stations[0].code: grid_ids}
    stations = _lay_out(city.stations, AreaKind.STATION, {}, months[0].first, own)
    beats = _lay_out(city.beats, AreaKind.BEAT, stations, months[0].first, {})
    _define(months[0].first)
    _enter(city, stations, beats, months, now)
    analyst, *reviewers = _hands(now)
    one = actions.make_method(
        rules=_rules(months[0]),
        reason="首版：四项客观指标加居民安全感",
        by_id=analyst,
        now=_noon(months[0].first),
    )
    actions.confirm_method(method_id=one.pk, by_id=reviewers[0])
    for month in months[-EDITIONS:]:
        _publish(AreaKind.STATION, month, analyst, reviewers, now)
    for month in months[-BEAT_MONTHS:]:
        _publish(AreaKind.BEAT, month, analyst, reviewers, now)
    _undertake(stations[city.stations[0].code], now)
    ask_residents(last + 1, city, stations, now=now, seed=seed)
    _count_beside(city, stations, months, now, seed)


def _hands(now: datetime) -> list[int]:
    """Return who makes the maps and reports, and after them who may release what these have made."""
    roles = (Role.ANALYST, Role.SUPERVISOR, Role.ADMINISTRATOR)
    return list(dict.fromkeys(one for role in roles for one in people.holders_of(role, now.date())))


def _own_ground(now: datetime) -> tuple[str, Polygon, list[int]]:
    """Return the name of the town's own station, its ground, and the grids on it."""
    sectors = places.sectors_in_force(now.date())
    whole = unary_union([shape(one.boundary).buffer(1e-4) for one in sectors if one.boundary])
    grids = {grid for one in sectors for grid in places.grids_of_sector(one.pk)}
    hull = whole.convex_hull
    assert isinstance(hull, Polygon)
    return sectors[0].station, hull, sorted(grids)


def _lay_out(
    areas: tuple[CityArea, ...],
    kind: AreaKind,
    parents: dict[str, Any],
    since: date,
    grounds: dict[str, list[int]],
) -> dict[str, Any]:
    made = {}
    for one in areas:
        made[one.code] = actions.lay_out_area(
            kind=kind,
            code=one.code,
            name=one.name,
            name_en=one.name_en,
            parent=parents.get(one.parent or ""),
            boundary=one.polygon,
            grid_ids=grounds.get(one.code, ()),
            valid_from=since,
        )
        actions.count_population(
            area=made[one.code], of="residents", number=one.residents, as_of=COUNTED_ON, source="人口普查"
        )
        if kind == AreaKind.STATION:
            count_by_age(made[one.code], one.residents, COUNTED_ON)
    return made


def _define(since: date) -> None:
    for one in INDICATORS:
        actions.define_indicator(
            code=one.code,
            valid_from=since,
            name_zh=one.name_zh,
            name_en=one.name_en,
            meaning_zh=one.meaning_zh,
            meaning_en=one.meaning_en,
            source=Source.FILE,
            denominator="residents",
        )
    actions.define_indicator(
        code=SATISFACTION,
        valid_from=since,
        name_zh="居民安全感",
        name_en="Residents feel safe",
        meaning_zh="每月问卷中觉得安全或很安全的居民比例。",
        meaning_en="The share of residents who say in the monthly survey that they feel safe or very safe.",
        source=Source.SURVEY,
        counted=[Question.SAFE],
        denominator="answers",
    )


def _rules(first: Month) -> Method:
    rates = tuple(
        Rule(
            code=one.code,
            name=one.name_zh,
            source=Source.FILE,
            classes=(),
            denominator="residents",
            weight=one.weight,
            bands=RATE_BANDS,
            against=Against.TOWN,
        )
        for one in INDICATORS
    )
    share = Rule(
        code=SATISFACTION,
        name="居民安全感",
        source=Source.SURVEY,
        classes=(),
        denominator="answers",
        weight=0.2,
        bands=SHARE_BANDS,
        kind=Kind.SHARE,
        direction=Direction.MORE_IS_BETTER,
    )
    return Method(version="1", valid_from=first.first, indicators=(*rates, share), bands=SCORE_BANDS)


def _enter(
    city: City, stations: dict[str, Any], beats: dict[str, Any], months: list[Month], now: datetime
) -> None:
    """Enter five years of counts as from a spreadsheet, and the answers of earlier rounds as they were added up."""
    for kind, areas, numbers in (
        (AreaKind.STATION, stations, city.station_counts),
        (AreaKind.BEAT, beats, city.beat_counts),
    ):
        ids = [area.pk for area in areas.values()]
        read = {
            one.code: {
                month: dict(zip(ids, map(int, numbers[:, place, depth]), strict=True))
                for depth, month in enumerate(months)
            }
            for place, one in enumerate(INDICATORS)
        }
        actions.enter_counts(
            kind=kind, read=ReadCounts(read, {}, [], 0), source="警情月报", by_id=None, now=now
        )
    ids = [area.pk for area in stations.values()]
    satisfaction = queries.indicator_named(SATISFACTION)
    for depth, month in enumerate(months):
        actions.enter_sheet(
            indicator=satisfaction,
            kind=AreaKind.STATION,
            month=month,
            counts=dict(zip(ids, map(float, city.answers[:, depth, 0]), strict=True)),
            denominators=dict(zip(ids, map(float, city.answers[:, depth, 1]), strict=True)),
            source="居民问卷",
            by_id=None,
            now=now,
        )


def _publish(kind: AreaKind, month: Month, analyst: int, reviewers: list[int], now: datetime) -> None:
    """Take one month as far as it would be by now: the latest ones are still on their way."""
    closed, proposed = month.last + timedelta(days=2), month.last + timedelta(days=3)
    if proposed > timezone.localdate(now):
        return
    one = actions.close_month(
        kind=kind,
        month=month,
        by_id=analyst,
        now=_noon(closed),
        today=closed,
        explanation="已与派出所逐一核对",
    )
    actions.propose(month_id=one.pk, by_id=analyst, now=_noon(proposed))
    released = proposed + timedelta(days=5)
    if released > timezone.localdate(now):
        return
    for reviewer in reviewers[: queries.reviewers_needed(one)]:
        actions.review(month_id=one.pk, releases=True, words="", by_id=reviewer, now=_noon(released))
    out = proposed + timedelta(days=7)
    if kind == AreaKind.STATION and out <= timezone.localdate(now):
        actions.publish(month_id=one.pk, by_id=analyst, now=_noon(out), today=out)


def _undertake(own: Any, now: datetime) -> None:
    """Let our own station say under its last maps what it does."""
    officer = people.standing_of(people.holders_of(Role.OFFICER, now.date())[0], now.date())
    for words, published in zip(UNDERTAKINGS, queries.public_history(own.code), strict=False):
        edition = published.edition
        actions.undertake(
            area=own,
            month=Month.of(edition.month.month),
            words=words,
            by=officer,
            now=min(edition.published_at + timedelta(days=1), now),
        )


def _count_beside(
    city: City, stations: dict[str, Any], months: list[Month], now: datetime, seed: int
) -> None:
    """Enter what reports tell and no color depends on: thefts that could have been prevented, and clear-ups."""
    chance = np.random.default_rng(seed)
    thefts = city.station_counts[:, 0, :]
    ids = [area.pk for area in stations.values()]
    for code, name, english, share in (
        (PREVENTABLE, "可防性案件", "Preventable offenses", 0.6),
        (CLEARED, "破案", "Clear-ups", 0.35),
    ):
        actions.define_indicator(
            code=code,
            valid_from=months[0].first,
            name_zh=name,
            name_en=english,
            source=Source.FILE,
            denominator="residents",
        )
        counts = chance.binomial(thefts, share)
        read = {
            month: dict(zip(ids, map(int, counts[:, depth]), strict=True))
            for depth, month in enumerate(months)
        }
        actions.enter_counts(
            kind=AreaKind.STATION,
            read=ReadCounts({code: read}, {}, [], 0),
            source="刑侦月报",
            by_id=None,
            now=now,
        )


@transaction.atomic
def load_reports(*, now: datetime) -> None:
    """See that the last reports are there; the month before last is read and released."""
    last = Month.of(timezone.localdate(now)) - 1
    analyst, reviewer, *_others = _hands(now)
    wanted = [Period(Span.MONTH, last - 1), Period(Span.MONTH, last), Period.over(Span.QUARTER, now.date())]
    first, *_later = [_drafted(one, analyst, now) for one in wanted]
    reports.ask_release(report_id=first.pk, by_id=analyst, now=now)
    reports.release(report_id=first.pk, seen=analysis.seal_of(first), by_id=reviewer, now=now)


def _drafted(period: Period, analyst: int, now: datetime) -> Any:
    """Draft a report; where a server that runs beside was faster, draft it anew with the counts of the city."""
    try:
        return reports.draft(period=period, by_id=None, now=now)
    except ReportRefused:
        there = analysis.latest_report(period)
        if there is None:
            raise
        return reports.draft_anew(report_id=there.pk, by_id=analyst, now=now)


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=timezone.get_default_timezone())
