"""Papers of a dispute that were kept: edited, or sealed."""

import pgtrigger
from django.db import models
from django.db.models import Q

from maplebridge.mediation.models.disputes import Dispute
from maplebridge.mediation.models.fields import choice
from maplebridge.platform import audit
from maplebridge.platform.fields import EncryptedBytesField, reference

# All that is ever done to a kept version: when the time of its file is over, what is in it goes, and nothing else.
ERASED_ONLY = """
    OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL AND NEW.content IS NULL
    AND (NEW.id, NEW.dispute_id, NEW.code, NEW.kind, NEW.version, NEW.size, NEW.sha256, NEW.made_by_id, NEW.made_at)
      = (OLD.id, OLD.dispute_id, OLD.code, OLD.kind, OLD.version, OLD.size, OLD.sha256, OLD.made_by_id, OLD.made_at)
"""


class Document(models.Model):
    """A version of a paper of the file, as edited in Word or sealed as PDF/A. Never changed: a change is a version.

    What is in it is erased with its file; that there was such a version, by whom, and its digest stay.
    """

    class Kind(models.TextChoices):
        EDITED = "edited"
        DROPPED = "dropped"  # what was edited before no longer counts; it is made of the file again
        SEALED = "sealed"

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="documents", db_index=False)
    code = models.CharField(max_length=20)  # see `domain.papers.Code`; "bound" is the whole file
    kind = choice(Kind)
    version = models.PositiveSmallIntegerField()
    content = EncryptedBytesField(null=True)  # type: ignore[misc]  # none: erased; read by `content_of` alone
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)  # of the content as it was taken in or sealed
    made_by = reference("people.Person")
    made_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dispute", "code", "version"], name="one_document_of_a_version"),
            models.CheckConstraint(
                condition=Q(content__isnull=False, erased_at=None) | Q(content=None, erased_at__isnull=False),
                name="document_without_content_says_when",
            ),
        ]
        indexes = [models.Index(fields=["sha256"], name="document_by_digest")]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="erased_only",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(f"NOT ({ERASED_ONLY})"),
            ),
            audit.trigger(skip=["content"]),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.version} of dispute {self.dispute_id}"
