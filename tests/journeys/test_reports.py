"""The report of a month, from the analyst's desk to the leader's phone, with the taps it takes."""

import pytest
from django.utils import timezone
from tests.factories.graded import Graded, grade_town
from tests.factories.town import Town
from tests.journeys.people import Seat

from maplebridge.grading.actions import analysis as actions
from maplebridge.grading.domain.analysis import Period, Span
from maplebridge.grading.models import Report

WORDS = "本月盗窃警情与往常相当，巡逻照旧。"


@pytest.fixture
def report(town: Town) -> Report:
    graded: Graded = grade_town(town, timezone.now())
    return actions.draft(period=Period(Span.MONTH, graded.month), by_id=None, now=town.now)


def test_an_analyst_edits_and_asks_and_a_leader_releases_and_takes_the_file(
    town: Town, report: Report, somebody: Seat
) -> None:
    analyst = somebody(town.analyst, phone=False)
    analyst.open(f"/reports/{report.pk}/")
    wrong = analyst.violations()
    section = analyst.page.locator("#incidents")
    analyst.tap(section.locator("details.edit summary"))
    section.locator("textarea").fill(WORDS)
    analyst.tap(section.locator("details.edit button"))
    analyst.sees(WORDS)
    analyst.tap("提请签发")
    analyst.sees("待签发")
    assert analyst.taps == 3

    leader = somebody(town.supervisor)
    leader.open("/leaders/")
    assert not leader.wider_than_the_screen()
    wrong += leader.violations()
    leader.open(f"/reports/{report.pk}/")
    leader.sees("已修改")
    assert not leader.wider_than_the_screen()
    wrong += leader.violations()
    leader.tap("签发这份报告")
    leader.sees("签发人")
    with leader.page.expect_download() as given:
        leader.tap("Word", role="link")
    assert given.value.suggested_filename.endswith(".docx")
    assert leader.taps == 2
    report.refresh_from_db()
    assert report.released_by_id == town.supervisor.pk
    assert wrong == []
