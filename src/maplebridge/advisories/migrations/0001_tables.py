from django.db import migrations, models

from maplebridge.platform import frozen_triggers
from maplebridge.platform.tables_at_once import CreateTables


class Migration(migrations.Migration):
    replaces = [("advisories", "0001_begin"), ("advisories", "0002_templates_of_the_town")]

    initial = True

    dependencies = [
        ("people", "0001_tables"),
        ("platform", "0001_tables"),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="Advisory",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("subject", models.CharField(max_length=30)),
                        ("title", models.CharField(max_length=80)),
                        ("text", models.TextField()),
                        ("steps", models.TextField(blank=True)),
                        ("calls", models.TextField(blank=True)),
                        ("place", models.CharField(blank=True, max_length=100)),
                        ("title_en", models.CharField(blank=True, max_length=80)),
                        ("text_en", models.TextField(blank=True)),
                        ("why", models.CharField(blank=True, max_length=200)),
                        ("warning", models.BigIntegerField(null=True)),
                        (
                            "drafted_by",
                            models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="people.person"),
                        ),
                        ("drafted_at", models.DateTimeField()),
                    ],
                    options={
                        "verbose_name_plural": "advisories",
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("warning__isnull", False)),
                                fields=("warning",),
                                name="one_advisory_per_warning",
                            )
                        ],
                        "triggers": [frozen_triggers.recorded("advisories.Advisory")],
                    },
                ),
                migrations.CreateModel(
                    name="TemplateVersion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.CharField(max_length=40)),
                        ("subject", models.CharField(max_length=30)),
                        ("used", models.BooleanField(default=True)),
                        ("name_zh", models.CharField(max_length=40)),
                        ("name_en", models.CharField(max_length=60)),
                        ("title", models.CharField(max_length=80)),
                        ("text", models.TextField()),
                        ("steps", models.TextField(blank=True)),
                        ("calls", models.TextField(blank=True)),
                        ("title_en", models.CharField(blank=True, max_length=80)),
                        ("text_en", models.TextField(blank=True)),
                        ("valid_from", models.DateField()),
                        (
                            "made_by",
                            models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="people.person"),
                        ),
                        ("made_at", models.DateTimeField()),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("code", "valid_from"), name="one_template_version_a_day"
                            )
                        ],
                        "triggers": [frozen_triggers.recorded("advisories.TemplateVersion")],
                    },
                ),
            ],
        ),
    ]
