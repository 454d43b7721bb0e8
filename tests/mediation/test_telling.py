"""Whoever reads no pages is told of a session by text message, or by a mediator who calls; never what it is about."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.mediation.disputes import Desk, open_desk
from tests.mediation.test_desk_pages import mediator

from maplebridge.adapters import console
from maplebridge.mediation import actions
from maplebridge.mediation.models import Dispute, Entry, Party, Promise, Session
from maplebridge.people.gateway import GatewayError
from maplebridge.platform import events
from maplebridge.platform.models import Delivery

PHONE = "138 0013 8000"


@pytest.fixture
def desk(db: None) -> Desk:
    return open_desk(timezone.now() - timedelta(hours=1))


@pytest.fixture(autouse=True)
def nothing_sent() -> None:
    console.sent.clear()


def without_account(desk: Desk, phone: str = PHONE) -> Dispute:
    """Return a dispute whose second side reads no pages."""
    dispute = desk.accepted()
    party = Party.objects.get(dispute=dispute, side__number=2)
    party.person, party.phone = None, phone
    party.save()
    return dispute


def book(desk: Desk, dispute: Dispute, *, side_id: int | None = None) -> Session:
    return actions.book(
        dispute_id=dispute.pk,
        starts_at=desk.later(days=2),
        ends_at=desk.later(days=2, hours=1),
        room_id=desk.room.pk,
        side_id=side_id,
        by=desk.by,
        now=desk.now,
    )


def move(desk: Desk, session: Session) -> Session:
    return actions.move_session(
        session_id=session.pk,
        starts_at=desk.later(days=4),
        ends_at=desk.later(days=4, hours=1),
        room_id=None,
        words="楼上要上夜班",
        by=desk.by,
        now=desk.now,
    )


def deliver() -> list[tuple[str, str]]:
    events.deliver_all(now=timezone.now())
    found = list(console.sent)
    console.sent.clear()
    return found


def test_a_party_without_an_account_is_texted_when_and_nothing_else(desk: Desk) -> None:
    dispute = without_account(desk)
    session = book(desk, dispute)
    [(number, booked)] = deliver()
    moved = move(desk, session)
    [(_number, told)] = deliver()
    actions.cancel_session(session_id=moved.pk, words="调解室停电", by=desk.by, now=desk.now)
    [(_number, off)] = deliver()

    assert number == "13800138000"
    clocks = (timezone.localtime(one.starts_at) for one in (session, moved))
    first, second = (f" {one.hour}:{one:%M}" for one in clocks)
    assert first in booked
    assert first in told
    assert second in told
    assert f"{timezone.localtime(moved.starts_at).day}日" in told
    assert second in off
    for words in (booked, told, off):
        assert not any(one in words for one in ("调解", "纠纷", "漏水", "乙某某", "夜班", "停电", "海棠苑"))
    assert Entry.objects.filter(dispute=dispute, deed="told_by_text", audience="mediators").count() == 3
    assert not Promise.objects.exists()


def test_a_session_that_moved_on_before_it_was_told_is_told_once_as_it_is(desk: Desk) -> None:
    session = book(desk, without_account(desk))
    move(desk, session)
    [(_number, told)] = deliver()
    assert "改到" in told


def test_a_private_talk_is_told_to_its_side_alone(desk: Desk) -> None:
    dispute = without_account(desk)
    left = dispute.sides.get(number=1)
    book(desk, dispute, side_id=left.pk)
    assert deliver() == []


def test_a_child_is_not_written_to(desk: Desk) -> None:
    dispute = without_account(desk)
    party = Party.objects.get(dispute=dispute, side__number=2)
    party.born = date(desk.now.year - 12, 1, 1)
    party.save()
    book(desk, dispute)
    assert deliver() == []


@pytest.mark.parametrize("phone", ["", "0575-87001234"])
def test_where_no_message_arrives_a_call_is_in_the_mediators_list_and_one_tap_ends_it(
    desk: Desk, phone: str
) -> None:
    session = book(desk, without_account(desk, phone))
    assert deliver() == []

    first = Promise.objects.get()
    session = move(desk, session)
    deliver()
    call = Promise.objects.get()  # the one that waits says the latest
    assert call.pk == first.pk
    assert call.text != first.text
    assert (call.by_id, call.audience, call.kept_at) == (desk.mediator.person_id, "mediators", None)
    assert desk.now < call.due_at <= session.starts_at
    assert "乙某某" not in call.text
    page = mediator(desk).get(reverse("dispute", args=[session.dispute_id])).content.decode()
    assert call.text in page
    mediator(desk).post(reverse("mediation_palm_promise", args=[call.pk]))
    call.refresh_from_db()
    assert call.kept_at is not None


def test_the_end_of_mediation_tells_that_what_was_arranged_is_off(desk: Desk) -> None:
    dispute = without_account(desk)
    book(desk, dispute)
    deliver()
    actions.withdraw(
        dispute_id=dispute.pk,
        because="settled_alone",  # type: ignore[arg-type]
        words="",
        by=desk.by,
        now=desk.now,
    )
    [(_number, off)] = deliver()
    assert "取消" in off


def test_a_gateway_that_is_away_is_asked_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_self: object, *, phone: str, text: str) -> None:
        raise GatewayError("busy")

    with monkeypatch.context() as patched:
        patched.setattr(console.ConsoleTexts, "send_text", away)
        book(desk, without_account(desk))
        assert deliver() == []
        assert not Promise.objects.exists()
    assert Delivery.objects.filter(handler__startswith="maplebridge.mediation").exists()
