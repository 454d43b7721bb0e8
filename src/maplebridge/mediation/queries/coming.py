"""The sessions at which somebody is expected who mediates none of them: as a party, or as a guest."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from maplebridge.mediation.models import Attendance, Session
from maplebridge.mediation.permissions import sessions_as_guest
from maplebridge.people.domain.standing import Standing

AHEAD = timedelta(days=14)
MOST = 3  # on a first page; the rest is under "My mediations"


@dataclass(frozen=True, slots=True)
class Coming:
    session_id: int
    starts_at: datetime
    room: str  # empty: online
    as_guest: bool


def coming_sessions(standing: Standing, now: datetime) -> list[Coming]:
    """Return the next sessions of somebody; what they are about stands in the room only."""
    if standing.person_id is None:
        return []
    ahead = {"canceled_at": None, "held_at": None, "ends_at__gt": now, "starts_at__lt": now + AHEAD}
    as_party = Attendance.objects.filter(person_id=standing.person_id, role="party", canceled_at=None)
    mine = Session.objects.filter(pk__in=as_party.values("session_id"), **ahead).select_related("room")
    invited = sessions_as_guest(standing).filter(**ahead)
    found = [_coming(one, as_guest=False) for one in mine.order_by("starts_at", "pk")[:MOST]]
    known = {one.session_id for one in found}
    found += [_coming(one, as_guest=True) for one in invited[:MOST] if one.pk not in known]
    return sorted(found, key=lambda one: (one.starts_at, one.session_id))[:MOST]


def _coming(session: Session, *, as_guest: bool) -> Coming:
    return Coming(session.pk, session.starts_at, session.room.name if session.room else "", as_guest)
