"""The pages of a conversation: who said what, live, with what became of it."""

from dataclasses import dataclass, field, replace
from typing import Any

from django.contrib import messages as notes
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from maplebridge.conversations import actions, queries
from maplebridge.conversations.domain.broadcasting import State as BroadcastState
from maplebridge.conversations.queries import broadcasts
from maplebridge.grading import queries as grading
from maplebridge.kernel.text import id_in, shorten
from maplebridge.matters import actions as matter_actions
from maplebridge.matters import queries as matters
from maplebridge.matters.actions.raising import officers_on_duty
from maplebridge.matters.permissions import may_handle, may_see
from maplebridge.matters.templatetags.matter_words import refusal_words, role_of, state_words
from maplebridge.mediation.permissions import finds
from maplebridge.people import queries as people
from maplebridge.people.domain.standing import Standing
from maplebridge.people.permissions import allow, signed_in, standing_of
from maplebridge.platform import live, photos
from maplebridge.web.group_keeping import keeps, keeps_groups

PAGE = 40
NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Bubble:
    """A message as it is shown to one audience."""

    id: int
    author: int | None
    who: str
    home: str
    role: str  # how it is drawn
    role_words: str
    at: Any
    text: str
    photos: list[dict[str, Any]] = field(default_factory=list)
    spot: str = ""
    spot_url: str = ""
    quote: str = ""
    matter_url: str = ""
    matter_number: int | None = None
    matter_state: str = ""
    raise_url: str = ""
    mediation_url: str = ""  # for those who may write a dispute down
    more_url: str = ""  # of a notice to many
    # The open questions, where whoever wrote has not said which of them they answer.
    which: list[dict[str, Any]] = field(default_factory=list)
    read_by: int = 0
    mine: bool = False  # of whoever looks; what comes live is the same for all, and marked by the page

    @property
    def id_text(self) -> str:
        return str(self.id)


@allow(signed_in)
def groups(request: HttpRequest) -> HttpResponse:
    """List the conversations of a person: the groups they are in, and their private threads."""
    standing = standing_of(request)
    shown = sorted(shown_groups(standing.person), key=lambda one: -one["last_id"])
    asked = not standing.is_staff and grading.is_asked(standing.person, timezone.now())
    context = {
        "groups": shown,
        "asked_how_safe": asked,
        "keeps_groups": keeps_groups(standing),
        "new_reminders": broadcasts.not_opened(standing.person, timezone.now()),
    }
    return render(request, "web/groups.html", context)


def shown_groups(person_id: int) -> list[dict[str, Any]]:
    """Return the conversations of a person, each with its last words and whether there is something new."""
    memberships = list(queries.memberships_of(person_id))
    threads = [one.thread_id for one in memberships]
    last = queries.last_messages(threads, besides=broadcasts.notices_kept_from(person_id, threads))
    private = [one.thread_id for one in memberships if one.thread.kind == "private"]
    first = queries.first_messages(private)
    confided = matters.confided_in(private)  # others may look at this screen
    return [
        {
            "url": reverse("group", args=[one.thread_id]),
            "name": _name_of(one.thread),
            "last": last.get(one.thread_id),
            "last_id": last[one.thread_id].pk if one.thread_id in last else 0,
            "unread": one.thread_id in last and last[one.thread_id].pk > one.read_up_to,
            "private": one.thread.kind == "private",
            "about": first[one.thread_id].text
            if one.thread_id in first and one.thread_id not in confided
            else "",
            "hides": one.thread_id in confided,
            "muted": one.muted,
        }
        for one in memberships
    ]


def is_closed(thread: Any) -> bool:
    return thread.kind == "group" and thread.group.closed_at is not None


def _name_of(thread: Any) -> str:
    return thread.group.name if thread.kind == "group" else _("Between you and those who answer")


@allow(signed_in)
def group(request: HttpRequest, thread_id: int) -> HttpResponse:
    """Show a conversation, newest last, and note how far it has been read."""
    standing = standing_of(request)
    thread, membership = _entered(standing, thread_id)
    before, after = id_in(request.GET.get("before")), id_in(request.GET.get("after"))
    at = queries.in_thread(id_in(request.GET.get("at")), thread_id)
    messages = _page(thread_id, before=before, after=after, at=at)
    is_past = at is not None or after is not None  # what is said now may be far below
    shown = {
        "thread": thread,
        "bubbles": bubbles_of(messages, is_staff=standing.is_staff, viewer_id=standing.person_id),
        "older": queries.goes_back(messages) if after is None else None,
        "newer": queries.goes_on(messages) if is_past else None,
    }
    if before is not None or after is not None:
        return render(request, "web/bubbles.html", shown)
    if messages and membership is not None:
        actions.mark_read(
            thread_id=thread_id,
            person_id=standing.person,
            message_id=messages[-1].pk,
            now=timezone.now(),
        )
    context = shown | {
        "name": _name_of(thread),
        "may_write": _writes_as(standing, thread, membership) is not None,
        "members": queries.members_of(thread_id).count(),
        "finds_disputes": finds(standing),
        "membership": membership,
        "closed": is_closed(thread),
        "keeps": keeps(standing, thread_id),
        "duty": _duty(thread),
    }
    return render(request, "web/group.html", context)


