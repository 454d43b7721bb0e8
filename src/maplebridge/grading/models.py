"""What safety grading keeps: areas, what is counted of them, answers of residents, months, editions, warnings.

Counts come in sheets, one for an indicator and a month. A sheet is never changed: a correction is a new sheet that
replaces it, so that an edition, which names its sheets, can be computed again bit by bit years later.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from maplebridge.grading.domain.analysis import Period, Span
from maplebridge.grading.domain.areas import AreaKind
from maplebridge.grading.domain.method import Source
from maplebridge.grading.domain.transitions import State
from maplebridge.grading.domain.watching import Pieces
from maplebridge.kernel.periods import Month
from maplebridge.platform import audit
from maplebridge.platform.fields import EncryptedTextField, reference


class Area(models.Model):
    """A graded piece of ground: a station's, a subdistrict, or an officer's beat. It is ended, never deleted."""

    kind = models.CharField(max_length=12, choices=[(one, one) for one in AreaKind])
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80, blank=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="parts")
    grids = models.ManyToManyField(
        "places.Grid", related_name="+"
    )  # a station may reach over two subdistricts
    beat = reference("places.Beat", null=True)
    boundary = models.JSONField(null=True)  # GeoJSON geometry, WGS-84
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)  # the first day on which it is no longer in force

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "code"], condition=Q(valid_to=None), name="one_area_in_force_per_code"
            ),
        ]
        triggers = [audit.trigger(skip=["boundary"])]

    def __str__(self) -> str:
        return self.name


class Succession(models.Model):
    """From a day on, a share of an area is part of another: its history follows by that share."""

    before = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="successions", db_index=False)
    after = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="predecessions")
    share = models.FloatField()  # of the people of `before` that now belong to `after`
    since = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(share__gt=0, share__lte=1), name="share_above_0_up_to_1"),
            models.UniqueConstraint(fields=["before", "after", "since"], name="one_succession_a_day"),
        ]
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return f"{self.before_id} -> {self.after_id} since {self.since}"


class Population(models.Model):
    """How many there are of what an indicator divides by, as counted on a day."""

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="populations", db_index=False)
    of = models.CharField(max_length=20)  # residents, households, or the name of an exposure
    number = models.FloatField()
    as_of = models.DateField()
    source = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(number__gte=0), name="population_not_negative"),
            models.UniqueConstraint(fields=["area", "of", "as_of"], name="one_population_a_day"),
        ]
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return f"{self.number} {self.of} of {self.area_id}, {self.as_of}"


class Indicator(models.Model):
    """What is counted. How it enters the grade (weight, window, bands) is the method's."""

    code = models.CharField(max_length=30, unique=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80)
    meaning_zh = models.TextField(blank=True)
    meaning_en = models.TextField(blank=True)
    source = models.CharField(max_length=10, choices=[(one, one) for one in Source])
    counted = models.JSONField(default=list)  # beginnings of category codes; for a survey the question's code
    denominator = models.CharField(max_length=20)  # residents, households, or the name of an exposure
    never_public = models.BooleanField(default=False)  # sexual, domestic violence, minors, suicide …
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return self.name_zh


class Method(models.Model):
    """A version of how numbers become a color, in force from a month on. See `domain.method` for its shape."""

    version = models.PositiveIntegerField(unique=True)
    document = models.JSONField()
    digest = models.CharField(max_length=64)
    reason = models.TextField()
    valid_from = models.DateField()  # the first of a month: a month is graded by one method
    made_by = reference("people.Person", null=True)
    confirmed_by = reference("people.Person", null=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["valid_from", "version"], name="one_method_version_a_month"),
            models.CheckConstraint(condition=Q(valid_from__day=1), name="method_begins_with_a_month"),
        ]
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return f"method {self.version} from {self.valid_from}"


class CountSheet(models.Model):
    """The counts of one indicator in one month, area by area, as they were entered. Never changed."""

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="sheets")
    kind = models.CharField(max_length=12, choices=[(one, one) for one in AreaKind])
    month = models.DateField()
    areas = ArrayField(models.BigIntegerField())  # Area ids, in order
    counts = ArrayField(models.FloatField(null=True))  # events, or for a survey the weighted share who agree
    denominators = ArrayField(models.FloatField(null=True))  # for a survey the effective number of answers
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="replaced_by")
    source = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)  # of what it holds: a sheet altered in the database is detected
    entered_by = reference("people.Person", null=True)
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(month__day=1), name="sheet_is_of_a_month"),
            models.UniqueConstraint(
                fields=["indicator", "kind", "month"],
                condition=Q(replaces=None),
                name="one_first_sheet_a_month",
            ),
        ]
        indexes = [models.Index(fields=["kind", "month"], name="sheet_by_month")]
        triggers = [audit.trigger(skip=["areas", "counts", "denominators"])]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.kind} {self.month}"


