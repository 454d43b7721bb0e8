from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import count

import numpy as np
import pytest
from django.test import Client
from django.utils import timezone
from tests.factories.town import Town, make_town

from maplebridge.grading import actions, queries
from maplebridge.grading.actions import months
from maplebridge.grading.domain.analysis import Period, Span
from maplebridge.grading.domain.areas import AreaKind
from maplebridge.grading.domain.counts_file import ReadCounts
from maplebridge.grading.domain.method import Indicator as Rule
from maplebridge.grading.domain.method import Method as Rules
from maplebridge.grading.domain.method import Source
from maplebridge.grading.domain.publication import PublicationError, Reason
from maplebridge.grading.domain.transitions import CycleError, State
from maplebridge.grading.models import (
    Area,
    CountSheet,
    Grade,
    GradingMonth,
    MapEdition,
    Population,
    PublishedArea,
    Review,
)
from maplebridge.grading.queries.analyzed_areas import CountedAreas
from maplebridge.grading.queries.analyzed_areas import colors as reported_colors
from maplebridge.kernel.periods import Month
from maplebridge.platform.freshness import forget

STATION = AreaKind.STATION
MARCH = Month(2026, 3)
NOW = datetime(2026, 4, 2, 4, tzinfo=timezone.get_default_timezone())
TODAY = date(2026, 4, 2)
MONTHS = [MARCH - back for back in range(35, -1, -1)]
RULE = Rule(
    code="theft", name="盗窃", source=Source.FILE, classes=(), denominator="residents", weight=1.0, window=3
)


@pytest.fixture
def town(db: None) -> Town:
    return make_town(timezone.now())


@pytest.fixture
def areas(town: Town) -> list[Area]:
    return [
        actions.lay_out_area(
            kind=STATION, code=f"Z{number:02}", name=f"{number}号派出所", valid_from=date(2020, 1, 1)
        )
        for number in range(1, 13)
    ]


@pytest.fixture
def method(town: Town) -> None:
    actions.define_indicator(
        code="theft",
        valid_from=date(2020, 1, 1),
        name_zh="盗窃",
        name_en="Theft",
        source=Source.FILE,
        denominator="residents",
    )
    one = actions.make_method(
        rules=Rules(version="1", valid_from=date(2023, 1, 1), indicators=(RULE,)),
        reason="begin",
        by_id=town.analyst.pk,
        now=NOW,
    )
    actions.confirm_method(method_id=one.pk, by_id=town.supervisor.pk)


def enter(areas: list[Area], *, doubled: str = "") -> None:
    """Enter three years of counts with 30,000 residents each; one area may double in the last three months."""
    chance = np.random.default_rng(5)
    read: dict[Month, dict[int, int]] = {}
    for month in MONTHS:
        late = month > MARCH - 3
        read[month] = {
            area.pk: int(chance.poisson(40 if late and area.code == doubled else 12)) for area in areas
        }
    actions.enter_counts(
        kind=STATION,
        read=ReadCounts(
            {"theft": read}, {"residents": {MONTHS[0]: {area.pk: 30_000 for area in areas}}}, [], 0
        ),
        source="test",
        by_id=None,
        now=NOW,
    )


def close(town: Town, explanation: str = "looked at", *, month: Month = MARCH) -> GradingMonth:
    return actions.close_month(
        kind=STATION, month=month, by_id=town.analyst.pk, now=NOW, today=TODAY, explanation=explanation
    )


def test_a_month_goes_from_its_counts_to_colors_with_reasons(
    town: Town, areas: list[Area], method: None
) -> None:
    enter(areas, doubled="Z03")

    one = actions.propose(month_id=close(town).pk, by_id=town.analyst.pk, now=NOW)

    grades = {grade.area.code: grade for grade in queries.grades_of(one)}
    assert one.state == State.PROPOSED
    assert len(grades) == len(areas)
    assert grades["Z03"].color in ("red", "black")
    assert {grades[code].color for code in grades if code != "Z03"} <= {"green", "blue", "yellow"}
    assert all(abs(sum(grade.probabilities) - 1) < 1e-9 for grade in grades.values())
    assert grades["Z03"].why["indicators"][0]["code"] == "theft"


