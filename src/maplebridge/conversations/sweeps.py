"""What is due of broadcasts. The worker calls this every few seconds with the time; nothing here waits."""

import logging
from datetime import datetime

from maplebridge.conversations.actions import broadcasting
from maplebridge.conversations.domain.broadcasting import Limits
from maplebridge.conversations.queries import broadcasts

logger = logging.getLogger(__name__)
STEPS = 20  # of one broadcast in one sweep, so that messages are delivered between them


def send_due(*, now: datetime, limits: Limits) -> int:
    """Send some of every broadcast that is due. Return how many steps that were; one that fails holds up no other."""
    steps = 0
    for id in broadcasts.due(now):
        try:
            for _ in range(STEPS):
                steps += 1
                if not broadcasting.send_step(broadcast_id=id, now=now, limits=limits):
                    break
        except Exception:
            logger.exception("sending broadcast %d failed", id)
    return steps
