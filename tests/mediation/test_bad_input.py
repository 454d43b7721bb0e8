"""What people send by mistake, or too late: it is said what is needed, and what they wrote is still there."""

from datetime import date, datetime

import pytest
from django.test import Client
from django.urls import reverse
from tests.mediation.disputes import Desk, open_desk, seat

from maplebridge.mediation import actions
from maplebridge.mediation.domain.workflow import EndedBecause
from maplebridge.mediation.models import Agreement, Dispute, Party, Utterance
from maplebridge.people.models import Person


@pytest.fixture
def desk(db: None, noon: datetime) -> Desk:
    return open_desk(noon)


def mediator_of(desk: Desk) -> Client:
    return seat(Person.objects.get(pk=desk.mediator.person_id))


def drafted(desk: Desk, dispute: Dispute, **given: object) -> str:
    payer = dispute.sides.get(number=2)
    plain = {"form": "written", "terms": "乙方付清", "payer": payer.pk, "parts": "1", "every_days": "30"}
    answer = mediator_of(desk).post(reverse("dispute_deed", args=[dispute.pk, "draft"]), {**plain, **given})
    assert answer.status_code == 422
    assert not Agreement.objects.exists()
    return answer.content.decode()


def test_a_sum_that_cannot_be_split_and_a_year_that_is_none_are_said_at_the_form(desk: Desk) -> None:
    dispute = desk.in_mediation()
    assert "分期次数太多" in drafted(desk, dispute, amount_cents="0.05", parts="10")
    assert "最多两位小数" in drafted(desk, dispute, amount_cents="100.005")
    assert "请再看一下年份" in drafted(desk, dispute, amount_cents="100", first_due="9999-12-31", parts="3")
    assert "不能早于今天" in drafted(desk, dispute, amount_cents="100", first_due="2020-01-01")


def test_what_is_said_into_a_session_that_was_called_off_comes_back_with_its_words(desk: Desk) -> None:
    dispute = desk.accepted()
    session = actions.book(
        dispute_id=dispute.pk, starts_at=desk.later(hours=1), ends_at=desk.later(hours=2), by=desk.by, now=desk.now
    )  # fmt: skip
    session.canceled_at = desk.now
    session.save()
    party, address = seat(desk.town.resident), reverse("mediation_room_say", args=[session.pk])
    left = dispute.sides.get(number=1)
    late = party.post(address, {"audience": f"side:{left.pk}", "text": "我最多让五百"})
    assert late.status_code == 422
    assert all(words in late.content.decode() for words in ("没有发出", "取消", "我最多让五百"))
    stray = party.post(address, {"audience": "mediators", "text": "给谁都行"})
    assert (stray.status_code, Utterance.objects.count()) == (422, 0)


def test_a_note_on_what_has_ended_meanwhile_comes_back_with_its_words(desk: Desk) -> None:
    dispute = desk.in_mediation()
    actions.withdraw(
        dispute_id=dispute.pk, because=EndedBecause.TAKEN_BACK, words="", by=desk.by, now=desk.now
    )
    before = Utterance.objects.count()
    answer = mediator_of(desk).post(
        reverse("mediation_palm_note"), {"dispute": dispute.pk, "text": "管子换好了"}
    )
    assert answer.status_code == 422
    assert all(words in answer.content.decode() for words in ("没有存下来", "管子换好了"))
    assert Utterance.objects.count() == before


def test_a_child_known_by_the_number_of_its_papers_does_not_sign_alone(desk: Desk) -> None:
    agreement = desk.drafted()
    child = Party.objects.filter(dispute=agreement.dispute).earliest("pk")
    Party.objects.filter(pk=child.pk).update(born=date(2015, 5, 5))
    answer = mediator_of(desk).post(
        reverse("dispute_deed", args=[agreement.dispute_id, "sign"]),
        {"of": agreement.pk, "who": f"party:{child.pk}", "how": "paper"},
    )
    assert answer.status_code == 422
    assert "由监护人签名" in answer.content.decode()