def test_a_month_computed_again_is_the_same_to_the_last_bit(
    town: Town, areas: list[Area], method: None
) -> None:
    enter(areas)
    one = actions.propose(month_id=close(town).pk, by_id=town.analyst.pk, now=NOW)

    assert months.recompute(GradingMonth.objects.get(pk=one.pk))


def test_a_later_correction_of_the_counts_leaves_the_month_as_it_was(
    town: Town, areas: list[Area], method: None
) -> None:
    enter(areas)
    one = actions.propose(month_id=close(town).pk, by_id=town.analyst.pk, now=NOW)
    enter(areas, doubled="Z01")

    assert months.recompute(GradingMonth.objects.get(pk=one.pk))


def test_a_sheet_altered_in_the_database_is_found(town: Town, areas: list[Area], method: None) -> None:
    enter(areas)
    one = actions.propose(month_id=close(town).pk, by_id=town.analyst.pk, now=NOW)
    sheet = CountSheet.objects.get(pk=one.sheets[0])
    CountSheet.objects.filter(pk=sheet.pk).update(counts=[0.0, *sheet.counts[1:]])

    with pytest.raises(queries.SheetAltered) as found:
        months.recompute(GradingMonth.objects.get(pk=one.pk))

    assert found.value.sheets == [sheet.pk]


@pytest.mark.parametrize(
    ("month", "today", "code"),
    [
        (MARCH, date(2026, 3, 31), "month_not_over"),
        (Month(2022, 12), TODAY, "no_method"),
    ],
)
def test_a_month_that_cannot_be_closed_says_why(
    town: Town, areas: list[Area], method: None, month: Month, today: date, code: str
) -> None:
    enter(areas)

    with pytest.raises(CycleError) as refused:
        actions.close_month(
            kind=STATION, month=month, by_id=None, now=NOW, today=today, explanation="looked at"
        )

    assert refused.value.code == code


def test_a_month_closed_twice_says_so(town: Town, areas: list[Area], method: None) -> None:
    enter(areas)
    close(town)

    with pytest.raises(CycleError, match="already_done"):
        close(town)


def test_an_odd_count_has_to_be_explained(town: Town, areas: list[Area], method: None) -> None:
    enter(areas)
    sheet = CountSheet.objects.get(month=MARCH.first)
    actions.enter_sheet(
        indicator=sheet.indicator,
        kind=STATION,
        month=MARCH,
        counts={areas[0].pk: 900.0},
        denominators={areas[0].pk: 30_000.0},
        source="slip",
        by_id=None,
        now=NOW,
    )

    with pytest.raises(CycleError, match="findings_not_explained"):
        close(town, explanation=" ")

    assert {one["flaw"] for one in close(town, explanation="a new way of counting").findings} == {"jump"}


def test_whoever_proposed_does_not_release_and_black_needs_two(
    town: Town, areas: list[Area], method: None
) -> None:
    enter(areas, doubled="Z03")
    one = actions.propose(month_id=close(town).pk, by_id=town.analyst.pk, now=NOW)
    needed = queries.reviewers_needed(one)
    reviewers = [town.supervisor, town.command][:needed]

    with pytest.raises(CycleError, match="own_proposal"):
        actions.review(month_id=one.pk, releases=True, words="", by_id=town.analyst.pk, now=NOW)
    states = [
        actions.review(month_id=one.pk, releases=True, words="", by_id=person.pk, now=NOW).state
        for person in reviewers
    ]

    assert states == [State.PROPOSED] * (needed - 1) + [State.REVIEWED]


def test_an_unanswered_contradiction_holds_the_release_back(
    town: Town, areas: list[Area], method: None
) -> None:
    enter(areas)
    one = actions.propose(month_id=close(town).pk, by_id=town.analyst.pk, now=NOW)
    clock = count()
    contradiction = actions.comment(
        month_id=one.pk,
        area_id=areas[0].pk,
        words="有三起是同一件事",
        contradicts=True,
        by_id=town.officer.pk,
        now=NOW,
    )

    def release() -> str:
        moment = NOW + timedelta(minutes=next(clock))
        return actions.review(
            month_id=one.pk, releases=True, words="", by_id=town.supervisor.pk, now=moment
        ).state

    assert release() == State.PROPOSED
    actions.answer_comment(comment_id=contradiction.pk, words="已核对，按一起计", by_id=town.analyst.pk)
    assert release() == State.REVIEWED


