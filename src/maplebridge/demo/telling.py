"""How a step of the story happens: through the same public actions that the pages call, with the time passed in.

What the product makes of a message stays as the product made it. Where the story knows better, the staff of the
story put it right, as staff do: they raise by hand what was left as talk, sort what was put under another
category, and take together what had become a second matter.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from maplebridge.conversations import actions as conversations
from maplebridge.conversations.actions import RESIDENT
from maplebridge.demo.casting import Cast, Player
from maplebridge.demo.deeds import DEEDS, POSTING
from maplebridge.demo.photos_drawn import DrawnPhotos
from maplebridge.demo.savepoints import one_savepoint
from maplebridge.demo.story import WRITTEN, Step, Thread
from maplebridge.matters import actions as matters
from maplebridge.matters import queries as matter_queries
from maplebridge.matters.actions import receiving
from maplebridge.matters.actions.raising import Origin
from maplebridge.matters.actions.record import By, NotAllowed
from maplebridge.matters.domain.workflow import TransitionNotAllowed
from maplebridge.people import queries as people
from maplebridge.platform import events

Deed = Callable[[datetime], None]
Later = Callable[[datetime, Deed], None]

ORIGINS = {
    "form": Origin.FORM,
    "walk_in": Origin.WALK_IN,
    "hotline": Origin.COMPLAINT,
    "tip": Origin.TIP,
    "proactive": Origin.PROACTIVE,
}
HAND_RAISED_AFTER = timedelta(minutes=2)
SORTED_AFTER = timedelta(minutes=3)
SETTLED_AFTER = timedelta(minutes=8)


@dataclass
class Stage:
    """What all conversations share: the pictures, chance, the calendar of what follows, and what was said."""

    photos: DrawnPhotos
    rng: Random
    later: Later
    said: defaultdict[int, list[int]] = field(default_factory=lambda: defaultdict(list))  # messages by thread
    not_done: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # (thread, deed, why)
    joined: set[tuple[int, int]] = field(default_factory=set)  # staff in a thread, as (thread, person)
    clocks: bool = True  # whether since last asked something was done that may have set a clock
    issues: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))  # matters by issue

    def follow(self, moment: datetime, deed: Deed) -> None:
        """Let something follow at a later moment."""

        def happen(then: datetime) -> None:
            self.clocks = True
            deed(then)

        self.later(moment, happen)

    def of_issue(self, issue: str, *, but: int) -> int | None:
        """Return the first open matter about an issue, other than this one."""
        open_ones = (id for id in self.issues[issue] if id != but and matter_queries.get_matter(id).is_open)
        return next(open_ones, None)


class Telling:
    """One conversation of the story as it happens."""

    def __init__(self, thread: Thread, cast: Cast, stage: Stage) -> None:
        self.thread = thread
        self.cast = cast
        self.stage = stage
        self.place_id = cast.room.thread_id
        self.asked_id: int | None = None
        self.matter_id: int | None = None
        self.sorted = False
        self.answered = False
        self.asked_readers = False

    def do(self, step: Step, now: datetime) -> None:
        """Let one step happen."""
        self.stage.clocks = self.stage.clocks or bool(step.deed) or self.matter_id is not None
        who = self.cast.player(step.who) if step.who != "system" else None
        text = self.cast.fill(step.text)
        if step.deed == "raise" and who is not None:
            self._raise(step, who, text, now)
        elif step.deed and self.asked_id is not None:
            self._act(step, who or self.cast.player("supervisor"), text, now)
        elif step.is_message:
            self._say(step, who, text, now)

    # -- talking --

    def _say(self, step: Step, who: Player | None, text: str, now: datetime) -> None:
        if who is None:
            conversations.post_reply(thread_id=self.place_id, text=text, kind="notice", now=now)
        elif self.thread.is_private and who.role != RESIDENT:
            self._tell(who, text, now)
        elif who.role == RESIDENT:
            self._hear(self._receive(step, who, text, now), now)
        else:
            self._join(who, now)
            answers = self.asked_id if self.is_answered() else None
            self._receive(step, who, text, now, in_reply_to_id=answers)
            events.deliver(now=now)

    def _receive(
        self, step: Step, who: Player, text: str, now: datetime, in_reply_to_id: int | None = None
    ) -> Any:
        photo_ids = [self.stage.photos.id_of(step.photo, now)] if step.photo else []
        asks = self.thread.kind == "notice" and who.role != RESIDENT and not self.asked_readers
        self.asked_readers = self.asked_readers or asks
        message = conversations.receive_message(
            thread_id=self.place_id,
            author_id=who.person_id,
            role=who.role,
            shown_as=who.shown_as,
            text=self._with_place(step, text),
            photo_ids=photo_ids,
            in_reply_to_id=in_reply_to_id,
            asks_readers=asks,
            now=now,
        )
        self.stage.said[self.place_id].append(message.pk)
        return message

    def _with_place(self, step: Step, text: str) -> str:
        place = self.cast.fill(step.place)
        return f"{text}(地点:{place})" if place and place not in text else text

    def _join(self, who: Player, now: datetime) -> None:
        if (self.place_id, who.person_id) not in self.stage.joined:
            conversations.join(thread_id=self.place_id, person_id=who.person_id, role=who.role, now=now)
            self.stage.joined.add((self.place_id, who.person_id))

    def _hear(self, message: Any, now: datetime) -> None:
        """Let the product read what a resident said; a matter that the story does not know is settled."""
        events.deliver(now=now)
        raised = matter_queries.matter_of_message(message.pk)
        if raised is not None and raised.pk != self.matter_id:
            self.stage.clocks = True
            self.stage.follow(
                now + SETTLED_AFTER, lambda then: self._settle(raised.pk, message.author_id, then)
            )

    def _settle(self, extra_id: int, author_id: int, now: datetime) -> None:
        """Take a second matter together with the first, or let whoever only talked take it back."""
        own = self.matter()
        extra = matter_queries.get_matter(extra_id)
        if own is not None and own.is_open and extra.is_open and own.confidential == extra.confidential:
            by = By(own.owner_id, self.role_of(own.owner_id, now))
            self.attempt("merge", lambda: matters.merge(matter_id=extra_id, into_id=own.pk, by=by, now=now))
        else:
            self.attempt(
                "withdraw",
                lambda: matters.withdraw(matter_id=extra_id, person_id=author_id, words="", now=now),
            )

    def _tell(self, who: Player, text: str, now: datetime) -> None:
        """Write to whoever asked in private; before the first answer it is only noted."""
        matter = self.matter()
        if matter is None:
            return
        if self.is_answered() and matter.is_open:
            self.answer(who, text, now)
        else:
            matters.add(matter_id=matter.pk, by=self.by(who), text=text, now=now)

    # -- a matter begins --

    def _raise(self, step: Step, who: Player, text: str, now: datetime) -> None:
        if self.thread.is_private:
            self._report(step, who, text, now)
        else:
            message = self._receive(step, who, text, now)
            self.asked_id = message.pk
            events.deliver(now=now)
            if matter_queries.matter_of_message(message.pk) is None:
                self.stage.follow(now + HAND_RAISED_AFTER, self.ensure_raised)
        if not self.thread.unsorted:
            self.stage.follow(now + SORTED_AFTER, self.ensure_sorted)

    def _report(self, step: Step, who: Player, text: str, now: datetime) -> None:
        """Raise by form, at the counter, from the hotline … as those pages do."""
        taker = {
            "walk_in": self.cast.player(self.thread.owner),
            "hotline": self.cast.player("sorting"),
        }.get(self.thread.origin, who)
        matter = matters.report(
            reporter_id=who.person_id,
            text=text,
            origin=ORIGINS[self.thread.origin],
            place=self.cast.fill(step.place),
            photo_ids=[self.stage.photos.id_of(step.photo, now)] if step.photo else [],
            by=self.by(taker),
            now=now,
        )
        events.deliver(now=now)
        self.asked_id, self.place_id = matter.asked_in_id, matter.thread_id
        self._begin(matter.pk)

    def ensure_raised(self, now: datetime) -> None:
        """Raise by hand what the product left as talk."""
        if self.matter_id is not None or self.asked_id is None:
            return
        found = matter_queries.matter_of_message(self.asked_id)
        if found is None:
            by = self.by(self.cast.player(self.handler()))
            found = receiving.raise_by_hand(message_id=self.asked_id, by=by, now=now)
        self._begin(found.pk)

    def _begin(self, matter_id: int) -> None:
        self.matter_id = matter_id
        if self.thread.issue:
            self.stage.issues[self.thread.issue].append(matter_id)

    def ensure_sorted(self, now: datetime) -> None:
        """Let the sorting officer put a matter where it belongs, if the product did not."""
        self.ensure_raised(now)
        if self.sorted or (matter := self.matter()) is None:
            return
        self.sorted = True
        code = matter.category.code if matter.category else ""
        if matter.needs_sorting or code != self.thread.code:
            sorter = self.cast.player("sorting")
            self.attempt(
                "sort",
                lambda: matters.sort(
                    matter_id=matter.pk,
                    category=self.thread.code,
                    severity=self.thread.severity,
                    by=self.by(sorter),
                    now=now,
                ),
            )

    # -- deeds --

    def _act(self, step: Step, who: Player, text: str, now: datetime) -> None:
        self.ensure_raised(now)
        if who.role != RESIDENT:
            self.ensure_sorted(now)
        done = self.attempt(step.deed, lambda: DEEDS[step.deed](self, step, who, text, now))
        rated = self.thread.is_private and step.deed in (
            "feedback",
            "callback",
        )  # its words are with the stars
        if step.is_message and step.deed not in WRITTEN and not (done and (step.deed in POSTING or rated)):
            self._say(step, who, text, now)

    def attempt(self, deed: str, act: Callable[[], object]) -> bool:
        """Do what the story tells as far as the product allows it; what it refuses is counted."""
        try:
            with one_savepoint():
                act()
        except (NotAllowed, TransitionNotAllowed) as refused:
            why = refused.code if isinstance(refused, NotAllowed) else str(refused)
            self.stage.not_done[self.thread.key, deed, why] += 1
            return False
        return True

    def answer(self, who: Player, text: str, now: datetime, promise_by: datetime | None = None) -> None:
        matters.answer(
            matter_id=self.number(),
            text=text,
            by=self.by(who),
            shown_as=who.shown_as,
            promise_by=promise_by,
            now=now,
        )

    def join_in(self, who: Player, step: Step, text: str, now: datetime) -> None:
        """Say it as a reply to the question, which joins it; what became a matter of its own is taken together."""
        message = self._receive(step, who, text, now, in_reply_to_id=self.asked_id)
        events.deliver(now=now)
        raised = matter_queries.matter_of_message(message.pk)
        if raised is not None:
            self.stage.follow(now + SETTLED_AFTER, lambda then: self._settle(raised.pk, who.person_id, then))
            return
        matter = matter_queries.get_matter(self.number())
        if not matter.reported_by.filter(person_id=who.person_id).exists():
            matters.join(
                matter_id=matter.pk,
                person_id=who.person_id,
                thread_id=self.place_id,
                message_id=message.pk,
                text=text,
                now=now,
            )

    # -- what is known of the matter --

    def matter(self) -> Any:
        return matter_queries.get_matter(self.matter_id) if self.matter_id is not None else None

    def number(self) -> int:
        assert self.matter_id is not None  # every deed comes after raising, which the story's check sees to
        return self.matter_id

    def is_answered(self) -> bool:
        """Tell whether somebody has answered; once answered, it stays so."""
        if not self.answered:
            matter = self.matter()
            self.answered = matter is not None and matter.answered_at is not None
        return self.answered

    def handler(self) -> str:
        """Return who first takes it up, in the story."""
        staff = (step.who for step in self.thread.steps if step.deed == "answer")
        return next(staff, self.thread.owner)

    def by(self, who: Player) -> By:
        return By(who.person_id, who.role)

    def role_of(self, person_id: int, now: datetime) -> str:
        day = matter_queries.local_day(now)
        return people.role_names([person_id], day).get(person_id, RESIDENT)
