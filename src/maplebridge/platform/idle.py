"""Ends a session that nobody has used for as long as was set when it was opened."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

LIMIT = "idle_limit_s"
SEEN = "seen_at"
NOTED_EVERY = timedelta(minutes=5)  # a write with every request would be too many
NOT_A_USE = "/live/"  # an open page asks for news by itself


class IdleMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        limit = request.session.get(LIMIT)
        if limit is not None:
            self._note(request, timedelta(seconds=limit), timezone.now())
        return self.get_response(request)

    def _note(self, request: HttpRequest, limit: timedelta, now: datetime) -> None:
        seen = datetime.fromisoformat(request.session.get(SEEN, now.isoformat()))
        if now - seen > limit:
            logout(request)
        elif not request.path.startswith(NOT_A_USE) and now - seen > min(NOTED_EVERY, limit / 2):
            begin(request, limit, now)


def begin(request: HttpRequest, limit: timedelta, now: datetime) -> None:
    """Let the session of a request end after a time without use."""
    request.session[LIMIT] = limit.total_seconds()
    request.session[SEEN] = now.isoformat()
