"""What the law asks before mediation begins. Each obstacle is named; pages put it into words with its source."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from maplebridge.mediation.domain.tiers import Risk

ADULT = 18
FOURTEEN = 14  # below it a guardian agrees to every use of a child's data (Minors Protection Law, art. 72)
_CARD = re.compile(r"\d{17}[\dX]")
MOST_REPRESENTATIVES = 5  # of a side with many people


class Grave(StrEnum):
    """What never comes to ordinary mediation."""

    VIOLENCE_AT_HOME = "violence_at_home"  # Anti-Domestic Violence Law
    CHILD_ABUSE = "child_abuse"  # Minors Protection Law, art. 11: whoever finds it reports it
    CRIME = "crime"  # People's Mediation Law, art. 25: report to the police at once


REPORT_DUTY = frozenset({Grave.CHILD_ABUSE})  # within a deadline, by whoever found it
TO_CONFIDENTIAL = frozenset({Grave.VIOLENCE_AT_HOME, Grave.CHILD_ABUSE})


class Touches(StrEnum):
    """What a dispute touches beside its type, as far as the law makes a difference."""

    MARRIAGE = "marriage"
    ADOPTION = "adoption"
    INHERITANCE = "inheritance"
    UTILITIES = "utilities"  # that water, heat, gas or power be cut off


# Electronic Signature Law (2019), art. 3: not by electronic signature.
NO_ELECTRONIC_SIGNATURE = frozenset(Touches)
# 法释〔2011〕5号, on judicial confirmation: relations of identity, adoption and marriage are not confirmed.
NO_CONFIRMATION = frozenset({Touches.MARRIAGE, Touches.ADOPTION})


class Obstacle(StrEnum):
    NOT_FREE = "free_not_told"  # art. 4: it is free, and everybody is told so
    NO_TWO_SIDES = "no_two_sides"
    SIDE_EMPTY = "side_empty"
    SIDE_NOT_ASKED = "side_not_asked"
    SIDE_REFUSES = "side_refuses"  # art. 17: a clear refusal ends it
    RIGHTS_NOT_TOLD = "rights_not_told"  # art. 23
    MINOR_ALONE = "minor_alone"
    TOO_MANY_REPRESENTATIVES = "too_many_representatives"
    CALM_FIRST = "calm_first"  # a raised risk is calmed before anything else
    GRAVE = "grave"


@dataclass(frozen=True, slots=True)
class PartyFacts:
    id: int
    born: date | None = None
    has_guardian: bool = False
    represents: bool = False


@dataclass(frozen=True, slots=True)
class SideFacts:
    id: int
    wants: bool | None
    told_rights: bool
    parties: Sequence[PartyFacts]


@dataclass(frozen=True, slots=True)
class Facts:
    sides: Sequence[SideFacts]
    free_told: bool
    risk: Risk
    calm_arranged: bool
    grave: Collection[Grave]
    on: date


@dataclass(frozen=True, slots=True)
class Missing:
    """One obstacle, of the whole dispute or of one side or party."""

    obstacle: Obstacle
    side_id: int | None = None
    party_id: int | None = None


def age_on(born: date, on: date) -> int:
    """Return full years; a day of birth in the future gives a negative number."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def born_as_in_papers(number: str) -> date | None:
    """Return the day of birth that the number of an identity card tells (GB 11643: its seventh to 14th digit)."""
    if not _CARD.fullmatch(number):
        return None
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def is_minor(born: date | None, on: date) -> bool:
    """Say whether somebody is under 18; of whom no birthday is known, nothing is presumed."""
    return born is not None and age_on(born, on) < ADULT


def missing(facts: Facts) -> list[Missing]:
    """Return everything that stands in the way, in the order in which it is dealt with; none: it may begin."""
    return list(_missing(facts))


def _missing(facts: Facts) -> Iterator[Missing]:
    if facts.grave:
        yield Missing(Obstacle.GRAVE)
    if facts.risk != Risk.LOW and not facts.calm_arranged:
        yield Missing(Obstacle.CALM_FIRST)
    if len(facts.sides) < 2:
        yield Missing(Obstacle.NO_TWO_SIDES)
    if not facts.free_told:
        yield Missing(Obstacle.NOT_FREE)
    for side in facts.sides:
        yield from _of_side(side, facts.on)


def _of_side(side: SideFacts, on: date) -> Iterator[Missing]:
    if not side.parties:
        yield Missing(Obstacle.SIDE_EMPTY, side.id)
    if side.wants is False:
        yield Missing(Obstacle.SIDE_REFUSES, side.id)
    elif side.wants is None:
        yield Missing(Obstacle.SIDE_NOT_ASKED, side.id)
    if not side.told_rights:
        yield Missing(Obstacle.RIGHTS_NOT_TOLD, side.id)
    if sum(party.represents for party in side.parties) > MOST_REPRESENTATIVES:
        yield Missing(Obstacle.TOO_MANY_REPRESENTATIVES, side.id)
    for party in side.parties:
        if is_minor(party.born, on) and not party.has_guardian:
            yield Missing(Obstacle.MINOR_ALONE, side.id, party.id)


def electronic_signature_allowed(*, by_type: bool, touches: Collection[Touches]) -> bool:
    return by_type and not NO_ELECTRONIC_SIGNATURE.intersection(touches)


def confirmation_allowed(*, by_type: bool, touches: Collection[Touches]) -> bool:
    return by_type and not NO_CONFIRMATION.intersection(touches)
