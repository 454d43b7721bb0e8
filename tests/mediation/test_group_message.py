"""A quarrel read in a group goes to mediation from its message, and the answer comes back to the group."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.mediation.disputes import LEFT, RIGHT, Desk, open_desk
from tests.mediation.test_desk_pages import FORM, reader

from maplebridge.conversations.models import Message
from maplebridge.matters.models import Matter
from maplebridge.mediation import actions
from maplebridge.mediation.domain.workflow import EndedBecause, Source
from maplebridge.mediation.models import Dispute
from maplebridge.people.models import Person

QUARREL = {name: value for name, value in FORM.items() if name != "source"}


@pytest.fixture
def desk(db: None) -> Desk:
    return open_desk(timezone.now() - timedelta(hours=1))


def address(message: Message) -> str:
    return f"{reverse('dispute_new')}?message={message.pk}"


def hand_over(client: Client, desk: Desk, message: Message, **more: object) -> Dispute:
    response = client.post(address(message), QUARREL | {"grid": desk.town.grid.pk} | more)
    assert response.status_code == 302, response.content.decode()
    return Dispute.objects.get(asked_in=message)


def answers(message: Message) -> list[str]:
    return [one.text for one in Message.objects.filter(in_reply_to=message).order_by("pk")]


def test_a_message_is_handed_over_with_its_matter_and_answered_where_it_was_asked(desk: Desk) -> None:
    message = desk.town.says("楼上天天半夜拖桌子，再这样我就上门了")
    officer = reader(desk.town.officer)
    assert "楼上天天半夜拖桌子" in officer.get(address(message)).content.decode()

    dispute = hand_over(officer, desk, message)

    matter = Matter.objects.get(asked_in=message)
    assert (dispute.source, dispute.matter, dispute.found_by) == (Source.GROUP, matter, desk.town.officer)
    assert (matter.state, matter.pause_reason) == ("paused", "in_mediation")
    assert matter.answered_at is not None
    (told,) = answers(message)
    assert "调解" in told
    again = officer.get(address(message))
    assert again["Location"] == reverse("dispute", args=[dispute.pk])


def test_the_agreement_is_told_where_it_was_asked_and_the_clock_of_the_matter_ends(desk: Desk) -> None:
    message = desk.town.says("楼上天天半夜拖桌子，再这样我就上门了")
    dispute = hand_over(reader(desk.town.officer), desk, message)
    left, right = dispute.sides.order_by("number")
    desk.join(left, name=LEFT, person_id=desk.town.resident.pk)
    desk.join(right, name=RIGHT, person_id=desk.town.neighbor.pk)
    for side in (left, right):
        actions.tell_rights(side_id=side.pk, by=desk.by, now=desk.now)
        actions.ask_side(side_id=side.pk, wants=True, by=desk.by, now=desk.now)
    actions.accept(dispute_id=dispute.pk, by=desk.by, now=desk.later(hours=2))
    actions.withdraw(
        dispute_id=dispute.pk,
        because=EndedBecause.SETTLED_ALONE,
        words="",
        by=desk.by,
        now=desk.later(hours=3),
    )

    assert Matter.objects.get(asked_in=message).state == "resolved"
    assert len(answers(message)) == 2


def test_only_who_finds_disputes_and_reads_the_group_is_offered_it(desk: Desk) -> None:
    message = desk.town.says("楼上天天半夜拖桌子")
    page = reverse("group", args=[message.thread_id])
    assert address(message) in reader(desk.town.officer).get(page).content.decode()
    assert "finds-disputes" in reader(desk.town.officer).get(page).content.decode()
    assert "to-mediation" not in reader(desk.town.resident).get(page).content.decode()

    assert reader(desk.town.stranger_worker).get(address(message)).status_code == 404
    assert reader(desk.town.resident).get(address(message)).status_code == 403
    assert reader(desk.town.clerk).get(address(message)).status_code == 403
    assert reader(Person.objects.get(pk=desk.mediator.person_id)).get(address(message)).status_code == 404
    assert reader(desk.town.officer).get(f"{reverse('dispute_new')}?message=987654").status_code == 404


def test_what_is_taken_back_or_said_by_staff_is_no_quarrel(desk: Desk) -> None:
    message = desk.town.says("楼上天天半夜拖桌子")
    Message.objects.filter(pk=message.pk).update(withdrawn_at=desk.now)

    assert reader(desk.town.officer).get(address(message)).status_code == 404


def test_violence_in_a_message_leaves_no_dispute(desk: Desk) -> None:
    message = desk.town.says("楼上夫妻又动手了")
    reader(desk.town.officer).post(
        address(message), QUARREL | {"grid": desk.town.grid.pk, "grave": ["violence_at_home"]}
    )

    assert not Dispute.objects.exists()
    assert Matter.objects.get(asked_in=message).confidential


def test_whoever_may_not_see_the_dispute_is_told_that_mediators_have_it(desk: Desk) -> None:
    message = desk.town.says("楼上天天半夜拖桌子")
    dispute = hand_over(reader(desk.town.officer), desk, message)
    worker = reader(desk.town.grid_worker)
    back = worker.get(f"{reverse('dispute_new')}?matter={dispute.matter_id}", follow=True)

    assert back.redirect_chain == [(reverse("matter", args=[dispute.matter_id]), 302)]
    assert "Mediators take care of it already" in back.content.decode()
