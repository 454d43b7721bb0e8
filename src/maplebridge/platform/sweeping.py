"""How what is due is done: one deed for each, and none that fails holds up another."""

import logging
from collections.abc import Callable, Iterable

logger = logging.getLogger(__name__)


def each(ids: Iterable[int], do: Callable[[int], object]) -> int:
    """Do one deed for each, and log what fails. Return how many were tried."""
    done = 0
    for id in list(ids):
        try:
            do(id)
        except Exception:
            logger.exception("sweeping %d failed", id)
        done += 1
    return done
