"""Reads of months on their way: grades, comments, reviews."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

import numpy as np
from django.db.models import Count, QuerySet
from numpy.typing import NDArray

from maplebridge.grading.domain import transitions
from maplebridge.grading.domain.explaining import Explanation
from maplebridge.grading.domain.method import Color
from maplebridge.grading.domain.monthly import MonthlyGrades
from maplebridge.grading.domain.robustness import Robustness
from maplebridge.grading.domain.transitions import Review as Verdict
from maplebridge.grading.domain.transitions import State
from maplebridge.grading.models import Comment, Grade, GradingMonth
from maplebridge.kernel.periods import Month
from maplebridge.kernel.polygons import inner_point, read_polygon

NO_COLOR = "none"


def month_of(kind: str, month: Month) -> GradingMonth | None:
    return GradingMonth.objects.select_related("method").filter(kind=kind, month=month.first).first()


def grades_of(month: GradingMonth) -> QuerySet[Grade]:
    return month.grades.select_related("area").order_by("area__code")


def colors_before(one: GradingMonth, areas: NDArray[np.int64]) -> NDArray[np.int8]:
    """Return the color that each area held after the month before, gray where it had none."""
    before = GradingMonth.objects.filter(kind=one.kind, month=(Month.of(one.month) - 1).first).first()
    held = dict(before.grades.values_list("area_id", "held")) if before else {}
    return np.array([color_code(held.get(int(id), NO_COLOR)) for id in areas], dtype=np.int8)


def color_code(name: str) -> int:
    return int(Color.GRAY if name == NO_COLOR else Color[name.upper()])


def color_name(code: int) -> str:
    return NO_COLOR if code == Color.GRAY else Color(code).name.lower()


def grading_months(kind: str, most: int = 24) -> list[GradingMonth]:
    """Return the months that were closed, the latest first."""
    return list(GradingMonth.objects.select_related("method").filter(kind=kind).order_by("-month")[:most])


def month_to_close(kind: str, today: date) -> Month | None:
    """Return the month that is closed next: one opened again, else the one after the last, as soon as it is over."""
    months = GradingMonth.objects.filter(kind=kind).order_by("month")
    if opened := months.filter(state=State.OPEN).first():
        return Month.of(opened.month)
    over, last = Month.of(today) - 1, months.last()
    following = over if last is None else Month.of(last.month) + 1
    return following if following <= over else None


def grade_row(
    one: GradingMonth, area_id: int, row: int, graded: MonthlyGrades, steady: Robustness, told: Explanation
) -> Grade:
    """Return the row that keeps what a month says of one area."""
    known = graded.rank_low[row] > 0
    return Grade(
        month=one,
        area_id=area_id,
        color=color_name(int(graded.color[row])),
        held=color_name(int(graded.held[row])),
        by_score=color_name(int(graded.by_score[row])),
        move=int(graded.move[row]),
        score=None if np.isnan(graded.scores[row]) else float(graded.scores[row]),
        probabilities=[float(chance) for chance in graded.probabilities[row]],
        rank_low=int(graded.rank_low[row]) if known else None,
        rank_high=int(graded.rank_high[row]) if known else None,
        robustness=float(steady.same[row]) / steady.weightings,
        why=_finite(asdict(told)),
    )


def _finite(value: Any) -> Any:
    """Return a value that JSON can hold: what is endless (a ratio to nothing) becomes None."""
    if isinstance(value, dict):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value


def reviews_of(one: GradingMonth) -> list[Verdict]:
    return [Verdict(each.made_by_id, each.releases, each.made_at) for each in one.reviews.order_by("pk")]


def reviewers_needed(one: GradingMonth) -> int:
    """Return how many people have to release a month: two where an area is black or fell by two colors."""
    return transitions.reviewers_needed(*_now_and_before(one.grades.only("color", "why")))


def reviewed_by_two(one: GradingMonth) -> bool:
    """Say whether two people released a month. A correction always had two."""
    releases = {each.made_by_id for each in one.reviews.all() if each.releases}
    return len(releases) >= 2 or bool(one.erratum)


def second_looks(grades: Sequence[Grade]) -> list[bool]:
    """Return for each grade whether two people have to release it."""
    return [bool(one) for one in transitions.needs_second_look(*_now_and_before(grades))]


def _now_and_before(grades: Iterable[Grade]) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    codes = [(color_code(grade.color), int(grade.why["previous"])) for grade in grades]
    both = np.array(codes, dtype=np.int8).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def contradictions_open(one: GradingMonth) -> int:
    return Comment.objects.filter(month=one, contradicts=True, answer="").count()


def get_month(month_id: int) -> GradingMonth | None:
    return GradingMonth.objects.select_related("method").filter(pk=month_id).first()


def comment_counts(one: GradingMonth) -> dict[int, int]:
    """Return how many comments each area of a month has."""
    return dict(one.comments.values_list("area").annotate(n=Count("pk")).values_list("area", "n"))


def comments_on(one: GradingMonth, area_id: int) -> QuerySet[Comment]:
    return one.comments.filter(area_id=area_id).order_by("pk")


def get_comment(comment_id: int) -> Comment | None:
    return Comment.objects.filter(pk=comment_id).first()


def shapes_of(one: GradingMonth) -> dict[str, Any]:
    """Return the areas of a month with their proposed colors as GeoJSON, for the map inside."""
    features = []
    for grade in grades_of(one):
        if grade.area.boundary is None:
            continue
        at = inner_point(read_polygon(grade.area.boundary))
        features.append(
            {
                "type": "Feature",
                "properties": {
                    "code": grade.area.code,
                    "label": grade.area.name,
                    "label_en": grade.area.name_en,
                    "color": grade.color,
                    "id": grade.area_id,
                    "at": [round(at.lon, 6), round(at.lat, 6)],
                },
                "geometry": grade.area.boundary,
            }
        )
    return {"type": "FeatureCollection", "features": features}
