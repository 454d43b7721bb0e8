"""Who mediates, in which tier, for how long, with whom: assignment, tiers, time, invitations, sessions."""

from collections.abc import Callable, Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maplebridge.mediation import actions, queries
from maplebridge.mediation import forms as ask
from maplebridge.mediation.domain.tiers import Tier
from maplebridge.mediation.domain.workflow import Ended
from maplebridge.mediation.models import Mediator, Session
from maplebridge.mediation.templatetags import mediation_words as words
from maplebridge.mediation.views.deed import NOTHING, Data, Deed, Fields, plain, when
from maplebridge.mediation.views.reader import Reader
from maplebridge.people import queries as people

# -- who mediates


def _assign_fields(reader: Reader, of: int) -> Fields:
    everybody = queries.candidates(reader.dispute, reader.now)
    free = [one for one in everybody if not one.excluded]
    taken = {one.mediator_id for one in reader.parts}
    return {
        "mediator": ask.choice(
            _("Mediator"),
            [(str(one.mediator.pk), _candidate(one)) for one in free if one.mediator.pk not in taken],
            radio=True,
            help_text=_left_out(one for one in everybody if one.excluded),
        ),
        "chosen_by_sides": ask.tick(_("The sides chose this mediator")),
        "knowing": ask.tick(
            _("What is known about this mediator and a party was looked at, and is no obstacle")
        ),
    }


def _left_out(excluded: Iterable[queries.Candidate]) -> str:
    """Say who is not to choose from, and why."""
    named = [
        f"{one.mediator.person} ({words.joined(words.conflict_words(kind) for kind in _kinds(one))})"
        for one in excluded
    ]
    return str(_("Not to choose from: %(who)s") % {"who": words.joined(named)}) if named else ""


def _kinds(one: queries.Candidate) -> list[str]:
    return list(dict.fromkeys(found.kind for found in one.conflicts if found.excludes))


def _candidate(one: queries.Candidate) -> str:
    about = [str(one.mediator.person), one.mediator.committee.name, words.mediator_kind(one.mediator.kind)]
    if one.skilled:
        about.append(str(_("knows this type")))
    about.append(str(_("%(n)s in hand")) % {"n": one.load})
    about += [f"⚠ {words.conflict_words(found.kind)}" for found in one.conflicts]
    return " · ".join(about)


def _assign(role: str) -> Callable[[Reader, Data, int], None]:
    def act(reader: Reader, data: Data, of: int) -> None:
        actions.assign(
            dispute_id=reader.dispute.pk,
            mediator_id=int(data["mediator"]),
            role=role,
            chosen_by_sides=data["chosen_by_sides"],
            knowing=data["knowing"],
            by=reader.by,
            now=reader.now,
        )

    return act


def _has_lead(reader: Reader) -> bool:
    return any(one.role == "lead" for one in reader.parts)


def _replace_fields(reader: Reader, of: int) -> Fields:
    wishes = {
        key: words.ENDED[key] for key in (Ended.ASKED_BY_SIDE, Ended.OWN_WISH, Ended.CONFLICT, Ended.LEFT)
    }
    fields = dict(_assign_fields(reader, of))
    del fields["chosen_by_sides"]
    return {
        "because": ask.choice(_("Why?"), wishes.items()),
        **fields,
        "words": ask.text(_("Further words"), required=False, rows=2),
    }


def _replace(reader: Reader, data: Data, of: int) -> None:
    actions.replace(
        assignment_id=of,
        mediator_id=int(data["mediator"]),
        because=Ended(data["because"]),
        words=data["words"],
        knowing=data["knowing"],
        by=reader.by,
        now=reader.now,
    )


def _declare_fields(reader: Reader, of: int) -> Fields:
    everybody = [(str(one.id), one.name) for one in reader.parties]
    return {
        "text": ask.text(_("How close?"), rows=2),
        "party": ask.choice(_("To whom?"), everybody, required=False),
    }


def _declare(reader: Reader, data: Data, of: int) -> None:
    _declare_about(reader, data, [one.mediator_id for one in reader.parts if one.pk == of])


def _close_fields(reader: Reader, of: int) -> Fields:
    """Ask who is too close; whoever mediates has the button beside their name."""
    taken = {one.mediator_id for one in reader.parts}
    others = [one for one in queries.mediators(reader.today) if one.pk not in taken]
    named = [(str(one.pk), f"{one.person} · {one.committee.name}") for one in others]
    return {"mediator": ask.choice(_("Mediator"), named), **_declare_fields(reader, of)}


def _own_seats(reader: Reader) -> list[Mediator]:
    """Return as what the reader mediates, without a part in this dispute, and not said to be too close."""
    declared = queries.declarations_of(reader.dispute.pk).values_list("mediator_id", flat=True)
    taken = {one.mediator_id for one in reader.parts}.union(declared)
    mine = queries.mediators(reader.today).filter(person_id=reader.person_id)
    return [one for one in mine if one.pk not in taken]


def _may_declare_oneself(reader: Reader) -> bool:
    return reader.is_open and not reader.viewer.side_id and bool(_own_seats(reader))


