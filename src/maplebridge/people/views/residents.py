"""Residents sign in with their phone and a one-time code; at the first time they say where home is."""

import math
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maplebridge.people import actions, queries
from maplebridge.people.domain.one_time_codes import LIFETIME, Verdict
from maplebridge.people.domain.phones import masked
from maplebridge.people.forms import CodeForm, PhoneForm, StaffForm, WelcomeForm
from maplebridge.people.models import Person
from maplebridge.people.permissions import allow, anybody, signed_in, standing_of
from maplebridge.people.views.session import NEXT, enter_by_phone, go_on, safe_next
from maplebridge.places import queries as places
from maplebridge.platform.fields import seal, unseal
from maplebridge.platform.wording import span_in_words

ASKED = "phone_asked"  # sealed: the phone that a code was sent to
PROVED = "phone_proved"  # sealed, with the moment: the phone whose code was right, of somebody new
SHOWN_CODE = "demo_code"
WELCOME_WITHIN = timedelta(minutes=30)
CONSENT_VERSION = "2026-01"
MOST_HOMES = 8
LARGE_TYPE = "large_type"


@allow(anybody)
@never_cache
@require_GET
def sign_in(request: HttpRequest) -> HttpResponse:
    """Show the two ways in: residents by phone, staff by user name."""
    if standing_of(request).signed_in:
        return redirect(safe_next(request, request.GET.get(NEXT)))
    return sign_in_page(request)


def sign_in_page(
    request: HttpRequest, *, phone: PhoneForm | None = None, staff: StaffForm | None = None, status: int = 200
) -> HttpResponse:
    wanted = request.POST.get(NEXT) or request.GET.get(NEXT)
    context = {
        "phone_form": phone or PhoneForm(),
        "staff_form": staff or StaffForm(auto_id="staff_%s"),
        "next": safe_next(request, wanted) if wanted else "",
    }
    return render(request, "people/sign_in.html", context, status=status)


@allow(anybody)
@never_cache
@require_http_methods(["GET", "POST"])
def phone(request: HttpRequest) -> HttpResponse:
    """Send a code. The answer is the same whether or not anybody here has this phone."""
    if request.method == "GET":
        return redirect("sign_in")
    form = PhoneForm(request.POST)
    if not form.is_valid():
        return sign_in_page(request, phone=form, status=422)
    number = form.cleaned_data["phone"]
    request.session[ASKED] = seal(number)
    request.session[NEXT] = safe_next(request, request.POST.get(NEXT))
    try:
        code = actions.ask_code(phone=number, now=timezone.now(), address=request.META.get("REMOTE_ADDR", ""))
    except actions.CodeRefused as refused:
        form.add_error("phone", _refused_words(refused))
        return sign_in_page(request, phone=form, status=429)
    if settings.DEMO:
        request.session[SHOWN_CODE] = code
    return redirect("sign_in_code")


def _refused_words(refused: actions.CodeRefused) -> str:
    wait = refused.wait
    if refused.of_address:
        return _("Too many codes were asked for from your network. Please try again in %(span)s.") % {
            "span": span_in_words(wait + timedelta(seconds=59))
        }
    if wait <= timedelta(minutes=1):
        return _("A code was sent just now. Another one can be sent in %(n)d seconds.") % {
            "n": math.ceil(wait.total_seconds())
        }
    return _("Five codes were sent to this number within an hour. Please try again in %(span)s.") % {
        "span": span_in_words(wait + timedelta(seconds=59))
    }


