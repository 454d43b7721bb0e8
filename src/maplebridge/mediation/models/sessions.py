"""When people sit down, and who is booked for it."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from maplebridge.mediation.domain.audiences import Audience
from maplebridge.mediation.models.disputes import Dispute
from maplebridge.mediation.models.fields import SPAN
from maplebridge.mediation.models.heard import HEARD, Heard
from maplebridge.mediation.models.town import Room
from maplebridge.platform import audit
from maplebridge.platform.fields import reference


class Session(Heard):
    """People sit down: with one side apart (then its audience is that side), or with all together."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="sessions", db_index=False)
    room = models.ForeignKey(Room, on_delete=models.PROTECT, null=True, related_name="sessions")
    online = models.BooleanField(default=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    agenda = models.TextField(blank=True)
    booked_by = reference("people.Person")
    opened_at = models.DateTimeField(null=True)
    held_at = models.DateTimeField(null=True)  # noted as held
    canceled_at = models.DateTimeField(null=True)
    canceled_because = models.TextField(blank=True)

    class Meta:
        constraints = [
            *HEARD,
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="session_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(online=True) | Q(room__isnull=False), name="session_has_a_place"
            ),
            ExclusionConstraint(
                name="no_room_twice_at_a_time",
                expressions=[("room", RangeOperators.EQUAL), (SPAN, RangeOperators.OVERLAPS)],
                condition=Q(canceled_at=None, room__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["dispute", "starts_at"], name="session_by_dispute"),
            models.Index(fields=["starts_at"], condition=Q(canceled_at=None), name="session_by_start"),
        ]
        triggers = [audit.trigger(personal=["agenda", "canceled_because"])]

    def __str__(self) -> str:
        return f"session at {self.starts_at}"

    @property
    def is_private(self) -> bool:
        return self.audience == Audience.SIDE


class Attendance(models.Model):
    """Somebody is booked for a session; its times are repeated here, so that nobody is booked twice."""

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="attendances", db_index=False)
    person = reference("people.Person", db_index=False)
    role = models.CharField(max_length=10)  # mediator, party, guest, recorder
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    canceled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "person"], name="one_attendance_a_person"),
            ExclusionConstraint(
                name="nobody_twice_at_a_time",
                expressions=[("person", RangeOperators.EQUAL), (SPAN, RangeOperators.OVERLAPS)],
                condition=Q(canceled_at=None),
            ),
        ]
        indexes = [models.Index(fields=["person", "starts_at"], name="attendance_by_person")]
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return f"{self.person_id} in session {self.session_id}"
