"""What residents of the invented city answered so far in this month's survey, drawn from a seed.

Those who are rung answer a little kinder than those who write alone, the old feel safer at home than the young, and
every ninth cannot say: so that the page of results has something to tell apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from maplebridge.people.domain.ages import AgeBand

SAFE = {AgeBand.YOUNG: 0.66, AgeBand.MIDDLE: 0.69, AgeBand.OLD: 0.76}
OFFICERS, KNOWS_MAP, CANNOT_SAY = 0.62, 0.35, 0.11
KINDER_ON_PHONE = 0.08
AGES = (0.3, 0.45, 0.25)  # of grown-ups
GROWN_UP = 0.82
PHONE, LINK, PAGE = "phone", "link", "page"
MODES = {PHONE: 0.45, LINK: 0.4, PAGE: 0.15}


@dataclass(frozen=True, slots=True)
class Said:
    """One resident's answers: marks by question (5 very … 1 not at all, None: cannot say), age and way of asking."""

    mode: str
    age_band: str
    marks: dict[str, int | None]


def people_of_age(residents: int) -> dict[str, int]:
    """Return how many grown-ups of each band live among so many residents."""
    return {band: round(residents * GROWN_UP * share) for band, share in zip(AgeBand, AGES, strict=True)}


def say(number: int, chance: np.random.Generator, modes: Sequence[str] = tuple(MODES)) -> list[Said]:
    """Return what so many residents of one area answered."""
    weights = np.array([MODES[mode] for mode in modes])
    leaning = chance.normal(0, 0.05)
    said = []
    for _ in range(number):
        mode = str(chance.choice(modes, p=weights / weights.sum()))
        band = AgeBand(str(chance.choice([str(one) for one in AgeBand], p=AGES)))
        kinder = KINDER_ON_PHONE if mode == PHONE else 0.0
        said.append(
            Said(
                mode,
                str(band),
                {
                    "safe": _mark(SAFE[band] + leaning + kinder, chance),
                    "officers": _mark(OFFICERS + leaning + kinder, chance),
                    "map": 5 if chance.random() < KNOWS_MAP else 1,
                },
            )
        )
    return said


def _mark(agrees: float, chance: np.random.Generator) -> int | None:
    if chance.random() < CANNOT_SAY:
        return None
    good, bad = ((5, 4), (3, 2, 1))
    return int(chance.choice(good if chance.random() < agrees else bad))
