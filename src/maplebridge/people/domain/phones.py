"""Mobile numbers as people write them."""

import re
import unicodedata
from enum import StrEnum

_NOISE = re.compile(r"[\s\-‐-―()（）.·]+")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_INVENTED = re.compile(r"1000\d{7}")  # a range that nobody has: the demo's and the tests'
DIGITS = 11


class PhoneFlaw(StrEnum):
    EMPTY = "empty"
    NOT_DIGITS = "not_digits"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    LANDLINE = "landline"
    NOT_MOBILE = "not_mobile"


class BadPhone(ValueError):
    """A number that no code can be sent to; `flaw` says what is wrong with it, `count` how many digits it has."""

    def __init__(self, flaw: PhoneFlaw, count: int = 0) -> None:
        super().__init__(flaw.value)
        self.flaw = flaw
        self.count = count


def read_phone(text: str, *, invented: bool = False) -> str:
    """Return the eleven digits of a Chinese mobile number, however it is spaced and prefixed."""
    digits = re.sub(r"^(\+|00)?86(?=1\d{10}$)", "", _NOISE.sub("", unicodedata.normalize("NFKC", text)))
    if not digits:
        raise BadPhone(PhoneFlaw.EMPTY)
    if not digits.isascii() or not digits.isdigit():
        raise BadPhone(PhoneFlaw.NOT_DIGITS)
    if digits.startswith("0"):
        raise BadPhone(PhoneFlaw.LANDLINE)
    if len(digits) != DIGITS:
        raise BadPhone(PhoneFlaw.TOO_SHORT if len(digits) < DIGITS else PhoneFlaw.TOO_LONG, len(digits))
    if _MOBILE.fullmatch(digits) or (invented and _INVENTED.fullmatch(digits)):
        return digits
    raise BadPhone(PhoneFlaw.NOT_MOBILE)


def masked(phone: str) -> str:
    """Return a number as it may be shown to its owner: 138****5678."""
    return f"{phone[:3]}****{phone[-4:]}"
