"""What the town has set, who mediates, when, and where."""

from django.db import models
from django.db.models import F, Q

from maplebridge.mediation.domain.tiers import Tier
from maplebridge.mediation.models.fields import choice
from maplebridge.platform import audit
from maplebridge.platform.fields import reference


class MediationRule(models.Model):
    """A parameter of this town from a day on. See `domain.rules` for their names."""

    name = models.CharField(max_length=40)
    value = models.JSONField()
    reason = models.TextField()
    valid_from = models.DateField()
    made_by = reference("people.Person", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "valid_from"], name="one_mediation_rule_a_day")
        ]
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return f"{self.name} from {self.valid_from}"


class Committee(models.Model):
    """A people's mediation committee of a tier, for a term."""

    tier = choice(Tier)
    grid = reference("places.Grid")  # the ground it is for, with all below
    name = models.CharField(max_length=80)
    term_from = models.DateField()
    term_to = models.DateField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(term_to__gt=F("term_from")), name="term_ends_after_it_begins"),
            models.UniqueConstraint(
                fields=["tier", "grid"], condition=Q(closed_at=None), name="one_committee_of_a_tier_on_a_grid"
            ),
        ]
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return self.name


class CommitteeMember(models.Model):
    """A seat. That one of them is a woman's is asked for by law, and only for that it is noted."""

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="members")
    person = reference("people.Person")
    is_woman = models.BooleanField()
    chairs = models.BooleanField(default=False)
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "person"], condition=Q(left_at=None), name="one_seat_a_member"
            ),
            models.UniqueConstraint(
                fields=["committee"], condition=Q(left_at=None, chairs=True), name="one_chair_a_committee"
            ),
        ]
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return f"{self.person_id} of committee {self.committee_id}"


class Room(models.Model):
    """Where people sit down together. Some are named after a mediator."""

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="rooms")
    name = models.CharField(max_length=80)
    named_after = reference("people.Person", null=True)
    where = models.CharField(max_length=120, blank=True)
    seats = models.PositiveSmallIntegerField(default=8)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "name"], condition=Q(closed_at=None), name="one_room_of_a_name"
            )
        ]
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return self.name


class Mediator(models.Model):
    """Somebody who mediates for a committee, from … to. Their rights come from their posting."""

    class Kind(models.TextChoices):
        PEOPLE = "people"  # a people's mediator
        OFFICER = "officer"
        LAWYER = "lawyer"
        DEPUTY = "deputy"  # of the people's congress
        THIRD_PARTY = "third_party"

    person = reference("people.Person")
    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="mediators")
    kind = choice(Kind, default=Kind.PEOPLE)
    skills = models.JSONField(default=list)  # codes of types
    languages = models.JSONField(default=list)
    employer = models.CharField(max_length=80, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)  # the first day on which they no longer mediate

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "committee"],
                condition=Q(ends_on=None),
                name="one_mediator_a_person_and_committee",
            )
        ]
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return f"mediator {self.person_id} of committee {self.committee_id}"


class OfficeHours(models.Model):
    """When a mediator or lawyer sits in a room for whoever comes; 0 is Monday."""

    mediator = models.ForeignKey(
        Mediator, on_delete=models.PROTECT, related_name="office_hours", db_index=False
    )
    room = models.ForeignKey(Room, on_delete=models.PROTECT, null=True, related_name="+")
    weekday = models.PositiveSmallIntegerField()
    starts = models.TimeField()
    ends = models.TimeField()

    class Meta:
        verbose_name_plural = "office hours"
        constraints = [
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="hours_end_after_they_start"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="hours_are_on_a_weekday"),
            models.UniqueConstraint(fields=["mediator", "weekday", "starts"], name="one_start_of_hours"),
        ]
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return f"{self.weekday}: {self.starts}-{self.ends}"
