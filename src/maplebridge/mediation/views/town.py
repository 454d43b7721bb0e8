"""Committees, mediators, rooms and office hours: for everybody to read, and for those who administer to change."""

from collections.abc import Callable, Mapping
from datetime import date, time
from typing import Any

from django import forms as django_forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from maplebridge.mediation import actions, queries
from maplebridge.mediation import forms as ask
from maplebridge.mediation.domain.committees import Seat
from maplebridge.mediation.domain.tiers import Tier
from maplebridge.mediation.permissions import administers, opens_desk
from maplebridge.mediation.templatetags import mediation_words as words
from maplebridge.people import queries as people
from maplebridge.people.domain.standing import Standing
from maplebridge.people.permissions import allow, standing_of
from maplebridge.places import queries as places

SEATS = 9
WEEKDAYS = (
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
)


def reads_town(standing: Standing) -> bool:
    return opens_desk(standing) or administers(standing)


@allow(reads_town)
@never_cache
@require_GET
def mediation_town(request: HttpRequest) -> HttpResponse:
    """Show who mediates, where and when."""
    today = timezone.localdate()
    loads = queries.loads()
    rules = queries.mediation_rules(today)
    members = {
        one.pk: list(one.members.filter(left_at=None).select_related("person").order_by("-chairs", "pk"))
        for one in queries.committees()
    }
    rooms: dict[int, list[Any]] = {}
    for room in queries.rooms():
        rooms.setdefault(room.committee_id, []).append(room)
    mediating: dict[int, list[Any]] = {}
    for one in queries.mediators(today):
        mediating.setdefault(one.committee_id, []).append({"one": one, "load": loads.get(one.pk, 0)})
    context = {
        "now": timezone.now(),
        "committees": [
            {
                "one": one,
                "tier": rules.tier_names[one.tier],
                "members": members[one.pk],
                "rooms": rooms.get(one.pk, []),
                "mediators": mediating.get(one.pk, []),
                "ended": one.term_to < today,
            }
            for one in queries.committees()
        ],
        "hours": [{"one": one, "weekday": WEEKDAYS[one.weekday]} for one in queries.office_hours(today)],
        "may_change": administers(standing_of(request)),
    }
    return render(request, "mediation/town.html", context)


# -- changing it: what is asked, and what is done with it


def _staff(today: date) -> list[tuple[str, str]]:
    return [(str(one.pk), one.nickname) for one in people.staff(today, most=500)]


def _committees() -> list[tuple[str, str]]:
    return [(str(one.pk), one.name) for one in queries.committees()]


def _committee_fields(today: date) -> dict[str, django_forms.Field]:
    levels = set(queries.TIER_LEVEL.values())
    grids = sorted((one for one in places.grids().values() if one.level in levels), key=lambda one: one.code)
    staff = _staff(today)
    seats: dict[str, django_forms.Field] = {}
    for number in range(1, SEATS + 1):
        needed = number <= 3
        label = _("Chair") if number == 1 else _("Member")
        seats[f"person_{number}"] = ask.choice(f"{label} {number}", staff, required=needed)
        seats[f"woman_{number}"] = ask.tick(_("is a woman"))
    return {
        "tier": ask.choice(_("Tier"), ask.of(words.TIERS)),
        "grid": ask.choice(_("Ground"), [(str(one.id), one.name) for one in grids]),
        "name": ask.line(pgettext_lazy("committee", "Name"), most=80),
        "term_from": ask.day(_("Term from")),
        "term_to": ask.day(_("Term to"), help_text=_("Three years at most.")),
        **seats,
    }


def _found_committee(data: Mapping[str, Any], now: Any) -> None:
    seats = [
        Seat(int(data[f"person_{number}"]), data[f"woman_{number}"], chairs=number == 1)
        for number in range(1, SEATS + 1)
        if data[f"person_{number}"]
    ]
    actions.found_committee(
        tier=Tier(data["tier"]),
        grid_id=int(data["grid"]),
        name=data["name"],
        term_from=data["term_from"],
        term_to=data["term_to"],
        seats=seats,
        now=now,
    )


