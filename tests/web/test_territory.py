"""The map and the imports: who sees what, what is found, nothing from outside."""

import gzip
import json
from datetime import date, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.factories.town import BEGIN, Town, make_town

from maplebridge.people import actions as people
from maplebridge.people.models import Account, Person
from maplebridge.places import actions as places
from maplebridge.places import queries
from maplebridge.places.domain.importing import SHEETS
from maplebridge.places.models import Building, Estate, Grid, TerritoryImport
from maplebridge.platform.freshness import forget

SQUARE = {
    "type": "Polygon",
    "coordinates": [[[101.77, 36.61], [101.79, 36.61], [101.79, 36.63], [101.77, 36.63], [101.77, 36.61]]],
}


@pytest.fixture
def town(db: None, noon: datetime) -> Town:
    town = make_town(noon)
    for grid in Grid.objects.all():
        grid.code = f"63{grid.code[2:]}"  # of a province that exists, as imports ask
        grid.save()
    for grid in (town.grid, town.other_grid):
        grid.refresh_from_db()
    town.grid.boundary = SQUARE
    town.grid.save()
    places.add_key_site(
        code="ZD1", name="豆腐巷", kind="alley", grid_id=town.grid.pk, lon=101.78, lat=36.62, valid_from=BEGIN
    )
    places.set_base_map(layers={"land": {"type": "FeatureCollection", "features": []}})
    people.found_agency(
        name="和顺街道办事处", code="AG9", kind="subdistrict", phone="0000-880000", valid_from=BEGIN
    )
    return town


def as_(person: Person) -> Client:
    client = Client()
    client.force_login(Account.objects.get(person=person), "django.contrib.auth.backends.ModelBackend")
    return client


def names_in(client: Client, layer: str) -> list[str]:
    answer = client.get(reverse("territory_layer", args=[layer]))
    assert answer.status_code == 200
    return [feature["properties"]["name"] for feature in answer.json()["features"]]


def test_staff_see_key_sites_and_residents_do_not(town: Town) -> None:
    assert names_in(as_(town.officer), "key_sites") == ["豆腐巷"]

    resident = as_(town.resident)
    assert resident.get(reverse("territory_layer", args=["key_sites"])).status_code == 404
    assert resident.get(reverse("territory_piece", args=["key_sites", 1])).status_code == 404
    assert resident.get(reverse("territory"), {"layer": "key_sites"}).status_code == 404
    assert names_in(resident, "grids-2") == ["第1网格"]
    for words in ("豆腐巷", "ZD1"):
        assert "key_sites" not in resident.get(reverse("territory"), {"q": words}).content.decode()


def test_a_resident_reads_what_is_posted_at_a_grid(town: Town) -> None:
    page = as_(town.resident).get(reverse("territory_piece", args=["grids-2", town.grid.pk])).content.decode()

    for posted in ("第1网格", "网格员小马", "海棠苑", "0000-880000", "1 栋楼"):
        assert posted in page
    assert "王警官" not in page


def test_an_officer_reads_who_is_on_duty_and_whom_to_call_for_a_house(town: Town) -> None:
    page = (
        as_(town.officer)
        .get(reverse("territory_piece", args=["buildings", town.building.pk]))
        .content.decode()
    )

    assert "海棠物业" in page
    assert "3号楼" in page


def test_a_layer_is_packed_and_not_sent_twice(town: Town) -> None:
    client = as_(town.officer)
    answer = client.get(reverse("territory_layer", args=["grids-2"]), headers={"Accept-Encoding": "gzip"})

    assert json.loads(gzip.decompress(answer.content))["whole"] is True
    again = client.get(
        reverse("territory_layer", args=["grids-2"]), headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("海棠苑3号楼2单元401", "海棠苑3号楼2单元"),
        ("海棠苑", "还缺楼号。"),
        ("海棠苑9号楼", "没有这个楼号。"),
        ("36.62, 101.78", "第1网格"),
        ("101.5 36.6", "这个位置不在任何网格内。"),
        ("云雾山庄88号楼", "没有找到这个地点。"),
    ],
)
def test_what_is_looked_for_is_found_or_what_is_missing_is_said(town: Town, words: str, told: str) -> None:
    assert told in as_(town.officer).get(reverse("territory"), {"q": words}).content.decode()


def test_points_of_other_maps_are_turned(town: Town) -> None:
    page = as_(town.officer).get(reverse("territory"), {"q": "101.78,36.62", "crs": "BD-09"}).content.decode()

    assert "101.78, 36.62" not in page
    assert "101.76" in page or "101.77" in page


