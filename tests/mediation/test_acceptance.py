from dataclasses import replace
from datetime import date

import pytest

from maplebridge.mediation.domain.acceptance import (
    Facts,
    Grave,
    Missing,
    Obstacle,
    PartyFacts,
    SideFacts,
    Touches,
    age_on,
    confirmation_allowed,
    electronic_signature_allowed,
    missing,
)
from maplebridge.mediation.domain.tiers import Risk

TODAY = date(2026, 3, 2)
LEFT = SideFacts(1, True, True, [PartyFacts(11)])
RIGHT = SideFacts(2, True, True, [PartyFacts(21)])
READY = Facts([LEFT, RIGHT], True, Risk.LOW, False, [], TODAY)


def test_nothing_stands_in_the_way() -> None:
    assert missing(READY) == []


@pytest.mark.parametrize(
    ("facts", "obstacle"),
    [
        (replace(READY, grave=[Grave.VIOLENCE_AT_HOME]), Missing(Obstacle.GRAVE)),
        (replace(READY, risk=Risk.RAISED), Missing(Obstacle.CALM_FIRST)),
        (replace(READY, sides=[LEFT]), Missing(Obstacle.NO_TWO_SIDES)),
        (replace(READY, free_told=False), Missing(Obstacle.NOT_FREE)),
        (replace(READY, sides=[LEFT, replace(RIGHT, wants=False)]), Missing(Obstacle.SIDE_REFUSES, 2)),
        (replace(READY, sides=[LEFT, replace(RIGHT, wants=None)]), Missing(Obstacle.SIDE_NOT_ASKED, 2)),
        (replace(READY, sides=[LEFT, replace(RIGHT, parties=[])]), Missing(Obstacle.SIDE_EMPTY, 2)),
        (
            replace(READY, sides=[replace(LEFT, told_rights=False), RIGHT]),
            Missing(Obstacle.RIGHTS_NOT_TOLD, 1),
        ),
        (
            replace(READY, sides=[replace(LEFT, parties=[PartyFacts(11, born=date(2008, 3, 3))]), RIGHT]),
            Missing(Obstacle.MINOR_ALONE, 1, 11),
        ),
        (
            replace(
                READY,
                sides=[replace(LEFT, parties=[PartyFacts(n, represents=True) for n in range(6)]), RIGHT],
            ),
            Missing(Obstacle.TOO_MANY_REPRESENTATIVES, 1),
        ),
    ],
)
def test_each_thing_that_the_law_asks_is_named_when_it_is_missing(facts: Facts, obstacle: Missing) -> None:
    assert missing(facts) == [obstacle]


def test_a_raised_risk_that_somebody_looks_after_is_no_obstacle() -> None:
    assert missing(replace(READY, risk=Risk.HIGH, calm_arranged=True)) == []


def test_a_minor_with_a_guardian_and_somebody_who_turns_eighteen_today_may_come() -> None:
    child = PartyFacts(11, born=date(2015, 1, 1), has_guardian=True)
    adult = PartyFacts(12, born=date(2008, 3, 2))

    assert missing(replace(READY, sides=[replace(LEFT, parties=[child, adult]), RIGHT])) == []


@pytest.mark.parametrize(
    ("born", "age"),
    [(date(2008, 3, 2), 18), (date(2008, 3, 3), 17), (date(2004, 2, 29), 22), (date(2026, 3, 3), -1)],
)
def test_age_counts_full_years(born: date, age: int) -> None:
    assert age_on(born, TODAY) == age


def test_marriage_adoption_and_inheritance_are_not_signed_electronically() -> None:
    assert electronic_signature_allowed(by_type=True, touches=[])
    assert not electronic_signature_allowed(by_type=False, touches=[])
    for touched in (Touches.MARRIAGE, Touches.ADOPTION, Touches.INHERITANCE):
        assert not electronic_signature_allowed(by_type=True, touches=[touched])


def test_an_inheritance_may_be_confirmed_by_a_court_and_a_divorce_not() -> None:
    assert confirmation_allowed(by_type=True, touches=[Touches.INHERITANCE])
    assert not confirmation_allowed(by_type=True, touches=[Touches.MARRIAGE])
