from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maplebridge.grading.domain.method import (
    Color,
    Evidence,
    Hysteresis,
    Indicator,
    Kind,
    Method,
    MethodError,
    Shrinkage,
    Source,
    as_json,
    from_json,
    in_force,
)
from maplebridge.kernel.periods import Month
from maplebridge.kernel.statistics.composite import Direction

THEFT = Indicator("theft", "Theft", Source.FILE, (), "residents", weight=3)
VIEW = Indicator(
    "view",
    "Satisfaction",
    Source.SURVEY,
    (),
    "answers",
    weight=1,
    bands=(0.9, 0.8, 0.7, 0.6),
    kind=Kind.SHARE,
    direction=Direction.MORE_IS_BETTER,
    valid_from=Month(2026, 3),
    base_first=Month(2024, 1),
    base_last=Month(2024, 12),
)
METHOD = Method("1", date(2026, 1, 1), (THEFT, VIEW))


def codes(**changed: object) -> set[str]:
    with pytest.raises(MethodError) as refused:
        replace(METHOD, **changed)  # type: ignore[arg-type]
    return {problem.code for problem in refused.value.problems}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"version": " "}, "version_missing"),
        ({"valid_from": date(2026, 1, 15)}, "changes_in_mid_month"),
        ({"indicators": ()}, "no_indicators"),
        ({"indicators": (THEFT, THEFT)}, "code_twice"),
        ({"bands": (20.0, 40.0, 60.0, 80.0)}, "bands_not_in_order"),
        ({"bands": (100.0, 60.0, 40.0, 20.0)}, "bands_not_in_order"),
        ({"indicators": (replace(THEFT, weight=0),)}, "no_weight"),
        ({"hysteresis": Hysteresis(worse=0.5)}, "not_between_half_and_one"),
        ({"evidence": Evidence(weight=0)}, "evidence_out_of_range"),
        ({"shrinkage": Shrinkage(memory=2)}, "shrinkage_out_of_range"),
    ],
)
def test_a_method_that_makes_no_sense_is_refused(changed: dict[str, object], code: str) -> None:
    assert code in codes(**changed)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"code": ""}, "code_missing"),
        ({"name": ""}, "name_missing"),
        ({"weight": -1}, "weight_negative"),
        ({"weight": float("nan")}, "weight_negative"),
        ({"window": 0}, "window_not_1_to_12"),
        ({"base_months": 2}, "base_too_short"),
        ({"base_first": Month(2025, 2), "base_last": Month(2025, 1)}, "base_ends_before_it_begins"),
        ({"base_first": Month(2025, 2)}, "base_half_given"),
        ({"valid_from": Month(2025, 2), "valid_to": Month(2025, 1)}, "ends_before_it_begins"),
        ({"per": 0}, "per_not_positive"),
        ({"bands": (1.8, 1.4, 1.1, 0.8)}, "bands_not_in_order"),
        ({"bands": (0.0, 1.1, 1.4, 1.8)}, "bands_not_positive"),
        ({"kind": Kind.SHARE}, "share_without_answers"),
        ({"kind": Kind.SHARE}, "share_above_one"),
        ({"denominator": ""}, "denominator_missing"),
        ({"source": Source.MATTERS}, "nothing_counted"),
    ],
)
def test_an_indicator_that_makes_no_sense_is_named(changed: dict[str, object], code: str) -> None:
    assert code in codes(indicators=(replace(THEFT, **changed), VIEW))  # type: ignore[arg-type]


def test_all_that_is_wrong_is_told_at_once() -> None:
    assert len(codes(version="", bands=(1.0, 2.0, 3.0, 4.0), indicators=(replace(THEFT, name=""),))) == 3


def test_the_digest_seals_every_rule() -> None:
    assert METHOD.digest == replace(METHOD).digest
    others = [
        replace(METHOD, version="2"),
        replace(METHOD, bands=(81.0, 60.0, 40.0, 20.0)),
        replace(METHOD, indicators=(replace(THEFT, weight=4), VIEW)),
        replace(METHOD, hysteresis=Hysteresis(worse=0.71)),
        replace(METHOD, indicators=(VIEW, THEFT)),
    ]
    assert len({METHOD.digest, *(other.digest for other in others)}) == len(others) + 1


@given(st.floats(0.001, 1000), st.integers(1, 12), st.sampled_from([None, Month(2027, 5)]))
def test_a_method_comes_back_from_its_text(weight: float, window: int, valid_to: Month | None) -> None:
    method = replace(
        METHOD, indicators=(replace(THEFT, weight=weight, window=window, valid_to=valid_to), VIEW)
    )

    assert from_json(as_json(method)) == method
    assert from_json(as_json(method)).digest == method.digest


@pytest.mark.parametrize("text", ["", "{}", "[]", as_json(METHOD).replace("bands", "colors"), "null"])
def test_a_text_that_is_no_method_is_refused(text: str) -> None:
    with pytest.raises(MethodError, match="not_a_method"):
        from_json(text)


def test_a_month_has_the_method_that_began_last() -> None:
    later = replace(METHOD, version="2", valid_from=date(2026, 4, 1))

    assert in_force([later, METHOD], Month(2026, 3)) == METHOD
    assert in_force([later, METHOD], Month(2026, 4)) == later
    with pytest.raises(MethodError, match="no_method_in_force"):
        in_force([later, METHOD], Month(2025, 12))


def test_weights_add_up_to_one() -> None:
    assert METHOD.weights == (0.75, 0.25)


def test_gray_is_no_grade() -> None:
    assert Color.GRAY < Color.GREEN < Color.BLACK


def test_an_indicator_is_valid_from_and_to_a_month() -> None:
    summer = replace(THEFT, valid_from=Month(2026, 6), valid_to=Month(2026, 8))
    assert [summer.is_valid_in(Month(2026, month)) for month in (5, 6, 8, 9)] == [False, True, True, False]
