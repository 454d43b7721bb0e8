"""An uploaded file, from arriving to being taken over."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.db import transaction

from maplebridge.kernel.tables import Table, TableError, read_table
from maplebridge.places import queries
from maplebridge.places.actions.importing import ImportRefused, import_sheet
from maplebridge.places.domain.importing import SHEETS, Problem, Record, Sheet, table_of_features
from maplebridge.places.domain.planning import Change
from maplebridge.places.domain.territory import Finding
from maplebridge.places.models import TerritoryImport
from maplebridge.platform.audit import action

SHOWN_PROBLEMS = 500
SHOWN_CHANGES = 200
MOST_ROWS = 500_000


@action
def keep_upload(
    *, sheet: Sheet, file_name: str, data: bytes, asked_by: int | None, now: datetime
) -> TerritoryImport:
    """Keep a file until it is decided. Nothing of it is in the territory yet."""
    kept = TerritoryImport.objects.create(
        sheet=sheet.name, file_name=file_name[-200:], asked_by=asked_by, asked_at=now
    )
    path = queries.upload_path(kept.pk)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_bytes(data)
    return kept


def read_upload(one: TerritoryImport) -> Table:
    """Read the kept file in its own shape. Raises TableError where it has none."""
    data = queries.upload_path(one.pk).read_bytes()
    if one.file_name.lower().endswith((".geojson", ".json")):
        return table_of_features(data, one.file_name, SHEETS[one.sheet])
    return read_table(data, one.file_name, max_rows=MOST_ROWS)


def check_upload(*, import_id: int, today: date) -> None:
    """Check a kept file and note what taking it over would do, or why it cannot be."""
    one = TerritoryImport.objects.get(pk=import_id)
    tell = _telling(import_id)
    tell("reading", 0, 1)
    try:
        table = read_upload(one)
    except TableError as error:
        params = {name: list(v) if isinstance(v, tuple) else v for name, v in error.params.items()}
        note_check(import_id=import_id, report={"file": {"code": error.code, "params": params}}, clean=False)
        return
    found = queries.dry_run(SHEETS[one.sheet], table, today=today, tell=tell)
    note_check(import_id=import_id, report=_report(found), clean=not found.problems)


@action
def note_check(*, import_id: int, report: Mapping[str, Any], clean: bool) -> None:
    """Note what the check of a file found."""
    state = TerritoryImport.State.CHECKED if clean else TerritoryImport.State.REFUSED
    TerritoryImport.objects.filter(pk=import_id, state=TerritoryImport.State.WAITING).update(
        state=state, report=dict(report)
    )


def _report(found: queries.DryRun) -> dict[str, Any]:
    plan = found.plan
    return {
        "rows": found.rows,
        "problem_count": len(found.problems),
        "problems": [_problem(one) for one in found.problems[:SHOWN_PROBLEMS]],
        "added": len(plan.new),
        "changed": len(plan.changed),
        "ended": len(plan.ended),
        "unchanged": plan.unchanged,
        "new_rows": [_named(record) for record in plan.new[:SHOWN_CHANGES]],
        "changes": [_changed(one) for one in plan.changed[:SHOWN_CHANGES]],
        "endings": [_changed(one) for one in plan.ended[:SHOWN_CHANGES]],
        "moving": [asdict(one) for one in found.moving[:SHOWN_CHANGES]],
        "finding_count": len(found.findings),
        "findings": [_finding(one) for one in found.findings[:SHOWN_CHANGES]],
    }


def _problem(one: Problem) -> dict[str, Any]:
    return {
        "row": one.row,
        "column": one.column,
        "trouble": one.trouble,
        "params": one.params,
        "nearest": one.nearest,
    }


def _named(record: Record) -> dict[str, Any]:
    values = record.values
    code = values.get("code") or values.get("building")
    return {"row": record.row, "code": code, "name": values.get("name") or values.get("number") or ""}


def _changed(one: Change) -> dict[str, Any]:
    words = [(column, _short(one.before[column]), _short(after)) for column, after in one.after.items()]
    return _named(one.record) | {"code": one.key, "columns": words}


def _short(value: Any) -> str:
    if isinstance(value, Mapping):
        return "…"  # a border is not read by people
    return "、".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


def _finding(one: Finding) -> dict[str, Any]:
    at = [round(one.at.lon, 6), round(one.at.lat, 6)] if one.at else None
    return {"misfit": one.misfit, "code": one.code, "params": one.params, "at": at}


@action
def accept_upload(*, import_id: int) -> bool:
    """Say that a clean file shall be taken over. Return whether it was waiting for that."""
    clean = TerritoryImport.objects.filter(pk=import_id, state=TerritoryImport.State.CHECKED)
    return bool(clean.update(state=TerritoryImport.State.ACCEPTED))


@action
def drop_upload(*, import_id: int, now: datetime) -> None:
    """Forget a file without taking anything of it over."""
    waiting = TerritoryImport.objects.filter(pk=import_id).exclude(state=TerritoryImport.State.WRITTEN)
    if waiting.update(state=TerritoryImport.State.DROPPED, ended_at=now):
        queries.upload_path(import_id).unlink(missing_ok=True)


@action
def take_over_upload(*, import_id: int, today: date, now: datetime) -> None:
    """Write an accepted file, checked once more: all of it, or nothing with the reasons noted."""
    one = TerritoryImport.objects.select_for_update().get(pk=import_id)
    if one.state != TerritoryImport.State.ACCEPTED:
        return
    try:
        with transaction.atomic():
            import_sheet(
                sheet=SHEETS[one.sheet], table=read_upload(one), today=today, tell=_telling(import_id)
            )
    except ImportRefused as refused:
        one.state = TerritoryImport.State.REFUSED
        one.report = {
            "problem_count": len(refused.problems),
            "problems": [_problem(problem) for problem in refused.problems[:SHOWN_PROBLEMS]],
        }
        one.save(update_fields=["state", "report"])
        return
    one.state, one.ended_at = TerritoryImport.State.WRITTEN, now
    one.save(update_fields=["state", "ended_at"])
    queries.upload_path(import_id).unlink(missing_ok=True)


def _telling(import_id: int) -> queries.Tell:
    """Return what writes down how far the work is, where the page can read it meanwhile."""
    path = queries.upload_path(import_id).with_suffix(".progress")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)

    def tell(step: str, done: int, total: int) -> None:
        path.write_text(f"{step} {done} {total}")

    return tell
