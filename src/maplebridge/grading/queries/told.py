"""The colors of a month as they may be told: the map that everybody sees and the reports ask here, by one rule."""

from collections.abc import Mapping, Sequence

from maplebridge.grading.domain.method import Color
from maplebridge.grading.domain.publication import ToldColor, told_color
from maplebridge.grading.models import Grade, GradingMonth, Population
from maplebridge.grading.queries.months import color_code, second_looks


def told_colors(
    one: GradingMonth,
    grades: Sequence[Grade],
    people: Mapping[int, Population],
    *,
    reviewed_by_two: bool,
) -> list[ToldColor]:
    """Return how the color of each area may be told: gray below the floors.

    Raise `PublicationError` where two people have to agree and did not.
    """
    return [
        told_color(
            Color(color_code(grade.color)),
            level=one.kind,
            people=people[grade.area_id].number if grade.area_id in people else 0.0,
            events=events_behind(grade),
            reviewed_by_two=reviewed_by_two,
            needs_two=needs_two,
        )
        for grade, needs_two in zip(grades, second_looks(grades), strict=True)
    ]


def events_behind(grade: Grade) -> float:
    """Return how many events a color stands on, answers of residents apart."""
    return sum(float(facts["observed"]) for facts in grade.why["indicators"] if facts["kind"] == "rate")
