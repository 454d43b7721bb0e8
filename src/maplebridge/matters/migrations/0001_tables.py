from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import migrations, models

from maplebridge.platform import frozen_triggers
from maplebridge.platform.tables_at_once import CreateTables


class Migration(migrations.Migration):
    replaces = [
        ("matters", "0001_initial"),
        ("matters", "0002_indexes_of_lists"),
        ("matters", "0003_tallies"),
        ("matters", "0004_record_without_large_columns"),
        ("matters", "0005_agency_search"),
        ("matters", "0006_fewer_indexes"),
        ("matters", "0007_deferred_by_review"),
        ("matters", "0008_tallies_of_reasons"),
        ("matters", "0009_several_emergency_numbers"),
        ("matters", "0010_what_is_open_by_its_begin"),
    ]

    initial = True

    dependencies = [
        ("conversations", "0001_tables"),
        ("people", "0001_tables"),
        ("places", "0001_tables"),
        ("platform", "0001_tables"),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="Category",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.CharField(max_length=12, unique=True)),
                        (
                            "parent",
                            models.ForeignKey(
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="children",
                                to="matters.category",
                            ),
                        ),
                        ("name_zh", models.CharField(max_length=60)),
                        ("name_en", models.CharField(max_length=80)),
                        ("severity", models.PositiveSmallIntegerField(default=1)),
                        ("lead", models.CharField(blank=True, max_length=30)),
                        ("assists", models.JSONField(default=list)),
                        ("team_role", models.CharField(blank=True, max_length=20)),
                        ("respond_minutes", models.PositiveSmallIntegerField(default=30)),
                        ("handle_value", models.PositiveSmallIntegerField(default=5)),
                        ("handle_unit", models.CharField(default="working_days", max_length=20)),
                        ("accept_when", models.TextField(blank=True)),
                        ("close_when", models.TextField(blank=True)),
                        ("photos", models.BooleanField(default=False)),
                        ("revisit", models.BooleanField(default=False)),
                        ("confidential", models.BooleanField(default=False)),
                        ("similar_radius_m", models.PositiveIntegerField(default=200)),
                        ("similar_days", models.PositiveIntegerField(default=30)),
                        ("source", models.TextField(blank=True)),
                        ("valid_from", models.DateField()),
                        ("valid_to", models.DateField(blank=True, null=True)),
                    ],
                    options={
                        "verbose_name_plural": "categories",
                        "triggers": [frozen_triggers.recorded("matters.Category")],
                    },
                ),
                migrations.CreateModel(
                    name="TownRule",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=40)),
                        ("value", models.JSONField()),
                        ("reason", models.TextField()),
                        ("valid_from", models.DateField()),
                        (
                            "made_by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("name", "valid_from"), name="one_town_rule_a_day")
                        ],
                        "triggers": [frozen_triggers.recorded("matters.TownRule")],
                    },
                ),
                migrations.CreateModel(
                    name="RoutingRule",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("rank", models.PositiveIntegerField()),
                        ("name", models.CharField(max_length=80)),
                        ("when", models.JSONField()),
                        ("then", models.JSONField()),
                        ("reason", models.TextField()),
                        ("valid_from", models.DateField()),
                        ("valid_to", models.DateField(blank=True, null=True)),
                        (
                            "made_by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["rank", "id"],
                        "triggers": [frozen_triggers.recorded("matters.RoutingRule")],
                    },
                ),
                migrations.CreateModel(
                    name="WorkingHours",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("weekday", models.PositiveSmallIntegerField()),
                        ("starts", models.TimeField()),
                        ("ends", models.TimeField()),
                    ],
                    options={
                        "verbose_name_plural": "working hours",
                        "constraints": [
                            models.UniqueConstraint(fields=("weekday", "starts"), name="one_span_per_start"),
                            models.CheckConstraint(
                                condition=models.Q(("ends__gt", models.F("starts"))),
                                name="span_ends_after_it_starts",
                            ),
                        ],
                        "triggers": [frozen_triggers.recorded("matters.WorkingHours")],
                    },
                ),
                migrations.CreateModel(
                    name="SpecialDay",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("day", models.DateField(unique=True)),
                        ("works", models.BooleanField()),
                        ("name", models.CharField(max_length=40)),
                    ],
                    options={
                        "triggers": [frozen_triggers.recorded("matters.SpecialDay")],
                    },
                ),
                migrations.CreateModel(
                    name="Matter",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "origin",
                            models.CharField(
                                choices=[
                                    ("group", "Group"),
                                    ("form", "Form"),
                                    ("walk_in", "Walk In"),
                                    ("complaint", "Complaint"),
                                    ("tip", "Tip"),
                                    ("proactive", "Proactive"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("summary", models.TextField()),
                        ("place", models.CharField(blank=True, max_length=120)),
                        (
                            "category",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="+",
                                to="matters.category",
                            ),
                        ),
                        ("severity", models.PositiveSmallIntegerField()),
                        ("confidential", models.BooleanField(default=False)),
                        ("emergency", models.CharField(blank=True, max_length=15)),
                        ("needs_sorting", models.BooleanField(default=False)),
                        ("why", models.JSONField(default=list)),
                        (
                            "asked_in",
                            models.ForeignKey(
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="+",
                                to="conversations.message",
                            ),
                        ),
                        (
                            "thread",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=models.PROTECT,
                                related_name="+",
                                to="conversations.thread",
                            ),
                        ),
                        ("external_id", models.CharField(blank=True, max_length=60, null=True)),
                        (
                            "grid",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="+",
                                to="places.grid",
                            ),
                        ),
                        (
                            "community",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="+",
                                to="places.grid",
                            ),
                        ),
                        (
                            "town",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="+",
                                to="places.grid",
                            ),
                        ),
                        (
                            "estate",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="places.estate"
                            ),
                        ),
                        (
                            "building",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="places.building"
                            ),
                        ),
                        ("lon", models.FloatField(null=True)),
                        ("lat", models.FloatField(null=True)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("assigned", "assigned"),
                                    ("in_hand", "in_hand"),
                                    ("paused", "paused"),
                                    ("deferred", "deferred"),
                                    ("resolved", "resolved"),
                                    ("closed", "closed"),
                                    ("merged", "merged"),
                                ],
                                default="assigned",
                                max_length=10,
                            ),
                        ),
                        (
                            "first_asked",
                            models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="people.person"),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                db_index=False, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        ("owner_since", models.DateTimeField()),
                        ("reporters", models.PositiveIntegerField(default=1)),
                        ("raised_at", models.DateTimeField()),
                        ("respond_by", models.DateTimeField()),
                        ("answered_at", models.DateTimeField(null=True)),
                        (
                            "answered_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="+",
                                to="people.person",
                                db_index=False,
                            ),
                        ),
                        ("ladder_step", models.PositiveSmallIntegerField(default=0)),
                        ("ladder_at", models.DateTimeField(null=True)),
                        ("handle_by", models.DateTimeField(null=True)),
                        ("overdue_noted_at", models.DateTimeField(null=True)),
                        ("paused_at", models.DateTimeField(null=True)),
                        ("paused_until", models.DateTimeField(null=True)),
                        ("pause_reason", models.CharField(blank=True, max_length=30)),
                        ("review_on", models.DateField(null=True)),
                        ("resolved_at", models.DateTimeField(null=True)),
                        ("outcome", models.CharField(blank=True, max_length=15)),
                        (
                            "outcome_by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        ("feedback_by", models.DateTimeField(null=True)),
                        ("closed_at", models.DateTimeField(null=True)),
                        ("closed_as", models.CharField(blank=True, max_length=15)),
                        ("reopened", models.PositiveSmallIntegerField(default=0)),
                        ("returned", models.PositiveSmallIntegerField(default=0)),
                        ("under_oversight", models.BooleanField(default=False)),
                        ("wake_at", models.DateTimeField(null=True)),
                        (
                            "merged_into",
                            models.ForeignKey(
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="merged",
                                to="matters.matter",
                            ),
                        ),
                        (
                            "split_from",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="parts", to="matters.matter"
                            ),
                        ),
                        ("words", SearchVectorField(null=True)),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("wake_at__isnull", False)),
                                fields=["wake_at"],
                                name="matter_due",
                            ),
                            models.Index(fields=["owner", "-id"], name="matter_by_owner"),
                            models.Index(fields=["grid", "-id"], name="matter_by_grid"),
                            models.Index(fields=["community", "-id"], name="matter_by_community"),
                            models.Index(fields=["town", "-id"], name="matter_by_town"),
                            models.Index(fields=["thread", "-id"], name="matter_by_thread"),
                            models.Index(
                                condition=models.Q(
                                    ("state__in", ["assigned", "deferred", "in_hand", "paused"])
                                ),
                                fields=["handle_by"],
                                name="matter_open_by_deadline",
                            ),
                            models.Index(fields=["category", "-id"], name="matter_by_category"),
                            models.Index(
                                condition=models.Q(
                                    ("state__in", ["assigned", "deferred", "in_hand", "paused"])
                                ),
                                fields=["owner", "respond_by"],
                                name="matter_open_by_owner",
                            ),
                            models.Index(
                                condition=models.Q(("state", "assigned")),
                                fields=["respond_by"],
                                name="matter_waiting",
                            ),
                            models.Index(
                                condition=models.Q(
                                    ("needs_sorting", True),
                                    ("state__in", ["assigned", "deferred", "in_hand", "paused"]),
                                ),
                                fields=["respond_by"],
                                name="matter_to_sort",
                            ),
                            models.Index(
                                condition=models.Q(("confidential", True)),
                                fields=["-id"],
                                name="matter_confidential",
                            ),
                            models.Index(
                                condition=models.Q(
                                    models.Q(("emergency", ""), _negated=True),
                                    ("state__in", ["assigned", "deferred", "in_hand", "paused"]),
                                ),
                                fields=["-id"],
                                name="matter_open_emergency",
                            ),
                            models.Index(
                                condition=models.Q(("state", "deferred")),
                                fields=["review_on", "id"],
                                name="matter_deferred_by_review",
                            ),
                            models.Index(fields=["answered_by", "answered_at"], name="matter_by_answerer"),
                            models.Index(fields=["raised_at"], name="matter_by_moment"),
                            GinIndex(fastupdate=True, fields=["words"], name="matter_words"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("split_from", None)),
                                fields=("asked_in",),
                                name="one_matter_per_message",
                            ),
                            models.UniqueConstraint(
                                fields=("external_id",), name="one_matter_per_hotline_row"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("severity__range", (1, 3))),
                                name="severity_is_one_of_three",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "paused"), _negated=True),
                                    ("paused_until__isnull", False),
                                    _connector="OR",
                                ),
                                name="pause_has_an_end",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "deferred"), _negated=True),
                                    ("review_on__isnull", False),
                                    _connector="OR",
                                ),
                                name="deferral_has_a_review",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "resolved"), _negated=True),
                                    models.Q(("outcome", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="resolved_matter_has_an_outcome",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "merged"), _negated=True),
                                    ("merged_into__isnull", False),
                                    _connector="OR",
                                ),
                                name="merged_matter_says_into_which",
                            ),
                        ],
                        "triggers": [
                            frozen_triggers.recorded(
                                "matters.Matter",
                                personal=["summary", "place", "lon", "lat"],
                                skip=["words", "wake_at"],
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Reporter",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "matter",
                            models.ForeignKey(
                                on_delete=models.PROTECT,
                                related_name="reported_by",
                                to="matters.matter",
                                db_index=False,
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="+", to="people.person", db_index=False
                            ),
                        ),
                        (
                            "message",
                            models.ForeignKey(
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="+",
                                to="conversations.message",
                            ),
                        ),
                        (
                            "thread",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="+", to="conversations.thread"
                            ),
                        ),
                        ("joined_at", models.DateTimeField()),
                    ],
                    options={
                        "indexes": [models.Index(fields=["person", "-id"], name="reporter_by_person")],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("matter", "person"), name="one_reporter_per_person"
                            )
                        ],
                        "triggers": [frozen_triggers.recorded("matters.Reporter")],
                    },
                ),
                migrations.CreateModel(
                    name="Entry",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "matter",
                            models.ForeignKey(
                                on_delete=models.PROTECT,
                                related_name="entries",
                                to="matters.matter",
                                db_index=False,
                            ),
                        ),
                        ("deed", models.CharField(max_length=30)),
                        ("at", models.DateTimeField()),
                        (
                            "by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        ("by_role", models.CharField(blank=True, max_length=20)),
                        ("text", models.TextField(blank=True)),
                        ("facts", models.JSONField(default=dict)),
                        ("public", models.BooleanField(default=False)),
                    ],
                    options={
                        "verbose_name_plural": "entries",
                        "indexes": [models.Index(fields=["matter", "id"], name="entry_by_matter")],
                        "triggers": [frozen_triggers.recorded("matters.Entry", personal=["text"])],
                    },
                ),
                migrations.CreateModel(
                    name="MatterPhoto",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "matter",
                            models.ForeignKey(
                                on_delete=models.PROTECT,
                                related_name="photos",
                                to="matters.matter",
                                db_index=False,
                            ),
                        ),
                        (
                            "photo",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="+", to="platform.photo"
                            ),
                        ),
                        (
                            "when",
                            models.CharField(
                                choices=[("before", "Before"), ("after", "After")], max_length=6
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("matter", "photo"), name="one_photo_once_per_matter"
                            )
                        ],
                        "triggers": [frozen_triggers.recorded("matters.MatterPhoto")],
                    },
                ),
                migrations.CreateModel(
                    name="CallOut",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "matter",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="call_outs", to="matters.matter"
                            ),
                        ),
                        (
                            "agency",
                            models.ForeignKey(
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="+",
                                to="people.agency",
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
                        ("lead", models.BooleanField(default=False)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("sent", "sent"),
                                    ("accepted", "accepted"),
                                    ("refused", "refused"),
                                    ("done", "done"),
                                    ("canceled", "canceled"),
                                ],
                                default="sent",
                                max_length=10,
                            ),
                        ),
                        ("instruction", models.TextField(blank=True)),
                        ("sent_at", models.DateTimeField()),
                        (
                            "sent_by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        ("respond_by", models.DateTimeField()),
                        ("answered_at", models.DateTimeField(null=True)),
                        (
                            "answered_by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        ("handle_by", models.DateTimeField(null=True)),
                        ("reason", models.CharField(blank=True, max_length=30)),
                        ("words", models.TextField(blank=True)),
                        ("ended_at", models.DateTimeField(null=True)),
                        ("late_noted_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["agency", "status", "-id"], name="call_out_by_agency"),
                            models.Index(fields=["agency", "matter"], name="call_out_agency_matter"),
                            models.Index(fields=["person", "status", "-id"], name="call_out_by_person"),
                            models.Index(
                                condition=models.Q(("late_noted_at", None), ("status", "sent")),
                                fields=["respond_by"],
                                name="call_out_due",
                            ),
                            models.Index(
                                condition=models.Q(("status", "sent")),
                                fields=["respond_by"],
                                name="call_out_unanswered",
                            ),
                            models.Index(
                                condition=models.Q(("status", "accepted")),
                                fields=["handle_by"],
                                name="call_out_in_hand",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("agency__isnull", False), ("person__isnull", False), _connector="XOR"
                                ),
                                name="call_out_has_one_addressee",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "refused"), _negated=True),
                                    models.Q(("reason", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="refusal_has_a_reason",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("status__in", ["sent", "accepted"])),
                                fields=("matter", "agency"),
                                name="one_call_out_at_a_time",
                            ),
                        ],
                        "triggers": [
                            frozen_triggers.recorded("matters.CallOut", personal=["instruction", "words"])
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HandOver",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "matter",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="hand_overs", to="matters.matter"
                            ),
                        ),
                        (
                            "from_person",
                            models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="people.person"),
                        ),
                        (
                            "to_person",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="+", to="people.person", db_index=False
                            ),
                        ),
                        ("words", models.TextField(blank=True)),
                        ("offered_at", models.DateTimeField()),
                        ("accepted_at", models.DateTimeField(null=True)),
                        ("declined_at", models.DateTimeField(null=True)),
                        ("reason", models.TextField(blank=True)),
                    ],
                    options={
                        "indexes": [models.Index(fields=["to_person", "-id"], name="hand_over_by_person")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("accepted_at", None), ("declined_at", None)),
                                fields=("matter", "to_person"),
                                name="one_open_offer_per_person",
                            )
                        ],
                        "triggers": [
                            frozen_triggers.recorded("matters.HandOver", personal=["words", "reason"])
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Extension",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "matter",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="extensions", to="matters.matter"
                            ),
                        ),
                        (
                            "asked_by",
                            models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="people.person"),
                        ),
                        ("asked_at", models.DateTimeField()),
                        ("until", models.DateTimeField()),
                        ("reason", models.TextField()),
                        (
                            "decided_by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        ("decided_at", models.DateTimeField(null=True)),
                        ("granted", models.BooleanField(null=True)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("decided_at", None)),
                                fields=("matter",),
                                name="one_extension_asked_at_a_time",
                            )
                        ],
                        "triggers": [frozen_triggers.recorded("matters.Extension", personal=["reason"])],
                    },
                ),
                migrations.CreateModel(
                    name="Oversight",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "matter",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="oversights", to="matters.matter"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("chase", "Chase"),
                                    ("order", "Order"),
                                    ("consultation", "Consultation"),
                                    ("decision", "Decision"),
                                ],
                                max_length=15,
                            ),
                        ),
                        (
                            "opened_by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        ("opened_at", models.DateTimeField()),
                        ("due_at", models.DateTimeField(null=True)),
                        ("words", models.TextField(blank=True)),
                        ("invited", models.JSONField(default=list)),
                        ("minutes", models.TextField(blank=True)),
                        (
                            "closed_by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        ("closed_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("closed_at", None)),
                                fields=["kind", "opened_at"],
                                name="oversight_open",
                            )
                        ],
                        "triggers": [
                            frozen_triggers.recorded("matters.Oversight", personal=["words", "minutes"])
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Promise",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "matter",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="promises", to="matters.matter"
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="people.person"),
                        ),
                        ("text", models.TextField()),
                        ("made_at", models.DateTimeField()),
                        ("due_at", models.DateTimeField()),
                        ("kept_at", models.DateTimeField(null=True)),
                        ("chased_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("kept_at", None)), fields=["due_at"], name="promise_due"
                            )
                        ],
                        "triggers": [frozen_triggers.recorded("matters.Promise", personal=["text"])],
                    },
                ),
                migrations.CreateModel(
                    name="Feedback",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "matter",
                            models.ForeignKey(
                                on_delete=models.PROTECT,
                                related_name="feedback",
                                to="matters.matter",
                                db_index=False,
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="people.person"),
                        ),
                        ("round", models.PositiveSmallIntegerField(default=0)),
                        ("solved", models.BooleanField()),
                        ("satisfaction", models.PositiveSmallIntegerField(null=True)),
                        ("words", models.TextField(blank=True)),
                        (
                            "called_back_by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        ("received_at", models.DateTimeField()),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("matter", "person", "round"), name="one_answer_per_reporter_and_round"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("satisfaction", None), ("satisfaction__range", (1, 5)), _connector="OR"
                                ),
                                name="satisfaction_is_one_to_five",
                            ),
                        ],
                        "triggers": [frozen_triggers.recorded("matters.Feedback", personal=["words"])],
                    },
                ),
                migrations.CreateModel(
                    name="CallBack",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "matter",
                            models.OneToOneField(
                                on_delete=models.PROTECT, related_name="call_back", to="matters.matter"
                            ),
                        ),
                        ("drawn_at", models.DateTimeField()),
                        ("due_at", models.DateTimeField()),
                        (
                            "done_by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        ("done_at", models.DateTimeField(null=True)),
                        ("reached", models.BooleanField(null=True)),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("done_at", None)),
                                fields=["due_at"],
                                name="call_back_waiting",
                            )
                        ],
                        "triggers": [frozen_triggers.recorded("matters.CallBack")],
                    },
                ),
                migrations.CreateModel(
                    name="Sorting",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "message",
                            models.OneToOneField(
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="+",
                                to="conversations.message",
                            ),
                        ),
                        (
                            "matter",
                            models.ForeignKey(
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="sortings",
                                to="matters.matter",
                            ),
                        ),
                        ("kind", models.CharField(max_length=12)),
                        (
                            "category",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="matters.category"
                            ),
                        ),
                        ("probability", models.FloatField(null=True)),
                        ("proposal", models.JSONField(default=dict)),
                        ("made_at", models.DateTimeField()),
                        (
                            "corrected_by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        ("corrected_at", models.DateTimeField(null=True)),
                        ("corrected_kind", models.CharField(blank=True, max_length=12)),
                        (
                            "corrected_category",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="matters.category"
                            ),
                        ),
                        ("corrected_severity", models.PositiveSmallIntegerField(null=True)),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("corrected_at", None), ("matter", None)),
                                fields=["-id"],
                                name="sorting_undecided",
                            )
                        ],
                        "triggers": [frozen_triggers.recorded("matters.Sorting", skip=["proposal"])],
                    },
                ),
                migrations.CreateModel(
                    name="Viewing",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "matter",
                            models.ForeignKey(
                                on_delete=models.PROTECT,
                                related_name="viewings",
                                to="matters.matter",
                                db_index=False,
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="people.person"),
                        ),
                        ("role", models.CharField(max_length=20)),
                        ("day", models.DateField()),
                        ("at", models.DateTimeField()),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("matter", "person", "day"), name="one_viewing_a_day"
                            )
                        ],
                        "triggers": [frozen_triggers.recorded("matters.Viewing")],
                    },
                ),
                migrations.CreateModel(
                    name="Tally",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("month", models.DateField()),
                        (
                            "grid",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="places.grid"
                            ),
                        ),
                        (
                            "of",
                            models.CharField(
                                choices=[
                                    ("all", "All"),
                                    ("category", "Category"),
                                    ("agency", "Agency"),
                                    ("because", "Because"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("key", models.CharField(blank=True, max_length=20)),
                        ("counts", models.JSONField()),
                        ("as_of", models.DateTimeField()),
                    ],
                    options={
                        "verbose_name_plural": "tallies",
                        "indexes": [models.Index(fields=["of", "month"], name="tally_by_month")],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("month", "grid", "of", "key"),
                                name="one_tally_of_a_kind",
                                nulls_distinct=False,
                            )
                        ],
                    },
                ),
            ],
        ),
    ]
