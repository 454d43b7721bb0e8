from datetime import date

import pytest

from maplebridge.grading.domain.counts_file import Problem, ReadCounts, Trouble, read_counts
from maplebridge.kernel.periods import Month
from maplebridge.kernel.tables import Row, read_table

AREAS = {"Z01": 1, "迎宾派出所": 1, "Z02": 2}
INDICATORS = {"盗窃": "theft", "theft": "theft", "诈骗": "fraud"}


def read(text: str) -> ReadCounts:
    table = read_table(text.encode(), "counts.csv")
    rows = [Row(number, values) for number, values in zip(table.numbers, table.rows, strict=True)]
    return read_counts(
        rows,
        table.columns,
        areas=AREAS,
        indicators=INDICATORS,
        populations={"residents"},
        today=date(2026, 3, 10),
    )


def test_a_file_is_read_by_names_or_codes_with_months_as_people_write_them() -> None:
    found = read(
        '地区,月份,盗窃,诈骗,residents\n迎宾派出所,2026年1月,4,,30500\nZ02,2026/01,0,2,\nZ01,202602,"1,200",3,\n'
    )

    assert found.problems == []
    assert found.counts["theft"] == {Month(2026, 1): {1: 4, 2: 0}, Month(2026, 2): {1: 1200}}
    assert found.counts["fraud"] == {Month(2026, 1): {2: 2}, Month(2026, 2): {1: 3}}
    assert found.populations == {"residents": {Month(2026, 1): {1: 30500}}}
    assert found.months == [Month(2026, 1), Month(2026, 2)]


def test_an_empty_cell_is_not_a_zero() -> None:
    found = read("area,month,theft\nZ01,2026-01,\nZ02,2026-01,0\n")

    assert found.counts["theft"] == {Month(2026, 1): {2: 0}}


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("Z09,2026-01,1", Problem(2, Trouble.UNKNOWN_AREA, "area", "Z09")),
        ("Z01,2026-13,1", Problem(2, Trouble.NOT_A_MONTH, "month", "2026-13")),
        ("Z01,January,1", Problem(2, Trouble.NOT_A_MONTH, "month", "January")),
        ("Z01,2026-03,1", Problem(2, Trouble.MONTH_NOT_OVER, "month", "2026-03")),
        ("Z01,2026-01,-1", Problem(2, Trouble.NEGATIVE, "theft", "-1")),
        ("Z01,2026-01,1.5", Problem(2, Trouble.NOT_WHOLE, "theft", "1.5")),
        ("Z01,2026-01,some", Problem(2, Trouble.NOT_A_NUMBER, "theft", "some")),
        ("Z01,2026-01,nan", Problem(2, Trouble.NOT_A_NUMBER, "theft", "nan")),
        ("Z01,2026-01,inf", Problem(2, Trouble.TOO_LARGE, "theft", "inf")),
        ("Z01,2026-01,1e12", Problem(2, Trouble.TOO_LARGE, "theft", "1e12")),
    ],
)
def test_a_wrong_row_is_told_with_its_number_and_its_cell(row: str, problem: Problem) -> None:
    assert read(f"area,month,theft\n{row}\n").problems == [problem]


def test_a_month_given_twice_names_the_row_that_gave_it_first() -> None:
    found = read("area,month,theft\nZ01,2026-01,1\nZ02,2026-01,1\n迎宾派出所,2026-01,2\n")

    assert found.problems == [Problem(4, Trouble.TWICE, "area", "2")]


def test_headings_that_say_nothing_are_told_together() -> None:
    found = read("place,when,burglary\nZ01,2026-01,1\n")

    assert [(one.trouble, one.column) for one in found.problems] == [
        (Trouble.NO_AREA_COLUMN, ""),
        (Trouble.NO_MONTH_COLUMN, ""),
        (Trouble.UNKNOWN_COLUMN, "place"),
        (Trouble.UNKNOWN_COLUMN, "when"),
        (Trouble.UNKNOWN_COLUMN, "burglary"),
        (Trouble.NO_INDICATOR, ""),
    ]


def test_a_file_without_a_single_count_is_refused() -> None:
    assert read("area,month,theft\nZ01,2026-01,\n").problems == [Problem(0, Trouble.NOTHING_COUNTED)]
