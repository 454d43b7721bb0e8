from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.town import Town

from maplebridge.kernel.tables import csv_bytes, read_table, xlsx_bytes
from maplebridge.people import queries
from maplebridge.people.domain.importing import SHEETS, Existing, PeopleTrouble, check
from maplebridge.people.domain.roles import Role
from maplebridge.people.models import Account, PeopleImport, Person, Posting
from maplebridge.places.domain.importing import Trouble

CODES = {
    "staff": frozenset({"wang"}),
    "grid": frozenset({"990103001001001"}),
    "sector": frozenset({"JG01"}),
    "agencies": frozenset({"AG01"}),
}


def checked(sheet: str, text: str, **more: object) -> list[tuple[int, str, object]]:
    table = read_table(text.encode(), "file.csv")
    found = check(SHEETS[sheet], table, Existing(CODES, **more))  # type: ignore[arg-type]  # whoever calls names the fields
    assert bool(found.problems) != bool(found.records)
    return [(one.row, one.column, one.trouble) for one in found.problems]


@pytest.mark.parametrize(
    ("row", "column", "trouble"),
    [
        (",王警官,,", "username", Trouble.EMPTY),
        ("wang,,,", "nickname", Trouble.EMPTY),
        ("wang,王警官,,123", "phone", PeopleTrouble.BAD_PHONE),
        ("wang,王警官,,1.38E+10", "phone", PeopleTrouble.CUT_PHONE),
        ("wang,王警官,,13800000001", "phone", PeopleTrouble.PHONE_OF_ANOTHER),
        ("w" * 41 + ",王警官,,", "username", Trouble.TOO_LONG),
    ],
)
def test_what_is_wrong_with_a_row_of_staff(row: str, column: str, trouble: object) -> None:
    text = f"用户名,称呼,姓名,手机号\n{row}\n"
    assert checked("staff", text, holders={"13800000001": "li"}) == [(2, column, trouble)]


@pytest.mark.parametrize(
    ("row", "column", "trouble"),
    [
        ("wang,民警,,JG01,,2026-02-30,", "starts_on", Trouble.NOT_A_DATE),
        ("wang,警长,,JG01,,2026-01-01,", "role", Trouble.NOT_A_CHOICE),
        ("wnag,民警,,JG01,,2026-01-01,", "username", Trouble.UNKNOWN_CODE),
        ("wang,民警,,JG02,,2026-01-01,", "sector", Trouble.UNKNOWN_CODE),
        ("wang,民警,,,,2026-01-01,", "role", PeopleTrouble.NO_GROUND),
        ("wang,民警,990103001001001,JG01,,2026-01-01,", "sector", PeopleTrouble.TWO_GROUNDS),
        ("wang,网格长,,JG01,,2026-01-01,", "sector", PeopleTrouble.WRONG_GROUND),
        ("wang,单位经办人,,JG01,,2026-01-01,", "sector", PeopleTrouble.WRONG_GROUND),
        ("wang,民警,,,AG01,2026-01-01,", "agency", PeopleTrouble.WRONG_GROUND),
        ("wang,六员,990103001001001,,,2026-01-01,", "team_role", PeopleTrouble.NO_TEAM_ROLE),
        ("wang,民警,,JG01,,2026-01-01,2026-01-01", "ends_on", Trouble.ENDS_BEFORE_IT_BEGINS),
    ],
)
def test_what_is_wrong_with_a_row_of_postings(row: str, column: str, trouble: object) -> None:
    text = f"用户名,角色,网格编码,警格编号,单位编号,开始日期,结束日期\n{row}\n"
    assert checked("postings", text) == [(2, column, trouble)]


@pytest.mark.parametrize(
    ("rows", "is_refused"),
    [
        ("wang,管理员,2026-01-01,2026-02-01\n", True),
        ("wang,管理员,2026-01-01,\n", False),
        ("wang,管理员,2026-01-01,2026-02-01\nli,管理员,2026-02-01,\n", False),
        ("wang,管理员,2026-01-01,2026-02-01\nli,管理员,2026-02-01,2026-03-01\n", True),
        ("li,管理员,2026-01-01,2026-02-01\n", False),
    ],
)
def test_a_file_does_not_end_the_last_administrator(rows: str, is_refused: bool) -> None:
    table = read_table(f"用户名,角色,开始日期,结束日期\n{rows}".encode(), "file.csv")
    codes = {"staff": frozenset({"wang", "li"})}
    existing = Existing(codes, administrators=frozenset({"wang/administrator//////2026-01-01"}))
    found = [(one.row, one.trouble) for one in check(SHEETS["postings"], table, existing).problems]
    assert found == ([(2, PeopleTrouble.LAST_ADMINISTRATOR)] if is_refused else [])


