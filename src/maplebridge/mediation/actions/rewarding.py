"""Rewards: one person proposes, another decides; only what was decided is in the ledger, and there it stays."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from maplebridge.kernel.periods import Month
from maplebridge.mediation.actions.record import By, NotAllowed
from maplebridge.mediation.domain.rewards import (
    FOR_THE_AGREEMENT,
    Due,
    Formula,
    FormulaProblem,
    Reason,
    RewardCase,
    capped,
    dues,
    formula_of,
)
from maplebridge.mediation.domain.workflow import State
from maplebridge.mediation.models import Agreement, Fund, RewardEntry, RewardFormula, RewardProposal
from maplebridge.mediation.queries import local_day
from maplebridge.mediation.queries import rewards as queries
from maplebridge.platform.audit import action

MOST_CENTS = 10**12


@action
def open_fund(*, name: str, by: By, now: datetime) -> Fund:
    """Open the town's fund; there is one at a time."""
    if not name.strip():
        raise NotAllowed("name_needed")
    if queries.the_fund() is not None:
        raise NotAllowed("fund_is_open")
    return Fund.objects.create(name=name.strip(), opened_by_id=_person(by), opened_at=now)


@action
def set_formula(
    *, values: dict[str, Any], reason: str, valid_from: date, by: By, now: datetime
) -> RewardFormula:
    """Set the formula from a day on, with a reason. What was earned by an earlier one is not computed anew."""
    if not reason.strip():
        raise NotAllowed("reason_needed")
    if valid_from < local_day(now):
        raise NotAllowed("begins_in_the_past")
    if RewardFormula.objects.filter(valid_from=valid_from).exists():
        raise NotAllowed("formula_of_that_day")
    try:
        formula = formula_of(values)
    except FormulaProblem as problem:
        raise NotAllowed(problem.code, name=problem.name) from problem
    return RewardFormula.objects.create(
        values=formula.as_values(), reason=reason, valid_from=valid_from, made_by_id=_person(by), made_at=now
    )


@action
def propose_deposit(*, fund_id: int, cents: int, words: str, by: By, now: datetime) -> RewardProposal:
    """Propose to put money into the fund."""
    if not 0 < cents <= MOST_CENTS:
        raise NotAllowed("not_a_sum")
    return RewardProposal.objects.create(
        fund_id=fund_id,
        reason=Reason.DEPOSIT,
        cents=cents,
        words=words,
        proposed_by_id=_person(by),
        proposed_at=now,
    )


@action
def propose_rewards(*, fund_id: int, by: By, now: datetime) -> list[RewardProposal]:
    """Propose what was earned up to now and never proposed before, within the caps of month and year."""
    Fund.objects.select_for_update().get(pk=fund_id)
    first = RewardFormula.objects.order_by("valid_from").first()
    if first is None:
        raise NotAllowed("no_formula")
    before = queries.proposed_before()
    made: list[RewardProposal] = []
    for dated, earned in _earned(first.valid_from, now, before):
        made += [
            _proposal(fund_id, dated, one, _person(by), now)
            for one in _within_caps(fund_id, dated, earned, now, made)
        ]
    return made


def _earned(
    first: date, now: datetime, before: set[tuple[int, int, Reason]]
) -> list[tuple[queries.Dated, list[Due]]]:
    """Return what is new, by the formula in force when each dispute was taken on."""
    by_formula: dict[int, tuple[queries.Dated, list[Due]]] = {}
    for day, case in queries.reward_cases(first, now):
        dated = queries.formula_on(day)
        if dated is None:
            continue
        known = by_formula.setdefault(dated.id, (dated, []))[1]
        known += [
            one
            for one in _of_case(case, dated.formula)
            if (one.dispute_id, one.person_id, one.reason) not in before
        ]
    return list(by_formula.values())


def _of_case(case: RewardCase, formula: Formula) -> list[Due]:
    """Return what a dispute earned, without what officers and lawyers do as their duty."""
    kinds = queries.rewarded_kinds(set(case.mediators))
    return [
        one
        for one in dues(case, formula)
        if one.reason is Reason.FOUND or kinds.get(one.person_id, set()).intersection(formula.kinds)
    ]


def _within_caps(
    fund_id: int, dated: queries.Dated, earned: Sequence[Due], now: datetime, made: Sequence[RewardProposal]
) -> list[Due]:
    month = Month.of(local_day(now))
    waiting = queries.waiting_for_each(fund_id)  # with those proposed in this very deed
    spent = [queries.paid_to_each(month, whole_year=whole) for whole in (False, True)]
    month_sums, year_sums = (
        {person: paid.get(person, 0) + waiting.get(person, 0) for person in paid.keys() | waiting.keys()}
        for paid in spent
    )
    allowed = capped(earned, dated.formula, this_month=month_sums, this_year=year_sums)
    return [one for one in allowed if one.cents]


