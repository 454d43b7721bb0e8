"""What falls due by the calendar: last month's report, on the day that the town has set."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from maplebridge.grading.actions.analysis import draft_due

logger = logging.getLogger(__name__)
LOOK_EVERY = timedelta(minutes=10)


@dataclass
class Reports:
    """Asks now and then whether a report is due, and drafts it. What fails is tried again at the next look."""

    looked_at: datetime | None = None

    def step(self, now: datetime) -> None:
        if self.looked_at is not None and now - self.looked_at < LOOK_EVERY:
            return
        self.looked_at = now
        try:
            draft_due(now=now)
        except Exception:
            logger.exception("drafting a report failed")
