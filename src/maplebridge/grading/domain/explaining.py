"""Why this color: what rose, what fell, against what, and what would change it. Codes and numbers, no words.

A comparison is *clear* where its 90 % interval leaves out "no difference": only then may a sentence say that
something rose or fell; else it says that nothing changed that chance could not explain.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from maplebridge.grading.domain.history import History
from maplebridge.grading.domain.hysteresis import Move
from maplebridge.grading.domain.method import Color, Kind
from maplebridge.grading.domain.monthly import MonthlyGrades
from maplebridge.grading.domain.scales import BEST, WORST
from maplebridge.kernel.statistics.composite import Aggregation
from maplebridge.kernel.statistics.rates import rate_ratio

CONFIDENCE = 0.9
ONE_SIDED = 1.6448536269514722  # normal deviate of the 90 % interval
WORTH_TELLING = 0.5  # points of the score


class Against(StrEnum):
    OWN_PAST = "own_past"  # the area's own usual, at this time of the year
    LAST_YEAR = "last_year"  # the same months of the year before
    TOWN = "town"  # all other areas, in the same months


class Change(StrEnum):
    HIGHER = "higher"
    LOWER = "lower"
    NOT_CLEAR = "not_clear"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A rate as times another, a share as points more than another (0.05 is five in a hundred)."""

    against: Against
    change: Change
    difference: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class IndicatorFacts:
    code: str
    kind: Kind
    observed: float  # in the window; of a share the satisfied
    expected: float  # in the window at the reference; of a share the answers
    months: int  # of the window
    missing_months: int
    score: float | None
    points_lost: float  # what it takes from a full score
    points_moved: float | None  # more lost than last month; None where there is no last month
    comparisons: tuple[Comparison, ...]


@dataclass(frozen=True, slots=True)
class Turning:
    """At which level of one indicator, if it stayed there and nothing else changed, the color would be another.

    `now` and `level` are events a month for a rate, shares for a share.
    """

    code: str
    kind: Kind
    toward: Color
    now: float
    level: float


@dataclass(frozen=True, slots=True)
class Explanation:
    color: Color
    previous: Color
    move: Move
    by_score: Color
    probability: float  # of the color given
    probability_worse: float
    probability_better: float
    indicators: tuple[IndicatorFacts, ...]  # that moved most first, then that cost most
    turnings: tuple[Turning, ...]
    left_out: tuple[str, ...]  # indicators without data
    base_is_short: bool


def explain(
    row: int, grades: MonthlyGrades, history: History, before: MonthlyGrades | None = None
) -> Explanation:
    """Return why the area in a row has its color; `before` are last month's grades of the same areas."""
    color = Color(int(grades.color[row]))
    chances = grades.probabilities[row]
    facts = tuple(_facts(row, grades, history, before))
    absent = np.isnan(grades.indicator_scores[row])
    return Explanation(
        color=color,
        previous=Color(int(grades.previous[row])),
        move=Move(int(grades.move[row])),
        by_score=Color(int(grades.by_score[row])),
        probability=float(chances[color]) if color != Color.GRAY else 0.0,
        probability_worse=float(chances[color + 1 :].sum()) if color != Color.GRAY else 0.0,
        probability_better=float(chances[: max(color, 0)].sum()),
        indicators=tuple(
            sorted(facts, key=lambda one: (-abs(one.points_moved or 0), -one.points_lost, one.code))
        ),
        turnings=() if color == Color.GRAY else tuple(_turnings(row, grades)),
        left_out=tuple(one.code for place, one in enumerate(grades.method.indicators) if absent[place]),
        base_is_short=any(one.base_is_short for one in grades.readings),
    )


def _facts(
    row: int, grades: MonthlyGrades, history: History, before: MonthlyGrades | None
) -> Iterator[IndicatorFacts]:
    lost = grades.contributions[row]
    known_before = before is not None and bool(np.isfinite(before.scores[row]))
    lost_before = before.contributions[row] if before is not None and known_before else None
    for place, indicator in enumerate(grades.method.indicators):
        reading, score = grades.readings[place], float(grades.indicator_scores[row, place])
        if np.isnan(score):
            continue
        yield IndicatorFacts(
            code=indicator.code,
            kind=indicator.kind,
            observed=float(reading.observed[row]),
            expected=float(reading.expected[row]),
            months=min(indicator.window, history.months),
            missing_months=int(reading.missing_months[row]),
            score=score,
            points_lost=float(lost[place]),
            points_moved=None if lost_before is None else float(lost[place] - lost_before[place]),
            comparisons=tuple(_comparisons(row, place, grades, history)),
        )


