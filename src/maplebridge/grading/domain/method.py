"""How an area comes to its color: a town's own rules as data, checked as a whole, and sealed by a digest."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import IntEnum, StrEnum
from hashlib import sha256
from itertools import pairwise
from math import isfinite
from typing import Any

from maplebridge.kernel.periods import Month
from maplebridge.kernel.statistics.composite import Aggregation, Direction


class Color(IntEnum):
    """From good to severe. `GRAY` is no grade: there is not enough data for one."""

    GRAY = -1
    GREEN = 0  # good
    BLUE = 1  # safe
    YELLOW = 2  # attention
    RED = 3  # warning
    BLACK = 4  # severe


COLORS = tuple(color for color in Color if color != Color.GRAY)


class Kind(StrEnum):
    RATE = "rate"  # events counted against an exposure
    SHARE = "share"  # satisfied of those who answered


class Source(StrEnum):
    INCIDENTS = "incidents"
    MATTERS = "matters"
    FILE = "file"  # monthly counts from a spreadsheet
    SURVEY = "survey"


ANSWERS = "answers"  # the denominator of a share


class Against(StrEnum):
    """What an area's rate is compared with. Shares are compared with their bands as they are."""

    TOWN = "town"  # the rate of the whole in the base period
    OWN_PAST = "own_past"  # the area's own level in the base period
    TARGET = "target"  # the bands are events for `per` of the denominator and month


class Normalization(StrEnum):
    BANDS = "bands"  # the indicator's own target bands
    MIN_MAX = "min_max"  # from the least to the greatest of the areas in the base period
    Z_SCORE = "z_score"  # standard deviations from the mean of the areas in the base period
    RANK = "rank"  # the place among the areas in the base period


@dataclass(frozen=True, slots=True)
class Indicator:
    """What is counted, against what, and from where it is good or bad.

    `bands` are the four borders between the five colors, from green to black: times the reference for a rate
    (1.1 is ten in a hundred more), shares for a share.
    """

    code: str
    name: str
    source: Source
    classes: tuple[str, ...]
    denominator: str  # residents, households, the name of an exposure, or answers
    weight: float
    bands: tuple[float, float, float, float] = (0.8, 1.1, 1.4, 1.8)
    kind: Kind = Kind.RATE
    direction: Direction = Direction.MORE_IS_WORSE
    against: Against = Against.TOWN
    per: float = 10_000
    window: int = 3  # months counted together
    seasonal: bool = True
    base_months: int = 24  # before the window, unless a fixed base is given
    base_first: Month | None = None
    base_last: Month | None = None
    valid_from: Month | None = None
    valid_to: Month | None = None

    def is_valid_in(self, month: Month) -> bool:
        return (self.valid_from is None or self.valid_from <= month) and (
            self.valid_to is None or month <= self.valid_to
        )


@dataclass(frozen=True, slots=True)
class Hysteresis:
    """How sure a change has to be. An area moves by one color, unless the evidence is strong.

    Chosen on simulated towns (bin/bench stability): at most 2 of 62 areas change without cause in a month, and
    nine of ten doublings are found within three months.
    """

    worse: float = 0.7  # by all that is remembered of the area
    worse_by_window: float = 0.85  # or by the window alone
    better: float = 0.8
    strong: float = 0.95  # for two colors or more at once


@dataclass(frozen=True, slots=True)
class Evidence:
    """Below this an area is gray. Twelve events have a relative standard error of 30 %."""

    events: float = 12  # counted or expected in the window, over all rates
    answers: float = 5  # effective ones, for a share to count at all
    weight: float = 0.6  # of the indicators, that is present


