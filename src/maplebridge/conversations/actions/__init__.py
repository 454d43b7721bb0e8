"""Everything that happens in a conversation. Nothing else in the project saves a message. To many: `broadcasting`."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db import connection, models
from django.db.models import Func, Value

from maplebridge.conversations.events import MessageReceived, MessageTakenBack, ReplyPosted
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
    *,
    name: str,
    grid_id: int,
    now: datetime,
    estate_ids: Sequence[int] = (),
    building_id: int | None = None,
    resident_ids: Sequence[int] = (),
) -> NeighborGroup:
    """Open the group of a building or of estates, with those in it who live there; who moves in later, follows."""
    thread = Thread.objects.create(kind=Thread.Kind.GROUP, grid_id=grid_id, opened_at=now)
    group = NeighborGroup.objects.create(
        thread=thread,
        name=name,
        estate_id=estate_ids[0] if len(estate_ids) == 1 else None,
        estates=list(estate_ids),
        building_id=building_id,
    )
    join_many(thread_id=thread.pk, members=[(one, RESIDENT) for one in resident_ids], now=now)
    live.tell_all([(f"person:{one}", "membership", one) for one in resident_ids])
    return group


@action
def close_group(*, thread_id: int, now: datetime) -> None:
    """Close a group: what was said stays to be read by those who are in it, nobody writes or comes in any more."""
    NeighborGroup.objects.filter(thread_id=thread_id, closed_at=None).update(closed_at=now)


@action
def let_in(*, thread_id: int, person_id: int, role: str, now: datetime) -> None:
    """Let somebody into a group, in a role that all others see; their open page shows it at once."""
    join(thread_id=thread_id, person_id=person_id, role=role, now=now)
    live.tell(f"person:{person_id}", "membership", person_id)


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
    if external_id is not None and (known_id := _known(source, external_id)):
        return Message.objects.get(pk=known_id)
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
def reply_to(*, message_id: int, in_reply_to_id: int) -> None:
    """Note to which message another was the reply, where whoever wrote it had not said so."""
    message = Message.objects.get(pk=message_id, in_reply_to=None)
    message.in_reply_to_id = in_reply_to_id
    message.save(update_fields=["in_reply_to"])
    live.tell(f"thread:{message.thread_id}", "message_state", message.pk)


@action
def mark_read(*, thread_id: int, person_id: int, message_id: int, now: datetime | None = None) -> None:
    """Note how far somebody has read; reading marks never go back. A notice to many was on their screen with it."""
    moved = Membership.objects.filter(
        thread_id=thread_id, person_id=person_id, left_at=None, read_up_to__lt=message_id
    ).update(read_up_to=message_id)
    if moved:
        _note_shown(thread_id, [person_id], [message_id], now)


@action
def withdraw(*, message: Message, now: datetime) -> None:
    """Take a message back: its words and pictures are no longer shown, and its text is not kept."""
    message.withdrawn_at, message.text, message.words = now, "", None
    message.lon = message.lat = None
    message.save(update_fields=["withdrawn_at", "text", "words", "lon", "lat"])
    message.photos.all().delete()
    publish(MessageTakenBack(message_id=message.pk, thread_id=message.thread_id, occurred_at=now))
    live.tell(f"thread:{message.thread_id}", "message", message.pk)


@action
def take_down(*, message: Message, by_id: int, now: datetime) -> None:
    """Take down what somebody else said: whoever keeps the group does, where it names or insults somebody."""
    message.hidden_by_id = by_id
    message.save(update_fields=["hidden_by"])
    withdraw(message=message, now=now)


def _known(source: str, external_id: str) -> int | None:
    """Return the message that came in under this name before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM conversations_message WHERE source = %s AND external_id = %s",
            [source, external_id],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def _acceptable(text: str, *, has_more: bool) -> str:
    text = normalise(text)
    if not text and not has_more:
        raise MessageRefused("empty")
    if len(text) > LONGEST_TEXT:
        raise MessageRefused("too_long")
    return text


