"""Disputes and what belongs to them. Whatever was said, shown or offered names its audience (`Heard`)."""

from typing import Any

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, Q

from maplebridge.mediation.domain.audiences import Audience
from maplebridge.mediation.domain.rewards import Reason
from maplebridge.mediation.domain.tiers import Risk, Tier
from maplebridge.mediation.domain.workflow import OPEN, RUNNING, Ended, EndedBecause, Source, State
from maplebridge.platform import audit
from maplebridge.platform.fields import EncryptedBytesField, EncryptedTextField, reference
from maplebridge.platform.models import append_only


def choice(values: Any, **options: Any) -> "models.CharField[str, str]":
    return models.CharField(max_length=20, choices=[(one.value, one.value) for one in values], **options)


class TimeRange(Func):
    """From a moment up to, not including, another: what an exclusion constraint compares."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


SPAN = TimeRange("starts_at", "ends_at", RangeBoundary())


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


# -- who mediates, and where


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

    mediator = models.ForeignKey(Mediator, on_delete=models.PROTECT, related_name="office_hours")
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


# -- how disputes are found


class Sweep(models.Model):
    """A planned round over grids that looks for disputes (排查), with a result for each, also "nothing found"."""

    name = models.CharField(max_length=80)
    starts_on = models.DateField()
    ends_on = models.DateField()
    planned_by = reference("people.Person")
    planned_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="sweep_ends_not_before_it_starts"
            )
        ]
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return self.name


class SweepResult(models.Model):
    """What a round found on one grid. Without `reported_at` nobody has reported yet, which is not "nothing found"."""

    sweep = models.ForeignKey(Sweep, on_delete=models.PROTECT, related_name="results")
    grid = reference("places.Grid")
    person = reference("people.Person", null=True)  # who goes there
    found = models.PositiveSmallIntegerField(null=True)
    words = models.TextField(blank=True)
    reported_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sweep", "grid"], name="one_result_a_grid"),
            models.CheckConstraint(
                condition=Q(found=None, reported_at=None) | Q(found__isnull=False, reported_at__isnull=False),
                name="reported_result_has_a_count",
            ),
        ]
        triggers = [audit.trigger(personal=["words"])]

    def __str__(self) -> str:
        return f"grid {self.grid_id} in sweep {self.sweep_id}"


class Dispute(models.Model):
    """A quarrel between sides, from being found to an agreement kept, or to the other ways."""

    source = choice(Source)
    source_number = models.CharField(max_length=60, blank=True)  # the court's, the hotline's, the police's
    matter = reference("matters.Matter", null=True)
    asked_in = reference("conversations.Message", null=True)  # of a group
    swept = models.ForeignKey(SweepResult, on_delete=models.PROTECT, null=True, related_name="disputes")

    type = models.CharField(max_length=20)  # a code of data/types.csv
    touches = models.JSONField(default=list)  # see `domain.acceptance.Touches`
    summary = models.TextField()
    wishes = models.TextField(blank=True)  # what is asked for
    place = models.CharField(max_length=120, blank=True)
    grid = reference("places.Grid", db_index=False)
    happened_on = models.DateField(null=True)
    people_count = models.PositiveIntegerField(default=2)
    amount_cents = models.BigIntegerField(null=True)
    beyond_village = models.BooleanField(default=False)

    risk = choice(Risk, default=Risk.LOW)
    risk_signs = models.JSONField(default=list)
    calm_contact = reference("people.Person", null=True)  # who keeps contact …
    calm_until = models.DateTimeField(null=True)  # … until when
    calmed_at = models.DateTimeField(null=True)
    grave = models.JSONField(default=list)
    confidential = models.BooleanField(default=False)

    tier = choice(Tier)
    committee = models.ForeignKey(
        Committee, on_delete=models.PROTECT, null=True, related_name="disputes", db_index=False
    )
    state = choice(State, default=State.FOUND)
    found_at = models.DateTimeField()
    found_by = reference("people.Person", null=True, db_index=False)
    free_told_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    accepted_by = reference("people.Person", null=True)
    file_year = models.PositiveSmallIntegerField(null=True)
    file_number = models.PositiveIntegerField(null=True)
    due_at = models.DateTimeField(null=True)
    overdue_noted_at = models.DateTimeField(null=True)
    concluded_at = models.DateTimeField(null=True)
    concluded_by = reference("people.Person", null=True)
    ended_because = choice(EndedBecause, blank=True)
    other_ways = models.JSONField(default=list)  # that were explained, see `domain.workflow.OtherWay`
    performed_at = models.DateTimeField(null=True)
    broken_at = models.DateTimeField(null=True)
    reopened = models.PositiveSmallIntegerField(default=0)
    wake_at = models.DateTimeField(null=True)  # the next moment at which something is due
    erased_at = models.DateTimeField(null=True)  # its file was kept as long as it is; see `actions.retention`
    words = SearchVectorField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["matter"], name="one_dispute_per_matter"),
            models.UniqueConstraint(fields=["asked_in"], name="one_dispute_per_message"),
            models.UniqueConstraint(
                fields=["source", "source_number"],
                condition=~Q(source_number=""),
                name="one_dispute_per_referral",
            ),
            models.UniqueConstraint(fields=["file_year", "file_number"], name="one_dispute_per_file_number"),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(RUNNING))
                | Q(accepted_at__isnull=False, due_at__isnull=False, file_number__isnull=False),
                name="running_dispute_has_a_clock",
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(OPEN)) | Q(concluded_at__isnull=False),
                name="concluded_dispute_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["failed", "refused", "withdrawn", "referred"]) | ~Q(ended_because=""),
                name="ended_dispute_says_why",
            ),
            models.CheckConstraint(
                condition=Q(amount_cents=None) | Q(amount_cents__gte=0), name="amount_is_not_below_zero"
            ),
            models.CheckConstraint(
                condition=~Q(state="referred") | ~Q(grave=[]) | Q(confidential=False),
                name="confidential_dispute_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["wake_at"], condition=Q(wake_at__isnull=False), name="dispute_due"),
            models.Index(fields=["grid", "-id"], name="dispute_by_grid"),
            models.Index(fields=["committee", "-id"], name="dispute_by_committee"),
            models.Index(fields=["found_by", "-id"], name="dispute_by_finder"),
            models.Index(fields=["state", "-id"], name="dispute_by_state"),
            models.Index(fields=["type", "-id"], name="dispute_by_type"),
            models.Index(fields=["risk", "-id"], condition=~Q(risk=Risk.LOW), name="dispute_by_risk"),
            models.Index(fields=["due_at"], condition=Q(state__in=sorted(RUNNING)), name="dispute_running"),
            models.Index(fields=["-id"], condition=Q(confidential=True), name="dispute_confidential"),
            models.Index(fields=["found_at"], name="dispute_by_moment"),
            models.Index(
                fields=["concluded_at"], condition=Q(concluded_at__isnull=False), name="dispute_by_end"
            ),
            models.Index(
                fields=["concluded_at"],
                condition=Q(concluded_at__isnull=False, erased_at=None),
                name="dispute_to_be_erased",
            ),
            GinIndex(fields=["words"], name="dispute_words", fastupdate=True),
        ]
        triggers = [audit.trigger(personal=["summary", "wishes", "place"], skip=["words", "wake_at"])]

    def __str__(self) -> str:
        return f"dispute {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


# -- who is in it


class Side(models.Model):
    """One side of a dispute, with any number of parties."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="sides")
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

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="readings")
    reader = reference("people.Person")
    purpose = models.CharField(max_length=30)
    parties = models.JSONField()
    read_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["dispute", "-read_at"], name="party_reading_by_dispute")]
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return f"{self.purpose} of dispute {self.dispute_id}"


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

    side = models.ForeignKey(Side, on_delete=models.PROTECT, related_name="consents")
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


