"""What a matter can be about, and what each kind of matter asks for.

One row per leaf, in the shape of digital city management (GB/T 30428.8): when it is accepted, who leads,
within which limits it is answered and handled, when it counts as closed. The rows are data a town edits; the
code knows only the columns. Levels one and two are read off the leaves, so that they cannot disagree.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum
from functools import cached_property
from io import StringIO

from maplebridge.people.domain.roles import TeamRole

CODE = re.compile(r"\d\d-\d\d-\d\d")


class Severity(IntEnum):
    """How soon a matter must be looked at."""

    ROUTINE = 1
    PRESSING = 2
    URGENT = 3


class LimitUnit(StrEnum):
    """What a limit is counted in; working time needs the town's calendar."""

    HOURS = "hours"
    DAYS = "days"
    WORKING_HOURS = "working_hours"
    WORKING_DAYS = "working_days"


@dataclass(frozen=True, slots=True)
class Limit:
    """How long handling may take."""

    value: int
    unit: LimitUnit


@dataclass(frozen=True, slots=True)
class Name:
    """A name in the two languages of the pages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class AgencyKind:
    """A kind of agency; which agency of that kind serves a place is the town's own routing."""

    code: str
    name: Name


@dataclass(frozen=True, slots=True)
class Category:
    """One leaf of the catalogue."""

    code: str
    level1: Name
    level2: Name
    name: Name
    accept: str
    severity: Severity
    lead: str
    assist: tuple[str, ...]
    team_role: TeamRole
    response_minutes: int
    handle: Limit
    close: str
    photos: bool
    revisit: bool
    confidential: bool
    similar_radius_m: int
    similar_days: int
    valid_from: date
    source: str

    @property
    def top(self) -> str:
        """Return the code of the top class, such as 03."""
        return self.code[:2]

    @property
    def middle(self) -> str:
        """Return the code of the second level, such as 03-02."""
        return self.code[:5]


class Wrong(StrEnum):
    """What can be wrong with a value, as a code; pages put it into the reader's words."""

    EMPTY = "empty"
    TWICE = "twice"
    NOT_A_CODE = "not_a_code"
    NOT_A_NUMBER = "not_a_number"
    NOT_A_DATE = "not_a_date"
    NOT_A_CHOICE = "not_a_choice"
    UNKNOWN_AGENCY = "unknown_agency"
    AGENCY_TWICE = "agency_twice"
    ANOTHER_NAME = "another_name"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a row, told so that the person who wrote the file can put it right."""

    row: int
    column: str
    wrong: Wrong
    values: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        told = ", ".join(self.values.values())
        return f"row {self.row}, {self.column}: {self.wrong}{f' ({told})' if told else ''}"


class CatalogueUnreadable(ValueError):
    """The catalogue cannot be used; every problem is listed, not only the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(str(problem) for problem in self.problems))


class Catalogue:
    """The leaves by code, in the order of the file."""

    def __init__(self, categories: Iterable[Category], agency_kinds: Iterable[AgencyKind]) -> None:
        self._categories = {category.code: category for category in categories}
        self.agency_kinds: Mapping[str, AgencyKind] = {kind.code: kind for kind in agency_kinds}

    def __getitem__(self, code: str) -> Category:
        return self._categories[code]

    def __contains__(self, code: object) -> bool:
        return code in self._categories

    def __iter__(self) -> Iterator[Category]:
        return iter(self._categories.values())

    def __len__(self) -> int:
        return len(self._categories)

    @cached_property
    def tops(self) -> Mapping[str, Name]:
        """Return the top classes by code, such as 03."""
        return {category.top: category.level1 for category in self}

    @cached_property
    def middles(self) -> Mapping[str, Name]:
        """Return the second level by code, such as 03-02."""
        return {category.middle: category.level2 for category in self}

    def under(self, prefix: str) -> tuple[Category, ...]:
        """Return the leaves below a class of level one or two (or the leaf itself), in order."""
        return tuple(c for c in self if c.code == prefix or c.code.startswith(f"{prefix}-"))