# -- imports


def upload(client: Client, text: str, sheet: str = "estates", encoding: str = "gb18030") -> Any:
    file = SimpleUploadedFile("小区.csv", text.encode(encoding))
    return client.post(reverse("imports"), {"sheet": sheet, "file": file}, follow=True)


def test_a_file_is_shown_first_and_taken_over_on_a_word(town: Town) -> None:
    client = as_(town.administrator)
    page = upload(
        client, f"编号,名称,所属网格\nXQ01,海棠新苑,{town.grid.code}\nXQ02,丁香苑,{town.grid.code}\n"
    )
    (kept,) = TerritoryImport.objects.all()

    assert "海棠新苑" in page.content.decode()
    assert Estate.objects.get(code="XQ01").name == "海棠苑"
    done = client.post(reverse("import_take_over", args=[kept.pk]), follow=True)
    assert "文件已全部导入。" in done.content.decode()
    assert sorted(Estate.objects.values_list("name", flat=True)) == ["丁香苑", "海棠新苑"]
    client.post(reverse("import_take_over", args=[kept.pk]))
    assert Estate.objects.count() == 2


def test_every_problem_is_told_by_row_in_the_readers_words(town: Town) -> None:
    client = as_(town.administrator)
    page = upload(client, "编号,名称,所属网格,生效日期\nXQ02,,630103001001003,昨天\n").content.decode()

    assert "“名称”不能为空。" in page
    assert "所属网格 630103001001003 不存在。最接近的是 630103001001001。" in page
    assert "“昨天”不是日期" in page
    (kept,) = TerritoryImport.objects.all()
    client.post(reverse("import_take_over", args=[kept.pk]))
    assert Estate.objects.count() == 1


def test_what_changed_meanwhile_is_checked_once_more(town: Town) -> None:
    client = as_(town.administrator)
    upload(client, f"编号,名称,所属网格\nXQ02,丁香苑,{town.other_grid.code}\n")
    (kept,) = TerritoryImport.objects.all()
    Grid.objects.filter(pk=town.other_grid.pk).update(valid_to=date(2026, 2, 1))
    forget()

    page = client.post(reverse("import_take_over", args=[kept.pk]), follow=True).content.decode()

    assert "不存在" in page
    assert Estate.objects.count() == 1


def test_a_file_that_is_no_table_is_refused_in_words(town: Town) -> None:
    page = upload(as_(town.administrator), "编号,编号\n1,2\n").content.decode()

    assert "标题“编号”在第 1 列和第 2 列重复出现。" in page


def test_a_sheet_is_taken_away(town: Town) -> None:
    answer = as_(town.administrator).get(reverse("export_territory", args=["buildings", "gb18030"]))

    text = b"".join(answer.streaming_content).decode("gb18030")  # type: ignore[attr-defined]  # a streamed answer
    assert text.splitlines()[1].startswith("LD0103,XQ01,")
    assert Building.objects.count() == len(text.splitlines()) - 1


def test_only_administrators_bring_territory(town: Town) -> None:
    kept = places.keep_upload(
        sheet=SHEETS["estates"], file_name="x.csv", data=b"x", asked_by=None, now=town.now
    )
    addresses = [
        reverse("imports"),
        reverse("import", args=[kept.pk]),
        reverse("import_take_over", args=[kept.pk]),
        reverse("import_drop", args=[kept.pk]),
        reverse("export_territory", args=["grids", "csv"]),
    ]
    for person in (town.resident, town.officer, town.supervisor, town.clerk):
        assert {as_(person).post(address).status_code for address in addresses} == {403}
    assert {Client().get(address).status_code for address in addresses} == {302}


def test_the_page_goes_on_asking_until_the_work_has_ended(town: Town) -> None:
    kept = places.keep_upload(
        sheet=SHEETS["estates"], file_name="x.csv", data=b"x", asked_by=None, now=town.now
    )
    queries.upload_path(kept.pk).with_suffix(".progress").write_text("comparing 500 500")

    page = as_(town.administrator).get(reverse("import", args=[kept.pk]), headers={"HX-Request": "true"})

    assert "正在与现有数据比对" in page.content.decode()
    assert 'hx-trigger="load delay:1s"' in page.content.decode()
    places.drop_upload(import_id=kept.pk, now=town.now)
    ended = as_(town.administrator).get(reverse("import", args=[kept.pk]), headers={"HX-Request": "true"})
    assert ended.headers["HX-Refresh"] == "true"
