"""Everything that happens in a conversation. Nothing else in the project saves a message."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Func, Value

from maplebridge.conversations.events import MessageReceived, ReplyPosted
from maplebridge.conversations.models import Membership, Message, MessagePhoto, NeighborGroup, Thread
from maplebridge.kernel.text import normalise, search_words
from maplebridge.platform import live
from maplebridge.platform.audit import action
from maplebridge.platform.events import publish

LONGEST_TEXT = 20_000
RESIDENT = "resident"
SYSTEM = "system"


class MessageRefused(Exception):
    """A message that cannot be taken. `code` says why: empty, too_long, not_a_member, closed."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@action
def open_group(
    *, name: str, grid_id: int, now: datetime, estate_id: int | None = None, building_id: int | None = None
) -> NeighborGroup:
    thread = Thread.objects.create(kind=Thread.Kind.GROUP, grid_id=grid_id, opened_at=now)
    return NeighborGroup.objects.create(
        thread=thread, name=name, estate_id=estate_id, building_id=building_id
    )


@action
def open_private_thread(*, person_id: int, grid_id: int | None, now: datetime) -> Thread:
    """Open a conversation between a person and those who will answer: where an answer can return to."""
    thread = Thread.objects.create(kind=Thread.Kind.PRIVATE, grid_id=grid_id, opened_at=now)
    join(thread_id=thread.pk, person_id=person_id, role=RESIDENT, now=now)
    return thread


@action
def join(*, thread_id: int, person_id: int, role: str, now: datetime) -> Membership:
    membership, _ = Membership.objects.get_or_create(
        thread_id=thread_id, person_id=person_id, left_at=None, defaults={"role": role, "joined_at": now}
    )
    return membership


@action
def leave(*, thread_id: int, person_id: int, now: datetime) -> None:
    Membership.objects.filter(thread_id=thread_id, person_id=person_id, left_at=None).update(left_at=now)


@action
def receive_message(
    *,
    thread_id: int,
    author_id: int,
    role: str,
    shown_as: str,
    text: str,
    now: datetime,
    photo_ids: Sequence[int] = (),
    in_reply_to_id: int | None = None,
    lon: float | None = None,
    lat: float | None = None,
    asks_readers: bool = False,
    source: str = "web",
    external_id: str | None = None,
    sent_at: datetime | None = None,
) -> Message:
    """Take what somebody said, from a page, a chat or a file. The same external id again is the same message."""
    text = _acceptable(text, has_more=bool(photo_ids) or lon is not None)
    if external_id is not None and (
        known := Message.objects.filter(source=source, external_id=external_id).first()
    ):
        return known
    message = Message.objects.create(
        thread_id=thread_id,
        author_id=author_id,
        role=role,
        shown_as=shown_as,
        text=text,
        words=vector_of(text),
        in_reply_to_id=in_reply_to_id,
        asks_readers=asks_readers,
        lon=lon,
        lat=lat,
        sent_at=sent_at or now,
        source=source,
        external_id=external_id,
    )
    _attach(message, photo_ids)
    publish(MessageReceived(message_id=message.pk, thread_id=thread_id, role=role, occurred_at=now))
    live.tell(f"thread:{thread_id}", "message", message.pk)
    return message


@action
def post_reply(
    *,
    thread_id: int,
    text: str,
    now: datetime,
    author_id: int | None = None,
    role: str = SYSTEM,
    shown_as: str = "",
    in_reply_to_id: int | None = None,
    photo_ids: Sequence[int] = (),
    kind: str = Message.Kind.REPLY,
) -> Message:
    """Post an answer, a result or a notice back where the question was asked."""
    reply = Message.objects.create(
        thread_id=thread_id,
        kind=kind,
        author_id=author_id,
        role=role,
        shown_as=shown_as,
        text=normalise(text)[:LONGEST_TEXT],
        words=vector_of(text),
        in_reply_to_id=in_reply_to_id,
        sent_at=now,
    )
    _attach(reply, photo_ids)
    publish(ReplyPosted(message_id=reply.pk, thread_id=thread_id, occurred_at=now))
    live.tell(f"thread:{thread_id}", "message", reply.pk)
    return reply


@action
def mark_read(*, thread_id: int, person_id: int, message_id: int) -> None:
    """Note how far somebody has read; reading marks never go back."""
    Membership.objects.filter(
        thread_id=thread_id, person_id=person_id, left_at=None, read_up_to__lt=message_id
    ).update(read_up_to=message_id)


@action
def withdraw(*, message: Message, now: datetime) -> None:
    """Take a message back: its words and pictures are no longer shown, and its text is not kept."""
    message.withdrawn_at, message.text, message.words = now, "", None
    message.lon = message.lat = None
    message.save(update_fields=["withdrawn_at", "text", "words", "lon", "lat"])
    message.photos.all().delete()
    live.tell(f"thread:{message.thread_id}", "message", message.pk)


def _acceptable(text: str, *, has_more: bool) -> str:
    text = normalise(text)
    if not text and not has_more:
        raise MessageRefused("empty")
    if len(text) > LONGEST_TEXT:
        raise MessageRefused("too_long")
    return text


def _attach(message: Message, photo_ids: Sequence[int]) -> None:
    MessagePhoto.objects.bulk_create(
        MessagePhoto(message=message, photo_id=photo_id, rank=rank) for rank, photo_id in enumerate(photo_ids)
    )


def vector_of(text: str) -> Func:
    """Return the search vector of a text: our own words, so that PostgreSQL needs no Chinese parser."""
    words = sorted(set(search_words(text)))
    return Func(
        Value(words, output_field=ArrayField(models.TextField())),
        function="array_to_tsvector",
        output_field=SearchVectorField(),
    )
