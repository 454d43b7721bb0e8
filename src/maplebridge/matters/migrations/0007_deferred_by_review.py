from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("matters", "0006_fewer_indexes")]

    operations = [
        migrations.AddIndex(
            model_name="matter",
            index=models.Index(
                fields=["review_on", "id"],
                condition=models.Q(state="deferred"),
                name="matter_deferred_by_review",
            ),
        ),
    ]
