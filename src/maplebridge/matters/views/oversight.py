"""The oversight board: what is late or waits for a decision, the longest first, until it is not."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from maplebridge.kernel.periods import Month
from maplebridge.kernel.text import id_in
from maplebridge.matters import actions, queries
from maplebridge.matters.domain.rates import Counts, Rate
from maplebridge.matters.permissions import may_oversee, visible_to
from maplebridge.matters.queries import Case, Concern, Scope
from maplebridge.matters.templatetags.matter_words import category_name, refusal_words
from maplebridge.people import queries as people
from maplebridge.people.domain.roles import Role
from maplebridge.people.domain.standing import Standing
from maplebridge.people.permissions import allow, standing_of
from maplebridge.places import queries as places
from maplebridge.platform.wording import span_in_words

CONCERNS = {
    Concern.NOT_ANSWERED: gettext_lazy("Nobody answered in time"),
    Concern.OVERDUE: gettext_lazy("Past the deadline"),
    Concern.LADDER_ENDED: gettext_lazy("Nobody on the ladder answered"),
    Concern.RETURNED: gettext_lazy("Returned twice"),
    Concern.NOT_SOLVED: gettext_lazy("Not solved, says the resident"),
    Concern.AGENCY_SILENT: gettext_lazy("Agency has not answered"),
    Concern.AGENCY_LATE: gettext_lazy("Agency is late"),
    Concern.ORDER: gettext_lazy("Supervision orders"),
    Concern.CONSULTATION: gettext_lazy("Joint consultations"),
    Concern.PROMISE: gettext_lazy("Promises not kept"),
    Concern.EXTENSION: gettext_lazy("More time asked for"),
    Concern.CALL_BACK: gettext_lazy("Call-backs"),
    Concern.CHASE: gettext_lazy("Chased"),
}
# What a supervisor does about it, as the deed on the matter's page; everything else is chased.
DECIDED_BY = {
    Concern.LADDER_ENDED: ("assign_owner", gettext_lazy("Decide who")),
    Concern.RETURNED: ("assign_owner", gettext_lazy("Decide who")),
    Concern.NOT_SOLVED: ("assign_owner", gettext_lazy("Decide who")),
}
SHOWN = 30  # at once; what is late longest is what one looks at
RATES = ("response", "resolution", "satisfaction")


def oversees(standing: Standing) -> bool:
    return standing.has(Role.SUPERVISOR, Role.COMMAND)


@allow(oversees)
def oversight(request: HttpRequest) -> HttpResponse:
    """Show the counts, the list, and the three rates of the month."""
    standing, now = standing_of(request), timezone.now()
    scope = scope_of(request.GET, standing)
    only = next((one for one in Concern if one == request.GET.get("only")), None)
    after = _row_after(request.GET.get("after", ""))
    cases, goes_on = queries.board_page(scope, now, only=only, after=after, most=SHOWN)
    counts = queries.counts_lately(scope, now)
    wall = request.GET.get("wall") == "1"
    context = {
        "now": now,
        "base": "base_wall.html" if wall else "base.html",
        "wall": wall,
        "cases": [(one, _why(one), _waits(one, now), _act(one, standing)) for one in cases],
        "counts": [(one, CONCERNS[one], counts[one], address(request, only=one)) for one in Concern],
        "all_url": address(request, only=""),
        "only": only,
        "only_words": CONCERNS[only] if only else "",
        "waiting": queries.waiting_now(scope),
        "put_off": queries.deferred_count(standing, scope),
        "put_off_query": _narrowed(request.GET),
        "filters": filters_of(request.GET),
        "emergencies": queries.emergencies(scope, now, asked=standing.person_id),
        "rates": _rates(now),
        "older": address(request, after=_mark_of(cases[-1])) if cases and goes_on else "",
        "wall_url": address(request, wall="" if wall else "1"),
        "may_chase": standing.has(Role.SUPERVISOR),
    }
    return render(request, "matters/oversight.html", context)


def _mark_of(case: Case) -> str:
    """Return where the board goes on after a row, as it stands in the address."""
    return f"{case.since.isoformat()}_{case.row.matter.pk}"


def _row_after(mark: str) -> tuple[datetime, int] | None:
    moment, _sep, number = mark.partition("_")
    try:
        found = parse_datetime(moment)
    except ValueError:
        return None
    if found is None or timezone.is_naive(found):
        return None
    return found, id_in(number) or 0


@allow(oversees)
def emergencies(request: HttpRequest) -> HttpResponse:
    """Return the emergencies alone, for the part of the page that is always fresh."""
    standing, now = standing_of(request), timezone.now()
    found = queries.emergencies(scope_of(request.GET, standing), now, asked=standing.person_id)
    return render(request, "matters/oversight_emergencies.html", {"now": now, "emergencies": found})


@allow(oversees)
@require_POST
def chase(request: HttpRequest, matter_id: int) -> HttpResponse:
    """Remind whoever has a matter, with one tap."""
    standing = standing_of(request)
    matter = visible_to(standing).filter(pk=matter_id).first()
    if matter is None or not may_oversee(standing, matter):
        raise Http404
    try:
        by = actions.By(standing.person_id, Role.SUPERVISOR.value)
        words = _("Please say today what is being done, and until when.")
        actions.chase(matter_id=matter.pk, words=words, by=by, now=timezone.now())
        messages.success(request, _("#%(number)s: reminded, on the record.") % {"number": matter.pk})
    except actions.NotAllowed as refused:
        messages.error(request, refusal_words(refused.code))
    return redirect("oversight")


# What has a deadline of its own; anything else waits for a person, and is not late.
WITH_DEADLINE = frozenset(
    {
        Concern.NOT_ANSWERED,
        Concern.OVERDUE,
        Concern.AGENCY_SILENT,
        Concern.AGENCY_LATE,
        Concern.ORDER,
        Concern.CONSULTATION,
        Concern.PROMISE,
    }
)


def _waits(case: Case, now: datetime) -> str:
    """Return for how long somebody's decision or call has been waited for; of what is late, nothing."""
    if not WITH_DEADLINE.isdisjoint(case.concerns):
        return ""
    if case.since > now:
        return _("to be done")
    return _("waiting %(span)s") % {"span": span_in_words(now - case.since)}


