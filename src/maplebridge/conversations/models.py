from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q

from maplebridge.conversations.domain.broadcasting import SECOND_PERSON_ABOVE, Skipped, State
from maplebridge.platform import audit


def _ids() -> "ArrayField[list[int], list[int]]":
    return ArrayField(models.BigIntegerField(), default=list, blank=True)


class Thread(models.Model):
    """A conversation: a neighbor group, or a private one between a person and those who answer."""

    class Kind(models.TextChoices):
        GROUP = "group"
        PRIVATE = "private"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    grid = models.ForeignKey("places.Grid", on_delete=models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField()

    class Meta:
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class NeighborGroup(models.Model):
    """The group of an estate, of small ones together, or of a building: residents, officers, agencies in one room."""

    thread = models.OneToOneField(Thread, on_delete=models.PROTECT, related_name="group")
    name = models.CharField(max_length=80)
    estate = models.ForeignKey(
        "places.Estate", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    estates = _ids()  # all whose residents belong here; `estate` is the one of a group that has only one
    building = models.ForeignKey(
        "places.Building", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person is in a thread, in a role that all others see, until they leave."""

    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="memberships")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    role = models.CharField(max_length=20)  # people's Role, or "resident"
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)
    read_up_to = models.BigIntegerField(default=0)  # the last message seen
    muted = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["thread", "person"], condition=models.Q(left_at=None), name="one_membership_at_a_time"
            )
        ]
        indexes = [models.Index(fields=["person", "thread"], name="membership_by_person")]
        triggers = [audit.trigger(skip=["read_up_to"])]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.thread_id}"


class Message(models.Model):
    """What somebody said. `shown_as` is what others see: a nickname and a building, or a role."""

    class Kind(models.TextChoices):
        SAID = "said"
        REPLY = "reply"  # an answer or a result, posted back where it was asked
        NOTICE = "notice"  # from the product itself

    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="messages", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.SAID)
    author = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=20)  # resident, a staff role, or "system"
    shown_as = models.CharField(max_length=80)
    text = models.TextField(blank=True)
    words = SearchVectorField(null=True)
    in_reply_to = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")
    asks_readers = models.BooleanField(default=False)  # a question of staff: who has read it is shown
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    sent_at = models.DateTimeField()
    source = models.CharField(max_length=20, default="web")
    external_id = models.CharField(max_length=80, null=True)  # as the sender's system names it
    withdrawn_at = models.DateTimeField(null=True)
    # Who took it down, where that was not its author.
    hidden_by = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    emptied_at = models.DateTimeField(null=True)  # its time was over: nothing of it is left but that it was

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="one_message_per_external_id"),
        ]
        indexes = [
            models.Index(fields=["thread", "-id"], name="message_by_thread"),
            GinIndex(fields=["words"], name="message_words", fastupdate=True),
        ]
        triggers = [audit.trigger(personal=["text", "shown_as", "lon", "lat"], skip=["words"])]

    def __str__(self) -> str:
        return self.text[:40]


class MessagePhoto(models.Model):
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="photos")
    photo = models.ForeignKey("platform.Photo", on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField(default=0)

    class Meta:
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return f"photo of message {self.message_id}"


class Broadcast(models.Model):
    """One message to many: what, for whom, who released it. What it is about, the area that wrote it knows."""

    kind = models.CharField(max_length=30)  # what residents can opt out of
    subject = models.CharField(max_length=80)
    text = models.TextField()
    translations = models.JSONField(default=dict)  # language: {"subject": …, "text": …}
    link = models.CharField(max_length=200, blank=True)  # a page of ours that says more
    grids = _ids()  # of any level; what is below is meant with it
    sectors = _ids()
    beats = _ids()
    groups = _ids()  # threads, beside the groups of the ground
    source_area = models.CharField(max_length=20)
    source_id = models.BigIntegerField()
    state = models.CharField(
        max_length=10, choices=[(one, one) for one in State], default=State.DRAFTED.value
    )
    urgent_reason = models.CharField(max_length=200, blank=True)  # why it passes the quiet hours
    expires_at = models.DateTimeField()
    written_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    asked_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)
    receivers = models.PositiveIntegerField(null=True)  # counted when it was released
    goes_on_at = models.DateTimeField(null=True)  # when a worker has something to do
    sent_at = models.DateTimeField(null=True)
    stopped_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+")
    stopped_at = models.DateTimeField(null=True)
    stop_reason = models.CharField(max_length=200, blank=True)
    tally = models.JSONField(null=True)  # the counts, once the receipts are forgotten

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source_area", "source_id"],
                condition=~Q(state="stopped"),
                name="one_broadcast_per_source",
            ),
            models.CheckConstraint(
                condition=Q(released_at=None) | Q(released_by__isnull=False, receivers__isnull=False),
                name="released_broadcast_says_by_whom_to_how_many",
            ),
            models.CheckConstraint(
                condition=Q(released_at=None)
                | Q(receivers__lte=SECOND_PERSON_ABOVE, urgent_reason="")
                | (
                    Q(asked_by__isnull=False)
                    & ~Q(released_by=F("asked_by"))
                    & ~Q(released_by=F("written_by"))
                ),
                name="broadcast_to_many_has_two_people",
            ),
        ]
        indexes = [
            models.Index(fields=["goes_on_at"], condition=Q(goes_on_at__isnull=False), name="broadcast_due"),
            models.Index(fields=["source_area", "source_id"], name="broadcast_by_source"),
        ]
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return self.subject


class BroadcastPost(models.Model):
    """The notice of a broadcast in one group; without a message as long as it is not posted."""

    broadcast = models.ForeignKey(Broadcast, on_delete=models.PROTECT, related_name="posts", db_index=False)
    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="+")
    message = models.OneToOneField(Message, on_delete=models.PROTECT, null=True, related_name="post")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["broadcast", "thread"], name="one_notice_per_group"),
        ]
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return f"{self.broadcast_id} in {self.thread_id}"


class Receipt(models.Model):
    """What became of a broadcast with one person: reached, on the screen, tapped, or not told, and why.

    It is the record itself and not in the record of changes: a hundred thousand come into being at once, and after
    their time nobody shall know any more who has read what.
    """

    broadcast = models.ForeignKey(
        Broadcast, on_delete=models.PROTECT, related_name="receipts", db_index=False
    )
    person = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    in_group = models.BooleanField()
    delivered_at = models.DateTimeField(null=True)
    shown_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    skipped_because = models.CharField(max_length=10, choices=[(one, one) for one in Skipped], blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["broadcast", "person"], name="one_receipt_per_person"),
            models.CheckConstraint(
                condition=Q(skipped_because="") | Q(delivered_at=None), name="skipped_is_not_delivered"
            ),
            models.CheckConstraint(
                condition=Q(delivered_at__isnull=False) | Q(shown_at=None, opened_at=None),
                name="shown_was_delivered",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-delivered_at"], name="receipt_by_person"),
            models.Index(
                fields=["broadcast", "id"],
                condition=Q(delivered_at=None, skipped_because=""),
                name="receipt_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.broadcast_id} to {self.person_id}"


class OptOut(models.Model):
    """A person wants no broadcasts of a kind. Taking it back deletes the row."""

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=30)
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "kind"], name="one_opt_out_per_kind")]
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return f"{self.person_id} without {self.kind}"
