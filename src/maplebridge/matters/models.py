from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from maplebridge.matters.domain.workflow import OPEN, CallOutStatus, State
from maplebridge.platform import audit
from maplebridge.platform.fields import reference


class Category(models.Model):
    """A leaf or branch of the town's catalogue of matters. It is ended, never deleted."""

    code = models.CharField(max_length=12, unique=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80)
    severity = models.PositiveSmallIntegerField(default=1)
    lead = models.CharField(max_length=30, blank=True)  # kind of agency
    assists = models.JSONField(default=list)
    team_role = models.CharField(max_length=20, blank=True)
    respond_minutes = models.PositiveSmallIntegerField(default=30)
    handle_value = models.PositiveSmallIntegerField(default=5)
    handle_unit = models.CharField(max_length=20, default="working_days")
    accept_when = models.TextField(blank=True)
    close_when = models.TextField(blank=True)
    photos = models.BooleanField(default=False)  # before and after
    revisit = models.BooleanField(default=False)
    confidential = models.BooleanField(default=False)  # a confidential queue, never a group
    similar_radius_m = models.PositiveIntegerField(default=200)
    similar_days = models.PositiveIntegerField(default=30)
    source = models.TextField(blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "categories"
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return self.name_zh


class TownRule(models.Model):
    """A parameter of this town from a day on: limits, thresholds, the ladder. See `domain.rules` for their names."""

    name = models.CharField(max_length=40)
    value = models.JSONField()
    reason = models.TextField()
    valid_from = models.DateField()
    made_by = reference("people.Person", null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "valid_from"], name="one_town_rule_a_day")]
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return f"{self.name} from {self.valid_from}"


class RoutingRule(models.Model):
    """Where matters of a kind go, from a day to a day. The first that fits, in order of rank, applies."""

    rank = models.PositiveIntegerField()
    name = models.CharField(max_length=80)
    when = models.JSONField()
    then = models.JSONField()
    reason = models.TextField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    made_by = reference("people.Person", null=True)

    class Meta:
        ordering = ["rank", "id"]
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return self.name


class WorkingHours(models.Model):
    """The spans of work of a weekday (0 is Monday), several a day."""

    weekday = models.PositiveSmallIntegerField()
    starts = models.TimeField()
    ends = models.TimeField()

    class Meta:
        verbose_name_plural = "working hours"
        constraints = [
            models.UniqueConstraint(fields=["weekday", "starts"], name="one_span_per_start"),
            models.CheckConstraint(
                condition=Q(ends__gt=models.F("starts")), name="span_ends_after_it_starts"
            ),
        ]
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return f"{self.weekday}: {self.starts}-{self.ends}"


