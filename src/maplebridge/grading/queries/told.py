"""The colors of a month as they may be told: the map that everybody sees and the reports ask here, by one rule."""

from collections.abc import Mapping, Sequence

from maplebridge.grading.domain.method import Color
from maplebridge.grading.domain.publication import ToldColor, told_color
from maplebridge.grading.models import Grade, GradingMonth, Population
from maplebridge.grading.queries.months import color_code, reviewed_by_two, second_looks


def told_colors(
    one: GradingMonth, grades: Sequence[Grade], people: Mapping[int, Population]
) -> list[ToldColor]:
    """Return how the color of each area may be told: gray below the floors, and until two agreed where it needs two."""
    reviewed = reviewed_by_two(one)
    return [
        told_color(
            Color(color_code(grade.color)),
            level=one.kind,
            people=people[grade.area_id].number if grade.area_id in people else 0.0,
            events=events_behind(grade),
            reviewed_by_two=reviewed,
            needs_two=needs_two,
        )
        for grade, needs_two in zip(grades, second_looks(grades), strict=True)
    ]


def events_behind(grade: Grade) -> float:
    """Return how many events a color stands on, answers of residents apart."""
    return sum(float(facts["observed"]) for facts in grade.why["indicators"] if facts["kind"] == "rate")
