"""What a report says of numbers: floors, comparisons, sentences in both languages."""

from datetime import date
from typing import Any

import numpy as np
import pytest
from django.utils import translation

from maplebridge.grading.domain.analysis import (
    Against,
    Figure,
    NotAPeriod,
    Period,
    Span,
    Why,
    as_json,
    count_figure,
    minutes_figure,
    moved,
    not_compared,
    raised_most,
    share_figure,
    told_counts,
    town_share,
)
from maplebridge.grading.domain.publication import Form
from maplebridge.grading.words import figure_sentence, sentences, signed
from maplebridge.kernel.periods import Month

BEFORE, YEAR = Against.BEFORE, Against.YEAR_BEFORE
OCTOBER = Period(Span.MONTH, Month(2026, 10))
SUMMER = Period(Span.QUARTER, Month(2026, 9))


def counted(*areas: float | None) -> tuple[np.ndarray[Any, Any], int]:
    return np.array([np.nan if one is None else one for one in areas], dtype=float), 30


@pytest.mark.parametrize(
    ("period", "written", "months", "before", "year"),
    [
        (OCTOBER, "2026-10", 1, "2026-09", "2025-10"),
        (SUMMER, "2026-Q3", 3, "2026-Q2", "2025-Q3"),
        (Period(Span.QUARTER, Month(2026, 3)), "2026-Q1", 3, "2025-Q4", "2025-Q1"),
    ],
)
def test_a_period_knows_what_it_is_compared_with(
    period: Period, written: str, months: int, before: str, year: str
) -> None:
    assert (str(period), len(period.months)) == (written, months)
    assert (str(period.before), str(period.year_before)) == (before, year)
    assert Period.parse(written) == period


@pytest.mark.parametrize("wrong", ["2026-Q5", "2026-13", "", "2026", "Q3"])
def test_what_is_no_period_is_refused(wrong: str) -> None:
    with pytest.raises(NotAPeriod):
        Period.parse(wrong)


@pytest.mark.parametrize(
    ("today", "month", "quarter"),
    [
        (date(2026, 11, 5), "2026-10", "2026-Q3"),
        (date(2026, 10, 1), "2026-09", "2026-Q3"),
        (date(2026, 1, 31), "2025-12", "2025-Q4"),
    ],
)
def test_only_what_is_over_is_reported(today: date, month: str, quarter: str) -> None:
    assert str(Period.over(Span.MONTH, today)) == month
    assert str(Period.over(Span.QUARTER, today)) == quarter


COUNTS = [
    # now, then: value, why, difference, percent, why not compared, areas compared
    ([28, 0], [25, 0], 28, None, 3, 12, None, None),
    ([9, 0], [25, 0], None, Why.SMALL, None, None, Why.SMALL, None),
    ([28, 0], [9, 0], 28, None, None, None, Why.SMALL, None),
    ([None, None], [25, 0], None, Why.NOT_COUNTED, None, None, None, None),
    ([28, 12], [None, None], 40, None, None, None, Why.NOT_COUNTED, None),
    ([28, 12], [25, None], 40, None, 3, 12, None, 1),
    # 28 of 33 would tell that the area left out had 5
    ([28, 5], [25, None], 33, None, None, None, Why.SMALL, None),
    ([28, None], [25, 4], 28, None, None, None, Why.SMALL, None),
]


@pytest.mark.parametrize(("now", "then", "value", "why", "difference", "percent", "why_not", "areas"), COUNTS)
def test_a_count_is_told_from_ten_on_and_compared_where_both_were_counted(
    now: list[float | None],
    then: list[float | None],
    value: float | None,
    why: Why | None,
    difference: float | None,
    percent: float | None,
    why_not: Why | None,
    areas: int | None,
) -> None:
    figure = count_figure("theft", "counts", counted(*now), {BEFORE: counted(*then)})
    assert (figure.value, figure.why) == (value, why)
    if why == Why.NOT_COUNTED:
        assert figure.changes == ()
        return
    [change] = figure.changes
    assert (change.difference, change.percent, change.why, change.areas) == (
        difference,
        percent,
        why_not,
        areas,
    )


def test_chance_is_judged_by_the_day_so_that_february_is_not_better_for_being_short() -> None:
    alike = count_figure("theft", "counts", (np.array([2800.0]), 28), {BEFORE: (np.array([3100.0]), 31)})
    lower = count_figure("theft", "counts", (np.array([2500.0]), 28), {BEFORE: (np.array([3100.0]), 31)})
    assert alike.changes[0].difference == -300
    assert (alike.changes[0].clear, lower.changes[0].clear) == (False, True)


