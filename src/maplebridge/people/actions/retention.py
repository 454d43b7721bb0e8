"""What people's area forgets in time: contacts that no matter needs any longer, used codes, old sign-ins."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from axes.models import AccessAttempt, AccessLog
from django.db.models import Q, QuerySet

from maplebridge.people.models import OneTimeCode, Person
from maplebridge.platform.audit import action

CONTACT = ("name", "phone", "phone_tail_digest", "room")


@action
def forget_contacts(*, person_ids: Collection[int]) -> int:
    """Empty name, phone and room of people. How they are called and where they live stay with what they said."""
    people = Person.objects.filter(pk__in=person_ids)
    return people.update(**dict.fromkeys(CONTACT, ""), phone_digest=None)


def idle_contacts(person_ids: Collection[int], since: datetime) -> set[int]:
    """Return who of these people has contact data, never worked here, and has not signed in since."""
    people = Person.objects.filter(pk__in=person_ids, postings=None, made_at__lt=since)
    people = people.exclude(phone_digest=None, name="", room="")
    idle = Q(account=None) | Q(account__last_login=None) | Q(account__last_login__lt=since)
    return set(people.filter(idle).values_list("pk", flat=True))


def old_codes(before: datetime) -> QuerySet[OneTimeCode]:
    return OneTimeCode.objects.filter(sent_at__lt=before)


@action
def forget_codes(*, ids: Collection[int]) -> int:
    return OneTimeCode.objects.filter(pk__in=ids).delete()[0]


def old_sign_ins(before: datetime) -> Any:
    """Return who signed in and out, and from which address, as the sign-in library logged it."""
    return AccessLog.objects.filter(attempt_time__lt=before)


@action
def forget_sign_ins(*, ids: Collection[int]) -> int:
    return int(AccessLog.objects.filter(pk__in=ids).delete()[0])


def old_failures(before: datetime) -> Any:
    """Return who tried to sign in with a wrong password, and from which address."""
    return AccessAttempt.objects.filter(attempt_time__lt=before)


@action
def forget_failures(*, ids: Collection[int]) -> int:
    return int(AccessAttempt.objects.filter(pk__in=ids).delete()[0])
