"""Signing by hand on the tablet in the room: what was agreed in large type, a field to sign in, one after another."""

from dataclasses import dataclass

from django.contrib import messages as notes
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from maplebridge.mediation import actions, queries
from maplebridge.mediation.actions.signatures import sign_by_hand
from maplebridge.mediation.models import Agreement, Dispute
from maplebridge.mediation.permissions import viewer_of
from maplebridge.mediation.templatetags.mediation_words import refusal_words, side_name
from maplebridge.people.domain.standing import Standing
from maplebridge.people.permissions import allow, standing_of
from maplebridge.people.permissions import staff as is_staff


@dataclass(frozen=True, slots=True)
class Signer:
    """Somebody whose hand an agreement waits for, under the name by which the address knows them."""

    kind: str  # party or mediator
    id: int
    name: str


@allow(is_staff)
def signing(request: HttpRequest, dispute_id: int) -> HttpResponse:
    """Show what was agreed, and who still signs."""
    dispute, agreement = _agreement(standing_of(request), dispute_id)
    context = _shown(dispute, agreement) | {"signers": signers_of(agreement)}
    return render(request, "mediation/signing.html", context)


@allow(is_staff)
@require_http_methods(["GET", "POST"])
def sign_here(request: HttpRequest, dispute_id: int, kind: str, signer_id: int) -> HttpResponse:
    """Let one person sign by hand. What cannot be read as a signature is asked for again."""
    standing = standing_of(request)
    dispute, agreement = _agreement(standing, dispute_id)
    signer = next((one for one in signers_of(agreement) if (one.kind, one.id) == (kind, signer_id)), None)
    if signer is None:
        raise Http404
    wrong = ""
    if request.method == "POST":
        try:
            sign_by_hand(
                agreement_id=agreement.pk,
                drawing=request.POST.get("drawing", ""),
                party_id=signer.id if kind == "party" else None,
                mediator_id=signer.id if kind == "mediator" else None,
                by=actions.By.of(standing),
                now=timezone.now(),
            )
        except actions.NotAllowed as refused:
            wrong = refusal_words(refused.code)
        else:
            return _next(request, dispute, agreement)
    context = _shown(dispute, agreement) | {"signer": signer, "wrong": wrong}
    return render(request, "mediation/sign_here.html", context, status=422 if wrong else 200)


def _next(request: HttpRequest, dispute: Dispute, agreement: Agreement) -> HttpResponse:
    if queries.unsigned(agreement).nobody:
        notes.success(request, _("All have signed. The agreement binds from now on."))
        return redirect("dispute", dispute.pk)
    return redirect("mediation_signing", dispute.pk)


def _agreement(standing: Standing, dispute_id: int) -> tuple[Dispute, Agreement]:
    dispute = Dispute.objects.filter(pk=dispute_id).first()
    if dispute is None or not viewer_of(standing, dispute).mediates:
        raise Http404
    agreement = queries.agreement_of(dispute_id)
    if agreement is None or agreement.effective_at is not None:
        raise Http404
    return dispute, agreement


def signers_of(agreement: Agreement) -> list[Signer]:
    """Return who still signs by hand: parties masked, as the tablet passes from hand to hand; then the mediator."""
    waits = queries.unsigned(agreement)
    parties = queries.masked_parties(agreement.dispute_id, timezone.now())
    numbers = {one.pk: one.number for one in queries.sides_of(agreement.dispute_id)}
    found = [
        Signer("party", one.id, f"{side_name(numbers[one.side_id])} {one.name}")
        for one in parties
        if one.id in waits.parties
    ]
    lead = queries.lead_of(agreement.dispute_id)
    if waits.mediator and lead is not None:
        found.append(Signer("mediator", lead.mediator_id, lead.mediator.person.nickname))
    return found


def _shown(dispute: Dispute, agreement: Agreement) -> dict[str, object]:
    return {
        "dispute": dispute,
        "number": queries.file_number(dispute, queries.local_day(timezone.now())),
        "agreement": agreement,
        "installments": queries.installments_of(agreement.pk),
        "on_screen": queries.electronic_signature_allowed(dispute),
    }
