"""The 12345 hotline's files: orders come as a table, results go back as one. Headings are Chinese or English."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from maplebridge.kernel.tables import csv_bytes, iter_rows
from maplebridge.kernel.text import normalise
from maplebridge.matters.gateway import Order, OrderProblem, OrderResult

# What each column may be called; the first name is the one written.
HEADINGS: dict[str, tuple[str, ...]] = {
    "number": ("工单编号", "工单号", "order number", "order", "id"),
    "called_at": ("来电时间", "受理时间", "called at", "time"),
    "name": ("来电人", "诉求人", "caller", "name"),
    "phone": ("联系电话", "来电号码", "联系方式", "phone"),
    "words": ("诉求内容", "工单内容", "request", "content", "text"),
    "place": ("发生地址", "诉求地址", "地址", "address", "place"),
    "confidential": ("保密", "是否保密", "confidential"),
}
NEEDED = ("number", "words")
LONGEST = {"number": 60, "words": 19_000, "place": 500, "name": 60}

MOMENTS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H:%M",
    "%Y-%m-%d",
    "%Y/%m/%d",
)
YES = frozenset({"是", "保密", "y", "yes", "true", "1", "√"})
NO = frozenset({"", "否", "不保密", "n", "no", "false", "0", "×"})

# 7 digits are a local landline, 12 one with its area code; service numbers as short as 5 digits cannot be called back.
_PHONE = re.compile(r"\d{7,12}")
_NOISE = re.compile(r"[\s\-‐-―()（）.]+")

STATES = {
    "assigned": "待答复",
    "in_hand": "办理中",
    "paused": "暂停办理",
    "deferred": "挂账",
    "resolved": "已办结待评价",
    "closed": "已办结",
    "merged": "已并案",
}
OUTCOMES = {
    "": "",
    "solved": "已解决",
    "explained": "已解释说明",
    "not_ours": "已转有权部门",
    "not_feasible": "暂不具备条件",
    "duplicate": "重复诉求",
    "withdrawn": "已撤回",
}
SATISFACTION = {1: "很不满意", 2: "不满意", 3: "一般", 4: "满意", 5: "很满意"}
RESULT_COLUMNS = ("工单编号", "状态", "答复时间", "办理结果", "结果说明", "是否解决", "满意度")
NOT_ANSWERED = "未评价"  # silence is never satisfaction


class _Wrong(Exception):
    def __init__(self, column: str, code: str, value: str = "") -> None:
        self.column, self.code, self.value = column, code, value


class Hotline12345:
    def __init__(self) -> None:
        self.zone = ZoneInfo(settings.TIME_ZONE)

    def read(self, data: bytes, name: str) -> tuple[list[Order], list[OrderProblem]]:
        """Return the orders of a file and what is wrong with it, in the order of its rows."""
        orders: list[Order] = []
        problems: list[OrderProblem] = []
        columns: dict[str, str] | None = None
        first_row: dict[str, int] = {}
        rows = iter_rows(
            data, name, ragged=lambda number: problems.append(OrderProblem(number, "", "ragged"))
        )
        for row in rows:
            if columns is None:
                columns = _columns(row.values)
                if missing := [_missing(key) for key in NEEDED if key not in columns]:
                    return [], missing
            try:
                order = self._order(row.number, {key: row.values[column] for key, column in columns.items()})
                if order.number in first_row:
                    raise _Wrong("number", "twice", str(first_row[order.number]))
            except _Wrong as wrong:
                heading = columns.get(wrong.column, "")
                problems.append(OrderProblem(row.number, heading, wrong.code, wrong.value[:80]))
            else:
                first_row[order.number] = order.row
                orders.append(order)
        return orders, sorted(problems, key=lambda one: one.row)

    def _order(self, row: int, cells: Mapping[str, str]) -> Order:
        told = {key: normalise(cell) for key, cell in cells.items()}
        for key in NEEDED:
            if not told[key]:
                raise _Wrong(key, "empty")
        for key, limit in LONGEST.items():
            if len(told.get(key, "")) > limit:
                raise _Wrong(key, "too_long", str(limit))
        return Order(
            row=row,
            number=told["number"],
            words=told["words"],
            called_at=self._moment(told.get("called_at", "")),
            name=told.get("name", ""),
            phone=_phone(told.get("phone", "")),
            place=told.get("place", ""),
            confidential=_yes(told.get("confidential", "")),
        )

    def _moment(self, cell: str) -> datetime | None:
        if not cell:
            return None
        for form in MOMENTS:
            try:
                return datetime.strptime(cell, form).replace(tzinfo=self.zone)
            except ValueError:
                continue
        raise _Wrong("called_at", "bad_time", cell)

    def write(self, results: Iterable[OrderResult]) -> Iterator[bytes]:
        """Yield the results as CSV in UTF-8 with a byte order mark, in the hotline's words."""
        return csv_bytes(RESULT_COLUMNS, (self._cells(one) for one in results))

    def _cells(self, one: OrderResult) -> tuple[str, ...]:
        answered = one.answered_at.astimezone(self.zone) if one.answered_at else None
        return (
            one.number,
            STATES[one.state],
            f"{answered:%Y-%m-%d %H:%M:%S}" if answered else "",
            OUTCOMES[one.outcome],
            one.result,
            {True: "是", False: "否", None: NOT_ANSWERED}[one.solved],
            SATISFACTION[one.satisfaction] if one.satisfaction is not None else NOT_ANSWERED,
        )


def _columns(cells: Mapping[str, str]) -> dict[str, str]:
    """Return for each thing that is told the heading under which this file tells it."""
    by_name = {name: key for key, names in HEADINGS.items() for name in names}
    found: dict[str, str] = {}
    for heading in cells:
        key = by_name.get(normalise(heading).lower().replace("_", " "))
        if key is not None:
            found.setdefault(key, heading)
    return found


def _missing(key: str) -> OrderProblem:
    return OrderProblem(1, HEADINGS[key][0], "missing_column")


def _phone(cell: str) -> str:
    """Return the digits of a number; none of one that the hotline has masked, as it does for confidential callers."""
    digits = re.sub(r"^(\+|00)86", "", _NOISE.sub("", cell))
    if not digits or "*" in digits:
        return ""
    if not _PHONE.fullmatch(digits):
        raise _Wrong("phone", "bad_phone", cell)
    return digits


def _yes(cell: str) -> bool:
    if cell.lower() in YES:
        return True
    if cell.lower() in NO:
        return False
    raise _Wrong("confidential", "not_yes_or_no", cell)
