"""Each deed is one call of an action, with what its form says."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from maplebridge.matters import actions, queries
from maplebridge.matters.actions import NotAllowed
from maplebridge.matters.domain.workflow import NoDanger, NotFeasible, Outcome, PauseReason, RefusalReason
from maplebridge.matters.permissions import visible_to
from maplebridge.matters.views.deeds import Reader
from maplebridge.people.domain.roles import Role


@dataclass(frozen=True, slots=True)
class Doing:
    """A deed being done: by whom, when, with what the form says."""

    reader: Reader
    told: Mapping[str, Any]
    photo_ids: list[int]
    of: int | None
    shown_as: str
    now: datetime


def _feedback(doing: Doing) -> object:
    return actions.record_feedback(
        matter_id=doing.reader.matter.pk,
        person_id=doing.reader.person_id,
        solved=doing.told["solved"],
        satisfaction=doing.told["satisfaction"],
        words=doing.told["words"],
        now=doing.now,
    )


def _add(doing: Doing) -> object:
    if not doing.told["text"].strip() and not doing.photo_ids:
        raise NotAllowed("nothing_added")
    by = actions.By.of(doing.reader.standing)
    return actions.add(
        matter_id=doing.reader.matter.pk,
        by=by,
        text=doing.told["text"],
        photo_ids=doing.photo_ids,
        now=doing.now,
    )


def _withdraw(doing: Doing) -> object:
    return actions.withdraw(
        matter_id=doing.reader.matter.pk,
        person_id=doing.reader.person_id,
        words=doing.told["words"],
        now=doing.now,
    )


def _accept_hand_over(doing: Doing) -> object:
    return actions.accept_hand_over(hand_over_id=_of(doing), by=doing.reader.by, now=doing.now)


def _decline_hand_over(doing: Doing) -> object:
    actions.decline_hand_over(
        hand_over_id=_of(doing), reason=doing.told["reason"], by=doing.reader.by, now=doing.now
    )
    return None


def _accept_call_out(doing: Doing) -> object:
    return actions.accept(call_out_id=_of(doing), by=doing.reader.by, now=doing.now)


def _refuse_call_out(doing: Doing) -> object:
    reason = RefusalReason(doing.told["reason"])
    words = doing.told["words"]
    return actions.refuse(
        call_out_id=_of(doing), reason=reason, words=words, by=doing.reader.by, now=doing.now
    )


def _report_done(doing: Doing) -> object:
    return actions.report_done(
        call_out_id=_of(doing),
        words=doing.told["words"],
        photo_ids=doing.photo_ids,
        by=doing.reader.by,
        now=doing.now,
    )


def _cancel_call_out(doing: Doing) -> object:
    actions.cancel_call_out(call_out_id=_of(doing), by=doing.reader.by, now=doing.now)
    return None


def _answer(doing: Doing) -> object:
    return actions.answer(
        matter_id=doing.reader.matter.pk,
        text=doing.told["text"],
        promise_by=doing.told["promise_by"],
        photo_ids=doing.photo_ids,
        shown_as=doing.shown_as,
        only_as_first=doing.told["first"],
        by=doing.reader.by,
        now=doing.now,
    )


def _resolve(doing: Doing) -> object:
    matter = doing.reader.matter
    return actions.resolve(
        matter_id=matter.pk,
        outcome=Outcome(doing.told["outcome"]),
        handed_to=doing.told["handed_to"],
        because=NotFeasible(doing.told["because"]) if doing.told["because"] else None,
        text=doing.told["text"],
        photo_ids=doing.photo_ids,
        shown_as=doing.shown_as,
        # Nobody can foresee, or choose, which matters are asked about.
        call_back=secrets.SystemRandom().random() < queries.call_back_share(matter, doing.now),
        by=doing.reader.by,
        now=doing.now,
    )


def _hand_over(doing: Doing) -> object:
    return actions.offer_hand_over(
        matter_id=doing.reader.matter.pk,
        to_id=doing.told["to"],
        words=doing.told["words"],
        by=doing.reader.by,
        now=doing.now,
    )


def _call_out(doing: Doing) -> object:
    return actions.call_out(
        matter_id=doing.reader.matter.pk,
        agency_id=doing.told["agency"],
        instruction=doing.told["words"],
        by=doing.reader.by,
        now=doing.now,
    )


def _no_danger(doing: Doing) -> object:
    return actions.take_back_danger(
        matter_id=doing.reader.matter.pk,
        reason=NoDanger(doing.told["reason"]),
        words=doing.told["words"],
        by=doing.reader.by,
        now=doing.now,
    )


def _pause(doing: Doing) -> object:
    return actions.pause(
        matter_id=doing.reader.matter.pk,
        reason=PauseReason(doing.told["reason"]),
        words=doing.told["words"],
        until=doing.told["until"],
        by=doing.reader.by,
        now=doing.now,
    )


def _resume(doing: Doing) -> object:
    return actions.resume(matter_id=doing.reader.matter.pk, by=doing.reader.by, now=doing.now)


def _defer(doing: Doing) -> object:
    return actions.defer(
        matter_id=doing.reader.matter.pk,
        words=doing.told["words"],
        review_on=doing.told["review_on"],
        by=doing.reader.by,
        now=doing.now,
    )


def _ask_extension(doing: Doing) -> object:
    return actions.ask_extension(
        matter_id=doing.reader.matter.pk,
        until=doing.told["until"],
        reason=doing.told["reason"],
        by=doing.reader.by,
        now=doing.now,
    )


def _sort(doing: Doing) -> object:
    present = doing.reader.matter.category
    return actions.sort(
        matter_id=doing.reader.matter.pk,
        category=doing.told["category"] or (present.code if present else ""),
        severity=doing.told["severity"],
        place=doing.told["place"],
        by=doing.reader.by,
        now=doing.now,
        may_open=doing.reader.standing.has(Role.CONFIDENTIAL),
    )


def _merge(doing: Doing) -> object:
    into_id = doing.told["into"]
    if not visible_to(doing.reader.standing).filter(pk=into_id).exists():
        raise NotAllowed("unknown_matter")
    return actions.merge(matter_id=doing.reader.matter.pk, into_id=into_id, by=doing.reader.by, now=doing.now)


def _split(doing: Doing) -> object:
    return actions.split(
        matter_id=doing.reader.matter.pk, parts=doing.told["parts"], by=doing.reader.by, now=doing.now
    )


def _chase(doing: Doing) -> object:
    return actions.chase(
        matter_id=doing.reader.matter.pk, words=doing.told["words"], by=doing.reader.by, now=doing.now
    )


def _order(doing: Doing) -> object:
    return actions.order(
        matter_id=doing.reader.matter.pk,
        words=doing.told["words"],
        due_at=doing.told["due_at"],
        by=doing.reader.by,
        now=doing.now,
    )


def _consult(doing: Doing) -> object:
    return actions.call_consultation(
        matter_id=doing.reader.matter.pk,
        words=doing.told["words"],
        agency_ids=doing.told["agencies"],
        due_at=doing.told["due_at"],
        by=doing.reader.by,
        now=doing.now,
    )


def _hide_words(doing: Doing) -> object:
    actions.hide_words(
        entry_id=doing.told["line"], reason=doing.told["reason"], by=doing.reader.by, now=doing.now
    )
    return None


def _assign_owner(doing: Doing) -> object:
    return actions.assign_owner(
        matter_id=doing.reader.matter.pk,
        to_id=doing.told["to"],
        words=doing.told["words"],
        by=doing.reader.by,
        now=doing.now,
    )


def _end_oversight(doing: Doing) -> object:
    minutes = doing.told["minutes"]
    return actions.end(oversight_id=_of(doing), minutes=minutes, by=doing.reader.by, now=doing.now)


def _grant_extension(doing: Doing) -> object:
    return actions.decide_extension(extension_id=_of(doing), granted=True, by=doing.reader.by, now=doing.now)


def _refuse_extension(doing: Doing) -> object:
    return actions.decide_extension(extension_id=_of(doing), granted=False, by=doing.reader.by, now=doing.now)


def _take_back_promise(doing: Doing) -> object:
    actions.take_back_promise(promise_id=_of(doing), by=doing.reader.by, now=doing.now)
    return None


def _move_promise(doing: Doing) -> object:
    due_at = doing.told["due_at"]
    return actions.move_promise(promise_id=_of(doing), due_at=due_at, by=doing.reader.by, now=doing.now)


def _finish_call_back(doing: Doing) -> object:
    return actions.call_back_with(
        call_back_id=_of(doing),
        reached=doing.told["reached"],
        solved=doing.told["solved"] if doing.told["solved"] != "" else None,
        satisfaction=doing.told["satisfaction"],
        words=doing.told["words"],
        by=doing.reader.by,
        now=doing.now,
    )


def _of(doing: Doing) -> int:
    assert doing.of is not None  # `is_offered` knows this part of the matter
    return doing.of


DO: Mapping[str, Callable[[Doing], object]] = {
    "feedback": _feedback,
    "add": _add,
    "withdraw": _withdraw,
    "accept_hand_over": _accept_hand_over,
    "decline_hand_over": _decline_hand_over,
    "accept_call_out": _accept_call_out,
    "refuse_call_out": _refuse_call_out,
    "report_done": _report_done,
    "cancel_call_out": _cancel_call_out,
    "no_danger": _no_danger,
    "answer": _answer,
    "resolve": _resolve,
    "hand_over": _hand_over,
    "call_out": _call_out,
    "pause": _pause,
    "resume": _resume,
    "defer": _defer,
    "ask_extension": _ask_extension,
    "sort": _sort,
    "merge": _merge,
    "split": _split,
    "chase": _chase,
    "hide_words": _hide_words,
    "order": _order,
    "consult": _consult,
    "assign_owner": _assign_owner,
    "end_oversight": _end_oversight,
    "grant_extension": _grant_extension,
    "refuse_extension": _refuse_extension,
    "take_back_promise": _take_back_promise,
    "move_promise": _move_promise,
    "finish_call_back": _finish_call_back,
}
