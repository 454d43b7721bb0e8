"""What may be done before a dispute is accepted, and to what it is about: parties, rights, risk, acceptance."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms as django_forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from maplebridge.mediation import actions, queries
from maplebridge.mediation import forms as ask
from maplebridge.mediation.domain.acceptance import Grave
from maplebridge.mediation.domain.tiers import RiskSign, Tier
from maplebridge.mediation.domain.workflow import State
from maplebridge.mediation.templatetags import mediation_words as words
from maplebridge.mediation.views.deed import NOTHING, Data, Deed, Fields, plain, when
from maplebridge.mediation.views.reader import Reader
from maplebridge.people import queries as people
from maplebridge.places import queries as places

# -- who is in it


def _party_fields(reader: Reader, of: int) -> Fields:
    """Ask no more of a party than the papers need."""
    side = next(one for one in reader.sides if one.pk == of)
    here = [(str(one.id), one.name) for one in reader.parties if one.side_id == side.pk]
    fields: dict[str, django_forms.Field] = {
        "name": ask.line(_("Name, as in the papers")),
        "kind": ask.choice(
            _("Who"), [("person", _("a person")), ("organization", _("an organization"))], radio=True
        ),
        "phone": ask.line(_("Phone"), required=False, most=30),
        "address": ask.line(_("Address or flat"), required=False),
        "id_number": ask.line(_("Number of the identity card or credit code"), required=False, most=30),
        "employer": ask.line(
            _("Employer"), required=False, help_text=_("So that mediators too close are found.")
        ),
        "gender": ask.choice(
            _("Gender, where the form asks for it"), [("f", _("female")), ("m", _("male"))], required=False
        ),
        "born": ask.day(
            _("Day of birth"), required=False, help_text=_("Under 18 a guardian has to be there.")
        ),
        "represents": ask.tick(_("Speaks for many people of this side (five at most)")),
    }
    if here:
        fields["speaks_for"] = ask.choice(_("Speaks for"), here, required=False)
        fields["speaks_as"] = ask.choice(_("As"), ask.of(words.SPEAKS_AS), required=False)
    return fields


def _add_party(reader: Reader, data: Data, of: int) -> None:
    speaks_for = data.get("speaks_for")
    told = actions.PartyTold(
        speaks_for_id=int(speaks_for) if speaks_for else None,
        speaks_as=data.get("speaks_as") or "",
        **{name: data[name] for name in PARTY_COLUMNS},
    )
    actions.add_party(side_id=of, told=told, by=reader.by, now=reader.now)


PARTY_COLUMNS = ("name", "kind", "phone", "address", "id_number", "employer", "gender", "born", "represents")


def _open_sides(reader: Reader) -> Iterable[int | None]:
    return [one.pk for one in reader.sides] if reader.takes_in and reader.is_open else NOTHING


def _untold_sides(reader: Reader) -> Iterable[int | None]:
    if not (reader.takes_in and reader.is_open):
        return NOTHING
    return [one.pk for one in reader.sides if one.told_rights_at is None]


def _ask_fields(reader: Reader, of: int) -> Fields:
    return {
        "wants": ask.choice(
            _("What does this side say?"),
            [
                ("applied", _("it asks for mediation itself")),
                ("yes", _("it agrees to mediation")),
                ("no", _("it clearly refuses: mediation ends")),
            ],
            radio=True,
        ),
        "words": ask.text(_("In their words"), required=False, rows=2),
    }


def _ask_side(reader: Reader, data: Data, of: int) -> None:
    actions.ask_side(
        side_id=of,
        wants=data["wants"] != "no",
        applied=data["wants"] == "applied",
        words=data["words"],
        by=reader.by,
        now=reader.now,
    )


def _stays(shown: str) -> Any:
    """Say what is there, masked, and that it stays unless something is written."""
    return format_lazy(_("Now {shown}. Leave it empty, and it stays."), shown=shown or "—")


def _correct_party_fields(reader: Reader, of: int) -> Fields:
    """Ask what is right. What is there is shown masked only: nobody reads it just to correct it."""
    party = _party(reader, of)
    return {
        "name": ask.line(_("Name, as in the papers"), required=False, help_text=_stays(party.name)),
        "phone": ask.line(_("Phone"), required=False, most=30, help_text=_stays(party.phone)),
        **({"no_phone": ask.tick(_("There is no phone"))} if party.phone else {}),
        "id_number": ask.line(
            _("Number of the identity card or credit code"),
            required=False,
            most=30,
            help_text=_stays("******" if party.has_papers else ""),
        ),
        "side": ask.choice(_("Which side?"), reader.side_choices, radio=True),
        "reason": ask.text(_("Why is it corrected?"), rows=2, help_text=_("It is kept in the time line.")),
    }


def _correct_party(reader: Reader, data: Data, of: int) -> None:
    changes = {name: data[name] for name in ("name", "phone", "id_number") if data[name]}
    if data.get("no_phone"):
        changes["phone"] = ""
    actions.correct_party(
        party_id=of,
        changes=changes,
        side_id=int(data["side"]),
        reason=data["reason"],
        by=reader.by,
        now=reader.now,
    )


def _party(reader: Reader, of: int) -> queries.MaskedParty:
    return next(one for one in reader.parties if one.id == of)


def _on_one_side(reader: Reader, of: int) -> list[queries.MaskedParty]:
    """Return the others on the side of a party."""
    side = _party(reader, of).side_id
    return [one for one in reader.parties if one.side_id == side and one.id != of]


def _merge_fields(reader: Reader, of: int) -> Fields:
    others = [
        (str(one.id), " ".join(filter(None, (one.name, one.phone)))) for one in _on_one_side(reader, of)
    ]
    return {
        "into": ask.choice(_("Who is it?"), others, radio=True),
        "reason": ask.text(_("How is it known?"), rows=2, help_text=_("It is kept in the time line.")),
    }


def _twice(reader: Reader) -> Iterable[int | None]:
    return [one for one in _removable(reader) if one and _on_one_side(reader, one)]


def _removable(reader: Reader) -> Iterable[int | None]:
    return [one.id for one in reader.parties] if reader.takes_in and reader.is_open else NOTHING


# -- what it is about


def grid_choices(reader: Reader | None, standing: Any) -> list[tuple[str, str]]:
    """Return the grids in which somebody may find disputes: their ground, or the town."""
    facts = places.grids()
    wide = standing.is_town_wide or not standing.grids
    ids = [one.id for one in facts.values() if one.level in (2, 3) and (wide or one.id in standing.grids)]
    if reader is not None and reader.dispute.grid_id not in ids:
        ids.append(reader.dispute.grid_id)
    named = [(facts[one], facts.get(facts[one].parent_id or 0)) for one in ids if one in facts]
    shown = [(one.code, str(one.id), _below(above, one)) for one, above in named]
    return [(id, name) for _code, id, name in sorted(shown)]


def _below(above: Any, one: Any) -> str:
    """Return a grid with its community before it, where its own name does not begin with it already."""
    if above is None or one.level >= 3 or one.name.startswith(above.name):
        return str(one.name)
    return f"{above.name} {one.name}"


def _correct(reader: Reader, data: Data, of: int) -> None:
    told = actions.Told(**ask.told_of(data))
    actions.correct(dispute_id=reader.dispute.pk, told=told, by=reader.by, now=reader.now)


def _told_start(reader: Reader, of: int) -> Data:
    one = reader.dispute
    start = {name: getattr(one, name) for name in TOLD_COLUMNS}
    cents = one.amount_cents
    sum_written = "" if cents is None else f"{cents // 100}.{cents % 100:02d}"
    return start | {"grid": str(one.grid_id), "amount_cents": sum_written}


TOLD_COLUMNS = (
    "summary",
    "type",
    "place",
    "wishes",
    "happened_on",
    "people_count",
    "beyond_village",
    "touches",
)


def _calm_fields(reader: Reader, of: int) -> Fields:
    return {
        "contact": ask.choice(_("Who keeps contact with the sides?"), _contacts(reader)),
        "until": ask.moment(_("Looks again by")),
        "words": ask.text(_("How"), required=False, rows=2),
    }


def _contacts(reader: Reader) -> list[tuple[str, str]]:
    chain = people.chain_of_chiefs(reader.dispute.grid_id, reader.today)
    mediating = [one.person_id for one in queries.mediators(reader.today)]
    ids = dict.fromkeys([reader.person_id, *(person for _level, person in chain), *mediating])
    known = people.persons(list(ids))
    return [(str(one), known[one].nickname) for one in ids if one in known]


def _tier_fields(reader: Reader, of: int) -> Fields:
    proposed = queries.proposed_tier_of(reader.dispute, reader.now)
    return {"tier": ask.choice(_("In which tier?"), ask.of(words.TIERS), help_text=_why_tier(proposed.why))}


WHY_TIER: Mapping[str, Any] = {
    "many_people": _("many people"),
    "large_amount": _("a large sum"),
    "high_risk": _("a high risk"),
    "beyond_village": _("more than one village"),
    "several_people": _("several people"),
    "some_amount": _("a sum that is not small"),
    "raised_risk": _("a raised risk"),
    "small": _("few people, a small sum, no risk"),
}


def _why_tier(why: Iterable[str]) -> str:
    return str(_("Proposed because of: ")) + words.joined(str(WHY_TIER[one]) for one in why)


INTAKE: tuple[Deed, ...] = (
    Deed(
        "party",
        _("Add a party"),
        "user-plus",
        _add_party,
        _open_sides,
        _party_fields,
        lambda r, of: {"kind": "person"},
        "side",
        "part",
    ),
    Deed(
        "rights",
        _("Rights told, and that it is free"),
        "checks",
        plain(actions.tell_rights, "side_id"),
        _untold_sides,
        None,
        None,
        "side",
        "part",
    ),
    Deed(
        "ask",
        _("What this side says"),
        "message-circle",
        _ask_side,
        _open_sides,
        _ask_fields,
        None,
        "side",
        "part",
    ),
    Deed(
        "correct_party",
        pgettext_lazy("party", "Correct"),
        "edit",
        _correct_party,
        _removable,
        _correct_party_fields,
        lambda r, of: {"side": str(_party(r, of).side_id)},
        "party",
        "part",
    ),
    Deed(
        "merge_party",
        _("Written down twice"),
        "arrow-merge",
        lambda r, data, of: actions.merge_parties(
            party_id=of, into_id=int(data["into"]), reason=data["reason"], by=r.by, now=r.now
        ),
        _twice,
        _merge_fields,
        None,
        "party",
        "part",
    ),
    Deed(
        "remove_party",
        pgettext_lazy("party", "Take out"),
        "x",
        plain(actions.remove_party, "party_id"),
        _removable,
        None,
        None,
        "party",
        "part",
    ),
    Deed(
        "accept",
        pgettext_lazy("dispute", "Accept"),
        "circle-check",
        lambda r, data, of: actions.accept(
            dispute_id=r.dispute.pk, tier=Tier(data["tier"]), by=r.by, now=r.now
        ),
        when(lambda r: r.works and r.is_in(State.FOUND) and not queries.obstacles(r.dispute, r.now)),
        _tier_fields,
        lambda r, of: {"tier": queries.proposed_tier_of(r.dispute, r.now).tier},
        group="main",
    ),
    Deed(
        "calm",
        _("Calm first"),
        "heart-handshake",
        lambda r, data, of: actions.arrange_calm(
            dispute_id=r.dispute.pk,
            contact_id=int(data["contact"]),
            until=data["until"],
            words=data["words"],
            by=r.by,
            now=r.now,
        ),
        when(lambda r: r.takes_in and r.is_open and r.dispute.risk != "low"),
        _calm_fields,
        group="early",
    ),
    Deed(
        "calmed",
        _("It is calm"),
        "mood-smile",
        plain(actions.note_calm),
        when(
            lambda r: (
                r.takes_in
                and r.is_open
                and r.dispute.calm_contact_id is not None
                and r.dispute.calmed_at is None
            )
        ),
        lambda r, of: {"words": ask.text(_("How is it now?"), rows=2)},
        group="early",
    ),
    Deed(
        "risk",
        _("Signs of escalation"),
        "flame",
        lambda r, data, of: actions.note_risk(
            dispute_id=r.dispute.pk, signs=[RiskSign(one) for one in data["signs"]], by=r.by, now=r.now
        ),
        when(lambda r: r.takes_in and r.is_open),
        lambda r, of: {"signs": ask.several(_("What was seen or heard?"), ask.of(words.SIGNS))},
        lambda r, of: {"signs": r.dispute.risk_signs},
        group="more",
    ),
    Deed(
        "correct",
        _("Write anew what it is about"),
        "edit",
        _correct,
        when(lambda r: r.takes_in and r.is_open),
        lambda r, of: ask.told_fields(grid_choices(r, r.standing)),
        _told_start,
        group="more",
    ),
    Deed(
        "side",
        _("One more side"),
        "users-plus",
        plain(actions.add_side),
        when(lambda r: r.takes_in and r.is_open),
        group="more",
    ),
    Deed(
        "refer",
        _("Violence, abuse, crime: hand it on"),
        "shield-lock",
        lambda r, data, of: actions.refer(
            dispute_id=r.dispute.pk,
            grave=[Grave(one) for one in data["grave"]],
            words=data["words"],
            by=r.by,
            now=r.now,
        ),
        when(lambda r: r.takes_in and r.is_open),
        lambda r, of: {
            "grave": ask.several(_("What came to light?"), ask.of(words.GRAVE), required=True),
            "words": ask.text(_("Further words"), required=False, rows=2),
        },
        group="more",
        hint=_(
            "It leaves mediation at once. Violence at home and abuse of a child are read only by the few who may."
        ),
    ),
)