# -- the work: all of it names its audience, and is read through `queries.heard` only


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

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="entries")
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


class Session(Heard):
    """People sit down: with one side apart (then its audience is that side), or with all together."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="sessions")
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

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="attendances")
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


# -- agreement and after


class Agreement(models.Model):
    """What the sides agreed, from the first draft. It binds from `effective_at` on, when all had signed."""

    class Form(models.TextChoices):
        WRITTEN = "written"
        ORAL = "oral"

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="agreements")
    form = choice(Form)
    facts = models.TextField(blank=True)  # main facts, the point at issue, responsibilities
    terms = models.TextField()  # content, manner, time limit of performance
    amount_cents = models.BigIntegerField(null=True)
    drafted_by = reference("people.Person")
    drafted_at = models.DateTimeField()
    effective_at = models.DateTimeField(null=True)
    performed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)  # dropped as a draft, or broken and mediated anew

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dispute"], condition=Q(ended_at=None), name="one_agreement_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(amount_cents=None) | Q(amount_cents__gte=0), name="agreed_sum_is_not_below_zero"
            ),
        ]
        triggers = [audit.trigger(personal=["facts", "terms"])]

    def __str__(self) -> str:
        return f"agreement of dispute {self.dispute_id}"


class Signature(models.Model):
    """A party, a mediator or the committee signs an agreement. A picture of it is encrypted."""

    class How(models.TextChoices):
        PAPER = "paper"  # by hand, on paper
        SEAL = "seal"
        FINGERPRINT = "fingerprint"
        SCREEN = "screen"  # by hand, on the tablet; not where the law excludes electronic signatures
        SPOKEN = "spoken"  # agreed to by word of mouth, recorded by the mediator

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="signatures")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, null=True, related_name="+")
    mediator = models.ForeignKey(Mediator, on_delete=models.PROTECT, null=True, related_name="+")
    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, null=True, related_name="+")
    how = choice(How)
    image = EncryptedTextField(blank=True)  # a PNG in base64
    noted_by = reference("people.Person", null=True)
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "party", "mediator", "committee"],
                name="one_signature_each",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(party__isnull=False, mediator=None, committee=None)
                | Q(party=None, mediator__isnull=False, committee=None)
                | Q(party=None, mediator=None, committee__isnull=False),
                name="signature_is_of_one",
            ),
        ]
        triggers = [audit.trigger(personal=["image"])]

    def __str__(self) -> str:
        return f"{self.how} on agreement {self.agreement_id}"


class Installment(models.Model):
    """One part of what was agreed: a sum or a deed, by a day."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="installments")
    number = models.PositiveSmallIntegerField()
    by_side = models.ForeignKey(Side, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=200, blank=True)
    amount_cents = models.BigIntegerField(default=0)
    due_on = models.DateField()
    reminded_at = models.DateTimeField(null=True)
    late_noted_at = models.DateTimeField(null=True)
    performed_at = models.DateTimeField(null=True)
    noted_by = reference("people.Person", null=True)
    proof = models.ForeignKey(Exhibit, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="one_installment_of_a_number"),
            models.CheckConstraint(
                condition=Q(amount_cents__gte=0) & (Q(amount_cents__gt=0) | ~Q(what="")),
                name="installment_is_a_sum_or_a_deed",
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(performed_at=None), name="installment_not_performed")
        ]
        triggers = [audit.trigger(personal=["what"])]

    def __str__(self) -> str:
        return f"installment {self.number} of agreement {self.agreement_id}"


