"""What matters forget in time: their words. What is counted (kind, place in the territory, moments, outcome) stays.

A matter under oversight is left alone, and so is everything of it: that is the legal hold.
"""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_noop

from maplebridge.conversations import actions as conversations
from maplebridge.conversations import queries as talk
from maplebridge.matters.actions.record import in_town_language
from maplebridge.matters.domain.workflow import ClosedAs, State
from maplebridge.matters.models import Matter, Oversight, Reporter, Sorting
from maplebridge.platform.audit import action

EMPTIED = gettext_noop("(deleted: its time is over)")
ENDED = (State.CLOSED, State.MERGED)

# A matter has words until they are deleted; what is searched by goes with what is read.
HAS_WORDS = Q(words__isnull=False)


def _held() -> Q:
    """Return the condition for matters under legal hold: oversight of themselves, or of the matter they went into."""
    watched = Oversight.objects.filter(closed_at=None)
    return (
        Q(under_oversight=True)
        | Q(merged_into__under_oversight=True)
        | Exists(watched.filter(matter=OuterRef("pk")))
        | Exists(watched.filter(matter=OuterRef("merged_into")))
    )


def withdrawn_before(before: datetime) -> QuerySet[Matter]:
    return _due(Q(closed_as=ClosedAs.WITHDRAWN), before)


def closed_before(before: datetime) -> QuerySet[Matter]:
    return _due(~Q(closed_as=ClosedAs.WITHDRAWN), before)


def _due(kind: Q, before: datetime) -> QuerySet[Matter]:
    ended = Q(state__in=ENDED, closed_at__lt=before)
    goes_on = Q(merged_into__isnull=False) & ~Q(merged_into__state__in=ENDED)
    return Matter.objects.filter(HAS_WORDS, kind, ended).exclude(_held()).exclude(goes_on).order_by("pk")


@action
def empty(*, matter_id: int, now: datetime) -> None:
    """Empty a matter and what was said for it: no words, place, point or picture of it are left."""
    matter = Matter.objects.select_for_update(of=("self",)).get(pk=matter_id)
    conversations.empty_messages(message_ids=_messages_only_of(matter), now=now)
    gone = in_town_language(EMPTIED)
    matter.summary, matter.place, matter.words, matter.lon, matter.lat = gone, "", None, None, None
    matter.save(update_fields=["summary", "place", "words", "lon", "lat"])
    matter.entries.exclude(text="").update(text="")
    matter.call_outs.update(instruction="", words="")
    matter.hand_overs.update(words="", reason="")
    matter.extensions.update(reason="")
    matter.oversights.update(words="", minutes="")
    matter.promises.update(text="")
    matter.feedback.update(words="")
    matter.photos.all().delete()


def _messages_only_of(matter: Matter) -> list[int]:
    """Return the messages that tell of this matter and of no other that still has its words."""
    told = _told_in(Matter.objects.filter(pk=matter.pk))
    others = Matter.objects.filter(HAS_WORDS).exclude(pk=matter.pk)
    if not others.filter(thread_id=matter.thread_id).exists():
        told |= set(talk.private_messages(matter.thread_id))
    told -= _attached(told, others)
    return sorted(told | set(talk.replies_to(told)))


def _told_in(matters: QuerySet[Matter]) -> set[int]:
    found = [
        *matters.values_list("asked_in_id", flat=True),
        *Reporter.objects.filter(matter__in=matters).values_list("message_id", flat=True),
        *Sorting.objects.filter(matter__in=matters).values_list("message_id", flat=True),
    ]
    return {one for one in found if one is not None}


def _attached(message_ids: Collection[int], matters: QuerySet[Matter]) -> set[int]:
    """Return which of the messages belong to one of the matters: asked, joined or added by them."""
    asked = matters.filter(asked_in_id__in=message_ids).values_list("asked_in_id", flat=True)
    joined = Reporter.objects.filter(message_id__in=message_ids, matter__in=matters)
    added = Sorting.objects.filter(message_id__in=message_ids, matter__in=matters)
    return {
        one
        for found in (
            asked,
            joined.values_list("message_id", flat=True),
            added.values_list("message_id", flat=True),
        )
        for one in found
        if one is not None
    }


def without_matter(message_ids: Collection[int]) -> list[int]:
    """Return which of the messages belong to no matter, neither themselves nor as a reply to one that does."""
    targets = talk.reply_targets(message_ids)
    known = _attached({*message_ids, *targets.values()}, Matter.objects.all())
    return [one for one in message_ids if one not in known and targets.get(one) not in known]


def reporters_at_rest(before: datetime, *, after: int = 0, most: int = 500) -> list[int]:
    """Return whose matters have all ended before a moment, by person: none open, held, or confidential and kept."""
    mine = Matter.objects.filter(reported_by__person_id=OuterRef("person_id"))
    still_needed = mine.filter(
        ~Q(state__in=ENDED) | Q(closed_at__gte=before) | Q(confidential=True) & HAS_WORDS | _held()
    )
    found = Reporter.objects.filter(~Exists(still_needed), person_id__gt=after)
    return list(found.order_by("person_id").values_list("person_id", flat=True).distinct()[:most])
