"""Committees, mediators, rooms and office hours: for everybody to read, and for those who administer to change."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from maplebridge.kernel.text import id_in
from maplebridge.mediation import actions, queries
from maplebridge.mediation import forms as ask
from maplebridge.mediation.actions import By
from maplebridge.mediation.domain.committees import FEWEST, Seat
from maplebridge.mediation.domain.tiers import Tier
from maplebridge.mediation.domain.workflow import Ended
from maplebridge.mediation.permissions import administers, opens_desk
from maplebridge.mediation.templatetags import mediation_words as words
from maplebridge.people import queries as people
from maplebridge.people.domain.standing import Standing
from maplebridge.people.permissions import allow, standing_of
from maplebridge.places import queries as places
from maplebridge.platform.wording import in_language

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
    members = {one.pk: list(queries.members_of(one.pk)) for one in queries.committees()}
    rooms: dict[int, list[Any]] = {}
    for room in queries.rooms():
        rooms.setdefault(room.committee_id, []).append(room)
    mediating: dict[int, list[Any]] = {}
    for one in queries.mediators(today):
        mediating.setdefault(one.committee_id, []).append({"one": one, "load": loads.get(one.pk, 0)})
    standing = standing_of(request)
    context = {
        "now": timezone.now(),
        "back_url": way_back(standing),
        "committees": [
            {
                "one": one,
                "tier": in_language(rules.tier_names[one.tier], words.tier_name(one.tier)),
                "members": members[one.pk],
                "rooms": rooms.get(one.pk, []),
                "mediators": mediating.get(one.pk, []),
                "ended": one.term_to < today,
            }
            for one in queries.committees()
        ],
        "hours": [{"one": one, "weekday": WEEKDAYS[one.weekday]} for one in queries.office_hours(today)],
        "may_change": administers(standing),
    }
    return render(request, "mediation/town.html", context)


def way_back(standing: Standing) -> str:
    """Return the page from which somebody comes here: not everybody opens the list of disputes."""
    if opens_desk(standing):
        return reverse("disputes")
    return reverse("administration" if administers(standing) else "statistics")


# -- changing it: what is asked, and what is done with it


Fields = dict[str, django_forms.Field]
Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Doing:
    """What somebody changes: what was filled in, by whom, when, and of which committee or mediator."""

    data: Data
    by: By
    now: datetime
    of: int


def _staff(today: date) -> list[tuple[str, str]]:
    return [(str(one.pk), one.nickname) for one in people.staff(today, most=500)]


def _committees() -> list[tuple[str, str]]:
    return [(str(one.pk), one.name) for one in queries.committees()]


def _committee_fields(today: date, of: int) -> Fields:
    levels = set(queries.TIER_LEVEL.values())
    grids = sorted((one for one in places.grids().values() if one.level in levels), key=lambda one: one.code)
    return {
        "tier": ask.choice(_("Tier"), ask.of(words.TIERS)),
        "grid": ask.choice(_("Ground"), [(str(one.id), one.name) for one in grids]),
        "name": ask.line(pgettext_lazy("committee", "Name"), most=80),
        **_seat_fields(_staff(today)),
    }


def _seat_fields(people_to_choose: list[tuple[str, str]]) -> dict[str, django_forms.Field]:
    """Ask for the term and who has a seat: the first chairs, three are needed."""
    seats: dict[str, django_forms.Field] = {}
    for number in range(1, SEATS + 1):
        label = _("Chair") if number == 1 else _("Member")
        needed = number <= FEWEST
        seats[f"person_{number}"] = ask.choice(f"{label} {number}", people_to_choose, required=needed)
        seats[f"woman_{number}"] = ask.tick(_("is a woman"))
    return {
        "term_from": ask.day(_("Term from")),
        "term_to": ask.day(_("Term to"), help_text=_("Three years at most.")),
        **seats,
    }


def _seats(data: Data) -> list[Seat]:
    return [
        Seat(int(data[f"person_{number}"]), data[f"woman_{number}"], chairs=number == 1)
        for number in range(1, SEATS + 1)
        if data[f"person_{number}"]
    ]


def _found_committee(doing: Doing) -> None:
    data = doing.data
    actions.found_committee(
        tier=Tier(data["tier"]),
        grid_id=int(data["grid"]),
        name=data["name"],
        term_from=data["term_from"],
        term_to=data["term_to"],
        seats=_seats(data),
        now=doing.now,
    )


def _member_fields(today: date, of: int) -> Fields:
    """Ask for the members anew; who is no longer staff stays to choose from while they have a seat."""
    seated = [(str(one.person_id), one.person.nickname) for one in queries.members_of(of)]
    return _seat_fields([*dict([*seated, *_staff(today)]).items()])


def _member_start(of: int) -> Data:
    committee = queries.get_committee(of)
    start: dict[str, Any] = {
        "term_from": committee.term_from if committee else None,
        "term_to": committee.term_to if committee else None,
    }
    for number, one in enumerate(queries.members_of(of), start=1):
        start |= {f"person_{number}": str(one.person_id), f"woman_{number}": one.is_woman}
    return start


def _change_members(doing: Doing) -> None:
    actions.change_members(
        committee_id=doing.of,
        seats=_seats(doing.data),
        term_from=doing.data["term_from"],
        term_to=doing.data["term_to"],
        now=doing.now,
    )


def _room_fields(today: date, of: int) -> Fields:
    return {
        "committee": ask.choice(_("Committee"), _committees()),
        "name": ask.line(pgettext_lazy("committee", "Name"), most=80),
        "where": ask.line(_("Where"), required=False),
        "seats": ask.number(_("Seats"), least=2, most=200, start=8),
        "named_after": ask.choice(_("Named after"), _staff(today), required=False),
    }


def _open_room(doing: Doing) -> None:
    data = doing.data
    actions.open_room(
        committee_id=int(data["committee"]),
        name=data["name"],
        where=data["where"],
        seats=data["seats"],
        named_after_id=int(data["named_after"]) if data["named_after"] else None,
    )


def _no_fields(today: date, of: int) -> Fields:
    return {}


def _close_room(doing: Doing) -> None:
    actions.close_room(room_id=doing.of, now=doing.now)


def _close_committee(doing: Doing) -> None:
    actions.close_committee(committee_id=doing.of, now=doing.now)


def _mediator_fields(today: date, of: int) -> Fields:
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


def _appoint(doing: Doing) -> None:
    data = doing.data
    actions.appoint(
        person_id=int(data["person"]),
        committee_id=int(data["committee"]),
        kind=data["kind"],
        skills=data["skills"],
        languages=data["languages"].split(),
        employer=data["employer"],
        starts_on=timezone.localdate(doing.now),
    )


def _hours_fields(today: date, of: int) -> Fields:
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


def _set_hours(doing: Doing) -> None:
    data = doing.data
    room = int(data["room"]) if data["room"] else None
    actions.set_office_hours(
        mediator_id=int(data["mediator"]),
        hours=[(int(one), data["starts"], data["ends"], room) for one in data["weekdays"]],
    )


# -- a mediator steps back


def _successor_fields(today: date, of: int) -> Fields:
    others = [
        (str(one.pk), f"{one.person} · {one.committee.name} · {words.mediator_kind(one.kind)}")
        for one in queries.mediators(today)
        if one.pk != of
    ]
    return {
        "to": ask.choice(_("Who takes the open disputes?"), others),
        "because": ask.choice(_("Why?"), [(one, words.ENDED[one]) for one in (Ended.LEFT, Ended.OWN_WISH)]),
        "knowing": ask.tick(
            _("What is known about this mediator and a party was looked at, and is no obstacle")
        ),
        "words": ask.text(_("Further words"), required=False, rows=2),
    }


def _hand_over(doing: Doing) -> list[str]:
    handed = actions.hand_over_all(
        mediator_id=doing.of,
        to_id=int(doing.data["to"]),
        because=Ended(doing.data["because"]),
        words=doing.data["words"],
        knowing=doing.data["knowing"],
        by=doing.by,
        now=doing.now,
    )
    told = [gettext("Handed over: %(n)s.") % {"n": len(handed.done)}]
    if handed.left:
        today = timezone.localdate(doing.now)
        which = words.joined(queries.file_number(one, today) or f"#{one.pk}" for one in handed.left)
        told.append(
            gettext("Not handed over, as something stands between this mediator and a party: %(which)s.")
            % {"which": which}
        )
    return told


def _dismiss_fields(today: date, of: int) -> Fields:
    return {"ends_on": ask.day(_("From which day on no longer a mediator?"))}


def _dismiss(doing: Doing) -> None:
    actions.dismiss(mediator_id=doing.of, ends_on=doing.data["ends_on"], now=doing.now)


def _is_committee(of: int, today: date) -> str:
    committee = queries.get_committee(of)
    return committee.name if committee is not None and committee.closed_at is None else ""


def _is_room(of: int, today: date) -> str:
    room = queries.rooms().filter(pk=of).first()
    return f"{room.name} · {room.committee.name}" if room is not None else ""


def _is_mediator(of: int, today: date) -> str:
    one = queries.mediators(today).filter(pk=of).first()
    return f"{one.person} · {one.committee.name}" if one is not None else ""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that may be changed. `named` says what it is done to; without it, it is done to nothing."""

    title: Any
    fields: Callable[[date, int], Fields]
    act: Callable[[Doing], list[str] | None]  # returns what is to be told, if anything
    start: Callable[[int], Data] | None = None
    named: Callable[[int, date], str] | None = None
    hint: Any = ""


