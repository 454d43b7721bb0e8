"""Who works here: looked up, posted, given an account, signed out for good. For administrators."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maplebridge.kernel.text import id_in
from maplebridge.people import actions, queries
from maplebridge.people.domain.roles import Role, TeamRole
from maplebridge.people.forms import (
    AgencyForm,
    EndForm,
    NewStaffForm,
    PostingForm,
    ReasonForm,
    UsernameForm,
)
from maplebridge.people.models import Account, Agency, Person
from maplebridge.people.permissions import administrator, allow, me_of, standing_of
from maplebridge.people.templatetags.people import ROLE_NAMES
from maplebridge.places import queries as places

PAGE = 50
MOST_GROUNDS = 12


@allow(administrator)
@require_GET
def staff_list(request: HttpRequest) -> HttpResponse:
    """List those who work here: by how they are called, by role, by ground."""
    asked = {name: request.GET.get(name, "").strip()[:80] for name in ("words", "role", "ground")}
    after = request.GET.get("after", "")
    found = queries.staff(timezone.localdate(), **asked, after=id_in(after) or 0, most=PAGE + 1)
    roles = [(role.value, ROLE_NAMES[role]) for role in Role] + [(queries.NO_POSTING, _("no posting now"))]
    next_url = ""
    if len(found) > PAGE:
        query = request.GET.copy()
        query["after"] = str(found[PAGE - 1].pk)
        next_url = f"?{query.urlencode()}"
    context = asked | {
        "staff": found[:PAGE],
        "roles": roles,
        "next_url": next_url,
        "form": NewStaffForm(),
    }
    return render(request, "people/staff_list.html", context)


@allow(administrator)
@never_cache
@require_http_methods(["GET", "POST"])
def take_on(request: HttpRequest) -> HttpResponse:
    """Record somebody new with an account; the password is on this page and nowhere else."""
    form = NewStaffForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person, password = actions.take_on(**form.cleaned_data, now=timezone.now())
        except actions.AccountRefused as refused:
            form.add_error(
                "username" if refused.code == "username_taken" else None, refusal_words(refused.code)
            )
        else:
            return _shown_once(request, person, password)
    return render(request, "people/take_on.html", {"form": form}, status=422 if form.errors else 200)


def _shown_once(request: HttpRequest, person: Person, password: str) -> HttpResponse:
    """Show a password once: it is not kept anywhere it could be read again."""
    account = queries.account_of(person.pk)
    return render(
        request, "people/password_once.html", {"member": person, "account": account, "password": password}
    )


def refusal_words(code: str) -> str:
    return {
        "username_taken": _("Somebody else has this user name. Please choose another one."),
        "has_account": _("Whoever has this phone number already has an account."),
        "last_administrator": _("This is the only administrator. Please appoint another one first."),
        "own": _("Another administrator has to confirm this."),
        "over": _("This request is settled or too old. Please ask anew."),
    }[code]


@allow(administrator)
@never_cache
@require_GET
def staff_member(request: HttpRequest, person_id: int) -> HttpResponse:
    return _member_page(request, _member(person_id))


def _member_page(request: HttpRequest, person: Person, **forms: Any) -> HttpResponse:
    account = queries.account_of(person.pk)
    today = timezone.localdate()
    shown = {
        "member": person,
        "account": account,
        "postings": queries.all_postings_of(person.pk),
        "second_factor": account is not None and queries.has_second_factor(account),
        "reset": queries.open_reset(account) if account else None,
        "me_id": standing_of(request).person_id,
        "today": today,
        "posting_form": PostingForm(initial={"starts_on": today}),
        "username_form": UsernameForm(),
        "reason_form": ReasonForm(),
    }
    wrong = any(form.errors for form in forms.values())
    return render(request, "people/staff_member.html", shown | forms, status=422 if wrong else 200)


@allow(administrator)
@require_GET
def grounds(request: HttpRequest) -> HttpResponse:
    """Show the territory and the agencies whose name fits what is being typed."""
    words = request.GET.get("words", "").strip()[:80]
    today = timezone.localdate()
    found = [(f"{one.kind}:{one.id}", one.name, one.code) for one in _grounds_like(words, today)]
    agencies = queries.agencies(today).filter(name__icontains=words)[:MOST_GROUNDS] if words else []
    found += [(f"agency:{one.pk}", one.name, one.code) for one in agencies]
    return render(request, "people/grounds.html", {"grounds": found, "words": words})


def _grounds_like(words: str, on: date) -> list[Any]:
    return places.grounds_like(words, on=on, most=MOST_GROUNDS)


@allow(administrator)
@require_POST
def post(request: HttpRequest, person_id: int) -> HttpResponse:
    """Give somebody a posting from a day on."""
    person = _member(person_id)
    form = PostingForm(request.POST)
    if not form.is_valid():
        return _member_page(request, person, posting_form=form)
    given = form.cleaned_data
    actions.post(
        person=person,
        role=Role(given["role"]),
        team_role=TeamRole(given["team_role"]) if given["team_role"] else None,
        starts_on=given["starts_on"],
        ends_on=given["ends_on"],
        **given["ground"],
    )
    messages.success(request, _("The posting is entered."))
    return redirect("staff_member", person.pk)


@allow(administrator)
@require_POST
def end_posting(request: HttpRequest, posting_id: int) -> HttpResponse:
    """Let a posting end on a day; what was done in it stays."""
    posting = queries.get_posting(posting_id)
    if posting is None:
        raise Http404
    form = EndForm(request.POST)
    if not form.is_valid() or form.cleaned_data["ends_on"] <= posting.starts_on:
        messages.error(request, _("It has to end later than it begins."))
    else:
        try:
            actions.end_posting(posting=posting, ends_on=form.cleaned_data["ends_on"])
            messages.success(request, _("The posting ends on that day."))
        except actions.AccountRefused as refused:
            messages.error(request, refusal_words(refused.code))
    return redirect("staff_member", posting.person_id)


@allow(administrator)
@never_cache
@require_POST
def open_account(request: HttpRequest, person_id: int) -> HttpResponse:
    person = _member(person_id)
    form = UsernameForm(request.POST)
    if form.is_valid():
        try:
            password = actions.open_staff_account(person=person, username=form.cleaned_data["username"])
        except actions.AccountRefused as refused:
            form.add_error("username", refusal_words(refused.code))
        else:
            return _shown_once(request, person, password)
    return _member_page(request, person, username_form=form)


@allow(administrator)
@never_cache
@require_POST
def renew_password(request: HttpRequest, person_id: int) -> HttpResponse:
    """Give a new password to somebody who forgot theirs; it has to be changed when they sign in."""
    account = _account(person_id)
    return _shown_once(request, account.person, actions.renew_password(account=account))


@allow(administrator)
@require_POST
def disable(request: HttpRequest, person_id: int) -> HttpResponse:
    try:
        actions.disable(account=_account(person_id), today=timezone.localdate())
        messages.success(request, _("The account is closed; its open sessions end with the next click."))
    except actions.AccountRefused as refused:
        messages.error(request, refusal_words(refused.code))
    return redirect("staff_member", person_id)


@allow(administrator)
@require_POST
def enable(request: HttpRequest, person_id: int) -> HttpResponse:
    actions.enable(account=_account(person_id))
    messages.success(request, _("The account is open again."))
    return redirect("staff_member", person_id)


@allow(administrator)
@require_POST
def ask_reset(request: HttpRequest, person_id: int) -> HttpResponse:
    """Ask to take a lost second factor away; where there is another administrator, they confirm."""
    account = _account(person_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _member_page(request, account.person, reason_form=form)
    by = queries.get_person(me_of(request))
    reset = actions.ask_reset(account=account, by=by, reason=form.cleaned_data["reason"], now=timezone.now())
    if reset.settled_at is None:
        messages.success(request, _("Noted. A second administrator now has to confirm it on this page."))
    else:
        messages.success(request, _("The second factor is gone. At the next sign-in a new one is set up."))
    return redirect("staff_member", person_id)


@allow(administrator)
@require_POST
def confirm_reset(request: HttpRequest, reset_id: int) -> HttpResponse:
    by = queries.get_person(me_of(request))
    account = queries.account_of_reset(reset_id)
    if account is None:
        raise Http404
    try:
        actions.confirm_reset(reset_id=reset_id, by=by, now=timezone.now())
        messages.success(request, _("The second factor is gone. At the next sign-in a new one is set up."))
    except actions.ResetRefused as refused:
        messages.error(request, refusal_words(refused.code))
    return redirect("staff_member", account.person_id)


@allow(administrator)
@require_http_methods(["GET", "POST"])
def agencies(request: HttpRequest) -> HttpResponse:
    """List the agencies in force, and found a new one."""
    today = timezone.localdate()
    form = AgencyForm(request.POST or None, initial={"valid_from": today})
    if request.method == "POST" and form.is_valid():
        if queries.agency_with_code(form.cleaned_data["code"]) is not None:
            form.add_error("code", _("There is an agency with this code already."))
        else:
            actions.found_agency(**form.cleaned_data)
            messages.success(request, _("The agency is entered."))
            return redirect("agencies_admin")
    context = {"agencies": queries.agencies(today), "form": form, "today": today}
    return render(request, "people/agencies.html", context, status=422 if form.errors else 200)


@allow(administrator)
@require_POST
def end_agency(request: HttpRequest, agency_id: int) -> HttpResponse:
    agency: Agency | None = queries.find_agency(agency_id)
    form = EndForm(request.POST)
    if agency is None or agency.valid_to is not None:
        raise Http404
    if form.is_valid() and form.cleaned_data["ends_on"] > agency.valid_from:
        actions.end_agency(agency=agency, valid_to=form.cleaned_data["ends_on"])
        messages.success(request, _("The agency ends on that day, and its clerks' postings with it."))
    else:
        messages.error(request, _("It has to end later than it begins."))
    return redirect("agencies_admin")


def _member(person_id: int) -> Person:
    person = queries.staff_member(person_id)
    if person is None:
        raise Http404
    return person


def _account(person_id: int) -> Account:
    account = queries.account_of(_member(person_id).pk)
    if account is None:
        raise Http404
    return account
