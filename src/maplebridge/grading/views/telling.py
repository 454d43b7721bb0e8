"""From what grading knows to what residents are told: the draft of an advisory, the message about a map."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from maplebridge.advisories.templatetags.advisory_words import refused_words
from maplebridge.conversations.domain.broadcasting import BroadcastRefused
from maplebridge.grading import queries
from maplebridge.grading.actions import telling
from maplebridge.grading.permissions import decides_on_warnings, grades
from maplebridge.grading.queries import warnings
from maplebridge.people.permissions import allow, me_of


@allow(decides_on_warnings)
@require_POST
def warning_advisory(request: HttpRequest, warning_id: int) -> HttpResponse:
    """Lead to the draft for residents; where nothing fits, to writing one."""
    if warnings.get_warning(warning_id) is None:
        raise Http404
    made = telling.draft_advisory(warning_id=warning_id, now=timezone.now(), of_any_subject=True)
    if made is None:
        messages.info(
            request, _("Nobody knows on which ground this warning lies. Please choose it yourself.")
        )
        return redirect("new_advisory")
    return redirect("advisory", made.pk)


@allow(grades)
@require_POST
def tell(request: HttpRequest, month_id: int) -> HttpResponse:
    """Draft the message about the edition of a month, and lead to its release."""
    month: Any = queries.get_month(month_id)
    edition = month.editions.order_by("-number").first() if month else None
    if edition is None:
        raise Http404
    try:
        made = telling.tell_edition(
            number=edition.number,
            link=reverse("safety_edition", args=[edition.number]),
            by_id=me_of(request),
            now=timezone.now(),
        )
    except BroadcastRefused as refused:
        messages.error(request, refused_words(refused.code))
        return redirect("grading_month", month_id)
    return redirect("advisory", made.pk)