def test_history_follows_an_area_that_was_divided(town: Town, areas: list[Area], method: None) -> None:
    enter(areas)
    halves = [
        actions.lay_out_area(kind=STATION, code=f"Z01{side}", name=f"1号{side}", valid_from=MARCH.first)
        for side in "AB"
    ]
    for half in halves:
        actions.succeed(before=areas[0], after=half, share=0.5, since=MARCH.first)
    sheet = CountSheet.objects.get(month=MARCH.first, replaced_by=None)
    actions.enter_sheet(
        indicator=sheet.indicator,
        kind=STATION,
        month=MARCH,
        counts={half.pk: 6.0 for half in halves},
        denominators={half.pk: 15_000.0 for half in halves},
        source="after the division",
        by_id=None,
        now=NOW,
    )

    one = actions.propose(month_id=close(town).pk, by_id=town.analyst.pk, now=NOW)

    codes = {grade.area.code: grade for grade in queries.grades_of(one)}
    assert {"Z01A", "Z01B"} <= set(codes)
    assert "Z01" not in codes
    assert codes["Z01A"].color in ("green", "blue", "yellow")


def released(town: Town, areas: list[Area], *, doubled: str = "") -> GradingMonth:
    """Return a month that enough people have released."""
    enter(areas, doubled=doubled)
    return reviewed(town, MARCH)


def reviewed(town: Town, month: Month) -> GradingMonth:
    one = actions.propose(month_id=close(town, month=month).pk, by_id=town.analyst.pk, now=NOW)
    for person in (town.supervisor, town.command)[: queries.reviewers_needed(one)]:
        one = actions.review(month_id=one.pk, releases=True, words="", by_id=person.pk, now=NOW)
    return one


def publish(one: GradingMonth, *, days: int = 8) -> MapEdition:
    return actions.publish(month_id=one.pk, by_id=None, now=NOW, today=TODAY + timedelta(days=days))


def test_a_month_is_published_a_week_after_it_was_proposed(
    town: Town, areas: list[Area], method: None
) -> None:
    one = released(town, areas)

    with pytest.raises(CycleError, match="too_early"):
        publish(one, days=6)
    edition = publish(one, days=7)

    assert (edition.number, len(edition.areas.all())) == (1, len(areas))
    with pytest.raises(CycleError, match="already_done"):
        publish(one)


def test_no_small_count_of_a_month_can_be_read_from_an_edition(
    town: Town, areas: list[Area], method: None
) -> None:
    small = Month(2026, 2)
    enter(areas)
    sheet = CountSheet.objects.get(month=small.first, replaced_by=None)
    actions.enter_sheet(
        indicator=sheet.indicator,
        kind=STATION,
        month=small,
        counts={areas[0].pk: 4.0},
        denominators={areas[0].pk: 30_000.0},
        source="few",
        by_id=None,
        now=NOW,
    )
    one = actions.propose(month_id=close(town).pk, by_id=town.analyst.pk, now=NOW)
    one = actions.review(month_id=one.pk, releases=True, words="", by_id=town.supervisor.pk, now=NOW)

    said = publish(one).areas.get(code="Z01").said["indicators"][0]

    assert said["form"] in ("exact", "band")
    assert said["quarter"] == "2026-01"  # January to March together; the four of February are told nowhere
    assert said["low"] >= 10


def test_an_area_of_few_people_is_gray_and_without_numbers(
    town: Town, areas: list[Area], method: None
) -> None:
    enter(areas)
    actions.count_population(
        area=areas[4], of="residents", number=800, as_of=MARCH.first, source="counted anew"
    )
    one = actions.propose(month_id=close(town).pk, by_id=town.analyst.pk, now=NOW)
    one = actions.review(month_id=one.pk, releases=True, words="", by_id=town.supervisor.pk, now=NOW)

    said = publish(one).areas.get(code="Z05").said

    assert (said["color"], said["reason"], said["indicators"]) == ("none", "too_few_people", [])
    assert said["score"] is None


