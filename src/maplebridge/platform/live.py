"""Live updates: what changed is told to open pages, after commit, through PostgreSQL's NOTIFY.

`tell` is called in the transaction of the change. One listener in each web process hands the news to the open
streams that follow the topic. Who may follow a topic is decided by the area that owns it (`allows`), and what
is shown is rendered once for all who see the same (`renders`).
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import connection

from maplebridge.kernel.text import id_in

CHANNEL = "maplebridge_live"

Allows = Callable[[Any, int], bool]  # (viewer, id of the topic's thing)
Renders = Callable[[int, "Audience"], str]  # (id of the news' thing, for whom) -> HTML
Withholds = Callable[[int], frozenset[int]]  # id of the news' thing -> people who are not told

_quiet: ContextVar[bool] = ContextVar("quiet", default=False)
_allows: dict[str, Allows] = {}
_renders: dict[str, Renders] = {}
_withholds: dict[str, Withholds] = {}


@dataclass(frozen=True, slots=True)
class Audience:
    """For whom something is rendered: all of one language, staff or not, see the same."""

    language: str
    is_staff: bool


@contextmanager
def quiet() -> Iterator[None]:
    """Tell nobody: while a town is loaded at which no page can look yet."""
    mark = _quiet.set(True)
    try:
        yield
    finally:
        _quiet.reset(mark)


def way_to_listen() -> dict[str, Any]:
    """Return how a connection reaches the database that is kept open for LISTEN, outside the pool."""
    wanted = ("dbname", "user", "password", "host", "port")
    return {name: value for name, value in connection.get_connection_params().items() if name in wanted}


def tell(topic: str, kind: str, id: int) -> None:
    """Tell the followers of a topic such as `thread:12`, when the transaction commits."""
    tell_all([(topic, kind, id)])


def tell_all(news: Sequence[tuple[str, str, int]]) -> None:
    """Tell several topics (topic, kind, id) in one statement."""
    if _quiet.get():
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_notify(%s, one) FROM unnest(%s::text[]) AS one",
            [CHANNEL, [json.dumps(one) for one in news]],
        )


def allows(prefix: str) -> Callable[[Allows], Allows]:
    """Register who may follow the topics that begin with `prefix:`. Without a rule nobody may."""

    def register(rule: Allows) -> Allows:
        _allows[prefix] = rule
        return rule

    return register


def renders(kind: str) -> Callable[[Renders], Renders]:
    """Register how news of this kind look; without one, pages are told to ask for the change themselves."""

    def register(renderer: Renders) -> Renders:
        _renders[kind] = renderer
        return renderer

    return register


def withholds(kind: str) -> Callable[[Withholds], Withholds]:
    """Register from which people news of this kind are kept, though they follow the topic."""

    def register(rule: Withholds) -> Withholds:
        _withholds[kind] = rule
        return rule

    return register


def may_follow(viewer: Any, topic: str) -> bool:
    prefix, _, id = topic.partition(":")
    rule, known = _allows.get(prefix), id_in(id)
    return rule is not None and known is not None and rule(viewer, known)


def html_of(kind: str, id: int, audience: Audience) -> str | None:
    """Render news for an audience; empty: it is not for them. None: they ask for the change themselves."""
    renderer = _renders.get(kind)
    return renderer(id, audience) if renderer else None


def withheld_from(kind: str, id: int) -> frozenset[int]:
    """Return the people who are not told these news."""
    rule = _withholds.get(kind)
    return rule(id) if rule else frozenset()