def _attach(message: Message, photo_ids: Sequence[int]) -> None:
    if not photo_ids:
        return
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


@action
def move_home(
    *,
    person_id: int,
    building_id: int,
    estate_id: int | None,
    left_building_id: int | None,
    left_estate_id: int | None,
    now: datetime,
) -> None:
    """Let a resident into the groups of their building and estate, and out of those of the home they left."""
    new = set(_groups_of(building_id, estate_id))
    for thread_id in set(_groups_of(left_building_id, left_estate_id)) - new:
        leave(thread_id=thread_id, person_id=person_id, now=now)
    for thread_id in new:
        join(thread_id=thread_id, person_id=person_id, role=RESIDENT, now=now)
    live.tell(f"person:{person_id}", "membership", person_id)


def _groups_of(building_id: int | None, estate_id: int | None) -> list[int]:
    """Return the threads of the groups of a building, and of the estate as a whole."""
    of_building = models.Q(building_id=building_id) if building_id is not None else models.Q(pk__in=[])
    of_estate = (
        models.Q(estates__contains=[estate_id], building=None)
        if estate_id is not None
        else models.Q(pk__in=[])
    )
    open_groups = NeighborGroup.objects.filter(of_building | of_estate, closed_at=None)
    return list(open_groups.values_list("thread_id", flat=True))


@action
def forget_person(*, person_id: int, now: datetime) -> None:
    """Take somebody out of all groups; what they said stays where others answered it, without who said it."""
    Membership.objects.filter(person_id=person_id, left_at=None).update(left_at=now)
    Message.objects.filter(author_id=person_id).exclude(shown_as="").update(shown_as="")


@action
def join_many(*, thread_id: int, members: Sequence[tuple[int, str]], now: datetime) -> None:
    """Let many people, as (person, role), into a thread; whoever is in it already stays as they are."""
    Membership.objects.bulk_create(
        (
            Membership(thread_id=thread_id, person_id=person_id, role=role, joined_at=now)
            for person_id, role in members
        ),
        batch_size=1000,
        ignore_conflicts=True,
    )


@action
def mark_many_read(*, thread_id: int, marks: Sequence[tuple[int, int]]) -> None:
    """Note how far many people, as (person, message), have read; reading marks never go back."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE conversations_membership AS membership SET read_up_to = mark.message
            FROM unnest(%s::bigint[], %s::bigint[]) AS mark (person, message)
            WHERE thread_id = %s AND person_id = mark.person AND left_at IS NULL AND read_up_to < mark.message
            """,
            [[person for person, _ in marks], [message for _, message in marks], thread_id],
        )
    _note_shown(thread_id, [person for person, _ in marks], [message for _, message in marks], None)


# Asked whenever somebody reads on: nearly always no notice stands in the thread, and it finds that out at once.
_NOTE_SHOWN = """
UPDATE conversations_receipt AS receipt SET shown_at = greatest(receipt.delivered_at, %s::timestamptz)
FROM unnest(%s::bigint[], %s::bigint[]) AS mark (person, message), conversations_broadcastpost AS post
WHERE post.thread_id = %s AND post.message_id <= mark.message AND receipt.broadcast_id = post.broadcast_id
    AND receipt.person_id = mark.person AND receipt.delivered_at IS NOT NULL AND receipt.shown_at IS NULL
"""


def _note_shown(thread_id: int, person_ids: list[int], message_ids: list[int], now: datetime | None) -> None:
    """Note that the notices up to a message were on these people's screens; without a moment, as soon as they came."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE_SHOWN, [now, person_ids, message_ids, thread_id])


@action
def empty_messages(*, message_ids: Sequence[int], now: datetime) -> int:
    """Empty messages whose time is over: words, name shown, place and pictures go; a stone stays."""
    MessagePhoto.objects.filter(message_id__in=message_ids).delete()
    return Message.objects.filter(pk__in=message_ids, emptied_at=None).update(
        text="", words=None, shown_as="", lon=None, lat=None, emptied_at=now
    )
