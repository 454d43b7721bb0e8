"""What residents are told: the list, one page each, and which kinds they do not want."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from maplebridge.advisories import queries
from maplebridge.advisories.permissions import reads_reminders
from maplebridge.conversations.actions import broadcasting
from maplebridge.conversations.queries import broadcasts
from maplebridge.people.permissions import allow, standing_of


@allow(reads_reminders)
@never_cache
@require_GET
def reminders(request: HttpRequest) -> HttpResponse:
    """List what somebody was told and what holds still; with that it was on their screen."""
    me, now = standing_of(request).person, timezone.now()
    found = broadcasts.receipts_of(me, now)
    broadcasting.note_listed(person_id=me, broadcast_ids=[one.broadcast_id for one in found], now=now)
    return render(request, "advisories/reminders.html", {"now": now, "receipts": found})


@allow(reads_reminders)
@never_cache
@require_GET
def reminder(request: HttpRequest, broadcast_id: int) -> HttpResponse:
    """Show one message. That it was opened counts once; of one that has expired nothing is told any more."""
    me, now = standing_of(request).person, timezone.now()
    one = broadcasts.get_broadcast(broadcast_id)
    if one is None or not broadcasts.may_read(me, one):
        raise Http404
    if one.expires_at <= now:
        return render(request, "advisories/reminder_over.html", {"now": now, "one": one}, status=410)
    broadcasting.note_opened(person_id=me, broadcast_id=one.pk, now=now)
    context: dict[str, Any] = {"now": now, "one": one, "advisory": queries.advisory_of(one)}
    return render(request, "advisories/reminder.html", context)


@allow(reads_reminders)
@never_cache
@require_http_methods(["GET", "POST"])
def reminder_kinds(request: HttpRequest) -> HttpResponse:
    """Let somebody choose which kinds of message they want."""
    me = standing_of(request).person
    subjects = list(queries.subjects().values())
    if request.method == "POST":
        wanted = request.POST.getlist("wanted")
        unwanted = [one.code for one in subjects if one.code not in wanted]
        broadcasting.choose_kinds(person_id=me, unwanted=unwanted, now=timezone.now())
        messages.success(request, _("Kept."))
        return redirect("reminder_kinds")
    unwanted_now = broadcasts.opted_out_of(me)
    kinds = [(one.code, one.code not in unwanted_now) for one in subjects]
    return render(request, "advisories/kinds.html", {"kinds": kinds})
