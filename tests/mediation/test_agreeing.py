import threading
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from tests.mediation.disputes import Desk, open_desk

from maplebridge.mediation import actions, permissions, queries
from maplebridge.mediation.actions import NotAllowed
from maplebridge.mediation.domain.acceptance import Touches
from maplebridge.mediation.domain.tiers import Tier
from maplebridge.mediation.domain.workflow import EndedBecause, OtherWay, State
from maplebridge.mediation.models import Agreement, Committee, Dispute, Entry, Installment, Party, Revisit
from maplebridge.mediation.sweeps import sweep
from maplebridge.platform.models import EventRecord


@pytest.fixture
def desk(db: None, noon: datetime) -> Desk:
    return open_desk(noon)


def refused(code: str) -> "pytest.RaisesExc[NotAllowed]":
    return pytest.raises(NotAllowed, match=f"^{code}$")


def events(name: str) -> int:
    return EventRecord.objects.filter(type__endswith=f".{name}").count()


def test_an_agreement_binds_when_everybody_has_signed_and_not_before(desk: Desk) -> None:
    agreement = desk.drafted()
    dispute = agreement.dispute
    for party in Party.objects.filter(dispute=dispute):
        actions.sign(agreement_id=agreement.pk, how="paper", party_id=party.pk, by=desk.by, now=desk.now)
        dispute.refresh_from_db()
        assert dispute.state == State.IN_MEDIATION
    waits = queries.unsigned(Agreement.objects.get(pk=agreement.pk))
    assert (waits.parties, waits.mediator, waits.committee) == ((), True, True)

    actions.sign(
        agreement_id=agreement.pk, how="paper", mediator_id=desk.mediator.pk, by=desk.by, now=desk.now
    )
    actions.sign(
        agreement_id=agreement.pk, how="seal", committee_id=desk.committee.pk, by=desk.by, now=desk.now
    )

    dispute.refresh_from_db()
    agreement.refresh_from_db()
    assert (dispute.state, dispute.concluded_at, agreement.effective_at) == (State.AGREED, desk.now, desk.now)
    assert events("AgreementReached") == 1


def test_a_guardian_signs_for_a_child_and_representatives_for_a_side(desk: Desk) -> None:
    dispute = desk.willing()
    left, right = dispute.sides.order_by("number")
    left.parties.update(left_at=desk.now)
    child = desk.join(left, name="小朋友", born=date(2015, 5, 5))
    mother = desk.join(left, name="妈妈", speaks_for_id=child.pk, speaks_as="guardian")
    speaker = desk.join(right, name="代表", represents=True)
    agreement = Agreement.objects.create(
        dispute=dispute, form="written", terms="x", drafted_by_id=desk.by.person_id or 0, drafted_at=desk.now
    )

    assert queries.unsigned(agreement).parties == (mother.pk, speaker.pk)
    Dispute.objects.filter(pk=dispute.pk).update(state=State.IN_MEDIATION, **_a_clock(desk))
    with pytest.raises(NotAllowed, match="guardian_signs"):
        actions.sign(agreement_id=agreement.pk, how="paper", party_id=child.pk, by=desk.by, now=desk.now)


def _a_clock(desk: Desk) -> dict[str, object]:
    return {"accepted_at": desk.now, "due_at": desk.later(days=30), "file_year": 2026, "file_number": 99}


@pytest.mark.parametrize("more", [{"type": "family"}, {"touches": [Touches.INHERITANCE]}])
def test_marriage_and_inheritance_are_not_signed_on_the_screen(desk: Desk, more: dict[str, object]) -> None:
    agreement = desk.drafted(**more)
    party = Party.objects.filter(dispute=agreement.dispute).first()
    assert party is not None
    sign = {"agreement_id": agreement.pk, "party_id": party.pk, "by": desk.by, "now": desk.now}
    with refused("no_electronic_signature"):
        actions.sign(how="screen", **sign)  # type: ignore[arg-type]
    actions.sign(how="paper", **sign)  # type: ignore[arg-type]
    with refused("signed_already"):
        actions.sign(how="paper", **sign)  # type: ignore[arg-type]


def test_a_neighbors_dispute_may_be_signed_on_the_screen(desk: Desk) -> None:
    agreement = desk.drafted()
    assert desk.signed(agreement, how="screen").state == State.AGREED