def test_an_altered_edition_is_found(town: Town, areas: list[Area], method: None) -> None:
    edition = publish(released(town, areas))
    assert queries.is_whole(edition)

    MapEdition.objects.filter(pk=edition.pk).update(content=edition.content.replace('"2026-03"', '"2026-02"'))

    assert not queries.is_whole(MapEdition.objects.get(pk=edition.pk))
    forget()
    anybody = Client(headers={"accept-language": "en"})
    assert "This edition is not shown" in anybody.get("/safety/").content.decode()
    assert anybody.get(f"/safety/editions/{edition.number}/data.csv").status_code == 409
    analyst = Client(headers={"accept-language": "en"})
    analyst.force_login(town.analyst.account)
    assert "changed in the database" in analyst.get(f"/grading/months/{edition.month_id}/").content.decode()


@pytest.mark.parametrize(
    "altering",
    [
        lambda edition: MapEdition.objects.filter(pk=edition.pk).update(content="no data at all"),
        lambda edition: MapEdition.objects.filter(pk=edition.pk).update(shapes=b"elsewhere"),
        lambda edition: edition.areas.filter(code="Z01").update(said={"score": 100}),
        lambda edition: edition.areas.filter(code="Z01").update(code="Z99"),
        lambda edition: edition.areas.create(code="Z99", said={}),
    ],
)
def test_an_edition_is_whole_only_with_its_content_its_shapes_and_each_of_its_areas(
    town: Town, areas: list[Area], method: None, altering: Callable[[MapEdition], object]
) -> None:
    march, february = publish(released(town, areas)), publish(reviewed(town, MARCH - 1))
    assert queries.altered_among((march.pk, february.pk)) == frozenset()

    altering(february)

    forget()
    assert queries.altered_among((march.pk, february.pk)) == {february.pk}


def test_an_edition_that_was_altered_is_not_in_the_history_of_an_area(
    town: Town, areas: list[Area], method: None
) -> None:
    march = publish(released(town, areas))
    february = publish(reviewed(town, MARCH - 1))
    anybody = Client(headers={"accept-language": "en"})
    assert [one.edition for one in anybody.get("/safety/areas/Z01/").context["history"]] == [march, february]

    february.areas.filter(code="Z01").update(said={"score": 100})

    forget()
    page = anybody.get("/safety/areas/Z01/")
    assert [one.edition for one in page.context["history"]] == [march]
    assert not page.context["altered"]


def test_a_correction_is_a_new_edition_that_says_what_was_wrong(
    town: Town, areas: list[Area], method: None
) -> None:
    first = publish(released(town, areas))
    before = first.content
    enter(areas, doubled="Z03")

    with pytest.raises(CycleError, match="erratum_missing"):
        actions.ask_correction(number=1, erratum=" ", by_id=town.analyst.pk)
    actions.ask_correction(number=1, erratum="第3号派出所漏报", by_id=town.analyst.pk)
    with pytest.raises(CycleError, match="own_proposal"):
        actions.correct(number=1, by_id=town.analyst.pk, now=NOW)
    second = actions.correct(number=1, by_id=town.supervisor.pk, now=NOW)

    assert (second.number, second.corrects_id) == (2, first.pk)
    assert MapEdition.objects.get(number=1).content == before
    assert second.areas.get(code="Z03").said["color"] != first.areas.get(code="Z03").said["color"]
    assert queries.edition_in_force() == second
    analyst = Client(headers={"accept-language": "en"})
    analyst.force_login(town.analyst.account)
    again = analyst.post(f"/grading/months/{first.month_id}/recompute/").content.decode()
    assert "Edition 1, computed again: the same to the last bit" in again
    assert "Edition 2, computed again: the same to the last bit" in again
    MapEdition.objects.filter(pk=second.pk).update(
        content=second.content.replace('"result":"', '"result":"0')
    )
    again = analyst.post(f"/grading/months/{first.month_id}/recompute/").content.decode()
    assert "Edition 2, computed again: not the same" in again
    MapEdition.objects.filter(pk=second.pk).update(content=second.content)
    wrong = Client(headers={"accept-language": "en"}).get("/safety/editions/1/").content.decode()
    assert "has been corrected by edition 2" in wrong
    assert "第3号派出所漏报" in wrong
    with pytest.raises(CycleError, match="corrected_already"):
        actions.ask_correction(number=1, erratum="again", by_id=town.analyst.pk)


