"""What if: a month graded by other weights, borders or windows, to see what would move. Nothing is kept."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from maplebridge.grading import queries
from maplebridge.grading.domain.areas import AreaKind
from maplebridge.grading.domain.method import Method
from maplebridge.grading.forms import RulesForm
from maplebridge.grading.models import GradingMonth
from maplebridge.grading.permissions import grades
from maplebridge.grading.templatetags.grades import indicator_names_here
from maplebridge.people.permissions import allow

KINDS = (AreaKind.STATION, AreaKind.SUBDISTRICT, AreaKind.BEAT)
AT_ONCE = 600  # areas that are computed while the page is asked for; more come after it
AREAS_A_SECOND = 400  # measured on two cores, both methods and their weightings


@allow(grades)
@never_cache
@require_GET
def what_if(request: HttpRequest) -> HttpResponse:
    """Show the rules of a month as numbers one can turn, and what would move."""
    months = [one for kind in KINDS for one in queries.gradable_months(kind)]
    one = next((each for each in months if str(each.pk) == request.GET.get("month")), None)
    one = one or next(iter(months), None)
    context: dict[str, Any] = {"now": timezone.now(), "months": months, "one": one}
    if one is None:
        return render(request, "grading/what_if.html", context)
    given = request.GET if "score0" in request.GET else None
    form = RulesForm(given, base=queries.method_of(one), names=indicator_names_here())
    context["form"] = form
    valid = given is not None and form.is_valid()
    later = valid and queries.size_of(one) > AT_ONCE and request.GET.get("part") != "result"
    if later:
        context |= {
            "later_url": f"{request.path}?{request.GET.urlencode()}&part=result",
            "seconds": max(2, queries.size_of(one) // AREAS_A_SECOND),
            "areas": queries.size_of(one),
        }
    elif valid:
        context |= moves(one, form.rules)
    part = request.GET.get("part") == "result" and valid
    template = "grading/moves.html" if part else "grading/what_if.html"
    return render(request, template, context, status=422 if form.errors else 200)


def moves(one: GradingMonth, other: Method) -> dict[str, Any]:
    """Return what the list and the map of what would move are filled with."""
    found = queries.compared(one, other)
    return {
        "one": one,
        "comparison": found,
        "moved": found.moved,
        "stayed": found.stayed,
        "colors_by_code": json.dumps(found.colors()),
    }
