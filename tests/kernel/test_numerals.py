"""Sums and days as Chinese papers write them."""

import itertools
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maplebridge.kernel.numerals import MOST_CENTS, amount_in_words, day_in_chinese, moment_in_chinese

VALUES = {character: number for number, character in enumerate("零壹贰叁肆伍陆柒捌玖")}
UNITS = {"拾": 10, "佰": 100, "仟": 1000}


@pytest.mark.parametrize(
    ("cents", "words"),
    [
        (0, "零元整"),
        (1, "壹分"),
        (10, "壹角整"),
        (99, "玖角玖分"),
        (1_00, "壹元整"),
        (1_05, "壹元零伍分"),
        (10_50, "壹拾元伍角整"),
        (409_03, "肆佰零玖元零叁分"),
        (1_680_32, "壹仟陆佰捌拾元叁角贰分"),
        (6_007_14, "陆仟零柒元壹角肆分"),
        (12_300_00, "壹万贰仟叁佰元整"),
        (100_050_00, "壹拾万零伍拾元整"),
        (107_000_53, "壹拾万柒仟元伍角叁分"),
        (10_100_000_00, "壹仟零壹拾万元整"),
        (100_000_000_00, "壹亿元整"),
        (100_000_001_00, "壹亿零壹元整"),
        (100_010_000_00, "壹亿零壹万元整"),
        (1_000_000_000_000_00, "壹万亿元整"),
        (1_200_000_000_005_00, "壹万贰仟亿零伍元整"),
    ],
)
def test_sums_are_written_as_on_bills(cents: int, words: str) -> None:
    assert amount_in_words(cents) == words


@given(st.integers(min_value=0, max_value=MOST_CENTS))
def test_every_sum_can_be_read_back_to_the_cent(cents: int) -> None:
    assert read_back(amount_in_words(cents)) == cents


@pytest.mark.parametrize("cents", [-1, MOST_CENTS + 1])
def test_what_cannot_be_written_is_refused(cents: int) -> None:
    with pytest.raises(ValueError, match="cannot be written"):
        amount_in_words(cents)


def test_days_and_moments_and_their_blanks() -> None:
    assert day_in_chinese(date(2026, 11, 2)) == "2026年11月2日"
    assert moment_in_chinese(datetime(2026, 11, 2, 9, 5)) == "2026年11月2日9时05分"  # noqa: DTZ001 - as printed
    assert day_in_chinese(None).split() == ["年", "月", "日"]
    assert moment_in_chinese(None).split() == ["年", "月", "日", "时", "分"]


def read_back(words: str) -> int:
    """Read a sum the other way round, digit by digit, without any of the rules for writing it."""
    yuan, _, rest = words.partition("元") if "元" in words else ("", "", words)
    total = section = billions = digit = 0
    for character in yuan:
        if character in VALUES:
            digit = VALUES[character]
        elif character in UNITS:
            section += digit * UNITS[character]
            digit = 0
        elif character == "万":
            total += (section + digit) * 10_000
            section = digit = 0
        elif character == "亿":
            billions = (total + section + digit) * 100_000_000
            total = section = digit = 0
    cents = (billions + total + section + digit) * 100
    for number, unit in itertools.pairwise(rest):
        cents += VALUES.get(number, 0) * {"角": 10, "分": 1}.get(unit, 0)
    return cents
