"""Agreements, and what comes after them."""

from django.db import models
from django.db.models import Q

from maplebridge.mediation.models.disputes import Dispute
from maplebridge.mediation.models.fields import choice
from maplebridge.mediation.models.parties import Party, Side
from maplebridge.mediation.models.speaking import Exhibit
from maplebridge.mediation.models.town import Committee, Mediator
from maplebridge.platform import audit
from maplebridge.platform.fields import EncryptedTextField, reference


class Agreement(models.Model):
    """What the sides agreed, from the first draft. It binds from `effective_at` on, when all had signed."""

    class Form(models.TextChoices):
        WRITTEN = "written"
        ORAL = "oral"

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="agreements")
    form = choice(Form)
    facts = models.TextField(blank=True)  # main facts, the point at issue, responsibilities
    terms = models.TextField()  # content, manner, time limit of performance
    amount_cents = models.BigIntegerField(null=True)
    drafted_by = reference("people.Person")
    drafted_at = models.DateTimeField()
    effective_at = models.DateTimeField(null=True)
    performed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)  # dropped as a draft, or broken and mediated anew

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dispute"], condition=Q(ended_at=None), name="one_agreement_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(amount_cents=None) | Q(amount_cents__gte=0), name="agreed_sum_is_not_below_zero"
            ),
        ]
        triggers = [audit.trigger(personal=["facts", "terms"])]

    def __str__(self) -> str:
        return f"agreement of dispute {self.dispute_id}"


class Signature(models.Model):
    """A party, a mediator or the committee signs an agreement. A picture of it is encrypted."""

    class How(models.TextChoices):
        PAPER = "paper"  # by hand, on paper
        SEAL = "seal"
        FINGERPRINT = "fingerprint"
        SCREEN = "screen"  # by hand, on the tablet; not where the law excludes electronic signatures
        SPOKEN = "spoken"  # agreed to by word of mouth, recorded by the mediator

    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="signatures", db_index=False
    )
    party = models.ForeignKey(Party, on_delete=models.PROTECT, null=True, related_name="+")
    mediator = models.ForeignKey(Mediator, on_delete=models.PROTECT, null=True, related_name="+")
    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, null=True, related_name="+")
    how = choice(How)
    image = EncryptedTextField(blank=True)  # a PNG in base64
    noted_by = reference("people.Person", null=True)
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "party", "mediator", "committee"],
                name="one_signature_each",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(party__isnull=False, mediator=None, committee=None)
                | Q(party=None, mediator__isnull=False, committee=None)
                | Q(party=None, mediator=None, committee__isnull=False),
                name="signature_is_of_one",
            ),
        ]
        triggers = [audit.trigger(personal=["image"])]

    def __str__(self) -> str:
        return f"{self.how} on agreement {self.agreement_id}"


class Installment(models.Model):
    """One part of what was agreed: a sum or a deed, by a day."""

    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="installments", db_index=False
    )
    number = models.PositiveSmallIntegerField()
    by_side = models.ForeignKey(Side, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=200, blank=True)
    amount_cents = models.BigIntegerField(default=0)
    due_on = models.DateField()
    reminded_at = models.DateTimeField(null=True)
    late_noted_at = models.DateTimeField(null=True)
    performed_at = models.DateTimeField(null=True)
    noted_by = reference("people.Person", null=True)
    proof = models.ForeignKey(Exhibit, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="one_installment_of_a_number"),
            models.CheckConstraint(
                condition=Q(amount_cents__gte=0) & (Q(amount_cents__gt=0) | ~Q(what="")),
                name="installment_is_a_sum_or_a_deed",
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(performed_at=None), name="installment_not_performed")
        ]
        triggers = [audit.trigger(personal=["what"])]

    def __str__(self) -> str:
        return f"installment {self.number} of agreement {self.agreement_id}"


class Revisit(models.Model):
    """Some days after the agreement somebody other than the mediators asks how it is."""

    class Performed(models.TextChoices):
        YES = "yes"
        PARTLY = "partly"
        NO = "no"

    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="revisits", db_index=False
    )
    after_days = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    done_at = models.DateTimeField(null=True)
    done_by = reference("people.Person", null=True)
    performed = choice(Performed, blank=True)
    satisfied = models.PositiveSmallIntegerField(null=True)  # 1 to 5; none: nobody answered
    words = models.TextField(blank=True)
    noted_at = models.DateTimeField(null=True)  # that it is due

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement", "after_days"], name="one_revisit_a_day"),
            models.CheckConstraint(
                condition=Q(satisfied=None) | Q(satisfied__range=(1, 5)), name="satisfied_from_one_to_five"
            ),
            models.CheckConstraint(
                condition=Q(done_at=None) | (Q(done_by__isnull=False) & ~Q(performed="")),
                name="done_revisit_has_a_result",
            ),
        ]
        indexes = [models.Index(fields=["due_on"], condition=Q(done_at=None), name="revisit_due")]
        triggers = [audit.trigger(personal=["words"])]

    def __str__(self) -> str:
        return f"revisit after {self.after_days} days of agreement {self.agreement_id}"


class Confirmation(models.Model):
    """The sides ask a court together to confirm their agreement (art. 33: within 30 days)."""

    class Result(models.TextChoices):
        CONFIRMED = "confirmed"
        REJECTED = "rejected"
        TAKEN_BACK = "taken_back"

    agreement = models.OneToOneField(Agreement, on_delete=models.PROTECT, related_name="confirmation")
    court = models.CharField(max_length=80)
    asked_at = models.DateTimeField()
    asked_by = reference("people.Person")  # who noted it
    result = choice(Result, blank=True)
    decision_number = models.CharField(max_length=60, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return f"confirmation of agreement {self.agreement_id}"
