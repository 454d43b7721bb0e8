"""A month's grades: from counts to colors, with the probability of each color, and nothing left to the clock.

The same history, method, previous colors and seed give the same result to the last bit.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maplebridge.grading.domain.draws import Dial, Part, Tables, drawn_totals
from maplebridge.grading.domain.history import History, HistoryError
from maplebridge.grading.domain.hysteresis import Move, decide
from maplebridge.grading.domain.method import COLORS, Color, Kind, Method, MethodError, Problem
from maplebridge.grading.domain.readings import Posterior, Reading, read
from maplebridge.kernel.periods import Month
from maplebridge.kernel.statistics.composite import Aggregation, aggregate

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Colors = NDArray[np.int8]
Tell = Callable[[int], None]  # how many areas are done

DRAWS = 1000
INTERVAL = (0.05, 0.95)
RANKED_TOGETHER = 10_000  # more areas are ranked against the average draw: others' luck evens out


@dataclass(frozen=True)
class MonthlyGrades:
    """Grades of all areas in a month, in the order of the history. Give `held` as previous next month."""

    month: Month
    areas: Ints
    method: Method
    seed: int
    draws: int
    readings: tuple[Reading, ...]  # one for each indicator of the method
    indicator_scores: Floats  # areas x indicators, NaN where missing
    scores: Floats  # 100 is best; NaN where nothing is known
    low: Floats  # 5 % and 95 % points of the score
    high: Floats
    probabilities: Floats  # areas x 5, from green to black
    by_score: Colors  # the color in which the score lies
    color: Colors  # the grade; gray where there is not enough data
    held: Colors  # the last grade that was not gray
    move: NDArray[np.int8]  # see `hysteresis.Move`
    rank_low: Ints  # 1 is the safest; 0 where gray
    rank_high: Ints
    enough: NDArray[np.bool_]
    previous: Colors

    @property
    def moved(self) -> NDArray[np.int64]:
        """Return by how many colors each area moved, downward positive; 0 where there was or is no grade."""
        both = (self.previous != Color.GRAY) & (self.color != Color.GRAY)
        return np.where(both, self.color.astype(np.int64) - self.previous, 0)

    @property
    def contributions(self) -> Floats:
        """Return areas x indicators: how many points each takes from a full score (arithmetic) of 100."""
        weights = np.where(np.isnan(self.indicator_scores), 0.0, _weights(self.method, self.month))
        whole = weights.sum(axis=1, keepdims=True)
        share = np.divide(weights, whole, out=np.zeros_like(weights), where=whole > 0)
        return np.where(
            np.isnan(self.indicator_scores), 0.0, share * (100 - np.nan_to_num(self.indicator_scores))
        )


def nobody(done: int) -> None:
    """Tell nobody how many areas are done."""


def grade_month(
    history: History,
    method: Method,
    previous: Colors | None,
    seed: int,
    draws: int = DRAWS,
    tell: Tell = nobody,
) -> MonthlyGrades:
    """Return the grades of the last month of a history. `previous` are the colors held before, gray for none.

    `tell` hears on the way how many areas are done.
    """
    _check(history, method, previous)
    before = (
        np.full(len(history.areas), Color.GRAY, np.int8) if previous is None else previous.astype(np.int8)
    )
    readings = tuple(read(history, place, method) for place in range(len(method.indicators)))
    scored = indicator_scores(readings, method, history.last)
    scores = composite(scored, method, history.last)
    by_score = colors_of(scores, method.bands)
    enough = _enough(readings, scored, method, history.last)
    drawn = _draw(history, method, readings, scored, seed, draws, tell)
    held, move = decide(before, by_score, drawn.memory, drawn.window, method.hysteresis)
    held = np.where(enough, held, before).astype(np.int8)
    move[~enough] = Move.NO_GRADE
    rank_low, rank_high = drawn.ranks.interval(enough)
    return MonthlyGrades(
        month=history.last,
        areas=history.areas,
        method=method,
        seed=seed,
        draws=draws,
        readings=readings,
        indicator_scores=scored,
        scores=scores,
        low=drawn.low,
        high=drawn.high,
        probabilities=drawn.memory,
        by_score=by_score,
        color=np.where(enough, held, Color.GRAY).astype(np.int8),
        held=held,
        move=move,
        rank_low=rank_low,
        rank_high=rank_high,
        enough=enough,
        previous=before,
    )


def _check(history: History, method: Method, previous: Colors | None) -> None:
    if history.counts.shape[1] != len(method.indicators):
        raise HistoryError(
            "indicators_differ", history=history.counts.shape[1], method=len(method.indicators)
        )
    if history.last.first < method.valid_from:
        raise MethodError([Problem("not_in_force_yet", str(history.last), method.valid_from.isoformat())])
    if not any(weight > 0 for weight in _weights(method, history.last)):
        raise MethodError([Problem("no_indicator_valid", str(history.last))])
    if previous is not None:
        if len(previous) != len(history.areas):
            raise HistoryError("previous_differ", previous=len(previous), areas=len(history.areas))
        if not np.isin(previous, [int(color) for color in Color]).all():
            raise HistoryError("no_such_color")


def _weights(method: Method, month: Month) -> Floats:
    """Return the weights that count in a month: an indicator that is not valid in it has none."""
    return np.array([one.weight if one.is_valid_in(month) else 0.0 for one in method.indicators])


def indicator_scores(readings: tuple[Reading, ...], method: Method, month: Month) -> Floats:
    """Return areas x indicators, NaN where an indicator is missing or not valid in the month."""
    weights = _weights(method, month)
    return np.stack(
        [
            one.scores if weights[place] > 0 else np.full(len(one.estimate), np.nan)
            for place, one in enumerate(readings)
        ],
        axis=1,
    )


def composite(scored: Floats, method: Method, month: Month) -> Floats:
    return aggregate(scored, _weights(method, month), method.aggregation)


def colors_of(scores: Floats, bands: tuple[float, ...]) -> Colors:
    """Return the color in which each score lies; on a border it is the better one, unknown is gray."""
    found = (np.nan_to_num(scores)[:, None] < np.asarray(bands)).sum(axis=1)
    return np.where(np.isnan(scores), Color.GRAY, found).astype(np.int8)


def _enough(readings: tuple[Reading, ...], scored: Floats, method: Method, month: Month) -> NDArray[np.bool_]:
    """Say where there is evidence for a grade: indicators enough, and events counted or to be expected.

    Where 30 events are to be expected and none came, that is evidence, too.
    """
    weights = _weights(method, month)
    present = (~np.isnan(scored) * weights).sum(axis=1) >= method.evidence.weight * weights.sum() - 1e-12
    rates = [
        np.where(np.isnan(scored[:, place]), 0.0, np.fmax(one.observed, one.expected))
        for place, one in enumerate(readings)
        if method.indicators[place].kind == Kind.RATE and weights[place] > 0
    ]
    return np.asarray(present & (np.sum(rates, axis=0) >= method.evidence.events) if rates else present)


@dataclass(frozen=True)
class _Drawn:
    memory: Floats
    window: Floats
    low: Floats
    high: Floats
    ranks: "_Ranks"


def _draw(
    history: History,
    method: Method,
    readings: tuple[Reading, ...],
    scored: Floats,
    seed: int,
    draws: int,
    tell: Tell,
) -> _Drawn:
    if draws < 20:
        raise HistoryError("too_few_draws", draws=draws)
    weights = _weights(method, history.last)
    dials = [
        Dial.of(one.scale, method.indicators[place].kind, method.aggregation, float(weights[place]))
        for place, one in enumerate(readings)
    ]
    present = ~np.isnan(scored)

    def parts(posteriors: list[Posterior]) -> list[Part]:
        return [
            Part(posterior, dials[place], float(weights[place]), present[:, place])
            for place, posterior in enumerate(posteriors)
        ]

    tables = Tables(seed, draws, len(readings))
    count = len(history.areas)
    geometric = method.aggregation == Aggregation.GEOMETRIC
    bands = np.log(method.bands) if geometric else np.asarray(method.bands)
    memory, window = np.zeros((count, len(COLORS))), np.zeros((count, len(COLORS)))
    low, high = np.full(count, np.nan), np.full(count, np.nan)
    ranks = _Ranks.of(count, draws, geometric)
    ends = [int(np.floor(INTERVAL[0] * draws)), min(int(np.ceil(INTERVAL[1] * draws)), draws - 1)]
    for rows, totals, weight in drawn_totals(history.areas, parts([one.memory for one in readings]), tables):
        memory[rows] = _chances(totals, weight, bands)
        known = weight > 0
        totals /= np.where(known, weight, np.float32(1))[:, None]
        ranks.add(rows, totals)
        totals.sort(axis=1)  # faster than partition, where the processor sorts in vectors
        low[rows], high[rows] = (
            np.where(known, totals[:, ends[0]], np.nan),
            np.where(known, totals[:, ends[1]], np.nan),
        )
        tell(rows.stop // 2)
    for rows, totals, weight in drawn_totals(history.areas, parts([one.window for one in readings]), tables):
        window[rows] = _chances(totals, weight, bands)
        tell((count + rows.stop) // 2)
    if geometric:
        low, high = np.exp(low), np.exp(high)
    return _Drawn(memory, window, low, high, ranks.at(low, high))


def _chances(totals: NDArray[np.float32], weight: NDArray[np.float32], bands: Floats) -> Floats:
    """Return the share of draws in each color."""
    draws = totals.shape[1]
    below = [np.zeros(len(totals))]
    for band in bands:
        reached = (totals >= (np.float32(band) * weight)[:, None]).view(np.uint8)
        below.append(np.add.reduce(reached, axis=1, dtype=np.uint32) / draws)  # faster than counting booleans
    chances = np.diff(np.stack([*below, np.ones(len(totals))], axis=1), axis=1)
    chances[weight == 0] = 0
    return chances


class _Ranks:
    """Which places an area may have among the others, if everyone's luck had been different."""

    BINS = 8192

    def __init__(self, together: NDArray[np.float32] | None, geometric: bool) -> None:
        self._together, self._geometric = together, geometric
        self._seen = np.zeros(self.BINS, np.int64)
        self._each = 0
        self._low = self._high = np.empty(0)

    @classmethod
    def of(cls, count: int, draws: int, geometric: bool) -> "_Ranks":
        return cls(np.zeros((count, draws), np.float32) if count <= RANKED_TOGETHER else None, geometric)

    def add(self, rows: slice, totals: NDArray[np.float32]) -> None:
        if self._together is not None:
            self._together[rows] = totals
            return
        self._each = totals.shape[1]
        self._seen += np.bincount(self._bin(totals).ravel(), minlength=self.BINS)

    def _bin(self, totals: NDArray[np.float32]) -> NDArray[np.intp]:
        top = np.float32(np.log(100.0) if self._geometric else 100.0)
        return np.asarray(np.clip(totals * np.float32(self.BINS / top), 0, self.BINS - 1).astype(np.intp))

    def at(self, low: Floats, high: Floats) -> "_Ranks":
        """Return itself, knowing the ends of the areas' scores."""
        self._low, self._high = low, high
        return self

    def interval(self, enough: NDArray[np.bool_]) -> tuple[Ints, Ints]:
        """Return the 5 % and 95 % points of each area's rank among those with enough data; 0 for the others."""
        first, last = np.zeros(len(enough), np.int64), np.zeros(len(enough), np.int64)
        if not enough.any():
            return first, last
        if self._together is None:
            first[enough], last[enough] = self._against_the_average(enough)
            return first, last
        drawn = self._together[enough]
        places = np.empty(drawn.shape, np.int32)
        order = np.argsort(-drawn, axis=0, kind="stable")
        np.put_along_axis(places, order, np.arange(1, len(drawn) + 1, dtype=np.int32)[:, None], axis=0)
        ends = [int(np.floor(end * (drawn.shape[1] - 1))) for end in INTERVAL]
        ends[1] = min(ends[1] + 1, drawn.shape[1] - 1)
        places.sort(axis=1)
        first[enough], last[enough] = places[:, ends[0]], places[:, ends[1]]
        return first, last

    def _against_the_average(self, enough: NDArray[np.bool_]) -> tuple[Ints, Ints]:
        better = np.cumsum(self._seen[::-1])[::-1] / max(int(self._seen.sum()), 1)
        low, high = self._low[enough], self._high[enough]
        if self._geometric:
            low, high = np.log(low), np.log(high)
        count = int(enough.sum())
        first = 1 + np.floor(count * np.append(better, 0.0)[self._bin(high.astype(np.float32)) + 1])
        last = np.ceil(count * better[self._bin(low.astype(np.float32))])
        return np.clip(first, 1, count).astype(np.int64), np.clip(last, 1, count).astype(np.int64)
