"""What is said, put on file, offered and promised, each for a stated audience."""

import pgtrigger
from django.db import models
from django.db.models import F, Q

from maplebridge.mediation.models.disputes import Dispute
from maplebridge.mediation.models.fields import choice
from maplebridge.mediation.models.heard import HEARD, Heard
from maplebridge.mediation.models.parties import Party, Side
from maplebridge.mediation.models.sessions import Session
from maplebridge.platform import audit
from maplebridge.platform.fields import EncryptedBytesField, reference


class Utterance(Heard):
    """What somebody said, in a session or between sessions."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="utterances", db_index=False)
    session = models.ForeignKey(Session, on_delete=models.PROTECT, null=True, related_name="utterances")
    author = reference("people.Person", null=True)
    party = models.ForeignKey(
        Party, on_delete=models.PROTECT, null=True, related_name="+"
    )  # whose words they are
    text = models.TextField()
    said_at = models.DateTimeField()

    class Meta:
        constraints = HEARD
        indexes = [models.Index(fields=["dispute", "id"], name="utterance_by_dispute")]
        triggers = [audit.trigger(personal=["text"])]

    def __str__(self) -> str:
        return f"utterance {self.pk}"


class Exhibit(Heard):
    """Evidence, an investigation note, a paper, the proof of a payment."""

    class Kind(models.TextChoices):
        INVESTIGATION = "investigation"
        EVIDENCE = "evidence"
        IDENTITY = "identity"  # a copy of papers
        ATTORNEY = "attorney"  # a power of attorney
        PROOF = "proof"  # of performance
        OTHER = "other"

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="exhibits", db_index=False)
    session = models.ForeignKey(Session, on_delete=models.PROTECT, null=True, related_name="exhibits")
    kind = choice(Kind)
    title = models.CharField(max_length=120)
    text = models.TextField(blank=True)
    photo = reference("platform.Photo", null=True)
    brought_by = models.ForeignKey(Party, on_delete=models.PROTECT, null=True, related_name="+")
    kept_by = reference("people.Person", null=True)
    kept_at = models.DateTimeField()

    class Meta:
        constraints = HEARD
        indexes = [models.Index(fields=["dispute", "id"], name="exhibit_by_dispute")]
        triggers = [audit.trigger(personal=["title", "text"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Enclosure(models.Model):
    """A PDF that was put on file: encrypted, as it came, under its digest. It goes with its exhibit."""

    exhibit = models.OneToOneField(Exhibit, on_delete=models.CASCADE, related_name="enclosure")
    content = EncryptedBytesField()  # read by `queries.documents.enclosed` alone
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    kept_at = models.DateTimeField()

    class Meta:
        triggers = [
            pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update),
            audit.trigger(skip=["content"]),
        ]

    def __str__(self) -> str:
        return f"enclosure of exhibit {self.exhibit_id}"


class Offer(Heard):
    """What a side offers, or the mediators propose; a counter-offer names what it answers."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="offers", db_index=False)
    session = models.ForeignKey(Session, on_delete=models.PROTECT, null=True, related_name="offers")
    by_side = models.ForeignKey(Side, on_delete=models.PROTECT, null=True, related_name="offers")
    terms = models.TextField()
    amount_cents = models.BigIntegerField(null=True)
    counter_to = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="counters")
    noted_by = reference("people.Person", null=True)
    made_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            *HEARD,
            models.CheckConstraint(
                condition=Q(amount_cents=None) | Q(amount_cents__gte=0), name="offer_is_not_below_zero"
            ),
        ]
        indexes = [models.Index(fields=["dispute", "id"], name="offer_by_dispute")]
        triggers = [audit.trigger(personal=["terms"])]

    def __str__(self) -> str:
        return f"offer {self.pk}"


class Acceptance(Heard):
    """What a side says to an offer. The latest counts; that the other side may know it, it says itself."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="acceptances")
    by_side = models.ForeignKey(Side, on_delete=models.PROTECT, related_name="acceptances")
    accepts = models.BooleanField()
    words = models.TextField(blank=True)
    noted_by = reference("people.Person", null=True)
    given_at = models.DateTimeField()

    class Meta:
        constraints = HEARD
        triggers = [audit.trigger(personal=["words"])]

    def __str__(self) -> str:
        return f"side {self.by_side_id} on offer {self.offer_id}"


class Promise(Heard):
    """Somebody said that they will do something by a moment. It is swept, and chased."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="promises")
    by_side = models.ForeignKey(Side, on_delete=models.PROTECT, null=True, related_name="promises")
    by = reference("people.Person", null=True)  # a mediator; or nobody, where a side promised
    text = models.TextField()
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    kept_at = models.DateTimeField(null=True)
    chased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            *HEARD,
            models.CheckConstraint(
                condition=Q(by_side__isnull=False, by=None) | Q(by_side=None, by__isnull=False),
                name="promise_is_of_one",
            ),
            models.CheckConstraint(condition=Q(due_at__gt=F("made_at")), name="promise_is_for_later"),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(kept_at=None, chased_at=None), name="mediation_promise_due"
            )
        ]
        triggers = [audit.trigger(personal=["text"])]

    def __str__(self) -> str:
        return f"promise {self.pk}"
