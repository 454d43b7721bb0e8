"""The one gate: what was said, shown, offered, promised or noted is read here, by whoever may hear it."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import Q, QuerySet

from maplebridge.mediation.domain.audiences import Audience, Viewer
from maplebridge.mediation.models import (
    Acceptance,
    Entry,
    Exhibit,
    Heard,
    Offer,
    Promise,
    Session,
    Utterance,
)

H = TypeVar("H", bound=Heard)


def hearing(viewer: Viewer, kind: type[Heard]) -> Q:
    """Return the condition under which a viewer hears something: `domain.audiences.hears` for the database."""
    if viewer.mediates:
        return Q()
    if viewer.is_guest:
        of_session = {Session: "pk", Utterance: "session_id", Exhibit: "session_id"}
        if kind not in of_session:
            return Q(pk__in=[])
        return Q(("audience", Audience.BOTH), (of_session[kind], viewer.guest_in))
    if viewer.side_id is None:
        return Q(pk__in=[])
    return Q(audience=Audience.BOTH) | Q(audience=Audience.SIDE, side_id=viewer.side_id)


def heard(rows: QuerySet[H], viewer: Viewer) -> QuerySet[H]:
    """Narrow rows to those that a viewer hears."""
    return rows.filter(hearing(viewer, rows.model))


def heard_apart(side_id: int) -> bool:
    """Say whether anything was said, shown, offered or promised to one side alone."""
    apart = {"audience": Audience.SIDE, "side_id": side_id}
    return any(kind.objects.filter(**apart).exists() for kind in (Utterance, Exhibit, Offer, Promise))


def utterances_for(viewer: Viewer, dispute_id: int) -> QuerySet[Utterance]:
    rows = Utterance.objects.filter(dispute_id=dispute_id).select_related(
        "author", "party", "side", "session"
    )
    return heard(rows, viewer).order_by("id")


def exhibits_for(viewer: Viewer, dispute_id: int) -> QuerySet[Exhibit]:
    """Return what was put on file; a PDF with its size, without what is in it."""
    rows = Exhibit.objects.filter(dispute_id=dispute_id)
    rows = rows.select_related("photo", "kept_by", "side", "enclosure").defer("enclosure__content")
    return heard(rows, viewer).order_by("id")


def offers_for(viewer: Viewer, dispute_id: int) -> QuerySet[Offer]:
    rows = Offer.objects.filter(dispute_id=dispute_id).select_related("by_side", "side", "counter_to")
    return heard(rows, viewer).order_by("id")


def acceptances_for(viewer: Viewer, dispute_id: int) -> QuerySet[Acceptance]:
    rows = Acceptance.objects.filter(offer__dispute_id=dispute_id).filter(
        offer__in=offers_for(viewer, dispute_id)
    )
    return heard(rows, viewer).select_related("by_side").order_by("id")


def promises_for(viewer: Viewer, dispute_id: int) -> QuerySet[Promise]:
    rows = Promise.objects.filter(dispute_id=dispute_id).select_related("by_side", "by", "side")
    return heard(rows, viewer).order_by("due_at", "id")


def sessions_for(viewer: Viewer, dispute_id: int) -> QuerySet[Session]:
    rows = Session.objects.filter(dispute_id=dispute_id).select_related("room", "side")
    return heard(rows, viewer).order_by("starts_at", "id")


def time_line_for(viewer: Viewer, dispute_id: int) -> QuerySet[Entry]:
    rows = Entry.objects.filter(dispute_id=dispute_id).select_related("by", "side")
    return heard(rows, viewer).order_by("id")


@dataclass(frozen=True, slots=True)
class Deed:
    """A line of the time line without words."""

    deed: str
    at: datetime
    by: str


def deeds_of(dispute_id: int) -> list[Deed]:
    """Return what was done and when, without any words: for whoever oversees a dispute and hears nothing of it."""
    rows = Entry.objects.filter(dispute_id=dispute_id).order_by("id")
    return [Deed(deed, at, by or "") for deed, at, by in rows.values_list("deed", "at", "by__nickname")]
