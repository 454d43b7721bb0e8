"""What this area needs from the outside world: a hotline whose orders come as files. Settings name one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Order:
    """One order of the hotline: who called, what about, where. Without a phone the answer goes to the hotline only."""

    row: int
    number: str
    words: str
    called_at: datetime | None = None
    name: str = ""
    phone: str = ""
    place: str = ""
    confidential: bool = False


@dataclass(frozen=True, slots=True)
class OrderProblem:
    """Why a row cannot be taken over. `code`: missing_column, ragged, empty, too_long, bad_time, bad_phone,
    not_yes_or_no, twice."""

    row: int
    column: str
    code: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class OrderResult:
    """What has become of an order, for the hotline: its own words for state, outcome and satisfaction."""

    number: str
    state: str
    answered_at: datetime | None
    outcome: str
    result: str
    satisfaction: int | None
    solved: bool | None


class Hotline(Protocol):
    def read(self, data: bytes, name: str) -> tuple[list[Order], list[OrderProblem]]:
        """Return the orders of a file and what is wrong with it. Raise `TableError` where it is no table."""
        ...

    def write(self, results: Iterable[OrderResult]) -> Iterator[bytes]:
        """Yield the file by which the hotline learns what has become of its orders."""
        ...


def hotline() -> Hotline:
    return cast(Hotline, import_string(settings.HOTLINE)())
