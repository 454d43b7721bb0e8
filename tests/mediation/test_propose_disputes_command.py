import csv
import gzip
import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook

HEADER = ["row", "type_1", "p_1", "type_2", "p_2", "type_3", "p_3", "risk", "tier", "why"]
TOLD = "id,情况\n7,包工头欠我们工钱跑了\n8,\n9,楼上漏水泡了我家\n"


def proposed(out: Path) -> list[dict[str, str]]:
    rows = list(csv.DictReader(io.StringIO(out.read_bytes().decode("utf-8-sig"))))
    assert all(list(row) == HEADER for row in rows)
    return rows


def run(folder: Path, data: bytes, name: str = "in.csv", column: str = "情况") -> list[dict[str, str]]:
    (folder / name).write_bytes(data)
    call_command("propose_disputes", str(folder / name), text=column, out=folder / "out.csv")
    return proposed(folder / "out.csv")


def test_each_row_gets_three_types_and_an_empty_one_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second, third = run(tmp_path, TOLD.encode())
    assert first["type_1"] == "拖欠农民工工资"
    assert float(first["p_1"]) > float(first["p_2"]) >= float(first["p_3"])
    assert (first["risk"], first["tier"]) == ("low", "town")
    assert "“工钱”" in first["why"]
    assert (second["row"], second["type_1"], second["risk"]) == ("2", "", "")
    assert second["why"]
    assert "row 2 has no text" in capsys.readouterr().err
    assert (third["row"], third["type_1"]) == ("3", "邻里")


def test_gzipped_gb18030_and_xlsx_say_the_same(tmp_path: Path) -> None:
    plain = run(tmp_path, TOLD.encode())
    assert run(tmp_path, gzip.compress(TOLD.encode()), "in.csv.gz") == plain
    assert run(tmp_path, TOLD.encode("gb18030")) == plain
    book = Workbook()
    for line in TOLD.splitlines():
        book.active.append(line.split(","))
    book.save(tmp_path / "book.xlsx")
    assert run(tmp_path, (tmp_path / "book.xlsx").read_bytes(), "in.xlsx") == plain


def test_a_line_left_blank_keeps_the_rows_in_step(tmp_path: Path) -> None:
    rows = run(tmp_path, "情况\n欠钱不还\n\n车祸赔偿谈不拢\n".encode())
    assert [row["row"] for row in rows] == ["1", "2", "3"]
    assert [bool(row["type_1"]) for row in rows] == [True, False, True]


def test_a_table_without_rows_gives_the_header_alone(tmp_path: Path) -> None:
    assert run(tmp_path, "情况\n".encode()) == []


@pytest.mark.parametrize(
    ("data", "column", "said"),
    [
        (TOLD.encode(), "text", "lacks the columns text"),
        (b"", "text", "empty"),
        (b"\x00\x01\xff\xfe\xfa", "text", "neither UTF-8"),
        (b"\x1f\x8b broken", "text", "gzip"),
        (b"PK\x03\x04 broken", "text", "XLSX"),
    ],
)
def test_bad_input_is_named(tmp_path: Path, data: bytes, column: str, said: str) -> None:
    with pytest.raises(CommandError, match=said):
        run(tmp_path, data, column=column)
    assert not (tmp_path / "out.csv").exists()


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"missing\.csv"):
        call_command("propose_disputes", str(tmp_path / "missing.csv"), text="x", out=tmp_path / "o.csv")


def test_training_on_accounts_of_a_type_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    (tmp_path / "more.csv").write_text("type,text\n天上的事,星星掉了\n", encoding="utf-8")
    with pytest.raises(CommandError, match="天上的事"):
        call_command("train_disputes", examples=tmp_path, out=tmp_path)


def test_what_is_shipped_is_what_training_gives(tmp_path: Path) -> None:
    """The mixture is data beside the models; a town that trains anew gets the same form."""
    from maplebridge.mediation.data import accounts
    from maplebridge.mediation.management.commands.train_disputes import MIXTURE

    shipped = json.loads(accounts.MIXTURE.read_text(encoding="utf-8"))
    accounts.save_mixture(MIXTURE, tmp_path / "mixture.json")
    assert json.loads((tmp_path / "mixture.json").read_text(encoding="utf-8")) == shipped
