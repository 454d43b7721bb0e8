import pgtrigger
from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from maplebridge.platform.fields import EncryptedTextField
from maplebridge.platform.recording import trigger

append_only = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class EventRecord(models.Model):
    """One thing that happened. Written together with the change it tells of; never edited."""

    type = models.CharField(max_length=120)
    payload = models.JSONField()
    occurred_at = models.DateTimeField()

    class Meta:
        indexes = [BrinIndex(fields=["occurred_at"], name="event_occurred")]

    def __str__(self) -> str:
        return f"{self.type} #{self.pk}"


class Delivery(models.Model):
    """An event on its way to one handler. It is removed when it has arrived.

    `due_at` is the retry time, and for handlers that call the outside world the lease as well: whoever takes a
    delivery first moves it forward, so that a handler that dies is simply tried again later.
    """

    event = models.ForeignKey(EventRecord, on_delete=models.CASCADE, related_name="+", db_index=False)
    handler = models.CharField(max_length=160)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    failure = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "handler"], name="one_delivery_per_handler")]
        indexes = [models.Index(fields=["due_at", "id"], name="delivery_due")]

    def __str__(self) -> str:
        return f"{self.handler} of event {self.event_id}"


class AuditRow(models.Model):
    """Who changed what, when, why and from where: field names, and values or keyed digests of personal ones.

    Written by the trigger that `audit.trigger` puts on a table, in the transaction of the change itself.
    """

    transaction = models.BigIntegerField()  # PostgreSQL's own number; rows are sealed in its order
    at = models.DateTimeField()
    table = models.CharField(max_length=63)
    row = models.BigIntegerField()
    deed = models.CharField(max_length=6)  # INSERT, UPDATE, DELETE
    fields = models.JSONField()
    actor = models.BigIntegerField(null=True)  # people.Person; none: the system itself
    action = models.CharField(max_length=80)
    origin = models.CharField(max_length=80)

    class Meta:
        indexes = [
            models.Index(fields=["transaction", "id"], name="audit_sealing_order"),
            models.Index(fields=["table", "row"], name="audit_of_a_row"),
            BrinIndex(fields=["at"], name="audit_by_time"),
        ]
        triggers = [append_only]

    def __str__(self) -> str:
        return f"{self.deed} {self.table} {self.row}"


class AuditSeal(models.Model):
    """The rows of all transactions before `up_to`, chained to the seal before it."""

    first_transaction = models.BigIntegerField()
    up_to = models.BigIntegerField(unique=True)
    rows = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        triggers = [append_only]

    def __str__(self) -> str:
        return f"seal up to {self.up_to}"


class Photo(models.Model):
    """A picture as it is kept: re-encoded, without EXIF and position. Who may see it, its owner decides."""

    key = models.CharField(max_length=32, unique=True)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    kept_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key


class IdempotencyKey(models.Model):
    """A request that has been answered, so that sending it again does no harm."""

    account_id = models.BigIntegerField()
    key = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    location = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account_id", "key"], name="one_answer_per_request")]

    def __str__(self) -> str:
        return self.key


class WaitingFile(models.Model):
    """A file that somebody has brought, between its check and its taking over; encrypted, and gone after."""

    person_id = models.BigIntegerField()  # whoever brought it; nobody else can go on with it
    name = EncryptedTextField()
    content = EncryptedTextField()  # gzip in base64
    done = models.PositiveIntegerField(default=0)  # rows
    counts = models.JSONField(default=dict)  # what has become of them
    kept_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"file {self.pk} of {self.person_id}"


class DeletionRecord(models.Model):
    """What was deleted because its time was over: by which rule, of what kind, how many; never what it said."""

    rule = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    rows = models.PositiveIntegerField()
    before = models.DateTimeField()  # everything older than this was due
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-made_at"], name="deletion_by_time")]
        triggers = [append_only, trigger()]

    def __str__(self) -> str:
        return f"{self.rows} {self.kind} by {self.rule}"
