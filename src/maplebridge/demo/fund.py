"""The demo town's fund for mediators: money put in, a formula, what was earned, and what waits for a second person."""

from datetime import datetime, timedelta

from maplebridge.mediation import actions
from maplebridge.mediation.actions import rewarding
from maplebridge.mediation.domain.rewards import Formula
from maplebridge.people import queries as people
from maplebridge.people.domain.roles import Role

OPENED_BEFORE = timedelta(days=35)  # the oldest dispute of the town is thirty days old
PUT_IN_CENTS = 2_000_000


def load_fund(*, now: datetime) -> int:
    """Open the fund and propose what the disputes so far have earned; approve half of it. Return how many wait."""
    begun = now - OPENED_BEFORE
    proposer, decider = (
        actions.By(people.holders_of(role, now.date())[0], role.value)
        for role in (Role.ADMINISTRATOR, Role.SUPERVISOR)
    )
    fund = rewarding.open_fund(name="人民调解以奖代补", by=proposer, now=begun)
    rewarding.set_formula(
        values=Formula().as_values(),
        reason="镇政府办公会决定",
        valid_from=begun.date(),
        by=proposer,
        now=begun,
    )
    put_in = rewarding.propose_deposit(
        fund_id=fund.pk, cents=PUT_IN_CENTS, words="财政拨款", by=proposer, now=begun
    )
    rewarding.decide_rewards(
        proposal_ids=[put_in.pk], approve=True, by=decider, now=begun + timedelta(hours=2)
    )
    earned = rewarding.propose_rewards(fund_id=fund.pk, by=proposer, now=now - timedelta(hours=2))
    approved = [one.pk for one in earned[: len(earned) // 2]]
    rewarding.decide_rewards(proposal_ids=approved, approve=True, by=decider, now=now - timedelta(hours=1))
    return len(earned) - len(approved)
