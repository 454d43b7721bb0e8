"""Orders of the hotline come in as a file and go back as one; each raises one matter, ever."""

import csv
import io
from datetime import datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.town import Town, make_town

from maplebridge.adapters.hotline12345 import Hotline12345
from maplebridge.conversations.models import Message, Thread
from maplebridge.matters import actions
from maplebridge.matters.domain.workflow import Outcome
from maplebridge.matters.models import Matter
from maplebridge.people.models import Account, Person
from maplebridge.people.queries import person_by_phone
from maplebridge.platform import events
from maplebridge.platform.models import WaitingFile
from maplebridge.web.hotline_orders import check, take_over

HEADER = "工单编号,来电时间,来电人,联系电话,诉求内容,发生地址,保密\n"
LEAK = "W001,2026-03-01 20:15:00,李某,10000000051,楼上一直在漏水，墙都裂了,海棠路12号3号楼,否\n"
SECRET = "W002,2026/3/1 20:20,,138****0000,家里的事不想让邻居知道，请派人来,,是\n"
BROKEN = "W003,昨天,王某,10000000052,路灯不亮,,否\n"


@pytest.fixture
def town(db: None) -> Town:
    return make_town(timezone.now())


def table(*lines: str, encoding: str = "utf-8") -> bytes:
    return (HEADER + "".join(lines)).encode(encoding)


def taken_over(data: bytes, now: datetime) -> dict[str, int]:
    return dict(take_over(check(data, "orders.csv").orders, clock=lambda: now)[1])


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(
        Account.objects.get(person=person), backend="django.contrib.auth.backends.ModelBackend"
    )
    return client


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_file_is_read_in_the_encodings_that_offices_use(encoding: str) -> None:
    orders, problems = Hotline12345().read(table(LEAK, SECRET, encoding=encoding), "orders.csv")
    assert problems == []
    assert [one.number for one in orders] == ["W001", "W002"]
    assert orders[0].words == "楼上一直在漏水，墙都裂了"
    assert orders[0].called_at is not None
    assert orders[0].called_at.isoformat() == "2026-03-01T20:15:00+08:00"


def test_english_headings_in_any_order_do_as_well() -> None:
    data = b"Request,Order_Number,Confidential,Extra\nNo light in the stairway,A1,yes,x\n"
    (order,), problems = Hotline12345().read(data, "orders.csv")
    assert (order.number, order.words, order.confidential, problems) == (
        "A1",
        "No light in the stairway",
        True,
        [],
    )


@pytest.mark.parametrize(
    ("line", "code", "column"),
    [
        (BROKEN, "bad_time", "来电时间"),
        (",,,,有诉求没编号,,\n", "empty", "工单编号"),
        ("W004,,,,,,\n", "empty", "诉求内容"),
        ("W005,,,12,路灯不亮,,\n", "bad_phone", "联系电话"),
        ("W006,,,,路灯不亮,,也许\n", "not_yes_or_no", "保密"),
        ("W001,,,,同一个编号,,\n", "twice", "工单编号"),
        ("W007,只有两格\n", "ragged", ""),
        (f"W008,,,,{'长' * 19_001},,\n", "too_long", "诉求内容"),
    ],
)
def test_a_broken_row_is_named_with_its_reason_and_stops_no_other(line: str, code: str, column: str) -> None:
    after = "W009,,,,下水道堵了,,\n"
    orders, problems = Hotline12345().read(table(LEAK, line, after), "orders.csv")
    assert [(one.row, one.code, one.column) for one in problems] == [(3, code, column)]
    assert [one.number for one in orders] == ["W001", "W009"]


def test_a_file_without_the_needed_columns_names_all_of_them() -> None:
    _, problems = Hotline12345().read("来电人\n李某\n".encode(), "orders.csv")
    assert [one.column for one in problems] == ["工单编号", "诉求内容"]


def test_a_masked_number_is_nobodys() -> None:
    orders, _ = Hotline12345().read(table(SECRET), "orders.csv")
    assert orders[0].phone == ""


def test_an_order_becomes_a_matter_of_a_caller_with_a_private_thread(town: Town) -> None:
    assert taken_over(table(LEAK), town.now) == {"new": 1}
    matter = Matter.objects.get(external_id="W001")
    assert matter.origin == Matter.Origin.COMPLAINT
    assert matter.thread.kind == Thread.Kind.PRIVATE
    assert matter.building == town.building
    caller = person_by_phone("10000000051")
    assert caller is not None
    assert caller.name == "李某"
    assert matter.reported_by.get().person == caller
    assert matter.raised_at == town.now


def test_a_row_taken_over_twice_raises_nothing_twice(town: Town) -> None:
    taken_over(table(LEAK), town.now)
    assert taken_over(table(LEAK), town.now) == {"known": 1}
    while events.deliver(now=timezone.now()):
        pass
    assert Matter.objects.count() == 1
    assert Message.objects.filter(source="complaint").count() == 1


def test_the_same_caller_is_one_person(town: Town) -> None:
    taken_over(table(LEAK, "W010,,李某,10000000051,电梯又坏了,,\n"), town.now)
    assert Person.objects.filter(pk=person_by_phone("10000000051").pk).count() == 1  # type: ignore[union-attr]  # is there
    assert Matter.objects.count() == 2