@dataclass(frozen=True, slots=True)
class Shrinkage:
    memory: int = 24  # months of an area's past that count, unless something changed
    change: float = 0.02  # chance that a rate changes in any one month
    by_neighbors: bool = False  # lean on the neighbors instead of the whole
    outlier_at: float = 5.0  # times the usual, beyond which an area does not move the whole


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a method: a code for the wording, where, and the number."""

    code: str
    where: str
    value: object = None


class MethodError(ValueError):
    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{one.where}: {one.code}" for one in self.problems))


@dataclass(frozen=True, slots=True)
class Method:
    """A version of the rules. It begins on the first of a month, so that no month has two."""

    version: str
    valid_from: date
    indicators: tuple[Indicator, ...]
    normalization: Normalization = Normalization.BANDS
    aggregation: Aggregation = Aggregation.ARITHMETIC
    bands: tuple[float, float, float, float] = (80.0, 60.0, 40.0, 20.0)  # scores from 100 (best) to 1
    hysteresis: Hysteresis = field(default_factory=Hysteresis)
    evidence: Evidence = field(default_factory=Evidence)
    shrinkage: Shrinkage = field(default_factory=Shrinkage)

    def __post_init__(self) -> None:
        if problems := list(_problems(self)):
            raise MethodError(problems)

    @property
    def digest(self) -> str:
        """Return what seals the method: the same rules have the same digest, on any machine."""
        return sha256(as_json(self).encode()).hexdigest()

    @property
    def weights(self) -> tuple[float, ...]:
        """Return the weights, adding up to 1."""
        whole = sum(one.weight for one in self.indicators)
        return tuple(one.weight / whole for one in self.indicators)


def _problems(method: Method) -> Iterable[Problem]:
    if not method.version.strip():
        yield Problem("version_missing", "version")
    if method.valid_from.day != 1:
        yield Problem("changes_in_mid_month", "valid_from", method.valid_from.isoformat())
    if not method.indicators:
        yield Problem("no_indicators", "indicators")
    codes = [one.code for one in method.indicators]
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        yield Problem("code_twice", code)
    if not _falls(method.bands) or not all(1 < one < 100 for one in method.bands):
        yield Problem("bands_not_in_order", "bands", method.bands)
    if method.indicators and sum(one.weight for one in method.indicators if one.weight > 0) <= 0:
        yield Problem("no_weight", "indicators")
    for one in method.indicators:
        yield from _problems_of(one)
    yield from _problems_of_thresholds(method)


def _problems_of(one: Indicator) -> Iterable[Problem]:
    where = one.code or "indicator"
    checks = {
        "code_missing": one.code.strip() != "",
        "name_missing": one.name.strip() != "",
        "weight_negative": isfinite(one.weight) and one.weight >= 0,
        "window_not_1_to_12": 1 <= one.window <= 12,
        "base_too_short": one.base_months >= one.window,
        "base_ends_before_it_begins": one.base_first is None
        or one.base_last is None
        or one.base_first <= one.base_last,
        "base_half_given": (one.base_first is None) == (one.base_last is None),
        "ends_before_it_begins": one.valid_from is None
        or one.valid_to is None
        or one.valid_from <= one.valid_to,
        "per_not_positive": isfinite(one.per) and one.per > 0,
        "bands_not_in_order": _rises(one.bands)
        if one.direction == Direction.MORE_IS_WORSE
        else _falls(one.bands),
        "bands_not_positive": all(isfinite(border) and border > 0 for border in one.bands),
        "share_above_one": one.kind == Kind.RATE or max(one.bands) < 1,
        "share_without_answers": (one.kind == Kind.SHARE) == (one.denominator == ANSWERS),
        "denominator_missing": one.denominator.strip() != "",
        "nothing_counted": one.source in (Source.SURVEY, Source.FILE) or bool(one.classes),
    }
    return [Problem(code, where) for code, good in checks.items() if not good]


def _problems_of_thresholds(method: Method) -> Iterable[Problem]:
    rule, evidence, shrinkage = method.hysteresis, method.evidence, method.shrinkage
    for name in ("worse", "worse_by_window", "better", "strong"):
        if not 0.5 < getattr(rule, name) < 1:
            yield Problem("not_between_half_and_one", f"hysteresis.{name}", getattr(rule, name))
    if evidence.events < 0 or evidence.answers < 0 or not 0 < evidence.weight <= 1:
        yield Problem("evidence_out_of_range", "evidence")
    if not 3 <= shrinkage.memory <= 60 or not 0 < shrinkage.change < 0.5 or shrinkage.outlier_at <= 1:
        yield Problem("shrinkage_out_of_range", "shrinkage")


def _rises(borders: tuple[float, ...]) -> bool:
    return all(a < b for a, b in pairwise(borders))


def _falls(borders: tuple[float, ...]) -> bool:
    return _rises(borders[::-1])


def in_force(methods: Iterable[Method], month: Month) -> Method:
    """Return the latest method that had begun by a month. Raise `MethodError` where there is none."""
    begun = [method for method in methods if method.valid_from <= month.first]
    if not begun:
        raise MethodError([Problem("no_method_in_force", str(month))])
    return max(begun, key=lambda method: method.valid_from)


def as_json(method: Method) -> str:
    """Return the method as text that is always the same for the same rules."""
    return json.dumps(
        asdict(method), sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain
    )


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value))


def from_json(text: str) -> Method:
    """Return the method that `as_json` wrote; what is wrong in it is a `MethodError`."""
    try:
        given = json.loads(text)
        indicators = tuple(_indicator(one) for one in given["indicators"])
        return Method(
            version=given["version"],
            valid_from=date.fromisoformat(given["valid_from"]),
            indicators=indicators,
            normalization=Normalization(given["normalization"]),
            aggregation=Aggregation(given["aggregation"]),
            bands=tuple(given["bands"]),
            hysteresis=Hysteresis(**given["hysteresis"]),
            evidence=Evidence(**given["evidence"]),
            shrinkage=Shrinkage(**given["shrinkage"]),
        )
    except MethodError:
        raise
    except (KeyError, TypeError, ValueError) as wrong:
        raise MethodError([Problem("not_a_method", "json", str(wrong))]) from wrong


def _indicator(given: Mapping[str, Any]) -> Indicator:
    months = {"base_first", "base_last", "valid_from", "valid_to"}
    kinds = {"source": Source, "kind": Kind, "direction": Direction, "against": Against}
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name in months:
            values[name] = None if value is None else Month(value["year"], value["number"])
        elif name in kinds:
            values[name] = kinds[name](value)
        else:
            values[name] = tuple(value) if isinstance(value, list) else value
    return Indicator(**values)


@dataclass(frozen=True, slots=True)
class Change:
    """What two versions say differently: of which indicator (empty: of the whole), which part, before and after."""

    indicator: str
    part: str
    before: object
    after: object


def changes(before: Method, after: Method) -> list[Change]:
    """Return where two versions differ, indicator by indicator; one that came or went is one change."""
    found = []
    one, other = (dict(zip((i.code for i in m.indicators), m.weights, strict=True)) for m in (before, after))
    old, new = ({each.code: each for each in method.indicators} for method in (before, after))
    for code in dict.fromkeys([*old, *new]):
        if code not in new or code not in old:
            found.append(Change(code, "counts", code in old, code in new))
            continue
        if abs(one[code] - other[code]) > 1e-6:
            found.append(Change(code, "weight", one[code], other[code]))
        found += _differences(code, asdict(old[code]), asdict(new[code]), apart={"weight", "name"})
    for part in ("normalization", "aggregation", "bands"):
        if getattr(before, part) != getattr(after, part):
            found.append(Change("", part, getattr(before, part), getattr(after, part)))
    for group in ("hysteresis", "evidence", "shrinkage"):
        found += _differences("", asdict(getattr(before, group)), asdict(getattr(after, group)), apart=set())
    return found


def _differences(
    indicator: str, before: Mapping[str, Any], after: Mapping[str, Any], *, apart: set[str]
) -> list[Change]:
    return [
        Change(indicator, part, before[part], after[part])
        for part in before
        if part not in apart and before[part] != after[part]
    ]