def _declare_about(reader: Reader, data: Data, mediator_ids: Iterable[int]) -> None:
    for mediator_id in mediator_ids:
        actions.declare(
            dispute_id=reader.dispute.pk,
            mediator_id=mediator_id,
            text=data["text"],
            party_id=int(data["party"]) if data["party"] else None,
            by=reader.by,
            now=reader.now,
        )


def _ended_parts(reader: Reader) -> Iterable[int | None]:
    return [one.pk for one in reader.parts] if reader.assigns and reader.is_open else NOTHING


# -- tier, time, others


def _extension_waiting(reader: Reader) -> Iterable[int | None]:
    asked = queries.extension_asked(reader.dispute.pk) if reader.works and reader.runs else None
    return [asked.pk] if asked else NOTHING


def _consent_fields(reader: Reader, of: int) -> Fields:
    return {
        "side": ask.choice(_("Which side?"), reader.side_choices, radio=True),
        "consents": ask.choice(
            _("What does it say?"), [("yes", _("agrees")), ("no", _("does not agree"))], radio=True
        ),
    }


def _consent_to_extension(reader: Reader, data: Data, of: int) -> None:
    actions.consent_to_extension(
        extension_id=of,
        side_id=int(data["side"]),
        consents=data["consents"] == "yes",
        by=reader.by,
        now=reader.now,
    )


def _consent_to_invitation(reader: Reader, data: Data, of: int) -> None:
    actions.consent_to_invitation(
        invitation_id=of,
        side_id=int(data["side"]),
        consents=data["consents"] == "yes",
        by=reader.by,
        now=reader.now,
    )


def _waiting_invitations(reader: Reader) -> Iterable[int | None]:
    if not (reader.works and reader.runs):
        return NOTHING
    return [one.pk for one in queries.invitations_of(reader.dispute.pk) if one.decided_at is None]


def _invite_fields(reader: Reader, of: int) -> Fields:
    agencies = [(f"agency:{one.pk}", one.name) for one in people.agencies(reader.today)]
    experts = [
        (f"person:{one.person_id}", f"{one.person} · {words.mediator_kind(one.kind)}")
        for one in queries.mediators(reader.today)
        if one.kind in EXPERTS
    ]
    return {
        "whom": ask.choice(_("Whom?"), [*agencies, *dict(experts).items()]),
        "why": ask.text(_("What for?"), rows=2),
    }


def _invite(reader: Reader, data: Data, of: int) -> None:
    kind, _colon, number = data["whom"].partition(":")
    actions.invite(
        dispute_id=reader.dispute.pk,
        **{f"{kind}_id": int(number)},
        why=data["why"],
        by=reader.by,
        now=reader.now,
    )


EXPERTS = frozenset({Mediator.Kind.LAWYER, Mediator.Kind.DEPUTY, Mediator.Kind.THIRD_PARTY})


# -- sessions


def _when_and_where(longer: int | None = None) -> Fields:
    """Ask when, for how long and where; `longer` is a length in minutes to choose beside the usual ones."""
    rooms = [(str(one.pk), f"{one.name} · {one.committee.name}") for one in queries.rooms()]
    lengths = dict(ask.LENGTHS)
    if longer is not None:
        lengths.setdefault(str(longer), str(longer))
    return {
        "starts_at": ask.moment(_("When?")),
        "minutes": ask.choice(_("How many minutes?"), sorted(lengths.items(), key=lambda one: int(one[0]))),
        "room": ask.choice(_("Room"), rooms, required=False, help_text=_("Without a room it is online.")),
    }


def _span(data: Data) -> dict[str, Any]:
    """Return when and where, as the actions of a session ask for it."""
    return {
        "starts_at": data["starts_at"],
        "ends_at": data["starts_at"] + ask.length_of(data["minutes"]),
        "room_id": int(data["room"]) if data["room"] else None,
    }


def _book_fields(reader: Reader, of: int) -> Fields:
    return {
        "kind": ask.choice(
            _("With whom?"),
            [
                ("", _("all sides together")),
                *((pk, _("apart with %(side)s") % {"side": name}) for pk, name in reader.side_choices),
            ],
            radio=True,
            required=False,
        ),
        **_when_and_where(),
        "agenda": ask.text(_("Agenda"), required=False, rows=3),
    }


def _book(reader: Reader, data: Data, of: int) -> None:
    actions.book(
        dispute_id=reader.dispute.pk,
        **_span(data),
        side_id=int(data["kind"]) if data["kind"] else None,
        agenda=data["agenda"],
        by=reader.by,
        now=reader.now,
    )


def _move_fields(reader: Reader, of: int) -> Fields:
    return {
        **_when_and_where(_minutes(queries.get_session(of))),
        "words": ask.text(
            _("Why?"),
            required=False,
            rows=2,
            help_text=_("All who come read this. Whoever has no account here is told by phone."),
        ),
    }


