"""Months computed again: by their own method to the last bit, or by another one to see what would move."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from maplebridge.grading.domain import method as rules
from maplebridge.grading.domain.history import History
from maplebridge.grading.domain.method import Method
from maplebridge.grading.domain.monthly import MonthlyGrades, Tell, grade_month, nobody
from maplebridge.grading.domain.robustness import WEIGHTINGS, robustness, what_if
from maplebridge.grading.models import Area, GradingMonth, MapEdition
from maplebridge.grading.models import Method as Kept
from maplebridge.grading.queries.areas import areas_on
from maplebridge.grading.queries.counts import history_of
from maplebridge.grading.queries.months import color_code, color_name, colors_before
from maplebridge.kernel.periods import Month


def method_of(one: GradingMonth) -> Method:
    """Return the rules by which a month was graded."""
    assert one.method is not None
    return rules_of(one.method)


def rules_of(kept: Kept) -> Method:
    return rules.from_json(json.dumps(kept.document))


class Step(StrEnum):
    """What is done one after the other, for all areas, when a month is looked at by another method."""

    OWN = "own"
    OTHER = "other"
    OWN_WEIGHTINGS = "own_weightings"
    OTHER_WEIGHTINGS = "other_weightings"


TellStep = Callable[[Step, int, int], None]  # areas done in a step, of how many


def nobody_of_steps(step: Step, done: int, total: int) -> None:
    """Tell nobody."""


def graded_of(one: GradingMonth, tell: Tell = nobody) -> tuple[MonthlyGrades, History]:
    """Return a month computed from its own sheets, method and seed. The same each time, to the last bit."""
    method = method_of(one)
    history = history_of(one, method)
    previous = colors_before(one, history.areas)
    return grade_month(history, method, previous, one.seed or 0, tell=tell), history


def graded_again(edition: MapEdition) -> MonthlyGrades:
    """Return what an edition comes to, computed again from what it names: its sheets, method, seed and colors before.

    Of the month itself nothing is asked, so that an edition that was corrected since can be computed again, too.
    """
    content = json.loads(edition.content)
    month = Month.parse(content["month"])
    kept = Kept.objects.get(version=content["method"]["version"])
    one = GradingMonth(kind=content["kind"], month=month.first, method=kept, sheets=content["sheets"])
    method = rules_of(kept)
    history = history_of(one, method)
    codes = dict(areas_on(one.kind, month.last).values_list("pk", "code"))
    before = {said["code"]: color_code(said["before"]) for said in content["areas"]}
    previous = np.array([before[codes[int(id)]] for id in history.areas], dtype=np.int8)
    return grade_month(history, method, previous, content["seed"])


def gradable_months(kind: str, most: int = 12) -> list[GradingMonth]:
    """Return the months that were graded, the latest first: those that can be graded in another way."""
    graded = GradingMonth.objects.select_related("method").filter(kind=kind).exclude(result_digest="")
    return list(graded.order_by("-month")[:most])


def size_of(one: GradingMonth) -> int:
    """Return how many areas a month has."""
    return areas_on(one.kind, Month.of(one.month).last).count()


@dataclass(frozen=True, slots=True)
class Compared:
    """One area by two methods. Weightings: how many of a thousand plausible ones give the color of its score."""

    area: Area
    before: str
    after: str
    steps: int  # down is positive; 0 where it has no color by one of them
    weightings_before: int
    weightings_after: int

    @property
    def moves(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Comparison:
    """A month by its own method and by another."""

    areas: Sequence[Compared]
    weightings: int = WEIGHTINGS

    @property
    def moved(self) -> list[Compared]:
        """Return the areas that would have another color, those that fall furthest first."""
        return sorted((one for one in self.areas if one.moves), key=lambda one: (-one.steps, one.area.code))

    @property
    def stayed(self) -> list[Compared]:
        return [one for one in self.areas if not one.moves]

    def colors(self) -> dict[str, str]:
        """Return the color of each area's code by the other method."""
        return {one.area.code: one.after for one in self.areas}


def compared(one: GradingMonth, other: Method, tell: TellStep = nobody_of_steps) -> Comparison:
    """Grade a month by another method, from the same counts, colors before and seed. Nothing is kept.

    `tell` hears on the way which step has done how many areas.
    """
    total = size_of(one)

    def of(step: Step) -> Tell:
        return lambda done: tell(step, done, total)

    graded, history = graded_of(one, of(Step.OWN))
    month = Month.of(one.month)
    other = as_if_in_force(other, month)
    if [each.code for each in other.indicators] != [each.code for each in graded.method.indicators] or (
        other.shrinkage.by_neighbors != graded.method.shrinkage.by_neighbors
    ):
        history = history_of(one, other)
    found = what_if(graded, history, other, tell=of(Step.OTHER)).other
    steady = [
        robustness(each, graded.seed, tell=of(step)).same
        for each, step in ((graded, Step.OWN_WEIGHTINGS), (found, Step.OTHER_WEIGHTINGS))
    ]
    areas = Area.objects.in_bulk(list(map(int, graded.areas)))
    return Comparison(
        [
            Compared(
                areas[int(id)],
                color_name(int(graded.color[row])),
                color_name(int(found.color[row])),
                _steps(graded.color, found.color, row),
                int(steady[0][row]),
                int(steady[1][row]),
            )
            for row, id in enumerate(graded.areas)
        ]
    )


def _steps(before: NDArray[np.int8], after: NDArray[np.int8], row: int) -> int:
    one, other = int(before[row]), int(after[row])
    return 0 if rules.Color.GRAY in (one, other) else other - one


def as_if_in_force(method: Method, month: Month) -> Method:
    """Return a method as if it had been in force in an earlier month, with what will count when it begins."""
    if method.valid_from <= month.first:
        return method
    begins = Month.of(method.valid_from)
    indicators = tuple(
        replace(one, valid_from=None, valid_to=None) if one.is_valid_in(begins) else one
        for one in method.indicators
    )
    return replace(method, valid_from=month.first, indicators=indicators)