class GradingMonth(models.Model):
    """A month on its way from its close to its edition: one row for stations or subdistricts, one for beats."""

    kind = models.CharField(max_length=12, choices=[(one, one) for one in AreaKind])
    month = models.DateField()
    state = models.CharField(max_length=10, choices=[(one, one) for one in State], default=State.OPEN)
    method = models.ForeignKey(Method, on_delete=models.PROTECT, null=True, related_name="+")
    sheets = ArrayField(models.BigIntegerField(), default=list)  # CountSheet ids it was graded from
    seed = models.BigIntegerField(null=True)
    code_version = models.CharField(max_length=40, blank=True)
    findings = models.JSONField(default=list)  # what is odd with the counts
    explanation = models.TextField(blank=True)  # why the month was closed although something is odd
    result_digest = models.CharField(max_length=64, blank=True)
    closed_by = reference("people.Person", null=True)
    closed_at = models.DateTimeField(null=True)
    proposed_by = reference("people.Person", null=True)
    proposed_at = models.DateTimeField(null=True)
    erratum = models.TextField(blank=True)  # what is wrong with its edition, until a second person agrees
    erratum_by = reference("people.Person", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "month"], name="a_month_is_graded_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="graded_month_begins_on_the_first"),
        ]
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return f"{self.kind} {self.month} {self.state}"


class Grade(models.Model):
    """The color of an area in a month, with how sure it is and what made it."""

    month = models.ForeignKey(GradingMonth, on_delete=models.PROTECT, related_name="grades", db_index=False)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="grades")
    color = models.CharField(max_length=8)  # green, blue, yellow, red, black; none: not enough data
    held = models.CharField(max_length=8)  # the last color that was not "none"
    by_score = models.CharField(max_length=8)  # in which the score lies, before evidence was asked for
    move = models.PositiveSmallIntegerField()  # `domain.hysteresis.Move`
    score = models.FloatField(null=True)
    probabilities = ArrayField(models.FloatField())  # of green, blue, yellow, red, black
    rank_low = models.PositiveIntegerField(null=True)
    rank_high = models.PositiveIntegerField(null=True)
    robustness = models.FloatField(null=True)  # share of plausible weightings that give the same color
    why = models.JSONField(default=list)  # per indicator: rate, expected, change, contribution

    class Meta:
        constraints = [models.UniqueConstraint(fields=["month", "area"], name="one_grade_a_month")]
        triggers = [audit.trigger(skip=["why"])]

    def __str__(self) -> str:
        return f"{self.area_id} {self.color}"


class Comment(models.Model):
    """What a station or an officer says about a proposed color, with reasons."""

    month = models.ForeignKey(GradingMonth, on_delete=models.PROTECT, related_name="comments")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    contradicts = models.BooleanField(default=False)
    words = models.TextField()
    made_by = reference("people.Person")
    made_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_by = reference("people.Person", null=True)

    class Meta:
        triggers = [audit.trigger(personal=["words", "answer"])]

    def __str__(self) -> str:
        return self.words[:40]


class Review(models.Model):
    """One person's release of a proposed month, or their objection. The last that each said counts."""

    month = models.ForeignKey(GradingMonth, on_delete=models.PROTECT, related_name="reviews", db_index=False)
    releases = models.BooleanField()
    words = models.TextField(blank=True)
    made_by = reference("people.Person")
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["month", "-id"], name="review_by_month")]
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return f"{self.month_id} {self.releases}"


class MapEdition(models.Model):
    """A published map. It never changes: a correction is a new edition that says what was wrong."""

    number = models.PositiveIntegerField(unique=True)
    month = models.ForeignKey(GradingMonth, on_delete=models.PROTECT, related_name="editions")
    corrects = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="corrected_by")
    erratum = models.TextField(blank=True)
    content = models.TextField()  # the public data as JSON, exactly as it is given out
    digest = models.CharField(max_length=64)  # SHA-256 of the content
    shapes = models.BinaryField()  # the areas as gzipped GeoJSON, as the map asks for them
    shapes_digest = models.CharField(max_length=64)
    published_by = reference("people.Person", null=True)
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(corrects=None) | ~Q(erratum=""), name="a_correction_says_what_was_wrong"
            ),
        ]
        triggers = [audit.trigger(skip=["content", "shapes"])]

    def __str__(self) -> str:
        return f"edition {self.number}"