class SpecialDay(models.Model):
    """A holiday, or a weekend day worked to make up for one (调休)."""

    day = models.DateField(unique=True)
    works = models.BooleanField()
    name = models.CharField(max_length=40)

    class Meta:
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class Matter(models.Model):
    """Anything a resident asks for, reports or complains about, from first word to last."""

    class Origin(models.TextChoices):
        GROUP = "group"
        FORM = "form"
        WALK_IN = "walk_in"
        COMPLAINT = "complaint"  # a row of the hotline
        TIP = "tip"
        PROACTIVE = "proactive"  # found before anybody complained

    origin = models.CharField(max_length=10, choices=Origin.choices)
    summary = models.TextField()
    place = models.CharField(max_length=120, blank=True)
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    severity = models.PositiveSmallIntegerField()
    confidential = models.BooleanField(default=False)
    emergency = models.CharField(max_length=15, blank=True)  # the numbers to call, such as "119 120"
    needs_sorting = models.BooleanField(default=False)  # a person decides: the product was not sure
    why = models.JSONField(default=list)  # why this category, severity, place, owner: reasons as data

    asked_in = reference("conversations.Message", null=True)
    thread = reference("conversations.Thread", db_index=False)  # where every answer returns to
    external_id = models.CharField(max_length=60, null=True, blank=True)  # of the hotline's row

    grid = reference("places.Grid", null=True, db_index=False)
    community = reference("places.Grid", null=True, db_index=False)
    town = reference("places.Grid", null=True, db_index=False)
    estate = reference("places.Estate", null=True)
    building = reference("places.Building", null=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)

    state = models.CharField(max_length=10, choices=[(s, s) for s in State], default=State.ASSIGNED)
    first_asked = reference("people.Person")
    owner = reference("people.Person", db_index=False)
    owner_since = models.DateTimeField()
    reporters = models.PositiveIntegerField(default=1)

    raised_at = models.DateTimeField()
    respond_by = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = reference("people.Person", null=True, db_index=False)
    ladder_step = models.PositiveSmallIntegerField(default=0)
    ladder_at = models.DateTimeField(null=True)  # when the next step is due, if nobody answers
    handle_by = models.DateTimeField(null=True)
    overdue_noted_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    paused_until = models.DateTimeField(null=True)
    pause_reason = models.CharField(max_length=30, blank=True)
    review_on = models.DateField(null=True)
    resolved_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=15, blank=True)
    outcome_by = reference("people.Person", null=True)
    feedback_by = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_as = models.CharField(max_length=15, blank=True)
    reopened = models.PositiveSmallIntegerField(default=0)
    returned = models.PositiveSmallIntegerField(default=0)  # by agencies; twice: the supervisor decides
    under_oversight = models.BooleanField(default=False)
    wake_at = models.DateTimeField(null=True)  # the next moment at which something is due

    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="merged")
    split_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="parts")
    words = SearchVectorField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["asked_in"], condition=Q(split_from=None), name="one_matter_per_message"
            ),
            models.UniqueConstraint(fields=["external_id"], name="one_matter_per_hotline_row"),
            models.CheckConstraint(condition=Q(severity__range=(1, 3)), name="severity_is_one_of_three"),
            models.CheckConstraint(
                condition=~Q(state=State.PAUSED) | Q(paused_until__isnull=False), name="pause_has_an_end"
            ),
            models.CheckConstraint(
                condition=~Q(state=State.DEFERRED) | Q(review_on__isnull=False), name="deferral_has_a_review"
            ),
            models.CheckConstraint(
                condition=~Q(state=State.RESOLVED) | ~Q(outcome=""), name="resolved_matter_has_an_outcome"
            ),
            models.CheckConstraint(
                condition=~Q(state=State.MERGED) | Q(merged_into__isnull=False),
                name="merged_matter_says_into_which",
            ),
        ]
        # Where a list's index begins with the same column, the foreign key has none of its own (db_index=False).
        indexes = [
            models.Index(fields=["wake_at"], condition=Q(wake_at__isnull=False), name="matter_due"),
            models.Index(fields=["owner", "-id"], name="matter_by_owner"),
            models.Index(fields=["grid", "-id"], name="matter_by_grid"),
            models.Index(fields=["community", "-id"], name="matter_by_community"),
            models.Index(fields=["town", "-id"], name="matter_by_town"),
            models.Index(fields=["thread", "-id"], name="matter_by_thread"),
            models.Index(
                fields=["handle_by"], condition=Q(state__in=sorted(OPEN)), name="matter_open_by_deadline"
            ),
            models.Index(fields=["category", "-id"], name="matter_by_category"),
            # Lists of the day and the oversight board read open work only, however much has ended.
            models.Index(
                fields=["owner", "respond_by"],
                condition=Q(state__in=sorted(OPEN)),
                name="matter_open_by_owner",
            ),
            models.Index(fields=["respond_by"], condition=Q(state="assigned"), name="matter_waiting"),
            models.Index(
                fields=["respond_by"],
                condition=Q(needs_sorting=True, state__in=sorted(OPEN)),
                name="matter_to_sort",
            ),
            models.Index(fields=["-id"], condition=Q(confidential=True), name="matter_confidential"),
            models.Index(
                fields=["-id"],
                condition=~Q(emergency="") & Q(state__in=sorted(OPEN)),
                name="matter_open_emergency",
            ),
            models.Index(
                fields=["review_on", "id"], condition=Q(state="deferred"), name="matter_deferred_by_review"
            ),
            models.Index(fields=["answered_by", "answered_at"], name="matter_by_answerer"),
            models.Index(fields=["raised_at"], name="matter_by_moment"),
            GinIndex(fields=["words"], name="matter_words", fastupdate=True),
        ]
        triggers = [audit.trigger(personal=["summary", "place", "lon", "lat"], skip=["words", "wake_at"])]

    def __str__(self) -> str:
        return f"#{self.pk} {self.summary[:40]}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


class Reporter(models.Model):
    """A person who wants to know what becomes of a matter, and where they asked."""

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="reported_by", db_index=False)
    person = reference("people.Person", db_index=False)
    message = reference("conversations.Message", null=True)
    thread = reference("conversations.Thread")
    joined_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["matter", "person"], name="one_reporter_per_person")]
        indexes = [models.Index(fields=["person", "-id"], name="reporter_by_person")]
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return f"{self.person_id} of matter {self.matter_id}"


