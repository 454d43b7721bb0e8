"""How one area tells the areas above it that something happened.

An action publishes an event inside its own transaction, so the event exists if and only if the change does.
Workers deliver it after commit. A handler runs in one transaction with the removal of its delivery, so that its
effects happen once; a worker that is killed leaves the delivery to the next, at once. A handler that calls the
outside world is subscribed with `outside=True`: it runs in no transaction, under a lease, at least once.
"""

import json
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypeVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from maplebridge.platform import audit

logger = logging.getLogger(__name__)

FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(hours=1)
LEASE = timedelta(seconds=60)
WORK_CHANNEL = "maplebridge_work"
TAKEN = 20  # deliveries at a time: committed together, so that more would let the first wait for the last
TOGETHER_S = 0.1  # of work, then they are committed; what was taken and not yet tried is free for any worker


@dataclass(frozen=True, kw_only=True)
class Event:
    occurred_at: datetime


E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Subscription:
    event_type: type[Event]
    handler: Callable[[Any], None]
    outside: bool


_subscriptions: dict[str, Subscription] = {}


def on(event_type: type[E], *, outside: bool = False) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
    """Subscribe the decorated function to every event of this type."""

    def subscribe(handler: Callable[[E], None]) -> Callable[[E], None]:
        _subscriptions[f"{handler.__module__}.{handler.__qualname__}"] = Subscription(
            event_type, handler, outside
        )
        _handlers_of.cache_clear()
        return handler

    return subscribe


def name_of(event_type: type[Event]) -> str:
    return f"{event_type.__module__}.{event_type.__qualname__}"


@cache
def _handlers_of(event_name: str) -> tuple[str, ...]:
    return tuple(name for name, one in _subscriptions.items() if name_of(one.event_type) == event_name)


def publish(event: Event) -> None:
    """Store the event and a delivery to each subscribed handler, in one statement, and wake a worker."""
    payload = {name: value for name, value in asdict(event).items() if name != "occurred_at"}
    handlers = list(_handlers_of(name_of(type(event))))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH event AS (
                INSERT INTO platform_eventrecord (type, payload, occurred_at) VALUES (%s, %s, %s) RETURNING id
            ), delivery AS (
                INSERT INTO platform_delivery (event_id, handler, due_at, attempts, failure)
                SELECT event.id, handler, %s, 0, '' FROM event, unnest(%s::text[]) AS handler
            )
            SELECT CASE WHEN %s THEN pg_notify(%s, '') END FROM event
            """,
            [
                name_of(type(event)),
                json.dumps(payload, cls=DjangoJSONEncoder),
                event.occurred_at,
                event.occurred_at,
                handlers,
                bool(handlers),
                WORK_CHANNEL,
            ],
        )


@dataclass(frozen=True, slots=True)
class _Taken:
    id: int
    handler: str
    attempts: int
    payload: dict[str, Any]
    occurred_at: datetime

    def event(self) -> Event:
        event_type = _subscriptions[self.handler].event_type
        return event_type(**self.payload, occurred_at=self.occurred_at)


def deliver(*, now: datetime, most: int = TAKEN) -> int:
    """Deliver what has been due longest, up to `most`. Return how many were tried; 0 when nothing is due."""
    return _deliver_inside(now, most) + _deliver_outside(now, most)


def deliver_all(*, now: datetime) -> int:
    """Deliver until nothing is due: for tests and one-off commands."""
    total = 0
    while count := deliver(now=now):
        total += count
    return total


def _take(now: datetime, most: int, *, outside: bool) -> list[_Taken]:
    names = [name for name, one in _subscriptions.items() if one.outside is outside]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT delivery.id, handler, attempts, payload, occurred_at
            FROM platform_delivery delivery JOIN platform_eventrecord event ON event.id = event_id
            WHERE due_at <= %s AND handler = ANY(%s)
            ORDER BY due_at, delivery.id LIMIT %s FOR UPDATE OF delivery SKIP LOCKED
            """,
            [now, names, most],
        )
        return [_Taken(i, h, a, json.loads(p) if isinstance(p, str) else p, at) for i, h, a, p, at in cursor]


def _deliver_inside(now: datetime, most: int) -> int:
    with transaction.atomic():
        begun = time.monotonic()
        tried = 0
        arrived = []
        for one in _take(now, most, outside=False):
            if tried and time.monotonic() - begun > TOGETHER_S:
                break
            tried += 1
            if _run(one, now):
                arrived.append(one.id)
        _remove(arrived)
    return tried


def _deliver_outside(now: datetime, most: int) -> int:
    with transaction.atomic():
        taken = _take(now, most, outside=True)
        if not taken:
            return 0
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE platform_delivery SET due_at = %s, attempts = attempts + 1 WHERE id = ANY(%s)",
                [now + LEASE, [one.id for one in taken]],
            )
    for one in taken:
        if _run(one, now):
            _remove([one.id])
    return len(taken)


def _run(one: _Taken, now: datetime) -> bool:
    subscription = _subscriptions[one.handler]
    try:
        if subscription.outside:
            subscription.handler(one.event())
        else:
            with audit.undone_together(), audit.acting(None, f"event {one.handler.rsplit('.', 1)[1]}"):
                subscription.handler(one.event())
    except Exception as failure:
        logger.exception("%s failed, attempt %d", one.handler, one.attempts + 1)
        _retry(one, failure, now)
        return False
    return True


def _remove(ids: Sequence[int]) -> None:
    if ids:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM platform_delivery WHERE id = ANY(%s)", [list(ids)])


def _retry(one: _Taken, failure: Exception, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE platform_delivery SET due_at = %s, attempts = %s, failure = %s WHERE id = %s",
            [
                now + retry_after(one.attempts),
                one.attempts + 1,
                f"{type(failure).__name__}: {failure}"[:500],
                one.id,
            ],
        )


def retry_after(attempts: int) -> timedelta:
    return min(FIRST_RETRY * (1 << min(attempts, 20)), LONGEST_RETRY)
