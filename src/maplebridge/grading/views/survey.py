"""The survey as residents and interviewers meet it. Who answered what is not kept: see `actions.surveying`."""

from collections.abc import Callable
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maplebridge.grading import actions, queries
from maplebridge.grading.actions import SurveyRefused
from maplebridge.grading.forms import LinkForm, SurveyForm
from maplebridge.grading.models import Area, SurveyRound
from maplebridge.grading.permissions import rings_residents
from maplebridge.people import queries as people
from maplebridge.people.permissions import allow, anybody, me_of, signed_in
from maplebridge.platform.audit import acting

MOST_LISTED = 100

REFUSED = {
    "not_open": gettext_lazy("The survey of this month is not open. It opens again next month."),
    "already_answered": gettext_lazy("You have answered this month already. Thank you: once is enough."),
    "unknown_link": gettext_lazy("We do not know this code. Please compare it with the message."),
    "no_such_area": gettext_lazy("Your home belongs to no area that is surveyed."),
    "asked_too_often": gettext_lazy("This resident was rung three times. Nobody rings again this month."),
    "has_refused": gettext_lazy("This resident does not want to be asked. Nobody rings again this month."),
}


@allow(signed_in)
@never_cache
@require_http_methods(["GET", "POST"])
def survey(request: HttpRequest) -> HttpResponse:
    """Ask a signed-in resident about the area of their home."""
    now, person_id = timezone.now(), me_of(request)
    one = queries.open_round(now)
    form = SurveyForm(request.POST or None, initial=_known_of(person_id))
    if request.method == "POST" and form.is_valid() and one is not None:
        return _recorded(
            request,
            form,
            lambda: actions.answer_as_resident(
                round_id=one.pk, person_id=person_id, marks=form.marks(), now=now
            ),
        )
    answered = one is not None and queries.has_answered(one, person_id)
    return _page(request, form, one, now, answered=answered)


@allow(signed_in)
@never_cache
@require_http_methods(["GET", "POST"])
def survey_at(request: HttpRequest, code: str) -> HttpResponse:
    """Ask whoever scanned the code at a post about the area of that post."""
    now, person_id = timezone.now(), me_of(request)
    area = queries.area_with_code(code)
    if area is None:
        raise Http404
    one = queries.open_round(now)
    form = SurveyForm(request.POST or None, initial=_known_of(person_id))
    if request.method == "POST" and form.is_valid() and one is not None:
        return _recorded(
            request,
            form,
            lambda: actions.answer_at_post(
                round_id=one.pk, area_id=area.pk, person_id=person_id, marks=form.marks(), now=now
            ),
        )
    answered = one is not None and queries.has_answered(one, person_id)
    return _page(request, form, one, now, answered=answered, area=area)


@allow(anybody)
@never_cache
@require_http_methods(["GET", "POST"])
def survey_by_link(request: HttpRequest) -> HttpResponse:
    """Ask whoever got a text message. The code stands behind the # of the link, so that no log holds it."""
    now = timezone.now()
    form = LinkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _recorded(
            request,
            form,
            lambda: actions.answer_by_link(link=form.cleaned_data["link"], marks=form.marks(), now=now),
        )
    return _page(request, form, queries.open_round(now), now, answered=False)


def _known_of(person_id: int) -> dict[str, str]:
    """Return what somebody has told about themselves, so that nobody is asked twice."""
    return {"age_band": people.ages_of([person_id]).get(person_id, "")}


def _recorded(request: HttpRequest, form: SurveyForm, record: Callable[[], object]) -> HttpResponse:
    try:
        with acting(None, "survey"):  # the record of changes does not say who answered
            record()
    except SurveyRefused as refused:
        form.add_error(None, REFUSED[refused.code])
        now = timezone.now()
        return _page(request, form, queries.open_round(now), now, answered=False)
    return redirect("survey_thanks")


def _page(
    request: HttpRequest,
    form: SurveyForm,
    one: SurveyRound | None,
    now: datetime,
    *,
    answered: bool,
    area: Area | None = None,
) -> HttpResponse:
    context = {"now": now, "form": form, "round": one, "answered": answered, "area": area}
    return render(request, "grading/survey.html", context, status=422 if form.errors else 200)


@allow(anybody)
@require_GET
def survey_thanks(request: HttpRequest) -> HttpResponse:
    return render(request, "grading/survey_thanks.html", {"now": timezone.now()})


@allow(rings_residents)
@never_cache
@require_GET
def interviews(request: HttpRequest) -> HttpResponse:
    """Show the interviewer whom to ring next, and how many answers each area still needs."""
    now = timezone.now()
    one = queries.open_round(now)
    context = {
        "now": now,
        "round": one,
        "next": queries.next_interview(one) if one else None,
        "left": queries.left_to_ring(one)[:MOST_LISTED] if one else [],
        "progress": queries.answers_by_area(one) if one else [],
    }
    return render(request, "grading/interviews.html", context)


@allow(rings_residents)
@never_cache
@require_http_methods(["GET", "POST"])
def interview(request: HttpRequest, invitation_id: int) -> HttpResponse:
    """Show the number to ring and the questions to read out; record what the resident says."""
    now, me = timezone.now(), me_of(request)
    invitation = queries.get_invitation(invitation_id)
    if invitation is None:
        raise Http404
    form = SurveyForm(request.POST or None)
    try:
        if request.method == "POST" and form.is_valid():
            actions.answer_on_phone(invitation_id=invitation_id, marks=form.marks(), now=now)
            return redirect("interviews")
        phone = actions.phone_of(invitation_id=invitation_id, by_id=me, now=now)
    except SurveyRefused as refused:
        form.add_error(None, REFUSED[refused.code])
        phone = ""
    context = {"now": now, "form": form, "invitation": invitation, "phone": phone}
    return render(request, "grading/interview.html", context, status=422 if form.errors else 200)


@allow(rings_residents)
@require_POST
def note_call(request: HttpRequest, invitation_id: int) -> HttpResponse:
    """Note that nobody answered, or that the resident does not want to be asked."""
    try:
        actions.note_call(
            invitation_id=invitation_id,
            refused=request.POST.get("refused") == "yes",
            now=timezone.now(),
        )
    except SurveyRefused:
        raise Http404 from None
    return redirect("interviews")
