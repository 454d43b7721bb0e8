"""What every area stands on: extensions, the function behind every audit trigger, and the tables of the platform."""

from django.contrib.postgres.indexes import BrinIndex
from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension
from django.db import migrations, models

from maplebridge.platform import frozen_triggers
from maplebridge.platform.fields import EncryptedTextField
from maplebridge.platform.tables_at_once import CreateTables

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
    replaces = [
        ("platform", "0001_initial"),
        ("platform", "0002_record_change"),
        ("platform", "0003_answers_are_whole"),
        ("platform", "0004_waiting_files_and_deletions"),
        ("platform", "0005_record_by_time"),
    ]

    initial = True

    dependencies = []

    operations = [
        BtreeGistExtension(),
        TrigramExtension(),
        migrations.RunSQL(KEYED_DIGEST, "DROP FUNCTION platform_keyed_digest"),
        migrations.RunSQL(RECORD_CHANGE, "DROP FUNCTION platform_record_change"),
        CreateTables(
            [
                migrations.CreateModel(
                    name="EventRecord",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("type", models.CharField(max_length=120)),
                        ("payload", models.JSONField()),
                        ("occurred_at", models.DateTimeField()),
                    ],
                    options={
                        "indexes": [BrinIndex(fields=["occurred_at"], name="event_occurred")],
                    },
                ),
                migrations.CreateModel(
                    name="Delivery",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "event",
                            models.ForeignKey(
                                on_delete=models.CASCADE,
                                related_name="+",
                                to="platform.eventrecord",
                                db_index=False,
                            ),
                        ),
                        ("handler", models.CharField(max_length=160)),
                        ("due_at", models.DateTimeField()),
                        ("attempts", models.PositiveSmallIntegerField(default=0)),
                        ("failure", models.TextField(blank=True)),
                    ],
                    options={
                        "indexes": [models.Index(fields=["due_at", "id"], name="delivery_due")],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("event", "handler"), name="one_delivery_per_handler"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AuditRow",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("transaction", models.BigIntegerField()),
                        ("at", models.DateTimeField()),
                        ("table", models.CharField(max_length=63)),
                        ("row", models.BigIntegerField()),
                        ("deed", models.CharField(max_length=6)),
                        ("fields", models.JSONField()),
                        ("actor", models.BigIntegerField(null=True)),
                        ("action", models.CharField(max_length=80)),
                        ("origin", models.CharField(max_length=80)),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["transaction", "id"], name="audit_sealing_order"),
                            models.Index(fields=["table", "row"], name="audit_of_a_row"),
                            BrinIndex(fields=["at"], name="audit_by_time"),
                        ],
                        "triggers": [frozen_triggers.append_only("platform.AuditRow")],
                    },
                ),
                migrations.CreateModel(
                    name="AuditSeal",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("first_transaction", models.BigIntegerField()),
                        ("up_to", models.BigIntegerField(unique=True)),
                        ("rows", models.PositiveIntegerField()),
                        ("digest", models.CharField(max_length=64)),
                        ("sealed_at", models.DateTimeField()),
                    ],
                    options={
                        "triggers": [frozen_triggers.append_only("platform.AuditSeal")],
                    },
                ),
                migrations.CreateModel(
                    name="Photo",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.CharField(max_length=32, unique=True)),
                        ("width", models.PositiveIntegerField()),
                        ("height", models.PositiveIntegerField()),
                        ("digest", models.CharField(max_length=64)),
                        ("kept_at", models.DateTimeField()),
                    ],
                ),
                migrations.CreateModel(
                    name="IdempotencyKey",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("account_id", models.BigIntegerField()),
                        ("key", models.CharField(max_length=64)),
                        ("status", models.PositiveSmallIntegerField()),
                        ("location", models.CharField(blank=True, max_length=300)),
                        ("body", models.TextField(blank=True)),
                        ("received_at", models.DateTimeField()),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("account_id", "key"), name="one_answer_per_request"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="WaitingFile",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("person_id", models.BigIntegerField()),
                        ("name", EncryptedTextField()),
                        ("content", EncryptedTextField()),
                        ("done", models.PositiveIntegerField(default=0)),
                        ("counts", models.JSONField(default=dict)),
                        ("kept_at", models.DateTimeField()),
                    ],
                ),
                migrations.CreateModel(
                    name="DeletionRecord",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("rule", models.CharField(max_length=40)),
                        ("kind", models.CharField(max_length=40)),
                        ("rows", models.PositiveIntegerField()),
                        ("before", models.DateTimeField()),
                        ("made_at", models.DateTimeField()),
                    ],
                    options={
                        "indexes": [models.Index(fields=["-made_at"], name="deletion_by_time")],
                        "triggers": [
                            frozen_triggers.append_only("platform.DeletionRecord"),
                            frozen_triggers.recorded("platform.DeletionRecord"),
                        ],
                    },
                ),
            ],
        ),
    ]