def test_population_figures_of_ten_years_ago_are_said_on_the_pages(
    town: Town, areas: list[Area], method: None
) -> None:
    one = released(town, areas)
    Population.objects.filter(area=areas[0]).update(as_of=date(2016, 3, 1))
    publish(one)
    anybody = Client(headers={"accept-language": "en"})
    assert "ten years old or more" in anybody.get("/safety/areas/Z01/").content.decode()
    assert "ten years old or more" not in anybody.get("/safety/areas/Z02/").content.decode()
    assert "In one area the residents were counted ten years ago" in anybody.get("/safety/").content.decode()


def test_the_correction_of_an_earlier_month_is_not_the_map_of_today(
    town: Town, areas: list[Area], method: None
) -> None:
    publish(released(town, areas))
    april = GradingMonth.objects.create(kind=STATION, month=(MARCH + 1).first, state=State.PUBLISHED)
    later = MapEdition.objects.create(
        number=2,
        month=april,
        content='{"told": []}',
        digest="",
        shapes=b"",
        shapes_digest="",
        published_at=NOW,
    )
    PublishedArea.objects.create(edition=later, code="Z03", said={})
    actions.ask_correction(number=1, erratum="第3号派出所漏报", by_id=town.analyst.pk)

    third = actions.correct(number=1, by_id=town.supervisor.pk, now=NOW)

    assert third.number == 3
    assert queries.edition_in_force() == later
    assert [one.edition for one in queries.public_history("Z03")] == [later, third]


def test_the_report_tells_the_colors_of_the_map_and_the_map_asks_two_where_the_review_does(
    town: Town, areas: list[Area], method: None
) -> None:
    actions.count_population(area=areas[0], of="residents", number=300, as_of=MARCH.first, source="t")
    one = released(town, areas, doubled="Z03")
    Grade.objects.filter(month=one, area=areas[4]).update(color="black")
    grades = list(queries.grades_of(one))
    people = queries.populations_on([area.pk for area in areas], "residents", MARCH.last)
    period = Period(Span.MONTH, MARCH)
    GradingMonth.objects.filter(pk=one.pk).update(state=State.PROPOSED)
    Review.objects.filter(month=one).delete()
    unseen = reported_colors(period, CountedAreas.of(period), {})
    assert (unseen["counts"][4], unseen["waiting"]) == (["black", 0], 2)
    assert [each.reason for each in queries.told_colors(one, grades, people)].count(Reason.NOT_REVIEWED) == 2
    GradingMonth.objects.filter(pk=one.pk).update(state=State.REVIEWED)
    with pytest.raises(PublicationError):
        publish(one)
    assert queries.reviewers_needed(one) == 2

    for person in (town.supervisor, town.command):
        Review.objects.get_or_create(month=one, made_by=person, releases=True, made_at=NOW)
    edition = publish(one)

    on_the_map = {said.code: said.said["color"] for said in edition.areas.all()}
    section = reported_colors(period, CountedAreas.of(period), {})
    assert {each["area"]: each["color"] for each in section["colors"]} == {
        area.pk: on_the_map[area.code] for area in areas
    }
    assert (on_the_map["Z01"], on_the_map["Z05"]) == ("none", "black")


def test_beats_are_never_published(town: Town, method: None) -> None:
    beats = [
        actions.lay_out_area(
            kind=AreaKind.BEAT, code=f"G{number:02}", name=f"{number}号管区", valid_from=date(2020, 1, 1)
        )
        for number in range(1, 9)
    ]
    read = {month: {beat.pk: 9 for beat in beats} for month in MONTHS}
    there = {"residents": {MONTHS[0]: {beat.pk: 5000 for beat in beats}}}
    actions.enter_counts(
        kind=AreaKind.BEAT, read=ReadCounts({"theft": read}, there, [], 0), source="t", by_id=None, now=NOW
    )
    one = actions.close_month(
        kind=AreaKind.BEAT, month=MARCH, by_id=None, now=NOW, today=TODAY, explanation="same each month"
    )
    actions.propose(month_id=one.pk, by_id=town.analyst.pk, now=NOW)
    actions.review(month_id=one.pk, releases=True, words="", by_id=town.supervisor.pk, now=NOW)

    with pytest.raises(CycleError, match="beats_stay_inside"):
        publish(one)

    assert not MapEdition.objects.exists()
