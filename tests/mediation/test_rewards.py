"""What is earned, by table; and the ledger: two people, caps, counter-entries, never edited, never below zero."""

import csv
import io
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from tests.factories.printed import read_pdf
from tests.mediation.disputes import open_desk

from maplebridge.mediation.actions import By, NotAllowed, draft, performing
from maplebridge.mediation.actions import rewarding as actions
from maplebridge.mediation.domain.amounts import yuan
from maplebridge.mediation.domain.rewards import (
    Due,
    Formula,
    FormulaProblem,
    Reason,
    RewardCase,
    capped,
    dues,
    formula_of,
)
from maplebridge.mediation.domain.workflow import Source
from maplebridge.mediation.models import (
    Assignment,
    Dispute,
    Fund,
    Revisit,
    RewardEntry,
    RewardProposal,
)
from maplebridge.mediation.queries import rewards as queries

LEAD, ASSISTANT, FINDER = 1, 2, 3
KEPT = RewardCase(
    dispute_id=7,
    source=Source.SWEEP,
    accepted=True,
    agreed=True,
    broken=False,
    performed_after_days=90,
    satisfied=5,
    hard=False,
    mediators=[LEAD],
    finder_id=FINDER,
)
FORMULA = Formula()


def paid(case: RewardCase, formula: Formula = FORMULA) -> dict[tuple[Reason, int], int]:
    return {(one.reason, one.person_id): one.cents for one in dues(case, formula)}


# -- what is earned


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({}, {Reason.FOUND, Reason.AGREED, Reason.PERFORMED, Reason.SATISFIED}),
        ({"performed_after_days": 30}, {Reason.FOUND, Reason.AGREED}),
        ({"performed_after_days": None}, {Reason.FOUND, Reason.AGREED}),
        ({"satisfied": 3}, {Reason.FOUND, Reason.AGREED, Reason.PERFORMED}),
        ({"satisfied": None}, {Reason.FOUND, Reason.AGREED, Reason.PERFORMED}),
        ({"broken": True}, {Reason.FOUND}),
        ({"agreed": False}, {Reason.FOUND}),
        ({"agreed": False, "accepted": False}, set()),
        ({"source": Source.WALK_IN}, {Reason.AGREED, Reason.PERFORMED, Reason.SATISFIED}),
        ({"finder_id": None}, {Reason.AGREED, Reason.PERFORMED, Reason.SATISFIED}),
    ],
)
def test_only_what_was_verified_is_earned(change: dict[str, object], wanted: set[Reason]) -> None:
    assert {reason for reason, _person in paid(replace(KEPT, **change))} == wanted


def test_entering_a_dispute_alone_earns_nothing_however_often() -> None:
    entered = replace(KEPT, accepted=False, agreed=False, performed_after_days=None, satisfied=None)
    assert [due for _ in range(100) for due in dues(entered, FORMULA)] == []


def test_a_hard_case_is_worth_more_and_finding_is_not() -> None:
    plain, hard = paid(KEPT), paid(replace(KEPT, hard=True))
    assert hard[Reason.PERFORMED, LEAD] == plain[Reason.PERFORMED, LEAD] * 150 // 100
    assert hard[Reason.FOUND, FINDER] == plain[Reason.FOUND, FINDER]


def test_a_share_is_exact_to_the_cent() -> None:
    formula = Formula(agreed_cents=1000, performed_cents=1000)
    shares = paid(replace(KEPT, mediators=[LEAD, ASSISTANT, 9]), formula)
    assert [shares[Reason.AGREED, person] for person in (LEAD, ASSISTANT, 9)] == [334, 333, 333]


def test_the_cap_of_a_dispute_cuts_and_says_what_it_cut() -> None:
    formula = Formula(most_a_dispute_cents=8_000)
    due = dues(KEPT, formula)
    assert sum(one.cents for one in due) == 8_000
    assert sum(one.cents + one.cut_cents for one in due) == sum(one.cents for one in dues(KEPT, FORMULA))


