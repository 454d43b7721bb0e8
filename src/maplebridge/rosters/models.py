from django.db import models

from maplebridge.people.domain.roles import Role
from maplebridge.platform import audit


class Duty(models.Model):
    """A person is on duty in a role, for a sector or for the whole town, from … to."""

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    role = models.CharField(max_length=20, choices=[(role, role) for role in Role])
    sector = models.ForeignKey(
        "places.Sector", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "duties"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="duty_ends_after_it_starts"
            ),
            models.UniqueConstraint(
                fields=["person", "role", "sector", "starts_at"],
                name="one_duty_per_start",
                nulls_distinct=False,
            ),
        ]
        indexes = [models.Index(fields=["role", "sector", "ends_at"], name="duty_by_role_and_sector")]
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return f"{self.role} from {self.starts_at} to {self.ends_at}"