class Revisit(models.Model):
    """Some days after the agreement somebody other than the mediators asks how it is."""

    class Performed(models.TextChoices):
        YES = "yes"
        PARTLY = "partly"
        NO = "no"

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="revisits")
    after_days = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    done_at = models.DateTimeField(null=True)
    done_by = reference("people.Person", null=True)
    performed = choice(Performed, blank=True)
    satisfied = models.PositiveSmallIntegerField(null=True)  # 1 to 5; none: nobody answered
    words = models.TextField(blank=True)
    noted_at = models.DateTimeField(null=True)  # that it is due

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement", "after_days"], name="one_revisit_a_day"),
            models.CheckConstraint(
                condition=Q(satisfied=None) | Q(satisfied__range=(1, 5)), name="satisfied_from_one_to_five"
            ),
            models.CheckConstraint(
                condition=Q(done_at=None) | (Q(done_by__isnull=False) & ~Q(performed="")),
                name="done_revisit_has_a_result",
            ),
        ]
        indexes = [models.Index(fields=["due_on"], condition=Q(done_at=None), name="revisit_due")]
        triggers = [audit.trigger(personal=["words"])]

    def __str__(self) -> str:
        return f"revisit after {self.after_days} days of agreement {self.agreement_id}"


class Confirmation(models.Model):
    """The sides ask a court together to confirm their agreement (art. 33: within 30 days)."""

    class Result(models.TextChoices):
        CONFIRMED = "confirmed"
        REJECTED = "rejected"
        TAKEN_BACK = "taken_back"

    agreement = models.OneToOneField(Agreement, on_delete=models.PROTECT, related_name="confirmation")
    court = models.CharField(max_length=80)
    asked_at = models.DateTimeField()
    asked_by = reference("people.Person")  # who noted it
    result = choice(Result, blank=True)
    decision_number = models.CharField(max_length=60, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return f"confirmation of agreement {self.agreement_id}"


# -- papers


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

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="documents")
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


