"""What is done to a matter: one address for each deed, which shows its form and takes it."""

import secrets
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
from maplebridge.matters import actions, queries
from maplebridge.matters.actions import NotAllowed
from maplebridge.matters.actions.receiving import raise_by_hand
from maplebridge.matters.domain.workflow import (
    NoDanger,
    NotFeasible,
    Outcome,
    PauseReason,
    RefusalReason,
    TransitionNotAllowed,
)
from maplebridge.matters.models import Matter
from maplebridge.matters.permissions import reads_thread, sees_inside, visible_to
from maplebridge.matters.templatetags.matter_words import STATES, refusal_words, why
from maplebridge.matters.views import choices, showing
from maplebridge.matters.views.deeds import BY_NAME, Deed, Doing, Reader, is_offered, reader_of, seen_by
from maplebridge.people import queries as people
from maplebridge.people.domain.roles import Role
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
    of = _number(request.POST.get("of") or request.GET.get("of"))
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
            form.add_error(None, _faster(matter) if faster else refusal_words(refused.code))
        except TransitionNotAllowed as refused:
            form.add_error(None, _moved(matter, refused))
        except PhotoRefused:
            form.add_error(None, _("This file is not a picture that can be shown. JPEG, PNG and WebP can."))
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


def _faster(matter: Matter) -> str:
    """Say who has answered meanwhile, and what; sending again adds to it."""
    given = queries.time_line(matter.pk, public_only=False).filter(deed="answered").last()
    words = _(
        "%(who)s was faster and wrote: “%(text)s”. Your words are still here; send them if they add something."
    )
    return words % {"who": given.by if given and given.by else "", "text": given.text if given else ""}


def _too_late(reader: Reader) -> str:
    """Say why a deed is not there any more, and who was faster."""
    matter = reader.matter
    last = queries.time_line(matter.pk, public_only=False).order_by("-id").first()
    if last is None or last.by is None or last.by_id == reader.person_id:
        return _("This cannot be done any more: the matter is “%(state)s”.") % {"state": STATES[matter.state]}
    words = _("%(who)s was faster (%(at)s): the matter is “%(state)s”. What you wrote is still here.")
    at = date_format(timezone.localtime(last.at), "H:i")
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
        "subject": showing.title_of(matter),
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


# Each deed is one call of an action.


def _feedback(doing: Doing) -> object:
    return actions.record_feedback(
        matter_id=doing.reader.matter.pk,
        person_id=doing.reader.person_id,
        solved=doing.told["solved"],
        satisfaction=doing.told["satisfaction"],
        words=doing.told["words"],
        now=doing.now,
    )


def _add(doing: Doing) -> object:
    if not doing.told["text"].strip() and not doing.photo_ids:
        raise NotAllowed("nothing_added")
    by = actions.By.of(doing.reader.standing)
    return actions.add(
        matter_id=doing.reader.matter.pk,
        by=by,
        text=doing.told["text"],
        photo_ids=doing.photo_ids,
        now=doing.now,
    )


def _withdraw(doing: Doing) -> object:
    return actions.withdraw(
        matter_id=doing.reader.matter.pk,
        person_id=doing.reader.person_id,
        words=doing.told["words"],
        now=doing.now,
    )


def _accept_hand_over(doing: Doing) -> object:
    return actions.accept_hand_over(hand_over_id=_of(doing), by=doing.reader.by, now=doing.now)


def _decline_hand_over(doing: Doing) -> object:
    actions.decline_hand_over(
        hand_over_id=_of(doing), reason=doing.told["reason"], by=doing.reader.by, now=doing.now
    )
    return None


def _accept_call_out(doing: Doing) -> object:
    return actions.accept(call_out_id=_of(doing), by=doing.reader.by, now=doing.now)


def _refuse_call_out(doing: Doing) -> object:
    reason = RefusalReason(doing.told["reason"])
    words = doing.told["words"]
    return actions.refuse(
        call_out_id=_of(doing), reason=reason, words=words, by=doing.reader.by, now=doing.now
    )


