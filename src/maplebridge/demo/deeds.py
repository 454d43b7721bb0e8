"""What the deeds of the story are in the product: each is one call of a public action, or two."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from maplebridge.conversations.actions import RESIDENT
from maplebridge.demo.casting import Player
from maplebridge.demo.photos_drawn import after_the_work
from maplebridge.demo.story import AGENCIES, Step
from maplebridge.matters import actions as matters
from maplebridge.matters import queries as matter_queries
from maplebridge.matters.actions.record import By, NotAllowed
from maplebridge.matters.domain.workflow import NotFeasible, Outcome, PauseReason, RefusalReason, State
from maplebridge.people.domain.roles import Role

if TYPE_CHECKING:
    from maplebridge.demo.telling import Telling

REFUSALS = {
    "not_ours": RefusalReason.NOT_COMPETENT,
    "wrong_place": RefusalReason.OUTSIDE_AREA,
    "not_enough": RefusalReason.NOT_ENOUGH_TO_ACT_ON,
    "already_in_hand": RefusalReason.DUPLICATE,
    "no_power": RefusalReason.NO_POWER,
    "no_money": RefusalReason.NO_MONEY,
}
PAUSES = {
    "waiting_for_part": PauseReason.WAITING_FOR_PARTS,
    "waiting_for_weather": PauseReason.WEATHER,
    "waiting_for_resident": PauseReason.WAITING_FOR_RESIDENT,
    "waiting_for_approval": PauseReason.PROCEDURE,
}
# Where the story names no time.
PAUSED = timedelta(days=12)
ORDERED = timedelta(days=3)
CONSULTED = timedelta(days=2)
PROMISED = timedelta(days=1)
DEFERRED_DAYS = 60
EXTENDED_DAYS = 10

COUNSEL = ("community", "justice")  # who is called to every consultation
DECIDED_AFTER = timedelta(minutes=40)
ACCEPTED_AFTER = timedelta(minutes=7)
CALLED_BACK_AFTER = timedelta(days=1)
CALLED_AT = 10  # o'clock
LOOKED_AT_AFTER = timedelta(minutes=50)
LOOKED_AT = (
    *("重办结果看过照片，可以", "电话问过住户，这次认可", "现场复看，已到位", "材料齐全，同意由原承办人办结"),
    *("核实返工属实，记入本月案例", "已与承办单位负责人谈过，不再另派", "第二次处理合格，继续看评价"),
)
REACHED = 0.8  # of those who are called back
CALLED_BACK_SHARE = 0.1
POSTING = frozenset({"answer", "promise", "resolve", "join", "add"})
"""Deeds whose words the product itself posts where the question was asked."""

Act = Callable[["Telling", Step, Player, str, datetime], None]


def _answer(telling: "Telling", step: Step, who: Player, text: str, now: datetime) -> None:
    """Answer, and call off the agencies that the product had called out and the story does not need."""
    _take_from_sorting(telling, who, now)
    telling.answer(who, text, now)
    acting = {telling.cast.agency(kind) for kind in _agencies_in(telling)}
    for order in matter_queries.call_outs_open(telling.number()):
        if order.agency_id is not None and order.agency_id not in acting:
            matters.cancel_call_out(call_out_id=order.pk, by=telling.by(who), now=now)
    for kind in sorted(_agencies_in(telling)):
        _accept_soon(telling, kind, now)


def _accept_soon(telling: "Telling", kind: str, now: datetime) -> None:
    """Let somebody on duty at an agency accept what it is called out to, unless the story tells of a refusal."""
    if any(step.who == kind and step.deed == "refuse" for step in telling.thread.steps):
        return
    agency_id = telling.cast.agency(kind)
    order = _open_call_out(telling, agency_id) if agency_id is not None else None
    if order is None or order.status != "sent":
        return
    clerk = telling.by(telling.cast.player(kind))

    def accept(then: datetime) -> None:
        still = matter_queries.call_outs_open(telling.number())
        if any(one.pk == order.pk and one.status == "sent" for one in still):
            telling.attempt("accept", lambda: matters.accept(call_out_id=order.pk, by=clerk, now=then))

    telling.stage.follow(now + ACCEPTED_AFTER, accept)


def _take_from_sorting(telling: "Telling", who: Player, now: datetime) -> None:
    """Let whoever answers take over what was first with the sorting officer."""
    matter = telling.matter()
    if matter.confidential or matter.owner_id == who.person_id:
        return
    owner = By(matter.owner_id, telling.role_of(matter.owner_id, now))
    if owner.role != Role.SORTING_OFFICER:
        return
    offer = matters.offer_hand_over(
        matter_id=telling.number(), to_id=who.person_id, words="", by=owner, now=now
    )
    matters.accept_hand_over(hand_over_id=offer.pk, by=telling.by(who), now=now)


def _agencies_in(telling: "Telling") -> set[str]:
    """Return the kinds of agency that have a part in the thread."""
    steps = telling.thread.steps
    return {word for step in steps for word in (step.who, step.terms.get("to", "")) if word in AGENCIES}


def _promise(telling: "Telling", step: Step, who: Player, text: str, now: datetime) -> None:
    due = step.terms.get("due", "")
    telling.answer(who, text, now, promise_by=now + (_span(due) if due else PROMISED))


def _span(written: str) -> timedelta:
    """Read `13h`, `2d` or `40` minutes."""
    units = {"d": "days", "h": "hours"}
    unit = units.get(written[-1], "minutes")
    return timedelta(**{unit: int(written.rstrip("dh"))})


def _join(telling: "Telling", step: Step, who: Player, text: str, now: datetime) -> None:
    if who.role == RESIDENT:
        telling.join_in(who, step, text, now)
    else:
        telling.answer(who, text, now)


def _call_out(telling: "Telling", step: Step, who: Player, text: str, now: datetime) -> None:
    """Call an agency out. Where the product has done so already, the words are added for it to read."""
    agency_id = telling.cast.agency(step.terms["to"])
    if agency_id is None:
        return
    if _open_call_out(telling, agency_id) is not None:
        if text:
            matters.add(matter_id=telling.number(), by=telling.by(who), text=text, now=now)
        return
    by = telling.by(who)
    if telling.matter().returned >= 2:  # returned twice: only the supervisor may
        by = telling.by(telling.cast.player("supervisor"))
    matters.call_out(matter_id=telling.number(), agency_id=agency_id, by=by, now=now, instruction=text)
    _accept_soon(telling, step.terms["to"], now)


def _open_call_out(telling: "Telling", agency_id: int | None) -> Any:
    orders = matter_queries.call_outs_open(telling.number())
    return next((one for one in orders if one.agency_id is not None and one.agency_id == agency_id), None)


def _called_out(telling: "Telling", who: str, now: datetime) -> Any:
    """Return the open call-out of an agency; one that came by itself is called out in passing."""
    agency_id = telling.cast.agency(who)
    if agency_id is None:
        raise NotAllowed("nobody_to_call")
    return _open_call_out(telling, agency_id) or matters.call_out(
        matter_id=telling.number(), agency_id=agency_id, by=_owner(telling, now), now=now
    )


def _owner(telling: "Telling", now: datetime) -> By:
    owner_id = telling.matter().owner_id
    return By(owner_id, telling.role_of(owner_id, now))


def _accept(telling: "Telling", step: Step, who: Player, text: str, now: datetime) -> None:
    if step.who not in AGENCIES:
        return
    order = _called_out(telling, step.who, now)
    if order.status == "sent":
        matters.accept(call_out_id=order.pk, by=telling.by(who), now=now)


def _refuse(telling: "Telling", step: Step, who: Player, text: str, now: datetime) -> None:
    order = _called_out(telling, step.who, now)
    matters.refuse(
        call_out_id=order.pk, reason=REFUSALS[step.terms["reason"]], words=text, by=telling.by(who), now=now
    )


def _done(telling: "Telling", step: Step, who: Player, text: str, now: datetime) -> None:
    """Report an agency's part as done; what staff did themselves is only said."""
    if step.who not in AGENCIES:
        return
    order = _called_out(telling, step.who, now)
    photo_ids = [telling.stage.photos.id_of(step.photo, now)] if step.photo else []
    matters.report_done(call_out_id=order.pk, words=text, by=telling.by(who), photo_ids=photo_ids, now=now)


