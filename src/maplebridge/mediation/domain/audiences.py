"""Who hears what. Everything said, shown or offered in a dispute names its audience; this decides who is in it."""

from dataclasses import dataclass
from enum import StrEnum


class Audience(StrEnum):
    MEDIATORS = "mediators"
    SIDE = "side"  # one side, and the mediators
    BOTH = "both"  # every side, and the mediators


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody as seen from one dispute: a mediator of it, one of its sides, a guest of a joint session, or nobody."""

    mediates: bool = False
    side_id: int | None = None
    guest_in: int | None = None  # the one session whose guest they are

    @property
    def is_outside(self) -> bool:
        return not self.mediates and self.side_id is None and self.guest_in is None

    @property
    def is_guest(self) -> bool:
        """Say whether they hear as a guest only: whoever mediates or is a party hears as that."""
        return not self.mediates and self.side_id is None and self.guest_in is not None


OUTSIDE = Viewer()
MEDIATOR = Viewer(mediates=True)


class AudienceRefused(Exception):
    """What was to be said would reach somebody whom it must not reach. `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def hears(viewer: Viewer, audience: Audience, side_id: int | None, *, session_id: int | None = None) -> bool:
    """Say whether a viewer may know of something with this audience. Whoever is outside hears nothing.

    A guest hears what was said or shown to all in their session, and nothing else.
    """
    if viewer.mediates:
        return True
    if viewer.is_guest:
        return audience == Audience.BOTH and session_id == viewer.guest_in
    if viewer.side_id is None:
        return False
    return audience == Audience.BOTH or (audience == Audience.SIDE and viewer.side_id == side_id)


def check_audience(
    *,
    audience: Audience,
    side_id: int | None,
    speaker: Viewer,
    session_side_id: int | None,
    in_private_session: bool,
) -> None:
    """Raise `AudienceRefused` unless a speaker may say something to this audience, here.

    A guest speaks to all, as they are heard by all. A side speaks to the mediators together with itself, or to all;
    never to the other side alone. What is said in a private talk stays with that side and the mediators, whoever says
    it.
    """
    if (audience == Audience.SIDE) != (side_id is not None):
        raise AudienceRefused("side_needed" if audience == Audience.SIDE else "side_too_many")
    if speaker.is_outside:
        raise AudienceRefused("not_in_the_dispute")
    if speaker.is_guest and (audience != Audience.BOTH or in_private_session):
        raise AudienceRefused("guests_speak_to_all")
    if not speaker.mediates:
        if audience == Audience.MEDIATORS:
            raise AudienceRefused("own_words_are_heard")  # whoever says something hears it
        if audience == Audience.SIDE and side_id != speaker.side_id:
            raise AudienceRefused("other_side")
    if not in_private_session:
        return
    if audience == Audience.BOTH or (audience == Audience.SIDE and side_id != session_side_id):
        raise AudienceRefused("private_talk")
    if not speaker.mediates and speaker.side_id != session_side_id:
        raise AudienceRefused("private_talk")