def _minutes(session: Session) -> int:
    return int((session.ends_at - session.starts_at).total_seconds() // 60)


def _move_start(reader: Reader, of: int) -> Data:
    session = queries.get_session(of)
    return {
        "starts_at": timezone.localtime(session.starts_at),
        "minutes": str(_minutes(session)),
        "room": str(session.room_id or ""),
    }


def _sessions_to_come(reader: Reader) -> Iterable[int | None]:
    if not (reader.works and reader.runs):
        return NOTHING
    booked = queries.sessions_for(reader.viewer, reader.dispute.pk)
    return list(booked.filter(held_at=None, canceled_at=None).values_list("pk", flat=True))


def _sessions_to_hold(reader: Reader) -> Iterable[int | None]:
    if not (reader.works and reader.runs):
        return NOTHING
    booked = queries.sessions_for(reader.viewer, reader.dispute.pk)
    begun = booked.filter(held_at=None, canceled_at=None, starts_at__lte=reader.now)
    return list(begun.values_list("pk", flat=True))


ORGANIZING: tuple[Deed, ...] = (
    Deed(
        "assign",
        _("Assign a mediator"),
        "user-check",
        _assign("lead"),
        when(lambda r: r.assigns and r.runs and not _has_lead(r)),
        _assign_fields,
        group="main",
    ),
    Deed(
        "assist",
        _("Add an assistant"),
        "user-plus",
        _assign("assistant"),
        when(lambda r: r.assigns and r.runs and _has_lead(r)),
        _assign_fields,
        group="more",
    ),
    Deed(
        "replace",
        _("Replace"),
        "arrows-exchange",
        _replace,
        _ended_parts,
        _replace_fields,
        None,
        "assignment",
        "part",
    ),
    Deed(
        "declare",
        _("Too close"),
        "hand-stop",
        _declare,
        _ended_parts,
        _declare_fields,
        None,
        "assignment",
        "part",
    ),
    Deed(
        "too_close_myself",
        _("I am too close to a party"),
        "hand-stop",
        lambda r, data, of: _declare_about(r, data, [one.pk for one in _own_seats(r)]),
        when(_may_declare_oneself),
        _declare_fields,
        group="more",
        hint=_("Nobody can assign you to this dispute then."),
    ),
    Deed(
        "too_close",
        _("A mediator is too close"),
        "hand-stop",
        lambda r, data, of: _declare_about(r, data, [int(data["mediator"])]),
        when(lambda r: r.assigns and r.is_open),
        _close_fields,
        group="more",
        hint=_("Say it before somebody is assigned: this mediator is not to choose from then."),
    ),
    Deed(
        "book",
        _("Book a session"),
        "calendar-plus",
        _book,
        when(lambda r: r.works and r.runs and bool(r.parts)),
        _book_fields,
        lambda r, of: {"minutes": "90"},
        group="work",
    ),
    Deed(
        "hold",
        _("Was held"),
        "calendar-check",
        plain(actions.hold, "session_id"),
        _sessions_to_hold,
        None,
        None,
        "session",
        "part",
    ),
    Deed(
        "move",
        _("Move"),
        "calendar",
        lambda r, data, of: actions.move_session(
            session_id=of, **_span(data), words=data["words"], by=r.by, now=r.now
        ),
        _sessions_to_come,
        _move_fields,
        _move_start,
        "session",
        "part",
    ),
    Deed(
        "cancel",
        _("Call off"),
        "x",
        plain(actions.cancel_session, "session_id"),
        _sessions_to_come,
        lambda r, of: {
            "words": ask.text(_("Why?"), required=False, rows=2, help_text=_("All who come read this."))
        },
        None,
        "session",
        "part",
    ),
    Deed(
        "move_up",
        _("Move up a tier"),
        "arrow-up",
        plain(actions.move_up),
        when(lambda r: r.assigns and r.runs and r.dispute.tier != Tier.TOWN),
        lambda r, of: {
            "because": ask.choice(_("Why?"), ask.of(words.MOVED)),
            "words": ask.text(_("Further words"), required=False, rows=2),
        },
        group="more",
    ),
    Deed(
        "extension",
        _("Ask for more time"),
        "hourglass",
        plain(actions.ask_extension),
        when(lambda r: r.works and r.runs and queries.extension_asked(r.dispute.pk) is None),
        lambda r, of: {"until": ask.moment(_("Until when?")), "reason": ask.text(_("Why?"), rows=2)},
        group="more",
    ),
    Deed(
        "consent",
        _("What a side says to more time"),
        "checks",
        _consent_to_extension,
        _extension_waiting,
        _consent_fields,
        None,
        "extension",
        "part",
    ),
    Deed(
        "invite",
        _("Invite an agency or an expert"),
        "building-community",
        _invite,
        when(lambda r: r.works and r.runs),
        _invite_fields,
        group="more",
        hint=_(
            "They come when every side agrees. In the joint session they hear what is said to all, and nothing else."
        ),
    ),
    Deed(
        "consent_invitation",
        _("What a side says to the invitation"),
        "checks",
        _consent_to_invitation,
        _waiting_invitations,
        _consent_fields,
        None,
        "invitation",
        "part",
    ),
)
