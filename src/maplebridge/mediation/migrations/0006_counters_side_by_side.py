from django.db import migrations, models


class Migration(migrations.Migration):
    """Several entries of one person for one dispute may be taken back at the same time."""

    dependencies = [
        ("mediation", "0005_erasing"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="rewardproposal",
            name="one_reward_proposed_at_a_time",
        ),
        migrations.AddConstraint(
            model_name="rewardproposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("counters", None), ("decided_at", None), ("dispute__isnull", False)),
                fields=("dispute", "person", "reason"),
                name="one_reward_proposed_at_a_time",
            ),
        ),
    ]
