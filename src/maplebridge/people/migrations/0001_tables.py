from django.conf import settings
from django.db import migrations, models

from maplebridge.platform import frozen_triggers
from maplebridge.platform.fields import EncryptedTextField
from maplebridge.platform.tables_at_once import CreateTables


class Migration(migrations.Migration):
    replaces = [
        ("people", "0001_initial"),
        ("people", "0003_record_without_large_columns"),
        ("people", "0004_code_asker"),
        ("people", "0005_age_band"),
    ]

    initial = True

    dependencies = [
        ("places", "0001_tables"),
        ("platform", "0001_tables"),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="Agency",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=80)),
                        ("code", models.CharField(max_length=18, unique=True)),
                        ("kind", models.CharField(max_length=30)),
                        ("phone", models.CharField(blank=True, max_length=30)),
                        ("valid_from", models.DateField()),
                        ("valid_to", models.DateField(blank=True, null=True)),
                        ("grids", models.ManyToManyField(blank=True, related_name="+", to="places.grid")),
                        ("estates", models.ManyToManyField(blank=True, related_name="+", to="places.estate")),
                    ],
                    options={
                        "verbose_name_plural": "agencies",
                        "triggers": [frozen_triggers.recorded("people.Agency")],
                    },
                ),
                migrations.CreateModel(
                    name="Person",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("nickname", models.CharField(max_length=50)),
                        ("name", EncryptedTextField(blank=True)),
                        ("phone", EncryptedTextField(blank=True)),
                        ("phone_digest", models.CharField(blank=True, max_length=32, null=True)),
                        ("phone_tail_digest", models.CharField(blank=True, max_length=32)),
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
                        (
                            "entrance",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="+",
                                to="places.entrance",
                            ),
                        ),
                        ("room", EncryptedTextField(blank=True)),
                        (
                            "age_band",
                            models.CharField(
                                blank=True,
                                choices=[("18-34", "18-34"), ("35-59", "35-59"), ("60+", "60+")],
                                db_default="",
                                max_length=8,
                            ),
                        ),
                        ("elder_mode", models.BooleanField(default=False)),
                        ("language", models.CharField(default="zh-hans", max_length=10)),
                        ("real_name_verified_at", models.DateTimeField(blank=True, null=True)),
                        ("consented_at", models.DateTimeField(blank=True, null=True)),
                        ("consent_version", models.CharField(blank=True, max_length=10)),
                        ("erased_at", models.DateTimeField(blank=True, null=True)),
                        ("made_at", models.DateTimeField()),
                    ],
                    options={
                        "verbose_name_plural": "people",
                        "indexes": [models.Index(fields=["phone_tail_digest"], name="person_by_phone_tail")],
                        "constraints": [
                            models.UniqueConstraint(fields=("phone_digest",), name="one_person_per_phone")
                        ],
                        "triggers": [
                            frozen_triggers.recorded(
                                "people.Person",
                                personal=[
                                    "nickname",
                                    "name",
                                    "phone",
                                    "phone_digest",
                                    "phone_tail_digest",
                                    "room",
                                    "age_band",
                                ],
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Account",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("password", models.CharField(max_length=128, verbose_name="password")),
                        (
                            "last_login",
                            models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                        ),
                        ("username", models.CharField(max_length=40, unique=True)),
                        (
                            "person",
                            models.OneToOneField(
                                on_delete=models.PROTECT, related_name="account", to="people.person"
                            ),
                        ),
                        ("is_active", models.BooleanField(default=True)),
                        ("email", models.EmailField(blank=True, max_length=254)),
                        ("password_is_temporary", models.BooleanField(default=False)),
                        ("session_epoch", models.PositiveIntegerField(default=0)),
                    ],
                    options={
                        "triggers": [
                            frozen_triggers.recorded(
                                "people.Account",
                                personal=["username", "password", "email"],
                                skip=["last_login"],
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Posting",
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
                                on_delete=models.PROTECT, related_name="postings", to="people.person"
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("grid_chief", "grid_chief"),
                                    ("grid_worker", "grid_worker"),
                                    ("officer", "officer"),
                                    ("auxiliary", "auxiliary"),
                                    ("deputy_secretary", "deputy_secretary"),
                                    ("team_member", "team_member"),
                                    ("mediator", "mediator"),
                                    ("building_captain", "building_captain"),
                                    ("agency_clerk", "agency_clerk"),
                                    ("sorting_officer", "sorting_officer"),
                                    ("command", "command"),
                                    ("confidential", "confidential"),
                                    ("supervisor", "supervisor"),
                                    ("analyst", "analyst"),
                                    ("administrator", "administrator"),
                                ],
                                max_length=20,
                            ),
                        ),
                        (
                            "team_role",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("governance", "governance"),
                                    ("public_order", "public_order"),
                                    ("health", "health"),
                                    ("urban_management", "urban_management"),
                                    ("market_supervision", "market_supervision"),
                                    ("mediation", "mediation"),
                                ],
                                max_length=20,
                            ),
                        ),
                        (
                            "grid",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="+",
                                to="places.grid",
                                db_index=False,
                            ),
                        ),
                        (
                            "sector",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="+",
                                to="places.sector",
                            ),
                        ),
                        (
                            "beat",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="+",
                                to="places.beat",
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
                        (
                            "agency",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="postings",
                                to="people.agency",
                            ),
                        ),
                        ("starts_on", models.DateField()),
                        ("ends_on", models.DateField(blank=True, null=True)),
                    ],
                    options={
                        "indexes": [models.Index(fields=["grid", "role"], name="posting_by_grid_and_role")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ends_on", None), ("ends_on__gt", models.F("starts_on")), _connector="OR"
                                ),
                                name="posting_ends_after_it_starts",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("role", "grid_chief"), _negated=True),
                                    ("grid__isnull", False),
                                    _connector="OR",
                                ),
                                name="grid_chief_has_a_grid",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("role", "agency_clerk"), _negated=True),
                                    ("agency__isnull", False),
                                    _connector="OR",
                                ),
                                name="agency_clerk_has_an_agency",
                            ),
                        ],
                        "triggers": [frozen_triggers.recorded("people.Posting")],
                    },
                ),
                migrations.CreateModel(
                    name="OneTimeCode",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("phone_digest", models.CharField(max_length=32)),
                        ("code_digest", models.CharField(max_length=32)),
                        ("waiting", EncryptedTextField(blank=True)),
                        ("asker_digest", models.CharField(blank=True, db_default="", max_length=32)),
                        ("sent_at", models.DateTimeField()),
                        ("attempts", models.PositiveSmallIntegerField(default=0)),
                        ("used_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["phone_digest", "-sent_at"], name="code_by_phone"),
                            models.Index(fields=["asker_digest", "-sent_at"], name="code_by_asker"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Reading",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "reader",
                            models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="people.person"),
                        ),
                        (
                            "subject",
                            models.ForeignKey(
                                on_delete=models.PROTECT,
                                related_name="readings",
                                to="people.person",
                                db_index=False,
                            ),
                        ),
                        ("fields", models.JSONField()),
                        ("purpose", models.CharField(max_length=30)),
                        ("purpose_id", models.BigIntegerField()),
                        ("basis", models.CharField(max_length=60)),
                        ("read_at", models.DateTimeField()),
                    ],
                    options={
                        "indexes": [models.Index(fields=["subject", "-read_at"], name="reading_by_subject")],
                        "triggers": [frozen_triggers.recorded("people.Reading")],
                    },
                ),
                migrations.CreateModel(
                    name="SecondFactorReset",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=models.PROTECT,
                                related_name="second_factor_resets",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "asked_by",
                            models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="people.person"),
                        ),
                        ("asked_at", models.DateTimeField()),
                        ("reason", models.CharField(max_length=200)),
                        (
                            "confirmed_by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        ("settled_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("settled_at", None)),
                                fields=("account",),
                                name="one_open_reset_per_account",
                            )
                        ],
                        "triggers": [frozen_triggers.recorded("people.SecondFactorReset")],
                    },
                ),
                migrations.CreateModel(
                    name="PeopleImport",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("sheet", models.CharField(max_length=20)),
                        ("file_name", models.CharField(max_length=200)),
                        ("content", EncryptedTextField(blank=True)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("waiting", "Waiting"),
                                    ("checked", "Checked"),
                                    ("refused", "Refused"),
                                    ("accepted", "Accepted"),
                                    ("written", "Written"),
                                    ("dropped", "Dropped"),
                                ],
                                default="waiting",
                                max_length=10,
                            ),
                        ),
                        ("problems", models.JSONField(default=list)),
                        ("problem_count", models.PositiveIntegerField(default=0)),
                        ("new_count", models.PositiveIntegerField(default=0)),
                        ("changed_count", models.PositiveIntegerField(default=0)),
                        ("done", models.PositiveIntegerField(default=0)),
                        ("total", models.PositiveIntegerField(default=0)),
                        (
                            "asked_by",
                            models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="people.person"),
                        ),
                        ("asked_at", models.DateTimeField()),
                        ("worked_at", models.DateTimeField(null=True)),
                        ("ended_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "triggers": [
                            frozen_triggers.recorded(
                                "people.PeopleImport",
                                personal=["problems", "file_name"],
                                skip=["content", "done", "worked_at"],
                            )
                        ],
                    },
                ),
            ],
        ),
    ]