class PublishedArea(models.Model):
    """What an edition says of one area: a copy out of its content, so that an area's history is found at once."""

    edition = models.ForeignKey(MapEdition, on_delete=models.PROTECT, related_name="areas", db_index=False)
    code = models.CharField(max_length=20)
    said = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "code"], name="an_area_once_an_edition")]
        indexes = [models.Index(fields=["code", "-edition"], name="published_by_area")]
        triggers = [audit.trigger(skip=["said"])]

    def __str__(self) -> str:
        return f"{self.code} in {self.edition_id}"


class Undertaking(models.Model):
    """What an area does about its color, in the words of those who work there, under what was published of a month."""

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="undertakings", db_index=False)
    month = models.DateField()
    words = models.CharField(max_length=300)
    role = models.CharField(max_length=20)  # in which it was written; residents see the role, not the name
    written_by = reference("people.Person")
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["area", "month"], name="one_undertaking_a_month"),
            models.CheckConstraint(condition=Q(month__day=1), name="undertaking_is_of_a_month"),
        ]
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return self.words[:40]


class SurveyRound(models.Model):
    """The questions put to residents in one month, and how many answers an area should give."""

    month = models.DateField(unique=True)
    questions = models.JSONField()  # codes and words, see `domain.questionnaire`
    wanted_per_area = models.PositiveSmallIntegerField(default=30)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(month__day=1), name="round_is_of_a_month"),
            models.CheckConstraint(
                condition=Q(closes_at__gt=models.F("opens_at")), name="round_closes_after_it_opens"
            ),
        ]
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return f"survey {self.month}"


class Mode(models.TextChoices):
    """How a resident was asked: answers by phone are kinder than answers on a page, so modes are shown apart."""

    PAGE = "page"  # signed in
    LINK = "link"  # a text message with a link
    PHONE = "phone"  # an interviewer rings
    CODE = "code"  # the QR code at a post


class Invitation(models.Model):
    """A person drawn by chance from the enrolled households of an area and an age band, asked once."""

    round = models.ForeignKey(
        SurveyRound, on_delete=models.PROTECT, related_name="invitations", db_index=False
    )
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    person = reference("people.Person")
    age_band = models.CharField(max_length=8, blank=True)
    mode = models.CharField(max_length=8, choices=Mode.choices)
    token_digest = models.CharField(max_length=64, blank=True)  # of the link
    waiting = EncryptedTextField(blank=True, db_default="")  # the link, until it is sent; then it is nowhere
    sent_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)  # calls that nobody answered
    refused_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "person"], name="asked_once_a_round"),
        ]
        indexes = [models.Index(fields=["token_digest"], name="invitation_by_link")]
        triggers = [audit.trigger(personal=["age_band"], skip=["waiting"])]

    def __str__(self) -> str:
        return f"{self.mode} {self.round_id}"


class Answer(models.Model):
    """What a resident answered. It names nobody: `respondent` only tells that the same person answers once."""

    round = models.ForeignKey(SurveyRound, on_delete=models.PROTECT, related_name="answers", db_index=False)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="answers")
    age_band = models.CharField(max_length=8, blank=True)
    mode = models.CharField(max_length=8, choices=Mode.choices)
    marks = models.JSONField()  # question -> 1 … 5, or null: does not know
    respondent = models.CharField(max_length=32)  # keyed digest of the person and the round
    answered_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "respondent"], name="one_answer_a_person_and_round")
        ]
        indexes = [models.Index(fields=["round", "area"], name="answer_by_area")]
        triggers = [audit.trigger(personal=["marks", "respondent"])]

    def __str__(self) -> str:
        return f"{self.mode} {self.round_id}"


class WatchRun(models.Model):
    """One look at everything that is watched: what was looked at, how strict it was, what it took."""

    looked_at = models.DateTimeField()
    up_to = models.DateTimeField()  # matters raised before this moment were in it
    hourly = models.BooleanField(default=False)
    series = models.PositiveIntegerField(default=0)  # how many series and categories were looked at
    threshold_days = models.FloatField()  # recurrence interval from which it is an alarm by the budget alone
    thresholds = models.JSONField(default=dict)  # the same as it was used, detector by detector
    learned_from = models.PositiveIntegerField(default=0)  # nights; 0: by the budget alone
    signals = models.JSONField(
        default=list
    )  # the strongest of each detector, weak ones too: what is learned from
    seconds = models.FloatField(default=0)
    failure = models.TextField(blank=True)

    class Meta:
        triggers = [audit.trigger(skip=["signals"])]

    def __str__(self) -> str:
        return f"watch {self.looked_at}"


