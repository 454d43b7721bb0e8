"""What residents are told, and the templates that a town has written beside those shipped."""

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


class TemplateVersion(models.Model):
    """A template as the town has written it, from a day on; before that, and without one, the shipped one holds."""

    code = models.CharField(
        max_length=40
    )  # of the shipped template that it follows, or of one of the town's own
    subject = models.CharField(max_length=30)
    used = models.BooleanField(default=True)  # False: from this day on nobody is offered it
    name_zh = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    title = models.CharField(max_length=80)
    text = models.TextField()
    steps = models.TextField(blank=True)  # one line each, as in an advisory
    calls = models.TextField(blank=True)
    title_en = models.CharField(max_length=80, blank=True)
    text_en = models.TextField(blank=True)
    valid_from = models.DateField()
    made_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="one_template_version_a_day")
        ]
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return f"{self.code} from {self.valid_from}"