class Entry(models.Model):
    """One line of a matter's time line: what happened, when, by whom, and whether the resident sees it."""

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="entries", db_index=False)
    deed = models.CharField(max_length=30)
    at = models.DateTimeField()
    by = reference("people.Person", null=True)
    by_role = models.CharField(max_length=20, blank=True)
    text = models.TextField(blank=True)
    facts = models.JSONField(default=dict)
    public = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "entries"
        indexes = [models.Index(fields=["matter", "id"], name="entry_by_matter")]
        triggers = [audit.trigger(personal=["text"])]

    def __str__(self) -> str:
        return f"{self.deed} at {self.at}"


class MatterPhoto(models.Model):
    class When(models.TextChoices):
        BEFORE = "before"
        AFTER = "after"

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="photos", db_index=False)
    photo = reference("platform.Photo")
    when = models.CharField(max_length=6, choices=When.choices)
    by = reference("people.Person", null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["matter", "photo"], name="one_photo_once_per_matter")]
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return f"{self.when} of matter {self.matter_id}"


class CallOut(models.Model):
    """One order to one addressee, a chief or an agency, with its own status and clock."""

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="call_outs")
    agency = reference("people.Agency", null=True, db_index=False)
    person = reference("people.Person", null=True, db_index=False)
    lead = models.BooleanField(default=False)
    status = models.CharField(
        max_length=10, choices=[(s, s) for s in CallOutStatus], default=CallOutStatus.SENT
    )
    instruction = models.TextField(blank=True)
    sent_at = models.DateTimeField()
    sent_by = reference("people.Person", null=True)
    respond_by = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = reference("people.Person", null=True)
    handle_by = models.DateTimeField(null=True)
    reason = models.CharField(max_length=30, blank=True)
    words = models.TextField(blank=True)  # of the refusal, or of the result
    ended_at = models.DateTimeField(null=True)
    late_noted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(agency__isnull=False) ^ Q(person__isnull=False), name="call_out_has_one_addressee"
            ),
            models.CheckConstraint(
                condition=~Q(status=CallOutStatus.REFUSED) | ~Q(reason=""), name="refusal_has_a_reason"
            ),
            models.UniqueConstraint(
                fields=["matter", "agency"],
                condition=Q(status__in=["sent", "accepted"]),
                name="one_call_out_at_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "status", "-id"], name="call_out_by_agency"),
            models.Index(fields=["agency", "matter"], name="call_out_agency_matter"),  # an agency's search
            models.Index(fields=["person", "status", "-id"], name="call_out_by_person"),
            models.Index(
                fields=["respond_by"], condition=Q(status="sent", late_noted_at=None), name="call_out_due"
            ),
            models.Index(fields=["respond_by"], condition=Q(status="sent"), name="call_out_unanswered"),
            models.Index(fields=["handle_by"], condition=Q(status="accepted"), name="call_out_in_hand"),
        ]
        triggers = [audit.trigger(personal=["instruction", "words"])]

    def __str__(self) -> str:
        return f"call-out {self.pk} of matter {self.matter_id}"


class HandOver(models.Model):
    """An offer to take over a matter. Until it is accepted, whoever was asked first keeps it."""

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="hand_overs")
    from_person = reference("people.Person")
    to_person = reference("people.Person", db_index=False)
    words = models.TextField(blank=True)
    offered_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)  # of declining

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["matter", "to_person"],
                condition=Q(accepted_at=None, declined_at=None),
                name="one_open_offer_per_person",
            )
        ]
        indexes = [models.Index(fields=["to_person", "-id"], name="hand_over_by_person")]
        triggers = [audit.trigger(personal=["words", "reason"])]

    def __str__(self) -> str:
        return f"hand-over of matter {self.matter_id}"


class Extension(models.Model):
    """A wish for more time, with its reason; a supervisor decides."""

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="extensions")
    asked_by = reference("people.Person")
    asked_at = models.DateTimeField()
    until = models.DateTimeField()
    reason = models.TextField()
    decided_by = reference("people.Person", null=True)
    decided_at = models.DateTimeField(null=True)
    granted = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["matter"], condition=Q(decided_at=None), name="one_extension_asked_at_a_time"
            )
        ]
        triggers = [audit.trigger(personal=["reason"])]

    def __str__(self) -> str:
        return f"extension of matter {self.matter_id}"