def test_the_caps_of_month_and_year_count_what_was_paid_before() -> None:
    formula = Formula(most_a_month_cents=10_000, most_a_year_cents=12_000)
    earned = [Due(LEAD, number, Reason.AGREED, 4_000) for number in range(4)]
    assert [one.cents for one in capped(earned, formula, this_month={}, this_year={})] == [
        4000,
        4000,
        2000,
        0,
    ]
    after = capped(earned, formula, this_month={}, this_year={LEAD: 9_000})
    assert [(one.cents, one.cut_cents) for one in after] == [(3000, 1000), (0, 4000), (0, 4000), (0, 4000)]
    assert capped(earned[:1], formula, this_month={LEAD: 99_999}, this_year={})[0].cents == 0


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"agreed_cents": 200, "performed_cents": 100}, "agreed_cents"),
        ({"satisfied_cents": -1}, "satisfied_cents"),
        ({"found_cents": {"sweep": -1}}, "found_cents"),
        ({"found_cents": {"rumor": 1}}, "found_cents"),
        ({"satisfied_from": 6}, "satisfied_from"),
        ({"most_a_month_cents": 0}, "most_a_month_cents"),
        ({"per_entry_cents": 5}, "per_entry_cents"),
    ],
)
def test_a_formula_that_pays_for_counts_or_without_caps_cannot_be_set(
    values: dict[str, object], name: str
) -> None:
    with pytest.raises(FormulaProblem) as refused:
        formula_of(values)
    assert refused.value.name == name


def test_a_formula_is_stored_and_read_as_it_was() -> None:
    assert formula_of(FORMULA.as_values()) == FORMULA


@pytest.mark.parametrize(
    ("cents", "printed"), [(-12_345, "-123.45"), (-5, "-0.05"), (0, "0.00"), (123_456, "1,234.56")]
)
def test_what_is_paid_out_is_printed_with_a_minus(cents: int, printed: str) -> None:
    assert yuan(cents) == printed


# -- the ledger


def by(person_id: int) -> By:
    return By(person_id, "supervisor")


class Purse:
    """A desk with a fund of 10,000 yuan, a formula, one who proposes and one who decides."""

    def __init__(self, noon: datetime) -> None:
        self.desk = open_desk(noon)
        self.now = noon
        self.proposer = by(self.desk.town.supervisor.pk)
        self.decider = by(self.desk.town.officer.pk)
        self.fund = actions.open_fund(name="调解奖励资金", by=self.proposer, now=noon)
        actions.set_formula(
            values={}, reason="街道办公会议定", valid_from=date(2026, 3, 2), by=self.proposer, now=noon
        )
        deposit = actions.propose_deposit(
            fund_id=self.fund.pk, cents=1_000_000, words="年度拨款", by=self.proposer, now=noon
        )
        self.decide([deposit])

    def decide(self, proposals: list[RewardProposal], *, approve: bool = True) -> list[RewardEntry]:
        ids = [one.pk for one in proposals]
        return actions.decide_rewards(proposal_ids=ids, approve=approve, by=self.decider, now=self.now)

    def propose(self, *, after: timedelta = timedelta()) -> list[RewardProposal]:
        return actions.propose_rewards(
            fund_id=self.fund.pk, by=self.proposer, now=self.now + timedelta(minutes=1) + after
        )

    def kept(self) -> Dispute:
        """Return a dispute whose agreement a revisit after 90 days found performed."""
        dispute = self.desk.agreed()
        for revisit in Revisit.objects.filter(agreement__dispute=dispute).order_by("after_days"):
            revisit.done_at, revisit.done_by = self.now, self.desk.town.grid_worker
            revisit.performed, revisit.satisfied = "yes", 5
            revisit.save()
        return dispute


