"""Disputes, and the rounds in which they are looked for."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q

from maplebridge.mediation.domain.tiers import Risk, Tier
from maplebridge.mediation.domain.workflow import OPEN, RUNNING, EndedBecause, Source, State
from maplebridge.mediation.models.fields import choice
from maplebridge.mediation.models.town import Committee
from maplebridge.platform import audit
from maplebridge.platform.fields import reference


class Sweep(models.Model):
    """A planned round over grids that looks for disputes (排查), with a result for each, also "nothing found"."""

    name = models.CharField(max_length=80)
    starts_on = models.DateField()
    ends_on = models.DateField()
    planned_by = reference("people.Person")
    planned_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="sweep_ends_not_before_it_starts"
            )
        ]
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return self.name


class SweepResult(models.Model):
    """What a round found on one grid. Without `reported_at` nobody has reported yet, which is not "nothing found"."""

    sweep = models.ForeignKey(Sweep, on_delete=models.PROTECT, related_name="results", db_index=False)
    grid = reference("places.Grid")
    person = reference("people.Person", null=True)  # who goes there
    found = models.PositiveSmallIntegerField(null=True)
    words = models.TextField(blank=True)
    reported_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sweep", "grid"], name="one_result_a_grid"),
            models.CheckConstraint(
                condition=Q(found=None, reported_at=None) | Q(found__isnull=False, reported_at__isnull=False),
                name="reported_result_has_a_count",
            ),
        ]
        triggers = [audit.trigger(personal=["words"])]

    def __str__(self) -> str:
        return f"grid {self.grid_id} in sweep {self.sweep_id}"


class Dispute(models.Model):
    """A quarrel between sides, from being found to an agreement kept, or to the other ways."""

    source = choice(Source)
    source_number = models.CharField(max_length=60, blank=True)  # the court's, the hotline's, the police's
    matter = reference("matters.Matter", null=True, db_index=False)
    asked_in = reference("conversations.Message", null=True, db_index=False)  # of a group
    swept = models.ForeignKey(SweepResult, on_delete=models.PROTECT, null=True, related_name="disputes")

    type = models.CharField(max_length=20)  # a code of data/types.csv
    touches = models.JSONField(default=list)  # see `domain.acceptance.Touches`
    summary = models.TextField()
    wishes = models.TextField(blank=True)  # what is asked for
    place = models.CharField(max_length=120, blank=True)
    grid = reference("places.Grid", db_index=False)
    happened_on = models.DateField(null=True)
    people_count = models.PositiveIntegerField(default=2)
    amount_cents = models.BigIntegerField(null=True)
    beyond_village = models.BooleanField(default=False)

    risk = choice(Risk, default=Risk.LOW)
    risk_signs = models.JSONField(default=list)
    calm_contact = reference("people.Person", null=True)  # who keeps contact …
    calm_until = models.DateTimeField(null=True)  # … until when
    calmed_at = models.DateTimeField(null=True)
    grave = models.JSONField(default=list)
    confidential = models.BooleanField(default=False)

    tier = choice(Tier)
    committee = models.ForeignKey(
        Committee, on_delete=models.PROTECT, null=True, related_name="disputes", db_index=False
    )
    state = choice(State, default=State.FOUND)
    found_at = models.DateTimeField()
    found_by = reference("people.Person", null=True, db_index=False)
    free_told_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    accepted_by = reference("people.Person", null=True)
    file_year = models.PositiveSmallIntegerField(null=True)
    file_number = models.PositiveIntegerField(null=True)
    due_at = models.DateTimeField(null=True)
    overdue_noted_at = models.DateTimeField(null=True)
    concluded_at = models.DateTimeField(null=True)
    concluded_by = reference("people.Person", null=True)
    ended_because = choice(EndedBecause, blank=True)
    other_ways = models.JSONField(default=list)  # that were explained, see `domain.workflow.OtherWay`
    performed_at = models.DateTimeField(null=True)
    broken_at = models.DateTimeField(null=True)
    reopened = models.PositiveSmallIntegerField(default=0)
    wake_at = models.DateTimeField(null=True)  # the next moment at which something is due
    erased_at = models.DateTimeField(null=True)  # its file was kept as long as it is; see `actions.retention`
    words = SearchVectorField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["matter"], name="one_dispute_per_matter"),
            models.UniqueConstraint(fields=["asked_in"], name="one_dispute_per_message"),
            models.UniqueConstraint(
                fields=["source", "source_number"],
                condition=~Q(source_number=""),
                name="one_dispute_per_referral",
            ),
            models.UniqueConstraint(fields=["file_year", "file_number"], name="one_dispute_per_file_number"),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(RUNNING))
                | Q(accepted_at__isnull=False, due_at__isnull=False, file_number__isnull=False),
                name="running_dispute_has_a_clock",
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(OPEN)) | Q(concluded_at__isnull=False),
                name="concluded_dispute_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["failed", "refused", "withdrawn", "referred"]) | ~Q(ended_because=""),
                name="ended_dispute_says_why",
            ),
            models.CheckConstraint(
                condition=Q(amount_cents=None) | Q(amount_cents__gte=0), name="amount_is_not_below_zero"
            ),
            models.CheckConstraint(
                condition=~Q(state="referred") | ~Q(grave=[]) | Q(confidential=False),
                name="confidential_dispute_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["wake_at"], condition=Q(wake_at__isnull=False), name="dispute_due"),
            models.Index(fields=["grid", "-id"], name="dispute_by_grid"),
            models.Index(fields=["committee", "-id"], name="dispute_by_committee"),
            models.Index(fields=["found_by", "-id"], name="dispute_by_finder"),
            models.Index(fields=["state", "-id"], name="dispute_by_state"),
            models.Index(fields=["type", "-id"], name="dispute_by_type"),
            models.Index(fields=["risk", "-id"], condition=~Q(risk=Risk.LOW), name="dispute_by_risk"),
            models.Index(fields=["due_at"], condition=Q(state__in=sorted(RUNNING)), name="dispute_running"),
            models.Index(fields=["-id"], condition=Q(confidential=True), name="dispute_confidential"),
            models.Index(fields=["found_at"], name="dispute_by_moment"),
            models.Index(
                fields=["concluded_at"], condition=Q(concluded_at__isnull=False), name="dispute_by_end"
            ),
            models.Index(
                fields=["concluded_at"],
                condition=Q(concluded_at__isnull=False, erased_at=None),
                name="dispute_to_be_erased",
            ),
            GinIndex(fields=["words"], name="dispute_words", fastupdate=True),
        ]
        triggers = [audit.trigger(personal=["summary", "wishes", "place"], skip=["words", "wake_at"])]

    def __str__(self) -> str:
        return f"dispute {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN
