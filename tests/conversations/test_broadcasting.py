"""One mechanism tells many: who is told where, once each; what a killed worker, a second tap or a late one changes."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from tests.factories.town import Town, make_town

from maplebridge.conversations import actions as talk
from maplebridge.conversations import sweeps
from maplebridge.conversations.actions import broadcasting as actions
from maplebridge.conversations.domain.broadcasting import BroadcastRefused, Limits, Skipped, State
from maplebridge.conversations.models import Broadcast, Message, Receipt
from maplebridge.conversations.queries import broadcasts as queries
from maplebridge.matters.queries.town import broadcast_limits
from maplebridge.people.actions import in_bulk
from maplebridge.people.models import Person

WEEK = timedelta(days=7)


@pytest.fixture
def town(db: None, noon: datetime) -> Town:
    return make_town(noon)


@pytest.fixture
def limits(town: Town) -> Limits:
    return broadcast_limits(town.now)


def at_home(town: Town, number: int) -> Person:
    """Enrol a resident of the building who is in no group."""
    (id,) = in_bulk.enrol_many(
        people=[
            in_bulk.NewPerson(nickname=f"邻居{number}", building_id=town.building.pk, consented_at=town.now)
        ],
        now=town.now,
    )
    return Person.objects.get(pk=id)


def drafted(town: Town, *, source_id: int = 1, **more: Any) -> Broadcast:
    given: dict[str, Any] = {
        "kind": "fraud",
        "subject": "谨防冒充客服退款",
        "text": "不要点陌生链接。",
        "expires_at": town.now + 2 * WEEK,
        "by_id": town.supervisor.pk,
        "source_area": "advisories",
        "source_id": source_id,
        "grids": [town.community.pk],
        "now": town.now,
    }
    return actions.draft(**(given | more))


def sent(town: Town, limits: Limits, now: datetime | None = None, **more: Any) -> Broadcast:
    now = now or town.now
    one = drafted(town, now=now, **more)
    actions.release(broadcast_id=one.pk, by_id=town.supervisor.pk, now=now, limits=limits)
    sweeps.send_due(now=now, limits=limits)
    one.refresh_from_db()
    return one


def receipt(one: Broadcast, person: Person) -> Receipt:
    return Receipt.objects.get(broadcast=one, person=person)


def notices(town: Town) -> Iterator[Message]:
    yield from Message.objects.filter(thread_id=town.group.thread_id, kind=Message.Kind.NOTICE)


def test_members_are_told_in_their_group_and_others_personally_each_once(town: Town, limits: Limits) -> None:
    alone = at_home(town, 1)
    found = queries.audience(drafted(town), now=town.now, limits=limits)
    assert (found.in_groups, found.personal) == ({town.resident.pk, town.neighbor.pk}, {alone.pk})
    one = sent(town, limits)
    assert one.state == State.SENT
    assert one.receivers == 3
    (notice,) = notices(town)
    assert notice.text == "谨防冒充客服退款\n不要点陌生链接。"
    counted = queries.counts(one)
    assert (counted.receivers, counted.reached, counted.in_groups, counted.waiting) == (3, 3, 2, 0)
    assert (counted.shown, counted.opened) == (0, 0)
    assert queries.posts_of(one) == (1, 1)
    assert not Receipt.objects.filter(person=town.officer).exists()  # in the group, and no resident of it


def test_sending_again_changes_nothing(town: Town, limits: Limits) -> None:
    one = sent(town, limits)
    before = list(Receipt.objects.order_by("pk").values())
    Broadcast.objects.filter(pk=one.pk).update(state=State.SENDING, goes_on_at=town.now)
    sweeps.send_due(now=town.now + timedelta(minutes=1), limits=limits)
    assert list(Receipt.objects.order_by("pk").values()) == before
    assert len(list(notices(town))) == 1
    assert drafted(town).pk == one.pk  # the same thing is told once


def test_a_worker_killed_in_a_step_leaves_nothing_half_done(
    town: Town, limits: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = drafted(town)
    at_home(town, 1)
    actions.release(broadcast_id=one.pk, by_id=town.supervisor.pk, now=town.now, limits=limits)

    def killed(*_: object, **__: object) -> int:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(actions, "_deliver", killed)
        with pytest.raises(SystemExit), transaction.atomic():
            actions.send_step(broadcast_id=one.pk, now=town.now, limits=limits)
    assert list(notices(town)) == []
    assert queries.counts(one).reached == 0
    sweeps.send_due(now=town.now, limits=limits)
    assert len(list(notices(town))) == 1
    assert queries.counts(one).reached == 3


def test_more_than_fit_into_one_step_are_all_told_once(
    town: Town, limits: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "RECEIPTS_AT_ONCE", 2)
    for number in range(5):
        at_home(town, number)
    one = sent(town, limits)
    assert (one.state, queries.counts(one).reached) == (State.SENT, 7)


def test_two_failures_of_two_broadcasts_hold_up_no_third(
    town: Town, limits: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = drafted(town, source_id=1), drafted(town, source_id=2)
    for one in (first, second):
        actions.release(broadcast_id=one.pk, by_id=town.supervisor.pk, now=town.now, limits=limits)
    honest = actions.send_step

    def fails_once(*, broadcast_id: int, **more: Any) -> bool:
        if broadcast_id == first.pk:
            raise RuntimeError("the disk is full")
        return honest(broadcast_id=broadcast_id, **more)

    with monkeypatch.context() as patched:
        patched.setattr(actions, "send_step", fails_once)
        sweeps.send_due(now=town.now, limits=limits)
    assert queries.counts(first).reached == 0
    assert queries.counts(second).reached == 2


def test_shown_and_opened_are_noted_once_with_their_first_moment(town: Town, limits: Limits) -> None:
    one = sent(town, limits)
    (notice,) = notices(town)
    later = town.now + timedelta(hours=2)
    talk.mark_read(
        thread_id=town.group.thread_id, person_id=town.resident.pk, message_id=notice.pk, now=later
    )
    assert receipt(one, town.resident).shown_at == later
    assert receipt(one, town.resident).opened_at is None
    for hours in (3, 4):
        at = town.now + timedelta(hours=hours)
        actions.note_opened(person_id=town.resident.pk, broadcast_id=one.pk, now=at)
        actions.note_opened(person_id=town.officer.pk, broadcast_id=one.pk, now=at)
    mine = receipt(one, town.resident)
    assert (mine.shown_at, mine.opened_at) == (later, town.now + timedelta(hours=3))
    counted = queries.counts(one)
    assert (counted.reached, counted.shown, counted.opened) == (2, 1, 1)


def test_reading_what_stood_before_the_notice_shows_nothing(town: Town, limits: Limits) -> None:
    before = town.says("早上好")
    one = sent(town, limits)
    talk.mark_read(
        thread_id=town.group.thread_id, person_id=town.resident.pk, message_id=before.pk, now=town.now
    )
    assert queries.counts(one).shown == 0


def test_whoever_opted_out_of_a_kind_still_hears_of_others(town: Town, limits: Limits) -> None:
    actions.choose_kinds(person_id=town.resident.pk, unwanted=["fraud"], now=town.now)
    about_fraud = sent(town, limits, source_id=1)
    about_fire = sent(town, limits, source_id=2, kind="fire")
    assert receipt(about_fraud, town.resident).skipped_because == Skipped.OPTED_OUT
    assert receipt(about_fire, town.resident).delivered_at == town.now
    assert queries.counts(about_fraud).opted_out == 1
    assert queries.kept_from(town.resident.pk, [about_fraud.pk, about_fire.pk]) == {about_fraud.pk}
    actions.choose_kinds(person_id=town.resident.pk, unwanted=[], now=town.now)
    assert queries.opted_out_of(town.resident.pk) == set()


def test_nobody_is_told_more_often_than_the_town_allows(town: Town, limits: Limits) -> None:
    for number in range(limits.most_in_7_days):
        sent(town, limits, source_id=number)
    fourth = drafted(town, source_id=90)
    assert queries.audience(fourth, now=town.now, limits=limits).tired == {
        town.resident.pk,
        town.neighbor.pk,
    }
    fourth = sent(town, limits, source_id=90)
    assert (queries.counts(fourth).tired, queries.counts(fourth).reached) == (2, 0)
    next_week = sent(town, limits, town.now + WEEK, source_id=91, expires_at=town.now + 2 * WEEK)
    assert queries.counts(next_week).reached == 2


def test_in_the_quiet_hours_it_waits_for_the_morning(town: Town, limits: Limits) -> None:
    night = town.now + timedelta(hours=11)  # 23:00
    one = sent(town, limits, night)
    assert (one.state, queries.counts(one).reached) == (State.RELEASED, 0)
    assert one.goes_on_at == town.now + timedelta(hours=20)  # 08:00
    sweeps.send_due(now=one.goes_on_at - timedelta(minutes=1), limits=limits)
    assert queries.counts(one).reached == 0
    sweeps.send_due(now=one.goes_on_at, limits=limits)
    assert queries.counts(one).reached == 2


def test_what_expires_in_the_night_is_not_sent_and_says_why(town: Town, limits: Limits) -> None:
    night = town.now + timedelta(hours=11)
    one = sent(town, limits, night, expires_at=night + timedelta(hours=2))
    counted = queries.counts(one)
    assert (one.state, counted.quiet, counted.reached, counted.waiting) == (State.SENT, 2, 0, 0)
    assert list(notices(town)) == []


def test_urgent_passes_the_quiet_hours_with_a_reason_and_two_people(town: Town, limits: Limits) -> None:
    night = town.now + timedelta(hours=11)
    one = drafted(town, urgent_reason="燃气泄漏，需立即撤离", now=night)
    with pytest.raises(BroadcastRefused, match="ask_first"):
        actions.release(broadcast_id=one.pk, by_id=town.command.pk, now=night, limits=limits)
    actions.ask(broadcast_id=one.pk, by_id=town.supervisor.pk, now=night)
    with pytest.raises(BroadcastRefused, match="second_person"):
        actions.release(broadcast_id=one.pk, by_id=town.supervisor.pk, now=night, limits=limits)
    actions.release(broadcast_id=one.pk, by_id=town.command.pk, now=night, limits=limits)
    sweeps.send_due(now=night, limits=limits)
    assert queries.counts(one).reached == 2


def test_the_database_itself_wants_two_people_for_many(town: Town, limits: Limits) -> None:
    one = sent(town, limits)
    with pytest.raises(IntegrityError), transaction.atomic():
        Broadcast.objects.filter(pk=one.pk).update(receivers=1001)


def test_what_was_asked_and_is_changed_is_a_draft_again(town: Town) -> None:
    one = drafted(town)
    actions.ask(broadcast_id=one.pk, by_id=town.supervisor.pk, now=town.now)
    actions.rewrite(
        broadcast_id=one.pk,
        kind="fraud",
        subject="另一个标题",
        text="另一段话。",
        expires_at=one.expires_at,
        grids=[town.grid.pk],
        sectors=[],
        beats=[],
        groups=[],
        urgent_reason="",
        by_id=town.command.pk,
        now=town.now,
    )
    one.refresh_from_db()
    assert (one.state, one.asked_by_id, one.written_by_id) == (State.DRAFTED, None, town.command.pk)


def test_stopping_takes_it_off_the_pages_and_its_notice_back(town: Town, limits: Limits) -> None:
    one = sent(town, limits)
    assert queries.not_opened(town.resident.pk, town.now) == 1
    with pytest.raises(BroadcastRefused, match="reason_needed"):
        actions.stop(broadcast_id=one.pk, by_id=town.supervisor.pk, reason=" ", now=town.now)
    actions.stop(broadcast_id=one.pk, by_id=town.supervisor.pk, reason="地点写错了", now=town.now)
    assert queries.receipts_of(town.resident.pk, town.now) == []
    (notice,) = notices(town)
    assert notice.withdrawn_at == town.now
    one.refresh_from_db()
    assert not queries.may_read(town.resident.pk, one)
    assert drafted(town).pk != one.pk  # what was stopped may be told anew


def test_stopped_before_a_worker_came_nobody_is_told(town: Town, limits: Limits) -> None:
    one = drafted(town)
    actions.release(broadcast_id=one.pk, by_id=town.supervisor.pk, now=town.now, limits=limits)
    actions.stop(broadcast_id=one.pk, by_id=town.supervisor.pk, reason="撤回", now=town.now)
    assert sweeps.send_due(now=town.now, limits=limits) == 0
    assert queries.counts(one).reached == 0


def test_an_audience_is_ground_of_any_level_sectors_beats_and_groups(town: Town, limits: Limits) -> None:
    everybody = {town.resident.pk, town.neighbor.pk}
    ways: list[dict[str, Any]] = [
        {"grids": [town.county.pk]},
        {"grids": [town.entrance_grid.pk]},
        {"grids": [], "sectors": [town.sector.pk]},
        {"grids": [], "beats": [town.beat.pk]},
        {"grids": [], "groups": [town.group.thread_id]},
    ]
    for number, way in enumerate(ways):
        found = queries.audience(drafted(town, source_id=number, **way), now=town.now, limits=limits)
        assert found.in_groups == everybody, way
    elsewhere = drafted(town, source_id=50, grids=[town.other_grid.pk])
    with pytest.raises(BroadcastRefused, match="nobody"):
        actions.release(broadcast_id=elsewhere.pk, by_id=town.supervisor.pk, now=town.now, limits=limits)


def test_whoever_left_the_group_since_the_release_is_told_personally(town: Town, limits: Limits) -> None:
    one = drafted(town)
    actions.release(broadcast_id=one.pk, by_id=town.supervisor.pk, now=town.now, limits=limits)
    talk.leave(thread_id=town.group.thread_id, person_id=town.neighbor.pk, now=town.now)
    sweeps.send_due(now=town.now, limits=limits)
    assert receipt(one, town.neighbor).delivered_at == town.now
    one.refresh_from_db()
    assert queries.may_read(town.neighbor.pk, one)


def test_an_erased_person_stays_counted_and_is_nobody_any_more(town: Town, limits: Limits) -> None:
    one = sent(town, limits)
    actions.note_opened(person_id=town.neighbor.pk, broadcast_id=one.pk, now=town.now)
    actions.forget_receiver(person_id=town.neighbor.pk)
    counted = queries.counts(one)
    assert (counted.reached, counted.opened) == (2, 1)
    assert not Receipt.objects.filter(person=town.neighbor).exists()


def test_after_their_time_receipts_go_and_the_counts_stay(town: Town, limits: Limits) -> None:
    one = sent(town, limits)
    actions.note_opened(person_id=town.resident.pk, broadcast_id=one.pk, now=town.now)
    before = queries.counts(one)
    assert list(queries.old_receipts(one.expires_at)) == []
    assert list(queries.old_receipts(one.expires_at + timedelta(seconds=1))) == [one]
    assert actions.add_up_receipts(ids=[one.pk]) == 2
    one.refresh_from_db()
    assert queries.counts(one) == before
    assert not one.receipts.exists()
    assert list(queries.old_receipts(one.expires_at + WEEK)) == []


def test_what_has_expired_is_on_nobodys_page(town: Town, limits: Limits) -> None:
    one = sent(town, limits, expires_at=town.now + timedelta(days=1))
    assert [each.broadcast for each in queries.receipts_of(town.resident.pk, town.now)] == [one]
    assert queries.receipts_of(town.resident.pk, town.now + timedelta(days=1)) == []
