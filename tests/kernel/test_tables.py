import gzip
import io
from collections.abc import Mapping
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from maplebridge.kernel.tables import Fault, TableError, csv_bytes, iter_rows, read_table, xlsx_bytes

TEXT = '编号,名称\n1,海棠苑\n2,"和顺区,东"\n'
ROWS = [{"编号": "1", "名称": "海棠苑"}, {"编号": "2", "名称": "和顺区,东"}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_file_reads_the_same_in_every_encoding(encoding: str, pack: type[bytes]) -> None:
    table = read_table(pack(TEXT.encode(encoding)), "estates.csv")
    assert table.columns == ["编号", "名称"]
    assert table.rows == ROWS
    assert table.numbers == [2, 3]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_the_delimiter_is_found(mark: str) -> None:
    assert read_table(f"a{mark}b\n1{mark}2\n".encode(), "t").rows == [{"a": "1", "b": "2"}]


def test_a_comma_in_a_quoted_heading_is_no_delimiter() -> None:
    assert read_table(b'"a,b,c";d\n1;2\n', "t").columns == ["a,b,c", "d"]


def test_rare_characters_survive_both_encodings() -> None:
    rows = [{"n": "𠮷·㐂👍﨑"}]
    for encoding in ("utf-8-sig", "gb18030"):
        assert read_table(b"".join(csv_bytes(["n"], rows, encoding)), "t").rows == rows


def test_empty_lines_are_skipped_and_counted() -> None:
    assert read_table(b"a,b\n\n1,2\n,\n3,4\n", "t").numbers == [3, 5]


def refusal(data: bytes, **options: str) -> tuple[Fault, Mapping[str, object]]:
    with pytest.raises(TableError) as caught:
        read_table(data, "t", sheet=options.get("sheet"))
    assert str(caught.value)
    return caught.value.code, caught.value.params


def test_a_broken_utf8_file_is_told_by_byte_and_line() -> None:
    broken = "名称\n海棠苑\n和顺".encode() + b"\xff\xff\n"
    code, params = refusal(broken)
    assert code == Fault.NOT_TEXT
    assert (params["byte"], params["line"]) == (broken.index(b"\xff"), 3)


def test_a_utf8_file_with_one_lost_byte_is_not_read_as_nonsense() -> None:
    text = "名称\n海棠苑的楼顶漏水\n".encode()
    code, params = refusal(text[:20] + text[21:])
    assert code == Fault.NOT_TEXT
    assert params["line"] == 2


def test_a_file_broken_across_two_pieces_is_told_at_the_right_byte() -> None:
    head = b"a\n" + b"x" * 65533  # the character begins with the last byte of the first piece
    code, params = refusal(head + "海".encode()[:2] + b"\xff" * 4)
    assert code == Fault.NOT_TEXT
    assert params["byte"] in range(len(head), len(head) + 4)


def test_a_truncated_last_character_is_told() -> None:
    code, params = refusal("名称\n海棠苑漏水".encode()[:-1])
    assert (code, params["line"]) == (Fault.NOT_TEXT, 2)


@pytest.mark.parametrize(
    ("data", "code", "told"),
    [
        (b"", Fault.EMPTY, {}),
        (b"\n\n", Fault.EMPTY, {}),
        (b"\n  \n\t\n", Fault.EMPTY, {}),
        ("编号\t名称\r\n1\t海棠苑".encode("utf-16"), Fault.UTF_16, {}),
        (b"%PDF-1.7\n1 0 obj <<>> endobj\n", Fault.NOT_A_TABLE, {}),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01", Fault.NOT_A_TABLE, {}),
        (
            "和顺区网格一览表,,\n编号,名称,备注\n".encode(),
            Fault.TITLE_ABOVE_HEADINGS,
            {"title": "和顺区网格一览表"},
        ),
        ("和顺区网格一览表\n编号,名称\n1,海棠苑\n".encode(), Fault.TITLE_ABOVE_HEADINGS, {}),
        (b"a,a\n1,2\n", Fault.DUPLICATE_HEADER, {"header": "a", "first": 1, "column": 2}),
        (b"a, a \n1,2\n", Fault.DUPLICATE_HEADER, {"header": "a"}),
        (b"a,,b\n1,2,3\n", Fault.EMPTY_HEADER, {"column": 2}),
        (b"a,b\n1,2\n1\n1,2,3\n4,5\n", Fault.RAGGED, {"rows": (3, 4), "count": 2, "expected": 2}),
        (b'a,b\n1,"2\n', Fault.BROKEN_QUOTES, {"row": 2}),
        (b"\x1f\x8b\x08nonsense", Fault.BROKEN_GZIP, {}),
        (gzip.compress(b"a,b\n1,2\n" * 99)[:-20], Fault.BROKEN_GZIP, {}),
        (b"PK\x03\x04nonsense", Fault.NOT_XLSX, {}),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Fault.OLD_XLS, {}),
    ],
)
def test_what_is_wrong_is_told_with_a_code(data: bytes, code: Fault, told: dict[str, object]) -> None:
    found, params = refusal(data)
    assert found == code
    assert told.items() <= params.items()


