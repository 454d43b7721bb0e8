import pytest

from maplebridge.mediation.domain.audiences import (
    MEDIATOR,
    OUTSIDE,
    Audience,
    AudienceRefused,
    Viewer,
    check_audience,
    hears,
)

LEFT, RIGHT = 1, 2
LEFT_SIDE, RIGHT_SIDE = Viewer(side_id=LEFT), Viewer(side_id=RIGHT)


@pytest.mark.parametrize(
    ("audience", "side", "left", "right"),
    [
        (Audience.MEDIATORS, None, False, False),
        (Audience.SIDE, LEFT, True, False),
        (Audience.SIDE, RIGHT, False, True),
        (Audience.BOTH, None, True, True),
    ],
)
def test_who_hears_what(audience: Audience, side: int | None, left: bool, right: bool) -> None:
    assert hears(MEDIATOR, audience, side)
    assert hears(LEFT_SIDE, audience, side) is left
    assert hears(RIGHT_SIDE, audience, side) is right
    assert not hears(OUTSIDE, audience, side)


def test_a_guest_hears_what_is_for_all_in_their_session() -> None:
    guest = Viewer(guest_in=7)

    assert hears(guest, Audience.BOTH, None, session_id=7)
    assert not hears(guest, Audience.BOTH, None, session_id=8)
    assert not hears(guest, Audience.BOTH, None)
    assert not hears(guest, Audience.SIDE, LEFT, session_id=7)
    assert not hears(guest, Audience.MEDIATORS, None, session_id=7)
    assert hears(Viewer(side_id=LEFT, guest_in=7), Audience.SIDE, LEFT)  # a party is a party first


def say(
    speaker: Viewer, audience: Audience, side: int | None = None, *, private_with: int | None = None
) -> None:
    check_audience(
        audience=audience,
        side_id=side,
        speaker=speaker,
        session_side_id=private_with,
        in_private_session=private_with is not None,
    )


def test_what_may_be_said() -> None:
    say(LEFT_SIDE, Audience.BOTH)
    say(LEFT_SIDE, Audience.SIDE, LEFT)
    say(LEFT_SIDE, Audience.SIDE, LEFT, private_with=LEFT)
    say(MEDIATOR, Audience.SIDE, RIGHT)
    say(MEDIATOR, Audience.SIDE, RIGHT, private_with=RIGHT)
    say(MEDIATOR, Audience.MEDIATORS, private_with=RIGHT)


@pytest.mark.parametrize(
    ("speaker", "audience", "side", "private_with", "code"),
    [
        (LEFT_SIDE, Audience.SIDE, RIGHT, None, "other_side"),
        (LEFT_SIDE, Audience.MEDIATORS, None, None, "own_words_are_heard"),
        (LEFT_SIDE, Audience.BOTH, None, LEFT, "private_talk"),
        (LEFT_SIDE, Audience.SIDE, LEFT, RIGHT, "private_talk"),
        (MEDIATOR, Audience.BOTH, None, LEFT, "private_talk"),
        (MEDIATOR, Audience.SIDE, RIGHT, LEFT, "private_talk"),
        (MEDIATOR, Audience.SIDE, None, None, "side_needed"),
        (MEDIATOR, Audience.BOTH, LEFT, None, "side_too_many"),
        (OUTSIDE, Audience.BOTH, None, None, "not_in_the_dispute"),
    ],
)
def test_what_may_not(
    speaker: Viewer, audience: Audience, side: int | None, private_with: int | None, code: str
) -> None:
    with pytest.raises(AudienceRefused) as refusal:
        say(speaker, audience, side, private_with=private_with)

    assert refusal.value.code == code


def test_nothing_that_may_be_said_in_a_private_talk_is_heard_by_the_other_side() -> None:
    for speaker in (MEDIATOR, LEFT_SIDE, RIGHT_SIDE):
        for audience in Audience:
            for side in (None, LEFT, RIGHT):
                try:
                    say(speaker, audience, side, private_with=LEFT)
                except AudienceRefused:
                    continue
                assert not hears(RIGHT_SIDE, audience, side)
