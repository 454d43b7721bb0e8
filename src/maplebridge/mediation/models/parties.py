"""Who is in a dispute, and who read their personal data."""

from django.db import models
from django.db.models import Q

from maplebridge.mediation.models.disputes import Dispute
from maplebridge.mediation.models.fields import choice
from maplebridge.platform import audit
from maplebridge.platform.fields import EncryptedTextField, reference


class Side(models.Model):
    """One side of a dispute, with any number of parties."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="sides", db_index=False)
    number = models.PositiveSmallIntegerField()  # 1 is 甲方, 2 is 乙方 …
    applied_at = models.DateTimeField(null=True)  # asked for mediation itself
    told_rights_at = models.DateTimeField(null=True)
    wants = models.BooleanField(null=True)  # mediation; none: not asked yet
    asked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dispute", "number"], name="one_side_of_a_number"),
            models.CheckConstraint(
                condition=Q(wants=None) | Q(asked_at__isnull=False), name="answering_side_was_asked"
            ),
        ]
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return f"side {self.number} of dispute {self.dispute_id}"


class Party(models.Model):
    """A person or an organization on a side, as written in the papers; read by `actions.reveal_parties` only."""

    class Kind(models.TextChoices):
        PERSON = "person"
        ORGANIZATION = "organization"

    side = models.ForeignKey(Side, on_delete=models.PROTECT, related_name="parties")
    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="parties")
    kind = choice(Kind, default=Kind.PERSON)
    person = reference("people.Person", null=True)
    name = EncryptedTextField()
    phone = EncryptedTextField(blank=True)
    id_number = EncryptedTextField(blank=True)  # of an identity card, or the unified social credit code
    address = EncryptedTextField(blank=True)
    employer = EncryptedTextField(blank=True)
    name_digest = models.CharField(max_length=32)
    phone_digest = models.CharField(max_length=32, blank=True)
    id_digest = models.CharField(max_length=32, blank=True)
    gender = models.CharField(max_length=1, blank=True)  # as the application form asks
    born = models.DateField(null=True)
    represents = models.BooleanField(default=False)  # speaks for the side's many people
    speaks_for = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="spoken_for_by")
    speaks_as = models.CharField(max_length=10, blank=True)  # guardian, attorney, legal (of an organization)
    left_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "parties"
        constraints = [
            # The same person is never in two sides: known by their row, or by the number of their papers.
            models.UniqueConstraint(
                fields=["dispute", "person"],
                condition=Q(left_at=None, person__isnull=False),
                name="one_party_a_person",
            ),
            models.UniqueConstraint(
                fields=["dispute", "id_digest"],
                condition=Q(left_at=None) & ~Q(id_digest=""),
                name="one_party_a_number_of_papers",
            ),
        ]
        indexes = [
            models.Index(fields=["name_digest"], name="party_by_name"),
            models.Index(fields=["id_digest"], condition=~Q(id_digest=""), name="party_by_papers"),
        ]
        triggers = [
            audit.trigger(
                personal=[
                    "name",
                    "phone",
                    "id_number",
                    "address",
                    "employer",
                    "name_digest",
                    "phone_digest",
                    "id_digest",
                    "gender",
                    "born",
                ]
            )
        ]

    def __str__(self) -> str:
        return f"party {self.pk} of dispute {self.dispute_id}"


class PartyReading(models.Model):
    """Somebody read the personal data of the parties of a dispute: who, and for what. Parties see this."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="readings", db_index=False)
    reader = reference("people.Person")
    purpose = models.CharField(max_length=30)
    parties = models.JSONField()
    read_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["dispute", "-read_at"], name="party_reading_by_dispute")]
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return f"{self.purpose} of dispute {self.dispute_id}"
