"""A session moves to another time or room, or is called off: nobody is booked twice, and all who come are told."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from tests.mediation.disputes import Desk, open_desk
from tests.mediation.test_desk_pages import do, mediator, reader, text

from maplebridge.mediation import actions, queries
from maplebridge.mediation.actions import NotAllowed
from maplebridge.mediation.domain.audiences import Viewer
from maplebridge.mediation.models import Assignment, Attendance, Dispute, Session


@pytest.fixture
def desk(db: None) -> Desk:
    return open_desk(timezone.now() - timedelta(hours=1))


def book(desk: Desk, dispute: Dispute, *, days: int = 2, side_id: int | None = None) -> Session:
    return actions.book(
        dispute_id=dispute.pk,
        starts_at=desk.later(days=days),
        ends_at=desk.later(days=days, hours=1),
        room_id=desk.room.pk,
        side_id=side_id,
        agenda="先听双方说",
        by=desk.by,
        now=desk.now,
    )


def written(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


def test_a_session_is_moved_from_the_page_and_both_sides_read_when_and_why(desk: Desk) -> None:
    dispute = desk.accepted()
    session = book(desk, dispute)
    client = mediator(desk)
    form = text(client, f"/disputes/{dispute.pk}/do/move/?of={session.pk}")
    assert written(session.starts_at) in form

    to = {"starts_at": written(desk.later(days=5)), "minutes": "90", "room": "", "words": "乙方要上夜班"}
    assert do(client, dispute, "move", of=session.pk, **to) == 302

    (moved,) = Session.objects.filter(canceled_at=None)
    assert (moved.online, moved.agenda, moved.audience) == (True, "先听双方说", "both")
    assert (moved.ends_at - moved.starts_at) == timedelta(minutes=90)
    came = set(Attendance.objects.filter(session=moved).values_list("person_id", flat=True))
    assert came == {desk.mediator.person_id, desk.town.resident.pk, desk.town.neighbor.pk}
    assert not Attendance.objects.filter(session=session, canceled_at=None).exists()
    for party in (desk.town.resident, desk.town.neighbor):
        page = text(reader(party), f"/my-disputes/{dispute.pk}/")
        assert "乙方要上夜班" in page
        assert f"/mediation/sessions/{moved.pk}/" in page
    assert "a session was moved" in text(client, f"/disputes/{dispute.pk}/")


def test_a_private_talk_that_moves_stays_unknown_to_the_other_side(desk: Desk) -> None:
    dispute = desk.accepted()
    left, right = dispute.sides.order_by("number")
    session = book(desk, dispute, side_id=left.pk)

    actions.move_session(
        session_id=session.pk,
        starts_at=desk.later(days=4),
        ends_at=desk.later(days=4, hours=1),
        room_id=None,
        words="甲方改期",
        by=desk.by,
        now=desk.now,
    )

    assert not queries.sessions_for(Viewer(side_id=right.pk), dispute.pk).exists()
    assert "甲方改期" not in text(reader(desk.town.neighbor), f"/my-disputes/{dispute.pk}/")
    assert "甲方改期" in text(reader(desk.town.resident), f"/my-disputes/{dispute.pk}/")


def test_a_move_into_what_is_taken_leaves_the_booking_as_it_was(desk: Desk) -> None:
    first, second = desk.accepted(), desk.accepted()
    Assignment.objects.filter(dispute=second).update(mediator=desk.colleague)
    second.parties.update(person=None)
    book(desk, second, days=3)
    session = book(desk, first)
    client = mediator(desk)

    to = {"starts_at": written(desk.later(days=3)), "minutes": "60", "room": str(desk.room.pk), "words": ""}
    response = client.post(f"/disputes/{first.pk}/do/move/", to | {"of": session.pk})

    assert response.status_code == 422
    assert "The room is booked at that time" in response.content.decode()
    session.refresh_from_db()
    assert session.canceled_at is None
    assert Attendance.objects.filter(session=session, canceled_at=None).exists()


def test_what_does_not_move_or_was_held_is_refused(desk: Desk) -> None:
    dispute = desk.accepted()
    session = book(desk, dispute)
    where = {"session_id": session.pk, "room_id": desk.room.pk, "by": desk.by}
    with pytest.raises(NotAllowed, match="nothing_moved"):
        actions.move_session(starts_at=session.starts_at, ends_at=session.ends_at, now=desk.now, **where)  # type: ignore[arg-type]
    with pytest.raises(NotAllowed, match="start_in_the_past"):
        actions.move_session(
            starts_at=desk.later(days=-1),
            ends_at=desk.later(hours=-23),
            now=desk.now,
            **where,  # type: ignore[arg-type]
        )
    actions.hold(session_id=session.pk, by=desk.by, now=desk.later(days=3))
    with pytest.raises(NotAllowed, match="session_was_held"):
        actions.move_session(
            starts_at=desk.later(days=5),
            ends_at=desk.later(days=5, hours=1),
            now=desk.later(days=4),
            **where,  # type: ignore[arg-type]
        )


def test_calling_off_is_told_with_its_reason_to_those_who_come(desk: Desk) -> None:
    dispute = desk.accepted()
    session = book(desk, dispute)

    assert do(mediator(desk), dispute, "cancel", of=session.pk, words="调解室停电") == 302

    assert "调解室停电" in text(reader(desk.town.neighbor), f"/my-disputes/{dispute.pk}/")
    book(desk, dispute)  # the room and the people are free again


def test_who_does_not_work_on_it_moves_nothing(desk: Desk) -> None:
    dispute = desk.accepted()
    session = book(desk, dispute)
    to = {"starts_at": written(desk.later(days=5)), "minutes": "60", "room": "", "words": ""}

    for who in (desk.town.resident, desk.town.stranger_worker, desk.town.supervisor):
        do(reader(who), dispute, "move", of=session.pk, **to)
    assert Session.objects.get(canceled_at=None) == session
