"""What is done to a matter: one address for each deed, which shows its form and takes it."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from maplebridge.conversations import queries as conversations
from maplebridge.kernel.text import id_in
from maplebridge.matters import actions, queries
from maplebridge.matters.actions import NotAllowed
from maplebridge.matters.actions.receiving import raise_by_hand
from maplebridge.matters.domain.workflow import TransitionNotAllowed
from maplebridge.matters.models import Matter
from maplebridge.matters.permissions import reads_thread, sees_inside, visible_to
from maplebridge.matters.templatetags.matter_words import STATES, faster_words, refusal_words, why
from maplebridge.matters.views import choices, showing
from maplebridge.matters.views.deeds import BY_NAME, Deed, Reader, is_offered, reader_of, seen_by
from maplebridge.matters.views.doing import DO, Doing
from maplebridge.people import queries as people
from maplebridge.people.domain.standing import Standing
from maplebridge.people.permissions import allow, signed_in, staff, standing_of
from maplebridge.platform import photos
from maplebridge.platform.photos import PhotoRefused


@allow(signed_in)
def deed(request: HttpRequest, matter_id: int, name: str) -> HttpResponse:
    """Show the form of a deed, or do it. What cannot be done comes back in words, with everything written kept."""
    standing = standing_of(request)
    matter = seen_by(standing, matter_id)
    chosen = BY_NAME.get(name)
    if chosen is None:
        raise Http404
    reader = reader_of(standing, matter, inside=sees_inside(standing, matter))
    of = id_in(request.POST.get("of") or request.GET.get("of"))
    offered = is_offered(chosen, reader, of)
    form = chosen.form(request.POST if request.method == "POST" else None, reader)
    if request.method == "POST" and not offered:
        form.is_valid()
        form.add_error(None, _too_late(reader))
    elif request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            photo_ids = photos.keep_sent(request, now=now) if chosen.photos else []
            told = form.cleaned_data | {"first": request.POST.get("first") == "1"}
            doing = Doing(reader, told, photo_ids, of, _shown_as(reader), now)
            target = DO[chosen.name](doing)
            messages.success(request, _done_words(chosen, matter, target))
            return _afterwards(standing, target.pk if isinstance(target, Matter) else matter.pk)
        except NotAllowed as refused:
            faster = refused.code == "somebody_was_faster"
            form.add_error(None, faster_words(matter.pk) if faster else refusal_words(refused.code))
        except TransitionNotAllowed as refused:
            form.add_error(None, _moved(matter, refused))
        except PhotoRefused as refused:
            form.add_error(None, refused.words)
    elif not offered:
        messages.info(request, _too_late(reader))
        return redirect("matter", matter.pk)
    context = form_context(chosen, reader, of, form=form, words=request.GET.get("q", ""))
    piece = bool(getattr(request, "htmx", False)) and request.method == "GET"
    return render(request, "matters/_deed.html" if piece else "matters/deed.html", context)


def _afterwards(standing: Standing, matter_id: int) -> HttpResponse:
    """Go on at the matter; with the danger the right to read it may have ended: then where the day begins."""
    if visible_to(standing).filter(pk=matter_id).exists():
        return redirect("matter", matter_id)
    return redirect("home")


def _done_words(chosen: Deed, matter: Matter, target: object) -> str:
    if chosen.name == "add" and isinstance(target, Matter) and target.pk != matter.pk:
        return _("#%(number)s had ended. What you wrote goes on here.") % {"number": matter.pk}
    return str(chosen.done)


def _shown_as(reader: Reader) -> str:
    return str(people.get_person(reader.person_id).nickname)


def _too_late(reader: Reader) -> str:
    """Say why a deed is not there any more, and who was faster."""
    matter = reader.matter
    last = queries.time_line(matter.pk, public_only=False).order_by("-id").first()
    if last is None or last.by is None or last.by_id == reader.person_id:
        return _("This cannot be done any more: the matter is “%(state)s”.") % {"state": STATES[matter.state]}
    words = _("%(who)s was faster (%(at)s): the matter is “%(state)s”. What you wrote is still here.")
    at = date_format(timezone.localtime(last.at), "G:i")
    return words % {"who": last.by, "at": at, "state": STATES[matter.state]}


def _moved(matter: Matter, refused: TransitionNotAllowed) -> str:
    words = _("The matter is “%(state)s” now, so this cannot be done. What you wrote is still here.")
    return words % {"state": STATES.get(str(refused.current), str(refused.current))}


def form_context(
    chosen: Deed, reader: Reader, of: int | None, *, form: Any = None, words: str = ""
) -> dict[str, Any]:
    """Return what the form of a deed needs, on its own page or in a sheet of the matter's."""
    matter = reader.matter
    form = form or chosen.form(None, reader)
    form.auto_id = f"id_{chosen.name}_%s"  # several forms stand in one page
    more = CONTEXT.get(chosen.name)
    return {
        "deed": chosen,
        "form": form,
        "of": of,
        "matter": matter,
        "title": chosen.button,
        "subject": showing.title_of(matter, reader.person_id),
        "sheet_id": f"deed-{chosen.name}",
        "photo_id": f"id_{chosen.name}_photos",
        "photo_label": _("Photo of how it looks now") if chosen.name == "resolve" else _("Add a photo"),
        "draft": f"matter-{matter.pk}-{chosen.name}-{of or 0}",
        "first": chosen.name == "answer" and matter.answered_at is None,
        **(more(reader, words.strip()[:40]) if more else {}),
    }


