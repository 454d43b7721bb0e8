"""What falls due by the calendar: last month's report and this month's survey, on the days that the town has set."""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse

from maplebridge.grading.actions.analysis import draft_due
from maplebridge.grading.actions.surveying import open_due

logger = logging.getLogger(__name__)
LOOK_EVERY = timedelta(minutes=10)


@dataclass
class Monthly:
    """Asks now and then what is due, and does it. What fails is tried again at the next look."""

    looked_at: datetime | None = None

    def step(self, now: datetime) -> None:
        if self.looked_at is not None and now - self.looked_at < LOOK_EVERY:
            return
        self.looked_at = now
        _tried("drafting a report", lambda: draft_due(now=now))
        _tried("opening the survey", lambda: open_survey(now))


def open_survey(now: datetime) -> object:
    address = settings.ADDRESS + reverse("survey_by_link")
    return open_due(now=now, address=address, seed=secrets.randbits(32))


def _tried(what: str, deed: Callable[[], object]) -> None:
    try:
        deed()
    except Exception:
        logger.exception("%s failed", what)
