"""The page of a matter: the same address for whoever reported it and for whoever handles it."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from maplebridge.kernel.text import redact
from maplebridge.matters import actions, queries
from maplebridge.matters.domain.deadlines import lamp
from maplebridge.matters.domain.workflow import CallOutStatus
from maplebridge.matters.forms import FeedbackForm
from maplebridge.matters.models import CallOut, Matter
from maplebridge.matters.permissions import (
    is_reporter,
    may_handle,
    may_see_personal_data,
    sees_inside,
)
from maplebridge.matters.templatetags import matter_words
from maplebridge.matters.views import showing
from maplebridge.matters.views.deeds import ALSO_OFFLINE, BY_NAME, Offer, offers_for, reader_of, seen_by
from maplebridge.matters.views.handling import form_context
from maplebridge.matters.views.next_step import next_of
from maplebridge.people import actions as people_actions
from maplebridge.people import queries as people
from maplebridge.people.domain.standing import Standing
from maplebridge.people.permissions import allow, signed_in, staff, standing_of
from maplebridge.platform import photos

LONGEST_LINE = 300  # entries of the time line on one page


@allow(signed_in)
@require_GET
def matter(request: HttpRequest, matter_id: int) -> HttpResponse:
    """Show a matter: to residents what concerns them, to whoever works on it everything."""
    standing = standing_of(request)
    found = seen_by(standing, matter_id)
    inside = sees_inside(standing, found)
    now = timezone.now()
    if inside and standing.person_id is not None:
        actions.see(matter=found, person_id=standing.person_id, role=standing.main_role, now=now)
    context = _shared(found, standing, now, inside=inside)
    if inside:
        context |= _inside(found, standing, context, now)
    response = render(request, "matters/matter_staff.html" if inside else "matters/matter.html", context)
    response["Offline"] = "keep"
    return response


def _shared(matter: Matter, standing: Standing, now: Any, *, inside: bool) -> dict[str, Any]:
    """Return what both pages show, as far as this reader may see it."""
    entries = list(queries.time_line(matter.pk, public_only=not inside).order_by("-id")[:LONGEST_LINE])[::-1]
    orders = list(queries.call_outs_of(matter.pk))
    viewings = list(matter.viewings.order_by("-at")[:50]) if inside else []
    people_in = [
        *(one.person_id for one in orders),
        *(one.person_id for one in viewings),
        *(one.to_person_id for one in matter.hand_overs.all()),
    ]
    names = showing.names_in(matter, entries, people_in, now)
    said = showing.said_in(matter, standing.person_id, inside=inside)
    place = showing.place_in(matter, standing.person_id, inside=inside)
    promise_by = queries.promises_among([matter.pk]).get(matter.pk)
    reader = reader_of(standing, matter, inside=inside)
    offers = offers_for(reader)
    photos = showing.photos_of(matter)
    return {
        "matter": matter,
        "reader": reader,
        "now": now,
        "said": said,
        "title": showing.title_of(matter, standing.person_id),
        "place_words": place,
        "points": showing.points_of(matter, place),
        "before": photos["before"],
        "after": photos["after"],
        "next": next_of(matter, orders, promise_by, now),
        "lines": showing.lines_of(entries, names, standing.person_id, inside=inside),
        "names": names,
        "orders": orders,
        "viewings": viewings,
        "offers": {one.name: one for one in offers},
        "all_offers": offers,
        "reports": is_reporter(standing, matter),
        "feedback_form": FeedbackForm(),
        "thread_url": _thread_url(matter, reader.person_id),
        "page_topics": f"matter:{matter.pk}",
        "part_of": matter.split_from_id,
        "parts": list(matter.parts.order_by("pk").values_list("pk", flat=True)),
        "joined": list(matter.merged.order_by("pk").values_list("pk", flat=True)) if inside else [],
        "given": matter.feedback.filter(person_id=reader.person_id, round=matter.reopened).first(),
        "unsolved": _unsolved(matter, reader.person_id, inside=inside),
        "follows": [one.facts["into"] for one in entries if one.deed == "follows"],
        "followed": [one.facts["into"] for one in entries if one.deed == "followed"],
    }


@dataclass(frozen=True, slots=True)
class Unsolved:
    """That the last result did not solve it: who said so, when, in which words. It was opened again then."""

    mine: bool
    at: Any
    words: str


def _unsolved(matter: Matter, person_id: int, *, inside: bool) -> Unsolved | None:
    said = queries.last_not_solved(matter)
    if said is None:
        return None
    mine = said.person_id == person_id
    return Unsolved(mine, said.received_at, said.words if inside or mine else redact(said.words))


def _thread_url(matter: Matter, person_id: int) -> str:
    """Return where this reader talks about it: a reporter in the thread where they asked."""
    mine = matter.reported_by.filter(person_id=person_id).values_list("thread_id", flat=True).first()
    return reverse("group", args=[mine or matter.thread_id])


IN_MORE = ("handle", "oversee", "resident")
MAIN_ORDER = (
    "accept_hand_over",
    "accept_call_out",
    "report_done",
    "answer",
    "resume",
    "resolve",
    "finish_call_back",
)


def _inside(matter: Matter, standing: Standing, shared: dict[str, Any], now: Any) -> dict[str, Any]:
    """Return what only those who work on the matter see."""
    offers: dict[str, Offer] = shared["offers"]
    main = next((offers[name] for name in MAIN_ORDER if name in offers), None)
    if main and main.name == "answer" and matter.answered_at is not None:
        main = offers.get("resume") or offers.get("resolve") or main
    second = next(
        (offers[name] for name in ("answer", "resolve") if name in offers and offers[name] != main), None
    )
    third = offers.get("hand_over")
    shown = (main, second, third)
    names = shared["names"]
    embedded = [
        form_context(BY_NAME[name], shared["reader"], None) for name in ALSO_OFFLINE if name in offers
    ]
    return {
        "embedded": embedded,
        "main": main,
        "second": second,
        "third": third,
        "more": [one for one in shared["all_offers"] if one.group in IN_MORE and one not in shown],
        "reasons": [words for words in (matter_words.why(one) for one in matter.why) if words],
        "orders": [_order(one, shared["all_offers"], standing, names, now) for one in shared["orders"]],
        "waiting_offers": [
            {"to": names["persons"].get(one.to_person_id, ""), "at": one.offered_at, "words": one.words}
            for one in matter.hand_overs.filter(accepted_at=None, declined_at=None)
        ],
        "oversights": [
            {"oversight": one, "offers": _about(shared, "oversight", one.pk)}
            for one in matter.oversights.filter(closed_at=None).order_by("id")
        ],
        "extensions": [
            {"extension": one, "offers": _about(shared, "extension", one.pk)}
            for one in matter.extensions.filter(decided_at=None)
        ],
        "promises": [
            {"promise": one, "offers": _about(shared, "promise", one.pk)}
            for one in matter.promises.filter(kept_at=None).order_by("due_at")
        ],
        "seen": [_viewing(one, names) for one in shared["viewings"]],
        "may_reveal": may_see_personal_data(standing, matter),
        "may_handle": may_handle(standing, matter),
        "feedback": list(matter.feedback.order_by("id")),
    }


def _about(shared: dict[str, Any], about: str, of: int) -> list[Offer]:
    """Return what may be done to one part of the matter."""
    return [one for one in shared["all_offers"] if one.about == about and one.of == of]


@dataclass(frozen=True, slots=True)
class Order:
    """A call-out as the page shows it: who, how far, how long, and what may be done about it."""

    who: str
    lead: bool
    status: str
    status_words: str
    color: str
    due: Any
    words: str
    reason: str
    offers: list[Offer]


def _order(one: CallOut, offers: list[Offer], standing: Standing, names: Any, now: Any) -> Order:
    who = (
        names["agencies"].get(one.agency_id, "") if one.agency_id else names["persons"].get(one.person_id, "")
    )
    due, starts = (
        (one.respond_by, one.sent_at) if one.answered_at is None else (one.handle_by, one.answered_at)
    )
    runs = (
        one.status in (CallOutStatus.SENT, CallOutStatus.ACCEPTED) and due is not None and starts is not None
    )
    color = lamp(starts=starts, deadline=due, ended=None, now=now) if runs and due and starts else "done"
    return Order(
        who=who,
        lead=one.lead,
        status=one.status,
        status_words=matter_words.call_out_status(one.status),
        color=str(color),
        due=due if runs else None,
        words=one.words or one.instruction,
        reason=matter_words.refusal(one.reason),
        offers=[offer for offer in offers if offer.of == one.pk and offer.about == "call_out"],
    )


def _viewing(one: Any, names: Any) -> dict[str, Any]:
    kind, words = matter_words.role_of(one.role)
    return {
        "who": names["persons"].get(one.person_id, ""),
        "role_kind": kind,
        "role_words": words,
        "at": one.at,
    }


@allow(signed_in)
@require_GET
def photo(request: HttpRequest, matter_id: int, photo_id: int, size: str) -> HttpResponse:
    """Show a photo of a matter to those who may see the matter."""
    found = seen_by(standing_of(request), matter_id)
    attached = found.photos.select_related("photo").filter(photo_id=photo_id).first()
    if attached is None or size not in ("small", "large"):
        raise Http404
    return photos.response(attached.photo.key, size)


@allow(staff)
@require_POST
def reveal(request: HttpRequest, matter_id: int) -> HttpResponse:
    """Show names and phones of those who reported a matter to whoever handles it, and log that they were read."""
    standing = standing_of(request)
    found = seen_by(standing, matter_id)
    if not may_see_personal_data(standing, found) or standing.person_id is None:
        raise Http404
    now = timezone.now()
    purpose = people_actions.Purpose("matter", found.pk, "handles the matter")
    shown = []
    for reporter in found.reported_by.order_by("id"):
        person = people.get_person(reporter.person_id)
        known = people_actions.reveal(person, purpose=purpose, reader_id=standing.person_id, now=now)
        shown.append({"nickname": person.nickname, "building": person.building, **known})
    return render(request, "matters/_revealed.html", {"people": shown, "matter": found})