def _for_person(reader: Reader, words: str) -> dict[str, Any]:
    return {"candidates": choices.people_for(reader.matter, words, timezone.now()), "q": words}


def _for_agency(reader: Reader, words: str) -> dict[str, Any]:
    return {"candidates": choices.agencies_for(reader.matter, timezone.now())}


def _for_sort(reader: Reader, words: str) -> dict[str, Any]:
    reasons = [
        why(one) for one in reader.matter.why if str(one.get("code", "")).startswith(("category", "severity"))
    ]
    return {"proposed": queries.proposed_categories(reader.matter), "reasons": reasons}


def _for_merge(reader: Reader, words: str) -> dict[str, Any]:
    matter = reader.matter
    alike = queries.similar_open(
        matter.summary,
        grid_id=matter.grid_id,
        estate_id=matter.estate_id,
        category_id=matter.category_id,
        most=6,
    )
    near = visible_to(reader.standing).filter(pk__in=[one.matter.pk for one in alike]).exclude(pk=matter.pk)
    may_see = set(near.values_list("pk", flat=True))
    return {
        "alike": [_beside(one) for one in alike if one.matter.pk in may_see][:5],
        "before": showing.photos_of(matter)["before"],
    }


def _beside(one: queries.Similar) -> dict[str, Any]:
    """Return a matter as it stands beside another that may be the same."""
    return {
        "matter": one.matter,
        "shared": one.shared,
        "before": showing.photos_of(one.matter)["before"],
    }


def _for_add(reader: Reader, words: str) -> dict[str, Any]:
    return {"after_end": queries.addition_goes(reader.matter, timezone.now()).value}


def _for_resolve(reader: Reader, words: str) -> dict[str, Any]:
    category = reader.matter.category
    has_after = reader.matter.photos.filter(when="after").exists()
    return {"photo_needed": bool(category and category.photos and not has_after)}


CONTEXT: Mapping[str, Callable[[Reader, str], dict[str, Any]]] = {
    "add": _for_add,
    "hand_over": _for_person,
    "assign_owner": _for_person,
    "call_out": _for_agency,
    "sort": _for_sort,
    "merge": _for_merge,
    "resolve": _for_resolve,
}


@allow(staff)
@require_GET
def candidates(request: HttpRequest, matter_id: int) -> HttpResponse:
    """Search staff by name, for handing a matter over."""
    standing = standing_of(request)
    matter = _handled(standing, matter_id)
    words = request.GET.get("q", "").strip()[:40]
    found = choices.people_for(matter, words, timezone.now())
    return render(request, "matters/_candidates.html", {"candidates": found, "field": "to"})


@allow(staff)
@require_GET
def categories(request: HttpRequest, matter_id: int) -> HttpResponse:
    """Search the catalogue by words, for sorting a matter."""
    _handled(standing_of(request), matter_id)
    found = queries.find_categories(request.GET.get("q", "").strip()[:200])
    return render(request, "matters/_categories.html", {"categories": found})


def _handled(standing: Standing, matter_id: int) -> Matter:
    matter = seen_by(standing, matter_id)
    reader = reader_of(standing, matter, inside=sees_inside(standing, matter))
    if not (reader.handles or reader.oversees):
        raise Http404
    return matter


@allow(staff)
@require_POST
def raise_message(request: HttpRequest, message_id: int) -> HttpResponse:
    """Make a matter of what a resident wrote, with one tap."""
    standing = standing_of(request)
    thread_id = _thread_of(message_id, standing)
    by = actions.By.of(standing)
    try:
        matter = raise_by_hand(message_id=message_id, by=by, now=timezone.now())
    except NotAllowed as refused:
        messages.error(request, refusal_words(refused.code))
        return redirect("group", thread_id)
    words = _("Registered as #%(number)s. %(who)s has it.")
    messages.success(request, words % {"number": matter.pk, "who": queries.get_matter(matter.pk).owner})
    if not visible_to(standing).filter(pk=matter.pk).exists():
        return redirect("group", thread_id)
    return redirect("matter", matter.pk)


def _thread_of(message_id: int, standing: Standing) -> int:
    """Return the thread of a message that this person may read; for others it does not exist."""
    try:
        message = conversations.get_message(message_id)
    except ObjectDoesNotExist as missing:
        raise Http404 from missing
    thread_id = int(message.thread_id)
    if not reads_thread(standing, thread_id):
        raise Http404
    return thread_id
