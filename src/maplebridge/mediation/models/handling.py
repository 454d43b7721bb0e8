"""Who has a part in a dispute, with which tier it is, and to what its sides consent."""

from django.db import models
from django.db.models import Q

from maplebridge.mediation.domain.tiers import Tier
from maplebridge.mediation.domain.workflow import Ended
from maplebridge.mediation.models.disputes import Dispute
from maplebridge.mediation.models.fields import choice
from maplebridge.mediation.models.parties import Party, Side
from maplebridge.mediation.models.town import Committee, Mediator
from maplebridge.platform import audit
from maplebridge.platform.fields import reference


class Assignment(models.Model):
    """A mediator has a part in a dispute, from … to."""

    class Role(models.TextChoices):
        LEAD = "lead"
        ASSISTANT = "assistant"

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="assignments")
    mediator = models.ForeignKey(
        Mediator, on_delete=models.PROTECT, related_name="assignments", db_index=False
    )
    role = choice(Role, default=Role.LEAD)
    chosen_by_sides = models.BooleanField(default=False)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    ended_because = choice(Ended, blank=True)
    words = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dispute", "mediator"], condition=Q(until=None), name="one_part_a_mediator"
            ),
            models.UniqueConstraint(
                fields=["dispute"], condition=Q(until=None, role="lead"), name="one_lead_a_dispute"
            ),
        ]
        indexes = [models.Index(fields=["mediator", "-dispute"], name="assignment_by_mediator")]
        triggers = [audit.trigger(personal=["words"])]

    def __str__(self) -> str:
        return f"{self.role} of dispute {self.dispute_id}"


class Declaration(models.Model):
    """A mediator or a party says that the two are too close; of which party, if it is one."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="declarations")
    mediator = models.ForeignKey(Mediator, on_delete=models.PROTECT, related_name="declarations")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, null=True, related_name="+")
    text = models.TextField()
    declared_by = reference("people.Person", null=True)
    declared_at = models.DateTimeField()

    class Meta:
        triggers = [audit.trigger(personal=["text"])]

    def __str__(self) -> str:
        return f"declaration about mediator {self.mediator_id} in dispute {self.dispute_id}"


class TierStay(models.Model):
    """A dispute was with a tier, from … to; the last one without an end is where it is."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="stays")
    tier = choice(Tier)
    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, null=True, related_name="+")
    since = models.DateTimeField()
    due_at = models.DateTimeField(null=True)  # none before acceptance
    overdue_noted_at = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    moved_because = models.CharField(max_length=20, blank=True)  # rule, side_wishes, too_hard
    words = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dispute"], condition=Q(until=None), name="one_tier_at_a_time")
        ]
        triggers = [audit.trigger(personal=["words"])]

    def __str__(self) -> str:
        return f"dispute {self.dispute_id} in {self.tier}"


class Extension(models.Model):
    """More time, asked for; granted when every side agrees."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="extensions")
    until = models.DateTimeField()
    reason = models.TextField()
    asked_by = reference("people.Person")
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    granted = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dispute"], condition=Q(decided_at=None), name="one_extension_at_a_time"
            )
        ]
        triggers = [audit.trigger(personal=["reason"])]

    def __str__(self) -> str:
        return f"until {self.until}"


class Invitation(models.Model):
    """An agency or an expert is asked into a hard case; they come when every side consents (art. 20)."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="invitations")
    agency = reference("people.Agency", null=True)
    person = reference("people.Person", null=True)
    why = models.TextField()
    invited_by = reference("people.Person")
    invited_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    comes = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(agency__isnull=False, person=None) | Q(agency=None, person__isnull=False),
                name="invitation_is_to_one",
            )
        ]
        triggers = [audit.trigger(personal=["why"])]

    def __str__(self) -> str:
        return f"invitation {self.pk} to dispute {self.dispute_id}"


class Consent(models.Model):
    """A side agrees, or not, to more time or to somebody who is invited."""

    side = models.ForeignKey(Side, on_delete=models.PROTECT, related_name="consents", db_index=False)
    extension = models.ForeignKey(Extension, on_delete=models.PROTECT, null=True, related_name="consents")
    invitation = models.ForeignKey(Invitation, on_delete=models.PROTECT, null=True, related_name="consents")
    consents = models.BooleanField()
    given_at = models.DateTimeField()
    noted_by = reference("people.Person", null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(extension__isnull=False, invitation=None)
                | Q(extension=None, invitation__isnull=False),
                name="consent_is_to_one_thing",
            ),
            models.UniqueConstraint(fields=["side", "extension"], name="one_consent_a_side_to_an_extension"),
            models.UniqueConstraint(
                fields=["side", "invitation"], name="one_consent_a_side_to_an_invitation"
            ),
        ]
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return f"side {self.side_id}: {self.consents}"
