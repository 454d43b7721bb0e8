"""Loading in one transaction without a savepoint in every action: a third of all statements would be savepoints."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

NAME = "deed_of_the_story"


@contextmanager
def without_savepoints() -> Iterator[None]:
    """Let nested transactions be parts of the outer one; what fails inside undoes all of it, or one deed."""
    features = connection.features
    before = features.uses_savepoints
    features.uses_savepoints = False
    try:
        yield
    finally:
        features.uses_savepoints = before


@contextmanager
def one_savepoint() -> Iterator[None]:
    """Undo what is done inside if it fails, and only that; outside of `without_savepoints` the actions do it."""
    if connection.features.uses_savepoints:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(f"SAVEPOINT {NAME}")
        try:
            yield
        except Exception:
            transaction.set_rollback(False)
            cursor.execute(f"ROLLBACK TO SAVEPOINT {NAME}")
            raise
        finally:
            cursor.execute(f"RELEASE SAVEPOINT {NAME}")