def _page(thread_id: int, *, before: int | None, after: int | None, at: int | None) -> list[Any]:
    """Return the messages before or after one, around one, or the last ones."""
    if at is not None:
        return queries.page_around(thread_id, at, most=PAGE)
    if after is not None:
        return queries.page_after(thread_id, after=after, most=PAGE)
    return queries.page_of(thread_id, before=before, most=PAGE)


def _duty(thread: Any) -> list[str]:
    """Return who is on duty for the ground of a thread now, as they are called in groups."""
    if thread.grid_id is None:
        return []
    on_duty = officers_on_duty(thread.grid_id, timezone.now())[:2]
    return [one.nickname for one in people.persons(on_duty).values()]


@allow(signed_in)
@require_POST
def say(request: HttpRequest, thread_id: int) -> HttpResponse:
    """Take a message from the page. What is refused stays in the field, with the reason."""
    standing = standing_of(request)
    thread, membership = _entered(standing, thread_id)
    role = _writes_as(standing, thread, membership)
    if role is None:
        raise Http404
    now = timezone.now()
    person = people.get_person(standing.person)
    try:
        message = actions.receive_message(
            thread_id=thread_id,
            author_id=person.pk,
            role=role,
            shown_as=matter_actions.shown_as(person, role),
            text=request.POST.get("text", ""),
            photo_ids=photos.keep_sent(request, now=now),
            in_reply_to_id=queries.in_thread(id_in(request.POST.get("in_reply_to")), thread_id),
            lon=_coordinate(request.POST.get("lon")),
            lat=_coordinate(request.POST.get("lat")),
            asks_readers=standing.is_staff and request.POST.get("asks_readers") == "on",
            now=now,
        )
    except photos.PhotoRefused as refused:
        return _not_said(request, thread_id, refused.words)
    except actions.MessageRefused as refused:
        return _not_said(request, thread_id, _refused(refused.code))
    actions.mark_read(thread_id=thread_id, person_id=person.pk, message_id=message.pk, now=now)
    if request.htmx:  # type: ignore[attr-defined]  # set by its middleware
        return render(request, "web/said.html", _said(message.pk, standing, thread))
    return redirect("group", thread_id)


def _not_said(request: HttpRequest, thread_id: int, wrong: str) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]  # set by its middleware
        return HttpResponse(wrong, status=422)
    notes.error(request, wrong)
    return redirect("group", thread_id)


def _writes_as(standing: Standing, thread: Any, membership: Any) -> str | None:
    """Return the role in which somebody writes here: a member's, or that of staff who handle what was asked."""
    if is_closed(thread):
        return None
    if membership is not None:
        return str(membership.role)
    if thread.kind != "private" or not standing.is_staff:
        return None
    handles = any(may_handle(standing, one) for one in matters.open_in_thread(thread.pk))
    return standing.main_role if handles else None


@allow(signed_in)
@require_POST
def say_which(request: HttpRequest, thread_id: int, message_id: int, matter_id: int) -> HttpResponse:
    """Take what somebody wrote as the answer to the question they name: several were open, nobody can know."""
    standing = standing_of(request)
    _entered(standing, thread_id)
    question = next((one for one in matters.open_in_thread(thread_id) if one.pk == matter_id), None)
    if queries.in_thread(message_id, thread_id) is None or question is None:
        raise Http404
    if not may_handle(standing, question):
        raise Http404
    by = matter_actions.By.of(standing)
    try:
        matter_actions.say_which(message_id=message_id, matter_id=matter_id, by=by, now=timezone.now())
        notes.success(request, _("Taken as the answer to #%(number)s.") % {"number": matter_id})
    except matter_actions.NotAllowed as refused:
        notes.error(request, refusal_words(refused.code))
    return redirect("group", thread_id)