def test_what_is_large_or_performed_later_is_written(desk: Desk) -> None:
    for cents, parts in ((1_000_000, 1), (30_000, 2)):
        with refused("written_needed"):
            desk.drafted(form="oral", cents=cents, parts=parts)


def test_an_oral_agreement_is_recorded_by_the_word_of_each_side(desk: Desk) -> None:
    agreement = desk.drafted(form="oral")
    assert desk.signed(agreement, how="spoken").state == State.AGREED


def test_what_a_village_group_settles_bears_its_villages_seal(desk: Desk) -> None:
    dispute = desk.agreed(tier=Tier.GROUP)
    assert (dispute.tier, dispute.committee, dispute.state) == (Tier.GROUP, desk.committee, State.AGREED)


def test_without_any_committee_nothing_is_drafted_that_nobody_could_seal(desk: Desk) -> None:
    dispute = desk.in_mediation()
    Dispute.objects.filter(pk=dispute.pk).update(committee=None)
    draft = {"dispute_id": dispute.pk, "terms": "修好", "by": desk.by, "now": desk.now}
    Committee.objects.update(closed_at=desk.now)
    with refused("nobody_seals"):
        actions.draft(form="written", **draft)  # type: ignore[arg-type]
    actions.draft(form="oral", **draft)  # type: ignore[arg-type]

    Committee.objects.filter(pk=desk.committee.pk).update(closed_at=None)
    desk.signed(actions.draft(form="written", **draft))  # type: ignore[arg-type]
    assert Dispute.objects.get(pk=dispute.pk).state == State.AGREED


def test_a_new_draft_takes_the_place_of_the_old_and_its_signatures(desk: Desk) -> None:
    agreement = desk.drafted()
    actions.draft(
        dispute_id=agreement.dispute_id, form="written", terms="改过的", by=desk.by, now=desk.later(hours=1)
    )
    party = Party.objects.filter(dispute=agreement.dispute).first()
    assert party is not None
    with refused("draft_was_replaced"):
        actions.sign(agreement_id=agreement.pk, how="paper", party_id=party.pk, by=desk.by, now=desk.now)


def test_parts_have_to_add_up_to_the_cent(desk: Desk) -> None:
    dispute = desk.in_mediation()
    payer = dispute.sides.get(number=2)
    part = actions.Part(payer.pk, date(2026, 4, 1), 3_333)
    with refused("parts_do_not_add_up"):
        actions.draft(
            dispute_id=dispute.pk,
            form="written",
            terms="分三期",
            amount_cents=10_000,
            parts=[part] * 3,
            by=desk.by,
            now=desk.now,
        )
    assert sum(one.amount_cents for one in desk.drafted(cents=10_000, parts=3).installments.all()) == 10_000


def test_installments_are_reminded_of_and_the_last_one_performs_the_agreement(desk: Desk) -> None:
    dispute = desk.agreed(cents=10_000, parts=2)
    first, second = Installment.objects.order_by("number")
    sweep(now=desk.later(days=8))  # two days before it is due
    sweep(now=desk.later(days=8))
    sweep(now=desk.later(days=12))
    deeds = Entry.objects.filter(dispute=dispute, by=None, deed__startswith="part").values_list(
        "deed", flat=True
    )
    assert list(deeds) == ["part_due", "part_late"]

    actions.perform(installment_id=first.pk, by=desk.by, now=desk.later(days=12))
    with refused("already_performed"):
        actions.perform(installment_id=first.pk, by=desk.by, now=desk.later(days=12))
    dispute.refresh_from_db()
    assert dispute.state == State.AGREED
    actions.perform(installment_id=second.pk, by=desk.by, now=desk.later(days=40))

    dispute.refresh_from_db()
    assert (dispute.state, dispute.performed_at) == (State.PERFORMED, desk.later(days=40))


