import csv
import gzip
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook

HEADER = ["编号", "时间", "街道", "事项", "处置单位"]
STREETS = ["和顺街道", "柳林街道"]
UNITS = {"路灯不亮": "供电所", "水管漏水": "自来水公司", "占道停车": "交警大队"}
FEATURES = "时间,街道,事项"


def matters(count: int = 60) -> list[list[str]]:
    kinds = list(UNITS)
    return [
        [
            str(n),
            f"2031-05-{1 + n // 10:02} 0{n % 10}:00:00",
            STREETS[n % 2],
            kinds[n % 3],
            UNITS[kinds[n % 3]],
        ]
        for n in range(count)
    ]


def as_csv(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([HEADER, *rows])
    return text.getvalue().encode()


def run(capsys: pytest.CaptureFixture[str], *words: str | Path) -> dict[str, Any]:
    capsys.readouterr()
    call_command(*map(str, words))
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


@pytest.fixture
def past(tmp_path: Path) -> Path:
    path = tmp_path / "past.csv"
    path.write_bytes(as_csv(matters()))
    return path


@pytest.fixture
def model(past: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    path = tmp_path / "model.npz"
    run(capsys, "train_routing", past, "--features", FEATURES, "--unit", "处置单位", "--out", path)
    return path


def test_training_says_what_was_learned_and_writes_the_model(
    past: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "model.npz"
    said = run(capsys, "train_routing", past, "--features", FEATURES, "--unit", "处置单位", "--out", out)
    assert (said["rows"], said["units"], said["time"]) == (60, 3, "时间")
    assert said["bytes"] == out.stat().st_size


def test_evaluation_prints_nothing_but_json(
    past: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = run(
        capsys, "evaluate_routing", past, "--features", FEATURES, "--unit", "处置单位", "--model", model
    )
    assert result["accuracy"] == result["top_1"] == result["top_3"] == result["macro_f1"] == 1
    assert result["rows"] == 60
    assert set(result["per_class"]) == set(UNITS.values())
    assert 0 < result["threshold"] <= 1
    assert 0 <= result["coverage"] <= 1


def test_values_and_units_never_seen_are_counted(
    tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    later = tmp_path / "later.csv"
    rows = [*matters(6), ["60", "2031-06-01 08:00:00", "新街道", "火灾", "消防站"]]
    later.write_bytes(as_csv(rows))
    result = run(
        capsys, "evaluate_routing", later, "--features", FEATURES, "--unit", "处置单位", "--model", model
    )
    assert result["unseen_units"] == {"消防站": 1}
    assert result["unseen_values"] == {"街道": 1, "事项": 1}
    assert result["top_3"] == pytest.approx(6 / 7, abs=1e-4)


def test_a_renamed_unit_is_found_by_its_number(
    past: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    numbers = {unit: str(place) for place, unit in enumerate(UNITS.values())}
    told_apart = [[*HEADER, "单位编号"], *([*row, numbers[row[4]]] for row in matters())]
    renamed = [told_apart[0], *([*row[:4], f"新{row[4]}", row[5]] for row in told_apart[1:])]
    for name, rows in (("past.csv", told_apart), ("later.csv", renamed)):
        with (tmp_path / name).open("w", newline="") as file:
            csv.writer(file).writerows(rows)
    words = ["--features", FEATURES, "--unit", "处置单位", "--unit-number", "单位编号"]
    model = tmp_path / "model.npz"
    run(capsys, "train_routing", tmp_path / "past.csv", *words, "--out", model)
    result = run(capsys, "evaluate_routing", tmp_path / "later.csv", *words, "--model", model)
    assert (result["top_1"], result["unseen_units"]) == (1, {})
    by_name = run(capsys, "evaluate_routing", tmp_path / "later.csv", *words[:4], "--model", model)
    assert (by_name["top_3"], sum(by_name["unseen_units"].values())) == (0, 60)


def test_the_number_is_no_feature_and_only_for_models_that_know_it(
    past: Path, model: Path, tmp_path: Path
) -> None:
    options = {"features": FEATURES, "unit": "处置单位"}
    with pytest.raises(CommandError, match="街道 is what is to be learned"):
        call_command("train_routing", past, **options, unit_number="街道", out=tmp_path / "other.npz")
    with pytest.raises(CommandError, match="by name alone"):
        call_command("evaluate_routing", past, **options, unit_number="编号", model=model)


def test_gzipped_and_xlsx_files_teach_the_same(
    past: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packed, book = tmp_path / "past.csv.gz", tmp_path / "past.xlsx"
    packed.write_bytes(gzip.compress(past.read_bytes()))
    workbook = Workbook()
    sheet = workbook.create_sheet("matters", 0)
    for row in [HEADER, *matters()]:
        sheet.append(row)
    workbook.save(book)
    said = [
        run(
            capsys,
            "train_routing",
            file,
            "--features",
            "街道,事项",
            "--unit",
            "处置单位",
            "--out",
            file.with_suffix(".npz"),
        )
        for file in (past, packed, book)
    ]
    assert len({(one["threshold"], one["held_back_log_chance"], one["rows"]) for one in said}) == 1


def test_a_missing_column_is_named(past: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="社区"):
        call_command("train_routing", past, features="街道,社区", unit="处置单位", out=tmp_path / "model.npz")
    assert not (tmp_path / "model.npz").exists()


def test_the_unit_itself_cannot_be_a_feature(past: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be a feature"):
        call_command(
            "train_routing", past, features="街道,处置单位", unit="处置单位", out=tmp_path / "model.npz"
        )


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "empty"),
        (as_csv([]), "no row names a unit"),
        (as_csv([[*row[:4], "-"] for row in matters(6)]), "no row names a unit"),
        (as_csv([[*row[:4], "供电所"] for row in matters(6)]), "only one unit"),
    ],
)
def test_a_file_that_teaches_nothing_is_refused_with_the_reason(
    content: bytes, complaint: str, tmp_path: Path
) -> None:
    file = tmp_path / "past.csv"
    file.write_bytes(content)
    with pytest.raises(CommandError, match=complaint):
        call_command("train_routing", file, features=FEATURES, unit="处置单位", out=tmp_path / "model.npz")


def test_evaluating_needs_a_model_and_its_columns(past: Path, model: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="not a routing model"):
        call_command("evaluate_routing", past, features=FEATURES, unit="处置单位", model=past)
    with pytest.raises(CommandError, match="also reads 事项"):
        call_command("evaluate_routing", past, features="街道", unit="处置单位", model=model)
    with pytest.raises(CommandError, match=r"nowhere\.npz"):
        call_command(
            "evaluate_routing", past, features=FEATURES, unit="处置单位", model=tmp_path / "nowhere.npz"
        )