@pytest.mark.django_db
def test_an_agreement_earns_the_smaller_part_and_the_rest_after_the_revisit(noon: datetime) -> None:
    purse = Purse(noon)
    purse.desk.agreed()
    first = purse.propose()
    assert {(one.reason, one.person_id, one.cents) for one in first} == {
        (Reason.AGREED, purse.desk.mediator.person_id, -5_000)
    }
    purse.kept()
    reasons = sorted(one.reason for one in purse.propose())
    assert reasons == [Reason.AGREED, Reason.PERFORMED, Reason.SATISFIED]
    assert purse.propose() == []


@pytest.mark.django_db
def test_finders_are_rewarded_by_source_once_it_was_taken_on(noon: datetime) -> None:
    purse = Purse(noon)
    dispute = purse.desk.accepted()
    Dispute.objects.filter(pk=dispute.pk).update(
        source=Source.SWEEP, source_number="1", found_by=purse.desk.town.grid_worker
    )
    waiting = purse.desk.found()
    Dispute.objects.filter(pk=waiting.pk).update(
        source=Source.SWEEP, source_number="2", found_by=purse.desk.town.grid_worker
    )
    [one] = purse.propose()
    assert (one.reason, one.person, one.dispute, one.cents) == (
        Reason.FOUND,
        purse.desk.town.grid_worker,
        dispute,
        -2_000,
    )


@pytest.mark.django_db
def test_officers_and_lawyers_are_paid_for_their_duty_elsewhere(noon: datetime) -> None:
    purse = Purse(noon)
    purse.desk.mediator.kind = "officer"
    purse.desk.mediator.save()
    purse.kept()
    assert purse.propose() == []


@pytest.mark.django_db
def test_the_balance_is_the_sum_of_the_ledger(noon: datetime) -> None:
    purse = Purse(noon)
    purse.kept()
    assert queries.balance(purse.fund.pk) == 1_000_000
    purse.decide(purse.propose())
    assert queries.balance(purse.fund.pk) == 1_000_000 - 5_000 - 10_000 - 3_000


@pytest.mark.django_db
def test_nobody_decides_on_their_own_proposal_or_for_themselves(noon: datetime) -> None:
    purse = Purse(noon)
    purse.kept()
    ids = [one.pk for one in purse.propose()]
    for decider, code in ((purse.proposer, "second_person"), (purse.desk.by, "not_for_yourself")):
        with pytest.raises(NotAllowed) as refused:
            actions.decide_rewards(proposal_ids=ids, approve=True, by=decider, now=noon)
        assert refused.value.code == code
    with pytest.raises(IntegrityError), transaction.atomic():
        RewardProposal.objects.filter(pk=ids[0]).update(
            decided_by=purse.proposer.person_id, decided_at=noon, approved=True
        )


@pytest.mark.django_db
def test_what_was_refused_is_not_paid_and_not_proposed_again(noon: datetime) -> None:
    purse = Purse(noon)
    purse.kept()
    assert purse.decide(purse.propose(), approve=False) == []
    assert queries.balance(purse.fund.pk) == 1_000_000
    assert purse.propose() == []


@pytest.mark.django_db
def test_the_ledger_cannot_be_edited_or_emptied(noon: datetime) -> None:
    purse = Purse(noon)
    entry = RewardEntry.objects.get()
    for deed in (
        lambda: RewardEntry.objects.filter(pk=entry.pk).update(cents=1),
        lambda: RewardEntry.objects.filter(pk=entry.pk).delete(),
    ):
        with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
            deed()
    assert queries.balance(purse.fund.pk) == 1_000_000


@pytest.mark.django_db
def test_a_mistake_is_taken_back_by_a_counter_entry_once(noon: datetime) -> None:
    purse = Purse(noon)
    purse.kept()
    entry = purse.decide(purse.propose())[0]
    counter = actions.propose_counter_entry(entry_id=entry.pk, words="重复", by=purse.proposer, now=noon)
    with pytest.raises(NotAllowed, match="proposed_already"):
        actions.propose_counter_entry(entry_id=entry.pk, words="重复", by=purse.proposer, now=noon)
    [back] = purse.decide([counter])
    assert (back.cents, back.person, back.counters) == (-entry.cents, entry.person, entry)
    assert RewardEntry.objects.get(pk=entry.pk).cents == entry.cents
    for one, code in ((entry, "taken_back_already"), (back, "is_a_counter_entry")):
        with pytest.raises(NotAllowed, match=code):
            actions.propose_counter_entry(entry_id=one.pk, words="x", by=purse.proposer, now=noon)


