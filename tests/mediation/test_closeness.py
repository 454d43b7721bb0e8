"""Closeness is said before anybody is assigned, by the mediator or by staff; then nobody can assign that mediator."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.mediation.disputes import Desk, open_desk
from tests.mediation.test_desk_pages import do, mediator, reader, text

from maplebridge.mediation import actions
from maplebridge.mediation.models import Assignment, Declaration, Dispute
from maplebridge.people.models import Person


@pytest.fixture
def desk(db: None) -> Desk:
    return open_desk(timezone.now() - timedelta(hours=1))


def accepted(desk: Desk) -> Dispute:
    """A dispute that was accepted, and that nobody mediates yet."""
    return actions.accept(dispute_id=desk.willing().pk, by=desk.by, now=desk.now)


def test_a_mediator_says_so_before_being_assigned_and_is_not_to_choose_from(desk: Desk) -> None:
    dispute = accepted(desk)
    party = dispute.parties.order_by("pk")[0]
    client = mediator(desk)
    assert "I am too close to a party" in text(client, f"/disputes/{dispute.pk}/")
    assert do(client, dispute, "too_close_myself", text="", party=party.pk) == 422

    assert do(client, dispute, "too_close_myself", text="是甲方的表亲", party=party.pk) == 302

    said = Declaration.objects.get()
    assert (said.mediator, said.declared_by, said.party) == (desk.mediator, desk.mediator.person, party)
    form = text(client, f"/disputes/{dispute.pk}/do/assign/")
    assert f'value="{desk.mediator.pk}"' not in form
    assert "Not to choose from: 调解员老张 (was declared too close)" in form
    assert do(client, dispute, "assign", mediator=desk.mediator.pk, knowing="on") == 422
    assert "I am too close" not in text(client, f"/disputes/{dispute.pk}/")


def test_staff_who_assign_say_so_of_somebody_else(desk: Desk) -> None:
    dispute = accepted(desk)
    supervisor = reader(desk.town.supervisor)

    assert do(supervisor, dispute, "too_close", mediator=desk.colleague.pk, text="与乙方同住一楼") == 302

    page = text(supervisor, f"/disputes/{dispute.pk}/")
    assert "调解员小陈 is too close" in page
    assert "与乙方同住一楼" not in page  # why is for those who mediate
    assert "与乙方同住一楼" in text(mediator(desk), f"/disputes/{dispute.pk}/")
    again = supervisor.post(
        f"/disputes/{dispute.pk}/do/too_close/", {"mediator": desk.colleague.pk, "text": "再说一次"}
    )
    assert again.status_code == 422
    assert "This was said already" in again.content.decode()


def test_whoever_mediates_it_steps_back_at_once_and_the_reason_is_kept(desk: Desk) -> None:
    dispute = desk.accepted()
    part = Assignment.objects.get(dispute=dispute)

    assert do(mediator(desk), dispute, "declare", of=part.pk, text="是甲方的表亲") == 302

    part.refresh_from_db()
    assert part.ended_because == "conflict"


def test_parties_and_strangers_declare_nobody(desk: Desk) -> None:
    dispute = accepted(desk)
    for who in (desk.town.resident, desk.town.stranger_worker, desk.town.clerk):
        for deed in ("too_close", "too_close_myself"):
            assert do(reader(who), dispute, deed, mediator=desk.mediator.pk, text="太熟") in (403, 404)
    assert not Declaration.objects.exists()


def test_who_does_not_mediate_now_is_declared_by_nobody(desk: Desk) -> None:
    dispute = accepted(desk)
    actions.dismiss(mediator_id=desk.colleague.pk, ends_on=timezone.localdate(desk.now), now=desk.now)

    with pytest.raises(actions.NotAllowed, match="not_a_mediator_now"):
        actions.declare(
            dispute_id=dispute.pk, mediator_id=desk.colleague.pk, text="太熟", by=desk.by, now=desk.now
        )
    colleague = Person.objects.get(pk=desk.colleague.person_id)
    assert "I am too close" not in text(reader(colleague), f"/disputes/{dispute.pk}/")
