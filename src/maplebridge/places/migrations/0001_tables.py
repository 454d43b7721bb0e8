from django.db import migrations, models

from maplebridge.platform import frozen_triggers
from maplebridge.platform.tables_at_once import CreateTables


class Migration(migrations.Migration):
    replaces = [
        ("places", "0001_initial"),
        ("places", "0002_territory_import"),
        ("places", "0003_record_without_large_columns"),
    ]

    initial = True

    dependencies = [
        ("platform", "0001_tables"),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="Grid",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("valid_from", models.DateField()),
                        ("valid_to", models.DateField(blank=True, null=True)),
                        ("name", models.CharField(max_length=80)),
                        ("code", models.CharField(max_length=18)),
                        ("legacy_code", models.CharField(blank=True, max_length=20)),
                        (
                            "level",
                            models.PositiveSmallIntegerField(
                                choices=[
                                    (1, "Entrance"),
                                    (2, "Grid"),
                                    (3, "Community"),
                                    (4, "Town"),
                                    (5, "County"),
                                ]
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("base", "Base"), ("exclusive", "Exclusive")],
                                default="base",
                                max_length=10,
                            ),
                        ),
                        (
                            "parent",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="children",
                                to="places.grid",
                            ),
                        ),
                        (
                            "successor",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="+",
                                to="places.grid",
                            ),
                        ),
                        ("boundary", models.JSONField(blank=True, null=True)),
                        (
                            "community",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="places.grid"
                            ),
                        ),
                        (
                            "town",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="places.grid"
                            ),
                        ),
                        (
                            "county",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="places.grid"
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("level__range", (1, 5))),
                                name="grid_has_one_of_five_levels",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("valid_to", None)),
                                fields=("code",),
                                name="one_grid_in_force_per_code",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("level", 5), ("parent__isnull", False), _connector="OR"),
                                name="grid_below_a_county_has_a_parent",
                            ),
                        ],
                        "triggers": [frozen_triggers.recorded("places.Grid", skip=["boundary"])],
                    },
                ),
                migrations.CreateModel(
                    name="Sector",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("valid_from", models.DateField()),
                        ("valid_to", models.DateField(blank=True, null=True)),
                        ("name", models.CharField(max_length=80)),
                        ("code", models.CharField(max_length=20, unique=True)),
                        ("station", models.CharField(max_length=80)),
                        ("boundary", models.JSONField(blank=True, null=True)),
                        ("grids", models.ManyToManyField(related_name="sectors", to="places.grid")),
                    ],
                    options={
                        "triggers": [frozen_triggers.recorded("places.Sector", skip=["boundary"])],
                    },
                ),
                migrations.CreateModel(
                    name="Beat",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("valid_from", models.DateField()),
                        ("valid_to", models.DateField(blank=True, null=True)),
                        ("name", models.CharField(max_length=80)),
                        ("code", models.CharField(max_length=20, unique=True)),
                        (
                            "sector",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="beats", to="places.sector"
                            ),
                        ),
                        ("boundary", models.JSONField(blank=True, null=True)),
                        ("grids", models.ManyToManyField(related_name="beats", to="places.grid")),
                    ],
                    options={
                        "triggers": [frozen_triggers.recorded("places.Beat", skip=["boundary"])],
                    },
                ),
                migrations.CreateModel(
                    name="Estate",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("valid_from", models.DateField()),
                        ("valid_to", models.DateField(blank=True, null=True)),
                        ("name", models.CharField(max_length=80)),
                        ("code", models.CharField(max_length=20, unique=True)),
                        ("aliases", models.JSONField(default=list)),
                        (
                            "grid",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="estates", to="places.grid"
                            ),
                        ),
                        (
                            "beat",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="estates",
                                to="places.beat",
                            ),
                        ),
                        ("boundary", models.JSONField(blank=True, null=True)),
                    ],
                    options={
                        "triggers": [frozen_triggers.recorded("places.Estate", skip=["boundary"])],
                    },
                ),
                migrations.CreateModel(
                    name="Building",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("valid_from", models.DateField()),
                        ("valid_to", models.DateField(blank=True, null=True)),
                        (
                            "estate",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="buildings",
                                to="places.estate",
                            ),
                        ),
                        (
                            "grid",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="buildings", to="places.grid"
                            ),
                        ),
                        ("code", models.CharField(max_length=24, unique=True)),
                        ("number", models.CharField(max_length=20)),
                        ("name", models.CharField(blank=True, max_length=80)),
                        ("road", models.CharField(blank=True, max_length=80)),
                        ("road_number", models.CharField(blank=True, max_length=20)),
                        ("lon", models.FloatField(blank=True, null=True)),
                        ("lat", models.FloatField(blank=True, null=True)),
                        ("footprint", models.JSONField(blank=True, null=True)),
                        ("floors", models.PositiveSmallIntegerField(blank=True, null=True)),
                        ("households", models.PositiveIntegerField(default=0)),
                    ],
                    options={
                        "indexes": [models.Index(fields=["road", "road_number"], name="building_by_road")],
                        "triggers": [frozen_triggers.recorded("places.Building", skip=["footprint"])],
                    },
                ),
                migrations.CreateModel(
                    name="Entrance",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("valid_from", models.DateField()),
                        ("valid_to", models.DateField(blank=True, null=True)),
                        (
                            "building",
                            models.ForeignKey(
                                on_delete=models.PROTECT,
                                related_name="entrances",
                                to="places.building",
                                db_index=False,
                            ),
                        ),
                        ("number", models.CharField(max_length=10)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("building", "number"), name="one_entrance_per_number"
                            )
                        ],
                        "triggers": [frozen_triggers.recorded("places.Entrance")],
                    },
                ),
                migrations.CreateModel(
                    name="KeySite",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("valid_from", models.DateField()),
                        ("valid_to", models.DateField(blank=True, null=True)),
                        ("name", models.CharField(max_length=80)),
                        ("code", models.CharField(max_length=20, unique=True)),
                        ("kind", models.CharField(max_length=30)),
                        (
                            "grid",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="key_sites", to="places.grid"
                            ),
                        ),
                        ("lon", models.FloatField()),
                        ("lat", models.FloatField()),
                    ],
                    options={
                        "triggers": [frozen_triggers.recorded("places.KeySite")],
                    },
                ),
                migrations.CreateModel(
                    name="BaseMapLayer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=30, unique=True)),
                        ("features", models.JSONField()),
                        ("rank", models.PositiveSmallIntegerField(default=0)),
                    ],
                    options={
                        "triggers": [frozen_triggers.recorded("places.BaseMapLayer", skip=["features"])],
                    },
                ),
                migrations.CreateModel(
                    name="TerritoryImport",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("sheet", models.CharField(max_length=20)),
                        ("file_name", models.CharField(max_length=200)),
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
                        ("report", models.JSONField(default=dict)),
                        ("asked_by", models.BigIntegerField(null=True)),
                        ("asked_at", models.DateTimeField()),
                        ("ended_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "triggers": [frozen_triggers.recorded("places.TerritoryImport", skip=["report"])],
                    },
                ),
            ],
        ),
    ]
