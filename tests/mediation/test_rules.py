from datetime import date
from typing import Any

import pytest

from maplebridge.kernel.dated import DatedValue
from maplebridge.mediation.data import dispute_types
from maplebridge.mediation.domain.committees import CommitteeRefused, Seat, check_committee
from maplebridge.mediation.domain.rules import MediationRules, RuleProblem, in_force, parsed
from maplebridge.mediation.domain.types import read_types

NAMES = [
    "婚姻家庭",
    "邻里",
    "房屋宅基地",
    "合同",
    "生产经营",
    "损害赔偿",
    "山林土地",
    "征地拆迁",
    "环境污染",
    "劳动争议",
    "旅游",
    "电子商务",
    "其他消费",
    "医疗",
    "道路交通事故",
    "物业",
    "拖欠农民工工资",
    "其他",
]


def test_the_types_are_those_of_the_justice_statistics_in_their_order() -> None:
    assert [one.name_zh for one in dispute_types().values()] == NAMES


def test_marriage_and_family_are_the_only_type_without_electronic_signature() -> None:
    assert [one.code for one in dispute_types().values() if not one.electronic_signature] == ["family"]


def test_a_type_that_is_there_twice_is_refused() -> None:
    row = "a,甲,A,group,甲的事,yes,yes,x\n"
    with pytest.raises(ValueError, match="twice"):
        read_types("code,type,en,tier,says,electronic_signature,confirmable,source\n" + row + row)


def test_the_latest_value_that_has_begun_is_in_force() -> None:
    values = [
        DatedValue("months", 2, date(2026, 5, 1)),
        DatedValue("revisit_days", [3, 60], date(2026, 1, 1)),
        DatedValue("tier_days", {"group": 3, "village": 10, "town": 20}, date(2026, 1, 1)),
    ]

    assert in_force(values, date(2026, 4, 30)).months == 1
    later = in_force(values, date(2026, 5, 1))
    assert (later.months, later.revisit_days, later.tier_days["group"]) == (2, (3, 60), 3)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("months", 0, "must_be_positive"),
        ("months", 1.5, "whole_number"),
        ("months", "soon", "wrong_kind"),
        ("tier_days", {"group": 3}, "one_for_each_tier"),
        ("revisit_days", [30, 7], "in_order"),
        ("confirmation_days", 31, "no_longer_than_the_law"),
        ("colour", 1, "unknown_rule"),
    ],
)
def test_a_value_that_a_rule_cannot_have_is_refused(name: str, value: Any, code: str) -> None:
    with pytest.raises(RuleProblem) as refusal:
        in_force([DatedValue(name, value, date(2026, 1, 1))], date(2026, 1, 2))

    assert refusal.value.code == code


def test_a_rule_of_words_is_text() -> None:
    assert parsed("file_mark", "民调字") == "民调字"
    assert MediationRules().file_mark == "人调字"


WOMAN, CHAIR, MAN = Seat(1, True), Seat(2, False, chairs=True), Seat(3, False)


@pytest.mark.parametrize(
    ("seats", "code"),
    [
        ([WOMAN, CHAIR], "three_to_nine"),
        ([CHAIR, *(Seat(number, True) for number in range(10, 19))], "three_to_nine"),
        ([CHAIR, MAN, Seat(4, False)], "a_woman_among_them"),
        ([WOMAN, MAN, Seat(4, False)], "one_chair"),
        ([WOMAN, CHAIR, WOMAN], "member_twice"),
    ],
)
def test_a_committee_that_the_law_does_not_know_is_refused(seats: list[Seat], code: str) -> None:
    with pytest.raises(CommitteeRefused) as refusal:
        check_committee(seats, term_from=date(2026, 1, 1), term_to=date(2029, 1, 1), years=3)

    assert refusal.value.code == code


def test_a_committee_of_three_with_a_woman_and_a_chair_may_sit_for_three_years() -> None:
    seats = [WOMAN, CHAIR, MAN]
    check_committee(seats, term_from=date(2024, 2, 29), term_to=date(2027, 2, 28), years=3)

    with pytest.raises(CommitteeRefused, match="term_too_long"):
        check_committee(seats, term_from=date(2026, 1, 1), term_to=date(2029, 1, 2), years=3)
