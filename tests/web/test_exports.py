"""Any list as a file, with the rights of the page that shows it."""

import csv
import io
from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse
from tests.factories.town import Town, make_town
from tests.web.test_search import as_, told

from maplebridge.kernel.tables import read_table
from maplebridge.people import queries as people
from maplebridge.platform import live
from maplebridge.web import exports


@pytest.fixture
def town(db: None, noon: datetime) -> Town:
    return make_town(noon)


def file(client: Client, list_name: str, format: str, **query: object) -> bytes:
    answer = client.get(reverse("export", args=[list_name, format]), query)
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    return b"".join(answer.streaming_content)  # type: ignore[arg-type]  # a streamed answer


@pytest.mark.parametrize(("format", "mark"), [("xlsx", b"PK"), ("csv", b"\xef\xbb\xbf"), ("gb18030", b"")])
def test_a_list_comes_out_as_spreadsheets_here_expect_it(town: Town, format: str, mark: bytes) -> None:
    matter = told(town, "楼上漏水了，墙都裂了㐂")
    data = file(as_(town.supervisor), "search", format, q="漏水")
    assert data.startswith(mark)
    table = read_table(data, f"list.{format}")
    assert [(row["编号"], row["内容"]) for row in table.rows] == [(str(matter.pk), "楼上漏水了，墙都裂了㐂")]


def test_a_formula_typed_by_a_resident_stays_text(town: Town) -> None:
    told(town, "=1+1漏水")
    rows = list(csv.reader(io.StringIO(file(as_(town.supervisor), "search", "csv").decode("utf-8-sig"))))
    assert rows[1][2] == "'=1+1漏水"


def test_all_pages_are_in_the_file(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [told(town, f"楼上漏水了 {number}").pk for number in range(5)]
    monkeypatch.setattr(exports, "BATCH", 2)
    table = read_table(file(as_(town.supervisor), "search", "csv"), "list.csv")
    assert [int(row["编号"]) for row in table.rows] == ids[::-1]


def test_a_strangers_file_is_empty(town: Town) -> None:
    told(town, "楼上漏水了")
    assert read_table(file(as_(town.stranger_worker), "search", "csv"), "list.csv").rows == []
    assert read_table(file(as_(town.water_clerk), "inbox", "csv"), "list.csv").rows == []


def test_an_agency_takes_away_no_flat_and_no_phone(town: Town) -> None:
    told(town, "2单元401漏水，电话13800138000")
    text = file(as_(town.clerk), "inbox", "csv").decode("utf-8-sig")
    assert "漏水" in text
    assert "13800138000" not in text
    assert "401" not in text


def test_only_those_who_have_the_page_have_its_file(town: Town) -> None:
    assert as_(town.clerk).get(reverse("export", args=["today", "csv"])).status_code == 404
    assert as_(town.grid_worker).get(reverse("export", args=["inbox", "csv"])).status_code == 404
    assert as_(town.resident).get(reverse("export", args=["search", "csv"])).status_code == 403
    assert as_(town.supervisor).get(reverse("export", args=["everything", "csv"])).status_code == 404
    assert as_(town.supervisor).get(reverse("export", args=["search", "exe"])).status_code == 404


def test_progress_is_told_to_the_one_who_exports(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        told(town, f"楼上漏水了 {number}")
    heard: list[tuple[str, str, int]] = []
    monkeypatch.setattr(exports, "TOLD_EVERY", 2)
    monkeypatch.setattr(live, "tell", lambda *news: heard.append(news))
    file(as_(town.supervisor), "search", "xlsx")
    topic = f"export:{town.supervisor.pk}"
    assert heard == [(topic, "export", n * exports.SCALE + 4) for n in (2, 4, 4)]
    assert "2" in exports.progress_html(heard[0][2], live.Audience("zh-hans", is_staff=True))
    done = exports.progress_html(48_561 * exports.SCALE + 48_561, live.Audience("zh-hans", is_staff=True))
    assert "文件共 48,561 行" in done
    today = town.now.date()
    assert live.may_follow(people.standing_of(town.supervisor.pk, today), topic)
    assert not live.may_follow(people.standing_of(town.officer.pk, today), topic)
