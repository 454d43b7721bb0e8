from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from maplebridge.platform import events
from maplebridge.platform.events import FIRST_RETRY, LEASE, Event, deliver, deliver_all, on, publish
from maplebridge.platform.models import Delivery, EventRecord


@dataclass(frozen=True, kw_only=True)
class LampLit(Event):
    matter_id: int


@pytest.fixture(autouse=True)
def no_other_subscriptions(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(events, "_subscriptions", {})
    events._handlers_of.cache_clear()
    yield
    events._handlers_of.cache_clear()


@pytest.mark.django_db
def test_a_failing_handler_is_tried_again_and_does_not_hold_up_the_others(noon: datetime) -> None:
    seen: list[str] = []

    @on(LampLit)
    def stumble(event: LampLit) -> None:
        seen.append("stumble")
        if seen.count("stumble") < 2:
            raise RuntimeError("gateway is down")

    @on(LampLit)
    def walk(event: LampLit) -> None:
        seen.append(f"walk {event.matter_id}")

    publish(LampLit(matter_id=7, occurred_at=noon))
    deliver_all(now=noon)
    assert seen == ["stumble", "walk 7"]
    assert Delivery.objects.get().failure == "RuntimeError: gateway is down"

    assert deliver(now=noon + FIRST_RETRY - timedelta(seconds=1)) == 0
    assert deliver(now=noon + FIRST_RETRY) == 1
    assert seen == ["stumble", "walk 7", "stumble"]
    assert not Delivery.objects.exists()


@pytest.mark.django_db
def test_what_took_long_is_committed_before_the_rest_which_loses_nothing(
    noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "TOGETHER_S", -1.0)  # whatever is done has taken too long
    seen: list[int] = []

    @on(LampLit)
    def walk(event: LampLit) -> None:
        seen.append(event.matter_id)

    for number in (1, 2, 3):
        publish(LampLit(matter_id=number, occurred_at=noon))

    assert [deliver(now=noon) for _ in range(4)] == [1, 1, 1, 0]
    assert seen == [1, 2, 3]
    assert not Delivery.objects.exists()


@pytest.mark.django_db
def test_what_a_failing_handler_had_changed_is_taken_back(noon: datetime) -> None:
    @on(LampLit)
    def change_then_fail(event: LampLit) -> None:
        EventRecord.objects.create(type="side effect", payload={}, occurred_at=noon)
        raise RuntimeError

    publish(LampLit(matter_id=7, occurred_at=noon))
    deliver(now=noon)

    assert not EventRecord.objects.filter(type="side effect").exists()


@pytest.mark.django_db
def test_an_event_that_is_not_committed_never_was(noon: datetime) -> None:
    from django.db import transaction

    @on(LampLit)
    def hear(event: LampLit) -> None:
        raise AssertionError("heard of something that did not happen")

    with transaction.atomic():
        publish(LampLit(matter_id=7, occurred_at=noon))
        transaction.set_rollback(True)

    assert deliver(now=noon) == 0


@pytest.mark.django_db
def test_a_handler_of_the_outside_world_that_dies_is_tried_again_after_its_lease(noon: datetime) -> None:
    calls: list[int] = []

    @on(LampLit, outside=True)
    def send(event: LampLit) -> None:
        calls.append(event.matter_id)
        if len(calls) == 1:
            raise KeyboardInterrupt  # as a killed process: nothing after it runs

    publish(LampLit(matter_id=7, occurred_at=noon))
    with pytest.raises(KeyboardInterrupt):
        deliver(now=noon)

    assert deliver(now=noon + LEASE - timedelta(seconds=1)) == 0
    assert deliver(now=noon + LEASE) == 1
    assert calls == [7, 7]


def test_retries_grow_to_an_hour_and_no_further() -> None:
    waits = [events.retry_after(attempts) for attempts in range(30)]

    assert waits[0] == FIRST_RETRY
    assert waits == sorted(waits)
    assert waits[-1] == events.LONGEST_RETRY
