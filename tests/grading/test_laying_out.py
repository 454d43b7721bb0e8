"""A town without any graded area brings its own, by file: as a whole or not at all."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone
from tests.factories.graded import Graded, grade_town, seen_by
from tests.factories.town import Town, make_town

from maplebridge.grading import actions, queries
from maplebridge.grading.actions import CountsRefused
from maplebridge.grading.domain.areas_file import AREAS, SUCCESSIONS, ReadFile, read_file
from maplebridge.grading.models import Area, Succession
from maplebridge.kernel.periods import Month
from maplebridge.kernel.tables import read_table
from maplebridge.places.domain.importing import Sheet

TODAY = date(2026, 7, 10)
STATIONS = (
    "kind,code,name,valid_from,grids\n"
    "station,P01,城东派出所,2026-01-01,{grid}\nstation,P02,城西派出所,2026-01-01,\n"
)
BEATS = "kind,code,name,parent,valid_from\nbeat,B01,第一管区,P01,2026-01-01\n"
SPLIT = "kind,before,after,share,since\nstation,P01,P02,0.6,2026-08\nstation,P01,P03,0.4,2026-08\n"
GEOJSON = (
    '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"kind":"派出所","code":"P01",'
    '"name":"城东派出所","valid_from":"2026-01-01","area":5},"geometry":{"type":"Polygon","coordinates":'
    "[[[123,29],[123.1,29],[123.1,29.1],[123,29]]]}}]}"
)


@pytest.fixture
def town(db: None) -> Town:
    return make_town(timezone.now())


@pytest.fixture
def graded(town: Town) -> Graded:
    return grade_town(town, timezone.now())


def read(sheet: Sheet, text: str) -> ReadFile:
    return read_file(sheet, read_table(text.encode(), "file.csv"), queries.existing_areas(TODAY))


def stations(town: Town) -> str:
    return STATIONS.format(grid=town.resident.building.grid.code)  # type: ignore[union-attr]  # the factory gave them a home


def bring(page: Client, sheet: str, name: str, data: bytes) -> str:
    sent = page.post("/grading/areas/", {"sheet": sheet, "file": SimpleUploadedFile(name, data)})
    assert sent.status_code == 302, sent.context["form"].errors
    return sent.headers["Location"]


def test_stations_on_their_grids_then_beats_then_a_station_that_is_split(town: Town) -> None:
    laid = actions.take_over_areas(read=read(AREAS, stations(town)), on=TODAY)
    actions.take_over_areas(read=read(AREAS, BEATS), on=TODAY)
    third = "kind,code,name,valid_from\nstation,P03,城北派出所,2026-08-01\n"
    actions.take_over_areas(read=read(AREAS, third), on=TODAY)
    actions.take_over_successions(read=read(SUCCESSIONS, SPLIT))

    first = Area.objects.get(code="P01")
    assert (laid.new, laid.corrected) == (2, 0)
    assert list(first.grids.all()) == [town.resident.building.grid]  # type: ignore[union-attr]  # as above
    assert Area.objects.get(code="B01").parent == first
    assert first.valid_to == date(2026, 8, 1)
    assert [one.share for one in queries.successions_until("station", Month(2026, 8))] == [0.6, 0.4]
    assert [one.code for one in queries.areas_on("station", date(2026, 8, 1))] == ["P02", "P03"]


def test_the_same_file_again_changes_nothing_and_a_corrected_one_what_it_says(town: Town) -> None:
    text = stations(town)
    actions.take_over_areas(read=read(AREAS, text), on=TODAY)

    again = actions.take_over_areas(read=read(AREAS, text), on=TODAY)
    named = actions.take_over_areas(read=read(AREAS, text.replace("城西派出所", "西街派出所")), on=TODAY)

    assert (again.new, again.corrected) == (0, 0)
    assert (named.new, named.corrected) == (0, 1)
    assert sorted(Area.objects.values_list("name", flat=True)) == ["城东派出所", "西街派出所"]
    assert Area.objects.get(code="P01").grids.count() == 1


def test_nothing_of_a_file_with_a_problem_is_taken_over(town: Town) -> None:
    wrong = read(AREAS, stations(town) + "station,P02,城南派出所,2026-01-01,\n")

    with pytest.raises(CountsRefused, match="problems"):
        actions.take_over_areas(read=wrong, on=TODAY)

    assert not Area.objects.exists()


def test_a_file_that_fails_halfway_leaves_nothing_behind(town: Town) -> None:
    twice = read(AREAS, stations(town))
    spoiled = ReadFile(twice.entries, [], twice.rows)
    spoiled.entries[1].values["name"] = "长" * 200  # as a defect would: longer than the table takes

    with pytest.raises(DatabaseError):
        actions.take_over_areas(read=spoiled, on=TODAY)

    assert not Area.objects.exists()


def test_shares_that_leave_somebody_without_an_area_end_nothing(town: Town) -> None:
    actions.take_over_areas(read=read(AREAS, stations(town)), on=TODAY)
    wrong = read(SUCCESSIONS, "kind,before,after,share,since\nstation,P01,P02,0.6,2026-08\n")

    with pytest.raises(CountsRefused, match="problems"):
        actions.take_over_successions(read=wrong)

    assert (Succession.objects.count(), Area.objects.exclude(valid_to=None).count()) == (0, 0)


@pytest.mark.parametrize(
    ("role", "status"),
    [("", 302), ("resident", 403), ("officer", 403), ("supervisor", 403), ("clerk", 403), ("analyst", 200)],
)
def test_areas_are_laid_out_by_those_who_grade(town: Town, role: str, status: int) -> None:
    page = seen_by(town, role)
    paths = [
        "/grading/areas/",
        "/grading/areas/files/areas/csv/",
        "/grading/areas/examples/successions/xlsx/",
    ]

    assert {page.get(path).status_code for path in paths} == {status}


def test_an_empty_town_is_told_what_to_do_and_begins_with_a_file(town: Town) -> None:
    page = seen_by(town, "analyst")
    assert (
        "example" in page.get("/grading/areas/", headers={"accept-language": "en"}).content.decode().lower()
    )

    where = bring(page, "areas", "areas.csv", stations(town).encode("gb18030"))
    shown = page.get(where)
    taken = page.post(f"{where}accept/", follow=True)

    assert (shown.context["new"], shown.context["problems"]) == (2, [])
    assert "城西派出所" in taken.content.decode()
    assert page.get(where).status_code == 404


def test_a_border_comes_from_a_map_and_leaves_with_it(town: Town) -> None:
    page = seen_by(town, "analyst")
    actions.take_over_areas(read=read(AREAS, stations(town)), on=TODAY)

    where = bring(page, "areas", "areas.geojson", GEOJSON.encode())
    page.post(f"{where}accept/")
    away = page.get("/grading/areas/files/areas/geojson/").getvalue()

    assert Area.objects.get(code="P01").boundary["type"] == "Polygon"  # type: ignore[index]  # it has one now
    again = bring(page, "areas", "areas.geojson", away)
    assert (page.get(again).context["known"], page.get(again).context["problems"]) == (2, [])


@pytest.mark.parametrize("form", ["csv", "gb18030", "xlsx", "geojson"])
def test_what_is_given_out_is_read_again(town: Town, graded: Graded, form: str) -> None:
    page = seen_by(town, "analyst")
    ending = "csv" if form == "gb18030" else form

    for sheet in ("areas", "successions"):
        example = page.get(f"/grading/areas/examples/{sheet}/{form}/").getvalue()
        assert page.get(bring(page, sheet, f"e.{ending}", example)).status_code == 200
    away = page.get(f"/grading/areas/files/areas/{form}/").getvalue()
    shown = page.get(bring(page, "areas", f"areas.{ending}", away)).context

    assert (shown["new"], shown["known"], shown["problem_count"]) == (0, 13, 0)


def test_problems_are_told_by_row_and_nothing_can_be_accepted(town: Town, graded: Graded) -> None:
    page = seen_by(town, "analyst")
    where = bring(
        page, "areas", "a.csv", "kind,code,name,parent,valid_from\nbeat,G9,九区,Z77,2020-01-01\n".encode()
    )

    shown = page.get(where)
    page.post(f"{where}accept/")

    assert [row for row, _words in shown.context["problems"]] == [2, 2]
    assert "Z77" in shown.content.decode()
    assert not Area.objects.filter(code="G9").exists()
    assert seen_by(town, "supervisor").get(where).status_code == 403
    assert page.post(f"{where}drop/").status_code == 302
    assert page.get(where).status_code == 404


def test_a_file_of_counts_is_no_file_of_areas(town: Town, graded: Graded) -> None:
    page = seen_by(town, "analyst")
    number = bring(page, "areas", "areas.geojson", GEOJSON.encode()).split("/")[3]

    assert page.get(f"/grading/counts/{number}/").status_code == 404