# -- rewards: a fund, a dated formula, and a ledger that is never edited


class Fund(models.Model):
    """What the town sets aside for mediators and finders. Its balance is the sum of its ledger, never a column."""

    name = models.CharField(max_length=80, unique=True)
    opened_by = reference("people.Person")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return self.name


class RewardFormula(models.Model):
    """How much for what, from a day on; see `domain.rewards.Formula`. What was paid by an earlier one stays."""

    values = models.JSONField()
    reason = models.TextField()
    valid_from = models.DateField(unique=True)
    made_by = reference("people.Person")
    made_at = models.DateTimeField()

    class Meta:
        triggers = [append_only, audit.trigger()]

    def __str__(self) -> str:
        return f"from {self.valid_from}"


class RewardProposal(models.Model):
    """What somebody proposes to write into the ledger; somebody else decides."""

    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="proposals")
    reason = choice(Reason)
    person = reference("people.Person", null=True)  # none for a deposit
    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, null=True, related_name="+")
    formula = models.ForeignKey(RewardFormula, on_delete=models.PROTECT, null=True, related_name="+")
    counters = models.ForeignKey("RewardEntry", on_delete=models.PROTECT, null=True, related_name="+")
    cents = models.BigIntegerField()  # into the fund above zero, out of it below
    cut_cents = models.BigIntegerField(default=0)  # what a cap has taken off
    words = models.TextField(blank=True)
    proposed_by = reference("people.Person")
    proposed_at = models.DateTimeField()
    decided_by = reference("people.Person", null=True)
    decided_at = models.DateTimeField(null=True)
    approved = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dispute", "person", "reason"],
                condition=Q(dispute__isnull=False, decided_at=None, counters=None),
                name="one_reward_proposed_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["counters"],
                condition=Q(counters__isnull=False, decided_at=None),
                name="one_counter_entry_proposed_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")),
                name="reward_is_decided_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, approved=None, decided_by=None)
                | Q(decided_at__isnull=False, approved__isnull=False, decided_by__isnull=False),
                name="decided_reward_says_how_and_by_whom",
            ),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(decided_at=None), name="reward_waiting")]
        triggers = [audit.trigger(personal=["words"])]

    def __str__(self) -> str:
        return f"{self.reason} {self.cents} proposed"


class RewardEntry(models.Model):
    """One line of the ledger. It is never changed; what was wrong is taken back by a counter-entry."""

    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="entries")
    reason = choice(Reason)
    person = reference("people.Person", null=True, db_index=False)
    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, null=True, related_name="+")
    formula = models.ForeignKey(RewardFormula, on_delete=models.PROTECT, null=True, related_name="+")
    counters = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="countered_by")
    cents = models.BigIntegerField()
    words = models.TextField(blank=True)
    proposed_by = reference("people.Person")
    approved_by = reference("people.Person")
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "reward entries"
        constraints = [
            models.UniqueConstraint(
                fields=["dispute", "person", "reason"],
                condition=Q(dispute__isnull=False, counters=None),
                name="one_reward_of_a_kind_a_person_and_dispute",
            ),
            models.CheckConstraint(condition=~Q(approved_by=F("proposed_by")), name="reward_has_two_people"),
            models.CheckConstraint(
                condition=Q(reason="deposit", cents__gt=0, person=None)
                | Q(reason="counter", counters__isnull=False)
                | Q(
                    reason__in=["agreed", "performed", "satisfied", "found"],
                    cents__lt=0,
                    person__isnull=False,
                    dispute__isnull=False,
                    formula__isnull=False,
                    counters=None,
                ),
                name="reward_is_for_something",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "at"], name="reward_by_person"),
            models.Index(fields=["fund", "at"], name="reward_by_fund"),
        ]
        triggers = [append_only, audit.trigger(personal=["words"])]

    def __str__(self) -> str:
        return f"{self.reason} {self.cents}"
