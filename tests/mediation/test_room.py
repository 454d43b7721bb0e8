"""The room of a session in the browser's terms: who comes in, who hears what, and that nothing is guessed."""

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse
from tests.mediation.disputes import Desk, open_desk, seat

from maplebridge.mediation import actions
from maplebridge.mediation.domain.audiences import Audience
from maplebridge.mediation.domain.workflow import EndedBecause, OtherWay
from maplebridge.mediation.models import Dispute, Offer, Session, Side, Utterance
from maplebridge.people.models import Person


@pytest.fixture
def desk(db: None, noon: datetime) -> Desk:
    return open_desk(noon)


@pytest.fixture
def dispute(desk: Desk) -> Dispute:
    return desk.accepted()


def session_of(desk: Desk, dispute: Dispute, side: Side | None = None) -> Session:
    return actions.book(
        dispute_id=dispute.pk,
        starts_at=desk.later(hours=1 if side is None else 3),
        ends_at=desk.later(hours=2 if side is None else 4),
        side_id=side.pk if side else None,
        agenda="先听双方说,再谈怎么修",
        by=desk.by,
        now=desk.now,
    )


def mediator_of(desk: Desk) -> Client:
    return seat(Person.objects.get(pk=desk.mediator.person_id))


def test_a_joint_session_shows_each_what_they_hear_and_says_who_else_does(
    desk: Desk, dispute: Dispute
) -> None:
    session = session_of(desk, dispute)
    address = reverse("mediation_room", args=[session.pk])
    left, right = dispute.sides.order_by("number")
    mediator, resident, neighbor = mediator_of(desk), seat(desk.town.resident), seat(desk.town.neighbor)

    for audience, text in (
        ("both", "大家好"),
        (f"side:{left.pk}", "甲方悄悄话"),
        (f"side:{right.pk}", "乙方悄悄话"),
        ("mediators", "调解员商量"),
    ):
        sent = mediator.post(
            reverse("mediation_room_say", args=[session.pk]), {"audience": audience, "text": text}
        )
        assert sent.status_code == 302

    pages = {
        name: client.get(address).content.decode()
        for name, client in (("m", mediator), ("l", resident), ("r", neighbor))
    }
    assert [word in pages["m"] for word in ("大家好", "甲方悄悄话", "乙方悄悄话", "调解员商量")] == [True] * 4
    assert [word in pages["l"] for word in ("大家好", "甲方悄悄话", "乙方悄悄话", "调解员商量")] == [
        True,
        True,
        False,
        False,
    ]
    assert [word in pages["r"] for word in ("大家好", "甲方悄悄话", "乙方悄悄话", "调解员商量")] == [
        True,
        False,
        True,
        False,
    ]
    assert "只有甲方和调解员能看到" in pages["l"]


def test_a_side_speaks_to_all_or_to_the_mediators_and_to_nobody_else(desk: Desk, dispute: Dispute) -> None:
    session = session_of(desk, dispute)
    left, right = dispute.sides.order_by("number")
    resident = seat(desk.town.resident)
    say = reverse("mediation_room_say", args=[session.pk])

    resident.post(say, {"audience": f"side:{left.pk}", "text": "我最多能出三千"})
    for stray in (f"side:{right.pk}", "mediators", "", "side:999999", "everyone"):
        resident.post(say, {"audience": stray, "text": "不该到的话"})

    assert [(one.text, one.side_id) for one in Utterance.objects.filter(session=session)] == [
        ("我最多能出三千", left.pk)
    ]
    assert (
        "我最多能出三千"
        not in seat(desk.town.neighbor).get(reverse("mediation_room", args=[session.pk])).content.decode()
    )


