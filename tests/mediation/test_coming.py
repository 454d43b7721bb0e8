"""Whoever is expected at a session finds it where their day begins: an agency's clerk, an expert, a party."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.mediation.disputes import Desk, open_desk, seat

from maplebridge.mediation import actions
from maplebridge.mediation.models import Dispute, Session
from maplebridge.mediation.queries.coming import coming_sessions


@pytest.fixture
def desk(db: None) -> Desk:
    return open_desk(timezone.now() - timedelta(hours=1))


def book(desk: Desk, dispute: Dispute, *, days: int = 1, side_id: int | None = None) -> Session:
    return actions.book(
        dispute_id=dispute.pk,
        starts_at=desk.later(days=days),
        ends_at=desk.later(days=days, hours=1),
        room_id=desk.room.pk,
        side_id=side_id,
        by=desk.by,
        now=desk.now,
    )


def invite(desk: Desk, dispute: Dispute, **whom: int) -> None:
    asked = actions.invite(dispute_id=dispute.pk, why="看管道", by=desk.by, now=desk.now, **whom)
    for side in dispute.sides.all():
        actions.consent_to_invitation(
            invitation_id=asked.pk, side_id=side.pk, consents=True, by=desk.by, now=desk.now
        )


def first_page(client: Client) -> str:
    return client.get(reverse("home"), follow=True).content.decode()


def test_everybody_expected_finds_the_room_on_the_page_where_their_day_begins(desk: Desk) -> None:
    dispute = desk.accepted()
    invite(desk, dispute, agency_id=desk.town.water.pk)
    invite(desk, dispute, person_id=desk.colleague.person_id)
    session = book(desk, dispute)
    room = reverse("mediation_room", args=[session.pk])

    for person in (desk.town.water_clerk, desk.colleague.person, desk.town.resident):
        page = first_page(seat(person))
        assert room in page, person
        assert "楼上漏水" not in page
    for person in (desk.town.clerk, desk.town.grid_worker):
        assert room not in first_page(seat(person)), person


def test_a_private_talk_is_on_no_other_page_and_what_is_over_or_off_on_none(desk: Desk) -> None:
    dispute = desk.accepted()
    invite(desk, dispute, agency_id=desk.town.water.pk)
    left = dispute.sides.get(number=1)
    talk = book(desk, dispute, side_id=left.pk)

    def expected(person: object) -> list[int]:
        return [one.session_id for one in coming_sessions(desk.standing(person), timezone.now())]  # type: ignore[arg-type]

    assert expected(desk.town.resident) == [talk.pk]
    assert expected(desk.town.neighbor) == expected(desk.town.water_clerk) == []
    actions.cancel_session(session_id=talk.pk, words="", by=desk.by, now=desk.now)
    far = book(desk, dispute, days=30)
    assert expected(desk.town.resident) == []
    near = book(desk, dispute, days=2)
    assert expected(desk.town.neighbor) == expected(desk.town.water_clerk) == [near.pk]
    actions.hold(session_id=near.pk, by=desk.by, now=desk.later(days=2, minutes=30))
    assert expected(desk.town.neighbor) == []
    assert far.pk not in expected(desk.town.resident)
