"""Money in cents: read exactly, split exactly, shown exactly. No fraction of a cent is ever lost or made."""

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

MOST_CENTS = 10**14  # a trillion yuan: more is a slip of the key
_FORM = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?|[+-]?\d+(\.\d+)?")


class AmountRefused(ValueError):
    """`code` says why a sum cannot be taken as it was written."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_cents(text: str) -> int:
    """Return the cents of a sum in yuan, as people write it: 1,200.50, ¥1200.5, １２００元. Nothing is rounded."""
    plain = text.translate({full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)})
    plain = plain.strip().lstrip("¥￥").removesuffix("元").strip()
    if not _FORM.fullmatch(plain):
        raise AmountRefused("not_a_sum")
    try:
        cents = Decimal(plain.replace(",", "")) * 100
    except InvalidOperation as problem:
        raise AmountRefused("not_a_sum") from problem
    if cents != cents.to_integral_value():
        raise AmountRefused("less_than_a_cent")
    if cents < 0:
        raise AmountRefused("below_zero")
    if cents > MOST_CENTS:
        raise AmountRefused("too_large")
    return int(cents)


def split_evenly(cents: int, parts: int) -> list[int]:
    """Return equal parts whose sum is exact; what does not divide is in the last ones, a cent each."""
    if parts < 1 or cents < parts:
        raise AmountRefused("too_many_parts")
    share, rest = divmod(cents, parts)
    return [share + (number >= parts - rest) for number in range(parts)]


def check_parts(total: int | None, parts: Sequence[int]) -> None:
    """Raise unless the parts add up to the total, to the cent. Without a total there is nothing to pay."""
    if any(part < 0 for part in parts):
        raise AmountRefused("below_zero")
    if sum(parts) != (total or 0):
        raise AmountRefused("parts_do_not_add_up")


def yuan(cents: int) -> str:
    """Return a sum as it is printed: 1,200.50; what is paid back or out of a fund has a minus."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole:,}.{rest:02d}"