@pytest.mark.parametrize(
    ("now", "then", "least", "value", "why", "points", "why_not"),
    [
        ((96, 100), (90, 100), 10, 96.0, None, 6.0, None),
        ((9, 9), (90, 100), 10, None, Why.TOO_FEW, None, Why.TOO_FEW),
        ((0, 0), (90, 100), 10, None, Why.NOT_COUNTED, None, Why.NOT_COUNTED),
        ((96, 100), (9, 9), 10, 96.0, None, None, Why.TOO_FEW),
        ((96, 100), (0, 0), 10, 96.0, None, None, Why.NOT_COUNTED),
        ((20, 29), (20, 40), 30, None, Why.TOO_FEW, None, Why.TOO_FEW),
        ((0, 30), (15, 30), 30, 0.0, None, -50.0, None),
    ],
)
def test_a_share_of_too_few_is_not_told_and_nobody_asked_is_not_zero(
    now: tuple[float, float],
    then: tuple[float, float],
    least: int,
    value: float | None,
    why: Why | None,
    points: float | None,
    why_not: Why | None,
) -> None:
    figure = share_figure("answered", "matters", now, {BEFORE: then}, least=least)
    assert (figure.value, figure.why) == (value, why)
    [change] = figure.changes
    assert change.difference == (None if points is None else pytest.approx(points))
    assert change.why == why_not


def test_an_estimate_has_its_interval_and_does_not_tell_single_answers() -> None:
    figure = share_figure("safe", "answers", (35, 50), {}, least=30, interval=True)
    assert figure.low == pytest.approx(56.24965, abs=1e-4)  # R: binom.confint(35, 50, methods="wilson")
    assert figure.high == pytest.approx(80.89645, abs=1e-4)
    assert figure.numerator is None


def test_areas_count_by_how_many_live_there_and_those_without_answers_are_left_out() -> None:
    agree, said = np.array([80.0, 20.0, np.nan, 1.0]), np.array([100.0, 100.0, np.nan, 1.0])
    people = np.array([9000.0, 1000.0, 5000.0, 5000.0])
    told = town_share(agree, said, people)
    assert told is not None
    (part, whole), areas = told
    assert part / whole == pytest.approx(0.74)
    assert areas == 2
    assert whole < 200  # the large area leans on half of the answers
    assert town_share(np.array([np.nan]), np.array([np.nan]), np.array([10.0])) is None


def test_a_time_is_told_of_ten_answers_or_more() -> None:
    assert minutes_figure("median_minutes", "matters", (12.0, 9), {}).why == Why.TOO_FEW
    assert minutes_figure("median_minutes", "matters", (None, 0), {}).why == Why.NOT_COUNTED
    told = minutes_figure("median_minutes", "matters", (12.0, 10), {BEFORE: (16.0, 30), YEAR: (None, 0)})
    assert (told.value, told.changes[0].difference, told.changes[1].why) == (12.0, -4.0, Why.NOT_COUNTED)


def test_what_goes_on_is_not_compared() -> None:
    figure = count_figure("raised", "matters", counted(50), {BEFORE: counted(40), YEAR: counted(30)})
    assert {one.why for one in not_compared(figure, Why.NOT_OVER).changes} == {Why.NOT_OVER}
    only = not_compared(figure, Why.NOT_WHOLE, [BEFORE]).changes
    assert (only[0].why, only[1].difference) == (Why.NOT_WHOLE, 20)


# What residents raise most --------------------------------------------------------------------------------


def test_a_single_small_kind_does_not_follow_from_the_whole_and_the_others() -> None:
    month = OCTOBER.last
    counts = {("noise", month): 50, ("leaks", month): 30, ("dogs", month): 4}
    rows = raised_most(counts, OCTOBER, [])
    exact = [row for row in rows if row.low == row.high]
    assert "dogs" not in {row.code for row in rows}
    assert len(exact) < 2, "84 in all less 50 and 30 would be the 4 dogs"


def test_a_quarter_does_not_tell_what_its_months_withhold() -> None:
    first, second, third = SUMMER.months
    counts = {("dogs", first): 20, ("dogs", second): 4, ("dogs", third): 30, ("noise", first): 40}
    counts |= {("noise", second): 45, ("noise", third): 50, ("leaks", first): 15, ("leaks", second): 15}
    counts |= {("leaks", third): 18}
    months = [told_counts(counts, [Period(Span.MONTH, month)]) for month in SUMMER.months]
    alone = [one["dogs", period].form for one, period in zip(months, _months(), strict=True)]
    quarter = told_counts(counts, [SUMMER])["dogs", SUMMER]
    assert alone[1] != Form.EXACT
    assert not (alone[0] == alone[2] == Form.EXACT and quarter.form == Form.EXACT)


def _months() -> list[Period]:
    return [Period(Span.MONTH, month) for month in SUMMER.months]


def test_what_clearly_rises_is_marked_and_what_was_small_before_is_not_taken_apart() -> None:
    now, before = OCTOBER.last, OCTOBER.last - 1
    kinds = {"noise": (90, 40), "leaks": (52, 50), "dogs": (30, 20), "lifts": (40, 3), "odors": (20, 6)}
    counts = {
        (code, month): pair[at] for code, pair in kinds.items() for at, month in enumerate((now, before))
    }
    rows = {row.code: row for row in raised_most(counts, OCTOBER, [BEFORE])}
    assert rows["noise"].rising
    assert not rows["leaks"].rising
    assert rows["lifts"].changes[0].why in (Why.SMALL, Why.WITHHELD)
    assert rows["noise"].changes[1].why == Why.NOT_COUNTED
    assert list(rows)[:2] == ["noise", "leaks"]


