"""Where a day begins for those who are not in the field: agencies, sorting officers, the few who read in confidence."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from maplebridge.kernel.text import id_in
from maplebridge.matters import actions, queries
from maplebridge.matters.actions import receiving
from maplebridge.matters.domain.workflow import RefusalReason, TransitionNotAllowed
from maplebridge.matters.forms import DoneForm, RefuseForm
from maplebridge.matters.models import CallOut
from maplebridge.matters.permissions import visible_to
from maplebridge.matters.queries import InboxPart
from maplebridge.matters.templatetags.matter_words import category_name, refusal_words
from maplebridge.people.domain.roles import Role
from maplebridge.people.domain.standing import Standing
from maplebridge.people.permissions import agency_clerk, allow, standing_of
from maplebridge.platform import photos
from maplebridge.platform.photos import PhotoRefused


def acts_on_orders(standing: Standing) -> bool:
    """Clerks for their agency, chiefs for what the ladder asks of them; which order is checked by the order."""
    return standing.is_staff


def sorts(standing: Standing) -> bool:
    return standing.has(Role.SORTING_OFFICER, Role.SUPERVISOR)


def reads_in_confidence(standing: Standing) -> bool:
    return standing.has(Role.CONFIDENTIAL)


# -- the agency's inbox


@allow(agency_clerk)
def agency_inbox(request: HttpRequest) -> HttpResponse:
    """Show an agency what it was called out to, each with its own clock, and nothing else."""
    standing, now = standing_of(request), timezone.now()
    part = _part(request.GET.get("part"))
    rows = queries.inbox_of(standing, part, now, before=id_in(request.GET.get("before")))
    counts = queries.inbox_counts(standing)
    context = {
        "now": now,
        "part": part,
        "rows": rows,
        "parts": [(one, PARTS[one], counts.get(one)) for one in InboxPart],
        "topics": " ".join(f"agency:{one}" for one in sorted(standing.agencies)),
        "older": _older(part, rows),
    }
    return render(request, "matters/inbox.html", context)


PARTS = {
    InboxPart.NEW: gettext_lazy("New"),
    InboxPart.ACCEPTED: gettext_lazy("Accepted"),
    InboxPart.ENDED: gettext_lazy("Done and returned"),
}


def _part(word: str | None) -> InboxPart:
    return next((one for one in InboxPart if one == word), InboxPart.NEW)


def _older(part: InboxPart, rows: list[queries.Row]) -> int | None:
    full = part is InboxPart.ENDED and len(rows) == queries.PAGE
    last = rows[-1].order if full else None
    return last.pk if last is not None else None


@allow(acts_on_orders)
@require_POST
def accept_order(request: HttpRequest, call_out_id: int) -> HttpResponse:
    order = _order(request, call_out_id)
    try:
        actions.accept(call_out_id=order.pk, by=_by(request), now=timezone.now())
        messages.success(request, _("Accepted. The resident sees that you are on it."))
    except (actions.NotAllowed, TransitionNotAllowed) as refused:
        messages.error(request, _refused(refused))
    return redirect("agency_inbox")


@allow(acts_on_orders)
def refuse_order(request: HttpRequest, call_out_id: int) -> HttpResponse:
    """Return an order: choose why, and say it in words."""
    order = _order(request, call_out_id)
    form = RefuseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.refuse(
                call_out_id=order.pk,
                reason=RefusalReason(form.cleaned_data["reason"]),
                words=form.cleaned_data["words"],
                by=_by(request),
                now=timezone.now(),
            )
            messages.success(request, _("Returned. Whoever called you out sees why."))
        except (actions.NotAllowed, TransitionNotAllowed) as refused:
            messages.error(request, _refused(refused))
        return redirect("agency_inbox")
    return _form(request, order, form, "matters/inbox_refuse.html")


@allow(acts_on_orders)
def order_done(request: HttpRequest, call_out_id: int) -> HttpResponse:
    """Report what was done, in a sentence and, if there is one, a photo."""
    order, now = _order(request, call_out_id), timezone.now()
    form = DoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.report_done(
                call_out_id=order.pk,
                words=form.cleaned_data["words"],
                photo_ids=photos.keep_sent(request, now=now),
                by=_by(request),
                now=now,
            )
            messages.success(request, _("Reported as done. Thank you."))
        except PhotoRefused as refused:
            form.add_error(None, refused.words)
            return _form(request, order, form, "matters/inbox_done.html", status=422)
        except (actions.NotAllowed, TransitionNotAllowed) as refused:
            messages.error(request, _refused(refused))
        return redirect("agency_inbox")
    return _form(request, order, form, "matters/inbox_done.html")


def _form(
    request: HttpRequest, order: CallOut, form: RefuseForm | DoneForm, template: str, status: int = 200
) -> HttpResponse:
    """Return the form for the sheet, or, where it was filled in without a script, as a page."""
    whole = "matters/inbox_form.html"
    sheet = request.htmx  # type: ignore[attr-defined]  # set by its middleware
    context = {"order": order, "form": form, "form_template": template}
    return render(request, template if sheet else whole, context, status=status)


def _order(request: HttpRequest, call_out_id: int) -> CallOut:
    order = queries.order_to(standing_of(request), call_out_id)
    if order is None:
        raise Http404
    return order


def _refused(refused: actions.NotAllowed | TransitionNotAllowed) -> str:
    return refusal_words(refused.code if isinstance(refused, actions.NotAllowed) else "already_decided")


def _by(request: HttpRequest) -> actions.By:
    return actions.By.of(standing_of(request))


# -- sorting


@allow(sorts)
def sorting(request: HttpRequest) -> HttpResponse:
    """Show what waits for a person's judgment: matters to sort, and messages that may be matters."""
    now = timezone.now()
    context = {
        "now": now,
        "to_sort": queries.to_sort(standing_of(request), now),
        "undecided": queries.undecided(now),
        "takes_orders": standing_of(request).has(Role.SORTING_OFFICER, Role.ADMINISTRATOR),
    }
    return render(request, "matters/sorting.html", context)


