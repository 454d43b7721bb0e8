"""Reading conversations: who is in them, what was said, who has seen it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db import connection
from django.db.models import Count, Max, Min, QuerySet

from maplebridge.conversations.models import Membership, Message, MessagePhoto, NeighborGroup, Thread
from maplebridge.kernel.text import query_words

HOME_MARK = " · "  # between a nickname and the building, in how somebody is shown


def get_thread(thread_id: int) -> Thread:
    return Thread.objects.select_related("group__estate", "group__building", "grid").get(pk=thread_id)


def get_message(message_id: int) -> Message:
    return Message.objects.select_related("thread__group").get(pk=message_id)


@dataclass(frozen=True, slots=True)
class Said:
    """A message with what tells what it is about: where it was said, by whom, to whom it replies, its pictures."""

    pk: int
    thread_id: int
    author_id: Any  # the person; None only where the product itself speaks
    role: str
    shown_as: str
    text: str
    lon: float | None
    lat: float | None
    source: str
    external_id: str | None
    withdrawn_at: datetime | None
    in_reply_to_id: int | None
    replies_to_role: str | None
    thread_kind: str
    grid_id: int | None
    estate_id: int | None
    building_id: int | None
    photo_ids: list[int]


# Asked for every message that comes in: putting the same into words by the ORM takes five times as long as the answer.
_SAID = """
SELECT said.id, said.thread_id, said.author_id, said.role, said.shown_as, said.text, said.lon, said.lat, said.source,
    said.external_id, said.withdrawn_at, said.in_reply_to_id, before.role, thread.kind, thread.grid_id,
    neighbors.estate_id, neighbors.building_id,
    ARRAY(SELECT photo_id FROM conversations_messagephoto WHERE message_id = said.id ORDER BY rank, id)
FROM conversations_message said
    JOIN conversations_thread thread ON thread.id = said.thread_id
    LEFT JOIN conversations_neighborgroup neighbors ON neighbors.thread_id = thread.id
    LEFT JOIN conversations_message before ON before.id = said.in_reply_to_id
