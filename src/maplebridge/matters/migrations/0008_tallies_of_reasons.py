from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("matters", "0007_deferred_by_review")]

    operations = [
        migrations.AlterField(
            model_name="tally",
            name="of",
            field=models.CharField(
                choices=[
                    ("all", "All"),
                    ("category", "Category"),
                    ("agency", "Agency"),
                    ("because", "Because"),
                ],
                max_length=10,
            ),
        ),
    ]
