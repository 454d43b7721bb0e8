"""Who may open a page. A view without `allow` is refused by a test; what it shows is narrowed by the area's queries."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from maplebridge.people import queries
from maplebridge.people.domain.roles import Role
from maplebridge.people.domain.standing import NOBODY, Standing

Predicate = Callable[[Standing], bool]
View = Callable[..., HttpResponseBase]


def standing_of(request: HttpRequest) -> Standing:
    """Return the rights of whoever asks, computed once a request."""
    known = getattr(request, "_standing", None)
    if known is None:
        person_id = getattr(request.user, "person_id", None)
        known = queries.standing_of(person_id, timezone.localdate()) if person_id else NOBODY
        request._standing = known  # type: ignore[attr-defined]  # kept on the request for its length
    return cast(Standing, known)


def anybody(standing: Standing) -> bool:
    return True


def signed_in(standing: Standing) -> bool:
    return standing.signed_in


def staff(standing: Standing) -> bool:
    return standing.is_staff


def field_staff(standing: Standing) -> bool:
    return standing.is_field


def administrator(standing: Standing) -> bool:
    return standing.has(Role.ADMINISTRATOR)


def agency_clerk(standing: Standing) -> bool:
    return bool(standing.agencies)


def supervisor(standing: Standing) -> bool:
    return standing.has(Role.SUPERVISOR)


def allow(predicate: Predicate) -> Callable[[View], View]:
    """Open a view to those for whom the predicate holds; others sign in first, or are refused."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            standing = standing_of(request)
            if predicate(standing):
                return view(request, *args, **kwargs)
            if not standing.signed_in:
                return redirect_to_login(request.get_full_path())
            raise PermissionDenied

        guarded.rule = predicate  # type: ignore[attr-defined]  # read by the test that visits every route
        return guarded

    return decorate