def _proposal(fund_id: int, dated: queries.Dated, due: Due, proposer: int, now: datetime) -> RewardProposal:
    return RewardProposal.objects.create(
        fund_id=fund_id,
        reason=due.reason,
        person_id=due.person_id,
        dispute_id=due.dispute_id,
        formula_id=dated.id,
        cents=-due.cents,
        cut_cents=due.cut_cents,
        proposed_by_id=proposer,
        proposed_at=now,
    )


@action
def propose_counter_entry(*, entry_id: int, words: str, by: By, now: datetime) -> RewardProposal:
    """Propose to take an entry back. The entry stays as it is; the counter-entry stands beside it."""
    if not words.strip():
        raise NotAllowed("reason_needed")
    entry = RewardEntry.objects.select_related("fund").get(pk=entry_id)
    Fund.objects.select_for_update().get(pk=entry.fund_id)
    if entry.counters_id is not None:
        raise NotAllowed("is_a_counter_entry")
    if RewardEntry.objects.filter(counters=entry).exists():
        raise NotAllowed("taken_back_already")
    if RewardProposal.objects.filter(counters=entry, decided_at=None).exists():
        raise NotAllowed("proposed_already")
    return RewardProposal.objects.create(
        fund_id=entry.fund_id,
        reason=Reason.COUNTER,
        person_id=entry.person_id,
        dispute_id=entry.dispute_id,
        formula_id=entry.formula_id,
        counters=entry,
        cents=-entry.cents,
        words=words,
        proposed_by_id=_person(by),
        proposed_at=now,
    )


@action
def propose_taking_back(*, dispute_id: int, words: str, by: By, now: datetime) -> list[RewardProposal]:
    """Propose to take back what an agreement that was not kept has earned; a second person decides, as always.

    What was paid for finding the dispute stays: it was found.
    """
    earned = RewardEntry.objects.filter(dispute_id=dispute_id, reason__in=sorted(FOR_THE_AGREEMENT))
    open_ones = earned.filter(countered_by=None)
    waiting = RewardProposal.objects.filter(counters__in=open_ones, decided_at=None).values("counters_id")
    return [
        propose_counter_entry(entry_id=one.pk, words=words, by=by, now=now)
        for one in open_ones.exclude(pk__in=waiting).order_by("pk")
    ]


@action
def decide_rewards(*, proposal_ids: Sequence[int], approve: bool, by: By, now: datetime) -> list[RewardEntry]:
    """Approve or refuse proposals of somebody else, none of them for oneself: all of them or none.

    Approved ones are written into the ledger; the fund is never paid below zero.
    """
    decider = _person(by)
    with transaction.atomic():
        found = RewardProposal.objects.select_for_update().filter(pk__in=list(proposal_ids)).order_by("pk")
        proposals = list(found)
        if len(proposals) != len(set(proposal_ids)) or not proposals:
            raise NotAllowed("not_there")
        for one in proposals:
            if one.decided_at is not None:
                raise NotAllowed("decided_already")
            if one.proposed_by_id == decider:
                raise NotAllowed("second_person")
            if one.person_id == decider:
                raise NotAllowed("not_for_yourself")
            if approve and _is_broken(one):
                raise NotAllowed("agreement_not_kept")
        funds = {one.fund_id for one in proposals}
        for fund in Fund.objects.select_for_update().filter(pk__in=funds).order_by("pk"):
            change = sum(one.cents for one in proposals if one.fund_id == fund.pk)
            if approve and change < 0 and queries.balance(fund.pk) + change < 0:
                raise NotAllowed("fund_too_small")
        entries = [_entry(one, decider, now) for one in proposals] if approve else []
        for one in proposals:
            one.decided_by_id, one.decided_at, one.approved = decider, now, approve
            one.save(update_fields=["decided_by", "decided_at", "approved"])
        return entries


def _is_broken(one: RewardProposal) -> bool:
    """Say whether an agreement was broken, or is mediated anew, after a reward for it was proposed."""
    if one.dispute is None or Reason(one.reason) not in FOR_THE_AGREEMENT:
        return False
    kept = Agreement.objects.filter(
        dispute=one.dispute, ended_at=None, effective_at__lte=one.proposed_at
    ).exists()
    return one.dispute.state == State.BROKEN or not kept


def _entry(one: RewardProposal, decider: int, now: datetime) -> RewardEntry:
    return RewardEntry.objects.create(
        fund_id=one.fund_id,
        reason=one.reason,
        person_id=one.person_id,
        dispute_id=one.dispute_id,
        formula_id=one.formula_id,
        counters_id=one.counters_id,
        cents=one.cents,
        words=one.words,
        proposed_by_id=one.proposed_by_id,
        approved_by_id=decider,
        at=now,
    )


def _person(by: By) -> int:
    if by.person_id is None:
        raise NotAllowed("say_who")
    return by.person_id
