"""The triggers that the first migrations put on tables, as they were then.

Frozen: `recording.trigger` may change, and `makemigrations` then writes a migration that brings the change to every
town; what a town began with stays what it was.
"""

import hashlib
from collections.abc import Sequence

from pgtrigger.compiler import Trigger, UpsertTriggerSql


def recorded(
    model: str, *, personal: Sequence[str] = (), skip: Sequence[str] = (), table: str = ""
) -> Trigger:
    """Return the trigger that records every change of a model's rows; `personal` columns only as keyed digests."""
    arrays = ", ".join(
        "ARRAY[" + ", ".join(f"'{name}'" for name in names) + "]::text[]" for names in (personal, skip)
    )
    func = f"""
            {_emptied(skip)}PERFORM platform_record_change(TG_TABLE_NAME, TG_OP,
                CASE WHEN TG_OP = 'INSERT' THEN '{{}}' ELSE to_jsonb(OLD) END,
                CASE WHEN TG_OP = 'DELETE' THEN '{{}}' ELSE to_jsonb(NEW) END, {arrays});
            RETURN NULL;
        """
    return _compiled(
        model, "audit", when="AFTER", operation="INSERT OR UPDATE OR DELETE", func=func, table=table
    )


def _emptied(skip: Sequence[str]) -> str:
    if not skip:
        return ""
    old = " ".join(f"OLD.{name} := NULL;" for name in skip)
    new = " ".join(f"NEW.{name} := NULL;" for name in skip)
    return f"IF TG_OP <> 'INSERT' THEN {old} END IF; IF TG_OP <> 'DELETE' THEN {new} END IF; "


def append_only(model: str) -> Trigger:
    """Return the trigger that lets no row of a model be changed or deleted."""
    return protected(model, "append_only", "UPDATE OR DELETE", "update or delete")


def protected(model: str, name: str, operation: str, words: str, condition: str = "") -> Trigger:
    """Return a trigger that refuses an operation on the rows of a model, where the condition holds."""
    func = f"RAISE EXCEPTION 'pgtrigger: Cannot {words} rows from % table', TG_TABLE_NAME;"
    return _compiled(model, name, when="BEFORE", operation=operation, func=func, condition=condition)


def _compiled(
    model: str, name: str, *, when: str, operation: str, func: str, condition: str = "", table: str = ""
) -> Trigger:
    """Return a trigger of a model ("area.Name") in the shape that the library compares and installs."""
    mark = hashlib.sha1(f"{model}:{name}".encode(), usedforsecurity=False).hexdigest()[:5]
    sql = UpsertTriggerSql(
        pgid=f"pgtrigger_{name}_{mark}".lower(),
        func=func,
        table=table or model.lower().replace(".", "_"),
        when=when,
        operation=operation,
        condition=condition,
    )
    return Trigger(name=name, sql=sql)
