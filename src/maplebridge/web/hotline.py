"""The hotline's page: a file is checked, then taken over piece by piece; the results go back as a file."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maplebridge.kernel.tables import TableError
from maplebridge.matters import queries as matters
from maplebridge.matters.gateway import OrderProblem, hotline
from maplebridge.people.domain.roles import Role
from maplebridge.people.domain.standing import Standing
from maplebridge.people.permissions import allow, me_of, standing_of
from maplebridge.platform import downloads, waiting_files
from maplebridge.platform.table_words import table_words
from maplebridge.platform.uploads import TableFileField
from maplebridge.web.hotline_orders import check, take_over

SHOWN_PROBLEMS = 200
A_PIECE_S = 2.0  # of taking over in one request
MOST_DAYS = 366


def takes_orders(standing: Standing) -> bool:
    return standing.has(Role.SORTING_OFFICER, Role.ADMINISTRATOR)


class FileForm(forms.Form):
    file = TableFileField(
        label=gettext_lazy("File of orders"),
        help_text=gettext_lazy(
            "CSV or XLSX, as the hotline exports it. Nothing is changed before you say so."
        ),
    )


class DaysForm(forms.Form):
    days = forms.IntegerField(
        min_value=1,
        max_value=MOST_DAYS,
        initial=30,
        label=gettext_lazy("Orders of the last … days"),
        widget=forms.NumberInput(attrs={"class": "form-control", "inputmode": "numeric"}),
    )


@allow(takes_orders)
@never_cache
@require_http_methods(["GET", "POST"])
def orders(request: HttpRequest) -> HttpResponse:
    """Take a file, and lead to what was found in it."""
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        data = file.read()
        try:
            check(data, file.name)
        except TableError as problem:
            form.add_error("file", table_words(problem))
        else:
            waiting = waiting_files.keep(
                name=file.name, data=data, person_id=me_of(request), now=timezone.now()
            )
            return redirect("hotline_file", waiting.pk)
    sorts = standing_of(request).has(Role.SORTING_OFFICER)
    back_url = reverse("sorting" if sorts else "administration")
    context = {"form": form, "days_form": DaysForm(auto_id="days_%s"), "back_url": back_url}
    return render(request, "web/hotline.html", context, status=422 if form.errors else 200)


@allow(takes_orders)
@never_cache
@require_GET
def checked_file(request: HttpRequest, file_id: int) -> HttpResponse:
    """Show what a file holds: how much is new, how much is known, and everything that is wrong."""
    waiting = _waiting(request, file_id)
    found = check(waiting_files.data_of(waiting), waiting.name)
    context = {
        "file": waiting,
        "found": found,
        "problems": [_told(one) for one in found.problems[:SHOWN_PROBLEMS]],
        "not_shown": max(0, len(found.problems) - SHOWN_PROBLEMS),
    }
    return render(request, "web/hotline_file.html", context)


@allow(takes_orders)
@never_cache
@require_POST
def take_over_file(request: HttpRequest, file_id: int) -> HttpResponse:
    """Take over the next piece of a file. The page asks again until it is done; what is known is passed over."""
    waiting = _waiting(request, file_id)
    found = check(waiting_files.data_of(waiting), waiting.name)
    if found.problems and not waiting.done and request.POST.get("leave_out") != "yes":
        return redirect("hotline_file", file_id)
    done, counts = take_over(found.orders, clock=timezone.now, begin=waiting.done, seconds=A_PIECE_S)
    total = dict(Counter(waiting.counts) + counts)
    if done >= len(found.orders):
        waiting_files.forget(waiting)
    else:
        waiting_files.note(waiting, done=done, counts=total)
    context = {
        "file_id": file_id,
        "done": done,
        "total": len(found.orders),
        "over": done >= len(found.orders),
        "new": total.get("new", 0),
        "known": total.get("known", 0),
        "nobody": total.get("nobody", 0),
        "broken": found.broken,
    }
    whole = "web/hotline_taken.html"
    return render(
        request, "web/hotline_progress.html" if request.headers.get("HX-Request") else whole, context
    )


@allow(takes_orders)
@never_cache
@require_POST
def drop_file(request: HttpRequest, file_id: int) -> HttpResponse:
    waiting_files.forget(_waiting(request, file_id))
    return redirect("hotline")


@allow(takes_orders)
@never_cache
@require_GET
def results(request: HttpRequest) -> HttpResponseBase:
    """Stream what has become of the orders, as the hotline reads it."""
    form = DaysForm(request.GET)
    if not form.is_valid():
        return redirect("hotline")
    now = timezone.now()
    since = now - timedelta(days=form.cleaned_data["days"])
    pieces = hotline().write(matters.order_results(since))
    return downloads.streamed(request, pieces, form="csv", name=f"hotline-{_stamp(now)}")


def _stamp(now: datetime) -> str:
    return f"{timezone.localtime(now):%Y%m%d-%H%M}"


def _waiting(request: HttpRequest, file_id: int) -> Any:
    found = waiting_files.brought_by(me_of(request), file_id)
    if found is None:
        raise Http404
    return found


def _told(one: OrderProblem) -> dict[str, Any]:
    return {"row": one.row, "column": one.column, "words": problem_words(one)}


def problem_words(one: OrderProblem) -> str:
    """Return what is wrong with a row, and what is needed."""
    value = {"value": one.value}
    return {
        "missing_column": _("The file has no such column. It is needed."),
        "ragged": _("The row does not have as many cells as the heading."),
        "empty": _("This must not be empty."),
        "too_long": _("This is longer than %(value)s characters.") % value,
        "bad_time": _("“%(value)s” is not a time such as 2026-03-02 12:00:00.") % value,
        "bad_phone": _("“%(value)s” is not a phone number.") % value,
        "not_yes_or_no": _("“%(value)s” is neither yes nor no.") % value,
        "twice": _("This order is already in row %(value)s.") % value,
    }[one.code]