def test_every_problem_of_every_row_is_found() -> None:
    wrong = checked("postings", "用户名,角色,警格编号,开始日期\nli,警长,JG09,昨天\n")
    assert wrong == [
        (2, "role", Trouble.NOT_A_CHOICE),
        (2, "starts_on", Trouble.NOT_A_DATE),
        (2, "username", Trouble.UNKNOWN_CODE),
        (2, "sector", Trouble.UNKNOWN_CODE),
    ]
    text = "用户名,称呼,手机号\nli,,12\nli2,李,13800000002\nli2,李,13800000002\n"
    assert checked("staff", text) == [
        (2, "nickname", Trouble.EMPTY),
        (2, "phone", PeopleTrouble.BAD_PHONE),
        (4, "username", Trouble.DUPLICATE),
        (4, "phone", Trouble.DUPLICATE),
    ]


def test_the_headings_may_be_english_and_what_is_missing_is_named() -> None:
    assert checked("staff", "User name,Salary\nli,1\n") == [
        (1, "Salary", Trouble.UNKNOWN_COLUMN),
        (1, "nickname", Trouble.MISSING_COLUMN),
    ]


def test_the_nearest_code_is_offered() -> None:
    table = read_table("用户名,角色,警格编号,开始日期\nwang,民警,JG1,2026-01-01\n".encode(), "file.csv")
    [problem] = check(SHEETS["postings"], table, Existing(CODES)).problems
    assert problem.nearest == "JG01"


# -- with a town


def bring(client: Client, town: Town, sheet: str, data: bytes, name: str = "file.csv") -> PeopleImport:
    client.force_login(town.administrator.account)
    response = client.post(reverse("people_import"), {"sheet": sheet, "file": SimpleUploadedFile(name, data)})
    assert response.status_code == 302
    return PeopleImport.objects.latest("pk")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_file_of_staff_is_written_after_a_yes(client: Client, town: Town, encoding: str) -> None:
    data = "用户名,称呼,姓名,手机号\nzhao,赵警官,赵某·某,13800000003\n督办员,督办老师,,\n".encode(encoding)
    one = bring(client, town, "staff", data)
    assert (one.state, one.new_count, one.changed_count) == ("checked", 1, 1)
    assert Account.objects.filter(username="zhao").first() is None
    client.post(reverse("people_take_over", args=[one.pk]))
    account = Account.objects.filter(username="zhao").first()
    assert account is not None
    assert (account.person.nickname, account.person.phone) == ("赵警官", "13800000003")
    assert not account.has_usable_password()
    assert queries.get_person(town.supervisor.pk).nickname == "督办老师"


def test_one_wrong_row_keeps_the_whole_file_out(client: Client, town: Town) -> None:
    people = Person.objects.count()
    one = bring(client, town, "staff", "用户名,称呼,手机号\nzhao,赵警官,\nqian,,12\n".encode())
    assert (one.state, one.problem_count, one.content) == ("refused", 2, "")
    client.post(reverse("people_take_over", args=[one.pk]))
    assert Person.objects.count() == people
    assert Account.objects.filter(username="zhao").count() == 0


def test_what_is_posted_already_is_taken_back_as_it_was_taken_away() -> None:
    table = read_table("用户名,角色,开始日期\nwang,民警,2026-01-01\n".encode(), "file.csv")
    codes = CODES | {"postings": frozenset({"wang/officer//////2026-01-01"})}
    assert check(SHEETS["postings"], table, Existing(codes)).records[0].known


@pytest.mark.parametrize("day", ["2026-03-01", "2026/3/1", "2026.3.1", "2026年3月1日", "20260301"])
def test_a_day_is_read_as_people_write_it(day: str) -> None:
    table = read_table(f"用户名,角色,开始日期\nwang,督办员,{day}\n".encode(), "file.csv")
    [record] = check(SHEETS["postings"], table, Existing(CODES)).records
    assert record.values["starts_on"] == date(2026, 3, 1)


