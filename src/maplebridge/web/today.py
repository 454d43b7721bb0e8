"""Today: what one person in the field has to do, the first to run out first; answered from the row itself."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from maplebridge.kernel.text import id_in
from maplebridge.matters import actions, queries
from maplebridge.matters.actions.raising import officers_on_duty
from maplebridge.matters.domain.workflow import TransitionNotAllowed
from maplebridge.matters.templatetags.matter_words import faster_words, refusal_words
from maplebridge.matters.views.choices import people_for
from maplebridge.people import queries as people
from maplebridge.people.domain.roles import Role
from maplebridge.people.domain.standing import Standing
from maplebridge.people.permissions import allow, standing_of
from maplebridge.places import queries as places
from maplebridge.platform import photos
from maplebridge.web.groups import shown_groups

WALKS_THE_GROUND = (Role.GRID_WORKER, Role.OFFICER, Role.AUXILIARY, Role.BUILDING_CAPTAIN)
MOST_GROUPS = 4

# What is answered most often, said with one tap. Each is a whole answer that a resident can do something with.
PHRASES = (
    gettext_lazy("Got it. I am on my way to have a look."),
    gettext_lazy("Got it. I am contacting those who can fix it and will tell you today."),
    gettext_lazy("Please send a photo and the exact place, so that we bring the right people."),
)


def owns_matters(standing: Standing) -> bool:
    """Whoever may be given a matter has a list of what is theirs; sorting officers own what nobody else does yet."""
    return standing.is_field or standing.is_town_wide


def _around(standing: Standing, day: queries.Day, now: datetime) -> list[queries.Row]:
    """Return what else is open where somebody walks; chiefs are asked by name, when it is their turn."""
    if not standing.has(*WALKS_THE_GROUND):
        return []
    listed = {row.matter.pk for row in (*day.waiting, *day.offered, *day.promised, *day.in_hand)}
    found = queries.open_on_ground(standing.grids, besides=standing.person, now=now)
    return [row for row in found if row.matter.pk not in listed]


@allow(owns_matters)
def today(request: HttpRequest) -> HttpResponse:
    """Show a person's day. The page is kept on the phone, so that it can be read without a network."""
    standing, now = standing_of(request), timezone.now()
    day = queries.day_of(standing.person, now)
    context = {
        "now": now,
        "day": day,
        "shown": ",".join(str(one) for one in sorted(_new_in(day))),
        "phrases": PHRASES,
        "groups": _unread_groups(standing.person),
        "duty": _on_duty(standing, now),
        "ground": _ground_words(standing),
        "around": _around(standing, day, now),
    }
    context["map"] = request.GET.get("map") == "1"
    context["points"] = _points(day) if context["map"] else []
    response = render(request, "web/today.html", context)
    response["Offline"] = "keep"
    return response


def _points(day: queries.Day) -> list[dict[str, Any]]:
    """Return what waits as points on the map, numbered as it has to be done."""
    rows = {row.matter.pk: row for row in (*day.waiting, *day.offered, *day.promised, *day.in_hand)}
    return [
        {
            "lon": row.point[0],
            "lat": row.point[1],
            "label": f"{row.what} · {row.place}",
            "url": reverse("matter", args=[row.matter.pk]),
            "lamp": row.clock.color,
        }
        for row in rows.values()
        if row.point is not None
    ]


@allow(owns_matters)
def today_news(request: HttpRequest) -> HttpResponse:
    """Say how many things came in that the open page does not show yet; the page itself stays still."""
    standing = standing_of(request)
    shown = {id_in(one) for one in request.GET.get("shown", "").split(",")}
    fresh = _new_in(queries.day_of(standing.person, timezone.now())) - shown
    return render(request, "web/today_news.html", {"fresh": len(fresh)})


def _new_in(day: queries.Day) -> set[int]:
    """Return the matters that somebody waits for: a new one among them is news."""
    return {row.matter.pk for row in (*day.waiting, *day.offered)}


