"""The second factor of staff: an authenticator app (TOTP, RFC 6238) and recovery codes for the day it is lost."""

import hmac
import unicodedata
from datetime import datetime, timedelta

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt

from maplebridge.people.domain.roles import Role
from maplebridge.people.models import Account, Person, SecondFactor, SecondFactorReset
from maplebridge.people.queries import holders_of
from maplebridge.platform.audit import action
from maplebridge.platform.fields import seal, unseal

STEP_S = 30
TOLERANCE = 1  # steps: phones' clocks differ
ASKED_FOR = timedelta(days=2)  # how long a reset waits for the second administrator


class SealedSecrets(DefaultMFAAdapter):  # type: ignore[misc]  # the library is not typed
    """Keeps the secrets of second factors encrypted in the library's table; named in the settings."""

    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text)


class ResetRefused(Exception):
    """`code` says why: own (one's own request needs somebody else), over (it was settled, or has waited too long)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@action
def enrol_second_factor(*, account: Account, secret: str, code: str, now: datetime) -> list[str] | None:
    """Tie an authenticator app to an account, once it shows the right code. Return the recovery codes, or None."""
    counter = _counter_of(secret, code, now)
    if counter is None:
        return None
    _forget(account)
    TOTP.activate(account, secret)
    _note_used(SecondFactor.objects.get(user_id=account.pk, type=SecondFactor.Type.TOTP), counter)
    return list(RecoveryCodes.activate(account).get_unused_codes())


@action
def check_second_factor(*, account: Account, code: str, now: datetime) -> bool:
    """Say whether a code of the app, or an unused recovery code, is right. Neither is right twice (RFC 6238 5.2)."""
    app = (
        SecondFactor.objects.select_for_update()
        .filter(user_id=account.pk, type=SecondFactor.Type.TOTP)
        .first()
    )
    if app is None:
        return False
    counter = _counter_of(decrypt(app.data["secret"]), code, now)
    if counter is not None:
        if counter <= app.data.get("last_counter", 0):
            return False
        _note_used(app, counter)
        return True
    spare = SecondFactor.objects.filter(user_id=account.pk, type=SecondFactor.Type.RECOVERY_CODES).first()
    return spare is not None and bool(RecoveryCodes(spare).validate_code(_plain(code)))


@action
def ask_reset(*, account: Account, by: Person, reason: str, now: datetime) -> SecondFactorReset:
    """Ask to take a second factor away. Where there is no other administrator, it is done at once."""
    SecondFactorReset.objects.filter(account=account, settled_at=None).update(settled_at=now)
    reset = SecondFactorReset.objects.create(account=account, asked_by=by, asked_at=now, reason=reason)
    others = set(holders_of(Role.ADMINISTRATOR, now.date())) - {by.pk, account.person_id}
    if not others:
        _carry_out(reset, None, now)
    return reset


@action
def confirm_reset(*, reset_id: int, by: Person, now: datetime) -> Account:
    """Take a second factor away on the word of a second administrator; the next sign-in asks for a new one."""
    reset = SecondFactorReset.objects.select_for_update().select_related("account").get(pk=reset_id)
    if reset.settled_at is not None or now - reset.asked_at > ASKED_FOR:
        raise ResetRefused("over")
    if by.pk in (reset.asked_by_id, reset.account.person_id):
        raise ResetRefused("own")
    _carry_out(reset, by, now)
    return reset.account


def _carry_out(reset: SecondFactorReset, by: Person | None, now: datetime) -> None:
    _forget(reset.account)
    reset.confirmed_by, reset.settled_at = by, now
    reset.save(update_fields=["confirmed_by", "settled_at"])
    reset.account.session_epoch += 1
    reset.account.save(update_fields=["session_epoch"])


def _forget(account: Account) -> None:
    SecondFactor.objects.filter(user_id=account.pk).delete()


def _counter_of(secret: str, code: str, now: datetime) -> int | None:
    """Return the time step whose code this is, or None."""
    here = int(now.timestamp()) // STEP_S
    given = _plain(code)
    return next(
        (
            step
            for step in range(here - TOLERANCE, here + TOLERANCE + 1)
            if hmac.compare_digest(given.encode(), format_hotp_value(hotp_value(secret, step)).encode())
        ),
        None,
    )


def _plain(code: str) -> str:
    return unicodedata.normalize("NFKC", code).replace(" ", "").replace("-", "")


def _note_used(app: SecondFactor, counter: int) -> None:
    app.data["last_counter"] = counter
    app.save(update_fields=["data"])
