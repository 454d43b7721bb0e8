import csv
import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from openpyxl import Workbook

from maplebridge.learning.linear_text import load

PLACES = ["三号楼", "东门口", "幼儿园旁边", "菜市场后面", "我们单元", "桥头", "五栋地下室", "停车场"]
SAID = {
    "漏水": ["{}天花板一直漏水", "{}水管爆裂漏水没人修", "昨晚下雨{}又漏水了"],
    "噪音": ["{}半夜施工噪音太大", "{}广场舞音响吵得睡不着", "{}装修噪音从早响到晚"],
    "养狗": ["{}有人遛狗不牵绳", "{}大狗追着孩子咬", "{}狗粪便没人清理"],
}
ROWS = [
    {"title": f"关于{label}", "detail": pattern.format(place), "label": label, "group": place}
    for label, said in SAID.items()
    for pattern in said
    for place in PLACES
]
UNSEEN = [
    {"title": "", "detail": "六楼厨房漏水", "label": "漏水", "group": ""},
    {"title": "", "detail": "烧烤店噪音到凌晨", "label": "噪音", "group": ""},
    {"title": "", "detail": "公园里遛狗没牵绳", "label": "养狗", "group": ""},
    {"title": "", "detail": "路灯坏了", "label": "路灯", "group": ""},
    {"title": "", "detail": "没有人分过类的话", "label": "", "group": ""},
]


def as_csv(rows: list[dict[str, str]], encoding: str = "utf-8") -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(ROWS[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def as_xlsx(rows: list[dict[str, str]]) -> bytes:
    book, data = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(ROWS[0]))
    for row in rows:
        sheet.append(list(row.values()))
    book.save(data)
    return data.getvalue()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    (folder / "past.csv").write_bytes(as_csv(ROWS))
    run(
        "train_triage",
        folder / "past.csv",
        text="detail,title",
        label="label",
        group="group",
        out=folder / "m.npz",
    )
    return folder / "m.npz"


def run(command: str, file: Path, **options: Any) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    words = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    call_command(command, str(file), *words, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def evaluated(file: Path, model: Path) -> dict[str, Any]:
    out, _ = run("evaluate_triage", file, text="detail,title", label="label", model=model)
    result: dict[str, Any] = json.loads(out)
    return result


def test_training_says_what_it_does_and_what_came_out(tmp_path: Path) -> None:
    (tmp_path / "past.csv").write_bytes(as_csv([*ROWS, UNSEEN[-1]]))
    out, err = run(
        "train_triage", tmp_path / "past.csv", text="detail", label="label", out=tmp_path / "m.npz"
    )
    summary = json.loads(out)
    assert (summary["rows"], summary["classes"]) == (72, 3)
    assert summary["bytes"] == (tmp_path / "m.npz").stat().st_size
    assert "1 rows without a label are left out" in err
    assert "reading 72 texts" in err


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("new.csv", as_csv),
        ("new.csv.gz", lambda rows: gzip.compress(as_csv(rows))),
        ("gb.csv", lambda rows: as_csv(rows, "gb18030")),
        ("new.xlsx", as_xlsx),
    ],
)
def test_every_kind_of_file_gives_the_same_numbers(
    tmp_path: Path, model: Path, name: str, write: Callable[[list[dict[str, str]]], bytes]
) -> None:
    (tmp_path / name).write_bytes(write(UNSEEN))
    result = evaluated(tmp_path / name, model)
    assert result["rows"] == 4
    assert (result["accuracy"], result["top_1"], result["top_3"]) == (0.75, 0.75, 0.75)
    assert set(result["per_class"]) == {"漏水", "噪音", "养狗", "路灯"}
    assert 0 <= result["threshold"] <= 1
    assert 0 <= result["coverage"] <= 1


def test_a_label_never_learned_is_counted_and_wrong(tmp_path: Path, model: Path) -> None:
    (tmp_path / "new.csv").write_bytes(as_csv(UNSEEN))
    result = evaluated(tmp_path / "new.csv", model)
    assert result["unseen_labels"] == {"路灯": 1}
    assert result["per_class"]["路灯"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "rows": 1}


def test_coverage_is_the_share_above_the_stored_threshold(tmp_path: Path, model: Path) -> None:
    known = [row for row in ROWS if row["label"] == "漏水"]
    unknown = [{"title": "", "detail": "〇", "label": "漏水", "group": ""}] * len(known)
    (tmp_path / "half.csv").write_bytes(as_csv([*known, *unknown]))
    trained = load(model)
    chances = trained.probabilities([(row["detail"], row["title"]) for row in known]).max(axis=1)
    sure = sum(chance > trained.threshold for chance in chances)
    result = evaluated(tmp_path / "half.csv", model)
    assert 0 < sure <= len(known)
    assert result["coverage"] == pytest.approx(sure / 48, abs=1e-4)
    assert result["accuracy_above_threshold"] == 1.0


def bad_files(folder: Path) -> dict[str, Path]:
    contents = {
        "empty": b"",
        "header": as_csv([]),
        "unlabeled": as_csv([UNSEEN[-1]]),
        "one": as_csv(ROWS[:5]),
        "binary": b"\x81\xff\x00\xfe" * 9,
    }
    for name, content in contents.items():
        (folder / f"{name}.csv").write_bytes(content)
    return {name: folder / f"{name}.csv" for name in [*contents, "absent"]}


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("empty", "detail", r"empty\.csv is empty"),
        ("header", "detail", "no row with a label"),
        ("unlabeled", "detail", "no row with a label"),
        ("one", "detail", "only one label to learn: 漏水"),
        ("one", "detail,place", "lacks the columns place"),
        ("binary", "detail", "neither UTF-8 nor GB 18030"),
        ("absent", "detail", "No such file"),
    ],
)
def test_what_cannot_be_learned_is_refused_with_the_reason(
    tmp_path: Path, name: str, text: str, complaint: str
) -> None:
    with pytest.raises(CommandError, match=complaint):
        run("train_triage", bad_files(tmp_path)[name], text=text, label="label", out=tmp_path / "m.npz")
    assert not (tmp_path / "m.npz").exists()


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    (tmp_path / "past.csv").write_bytes(as_csv(ROWS))
    with pytest.raises(CommandError, match="nowhere"):
        run(
            "train_triage",
            tmp_path / "past.csv",
            text="detail",
            label="label",
            out=tmp_path / "nowhere" / "m.npz",
        )


def test_a_table_given_as_the_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "past.csv").write_bytes(as_csv(ROWS))
    with pytest.raises(CommandError, match=r"past\.csv is not a model"):
        evaluated(tmp_path / "past.csv", tmp_path / "past.csv")


def test_the_columns_must_be_as_many_as_in_training(tmp_path: Path, model: Path) -> None:
    (tmp_path / "new.csv").write_bytes(as_csv(UNSEEN))
    with pytest.raises(CommandError, match="reads 2 columns, --text names 1"):
        run("evaluate_triage", tmp_path / "new.csv", text="detail", label="label", model=model)
