"""The matter out of which a dispute came: mediation answers it, pauses its clock, and resolves it or gives it back."""

import logging
from datetime import datetime, timedelta

from django.utils.translation import gettext_noop

from maplebridge.matters import actions as matters
from maplebridge.matters import queries as matter_queries
from maplebridge.matters.actions import By
from maplebridge.matters.domain.workflow import NotFeasible, Outcome, PauseReason
from maplebridge.matters.domain.workflow import State as MatterState
from maplebridge.mediation.actions.record import NotAllowed
from maplebridge.mediation.actions.words import in_town_language
from maplebridge.mediation.models import Dispute
from maplebridge.people import queries as people

logger = logging.getLogger(__name__)

TAKEN_OVER = gettext_noop("This is a dispute, and mediators take care of it now. Mediation costs nothing.")
AGREED = gettext_noop("The sides have reached an agreement by mediation.")
MORE_DAYS = timedelta(days=7)  # after the month, so that the result comes before the clock


def take_over(matter_id: int, *, until: datetime, by: By, now: datetime) -> None:
    """Answer a matter if nobody has, and stop its clock until mediation is due to end."""
    matter = matter_queries.get_matter(matter_id)
    if not matter.is_open:
        raise NotAllowed("matter_not_open")
    if matter.confidential:
        raise NotAllowed("matter_is_confidential")
    words = in_town_language(TAKEN_OVER)
    if matter.answered_at is None:
        matters.answer(matter_id=matter_id, text=words, by=by, shown_as=_shown(by), now=now)
    _pause(matter_id, words, until=until + MORE_DAYS, by=by, now=now)


def keep_paused(dispute: Dispute, *, until: datetime, by: By, now: datetime) -> None:
    """Move the end of the pause with the clock of mediation."""
    if dispute.matter_id is not None and matter_queries.get_matter(dispute.matter_id).is_open:
        _pause(dispute.matter_id, in_town_language(TAKEN_OVER), until=until + MORE_DAYS, by=by, now=now)


def _pause(matter_id: int, words: str, *, until: datetime, by: By, now: datetime) -> None:
    state = matter_queries.get_matter(matter_id).state
    if state in (MatterState.PAUSED, MatterState.DEFERRED):
        matters.resume(matter_id=matter_id, by=by, now=now)
    matters.pause(
        matter_id=matter_id, reason=PauseReason.IN_MEDIATION, words=words, until=until, by=by, now=now
    )


def resolve(
    dispute: Dispute,
    outcome: Outcome,
    text: str,
    *,
    by: By,
    now: datetime,
    because: NotFeasible | None = None,
) -> None:
    """Give the matter its result. Where its category asks for more than words, it goes on with its owner."""
    if dispute.matter_id is None or not matter_queries.get_matter(dispute.matter_id).is_open:
        return
    try:
        matters.resolve(
            matter_id=dispute.matter_id,
            outcome=outcome,
            text=text,
            by=by,
            shown_as=_shown(by),
            now=now,
            because=because,
        )
    except matters.NotAllowed:
        logger.info("matter %d goes on with its owner", dispute.matter_id)
        give_back(dispute, by=by, now=now)


def give_back(dispute: Dispute, *, by: By, now: datetime) -> None:
    """Let the clock of the matter run on: it is its owner's again."""
    if dispute.matter_id is None:
        return
    if matter_queries.get_matter(dispute.matter_id).state == MatterState.PAUSED:
        matters.resume(matter_id=dispute.matter_id, by=by, now=now)


def _shown(by: By) -> str:
    return people.get_person(by.person_id).nickname if by.person_id is not None else ""
