"""One-time codes: asked for, sent by a worker, used once."""

import json
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from maplebridge.people.domain import one_time_codes
from maplebridge.people.domain.one_time_codes import Sent, Verdict
from maplebridge.people.events import CodeAsked
from maplebridge.people.models import OneTimeCode
from maplebridge.people.queries import phone_digest
from maplebridge.platform.audit import action
from maplebridge.platform.events import publish
from maplebridge.platform.fields import keyed_digest

KEPT_FOR = timedelta(days=1)


class CodeRefused(Exception):
    """Codes were asked for too often: for this phone, or from this address. `wait` says how long until the next."""

    def __init__(self, wait: timedelta, *, of_address: bool = False) -> None:
        super().__init__(f"wait {wait}")
        self.wait = wait
        self.of_address = of_address


@action
def ask_code(*, phone: str, now: datetime, address: str = "") -> str:
    """Make a code for a phone and have it sent; who has that phone, and whether anybody, makes no difference.

    `address` is that of the network from which it is asked for: one alone can not have messages sent to the whole town.
    """
    digest = phone_digest(phone)
    asker = keyed_digest(one_time_codes.asker(address), use="code_asker") if address else ""
    with connection.cursor() as cursor:  # two requests at once must not both pass a limit
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [digest])
        if asker:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [asker])
    OneTimeCode.objects.filter(sent_at__lt=now - KEPT_FOR).delete()
    sent = list(OneTimeCode.objects.filter(phone_digest=digest).values_list("sent_at", flat=True))
    if wait := one_time_codes.wait_before_next(sent, now):
        raise CodeRefused(wait)
    if asker and (wait := _wait_of_asker(asker, now)):
        raise CodeRefused(wait, of_address=True)
    code = f"{secrets.randbelow(10**one_time_codes.DIGITS):0{one_time_codes.DIGITS}}"
    row = OneTimeCode.objects.create(
        phone_digest=digest,
        code_digest=_digest(phone, code),
        waiting=json.dumps({"phone": phone, "code": code}),
        asker_digest=asker,
        sent_at=now,
    )
    publish(CodeAsked(code_id=row.pk, occurred_at=now))
    return code


def _wait_of_asker(asker: str, now: datetime) -> timedelta:
    asked = OneTimeCode.objects.filter(asker_digest=asker).values_list("sent_at", flat=True)
    return one_time_codes.wait_at_address(list(asked), settings.CODES_PER_ADDRESS, now)


@action
def use_code(*, phone: str, code: str, now: datetime) -> Verdict:
    """Try a code. Only the last one sent counts; every try is counted, and a right one is used up."""
    row = (
        OneTimeCode.objects.select_for_update()
        .filter(phone_digest=phone_digest(phone))
        .order_by("-sent_at", "-pk")
        .first()
    )
    sent = Sent(row.sent_at, row.attempts, row.used_at is not None) if row else None
    matches = row is not None and secrets.compare_digest(row.code_digest, _digest(phone, code))
    verdict = one_time_codes.verdict(sent, matches=matches, now=now)
    if row is not None and verdict is not Verdict.OVER:
        row.attempts += 1
        row.used_at = now if verdict is Verdict.RIGHT else None
        row.waiting = "" if verdict is Verdict.RIGHT else row.waiting
        row.save(update_fields=["attempts", "used_at", "waiting"])
    return verdict


@action
def forget_waiting_code(*, code_id: int) -> None:
    """Forget phone and code of a code that has been sent; its digest stays."""
    OneTimeCode.objects.filter(pk=code_id).update(waiting="")


def _digest(phone: str, code: str) -> str:
    return keyed_digest(f"{phone}:{code}", use="one_time_code")
