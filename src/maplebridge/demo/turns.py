"""One start at a time fills the demo town: what another is filling is waited for, and never filled twice.

A start that was killed may leave a process behind that still tells its part of the month; it holds its turn as well.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import transaction

from maplebridge.platform import locks

GROUND, MEDIATION, CITY, ADVISORIES, FIRST_PART = range(5)


@contextmanager
def my_turn(number: int, say: Callable[[str], None]) -> Iterator[None]:
    """Fill something in one transaction; whether it is still to be filled is asked inside."""
    with transaction.atomic():
        if not locks.taken_now(locks.FILLING, number):
            say("Another start is filling the town just now; this one waits for it")
            locks.wait_for(locks.FILLING, number)
        yield
