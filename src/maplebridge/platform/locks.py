"""Advisory locks of the database, for what one process does at a time. Each number stands here, and here only."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

SEALING = 7_306_001  # rows of the record
DELETING = 7_306_002  # what has been kept long enough
WATCHING = 7_306_003  # for what is unusual
LOOKING_OUT = 7_306_004  # the worker that starts such looks, while it runs
NUMBERING = 7_306_010  # files of mediation, with the year: they follow each other without a gap
FILLING = 7_306_020  # the demo town, with what of it
TALLYING = 7_101  # matters, with the month


def wait_for(lock: int, part: int) -> None:
    """Wait until nobody else holds a part of a lock, and hold it for the rest of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [lock, part])


def taken_now(lock: int, part: int | None = None) -> bool:
    """Take a lock, or a part of it, for the rest of the transaction. Return whether nobody else held it."""
    with connection.cursor() as cursor:
        if part is None:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock])
        else:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [lock, part])
        return bool(cursor.fetchone()[0])


def kept(lock: int) -> bool:
    """Take a lock as long as this process is connected, unless another has it. Return whether it is ours."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [lock])
        return bool(cursor.fetchone()[0])


@contextmanager
def alone(lock: int) -> Iterator[bool]:
    """Say whether nobody else holds a lock just now; held until the end, or until the connection breaks."""
    mine = kept(lock)
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [lock])