# Areas -----------------------------------------------------------------------------------------------------


def why(previous: int, *points: float) -> dict[str, Any]:
    indicators = [
        {
            "code": code,
            "points_moved": moved_by,
            "comparisons": [{"against": "own_past", "change": "higher" if moved_by > 0 else "not_clear"}],
        }
        for code, moved_by in zip(("theft", "fraud"), points, strict=True)
    ]
    return {"previous": previous, "probability": 0.83, "indicators": indicators}


ORDER = ("green", "blue", "yellow", "red", "black")


def test_an_area_that_got_worse_is_told_with_what_took_the_points() -> None:
    told = moved(7, OCTOBER.last, "yellow", ORDER, why(1, 6.0, -2.0))
    assert told is not None
    assert (told.before, told.color, told.worse, told.chance) == ("blue", "yellow", True, (80, 90))
    assert told.by == (("theft", "higher"),)


@pytest.mark.parametrize(("previous", "color"), [(1, "blue"), (-1, "blue"), (1, "none")])
def test_an_area_that_is_as_before_or_gray_has_not_moved(previous: int, color: str) -> None:
    assert moved(7, OCTOBER.last, color, ORDER, why(previous, 1.0, 1.0)) is None


# Sentences -------------------------------------------------------------------------------------------------

SENTENCES = [
    (
        count_figure("raised", "matters", counted(28), {BEFORE: counted(25), YEAR: counted(None)}),
        "Matters raised: 28; +3 (+12 %) on last month (chance alone explains as much); "
        "no comparison with the same month last year: it was not counted then.",
        "提出事项：28；较上月 +3（+12 %）（在偶然波动范围内）；不与去年同月比较：当时未统计。",
    ),
    (
        count_figure("raised", "matters", counted(1_204), {BEFORE: counted(1_500)}),
        "Matters raised: 1,204; −296 (−20 %) on last month.",
        "提出事项：1,204；较上月 −296（−20 %）。",
    ),
    (
        count_figure("raised", "matters", counted(4), {BEFORE: counted(25)}),
        "Matters raised: fewer than 10.",
        "提出事项：少于 10。",
    ),
    (
        count_figure("raised", "matters", counted(None), {BEFORE: counted(25)}),
        "Matters raised: not counted.",
        "提出事项：未统计。",
    ),
    (
        share_figure("answered", "matters", (96, 100), {BEFORE: (96, 100)}),
        "First answered in time: 96.0 % (96 / 100); ±0 points on last month (chance alone explains as much).",
        "按时首次答复：96.0 %（96 / 100）；较上月 ±0 个百分点（在偶然波动范围内）。",
    ),
    (
        minutes_figure("median_minutes", "matters", (75.0, 40), {BEFORE: (80.0, 40)}),
        "Half were answered within: 1 hour 15 min (of 40 answered); −5 min on last month.",
        "半数事项首次答复用时不超过：1 小时 15 分钟（已答复 40 件）；较上月 −5 分钟。",
    ),
    (
        count_figure("raised", "matters", counted(30, 20, None), {BEFORE: counted(25, None, 9)}),
        "Matters raised: 50 (2 of 3 areas counted); "
        "no comparison with last month: one of the two numbers is too small to be told.",
        "提出事项：50（3 个辖区中 2 个有统计）；不与上月比较：两个数字之一过小。",
    ),
]


@pytest.mark.parametrize(("figure", "english", "chinese"), SENTENCES)
def test_a_figure_is_said_in_plain_words(figure: Figure, english: str, chinese: str) -> None:
    for language, expected in (("en", english), ("zh-hans", chinese)):
        with translation.override(language):
            assert figure_sentence(as_json(figure), Span.MONTH) == expected


def test_what_none_of_them_has_is_explained_once() -> None:
    figures = [
        as_json(
            not_compared(count_figure(code, "matters", counted(50), {BEFORE: counted(40)}), Why.NOT_WHOLE)
        )
        for code in ("raised", "incidents")
    ]
    section = {"code": "matters", "figures": figures, "missing": False, "since": "2026-10-22"}
    with translation.override("en"):
        told = sentences(section, OCTOBER)
    assert told == [
        "Counted only since 2026-10-22.",
        "Matters raised: 50.",
        "All incidents of the safety grading: 50.",
        "No comparison with last month: not all of it was counted.",
    ]


@pytest.mark.parametrize(
    ("number", "digits", "expected"),
    [(3, 0, "+3"), (-1204, 0, "−1,204"), (0.4, 0, "±0"), (-0.04, 1, "±0"), (-0.06, 1, "−0.1")],
)
def test_a_change_has_a_sign(number: float, digits: int, expected: str) -> None:
    assert signed(number, digits) == expected
