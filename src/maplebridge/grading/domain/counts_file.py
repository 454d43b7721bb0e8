"""Monthly counts as a town keeps them in a spreadsheet: a row an area and month, a column an indicator.

Every problem is found in one reading, by row and reason; a file with a problem is not taken over.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from maplebridge.kernel.periods import Month
from maplebridge.kernel.tables import Row

AREA, MONTH = "area", "month"
HEADINGS = {
    AREA: (AREA, "地区", "区域", "地区编码", "单位"),
    MONTH: (MONTH, "月份", "年月"),
}
LARGEST = 100_000_000  # more of anything in one area and month is a slip of the keyboard


class Trouble(StrEnum):
    NO_AREA_COLUMN = "no_area_column"
    NO_MONTH_COLUMN = "no_month_column"
    UNKNOWN_COLUMN = "unknown_column"
    NO_INDICATOR = "no_indicator"
    UNKNOWN_AREA = "unknown_area"
    NOT_A_MONTH = "not_a_month"
    MONTH_NOT_OVER = "month_not_over"
    TWICE = "twice"
    NOT_A_NUMBER = "not_a_number"
    NEGATIVE = "negative"
    NOT_WHOLE = "not_whole"
    TOO_LARGE = "too_large"
    NOTHING_COUNTED = "nothing_counted"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, in which row (0: the headings) and column, with the cell as it stands there."""

    row: int
    trouble: Trouble
    column: str = ""
    cell: str = ""


@dataclass(frozen=True, slots=True)
class ReadCounts:
    """What a file says: indicator code -> month -> area id -> count, and the same for populations."""

    counts: Mapping[str, Mapping[Month, Mapping[int, int]]]
    populations: Mapping[str, Mapping[Month, Mapping[int, int]]]
    problems: Sequence[Problem]
    rows: int

    @property
    def months(self) -> list[Month]:
        return sorted({month for by_month in self.counts.values() for month in by_month})


@dataclass(slots=True)
class _Reading:
    counts: dict[str, dict[Month, dict[int, int]]] = field(default_factory=dict)
    populations: dict[str, dict[Month, dict[int, int]]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    seen: dict[tuple[int, Month], int] = field(default_factory=dict)


def read_counts(
    rows: Sequence[Row],
    columns: Sequence[str],
    *,
    areas: Mapping[str, int],
    indicators: Mapping[str, str],
    populations: Collection[str],
    today: date,
) -> ReadCounts:
    """Read a table of counts.

    `areas` maps codes and names to ids, `indicators` headings to codes; `populations` are the headings of what
    indicators divide by (residents, households). An empty cell is a month that was not counted, not a zero.
    """
    reading = _Reading()
    area_column, month_column = _column(columns, AREA), _column(columns, MONTH)
    kinds = {name: _kind(name, indicators, populations) for name in columns}
    _check_columns(reading, area_column, month_column, kinds)
    if area_column and month_column:
        for row in rows:
            _read_row(reading, row, area_column, month_column, kinds, areas, indicators, today)
    if rows and not reading.counts and not reading.problems:
        reading.problems.append(Problem(0, Trouble.NOTHING_COUNTED))
    return ReadCounts(reading.counts, reading.populations, reading.problems, len(rows))


def _column(columns: Sequence[str], name: str) -> str | None:
    return next((one for one in columns if one.strip().lower() in HEADINGS[name]), None)


def _kind(name: str, indicators: Mapping[str, str], populations: Collection[str]) -> str:
    if name.strip().lower() in (*HEADINGS[AREA], *HEADINGS[MONTH]):
        return "key"
    if name in indicators:
        return "count"
    return "population" if name in populations else ""


def _check_columns(
    reading: _Reading, area_column: str | None, month_column: str | None, kinds: Mapping[str, str]
) -> None:
    if area_column is None:
        reading.problems.append(Problem(0, Trouble.NO_AREA_COLUMN))
    if month_column is None:
        reading.problems.append(Problem(0, Trouble.NO_MONTH_COLUMN))
    reading.problems.extend(
        Problem(0, Trouble.UNKNOWN_COLUMN, name) for name, kind in kinds.items() if not kind
    )
    if "count" not in kinds.values():
        reading.problems.append(Problem(0, Trouble.NO_INDICATOR))


def _read_row(
    reading: _Reading,
    row: Row,
    area_column: str,
    month_column: str,
    kinds: Mapping[str, str],
    areas: Mapping[str, int],
    indicators: Mapping[str, str],
    today: date,
) -> None:
    area_id = areas.get(row.values[area_column].strip())
    month = month_in(row.values[month_column])
    if area_id is None:
        reading.problems.append(
            Problem(row.number, Trouble.UNKNOWN_AREA, area_column, row.values[area_column])
        )
    if month is None:
        reading.problems.append(
            Problem(row.number, Trouble.NOT_A_MONTH, month_column, row.values[month_column])
        )
    if area_id is None or month is None:
        return
    if month.last >= today:
        reading.problems.append(Problem(row.number, Trouble.MONTH_NOT_OVER, month_column, str(month)))
        return
    if first := reading.seen.get((area_id, month)):
        reading.problems.append(Problem(row.number, Trouble.TWICE, area_column, str(first)))
        return
    reading.seen[area_id, month] = row.number
    for name, kind in kinds.items():
        cell = row.values[name].strip()
        if kind in ("count", "population") and cell:
            number = _number(reading, row.number, name, cell)
            if number is not None:
                store = reading.counts if kind == "count" else reading.populations
                key = indicators[name] if kind == "count" else name
                store.setdefault(key, {}).setdefault(month, {})[area_id] = number


def month_in(cell: str) -> Month | None:
    """Return the month of 2026-03, 2026/3, 202603, 2026年3月, or of any day in it."""
    text = cell.strip().replace("年", "-").replace("月", "-").replace("/", "-").replace(".", "-").strip("-")
    parts = text.split("-") if "-" in text else [text[:4], text[4:6]]
    try:
        return Month(int(parts[0]), int(parts[1])) if 1900 <= int(parts[0]) <= 2999 else None
    except (ValueError, IndexError):
        return None


def _number(reading: _Reading, row: int, column: str, cell: str) -> int | None:
    try:
        value = float(cell.replace(",", "").replace("，", ""))
    except ValueError:
        reading.problems.append(Problem(row, Trouble.NOT_A_NUMBER, column, cell))
        return None
    trouble = (
        Trouble.NOT_A_NUMBER
        if value != value
        else Trouble.NEGATIVE
        if value < 0
        else Trouble.TOO_LARGE
        if value > LARGEST
        else Trouble.NOT_WHOLE
        if value != int(value)
        else None
    )
    if trouble:
        reading.problems.append(Problem(row, trouble, column, cell))
        return None
    return int(value)
