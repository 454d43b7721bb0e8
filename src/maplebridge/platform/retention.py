"""What the platform itself forgets in time, and the register of everything that was deleted by a rule."""

from collections.abc import Collection
from datetime import datetime

from django.contrib.sessions.models import Session
from django.db.models import Exists, ForeignObjectRel, OuterRef, QuerySet

from maplebridge.platform import photos
from maplebridge.platform.audit import action
from maplebridge.platform.models import (
    DeletionRecord,
    Delivery,
    EventRecord,
    IdempotencyKey,
    Photo,
    WaitingFile,
)

FINISHED = "finished"


def register(*, rule: str, kind: str, rows: int, before: datetime, now: datetime) -> None:
    """Write into the register that something was deleted, in the transaction that deletes it."""
    if rows:
        DeletionRecord.objects.create(rule=rule, kind=kind, rows=rows, before=before, made_at=now)


@action
def note_finished(now: datetime) -> None:
    """Write into the register that all rules were gone through, so that nobody does it again this night."""
    DeletionRecord.objects.create(rule=FINISHED, kind=FINISHED, rows=0, before=now, made_at=now)


def last_finished() -> datetime | None:
    newest = DeletionRecord.objects.filter(rule=FINISHED).order_by("-made_at")
    return newest.values_list("made_at", flat=True).first()


def registered() -> QuerySet[DeletionRecord]:
    return DeletionRecord.objects.order_by("-made_at", "-pk")


def old_answers(before: datetime) -> QuerySet[IdempotencyKey]:
    return IdempotencyKey.objects.filter(received_at__lt=before)


def old_events(before: datetime) -> QuerySet[EventRecord]:
    """Return the events that are old and have arrived everywhere."""
    on_its_way = Delivery.objects.filter(event=OuterRef("pk"))
    return EventRecord.objects.filter(~Exists(on_its_way), occurred_at__lt=before)


def old_files(before: datetime) -> QuerySet[WaitingFile]:
    return WaitingFile.objects.filter(kept_at__lt=before)


def old_sessions(before: datetime) -> QuerySet[Session]:
    return Session.objects.filter(expire_date__lt=before)


def unused_photos(before: datetime) -> QuerySet[Photo]:
    """Return the old pictures that nothing shows any longer, or never did: whoever shows one points at it."""
    found = Photo.objects.filter(kept_at__lt=before)
    for relation in Photo._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel):
            shown_by = relation.related_model._base_manager.filter(**{relation.field.name: OuterRef("pk")})
            found = found.exclude(Exists(shown_by))
    return found


@action
def delete_answers(*, ids: Collection[int]) -> int:
    return IdempotencyKey.objects.filter(pk__in=ids).delete()[0]


@action
def delete_events(*, ids: Collection[int]) -> int:
    return EventRecord.objects.filter(pk__in=ids).delete()[0]


@action
def delete_files(*, ids: Collection[int]) -> int:
    return WaitingFile.objects.filter(pk__in=ids).delete()[0]


@action
def delete_sessions(*, ids: Collection[str]) -> int:
    return Session.objects.filter(pk__in=ids).delete()[0]


@action
def delete_photos(*, ids: Collection[int]) -> int:
    """Delete pictures with their files. Held while deleting, no row can begin to point at one."""
    held = list(Photo.objects.select_for_update().filter(pk__in=ids))
    for photo in held:
        for size in photos.SIZES:
            photos.path_of(photo.key, size).unlink(missing_ok=True)
    Photo.objects.filter(pk__in=[photo.pk for photo in held]).delete()
    return len(held)
