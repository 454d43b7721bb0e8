"""Keeping the neighbor groups: which there are, for which homes, and who of those who work there is in them."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maplebridge.conversations import actions, queries
from maplebridge.kernel.text import id_in
from maplebridge.people import queries as people
from maplebridge.people.domain.roles import Role
from maplebridge.people.domain.standing import Standing
from maplebridge.people.permissions import allow, standing_of
from maplebridge.people.templatetags.people import role_name
from maplebridge.places import queries as places

MOST_HOMES = 30
MOST_WORKERS = 60
LONGEST_NAME = 80


def keeps_groups(standing: Standing) -> bool:
    """Administrators look after all groups, the chief of a grid after those of that ground."""
    return standing.has(Role.ADMINISTRATOR, Role.GRID_CHIEF)


def _ground(standing: Standing) -> frozenset[int]:
    if standing.has(Role.ADMINISTRATOR):
        return frozenset(places.grids())
    return dict(standing.grids_by_role)[Role.GRID_CHIEF]


def _kept_by(standing: Standing) -> Any:
    return queries.groups().filter(thread__grid__in=_ground(standing))


def keeps(standing: Standing, thread_id: int) -> bool:
    """Say whether somebody looks after the group that a conversation is."""
    return keeps_groups(standing) and _kept_by(standing).filter(thread_id=thread_id).exists()


@allow(keeps_groups)
@require_http_methods(["GET", "POST"])
def kept_groups(request: HttpRequest) -> HttpResponse:
    """List the groups of one's ground, and open another for estates or a building."""
    standing = standing_of(request)
    wrong = ""
    if request.method == "POST":
        estates, building, wrong = _homes_of(request.POST.getlist("home"), standing)
        if not wrong:
            group = _open(request.POST.get("name", ""), estates, building)
            words = _(
                "The group “%(name)s” is open; %(n)s residents are in it. Now let in those who work there."
            )
            count = queries.members_of(group.thread_id).count()
            messages.success(request, words % {"name": group.name, "n": count})
            return redirect("kept_group", group.thread_id)
    words = request.GET.get("words", "").strip()[:80]
    kept = list(_kept_by(standing))
    inside = queries.member_counts([one.thread_id for one in kept])
    context = {
        "kept": [(one, inside.get(one.thread_id, 0)) for one in kept],
        "homes": _choices(words, standing),
        "words": words,
        "wrong": wrong,
    }
    return render(request, "web/kept_groups.html", context, status=422 if wrong else 200)


def _choices(words: str, standing: Standing) -> list[tuple[str, str]]:
    """Return the homes that a group could be opened for: without words the estates that have none yet."""
    ground = _ground(standing)
    estates = places.estates_in(ground)
    if not words:
        have = {estate for one in queries.groups() for estate in one.estates}
        return [(f"estate:{one.pk}", one.name) for one in estates if one.pk not in have][:MOST_HOMES]
    named = [(f"estate:{one.pk}", one.name) for one in estates if words in one.name]
    found = places.buildings_like(words, on=timezone.localdate(), most=MOST_HOMES)
    buildings = [
        (f"building:{one.id}", one.name) for one in found if places.get_building(one.id).grid_id in ground
    ]
    return [*named, *buildings][:MOST_HOMES]


def _homes_of(chosen: list[str], standing: Standing) -> tuple[list[Any], Any, str]:
    """Return the estates or the building that were ticked, or what is missing."""
    ground = _ground(standing)
    ids = [(kind, id_in(id)) for kind, _colon, id in (one.partition(":") for one in chosen)]
    wanted = {id for kind, id in ids if kind == "estate"}
    estates = [one for one in places.estates_in(ground) if one.pk in wanted]
    found = [places.find_building(id) for kind, id in ids if kind == "building"]
    buildings = [one for one in found if one is not None and one.grid_id in ground]
    if not estates and not buildings:
        return [], None, _("Please tick for which homes the group is.")
    if len(buildings) > 1 or (buildings and estates):
        return [], None, _("A group is for one building, or for estates. Please tick either.")
    return estates, next(iter(buildings), None), ""


