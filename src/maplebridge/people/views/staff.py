"""Staff sign in with user name and password, then with a second factor that everybody has to have."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import segno
from allauth.mfa.totp.internal.auth import generate_totp_secret
from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, update_session_auth_hash
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from maplebridge.people import actions, queries
from maplebridge.people.forms import NewPasswordForm, SecondFactorForm, StaffForm
from maplebridge.people.models import Account
from maplebridge.people.permissions import allow, anybody, signed_in
from maplebridge.people.views.residents import sign_in_page
from maplebridge.people.views.session import NEXT, enter_as_staff, go_on, safe_next
from maplebridge.platform.fields import seal, unseal
from maplebridge.platform.wording import span_in_words

HALF_WAY = "half_way"
HALF_WAY_FOR = timedelta(minutes=10)


@dataclass
class HalfWay:
    """Somebody whose password was right, and who still has steps to go. Nobody is signed in by it."""

    account: int
    since: str
    next: str
    second_factor: bool = False
    secret: str = ""  # of the app that is being tied to the account, sealed
    shows_codes: bool = False


@allow(anybody)
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Check user name and password. What was wrong is not said, and is the same for names that nobody has."""
    if request.method == "GET":
        return redirect("sign_in")  # the address of a page that came back, opened again
    form = StaffForm(request.POST, auto_id="staff_%s")
    if not form.is_valid():
        return sign_in_page(request, staff=form, status=422)
    account = authenticate(request, **form.cleaned_data)
    if not isinstance(account, Account):
        form.add_error(None, _("User name and password do not fit. Please try again."))
        return sign_in_page(request, staff=form, status=422)
    request.session.cycle_key()
    _keep(
        request, HalfWay(account.pk, timezone.now().isoformat(), safe_next(request, request.POST.get(NEXT)))
    )
    return _next_step(request)


def _next_step(request: HttpRequest) -> HttpResponse:
    """Lead to what is still missing; where nothing is, sign in."""
    half_way = _half_way(request, timezone.now())
    account = queries.get_account(half_way.account) if half_way else None
    if half_way is None or account is None:
        return redirect("sign_in")
    if not half_way.second_factor:
        if queries.has_second_factor(account):
            return redirect("second_factor")
        if not settings.DEMO:
            return redirect("second_factor_enrol")
    if half_way.shows_codes:
        return redirect("recovery_codes")
    if account.password_is_temporary:
        return redirect("first_password")
    request.session.pop(HALF_WAY)
    enter_as_staff(request, account, timezone.now())
    return go_on(request, half_way.next)


@allow(anybody)
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """Ask for the code of the app. Wrong codes count together with wrong passwords."""
    half_way, account = _step(request)
    if half_way is None or account is None or half_way.second_factor:
        return _next_step(request)
    form = SecondFactorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        credentials = {"username": account.username}
        if not AxesProxyHandler.is_allowed(request, credentials):
            return locked_out(request, None, credentials)
        code = form.cleaned_data["code"]
        if actions.check_second_factor(account=account, code=code, now=timezone.now()):
            half_way.second_factor = True
            _keep(request, half_way)
            return _next_step(request)
        user_login_failed.send(sender=__name__, credentials=credentials, request=request)
        form.add_error(
            "code", _("This code does not fit, or was used already. Please wait for the next one.")
        )
    return render(request, "people/second_factor.html", {"form": form}, status=422 if form.errors else 200)


@allow(anybody)
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def enrol(request: HttpRequest) -> HttpResponse:
    """Tie an authenticator app to the account. Until that is done nobody gets in."""
    half_way, account = _step(request)
    if half_way is None or account is None or half_way.second_factor or queries.has_second_factor(account):
        return _next_step(request)
    if not half_way.secret:
        half_way.secret = seal(generate_totp_secret())
        _keep(request, half_way)
    secret = unseal(half_way.secret)
    form = SecondFactorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        if actions.enrol_second_factor(account=account, secret=secret, code=code, now=timezone.now()):
            half_way.second_factor, half_way.shows_codes, half_way.secret = True, True, ""
            _keep(request, half_way)
            return _next_step(request)
        form.add_error(
            "code", _("This is not the code that the app should show now. Is the phone's clock right?")
        )
    context = {
        "form": form,
        "qr_code": segno.make(_address_of(account, secret), error="m").svg_data_uri(scale=5, border=3),
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
    }
    return render(request, "people/second_factor_enrol.html", context, status=422 if form.errors else 200)


def _address_of(account: Account, secret: str) -> str:
    """Return the address that authenticator apps read from a QR code."""
    issuer = quote(settings.TOWN_NAME or "Maple Bridge")
    return f"otpauth://totp/{issuer}:{quote(account.username)}?secret={secret}&issuer={issuer}"


@allow(anybody)
@never_cache
@require_http_methods(["GET", "POST"])
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Show the recovery codes, once."""
    half_way, account = _step(request)
    if half_way is None or account is None or not half_way.shows_codes:
        return _next_step(request)
    if request.method == "POST":
        half_way.shows_codes = False
        _keep(request, half_way)
        return _next_step(request)
    return render(request, "people/recovery_codes.html", {"codes": queries.recovery_codes_of(account)})


@allow(anybody)
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def first_password(request: HttpRequest) -> HttpResponse:
    """Have a password that an administrator saw replaced by one's own."""
    half_way, account = _step(request)
    proved = half_way is not None and (half_way.second_factor or settings.DEMO)
    if account is None or not proved or not account.password_is_temporary:
        return _next_step(request)
    form = NewPasswordForm(account, request.POST or None, ask_present=False)
    if request.method == "POST" and form.is_valid():
        actions.change_password(account=account, password=form.cleaned_data["password"])
        return _next_step(request)
    context = {"form": form, "first": True}
    return render(request, "people/password.html", context, status=422 if form.errors else 200)


@allow(signed_in)
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; all other sessions end."""
    account = request.user
    assert isinstance(account, Account)  # `allow(signed_in)` stands before
    if not account.has_usable_password():
        return redirect("me")
    form = NewPasswordForm(account, request.POST or None, ask_present=True)
    if request.method == "POST" and form.is_valid():
        actions.change_password(account=account, password=form.cleaned_data["password"])
        update_session_auth_hash(request, account)
        messages.success(request, _("Your password is changed. Everywhere else you are signed out."))
        return redirect("me")
    return render(request, "people/password.html", {"form": form}, status=422 if form.errors else 200)


def locked_out(
    request: HttpRequest, response: HttpResponse | None = None, credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """Say how long an account stays locked after too many wrong tries."""
    name = (credentials or {}).get("username") or request.POST.get("username", "")
    last = AccessAttempt.objects.filter(username=name).order_by("-attempt_time").first()
    whole = timedelta(hours=settings.AXES_COOLOFF_TIME)
    left = max(last.attempt_time + whole - timezone.now(), timedelta(minutes=1)) if last else whole
    return render(request, "people/locked_out.html", {"wait": span_in_words(left)}, status=429)


def _step(request: HttpRequest) -> tuple[HalfWay | None, Account | None]:
    half_way = _half_way(request, timezone.now())
    return half_way, queries.get_account(half_way.account) if half_way else None


def _half_way(request: HttpRequest, now: datetime) -> HalfWay | None:
    kept = request.session.get(HALF_WAY)
    half_way = HalfWay(**kept) if kept else None
    if half_way is None or now - datetime.fromisoformat(half_way.since) > HALF_WAY_FOR:
        return None
    return half_way


def _keep(request: HttpRequest, half_way: HalfWay) -> None:
    request.session[HALF_WAY] = asdict(half_way)