WHERE said.id = %s
"""


def said(message_id: int) -> Said:
    """Return a message as it is read to see what it is; without the words it is searched by."""
    with connection.cursor() as cursor:
        cursor.execute(_SAID, [message_id])
        row = cursor.fetchone()
    if row is None:
        raise Message.DoesNotExist(message_id)
    return Said(*row)


def messages_of(thread_id: int) -> QuerySet[Message]:
    return (
        Message.objects.filter(thread_id=thread_id)
        .select_related("in_reply_to")
        .prefetch_related("photos__photo")
    )


def query_of(tokens: Sequence[str]) -> SearchQuery:
    """Return the query for all tokens; a single character stands for every word that begins with it."""
    parts = [f"'{one}':*" if len(one) == 1 and not one.isascii() else f"'{one}'" for one in tokens]
    return SearchQuery(" & ".join(parts), config="simple", search_type="raw")


def said_with(
    thread_ids: Iterable[int],
    words: str,
    *,
    before: int | None = None,
    most: int = 40,
    besides: Collection[int] = (),
) -> list[Message]:
    """Return messages of these threads with all the words, newest first, without those that are not to be shown.

    What is searched and what was said are compared in simplified characters, however either was written.
    """
    tokens = query_words(words)
    if not tokens:
        return []
    found = Message.objects.filter(
        thread_id__in=list(thread_ids), words=query_of(tokens), withdrawn_at=None, emptied_at=None
    )
    if besides:
        found = found.exclude(pk__in=besides)
    if before is not None:
        found = found.filter(pk__lt=before)
    found = found.select_related("in_reply_to").prefetch_related("photos__photo")
    return list(found.order_by("-pk")[:most])


def page_of(thread_id: int, *, before: int | None = None, most: int = 40) -> list[Message]:
    """Return messages of a thread, oldest first: the last ones, or those before a message."""
    messages = messages_of(thread_id)
    if before is not None:
        messages = messages.filter(pk__lt=before)
    return list(messages.order_by("-pk")[:most])[::-1]


def page_after(thread_id: int, *, after: int, most: int = 40) -> list[Message]:
    """Return the messages of a thread that follow a message, oldest first."""
    return list(messages_of(thread_id).filter(pk__gt=after).order_by("pk")[:most])


def page_around(thread_id: int, message_id: int, *, most: int = 40) -> list[Message]:
    """Return a page of a thread that holds a message, with a few before it, oldest first."""
    before = page_of(thread_id, before=message_id, most=most // 4)
    return [*before, *page_after(thread_id, after=message_id - 1, most=most - len(before))]


def goes_back(page: Sequence[Message]) -> int | None:
    """Return the first message of a page of a thread where something was said before it."""
    for first in page[:1]:
        if Message.objects.filter(thread_id=first.thread_id, pk__lt=first.pk).exists():
            return first.pk
    return None


def goes_on(page: Sequence[Message]) -> int | None:
    """Return the last message of a page of a thread where something was said after it."""
    for last in page[-1:]:
        if Message.objects.filter(thread_id=last.thread_id, pk__gt=last.pk).exists():
            return last.pk
    return None


def membership_of(person_id: int, thread_id: int) -> Membership | None:
    return Membership.objects.filter(person_id=person_id, thread_id=thread_id, left_at=None).first()


def memberships_of(person_id: int) -> QuerySet[Membership]:
    return Membership.objects.filter(person_id=person_id, left_at=None).select_related("thread__group")


def members_of(thread_id: int) -> QuerySet[Membership]:
    return Membership.objects.filter(thread_id=thread_id, left_at=None)


def member_counts(thread_ids: Collection[int]) -> dict[int, int]:
    """Return how many people are in each of these threads."""
    inside = Membership.objects.filter(thread_id__in=thread_ids, left_at=None)
    return dict(inside.values_list("thread_id").annotate(n=Count("pk")))


def readers_of(message: Message) -> int:
    """Return how many others have seen a message."""
    return (
        members_of(message.thread_id)
        .filter(read_up_to__gte=message.pk)
        .exclude(person_id=message.author_id or 0)
        .count()
    )


def read_counts(messages: Sequence[Message]) -> dict[int, int]:
    """Return for each message how many others have seen it."""
    return {one.pk: readers_of(one) for one in messages}


def posted_back(thread_ids: Iterable[int], *, author_id: int | None, at: datetime) -> list[Message]:
    """Return the answers that somebody posted into these threads at one moment, as far as they still stand there."""
    return list(
        Message.objects.filter(
            thread_id__in=list(thread_ids),
            kind=Message.Kind.REPLY,
            author_id=author_id,
            sent_at=at,
            withdrawn_at=None,
        )
    )


def last_messages(thread_ids: Iterable[int], *, besides: Collection[int] = ()) -> dict[int, Message]:
    """Return the last message of each thread, without those that are not to be shown."""
    shown = Message.objects.filter(thread_id__in=list(thread_ids))
    if besides:
        shown = shown.exclude(pk__in=besides)
    last = shown.values("thread_id").annotate(last=Max("pk"))
    return {one.thread_id: one for one in Message.objects.filter(pk__in=[row["last"] for row in last])}


def first_messages(thread_ids: Iterable[int]) -> dict[int, Message]:
    """Return what each thread began with."""
    first = (
        Message.objects.filter(thread_id__in=list(thread_ids)).values("thread_id").annotate(first=Min("pk"))
    )
    return {one.thread_id: one for one in Message.objects.filter(pk__in=[row["first"] for row in first])}


def in_thread(message_id: int | None, thread_id: int) -> int | None:
    """Return the id where it is that of a message of the thread, else None."""
    if message_id is None or not Message.objects.filter(pk=message_id, thread_id=thread_id).exists():
        return None
    return message_id


def photo_in(thread_id: int, photo_id: int) -> MessagePhoto | None:
    return (
        MessagePhoto.objects.filter(message__thread_id=thread_id, photo_id=photo_id)
        .select_related("photo")
        .first()
    )


def groups() -> QuerySet[NeighborGroup]:
    return (
        NeighborGroup.objects.filter(closed_at=None)
        .select_related("thread", "estate", "building")
        .order_by("name")
    )


def thread_names(thread_ids: Iterable[int]) -> dict[int, str]:
    """Return the names of the groups among the threads."""
    return dict(NeighborGroup.objects.filter(thread_id__in=list(thread_ids)).values_list("thread_id", "name"))


def messages_by(person_id: int) -> QuerySet[Message]:
    """Return everything somebody has said and not taken back, oldest first."""
    return Message.objects.filter(author_id=person_id, withdrawn_at=None).order_by("pk")


def old_talk(before: datetime, *, after: int = 0, most: int = 500) -> list[int]:
    """Return messages of groups that are older and still have their words, in the order they came."""
    found = Message.objects.filter(
        thread__kind=Thread.Kind.GROUP, sent_at__lt=before, emptied_at=None, pk__gt=after
    )
    return list(found.order_by("pk").values_list("pk", flat=True)[:most])


def spoke_since(person_ids: Collection[int], since: datetime) -> set[int]:
    """Return who of these people has said anything since."""
    said = Message.objects.filter(author_id__in=person_ids, sent_at__gte=since)
    return set(said.values_list("author_id", flat=True))


def replies_to(message_ids: Collection[int]) -> list[int]:
    return list(Message.objects.filter(in_reply_to_id__in=message_ids).values_list("pk", flat=True))


def reply_targets(message_ids: Collection[int]) -> dict[int, int]:
    """Return for each of the messages that is a reply the message that it replies to."""
    replies = Message.objects.filter(pk__in=message_ids, in_reply_to__isnull=False)
    return dict(replies.values_list("pk", "in_reply_to_id"))


def private_messages(thread_id: int) -> list[int]:
    """Return all messages of a private thread; none of a group's."""
    found = Message.objects.filter(thread_id=thread_id, thread__kind=Thread.Kind.PRIVATE)
    return list(found.values_list("pk", flat=True))
