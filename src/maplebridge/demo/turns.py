"""One start at a time fills the demo town: what another is filling is waited for, and never filled twice.

A start that was killed may leave a process behind that still tells its part of the month; it holds its turn as well.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction

FILLING_LOCK = 7_306_020  # an advisory lock; with it, a number for each thing that is filled on its own
GROUND, MEDIATION, CITY, ADVISORIES, FIRST_PART = range(5)


@contextmanager
def my_turn(number: int, say: Callable[[str], None]) -> Iterator[None]:
    """Fill something in one transaction; whether it is still to be filled is asked inside."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [FILLING_LOCK, number])
        if cursor.fetchone() != (True,):
            say("Another start is filling the town just now; this one waits for it")
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [FILLING_LOCK, number])
        yield
