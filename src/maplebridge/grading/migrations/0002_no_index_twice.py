from django.db import migrations

# Of foreign keys with which another index begins. `0001_tables` makes them no more: a town begun since has none.
NEEDLESS = (
    "grading_answer_round_id_86e01b0d",
    "grading_grade_month_id_57548be8",
    "grading_invitation_round_id_4f0e6197",
    "grading_population_area_id_d8e8f8d0",
    "grading_publishedarea_edition_id_2d354144",
    "grading_reportedit_report_id_106553c5",
    "grading_review_month_id_3e4daba3",
    "grading_succession_before_id_f19cfd8f",
    "grading_undertaking_area_id_ba001e82",
)


class Migration(migrations.Migration):
    atomic = False  # an index is dropped beside those who read and write

    dependencies = [("grading", "0001_tables")]

    operations = [
        migrations.RunSQL(
            [f"DROP INDEX CONCURRENTLY IF EXISTS {name}" for name in NEEDLESS], migrations.RunSQL.noop
        )
    ]
