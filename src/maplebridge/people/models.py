from typing import ClassVar

from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac

from maplebridge.people.domain.ages import AgeBand
from maplebridge.people.domain.roles import Role, TeamRole
from maplebridge.platform import audit
from maplebridge.platform.fields import EncryptedTextField


class Agency(models.Model):
    """An office or firm that acts on matters: water, property, urban management …"""

    name = models.CharField(max_length=80)
    code = models.CharField(max_length=18, unique=True)  # unified social credit code where it has one
    kind = models.CharField(max_length=30)  # as in data/agency_kinds.csv
    phone = models.CharField(max_length=30, blank=True)  # the office's, public
    grids = models.ManyToManyField("places.Grid", related_name="+", blank=True)  # empty: the whole town
    estates = models.ManyToManyField("places.Estate", related_name="+", blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "agencies"
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return self.name


class Person(models.Model):
    """Somebody who lives or works here. Name and phone are encrypted; others see the nickname and the building."""

    nickname = models.CharField(max_length=50)
    name = EncryptedTextField(blank=True)
    phone = EncryptedTextField(blank=True)
    phone_digest = models.CharField(max_length=32, null=True, blank=True)
    phone_tail_digest = models.CharField(max_length=32, blank=True)  # of the last four digits
    building = models.ForeignKey(
        "places.Building", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    entrance = models.ForeignKey(
        "places.Entrance", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    room = EncryptedTextField(blank=True)
    age_band = models.CharField(  # where somebody told it or a file of households brought it, no year
        max_length=8, blank=True, db_default="", choices=[(one, one) for one in AgeBand]
    )
    elder_mode = models.BooleanField(default=False)
    language = models.CharField(max_length=10, default="zh-hans")
    real_name_verified_at = models.DateTimeField(null=True, blank=True)
    consented_at = models.DateTimeField(null=True, blank=True)
    consent_version = models.CharField(max_length=10, blank=True)  # of the text that was agreed to
    erased_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "people"
        constraints = [models.UniqueConstraint(fields=["phone_digest"], name="one_person_per_phone")]
        indexes = [models.Index(fields=["phone_tail_digest"], name="person_by_phone_tail")]
        triggers = [
            audit.trigger(
                personal=[
                    "nickname",
                    "name",
                    "phone",
                    "phone_digest",
                    "phone_tail_digest",
                    "room",
                    "age_band",
                ],
            )
        ]

    def __str__(self) -> str:
        return self.nickname


class AccountManager(BaseUserManager["Account"]):
    def get_by_natural_key(self, username: str | None) -> "Account":
        return self.get(username=username)


class Account(AbstractBaseUser):
    """How a person signs in: staff with a user name, a password and TOTP; residents with a one-time code."""

    username = models.CharField(max_length=40, unique=True)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="account")
    is_active = models.BooleanField(default=True)
    email = models.EmailField(blank=True)  # not asked for; the sign-in library expects the column
    password_is_temporary = models.BooleanField(default=False)  # shown once by an administrator
    session_epoch = models.PositiveIntegerField(default=0)  # one more ends every session

    objects = AccountManager()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        triggers = [audit.trigger(personal=["username", "password", "email"], skip=["last_login"])]

    def __str__(self) -> str:
        return self.username

    is_staff = False
    is_superuser = False

    def get_session_auth_hash(self) -> str:
        """Return what a session has to match: a new password or a new epoch ends it."""
        return salted_hmac(
            "maplebridge.people.session", f"{self.password}:{self.session_epoch}", algorithm="sha256"
        ).hexdigest()

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return False  # rights come from postings, never from the framework's permission table

    def has_module_perms(self, app_label: str) -> bool:
        return False


class Posting(models.Model):
    """A person has a role on a piece of ground, or in an agency, from … to."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="postings")
    role = models.CharField(max_length=20, choices=[(role, role) for role in Role])
    team_role = models.CharField(max_length=20, choices=[(role, role) for role in TeamRole], blank=True)
    grid = models.ForeignKey(
        "places.Grid", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    sector = models.ForeignKey(
        "places.Sector", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    beat = models.ForeignKey("places.Beat", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    building = models.ForeignKey(
        "places.Building", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="postings"
    )
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)  # the first day on which it no longer holds

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on=None) | models.Q(ends_on__gt=models.F("starts_on")),
                name="posting_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=~models.Q(role="grid_chief") | models.Q(grid__isnull=False),
                name="grid_chief_has_a_grid",
            ),
            models.CheckConstraint(
                condition=~models.Q(role="agency_clerk") | models.Q(agency__isnull=False),
                name="agency_clerk_has_an_agency",
            ),
        ]
        indexes = [models.Index(fields=["grid", "role"], name="posting_by_grid_and_role")]
        triggers = [audit.trigger()]

    @property
    def ground(self) -> models.Model | None:
        """Return the agency or the piece of ground that the posting is for, or None for the whole town."""
        return self.agency or self.beat or self.sector or self.building or self.grid

    def __str__(self) -> str:
        return f"{self.person} {self.role}"


class OneTimeCode(models.Model):
    """A code sent to a phone. Only digests are kept, and a code is gone once used."""

    phone_digest = models.CharField(max_length=32)
    code_digest = models.CharField(max_length=32)
    waiting = EncryptedTextField(blank=True)  # phone and code, until it is sent
    asker_digest = models.CharField(max_length=32, blank=True, db_default="")  # of the network address
    sent_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["phone_digest", "-sent_at"], name="code_by_phone"),
            models.Index(fields=["asker_digest", "-sent_at"], name="code_by_asker"),
        ]

    def __str__(self) -> str:
        return f"code sent at {self.sent_at}"


class Reading(models.Model):
    """Somebody read personal data: who, whose, which, and for what. The person read about sees this."""

    reader = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    subject = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="readings", db_index=False)
    fields = models.JSONField()
    purpose = models.CharField(max_length=30)
    purpose_id = models.BigIntegerField()
    basis = models.CharField(max_length=60)
    read_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["subject", "-read_at"], name="reading_by_subject")]
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return f"{self.purpose} {self.purpose_id}"


class SecondFactor(Authenticator):  # type: ignore[misc]  # the library is not typed
    """The library's row of an authenticator app or of recovery codes, so that its changes are in the record."""

    class Meta:
        proxy = True
        triggers = [audit.trigger(personal=["data"], skip=["last_used_at"])]


class SecondFactorReset(models.Model):
    """An administrator wants to take somebody's second factor away; another one confirms it."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="second_factor_resets")
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    reason = models.CharField(max_length=200)
    confirmed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)  # done, or called off

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=models.Q(settled_at=None), name="one_open_reset_per_account"
            )
        ]
        triggers = [audit.trigger()]

    def __str__(self) -> str:
        return f"reset for account {self.account_id}"


class PeopleImport(models.Model):
    """A file of people, postings or agencies on its way: checked as a whole, then written as a whole."""

    class State(models.TextChoices):
        WAITING = "waiting"
        CHECKED = "checked"
        REFUSED = "refused"  # there are problems; nothing was written
        ACCEPTED = "accepted"  # clean, and an administrator said so: waits to be written
        WRITTEN = "written"
        DROPPED = "dropped"

    sheet = models.CharField(max_length=20)
    file_name = models.CharField(max_length=200)
    content = EncryptedTextField(blank=True)  # gzip in base64; emptied when the import has ended
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    problems = models.JSONField(default=list)
    problem_count = models.PositiveIntegerField(default=0)
    new_count = models.PositiveIntegerField(default=0)
    changed_count = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    worked_at = models.DateTimeField(null=True)  # when a worker last said that it is at it
    ended_at = models.DateTimeField(null=True)

    class Meta:
        triggers = [audit.trigger(personal=["problems", "file_name"], skip=["content", "done", "worked_at"])]

    def __str__(self) -> str:
        return f"{self.sheet} from {self.file_name}"