def test_a_file_whose_worker_was_ended_is_started_again(
    client: Client, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[int] = []
    monkeypatch.setattr(
        "maplebridge.web.people_imports._work_on", lambda one, *, large: started.append(one.pk)
    )
    one = bring(client, town, "staff", "用户名,称呼\nzhao,赵警官\n".encode())
    again, page = (reverse(name, args=[one.pk]) for name in ("people_import_again", "people_import_file"))
    client.post(again)
    assert started == [one.pk], "it is being worked on"
    PeopleImport.objects.update(asked_at=timezone.now() - timedelta(minutes=11))
    assert again in client.get(page).content.decode()
    client.post(again)
    assert started == [one.pk, one.pk]
    assert again not in client.get(page).content.decode()


def test_what_changed_meanwhile_is_checked_again(client: Client, town: Town) -> None:
    one = bring(client, town, "staff", "用户名,称呼,手机号\nzhao,赵警官,13800000003\n".encode())
    town.neighbor.phone_digest = queries.phone_digest("13800000003")
    town.neighbor.save()
    client.post(reverse("people_take_over", args=[one.pk]))
    one.refresh_from_db()
    assert one.state == "refused"
    assert Account.objects.filter(username="zhao").first() is None


def test_postings_are_given_and_ended_by_a_file(client: Client, town: Town) -> None:
    today = timezone.localdate()
    head = "用户名,角色,警格编号,开始日期,结束日期\n"
    one = bring(client, town, "postings", f"{head}督办员,民警,JG01,{today},\n".encode())
    client.post(reverse("people_take_over", args=[one.pk]))
    assert queries.standing_of(town.supervisor.pk, today).has(Role.OFFICER)
    again = bring(client, town, "postings", f"{head}督办员,民警,JG01,{today},2099-01-01\n".encode())
    assert (again.new_count, again.changed_count) == (0, 1)
    client.post(reverse("people_take_over", args=[again.pk]))
    assert Posting.objects.get(person=town.supervisor, role="officer").ends_on == date(2099, 1, 1)


@pytest.mark.parametrize("sheet", list(SHEETS))
@pytest.mark.parametrize("form", ["csv", "gb18030", "xlsx"])
def test_what_is_taken_away_can_be_brought_back(client: Client, town: Town, sheet: str, form: str) -> None:
    client.force_login(town.administrator.account)
    data = b"".join(client.post(reverse("people_export", args=[sheet, form])).streaming_content)
    one = bring(client, town, sheet, data, f"file.{'xlsx' if form == 'xlsx' else 'csv'}")
    assert (one.state, one.new_count, one.changed_count, one.problems) == ("checked", 0, 0, [])
    assert one.total > 0
    client.post(reverse("people_take_over", args=[one.pk]))
    assert b"".join(client.post(reverse("people_export", args=[sheet, form])).streaming_content) == data or (
        form == "xlsx"  # which says when it was written
    )


AGENCY_HEAD = "单位编号,名称,类别,生效日期"


@pytest.mark.parametrize("kind", ["供水企业", "water", "Water supply"])
def test_an_agency_is_called_out_by_the_kind_that_a_file_names(client: Client, town: Town, kind: str) -> None:
    one = bring(client, town, "agencies", f"{AGENCY_HEAD}\nAG77,东城供水公司,{kind},2026-01-01\n".encode())
    client.post(reverse("people_take_over", args=[one.pk]))
    agency = queries.agency_with_code("AG77")
    assert agency is not None
    assert agency.kind == "water"


def test_a_kind_that_nobody_calls_out_is_told(client: Client, town: Town) -> None:
    one = bring(client, town, "agencies", f"{AGENCY_HEAD}\nAG77,东城水厂,供水公司,2026-01-01\n".encode())
    [problem] = one.problems
    assert (problem["trouble"], problem["nearest"]) == (Trouble.UNKNOWN_CODE, "供水企业")


def test_what_a_file_has_no_column_for_stays(client: Client, town: Town) -> None:
    served = queries.agency_with_code("AG01")
    assert served is not None
    before = list(served.estates.values_list("code", flat=True))
    assert before
    one = bring(client, town, "agencies", f"{AGENCY_HEAD}\nAG01,海棠物业公司,property,2026-01-01\n".encode())
    assert (one.new_count, one.changed_count) == (0, 1)
    client.post(reverse("people_take_over", args=[one.pk]))
    served.refresh_from_db()
    assert (served.name, list(served.estates.values_list("code", flat=True))) == ("海棠物业公司", before)


def test_postings_of_an_agency_end_with_it_by_a_file_too(client: Client, town: Town) -> None:
    clerk = Posting.objects.filter(agency__isnull=False, ends_on=None).select_related("agency")[0]
    assert clerk.agency is not None
    code, name, kind = clerk.agency.code, clerk.agency.name, clerk.agency.kind
    row = f"{AGENCY_HEAD},失效日期\n{code},{name},{kind},{clerk.agency.valid_from},2026-03-01\n"
    one = bring(client, town, "agencies", row.encode())
    client.post(reverse("people_take_over", args=[one.pk]))
    clerk.refresh_from_db()
    assert clerk.ends_on == date(2026, 3, 1)


def test_a_file_taken_away_speaks_the_language_of_the_page(client: Client, town: Town) -> None:
    client.force_login(town.administrator.account)
    read = {
        sheet: b"".join(client.post(reverse("people_export", args=[sheet, "csv"])).streaming_content).decode()
        for sheet in ("postings", "agencies")
    }
    assert "社区民警" in read["postings"]
    assert "officer" not in read["postings"]
    assert "供水企业" in read["agencies"]


def test_whose_name_leaves_in_a_file_sees_that(client: Client, town: Town) -> None:
    client.force_login(town.administrator.account)
    client.post(reverse("people_export", args=["staff", "csv"]))
    [reading] = queries.readings_about(town.officer.pk)
    assert (reading.purpose, reading.reader_id) == ("export", town.administrator.pk)
    assert not queries.readings_about(town.resident.pk)


def test_rows_read_again_are_the_same_rows() -> None:
    rows = [["li", "李·某", "𠮷某", "13800000002"], ["wu", "=1+1", "", ""]]
    headings = SHEETS["staff"].headings(chinese=True)
    for data in (b"".join(csv_bytes(headings, rows, "gb18030")), b"".join(xlsx_bytes(headings, rows))):
        table = read_table(BytesIO(data).getvalue(), "file")
        assert [list(row.values()) for row in table.rows] == rows