def _room_fields(today: date) -> dict[str, django_forms.Field]:
    return {
        "committee": ask.choice(_("Committee"), _committees()),
        "name": ask.line(pgettext_lazy("committee", "Name"), most=80),
        "where": ask.line(_("Where"), required=False),
        "seats": ask.number(_("Seats"), least=2, most=200, start=8),
        "named_after": ask.choice(_("Named after"), _staff(today), required=False),
    }


def _open_room(data: Mapping[str, Any], now: Any) -> None:
    actions.open_room(
        committee_id=int(data["committee"]),
        name=data["name"],
        where=data["where"],
        seats=data["seats"],
        named_after_id=int(data["named_after"]) if data["named_after"] else None,
    )


def _mediator_fields(today: date) -> dict[str, django_forms.Field]:
    return {
        "person": ask.choice(_("Who"), _staff(today)),
        "committee": ask.choice(_("Committee"), _committees()),
        "kind": ask.choice(_("As"), ask.of(words.KINDS)),
        "skills": ask.several(_("Knows"), ask.type_choices()),
        "languages": ask.line(
            _("Languages and dialects"), required=False, help_text=_("Separated by spaces.")
        ),
        "employer": ask.line(_("Employer"), required=False, most=80),
    }


def _appoint(data: Mapping[str, Any], now: Any) -> None:
    actions.appoint(
        person_id=int(data["person"]),
        committee_id=int(data["committee"]),
        kind=data["kind"],
        skills=data["skills"],
        languages=data["languages"].split(),
        employer=data["employer"],
        starts_on=timezone.localdate(now),
    )


def _hours_fields(today: date) -> dict[str, django_forms.Field]:
    mediators = [(str(one.pk), f"{one.person} · {one.committee.name}") for one in queries.mediators(today)]
    rooms = [(str(one.pk), f"{one.name} · {one.committee.name}") for one in queries.rooms()]
    days = [(str(number), name) for number, name in enumerate(WEEKDAYS)]
    return {
        "mediator": ask.choice(_("Who"), mediators),
        "weekdays": ask.several(_("On"), days, required=True),
        "starts": ask.clock(pgettext_lazy("time", "From"), time(9)),
        "ends": ask.clock(pgettext_lazy("time", "To"), time(11, 30)),
        "room": ask.choice(_("Room"), rooms, required=False),
    }


def _set_hours(data: Mapping[str, Any], now: Any) -> None:
    room = int(data["room"]) if data["room"] else None
    actions.set_office_hours(
        mediator_id=int(data["mediator"]),
        hours=[(int(one), data["starts"], data["ends"], room) for one in data["weekdays"]],
    )


Change = tuple[
    Any, Callable[[date], Mapping[str, django_forms.Field]], Callable[[Mapping[str, Any], Any], None]
]
CHANGES: Mapping[str, Change] = {
    "committee": (_("Found a committee"), _committee_fields, _found_committee),
    "room": (_("Open a room"), _room_fields, _open_room),
    "mediator": (_("Appoint a mediator"), _mediator_fields, _appoint),
    "hours": (_("Set office hours"), _hours_fields, _set_hours),
}


@allow(administers)
@require_http_methods(["GET", "POST"])
def mediation_change(request: HttpRequest, what: str) -> HttpResponse:
    """Found, open, appoint, set: one form each."""
    if what not in CHANGES:
        raise Http404
    title, fields, act = CHANGES[what]
    now = timezone.now()
    form = ask.form_class(fields(timezone.localdate(now)))(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data, now)
        except actions.NotAllowed as refusal:
            form.add_error(None, words.refusal_words(refusal.code))
        else:
            return redirect("mediation_town")
    status = 422 if request.method == "POST" else 200
    return render(request, "mediation/change.html", {"form": form, "title": title, "now": now}, status=status)
