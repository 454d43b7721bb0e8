from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("matters", "0008_tallies_of_reasons")]

    operations = [
        migrations.AlterField(
            model_name="matter", name="emergency", field=models.CharField(blank=True, max_length=15)
        ),
    ]