def _hand_over(telling: "Telling", step: Step, who: Player, text: str, now: datetime) -> None:
    to = telling.cast.player(step.terms["to"])
    matters.offer_hand_over(
        matter_id=telling.number(), to_id=to.person_id, words=text, by=_owner(telling, now), now=now
    )


def _offer_to(telling: "Telling", who: Player) -> int:
    offers = telling.matter().hand_overs.filter(accepted_at=None, declined_at=None)
    offer = offers.filter(to_person_id=who.person_id).first()
    if offer is None:
        raise NotAllowed("not_offered")
    return int(offer.pk)


def _take(telling: "Telling", step: Step, who: Player, text: str, now: datetime) -> None:
    matters.accept_hand_over(hand_over_id=_offer_to(telling, who), by=telling.by(who), now=now)


def _decline(telling: "Telling", step: Step, who: Player, text: str, now: datetime) -> None:
    matters.decline_hand_over(hand_over_id=_offer_to(telling, who), reason=text, by=telling.by(who), now=now)


def _pause(telling: "Telling", step: Step, who: Player, text: str, now: datetime) -> None:
    days = step.terms.get("days")
    matters.pause(
        matter_id=telling.number(),
        reason=PAUSES[step.terms["reason"]],
        words=text,
        until=now + (timedelta(days=int(days)) if days else PAUSED),
        by=telling.by(who),
        now=now,
    )