@pytest.mark.django_db
def test_what_a_broken_agreement_earned_is_proposed_back_by_itself_for_a_second_person(
    noon: datetime,
) -> None:
    purse = Purse(noon)
    dispute = purse.kept()
    Dispute.objects.filter(pk=dispute.pk).update(source=Source.SWEEP, source_number="1")
    paid_out = purse.decide(purse.propose())
    assert {one.reason for one in paid_out} == {
        Reason.FOUND,
        Reason.AGREED,
        Reason.PERFORMED,
        Reason.SATISFIED,
    }

    performing.break_agreement(dispute_id=dispute.pk, words="到期没有付", by=purse.proposer, now=noon)

    counters = list(RewardProposal.objects.filter(decided_at=None).select_related("counters"))
    assert {one.counters.reason for one in counters if one.counters} == {
        Reason.AGREED,
        Reason.PERFORMED,
        Reason.SATISFIED,  # what was paid for finding it stays
    }
    with pytest.raises(NotAllowed, match="second_person"):
        actions.decide_rewards(
            proposal_ids=[one.pk for one in counters], approve=True, by=purse.proposer, now=noon
        )
    purse.decide(counters)
    assert queries.balance(purse.fund.pk) == 1_000_000 - 2_000
    assert actions.propose_taking_back(dispute_id=dispute.pk, words="再来", by=purse.proposer, now=noon) == []


@pytest.mark.django_db
def test_a_broken_agreement_that_earned_nothing_yet_is_not_paid_any_more(noon: datetime) -> None:
    purse = Purse(noon)
    dispute = purse.kept()
    waiting = purse.propose()

    performing.break_agreement(dispute_id=dispute.pk, words="到期没有付", by=purse.proposer, now=noon)

    with pytest.raises(NotAllowed, match="agreement_not_kept"):
        purse.decide(waiting)
    assert queries.balance(purse.fund.pk) == 1_000_000
    purse.decide(waiting, approve=False)
    assert not RewardProposal.objects.filter(decided_at=None).exists()


def agree_anew(purse: Purse, dispute: Dispute) -> Dispute:
    """Break the agreement of a dispute, mediate it anew, and let the sides agree once more, a day later."""
    purse.now += timedelta(days=1)
    performing.break_agreement(dispute_id=dispute.pk, words="到期没有付", by=purse.proposer, now=purse.now)
    performing.reopen(dispute_id=dispute.pk, by=purse.desk.by, now=purse.now)
    purse.desk.town.now = purse.now
    agreement = draft(dispute_id=dispute.pk, form="written", terms="修好", by=purse.desk.by, now=purse.now)
    return purse.desk.signed(agreement)


@pytest.mark.django_db
def test_a_dispute_mediated_anew_pays_no_part_twice(noon: datetime) -> None:
    purse = Purse(noon)
    dispute = purse.desk.agreed()
    purse.decide(purse.propose())
    agree_anew(purse, dispute)
    Assignment.objects.filter(dispute=dispute).update(mediator=purse.desk.colleague)
    purse.desk.colleague.kind = "people"
    purse.desk.colleague.save()

    assert purse.propose() == []  # what the first agreement earned was not taken back yet
    purse.decide(list(RewardProposal.objects.filter(decided_at=None)))
    [one] = purse.propose()

    assert (one.reason, one.person) == (Reason.AGREED, purse.desk.colleague.person)
    purse.decide([one])
    assert queries.balance(purse.fund.pk) == 1_000_000 - 5_000


