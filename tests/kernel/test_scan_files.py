"""Files in SaTScan's text formats are scanned as they stand; the bench is the command for it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bench import scan as command

GEO = "a 30.00 120.00\nb 30.01 120.00\nc 30.02 120.01\nd 31.00 121.00\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "town.geo").write_text(GEO)
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *arguments: object) -> list[dict[str, Any]]:
    assert command.main([*map(str, arguments), "--json"]) == 0
    clusters: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["clusters"]
    return clusters


def test_days_of_a_prospective_permutation_scan(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    random = np.random.default_rng(1)
    quiet = "".join(
        f"{place} 1 2024/3/{day}\n" for day in range(1, 32) for place in random.choice(list("aaabcdddd"), 9)
    )
    (folder / "town.cas").write_text(
        quiet + "".join(f"{place} 4 2024/3/{day}\n" for place in "bc" for day in (30, 31))
    )
    files = "--cases", folder / "town.cas", "--geo", folder / "town.geo"
    first = told(
        capsys,
        *files,
        "--model",
        "permutation",
        "--prospective",
        "--longest",
        7,
        "--radius-km",
        5,
    )[0]
    assert set(first["places"]) == {"b", "c"}
    assert (first["from"], first["to"]) == ("2024-03-30", "2024-03-31")
    assert first["observed"] >= 16
    assert first["p"] == pytest.approx(1 / first["recurrence"])
    assert first["p"] < 0.05


def test_years_with_people_and_strata(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # Place d has the old; its many cases are those of its age, the cluster is in a.
    (folder / "town.pop").write_text(
        "".join(
            f"{place} {year} 1000 young\n{place} {year} 10 old\n" for place in "abc" for year in (1990, 1995)
        )
        + "d 90 1000 young\nd 90 1000 old\n"
    )
    (folder / "town.cas").write_text(
        "".join(f"{place} 4 {year} young\n" for place in "abcd" for year in range(1990, 1996))
        + "".join(f"d 40 {year} old\n" for year in range(1990, 1996))
        + "a 12 1994 young\n"
    )
    files = "--cases", folder / "town.cas", "--geo", folder / "town.geo", "--pop", folder / "town.pop"
    first = told(capsys, *files, "--model", "poisson")[0]
    assert (first["places"], first["from"], first["to"]) == (["a"], "1994-01-01", "1994-12-31")
    assert first["observed"] == 16
    # A quarter of the 108 of the young in a sixth of the time, and of the 240 old 10 in 1030.
    assert first["expected"] == pytest.approx(108 / 24 + 40 * 10 / 1030, rel=0.001)
    assert "recurrence" not in first


def test_space_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "town.pop").write_text("".join(f"{place} 2000 100\n" for place in "abcd"))
    (folder / "town.cas").write_text("a 3 2000\nb 4 2000\nc 3 2000\nd 30 2000\n")
    files = "--cases", folder / "town.cas", "--geo", folder / "town.geo", "--pop", folder / "town.pop"
    first = told(capsys, *files, "--model", "poisson", "--spatial")[0]
    assert (first["places"], first["observed"], first["expected"]) == (["d"], 30, pytest.approx(10))
    assert first["statistic"] == pytest.approx(30 * np.log(3) + 10 * np.log(1 / 3))


def test_a_place_nobody_knows_is_named(folder: Path) -> None:
    (folder / "town.cas").write_text("nowhere 1 2024/3/1\n")
    with pytest.raises(SystemExit, match="nowhere"):
        command.main(["--cases", str(folder / "town.cas"), "--geo", str(folder / "town.geo")])


@pytest.mark.parametrize(
    ("text", "year", "unit"), [("73", 1973, "year"), ("1991/12", 1991, "month"), ("2024-2-29", 2024, "day")]
)
def test_dates_have_their_units(text: str, year: int, unit: str) -> None:
    day, found = command.parse_day(text)
    assert (day.year, found) == (year, unit)
