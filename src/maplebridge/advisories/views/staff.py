"""Advisories as staff work them: draft, look at it as on a phone, ask, release, see what came of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maplebridge.advisories import actions, queries
from maplebridge.advisories.actions import For, Text
from maplebridge.advisories.domain.subjects import Template
from maplebridge.advisories.forms import AdvisoryForm, chosen_ground
from maplebridge.advisories.permissions import drafts, releases
from maplebridge.advisories.templatetags.advisory_words import refused_words
from maplebridge.conversations import queries as conversations
from maplebridge.conversations.domain.broadcasting import BroadcastRefused, State, people_needed, quiet_until
from maplebridge.conversations.queries import broadcasts
from maplebridge.conversations.queries.broadcasts import Broadcast
from maplebridge.matters.queries.town import broadcast_limits
from maplebridge.people.permissions import allow, standing_of
from maplebridge.places import queries as places

Ground = list[tuple[str, list[tuple[str, str]]]]
LAYERS = (("grids-5", "grid"), ("grids-4", "grid"), ("grids-3", "grid"), ("grids-2", "grid"))
LAYERS_ABOVE = (*LAYERS, ("sectors", "sector"), ("beats", "beat"))
MOST_PIECES = 500


@allow(drafts)
@never_cache
@require_GET
def advisories(request: HttpRequest) -> HttpResponse:
    """List what waits and what was sent, why, and what came of it."""
    now = timezone.now()
    sent = queries.sent()
    context = {
        "now": now,
        "waiting": queries.waiting(),
        "in_force": [one for one in sent if _is_in_force(one.broadcast)],
        "past": [one for one in sent if not _is_in_force(one.broadcast)],
    }
    return render(request, "advisories/advisories.html", context)


def _is_in_force(one: Broadcast) -> bool:
    return one.state != State.STOPPED and one.expires_at > timezone.now()


@allow(drafts)
@never_cache
@require_http_methods(["GET", "POST"])
def new_advisory(request: HttpRequest) -> HttpResponse:
    """Choose a template, or none, and draft."""
    subject, code = request.GET.get("subject", ""), request.GET.get("template", "")
    chosen = queries.subjects().get(subject)
    if request.method == "GET" and (chosen is None or not chosen.written):
        subjects = [one for one in queries.subjects_on(timezone.localdate()).values() if one.written]
        return render(request, "advisories/choose_template.html", {"subjects": subjects})
    form = AdvisoryForm(request.POST or None, initial=_initial(subject, code))
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        by = standing_of(request)

        def deed() -> Broadcast:
            return actions.draft(says=_says(form), to=_to(request, form), by=by, now=now)

        if (made := _tried(form, deed)) is not None:
            return redirect("advisory", made.pk)
    context = {"form": form, "ground": _ground(), "chosen": request.POST.getlist("ground")}
    return render(request, "advisories/advisory_form.html", context, status=422 if form.errors else 200)


def _initial(subject: str, code: str) -> dict[str, Any]:
    found = queries.subjects_on(timezone.localdate()).get(subject)
    if found is None:
        return {}
    until = timezone.localtime(timezone.now() + timedelta(days=found.days)).replace(minute=0, second=0)
    given = {"subject": subject, "expires_at": until}
    if template := next((one for one in found.templates if one.code == code), None):
        given |= _from_template(template)
    return given


def _from_template(one: Template) -> dict[str, Any]:
    names = ("title", "text", "title_en", "text_en")
    return {name: getattr(one, name) for name in names} | {
        "steps": "\n".join(one.steps),
        "calls": "\n".join(one.calls),
    }


@allow(drafts)
@never_cache
@require_http_methods(["GET", "POST"])
def edit_advisory(request: HttpRequest, broadcast_id: int) -> HttpResponse:
    one = _get(broadcast_id)
    advisory = queries.advisory_of(one)
    if advisory is None or not queries.may_edit(standing_of(request), one):
        raise Http404
    names = ("subject", "title", "text", "steps", "calls", "place", "title_en", "text_en", "why")
    initial = {name: getattr(advisory, name) for name in names}
    initial |= {"expires_at": timezone.localtime(one.expires_at), "urgent_reason": one.urgent_reason}
    form = AdvisoryForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        now, by = timezone.now(), standing_of(request)

        def deed() -> Broadcast:
            return actions.rewrite(
                broadcast_id=broadcast_id, says=_says(form), to=_to(request, form), by=by, now=now
            )

        if _tried(form, deed) is not None:
            return redirect("advisory", broadcast_id)
    chosen = request.POST.getlist("ground") if request.method == "POST" else _chosen(one)
    context = {"form": form, "ground": _ground(), "chosen": chosen, "one": one}
    return render(request, "advisories/advisory_form.html", context, status=422 if form.errors else 200)


def _chosen(one: Broadcast) -> list[str]:
    kinds = (("grid", one.grids), ("sector", one.sectors), ("beat", one.beats), ("group", one.groups))
    return [f"{kind}:{id}" for kind, ids in kinds for id in ids]


def _tried(form: AdvisoryForm, deed: Callable[[], Broadcast]) -> Broadcast | None:
    """Do it; what is refused is said in the form, and nothing of it is lost."""
    try:
        return deed()
    except BroadcastRefused as refused:
        form.add_error(None, refused_words(refused.code))
        return None


def _says(form: AdvisoryForm) -> Text:
    names = ("subject", "title", "text", "steps", "calls", "place", "title_en", "text_en", "why")
    return Text(**{name: form.cleaned_data[name] for name in names})


def _to(request: HttpRequest, form: AdvisoryForm) -> For:
    known: dict[str, frozenset[int]] = {"grid": frozenset(), "sector": frozenset(), "beat": frozenset()}
    known["group"] = frozenset(conversations.groups().values_list("thread_id", flat=True))
    for layer, kind in LAYERS_ABOVE:
        known[kind] |= {one.id for one in places.pieces_listed(layer, most=MOST_PIECES)}
    chosen = chosen_ground(request.POST, known)
    return For(
        expires_at=form.cleaned_data["expires_at"],
        urgent_reason=form.cleaned_data["urgent_reason"],
        grids=chosen["grid"],
        sectors=chosen["sector"],
        beats=chosen["beat"],
        groups=chosen["group"],
    )


def _ground() -> Ground:
    """Return what an advisory can be for: the code of a layer, and its pieces with their names."""
    layers = [
        (layer, [(f"{kind}:{one.id}", one.name) for one in places.pieces_listed(layer, most=MOST_PIECES)])
        for layer, kind in LAYERS_ABOVE
    ]
    groups = [(f"group:{one.thread_id}", one.name) for one in conversations.groups()]
    return [(layer, pieces) for layer, pieces in (*layers, ("groups", groups)) if pieces]


@allow(drafts)
@never_cache
@require_GET
def advisory(request: HttpRequest, broadcast_id: int) -> HttpResponse:
    return _page(request, _get(broadcast_id))


def _page(request: HttpRequest, one: Broadcast, *, wrong: str = "", status: int = 200) -> HttpResponse:
    now, standing = timezone.now(), standing_of(request)
    found = queries.advisory_of(one)
    limits = broadcast_limits(now)
    is_open = one.state in queries.OPEN
    looked_over = queries.looked_over(found) if found and is_open else []
    context: dict[str, Any] = {
        "now": now,
        "one": one,
        "advisory": found,
        "wrong": wrong,
        "findings": looked_over,
        "held_up": any(each.holds_up for each in looked_over),
        "ground": _ground_names(one),
        "may_edit": queries.may_edit(standing, one),
        "may_release": releases(standing) and is_open,
        "may_stop": releases(standing) and one.state != State.STOPPED,
        "is_open": is_open,
    }
    if is_open:
        audience = broadcasts.audience(one, now=now, limits=limits)
        needed = people_needed(audience.people, passes_quiet=bool(one.urgent_reason))
        context |= {
            "audience": audience,
            "needed": needed,
            "mine": standing.person in (one.written_by_id, one.asked_by_id),
            "waits_until": None if one.urgent_reason else quiet_until(now, limits),
            "most_a_week": limits.most_in_7_days,
        }
    else:
        posted, groups = broadcasts.posts_of(one)
        context |= {"counts": broadcasts.counts(one), "posted": posted, "groups": groups}
    return render(request, "advisories/advisory.html", context, status=status)


def _ground_names(one: Broadcast) -> list[str]:
    facts = places.grids()
    return [
        *(facts[id].name for id in one.grids if id in facts),
        *(each.name for each in places.sectors_named(one.sectors)),
        *places.beat_names(one.beats),
        *conversations.thread_names(one.groups).values(),
    ]


@allow(drafts)
@never_cache
@require_GET
def advisory_effect(request: HttpRequest, broadcast_id: int) -> HttpResponse:
    """Show what was counted before and after, here and elsewhere."""
    one, now = _get(broadcast_id), timezone.now()
    if one.sent_at is None:
        raise Http404
    context = {"now": now, "one": one, "effect": queries.effect_of(one, now)}
    return render(request, "advisories/effect.html", context)


@allow(drafts)
@require_POST
def ask(request: HttpRequest, broadcast_id: int) -> HttpResponse:
    by, now = standing_of(request), timezone.now()
    return _done(request, broadcast_id, lambda: actions.ask(broadcast_id=broadcast_id, by=by, now=now))


@allow(releases)
@require_POST
def release(request: HttpRequest, broadcast_id: int) -> HttpResponse:
    by, now = standing_of(request), timezone.now()
    return _done(request, broadcast_id, lambda: actions.release(broadcast_id=broadcast_id, by=by, now=now))


@allow(releases)
@require_POST
def stop(request: HttpRequest, broadcast_id: int) -> HttpResponse:
    by, now, reason = standing_of(request), timezone.now(), request.POST.get("reason", "")
    return _done(
        request,
        broadcast_id,
        lambda: actions.stop(broadcast_id=broadcast_id, reason=reason, by=by, now=now),
    )


def _done(request: HttpRequest, broadcast_id: int, deed: Callable[[], object]) -> HttpResponse:
    """Do it and show the advisory again; what cannot be done is said on the page."""
    _get(broadcast_id)
    try:
        deed()
    except BroadcastRefused as refused:
        return _page(request, _get(broadcast_id), wrong=refused_words(refused.code), status=422)
    return redirect("advisory", broadcast_id)


def _get(broadcast_id: int) -> Broadcast:
    one = broadcasts.get_broadcast(broadcast_id)
    if one is None:
        raise Http404
    return one
