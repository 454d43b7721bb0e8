"""What names its audience: the work on a dispute is read through `queries.heard` only."""

from django.db import models
from django.db.models import Q

from maplebridge.mediation.domain.audiences import Audience
from maplebridge.mediation.models.disputes import Dispute
from maplebridge.mediation.models.fields import choice
from maplebridge.mediation.models.parties import Side
from maplebridge.platform import audit
from maplebridge.platform.fields import reference


class Heard(models.Model):
    """Something of a dispute that is for one side, for both, or for the mediators only."""

    audience = choice(Audience, default=Audience.MEDIATORS)
    side = models.ForeignKey(Side, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(audience="side", side__isnull=False) | (~Q(audience="side") & Q(side=None)),
                name="%(class)s_for_one_side_names_it",
            )
        ]


HEARD = Heard._meta.constraints


class Entry(Heard):
    """One line of a dispute's time line: what happened, when, by whom."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="entries", db_index=False)
    deed = models.CharField(max_length=30)
    at = models.DateTimeField()
    by = reference("people.Person", null=True)
    by_role = models.CharField(max_length=20, blank=True)
    text = models.TextField(blank=True)
    facts = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "entries"
        constraints = HEARD
        indexes = [
            models.Index(fields=["dispute", "id"], name="dispute_entry"),
            models.Index(fields=["deed", "at"], name="dispute_entry_by_deed"),
        ]
        triggers = [audit.trigger(personal=["text"])]

    def __str__(self) -> str:
        return f"{self.deed} at {self.at}"
