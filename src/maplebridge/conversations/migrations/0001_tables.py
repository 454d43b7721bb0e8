from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import migrations, models

from maplebridge.platform import frozen_triggers
from maplebridge.platform.tables_at_once import CreateTables


class Migration(migrations.Migration):
    replaces = [
        ("conversations", "0001_initial"),
        ("conversations", "0002_stones"),
        ("conversations", "0003_record_without_large_columns"),
        ("conversations", "0004_broadcasts"),
    ]

    initial = True

    dependencies = [
        ("people", "0001_tables"),
        ("places", "0001_tables"),
        ("platform", "0001_tables"),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="Thread",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("group", "Group"), ("private", "Private")], max_length=10
                            ),
                        ),
                        (
                            "grid",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="places.grid"
                            ),
                        ),
                        ("opened_at", models.DateTimeField()),
                    ],
                    options={
                        "triggers": [frozen_triggers.recorded("conversations.Thread")],
                    },
                ),
                migrations.CreateModel(
                    name="NeighborGroup",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "thread",
                            models.OneToOneField(
                                on_delete=models.PROTECT, related_name="group", to="conversations.thread"
                            ),
                        ),
                        ("name", models.CharField(max_length=80)),
                        (
                            "estate",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="+",
                                to="places.estate",
                            ),
                        ),
                        (
                            "building",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="+",
                                to="places.building",
                            ),
                        ),
                        ("closed_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "triggers": [frozen_triggers.recorded("conversations.NeighborGroup")],
                    },
                ),
                migrations.CreateModel(
                    name="Membership",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "thread",
                            models.ForeignKey(
                                on_delete=models.PROTECT,
                                related_name="memberships",
                                to="conversations.thread",
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="+", to="people.person", db_index=False
                            ),
                        ),
                        ("role", models.CharField(max_length=20)),
                        ("joined_at", models.DateTimeField()),
                        ("left_at", models.DateTimeField(blank=True, null=True)),
                        ("read_up_to", models.BigIntegerField(default=0)),
                        ("muted", models.BooleanField(default=False)),
                    ],
                    options={
                        "indexes": [models.Index(fields=["person", "thread"], name="membership_by_person")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("left_at", None)),
                                fields=("thread", "person"),
                                name="one_membership_at_a_time",
                            )
                        ],
                        "triggers": [
                            frozen_triggers.recorded("conversations.Membership", skip=["read_up_to"])
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Message",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "thread",
                            models.ForeignKey(
                                on_delete=models.PROTECT,
                                related_name="messages",
                                to="conversations.thread",
                                db_index=False,
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("said", "Said"), ("reply", "Reply"), ("notice", "Notice")],
                                default="said",
                                max_length=10,
                            ),
                        ),
                        (
                            "author",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        ("role", models.CharField(max_length=20)),
                        ("shown_as", models.CharField(max_length=80)),
                        ("text", models.TextField(blank=True)),
                        ("words", SearchVectorField(null=True)),
                        (
                            "in_reply_to",
                            models.ForeignKey(
                                null=True,
                                on_delete=models.SET_NULL,
                                related_name="+",
                                to="conversations.message",
                            ),
                        ),
                        ("asks_readers", models.BooleanField(default=False)),
                        ("lon", models.FloatField(null=True)),
                        ("lat", models.FloatField(null=True)),
                        ("sent_at", models.DateTimeField()),
                        ("source", models.CharField(default="web", max_length=20)),
                        ("external_id", models.CharField(max_length=80, null=True)),
                        ("withdrawn_at", models.DateTimeField(null=True)),
                        ("emptied_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["thread", "-id"], name="message_by_thread"),
                            GinIndex(fastupdate=True, fields=["words"], name="message_words"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("source", "external_id"), name="one_message_per_external_id"
                            )
                        ],
                        "triggers": [
                            frozen_triggers.recorded(
                                "conversations.Message",
                                personal=["text", "shown_as", "lon", "lat"],
                                skip=["words"],
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MessagePhoto",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "message",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="photos", to="conversations.message"
                            ),
                        ),
                        (
                            "photo",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="+", to="platform.photo"
                            ),
                        ),
                        ("rank", models.PositiveSmallIntegerField(default=0)),
                    ],
                    options={
                        "triggers": [frozen_triggers.recorded("conversations.MessagePhoto")],
                    },
                ),
                migrations.CreateModel(
                    name="Broadcast",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("kind", models.CharField(max_length=30)),
                        ("subject", models.CharField(max_length=80)),
                        ("text", models.TextField()),
                        ("translations", models.JSONField(default=dict)),
                        ("link", models.CharField(blank=True, max_length=200)),
                        (
                            "grids",
                            ArrayField(
                                base_field=models.BigIntegerField(), blank=True, default=list, size=None
                            ),
                        ),
                        (
                            "sectors",
                            ArrayField(
                                base_field=models.BigIntegerField(), blank=True, default=list, size=None
                            ),
                        ),
                        (
                            "beats",
                            ArrayField(
                                base_field=models.BigIntegerField(), blank=True, default=list, size=None
                            ),
                        ),
                        (
                            "groups",
                            ArrayField(
                                base_field=models.BigIntegerField(), blank=True, default=list, size=None
                            ),
                        ),
                        ("source_area", models.CharField(max_length=20)),
                        ("source_id", models.BigIntegerField()),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("drafted", "drafted"),
                                    ("asked", "asked"),
                                    ("released", "released"),
                                    ("sending", "sending"),
                                    ("sent", "sent"),
                                    ("stopped", "stopped"),
                                ],
                                default="drafted",
                                max_length=10,
                            ),
                        ),
                        ("urgent_reason", models.CharField(blank=True, max_length=200)),
                        ("expires_at", models.DateTimeField()),
                        (
                            "written_by",
                            models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="people.person"),
                        ),
                        ("written_at", models.DateTimeField()),
                        (
                            "asked_by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        ("asked_at", models.DateTimeField(null=True)),
                        (
                            "released_by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        ("released_at", models.DateTimeField(null=True)),
                        ("receivers", models.PositiveIntegerField(null=True)),
                        ("goes_on_at", models.DateTimeField(null=True)),
                        ("sent_at", models.DateTimeField(null=True)),
                        (
                            "stopped_by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        ("stopped_at", models.DateTimeField(null=True)),
                        ("stop_reason", models.CharField(blank=True, max_length=200)),
                        ("tally", models.JSONField(null=True)),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("goes_on_at__isnull", False)),
                                fields=["goes_on_at"],
                                name="broadcast_due",
                            ),
                            models.Index(fields=["source_area", "source_id"], name="broadcast_by_source"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state", "stopped"), _negated=True),
                                fields=("source_area", "source_id"),
                                name="one_broadcast_per_source",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("released_at", None),
                                    models.Q(("receivers__isnull", False), ("released_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="released_broadcast_says_by_whom_to_how_many",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("released_at", None),
                                    models.Q(("receivers__lte", 1000), ("urgent_reason", "")),
                                    models.Q(
                                        ("asked_by__isnull", False),
                                        models.Q(("released_by", models.F("asked_by")), _negated=True),
                                        models.Q(("released_by", models.F("written_by")), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="broadcast_to_many_has_two_people",
                            ),
                        ],
                        "triggers": [frozen_triggers.recorded("conversations.Broadcast")],
                    },
                ),
                migrations.CreateModel(
                    name="BroadcastPost",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "broadcast",
                            models.ForeignKey(
                                on_delete=models.PROTECT,
                                related_name="posts",
                                to="conversations.broadcast",
                                db_index=False,
                            ),
                        ),
                        (
                            "thread",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="+", to="conversations.thread"
                            ),
                        ),
                        (
                            "message",
                            models.OneToOneField(
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="post",
                                to="conversations.message",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("broadcast", "thread"), name="one_notice_per_group"
                            )
                        ],
                        "triggers": [frozen_triggers.recorded("conversations.BroadcastPost")],
                    },
                ),
                migrations.CreateModel(
                    name="Receipt",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "broadcast",
                            models.ForeignKey(
                                on_delete=models.PROTECT,
                                related_name="receipts",
                                to="conversations.broadcast",
                                db_index=False,
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="+",
                                to="people.person",
                                db_index=False,
                            ),
                        ),
                        ("in_group", models.BooleanField()),
                        ("delivered_at", models.DateTimeField(null=True)),
                        ("shown_at", models.DateTimeField(null=True)),
                        ("opened_at", models.DateTimeField(null=True)),
                        (
                            "skipped_because",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("quiet", "quiet"),
                                    ("opted_out", "opted_out"),
                                    ("tired", "tired"),
                                    ("late", "late"),
                                ],
                                max_length=10,
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["person", "-delivered_at"], name="receipt_by_person"),
                            models.Index(
                                condition=models.Q(("delivered_at", None), ("skipped_because", "")),
                                fields=["broadcast", "id"],
                                name="receipt_waiting",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("broadcast", "person"), name="one_receipt_per_person"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("skipped_because", ""), ("delivered_at", None), _connector="OR"
                                ),
                                name="skipped_is_not_delivered",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("delivered_at__isnull", False),
                                    models.Q(("opened_at", None), ("shown_at", None)),
                                    _connector="OR",
                                ),
                                name="shown_was_delivered",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OptOut",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="+", to="people.person", db_index=False
                            ),
                        ),
                        ("kind", models.CharField(max_length=30)),
                        ("since", models.DateTimeField()),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("person", "kind"), name="one_opt_out_per_kind")
                        ],
                        "triggers": [frozen_triggers.recorded("conversations.OptOut")],
                    },
                ),
            ],
        ),
    ]
