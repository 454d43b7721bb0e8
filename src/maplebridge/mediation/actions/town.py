"""What a town sets for mediation: rules, committees with their members and rooms, mediators and their hours."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from maplebridge.kernel.dated import DatedValue
from maplebridge.mediation.actions.record import By, NotAllowed
from maplebridge.mediation.data import dispute_types
from maplebridge.mediation.domain.acceptance import Grave
from maplebridge.mediation.domain.committees import CommitteeRefused, Seat, check_committee
from maplebridge.mediation.domain.rules import RuleProblem, in_force
from maplebridge.mediation.domain.tiers import Tier
from maplebridge.mediation.models import (
    Committee,
    CommitteeMember,
    MediationRule,
    Mediator,
    OfficeHours,
    Room,
)
from maplebridge.mediation.queries import TIER_LEVEL, local_day, mediation_rules, rules_set
from maplebridge.mediation.queries.grave import fitting
from maplebridge.places import queries as places
from maplebridge.platform.audit import action
from maplebridge.platform.freshness import forget


@action
def set_rule(*, name: str, value: Any, reason: str, valid_from: date, by: By, now: datetime) -> MediationRule:
    """Set a rule from a day on, with a reason. What was set before stays on the record, and is never edited."""
    if not reason.strip():
        raise NotAllowed("reason_needed")
    if valid_from < local_day(now):
        raise NotAllowed("begins_in_the_past")
    if name == "grave_categories":
        _check_categories(value)
    others = [DatedValue(one.name, one.value, one.valid_from) for one in rules_set() if one.name != name]
    try:
        in_force([*others, DatedValue(name, value, valid_from)], valid_from)
    except RuleProblem as problem:
        raise NotAllowed(problem.code) from problem
    if MediationRule.objects.filter(name=name, valid_from=valid_from).exists():
        raise NotAllowed("rule_of_that_day")
    rule = MediationRule.objects.create(
        name=name, value=value, reason=reason, valid_from=valid_from, made_by_id=by.person_id
    )
    forget()
    return rule


def _check_categories(value: Any) -> None:
    """Refuse a category in which more than the few would read of violence or abuse, or that there is not."""
    if not isinstance(value, Mapping) or set(value) != set(Grave):
        raise NotAllowed("one_for_each_kind")
    for grave in Grave:
        if value[grave] not in fitting(grave):
            raise NotAllowed("category_does_not_fit")


@action
def found_committee(
    *,
    tier: Tier,
    grid_id: int,
    name: str,
    term_from: date,
    term_to: date,
    seats: Sequence[Seat],
    now: datetime,
) -> Committee:
    """Found a committee: 3 to 9 members, a woman among them, for a term (People's Mediation Law, art. 8 and 9)."""
    _check(seats, term_from, term_to, now)
    if places.grid_facts(grid_id).level != TIER_LEVEL[tier]:
        raise NotAllowed("ground_of_another_tier")
    if not name.strip():
        raise NotAllowed("name_needed")
    made = Committee(tier=tier, grid_id=grid_id, name=name.strip()[:80], term_from=term_from, term_to=term_to)
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as problem:
        raise NotAllowed("has_a_committee") from problem
    _seat(made, seats)
    return made


@action
def change_members(
    *, committee_id: int, seats: Sequence[Seat], term_from: date, term_to: date, now: datetime
) -> Committee:
    """Give a committee other members or another term; who leaves stays on the record with the day."""
    committee = Committee.objects.select_for_update().get(pk=committee_id)
    if committee.closed_at is not None:
        raise NotAllowed("committee_closed")
    _check(seats, term_from, term_to, now)
    before = {
        Seat(one.person_id, one.is_woman, one.chairs): one.pk
        for one in committee.members.filter(left_at=None)
    }
    if before.keys() == set(seats) and (committee.term_from, committee.term_to) == (term_from, term_to):
        raise NotAllowed("nothing_changed")
    leaving = [pk for seat, pk in before.items() if seat not in seats]
    committee.members.filter(pk__in=leaving).update(left_at=now)
    committee.term_from, committee.term_to = term_from, term_to
    committee.save(update_fields=["term_from", "term_to"])
    _seat(committee, [seat for seat in seats if seat not in before])
    return committee


def _check(seats: Sequence[Seat], term_from: date, term_to: date, now: datetime) -> None:
    years = mediation_rules(local_day(now)).term_years
    try:
        check_committee(seats, term_from=term_from, term_to=term_to, years=years)
    except CommitteeRefused as refusal:
        raise NotAllowed(refusal.code) from refusal


def _seat(committee: Committee, seats: Sequence[Seat]) -> None:
    for seat in seats:
        CommitteeMember.objects.create(
            committee=committee, person_id=seat.person_id, is_woman=seat.is_woman, chairs=seat.chairs
        )


@action
def close_committee(*, committee_id: int, now: datetime) -> None:
    """Close a committee for which nobody mediates any more; its rooms are closed with it."""
    committee = Committee.objects.select_for_update().get(pk=committee_id)
    if committee.disputes.filter(concluded_at=None).exists():
        raise NotAllowed("has_open_disputes")
    if committee.mediators.filter(Q(ends_on=None) | Q(ends_on__gt=local_day(now))).exists():
        raise NotAllowed("has_mediators")
    for room in committee.rooms.filter(closed_at=None):
        close_room(room_id=room.pk, now=now)
    committee.closed_at = now
    committee.save(update_fields=["closed_at"])


@action
def open_room(
    *, committee_id: int, name: str, where: str = "", seats: int = 8, named_after_id: int | None = None
) -> Room:
    """Open a room of a committee; some are named after a mediator."""
    if not name.strip():
        raise NotAllowed("name_needed")
    made = Room(
        committee_id=committee_id,
        name=name.strip()[:80],
        where=where.strip()[:120],
        seats=seats,
        named_after_id=named_after_id,
    )
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as problem:
        raise NotAllowed("room_of_that_name") from problem
    return made


@action
def close_room(*, room_id: int, now: datetime) -> None:
    """Close a room in which nothing is booked, and nobody has office hours any more."""
    room = Room.objects.select_for_update().get(pk=room_id)
    if room.sessions.filter(canceled_at=None, starts_at__gt=now).exists():
        raise NotAllowed("room_is_booked")
    sitting = Q(mediator__ends_on=None) | Q(mediator__ends_on__gt=local_day(now))
    if OfficeHours.objects.filter(sitting, room=room).exists():
        raise NotAllowed("room_has_office_hours")
    room.closed_at = now
    room.save(update_fields=["closed_at"])


@action
def appoint(
    *,
    person_id: int,
    committee_id: int,
    kind: str,
    starts_on: date,
    skills: Sequence[str] = (),
    languages: Sequence[str] = (),
    employer: str = "",
) -> Mediator:
    """Let somebody mediate for a committee. What they may see follows from their posting."""
    if kind not in Mediator.Kind.values:
        raise NotAllowed("unknown_kind")
    if unknown := set(skills) - set(dispute_types()):
        raise NotAllowed("unknown_type", types=sorted(unknown))
    made = Mediator(
        person_id=person_id,
        committee_id=committee_id,
        kind=kind,
        skills=list(skills),
        languages=list(languages),
        employer=employer.strip()[:80],
        starts_on=starts_on,
    )
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as problem:
        raise NotAllowed("mediates_already") from problem
    return made


@action
def dismiss(*, mediator_id: int, ends_on: date, now: datetime) -> Mediator:
    """End somebody's time as a mediator, once nothing is in their hands."""
    mediator = Mediator.objects.select_for_update().get(pk=mediator_id)
    if mediator.assignments.filter(until=None, dispute__concluded_at=None).exists():
        raise NotAllowed("has_open_disputes")
    if mediator.ends_on is not None:
        raise NotAllowed("dismissed_already")
    if ends_on < local_day(now):
        raise NotAllowed("ends_in_the_past")
    if ends_on <= mediator.starts_on:
        raise NotAllowed("ends_before_it_starts")
    mediator.ends_on = ends_on
    mediator.save(update_fields=["ends_on"])
    return mediator


@action
def set_office_hours(*, mediator_id: int, hours: Sequence[tuple[int, time, time, int | None]]) -> None:
    """Set when a mediator sits where: (weekday, from, to, room); what was set before is gone."""
    if any(not 0 <= weekday <= 6 or ends <= starts for weekday, starts, ends, _ in hours):
        raise NotAllowed("ends_before_it_starts")
    OfficeHours.objects.filter(mediator_id=mediator_id).delete()
    for weekday, starts, ends, room_id in hours:
        OfficeHours.objects.create(
            mediator_id=mediator_id, weekday=weekday, starts=starts, ends=ends, room_id=room_id
        )
