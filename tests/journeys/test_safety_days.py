"""The days of those who work with safety grading: what each does most, with the taps it takes."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from tests.factories.graded import Graded, grade_town
from tests.factories.past import planted, quiet_past
from tests.factories.town import Town
from tests.journeys.people import Seat

from maplebridge.advisories.models import TemplateVersion
from maplebridge.grading import actions
from maplebridge.grading.models import Answer, EarlyWarning, Invitation, Undertaking
from maplebridge.mediation.models import SweepResult
from maplebridge.people.models import Person

WORDS = "三个车棚装上了门禁，夜里有人走一趟。"


@pytest.fixture
def graded(town: Town) -> Graded:
    return grade_town(town, timezone.now())


def test_a_station_officer_says_what_the_area_does_and_reads_why(
    somebody: Seat, town: Town, graded: Graded
) -> None:
    officer = somebody(town.officer)
    officer.open("/safety/")
    officer.tap("第1派出所", role="link")
    officer.sees("为什么是这个颜色")
    officer.write(officer.page.locator("textarea[name=words]"), WORDS)
    officer.tap("公布这段话")
    officer.sees(WORDS)
    assert officer.taps == 2
    assert Undertaking.objects.get().role == "officer"
    wrong = officer.violations()
    assert not officer.wider_than_the_screen(), officer.widest()
    assert wrong == []


def test_whoever_rings_residents_asks_one_misses_one_and_leaves_one_alone(
    somebody: Seat, town: Town, graded: Graded
) -> None:
    Person.objects.filter(building__isnull=False).update(consented_at=timezone.now())
    analyst = somebody(town.analyst, phone=False)
    analyst.open("/survey/round/")
    analyst.write(analyst.page.locator("input[name=links]"), "0")
    analyst.write("每个地区电话访问的人数", "3")
    analyst.tap(analyst.page.locator("form[action$='/draw/'] button"))
    analyst.page.wait_for_load_state()
    drawn = Invitation.objects.filter(mode="phone").count()
    assert drawn >= 2
    wrong = analyst.violations()
    analyst.open("/survey/interviews/")
    analyst.taps = 0

    analyst.tap(analyst.page.locator("a.btn-main"))
    for answer in ("安全", "满意", "知道"):
        analyst.tap(analyst.page.get_by_role("radio", name=answer, exact=True).first)
    wrong += analyst.violations()
    analyst.tap("记下答案")
    analyst.page.wait_for_url("**/survey/interviews/")
    assert (Answer.objects.get().mode, analyst.taps) == ("phone", 5)

    analyst.tap(analyst.page.locator("a.btn-main"))
    analyst.tap("没人接")
    analyst.page.wait_for_url("**/survey/interviews/")
    assert Invitation.objects.filter(tries=1).count() == 1
    wrong += analyst.violations()
    assert wrong == []


def test_a_supervisor_confirms_sends_a_round_and_words_a_template_and_a_leader_reads(
    somebody: Seat, town: Town, graded: Graded
) -> None:
    quiet_past(town)
    planted(town, matters=14)
    actions.watch(now=town.now)
    EarlyWarning.objects.filter(state="new").update(
        state="confirmed", reason="one_cause", decided_by=town.supervisor, decided_at=town.now
    )
    one = EarlyWarning.objects.filter(state="confirmed").latest("pk")
    supervisor = somebody(town.supervisor, phone=False)
    supervisor.open(f"/warnings/{one.pk}/")
    supervisor.tap("在那里安排排查")
    supervisor.tap("去看排查")
    supervisor.sees("预警")
    assert supervisor.taps == 2
    assert SweepResult.objects.get().grid_id == town.grid.pk

    supervisor.open("/advisories/templates/")
    wrong = supervisor.violations()
    supervisor.tap("修改：冒充客服退款", role="link")
    wrong += supervisor.violations()
    supervisor.write("一句话：该怎么做", "陌生电话说退款就挂断")
    supervisor.tap("保存")
    supervisor.sees("本地写的")
    assert supervisor.taps == 4
    assert TemplateVersion.objects.get().valid_from >= timezone.localdate() - timedelta(days=1)

    leader = somebody(town.supervisor)
    leader.open("/leaders/")
    expect(leader.page.locator("main .report-table").first).to_be_visible()
    assert not leader.wider_than_the_screen(), leader.widest()
    wrong += leader.violations()
    assert wrong == []