class Oversight(models.Model):
    """A chase, a supervision order, or a joint consultation with minutes; open until its end is written."""

    class Kind(models.TextChoices):
        CHASE = "chase"
        ORDER = "order"
        CONSULTATION = "consultation"
        DECISION = "decision"  # returned twice, or reopened: the supervisor says who

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="oversights")
    kind = models.CharField(max_length=15, choices=Kind.choices)
    opened_by = reference("people.Person", null=True)  # none: the clock
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    words = models.TextField(blank=True)
    invited = models.JSONField(default=list)  # agency ids of a consultation
    minutes = models.TextField(blank=True)
    closed_by = reference("people.Person", null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["kind", "opened_at"], condition=Q(closed_at=None), name="oversight_open")
        ]
        triggers = [audit.trigger(personal=["words", "minutes"])]

    def __str__(self) -> str:
        return f"{self.kind} of matter {self.matter_id}"


class Promise(models.Model):
    """ "I'll tell you when it is ready": dated, and chased."""

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="promises")
    by = reference("people.Person")
    text = models.TextField()
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    kept_at = models.DateTimeField(null=True)
    chased_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], condition=Q(kept_at=None), name="promise_due")]
        triggers = [audit.trigger(personal=["text"])]

    def __str__(self) -> str:
        return f"promise for {self.due_at}"


class Feedback(models.Model):
    """What a reporter says of the result. Rates are computed from these rows and from nothing else."""

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="feedback", db_index=False)
    person = reference("people.Person")
    round = models.PositiveSmallIntegerField(default=0)  # how often the matter had been reopened
    solved = models.BooleanField()
    satisfaction = models.PositiveSmallIntegerField(null=True)  # 1 very dissatisfied … 5 very satisfied
    words = models.TextField(blank=True)
    called_back_by = reference("people.Person", null=True)  # none: the resident answered by themselves
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["matter", "person", "round"], name="one_answer_per_reporter_and_round"
            ),
            models.CheckConstraint(
                condition=Q(satisfaction=None) | Q(satisfaction__range=(1, 5)),
                name="satisfaction_is_one_to_five",
            ),
        ]
        triggers = [audit.trigger(personal=["words"])]

    def __str__(self) -> str:
        return f"feedback on matter {self.matter_id}"


class CallBack(models.Model):
    """A matter drawn at random, to be asked about by somebody other than the handler."""

    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, related_name="call_back")
    drawn_at = models.DateTimeField()
    due_at = models.DateTimeField()
    done_by = reference("people.Person", null=True)
    done_at = models.DateTimeField(null=True)
    reached = models.BooleanField(null=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], condition=Q(done_at=None), name="call_back_waiting")]
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return f"call-back of matter {self.matter_id}"


class Sorting(models.Model):
    """What the product proposed for a message, and what a person made of it: kept for the next training."""

    message = models.OneToOneField(
        "conversations.Message", on_delete=models.PROTECT, null=True, related_name="+"
    )
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, null=True, related_name="sortings")
    kind = models.CharField(max_length=12)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, related_name="+")
    probability = models.FloatField(null=True)
    proposal = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    corrected_by = reference("people.Person", null=True)
    corrected_at = models.DateTimeField(null=True)
    corrected_kind = models.CharField(max_length=12, blank=True)
    corrected_category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, related_name="+")
    corrected_severity = models.PositiveSmallIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["-id"], condition=Q(matter=None, corrected_at=None), name="sorting_undecided"
            )
        ]
        triggers = [audit.trigger(skip=["proposal"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.probability}"


class Viewing(models.Model):
    """Who saw a matter, and when last on that day."""

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="viewings", db_index=False)
    person = reference("people.Person")
    role = models.CharField(max_length=20)
    day = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["matter", "person", "day"], name="one_viewing_a_day")]
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return f"{self.person_id} saw matter {self.matter_id}"


class Tally(models.Model):
    """What a month's matters of a grid add up to, as `domain.rates.Counts`: computed anew, never edited.

    It is derived from rows that are all on the record, so it has no record of its own.
    """

    class Of(models.TextChoices):
        ALL = "all"
        CATEGORY = "category"  # `key` is the first level of the catalogue
        AGENCY = "agency"  # `key` is the agency that was called out first
        BECAUSE = "because"  # `key` is why what ended as not feasible was not (`NotFeasible`)

    month = models.DateField()
    grid = reference("places.Grid", null=True)  # of the second level, or what is known above it
    of = models.CharField(max_length=10, choices=Of.choices)
    key = models.CharField(max_length=20, blank=True)
    counts = models.JSONField()
    as_of = models.DateTimeField()

    class Meta:
        verbose_name_plural = "tallies"
        constraints = [
            models.UniqueConstraint(
                fields=["month", "grid", "of", "key"], name="one_tally_of_a_kind", nulls_distinct=False
            )
        ]
        indexes = [models.Index(fields=["of", "month"], name="tally_by_month")]

    def __str__(self) -> str:
        return f"{self.month} {self.of} {self.key}"
