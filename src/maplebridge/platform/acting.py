"""Tells the audit who is at work in a request, and from where."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from maplebridge.platform import audit


class ActingMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        person_id = getattr(request.user, "person_id", None)
        with audit.acting(person_id, f"web {request.META.get('REMOTE_ADDR', '')}"):
            return self.get_response(request)
