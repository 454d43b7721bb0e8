"""The end of a matter: a result posted back, the resident asked, what they say of it, calling back."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext_noop

from maplebridge.conversations import actions as conversations
from maplebridge.conversations.queries import posted_back
from maplebridge.matters.actions.agencies import cancel_all
from maplebridge.matters.actions.answering import take_in_hand
from maplebridge.matters.actions.record import (
    SYSTEM,
    By,
    NotAllowed,
    in_town_language,
    move,
    note,
    post_back,
    save,
    take,
    tell,
)
from maplebridge.matters.domain.workflow import ClosedAs, NotFeasible, Outcome, State
from maplebridge.matters.events import FeedbackReceived, MatterClosed, MatterReopened, MatterResolved
from maplebridge.matters.models import CallBack, Entry, Feedback, Matter, MatterPhoto, Oversight
from maplebridge.matters.queries import local_day, town_rules
from maplebridge.people import queries as people
from maplebridge.platform.audit import action
from maplebridge.platform.events import publish

BECAUSE = {
    NotFeasible.NO_MONEY: gettext_noop("there is no money for it"),
    NotFeasible.NO_POWER: gettext_noop("nobody here has the authority"),
    NotFeasible.NOT_PUBLIC: gettext_noop("those concerned have to settle it among themselves"),
    NotFeasible.OWNERS_DECIDE: gettext_noop("the owners of the estate have to agree first"),
    NotFeasible.TECHNICAL: gettext_noop("it cannot be done technically"),
    NotFeasible.UNLAWFUL: gettext_noop("it would be against the law"),
}
HANDED_ON = gettext_noop("Handed on to %(to)s. %(result)s")
CANNOT_BE_DONE = gettext_noop("It cannot be done, because %(why)s. %(result)s")
RESULT = gettext_noop("Result of #%(number)s: %(result)s Is it solved? Please tell us under “My matters”.")


@action
def resolve(
    *,
    matter_id: int,
    outcome: Outcome,
    text: str,
    by: By,
    shown_as: str,
    now: datetime,
    photo_ids: Sequence[int] = (),
    call_back: bool = False,
    handed_to: str = "",
    because: NotFeasible | None = None,
) -> Matter:
    """Finish the work and post the result, without personal data, where it was asked. `call_back`: drawn for one.

    What is not ours says to whom it was handed on, what is not feasible says why.
    """
    matter = take(matter_id)
    facts = _result_in_facts(outcome, text, handed_to.strip(), because)
    _keep_after_photos(matter, photo_ids, by)
    if outcome == Outcome.SOLVED and _needs_after_photo(matter):
        raise NotAllowed("after_photo_needed")
    if matter.answered_at is None:
        take_in_hand(matter, by, now)
    move(matter, State.RESOLVED)
    rules = town_rules(local_day(now))
    matter.resolved_at, matter.outcome, matter.outcome_by_id = now, outcome, by.person_id
    matter.feedback_by = now + timedelta(days=rules.feedback_days)
    save(matter, "state", "resolved_at", "outcome", "outcome_by", "feedback_by")
    _end_what_waits(matter, now)
    result = people.without_names(text, list(matter.reported_by.values_list("person_id", flat=True)))
    note(matter, "resolved", by=by, now=now, text=result, public=True, facts=dict(facts))
    after = list(matter.photos.filter(when=MatterPhoto.When.AFTER).values_list("photo_id", flat=True))
    post_back(
        matter,
        in_town_language(RESULT, number=matter.pk, result=_with_detail(result, facts)),
        by=by,
        now=now,
        shown_as=shown_as,
        photo_ids=after[:3],
    )
    call_by = now + timedelta(days=rules.call_back_days)
    CallBack.objects.filter(matter=matter, done_at=None).update(due_at=call_by)  # drawn for an earlier result
    if call_back:
        CallBack.objects.get_or_create(matter=matter, defaults={"drawn_at": now, "due_at": call_by})
    publish(
        MatterResolved(
            matter_id=matter.pk,
            grid_id=matter.grid_id,
            severity=matter.severity,
            outcome=outcome,
            occurred_at=now,
        )
    )
    tell(matter)
    return matter


def _result_in_facts(
    outcome: Outcome, text: str, handed_to: str, because: NotFeasible | None
) -> dict[str, str]:
    """Return an outcome as the time line keeps it; refuse one that does not say what the reporter is owed."""
    if not text.strip():
        raise NotAllowed("result_needed")
    if outcome in (Outcome.DUPLICATE, Outcome.WITHDRAWN):
        raise NotAllowed("not_an_outcome_of_handling")
    if outcome == Outcome.NOT_OURS:
        if not handed_to:
            raise NotAllowed("say_to_whom")
        return {"outcome": outcome, "handed_to": handed_to}
    if outcome == Outcome.NOT_FEASIBLE:
        if because is None:
            raise NotAllowed("say_why_not")
        return {"outcome": outcome, "because": because}
    return {"outcome": outcome}


def _end_what_waits(matter: Matter, now: datetime) -> None:
    """End orders, promises, chases, hand-overs and wishes for more time: the result is there."""
    cancel_all(matter, now)
    matter.promises.filter(kept_at=None).update(kept_at=now)
    matter.oversights.filter(closed_at=None, kind=Oversight.Kind.CHASE).update(closed_at=now)
    matter.hand_overs.filter(accepted_at=None, declined_at=None).update(declined_at=now, reason="resolved")
    matter.extensions.filter(decided_at=None).update(decided_at=now, granted=False)


def _with_detail(result: str, facts: Mapping[str, str]) -> str:
    """Return the result as it is posted: with whom it was handed on to, or why it cannot be done."""
    if "handed_to" in facts:
        return in_town_language(HANDED_ON, to=facts["handed_to"], result=result)
    if "because" in facts:
        why = in_town_language(BECAUSE[NotFeasible(facts["because"])])
        return in_town_language(CANNOT_BE_DONE, why=why, result=result)
    return result


def _keep_after_photos(matter: Matter, photo_ids: Sequence[int], by: By) -> None:
    for photo_id in photo_ids:
        MatterPhoto.objects.get_or_create(
            matter=matter, photo_id=photo_id, defaults={"when": MatterPhoto.When.AFTER, "by_id": by.person_id}
        )


def _needs_after_photo(matter: Matter) -> bool:
    return bool(
        matter.category
        and matter.category.photos
        and not matter.photos.filter(when=MatterPhoto.When.AFTER).exists()
    )


@action
def record_feedback(
    *,
    matter_id: int,
    person_id: int,
    solved: bool,
    now: datetime,
    satisfaction: int | None = None,
    words: str = "",
    called_back_by: int | None = None,
) -> Feedback:
    """Keep what a reporter says. Not solved: back to the owner, with oversight. All others still asked may answer."""
    matter = take(matter_id)
    if not matter.reported_by.filter(person_id=person_id).exists():
        raise NotAllowed("not_a_reporter")
    if called_back_by is not None and called_back_by in handlers_of(matter):
        raise NotAllowed("somebody_else_calls_back")
    if matter.state not in (State.RESOLVED, State.CLOSED) or matter.resolved_at is None:
        raise NotAllowed("not_resolved_yet")
    if matter.state == State.CLOSED and now > matter.resolved_at + timedelta(
        days=town_rules(local_day(now)).reopen_days
    ):
        raise NotAllowed("too_late_to_answer")
    if matter.feedback.filter(person_id=person_id, round=matter.reopened).exists():
        raise NotAllowed("already_answered")
    given = Feedback.objects.create(
        matter=matter,
        person_id=person_id,
        round=matter.reopened,
        solved=solved,
        satisfaction=satisfaction,
        words=words,
        called_back_by_id=called_back_by,
        received_at=now,
    )
    note(
        matter,
        "feedback",
        by=By(called_back_by or person_id, "supervisor" if called_back_by else "resident"),
        now=now,
        text=words,
        public=True,
        facts={"solved": solved, "satisfaction": satisfaction},
    )
    publish(
        FeedbackReceived(
            matter_id=matter.pk,
            grid_id=matter.grid_id,
            severity=matter.severity,
            solved=solved,
            satisfaction=satisfaction,
            occurred_at=now,
        )
    )
    if not solved:
        reopen(matter, now, cause="not_solved")
    elif matter.state == State.RESOLVED:
        close(matter, ClosedAs.SOLVED, by=By(person_id, "resident"), now=now)
    tell(matter)
    return given


def handlers_of(matter: Matter) -> set[int]:
    """Return the persons who handled a matter: none of them may ask how it was."""
    entries = matter.entries.filter(deed__in=["answered", "told", "call_out_done", "resolved"]).values_list(
        "by_id", flat=True
    )
    return {one for one in (*entries, matter.owner_id, matter.outcome_by_id) if one is not None}


def reopen(matter: Matter, now: datetime, *, cause: str) -> None:
    """Give a matter back to its owner, with oversight: what was given as the result was not the end of it."""
    move(matter, State.IN_HAND)
    matter.reopened += 1
    matter.under_oversight = True
    matter.resolved_at = matter.feedback_by = matter.closed_at = matter.overdue_noted_at = None
    matter.outcome = matter.closed_as = ""
    from_now = now + timedelta(hours=24)
    matter.handle_by = max(matter.handle_by or from_now, from_now)
    save(
        matter,
        "state",
        "reopened",
        "under_oversight",
        "resolved_at",
        "feedback_by",
        "closed_at",
        "overdue_noted_at",
        "outcome",
        "closed_as",
        "handle_by",
    )
    Oversight.objects.create(matter=matter, kind=Oversight.Kind.DECISION, opened_at=now, words=cause)
    deed = "reopened" if cause == "not_solved" else "taken_up_again"
    note(matter, deed, by=SYSTEM, now=now, public=True, facts={"cause": cause})
    publish(
        MatterReopened(matter_id=matter.pk, grid_id=matter.grid_id, severity=matter.severity, occurred_at=now)
    )


def close(matter: Matter, closed_as: ClosedAs, *, by: By, now: datetime) -> None:
    move(matter, State.CLOSED, by_system=by.person_id is None)
    matter.closed_at, matter.closed_as, matter.under_oversight = now, closed_as, False
    save(matter, "state", "closed_at", "closed_as", "under_oversight")
    matter.oversights.filter(closed_at=None).update(closed_at=now)
    note(matter, "closed", by=by, now=now, public=True, facts={"as": closed_as})
    publish(
        MatterClosed(
            matter_id=matter.pk,
            grid_id=matter.grid_id,
            severity=matter.severity,
            closed_as=closed_as,
            occurred_at=now,
        )
    )


@action
def withdraw(*, matter_id: int, person_id: int, words: str, now: datetime) -> Matter:
    """Let the only reporter take a matter back; with several, they only leave it to the others."""
    matter = take(matter_id)
    if not matter.is_open:
        raise NotAllowed("matter_not_open")
    leaving = matter.reported_by.filter(person_id=person_id)
    if not leaving.exists():
        raise NotAllowed("not_a_reporter")
    by = By(person_id, "resident")
    if matter.reporters > 1:
        leaving.delete()
        matter.reporters = matter.reported_by.count()
        save(matter, "reporters")
        note(matter, "left", by=by, now=now, text=words)
    else:
        matter.outcome = Outcome.WITHDRAWN
        matter.resolved_at = now
        save(matter, "outcome", "resolved_at")
        cancel_all(matter, now)
        close(matter, ClosedAs.WITHDRAWN, by=by, now=now)
    tell(matter)
    return matter


@action
def finish_call_back(*, call_back_id: int, reached: bool, by: By, now: datetime) -> CallBack:
    """Note that somebody other than the handler has called; what was said is recorded as feedback."""
    call = CallBack.objects.select_for_update().get(pk=call_back_id)
    if call.done_at is not None:
        raise NotAllowed("already_decided")
    if by.person_id in handlers_of(call.matter):
        raise NotAllowed("somebody_else_calls_back")
    call.reached, call.done_by_id, call.done_at = reached, by.person_id, now
    call.save(update_fields=["reached", "done_by", "done_at"])
    note(call.matter, "called_back", by=by, now=now, facts={"reached": reached})
    return call


@action
def hide_words(*, entry_id: int, reason: str, by: By, now: datetime) -> None:
    """Take words out of a line that residents see, and out of the answers that were posted with it.

    They are kept nowhere else; that they were hidden, by whom and why stays on the record.
    """
    if not reason.strip():
        raise NotAllowed("reason_needed")
    entry = Entry.objects.get(pk=entry_id)
    matter = take(entry.matter_id)
    threads = {matter.thread_id, *matter.reported_by.values_list("thread_id", flat=True)}
    for message in posted_back(threads, author_id=entry.by_id, at=entry.at):
        conversations.withdraw(message=message, now=now)
    matter.promises.filter(made_at=entry.at, by_id=entry.by_id).update(text="")
    entry.text = ""
    entry.save(update_fields=["text"])
    note(matter, "entry_hidden", by=by, now=now, text=reason, facts={"entry": entry.pk})
    tell(matter)
