"""A call-back as one deed: that somebody called, whether they reached anybody, and what was said."""

from datetime import datetime

from maplebridge.matters.actions.ending import finish_call_back, record_feedback
from maplebridge.matters.actions.record import By, NotAllowed
from maplebridge.matters.models import CallBack, Matter
from maplebridge.platform.audit import action


@action
def call_back_with(
    *,
    call_back_id: int,
    reached: bool,
    solved: bool | None,
    satisfaction: int | None,
    words: str,
    by: By,
    now: datetime,
) -> CallBack:
    """Note a call-back and keep what was said as the feedback of whoever has not answered by themselves."""
    call = finish_call_back(call_back_id=call_back_id, reached=reached, by=by, now=now)
    if not reached:
        return call
    if solved is None:
        raise NotAllowed("say_whether_solved")
    if (reporter_id := _still_asked(call.matter)) is not None:
        record_feedback(
            matter_id=call.matter_id,
            person_id=reporter_id,
            solved=solved,
            satisfaction=satisfaction,
            words=words,
            called_back_by=by.person_id,
            now=now,
        )
    return call


def _still_asked(matter: Matter) -> int | None:
    answered = matter.feedback.filter(round=matter.reopened).values_list("person_id", flat=True)
    return (
        matter.reported_by.exclude(person_id__in=answered)
        .order_by("id")
        .values_list("person_id", flat=True)
        .first()
    )
