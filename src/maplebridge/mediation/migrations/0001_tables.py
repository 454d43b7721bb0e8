from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import migrations, models

import maplebridge.mediation.models
from maplebridge.platform import frozen_triggers
from maplebridge.platform.fields import EncryptedBytesField, EncryptedTextField
from maplebridge.platform.tables_at_once import CreateTables


class Migration(migrations.Migration):
    replaces = [
        ("mediation", "0001_begin"),
        ("mediation", "0002_documents"),
        ("mediation", "0003_rewards"),
        ("mediation", "0004_list_by_risk"),
        ("mediation", "0005_erasing"),
        ("mediation", "0006_counters_side_by_side"),
    ]

    initial = True

    dependencies = [
        ("conversations", "0001_tables"),
        ("matters", "0001_tables"),
        ("people", "0001_tables"),
        ("places", "0001_tables"),
        ("platform", "0001_tables"),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="MediationRule",
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
                            models.UniqueConstraint(
                                fields=("name", "valid_from"), name="one_mediation_rule_a_day"
                            )
                        ],
                        "triggers": [frozen_triggers.recorded("mediation.MediationRule")],
                    },
                ),
                migrations.CreateModel(
                    name="Committee",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "tier",
                            models.CharField(
                                choices=[("group", "group"), ("village", "village"), ("town", "town")],
                                max_length=20,
                            ),
                        ),
                        (
                            "grid",
                            models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="places.grid"),
                        ),
                        ("name", models.CharField(max_length=80)),
                        ("term_from", models.DateField()),
                        ("term_to", models.DateField()),
                        ("closed_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("term_to__gt", models.F("term_from"))),
                                name="term_ends_after_it_begins",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("closed_at", None)),
                                fields=("tier", "grid"),
                                name="one_committee_of_a_tier_on_a_grid",
                            ),
                        ],
                        "triggers": [frozen_triggers.recorded("mediation.Committee")],
                    },
                ),
                migrations.CreateModel(
                    name="CommitteeMember",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "committee",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="members", to="mediation.committee"
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="people.person"),
                        ),
                        ("is_woman", models.BooleanField()),
                        ("chairs", models.BooleanField(default=False)),
                        ("left_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("left_at", None)),
                                fields=("committee", "person"),
                                name="one_seat_a_member",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("chairs", True), ("left_at", None)),
                                fields=("committee",),
                                name="one_chair_a_committee",
                            ),
                        ],
                        "triggers": [frozen_triggers.recorded("mediation.CommitteeMember")],
                    },
                ),
                migrations.CreateModel(
                    name="Room",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "committee",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="rooms", to="mediation.committee"
                            ),
                        ),
                        ("name", models.CharField(max_length=80)),
                        (
                            "named_after",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        ("where", models.CharField(blank=True, max_length=120)),
                        ("seats", models.PositiveSmallIntegerField(default=8)),
                        ("closed_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("closed_at", None)),
                                fields=("committee", "name"),
                                name="one_room_of_a_name",
                            )
                        ],
                        "triggers": [frozen_triggers.recorded("mediation.Room")],
                    },
                ),
                migrations.CreateModel(
                    name="Mediator",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="people.person"),
                        ),
                        (
                            "committee",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="mediators", to="mediation.committee"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("people", "people"),
                                    ("officer", "officer"),
                                    ("lawyer", "lawyer"),
                                    ("deputy", "deputy"),
                                    ("third_party", "third_party"),
                                ],
                                default="people",
                                max_length=20,
                            ),
                        ),
                        ("skills", models.JSONField(default=list)),
                        ("languages", models.JSONField(default=list)),
                        ("employer", models.CharField(blank=True, max_length=80)),
                        ("starts_on", models.DateField()),
                        ("ends_on", models.DateField(null=True)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("ends_on", None)),
                                fields=("person", "committee"),
                                name="one_mediator_a_person_and_committee",
                            )
                        ],
                        "triggers": [frozen_triggers.recorded("mediation.Mediator")],
                    },
                ),
                migrations.CreateModel(
                    name="OfficeHours",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "mediator",
                            models.ForeignKey(
                                on_delete=models.PROTECT,
                                related_name="office_hours",
                                to="mediation.mediator",
                                db_index=False,
                            ),
                        ),
                        (
                            "room",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="mediation.room"
                            ),
                        ),
                        ("weekday", models.PositiveSmallIntegerField()),
                        ("starts", models.TimeField()),
                        ("ends", models.TimeField()),
                    ],
                    options={
                        "verbose_name_plural": "office hours",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("ends__gt", models.F("starts"))),
                                name="hours_end_after_they_start",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("weekday__lte", 6)), name="hours_are_on_a_weekday"
                            ),
                            models.UniqueConstraint(
                                fields=("mediator", "weekday", "starts"), name="one_start_of_hours"
                            ),
                        ],
                        "triggers": [frozen_triggers.recorded("mediation.OfficeHours")],
                    },
                ),
                migrations.CreateModel(
                    name="Sweep",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=80)),
                        ("starts_on", models.DateField()),
                        ("ends_on", models.DateField()),
                        (
                            "planned_by",
                            models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="people.person"),
                        ),
                        ("planned_at", models.DateTimeField()),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                                name="sweep_ends_not_before_it_starts",
                            )
                        ],
                        "triggers": [frozen_triggers.recorded("mediation.Sweep")],
                    },
                ),
                migrations.CreateModel(
                    name="SweepResult",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "sweep",
                            models.ForeignKey(
                                on_delete=models.PROTECT,
                                related_name="results",
                                to="mediation.sweep",
                                db_index=False,
                            ),
                        ),
                        (
                            "grid",
                            models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="places.grid"),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        ("found", models.PositiveSmallIntegerField(null=True)),
                        ("words", models.TextField(blank=True)),
                        ("reported_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("sweep", "grid"), name="one_result_a_grid"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("found", None), ("reported_at", None)),
                                    models.Q(("found__isnull", False), ("reported_at__isnull", False)),
                                    _connector="OR",
                                ),
                                name="reported_result_has_a_count",
                            ),
                        ],
                        "triggers": [frozen_triggers.recorded("mediation.SweepResult", personal=["words"])],
                    },
                ),
                migrations.CreateModel(
                    name="Dispute",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "source",
                            models.CharField(
                                choices=[
                                    ("walk_in", "walk_in"),
                                    ("matter", "matter"),
                                    ("group", "group"),
                                    ("visit", "visit"),
                                    ("incident", "incident"),
                                    ("court", "court"),
                                    ("agency", "agency"),
                                    ("hotline", "hotline"),
                                    ("sweep", "sweep"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("source_number", models.CharField(blank=True, max_length=60)),
                        (
                            "matter",
                            models.ForeignKey(
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="+",
                                to="matters.matter",
                                db_index=False,
                            ),
                        ),
                        (
                            "asked_in",
                            models.ForeignKey(
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="+",
                                to="conversations.message",
                                db_index=False,
                            ),
                        ),
                        (
                            "swept",
                            models.ForeignKey(
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="disputes",
                                to="mediation.sweepresult",
                            ),
                        ),
                        ("type", models.CharField(max_length=20)),
                        ("touches", models.JSONField(default=list)),
                        ("summary", models.TextField()),
                        ("wishes", models.TextField(blank=True)),
                        ("place", models.CharField(blank=True, max_length=120)),
                        (
                            "grid",
                            models.ForeignKey(
                                db_index=False, on_delete=models.PROTECT, related_name="+", to="places.grid"
                            ),
                        ),
                        ("happened_on", models.DateField(null=True)),
                        ("people_count", models.PositiveIntegerField(default=2)),
                        ("amount_cents", models.BigIntegerField(null=True)),
                        ("beyond_village", models.BooleanField(default=False)),
                        (
                            "risk",
                            models.CharField(
                                choices=[("low", "low"), ("raised", "raised"), ("high", "high")],
                                default="low",
                                max_length=20,
                            ),
                        ),
                        ("risk_signs", models.JSONField(default=list)),
                        (
                            "calm_contact",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        ("calm_until", models.DateTimeField(null=True)),
                        ("calmed_at", models.DateTimeField(null=True)),
                        ("grave", models.JSONField(default=list)),
                        ("confidential", models.BooleanField(default=False)),
                        (
                            "tier",
                            models.CharField(
                                choices=[("group", "group"), ("village", "village"), ("town", "town")],
                                max_length=20,
                            ),
                        ),
                        (
                            "committee",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="disputes",
                                to="mediation.committee",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("found", "found"),
                                    ("accepted", "accepted"),
                                    ("in_mediation", "in_mediation"),
                                    ("agreed", "agreed"),
                                    ("performed", "performed"),
                                    ("broken", "broken"),
                                    ("failed", "failed"),
                                    ("withdrawn", "withdrawn"),
                                    ("refused", "refused"),
                                    ("referred", "referred"),
                                ],
                                default="found",
                                max_length=20,
                            ),
                        ),
                        ("found_at", models.DateTimeField()),
                        (
                            "found_by",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="+",
                                to="people.person",
                            ),
                        ),
                        ("free_told_at", models.DateTimeField(null=True)),
                        ("accepted_at", models.DateTimeField(null=True)),
                        (
                            "accepted_by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        ("file_year", models.PositiveSmallIntegerField(null=True)),
                        ("file_number", models.PositiveIntegerField(null=True)),
                        ("due_at", models.DateTimeField(null=True)),
                        ("overdue_noted_at", models.DateTimeField(null=True)),
                        ("concluded_at", models.DateTimeField(null=True)),
                        (
                            "concluded_by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        (
                            "ended_because",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("side_refuses", "side_refuses"),
                                    ("not_for_mediation", "not_for_mediation"),
                                    ("decided_elsewhere", "decided_elsewhere"),
                                    ("no_right", "no_right"),
                                    ("apart", "apart"),
                                    ("time_over", "time_over"),
                                    ("side_away", "side_away"),
                                    ("settled_alone", "settled_alone"),
                                    ("taken_back", "taken_back"),
                                    ("violence_at_home", "violence_at_home"),
                                    ("child_abuse", "child_abuse"),
                                    ("crime", "crime"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("other_ways", models.JSONField(default=list)),
                        ("performed_at", models.DateTimeField(null=True)),
                        ("broken_at", models.DateTimeField(null=True)),
                        ("reopened", models.PositiveSmallIntegerField(default=0)),
                        ("wake_at", models.DateTimeField(null=True)),
                        ("erased_at", models.DateTimeField(null=True)),
                        ("words", SearchVectorField(null=True)),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("wake_at__isnull", False)),
                                fields=["wake_at"],
                                name="dispute_due",
                            ),
                            models.Index(fields=["grid", "-id"], name="dispute_by_grid"),
                            models.Index(fields=["committee", "-id"], name="dispute_by_committee"),
                            models.Index(fields=["found_by", "-id"], name="dispute_by_finder"),
                            models.Index(fields=["state", "-id"], name="dispute_by_state"),
                            models.Index(fields=["type", "-id"], name="dispute_by_type"),
                            models.Index(
                                condition=models.Q(("risk", "low"), _negated=True),
                                fields=["risk", "-id"],
                                name="dispute_by_risk",
                            ),
                            models.Index(
                                condition=models.Q(("state__in", ["accepted", "in_mediation"])),
                                fields=["due_at"],
                                name="dispute_running",
                            ),
                            models.Index(
                                condition=models.Q(("confidential", True)),
                                fields=["-id"],
                                name="dispute_confidential",
                            ),
                            models.Index(fields=["found_at"], name="dispute_by_moment"),
                            models.Index(
                                condition=models.Q(("concluded_at__isnull", False)),
                                fields=["concluded_at"],
                                name="dispute_by_end",
                            ),
                            models.Index(
                                condition=models.Q(("concluded_at__isnull", False), ("erased_at", None)),
                                fields=["concluded_at"],
                                name="dispute_to_be_erased",
                            ),
                            GinIndex(fastupdate=True, fields=["words"], name="dispute_words"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("matter",), name="one_dispute_per_matter"),
                            models.UniqueConstraint(fields=("asked_in",), name="one_dispute_per_message"),
                            models.UniqueConstraint(
                                condition=models.Q(("source_number", ""), _negated=True),
                                fields=("source", "source_number"),
                                name="one_dispute_per_referral",
                            ),
                            models.UniqueConstraint(
                                fields=("file_year", "file_number"), name="one_dispute_per_file_number"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state__in", ["accepted", "in_mediation"]), _negated=True),
                                    models.Q(
                                        ("accepted_at__isnull", False),
                                        ("due_at__isnull", False),
                                        ("file_number__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="running_dispute_has_a_clock",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state__in", ["accepted", "found", "in_mediation"]),
                                    ("concluded_at__isnull", False),
                                    _connector="OR",
                                ),
                                name="concluded_dispute_says_when",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("state__in", ["failed", "refused", "withdrawn", "referred"]),
                                        _negated=True,
                                    ),
                                    models.Q(("ended_because", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="ended_dispute_says_why",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("amount_cents", None), ("amount_cents__gte", 0), _connector="OR"
                                ),
                                name="amount_is_not_below_zero",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "referred"), _negated=True),
                                    models.Q(("grave", []), _negated=True),
                                    ("confidential", False),
                                    _connector="OR",
                                ),
                                name="confidential_dispute_says_why",
                            ),
                        ],
                        "triggers": [
                            frozen_triggers.recorded(
                                "mediation.Dispute",
                                personal=["summary", "wishes", "place"],
                                skip=["words", "wake_at"],
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Side",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "dispute",
                            models.ForeignKey(
                                on_delete=models.PROTECT,
                                related_name="sides",
                                to="mediation.dispute",
                                db_index=False,
                            ),
                        ),
                        ("number", models.PositiveSmallIntegerField()),
                        ("applied_at", models.DateTimeField(null=True)),
                        ("told_rights_at", models.DateTimeField(null=True)),
                        ("wants", models.BooleanField(null=True)),
                        ("asked_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("dispute", "number"), name="one_side_of_a_number"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("wants", None), ("asked_at__isnull", False), _connector="OR"
                                ),
                                name="answering_side_was_asked",
                            ),
                        ],
                        "triggers": [frozen_triggers.recorded("mediation.Side")],
                    },
                ),
                migrations.CreateModel(
                    name="Party",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "side",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="parties", to="mediation.side"
                            ),
                        ),
                        (
                            "dispute",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="parties", to="mediation.dispute"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("person", "person"), ("organization", "organization")],
                                default="person",
                                max_length=20,
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        ("name", EncryptedTextField()),
                        ("phone", EncryptedTextField(blank=True)),
                        ("id_number", EncryptedTextField(blank=True)),
                        ("address", EncryptedTextField(blank=True)),
                        ("employer", EncryptedTextField(blank=True)),
                        ("name_digest", models.CharField(max_length=32)),
                        ("phone_digest", models.CharField(blank=True, max_length=32)),
                        ("id_digest", models.CharField(blank=True, max_length=32)),
                        ("gender", models.CharField(blank=True, max_length=1)),
                        ("born", models.DateField(null=True)),
                        ("represents", models.BooleanField(default=False)),
                        (
                            "speaks_for",
                            models.ForeignKey(
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="spoken_for_by",
                                to="mediation.party",
                            ),
                        ),
                        ("speaks_as", models.CharField(blank=True, max_length=10)),
                        ("left_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "verbose_name_plural": "parties",
                        "indexes": [
                            models.Index(fields=["name_digest"], name="party_by_name"),
                            models.Index(
                                condition=models.Q(("id_digest", ""), _negated=True),
                                fields=["id_digest"],
                                name="party_by_papers",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("left_at", None), ("person__isnull", False)),
                                fields=("dispute", "person"),
                                name="one_party_a_person",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(
                                    ("left_at", None), models.Q(("id_digest", ""), _negated=True)
                                ),
                                fields=("dispute", "id_digest"),
                                name="one_party_a_number_of_papers",
                            ),
                        ],
                        "triggers": [
                            frozen_triggers.recorded(
                                "mediation.Party",
                                personal=[
                                    "name",
                                    "phone",
                                    "id_number",
                                    "address",
                                    "employer",
                                    "name_digest",
                                    "phone_digest",
                                    "id_digest",
                                    "gender",
                                    "born",
                                ],
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PartyReading",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "dispute",
                            models.ForeignKey(
                                on_delete=models.PROTECT,
                                related_name="readings",
                                to="mediation.dispute",
                                db_index=False,
                            ),
                        ),
                        (
                            "reader",
                            models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="people.person"),
                        ),
                        ("purpose", models.CharField(max_length=30)),
                        ("parties", models.JSONField()),
                        ("read_at", models.DateTimeField()),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["dispute", "-read_at"], name="party_reading_by_dispute")
                        ],
                        "triggers": [frozen_triggers.recorded("mediation.PartyReading")],
                    },
                ),
                migrations.CreateModel(
                    name="Assignment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "dispute",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="assignments", to="mediation.dispute"
                            ),
                        ),
                        (
                            "mediator",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=models.PROTECT,
                                related_name="assignments",
                                to="mediation.mediator",
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[("lead", "lead"), ("assistant", "assistant")],
                                default="lead",
                                max_length=20,
                            ),
                        ),
                        ("chosen_by_sides", models.BooleanField(default=False)),
                        ("since", models.DateTimeField()),
                        ("until", models.DateTimeField(null=True)),
                        (
                            "ended_because",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("asked_by_side", "asked_by_side"),
                                    ("conflict", "conflict"),
                                    ("own_wish", "own_wish"),
                                    ("moved_up", "moved_up"),
                                    ("left", "left"),
                                    ("concluded", "concluded"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("words", models.TextField(blank=True)),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["mediator", "-dispute"], name="assignment_by_mediator")
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("until", None)),
                                fields=("dispute", "mediator"),
                                name="one_part_a_mediator",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("role", "lead"), ("until", None)),
                                fields=("dispute",),
                                name="one_lead_a_dispute",
                            ),
                        ],
                        "triggers": [frozen_triggers.recorded("mediation.Assignment", personal=["words"])],
                    },
                ),
                migrations.CreateModel(
                    name="Declaration",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "dispute",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="declarations", to="mediation.dispute"
                            ),
                        ),
                        (
                            "mediator",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="declarations", to="mediation.mediator"
                            ),
                        ),
                        (
                            "party",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="mediation.party"
                            ),
                        ),
                        ("text", models.TextField()),
                        (
                            "declared_by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        ("declared_at", models.DateTimeField()),
                    ],
                    options={
                        "triggers": [frozen_triggers.recorded("mediation.Declaration", personal=["text"])],
                    },
                ),
                migrations.CreateModel(
                    name="TierStay",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "dispute",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="stays", to="mediation.dispute"
                            ),
                        ),
                        (
                            "tier",
                            models.CharField(
                                choices=[("group", "group"), ("village", "village"), ("town", "town")],
                                max_length=20,
                            ),
                        ),
                        (
                            "committee",
                            models.ForeignKey(
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="+",
                                to="mediation.committee",
                            ),
                        ),
                        ("since", models.DateTimeField()),
                        ("due_at", models.DateTimeField(null=True)),
                        ("overdue_noted_at", models.DateTimeField(null=True)),
                        ("until", models.DateTimeField(null=True)),
                        ("moved_because", models.CharField(blank=True, max_length=20)),
                        ("words", models.TextField(blank=True)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("until", None)),
                                fields=("dispute",),
                                name="one_tier_at_a_time",
                            )
                        ],
                        "triggers": [frozen_triggers.recorded("mediation.TierStay", personal=["words"])],
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
                            "dispute",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="extensions", to="mediation.dispute"
                            ),
                        ),
                        ("until", models.DateTimeField()),
                        ("reason", models.TextField()),
                        (
                            "asked_by",
                            models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="people.person"),
                        ),
                        ("asked_at", models.DateTimeField()),
                        ("decided_at", models.DateTimeField(null=True)),
                        ("granted", models.BooleanField(null=True)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("decided_at", None)),
                                fields=("dispute",),
                                name="one_extension_at_a_time",
                            )
                        ],
                        "triggers": [frozen_triggers.recorded("mediation.Extension", personal=["reason"])],
                    },
                ),
                migrations.CreateModel(
                    name="Invitation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "dispute",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="invitations", to="mediation.dispute"
                            ),
                        ),
                        (
                            "agency",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.agency"
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        ("why", models.TextField()),
                        (
                            "invited_by",
                            models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="people.person"),
                        ),
                        ("invited_at", models.DateTimeField()),
                        ("decided_at", models.DateTimeField(null=True)),
                        ("comes", models.BooleanField(null=True)),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("agency__isnull", False), ("person", None)),
                                    models.Q(("agency", None), ("person__isnull", False)),
                                    _connector="OR",
                                ),
                                name="invitation_is_to_one",
                            )
                        ],
                        "triggers": [frozen_triggers.recorded("mediation.Invitation", personal=["why"])],
                    },
                ),
                migrations.CreateModel(
                    name="Consent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "side",
                            models.ForeignKey(
                                on_delete=models.PROTECT,
                                related_name="consents",
                                to="mediation.side",
                                db_index=False,
                            ),
                        ),
                        (
                            "extension",
                            models.ForeignKey(
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="consents",
                                to="mediation.extension",
                            ),
                        ),
                        (
                            "invitation",
                            models.ForeignKey(
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="consents",
                                to="mediation.invitation",
                            ),
                        ),
                        ("consents", models.BooleanField()),
                        ("given_at", models.DateTimeField()),
                        (
                            "noted_by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("extension__isnull", False), ("invitation", None)),
                                    models.Q(("extension", None), ("invitation__isnull", False)),
                                    _connector="OR",
                                ),
                                name="consent_is_to_one_thing",
                            ),
                            models.UniqueConstraint(
                                fields=("side", "extension"), name="one_consent_a_side_to_an_extension"
                            ),
                            models.UniqueConstraint(
                                fields=("side", "invitation"), name="one_consent_a_side_to_an_invitation"
                            ),
                        ],
                        "triggers": [frozen_triggers.recorded("mediation.Consent")],
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
                            "audience",
                            models.CharField(
                                choices=[("mediators", "mediators"), ("side", "side"), ("both", "both")],
                                default="mediators",
                                max_length=20,
                            ),
                        ),
                        (
                            "side",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="mediation.side"
                            ),
                        ),
                        (
                            "dispute",
                            models.ForeignKey(
                                on_delete=models.PROTECT,
                                related_name="entries",
                                to="mediation.dispute",
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
                    ],
                    options={
                        "verbose_name_plural": "entries",
                        "indexes": [
                            models.Index(fields=["dispute", "id"], name="dispute_entry"),
                            models.Index(fields=["deed", "at"], name="dispute_entry_by_deed"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("audience", "side"), ("side__isnull", False)),
                                    models.Q(models.Q(("audience", "side"), _negated=True), ("side", None)),
                                    _connector="OR",
                                ),
                                name="entry_for_one_side_names_it",
                            )
                        ],
                        "triggers": [frozen_triggers.recorded("mediation.Entry", personal=["text"])],
                    },
                ),
                migrations.CreateModel(
                    name="Session",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "audience",
                            models.CharField(
                                choices=[("mediators", "mediators"), ("side", "side"), ("both", "both")],
                                default="mediators",
                                max_length=20,
                            ),
                        ),
                        (
                            "side",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="mediation.side"
                            ),
                        ),
                        (
                            "dispute",
                            models.ForeignKey(
                                on_delete=models.PROTECT,
                                related_name="sessions",
                                to="mediation.dispute",
                                db_index=False,
                            ),
                        ),
                        (
                            "room",
                            models.ForeignKey(
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="sessions",
                                to="mediation.room",
                            ),
                        ),
                        ("online", models.BooleanField(default=False)),
                        ("starts_at", models.DateTimeField()),
                        ("ends_at", models.DateTimeField()),
                        ("agenda", models.TextField(blank=True)),
                        (
                            "booked_by",
                            models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="people.person"),
                        ),
                        ("opened_at", models.DateTimeField(null=True)),
                        ("held_at", models.DateTimeField(null=True)),
                        ("canceled_at", models.DateTimeField(null=True)),
                        ("canceled_because", models.TextField(blank=True)),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["dispute", "starts_at"], name="session_by_dispute"),
                            models.Index(
                                condition=models.Q(("canceled_at", None)),
                                fields=["starts_at"],
                                name="session_by_start",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("audience", "side"), ("side__isnull", False)),
                                    models.Q(models.Q(("audience", "side"), _negated=True), ("side", None)),
                                    _connector="OR",
                                ),
                                name="session_for_one_side_names_it",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                                name="session_ends_after_it_starts",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("online", True), ("room__isnull", False), _connector="OR"
                                ),
                                name="session_has_a_place",
                            ),
                            ExclusionConstraint(
                                condition=models.Q(("canceled_at", None), ("room__isnull", False)),
                                expressions=[
                                    ("room", "="),
                                    (
                                        maplebridge.mediation.models.TimeRange(
                                            "starts_at", "ends_at", RangeBoundary()
                                        ),
                                        "&&",
                                    ),
                                ],
                                name="no_room_twice_at_a_time",
                            ),
                        ],
                        "triggers": [
                            frozen_triggers.recorded(
                                "mediation.Session", personal=["agenda", "canceled_because"]
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Attendance",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "session",
                            models.ForeignKey(
                                on_delete=models.PROTECT,
                                related_name="attendances",
                                to="mediation.session",
                                db_index=False,
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                db_index=False, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        ("role", models.CharField(max_length=10)),
                        ("starts_at", models.DateTimeField()),
                        ("ends_at", models.DateTimeField()),
                        ("canceled_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["person", "starts_at"], name="attendance_by_person")
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("session", "person"), name="one_attendance_a_person"
                            ),
                            ExclusionConstraint(
                                condition=models.Q(("canceled_at", None)),
                                expressions=[
                                    ("person", "="),
                                    (
                                        maplebridge.mediation.models.TimeRange(
                                            "starts_at", "ends_at", RangeBoundary()
                                        ),
                                        "&&",
                                    ),
                                ],
                                name="nobody_twice_at_a_time",
                            ),
                        ],
                        "triggers": [frozen_triggers.recorded("mediation.Attendance")],
                    },
                ),
                migrations.CreateModel(
                    name="Utterance",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "audience",
                            models.CharField(
                                choices=[("mediators", "mediators"), ("side", "side"), ("both", "both")],
                                default="mediators",
                                max_length=20,
                            ),
                        ),
                        (
                            "side",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="mediation.side"
                            ),
                        ),
                        (
                            "dispute",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=models.PROTECT,
                                related_name="utterances",
                                to="mediation.dispute",
                            ),
                        ),
                        (
                            "session",
                            models.ForeignKey(
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="utterances",
                                to="mediation.session",
                            ),
                        ),
                        (
                            "author",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        (
                            "party",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="mediation.party"
                            ),
                        ),
                        ("text", models.TextField()),
                        ("said_at", models.DateTimeField()),
                    ],
                    options={
                        "indexes": [models.Index(fields=["dispute", "id"], name="utterance_by_dispute")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("audience", "side"), ("side__isnull", False)),
                                    models.Q(models.Q(("audience", "side"), _negated=True), ("side", None)),
                                    _connector="OR",
                                ),
                                name="utterance_for_one_side_names_it",
                            )
                        ],
                        "triggers": [frozen_triggers.recorded("mediation.Utterance", personal=["text"])],
                    },
                ),
                migrations.CreateModel(
                    name="Exhibit",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "audience",
                            models.CharField(
                                choices=[("mediators", "mediators"), ("side", "side"), ("both", "both")],
                                default="mediators",
                                max_length=20,
                            ),
                        ),
                        (
                            "side",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="mediation.side"
                            ),
                        ),
                        (
                            "dispute",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=models.PROTECT,
                                related_name="exhibits",
                                to="mediation.dispute",
                            ),
                        ),
                        (
                            "session",
                            models.ForeignKey(
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="exhibits",
                                to="mediation.session",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("investigation", "investigation"),
                                    ("evidence", "evidence"),
                                    ("identity", "identity"),
                                    ("attorney", "attorney"),
                                    ("proof", "proof"),
                                    ("other", "other"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("title", models.CharField(max_length=120)),
                        ("text", models.TextField(blank=True)),
                        (
                            "photo",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="platform.photo"
                            ),
                        ),
                        (
                            "brought_by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="mediation.party"
                            ),
                        ),
                        (
                            "kept_by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        ("kept_at", models.DateTimeField()),
                    ],
                    options={
                        "indexes": [models.Index(fields=["dispute", "id"], name="exhibit_by_dispute")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("audience", "side"), ("side__isnull", False)),
                                    models.Q(models.Q(("audience", "side"), _negated=True), ("side", None)),
                                    _connector="OR",
                                ),
                                name="exhibit_for_one_side_names_it",
                            )
                        ],
                        "triggers": [
                            frozen_triggers.recorded("mediation.Exhibit", personal=["title", "text"])
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Offer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "audience",
                            models.CharField(
                                choices=[("mediators", "mediators"), ("side", "side"), ("both", "both")],
                                default="mediators",
                                max_length=20,
                            ),
                        ),
                        (
                            "side",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="mediation.side"
                            ),
                        ),
                        (
                            "dispute",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=models.PROTECT,
                                related_name="offers",
                                to="mediation.dispute",
                            ),
                        ),
                        (
                            "session",
                            models.ForeignKey(
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="offers",
                                to="mediation.session",
                            ),
                        ),
                        (
                            "by_side",
                            models.ForeignKey(
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="offers",
                                to="mediation.side",
                            ),
                        ),
                        ("terms", models.TextField()),
                        ("amount_cents", models.BigIntegerField(null=True)),
                        (
                            "counter_to",
                            models.ForeignKey(
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="counters",
                                to="mediation.offer",
                            ),
                        ),
                        (
                            "noted_by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        ("made_at", models.DateTimeField()),
                        ("taken_back_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "indexes": [models.Index(fields=["dispute", "id"], name="offer_by_dispute")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("audience", "side"), ("side__isnull", False)),
                                    models.Q(models.Q(("audience", "side"), _negated=True), ("side", None)),
                                    _connector="OR",
                                ),
                                name="offer_for_one_side_names_it",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("amount_cents", None), ("amount_cents__gte", 0), _connector="OR"
                                ),
                                name="offer_is_not_below_zero",
                            ),
                        ],
                        "triggers": [frozen_triggers.recorded("mediation.Offer", personal=["terms"])],
                    },
                ),
                migrations.CreateModel(
                    name="Acceptance",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "audience",
                            models.CharField(
                                choices=[("mediators", "mediators"), ("side", "side"), ("both", "both")],
                                default="mediators",
                                max_length=20,
                            ),
                        ),
                        (
                            "side",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="mediation.side"
                            ),
                        ),
                        (
                            "offer",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="acceptances", to="mediation.offer"
                            ),
                        ),
                        (
                            "by_side",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="acceptances", to="mediation.side"
                            ),
                        ),
                        ("accepts", models.BooleanField()),
                        ("words", models.TextField(blank=True)),
                        (
                            "noted_by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        ("given_at", models.DateTimeField()),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("audience", "side"), ("side__isnull", False)),
                                    models.Q(models.Q(("audience", "side"), _negated=True), ("side", None)),
                                    _connector="OR",
                                ),
                                name="acceptance_for_one_side_names_it",
                            )
                        ],
                        "triggers": [frozen_triggers.recorded("mediation.Acceptance", personal=["words"])],
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
                            "audience",
                            models.CharField(
                                choices=[("mediators", "mediators"), ("side", "side"), ("both", "both")],
                                default="mediators",
                                max_length=20,
                            ),
                        ),
                        (
                            "side",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="mediation.side"
                            ),
                        ),
                        (
                            "dispute",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="promises", to="mediation.dispute"
                            ),
                        ),
                        (
                            "by_side",
                            models.ForeignKey(
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="promises",
                                to="mediation.side",
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
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
                                condition=models.Q(("chased_at", None), ("kept_at", None)),
                                fields=["due_at"],
                                name="mediation_promise_due",
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("audience", "side"), ("side__isnull", False)),
                                    models.Q(models.Q(("audience", "side"), _negated=True), ("side", None)),
                                    _connector="OR",
                                ),
                                name="promise_for_one_side_names_it",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("by", None), ("by_side__isnull", False)),
                                    models.Q(("by__isnull", False), ("by_side", None)),
                                    _connector="OR",
                                ),
                                name="promise_is_of_one",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("due_at__gt", models.F("made_at"))),
                                name="promise_is_for_later",
                            ),
                        ],
                        "triggers": [frozen_triggers.recorded("mediation.Promise", personal=["text"])],
                    },
                ),
                migrations.CreateModel(
                    name="Agreement",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "dispute",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="agreements", to="mediation.dispute"
                            ),
                        ),
                        (
                            "form",
                            models.CharField(
                                choices=[("written", "written"), ("oral", "oral")], max_length=20
                            ),
                        ),
                        ("facts", models.TextField(blank=True)),
                        ("terms", models.TextField()),
                        ("amount_cents", models.BigIntegerField(null=True)),
                        (
                            "drafted_by",
                            models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="people.person"),
                        ),
                        ("drafted_at", models.DateTimeField()),
                        ("effective_at", models.DateTimeField(null=True)),
                        ("performed_at", models.DateTimeField(null=True)),
                        ("ended_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("ended_at", None)),
                                fields=("dispute",),
                                name="one_agreement_at_a_time",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("amount_cents", None), ("amount_cents__gte", 0), _connector="OR"
                                ),
                                name="agreed_sum_is_not_below_zero",
                            ),
                        ],
                        "triggers": [
                            frozen_triggers.recorded("mediation.Agreement", personal=["facts", "terms"])
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Signature",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "agreement",
                            models.ForeignKey(
                                on_delete=models.PROTECT,
                                related_name="signatures",
                                to="mediation.agreement",
                                db_index=False,
                            ),
                        ),
                        (
                            "party",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="mediation.party"
                            ),
                        ),
                        (
                            "mediator",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="mediation.mediator"
                            ),
                        ),
                        (
                            "committee",
                            models.ForeignKey(
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="+",
                                to="mediation.committee",
                            ),
                        ),
                        (
                            "how",
                            models.CharField(
                                choices=[
                                    ("paper", "paper"),
                                    ("seal", "seal"),
                                    ("fingerprint", "fingerprint"),
                                    ("screen", "screen"),
                                    ("spoken", "spoken"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("image", EncryptedTextField(blank=True)),
                        (
                            "noted_by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        ("signed_at", models.DateTimeField()),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("agreement", "party", "mediator", "committee"),
                                name="one_signature_each",
                                nulls_distinct=False,
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("committee", None), ("mediator", None), ("party__isnull", False)
                                    ),
                                    models.Q(
                                        ("committee", None), ("mediator__isnull", False), ("party", None)
                                    ),
                                    models.Q(
                                        ("committee__isnull", False), ("mediator", None), ("party", None)
                                    ),
                                    _connector="OR",
                                ),
                                name="signature_is_of_one",
                            ),
                        ],
                        "triggers": [frozen_triggers.recorded("mediation.Signature", personal=["image"])],
                    },
                ),
                migrations.CreateModel(
                    name="Installment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "agreement",
                            models.ForeignKey(
                                on_delete=models.PROTECT,
                                related_name="installments",
                                to="mediation.agreement",
                                db_index=False,
                            ),
                        ),
                        ("number", models.PositiveSmallIntegerField()),
                        (
                            "by_side",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="+", to="mediation.side"
                            ),
                        ),
                        ("what", models.CharField(blank=True, max_length=200)),
                        ("amount_cents", models.BigIntegerField(default=0)),
                        ("due_on", models.DateField()),
                        ("reminded_at", models.DateTimeField(null=True)),
                        ("late_noted_at", models.DateTimeField(null=True)),
                        ("performed_at", models.DateTimeField(null=True)),
                        (
                            "noted_by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        (
                            "proof",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="mediation.exhibit"
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("performed_at", None)),
                                fields=["due_on"],
                                name="installment_not_performed",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("agreement", "number"), name="one_installment_of_a_number"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("amount_cents__gte", 0),
                                    models.Q(
                                        ("amount_cents__gt", 0),
                                        models.Q(("what", ""), _negated=True),
                                        _connector="OR",
                                    ),
                                ),
                                name="installment_is_a_sum_or_a_deed",
                            ),
                        ],
                        "triggers": [frozen_triggers.recorded("mediation.Installment", personal=["what"])],
                    },
                ),
                migrations.CreateModel(
                    name="Revisit",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "agreement",
                            models.ForeignKey(
                                on_delete=models.PROTECT,
                                related_name="revisits",
                                to="mediation.agreement",
                                db_index=False,
                            ),
                        ),
                        ("after_days", models.PositiveSmallIntegerField()),
                        ("due_on", models.DateField()),
                        ("done_at", models.DateTimeField(null=True)),
                        (
                            "done_by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        (
                            "performed",
                            models.CharField(
                                blank=True,
                                choices=[("yes", "yes"), ("partly", "partly"), ("no", "no")],
                                max_length=20,
                            ),
                        ),
                        ("satisfied", models.PositiveSmallIntegerField(null=True)),
                        ("words", models.TextField(blank=True)),
                        ("noted_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("done_at", None)), fields=["due_on"], name="revisit_due"
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("agreement", "after_days"), name="one_revisit_a_day"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("satisfied", None), ("satisfied__range", (1, 5)), _connector="OR"
                                ),
                                name="satisfied_from_one_to_five",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("done_at", None),
                                    models.Q(
                                        ("done_by__isnull", False), models.Q(("performed", ""), _negated=True)
                                    ),
                                    _connector="OR",
                                ),
                                name="done_revisit_has_a_result",
                            ),
                        ],
                        "triggers": [frozen_triggers.recorded("mediation.Revisit", personal=["words"])],
                    },
                ),
                migrations.CreateModel(
                    name="Confirmation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "agreement",
                            models.OneToOneField(
                                on_delete=models.PROTECT,
                                related_name="confirmation",
                                to="mediation.agreement",
                            ),
                        ),
                        ("court", models.CharField(max_length=80)),
                        ("asked_at", models.DateTimeField()),
                        (
                            "asked_by",
                            models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="people.person"),
                        ),
                        (
                            "result",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("confirmed", "confirmed"),
                                    ("rejected", "rejected"),
                                    ("taken_back", "taken_back"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("decision_number", models.CharField(blank=True, max_length=60)),
                        ("decided_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "triggers": [frozen_triggers.recorded("mediation.Confirmation")],
                    },
                ),
                migrations.CreateModel(
                    name="Document",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "dispute",
                            models.ForeignKey(
                                on_delete=models.PROTECT,
                                related_name="documents",
                                to="mediation.dispute",
                                db_index=False,
                            ),
                        ),
                        ("code", models.CharField(max_length=20)),
                        (
                            "kind",
                            models.CharField(
                                choices=[("edited", "edited"), ("dropped", "dropped"), ("sealed", "sealed")],
                                max_length=20,
                            ),
                        ),
                        ("version", models.PositiveSmallIntegerField()),
                        ("content", EncryptedBytesField(null=True)),
                        ("size", models.PositiveIntegerField()),
                        ("sha256", models.CharField(max_length=64)),
                        (
                            "made_by",
                            models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="people.person"),
                        ),
                        ("made_at", models.DateTimeField()),
                        ("erased_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "indexes": [models.Index(fields=["sha256"], name="document_by_digest")],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("dispute", "code", "version"), name="one_document_of_a_version"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("content__isnull", False), ("erased_at", None)),
                                    models.Q(("content", None), ("erased_at__isnull", False)),
                                    _connector="OR",
                                ),
                                name="document_without_content_says_when",
                            ),
                        ],
                        "triggers": [
                            frozen_triggers.protected(
                                "mediation.Document", "never_deleted", "DELETE", "delete"
                            ),
                            frozen_triggers.protected(
                                "mediation.Document",
                                "erased_only",
                                "UPDATE",
                                "update",
                                "WHEN (NOT (\n    OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL AND NEW.content IS NULL\n    AND (NEW.id, NEW.dispute_id, NEW.code, NEW.kind, NEW.version, NEW.size, NEW.sha256, NEW.made_by_id, NEW.made_at)\n      = (OLD.id, OLD.dispute_id, OLD.code, OLD.kind, OLD.version, OLD.size, OLD.sha256, OLD.made_by_id, OLD.made_at)\n))",
                            ),
                            frozen_triggers.recorded("mediation.Document", skip=["content"]),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Fund",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=80, unique=True)),
                        (
                            "opened_by",
                            models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="people.person"),
                        ),
                        ("opened_at", models.DateTimeField()),
                        ("closed_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "triggers": [frozen_triggers.recorded("mediation.Fund")],
                    },
                ),
                migrations.CreateModel(
                    name="RewardFormula",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("values", models.JSONField()),
                        ("reason", models.TextField()),
                        ("valid_from", models.DateField(unique=True)),
                        (
                            "made_by",
                            models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="people.person"),
                        ),
                        ("made_at", models.DateTimeField()),
                    ],
                    options={
                        "triggers": [
                            frozen_triggers.append_only("mediation.RewardFormula"),
                            frozen_triggers.recorded("mediation.RewardFormula"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RewardEntry",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "fund",
                            models.ForeignKey(
                                on_delete=models.PROTECT,
                                related_name="entries",
                                to="mediation.fund",
                                db_index=False,
                            ),
                        ),
                        (
                            "reason",
                            models.CharField(
                                choices=[
                                    ("deposit", "deposit"),
                                    ("agreed", "agreed"),
                                    ("performed", "performed"),
                                    ("satisfied", "satisfied"),
                                    ("found", "found"),
                                    ("counter", "counter"),
                                ],
                                max_length=20,
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="+",
                                to="people.person",
                            ),
                        ),
                        (
                            "dispute",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="mediation.dispute"
                            ),
                        ),
                        (
                            "formula",
                            models.ForeignKey(
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="+",
                                to="mediation.rewardformula",
                            ),
                        ),
                        (
                            "counters",
                            models.OneToOneField(
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="countered_by",
                                to="mediation.rewardentry",
                            ),
                        ),
                        ("cents", models.BigIntegerField()),
                        ("words", models.TextField(blank=True)),
                        (
                            "proposed_by",
                            models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="people.person"),
                        ),
                        (
                            "approved_by",
                            models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="people.person"),
                        ),
                        ("at", models.DateTimeField()),
                    ],
                    options={
                        "verbose_name_plural": "reward entries",
                        "indexes": [
                            models.Index(fields=["person", "at"], name="reward_by_person"),
                            models.Index(fields=["fund", "at"], name="reward_by_fund"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("counters", None), ("dispute__isnull", False)),
                                fields=("dispute", "person", "reason"),
                                name="one_reward_of_a_kind_a_person_and_dispute",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("approved_by", models.F("proposed_by")), _negated=True),
                                name="reward_has_two_people",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("cents__gt", 0), ("person", None), ("reason", "deposit")),
                                    models.Q(("counters__isnull", False), ("reason", "counter")),
                                    models.Q(
                                        ("cents__lt", 0),
                                        ("counters", None),
                                        ("dispute__isnull", False),
                                        ("formula__isnull", False),
                                        ("person__isnull", False),
                                        ("reason__in", ["agreed", "performed", "satisfied", "found"]),
                                    ),
                                    _connector="OR",
                                ),
                                name="reward_is_for_something",
                            ),
                        ],
                        "triggers": [
                            frozen_triggers.append_only("mediation.RewardEntry"),
                            frozen_triggers.recorded("mediation.RewardEntry", personal=["words"]),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RewardProposal",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "fund",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="proposals", to="mediation.fund"
                            ),
                        ),
                        (
                            "reason",
                            models.CharField(
                                choices=[
                                    ("deposit", "deposit"),
                                    ("agreed", "agreed"),
                                    ("performed", "performed"),
                                    ("satisfied", "satisfied"),
                                    ("found", "found"),
                                    ("counter", "counter"),
                                ],
                                max_length=20,
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        (
                            "dispute",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="mediation.dispute"
                            ),
                        ),
                        (
                            "formula",
                            models.ForeignKey(
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="+",
                                to="mediation.rewardformula",
                            ),
                        ),
                        (
                            "counters",
                            models.ForeignKey(
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="+",
                                to="mediation.rewardentry",
                            ),
                        ),
                        ("cents", models.BigIntegerField()),
                        ("cut_cents", models.BigIntegerField(default=0)),
                        ("words", models.TextField(blank=True)),
                        (
                            "proposed_by",
                            models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="people.person"),
                        ),
                        ("proposed_at", models.DateTimeField()),
                        (
                            "decided_by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        ("decided_at", models.DateTimeField(null=True)),
                        ("approved", models.BooleanField(null=True)),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("decided_at", None)), fields=["id"], name="reward_waiting"
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(
                                    ("counters", None), ("decided_at", None), ("dispute__isnull", False)
                                ),
                                fields=("dispute", "person", "reason"),
                                name="one_reward_proposed_at_a_time",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("counters__isnull", False), ("decided_at", None)),
                                fields=("counters",),
                                name="one_counter_entry_proposed_at_a_time",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("decided_by", None),
                                    models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="reward_is_decided_by_a_second_person",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("approved", None), ("decided_at", None), ("decided_by", None)),
                                    models.Q(
                                        ("approved__isnull", False),
                                        ("decided_at__isnull", False),
                                        ("decided_by__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="decided_reward_says_how_and_by_whom",
                            ),
                        ],
                        "triggers": [
                            frozen_triggers.recorded("mediation.RewardProposal", personal=["words"])
                        ],
                    },
                ),
            ],
        ),
    ]
