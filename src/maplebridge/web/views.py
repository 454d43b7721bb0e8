"""Pages and streams that belong to no single area."""

from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.i18n import set_language

from maplebridge.people import actions as people_actions
from maplebridge.people import queries as people
from maplebridge.people.domain.roles import Role
from maplebridge.people.domain.standing import Standing
from maplebridge.people.permissions import allow, anybody, standing_of
from maplebridge.platform import live
from maplebridge.web.hub import hub

MOST_TOPICS = 50


@allow(anybody)
def home(request: HttpRequest) -> HttpResponse:
    """Lead everybody to the page where their day begins."""
    return redirect(first_page(standing_of(request)))


def first_page(standing: Standing) -> str:
    if not standing.signed_in:
        return "sign_in"
    if standing.has(Role.COMMAND, Role.SUPERVISOR):
        return "oversight"
    if standing.has(Role.SORTING_OFFICER):
        return "sorting"
    if standing.is_field:
        return "today"
    if standing.has(Role.CONFIDENTIAL):
        return "confidential"
    if standing.agencies:
        return "agency_inbox"
    if standing.has(Role.ADMINISTRATOR):
        return "administration"
    if standing.has(Role.ANALYST):
        return "statistics"
    return "groups"


@allow(anybody)
def choose_language(request: HttpRequest) -> HttpResponse:
    """Go on in another language; whoever is signed in has it on every phone and desk from now on."""
    response: HttpResponse = set_language(request)
    chosen, standing = request.POST.get("language"), standing_of(request)
    if standing.person_id is not None and chosen in dict(settings.LANGUAGES):
        people_actions.choose(person=people.get_person(standing.person_id), language=chosen)
    return response


async def stream(request: HttpRequest) -> HttpResponseBase:
    """Stream the news of the topics that the page names and the person may follow."""
    topics, audience, person_id = await sync_to_async(_allowed_topics)(request)
    if not topics:
        return HttpResponse(status=403)
    return StreamingHttpResponse(
        _bytes(topics, audience, person_id),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


stream.rule = anybody  # type: ignore[attr-defined]  # each topic is allowed or refused by its own area


def _allowed_topics(request: HttpRequest) -> tuple[list[str], live.Audience, int | None]:
    standing = standing_of(request)
    asked = request.GET.getlist("topic")[:MOST_TOPICS]
    allowed = [topic for topic in asked if standing.signed_in and live.may_follow(standing, topic)]
    connection.close()  # an open stream holds no connection
    return allowed, audience_of(standing), standing.person_id


def audience_of(standing: Standing) -> live.Audience:
    """Return what tells apart the pages of those who see different things of the same news."""
    return live.Audience(get_language() or "zh-hans", standing.is_staff)


async def _bytes(topics: list[str], audience: live.Audience, person_id: int | None) -> AsyncIterator[bytes]:
    async for data in hub.follow(topics, audience, person_id):
        yield data


@allow(anybody)
def service_worker(request: HttpRequest) -> HttpResponse:
    """Serve the service worker from the root, so that it may look after every page."""
    response = render(request, "sw.js", content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response


@allow(anybody)
def offline(request: HttpRequest) -> HttpResponse:
    """Show what a phone shows without a network, where a page was not kept; the service worker keeps it."""
    return render(request, "offline.html")