def _open(name: str, estates: list[Any], building: Any) -> Any:
    homes = (
        [building]
        if building
        else [one for estate in estates for one in places.buildings_of_estate(estate.pk)]
    )
    called = "·".join(str(one) for one in ([building] if building else estates))
    return actions.open_group(
        name=name.strip()[:LONGEST_NAME] or (_("Neighbors of %(homes)s") % {"homes": called})[:LONGEST_NAME],
        grid_id=building.grid_id if building else _shared_grid([one.grid_id for one in estates]),
        estate_ids=[one.pk for one in estates],
        building_id=building.pk if building else None,
        resident_ids=people.living_in([one.pk for one in homes]),
        now=timezone.now(),
    )


def _shared_grid(grid_ids: list[int]) -> int:
    """Return the smallest grid that all lie in; the first where nothing holds them all."""
    first, *others = (places.grid_facts(one).chain for one in grid_ids)
    return next((one for one in first if all(one in chain for chain in others)), grid_ids[0])


@allow(keeps_groups)
@require_GET
def kept_group(request: HttpRequest, thread_id: int) -> HttpResponse:
    """Show for which homes a group is, who works in it, and who could be let in."""
    group = _found(request, thread_id)
    memberships = [one for one in queries.members_of(thread_id) if one.role != actions.RESIDENT]
    inside = people.persons([one.person_id for one in memberships])
    words = request.GET.get("words", "").strip()[:80]
    estates = [places.get_estate(one) for one in group.estates]
    context = {
        "group": group,
        "homes": [group.building] if group.building else estates or [group.thread.grid],
        "residents": queries.members_of(thread_id).filter(role=actions.RESIDENT).count(),
        "inside": sorted(
            ((inside[one.person_id], role_name(one.role)) for one in memberships), key=lambda one: one[1]
        ),
        "candidates": _candidates(group, set(inside), words),
        "words": words,
    }
    return render(request, "web/kept_group.html", context)


def _found(request: HttpRequest, thread_id: int) -> Any:
    group = _kept_by(standing_of(request)).filter(thread_id=thread_id).first()
    if group is None:
        raise Http404
    return group


def _candidates(group: Any, inside: set[int], words: str) -> list[Any]:
    """Return who works for these homes and is not in the group, one posting each."""
    by_person: dict[int, Any] = {}
    for one in people.serving(group.thread.grid_id, group.estates, timezone.localdate()):
        if one.person_id not in inside and words in one.person.nickname:
            by_person.setdefault(one.person_id, one)
    order = list(Role)
    return sorted(by_person.values(), key=lambda one: (order.index(Role(one.role)), one.pk))[:MOST_WORKERS]


@allow(keeps_groups)
@require_POST
def let_worker_in(request: HttpRequest, thread_id: int, person_id: int) -> HttpResponse:
    """Let somebody who works for these homes into their group, in the role of their posting."""
    group = _found(request, thread_id)
    serving = people.serving(group.thread.grid_id, group.estates, timezone.localdate())
    posting = next((one for one in serving if one.person_id == person_id), None)
    if posting is None:
        raise Http404
    actions.let_in(thread_id=thread_id, person_id=person_id, role=posting.role, now=timezone.now())
    messages.success(request, _("%(name)s is in the group now.") % {"name": posting.person.nickname})
    return redirect("kept_group", thread_id)


@allow(keeps_groups)
@require_POST
def take_worker_out(request: HttpRequest, thread_id: int, person_id: int) -> HttpResponse:
    """Take somebody who worked there out of a group; residents leave by themselves."""
    _found(request, thread_id)
    membership = queries.membership_of(person_id, thread_id)
    if membership is None or membership.role == actions.RESIDENT:
        raise Http404
    actions.leave(thread_id=thread_id, person_id=person_id, now=timezone.now())
    return redirect("kept_group", thread_id)


@allow(keeps_groups)
@require_POST
def close_group(request: HttpRequest, thread_id: int) -> HttpResponse:
    """Close a group: it can be read, and nobody writes in it any more."""
    group = _found(request, thread_id)
    actions.close_group(thread_id=thread_id, now=timezone.now())
    messages.success(request, _("The group “%(name)s” is closed.") % {"name": group.name})
    return redirect("kept_groups")
