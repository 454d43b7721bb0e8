from django.db import migrations, models

from maplebridge.platform import frozen_triggers
from maplebridge.platform.fields import EncryptedBytesField
from maplebridge.platform.tables_at_once import CreateTables


class Migration(migrations.Migration):
    replaces = [("mediation", "0007_enclosures")]

    dependencies = [("mediation", "0001_tables")]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="Enclosure",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "exhibit",
                            models.OneToOneField(
                                on_delete=models.CASCADE,
                                related_name="enclosure",
                                to="mediation.exhibit",
                            ),
                        ),
                        ("content", EncryptedBytesField()),
                        ("size", models.PositiveIntegerField()),
                        ("sha256", models.CharField(max_length=64)),
                        ("kept_at", models.DateTimeField()),
                    ],
                    options={
                        "triggers": [
                            frozen_triggers.protected(
                                "mediation.Enclosure", "never_changed", "UPDATE", "update"
                            ),
                            frozen_triggers.recorded("mediation.Enclosure", skip=["content"]),
                        ],
                    },
                ),
            ],
        ),
    ]
