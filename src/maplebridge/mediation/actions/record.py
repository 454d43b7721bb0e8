"""What every deed on a dispute shares: taking it, moving it along its table, writing its time line, telling."""

from datetime import datetime
from typing import Any

from maplebridge.conversations.actions import vector_of
from maplebridge.matters.actions import SYSTEM as SYSTEM
from maplebridge.matters.actions import By as By
from maplebridge.mediation.domain import workflow
from maplebridge.mediation.domain.audiences import Audience
from maplebridge.mediation.domain.workflow import OPEN, RUNNING, State
from maplebridge.mediation.models import Dispute, Entry, Side
from maplebridge.platform import live


class NotAllowed(Exception):
    """The deed is not this person's to do, or not now. `code` says why; pages put it into words."""

    def __init__(self, code: str, **about: Any) -> None:
        super().__init__(code)
        self.code = code
        self.about = about


def take(dispute_id: int) -> Dispute:
    """Return the dispute, held against everybody else until the transaction ends."""
    dispute = Dispute.objects.select_for_update(of=("self",)).get(pk=dispute_id)
    if dispute.erased_at is not None:
        raise NotAllowed("erased")
    return dispute


def take_side(side_id: int) -> tuple[Side, Dispute]:
    side = Side.objects.get(pk=side_id)
    dispute = take(side.dispute_id)
    side.refresh_from_db()
    return side, dispute


def must_be(dispute: Dispute, *states: State) -> None:
    """Refuse what comes too late: somebody else has moved the dispute on."""
    if dispute.state in states:
        return
    raise NotAllowed("dispute_not_open" if dispute.state not in OPEN else "not_now", state=dispute.state)


def move(dispute: Dispute, wanted: State, *, by_system: bool = False) -> None:
    workflow.check_transition(State(dispute.state), wanted, by_system=by_system)
    dispute.state = wanted


def note(
    dispute: Dispute,
    deed: str,
    *,
    by: By,
    now: datetime,
    text: str = "",
    audience: Audience = Audience.MEDIATORS,
    side_id: int | None = None,
    **facts: Any,
) -> Entry:
    """Write one line of the time line. `facts` are ids, codes and numbers, never what somebody said."""
    return Entry.objects.create(
        dispute=dispute,
        deed=deed,
        at=now,
        by_id=by.person_id,
        by_role=by.role,
        text=text,
        facts=facts,
        audience=audience,
        side_id=side_id,
    )


def wake_at(dispute: Dispute) -> datetime | None:
    """Return the next moment at which something is due on the dispute itself."""
    moments: list[datetime | None] = []
    if dispute.state in OPEN and dispute.calm_contact_id is not None and dispute.calmed_at is None:
        moments.append(dispute.calm_until)
    if dispute.state in RUNNING:
        moments.append(dispute.due_at if dispute.overdue_noted_at is None else None)
        stay = dispute.stays.filter(until=None).first()
        if stay is not None and stay.overdue_noted_at is None:
            moments.append(stay.due_at)
    return min((one for one in moments if one is not None), default=None)


def save(dispute: Dispute, *changed: str) -> None:
    dispute.wake_at = wake_at(dispute)
    dispute.save(update_fields=[*changed, "wake_at"])


def index(dispute: Dispute) -> None:
    """Keep the words under which it is found: of the summary and the place, never of what was said later."""
    words = f"{dispute.summary} {dispute.place}"
    Dispute.objects.filter(pk=dispute.pk).update(words=vector_of(words))


def tell(
    dispute: Dispute,
    kind: str = "dispute",
    id: int | None = None,
    *,
    audience: Audience = Audience.MEDIATORS,
    side_id: int | None = None,
    session_id: int | None = None,
) -> None:
    """Tell the open pages of those who hear it: the mediators', those of the sides in the audience, of the guests."""
    topics = [f"dispute:{dispute.pk}"]
    if audience == Audience.SIDE and side_id is not None:
        topics.append(f"side:{side_id}")
    if audience == Audience.BOTH:
        topics += [f"side:{one}" for one in dispute.sides.values_list("pk", flat=True)]
        topics += [f"guests:{session_id}"] if session_id is not None else []
    live.tell_all([(topic, kind, id if id is not None else dispute.pk) for topic in topics])


def tell_person(person_id: int, dispute: Dispute) -> None:
    live.tell(f"person:{person_id}", "dispute", dispute.pk)


def in_order(now: datetime, moment: datetime, code: str) -> None:
    """Refuse a moment that has passed where a later one is meant."""
    if moment <= now:
        raise NotAllowed(code)


def about(dispute: Dispute, now: datetime) -> dict[str, Any]:
    """Return what every event of a dispute says."""
    return {"dispute_id": dispute.pk, "grid_id": dispute.grid_id, "type": dispute.type, "occurred_at": now}
