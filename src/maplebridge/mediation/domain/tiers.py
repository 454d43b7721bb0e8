"""Village group, village, town: which tier a dispute begins in, and when it moves up."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class Tier(StrEnum):
    GROUP = "group"  # a village group, a building
    VILLAGE = "village"  # a village or a community
    TOWN = "town"


ORDER = (Tier.GROUP, Tier.VILLAGE, Tier.TOWN)


class Risk(StrEnum):
    """How likely a dispute is to escalate. A property of the dispute, never of a person."""

    LOW = "low"
    RAISED = "raised"
    HIGH = "high"


class RiskSign(StrEnum):
    """What was seen or heard. Signs are of what happens between the sides, never of who somebody is."""

    RAISED_VOICES = "raised_voices"
    REPEATED = "repeated"  # it has flared up before
    MANY_PEOPLE = "many_people"
    GATHERING = "gathering"  # people gather, or speak of going somewhere together
    BLOCKED = "blocked"  # a road, a door, a building site is blocked
    DAMAGED = "damaged"
    THREAT = "threat"
    BLOWS = "blows"
    WEAPON = "weapon"
    SELF_HARM = "self_harm"
    DEATH = "death"  # somebody died, and it is about that


RAISING = frozenset(
    {
        RiskSign.RAISED_VOICES,
        RiskSign.REPEATED,
        RiskSign.MANY_PEOPLE,
        RiskSign.GATHERING,
        RiskSign.BLOCKED,
        RiskSign.DAMAGED,
    }
)
HIGH = frozenset(RiskSign) - RAISING
RAISED_SIGNS_FOR_HIGH = 3


def risk_of(signs: Collection[RiskSign]) -> Risk:
    """Return the risk that stated signs amount to: one grave sign is high, three of the others are too."""
    if HIGH.intersection(signs) or len(RAISING.intersection(signs)) >= RAISED_SIGNS_FOR_HIGH:
        return Risk.HIGH
    return Risk.RAISED if RAISING.intersection(signs) else Risk.LOW


@dataclass(frozen=True, slots=True)
class Size:
    """What a town's rule looks at."""

    people: int
    amount_cents: int | None
    risk: Risk
    beyond_village: bool = False  # the sides live in different villages or communities


@dataclass(frozen=True, slots=True)
class TierLimits:
    """From where on a dispute is no longer small. "Small matters stay in the village, big ones in the town" (S4)."""

    village_from_people: int = 5
    town_from_people: int = 10
    village_from_cents: int = 500_000
    town_from_cents: int = 5_000_000


@dataclass(frozen=True, slots=True)
class Proposed:
    tier: Tier
    why: tuple[str, ...]


def proposed_tier(size: Size, limits: TierLimits) -> Proposed:
    """Return the lowest tier that fits, with the reasons that lift it; the group where nothing does."""
    town = [
        ("many_people", size.people >= limits.town_from_people),
        ("large_amount", (size.amount_cents or 0) >= limits.town_from_cents),
        ("high_risk", size.risk == Risk.HIGH),
        ("beyond_village", size.beyond_village),
    ]
    if why := tuple(code for code, holds in town if holds):
        return Proposed(Tier.TOWN, why)
    village = [
        ("several_people", size.people >= limits.village_from_people),
        ("some_amount", (size.amount_cents or 0) >= limits.village_from_cents),
        ("raised_risk", size.risk == Risk.RAISED),
    ]
    if why := tuple(code for code, holds in village if holds):
        return Proposed(Tier.VILLAGE, why)
    return Proposed(Tier.GROUP, ("small",))


def above(tier: Tier) -> Tier | None:
    """Return the next tier up, or None above the town."""
    place = ORDER.index(tier) + 1
    return ORDER[place] if place < len(ORDER) else None
