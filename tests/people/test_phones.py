import pytest

from maplebridge.people.domain.phones import BadPhone, PhoneFlaw, masked, read_phone


@pytest.mark.parametrize(
    "written",
    [
        "13812345678",
        "138 1234 5678",
        "138-1234-5678",
        "+86 13812345678",
        "008613812345678",
        "１３８１２３４５６７８",
    ],
)
def test_a_number_is_read_however_it_is_written(written: str) -> None:
    assert read_phone(written) == "13812345678"


@pytest.mark.parametrize(
    ("written", "flaw", "count"),
    [
        ("", PhoneFlaw.EMPTY, 0),
        (" - ", PhoneFlaw.EMPTY, 0),
        ("我的手机", PhoneFlaw.NOT_DIGITS, 0),
        ("1381234567", PhoneFlaw.TOO_SHORT, 10),
        ("138123456789", PhoneFlaw.TOO_LONG, 12),
        ("0971-6123456", PhoneFlaw.LANDLINE, 0),
        ("12345678901", PhoneFlaw.NOT_MOBILE, 0),
        ("10000000001", PhoneFlaw.NOT_MOBILE, 0),
    ],
)
def test_what_is_wrong_with_a_number_is_told_apart(written: str, flaw: PhoneFlaw, count: int) -> None:
    with pytest.raises(BadPhone) as caught:
        read_phone(written)
    assert (caught.value.flaw, caught.value.count) == (flaw, count)


def test_the_invented_range_is_taken_where_people_are_invented() -> None:
    assert read_phone("10000000001", invented=True) == "10000000001"


def test_a_masked_number_shows_its_owner_enough() -> None:
    assert masked("13812345678") == "138****5678"
