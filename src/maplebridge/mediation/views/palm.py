""" "In the palm": a mediator's day on a phone, each thing done with one tap."""

from django.contrib import messages as notes
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from maplebridge.kernel.text import id_in
from maplebridge.mediation import actions
from maplebridge.mediation.domain.audiences import Audience
from maplebridge.mediation.models import Dispute, Installment, Promise
from maplebridge.mediation.permissions import viewer_of
from maplebridge.mediation.queries.palm import day_of, revisits_due
from maplebridge.mediation.templatetags.mediation_words import refusal_words
from maplebridge.people.domain.roles import Role
from maplebridge.people.domain.standing import Standing
from maplebridge.people.permissions import allow, standing_of


def mediates(standing: Standing) -> bool:
    return standing.has(Role.MEDIATOR)


@allow(mediates)
def palm(request: HttpRequest) -> HttpResponse:
    """Show today: who comes, what is promised, whom to ask how it is, what was not paid."""
    response = _shown(request)
    response["Offline"] = "keep"
    return response


def _shown(request: HttpRequest, *, wrong: str = "") -> HttpResponse:
    """Show the day. A note that was not kept comes back with its words, so that they are not lost."""
    now = timezone.now()
    context = {
        "day": day_of(standing_of(request), now),
        "now": now,
        "wrong": wrong,
        "written": request.POST.get("text", "") if wrong else "",
        "chosen": request.POST.get("dispute", "") if wrong else "",
    }
    return render(request, "mediation/palm.html", context, status=422 if wrong else 200)


@allow(mediates)
@require_POST
def palm_promise(request: HttpRequest, promise_id: int) -> HttpResponse:
    """Note with one tap that a promise was kept."""
    standing = standing_of(request)
    made = Promise.objects.select_related("dispute").filter(pk=promise_id).first()
    if made is None or not viewer_of(standing, made.dispute).mediates:
        raise Http404
    try:
        actions.keep_promise(promise_id=promise_id, by=actions.By.of(standing), now=timezone.now())
        notes.success(request, _("Noted: kept."))
    except actions.NotAllowed as refused:
        notes.error(request, refusal_words(refused.code))
    return redirect("mediation_palm")


@allow(mediates)
@require_POST
def palm_part(request: HttpRequest, installment_id: int) -> HttpResponse:
    """Note with one tap that a part of what was agreed was paid or done."""
    standing = standing_of(request)
    part = Installment.objects.select_related("agreement__dispute").filter(pk=installment_id).first()
    if part is None or not viewer_of(standing, part.agreement.dispute).mediates:
        raise Http404
    try:
        actions.perform(installment_id=installment_id, by=actions.By.of(standing), now=timezone.now())
        notes.success(request, _("Noted: performed."))
    except actions.NotAllowed as refused:
        notes.error(request, refusal_words(refused.code))
    return redirect("mediation_palm")


@allow(mediates)
@require_POST
def palm_revisit(request: HttpRequest, revisit_id: int) -> HttpResponse:
    """Note with one tap what a revisit found."""
    standing, now = standing_of(request), timezone.now()
    if not revisits_due(standing, now).filter(pk=revisit_id).exists():
        raise Http404
    satisfied = request.POST.get("satisfied", "")
    try:
        actions.revisit(
            revisit_id=revisit_id,
            performed=request.POST.get("performed", ""),
            satisfied=int(satisfied) if satisfied.isdecimal() else None,
            words=request.POST.get("words", "").strip(),
            by=actions.By.of(standing),
            now=now,
        )
        notes.success(request, _("Noted. Thank you for asking."))
    except actions.NotAllowed as refused:
        notes.error(request, refusal_words(refused.code))
    return redirect("mediation_palm")


@allow(mediates)
@require_POST
def palm_note(request: HttpRequest) -> HttpResponse:
    """Keep a note on a dispute, for the mediators only; spoken into the phone's own keyboard, or typed."""
    standing = standing_of(request)
    dispute = Dispute.objects.filter(pk=id_in(request.POST.get("dispute")) or 0).first()
    if dispute is None or not viewer_of(standing, dispute).mediates:
        raise Http404
    try:
        actions.say(
            dispute_id=dispute.pk,
            text=request.POST.get("text", ""),
            audience=Audience.MEDIATORS,
            by=actions.By.of(standing),
            now=timezone.now(),
        )
        notes.success(request, _("Kept. Only the mediators read it."))
    except actions.NotAllowed as refused:
        return _shown(request, wrong=refusal_words(refused.code))
    return redirect("mediation_palm")
