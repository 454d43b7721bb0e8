"""Rewards: a fund, a dated formula, and a ledger that is never edited."""

from django.db import models
from django.db.models import F, Q

from maplebridge.mediation.domain.rewards import Reason
from maplebridge.mediation.models.disputes import Dispute
from maplebridge.mediation.models.fields import choice
from maplebridge.platform import audit
from maplebridge.platform.fields import reference
from maplebridge.platform.models import append_only


class Fund(models.Model):
    """What the town sets aside for mediators and finders. Its balance is the sum of its ledger, never a column."""

    name = models.CharField(max_length=80, unique=True)
    opened_by = reference("people.Person")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return self.name


class RewardFormula(models.Model):
    """How much for what, from a day on; see `domain.rewards.Formula`. What was paid by an earlier one stays."""

    values = models.JSONField()
    reason = models.TextField()
    valid_from = models.DateField(unique=True)
    made_by = reference("people.Person")
    made_at = models.DateTimeField()

    class Meta:
        triggers = [append_only, audit.trigger()]

    def __str__(self) -> str:
        return f"from {self.valid_from}"


class RewardProposal(models.Model):
    """What somebody proposes to write into the ledger; somebody else decides."""

    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="proposals")
    reason = choice(Reason)
    person = reference("people.Person", null=True)  # none for a deposit
    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, null=True, related_name="+")
    formula = models.ForeignKey(RewardFormula, on_delete=models.PROTECT, null=True, related_name="+")
    counters = models.ForeignKey("RewardEntry", on_delete=models.PROTECT, null=True, related_name="+")
    cents = models.BigIntegerField()  # into the fund above zero, out of it below
    cut_cents = models.BigIntegerField(default=0)  # what a cap has taken off
    words = models.TextField(blank=True)
    proposed_by = reference("people.Person")
    proposed_at = models.DateTimeField()
    decided_by = reference("people.Person", null=True)
    decided_at = models.DateTimeField(null=True)
    approved = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dispute", "person", "reason"],
                condition=Q(dispute__isnull=False, decided_at=None, counters=None),
                name="one_reward_proposed_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["counters"],
                condition=Q(counters__isnull=False, decided_at=None),
                name="one_counter_entry_proposed_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")),
                name="reward_is_decided_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, approved=None, decided_by=None)
                | Q(decided_at__isnull=False, approved__isnull=False, decided_by__isnull=False),
                name="decided_reward_says_how_and_by_whom",
            ),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(decided_at=None), name="reward_waiting")]
        triggers = [audit.trigger(personal=["words"])]

    def __str__(self) -> str:
        return f"{self.reason} {self.cents} proposed"


class RewardEntry(models.Model):
    """One line of the ledger. It is never changed; what was wrong is taken back by a counter-entry."""

    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="entries", db_index=False)
    reason = choice(Reason)
    person = reference("people.Person", null=True, db_index=False)
    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, null=True, related_name="+")
    formula = models.ForeignKey(RewardFormula, on_delete=models.PROTECT, null=True, related_name="+")
    counters = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="countered_by")
    cents = models.BigIntegerField()
    words = models.TextField(blank=True)
    proposed_by = reference("people.Person")
    approved_by = reference("people.Person")
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "reward entries"
        constraints = [
            models.UniqueConstraint(
                fields=["dispute", "person", "reason"],
                condition=Q(dispute__isnull=False, counters=None),
                name="one_reward_of_a_kind_a_person_and_dispute",
            ),
            models.CheckConstraint(condition=~Q(approved_by=F("proposed_by")), name="reward_has_two_people"),
            models.CheckConstraint(
                condition=Q(reason="deposit", cents__gt=0, person=None)
                | Q(reason="counter", counters__isnull=False)
                | Q(
                    reason__in=["agreed", "performed", "satisfied", "found"],
                    cents__lt=0,
                    person__isnull=False,
                    dispute__isnull=False,
                    formula__isnull=False,
                    counters=None,
                ),
                name="reward_is_for_something",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "at"], name="reward_by_person"),
            models.Index(fields=["fund", "at"], name="reward_by_fund"),
        ]
        triggers = [append_only, audit.trigger(personal=["words"])]

    def __str__(self) -> str:
        return f"{self.reason} {self.cents}"
