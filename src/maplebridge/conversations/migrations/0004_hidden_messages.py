import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0003_groups_of_several_estates"),
        ("people", "0001_tables"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="hidden_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.person",
            ),
        ),
    ]
