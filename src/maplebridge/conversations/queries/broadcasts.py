"""Reading broadcasts: for whom one is, what became of it, and what a resident was told."""

from collections.abc import Collection, Iterable
from dataclasses import fields
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from maplebridge.conversations.domain.broadcasting import (
    TIRED_WINDOW,
    Audience,
    Counts,
    Limits,
    Skipped,
    State,
    audience_of,
)
from maplebridge.conversations.models import Broadcast as Broadcast
from maplebridge.conversations.models import (
    BroadcastPost,
    Membership,
    NeighborGroup,
    OptOut,
    Receipt,
)
from maplebridge.people import queries as people
from maplebridge.places import queries as places

RESIDENT = "resident"
GOING = (State.RELEASED, State.SENDING)
SHOWN = (State.SENDING, State.SENT)  # in these residents may read it, until it expires


def broadcasts() -> QuerySet[Broadcast]:
    return Broadcast.objects.select_related("written_by", "asked_by", "released_by", "stopped_by")


def get_broadcast(broadcast_id: int) -> Broadcast | None:
    return broadcasts().filter(pk=broadcast_id).first()


def of_source(area: str, source_id: int) -> Broadcast | None:
    """Return the broadcast of a thing of a higher area: the one in force, else the last that was stopped."""
    found = broadcasts().filter(source_area=area, source_id=source_id).order_by("-pk")
    return found.exclude(state=State.STOPPED).first() or found.first()


def ground_of(one: Broadcast) -> frozenset[int]:
    """Return every grid that a broadcast is for, those below included."""
    grids = set(one.grids)
    for sector in one.sectors:
        grids |= places.grids_of_sector(sector)
    for beat in one.beats:
        grids |= places.grids_of_beat(beat)
    return places.with_descendants(grids)


def audience(one: Broadcast, *, now: datetime, limits: Limits) -> Audience:
    """Return for whom a broadcast is now, and who of them would not be told."""
    ground = ground_of(one)
    named = Q(thread_id__in=one.groups) | Q(thread__grid_id__in=ground)
    threads = list(NeighborGroup.objects.filter(named, closed_at=None).values_list("thread_id", flat=True))
    members: dict[int, list[int]] = {thread: [] for thread in threads}
    inside = Membership.objects.filter(thread_id__in=threads, left_at=None, role=RESIDENT)
    for thread, person in inside.values_list("thread_id", "person_id"):
        members[thread].append(person)
    out = OptOut.objects.filter(kind=one.kind).values_list("person_id", flat=True)
    return audience_of(
        residents=people.residents_on(ground),
        members=members,
        opted_out=frozenset(out),
        recently=_told_since(now - TIRED_WINDOW),
        most_in_7_days=limits.most_in_7_days,
        passes=bool(one.urgent_reason),
    )


def _told_since(since: datetime) -> dict[int, int]:
    """Return how often somebody was told anything since a moment."""
    told = Receipt.objects.filter(delivered_at__gt=since, person__isnull=False)
    return dict(told.values_list("person_id").annotate(n=Count("pk")))


_COUNTED = tuple(one.name for one in fields(Counts))


def counts(one: Broadcast) -> Counts:
    """Return what became of a broadcast; after its receipts are forgotten, what was added up of them."""
    return counts_of([one])[one.pk]


def counts_of(found: Collection[Broadcast]) -> dict[int, Counts]:
    """Return what became of each of these broadcasts, by its id."""
    reached = Q(delivered_at__isnull=False)
    rows = (
        Receipt.objects.filter(broadcast__in=[one.pk for one in found if one.tally is None])
        .values("broadcast_id")
        .annotate(
            receivers=Count("pk"),
            reached=Count("pk", filter=reached),
            shown=Count("pk", filter=Q(shown_at__isnull=False)),
            opened=Count("pk", filter=Q(opened_at__isnull=False)),
            in_groups=Count("pk", filter=reached & Q(in_group=True)),
            **{str(why): Count("pk", filter=Q(skipped_because=why)) for why in Skipped},
        )
    )
    counted = {id: Counts(*numbers) for id, *numbers in rows.values_list("broadcast_id", *_COUNTED)}
    added_up = {one.pk: Counts(**one.tally) for one in found if one.tally is not None}
    return {one.pk: counted.get(one.pk, Counts()) for one in found} | added_up


