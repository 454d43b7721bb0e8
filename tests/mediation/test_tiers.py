import pytest

from maplebridge.mediation.domain.tiers import (
    HIGH,
    RAISING,
    Risk,
    RiskSign,
    Size,
    Tier,
    TierLimits,
    above,
    proposed_tier,
    risk_of,
)

LIMITS = TierLimits()


def test_every_sign_raises_the_risk() -> None:
    assert set(RiskSign) == RAISING | HIGH
    assert all(risk_of([sign]) != Risk.LOW for sign in RiskSign)


@pytest.mark.parametrize(
    ("signs", "risk"),
    [
        ([], Risk.LOW),
        ([RiskSign.RAISED_VOICES], Risk.RAISED),
        ([RiskSign.REPEATED, RiskSign.BLOCKED], Risk.RAISED),
        ([RiskSign.REPEATED, RiskSign.BLOCKED, RiskSign.GATHERING], Risk.HIGH),
        ([RiskSign.THREAT], Risk.HIGH),
        ([RiskSign.SELF_HARM, RiskSign.RAISED_VOICES], Risk.HIGH),
    ],
)
def test_risk_is_what_stated_signs_amount_to(signs: list[RiskSign], risk: Risk) -> None:
    assert risk_of(signs) == risk


@pytest.mark.parametrize(
    ("size", "tier", "why"),
    [
        (Size(2, None, Risk.LOW), Tier.GROUP, ("small",)),
        (Size(2, 499_999, Risk.LOW), Tier.GROUP, ("small",)),
        (Size(2, 500_000, Risk.LOW), Tier.VILLAGE, ("some_amount",)),
        (Size(5, None, Risk.RAISED), Tier.VILLAGE, ("several_people", "raised_risk")),
        (Size(10, None, Risk.LOW), Tier.TOWN, ("many_people",)),
        (Size(2, 5_000_000, Risk.HIGH), Tier.TOWN, ("large_amount", "high_risk")),
        (Size(2, None, Risk.LOW, beyond_village=True), Tier.TOWN, ("beyond_village",)),
    ],
)
def test_small_matters_stay_in_the_village_and_big_ones_in_the_town(
    size: Size, tier: Tier, why: tuple[str, ...]
) -> None:
    proposed = proposed_tier(size, LIMITS)

    assert (proposed.tier, proposed.why) == (tier, why)


def test_above_the_town_is_no_tier() -> None:
    assert [above(tier) for tier in Tier] == [Tier.VILLAGE, Tier.TOWN, None]
