from django.db import models

from maplebridge.platform import audit


class Advisory(models.Model):
    """One danger, what to do about it, whom to call. For whom it is, and who released it, its broadcast knows."""

    subject = models.CharField(max_length=30)  # a code of data/subjects.toml
    title = models.CharField(max_length=80)
    text = models.TextField()
    steps = models.TextField(blank=True)  # what to do, one line each
    calls = models.TextField(blank=True)  # whom to call, one line each: "96110 反诈专线"
    place = models.CharField(max_length=100, blank=True)
    title_en = models.CharField(max_length=80, blank=True)
    text_en = models.TextField(blank=True)
    why = models.CharField(max_length=200, blank=True)  # for staff: what gave rise to it
    warning = models.BigIntegerField(null=True)  # an early warning, of an area above this one
    drafted_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "advisories"
        constraints = [
            models.UniqueConstraint(
                fields=["warning"], condition=models.Q(warning__isnull=False), name="one_advisory_per_warning"
            )
        ]
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return self.title
