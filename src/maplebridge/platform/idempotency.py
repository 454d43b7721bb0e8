"""A form that a phone sends twice, because the network broke off after the first, is acted on once."""

from collections.abc import Callable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from maplebridge.platform.models import IdempotencyKey

HEADER = "Idempotency-Key"
STILL_AT_IT = timedelta(seconds=60)
BODY_LIMIT = 100_000


class IdempotencyMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.headers.get(HEADER, "")[:64]
        account_id = request.user.pk if key and request.method == "POST" else None
        if account_id is None:
            return self.get_response(request)
        mine, earlier = self._claim(account_id, key)
        if earlier:
            return earlier
        # The answer is stored in the transaction of the deed itself: a crash leaves both or neither.
        with transaction.atomic():
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
            else:
                IdempotencyKey.objects.filter(pk=mine).update(
                    status=response.status_code,
                    location=response.headers.get("Location", ""),
                    body=_body(response),
                )
        if response.status_code >= 500:
            IdempotencyKey.objects.filter(pk=mine).delete()
        return response

    def _claim(self, account_id: int, key: str) -> tuple[int, HttpResponse | None]:
        now = timezone.now()
        try:
            with transaction.atomic():
                made = IdempotencyKey.objects.create(account_id=account_id, key=key, received_at=now)
            return made.pk, None
        except IntegrityError:
            one = IdempotencyKey.objects.get(account_id=account_id, key=key)
        if one.status is not None:
            again = HttpResponse(one.body, status=one.status)
            if one.location:
                again["Location"] = one.location
            return one.pk, again
        taken_over = IdempotencyKey.objects.filter(
            pk=one.pk, received_at=one.received_at, received_at__lt=now - STILL_AT_IT
        ).update(received_at=now)
        return one.pk, None if taken_over else HttpResponse(status=409)


def _body(response: HttpResponse) -> str:
    if response.streaming or len(response.content) > BODY_LIMIT:
        return ""
    return response.content.decode(response.charset or "utf-8", "replace")