def _said(message_id: int, standing: Standing, thread: Any) -> dict[str, Any]:
    """Return the new bubble, and whether its words speak of immediate danger: then whom to call fills the page."""
    message = queries.get_message(message_id)
    danger = "" if standing.is_staff else " ".join(matters.door().propose(message.text).numbers)
    bubbles = bubbles_of([message], is_staff=standing.is_staff, viewer_id=standing.person_id)
    return {"bubbles": bubbles, "thread": thread, "danger": danger}


@allow(signed_in)
@require_POST
def read(request: HttpRequest, thread_id: int) -> HttpResponse:
    """Note how far somebody has read while the page stays open."""
    standing = standing_of(request)
    _entered(standing, thread_id)
    if (last := id_in(request.POST.get("last"))) is not None:
        actions.mark_read(thread_id=thread_id, person_id=standing.person, message_id=last, now=timezone.now())
    return HttpResponse(status=204)


@allow(signed_in)
@require_POST
def leave(request: HttpRequest, thread_id: int) -> HttpResponse:
    standing = standing_of(request)
    _entered(standing, thread_id)
    actions.leave(thread_id=thread_id, person_id=standing.person, now=timezone.now())
    return redirect("groups")


@allow(signed_in)
@require_POST
def take_back(request: HttpRequest, thread_id: int, message_id: int) -> HttpResponse:
    """Let the author take a message back, or whoever keeps the group take it down; it can be read no more."""
    standing = standing_of(request)
    _entered(standing, thread_id)
    if queries.in_thread(message_id, thread_id) is None:
        raise Http404
    message = queries.get_message(message_id)
    if message.author_id == standing.person_id:
        actions.withdraw(message=message, now=timezone.now())
    elif keeps(standing, thread_id) and message.kind != NOTICE:
        actions.take_down(message=message, by_id=standing.person, now=timezone.now())
    else:
        raise Http404
    notes.success(request, _taken_back(matters.matters_of_messages([message_id]).get(message_id)))
    return redirect("group", thread_id)


def _taken_back(matter: Any) -> str:
    """Say that a message is gone; a matter that it raised is not, for others work on it."""
    if matter is None or matter.state == "closed":
        return _("Taken back. Nobody here can read it any more.")
    words = _(
        "Taken back. Nobody here can read it any more. #%(number)s goes on; on its page you can withdraw it."
    )
    return words % {"number": matter.pk}


@allow(signed_in)
def photo(request: HttpRequest, thread_id: int, photo_id: int, size: str) -> HttpResponse:
    """Show a picture of a conversation to those who are in it."""
    standing = standing_of(request)
    _entered(standing, thread_id)
    attached = queries.photo_in(thread_id, photo_id)
    if attached is None or size not in ("small", "large"):
        raise Http404
    return photos.response(attached.photo.key, size)


def bubbles_of(
    messages: list[Any],
    *,
    is_staff: bool,
    viewer_id: int | None = None,
) -> list[Bubble]:
    """Return messages as they are shown, each with the matter that it raised; notices only to whom they are told."""
    found = matters.matters_of_messages([one.pk for one in messages])
    readers = queries.read_counts([one for one in messages if one.asks_readers])
    told = broadcasts.notices([one.pk for one in messages if one.kind == NOTICE])
    kept = broadcasts.kept_from(viewer_id, [one.pk for one in told.values()]) if viewer_id and told else ()
    shown = [
        _told(_bubble(one, found.get(one.pk), readers.get(one.pk, 0), is_staff=is_staff), told.get(one.pk))
        for one in messages
        if one.pk not in told or told[one.pk].pk not in kept
    ]
    shown = [replace(one, mine=viewer_id is not None and one.author == viewer_id) for one in shown]
    return _asked_which(shown, messages) if is_staff else shown


def _told(bubble: Bubble, one: Any) -> Bubble:
    """Let the notice of a broadcast lead to its page; when it has expired, it says only that."""
    if one is None or one.state == BroadcastState.STOPPED:
        return bubble
    if one.expires_at <= timezone.now():
        return replace(bubble, text=_("This reminder is over."))
    return replace(bubble, more_url=reverse("reminder", args=[one.pk]))


def _asked_which(bubbles: list[Bubble], messages: list[Any]) -> list[Bubble]:
    """Ask under one's own words in a private thread which of the open questions they answer, where several are."""
    unsaid = {
        one.pk
        for one in messages
        if one.role not in (actions.RESIDENT, actions.SYSTEM)
        and one.kind == "said"
        and one.in_reply_to_id is None
        and one.text
    }
    if not any(one.mine and one.id in unsaid for one in bubbles):
        return bubbles
    thread = messages[0].thread
    open_ones = matters.open_in_thread(thread.pk) if thread.kind == "private" else []
    if len(open_ones) < 2:
        return bubbles
    waiting = [one.raised_at for one in open_ones if one.answered_at is None]
    return [
        replace(one, which=[_question(one, question, thread.pk) for question in open_ones])
        if one.mine and one.id in unsaid and any(earlier <= one.at for earlier in waiting)
        else one
        for one in bubbles
    ]


