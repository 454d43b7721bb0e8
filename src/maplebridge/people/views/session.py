"""What signing in leaves in the session, and where it leads afterwards."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from maplebridge.people.models import Account
from maplebridge.people.permissions import BY_PHONE
from maplebridge.platform import idle

BACKEND = "django.contrib.auth.backends.ModelBackend"
NEXT = "next"


def safe_next(request: HttpRequest, wanted: str | None) -> str:
    """Return an address of this site to go on to; anything else leads to the first page."""
    if wanted and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return wanted
    return settings.LOGIN_REDIRECT_URL


def enter_by_phone(request: HttpRequest, account: Account) -> None:
    """Sign in a resident; the session gets a new key and stays for a month."""
    login(request, account, backend=BACKEND)
    request.session[BY_PHONE] = True


def enter_as_staff(request: HttpRequest, account: Account, now: datetime) -> None:
    """Sign in somebody of the staff; the session gets a new key and ends when it is not used."""
    login(request, account, backend=BACKEND)
    idle.begin(request, timedelta(hours=settings.STAFF_IDLE_HOURS), now)


def go_on(request: HttpRequest, wanted: Any) -> HttpResponse:
    """Lead on after signing in, in the language chosen elsewhere where none was chosen on this device."""
    response = redirect(safe_next(request, wanted if isinstance(wanted, str) else None))
    person = getattr(request.user, "person", None)
    language = person.language if person is not None else settings.LANGUAGE_CODE
    if language != settings.LANGUAGE_CODE and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            samesite="Lax",
            secure=settings.HTTPS,
        )
    return response
