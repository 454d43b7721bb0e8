"""The duty table: who is on duty now, and in a week by day and by night."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maplebridge.kernel.text import id_in
from maplebridge.people.domain.standing import Standing
from maplebridge.people.permissions import allow, standing_of
from maplebridge.places import queries as places
from maplebridge.rosters import actions, queries
from maplebridge.rosters.domain.weeks import DAYS, Shift, monday_of, shift_of, span_of, week_of
from maplebridge.rosters.forms import DutyForm, SwapForm
from maplebridge.rosters.models import Duty
from maplebridge.rosters.permissions import keeps_duties, sees_duties

OWN = "own"  # the police grids over the ground of whoever asks


@dataclass
class Cell:
    """One shift of one day in one row of the table."""

    day: date
    today: bool
    by_day: list[Duty] = field(default_factory=list)
    by_night: list[Duty] = field(default_factory=list)


@dataclass
class Line:
    """A role in a police grid, or in the whole town, over a week."""

    role: str
    sector: Any
    cells: list[Cell]


@dataclass
class OnDuty:
    """Somebody who is on duty at a moment, with all police grids they look after."""

    person: Any
    role: str
    until: datetime
    sectors: list[Any] = field(default_factory=list)


@allow(sees_duties)
@require_GET
def duties(request: HttpRequest) -> HttpResponse:
    """Show a week of the table; without a week asked for, this one."""
    now = timezone.now()
    chosen = _day(request.GET.get("week")) or timezone.localdate()
    return _week_page(request, chosen, now)


def _week_page(
    request: HttpRequest, chosen: date, now: datetime, form: DutyForm | None = None
) -> HttpResponse:
    zone = timezone.get_current_timezone()
    monday, today = monday_of(chosen), timezone.localdate(now)
    standing = standing_of(request)
    own = _own_sectors(standing)
    sector = request.GET.get("sector", OWN if own else "")
    chosen_one = id_in(sector)
    wanted = own if sector == OWN else {chosen_one} if chosen_one is not None else None
    lines = _lines(monday, today, zone)
    sectors = {line.sector.pk: line.sector for line in lines if line.sector}
    shown = [line for line in lines if wanted is None or not line.sector or line.sector.pk in wanted]
    keeper = keeps_duties(standing)
    context = {
        "now": now,
        "on_now": _on_duty(now, wanted),
        "lines": shown,
        "days": [monday + timedelta(days=number) for number in range(DAYS)],
        "today": today,
        "monday": monday,
        "before": monday - timedelta(days=DAYS),
        "after": monday + timedelta(days=DAYS),
        "is_this_week": monday == monday_of(today),
        "sectors": sectors.values(),
        "sector": sector,
        "own": OWN if own else "",
        "keeper": keeper,
        "form": (form or DutyForm(initial={"day": max(monday, min(today, monday + timedelta(6)))}, on=today))
        if keeper
        else None,
    }
    return render(request, "rosters/duties.html", context, status=422 if form and form.errors else 200)


def _own_sectors(standing: Standing) -> set[int]:
    """Return the police grids over somebody's ground; of the whole town, none in particular."""
    if standing.is_town_wide or keeps_duties(standing):
        return set()
    return {*standing.sectors, *(one for grid in standing.grids for one in places.sectors_over(grid))}


def _on_duty(now: datetime, wanted: Collection[int] | None) -> list[OnDuty]:
    """Return each person once, with the police grids among those wanted, or for the whole town."""
    found: dict[tuple[int, str], OnDuty] = {}
    for duty in queries.duties_at(now).select_related("person", "sector"):
        if wanted is not None and duty.sector_id is not None and duty.sector_id not in wanted:
            continue
        one = found.setdefault((duty.person_id, duty.role), OnDuty(duty.person, duty.role, duty.ends_at))
        one.until = max(one.until, duty.ends_at)
        if duty.sector:
            one.sectors.append(duty.sector)
    return list(found.values())


def _lines(monday: date, today: date, zone: tzinfo) -> list[Line]:
    week = week_of(monday, zone)
    found: dict[tuple[str, int | None], list[Duty]] = defaultdict(list)
    for duty in queries.duties_beginning(week.starts_at, week.ends_at):
        found[duty.role, duty.sector_id].append(duty)
    lines = [_line(role, listed, monday, today, zone) for (role, _sector), listed in found.items()]
    return sorted(lines, key=lambda line: (line.sector is not None, str(line.sector), line.role))


