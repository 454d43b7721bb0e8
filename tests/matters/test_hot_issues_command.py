import csv
import gzip
import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

HEADER = ["id", "user", "title", "detail", "t", "likes"]
ROWS = [
    [
        "1",
        "甲",
        "海棠花园楼下餐馆油烟扰民",
        "海棠花园2栋一楼餐馆油烟直接排到楼上。",
        "2031-05-01 08:00:00",
        "3",
    ],
    ["2", "乙", "请管管海棠花园的油烟", "我住海棠花园3栋，楼下餐馆油烟太大。", "2031/5/3 9:00:00", ""],
    ["3", "丙", "青禾小学什么时候扩建", "青禾小学一个班六十个人，扩建说了三年。", "2031-05-04", "0"],
    ["4", "丁", "咨询青禾小学扩建进度", "听说青禾小学要扩建，请问什么时候动工。", "", "0"],
    ["5", "戊", "身份证丢了怎么补办", "请问补办身份证要带什么材料？", "2031-05-05 08:00:00", "0"],
]


def as_csv(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return text.getvalue().encode()


def issues(out: Path) -> list[dict[str, str]]:
    data = out.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def run(folder: Path, data: bytes, *words: str, name: str = "in.csv") -> list[dict[str, str]]:
    (folder / name).write_bytes(data)
    call_command("hot_issues", str(folder / name), *words, "--out", str(folder / "out.csv"))
    return issues(folder / "out.csv")


def test_each_message_of_an_issue_has_a_row_with_the_promised_columns(tmp_path: Path) -> None:
    rows = run(tmp_path, as_csv(HEADER, ROWS))
    assert list(rows[0]) == ["issue", "rank", "heat", "title", "place", "from", "to", "message_id"]
    by_place = {row["place"]: {r["message_id"] for r in rows if r["issue"] == row["issue"]} for row in rows}
    assert by_place == {"海棠花园": {"1", "2"}, "青禾小学": {"3", "4"}}
    smoke = next(row for row in rows if row["message_id"] == "1")
    assert (smoke["from"], smoke["to"]) == ("2031-05-01 08:00:00", "2031-05-03 09:00:00")


def test_columns_have_other_names_when_told_so_and_the_file_may_be_gzipped(tmp_path: Path) -> None:
    data = gzip.compress(as_csv(["编号", "人", "标题", "内容", "时间", "赞"], ROWS))
    words = ["--id", "编号", "--title", "标题", "--text", "内容", "--time", "时间"]
    rows = run(tmp_path, data, *words, name="in.csv.gz")
    assert {row["message_id"] for row in rows} == {"1", "2", "3", "4"}


def test_a_file_with_numbers_and_texts_only_is_enough(tmp_path: Path) -> None:
    rows = run(tmp_path, as_csv(["id", "detail"], [[row[0], row[2] + "。" + row[3]] for row in ROWS]))
    assert {row["message_id"] for row in rows} == {"1", "2", "3", "4"}
    assert {row["from"] for row in rows} == {""}


def test_rows_without_a_number_or_with_a_repeated_one_are_left_out_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = run(tmp_path, as_csv(HEADER, [*ROWS, ROWS[0], ["", *ROWS[0][1:]]]))
    assert sorted(row["message_id"] for row in rows) == ["1", "2", "3", "4"]
    told = capsys.readouterr().err
    assert "2 rows are left out" in told
    assert "1 messages have no readable time" in told


def test_a_file_without_issues_gives_a_header_only(tmp_path: Path) -> None:
    assert run(tmp_path, as_csv(HEADER, ROWS[4:])) == []


@pytest.mark.parametrize("words", [["--text", "内容"], ["--title", "标题"], ["--id", "编号"]])
def test_a_column_that_is_named_and_missing_is_refused_and_nothing_is_written(
    tmp_path: Path, words: list[str]
) -> None:
    with pytest.raises(CommandError, match=words[1]):
        run(tmp_path, as_csv(HEADER, ROWS), *words)
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_a_file_that_is_not_there_or_no_table_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"missing\.csv"):
        call_command("hot_issues", str(tmp_path / "missing.csv"), "--out", str(tmp_path / "out.csv"))
    with pytest.raises(CommandError, match=r"in\.csv"):
        run(tmp_path, b"\xff\xfe\x00broken")


def test_a_place_that_cannot_be_written_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(as_csv(HEADER, ROWS))
    with pytest.raises(CommandError, match="nowhere"):
        call_command("hot_issues", str(tmp_path / "in.csv"), "--out", str(tmp_path / "nowhere" / "out.csv"))