def reached_by(broadcast_id: int) -> list[int]:
    """Return whom a broadcast reached."""
    told = Receipt.objects.filter(broadcast_id=broadcast_id, delivered_at__isnull=False)
    return [one for one in told.order_by("pk").values_list("person_id", flat=True) if one is not None]


def posts_of(one: Broadcast) -> tuple[int, int]:
    """Return in how many groups the notice stands, and in how many it shall."""
    found = one.posts.aggregate(all=Count("pk"), posted=Count("message_id"))
    return found["posted"], found["all"]


def due(now: datetime) -> list[int]:
    """Return the broadcasts of which a worker has something to send."""
    waiting = Broadcast.objects.filter(goes_on_at__lte=now, state__in=GOING)
    return list(waiting.order_by("goes_on_at", "pk").values_list("pk", flat=True))


def in_force(now: datetime) -> QuerySet[Broadcast]:
    """Return what residents may read now."""
    return broadcasts().filter(state__in=SHOWN, expires_at__gt=now)


def receipts_of(person_id: int, now: datetime) -> list[Receipt]:
    """Return what somebody was told and what has not expired, the latest first."""
    told = Receipt.objects.filter(
        person_id=person_id,
        delivered_at__isnull=False,
        broadcast__state__in=SHOWN,
        broadcast__expires_at__gt=now,
    )
    return list(told.select_related("broadcast").order_by("-delivered_at", "-pk"))


def not_opened(person_id: int, now: datetime) -> int:
    """Return how many messages wait for somebody."""
    return sum(one.opened_at is None for one in receipts_of(person_id, now))


def may_read(person_id: int, one: Broadcast) -> bool:
    """Tell whether somebody was told it, or is in a group in which its notice stands."""
    if one.state not in SHOWN:
        return False
    if one.receipts.filter(person_id=person_id, delivered_at__isnull=False).exists():
        return True
    groups = one.posts.filter(message__isnull=False).values("thread_id")
    return Membership.objects.filter(person_id=person_id, left_at=None, thread_id__in=groups).exists()


def notices(message_ids: Collection[int]) -> dict[int, Broadcast]:
    """Return for each of the messages that is the notice of a broadcast, that broadcast."""
    found = BroadcastPost.objects.filter(message_id__in=message_ids).select_related("broadcast")
    return {one.message_id: one.broadcast for one in found if one.message_id is not None}


def kept_from(person_id: int, broadcast_ids: Iterable[int]) -> set[int]:
    """Return the broadcasts that somebody does not want, or was not to be bothered with."""
    skipped = Receipt.objects.filter(person_id=person_id, broadcast_id__in=list(broadcast_ids))
    return set(skipped.exclude(skipped_because="").values_list("broadcast_id", flat=True))


def notices_kept_from(person_id: int, thread_ids: Collection[int]) -> list[int]:
    """Return the messages of these threads that are notices somebody is not shown."""
    skipped = Receipt.objects.filter(person_id=person_id).exclude(skipped_because="").values("broadcast_id")
    posts = BroadcastPost.objects.filter(thread_id__in=thread_ids, broadcast_id__in=skipped)
    return [one for one in posts.values_list("message_id", flat=True) if one is not None]


def whom_kept_from(message_id: int) -> frozenset[int]:
    """Return who is not told a message: of a notice, those who do not want it or were not to be bothered with it."""
    skipped = Receipt.objects.filter(broadcast__posts__message=message_id, person__isnull=False)
    people = skipped.exclude(skipped_because="").values_list("person_id", flat=True)
    return frozenset(one for one in people if one is not None)


def opted_out_of(person_id: int) -> set[str]:
    return set(OptOut.objects.filter(person_id=person_id).values_list("kind", flat=True))


def told_about(person_id: int) -> list[Any]:
    """Return all that is kept of what somebody was told, for that person."""
    return list(
        Receipt.objects.filter(person_id=person_id)
        .order_by("pk")
        .values("broadcast__subject", "delivered_at", "shown_at", "opened_at", "skipped_because")
    )


def old_receipts(before: datetime) -> QuerySet[Broadcast]:
    """Return the broadcasts over since before a moment of which receipts are still kept."""
    over = Broadcast.objects.filter(tally__isnull=True, expires_at__lt=before, released_at__isnull=False)
    return over.exclude(state__in=GOING)
