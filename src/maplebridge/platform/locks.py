"""Advisory locks of the database, for what one process does at a time. Each number stands here, and here only."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

SEALING = 7_306_001  # rows of the record
DELETING = 7_306_002  # what has been kept long enough
WATCHING = 7_306_003  # for what is unusual


@contextmanager
def alone(lock: int) -> Iterator[bool]:
    """Say whether nobody else holds a lock just now; held until the end, or until the connection breaks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [lock])
        mine = cursor.fetchone() == (True,)
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [lock])