def test_revisits_fall_due_after_seven_thirty_and_ninety_days_and_are_somebody_elses(desk: Desk) -> None:
    dispute = desk.agreed()
    visits = list(Revisit.objects.order_by("after_days"))
    assert [one.due_on - date(2026, 3, 2) for one in visits] == [timedelta(days=days) for days in (7, 30, 90)]
    other = actions.By(desk.colleague.person_id, "mediator")
    visit = {"revisit_id": visits[0].pk, "performed": "yes", "satisfied": 5}
    with refused("not_due_yet"):
        actions.revisit(**visit, by=other, now=desk.now)  # type: ignore[arg-type]
    with refused("somebody_else_revisits"):
        actions.revisit(**visit, by=desk.by, now=desk.later(days=8))  # type: ignore[arg-type]
    assert permissions.may_revisit(
        desk.standing(desk.colleague.person),
        dispute,
        on=date(2026, 3, 10),  # type: ignore[arg-type]
    )

    done = actions.revisit(**visit, by=other, now=desk.later(days=8))  # type: ignore[arg-type]

    assert (done.performed, done.satisfied) == ("yes", 5)
    assert events("RevisitDone") == 1


def test_a_revisit_that_finds_nothing_kept_breaks_the_agreement_and_it_is_mediated_anew(desk: Desk) -> None:
    dispute = desk.agreed()
    visit = Revisit.objects.order_by("after_days")[0]
    other = actions.By(desk.colleague.person_id, "mediator")
    actions.revisit(revisit_id=visit.pk, performed="no", by=other, now=desk.later(days=8))
    dispute.refresh_from_db()
    assert (dispute.state, events("AgreementBroken")) == (State.BROKEN, 1)

    actions.reopen(dispute_id=dispute.pk, by=desk.by, now=desk.later(days=9))

    dispute.refresh_from_db()
    assert (dispute.state, dispute.reopened, dispute.concluded_at) == (State.IN_MEDIATION, 1, None)
    assert queries.agreement_of(dispute.pk) is None
    assert queries.agreements_of(dispute.pk).count() == 1
    desk.signed(
        actions.draft(dispute_id=dispute.pk, form="written", terms="再定", by=desk.by, now=desk.later(days=9))
    )
    assert Dispute.objects.get(pk=dispute.pk).state == State.AGREED


def test_a_court_is_asked_within_thirty_days_and_not_about_a_marriage(desk: Desk) -> None:
    dispute = desk.agreed()
    ask = {"dispute_id": dispute.pk, "court": "和顺区人民法院", "by": desk.by}
    with refused("too_late_for_confirmation"):
        actions.ask_confirmation(**ask, now=desk.later(days=31))  # type: ignore[arg-type]
    asked = actions.ask_confirmation(**ask, now=desk.later(days=30))  # type: ignore[arg-type]
    decided = actions.decide_confirmation(
        confirmation_id=asked.pk,
        result="confirmed",
        decision_number="(2026)司确1号",
        by=desk.by,
        now=desk.later(days=40),
    )
    assert decided.result == "confirmed"

    marriage = desk.agreed(touches=[Touches.MARRIAGE])
    with refused("not_confirmable"):
        actions.ask_confirmation(dispute_id=marriage.pk, court="法院", by=desk.by, now=desk.now)


def test_a_broken_agreement_may_end_in_the_other_ways(desk: Desk) -> None:
    dispute = desk.agreed()
    actions.break_agreement(dispute_id=dispute.pk, words="一分没付", by=desk.by, now=desk.later(days=9))
    ended = actions.fail(
        dispute_id=dispute.pk,
        because=EndedBecause.APART,
        words="",
        other_ways=[OtherWay.COURT],
        by=desk.by,
        now=desk.later(days=9),
    )
    assert ended.state == State.FAILED


@pytest.mark.django_db(transaction=True)
def test_of_two_mediators_who_close_at_once_the_second_is_told(noon: datetime) -> None:
    """Each thread has its own connection; both begin before either ends."""
    desk = open_desk(noon)
    dispute = desk.in_mediation()
    ready = threading.Barrier(2)
    said: list[str] = []

    def close() -> None:
        ready.wait()
        try:
            actions.fail(
                dispute_id=dispute.pk,
                because=EndedBecause.APART,
                words="",
                other_ways=[OtherWay.COURT],
                by=desk.by,
                now=desk.now,
            )
            said.append("closed")
        except NotAllowed as refusal:
            said.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=close) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert sorted(said) == ["closed", "dispute_not_open"]
    assert Entry.objects.filter(dispute=dispute, deed="failed").count() == 1
