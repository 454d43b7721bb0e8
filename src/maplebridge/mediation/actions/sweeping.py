"""Planned rounds that look for disputes (排查), with a result for each grid, also "nothing found"."""

from collections.abc import Mapping
from datetime import date, datetime

from maplebridge.mediation.actions.record import By, NotAllowed
from maplebridge.mediation.events import SweepReported
from maplebridge.mediation.models import Sweep, SweepResult
from maplebridge.mediation.queries import local_day
from maplebridge.platform.audit import action
from maplebridge.platform.events import publish


@action
def plan_sweep(
    *, name: str, starts_on: date, ends_on: date, grids: Mapping[int, int | None], by: By, now: datetime
) -> Sweep:
    """Plan a round over grids; for each grid who goes there, if that is known."""
    if by.person_id is None:
        raise NotAllowed("somebody_plans")
    if not name.strip() or not grids:
        raise NotAllowed("name_and_grids_needed")
    if ends_on < starts_on or ends_on < local_day(now):
        raise NotAllowed("end_in_the_past")
    sweep = Sweep.objects.create(
        name=name.strip()[:80],
        starts_on=starts_on,
        ends_on=ends_on,
        planned_by_id=by.person_id,
        planned_at=now,
    )
    SweepResult.objects.bulk_create(
        SweepResult(sweep=sweep, grid_id=grid_id, person_id=person_id) for grid_id, person_id in grids.items()
    )
    return sweep


@action
def report_sweep(*, result_id: int, found: int, words: str, by: By, now: datetime) -> SweepResult:
    """Say what a round found on a grid; nothing is a result too. Said once: what was missed is found otherwise."""
    result = SweepResult.objects.select_for_update().get(pk=result_id)
    if result.reported_at is not None:
        raise NotAllowed("already_reported")
    if found < 0:
        raise NotAllowed("below_zero")
    if found < result.disputes.count():
        raise NotAllowed("more_were_written_down")
    result.found, result.words, result.reported_at = found, words, now
    result.person_id = result.person_id or by.person_id
    result.save(update_fields=["found", "words", "reported_at", "person"])
    publish(SweepReported(sweep_id=result.sweep_id, grid_id=result.grid_id, found=found, occurred_at=now))
    return result