def test_missing_columns_are_told_together() -> None:
    table = read_table(b"a,b\n1,2\n", "t")
    table.require("a", "b", name="t")
    with pytest.raises(TableError) as caught:
        table.require("a", "code", "name", name="t")
    assert caught.value.params["missing"] == ("code", "name")


def test_more_rows_than_allowed_are_refused() -> None:
    with pytest.raises(TableError) as caught:
        read_table(b"a\n1\n2\n3\n", "t", max_rows=2)
    assert caught.value.code == Fault.TOO_MANY_ROWS


def workbook(*rows: list[object], title: str = "数据") -> bytes:
    book = Workbook(write_only=True)
    page = book.create_sheet(title)
    for row in rows:
        page.append(row)
    book.create_sheet("另一张").append(["x"])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_a_workbook_gives_text_as_a_person_would_type_it() -> None:
    data = workbook(
        ["编号", "日期", "时刻", "面积", "有效", None],
        [630102001001001, date(2026, 3, 1), datetime.fromisoformat("2026-03-01T08:30"), 12.5, True],
        [],
        [3.0, None, None, None, False, None],
    )
    table = read_table(data, "t.xlsx")
    assert table.columns == ["编号", "日期", "时刻", "面积", "有效"]
    assert list(table.rows[0].values()) == [
        "630102001001001", "2026-03-01", "2026-03-01T08:30:00", "12.5", "TRUE",
    ]  # fmt: skip
    assert list(table.rows[1].values()) == ["3", "", "", "", "FALSE"]
    assert table.numbers == [2, 4]


def test_a_sheet_is_chosen_by_name() -> None:
    data = workbook(["a"], ["1"])
    assert read_table(data, "t", sheet="另一张").columns == ["x"]
    code, params = refusal(data, sheet="没有")
    assert (code, params["sheets"]) == (Fault.NO_SUCH_SHEET, ("数据", "另一张"))


def test_a_long_file_is_read_row_by_row_from_a_stream() -> None:
    data = io.BytesIO(gzip.compress(b"n\n" + b"".join(b"%d\n" % n for n in range(100_000))))
    total = last = 0
    for row in iter_rows(data, "t"):
        total += int(row.values["n"])
        last = row.number
    assert (total, last) == (sum(range(100_000)), 100_001)


def test_streaming_stops_at_the_first_ragged_row() -> None:
    rows = iter_rows(b"a,b\n1,2\n3\n", "t")
    assert next(rows).values == {"a": "1", "b": "2"}
    with pytest.raises(TableError) as caught:
        next(rows)
    assert caught.value.params["rows"] == (3,)


@pytest.mark.parametrize("formula", ["=1+1", "+A1", "-A1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0"])
def test_a_spreadsheet_does_not_run_what_a_resident_wrote(formula: str) -> None:
    written = b"".join(csv_bytes(["text"], [{"text": formula}])).decode("utf-8-sig").splitlines()[1]
    assert written.strip('"')[0] == "'"
    page = load_workbook(io.BytesIO(b"".join(xlsx_bytes(["text"], [[formula]]))))["Sheet1"]
    assert page["A2"].data_type == "s"


def test_negative_numbers_stay_numbers() -> None:
    assert b"\n-5,+3.5\r" in b"".join(csv_bytes(["a", "b"], [[-5, "+3.5"]]))


CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=20)


@given(
    st.lists(st.fixed_dictionaries({"a": CELL, "备注": CELL}), max_size=5),
    st.sampled_from(["utf-8-sig", "gb18030"]),
)
def test_what_is_written_is_read_again(rows: list[dict[str, str]], encoding: str) -> None:
    data = b"".join(csv_bytes(["a", "备注"], rows, "gb18030" if encoding == "gb18030" else "utf-8-sig"))
    assert read_table(data, "t").rows == [row for row in rows if any(row.values())]


VISIBLE = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=20)


@given(st.lists(st.fixed_dictionaries({"a": VISIBLE, "b": VISIBLE}), max_size=3))
def test_a_workbook_that_is_written_is_read_again(rows: list[dict[str, str]]) -> None:
    data = b"".join(xlsx_bytes(["a", "b"], rows))
    assert read_table(data, "t").rows == [row for row in rows if any(row.values())]


def test_control_characters_do_not_break_a_workbook() -> None:
    assert read_table(b"".join(xlsx_bytes(["a"], [["x\x00\x07y"]])), "t").rows == [{"a": "xy"}]
