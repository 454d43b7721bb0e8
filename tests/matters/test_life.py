"""Whatever people and the clock do to a matter, in whatever order: what must always hold."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Count
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.factories.town import Town, make_town

from maplebridge.matters import actions
from maplebridge.matters.domain.workflow import (
    BY_PEOPLE,
    BY_SYSTEM,
    CALL_OUT,
    CallOutStatus,
    Outcome,
    PauseReason,
    RefusalReason,
    State,
    TransitionNotAllowed,
)
from maplebridge.matters.models import (
    CallBack,
    CallOut,
    Entry,
    Feedback,
    HandOver,
    Matter,
    Oversight,
    Promise,
)
from maplebridge.people.models import Person

BEGIN = datetime(2026, 3, 2, 4, tzinfo=UTC)
HANDLERS = ("first", "second", "supervisor")
handlers = st.sampled_from(HANDLERS)
residents = st.sampled_from(("resident", "neighbor"))


class Life(RuleBasedStateMachine):
    """One matter of a small town, and the parts it may be divided into."""

    town: Town
    rollback: Any

    def __init__(self) -> None:
        super().__init__()
        self.rollback = transaction.atomic()
        self.rollback.__enter__()
        self.now = BEGIN
        message = self.town.says("楼上漏水了，墙都裂了")
        self.matter_id = actions.raise_matter(
            origin=Matter.Origin.GROUP,
            text=message.text,
            thread_id=message.thread_id,
            reporter_id=self.town.resident.pk,
            judged=actions.Judged(category="05-01-01", severity=1, decided=True, lead="property"),
            where=actions.Where(grid_id=self.town.entrance_grid.pk, estate_id=self.town.estate.pk),
            message_id=message.pk,
            now=self.now,
        ).pk
        self.before = self.states()
        self.orders_before = self.orders()
        self.lines = self.line_ids()
        self.by_clock = False

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.rollback.__exit__(None, None, None)

    # What there is.

    def states(self) -> dict[int, State]:
        return {pk: State(state) for pk, state in Matter.objects.values_list("pk", "state")}

    def orders(self) -> dict[int, CallOutStatus]:
        return {pk: CallOutStatus(status) for pk, status in CallOut.objects.values_list("pk", "status")}

    def line_ids(self) -> list[int]:
        return list(Entry.objects.order_by("pk").values_list("pk", flat=True))

    def person(self, name: str) -> Person:
        known = {
            "first": self.town.chiefs[1],
            "second": self.town.officer,
            "supervisor": self.town.supervisor,
            "resident": self.town.resident,
            "neighbor": self.town.neighbor,
        }
        return known[name]

    def by(self, name: str) -> actions.By:
        return actions.By(self.person(name).pk, "supervisor" if name == "supervisor" else "grid_chief")

    def attempt(self, deed: Callable[[], object]) -> None:
        """Do it, or be refused: a refusal must leave nothing behind."""
        snapshot = (self.states(), self.orders(), self.line_ids())
        try:
            deed()
        except (actions.NotAllowed, TransitionNotAllowed):
            assert (self.states(), self.orders(), self.line_ids()) == snapshot

    # What people do.

    @rule(who=handlers, promise=st.booleans())
    def answer(self, who: str, promise: bool) -> None:
        due = self.now + timedelta(hours=5) if promise else None
        self.attempt(
            lambda: actions.answer(
                matter_id=self.matter_id,
                text="在办了",
                by=self.by(who),
                shown_as="网格长",
                promise_by=due,
                now=self.now,
            )
        )

    @rule(who=handlers, outcome=st.sampled_from(sorted(Outcome)), drawn=st.booleans())
    def resolve(self, who: str, outcome: Outcome, drawn: bool) -> None:
        self.attempt(
            lambda: actions.resolve(
                matter_id=self.matter_id,
                outcome=outcome,
                text="修好了",
                by=self.by(who),
                shown_as="网格长",
                call_back=drawn,
                now=self.now,
            )
        )

    @rule(who=handlers, hours=st.integers(-1, 200))
    def pause(self, who: str, hours: int) -> None:
        self.attempt(
            lambda: actions.pause(
                matter_id=self.matter_id,
                reason=PauseReason.WEATHER,
                words="下雨",
                until=self.now + timedelta(hours=hours),
                by=self.by(who),
                now=self.now,
            )
        )

    @rule(who=handlers)
    def resume(self, who: str) -> None:
        self.attempt(lambda: actions.resume(matter_id=self.matter_id, by=self.by(who), now=self.now))

    @rule(who=handlers, days=st.integers(0, 40))
    def defer(self, who: str, days: int) -> None:
        self.attempt(
            lambda: actions.defer(
                matter_id=self.matter_id,
                words="等经费",
                review_on=(self.now + timedelta(days=days)).date(),
                by=self.by(who),
                now=self.now,
            )
        )

    @rule(who=handlers, to=handlers)
    def offer(self, who: str, to: str) -> None:
        self.attempt(
            lambda: actions.offer_hand_over(
                matter_id=self.matter_id, to_id=self.person(to).pk, words="", by=self.by(who), now=self.now
            )
        )

    @precondition(lambda self: HandOver.objects.exists())
    @rule(who=handlers, accepts=st.booleans())
    def decide_offer(self, who: str, accepts: bool) -> None:
        offer = HandOver.objects.latest("pk")
        before = Matter.objects.get(pk=self.matter_id).owner_id

        def deed() -> object:
            if accepts:
                return actions.accept_hand_over(hand_over_id=offer.pk, by=self.by(who), now=self.now)
            actions.decline_hand_over(hand_over_id=offer.pk, reason="忙", by=self.by(who), now=self.now)
            return None

        self.attempt(deed)
        after = Matter.objects.get(pk=self.matter_id).owner_id
        assert after == before or (accepts and after == self.person(who).pk == offer.to_person_id)

    @rule(who=handlers, water=st.booleans())
    def call_out(self, who: str, water: bool) -> None:
        agency = self.town.water if water else self.town.property_manager
        self.attempt(
            lambda: actions.call_out(
                matter_id=self.matter_id, agency_id=agency.pk, by=self.by(who), now=self.now
            )
        )

    @precondition(lambda self: CallOut.objects.filter(agency__isnull=False).exists())
    @rule(what=st.sampled_from(["accept", "refuse", "done", "cancel"]))
    def act_on_order(self, what: str) -> None:
        order = CallOut.objects.filter(agency__isnull=False).latest("pk")
        by = actions.By(self.town.clerk.pk, "agency_clerk")
        deeds: dict[str, Callable[[], object]] = {
            "accept": lambda: actions.accept(call_out_id=order.pk, by=by, now=self.now),
            "refuse": lambda: actions.refuse(
                call_out_id=order.pk,
                reason=RefusalReason.OUTSIDE_AREA,
                words="不在辖区",
                by=by,
                now=self.now,
            ),
            "done": lambda: actions.report_done(call_out_id=order.pk, words="修了", by=by, now=self.now),
            "cancel": lambda: actions.cancel_call_out(call_out_id=order.pk, by=by, now=self.now),
        }
        self.attempt(deeds[what])

    @rule(who=residents)
    def join(self, who: str) -> None:
        matter = Matter.objects.get(pk=self.matter_id)
        if matter.is_open:
            thread_id = self.town.group.thread_id
            actions.join(
                matter_id=matter.pk, person_id=self.person(who).pk, thread_id=thread_id, now=self.now
            )

    @rule(who=residents)
    def add(self, who: str) -> None:
        said = f"又漏了 {self.now}"
        written = Entry.objects.filter(text=said).count() + Matter.objects.filter(summary=said).count()
        actions.add(
            matter_id=self.matter_id,
            by=actions.By(self.person(who).pk, "resident"),
            text=said,
            now=self.now,
        )
        after = Entry.objects.filter(text=said).count() + Matter.objects.filter(summary=said).count()
        assert after == written + 1  # whatever has become of the matter, the words stand somewhere

    @rule(who=residents, solved=st.booleans(), satisfaction=st.sampled_from([None, 1, 5]))
    def give_feedback(self, who: str, solved: bool, satisfaction: int | None) -> None:
        self.attempt(
            lambda: actions.record_feedback(
                matter_id=self.matter_id,
                person_id=self.person(who).pk,
                solved=solved,
                satisfaction=satisfaction,
                now=self.now,
            )
        )

    @precondition(lambda self: CallBack.objects.exists())
    @rule(who=handlers, solved=st.booleans())
    def call_back(self, who: str, solved: bool) -> None:
        call = CallBack.objects.latest("pk")
        self.attempt(
            lambda: actions.call_back_with(
                call_back_id=call.pk,
                reached=True,
                solved=solved,
                satisfaction=None,
                words="",
                by=self.by(who),
                now=self.now,
            )
        )

    @rule(who=residents)
    def withdraw(self, who: str) -> None:
        self.attempt(
            lambda: actions.withdraw(
                matter_id=self.matter_id, person_id=self.person(who).pk, words="", now=self.now
            )
        )

    @rule(parts=st.integers(1, 4))
    def split(self, parts: int) -> None:
        told = [f"第{number}件" for number in range(parts)]
        self.attempt(
            lambda: actions.split(matter_id=self.matter_id, parts=told, by=self.by("first"), now=self.now)
        )

    @precondition(lambda self: Matter.objects.filter(split_from_id=self.matter_id).exists())
    @rule()
    def merge_a_part_back(self) -> None:
        part = Matter.objects.filter(split_from_id=self.matter_id).latest("pk")
        self.attempt(
            lambda: actions.merge(
                matter_id=part.pk, into_id=self.matter_id, by=self.by("first"), now=self.now
            )
        )

    @rule()
    def chase(self) -> None:
        self.attempt(
            lambda: actions.chase(
                matter_id=self.matter_id, words="快", by=self.by("supervisor"), now=self.now
            )
        )

    @rule(to=handlers)
    def decide_owner(self, to: str) -> None:
        self.attempt(
            lambda: actions.assign_owner(
                matter_id=self.matter_id,
                to_id=self.person(to).pk,
                words="请负责",
                by=self.by("supervisor"),
                now=self.now,
            )
        )

    @precondition(lambda self: Oversight.objects.filter(closed_at=None).exists())
    @rule()
    def end_oversight(self) -> None:
        one = Oversight.objects.filter(closed_at=None).latest("pk")
        self.attempt(
            lambda: actions.end(oversight_id=one.pk, minutes="已商定", by=self.by("supervisor"), now=self.now)
        )

    # What the clock does.

    @rule(minutes=st.sampled_from([1, 29, 31, 600, 60 * 24 * 3, 60 * 24 * 20]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.by_clock = True
        for _step in range(6):
            due = Matter.objects.filter(wake_at__lte=self.now).first()
            if due is not None:
                actions.wake(matter_id=due.pk, now=self.now)
        for late in CallOut.objects.filter(
            status="sent", respond_by__lte=self.now, late_noted_at=None, agency__isnull=False
        ):
            actions.note_late_call_out(call_out_id=late.pk, now=self.now)
        for promise in Promise.objects.filter(kept_at=None, chased_at=None, due_at__lte=self.now):
            actions.chase_promise(promise_id=promise.pk, now=self.now)

    # What always holds.

    @invariant()
    def a_state_changes_only_along_the_table(self) -> None:
        now = self.states()
        for pk, before in self.before.items():
            reachable = reached_from(before, steps=4 if self.by_clock else 2, by_clock=self.by_clock)
            assert now[pk] == before or now[pk] in reachable, (before, now[pk])
        self.before, self.by_clock = now, False

    @invariant()
    def an_order_changes_only_along_its_table(self) -> None:
        now = self.orders()
        for pk, before in self.orders_before.items():
            further = set(CALL_OUT[before]).union(*(CALL_OUT[one] for one in CALL_OUT[before]))
            assert now[pk] == before or now[pk] in further, (before, now[pk])
        self.orders_before = now

    @invariant()
    def the_time_line_only_grows(self) -> None:
        now = self.line_ids()
        assert now[: len(self.lines)] == self.lines
        self.lines = now

    @invariant()
    def every_matter_has_one_owner_who_works_here(self) -> None:
        staff = {self.person(name).pk for name in HANDLERS}
        staff |= {
            one.pk for one in self.town.chiefs.values()
        }  # what begins anew is theirs, as everything new is
        assert set(Matter.objects.values_list("owner_id", flat=True)) <= staff

    @invariant()
    def at_most_one_answer_of_each_reporter_and_round(self) -> None:
        many = Feedback.objects.values("matter", "person", "round").annotate(n=Count("pk")).filter(n__gt=1)
        assert not many.exists()

    @invariant()
    def silence_is_never_satisfaction(self) -> None:
        for matter in Matter.objects.filter(closed_as="solved"):
            assert matter.feedback.filter(solved=True).exists()

    @invariant()
    def what_is_open_is_due_some_time_and_what_has_ended_is_not(self) -> None:
        for matter in Matter.objects.all():
            if matter.state == State.ASSIGNED:
                ended = matter.oversights.filter(closed_at=None).exists() or matter.ladder_at is None
                assert matter.wake_at is not None or ended
            if matter.state in (State.CLOSED, State.MERGED):
                assert matter.wake_at is None

    @invariant()
    def nobody_works_on_what_has_ended(self) -> None:
        ended = Matter.objects.filter(state__in=[State.RESOLVED, State.CLOSED, State.MERGED])
        assert not CallOut.objects.filter(
            matter__in=ended, agency__isnull=False, status__in=["sent", "accepted"]
        ).exists()


def reached_from(state: State, *, steps: int, by_clock: bool) -> set[State]:
    """Return the states that so many rows of the table lead to."""
    found = {state}
    for _step in range(steps):
        for one in list(found):
            found |= BY_PEOPLE[one]
            if by_clock:
                found |= BY_SYSTEM.get(one, frozenset())
    return found


@pytest.mark.django_db(transaction=False)
def test_the_life_of_a_matter() -> None:
    class InThisTown(Life):
        town = make_town(BEGIN)

    run_state_machine_as_test(
        InThisTown,
        settings=settings(
            max_examples=40,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
