"""Further words about a matter, by whoever reported it or by somebody who joins it. None of them get lost."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from maplebridge.conversations.actions import RESIDENT
from maplebridge.matters.actions.ending import reopen
from maplebridge.matters.actions.raising import Judged, Where, raise_matter
from maplebridge.matters.actions.record import By, note, take, tell
from maplebridge.matters.domain.additions import Goes
from maplebridge.matters.domain.workflow import State
from maplebridge.matters.models import Entry, Matter, MatterPhoto, Reporter
from maplebridge.matters.queries import addition_goes, door
from maplebridge.platform.audit import action


@action
def join(
    *,
    matter_id: int,
    person_id: int,
    thread_id: int,
    now: datetime,
    message_id: int | None = None,
    text: str = "",
    photo_ids: Sequence[int] = (),
) -> Matter:
    """Let somebody join a matter instead of repeating it: they get every answer too, and are asked about the result.

    Whatever it has been merged into meanwhile is what they join.
    """
    matter = take_where_it_goes_on(matter_id)
    _, is_new = Reporter.objects.get_or_create(
        matter=matter,
        person_id=person_id,
        defaults={"message_id": message_id, "thread_id": thread_id, "joined_at": now},
    )
    if is_new:
        matter.reporters = matter.reported_by.count()
        matter.save(update_fields=["reporters"])
    by = By(person_id, RESIDENT)
    keep_photos(matter, photo_ids, by)
    facts = {"message": message_id} if message_id else {}
    note(matter, "joined" if is_new else "added", by=by, now=now, text=text, public=True, facts=facts)
    tell(matter)
    return matter


@action
def add(
    *,
    matter_id: int,
    by: By,
    text: str,
    now: datetime,
    message_id: int | None = None,
    photo_ids: Sequence[int] = (),
) -> Matter:
    """Attach what somebody adds to a matter. Return the matter where it stands now, which may be another.

    Words for a matter that goes on in another go there. After a result they open it again; where it is over for
    good, they begin a new matter that names the old one. Only for whoever reported it: what staff note on an ended
    matter is a note.
    """
    matter = take_where_it_goes_on(matter_id)
    where_to = addition_goes(matter, now)
    asked = matter.reported_by.filter(person_id=by.person_id or 0).first()
    if where_to is Goes.ANEW and asked is not None:
        return _follow(matter, asked, by, text, message_id, photo_ids, now)
    keep_photos(matter, photo_ids, by)
    note(matter, "added", by=by, now=now, text=text, public=True, facts={"message": message_id})
    if where_to is Goes.REOPENS and asked is not None:
        reopen(matter, now, cause="added_after_result")
    tell(matter)
    return matter


def take_where_it_goes_on(matter_id: int) -> Matter:
    """Return, held, the matter in which this one goes on: itself, unless it was merged."""
    while into_id := _merged_into(matter_id):
        matter_id = into_id
    matter = take(matter_id)
    return take_where_it_goes_on(matter.pk) if matter.state == State.MERGED else matter


def _merged_into(matter_id: int) -> int | None:
    return (
        Matter.objects.filter(pk=matter_id, state=State.MERGED)
        .values_list("merged_into_id", flat=True)
        .first()
    )


def _follow(
    old: Matter,
    asked: Reporter,
    by: By,
    text: str,
    message_id: int | None,
    photo_ids: Sequence[int],
    now: datetime,
) -> Matter:
    """Begin a new matter about what an old one was about; each names the other."""
    read = door().propose(text) if text else None
    new = raise_matter(
        origin=Matter.Origin(old.origin),
        text=text or old.summary,
        thread_id=asked.thread_id,
        reporter_id=asked.person_id,
        judged=Judged(
            category=old.category.code if old.category else None,
            severity=max(old.severity, int(read.severity) if read else 1),
            decided=old.category is not None and not old.needs_sorting,
            emergency=" ".join(read.numbers) if read else "",
            confidential=old.confidential or bool(read and read.confidential),
            lead=old.category.lead if old.category else "",
            why=[{"code": "follows", "matters": [[old.pk, 1.0]]}],
        ),
        where=Where(
            grid_id=old.grid_id,
            estate_id=old.estate_id,
            building_id=old.building_id,
            lon=old.lon,
            lat=old.lat,
            words=old.place,
        ),
        message_id=message_id,
        photo_ids=photo_ids,
        now=now,
    )
    note(new, "follows", by=by, now=now, public=True, facts={"into": old.pk})
    note(old, "followed", by=by, now=now, public=True, facts={"into": new.pk})
    tell(old)
    return new


def keep_photos(matter: Matter, photo_ids: Sequence[int], by: By) -> None:
    """Attach photos of how things were found."""
    for photo_id in photo_ids:
        MatterPhoto.objects.get_or_create(
            matter=matter,
            photo_id=photo_id,
            defaults={"when": MatterPhoto.When.BEFORE, "by_id": by.person_id},
        )


@action
def forget_added(*, message_id: int, thread_id: int) -> None:
    """Forget the words of a message that was taken back where they were noted as an addition; that it was, stays."""
    heard = Matter.objects.filter(Q(thread_id=thread_id) | Q(reported_by__thread_id=thread_id)).values("pk")
    noted = Entry.objects.filter(
        matter__in=heard, deed__in=["added", "joined"], facts__message=message_id
    ).exclude(text="")
    for entry in noted:
        entry.text = ""
        entry.save(update_fields=["text"])
        tell(entry.matter)
