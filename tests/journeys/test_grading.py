"""The safety map from the file of counts to the resident who asks why, with the taps it takes."""

from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from tests.factories.graded import Graded, grade_town
from tests.factories.town import Town
from tests.journeys.people import Seat

from maplebridge.grading.models import Answer, Comment, GradingMonth


@pytest.fixture
def graded(town: Town) -> Graded:
    return grade_town(town, timezone.now())


def test_a_resident_sees_without_signing_in_what_color_an_area_has_and_why(
    somebody: Seat, graded: Graded
) -> None:
    one = somebody()
    one.open("/safety/")
    expect(one.page.locator("#safety-map[data-ready]")).to_be_visible()
    wrong = one.violations()

    one.tap("第1派出所", role="link")

    one.sees("为什么是这个颜色")
    one.sees("盗窃警情")
    assert one.taps == 1
    wrong += one.violations()
    for path in ("/safety/method/", "/safety/embedded/", "/survey/code/"):
        one.open(path)
        assert not one.wider_than_the_screen(), path
        wrong += one.violations()
    assert wrong == []


def test_a_resident_answers_the_survey_of_the_month(somebody: Seat, town: Town, graded: Graded) -> None:
    one = somebody(town.resident)
    one.open("/groups/")

    one.tap("填写问卷", role="link")
    for answer in ("很安全", "满意", "知道"):
        one.tap(one.page.get_by_role("radio", name=answer, exact=True).first)
    wrong = one.violations()
    one.tap("提交")

    one.sees("谢谢")
    assert one.taps == 5
    assert Answer.objects.get().marks == {"safe": 5, "officers": 4, "map": 5}
    assert wrong == []


def test_a_month_goes_from_a_file_to_its_release_and_a_station_contradicts(
    somebody: Seat, town: Town, graded: Graded, tmp_path: Path
) -> None:
    month = graded.month + 1
    file = tmp_path / "counts.csv"
    file.write_bytes(graded.file_of(month))
    analyst = somebody(town.analyst, phone=False)
    analyst.open("/grading/")
    analyst.tap("录入数字", role="link")
    analyst.page.set_input_files("input[type=file]", file)
    analyst.tap("检查文件")
    wrong = analyst.violations()
    analyst.tap(analyst.page.locator("form[action$='/accept/'] button"))
    analyst.page.wait_for_load_state()
    analyst.open("/grading/")
    analyst.tap(analyst.page.locator("form button.btn-main").first)  # close the counts of the stations
    if analyst.page.get_by_label("为什么这些数字没错").count():
        wrong += analyst.violations()
        analyst.write("为什么这些数字没错", "已与派出所核对")
        analyst.tap(analyst.page.locator("main form button.btn-main"))
    analyst.tap(analyst.page.locator("form[action$='/propose/'] button"))
    expect(analyst.page.locator("tr[data-area]")).to_have_count(len(graded.areas))
    wrong += analyst.violations()
    one = GradingMonth.objects.get(kind="station", month=month.first)
    assert one.state == "proposed"
    assert analyst.taps <= 7

    officer = somebody(town.officer)
    officer.open(f"/grading/months/{one.pk}/")
    officer.tap("第1派出所", role="link")
    officer.write(officer.page.locator("textarea[name=words]"), "辖区新开了夜市，人多了。")
    officer.tap(officer.page.locator("input[name=contradicts]"))
    officer.tap(officer.page.locator("main form button.btn-main"))
    officer.sees("辖区新开了夜市，人多了。")
    assert officer.taps == 3
    assert not officer.wider_than_the_screen()
    wrong += officer.violations()

    analyst.open(f"/grading/months/{one.pk}/areas/{graded.areas[0].pk}/")
    analyst.write(analyst.page.locator("textarea[name=words]").first, "已计入，下月再看。")
    analyst.tap(analyst.page.locator("form[action$='/answer/'] button"))
    analyst.sees("已计入，下月再看。")
    assert Comment.objects.get().contradicts

    supervisor = somebody(town.supervisor, phone=False)
    supervisor.open(f"/grading/months/{one.pk}/")
    supervisor.tap(supervisor.page.locator("button[name=releases][value=yes]"))
    supervisor.page.wait_for_load_state()
    one.refresh_from_db()
    assert (one.state, supervisor.taps) == ("reviewed", 1)
    for path in ("/survey/results/", "/survey/interviews/"):
        analyst.open(path)
        wrong += analyst.violations()
    assert wrong == []