def _resume(telling: "Telling", step: Step, who: Player, text: str, now: datetime) -> None:
    if telling.matter().state in (State.PAUSED, State.DEFERRED):  # else the clock has done it
        matters.resume(matter_id=telling.number(), by=telling.by(who), now=now)


def _defer(telling: "Telling", step: Step, who: Player, text: str, now: datetime) -> None:
    days = int(step.terms.get("days", DEFERRED_DAYS))
    review = matter_queries.local_day(now) + timedelta(days=days)
    matters.defer(matter_id=telling.number(), words=text, review_on=review, by=telling.by(who), now=now)


def _extend(telling: "Telling", step: Step, who: Player, text: str, now: datetime) -> None:
    """Ask for more time; the supervisor grants it within the hour."""
    days = timedelta(days=int(step.terms.get("days", EXTENDED_DAYS)))
    due = telling.matter().handle_by
    asked = matters.ask_extension(
        matter_id=telling.number(),
        until=max(due or now, now) + days,
        reason=text,
        by=telling.by(who),
        now=now,
    )
    supervisor = telling.by(telling.cast.player("supervisor"))

    def grant(then: datetime) -> None:
        matters.decide_extension(extension_id=asked.pk, granted=True, by=supervisor, now=then)

    telling.stage.follow(now + DECIDED_AFTER, grant)


def _chase(telling: "Telling", step: Step, who: Player, text: str, now: datetime) -> None:
    matters.chase(matter_id=telling.number(), words=text, by=telling.by(who), now=now)


def _order(telling: "Telling", step: Step, who: Player, text: str, now: datetime) -> None:
    due = step.terms.get("due", "")
    matters.order(
        matter_id=telling.number(),
        words=text,
        due_at=now + (_span(due) if due else ORDERED),
        by=telling.by(who),
        now=now,
    )


def _consult(telling: "Telling", step: Step, who: Player, text: str, now: datetime) -> None:
    """Call together those who have a part in it; the text of the story is the minutes."""
    kinds = sorted({telling.thread.lead, *COUNSEL, *_agencies_in(telling)})
    invited = [id for id in (telling.cast.agency(kind) for kind in kinds) if id is not None]
    supervisor = telling.by(telling.cast.player("supervisor"))
    called = matters.call_consultation(
        matter_id=telling.number(),
        words=telling.thread.category,
        agency_ids=invited,
        due_at=now + CONSULTED,
        by=supervisor,
        now=now,
    )
    matters.end(oversight_id=called.pk, minutes=text, by=telling.by(who), now=now)


def _resolve(telling: "Telling", step: Step, who: Player, text: str, now: datetime) -> None:
    match step.terms["outcome"]:
        case "withdrawn":
            reporter = telling.cast.player("r1").person_id
            matters.withdraw(matter_id=telling.number(), person_id=reporter, words=text, now=now)
        case "duplicate":
            _merge_or_explain(telling, step, who, text, now)
        case outcome:
            _finish(telling, step, who, text, Outcome(outcome), now)


def _merge_or_explain(telling: "Telling", step: Step, who: Player, text: str, now: datetime) -> None:
    """Let a matter go on in the one of the same issue that is still open; else say what became of that one."""
    matter = telling.matter()
    same = telling.stage.of_issue(telling.thread.issue, but=matter.pk)
    if same is not None and not matter.confidential:
        telling.answer(who, text, now)
        matters.merge(matter_id=matter.pk, into_id=same, by=telling.by(who), now=now)
    else:
        _finish(telling, step, who, text, Outcome.EXPLAINED, now)


