from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

from maplebridge.platform import frozen_triggers
from maplebridge.platform.fields import EncryptedTextField
from maplebridge.platform.tables_at_once import CreateTables


class Migration(migrations.Migration):
    replaces = [
        ("grading", "0001_begin"),
        ("grading", "0002_analysis_reports"),
        ("grading", "0003_survey_watch_undertakings"),
        ("grading", "0004_shapes_and_rounds_of_warnings"),
    ]

    initial = True

    dependencies = [
        ("mediation", "0001_tables"),
        ("people", "0001_tables"),
        ("places", "0001_tables"),
        ("platform", "0001_tables"),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="Area",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("station", "station"),
                                    ("subdistrict", "subdistrict"),
                                    ("beat", "beat"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("code", models.CharField(max_length=20)),
                        ("name", models.CharField(max_length=80)),
                        ("name_en", models.CharField(blank=True, max_length=80)),
                        (
                            "parent",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="parts", to="grading.area"
                            ),
                        ),
                        (
                            "beat",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="places.beat"
                            ),
                        ),
                        ("boundary", models.JSONField(null=True)),
                        ("valid_from", models.DateField()),
                        ("valid_to", models.DateField(null=True)),
                        ("grids", models.ManyToManyField(related_name="+", to="places.grid")),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("valid_to", None)),
                                fields=("kind", "code"),
                                name="one_area_in_force_per_code",
                            )
                        ],
                        "triggers": [frozen_triggers.recorded("grading.Area", skip=["boundary"])],
                    },
                ),
                migrations.CreateModel(
                    name="Succession",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "before",
                            models.ForeignKey(
                                on_delete=models.PROTECT,
                                related_name="successions",
                                to="grading.area",
                                db_index=False,
                            ),
                        ),
                        (
                            "after",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="predecessions", to="grading.area"
                            ),
                        ),
                        ("share", models.FloatField()),
                        ("since", models.DateField()),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("share__gt", 0), ("share__lte", 1)),
                                name="share_above_0_up_to_1",
                            ),
                            models.UniqueConstraint(
                                fields=("before", "after", "since"), name="one_succession_a_day"
                            ),
                        ],
                        "triggers": [frozen_triggers.recorded("grading.Succession")],
                    },
                ),
                migrations.CreateModel(
                    name="Population",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "area",
                            models.ForeignKey(
                                on_delete=models.PROTECT,
                                related_name="populations",
                                to="grading.area",
                                db_index=False,
                            ),
                        ),
                        ("of", models.CharField(max_length=20)),
                        ("number", models.FloatField()),
                        ("as_of", models.DateField()),
                        ("source", models.CharField(max_length=120)),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("number__gte", 0)), name="population_not_negative"
                            ),
                            models.UniqueConstraint(
                                fields=("area", "of", "as_of"), name="one_population_a_day"
                            ),
                        ],
                        "triggers": [frozen_triggers.recorded("grading.Population")],
                    },
                ),
                migrations.CreateModel(
                    name="Indicator",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.CharField(max_length=30, unique=True)),
                        ("name_zh", models.CharField(max_length=60)),
                        ("name_en", models.CharField(max_length=80)),
                        ("meaning_zh", models.TextField(blank=True)),
                        ("meaning_en", models.TextField(blank=True)),
                        (
                            "source",
                            models.CharField(
                                choices=[
                                    ("incidents", "incidents"),
                                    ("matters", "matters"),
                                    ("file", "file"),
                                    ("survey", "survey"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("counted", models.JSONField(default=list)),
                        ("denominator", models.CharField(max_length=20)),
                        ("never_public", models.BooleanField(default=False)),
                        ("valid_from", models.DateField()),
                        ("valid_to", models.DateField(null=True)),
                    ],
                    options={
                        "triggers": [frozen_triggers.recorded("grading.Indicator")],
                    },
                ),
                migrations.CreateModel(
                    name="Method",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("version", models.PositiveIntegerField(unique=True)),
                        ("document", models.JSONField()),
                        ("digest", models.CharField(max_length=64)),
                        ("reason", models.TextField()),
                        ("valid_from", models.DateField()),
                        (
                            "made_by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        (
                            "confirmed_by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        ("made_at", models.DateTimeField()),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("valid_from", "version"), name="one_method_version_a_month"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("valid_from__day", 1)), name="method_begins_with_a_month"
                            ),
                        ],
                        "triggers": [frozen_triggers.recorded("grading.Method")],
                    },
                ),
                migrations.CreateModel(
                    name="CountSheet",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "indicator",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="sheets", to="grading.indicator"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("station", "station"),
                                    ("subdistrict", "subdistrict"),
                                    ("beat", "beat"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("month", models.DateField()),
                        ("areas", ArrayField(base_field=models.BigIntegerField(), size=None)),
                        ("counts", ArrayField(base_field=models.FloatField(null=True), size=None)),
                        ("denominators", ArrayField(base_field=models.FloatField(null=True), size=None)),
                        (
                            "replaces",
                            models.OneToOneField(
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="replaced_by",
                                to="grading.countsheet",
                            ),
                        ),
                        ("source", models.CharField(max_length=200)),
                        ("digest", models.CharField(max_length=64)),
                        (
                            "entered_by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        ("entered_at", models.DateTimeField()),
                    ],
                    options={
                        "indexes": [models.Index(fields=["kind", "month"], name="sheet_by_month")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("month__day", 1)), name="sheet_is_of_a_month"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("replaces", None)),
                                fields=("indicator", "kind", "month"),
                                name="one_first_sheet_a_month",
                            ),
                        ],
                        "triggers": [
                            frozen_triggers.recorded(
                                "grading.CountSheet", skip=["areas", "counts", "denominators"]
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="GradingMonth",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("station", "station"),
                                    ("subdistrict", "subdistrict"),
                                    ("beat", "beat"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("month", models.DateField()),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("open", "open"),
                                    ("closed", "closed"),
                                    ("proposed", "proposed"),
                                    ("reviewed", "reviewed"),
                                    ("published", "published"),
                                ],
                                default="open",
                                max_length=10,
                            ),
                        ),
                        (
                            "method",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="grading.method"
                            ),
                        ),
                        ("sheets", ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                        ("seed", models.BigIntegerField(null=True)),
                        ("code_version", models.CharField(blank=True, max_length=40)),
                        ("findings", models.JSONField(default=list)),
                        ("explanation", models.TextField(blank=True)),
                        ("result_digest", models.CharField(blank=True, max_length=64)),
                        (
                            "closed_by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        ("closed_at", models.DateTimeField(null=True)),
                        (
                            "proposed_by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        ("proposed_at", models.DateTimeField(null=True)),
                        ("erratum", models.TextField(blank=True)),
                        (
                            "erratum_by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("kind", "month"), name="a_month_is_graded_once"),
                            models.CheckConstraint(
                                condition=models.Q(("month__day", 1)), name="graded_month_begins_on_the_first"
                            ),
                        ],
                        "triggers": [frozen_triggers.recorded("grading.GradingMonth")],
                    },
                ),
                migrations.CreateModel(
                    name="Grade",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "month",
                            models.ForeignKey(
                                on_delete=models.PROTECT,
                                related_name="grades",
                                to="grading.gradingmonth",
                                db_index=False,
                            ),
                        ),
                        (
                            "area",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="grades", to="grading.area"
                            ),
                        ),
                        ("color", models.CharField(max_length=8)),
                        ("held", models.CharField(max_length=8)),
                        ("by_score", models.CharField(max_length=8)),
                        ("move", models.PositiveSmallIntegerField()),
                        ("score", models.FloatField(null=True)),
                        ("probabilities", ArrayField(base_field=models.FloatField(), size=None)),
                        ("rank_low", models.PositiveIntegerField(null=True)),
                        ("rank_high", models.PositiveIntegerField(null=True)),
                        ("robustness", models.FloatField(null=True)),
                        ("why", models.JSONField(default=list)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("month", "area"), name="one_grade_a_month")
                        ],
                        "triggers": [frozen_triggers.recorded("grading.Grade", skip=["why"])],
                    },
                ),
                migrations.CreateModel(
                    name="Comment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "month",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="comments", to="grading.gradingmonth"
                            ),
                        ),
                        (
                            "area",
                            models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="grading.area"),
                        ),
                        ("contradicts", models.BooleanField(default=False)),
                        ("words", models.TextField()),
                        (
                            "made_by",
                            models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="people.person"),
                        ),
                        ("made_at", models.DateTimeField()),
                        ("answer", models.TextField(blank=True)),
                        (
                            "answered_by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                    ],
                    options={
                        "triggers": [
                            frozen_triggers.recorded("grading.Comment", personal=["words", "answer"])
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Review",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "month",
                            models.ForeignKey(
                                on_delete=models.PROTECT,
                                related_name="reviews",
                                to="grading.gradingmonth",
                                db_index=False,
                            ),
                        ),
                        ("releases", models.BooleanField()),
                        ("words", models.TextField(blank=True)),
                        (
                            "made_by",
                            models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="people.person"),
                        ),
                        ("made_at", models.DateTimeField()),
                    ],
                    options={
                        "indexes": [models.Index(fields=["month", "-id"], name="review_by_month")],
                        "triggers": [frozen_triggers.recorded("grading.Review")],
                    },
                ),
                migrations.CreateModel(
                    name="MapEdition",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.PositiveIntegerField(unique=True)),
                        (
                            "month",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="editions", to="grading.gradingmonth"
                            ),
                        ),
                        (
                            "corrects",
                            models.OneToOneField(
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="corrected_by",
                                to="grading.mapedition",
                            ),
                        ),
                        ("erratum", models.TextField(blank=True)),
                        ("content", models.TextField()),
                        ("digest", models.CharField(max_length=64)),
                        ("shapes", models.BinaryField()),
                        ("shapes_digest", models.CharField(max_length=64)),
                        (
                            "published_by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        ("published_at", models.DateTimeField()),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("corrects", None),
                                    models.Q(("erratum", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="a_correction_says_what_was_wrong",
                            )
                        ],
                        "triggers": [
                            frozen_triggers.recorded("grading.MapEdition", skip=["content", "shapes"])
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PublishedArea",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "edition",
                            models.ForeignKey(
                                on_delete=models.PROTECT,
                                related_name="areas",
                                to="grading.mapedition",
                                db_index=False,
                            ),
                        ),
                        ("code", models.CharField(max_length=20)),
                        ("said", models.JSONField()),
                    ],
                    options={
                        "indexes": [models.Index(fields=["code", "-edition"], name="published_by_area")],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("edition", "code"), name="an_area_once_an_edition"
                            )
                        ],
                        "triggers": [frozen_triggers.recorded("grading.PublishedArea", skip=["said"])],
                    },
                ),
                migrations.CreateModel(
                    name="Undertaking",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "area",
                            models.ForeignKey(
                                on_delete=models.PROTECT,
                                related_name="undertakings",
                                to="grading.area",
                                db_index=False,
                            ),
                        ),
                        ("month", models.DateField()),
                        ("words", models.CharField(max_length=300)),
                        ("role", models.CharField(max_length=20)),
                        (
                            "written_by",
                            models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="people.person"),
                        ),
                        ("written_at", models.DateTimeField()),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("area", "month"), name="one_undertaking_a_month"),
                            models.CheckConstraint(
                                condition=models.Q(("month__day", 1)), name="undertaking_is_of_a_month"
                            ),
                        ],
                        "triggers": [frozen_triggers.recorded("grading.Undertaking")],
                    },
                ),
                migrations.CreateModel(
                    name="SurveyRound",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("month", models.DateField(unique=True)),
                        ("questions", models.JSONField()),
                        ("wanted_per_area", models.PositiveSmallIntegerField(default=30)),
                        ("opens_at", models.DateTimeField()),
                        ("closes_at", models.DateTimeField()),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("month__day", 1)), name="round_is_of_a_month"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("closes_at__gt", models.F("opens_at"))),
                                name="round_closes_after_it_opens",
                            ),
                        ],
                        "triggers": [frozen_triggers.recorded("grading.SurveyRound")],
                    },
                ),
                migrations.CreateModel(
                    name="Invitation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "round",
                            models.ForeignKey(
                                on_delete=models.PROTECT,
                                related_name="invitations",
                                to="grading.surveyround",
                                db_index=False,
                            ),
                        ),
                        (
                            "area",
                            models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="grading.area"),
                        ),
                        (
                            "person",
                            models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="people.person"),
                        ),
                        ("age_band", models.CharField(blank=True, max_length=8)),
                        (
                            "mode",
                            models.CharField(
                                choices=[
                                    ("page", "Page"),
                                    ("link", "Link"),
                                    ("phone", "Phone"),
                                    ("code", "Code"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("token_digest", models.CharField(blank=True, max_length=64)),
                        ("waiting", EncryptedTextField(blank=True, db_default="")),
                        ("sent_at", models.DateTimeField(null=True)),
                        ("tries", models.PositiveSmallIntegerField(default=0)),
                        ("refused_at", models.DateTimeField(null=True)),
                        ("answered_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "indexes": [models.Index(fields=["token_digest"], name="invitation_by_link")],
                        "constraints": [
                            models.UniqueConstraint(fields=("round", "person"), name="asked_once_a_round")
                        ],
                        "triggers": [
                            frozen_triggers.recorded(
                                "grading.Invitation", personal=["age_band"], skip=["waiting"]
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Answer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "round",
                            models.ForeignKey(
                                on_delete=models.PROTECT,
                                related_name="answers",
                                to="grading.surveyround",
                                db_index=False,
                            ),
                        ),
                        (
                            "area",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="answers", to="grading.area"
                            ),
                        ),
                        ("age_band", models.CharField(blank=True, max_length=8)),
                        (
                            "mode",
                            models.CharField(
                                choices=[
                                    ("page", "Page"),
                                    ("link", "Link"),
                                    ("phone", "Phone"),
                                    ("code", "Code"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("marks", models.JSONField()),
                        ("respondent", models.CharField(max_length=32)),
                        ("answered_on", models.DateField()),
                    ],
                    options={
                        "indexes": [models.Index(fields=["round", "area"], name="answer_by_area")],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("round", "respondent"), name="one_answer_a_person_and_round"
                            )
                        ],
                        "triggers": [
                            frozen_triggers.recorded("grading.Answer", personal=["marks", "respondent"])
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="WatchRun",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("looked_at", models.DateTimeField()),
                        ("up_to", models.DateTimeField()),
                        ("hourly", models.BooleanField(default=False)),
                        ("series", models.PositiveIntegerField(default=0)),
                        ("threshold_days", models.FloatField()),
                        ("thresholds", models.JSONField(default=dict)),
                        ("learned_from", models.PositiveIntegerField(default=0)),
                        ("signals", models.JSONField(default=list)),
                        ("seconds", models.FloatField(default=0)),
                        ("failure", models.TextField(blank=True)),
                    ],
                    options={
                        "triggers": [frozen_triggers.recorded("grading.WatchRun", skip=["signals"])],
                    },
                ),
                migrations.CreateModel(
                    name="EarlyWarning",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "run",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="warnings", to="grading.watchrun"
                            ),
                        ),
                        (
                            "last_run",
                            models.ForeignKey(
                                on_delete=models.PROTECT, related_name="+", to="grading.watchrun"
                            ),
                        ),
                        ("detector", models.CharField(max_length=20)),
                        ("category", models.CharField(max_length=12)),
                        (
                            "area",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="grading.area"
                            ),
                        ),
                        ("lon", models.FloatField(null=True)),
                        ("lat", models.FloatField(null=True)),
                        ("radius_m", models.FloatField(null=True)),
                        (
                            "pieces_are",
                            models.CharField(
                                blank=True, choices=[("areas", "areas"), ("grids", "grids")], max_length=8
                            ),
                        ),
                        ("pieces", ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                        ("starts_on", models.DateField()),
                        ("ends_on", models.DateField()),
                        ("observed", models.FloatField()),
                        ("expected", models.FloatField()),
                        ("statistic", models.FloatField()),
                        ("p_value", models.FloatField(null=True)),
                        ("recurrence_days", models.FloatField()),
                        ("matters", ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("new", "New"),
                                    ("watched", "Watched"),
                                    ("confirmed", "Confirmed"),
                                    ("dismissed", "Dismissed"),
                                    ("over", "Over"),
                                ],
                                default="new",
                                max_length=10,
                            ),
                        ),
                        ("reason", models.CharField(blank=True, max_length=30)),
                        ("words", models.TextField(blank=True)),
                        (
                            "decided_by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        ("decided_at", models.DateTimeField(null=True)),
                        (
                            "sweep",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="mediation.sweep"
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["state", "-id"], name="warning_by_state")],
                        "triggers": [frozen_triggers.recorded("grading.EarlyWarning")],
                    },
                ),
                migrations.CreateModel(
                    name="Report",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("month", "month"), ("quarter", "quarter")], max_length=8
                            ),
                        ),
                        ("month", models.DateField()),
                        ("version", models.PositiveSmallIntegerField(default=1)),
                        (
                            "corrects",
                            models.OneToOneField(
                                null=True,
                                on_delete=models.PROTECT,
                                related_name="corrected_by",
                                to="grading.report",
                            ),
                        ),
                        ("erratum", models.TextField(blank=True)),
                        ("body", models.JSONField()),
                        ("drafted", models.JSONField(default=dict)),
                        (
                            "drafted_by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        ("drafted_at", models.DateTimeField()),
                        (
                            "asked_by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        ("asked_at", models.DateTimeField(null=True)),
                        ("objection", models.TextField(blank=True)),
                        (
                            "released_by",
                            models.ForeignKey(
                                null=True, on_delete=models.PROTECT, related_name="+", to="people.person"
                            ),
                        ),
                        ("released_at", models.DateTimeField(null=True)),
                        ("digest", models.CharField(blank=True, max_length=64)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("kind", "month", "version"), name="one_report_a_version"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("month__day", 1)), name="report_is_of_whole_months"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("released_at", None),
                                    models.Q(
                                        models.Q(("digest", ""), _negated=True),
                                        ("released_by__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="a_released_report_is_sealed",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("corrects", None),
                                    models.Q(("erratum", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="a_corrected_report_says_what_was_wrong",
                            ),
                        ],
                        "triggers": [frozen_triggers.recorded("grading.Report", skip=["body", "drafted"])],
                    },
                ),
                migrations.CreateModel(
                    name="ReportEdit",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "report",
                            models.ForeignKey(
                                on_delete=models.PROTECT,
                                related_name="edits",
                                to="grading.report",
                                db_index=False,
                            ),
                        ),
                        ("section", models.CharField(max_length=20)),
                        ("words", models.TextField()),
                        (
                            "made_by",
                            models.ForeignKey(on_delete=models.PROTECT, related_name="+", to="people.person"),
                        ),
                        ("made_at", models.DateTimeField()),
                    ],
                    options={
                        "indexes": [models.Index(fields=["report", "id"], name="edit_by_report")],
                        "triggers": [frozen_triggers.recorded("grading.ReportEdit", personal=["words"])],
                    },
                ),
            ],
        ),
    ]
