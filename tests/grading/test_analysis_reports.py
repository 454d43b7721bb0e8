"""Reports from draft to release: two people, sealed, never edited afterwards; the pages and files that show them."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone, translation
from tests.factories.graded import Graded, grade_town
from tests.factories.printed import read_pdf, read_word
from tests.factories.town import Town, make_town

from maplebridge.grading import actions as grading
from maplebridge.grading.actions import analysis as actions
from maplebridge.grading.domain.analysis import Period, Span
from maplebridge.grading.domain.areas import AreaKind
from maplebridge.grading.domain.counts_file import ReadCounts
from maplebridge.grading.domain.reports import ReportRefused
from maplebridge.grading.models import Report
from maplebridge.grading.queries import analysis as queries
from maplebridge.grading.sweeps import LOOK_EVERY, Monthly
from maplebridge.matters import actions as matters
from maplebridge.matters.models import Matter, TownRule
from maplebridge.matters.sweeps import add_up
from maplebridge.people import queries as people
from maplebridge.people.models import Person
from maplebridge.platform.freshness import forget

OWN_WORDS = "本月盗窃警情与往常相当。"


@pytest.fixture
def town(db: None) -> Town:
    return make_town(timezone.now())


@pytest.fixture
def graded(town: Town) -> Graded:
    return grade_town(town, timezone.now())


@pytest.fixture
def report(town: Town, graded: Graded) -> Report:
    return actions.draft(period=Period(Span.MONTH, graded.month), by_id=None, now=town.now)


def client_of(person: Person) -> Client:
    client = Client()
    account = people.account_of(person.pk)
    assert account is not None
    client.force_login(account)
    return client


def section(one: Report, code: str) -> dict[str, Any]:
    return next(each for each in one.body["sections"] if each["code"] == code)


def release(one: Report, town: Town) -> Report:
    actions.ask_release(report_id=one.pk, by_id=town.analyst.pk, now=town.now)
    seen = queries.seal_of(Report.objects.get(pk=one.pk))
    return actions.release(report_id=one.pk, seen=seen, by_id=town.supervisor.pk, now=town.now)


def refusal(code: str) -> AbstractContextManager[pytest.ExceptionInfo[ReportRefused]]:
    return pytest.raises(ReportRefused, match=f"^{code}$")


# What a draft says -------------------------------------------------------------------------------------------


def test_a_draft_counts_what_was_imported_and_says_what_is_missing(report: Report, graded: Graded) -> None:
    [theft, preventable, cleared] = section(report, "incidents")["figures"]
    assert theft["value"] > 100  # twelve areas with about twelve each
    assert {each["against"]: each["why"] for each in theft["changes"]} == {
        "before": None,
        "year_before": None,
    }
    assert (preventable["value"], preventable["why"]) == (None, "not_counted")
    assert cleared["why"] == "not_counted"
    assert "可防性案件：未统计。" in report.drafted["incidents"]
    assert section(report, "matters")["missing"]
    assert "本期没有统计" in report.drafted["matters"]
    assert "没有做过预警分析" in report.drafted["warnings"]
    assert sum(number for _color, number in section(report, "areas")["counts"]) == len(graded.areas)


def test_every_figure_has_a_source_in_the_list(report: Report) -> None:
    listed = {each["code"] for each in report.body["sources"]}
    told = {
        figure["source"]
        for each in report.body["sections"]
        for figure in each["figures"]
        if figure["value"] is not None
    }
    assert told
    assert told <= listed


def test_matters_of_a_month_in_which_counting_began_are_told_and_not_compared(
    town: Town, graded: Graded
) -> None:
    for _ in range(12):
        message = town.says("楼上漏水了，墙都裂了")
        matters.raise_matter(
            origin=Matter.Origin.GROUP,
            text="楼上漏水了，墙都裂了",
            thread_id=message.thread_id,
            reporter_id=town.neighbor.pk,
            judged=matters.Judged(category="05-01-01", severity=2, decided=True, lead="property"),
            where=matters.Where(grid_id=town.entrance_grid.pk, estate_id=town.estate.pk),
            message_id=message.pk,
            now=town.now,
        )
    for _ in range(4):  # the present month and three before it
        add_up(now=town.now)
    later = timezone.localtime(town.now).replace(day=15) + timedelta(days=31)
    body = queries.body_of(Period.over(Span.MONTH, later.date()), later)
    told = next(each for each in body["sections"] if each["code"] == "matters")
    raised = told["figures"][0]
    assert raised["value"] == 12
    assert {each["why"] for each in raised["changes"]} <= {"not_whole", "not_counted"}
    [row] = next(each for each in body["sections"] if each["code"] == "raised_most")["rows"]
    assert (row["code"], row["low"], row["high"]) == ("05", 12, 12)


def test_a_month_that_goes_on_has_no_report(town: Town, graded: Graded) -> None:
    with refusal("not_over"):
        actions.draft(period=Period(Span.MONTH, graded.month + 2), by_id=town.analyst.pk, now=town.now)


def test_a_town_without_any_count_has_nothing_to_report(town: Town) -> None:
    with refusal("nothing_known"):
        actions.draft(
            period=Period.over(Span.MONTH, timezone.localdate(town.now)), by_id=town.analyst.pk, now=town.now
        )


# From draft to release -----------------------------------------------------------------------------------------


def test_whoever_edited_or_asked_does_not_release_and_the_change_stays_visible(
    town: Town, report: Report
) -> None:
    first = report.drafted["incidents"]
    actions.edit(
        report_id=report.pk, section="incidents", words=OWN_WORDS, by_id=town.supervisor.pk, now=town.now
    )
    with refusal("not_asked"):
        actions.release(report_id=report.pk, seen="", by_id=town.supervisor.pk, now=town.now)
    actions.ask_release(report_id=report.pk, by_id=town.analyst.pk, now=town.now)
    report.refresh_from_db()
    seen = queries.seal_of(report)
    for hand in (town.supervisor, town.analyst):
        with refusal("own_words"):
            actions.release(report_id=report.pk, seen=seen, by_id=hand.pk, now=town.now)
    page = client_of(town.supervisor).get(f"/reports/{report.pk}/").content.decode()
    assert OWN_WORDS in page
    assert first.split("\n")[0] in page
    assert "督办员" in page
    assert 'name="releases"' not in page


def test_what_was_not_read_is_not_released(town: Town, report: Report) -> None:
    actions.ask_release(report_id=report.pk, by_id=town.analyst.pk, now=town.now)
    seen = queries.seal_of(Report.objects.get(pk=report.pk))
    actions.edit(
        report_id=report.pk, section="areas", words="另有说明。", by_id=town.analyst.pk, now=town.now
    )
    with refusal("not_asked"):
        actions.release(report_id=report.pk, seen=seen, by_id=town.supervisor.pk, now=town.now)
    actions.ask_release(report_id=report.pk, by_id=town.analyst.pk, now=town.now)
    with refusal("changed_meanwhile"):
        actions.release(report_id=report.pk, seen=seen, by_id=town.supervisor.pk, now=town.now)


def test_a_report_that_is_sent_back_says_why_and_is_asked_for_again(town: Town, report: Report) -> None:
    actions.ask_release(report_id=report.pk, by_id=town.analyst.pk, now=town.now)
    with refusal("words_needed"):
        actions.send_back(report_id=report.pk, words=" ", by_id=town.supervisor.pk)
    actions.send_back(report_id=report.pk, words="请说明缺数原因", by_id=town.supervisor.pk)
    assert "请说明缺数原因" in client_of(town.analyst).get(f"/reports/{report.pk}/").content.decode()
    assert release(report, town).released_by_id == town.supervisor.pk


def test_nothing_is_edited_after_release(town: Town, report: Report) -> None:
    release(report, town)
    deeds: list[Callable[[], Report]] = [
        lambda: actions.edit(
            report_id=report.pk, section="areas", words="x", by_id=town.analyst.pk, now=town.now
        ),
        lambda: actions.draft_anew(report_id=report.pk, by_id=town.analyst.pk, now=town.now),
        lambda: actions.ask_release(report_id=report.pk, by_id=town.analyst.pk, now=town.now),
        lambda: actions.send_back(report_id=report.pk, words="x", by_id=town.supervisor.pk),
        lambda: actions.release(report_id=report.pk, seen="", by_id=town.supervisor.pk, now=town.now),
    ]
    before = queries.seal_of(Report.objects.get(pk=report.pk))
    for deed in deeds:
        with refusal("released_already"):
            deed()
    assert queries.seal_of(Report.objects.get(pk=report.pk)) == before


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE grading_report SET body = jsonb_set(body, '{sections,0,figures,0,value}', '1')",
        'UPDATE grading_report SET drafted = drafted || \'{"areas": "一切正常"}\'',
        "INSERT INTO grading_reportedit (report_id, section, words, made_by_id, made_at)"
        " SELECT id, 'areas', '一切正常', released_by_id, now() FROM grading_report",
    ],
)
def test_what_was_altered_in_the_database_is_seen_and_not_given_out(
    town: Town, report: Report, change: str
) -> None:
    assert queries.is_whole(release(report, town))
    with connection.cursor() as cursor:
        cursor.execute(change)
    assert not queries.is_whole(Report.objects.get(pk=report.pk))
    answer = client_of(town.supervisor).get(f"/reports/{report.pk}/report.pdf")
    assert answer.status_code == 409
    assert "改动了数据库" in answer.content.decode()


def test_a_correction_is_a_new_version_with_its_reason(town: Town, report: Report) -> None:
    with refusal("not_released"):
        actions.correct(report_id=report.pk, erratum="漏了一张表", by_id=town.analyst.pk, now=town.now)
    release(report, town)
    with refusal("words_needed"):
        actions.correct(report_id=report.pk, erratum=" ", by_id=town.analyst.pk, now=town.now)
    second = actions.correct(report_id=report.pk, erratum="漏了一张表", by_id=town.analyst.pk, now=town.now)
    with refusal("corrected_already"):
        actions.correct(report_id=report.pk, erratum="又漏了", by_id=town.analyst.pk, now=town.now)
    assert (second.version, second.corrects_id, second.released_at) == (2, report.pk, None)
    old = queries.get_report(report.pk)
    assert old is not None
    assert queries.is_whole(old)
    assert queries.state_of(old) == "corrected"


def test_taking_in_later_figures_keeps_what_was_edited(town: Town, graded: Graded, report: Report) -> None:
    actions.edit(report_id=report.pk, section="areas", words=OWN_WORDS, by_id=town.analyst.pk, now=town.now)
    one = actions.draft_anew(report_id=report.pk, by_id=town.analyst.pk, now=town.now + timedelta(hours=1))
    assert one.body["as_of"] > report.body["as_of"]
    assert queries.words_of(one)["areas"] == OWN_WORDS


# By itself -----------------------------------------------------------------------------------------------------


def on_day(day: int) -> datetime:
    return timezone.localtime(timezone.now()).replace(day=day, hour=6)


def set_day(town: Town, day: int) -> None:
    TownRule.objects.create(name="report_day", value=day, reason="-", valid_from=date(2020, 1, 1))
    forget()


def test_on_the_day_that_the_town_has_set_the_report_is_there_once(town: Town, graded: Graded) -> None:
    set_day(town, 20)
    month = Period.over(Span.MONTH, on_day(20).date())
    _count_last_month(graded, month)
    drafting = Monthly()
    drafting.step(on_day(19))
    assert not Report.objects.exists()
    for minutes in (0, 1, 30, 60):
        drafting.step(on_day(20) + timedelta(minutes=minutes))
        Monthly().step(on_day(20) + timedelta(minutes=minutes))  # another worker
    one = Report.objects.get(kind="month")
    assert (one.month, one.drafted_by_id) == (month.last.first, None)
    listed = client_of(town.analyst).get("/reports/").content.decode()
    assert f"/reports/{one.pk}/" in listed


def _count_last_month(graded: Graded, period: Period) -> None:
    read = {period.last: {area.pk: 14 for area in graded.areas}}
    grading.enter_counts(
        kind=AreaKind.STATION,
        read=ReadCounts({"theft": read}, {}, [], 0),
        source="t",
        by_id=None,
        now=timezone.now(),
    )


def test_a_draft_that_fails_holds_up_no_other_work(
    town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tries = []

    def broken(*, now: datetime) -> None:
        tries.append(now)
        raise ValueError("no")

    monkeypatch.setattr("maplebridge.grading.sweeps.draft_due", broken)
    drafting = Monthly()
    drafting.step(town.now)
    drafting.step(town.now + LOOK_EVERY / 2)
    drafting.step(town.now + LOOK_EVERY)
    assert len(tries) == 2
    assert "drafting a report failed" in caplog.text


# Pages and files -----------------------------------------------------------------------------------------------


def test_the_files_hold_the_figures_the_words_the_sources_and_a_map(town: Town, report: Report) -> None:
    actions.edit(
        report_id=report.pk, section="incidents", words=OWN_WORDS, by_id=town.analyst.pk, now=town.now
    )
    release(report, town)
    client = client_of(town.command)
    theft = section(report, "incidents")["figures"][0]["value"]
    pdf = read_pdf(client.get(f"/reports/{report.pk}/report.pdf").content)
    word = read_word(client.get(f"/reports/{report.pk}/report.docx").content)
    for text in ("".join(pdf.text.split()), "".join(word.split())):
        for told in (OWN_WORDS, f"{theft:,}", "盗窃警情", "数据来源", "签发", "第1派出所"):
            assert told in text, told
        assert "草稿" not in text
    assert "第1页" in "".join(pdf.pages[0].split())


def test_only_those_who_lead_and_analyze_read_reports(town: Town, report: Report) -> None:
    paths = ("/leaders/", "/reports/", f"/reports/{report.pk}/", f"/reports/{report.pk}/report.pdf")
    for person in (town.officer, town.grid_worker, town.resident, town.clerk):
        client = client_of(person)
        assert [client.get(path).status_code for path in paths] == [403] * 4
    for deed in ("ask", "release", "anew", "correct", "sections/areas"):
        assert client_of(town.command).post(f"/reports/{report.pk}/{deed}/").status_code == 403
    assert client_of(town.analyst).post(f"/reports/{report.pk}/release/").status_code == 403


def test_the_page_of_leaders_shows_the_same_figures_and_leads_on_only_where_one_may_go(
    town: Town, graded: Graded, report: Report
) -> None:
    theft = section(report, "incidents")["figures"][0]["value"]
    pages = {
        name: client_of(person).get("/leaders/", {"period": str(graded.month)}).content.decode()
        for name, person in (("supervisor", town.supervisor), ("analyst", town.analyst))
    }
    for page in pages.values():
        assert f"{theft:,}" in page
        assert "当前超期及原因" in page
    assert 'href="/oversight/"' in pages["supervisor"]
    assert "/oversight/?only=" not in pages["analyst"]
    assert client_of(town.supervisor).get("/leaders/", {"period": "2026-Q9"}).status_code == 200


def test_a_reader_of_english_gets_english_where_nobody_edited(town: Town, report: Report) -> None:
    actions.edit(report_id=report.pk, section="areas", words=OWN_WORDS, by_id=town.analyst.pk, now=town.now)
    with translation.override("en"):
        page = client_of(town.supervisor).get(f"/reports/{report.pk}/", headers={"accept-language": "en"})
    text = page.content.decode()
    assert OWN_WORDS in text
    assert "Preventable offenses: not counted." in text


def test_a_body_is_plain_json(report: Report) -> None:
    assert json.loads(json.dumps(report.body, allow_nan=False)) == report.body