@allow(anybody)
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Take the code. Somebody known is signed in; somebody new says first where home is."""
    if ASKED not in request.session:
        return redirect("sign_in")
    number = unseal(request.session[ASKED])
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        verdict = actions.use_code(phone=number, code=form.cleaned_data["code"], now=timezone.now())
        if verdict is Verdict.RIGHT:
            return _proved(request, number, timezone.now())
        form.add_error("code", _verdict_words(verdict))
    context = {
        "form": form,
        "sent_to": masked(number),
        "minutes": int(LIFETIME.total_seconds() // 60),
        "demo_code": request.session.get(SHOWN_CODE) if settings.DEMO else None,
    }
    return render(request, "people/code.html", context, status=422 if form.errors else 200)


def _verdict_words(verdict: Verdict) -> str:
    if verdict is Verdict.WRONG:
        return _("These are not the digits that we sent. Please compare them with the message.")
    return _("This code can no longer be used. Please have a new one sent.")


def _proved(request: HttpRequest, number: str, now: datetime) -> HttpResponse:
    wanted = request.session.get(NEXT)
    account = actions.account_for_phone(phone=number)
    for key in (ASKED, SHOWN_CODE, NEXT):
        request.session.pop(key, None)
    if account is not None and not account.is_active:
        return render(request, "people/closed.html", status=403)
    if account is None:
        request.session.cycle_key()
        request.session[PROVED] = [seal(number), now.isoformat(), wanted]
        return redirect("welcome")
    enter_by_phone(request, account)
    if account.person.building_id is None and not queries.is_staff(account.person_id, timezone.localdate()):
        return redirect("welcome")
    return go_on(request, wanted)


@allow(anybody)
@never_cache
@require_http_methods(["GET", "POST"])
def welcome(request: HttpRequest) -> HttpResponse:
    """Ask where home is, how neighbors shall see one, and for the agreement; then let in."""
    person = _signed_in_person(request)
    number = None if person else _proved_number(request, timezone.now())
    if person is None and number is None:
        return redirect("sign_in")
    form = WelcomeForm(request.POST or None, initial={"nickname": person.nickname if person else ""})
    chosen = places.find_building(form["building"].value())
    if request.method == "POST" and form.is_valid():
        if chosen is None:
            form.add_error(None, _("Please choose your building from the list."))
        else:
            nickname = form.cleaned_data["nickname"] or _suggested(chosen)
            return _settled(request, person, number, nickname=nickname, building_id=chosen.pk)
    words = request.POST.get("words") or request.GET.get("words", "")
    found = places.buildings_like(words, on=timezone.localdate(), most=MOST_HOMES)
    context = {"form": form, "chosen": chosen, "homes": found, "words": words}
    return render(request, "people/welcome.html", context, status=422 if form.errors else 200)


def _suggested(building: Any) -> str:
    return _("Neighbor of building %(number)s") % {"number": building.number}


def _settled(
    request: HttpRequest, person: Person | None, number: str | None, *, nickname: str, building_id: int
) -> HttpResponse:
    now = timezone.now()
    if person is not None:
        actions.settle(
            person=person,
            nickname=nickname,
            building_id=building_id,
            consent_version=CONSENT_VERSION,
            now=now,
        )
        return redirect("welcome_done")
    assert number is not None  # `welcome` lets nobody come here without
    account = actions.register_resident(
        phone=number,
        elder_mode=request.COOKIES.get(LARGE_TYPE) == "1",
        language=get_language() or settings.LANGUAGE_CODE,
        nickname=nickname,
        building_id=building_id,
        consent_version=CONSENT_VERSION,
        now=now,
    )
    wanted = request.session.pop(PROVED)[2]
    enter_by_phone(request, account)
    request.session[NEXT] = wanted
    return redirect("welcome_done")


@allow(signed_in)
@require_GET
def welcome_done(request: HttpRequest) -> HttpResponse:
    """Say what can be done now; meanwhile the group of the place lets the newcomer in."""
    person = queries.get_person(standing_of(request).person)
    wanted = safe_next(request, request.session.get(NEXT))
    return render(request, "people/welcome_done.html", {"newcomer": person, "next": wanted})


@allow(anybody)
@require_GET
def homes(request: HttpRequest) -> HttpResponse:
    """Show the buildings whose address fits what is being typed; only to those who are about to choose one."""
    if _signed_in_person(request) is None and _proved_number(request, timezone.now()) is None:
        return redirect("sign_in")
    words = request.GET.get("words", "")
    found = places.buildings_like(words, on=timezone.localdate(), most=MOST_HOMES)
    return render(request, "people/homes.html", {"homes": found, "words": words})


@allow(anybody)
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect(reverse("sign_in"))


def _proved_number(request: HttpRequest, now: datetime) -> str | None:
    """Return the phone that was proved in this session a short while ago."""
    if PROVED not in request.session:
        return None
    sealed, at, _wanted = request.session[PROVED]
    return unseal(sealed) if now - datetime.fromisoformat(at) < WELCOME_WITHIN else None


def _signed_in_person(request: HttpRequest) -> Person | None:
    person_id = standing_of(request).person_id
    return queries.get_person(person_id) if person_id is not None else None
