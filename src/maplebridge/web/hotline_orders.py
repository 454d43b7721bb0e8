"""Taking over the orders of a hotline's file: each caller gets a private thread, its message raises the matter."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError
from django.utils.translation import gettext_noop

from maplebridge.conversations import actions as conversations
from maplebridge.kernel.text import normalise
from maplebridge.matters import queries as matters
from maplebridge.matters.actions import NobodyToOwn
from maplebridge.matters.actions.receiving import raise_order
from maplebridge.matters.actions.record import in_town_language
from maplebridge.matters.gateway import Order, OrderProblem, hotline
from maplebridge.people import actions as people
from maplebridge.platform.audit import action

SOURCE = "complaint"  # as matters' origin is called
CALLER = gettext_noop("Caller of the hotline")
AT = gettext_noop("%(words)s\nPlace: %(place)s")
CHECKED_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Checked:
    """A file after its dry run: what can be taken over, what was already, and what is wrong, by row."""

    orders: Sequence[Order]
    known: frozenset[str]
    problems: Sequence[OrderProblem]

    @property
    def new(self) -> int:
        return len(self.orders) - len(self.known)

    @property
    def confidential(self) -> int:
        return sum(one.confidential for one in self.orders)

    @property
    def broken(self) -> int:
        """Return how many rows cannot be taken over."""
        return len({one.row for one in self.problems})


def check(data: bytes, name: str) -> Checked:
    """Read a file and change nothing. Raise `TableError` where it is no table."""
    orders, problems = hotline().read(data, name)
    known: set[str] = set()
    for start in range(0, len(orders), CHECKED_AT_ONCE):
        known |= matters.known_orders([one.number for one in orders[start : start + CHECKED_AT_ONCE]])
    return Checked(orders, frozenset(known), problems)


def take_over(
    orders: Sequence[Order],
    *,
    clock: Callable[[], datetime],
    begin: int = 0,
    seconds: float = float("inf"),
    progress: Callable[[int], None] = lambda done: None,
) -> tuple[int, Counter[str]]:
    """Take orders over from `begin` on, each in a transaction of its own, until the time is up.

    Return how far it came, and how many were `new`, `known` before, or had `nobody` to own them.
    """
    counts: Counter[str] = Counter()
    started, done = time.monotonic(), begin
    for order in orders[begin:]:
        counts[_outcome(order, clock())] += 1
        done += 1
        progress(done)
        if time.monotonic() - started >= seconds:
            break
    return done, counts


def _outcome(order: Order, now: datetime) -> str:
    try:
        return "new" if take_over_order(order=order, now=now) else "known"
    except IntegrityError:
        return "known"  # somebody else has taken the same file over at this moment
    except NobodyToOwn:
        return "nobody"


@action
def take_over_order(*, order: Order, now: datetime) -> bool:
    """Raise the matter of one order; say whether it is new. The clock starts now: so far nobody here was asked."""
    if matters.known_orders([order.number]):
        return False
    caller = people.enrol(
        nickname=in_town_language(CALLER), name=normalise(order.name), phone=order.phone, now=now
    )
    thread = conversations.open_private_thread(person_id=caller.pk, grid_id=None, now=now)
    message = conversations.receive_message(
        thread_id=thread.pk,
        author_id=caller.pk,
        role=conversations.RESIDENT,
        shown_as=caller.nickname,
        text=in_town_language(AT, words=order.words, place=order.place) if order.place else order.words,
        source=SOURCE,
        external_id=order.number,
        sent_at=min(order.called_at or now, now),
        now=now,
    )
    raise_order(message_id=message.pk, confidential=order.confidential, now=now)
    return True
