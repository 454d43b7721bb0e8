"""The function behind every audit trigger: it writes what changed, personal values only as keyed digests."""

from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension
from django.db import migrations

# HMAC-SHA-256 by its definition (RFC 2104), with both padded keys given by the connection's settings: pgcrypto is
# not part of every PostgreSQL. Without the settings the function fails, and so does the change.
KEYED_DIGEST = """
CREATE FUNCTION platform_keyed_digest(value text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT left(encode(sha256(decode(current_setting('maplebridge.audit_outer'), 'hex')
        || sha256(decode(current_setting('maplebridge.audit_inner'), 'hex') || convert_to(value, 'UTF8'))), 'hex'), 32)
$$;
"""
RECORD_CHANGE = """
CREATE FUNCTION platform_record_change(
    changed_table text, deed text, before jsonb, after jsonb, personal text[], skip text[]
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    changed jsonb;
BEGIN
    SELECT coalesce(jsonb_object_agg(key, CASE
            WHEN key = ANY(personal) AND value NOT IN ('null', '""')
            THEN to_jsonb(platform_keyed_digest(value::text))
            ELSE value END), '{}')
        INTO changed
        FROM jsonb_each(CASE deed WHEN 'DELETE' THEN before ELSE after END)
        WHERE key <> 'id' AND key <> ALL(skip)
            AND CASE deed WHEN 'UPDATE' THEN value IS DISTINCT FROM before->key
                          ELSE value NOT IN ('null', '""', '[]') END;
    IF deed = 'UPDATE' AND changed = '{}' THEN
        RETURN;
    END IF;
    INSERT INTO platform_auditrow (transaction, at, "table", "row", deed, fields, actor, action, origin)
    VALUES (pg_current_xact_id()::text::bigint, clock_timestamp(), changed_table,
        coalesce(after->>'id', before->>'id')::bigint, deed, changed,
        nullif(current_setting('maplebridge.actor', true), '')::bigint,
        coalesce(current_setting('maplebridge.action', true), ''),
        coalesce(current_setting('maplebridge.origin', true), 'database'));
END;
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("platform", "0001_initial")]
    operations = [
        migrations.RunSQL(KEYED_DIGEST, "DROP FUNCTION platform_keyed_digest"),
        BtreeGistExtension(),
        TrigramExtension(),
        migrations.RunSQL(RECORD_CHANGE, "DROP FUNCTION platform_record_change"),
    ]
