"""The list of disputes, with its search, and the form in which one is written down."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from maplebridge.conversations import queries as conversations
from maplebridge.conversations.actions import RESIDENT
from maplebridge.kernel.text import id_in
from maplebridge.matters import permissions as matter_permissions
from maplebridge.matters import queries as matter_queries
from maplebridge.matters.actions import NotAllowed as MatterRefused
from maplebridge.mediation import actions, forms, queries
from maplebridge.mediation.domain.workflow import OPEN, SETTLED, Source, State
from maplebridge.mediation.models import SweepResult
from maplebridge.mediation.permissions import administers, finds, opens_desk, reads_figures, visible_to
from maplebridge.mediation.templatetags import mediation_words as words
from maplebridge.mediation.views.intake_deeds import grid_choices
from maplebridge.people.domain.roles import Role
from maplebridge.people.domain.standing import Standing
from maplebridge.people.permissions import allow, standing_of
from maplebridge.places import queries as places

GROUPS = {
    "open": tuple(sorted(OPEN)),
    "settled": tuple(sorted(SETTLED)),
    "ended": tuple(sorted(set(State) - OPEN - SETTLED)),
}


@allow(opens_desk)
@never_cache
@require_GET
def disputes(request: HttpRequest) -> HttpResponse:
    """List the disputes that somebody may see, newest first, page by page."""
    standing, now = standing_of(request), timezone.now()
    given = request.GET
    wanted = _wanted(given, standing)
    ids = queries.newest(standing, wanted, before=id_in(given.get("before")))
    more = {name: value for name, value in given.items() if name != "before" and value}
    context = {
        "now": now,
        "rows": queries.rows_by_id(ids, now),
        "q": wanted.words,
        "filters": _filters(given, standing),
        "narrowed": bool(more),
        "next_url": f"?{urlencode({**more, 'before': ids[-1]})}" if len(ids) == queries.PAGE else None,
        "may_find": finds(standing),
        "reads_figures": reads_figures(standing),
        "rewards": administers(standing),
        "is_mediator": standing.has(Role.MEDIATOR),
    }
    return render(request, "mediation/disputes.html", context)


def _wanted(given: Any, standing: Standing) -> queries.Wanted:
    state = given.get("state", "")
    return queries.Wanted(
        words=given.get("q", "")[:100],
        states=GROUPS.get(state, (state,) if state in words.STATES else ()),
        type=_known(given.get("type", ""), dict(forms.type_choices())),
        tier=_known(given.get("tier", ""), words.TIERS),
        risk=_known(given.get("risk", ""), words.RISKS),
        mediator_person_id=standing.person_id if given.get("whose") == "mine" else None,
    )


def _known(value: str, among: Any) -> str:
    return value if value in among else ""


def _filters(given: Any, standing: Standing) -> list[dict[str, Any]]:
    grouped = [
        ("open", pgettext("dispute", "open")),
        ("settled", _("with an agreement")),
        ("ended", _("without an agreement")),
    ]
    shown = [
        ("state", _("State"), [*grouped, *words.STATES.items()]),
        ("type", _("Type"), forms.type_choices()),
        ("tier", _("Tier"), list(words.TIERS.items())),
        ("risk", _("Risk"), list(words.RISKS.items())),
    ]
    if standing.has(Role.MEDIATOR):
        shown.insert(0, ("whose", _("Whose"), [("mine", _("in my hands"))]))
    return [
        {"name": name, "label": label, "choices": choices, "chosen": given.get(name, "")}
        for name, label, choices in shown
    ]


@allow(finds)
@require_http_methods(["GET", "POST"])
def dispute_new(request: HttpRequest) -> HttpResponse:
    """Write down a dispute: of one's own ground, or of a `?matter=`, of a group's `?message=`, on a `?swept=` round."""
    standing = standing_of(request)
    source = _source_of(request, standing)
    if source.known is not None:
        return _known_before(request, source.known, source.matter.pk)
    fields = forms.found_fields(grid_choices(None, standing))
    if source.name:
        del fields["source"], fields["source_number"]
    form_class = forms.form_class(fields)
    form = form_class(request.POST) if request.method == "POST" else form_class(initial=source.start)
    if form.is_bound and form.is_valid():
        try:
            found = _find(form.cleaned_data, source, standing)
        except (actions.NotAllowed, MatterRefused) as refusal:
            form.add_error(None, words.refusal_words(refusal.code))
        else:
            return _go_on(request, found)
    context = {"form": form, "source": source, "now": timezone.now()}
    return render(request, "mediation/dispute_new.html", context, status=422 if form.is_bound else 200)


class _Source:
    """Out of what a dispute is found, beside what somebody tells."""

    def __init__(self) -> None:
        self.name: str = ""
        self.matter: Any = None
        self.message: Any = None
        self.swept: SweepResult | None = None
        self.known: int | None = None
        self.start: dict[str, Any] = {}


def _source_of(request: HttpRequest, standing: Standing) -> _Source:
    source = _Source()
    matter, swept = id_in(request.GET.get("matter")), id_in(request.GET.get("swept"))
    if message := id_in(request.GET.get("message")):
        source.message = _message_read(standing, message)
        raised = matter_queries.matter_of_message(source.message.pk)
        matter = raised.pk if raised is not None else None
        source.name = Source.GROUP
        source.start = {"summary": source.message.text, "grid": _grid_start(source.message.thread.grid_id)}
    if matter is not None:
        source.matter = matter_permissions.visible_to(standing).filter(pk=matter).first()
        if source.matter is None or not matter_permissions.may_handle(standing, source.matter):
            raise Http404
        dispute = queries.dispute_of_matter(source.matter.pk)
        source.known = dispute.pk if dispute else None
        source.name = Source.MATTER
        source.start = {
            "summary": source.matter.summary,
            "grid": _grid_start(source.matter.grid_id),
            "place": source.matter.place,
        }
    elif swept is not None:
        source.swept = SweepResult.objects.filter(pk=swept).select_related("sweep", "grid").first()
        if source.swept is None:
            raise Http404
        source.name = Source.SWEEP
        source.start = {"grid": str(source.swept.grid_id)}
    return source


def _grid_start(grid_id: int | None) -> str:
    """Return the grid of those to choose from that holds a place: an entrance is below them."""
    if grid_id is None:
        return ""
    facts = places.grids()
    chain = places.grid_facts(grid_id).chain
    return next((str(one) for one in chain if one in facts and facts[one].level >= 2), "")


def _message_read(standing: Standing, message_id: int) -> Any:
    """Return what a resident said where this person reads along; for others it does not exist."""
    try:
        message = conversations.get_message(message_id)
    except ObjectDoesNotExist as missing:
        raise Http404 from missing
    if message.role != RESIDENT or message.withdrawn_at or message.emptied_at:
        raise Http404
    if not matter_permissions.reads_thread(standing, message.thread_id):
        raise Http404
    return message


def _known_before(request: HttpRequest, dispute_id: int, matter_id: int) -> HttpResponse:
    """Lead to the dispute that it is already; whoever may not see that is told so, and goes back to the matter."""
    if visible_to(standing_of(request)).filter(pk=dispute_id).exists():
        return redirect("dispute", dispute_id)
    messages.info(request, _("Mediators take care of it already."))
    return redirect("matter", matter_id)


def _find(data: dict[str, Any], source: _Source, standing: Standing) -> actions.Found:
    told = actions.Told(**forms.told_of(data))
    by, now = actions.By.of(standing), timezone.now()
    if source.matter is not None:
        return actions.find_in_matter(matter_id=source.matter.pk, told=told, by=by, now=now)
    if source.message is not None:
        return actions.find_in_message(message_id=source.message.pk, told=told, by=by, now=now)
    return actions.find(
        told=told,
        source=Source(source.name or data["source"]),
        source_number=data.get("source_number", ""),
        swept_id=source.swept.pk if source.swept is not None else None,
        by=by,
        now=now,
    )


def _go_on(request: HttpRequest, found: actions.Found) -> HttpResponse:
    if found.dispute is not None:
        return redirect("dispute", found.dispute.pk)
    messages.success(request, _("This is not mediated. It went at once to those who act on it."))
    matter_id = found.matter_id or 0
    if matter_permissions.visible_to(standing_of(request)).filter(pk=matter_id).exists():
        return redirect("matter", matter_id)
    return redirect(reverse("disputes"))
