"""Who may open a page. A view without `allow` is refused by a test; what it shows is narrowed by the area's queries."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone

from maplebridge.people import queries
from maplebridge.people.domain.roles import Role
from maplebridge.people.domain.standing import NOBODY, Standing

Predicate = Callable[[Standing], bool]
View = Callable[..., HttpResponseBase]

# What a session remembers of how it was opened.
BY_PHONE = "by_phone"
BY_ONE_TAP = "by_one_tap"


def standing_of(request: HttpRequest) -> Standing:
    """Return the rights of whoever asks, computed once a request."""
    known = getattr(request, "_standing", None)
    if known is None:
        known = request._standing = _standing_in_session(request)  # type: ignore[attr-defined]  # for its length
    return cast(Standing, known)


def me_of(request: HttpRequest) -> int:
    """Return who asks. For views whose predicate lets in only whoever is signed in; anybody else is refused here."""
    person_id = standing_of(request).person_id
    if person_id is None:
        raise PermissionDenied
    return person_id


def _standing_in_session(request: HttpRequest) -> Standing:
    """Return the rights that the way of signing in allows: a code on a phone is enough for a resident only."""
    person_id = getattr(request.user, "person_id", None)
    session = getattr(request, "session", {})
    if person_id is None or (session.get(BY_ONE_TAP) and not settings.DEMO):
        return NOBODY
    if session.get(BY_PHONE):
        return Standing(person_id=person_id)
    return queries.standing_of(person_id, timezone.localdate())


def anybody(standing: Standing) -> bool:
    return True


def signed_in(standing: Standing) -> bool:
    return standing.signed_in


def staff(standing: Standing) -> bool:
    return standing.is_staff


def administrator(standing: Standing) -> bool:
    return standing.has(Role.ADMINISTRATOR)


def agency_clerk(standing: Standing) -> bool:
    return bool(standing.agencies)


def supervisor(standing: Standing) -> bool:
    return standing.has(Role.SUPERVISOR)


def _sign_in_first(request: HttpRequest) -> HttpResponseBase:
    """Lead to signing in. A script that asks for a piece of a page is told so, for it would take the page for it."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401)
    return redirect_to_login(request.get_full_path())


def allow(predicate: Predicate) -> Callable[[View], View]:
    """Open a view to those for whom the predicate holds; others sign in first, or are refused."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            standing = standing_of(request)
            if predicate(standing):
                return view(request, *args, **kwargs)
            if not standing.signed_in:
                return _sign_in_first(request)
            raise PermissionDenied

        guarded.rule = predicate  # type: ignore[attr-defined]  # read by the test that visits every route
        return guarded

    return decorate
