from django.db import migrations

# Of foreign keys with which another index begins. `0001_tables` makes them no more: a town begun since has none.
NEEDLESS = (
    "mediation_attendance_session_id_e1d81714",
    "mediation_consent_side_id_a9b76cd1",
    "mediation_dispute_asked_in_id_1864f764",
    "mediation_dispute_matter_id_c9ec82d0",
    "mediation_document_dispute_id_1e18f036",
    "mediation_entry_dispute_id_cd86a823",
    "mediation_installment_agreement_id_7382fe00",
    "mediation_officehours_mediator_id_1c69be6e",
    "mediation_partyreading_dispute_id_40f55287",
    "mediation_revisit_agreement_id_e37d977e",
    "mediation_rewardentry_fund_id_ae38abc0",
    "mediation_session_dispute_id_46d6c391",
    "mediation_side_dispute_id_2bb68bc5",
    "mediation_signature_agreement_id_d343deab",
    "mediation_sweepresult_sweep_id_2b620ba6",
)


class Migration(migrations.Migration):
    atomic = False  # an index is dropped beside those who read and write

    dependencies = [("mediation", "0002_enclosures")]

    operations = [
        migrations.RunSQL(
            [f"DROP INDEX CONCURRENTLY IF EXISTS {name}" for name in NEEDLESS], migrations.RunSQL.noop
        )
    ]
