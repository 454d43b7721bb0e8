"""What the town has set for mediation: rules, committees, rooms, who mediates."""

from datetime import date

from django.db.models import Q, QuerySet

from maplebridge.kernel.dated import DatedValue
from maplebridge.matters.queries import local_day as local_day
from maplebridge.matters.queries import town_zone as town_zone
from maplebridge.mediation.domain.rules import MediationRules, in_force
from maplebridge.mediation.domain.tiers import ORDER, Tier
from maplebridge.mediation.models import (
    Committee,
    CommitteeMember,
    Dispute,
    MediationRule,
    Mediator,
    OfficeHours,
    Room,
    Sweep,
    SweepResult,
)
from maplebridge.places import queries as places
from maplebridge.platform.freshness import fresh_for

FRESH_S = 5.0
TIER_LEVEL = {Tier.GROUP: 2, Tier.VILLAGE: 3, Tier.TOWN: 4}  # of the grid that a committee of the tier is for


@fresh_for(FRESH_S)
def mediation_rules(on: date) -> MediationRules:
    """Return the town's rules of mediation in force on a day."""
    values = MediationRule.objects.filter(valid_from__lte=on).values_list("name", "value", "valid_from")
    return in_force([DatedValue(*row) for row in values], on)


def rules_set() -> list[MediationRule]:
    """Return every value that was ever set, the latest day first."""
    return list(MediationRule.objects.select_related("made_by").order_by("name", "-valid_from"))


def committees() -> QuerySet[Committee]:
    return Committee.objects.filter(closed_at=None).select_related("grid").order_by("tier", "name")


def committee_for(tier: Tier, grid_id: int) -> Committee | None:
    """Return the committee of a tier for a place: that of the nearest grid upward.

    Where a tier has none, the next tier's serves it: what a village group settles bears its village's seal.
    """
    chain = list(places.grid_facts(grid_id).chain)
    found = {(one.tier, one.grid_id): one for one in committees().filter(grid_id__in=chain)}
    wanted = ((one, grid) for one in ORDER[ORDER.index(tier) :] for grid in chain)
    return next((found[one] for one in wanted if one in found), None)


def get_committee(committee_id: int) -> Committee | None:
    return Committee.objects.filter(pk=committee_id).select_related("grid").first()


def members_of(committee_id: int) -> QuerySet[CommitteeMember]:
    """Return who has a seat in a committee, the chair first."""
    seats = CommitteeMember.objects.filter(committee_id=committee_id, left_at=None)
    return seats.select_related("person").order_by("-chairs", "pk")


def rooms() -> QuerySet[Room]:
    return Room.objects.filter(closed_at=None).select_related("committee").order_by("committee__name", "name")


def mediators(on: date) -> QuerySet[Mediator]:
    """Return who mediates on a day."""
    return (
        Mediator.objects.filter(Q(ends_on=None) | Q(ends_on__gt=on), starts_on__lte=on)
        .select_related("person", "committee")
        .order_by("committee__name", "pk")
    )


def mediator_of(person_id: int, on: date) -> Mediator | None:
    """Return somebody as a mediator: that of the committee they joined first."""
    return mediators(on).filter(person_id=person_id).order_by("pk").first()


def office_hours(on: date) -> QuerySet[OfficeHours]:
    """Return when whoever sits where, in the order of the week."""
    return (
        OfficeHours.objects.filter(mediator__in=mediators(on).order_by())
        .select_related("mediator__person", "mediator__committee", "room")
        .order_by("weekday", "starts", "pk")
    )


def file_number(dispute: Dispute, on: date) -> str:
    """Return the number of a file as it is printed, "（2026）人调字第12号"; nothing before it is accepted."""
    if dispute.file_number is None or dispute.file_year is None:
        return ""
    return f"（{dispute.file_year}）{mediation_rules(on).file_mark}第{dispute.file_number}号"


def sweeps() -> QuerySet[Sweep]:
    return Sweep.objects.select_related("planned_by").order_by("-starts_on", "-pk")


def results_of(sweep_id: int) -> QuerySet[SweepResult]:
    return (
        SweepResult.objects.filter(sweep_id=sweep_id).select_related("grid", "person").order_by("grid__code")
    )
