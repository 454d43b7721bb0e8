"""Small invented towns for the tests of grading."""

from dataclasses import replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from maplebridge.grading.domain.history import History
from maplebridge.grading.domain.method import Indicator, Kind, Method, Source
from maplebridge.kernel.periods import Month
from maplebridge.kernel.statistics.composite import Direction

THEFT = Indicator("theft", "Theft", Source.FILE, (), "residents", weight=2)
FRAUD = Indicator("fraud", "Fraud", Source.FILE, (), "residents", weight=2)
VIEW = Indicator(
    "view",
    "Satisfaction",
    Source.SURVEY,
    (),
    "answers",
    weight=1,
    bands=(0.85, 0.75, 0.65, 0.55),
    kind=Kind.SHARE,
    direction=Direction.MORE_IS_BETTER,
)
METHOD = Method("1", date(2020, 1, 1), (THEFT, FRAUD, VIEW))
AUGUST = Month(2026, 8)


def only(indicator: Indicator, **changed: object) -> Method:
    return replace(METHOD, indicators=(indicator,), **changed)  # type: ignore[arg-type]


def town(
    areas: int = 20,
    months: int = 36,
    *,
    risks: NDArray[np.float64] | None = None,
    seed: int = 1,
    people: float = 8000,
) -> History:
    """Return a town whose areas have 8 thefts, 4 frauds and 15 answers (70 % content) a month."""
    generator = np.random.default_rng(seed)
    risk = (
        np.ones((areas, months))
        if risks is None
        else np.broadcast_to(np.atleast_2d(risks.T).T, (areas, months))
    )
    theft = generator.poisson(people * 0.001 * risk)
    fraud = generator.poisson(people * 0.0005 * risk)
    answers = generator.poisson(15, (areas, months))
    counts = np.stack([theft, fraud, generator.binomial(answers, 0.7)], axis=1).astype(float)
    exposure = np.stack([np.full((areas, months), people)] * 2 + [answers], axis=1).astype(float)
    return History(np.arange(areas) + 100, AUGUST, counts, exposure)
