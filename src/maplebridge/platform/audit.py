"""The record of every change: append-only, sealed into a chain of digests, checkable.

A trigger on each audited table writes an `AuditRow` in the transaction of the change, so that nothing that
changes a table, `.update()` and raw SQL included, goes unrecorded. One process seals the rows in order within
seconds: a chain computed in every transaction would make all writers wait for each other.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import connection, transaction

from maplebridge.platform import locks
from maplebridge.platform.models import AuditRow, AuditSeal
from maplebridge.platform.recording import trigger as trigger

P = ParamSpec("P")
R = TypeVar("R")

GENESIS = "0" * 64
BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Acting:
    """Who is at work, and from where."""

    person_id: int | None = None
    origin: str = "system"


_acting: ContextVar[Acting] = ContextVar("acting", default=Acting())  # noqa: B039 -- frozen


_in_action: ContextVar[bool] = ContextVar("in_action", default=False)
_undone_together: ContextVar[bool] = ContextVar("undone_together", default=False)


@contextmanager
def acting(person_id: int | None, origin: str) -> Iterator[None]:
    token = _acting.set(Acting(person_id, origin[:80]))
    try:
        yield
    finally:
        _acting.reset(token)


@contextmanager
def undone_together() -> Iterator[None]:
    """Undo everything inside as one if any of it fails: then its actions need no savepoints of their own."""
    with transaction.atomic():
        mark = _undone_together.set(True)
        try:
            yield
        finally:
            _undone_together.reset(mark)


def action(function: Callable[P, R]) -> Callable[P, R]:
    """Run the decorated function in one transaction, and name it in the audit rows of what it changes."""

    @wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        if _in_action.get():
            return function(*args, **kwargs)  # part of the deed that called it, and undone with it
        with transaction.atomic(savepoint=not _undone_together.get()):
            mark = _in_action.set(True)
            try:
                name_actor(f"{function.__module__.removeprefix('maplebridge.')}.{function.__name__}")
                return function(*args, **kwargs)
            finally:
                _in_action.reset(mark)

    return wrapped


def name_actor(deed: str) -> None:
    """Tell the database for the rest of the transaction who is doing what."""
    who = _acting.get()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('maplebridge.actor', %s, true), set_config('maplebridge.action', %s, true),"
            " set_config('maplebridge.origin', %s, true)",
            [str(who.person_id or ""), deed[:80], who.origin],
        )


# Below the oldest transaction that still runs the order is final: no row can still appear there. One that runs in
# another database of the server writes no row here, and does not hold the sealing up.
_SEALABLE = """
    SELECT least(
        pg_snapshot_xmax(seen)::text::bigint,
        pg_current_xact_id_if_assigned()::text::bigint,
        (
            SELECT min(running::text::bigint) FROM pg_snapshot_xip(seen) AS running WHERE NOT EXISTS (
                SELECT FROM pg_stat_activity
                WHERE datname <> current_database() AND backend_xid = running::xid
            )
        )
    ) FROM (SELECT pg_current_snapshot() AS seen OFFSET 0) AS now
"""


def seal(*, now: datetime) -> int:
    """Chain all rows whose order is final. Return how many; 0 also when another process is at it."""
    with transaction.atomic(), connection.cursor() as cursor:
        if not locks.taken_now(locks.SEALING):
            return 0
        cursor.execute(_SEALABLE)
        up_to = cursor.fetchone()[0]
        last = AuditSeal.objects.order_by("-up_to").first()
        begin = last.up_to if last else 0
        digest, count = _digest_of(begin, up_to, last.digest if last else GENESIS)
        if count:
            AuditSeal.objects.create(
                first_transaction=begin, up_to=up_to, rows=count, digest=digest, sealed_at=now
            )
        return count


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What the check of the chain found. `broken` names the first seal that does not fit its rows."""

    seals: int
    sealed_rows: int
    not_sealed_yet: int
    broken: str | None
    head: str

    @property
    def holds(self) -> bool:
        return self.broken is None


def check(*, progress: Callable[[int], None] = lambda rows: None) -> ChainReport:
    """Compute the whole chain again from the rows and compare."""
    digest, sealed, seals, begin, broken = GENESIS, 0, 0, 0, None
    for one in AuditSeal.objects.order_by("up_to").iterator():
        if one.first_transaction != begin:
            broken = f"seal {one.pk} does not follow the seal before it"
            break
        digest, count = _digest_of(begin, one.up_to, digest)
        if digest != one.digest:
            broken = f"seal {one.pk} of {one.sealed_at:%Y-%m-%d %H:%M:%S}: {count} rows found, {one.rows} were sealed"
            break
        begin, sealed, seals = one.up_to, sealed + count, seals + 1
        progress(sealed)
    waiting = AuditRow.objects.filter(transaction__gte=begin).count()
    return ChainReport(seals, sealed, waiting, broken, digest)


def _digest_of(begin: int, end: int, before: str) -> tuple[str, int]:
    """Return the chained digest over the rows of the transactions from `begin` up to, not including, `end`."""
    chain = hashlib.sha256(before.encode())
    count = 0
    rows = (
        AuditRow.objects.filter(transaction__gte=begin, transaction__lt=end)
        .order_by("transaction", "id")
        .values_list("id", "transaction", "at", "table", "row", "deed", "fields", "actor", "action", "origin")
    )
    for row in rows.iterator(chunk_size=BATCH):
        chain.update(_canonical(row))
        count += 1
    return chain.hexdigest(), count


def _canonical(row: tuple[Any, ...]) -> bytes:
    return json.dumps(row, sort_keys=True, default=str, ensure_ascii=False).encode() + b"\n"
