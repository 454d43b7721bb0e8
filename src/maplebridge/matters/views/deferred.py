"""The list of what cannot be done now (挂账), of the whole town or of one's own ground, soonest review first."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date

from maplebridge.kernel.text import id_in
from maplebridge.matters import queries
from maplebridge.matters.views.oversight import address, filters_of, oversees, scope_of
from maplebridge.people.domain.roles import Role
from maplebridge.people.domain.standing import Standing
from maplebridge.people.permissions import allow, standing_of

SHOWN = 30


def puts_off(standing: Standing) -> bool:
    """Whoever may put a matter off, or oversees those who do."""
    return oversees(standing) or standing.is_field or standing.has(Role.SORTING_OFFICER, Role.CONFIDENTIAL)


@allow(puts_off)
def deferred(request: HttpRequest) -> HttpResponse:
    """Show what waits for better days, why, who has it, and when it is looked at again."""
    standing, now = standing_of(request), timezone.now()
    # What is confidential is kept from all but its few by `visible_to`, which shows it to its owner.
    scope = scope_of(request.GET, standing, confidential=True)
    rows = queries.deferred(standing, scope, now, after=_after(request.GET), most=SHOWN)
    context = {
        "now": now,
        "today": queries.local_day(now),
        "rows": rows,
        "count": queries.deferred_count(standing, scope),
        "filters": filters_of(request.GET) if oversees(standing) else [],
        "back": "oversight" if oversees(standing) else "today",
        "more": _more(request, rows),
    }
    return render(request, "matters/deferred.html", context)


def _after(asked: Any) -> tuple[date, int] | None:
    """Return after which row the page goes on; what cannot be read begins at the top."""
    try:
        day = parse_date(asked.get("after", ""))
    except ValueError:
        return None
    last = id_in(asked.get("last"))
    return (day, last) if day is not None and last is not None else None


def _more(request: HttpRequest, rows: list[queries.Deferred]) -> str:
    if len(rows) < SHOWN:
        return ""
    last = rows[-1]
    return address(request, after=last.review_on.isoformat(), last=str(last.row.matter.pk))