def _comparisons(row: int, place: int, grades: MonthlyGrades, history: History) -> Iterator[Comparison]:
    indicator, reading = grades.method.indicators[place], grades.readings[place]
    width = min(indicator.window, history.months)
    events, exposure = float(reading.observed[row]), float(reading.exposure[row])
    season = float(reading.season[row])
    compare = _rates if indicator.kind == Kind.RATE else _shares
    past = slice(max(history.months - width - indicator.base_months, 0), history.months - width)
    past_events, past_exposure = _sums(history, row, place, past)
    if past_exposure > 0:
        yield compare(Against.OWN_PAST, events, exposure * season, past_events, past_exposure)
    if history.months >= 12 + width:
        year_ago = slice(history.months - 12 - width, history.months - 12)
        then_events, then_exposure = _sums(history, row, place, year_ago)
        if then_exposure > 0:
            yield compare(Against.LAST_YEAR, events, exposure, then_events, then_exposure)
    others_events = float(reading.observed.sum()) - events
    others = float(np.nansum(reading.expected)) - float(reading.expected[row])
    if others > 0:
        yield compare(Against.TOWN, events, float(reading.expected[row]), others_events, others)


def _sums(history: History, row: int, place: int, months: slice) -> tuple[float, float]:
    events = history.counts[row, place, months].astype(np.float64)
    exposure = history.exposure[row, place, months].astype(np.float64)
    there = np.isfinite(events) & np.isfinite(exposure) & (exposure > 0)
    return float(events[there].sum()), float(exposure[there].sum())


def _rates(against: Against, events: float, exposure: float, then: float, then_exposure: float) -> Comparison:
    found = rate_ratio(events, exposure, then, then_exposure, CONFIDENCE)
    return Comparison(against, _change(found.lower, found.upper, 1.0), found.ratio, found.lower, found.upper)


def _shares(
    against: Against, satisfied: float, answers: float, then: float, then_answers: float
) -> Comparison:
    # One answer each way is added, so that a share of all or of none has an error, too (Agresti & Caffo 2000).
    here, there = (satisfied + 1) / (answers + 2), (then + 1) / (then_answers + 2)
    error = (here * (1 - here) / (answers + 2) + there * (1 - there) / (then_answers + 2)) ** 0.5
    difference = here - there
    lower, upper = difference - ONE_SIDED * error, difference + ONE_SIDED * error
    return Comparison(against, _change(lower, upper, 0.0), difference, lower, upper)


def _change(lower: float, upper: float, none: float) -> Change:
    if lower > none:
        return Change.HIGHER
    return Change.LOWER if upper < none else Change.NOT_CLEAR


def _turnings(row: int, grades: MonthlyGrades) -> Iterator[Turning]:
    """Yield for each indicator the levels at which the score would cross the border above and below it."""
    by_score = Color(int(grades.by_score[row]))
    borders = []
    if by_score > Color.GREEN:
        borders.append((Color(by_score - 1), grades.method.bands[by_score - 1]))
    if by_score < Color.BLACK:
        borders.append((Color(by_score + 1), grades.method.bands[by_score]))
    scores = grades.indicator_scores[row]
    weights = np.where(
        np.isnan(scores),
        0.0,
        [one.weight if one.is_valid_in(grades.month) else 0.0 for one in grades.method.indicators],
    )
    for toward, border in borders:
        for place, indicator in enumerate(grades.method.indicators):
            if weights[place] <= 0:
                continue
            needed = _needed(scores, weights, place, border, grades.method.aggregation)
            reading = grades.readings[place]
            value = reading.scale.value_for(needed) if WORST <= needed <= BEST else None
            if value is None:
                continue
            unit = float(reading.expected[row]) / indicator.window if indicator.kind == Kind.RATE else 1.0
            yield Turning(
                indicator.code, indicator.kind, toward, float(reading.estimate[row]) * unit, value * unit
            )


def _needed(scores: np.ndarray, weights: np.ndarray, place: int, border: float, how: Aggregation) -> float:
    """Return the score an indicator must have for the whole to lie on a border."""
    geometric = how == Aggregation.GEOMETRIC
    known = np.where(np.isnan(scores), 1.0, scores)
    values = np.log(known) if geometric else known
    target = float(np.log(border)) if geometric else border
    rest = float((weights * values).sum()) - float(weights[place] * values[place])
    needed = (target * float(weights.sum()) - rest) / float(weights[place])
    return float(np.exp(min(needed, 10.0))) if geometric else needed