@allow(owns_matters)
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, matter_id: int) -> HttpResponse:
    """Answer from the row: words or a phrase, and photos. What cannot be sent comes back with the words kept."""
    standing, now = standing_of(request), timezone.now()
    matter = queries.answerable(standing, matter_id)
    if matter is None:
        raise Http404
    if request.method == "GET":
        return redirect("matter", matter_id)
    me = people.get_person(standing.person)
    text = next((one for one in reversed(request.POST.getlist("text")) if one.strip()), "")
    try:
        actions.answer(
            matter_id=matter.pk,
            text=text,
            photo_ids=photos.keep_sent(request, now=now),
            by=actions.By.of(standing),
            shown_as=me.nickname,
            now=now,
            only_as_first=request.GET.get("first") == "1",
        )
    except photos.PhotoRefused as refused:
        wrong = refused.words
    except actions.NotAllowed as refused:
        faster = refused.code == "somebody_was_faster"
        wrong = faster_words(matter_id) if faster else refusal_words(refused.code)
    else:
        done = _("Your answer to #%(number)s is where it was asked.")
        messages.success(request, done % {"number": matter_id})
        return redirect("today")
    context = {"matter": matter, "subject": f"#{matter_id}", "text": text, "wrong": wrong}
    return render(request, "web/today_answer_again.html", context, status=422)


@allow(owns_matters)
def hand_over(request: HttpRequest, matter_id: int) -> HttpResponse:
    """Show who could take a matter over; offer it to the one tapped. It stays here until they accept."""
    standing, now = standing_of(request), timezone.now()
    matter = queries.answerable(standing, matter_id)
    if matter is None:
        raise Http404
    candidates = people_for(matter, "", now)
    if request.method != "POST":
        return render(request, "web/today_hand_over.html", {"matter": matter, "candidates": candidates})
    wanted = request.POST.get("to", "")
    chosen = next((one for one in candidates if str(one.id) == wanted), None)
    if chosen is None:
        raise Http404
    try:
        actions.offer_hand_over(
            matter_id=matter.pk,
            to_id=chosen.id,
            words=request.POST.get("words", ""),
            by=actions.By.of(standing),
            now=now,
        )
        sentence = _("Offered to %(name)s. Until they accept, #%(number)s stays with you.")
        messages.success(request, sentence % {"name": chosen.name, "number": matter_id})
    except actions.NotAllowed as refused:
        messages.error(request, refusal_words(refused.code))
    return redirect("today")


@allow(owns_matters)
@require_POST
def take_over(request: HttpRequest, offer_id: int) -> HttpResponse:
    """Accept a matter that was offered: from now on it is theirs."""
    return _decide(request, offer_id, accepted=True)


@allow(owns_matters)
@require_POST
def decline(request: HttpRequest, offer_id: int) -> HttpResponse:
    """Leave an offered matter with whoever has it, with a reason."""
    return _decide(request, offer_id, accepted=False)


def _decide(request: HttpRequest, offer_id: int, *, accepted: bool) -> HttpResponse:
    standing, now = standing_of(request), timezone.now()
    offer = queries.offer_to(standing, offer_id)
    if offer is None:
        raise Http404
    number = {"number": offer.matter_id}
    try:
        if accepted:
            actions.accept_hand_over(hand_over_id=offer.pk, by=actions.By.of(standing), now=now)
            messages.success(request, _("#%(number)s is yours now.") % number)
        else:
            reason = request.POST.get("reason", "")
            actions.decline_hand_over(
                hand_over_id=offer.pk, reason=reason, by=actions.By.of(standing), now=now
            )
            messages.success(request, _("#%(number)s stays with whoever offered it.") % number)
    except actions.NotAllowed as refused:
        messages.error(request, refusal_words(refused.code))
    except TransitionNotAllowed:
        messages.error(request, refusal_words("already_decided"))
    return redirect("today")


def _unread_groups(person_id: int) -> list[dict[str, Any]]:
    """Return the groups of a person in which something new was said, the latest first."""
    unread = [one for one in shown_groups(person_id) if one["unread"]]
    return sorted(unread, key=lambda one: -one["last_id"])[:MOST_GROUPS]


def _on_duty(standing: Standing, now: Any) -> list[str]:
    """Return the officers on duty over a person's ground, as they are called in groups."""
    grids = places.grids()
    mine = sorted(
        (grids[one] for one in standing.grids if one in grids), key=lambda one: (-one.level, one.id)
    )
    if not mine:
        return []
    return [one.nickname for one in people.persons(officers_on_duty(mine[0].id, now)[:3]).values()]


def _ground_words(standing: Standing) -> str:
    """Return the largest areas of a person's ground by name."""
    grids = places.grids()
    mine = [grids[one] for one in standing.grids if one in grids]
    top = [one for one in mine if one.parent_id not in standing.grids]
    names = [one.name for one in sorted(top, key=lambda one: one.id)[:3]]
    return _(", ").join(names) + (" …" if len(top) > len(names) else "")
