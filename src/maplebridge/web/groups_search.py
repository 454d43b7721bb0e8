"""Search in one's own conversations: simplified and traditional characters are one language to it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from maplebridge.conversations import queries
from maplebridge.conversations.queries import broadcasts
from maplebridge.kernel.text import id_in
from maplebridge.people.permissions import allow, signed_in, standing_of
from maplebridge.web.groups import bubbles_of
from maplebridge.web.search import LONGEST

PAGE = 30


@allow(signed_in)
def search_groups(request: HttpRequest) -> HttpResponse:
    """Show what was said with these words in the conversations of whoever asks, newest first."""
    standing = standing_of(request)
    words = request.GET.get("q", "").strip()[:LONGEST]
    mine = {one.thread_id: one.thread for one in queries.memberships_of(standing.person)}
    before = id_in(request.GET.get("before"))
    kept = broadcasts.notices_kept_from(standing.person, mine)
    found = queries.said_with(mine, words, before=before, most=PAGE, besides=kept)
    bubbles = bubbles_of(found, is_staff=False)
    context = {
        "words": words,
        "found": [
            (one, _place_of(message.thread_id, message.pk), _name(mine[message.thread_id]))
            for one, message in zip(bubbles, found, strict=True)
        ],
        "older": found[-1].pk if len(found) == PAGE else None,
    }
    return render(request, "web/groups_search.html", context)


def _place_of(thread_id: int, message_id: int) -> str:
    """Return the address of a message in its place: the page that holds it, and where on it."""
    return f"{reverse('group', args=[thread_id])}?at={message_id}#m{message_id}"


def _name(thread: object) -> str:
    group = getattr(thread, "group", None)
    return str(group) if group is not None else ""
