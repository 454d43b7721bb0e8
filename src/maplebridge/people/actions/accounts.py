"""Accounts: opened, given a new password, closed, forgotten."""

import secrets
from datetime import date, datetime

from maplebridge.people.actions.enrolling import enrol, open_account
from maplebridge.people.domain.roles import Role
from maplebridge.people.events import PersonErased, ResidentSettled
from maplebridge.people.models import Account, OneTimeCode, Person, Posting, SecondFactor
from maplebridge.people.queries import account_of, administrating, holders_of, person_by_phone
from maplebridge.places import queries as places
from maplebridge.platform.audit import action
from maplebridge.platform.events import publish
from maplebridge.platform.freshness import forget

PASSWORD_BYTES = 9  # twelve characters, as many as a password of one's own must have


class AccountRefused(Exception):
    """`code` says why: username_taken, has_account, last_administrator."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@action
def open_staff_account(*, person: Person, username: str) -> str:
    """Give somebody of the staff an account. Return the password, which is shown once and then changed."""
    if account_of(person.pk) is not None:
        raise AccountRefused("has_account")
    if Account.objects.filter(username=username).exists():
        raise AccountRefused("username_taken")
    account = open_account(person=person, username=username)
    return renew_password(account=account)


@action
def take_on(*, nickname: str, name: str, phone: str, username: str, now: datetime) -> tuple[Person, str]:
    """Record somebody new of the staff with an account; whoever has this phone already is the same person."""
    if Account.objects.filter(username=username).exists():
        raise AccountRefused("username_taken")
    person = enrol(nickname=nickname, name=name, phone=phone, now=now)
    return person, open_staff_account(person=person, username=username)


@action
def renew_password(*, account: Account) -> str:
    """Give an account a password that works until the next sign-in, and end its sessions."""
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    account.set_password(password)
    account.password_is_temporary = True
    account.save(update_fields=["password", "password_is_temporary"])
    return password


@action
def change_password(*, account: Account, password: str) -> None:
    """Set the password that somebody chose; all sessions opened with the old one end."""
    account.set_password(password)
    account.password_is_temporary = False
    account.save(update_fields=["password", "password_is_temporary"])


@action
def disable(*, account: Account, today: date) -> None:
    """Close an account: its sessions end with the next click. The town keeps at least one administrator."""
    _not_the_last_administrator(account.person_id, today)
    account.is_active = False
    account.session_epoch += 1
    account.save(update_fields=["is_active", "session_epoch"])


@action
def enable(*, account: Account) -> None:
    account.is_active = True
    account.save(update_fields=["is_active"])


@action
def end_sessions(*, account: Account) -> None:
    """Sign an account out everywhere."""
    account.session_epoch += 1
    account.save(update_fields=["session_epoch"])


@action
def account_for_phone(*, phone: str) -> Account | None:
    """Return the account of whoever has this phone, opening one where staff have only recorded the person."""
    person = person_by_phone(phone)
    if person is None:
        return None
    return account_of(person.pk) or open_account(person=person, username=_resident_name())


@action
def register_resident(
    *,
    phone: str,
    nickname: str,
    building_id: int,
    elder_mode: bool,
    language: str,
    consent_version: str,
    now: datetime,
) -> Account:
    """Record a resident who proved a phone, chose a home and agreed to the rules; give them an account."""
    person = enrol(nickname=nickname, phone=phone, elder_mode=elder_mode, language=language, now=now)
    settle(
        person=person, nickname=nickname, building_id=building_id, consent_version=consent_version, now=now
    )
    return account_of(person.pk) or open_account(person=person, username=_resident_name())


@action
def settle(*, person: Person, nickname: str, building_id: int, consent_version: str, now: datetime) -> None:
    """Note where somebody lives and what they agreed to; the groups of that place hear of it."""
    left = person.building
    building = places.get_building(building_id)
    person.nickname, person.building = nickname, building
    person.entrance = None if left != building else person.entrance
    person.consented_at, person.consent_version = now, consent_version
    person.save(update_fields=["nickname", "building", "entrance", "consented_at", "consent_version"])
    if left != building:
        publish(
            ResidentSettled(
                person_id=person.pk,
                building_id=building.pk,
                estate_id=building.estate_id,
                left_building_id=left.pk if left else None,
                left_estate_id=left.estate_id if left else None,
                occurred_at=now,
            )
        )


@action
def end_posting(*, posting: Posting, ends_on: date) -> None:
    """Let a posting end on a day. The town keeps at least one administrator on that day and after it."""
    if posting.role == Role.ADMINISTRATOR:
        others = administrating(ends_on).exclude(pk=posting.pk)
        if not others.exists():
            raise AccountRefused("last_administrator")
    posting.ends_on = ends_on
    posting.save(update_fields=["ends_on"])
    forget()


@action
def erase(*, person: Person, now: datetime, today: date) -> None:
    """Forget a person: what is personal is emptied, postings end, the account closes; rows and record stay."""
    _not_the_last_administrator(person.pk, today)
    if person.phone_digest:
        OneTimeCode.objects.filter(phone_digest=person.phone_digest).delete()
    for field in ("nickname", "name", "phone", "phone_tail_digest", "room", "age_band"):
        setattr(person, field, "")
    person.phone_digest = person.building = person.entrance = None
    person.erased_at = now
    person.save()
    _end_postings(person, today)
    account = account_of(person.pk)
    if account is not None:
        SecondFactor.objects.filter(user_id=account.pk).delete()
        account.username, account.is_active = f"erased-{account.pk}", False
        account.session_epoch += 1
        account.set_unusable_password()
        account.save()
    publish(PersonErased(person_id=person.pk, occurred_at=now))
    forget()


def _end_postings(person: Person, today: date) -> None:
    """End what holds today; what would only begin later has no reason left to be kept."""
    Posting.objects.filter(person=person, starts_on__gte=today).delete()
    for posting in Posting.objects.filter(person=person, starts_on__lt=today):
        if posting.ends_on is None or posting.ends_on > today:
            posting.ends_on = today
            posting.save(update_fields=["ends_on"])


def _not_the_last_administrator(person_id: int, today: date) -> None:
    active = Account.objects.filter(is_active=True, person_id__in=holders_of(Role.ADMINISTRATOR, today))
    administrators = set(active.values_list("person_id", flat=True))
    if administrators == {person_id}:
        raise AccountRefused("last_administrator")


def _resident_name() -> str:
    return f"r-{secrets.token_hex(8)}"
