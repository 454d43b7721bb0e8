import pytest
from hypothesis import given
from hypothesis import strategies as st

from maplebridge.mediation.domain.amounts import AmountRefused, check_parts, read_cents, split_evenly, yuan


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("1200", 120_000),
        ("1,200.50", 120_050),
        ("¥ 1200.5", 120_050),
        ("１２００元", 120_000),
        ("0.01", 1),
        ("0.10", 10),
        ("0", 0),
        ("12345678901.23", 1_234_567_890_123),
    ],
)
def test_a_sum_is_read_to_the_cent(text: str, cents: int) -> None:
    assert read_cents(text) == cents


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not_a_sum"),
        ("一千", "not_a_sum"),
        ("1.2.3", "not_a_sum"),
        ("12,00", "not_a_sum"),
        ("1e9", "not_a_sum"),
        ("0.005", "less_than_a_cent"),
        ("-3", "below_zero"),
        ("9" * 20, "too_large"),
    ],
)
def test_what_is_no_sum_is_refused_with_the_reason(text: str, code: str) -> None:
    with pytest.raises(AmountRefused) as refusal:
        read_cents(text)

    assert refusal.value.code == code


@given(st.integers(1, 36), st.integers(0, 10**12))
def test_parts_differ_by_a_cent_at_most_and_add_up(parts: int, more: int) -> None:
    cents = parts + more
    shares = split_evenly(cents, parts)

    check_parts(cents, shares)
    assert len(shares) == parts
    assert max(shares) - min(shares) <= 1


def test_a_hundred_yuan_in_three_parts() -> None:
    assert split_evenly(10_000, 3) == [3_333, 3_333, 3_334]


def test_parts_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(AmountRefused, match="parts_do_not_add_up"):
        check_parts(10_000, [3_333, 3_333, 3_333])
    with pytest.raises(AmountRefused, match="below_zero"):
        check_parts(10_000, [11_000, -1_000])


def test_what_is_only_done_has_no_sum() -> None:
    check_parts(None, [0, 0])


def test_a_sum_is_printed_with_its_cents() -> None:
    assert [yuan(cents) for cents in (120_050, 5, 100_000_000)] == ["1,200.50", "0.05", "1,000,000.00"]