class EarlyWarning(models.Model):
    """Something unusual: what, where, since when, how strong. A person says what it is."""

    class State(models.TextChoices):
        NEW = "new"
        WATCHED = "watched"
        CONFIRMED = "confirmed"
        DISMISSED = "dismissed"
        OVER = "over"  # watched or confirmed, and not found any more

    run = models.ForeignKey(WatchRun, on_delete=models.PROTECT, related_name="warnings")
    last_run = models.ForeignKey(WatchRun, on_delete=models.PROTECT, related_name="+")
    detector = models.CharField(max_length=20)  # scan, farrington, ears, cusum
    category = models.CharField(max_length=12)  # the beginning of a category's code; empty: all matters
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="+")
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    radius_m = models.FloatField(null=True)
    pieces_are = models.CharField(max_length=8, blank=True, choices=[(one, one) for one in Pieces])
    pieces = ArrayField(models.BigIntegerField(), default=list)  # of a shape that is no circle
    starts_on = models.DateField()
    ends_on = models.DateField()
    observed = models.FloatField()
    expected = models.FloatField()
    statistic = models.FloatField()
    p_value = models.FloatField(null=True)
    recurrence_days = models.FloatField()
    matters = ArrayField(models.BigIntegerField(), default=list)  # shown to those who may see them
    state = models.CharField(max_length=10, choices=State.choices, default=State.NEW)
    reason = models.CharField(max_length=30, blank=True)  # why it was dismissed, as a code
    words = models.TextField(blank=True)
    decided_by = reference("people.Person", null=True)
    decided_at = models.DateTimeField(null=True)
    sweep = reference("mediation.Sweep", null=True)  # the round that was planned because of it

    class Meta:
        indexes = [models.Index(fields=["state", "-id"], name="warning_by_state")]
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return f"{self.category} {self.starts_on}"


class Report(models.Model):
    """What a month or a quarter came to: drafted by itself, edited, released by a second person, then never changed."""

    kind = models.CharField(max_length=8, choices=[(one, one) for one in Span])
    month = models.DateField()  # the first day of the last month it is about
    version = models.PositiveSmallIntegerField(default=1)
    corrects = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="corrected_by")
    erratum = models.TextField(blank=True)  # what was wrong in the version before
    body = models.JSONField()  # sections with figures, each with its source, see `queries.analysis`
    drafted = models.JSONField(default=dict)  # section -> the Chinese words it began with
    drafted_by = reference("people.Person", null=True)  # None: by itself
    drafted_at = models.DateTimeField()
    asked_by = reference("people.Person", null=True)
    asked_at = models.DateTimeField(null=True)
    objection = models.TextField(blank=True)  # why it was sent back
    released_by = reference("people.Person", null=True)
    released_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64, blank=True)  # SHA-256 of all it says, since it was released

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "month", "version"], name="one_report_a_version"),
            models.CheckConstraint(condition=Q(month__day=1), name="report_is_of_whole_months"),
            models.CheckConstraint(
                condition=Q(released_at=None) | (~Q(digest="") & Q(released_by__isnull=False)),
                name="a_released_report_is_sealed",
            ),
            models.CheckConstraint(
                condition=Q(corrects=None) | ~Q(erratum=""), name="a_corrected_report_says_what_was_wrong"
            ),
        ]
        triggers = [audit.trigger(skip=["body", "drafted"])]

    def __str__(self) -> str:
        return f"{self.kind} report {self.month} v{self.version}"

    @property
    def period(self) -> Period:
        return Period(Span(self.kind), Month.of(self.month))


class ReportEdit(models.Model):
    """The words somebody gave a section of a report. The last of a section counts; none is ever deleted."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="edits", db_index=False)
    section = models.CharField(max_length=20)
    words = models.TextField()
    made_by = reference("people.Person")
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["report", "id"], name="edit_by_report")]
        triggers = [audit.trigger(personal=["words"])]

    def __str__(self) -> str:
        return f"{self.report_id} {self.section}"