@pytest.mark.django_db
def test_whoever_mediates_anew_what_they_mediated_earns_what_was_not_earned_before(noon: datetime) -> None:
    purse = Purse(noon)
    dispute = purse.desk.agreed()
    purse.decide(purse.propose())
    agree_anew(purse, dispute)
    purse.decide(list(RewardProposal.objects.filter(decided_at=None)))  # the first part is taken back
    again = Revisit.objects.filter(agreement__dispute=dispute, agreement__ended_at=None, after_days=90)
    again.update(done_at=purse.now, done_by=purse.desk.town.grid_worker, performed="yes", satisfied=5)

    assert [one.reason for one in purse.propose()] == [Reason.PERFORMED, Reason.SATISFIED]


@pytest.mark.django_db
def test_what_waits_for_an_agreement_that_was_broken_cannot_be_paid_after_it_was_mediated_anew(
    noon: datetime,
) -> None:
    purse = Purse(noon)
    dispute = purse.desk.agreed()
    waiting = purse.propose()
    agree_anew(purse, dispute)
    with pytest.raises(NotAllowed, match="agreement_not_kept"):
        purse.decide(waiting)


@pytest.mark.django_db
def test_the_fund_is_never_paid_below_zero_and_then_nothing_is_paid(noon: datetime) -> None:
    purse = Purse(noon)
    deposit = RewardEntry.objects.get()
    back = actions.propose_counter_entry(entry_id=deposit.pk, words="误拨", by=purse.proposer, now=noon)
    purse.decide([back])
    purse.kept()
    proposals = purse.propose()
    with pytest.raises(NotAllowed, match="fund_too_small"):
        purse.decide(proposals)
    assert RewardProposal.objects.filter(decided_at=None).count() == len(proposals) == 3


@pytest.mark.django_db
def test_the_cap_of_a_month_counts_what_still_waits(noon: datetime) -> None:
    purse = Purse(noon)
    actions.set_formula(
        values={"most_a_month_cents": 12_000},
        reason="试行",
        valid_from=date(2026, 3, 3),
        by=purse.proposer,
        now=noon,
    )
    purse.now = noon + timedelta(days=2)
    for _ in range(3):
        dispute = purse.desk.agreed()
        Dispute.objects.filter(pk=dispute.pk).update(accepted_at=purse.now)
    made = purse.propose()
    assert sum(one.cents for one in made) == -12_000
    assert sum(one.cut_cents for one in made) == 3_000


@pytest.mark.django_db
def test_a_confidential_dispute_earns_nothing_that_a_list_could_tell_of(noon: datetime) -> None:
    purse = Purse(noon)
    Dispute.objects.filter(pk=purse.kept().pk).update(confidential=True)
    assert purse.propose() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"valid_from": date(2026, 3, 1)}, "begins_in_the_past"),
        ({"valid_from": date(2026, 3, 2)}, "formula_of_that_day"),
        ({"reason": " "}, "reason_needed"),
        ({"values": {"agreed_cents": 99_999}}, "more_than_for_performance"),
    ],
)
def test_a_formula_begins_no_earlier_than_today(
    noon: datetime, changed: dict[str, object], code: str
) -> None:
    purse = Purse(noon)
    asked = {"values": {}, "reason": "议定", "valid_from": date(2026, 4, 1), **changed}
    with pytest.raises(NotAllowed, match=code):
        actions.set_formula(**asked, by=purse.proposer, now=noon)


@pytest.mark.django_db
def test_there_is_one_fund_and_deposits_are_sums(noon: datetime) -> None:
    purse = Purse(noon)
    with pytest.raises(NotAllowed, match="fund_is_open"):
        actions.open_fund(name="另一个", by=purse.proposer, now=noon)
    for cents in (0, -5, 10**13):
        with pytest.raises(NotAllowed, match="not_a_sum"):
            actions.propose_deposit(fund_id=purse.fund.pk, cents=cents, words="", by=purse.proposer, now=noon)
    assert Fund.objects.count() == 1


