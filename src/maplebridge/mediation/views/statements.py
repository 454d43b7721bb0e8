"""The yearly statement of what somebody was paid for mediation, on paper: for them, and for those who run the fund."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from maplebridge.mediation.domain.rewards import Reason
from maplebridge.mediation.permissions import administers
from maplebridge.mediation.queries import file_number, local_day
from maplebridge.mediation.queries import rewards as queries
from maplebridge.mediation.views.papers import PDF, cannot_print, file_response
from maplebridge.mediation.views.rewards import TREASURY_REASONS
from maplebridge.people import queries as people
from maplebridge.people.permissions import allow, me_of, staff, standing_of
from maplebridge.platform import documents
from maplebridge.platform.documents import DocumentsUnavailable, GlyphsMissing


@allow(staff)
@never_cache
@require_GET
def rewards_statement(request: HttpRequest, person_id: int) -> HttpResponse:
    """Give out one person's year as PDF, printed in Chinese as the treasury's file is."""
    own = person_id == me_of(request)
    if not (own or administers(standing_of(request))):
        raise Http404
    years = {str(one): one for one in queries.years_of_statements(person_id)}
    if (year := years.get(request.GET.get("year", ""))) is None:
        raise Http404
    person, now, entries = people.get_person(person_id), timezone.now(), queries.statement(person_id, year)
    lines = [
        {
            "number": one.pk,
            "on": local_day(one.at),
            "reason": TREASURY_REASONS[Reason(one.reason)],
            "file": file_number(one.dispute, local_day(one.at)) if one.dispute else "",
            "words": one.words,
            "cents": -one.cents,
        }
        for one in entries
    ]
    title = f"{year}年度人民调解奖励结算单"
    context = {
        "title": title,
        "town": settings.TOWN_NAME,
        "person": person,
        "lines": lines,
        "total": queries.sum_of(entries),
        "on": local_day(now),
    }
    try:
        data = documents.pdf("mediation/forms/rewards_year.html", context, title=title, now=now)
    except (DocumentsUnavailable, GlyphsMissing) as problem:
        messages.error(request, cannot_print(problem))
        return redirect("mediation_my_rewards" if own else "mediation_rewards")
    return file_response(data, f"{title}-{person}.pdf", PDF)