@allow(sorts)
def sorting_find(request: HttpRequest, matter_id: int) -> HttpResponse:
    """Return the categories for some words, as buttons that sort the matter."""
    matter = visible_to(standing_of(request)).filter(pk=matter_id).first()
    if matter is None:
        raise Http404
    words = request.GET.get("words", "").strip()
    found = queries.find_categories(words) if words else []
    return render(request, "matters/sorting_found.html", {"matter": matter, "found": found, "words": words})


@allow(sorts)
@require_POST
def sort(request: HttpRequest, matter_id: int) -> HttpResponse:
    """Say with one tap what a matter is about."""
    matter = visible_to(standing_of(request)).filter(pk=matter_id).first()
    chosen = queries.categories().get(request.POST.get("category", ""))
    if matter is None or chosen is None:
        raise Http404
    actions.sort(
        matter_id=matter.pk,
        category=chosen.code,
        severity=max(chosen.severity, matter.severity) if matter.emergency else chosen.severity,
        by=_by(request),
        now=timezone.now(),
    )
    done = _("#%(number)s is sorted: %(category)s.")
    words = done % {"number": matter.pk, "category": category_name(chosen)}
    messages.success(request, " ".join((words, *_went_on(matter.pk))))
    return redirect("sorting")


def _went_on(matter_id: int) -> list[str]:
    """Say what became of a matter that was sorted: until somebody takes it over, it stays with who sorted it."""
    asked = queries.asked_to_take_over(matter_id)
    return [_("%(who)s was asked to take it over.") % {"who": who} for who in asked]


@allow(sorts)
@require_POST
def raise_sorting(request: HttpRequest, sorting_id: int) -> HttpResponse:
    """Make a matter of a message that the product left undecided."""
    message_id = queries.undecided_message(sorting_id)
    if message_id is None:
        raise Http404
    try:
        matter = receiving.raise_by_hand(message_id=message_id, by=_by(request), now=timezone.now())
        done = _("Registered as #%(number)s. %(who)s has it.")
        messages.success(request, done % {"number": matter.pk, "who": matter.owner})
    except actions.NotAllowed as refused:
        messages.error(request, _refused(refused))
    return redirect("sorting")


@allow(sorts)
@require_POST
def leave_as_talk(request: HttpRequest, sorting_id: int) -> HttpResponse:
    """Say that a message needs no matter."""
    receiving.leave_as_talk(sorting_id=sorting_id, by=_by(request), now=timezone.now())
    return redirect("sorting")


# -- in confidence


@allow(reads_in_confidence)
def confidential(request: HttpRequest) -> HttpResponse:
    """Show the queue of the few who may read what must never reach a group."""
    now = timezone.now()
    open_ones, ended = queries.confidential_queue(now)
    return render(request, "matters/confidential.html", {"now": now, "open_ones": open_ones, "ended": ended})