def test_the_room_of_a_private_talk_does_not_exist_for_the_other_side(desk: Desk, dispute: Dispute) -> None:
    left = dispute.sides.get(number=1)
    session = session_of(desk, dispute, left)
    address = reverse("mediation_room", args=[session.pk])
    say = reverse("mediation_room_say", args=[session.pk])

    assert seat(desk.town.resident).get(address).status_code == 200
    assert mediator_of(desk).get(address).status_code == 200
    for outside in (desk.town.neighbor, desk.town.supervisor, desk.town.grid_worker, desk.town.clerk):
        assert seat(outside).get(address).status_code == 404
        assert seat(outside).post(say, {"audience": "both", "text": "进来看看"}).status_code == 404
    mediator_of(desk).post(say, {"audience": "both", "text": "这句要公开"})
    assert not Utterance.objects.filter(session=session).exists()


def test_one_says_yes_to_an_offer_and_the_other_side_is_not_told(desk: Desk, dispute: Dispute) -> None:
    session = session_of(desk, dispute)
    offer = actions.offer(
        dispute_id=dispute.pk,
        by_side_id=None,
        terms="乙方修好水管,甲方自己刷墙",
        audience=Audience.BOTH,
        by=desk.by,
        now=desk.now,
    )
    answer = reverse("mediation_answer_offer", args=[session.pk, offer.pk])

    assert mediator_of(desk).post(answer, {"accepts": "yes"}).status_code == 404
    seat(desk.town.resident).post(answer, {"accepts": "yes"})

    given = Offer.objects.get().acceptances.get()
    assert (given.accepts, given.by_side) == (True, dispute.sides.get(number=1))
    assert (
        "甲方：接受" in mediator_of(desk).get(reverse("mediation_room", args=[session.pk])).content.decode()
    )
    assert (
        "甲方：还没有表态"
        in seat(desk.town.neighbor).get(reverse("mediation_room", args=[session.pk])).content.decode()
    )


def test_a_party_finds_their_mediation_and_a_neighbor_does_not(desk: Desk, dispute: Dispute) -> None:
    session = session_of(desk, dispute)
    resident = seat(desk.town.resident)

    assert "楼上漏水" in resident.get(reverse("my_disputes")).content.decode()
    page = resident.get(reverse("my_dispute", args=[dispute.pk])).content.decode()
    assert reverse("mediation_room", args=[session.pk]) in page
    assert seat(desk.town.grid_worker).get(reverse("my_dispute", args=[dispute.pk])).status_code == 404


def test_whoever_speaks_in_confidence_goes_on_so_until_they_choose_otherwise(
    desk: Desk, dispute: Dispute
) -> None:
    session, resident = session_of(desk, dispute), seat(desk.town.resident)
    own = f"side:{dispute.sides.get(number=1).pk}"
    say = reverse("mediation_room_say", args=[session.pk])
    page = resident.post(say, {"audience": own, "text": "最多两千"}, follow=True).content.decode()
    assert f'value="{own}"' in page.split(" checked")[0].rsplit("<input", 1)[1]
    other = f"side:{dispute.sides.get(number=2).pk}"
    stray = resident.get(reverse("mediation_room", args=[session.pk]), {"to": other}).content.decode()
    assert 'value="both"' in stray.split(" checked")[0].rsplit("<input", 1)[1]


def test_a_party_reads_that_it_ended_and_which_ways_are_open(desk: Desk) -> None:
    dispute = desk.in_mediation()
    actions.fail(
        dispute_id=dispute.pk,
        because=EndedBecause.APART,
        words="",
        other_ways=[OtherWay.COURT, OtherWay.LEGAL_AID],
        by=desk.by,
        now=desk.now,
    )
    page = seat(desk.town.resident).get(reverse("my_dispute", args=[dispute.pk])).content.decode()
    assert "您还可以：向法院起诉、申请法律援助" in page
    assert "调解员会联系您" not in page  # nobody will any more


def test_a_party_sees_that_their_data_was_read(desk: Desk, dispute: Dispute) -> None:
    page = reverse("my_dispute", args=[dispute.pk])
    assert "调解员老张" not in seat(desk.town.resident).get(page).content.decode().split('id="readings"')[1]

    actions.reveal_parties(dispute_id=dispute.pk, purpose="mediating", by=desk.by, now=desk.now)

    assert "调解员老张" in seat(desk.town.resident).get(page).content.decode().split('id="readings"')[1]