# -- pages


def client_of(person: object) -> Client:
    client = Client()
    client.force_login(person.account)  # type: ignore[attr-defined]
    return client


@pytest.mark.django_db
def test_the_page_proposes_and_a_second_person_approves(noon: datetime) -> None:
    purse = Purse(noon)
    purse.kept()
    overseer = client_of(purse.desk.town.supervisor)
    assert overseer.post("/mediation/rewards/propose/").status_code == 302
    waiting = RewardProposal.objects.filter(decided_at=None)
    assert waiting.count() == 3
    ids = [str(one.pk) for one in waiting]
    page = overseer.post("/mediation/rewards/decide/", {"proposal": ids, "approve": "yes"}, follow=True)
    assert waiting.count() == 3, page.content.decode()[:500]
    purse.decide(list(waiting))
    page = overseer.get("/mediation/rewards/").content.decode()
    assert "9,820.00" in page


@pytest.mark.django_db
def test_everybody_reads_their_own_year_and_nobody_anothers(noon: datetime) -> None:
    purse = Purse(noon)
    purse.kept()
    purse.decide(purse.propose())
    mine = client_of(purse.desk.mediator.person).get("/mediation/rewards/mine/?year=2026").content.decode()
    assert "180.00" in mine
    other = client_of(purse.desk.colleague.person).get("/mediation/rewards/mine/?year=2026").content.decode()
    assert "180.00" not in other
    assert client_of(purse.desk.mediator.person).get("/mediation/rewards/").status_code == 403
    assert client_of(purse.desk.town.resident).get("/mediation/rewards/mine/").status_code == 403


@pytest.mark.django_db
def test_a_statement_of_the_year_is_printed_for_its_person_and_who_runs_the_fund(noon: datetime) -> None:
    purse = Purse(noon)
    purse.kept()
    purse.decide(purse.propose())
    mine = purse.desk.mediator.person
    address = f"/mediation/rewards/statements/{mine.pk}.pdf?year=2026"
    assert address in client_of(mine).get("/mediation/rewards/mine/").content.decode()
    assert address in client_of(purse.desk.town.supervisor).get("/mediation/rewards/").content.decode()

    text = read_pdf(client_of(mine).get(address).content).text
    for expected in ("2026年度人民调解奖励结算单", "调解员老张", "50.00", "180.00", "壹佰捌拾元整"):
        assert expected in text
    assert client_of(purse.desk.town.supervisor).get(address).status_code == 200
    assert client_of(purse.desk.colleague.person).get(address).status_code == 404
    assert client_of(mine).get(address.replace("2026", "2025")).status_code == 404


@pytest.mark.django_db
def test_the_treasury_gets_each_line_with_both_names(noon: datetime) -> None:
    purse = Purse(noon)
    purse.kept()
    purse.decide(purse.propose())
    response = client_of(purse.desk.town.supervisor).get("/mediation/rewards/ledger.csv?month=2026-03")
    rows = list(csv.DictReader(io.StringIO(b"".join(response).decode("utf-8-sig"))))
    assert len(rows) == 4
    assert {row["金额（元）"] for row in rows} == {"10000.00", "-50.00", "-100.00", "-30.00"}
    assert {row["审批人"] for row in rows} == {str(purse.desk.town.officer)}


@pytest.mark.django_db
def test_no_list_of_mediators_by_sums_is_anywhere(noon: datetime) -> None:
    """No public ranking: the ledger is in the order of time, and no page adds up per person but one's own."""
    purse = Purse(noon)
    purse.kept()
    entries = purse.decide(purse.propose())
    shown = [one.pk for one in queries.ledger(purse.fund.pk)]
    assert shown == sorted(shown, reverse=True)
    assert {one.pk for one in entries} < set(shown)
    page = client_of(purse.desk.town.supervisor).get("/mediation/rewards/").content.decode()
    assert "180.00" not in page
