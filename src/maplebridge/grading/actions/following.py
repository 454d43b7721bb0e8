"""What follows from a confirmed warning on the ground: a round over its grids that looks for disputes (排查)."""

from datetime import datetime, timedelta

from maplebridge.grading.domain.warnings import WarningRefused
from maplebridge.grading.models import EarlyWarning
from maplebridge.grading.queries import warnings as reads
from maplebridge.matters import queries as matters
from maplebridge.mediation import actions as mediation
from maplebridge.mediation.permissions import plans_sweeps
from maplebridge.people import queries as people
from maplebridge.people.domain.standing import Standing
from maplebridge.platform.audit import action

ROUND_LASTS = timedelta(days=14)


@action
def plan_round(*, warning_id: int, name: str, by: Standing, now: datetime) -> EarlyWarning:
    """Plan a round over the grids of a confirmed warning; planned again, it is the same round."""
    if by.person_id is None or not plans_sweeps(by):
        raise WarningRefused("may_not_plan")
    one = EarlyWarning.objects.select_for_update(of=("self",)).get(pk=warning_id)
    if one.sweep_id is not None:
        return one
    if one.state != EarlyWarning.State.CONFIRMED:
        raise WarningRefused("confirm_first")
    grids = reads.grids_behind(one)
    if not grids:
        raise WarningRefused("no_grids")
    today = matters.local_day(now)
    chiefs = people.chiefs_on(today)
    sweep = mediation.plan_sweep(
        name=name,
        starts_on=today,
        ends_on=today + ROUND_LASTS,
        grids={grid_id: chiefs.get(grid_id) for grid_id in grids},
        by=mediation.By.of(by),
        now=now,
    )
    one.sweep_id = sweep.pk
    one.save(update_fields=["sweep"])
    return one
