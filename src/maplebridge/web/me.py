"""The page about oneself: how one is called, who read one's data, taking it out, having it erased."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from maplebridge.conversations import queries as conversations
from maplebridge.conversations.queries import broadcasts
from maplebridge.grading import queries as grading
from maplebridge.grading.forms import AGES
from maplebridge.matters import queries as matters
from maplebridge.mediation import permissions as mediation
from maplebridge.people import actions, queries
from maplebridge.people.permissions import allow, signed_in, standing_of

READINGS_SHOWN = 50
LARGE_TYPE = "large_type"
A_YEAR_S = 31_536_000


class ChoiceForm(forms.Form):
    nickname = forms.CharField(
        label=gettext_lazy("How others see you"),
        max_length=50,
        error_messages={"required": gettext_lazy("Please choose how others shall see you.")},
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    elder_mode = forms.BooleanField(label=gettext_lazy("Large type and large buttons"), required=False)


class ResidentForm(ChoiceForm):
    age_band = forms.ChoiceField(
        label=gettext_lazy("How old I am"),
        choices=[AGES[-1], *AGES[:-1]],
        required=False,
        help_text=gettext_lazy(
            "The monthly survey of safety asks old and young as they live here: so we ask whom to draw. "
            "It is used for nothing else; no member of staff sees it."
        ),
    )


class EraseForm(forms.Form):
    sure = forms.BooleanField(
        label=gettext_lazy("Yes, erase me. I know that this cannot be undone."),
        error_messages={"required": gettext_lazy("Please tick this if you are sure.")},
    )


@allow(signed_in)
@never_cache
@require_http_methods(["GET", "POST"])
def me(request: HttpRequest) -> HttpResponse:
    """Show what is known about oneself, and keep what one chooses."""
    person = queries.get_person(standing_of(request).person)
    chosen = {name: getattr(person, name) for name in ("nickname", "language", "elder_mode", "age_band")}
    kind = ChoiceForm if standing_of(request).is_staff else ResidentForm
    form = kind(request.POST or None, initial=chosen)
    if request.method == "POST" and form.is_valid():
        actions.choose(person=person, **form.cleaned_data)
        return _kept(form.cleaned_data)
    return render(
        request, "web/me.html", _about(request, person) | {"form": form}, status=422 if form.errors else 200
    )


def _kept(chosen: dict[str, Any]) -> HttpResponse:
    """Return to the page; language and type size also hold on pages before signing in."""
    response = redirect("me")
    cookie: Any = {"max_age": A_YEAR_S, "samesite": "Lax", "secure": settings.HTTPS}
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen["language"], **cookie)
    response.set_cookie(LARGE_TYPE, "1" if chosen["elder_mode"] else "0", **cookie)
    return response


def _about(request: HttpRequest, person: Any) -> dict[str, Any]:
    readings = list(queries.readings_about(person.pk)[:READINGS_SHOWN])
    today = timezone.localdate()
    roles = queries.role_names([one.reader_id for one in readings], today)
    return {
        "about": person,
        "own_phone": queries.own_phone(person),
        "postings": queries.postings_of(person.pk, today),
        "mediates_for_me": mediation.disputes_of_party(person.pk).exists()
        or mediation.sessions_as_guest(standing_of(request)).exists(),
        "memberships": conversations.memberships_of(person.pk).filter(thread__kind="group"),
        "readings": [
            {
                "role": roles.get(one.reader_id, "resident"),
                "fields": [FIELD_NAMES.get(field, field) for field in one.fields],
                "basis": _(one.basis),
                "row": one,
            }
            for one in readings
        ],
        "asked_how_safe": grading.is_asked(person.pk, timezone.now()),
        "has_password": request.user.is_authenticated and request.user.has_usable_password(),
    }


BASES = [
    gettext_noop("handles the matter")
]  # as the areas that read give them; translated where they are shown
FIELD_NAMES = {
    "name": gettext_lazy("your name"),
    "phone": gettext_lazy("your phone number"),
    "room": gettext_lazy("your room"),
}


@allow(signed_in)
@never_cache
def take_out(request: HttpRequest) -> HttpResponse:
    """Hand out everything that is kept about oneself, as a file."""
    person_id = standing_of(request).person
    said = conversations.messages_by(person_id).values(
        "sent_at", "text", "shown_as", "thread_id", "lon", "lat"
    )
    reported = matters.reported_by(person_id).values(
        "matter_id", "matter__summary", "matter__state", "matter__raised_at", "matter__place"
    )
    data = queries.everything_about(person_id) | {
        "groups": list(
            conversations.memberships_of(person_id).values("thread__group__name", "role", "joined_at")
        ),
        "messages": list(said),
        "matters": list(reported),
        "reminders": broadcasts.told_about(person_id),
    }
    response = JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@allow(signed_in)
@require_POST
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    account = queries.account_of(standing_of(request).person)
    assert account is not None  # it is signed in
    actions.end_sessions(account=account)
    logout(request)
    return redirect("sign_in")


@allow(signed_in)
@never_cache
@require_http_methods(["GET", "POST"])
def erase(request: HttpRequest) -> HttpResponse:
    """Forget the person who asks, after they were told what that means."""
    form = EraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = queries.get_person(standing_of(request).person)
        try:
            actions.erase(person=person, now=timezone.now(), today=timezone.localdate())
        except actions.AccountRefused:
            form.add_error(None, _("You are the only administrator. Please appoint another one first."))
        else:
            language = translation.get_language()
            logout(request)
            messages.success(request, _("You are erased. Thank you for having been here."))
            response = redirect("sign_in")
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME, language, samesite="Lax", secure=settings.HTTPS
            )
            return response
    return render(request, "web/erase.html", {"form": form}, status=422 if form.errors else 200)
