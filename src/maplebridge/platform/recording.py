"""The trigger by which a table is in the record of every change (`audit`). It knows no model: any may use it."""

from collections.abc import Sequence

import pgtrigger


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
            PERFORM platform_record_change(TG_TABLE_NAME, TG_OP,
                CASE WHEN TG_OP = 'INSERT' THEN '{{}}' ELSE to_jsonb(OLD) END,
                CASE WHEN TG_OP = 'DELETE' THEN '{{}}' ELSE to_jsonb(NEW) END, {arrays});
            RETURN NULL;
        """,
    )
