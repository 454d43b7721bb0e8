"""Answers that may be some seconds old: territory and rules, which change rarely and are asked for always."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

MOST_KEPT = 10_000

_forgetters: list[Callable[[], None]] = []
_held: ContextVar[bool] = ContextVar("held", default=False)


def fresh_for(seconds: float) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Keep the answers of the decorated function for some seconds, in this process."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        kept: dict[object, tuple[float, R]] = {}
        _forgetters.append(kept.clear)

        @wraps(function)
        def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
            key = (args, tuple(sorted(kwargs.items())))
            found = kept.get(key)
            if found and (_held.get() or time.monotonic() - found[0] < seconds):
                return found[1]
            if len(kept) >= MOST_KEPT:
                kept.clear()
            answer = function(*args, **kwargs)
            kept[key] = (time.monotonic(), answer)
            return answer

        return wrapped

    return decorate


@contextmanager
def held() -> Iterator[None]:
    """Keep answers until they are forgotten: where nobody but this process changes what they are about."""
    mark = _held.set(True)
    try:
        yield
    finally:
        _held.reset(mark)


def forget() -> None:
    """Forget all kept answers: after a change in this process, and between tests."""
    for forgetter in _forgetters:
        forgetter()
