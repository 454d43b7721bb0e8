"""What a dispute is likely about, proposed while somebody writes it down in plain words. A person decides."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from maplebridge.mediation import forms
from maplebridge.mediation.data import dispute_types
from maplebridge.mediation.data.accounts import proposer
from maplebridge.mediation.domain.proposing import NothingToRead
from maplebridge.mediation.permissions import finds
from maplebridge.mediation.templatetags.mediation_words import type_name
from maplebridge.people.permissions import allow

LEAST = 0.01  # what is less likely is not worth a word


@allow(finds)
@never_cache
@require_POST
def proposal(request: HttpRequest) -> HttpResponse:
    """Say what it reads like and why; where no type is chosen yet, the likeliest is filled in."""
    try:
        proposed = proposer().propose(request.POST.get("summary", ""))
    except NothingToRead:
        return HttpResponse()
    codes = {one.name_zh: code for code, one in dispute_types().items()}
    context = {
        "likely": " · ".join(
            _guess(codes[one.type], one.probability) for one in proposed.types if one.probability >= LEAST
        ),
        "proposed": proposed,
        "why": proposed.why,
        "field": None if request.POST.get("type") else _type_of(codes[proposed.types[0].type]),
    }
    return render(request, "mediation/_proposal.html", context)


def _guess(code: str, probability: float) -> str:
    return f"{type_name(code)} {round(100 * probability)} %"


def _type_of(code: str) -> object:
    """Return the field of the form with a type chosen, to take the place of the empty one."""
    field = forms.choice(_("Type"), forms.type_choices())
    field.widget.attrs["hx-swap-oob"] = "true"
    return forms.form_class({"type": field})(initial={"type": code})["type"]
