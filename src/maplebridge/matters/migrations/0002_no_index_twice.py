from django.db import migrations

# Of foreign keys with which another index begins. `0001_tables` makes them no more: a town begun since has none.
NEEDLESS = (
    "matters_callout_agency_id_7cb9d807",
    "matters_callout_person_id_f0439c9d",
    "matters_entry_matter_id_98046af0",
    "matters_feedback_matter_id_7c4f6d71",
    "matters_handover_to_person_id_b93992ec",
    "matters_matter_answered_by_id_a00c6744",
    "matters_matterphoto_matter_id_7fc78956",
    "matters_reporter_matter_id_021ce6b8",
    "matters_reporter_person_id_93a60c79",
    "matters_viewing_matter_id_b7e4ba79",
)


class Migration(migrations.Migration):
    atomic = False  # an index is dropped beside those who read and write

    dependencies = [("matters", "0001_tables")]

    operations = [
        migrations.RunSQL(
            [f"DROP INDEX CONCURRENTLY IF EXISTS {name}" for name in NEEDLESS], migrations.RunSQL.noop
        )
    ]
