"""A form that a phone sends twice, because the network broke off after the first, is acted on once."""

import hashlib
from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from maplebridge.platform import locks
from maplebridge.platform.models import IdempotencyKey

HEADER = "Idempotency-Key"
BODY_LIMIT = 100_000
FAILED = 500


class IdempotencyMiddleware:
    """Answers a repeated request with the first answer.

    The answer is stored in the transaction of the deed itself, so that a crash leaves both or neither; a lock that
    ends with that transaction tells a second try that the first is still at it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.headers.get(HEADER, "")[:64]
        account_id = request.user.pk if key and request.method == "POST" else None
        if account_id is None:
            return self.get_response(request)
        with transaction.atomic():
            if not _alone(account_id, key):
                return HttpResponse(status=409)
            known = IdempotencyKey.objects.filter(account_id=account_id, key=key).first()
            if known is not None:
                return _again(known)
            response = self.get_response(request)
            if response.status_code >= FAILED:
                transaction.set_rollback(True)
            else:
                _keep(account_id, key, response)
        return response


def _alone(account_id: int, key: str) -> bool:
    """Say whether no other request with this key is being answered; holds until the transaction ends."""
    number = int.from_bytes(hashlib.sha256(f"{account_id}:{key}".encode()).digest()[:8], signed=True)
    return locks.taken_now(number)


def _again(known: IdempotencyKey) -> HttpResponse:
    response = HttpResponse(known.body, status=known.status)
    if known.location:
        response["Location"] = known.location
    return response


def _keep(account_id: int, key: str, response: HttpResponse) -> None:
    IdempotencyKey.objects.create(
        account_id=account_id,
        key=key,
        status=response.status_code,
        location=response.headers.get("Location", ""),
        body=_body(response),
        received_at=timezone.now(),
    )


def _body(response: HttpResponse) -> str:
    if response.streaming or len(response.content) > BODY_LIMIT:
        return ""
    return response.content.decode(response.charset or "utf-8", "replace")