def _report_done(doing: Doing) -> object:
    return actions.report_done(
        call_out_id=_of(doing),
        words=doing.told["words"],
        photo_ids=doing.photo_ids,
        by=doing.reader.by,
        now=doing.now,
    )


def _cancel_call_out(doing: Doing) -> object:
    actions.cancel_call_out(call_out_id=_of(doing), by=doing.reader.by, now=doing.now)
    return None


def _answer(doing: Doing) -> object:
    return actions.answer(
        matter_id=doing.reader.matter.pk,
        text=doing.told["text"],
        promise_by=doing.told["promise_by"],
        photo_ids=doing.photo_ids,
        shown_as=doing.shown_as,
        only_as_first=doing.told["first"],
        by=doing.reader.by,
        now=doing.now,
    )


def _resolve(doing: Doing) -> object:
    matter = doing.reader.matter
    share = queries.town_rules(queries.local_day(doing.now)).call_back_share
    always = bool(matter.category and matter.category.revisit)
    return actions.resolve(
        matter_id=matter.pk,
        outcome=Outcome(doing.told["outcome"]),
        handed_to=doing.told["handed_to"],
        because=NotFeasible(doing.told["because"]) if doing.told["because"] else None,
        text=doing.told["text"],
        photo_ids=doing.photo_ids,
        shown_as=doing.shown_as,
        # Nobody can foresee, or choose, which matters are asked about.
        call_back=always or secrets.SystemRandom().random() < share,
        by=doing.reader.by,
        now=doing.now,
    )


def _hand_over(doing: Doing) -> object:
    return actions.offer_hand_over(
        matter_id=doing.reader.matter.pk,
        to_id=doing.told["to"],
        words=doing.told["words"],
        by=doing.reader.by,
        now=doing.now,
    )


def _call_out(doing: Doing) -> object:
    return actions.call_out(
        matter_id=doing.reader.matter.pk,
        agency_id=doing.told["agency"],
        instruction=doing.told["words"],
        by=doing.reader.by,
        now=doing.now,
    )


def _no_danger(doing: Doing) -> object:
    return actions.take_back_danger(
        matter_id=doing.reader.matter.pk,
        reason=NoDanger(doing.told["reason"]),
        words=doing.told["words"],
        by=doing.reader.by,
        now=doing.now,
    )


def _pause(doing: Doing) -> object:
    return actions.pause(
        matter_id=doing.reader.matter.pk,
        reason=PauseReason(doing.told["reason"]),
        words=doing.told["words"],
        until=doing.told["until"],
        by=doing.reader.by,
        now=doing.now,
    )


def _resume(doing: Doing) -> object:
    return actions.resume(matter_id=doing.reader.matter.pk, by=doing.reader.by, now=doing.now)


def _defer(doing: Doing) -> object:
    return actions.defer(
        matter_id=doing.reader.matter.pk,
        words=doing.told["words"],
        review_on=doing.told["review_on"],
        by=doing.reader.by,
        now=doing.now,
    )


def _ask_extension(doing: Doing) -> object:
    return actions.ask_extension(
        matter_id=doing.reader.matter.pk,
        until=doing.told["until"],
        reason=doing.told["reason"],
        by=doing.reader.by,
        now=doing.now,
    )


def _sort(doing: Doing) -> object:
    return actions.sort(
        matter_id=doing.reader.matter.pk,
        category=doing.told["category"],
        severity=doing.told["severity"],
        by=doing.reader.by,
        now=doing.now,
        may_open=doing.reader.standing.has(Role.CONFIDENTIAL),
    )


def _merge(doing: Doing) -> object:
    into_id = doing.told["into"]
    if not visible_to(doing.reader.standing).filter(pk=into_id).exists():
        raise NotAllowed("unknown_matter")
    return actions.merge(matter_id=doing.reader.matter.pk, into_id=into_id, by=doing.reader.by, now=doing.now)


