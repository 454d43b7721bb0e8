"""What residents said, area by area: shares with their intervals, small areas leaning on the whole, modes apart."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from maplebridge.grading.domain.questionnaire import AGREES_FROM, AgeBand
from maplebridge.kernel.statistics.survey import (
    Design,
    ModeEffect,
    answered,
    mode_effects,
    pooled_shares,
    post_stratify,
)

DONT_KNOW = 9  # as the arithmetic wants it; a mark is 1 to 5


@dataclass(frozen=True, slots=True)
class One:
    """An answer to one question. `mark` None: could not say."""

    area: int
    age_band: str
    mode: str
    mark: int | None


@dataclass(frozen=True, slots=True)
class AreaResult:
    """What is said of an area. Shares are None where fewer than two had an opinion."""

    area: int
    answers: int  # with an opinion
    dont_know: int
    share: float | None = None
    low: float | None = None
    high: float | None = None
    weighted: bool = False  # by age, as people live there
    pooled: float | None = None
    pooled_low: float | None = None
    pooled_high: float | None = None


def design_of(answers: Sequence[One], people: Mapping[str, float]) -> Design:
    """Return answers that each count alike, or by age as people live there.

    By age only where that can be said: every age was counted and answered, and everybody told theirs.
    """
    design = Design.of(np.ones(len(answers)))
    bands = [str(band) for band in AgeBand]
    given = {one.age_band for one in answers}
    if given != set(bands) or min(people.get(band, 0.0) for band in bands) <= 0:
        return design
    living = {at: people[band] for at, band in enumerate(bands)}
    return post_stratify(design, [bands.index(one.age_band) for one in answers], living)


def results_by_area(
    answers: Sequence[One], areas: Sequence[int], people: Mapping[tuple[int, str], float]
) -> list[AreaResult]:
    """Return a row for every area, those without answers too."""
    of_area = defaultdict(list)
    for one in answers:
        of_area[one.area].append(one)
    raw = [_of_area(area, of_area[area], people) for area in areas]
    if not any(effective for _row, effective in raw):
        return [row for row, _effective in raw]
    asked = np.array([effective for _row, effective in raw])
    agreed = np.array([(row.share or 0.0) * effective for row, effective in raw])
    pooled = pooled_shares(agreed, asked)
    return [
        AreaResult(
            row.area, row.answers, row.dont_know, row.share, row.low, row.high, row.weighted,
            float(pooled.shares[at]), float(pooled.lower[at]), float(pooled.upper[at]),
        )
        for at, (row, _effective) in enumerate(raw)
    ]  # fmt: skip


def _of_area(
    area: int, given: Sequence[One], people: Mapping[tuple[int, str], float]
) -> tuple[AreaResult, float]:
    """Return an area's row before pooling, and how many answers it is worth."""
    if not given:
        return AreaResult(area, 0, 0), 0.0
    design = design_of(given, {str(band): people.get((area, band), 0.0) for band in AgeBand})
    marks = [DONT_KNOW if one.mark is None else one.mark for one in given]
    found = answered(marks, design, satisfied_from=AGREES_FROM, dont_know=DONT_KNOW)
    if found.share is None:
        return AreaResult(area, found.answers, found.dont_know), 0.0
    low, high = found.share.share_interval()
    row = AreaResult(
        area, found.answers, found.dont_know, found.share.value, low, high, design.fitted_to is not None
    )
    return row, found.effective


def agreeing(given: Sequence[One], people: Mapping[str, float]) -> tuple[float, float]:
    """Return how many agree of how many who have an opinion; by age these are the effective numbers."""
    opinions = [one for one in given if one.mark is not None]
    agree = sum((one.mark or 0) >= AGREES_FROM for one in opinions)
    design = design_of(opinions, people) if opinions else None
    if design is None or design.fitted_to is None:
        return float(agree), float(len(opinions))
    found = answered(
        [one.mark or DONT_KNOW for one in opinions], design, satisfied_from=AGREES_FROM, dont_know=DONT_KNOW
    )
    assert found.share is not None  # every age answered: there are three at least
    return found.share.value * found.effective, found.effective


def effects_of_modes(answers: Sequence[One], against: str) -> dict[str, ModeEffect]:
    """Return how much kinder or harsher each way of asking is than `against`, within areas and ages."""
    opinions = [one for one in answers if one.mark is not None]
    modes = sorted({one.mode for one in opinions} | {against})
    groups = {key: at for at, key in enumerate(sorted({(one.area, one.age_band) for one in opinions}))}
    found = mode_effects(
        [(one.mark or 0) >= AGREES_FROM for one in opinions],
        [modes.index(one.mode) for one in opinions],
        [groups[one.area, one.age_band] for one in opinions],
        modes.index(against),
    )
    return {modes[one.mode]: one for one in found}
