from django.db import migrations

# Of foreign keys with which another index begins. `0001_tables` makes them no more: a town begun since has none.
NEEDLESS = (
    "people_posting_grid_id_a3c7b15e",
    "people_reading_subject_id_72ca6349",
)


class Migration(migrations.Migration):
    atomic = False  # an index is dropped beside those who read and write

    dependencies = [("people", "0002_second_factors")]

    operations = [
        migrations.RunSQL(
            [f"DROP INDEX CONCURRENTLY IF EXISTS {name}" for name in NEEDLESS], migrations.RunSQL.noop
        )
    ]
