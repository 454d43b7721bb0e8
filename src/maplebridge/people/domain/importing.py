"""Staff, postings and agencies as rows of a spreadsheet: which columns there are, and what is wrong with a row.

Columns, problems and their names are those of territory (`places.domain.importing`). What exists is passed in.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from maplebridge.kernel.tables import Table
from maplebridge.people.domain.phones import BadPhone, read_phone
from maplebridge.people.domain.roles import FIELD, Role, TeamRole
from maplebridge.places.domain.importing import (
    Choice,
    Column,
    Param,
    Problem,
    Record,
    Refused,
    Sheet,
    Trouble,
    Values,
    date_in,
    read_cells,
    remembering,
    row_of,
    text_up_to,
)

__all__ = ["SHEETS", "Checked", "Existing", "PeopleTrouble", "Problem", "check", "row_of"]

GROUND = ("grid", "sector", "beat", "building", "agency")


class PeopleTrouble(StrEnum):
    """What can be wrong with people and not with territory."""

    BAD_PHONE = "bad_phone"
    CUT_PHONE = "cut_phone"
    PHONE_OF_ANOTHER = "phone_of_another"
    NO_GROUND = "no_ground"
    TWO_GROUNDS = "two_grounds"
    WRONG_GROUND = "wrong_ground"
    NO_TEAM_ROLE = "no_team_role"
    LAST_ADMINISTRATOR = "last_administrator"


# -- what a cell may hold


def _list(cell: str) -> list[str]:
    return [part for part in re.split(r"[;；,，、\s]+", cell) if part]


def _phone(cell: str) -> str:
    try:
        return read_phone(cell, invented=True)
    except BadPhone as bad:
        cut = re.fullmatch(r"[\d.]+[Ee]\+?\d+", cell)
        raise Refused(PeopleTrouble.CUT_PHONE if cut else PeopleTrouble.BAD_PHONE, value=cell) from bad


def _choice(names: Mapping[str, Any]) -> Choice:
    """Return a reader of names in two languages: the Chinese ones, and those that are kept."""
    return Choice(
        names,
        zh="、".join(name for name in names if not name.isascii()),
        en=", ".join(name for name in names if name.isascii()),
    )


_ROLES = {
    "网格长": Role.GRID_CHIEF,
    "网格员": Role.GRID_WORKER,
    "社区民警": Role.OFFICER,
    "民警": Role.OFFICER,
    "辅警": Role.AUXILIARY,
    "副书记": Role.DEPUTY_SECRETARY,
    "六员": Role.TEAM_MEMBER,
    "调解员": Role.MEDIATOR,
    "楼长": Role.BUILDING_CAPTAIN,
    "单位经办人": Role.AGENCY_CLERK,
    "分拨员": Role.SORTING_OFFICER,
    "指挥室": Role.COMMAND,
    "保密专员": Role.CONFIDENTIAL,
    "督办员": Role.SUPERVISOR,
    "分析员": Role.ANALYST,
    "管理员": Role.ADMINISTRATOR,
} | {role.value: role for role in Role}
_TEAM_ROLES = {
    "综合治理": TeamRole.GOVERNANCE,
    "治安": TeamRole.PUBLIC_ORDER,
    "卫生健康": TeamRole.HEALTH,
    "城市管理": TeamRole.URBAN_MANAGEMENT,
    "市场监管": TeamRole.MARKET_SUPERVISION,
    "调解": TeamRole.MEDIATION,
} | {role.value: role for role in TeamRole}

SHEETS = {
    sheet.name: sheet
    for sheet in (
        Sheet(
            "staff",
            (
                Column("username", "用户名", "User name", text_up_to(40), required=True),
                Column("nickname", "称呼", "Known as", text_up_to(50), required=True),
                Column("name", "姓名", "Name", text_up_to(50)),
                Column("phone", "手机号", "Phone", _phone),
            ),
            key=("username",),
        ),
        Sheet(
            "postings",
            (
                Column("username", "用户名", "User name", text_up_to(40), required=True, refers_to="staff"),
                Column("role", "角色", "Role", _choice(_ROLES), required=True),
                Column("team_role", "六员分工", "Team role", _choice(_TEAM_ROLES)),
                Column("grid", "网格编码", "Grid code", text_up_to(18), refers_to="grid"),
                Column("sector", "警格编号", "Police grid code", text_up_to(20), refers_to="sector"),
                Column("beat", "管区编号", "Beat code", text_up_to(20), refers_to="beat"),
                Column("building", "楼栋编号", "Building code", text_up_to(24), refers_to="building"),
                Column("agency", "单位编号", "Agency code", text_up_to(18), refers_to="agencies"),
                Column("starts_on", "开始日期", "From", date_in, required=True),
                Column("ends_on", "结束日期", "Until", date_in),
            ),
            key=("username", "role", *GROUND, "starts_on"),
        ),
        Sheet(
            "agencies",
            (
                Column("code", "单位编号", "Agency code", text_up_to(18), required=True),
                Column("name", "名称", "Name", text_up_to(80), required=True),
                Column("kind", "类别", "Kind", text_up_to(30), required=True),
                Column("phone", "办公电话", "Office phone", text_up_to(30)),
                Column("grids", "服务网格", "Grids", _list, refers_to="grid"),
                Column("estates", "服务小区", "Estates", _list, refers_to="estate"),
                Column("valid_from", "生效日期", "Valid from", date_in, required=True),
                Column("valid_to", "失效日期", "Valid to", date_in),
            ),
            key=("code",),
        ),
    )
}


# -- checking


@dataclass(frozen=True)
class Existing:
    """What is there: keys by sheet or kind of ground, who has each phone of the file, who administers the town."""

    codes: Mapping[str, frozenset[str]]
    holders: Mapping[str, str] = field(default_factory=dict)  # phone: user name, "" for a resident
    administrators: frozenset[str] = frozenset()  # keys of their postings that have no last day
    # Of agencies: each name, in small letters, and its code.
    kinds: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Checked:
    records: list[Record]
    problems: list[Problem]


Tell = Callable[[int, int], None]


def _silently(done: int, total: int) -> None:
    pass


TOLD_EVERY = 2_000  # rows


def check(sheet: Sheet, table: Table, existing: Existing, *, tell: Tell = _silently) -> Checked:
    """Return the clean records, or every problem of every row; never both."""
    columns, problems = _matched(sheet, table.columns)
    if not table.rows:
        problems.append(Problem(1, "", Trouble.NO_ROWS))
    if problems:
        return Checked([], problems)
    readers = [(heading, column.key, remembering(column)) for heading, column in columns.items()]
    records: list[Record] = []
    first: dict[str, int] = {}
    known = existing.codes.get(sheet.name, frozenset())
    for done, (number, cells) in enumerate(zip(table.numbers, table.rows, strict=True)):
        values, wrong = read_cells(number, cells, readers, sheet)
        wrong += _unknown(sheet, number, values, existing)
        if sheet.name == "agencies" and values["kind"]:
            wrong += _kind_by_its_code(number, values, existing.kinds)
        if not wrong:
            key = key_of(sheet, values)
            wrong += _rules(sheet, number, values, existing, is_new=key not in known)
            if first.setdefault(key, number) != number:
                wrong.append(_duplicate(sheet, number, key, first[key]))
            records.append(Record(number, values, key in known))
        problems += wrong
        if done % TOLD_EVERY == 0:
            tell(done, len(table.rows))
    if sheet.name == "staff":
        problems += _shared_phones(records)
    if sheet.name == "postings":
        problems += _nobody_administers(sheet, records, existing.administrators)
    return Checked([] if problems else records, sorted(problems, key=lambda one: one.row))


def key_of(sheet: Sheet, values: Values) -> str:
    """Return what a row is known by."""
    return "/".join("" if values[name] is None else str(values[name]) for name in sheet.key)


def _duplicate(sheet: Sheet, row: int, key: str, first: int) -> Problem:
    return Problem(row, sheet.key[0], Trouble.DUPLICATE, {"value": key.strip("/"), "first": first})


def _matched(sheet: Sheet, headings: Sequence[str]) -> tuple[dict[str, Column], list[Problem]]:
    by_name = {name: column for column in sheet.columns for name in column.names()}
    matched = {heading: by_name[heading.lower()] for heading in headings if heading.lower() in by_name}
    given = Counter(column.key for column in matched.values())
    unknown = [Problem(1, one, Trouble.UNKNOWN_COLUMN) for one in headings if one not in matched]
    twice = [
        Problem(1, heading, Trouble.DUPLICATE, {"value": heading, "first": 1})
        for heading, column in matched.items()
        if given[column.key] > 1
    ]
    missing = [
        Problem(1, column.key, Trouble.MISSING_COLUMN)
        for column in sheet.columns
        if column.required and column.key not in given
    ]
    return matched, unknown + twice + missing


def _rules(sheet: Sheet, row: int, values: Values, existing: Existing, *, is_new: bool) -> Iterator[Problem]:
    """Yield what the rules have against a row; what ground a posting has was decided when it was given."""
    match sheet.name:
        case "staff":
            holder = existing.holders.get(values["phone"] or "")
            if holder is not None and holder != values["username"]:
                yield Problem(row, "phone", PeopleTrouble.PHONE_OF_ANOTHER, {"value": values["phone"]})
        case "postings":
            if is_new:
                yield from _ground_fits_the_role(row, values)
            yield from _ends_later(row, values, "starts_on", "ends_on")
        case "agencies":
            yield from _ends_later(row, values, "valid_from", "valid_to")


def _ground_fits_the_role(row: int, values: Values) -> Iterator[Problem]:
    role, given = values["role"], [name for name in GROUND if values[name]]
    if len(given) > 1:
        yield Problem(row, given[1], PeopleTrouble.TWO_GROUNDS)
    elif not given and (role in FIELD or role is Role.AGENCY_CLERK):
        yield Problem(row, "role", PeopleTrouble.NO_GROUND)
    elif role is Role.GRID_CHIEF and given != ["grid"]:
        yield Problem(row, given[0], PeopleTrouble.WRONG_GROUND, {"needed": "grid"})
    elif (role is Role.AGENCY_CLERK) != (given == ["agency"]):
        needed = "agency" if role is Role.AGENCY_CLERK else "grid"
        yield Problem(row, given[0], PeopleTrouble.WRONG_GROUND, {"needed": needed})
    if role is Role.TEAM_MEMBER and not values["team_role"]:
        yield Problem(row, "team_role", PeopleTrouble.NO_TEAM_ROLE)


def _ends_later(row: int, values: Values, start: str, end: str) -> Iterator[Problem]:
    if values[start] and values[end] and values[end] <= values[start]:
        params: dict[str, Param] = {
            "valid_from": values[start].isoformat(),
            "valid_to": values[end].isoformat(),
        }
        yield Problem(row, end, Trouble.ENDS_BEFORE_IT_BEGINS, params)


def _unknown(sheet: Sheet, row: int, values: Values, existing: Existing) -> Iterator[Problem]:
    for column in sheet.columns:
        if column.refers_to is None or not values[column.key]:
            continue
        known = existing.codes.get(column.refers_to, frozenset())
        codes = values[column.key] if isinstance(values[column.key], list) else [values[column.key]]
        for code in codes:
            if code not in known:
                nearest = (
                    next(iter(get_close_matches(code, known, 1, 0.8)), None) if len(known) < 5_000 else None
                )
                yield Problem(row, column.key, Trouble.UNKNOWN_CODE, {"value": code}, nearest)


def _kind_by_its_code(row: int, values: Values, kinds: Mapping[str, str]) -> Iterator[Problem]:
    """Put the code of a kind in the place of its name: who is called out is found by it."""
    written = values["kind"]
    if (code := kinds.get(written.lower())) is None:
        nearest = next(iter(get_close_matches(written.lower(), kinds, 1, 0.4)), None)
        yield Problem(row, "kind", Trouble.UNKNOWN_CODE, {"value": written}, nearest)
    else:
        values["kind"] = code


def _shared_phones(records: Sequence[Record]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for one in records:
        phone = one.values["phone"]
        if phone and first.setdefault(phone, one.row) != one.row:
            yield Problem(one.row, "phone", Trouble.DUPLICATE, {"value": phone, "first": first[phone]})


def _nobody_administers(
    sheet: Sheet, records: Sequence[Record], administrators: frozenset[str]
) -> Iterator[Problem]:
    """Yield the rows that end the postings of the last administrators: nobody could undo it."""
    rows = {key_of(sheet, one.values): one for one in records if one.values["role"] is Role.ADMINISTRATOR}
    ending = [one for key, one in rows.items() if one.values["ends_on"] and key in administrators]
    staying = administrators - rows.keys() or any(one.values["ends_on"] is None for one in rows.values())
    if ending and not staying:
        for one in ending:
            yield Problem(one.row, "ends_on", PeopleTrouble.LAST_ADMINISTRATOR)