def _question(bubble: Bubble, matter: Any, thread_id: int) -> dict[str, Any]:
    return {
        "url": reverse("group_say_which", args=[thread_id, bubble.id, matter.pk]),
        "number": matter.pk,
        "words": shorten(matter.summary, 24),
    }


def _bubble(message: Any, matter: Any, read_by: int, *, is_staff: bool) -> Bubble:
    who, _mark, home = message.shown_as.partition(queries.HOME_MARK)
    is_there = message.withdrawn_at is None and message.emptied_at is None
    role, role_words = role_of(message.role)
    may_raise = is_staff and matter is None and message.role == actions.RESIDENT and is_there
    return Bubble(
        id=message.pk,
        author=message.author_id,
        who=who or (_("A neighbor") if message.role == actions.RESIDENT else _("Maple Bridge")),
        home=home,
        role=role,
        role_words=role_words,
        at=message.sent_at,
        text=_words(message),
        photos=[_photo(message.thread_id, one) for one in message.photos.all()],
        spot=_("Place on the map") if message.lon is not None else "",
        spot_url=f"{reverse('territory')}?lon={message.lon}&lat={message.lat}"
        if message.lon is not None
        else "",
        quote=_quoted(message.in_reply_to) if message.in_reply_to else "",
        matter_url=reverse("matter", args=[matter.pk]) if matter else "",
        matter_number=matter.pk if matter else None,
        matter_state=state_words(matter) if matter else "",
        raise_url=reverse("raise_message", args=[message.pk]) if may_raise else "",
        mediation_url=f"{reverse('dispute_new')}?message={message.pk}" if may_raise else "",
        read_by=read_by,
    )


def _quoted(message: Any) -> str:
    """Return the beginning of what is replied to; of a notice no words, for it is kept from some who read the reply."""
    return _("A notice") if message.kind == NOTICE else str(message.text[:60])


def _words(message: Any) -> str:
    """Return what was said, or why it is no longer there."""
    if message.hidden_by_id:
        return _("This message was taken down by those who keep the group.")
    if message.withdrawn_at:
        return _("This message was taken back.")
    return _("This message was deleted after its time.") if message.emptied_at else str(message.text)


def _photo(thread_id: int, attached: Any) -> dict[str, Any]:
    return {
        "url": reverse("group_photo", args=[thread_id, attached.photo_id, "large"]),
        "thumb_url": reverse("group_photo", args=[thread_id, attached.photo_id, "small"]),
        "width": attached.photo.width,
        "height": attached.photo.height,
    }


def _refused(code: str) -> str:
    return {
        "empty": _("Please write something, or add a photo."),
        "too_long": _("This is longer than 20,000 characters. Please send it in parts."),
    }.get(code, _("That could not be taken. Your words are kept in the field."))


def _entered(standing: Standing, thread_id: int) -> tuple[Any, Any]:
    """Return the thread and the membership; whoever is not in a conversation does not learn that it exists."""
    membership = queries.membership_of(standing.person, thread_id)
    if membership is None and not may_follow_thread(standing, thread_id):
        raise Http404
    return queries.get_thread(thread_id), membership


@live.allows("thread")
def may_follow_thread(standing: Standing, thread_id: int) -> bool:
    """Members, and whoever may see a matter that was raised there."""
    if standing.person_id is None:
        return False
    if queries.membership_of(standing.person_id, thread_id) is not None:
        return True
    return standing.is_staff and any(may_see(standing, one) for one in matters.matters_in_thread(thread_id))


@live.renders("message")
@live.renders("message_state")
def message_html(message_id: int, audience: live.Audience) -> str:
    message = queries.get_message(message_id)
    bubbles = bubbles_of([message], is_staff=audience.is_staff)
    return render_to_string("web/bubbles.html", {"bubbles": bubbles}) if bubbles else ""


@live.withholds("message")
@live.withholds("message_state")
def message_withheld_from(message_id: int) -> frozenset[int]:
    return broadcasts.whom_kept_from(message_id)


def _coordinate(value: str | None) -> float | None:
    try:
        return float(value) if value else None
    except ValueError:
        return None
