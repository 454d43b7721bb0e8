"""The resident's pages: report something, with what neighbors have already reported, and see what becomes of it."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from maplebridge.conversations.actions import MessageRefused
from maplebridge.kernel.text import id_in, redact, shorten
from maplebridge.matters import actions, queries
from maplebridge.matters.forms import RaiseForm, StaffRaiseForm
from maplebridge.matters.models import Matter
from maplebridge.matters.permissions import may_raise_for_others
from maplebridge.matters.templatetags.matter_words import refusal_words, state_words
from maplebridge.matters.views import showing
from maplebridge.matters.views.next_step import Next, next_of, promised_at_once
from maplebridge.people.domain.phones import BadPhone, read_phone
from maplebridge.people.domain.standing import Standing
from maplebridge.people.permissions import allow, signed_in, standing_of
from maplebridge.places import queries as places
from maplebridge.platform import photos
from maplebridge.platform.photos import PhotoRefused

PAGE = 20
LIKE_ENOUGH = 0.12  # below this, what is shown while writing would only distract
SHORTEST_TO_COMPARE = 4  # characters


@allow(signed_in)
def raise_form(request: HttpRequest) -> HttpResponse:
    """Take a report: photo and place first, then the words. Nobody has to choose a category."""
    standing = standing_of(request)
    for_others = may_raise_for_others(standing)
    kind = StaffRaiseForm if for_others else RaiseForm
    form = kind(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _take(request, standing, form, for_others=for_others)
        except PhotoRefused as refused:
            form.add_error(None, refused.words)
        except MessageRefused as refused:
            form.add_error(None, _refused(refused.code))
        except BadPhone:
            form.add_error("phone", _("This is not a mobile number of eleven digits. Please check it."))
        except actions.NotAllowed as refused:
            form.add_error(None, refusal_words(refused.code))
        except actions.NobodyToOwn:
            form.add_error(None, _("Nobody is on duty in this town yet. Please call 110 if it is urgent."))
    found = actions.locate_told(
        standing.person, text=request.POST.get("text", ""), place=request.POST.get("place", "")
    )
    return render(request, "matters/raise.html", {"form": form, "for_others": for_others, **_place_of(found)})


def _refused(code: str) -> str:
    if code == "empty":
        return _("Please write something, or add a photo.")
    return _("This is longer than 20,000 characters. Please shorten it.")


def _take(request: HttpRequest, standing: Standing, form: RaiseForm, *, for_others: bool) -> HttpResponse:
    now = timezone.now()
    told = form.cleaned_data
    by = actions.By.of(standing)
    phone = read_phone(told["phone"], invented=True) if told.get("phone") else ""
    photo_ids = photos.keep_sent(request, now=now)
    if (same := request.POST.get("join")) and not for_others:
        return _join(request, standing, same, told["text"], photo_ids)
    reporter_id = actions.enrol_by_phone(phone=phone, now=now) if phone else standing.person_id
    assert reporter_id is not None  # `allow(signed_in)`
    matter = actions.report(
        reporter_id=reporter_id,
        text=told["text"],
        place=told["place"],
        lon=told["lon"],
        lat=told["lat"],
        photo_ids=photo_ids,
        origin=Matter.Origin(told.get("origin") or Matter.Origin.FORM),
        by=by,
        now=now,
    )
    messages.success(request, _thanks(queries.get_matter(matter.pk), for_others=for_others))
    return redirect("matter", matter.pk)


def _thanks(matter: Matter, *, for_others: bool) -> str:
    """Say that it has arrived, its number, and what happens next."""
    if for_others:
        return _("Registered as #%(number)s. %(who)s has it.") % {"number": matter.pk, "who": matter.owner}
    if matter.confidential and matter.emergency:
        words = _(
            "We have it. #%(number)s is read only by the few who help in such cases and by the officer on duty in the"
            " command room; it never appears in a group. In danger call 110."
        )
        return words % {"number": matter.pk}
    if matter.confidential:
        words = _(
            "We have it. #%(number)s is read only by the few who help in such cases; it never appears in a group."
        )
        return words % {"number": matter.pk}
    words = _("We have it. #%(number)s. %(next)s")
    return words % {"number": matter.pk, "next": promised_at_once(matter)}


def _join(
    request: HttpRequest, standing: Standing, token: str, text: str, photo_ids: list[int]
) -> HttpResponse:
    matter_id = showing.read_token(token, standing.person_id)
    if matter_id is None or standing.person_id is None:
        raise Http404
    matter = actions.report_same(
        matter_id=matter_id,
        reporter_id=standing.person_id,
        text=text,
        photo_ids=photo_ids,
        now=timezone.now(),
    )
    words = _("You are in: #%(number)s. You hear everything that those who reported it first hear.")
    messages.success(request, words % {"number": matter.pk})
    return redirect("matter", matter.pk)


@dataclass(frozen=True, slots=True)
class Nearby:
    """A similar open matter as it may be shown to somebody who has not reported it."""

    token: str
    text: str
    since: Any
    state_words: str
    photo_url: str


@allow(signed_in)
@require_POST
def similar(request: HttpRequest) -> HttpResponse:
    """Show while somebody writes: numbers to call if it sounds dangerous, the place found, what is like it nearby.

    Asked by POST, though it changes nothing: a resident's words do not belong into addresses, which are logged.
    """
    standing = standing_of(request)
    form = RaiseForm(request.POST)
    form.is_valid()
    told = form.cleaned_data
    text = told.get("text") or ""
    person_id = standing.person
    found = actions.locate_told(
        person_id, text=text, place=told.get("place") or "", lon=told.get("lon"), lat=told.get("lat")
    )
    proposal = queries.door().propose(text, in_reply_to_staff=False, has_open_matter=False) if text else None
    confidential = bool(proposal and proposal.confidential)
    nearby = [] if proposal is None or confidential else _nearby(text, found, proposal, person_id)
    context = {
        "emergency": " ".join(proposal.numbers) if proposal else "",
        "confidential": confidential,
        "nearby": nearby,
        **_place_of(found),
    }
    return render(request, "matters/_while_writing.html", context)


def _place_of(found: places.Located) -> dict[str, Any]:
    return {"found": found, "where": _where_words(found)}


def _where_words(found: places.Located) -> str:
    parts = []
    if found.building_id is not None:
        building = places.get_building(found.building_id)
        told = {"estate": building.estate or "", "number": building.number}
        parts.append((_("%(estate)s building %(number)s") % told).strip())
    elif found.estate_id is not None:
        parts.append(str(places.get_estate(found.estate_id)))
    if found.grid_id is not None:
        parts.append(str(places.get_grid(found.grid_id)))
    return " · ".join(parts)


def _nearby(text: str, found: places.Located, proposal: Any, person_id: int) -> list[Nearby]:
    if len(text) < SHORTEST_TO_COMPARE:
        return []
    best = queries.categories().get(proposal.categories[0].code) if proposal.categories else None
    alike = queries.similar_open(
        text,
        grid_id=found.grid_id,
        estate_id=found.estate_id,
        category_id=best.pk if best else None,
        least=LIKE_ENOUGH,
        most=3,
    )
    return [_shown(one.matter, person_id) for one in alike]


def _shown(matter: Matter, person_id: int) -> Nearby:
    token = showing.token_for(matter, person_id)
    has_photo = matter.photos.exists()
    return Nearby(
        token=token,
        text=shorten(redact(matter.summary), 60),
        since=matter.raised_at,
        state_words=state_words(matter),
        photo_url=reverse("similar_photo", args=[token]) if has_photo else "",
    )


@allow(signed_in)
@require_GET
def similar_photo(request: HttpRequest, token: str) -> HttpResponse:
    """Show the first photo of a matter that was offered to be joined."""
    matter_id = showing.read_token(token, standing_of(request).person_id)
    matter = Matter.objects.filter(pk=matter_id or 0, confidential=False).first()
    attached = matter.photos.select_related("photo").order_by("id").first() if matter else None
    if attached is None:
        raise Http404
    return photos.response(attached.photo.key, "small")


@dataclass(frozen=True, slots=True)
class Mine:
    """A line of what somebody has reported."""

    matter: Matter
    title: str
    place: str
    next: Next
    asks: bool  # for feedback


@allow(signed_in)
def my_matters(request: HttpRequest) -> HttpResponse:
    """List what a resident has reported, newest first, each with what happens next."""
    now = timezone.now()
    person_id = standing_of(request).person
    rows = queries.reported_by(person_id).select_related("matter__asked_in")
    if (before := id_in(request.GET.get("before"))) is not None:
        rows = rows.filter(pk__lt=before)
    page = list(rows[: PAGE + 1])
    found = [one.matter for one in page[:PAGE]]
    called = queries.call_outs_among([one.pk for one in found])
    promised = queries.promises_among([one.pk for one in found])
    shown = [_mine(one, person_id, called.get(one.pk, []), promised.get(one.pk), now) for one in found]
    older = f"?before={page[PAGE - 1].pk}" if len(page) > PAGE else ""
    response = render(request, "matters/my_matters.html", {"mine": shown, "older": older, "now": now})
    response["Offline"] = "keep"
    return response


def _mine(matter: Matter, person_id: int, call_outs: list[Any], promise_by: Any, now: Any) -> Mine:
    """Return a line of the list; of what was confided no words, for whoever else holds the phone would read them."""
    place = " ".join(
        filter(None, [matter.estate.name if matter.estate else "", showing.building_words(matter)])
    )
    happens = next_of(matter, call_outs, promise_by, now)
    title = _("What you confided") if matter.confidential else showing.title_of(matter, person_id)
    place = showing.told_to(person_id, matter, matter.place or place, inside=False)
    return Mine(matter, title, place, happens, matter.state == "resolved")
