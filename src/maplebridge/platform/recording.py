"""The trigger by which a table is in the record of every change (`audit`). It knows no model: any may use it."""

from collections.abc import Sequence
from typing import Any

import pgtrigger
from django.db import connections


def trigger(*, personal: Sequence[str] = (), skip: Sequence[str] = ()) -> pgtrigger.Trigger:
    """Return the trigger that records every change of a table; `personal` columns only as keyed digests."""
    arrays = ", ".join(
        "ARRAY[" + ", ".join(f"'{name}'" for name in names) + "]::text[]" for names in (personal, skip)
    )
    return pgtrigger.Trigger(
        name="audit",
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=f"""
            {_emptied(skip)}PERFORM platform_record_change(TG_TABLE_NAME, TG_OP,
                CASE WHEN TG_OP = 'INSERT' THEN '{{}}' ELSE to_jsonb(OLD) END,
                CASE WHEN TG_OP = 'DELETE' THEN '{{}}' ELSE to_jsonb(NEW) END, {arrays});
            RETURN NULL;
        """,
    )


def _emptied(skip: Sequence[str]) -> str:
    """Return statements that empty the columns left out, so that large ones are not put into words for nothing.

    They change the trigger's own copy of the row, after the row itself was written.
    """
    if not skip:
        return ""
    old = " ".join(f"OLD.{name} := NULL;" for name in skip)
    new = " ".join(f"NEW.{name} := NULL;" for name in skip)
    return f"IF TG_OP <> 'INSERT' THEN {old} END IF; IF TG_OP <> 'DELETE' THEN {new} END IF; "


def never_passed_by(*, using: str, **_: Any) -> None:
    """Let no setting switch a trigger off, neither the record's nor what keeps it append-only; after every migration.

    The library asks before each row whether `pgtrigger.ignore` names the trigger. Nothing here may be ignored, and the
    question took half of the time in which a row is recorded, as it opens a subtransaction for every one.
    """
    with connections[using].cursor() as cursor:
        cursor.execute(NOT_IGNORED)


NOT_IGNORED = """
CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name) RETURNS boolean
LANGUAGE sql IMMUTABLE AS 'SELECT false'
"""
