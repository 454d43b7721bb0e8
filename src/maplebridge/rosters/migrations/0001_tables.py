from django.db import migrations, models

from maplebridge.platform import frozen_triggers
from maplebridge.platform.tables_at_once import CreateTables


class Migration(migrations.Migration):
    replaces = [("rosters", "0001_initial")]

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
                    name="Duty",
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
                            "sector",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="+",
                                to="places.sector",
                            ),
                        ),
                        ("starts_at", models.DateTimeField()),
                        ("ends_at", models.DateTimeField()),
                    ],
                    options={
                        "verbose_name_plural": "duties",
                        "indexes": [
                            models.Index(fields=["role", "sector", "ends_at"], name="duty_by_role_and_sector")
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                                name="duty_ends_after_it_starts",
                            ),
                            models.UniqueConstraint(
                                fields=("person", "role", "sector", "starts_at"),
                                name="one_duty_per_start",
                                nulls_distinct=False,
                            ),
                        ],
                        "triggers": [frozen_triggers.recorded("rosters.Duty")],
                    },
                )
            ],
        ),
    ]
