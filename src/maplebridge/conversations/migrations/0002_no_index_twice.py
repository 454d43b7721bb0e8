from django.db import migrations

# Of foreign keys with which another index begins. `0001_tables` makes them no more: a town begun since has none.
NEEDLESS = (
    "conversations_broadcastpost_broadcast_id_78c8dd87",
    "conversations_membership_person_id_e04d8531",
    "conversations_message_thread_id_2e6e7032",
    "conversations_optout_person_id_9c2a0476",
    "conversations_receipt_broadcast_id_6fd37d58",
    "conversations_receipt_person_id_c7c90d00",
)


class Migration(migrations.Migration):
    atomic = False  # an index is dropped beside those who read and write

    dependencies = [("conversations", "0001_tables")]

    operations = [
        migrations.RunSQL(
            [f"DROP INDEX CONCURRENTLY IF EXISTS {name}" for name in NEEDLESS], migrations.RunSQL.noop
        )
    ]
