import django.contrib.postgres.fields
from django.db import migrations, models

# A group that was opened before is for its estate; of one that named none, those whose residents are in it are known.
FILL = """
UPDATE conversations_neighborgroup neighbors SET estates = CASE
    WHEN neighbors.estate_id IS NOT NULL THEN ARRAY[neighbors.estate_id]
    ELSE ARRAY(
        SELECT DISTINCT home.estate_id FROM conversations_membership member
            JOIN people_person person ON person.id = member.person_id
            JOIN places_building home ON home.id = person.building_id
        WHERE member.thread_id = neighbors.thread_id AND member.role = 'resident' AND member.left_at IS NULL
            AND home.estate_id IS NOT NULL ORDER BY home.estate_id
    ) END
"""


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0002_no_index_twice"),
        ("people", "0001_tables"),
        ("places", "0001_tables"),
    ]

    operations = [
        migrations.AddField(
            model_name="neighborgroup",
            name="estates",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), blank=True, default=list, size=None
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
