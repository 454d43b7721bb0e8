"""What every deed on a matter shares: taking it, moving it along its table, writing its time line, telling."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.utils import translation

from maplebridge.conversations import actions as conversations
from maplebridge.conversations.queries import thread_names
from maplebridge.matters.domain import workflow
from maplebridge.matters.domain.deadlines import morning_of
from maplebridge.matters.domain.workflow import CallOutStatus, State
from maplebridge.matters.models import CallOut, Entry, Matter, Reporter
from maplebridge.matters.queries import town_zone
from maplebridge.people.domain.standing import Standing
from maplebridge.platform import live
from maplebridge.platform.stages import stage


@dataclass(frozen=True, slots=True)
class By:
    """Who does something to a matter, in which role. Without a person it is the clock or the product."""

    person_id: int | None = None
    role: str = "system"

    @classmethod
    def of(cls, standing: Standing) -> Self:
        """Return how what somebody signed in does stands on the record."""
        return cls(standing.person, standing.main_role)


SYSTEM = By()


class NotAllowed(Exception):
    """The deed is not this person's to do, or not now. `code` says why; pages put it into words."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def take(matter_id: int) -> Matter:
    """Return the matter, held against everybody else until the transaction ends."""
    return Matter.objects.select_for_update(of=("self",)).get(pk=matter_id)


def take_call_out(call_out_id: int) -> tuple[CallOut, Matter]:
    call_out = CallOut.objects.get(pk=call_out_id)
    matter = take(call_out.matter_id)
    call_out.refresh_from_db()
    return call_out, matter


def move(matter: Matter, wanted: State, *, by_system: bool = False) -> None:
    workflow.check_transition(State(matter.state), wanted, by_system=by_system)
    matter.state = wanted


def move_call_out(call_out: CallOut, wanted: CallOutStatus) -> None:
    workflow.check_call_out(CallOutStatus(call_out.status), wanted)
    call_out.status = wanted


def note(
    matter: Matter,
    deed: str,
    *,
    by: By,
    now: datetime,
    text: str = "",
    public: bool = False,
    facts: dict[str, Any] | None = None,
) -> Entry:
    """Write one line of the time line."""
    return Entry.objects.create(
        matter=matter,
        deed=deed,
        at=now,
        by_id=by.person_id,
        by_role=by.role,
        text=text,
        facts=facts or {},
        public=public,
    )


def wake_at(matter: Matter) -> datetime | None:
    """Return the next moment at which something is due on a matter."""
    moments: list[datetime | None] = []
    match State(matter.state):
        case State.ASSIGNED:
            moments = [matter.ladder_at]
        case State.IN_HAND:
            moments = [matter.handle_by if matter.overdue_noted_at is None else None]
        case State.PAUSED:
            moments = [matter.paused_until]
        case State.DEFERRED:
            moments = [morning_of(matter.review_on, town_zone()) if matter.review_on else None]
        case State.RESOLVED:
            moments = [matter.feedback_by]
    return min((one for one in moments if one is not None), default=None)


def save(matter: Matter, *changed: str) -> None:
    matter.wake_at = wake_at(matter)
    matter.save(update_fields=[*changed, "wake_at"])


@stage("notify")
def tell(matter: Matter, *, agencies: Sequence[int] = (), message_id: int | None = None) -> None:
    """Tell the open pages that show this matter: its own, its owner's lists, the agencies', the command room's.

    With `message_id` also the thread: the bubble of that message now shows the matter's number. Later the bubble
    shows what becomes of it, on pages where it is still to be seen.
    """
    topics = [f"matter:{matter.pk}", f"person:{matter.owner_id}", *(f"agency:{one}" for one in agencies)]
    if matter.emergency or matter.under_oversight:
        topics.append("command:0")
    news = [(topic, "matter", matter.pk) for topic in topics]
    if message_id is not None and not matter.confidential:
        news.append((f"thread:{matter.thread_id}", "message", message_id))
    elif matter.asked_in_id is not None and not matter.confidential:
        news.append((f"thread:{matter.thread_id}", "message_state", matter.asked_in_id))
    live.tell_all(news)


def post_back(
    matter: Matter,
    text: str,
    *,
    by: By,
    now: datetime,
    shown_as: str = "",
    photo_ids: Sequence[int] = (),
    besides: int | None = None,
) -> None:
    """Post an answer or a result wherever the question was asked: to the thread, and to every reporter's own.

    `besides`: a thread where the words stand already.
    """
    reporters = list(matter.reported_by.all())
    if matter.confidential:
        _out_of_groups(matter, reporters, now)
    threads = {one.thread_id: one.message_id for one in reversed(reporters)}
    if not matter.confidential:
        threads.setdefault(matter.thread_id, matter.asked_in_id)
    threads.pop(besides or 0, None)
    for thread_id, message_id in sorted(threads.items()):
        conversations.post_reply(
            thread_id=thread_id,
            text=text,
            author_id=by.person_id,
            role=by.role,
            shown_as=shown_as,
            in_reply_to_id=message_id,
            photo_ids=photo_ids,
            now=now,
        )


def _out_of_groups(matter: Matter, reporters: Sequence[Reporter], now: datetime) -> None:
    """Give whoever told something confidential in a group a thread of their own: no answer is posted to a group."""
    groups = thread_names([one.thread_id for one in reporters])
    for one in reporters:
        if one.thread_id in groups:
            thread = conversations.open_private_thread(
                person_id=one.person_id, grid_id=matter.grid_id, now=now
            )
            one.thread, one.message = thread, None
            one.save(update_fields=["thread", "message"])


def in_town_language(message: str, **values: object) -> str:
    """Return a sentence of the product in the language of the town, for what is posted and stays as it is."""
    with translation.override(settings.LANGUAGE_CODE):
        return translation.gettext(message) % values