CHANGES: Mapping[str, Change] = {
    "committee": Change(_("Found a committee"), _committee_fields, _found_committee),
    "members": Change(
        _("Members and term"),
        _member_fields,
        _change_members,
        _member_start,
        _is_committee,
        _("Three to nine members, a woman among them. Whoever leaves stays on the record with the day."),
    ),
    "close_committee": Change(
        _("Close the committee"),
        _no_fields,
        _close_committee,
        None,
        _is_committee,
        _("Its files stay, its rooms close with it. First conclude its disputes and dismiss its mediators."),
    ),
    "room": Change(_("Open a room"), _room_fields, _open_room),
    "close_room": Change(
        _("Close the room"),
        _no_fields,
        _close_room,
        None,
        _is_room,
        _("What was held there stays on the record. Nobody can book it any more."),
    ),
    "mediator": Change(_("Appoint a mediator"), _mediator_fields, _appoint),
    "successor": Change(
        _("Hand over the open disputes"),
        _successor_fields,
        _hand_over,
        None,
        _is_mediator,
        _("The sides are told who mediates now. Whoever took part keeps their place in the record."),
    ),
    "dismiss": Change(
        _("End the time as a mediator"),
        _dismiss_fields,
        _dismiss,
        lambda of: {"ends_on": timezone.localdate()},
        _is_mediator,
        _("First hand over the open disputes."),
    ),
    "hours": Change(_("Set office hours"), _hours_fields, _set_hours),
}


@allow(administers)
@require_http_methods(["GET", "POST"])
def mediation_change(request: HttpRequest, what: str) -> HttpResponse:
    """Found, open, appoint, set, dismiss, close: one form each; `?of=` says which committee, room or mediator."""
    change, now = CHANGES.get(what), timezone.now()
    if change is None:
        raise Http404
    today, of = timezone.localdate(now), id_in(request.GET.get("of")) or 0
    named = change.named(of, today) if change.named is not None else ""
    if change.named is not None and not named:
        raise Http404
    start = dict(change.start(of)) if change.start is not None else None
    form = ask.form_class(change.fields(today, of))(
        request.POST if request.method == "POST" else None, initial=start
    )
    if request.method == "POST" and form.is_valid():
        doing = Doing(form.cleaned_data, By.of(standing_of(request)), now, of)
        try:
            told = change.act(doing)
        except actions.NotAllowed as refusal:
            form.add_error(None, words.refusal_words(refusal.code))
        else:
            for one in told or ():
                messages.info(request, one)
            return redirect("mediation_town")
    context = {"form": form, "title": change.title, "sub": named, "hint": change.hint, "now": now}
    status = 422 if request.method == "POST" else 200
    return render(request, "mediation/change.html", context, status=status)