def _line(role: str, listed: list[Duty], monday: date, today: date, zone: tzinfo) -> Line:
    cells = [Cell(day, day == today) for day in (monday + timedelta(days=number) for number in range(DAYS))]
    for duty in listed:
        day, shift = shift_of(duty.starts_at.astimezone(zone))
        if 0 <= (number := (day - monday).days) < DAYS:
            (cells[number].by_day if shift is Shift.DAY else cells[number].by_night).append(duty)
    return Line(role, listed[0].sector, cells)


@allow(keeps_duties)
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Put somebody on duty for a shift."""
    now = timezone.now()
    form = DutyForm(request.POST, on=timezone.localdate(now))
    if not form.is_valid():
        return _week_page(request, _day(request.POST.get("day")) or timezone.localdate(now), now, form)
    given = form.cleaned_data
    person_id, role = given["who"]
    span = span_of(given["day"], Shift(given["shift"]), timezone.get_current_timezone())
    actions.put_on_duty(
        person_id=person_id,
        role=role,
        sector_id=given["sector"],
        starts_at=span.starts_at,
        ends_at=span.ends_at,
    )
    messages.success(request, _("Entered."))
    return _to_week(given["day"])


@allow(keeps_duties)
@require_http_methods(["GET"])
def duty(request: HttpRequest, duty_id: int) -> HttpResponse:
    """Show one duty, to take it out or to let two persons swap."""
    found = _found(duty_id)
    zone = timezone.get_current_timezone()
    week = week_of(shift_of(found.starts_at.astimezone(zone))[0], zone)
    others = queries.duties_beginning(week.starts_at, week.ends_at).filter(role=found.role)
    context = {
        "duty": found,
        "others": others.exclude(person_id=found.person_id),
        "back": _week_url(week.starts_at.date()),
    }
    return render(request, "rosters/duty.html", context)


@allow(keeps_duties)
@require_POST
def take_out(request: HttpRequest, duty_id: int) -> HttpResponse:
    found = _found(duty_id)
    day = timezone.localtime(found.starts_at).date()
    actions.take_off_duty(duty=found)
    messages.success(request, _("Taken out."))
    return _to_week(day)


@allow(keeps_duties)
@require_POST
def swap(request: HttpRequest, duty_id: int) -> HttpResponse:
    found = _found(duty_id)
    form = SwapForm(request.POST)
    if form.is_valid():
        try:
            actions.swap(duty=found, other=form.cleaned_data["other"])
            messages.success(request, _("Swapped."))
        except actions.DutyRefused as refused:
            messages.error(request, refusal_words(refused.code))
    else:
        messages.error(request, _("Please choose with whom to swap."))
    return _to_week(timezone.localtime(found.starts_at).date())


@allow(keeps_duties)
@require_POST
def copy_week(request: HttpRequest) -> HttpResponse:
    """Enter for a week what the week before had."""
    monday = monday_of(_day(request.POST.get("week")) or timezone.localdate())
    zone = timezone.get_current_timezone()
    try:
        count = actions.copy_week(
            week=week_of(monday, zone), before=week_of(monday - timedelta(days=DAYS), zone)
        )
        messages.success(
            request, ngettext("%(n)d duty entered.", "%(n)d duties entered.", count) % {"n": count}
        )
    except actions.DutyRefused as refused:
        messages.error(request, refusal_words(refused.code))
    return _to_week(monday)


def refusal_words(code: str) -> str:
    return {
        "clash": _("One of the two is on duty elsewhere at that time."),
        "nothing_to_copy": _("There is nothing new to take over: last week is empty, or all of it is here."),
    }[code]


def _found(duty_id: int) -> Duty:
    found = queries.get_duty(duty_id)
    if found is None:
        raise Http404
    return found


def _week_url(day: date) -> str:
    return f"{reverse('duties')}?week={monday_of(day).isoformat()}"


def _to_week(day: date) -> HttpResponse:
    return redirect(_week_url(day))


def _day(text: str | None) -> date | None:
    try:
        found = date.fromisoformat(text or "")
    except ValueError:
        return None
    return found if 2000 <= found.year < 2100 else None