def _finish(telling: "Telling", step: Step, who: Player, text: str, outcome: Outcome, now: datetime) -> None:
    matter = telling.matter()
    deeds = {one.deed for one in telling.thread.steps}
    drawn = "callback" in deeds or telling.stage.rng.random() < CALLED_BACK_SHARE
    photo_ids = [telling.stage.photos.id_of(step.photo, now)] if step.photo else []
    if not photo_ids and outcome is Outcome.SOLVED and matter.category and matter.category.photos:
        photo_ids = [telling.stage.photos.id_of(after_the_work(matter.category.code), now)]
    matters.resolve(
        matter_id=matter.pk,
        outcome=outcome,
        text=text,
        by=telling.by(who),
        shown_as=who.shown_as,
        photo_ids=photo_ids,
        call_back=drawn,
        handed_to=step.terms.get("to", ""),
        because=NotFeasible(step.terms["because"]) if "because" in step.terms else None,
        now=now,
    )
    if matter.reopened:
        _end_decision_soon(telling, now)
    if drawn and "callback" not in deeds:
        _call_back_soon(telling, now)


def _end_decision_soon(telling: "Telling", now: datetime) -> None:
    """Let the supervisor look at what was done again, and end what was opened because it was not solved."""
    supervisor = telling.by(telling.cast.player("supervisor"))
    minutes = telling.stage.rng.choice(LOOKED_AT)

    def end(then: datetime) -> None:
        opened = telling.matter().oversights.filter(closed_at=None, words="not_solved")
        for id in opened.values_list("id", flat=True):
            matters.end(oversight_id=id, minutes=minutes, by=supervisor, now=then)

    telling.stage.follow(now + LOOKED_AT_AFTER, end)


def _call_back_soon(telling: "Telling", now: datetime) -> None:
    """Let the supervisor on duty call on the next day whoever was drawn and whose matter has not come back."""
    supervisor = telling.by(telling.cast.player("supervisor"))
    rng = telling.stage.rng
    local = (now + CALLED_BACK_AFTER).astimezone(matter_queries.town_zone())
    moment = local.replace(hour=CALLED_AT + rng.randrange(7), minute=rng.randrange(60))
    reached, stars = rng.random() < REACHED, rng.choice((4, 5, 5))

    def call(then: datetime) -> None:
        matter = telling.matter()
        if matter.is_open or matter.call_back.done_at is not None:
            return
        telling.attempt(
            "callback",
            lambda: matters.call_back_with(
                call_back_id=matter.call_back.pk,
                reached=reached,
                solved=True if reached else None,
                satisfaction=stars if reached else None,
                words="",
                by=supervisor,
                now=then,
            ),
        )

    telling.stage.follow(moment, call)


def _feedback(telling: "Telling", step: Step, who: Player, text: str, now: datetime) -> None:
    if step.terms["solved"] == "none":
        return  # silence is silence: the clock closes the matter
    if who.role != RESIDENT:  # a captain speaks for the house where staff found it before anybody complained
        matters.join(matter_id=telling.number(), person_id=who.person_id, thread_id=telling.place_id, now=now)
    matters.record_feedback(
        matter_id=telling.number(),
        person_id=who.person_id,
        solved=step.terms["solved"] == "yes",
        satisfaction=int(step.terms["stars"]) if "stars" in step.terms else None,
        words=text,
        now=now,
    )


def _callback(telling: "Telling", step: Step, who: Player, text: str, now: datetime) -> None:
    """Call back somebody drawn at random; what they say counts as their feedback."""
    matter = telling.matter()
    matters.finish_call_back(call_back_id=matter.call_back.pk, reached=True, by=telling.by(who), now=now)
    matters.record_feedback(
        matter_id=matter.pk,
        person_id=telling.cast.player("r1").person_id,
        solved=step.terms["solved"] == "yes",
        satisfaction=int(step.terms["stars"]) if "stars" in step.terms else None,
        words=text,
        called_back_by=who.person_id,
        now=now,
    )


def _arrive(telling: "Telling", step: Step, who: Player, text: str, now: datetime) -> None:
    """Being there is only said: the product has no deed for it."""


DEEDS: Mapping[str, Act] = {
    "answer": _answer,
    "promise": _promise,
    "join": _join,
    "add": _join,
    "call_out": _call_out,
    "accept": _accept,
    "refuse": _refuse,
    "done": _done,
    "arrive": _arrive,
    "hand_over": _hand_over,
    "take": _take,
    "decline": _decline,
    "pause": _pause,
    "resume": _resume,
    "defer": _defer,
    "extend": _extend,
    "chase": _chase,
    "order": _order,
    "consult": _consult,
    "resolve": _resolve,
    "feedback": _feedback,
    "callback": _callback,
}
