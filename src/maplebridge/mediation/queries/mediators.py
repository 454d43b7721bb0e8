"""Who could mediate a dispute: skills, languages, load, and what stands between them and the parties."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from maplebridge.mediation.domain.conflicts import Conflict, Known, conflicts
from maplebridge.mediation.domain.workflow import OPEN
from maplebridge.mediation.models import (
    Assignment,
    Attendance,
    Declaration,
    Dispute,
    Mediator,
    Party,
    Session,
)
from maplebridge.mediation.queries.town import local_day, mediators
from maplebridge.people import queries as people


@dataclass(frozen=True, slots=True)
class Candidate:
    mediator: Mediator
    load: int  # open disputes in hand
    skilled: bool
    same_committee: bool
    conflicts: tuple[Conflict, ...]

    @property
    def excluded(self) -> bool:
        return any(one.excludes for one in self.conflicts)


def loads() -> dict[int, int]:
    """Return how many open disputes each mediator has in hand."""
    rows = (
        Assignment.objects.filter(until=None, dispute__state__in=sorted(OPEN))
        .values("mediator_id")
        .annotate(load=Count("id"))
    )
    return dict(rows.values_list("mediator_id", "load"))


def conflicts_of(dispute_id: int, chosen: Sequence[Mediator]) -> dict[int, tuple[Conflict, ...]]:
    """Return for each mediator what stands between them and the parties of a dispute."""
    parties = list(Party.objects.filter(dispute_id=dispute_id, left_at=None))
    everybody = {one.person_id for one in chosen} | {one.person_id for one in parties if one.person_id}
    households = people.households_of(everybody)
    known = [_party_known(one, households) for one in parties]
    declared: dict[int, list[tuple[int | None, str]]] = {}
    for one in Declaration.objects.filter(dispute_id=dispute_id):
        declared.setdefault(one.mediator_id, []).append((one.party_id, one.text))
    return {
        one.pk: tuple(
            conflicts(
                Known(one.pk, one.person_id, households.get(one.person_id, ""), (one.employer,)),
                known,
                earlier=_earlier(one, dispute_id, parties),
                declared=declared.get(one.pk, ()),
            )
        )
        for one in chosen
    }


def declarations_of(dispute_id: int) -> QuerySet[Declaration]:
    """Return who was said to be too close, the latest last."""
    said = Declaration.objects.filter(dispute_id=dispute_id)
    return said.select_related("mediator__person", "party").order_by("pk")


def _party_known(party: Party, households: dict[int, str]) -> Known:
    household = households.get(party.person_id, "") if party.person_id is not None else ""
    # An organization that is a party is itself what a mediator may be employed by.
    named = (party.employer, party.name if party.kind == Party.Kind.ORGANIZATION else "")
    return Known(party.pk, party.person_id, household, named)


def _earlier(mediator: Mediator, dispute_id: int, parties: Sequence[Party]) -> set[int]:
    """Return the parties who were in another dispute that this person had a part in."""
    others = Assignment.objects.filter(mediator__person_id=mediator.person_id).exclude(dispute_id=dispute_id)
    before = Party.objects.filter(dispute__in=others.values("dispute_id"))
    same = Q(pk__in=[])
    for one in parties:
        same |= _same_person(one)
    rows = list(before.filter(same).values_list("person_id", "id_digest", "name_digest", "phone_digest"))
    return {
        one.pk
        for one in parties
        if any(
            (one.person_id is not None and one.person_id == person)
            or (one.id_digest and one.id_digest == papers)
            or (one.phone_digest and (one.name_digest, one.phone_digest) == (name, phone))
            for person, papers, name, phone in rows
        )
    }


def _same_person(party: Party) -> Q:
    same = Q(pk__in=[])
    if party.person_id is not None:
        same |= Q(person_id=party.person_id)
    if party.id_digest:
        same |= Q(id_digest=party.id_digest)
    if party.phone_digest:
        same |= Q(name_digest=party.name_digest, phone_digest=party.phone_digest)
    return same


def candidates(dispute: Dispute, now: datetime) -> list[Candidate]:
    """Return who could mediate, best first: without conflicts, of the committee, skilled, with little in hand."""
    chosen = list(mediators(local_day(now)))
    between, busy = conflicts_of(dispute.pk, chosen), loads()
    found = [
        Candidate(
            one,
            busy.get(one.pk, 0),
            dispute.type in one.skills,
            one.committee_id == dispute.committee_id,
            between[one.pk],
        )
        for one in chosen
    ]
    return sorted(
        found,
        key=lambda one: (
            one.excluded,
            bool(one.conflicts),
            not one.same_committee,
            not one.skilled,
            one.load,
            one.mediator.pk,
        ),
    )


def booked_for(person_id: int, since: datetime, until: datetime) -> list[Session]:
    """Return the sessions of a person that begin within a time, in order."""
    booked = Attendance.objects.filter(person_id=person_id, canceled_at=None)
    return list(
        Session.objects.filter(
            pk__in=booked.values("session_id"), starts_at__gte=since, starts_at__lt=until, canceled_at=None
        )
        .select_related("room", "dispute")
        .order_by("starts_at", "pk")
    )


def room_bookings(
    room_ids: Sequence[int], since: datetime, until: datetime
) -> list[tuple[int, datetime, datetime]]:
    """Return when rooms are taken, without saying by whom: (room, from, to)."""
    taken = Session.objects.filter(
        room_id__in=room_ids, canceled_at=None, starts_at__lt=until, ends_at__gt=since
    ).order_by("starts_at")
    return [
        (room, start, end)
        for room, start, end in taken.values_list("room_id", "starts_at", "ends_at")
        if room
    ]