def scope_of(asked: Any, standing: Standing, *, confidential: bool = False) -> Scope:
    """Return what the filters ask for; what is confidential only for those who hold that role too.

    `confidential`: the caller sees to that.
    """
    grid_id = id_in(asked.get("grid"))
    return Scope(
        confidential=confidential or standing.has(Role.CONFIDENTIAL),
        grid_id=grid_id if grid_id in places.grids() else None,
        agency_id=id_in(asked.get("agency")),
        category_ids=queries.categories_under(asked["category"]) if asked.get("category") else (),
    )


def filters_of(asked: Any) -> list[dict[str, Any]]:
    today = queries.local_day(timezone.now())
    areas = sorted(
        (one for one in places.grids().values() if one.level in (3, 4)),
        key=lambda one: (-one.level, one.code),
    )
    agencies = people.agencies(today).values_list("pk", "name")
    return [
        _filter(asked, "grid", _("Town or community"), [(one.id, one.name) for one in areas]),
        _filter(asked, "agency", _("Agency"), list(agencies)),
        _filter(
            asked, "category", _("Category"), [(one.code, category_name(one)) for one in queries.branches()]
        ),
    ]


def _filter(asked: Any, name: str, label: str, choices: list[tuple[Any, Any]]) -> dict[str, Any]:
    options = [(str(value), str(words)) for value, words in choices]
    return {"name": name, "label": label, "choices": options, "chosen": asked.get(name, "")}


def _why(case: queries.Case) -> str:
    return _(", ").join(str(CONCERNS[one]) for one in case.concerns)


def _act(case: queries.Case, standing: Standing) -> tuple[str, Any] | None:
    """Return the deed that settles the gravest concern of a case, if it is more than a reminder."""
    if not standing.has(Role.SUPERVISOR) or not case.row.matter.is_open:
        return None
    return next((DECIDED_BY[one] for one in case.concerns if one in DECIDED_BY), None)


def address(request: HttpRequest, **changed: str) -> str:
    """Return this page with some of its filters changed; a change of filters begins at the top."""
    kept = {name: value for name, value in request.GET.items() if name not in ("after", "last")}
    asked = {name: value for name, value in (kept | changed).items() if value}
    return f"?{urlencode(asked)}"


NARROWED_BY = ("grid", "agency", "category")


def _narrowed(asked: Any) -> str:
    """Return the filters alone, for a list that has the same."""
    return urlencode({name: asked[name] for name in NARROWED_BY if asked.get(name)})


def _rates(now: datetime) -> list[dict[str, Any]]:
    """Return the rates of this month beside those of the last one."""
    month = Month.of(queries.local_day(now))
    totals = queries.month_totals([month.first, (month - 1).first])
    this, last = totals.get(month.first, Counts()), totals.get((month - 1).first, Counts())
    return [_rate(name, getattr(this, name), getattr(last, name)) for name in RATES]


def _rate(name: str, this: Rate, last: Rate) -> dict[str, Any]:
    return {"label": RATE_WORDS[name], "rate": this, "change": this.change_from(last)}


RATE_WORDS = {
    "response": gettext_lazy("Answered in time"),
    "resolution": gettext_lazy("Solved"),
    "satisfaction": gettext_lazy("Satisfied"),
}
