from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from maplebridge.platform import audit


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
    """The group of an estate or a building: residents, officers, agencies in one room."""

    thread = models.OneToOneField(Thread, on_delete=models.PROTECT, related_name="group")
    name = models.CharField(max_length=80)
    estate = models.ForeignKey(
        "places.Estate", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
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
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
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

    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="messages")
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
