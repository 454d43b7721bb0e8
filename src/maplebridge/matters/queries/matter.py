"""What belongs to a matter: its messages, time line, reporters, orders and promises."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import F, Min, Q, QuerySet

from maplebridge.matters.domain import additions
from maplebridge.matters.domain.workflow import OPEN, CallOutStatus, State
from maplebridge.matters.models import CallOut, Entry, Feedback, HandOver, Matter, Promise, Reporter, Sorting
from maplebridge.matters.queries.town import local_day, town_rules


def get_matter(matter_id: int) -> Matter:
    return Matter.objects.select_related("category", "grid", "estate", "building", "owner", "thread").get(
        pk=matter_id
    )


def matter_of_message(message_id: int) -> Matter | None:
    return Matter.objects.filter(asked_in_id=message_id).first()


def matters_of_messages(message_ids: Sequence[int]) -> dict[int, Matter]:
    """Return the matters that the messages raised or joined, for the chip beside a message."""
    rows = Matter.objects.filter(asked_in_id__in=message_ids, split_from=None).select_related(
        "category", "owner"
    )
    return {one.asked_in_id: one for one in rows if one.asked_in_id and not one.confidential}


def raised_from(message_ids: Sequence[int]) -> QuerySet[Matter]:
    """Return the matters that these messages raised."""
    return Matter.objects.filter(asked_in_id__in=message_ids, split_from=None).select_related("category")


def joined_by(message_ids: Sequence[int]) -> int:
    """Return how many of these messages were attached to a matter that another had raised."""
    attached = Sorting.objects.filter(message_id__in=message_ids, matter__isnull=False)
    return attached.exclude(matter__asked_in_id=F("message_id")).count()


def call_back_share(matter: Matter, now: datetime) -> float:
    """Return how likely a matter is called back when it is resolved: always where its category asks for it."""
    if matter.category is not None and matter.category.revisit:
        return 1.0
    return town_rules(local_day(now)).call_back_share


def confided_in(thread_ids: Sequence[int]) -> set[int]:
    """Return the threads among these in which something was confided to the few."""
    found = Matter.objects.filter(thread_id__in=thread_ids, confidential=True)
    return set(found.values_list("thread_id", flat=True))


def matters_in_thread(thread_id: int) -> list[Matter]:
    return list(Matter.objects.filter(thread_id=thread_id).order_by("-id")[:100])


def open_in_thread(thread_id: int) -> list[Matter]:
    """Return the open matters asked or joined in a thread, the oldest first; not the parts of what was split."""
    joined = Reporter.objects.filter(thread_id=thread_id).values("matter_id")
    found = Matter.objects.filter(
        Q(thread_id=thread_id) | Q(pk__in=joined), state__in=sorted(OPEN), split_from=None
    )
    return list(found.order_by("id"))


def time_line(matter_id: int, *, public_only: bool) -> QuerySet[Entry]:
    entries = Entry.objects.filter(matter_id=matter_id).select_related("by").order_by("id")
    return entries.filter(public=True) if public_only else entries


def reported_by(person_id: int) -> QuerySet[Reporter]:
    """Return what a person has reported or joined, newest first; keyset pages go on from an id."""
    return (
        Reporter.objects.filter(person_id=person_id)
        .select_related("matter__category", "matter__owner", "matter__estate", "matter__building")
        .order_by("-id")
    )


def call_outs_of(matter_id: int) -> QuerySet[CallOut]:
    return CallOut.objects.filter(matter_id=matter_id).select_related("agency", "person").order_by("id")


def call_outs_open(matter_id: int) -> QuerySet[CallOut]:
    return call_outs_of(matter_id).filter(status__in=[CallOutStatus.SENT, CallOutStatus.ACCEPTED])


def call_outs_among(matter_ids: Sequence[int]) -> dict[int, list[CallOut]]:
    """Return the call-outs of several matters at once."""
    found: dict[int, list[CallOut]] = {}
    for one in CallOut.objects.filter(matter_id__in=matter_ids).select_related("agency").order_by("id"):
        found.setdefault(one.matter_id, []).append(one)
    return found


def addition_goes(matter: Matter, now: datetime) -> additions.Goes:
    """Return where further words about a matter go."""
    reopen = timedelta(days=town_rules(local_day(now)).reopen_days)
    return additions.goes(State(matter.state), matter.outcome, matter.resolved_at, now, reopen)


def asked_to_take_over(matter_id: int) -> list[str]:
    """Return how those are called who are asked to take a matter over and have not said yet."""
    waiting = HandOver.objects.filter(matter_id=matter_id, accepted_at=None, declined_at=None)
    return [str(one.to_person) for one in waiting.select_related("to_person").order_by("id")]


def last_not_solved(matter: Matter) -> Feedback | None:
    """Return because of whose words an open matter was opened again; None where it never was, or has a new result."""
    if not matter.reopened or not matter.is_open:
        return None
    said = matter.feedback.filter(round=matter.reopened - 1, solved=False)
    return said.order_by("-id").first()


def promises_among(matter_ids: Sequence[int]) -> dict[int, datetime]:
    """Return the next promised moment of each matter that has one."""
    open_promises = Promise.objects.filter(matter_id__in=matter_ids, kept_at=None)
    return dict(open_promises.values("matter_id").annotate(due=Min("due_at")).values_list("matter_id", "due"))