def _split(doing: Doing) -> object:
    return actions.split(
        matter_id=doing.reader.matter.pk, parts=doing.told["parts"], by=doing.reader.by, now=doing.now
    )


def _chase(doing: Doing) -> object:
    return actions.chase(
        matter_id=doing.reader.matter.pk, words=doing.told["words"], by=doing.reader.by, now=doing.now
    )


def _order(doing: Doing) -> object:
    return actions.order(
        matter_id=doing.reader.matter.pk,
        words=doing.told["words"],
        due_at=doing.told["due_at"],
        by=doing.reader.by,
        now=doing.now,
    )


def _consult(doing: Doing) -> object:
    return actions.call_consultation(
        matter_id=doing.reader.matter.pk,
        words=doing.told["words"],
        agency_ids=doing.told["agencies"],
        due_at=doing.told["due_at"],
        by=doing.reader.by,
        now=doing.now,
    )


def _assign_owner(doing: Doing) -> object:
    return actions.assign_owner(
        matter_id=doing.reader.matter.pk,
        to_id=doing.told["to"],
        words=doing.told["words"],
        by=doing.reader.by,
        now=doing.now,
    )


def _end_oversight(doing: Doing) -> object:
    minutes = doing.told["minutes"]
    return actions.end(oversight_id=_of(doing), minutes=minutes, by=doing.reader.by, now=doing.now)


def _grant_extension(doing: Doing) -> object:
    return actions.decide_extension(extension_id=_of(doing), granted=True, by=doing.reader.by, now=doing.now)


def _refuse_extension(doing: Doing) -> object:
    return actions.decide_extension(extension_id=_of(doing), granted=False, by=doing.reader.by, now=doing.now)


def _take_back_promise(doing: Doing) -> object:
    actions.take_back_promise(promise_id=_of(doing), by=doing.reader.by, now=doing.now)
    return None


def _move_promise(doing: Doing) -> object:
    due_at = doing.told["due_at"]
    return actions.move_promise(promise_id=_of(doing), due_at=due_at, by=doing.reader.by, now=doing.now)


def _finish_call_back(doing: Doing) -> object:
    return actions.call_back_with(
        call_back_id=_of(doing),
        reached=doing.told["reached"],
        solved=doing.told["solved"] if doing.told["solved"] != "" else None,
        satisfaction=doing.told["satisfaction"],
        words=doing.told["words"],
        by=doing.reader.by,
        now=doing.now,
    )


def _of(doing: Doing) -> int:
    assert doing.of is not None  # `is_offered` knows this part of the matter
    return doing.of


DO: Mapping[str, Callable[[Doing], object]] = {
    "feedback": _feedback,
    "add": _add,
    "withdraw": _withdraw,
    "accept_hand_over": _accept_hand_over,
    "decline_hand_over": _decline_hand_over,
    "accept_call_out": _accept_call_out,
    "refuse_call_out": _refuse_call_out,
    "report_done": _report_done,
    "cancel_call_out": _cancel_call_out,
    "no_danger": _no_danger,
    "answer": _answer,
    "resolve": _resolve,
    "hand_over": _hand_over,
    "call_out": _call_out,
    "pause": _pause,
    "resume": _resume,
    "defer": _defer,
    "ask_extension": _ask_extension,
    "sort": _sort,
    "merge": _merge,
    "split": _split,
    "chase": _chase,
    "order": _order,
    "consult": _consult,
    "assign_owner": _assign_owner,
    "end_oversight": _end_oversight,
    "grant_extension": _grant_extension,
    "refuse_extension": _refuse_extension,
    "take_back_promise": _take_back_promise,
    "move_promise": _move_promise,
    "finish_call_back": _finish_call_back,
}


def _number(value: str | None) -> int | None:
    return int(value) if value and value.isdecimal() and len(value) < 18 else None
