"""What if: a month graded by other weights, borders or windows, to see what would move. Nothing is kept."""

import json
from time import monotonic
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from maplebridge.grading import queries
from maplebridge.grading.domain.areas import AreaKind
from maplebridge.grading.domain.method import Method
from maplebridge.grading.forms import RulesForm
from maplebridge.grading.models import GradingMonth
from maplebridge.grading.permissions import grades
from maplebridge.grading.templatetags.grades import indicator_names_here
from maplebridge.people.domain.standing import Standing
from maplebridge.people.permissions import allow, me_of
from maplebridge.platform import live

KINDS = (AreaKind.STATION, AreaKind.SUBDISTRICT, AreaKind.BEAT)
AT_ONCE = 600  # areas that are computed while the page is asked for; more come after it
TOLD_EVERY_S = 0.4
TOPIC = "what_if"
STEPS = tuple(queries.Step)
SCALE = 10_000_000  # step, done and total travel as one number
WORDS = {
    queries.Step.OWN: gettext_lazy("Step 1 of 4: the colors by the month's own method"),
    queries.Step.OTHER: gettext_lazy("Step 2 of 4: the colors by the other method"),
    queries.Step.OWN_WEIGHTINGS: gettext_lazy("Step 3 of 4: a thousand weightings of its own method"),
    queries.Step.OTHER_WEIGHTINGS: gettext_lazy("Step 4 of 4: a thousand weightings of the other method"),
}


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
    part = request.GET.get("part") == "result" and valid
    if valid:
        context |= moves(one, form.rules, me_of(request), after_the_page=part)
    if "progress" in context:
        context["later_url"] = f"{request.path}?{request.GET.urlencode()}&part=result"
    template = "grading/moves.html" if part else "grading/what_if.html"
    return render(request, template, context, status=422 if form.errors else 200)


def moves(one: GradingMonth, other: Method, person_id: int, *, after_the_page: bool) -> dict[str, Any]:
    """Return what the list and the map of what would move are filled with; of many areas, their progress first.

    The page then asks once more, after it is there, and whoever looks at it is told how many areas are done.
    """
    areas = queries.size_of(one)
    if areas > AT_ONCE and not after_the_page:
        return {"one": one, "topic": f"{TOPIC}:{person_id}", "progress": _progress(STEPS[0], 0, areas)}
    found = queries.compared(one, other, teller(person_id))
    return {
        "one": one,
        "comparison": found,
        "moved": found.moved,
        "stayed": found.stayed,
        "colors_by_code": json.dumps(found.colors()),
    }


def teller(person_id: int) -> queries.TellStep:
    """Return what tells a person's open page how many areas are done, a few times a second."""
    told_at = monotonic()

    def tell(step: queries.Step, done: int, total: int) -> None:
        nonlocal told_at
        if (now := monotonic()) - told_at >= TOLD_EVERY_S:
            told_at = now
            live.tell(f"{TOPIC}:{person_id}", TOPIC, (STEPS.index(step) * SCALE + done) * SCALE + total)

    return tell


@live.allows(TOPIC)
def may_follow(standing: Standing, person_id: int) -> bool:
    return standing.person_id == person_id


@live.renders(TOPIC)
def progress_html(id: int, audience: live.Audience) -> str:
    rest, total = divmod(id, SCALE)
    step, done = divmod(rest, SCALE)
    return render_to_string(
        "grading/what_if_progress.html", {"progress": _progress(STEPS[step], done, total)}
    )


def _progress(step: queries.Step, done: int, total: int) -> dict[str, Any]:
    return {"label": WORDS[step], "done": done, "total": total}
