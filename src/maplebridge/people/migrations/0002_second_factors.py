import pgtrigger.migrations
from django.db import migrations

from maplebridge.platform import frozen_triggers


class Migration(migrations.Migration):
    replaces = [("people", "0002_sign_in")]

    dependencies = [
        ("mfa", "0003_authenticator_type_uniq"),
        ("people", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="SecondFactor",
            fields=[],
            options={
                "proxy": True,
            },
            bases=("mfa.authenticator",),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="secondfactor",
            trigger=frozen_triggers.recorded(
                "people.SecondFactor", personal=["data"], skip=["last_used_at"], table="mfa_authenticator"
            ),
        ),
    ]