def read_catalogue(categories: str, agency_kinds: str) -> Catalogue:
    """Return the catalogue written in two CSV texts, or raise with every problem found."""
    kinds = tuple(
        AgencyKind(row["code"], Name(row["zh"], row["en"])) for row in csv.DictReader(StringIO(agency_kinds))
    )
    known = {kind.code for kind in kinds}
    leaves: dict[str, Category] = {}
    problems: list[Problem] = []
    # The heading is row 1 of the sheet, as a person who opens it counts.
    for number, row in enumerate(csv.DictReader(StringIO(categories)), start=2):
        found = [*_problems(number, row, known)]
        if row.get("code") in leaves:
            found.append(Problem(number, "code", Wrong.TWICE))
        problems += found
        if not found:
            leaves[row["code"]] = _category(row)
    problems += _renamed_classes(leaves.values())
    if not leaves and not problems:  # a file of something else, or only its heading
        problems.append(Problem(1, "code", Wrong.EMPTY))
    if problems:
        raise CatalogueUnreadable(problems)
    return Catalogue(leaves.values(), kinds)


TEXTS = ("level1_zh", "level1_en", "level2_zh", "level2_en", "zh", "en", "accept", "close", "source")
WHOLE_NUMBERS = ("response_minutes", "handle_value", "similar_radius_m", "similar_days")
YES_OR_NO = ("photos", "revisit", "confidential")


def _problems(number: int, row: Mapping[str, str | None], known_agencies: set[str]) -> Iterator[Problem]:
    def value(column: str) -> str:
        return row.get(column) or ""

    if not CODE.fullmatch(value("code")):
        yield Problem(number, "code", Wrong.NOT_A_CODE)
    for column in TEXTS:
        if not value(column).strip():
            yield Problem(number, column, Wrong.EMPTY)
    for column in WHOLE_NUMBERS:
        if not value(column).isdecimal():
            yield Problem(number, column, Wrong.NOT_A_NUMBER)
    for column in YES_OR_NO:
        if value(column) not in ("yes", "no"):
            yield _not_among(number, column, ("yes", "no"))
    if value("severity") not in ("1", "2", "3"):
        yield _not_among(number, "severity", ("1", "2", "3"))
    if value("team_role") not in set(TeamRole):
        yield _not_among(number, "team_role", TeamRole)
    if value("handle_unit") not in set(LimitUnit):
        yield _not_among(number, "handle_unit", LimitUnit)
    agencies = [value("lead"), *value("assist").split()]
    for agency in agencies:
        if agency not in known_agencies:
            yield Problem(number, "lead / assist", Wrong.UNKNOWN_AGENCY, {"value": agency})
    if len(set(agencies)) < len(agencies):
        yield Problem(number, "assist", Wrong.AGENCY_TWICE)
    try:
        date.fromisoformat(value("valid_from"))
    except ValueError:
        yield Problem(number, "valid_from", Wrong.NOT_A_DATE)


def _not_among(number: int, column: str, choices: Iterable[str]) -> Problem:
    return Problem(number, column, Wrong.NOT_A_CHOICE, {"choices": ", ".join(choices)})


def _renamed_classes(categories: Iterable[Category]) -> Iterator[Problem]:
    """Yield where one class code carries two names."""
    names: dict[str, Name] = {}
    for number, category in enumerate(categories, start=2):
        for code, name in ((category.top, category.level1), (category.middle, category.level2)):
            if names.setdefault(code, name) != name:
                known = {"code": code, "name": names[code].zh}
                yield Problem(number, "level1 / level2", Wrong.ANOTHER_NAME, known)


def _category(row: Mapping[str, str]) -> Category:
    return Category(
        code=row["code"],
        level1=Name(row["level1_zh"], row["level1_en"]),
        level2=Name(row["level2_zh"], row["level2_en"]),
        name=Name(row["zh"], row["en"]),
        accept=row["accept"],
        severity=Severity(int(row["severity"])),
        lead=row["lead"],
        assist=tuple(row["assist"].split()),
        team_role=TeamRole(row["team_role"]),
        response_minutes=int(row["response_minutes"]),
        handle=Limit(int(row["handle_value"]), LimitUnit(row["handle_unit"])),
        close=row["close"],
        photos=row["photos"] == "yes",
        revisit=row["revisit"] == "yes",
        confidential=row["confidential"] == "yes",
        similar_radius_m=int(row["similar_radius_m"]),
        similar_days=int(row["similar_days"]),
        valid_from=date.fromisoformat(row["valid_from"]),
        source=row["source"],
    )