def test_a_confidential_row_goes_to_the_few_and_no_agency_hears_of_it(town: Town) -> None:
    taken_over(table(LEAK, SECRET), town.now)
    secret = Matter.objects.get(external_id="W002")
    assert secret.confidential
    assert secret.owner == town.confidential
    assert not secret.call_outs.exists()
    assert not Matter.objects.get(external_id="W001").confidential


def test_the_results_go_back_in_the_words_of_the_hotline(town: Town) -> None:
    taken_over(table(LEAK, SECRET, "W011,,,,路灯不亮,,\n"), town.now)
    for number, words in (("W001", "已更换楼上水管，请您查看"), ("W002", "已上门")):
        matter = Matter.objects.get(external_id=number)
        actions.resolve(
            matter_id=matter.pk,
            outcome=Outcome.EXPLAINED,
            text=words,
            by=actions.By(matter.owner_id, "supervisor"),
            shown_as="督办员",
            now=town.now,
        )
    matter = Matter.objects.get(external_id="W001")
    actions.record_feedback(
        matter_id=matter.pk,
        person_id=matter.reported_by.get().person_id,
        solved=True,
        satisfaction=5,
        now=town.now,
    )
    response = signed_in(town.sorting_officer).get(reverse("hotline_results"), {"days": 30})
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]  # a streamed answer
    rows = {row["工单编号"]: row for row in csv.DictReader(io.StringIO(text))}
    assert rows["W001"]["办理结果"] == "已解释说明"
    assert rows["W001"]["结果说明"] == "已更换楼上水管，请您查看"
    assert rows["W001"]["满意度"] == "很满意"
    assert rows["W001"]["答复时间"]
    assert rows["W002"]["结果说明"] == ""  # what was found in a confidential matter stays with the few
    assert rows["W002"]["满意度"] == "未评价"
    assert rows["W011"]["状态"] == "待答复"


def test_the_page_checks_first_and_takes_over_what_is_whole_only_when_told(town: Town) -> None:
    client = signed_in(town.sorting_officer)
    upload = io.BytesIO(table(LEAK, BROKEN))
    upload.name = "orders.csv"
    response = client.post(reverse("hotline"), {"file": upload})
    assert response.status_code == 302
    page = client.get(response["Location"]).content.decode()
    assert "昨天" in page
    assert Matter.objects.count() == 0
    waiting = WaitingFile.objects.get()
    take = reverse("hotline_take_over", args=[waiting.pk])
    client.post(take)
    assert Matter.objects.count() == 0
    client.post(take, {"leave_out": "yes"})
    assert Matter.objects.get().external_id == "W001"
    assert not WaitingFile.objects.exists()


def test_a_long_file_is_taken_over_piece_by_piece(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("maplebridge.web.hotline.A_PIECE_S", 0.0)
    client = signed_in(town.sorting_officer)
    upload = io.BytesIO(table(LEAK, "W010,,,,电梯坏了,,\n"))
    upload.name = "orders.csv"
    client.post(reverse("hotline"), {"file": upload})
    take = reverse("hotline_take_over", args=[WaitingFile.objects.get().pk])
    first = client.post(take, headers={"HX-Request": "true"}).content.decode()
    assert Matter.objects.count() == 1
    assert take in first  # the page asks again
    client.post(take, headers={"HX-Request": "true"})
    assert Matter.objects.count() == 2
    assert not WaitingFile.objects.exists()


def test_what_is_no_table_is_refused_in_words(town: Town) -> None:
    upload = io.BytesIO(b"\xd0\xcf\x11\xe0 an old workbook")
    upload.name = "orders.xls"
    response = signed_in(town.sorting_officer).post(reverse("hotline"), {"file": upload})
    assert response.status_code == 422
    assert "XLSX" in response.content.decode()
    assert not WaitingFile.objects.exists()


def test_a_file_is_seen_by_nobody_but_whoever_brought_it(town: Town) -> None:
    upload = io.BytesIO(table(LEAK))
    upload.name = "orders.csv"
    signed_in(town.sorting_officer).post(reverse("hotline"), {"file": upload})
    url = reverse("hotline_file", args=[WaitingFile.objects.get().pk])
    assert signed_in(town.administrator).get(url).status_code == 404
    assert signed_in(town.grid_worker).get(reverse("hotline")).status_code == 403
    assert signed_in(town.sorting_officer).get(url).status_code == 200


def test_the_file_waits_encrypted(town: Town) -> None:
    from django.db import connection

    upload = io.BytesIO(table(LEAK))
    upload.name = "李某的工单.csv"
    signed_in(town.sorting_officer).post(reverse("hotline"), {"file": upload})
    with connection.cursor() as cursor:
        cursor.execute("SELECT name || content FROM platform_waitingfile")
        (stored,) = cursor.fetchone()
    assert "李某" not in stored


def test_the_command_refuses_broken_rows_until_told_to_leave_them_out(
    town: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(table(LEAK, BROKEN, encoding="gb18030"))
    call_command("import_hotline", path, "--dry-run")
    said = capsys.readouterr()
    assert "1 new orders" in said.out
    assert "row 3, 来电时间" in said.err
    with pytest.raises(CommandError, match="Nothing was taken over"):
        call_command("import_hotline", path)
    assert Matter.objects.count() == 0
    call_command("import_hotline", path, "--leave-out-broken")
    assert Matter.objects.get().external_id == "W001"
