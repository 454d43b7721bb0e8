"""Sides and parties: who is in a dispute, what they said to mediation, and the door to their names and numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from maplebridge.kernel.text import normalise
from maplebridge.mediation.actions.ending import refuse_taken
from maplebridge.mediation.actions.record import By, NotAllowed, must_be, note, save, take, take_side, tell
from maplebridge.mediation.domain.acceptance import MOST_REPRESENTATIVES, born_as_in_papers
from maplebridge.mediation.domain.audiences import Audience
from maplebridge.mediation.domain.workflow import OPEN, EndedBecause
from maplebridge.mediation.models import (
    Declaration,
    Dispute,
    Exhibit,
    Party,
    PartyReading,
    Side,
    Signature,
    Utterance,
)
from maplebridge.mediation.queries import heard_apart, local_day, party_digest
from maplebridge.people import actions as people_actions
from maplebridge.people import queries as people
from maplebridge.platform.audit import action
from maplebridge.platform.fields import keyed_digest

MOST_SIDES = 6


@dataclass(frozen=True, slots=True)
class PartyTold:
    """Somebody as written in the papers. Only the name is needed; the rest as far as the dispute asks for it."""

    name: str
    kind: str = Party.Kind.PERSON
    phone: str = ""
    id_number: str = ""
    address: str = ""
    employer: str = ""
    gender: str = ""
    born: date | None = None
    person_id: int | None = None
    represents: bool = False
    speaks_for_id: int | None = None
    speaks_as: str = ""


SPEAKS_AS = ("guardian", "attorney", "legal")


@action
def add_side(*, dispute_id: int, by: By, now: datetime) -> Side:
    """Add one more side to the two that every dispute begins with."""
    dispute = take(dispute_id)
    must_be(dispute, *OPEN)
    number = dispute.sides.count() + 1
    if number > MOST_SIDES:
        raise NotAllowed("too_many_sides")
    side = Side.objects.create(dispute=dispute, number=number)
    note(dispute, "side_added", by=by, now=now, side=number)
    tell(dispute)
    return side


@action
def add_party(*, side_id: int, told: PartyTold, by: By, now: datetime) -> Party:
    """Put somebody on a side. The same person in two sides is refused."""
    side, dispute = take_side(side_id)
    must_be(dispute, *OPEN)
    _check(told, side, now)
    party = Party(side=side, dispute=dispute)
    _fill(party, told)
    _refuse_twice(party)
    _refuse_change_of_sides(party)
    _save_once(party)
    note(dispute, "party_added", by=by, now=now, side=side.number, party=party.pk)
    tell(dispute)
    return party


CORRECTABLE = tuple(one.name for one in fields(PartyTold))


@action
def correct_party(
    *,
    party_id: int,
    changes: Mapping[str, Any],
    reason: str,
    by: By,
    now: datetime,
    side_id: int | None = None,
) -> Party:
    """Correct what is written of a party, also the side; what `changes` does not name stays. The reason is kept.

    Nobody changes sides who has heard in confidence what one side said: it would reach the other.
    """
    party, dispute = _take_party(party_id)
    if not reason.strip():
        raise NotAllowed("reason_needed")
    if unknown := set(changes) - set(CORRECTABLE):
        raise NotAllowed("unknown_part", names=sorted(unknown))
    before = _told(party)
    told = replace(before, **changes)
    if (told.name, told.phone) != (before.name, before.phone) and "person_id" not in changes:
        told = replace(told, person_id=None)  # whose account it is follows from name and phone anew
    side = party.side if side_id is None else take_side(side_id)[0]
    if side.dispute_id != dispute.pk:
        raise NotAllowed("not_a_side_of_it")
    changed = [name for name in CORRECTABLE if getattr(told, name) != getattr(before, name)]
    if side.pk != party.side_id:
        _check_may_leave(party)
        changed.append("side")
        told = replace(told, speaks_for_id=changes.get("speaks_for_id"))
    if not changed:
        raise NotAllowed("nothing_corrected")
    _refuse_signed(party)
    _check(told, side, now, except_id=party.pk)
    party.side = side
    _fill(party, told)
    _refuse_twice(party)
    _save_once(party)
    note(
        dispute,
        "party_changed",
        by=by,
        now=now,
        text=reason,
        side=side.number,
        party=party.pk,
        corrected=changed,
    )
    tell(dispute)
    return party


@action
def merge_parties(*, party_id: int, into_id: int, reason: str, by: By, now: datetime) -> Party:
    """Make one of two rows for the same party: what one lacks comes from the other, and whose words are whose stays."""
    party, dispute = _take_party(party_id)
    kept, _same = _take_party(into_id)
    if not reason.strip():
        raise NotAllowed("reason_needed")
    if party.pk == kept.pk or kept.dispute_id != dispute.pk:
        raise NotAllowed("not_a_party_of_it")
    if party.side_id != kept.side_id:
        raise NotAllowed("merge_on_one_side")
    if party.kind != kept.kind or _differ(party.id_number, kept.id_number):
        raise NotAllowed("two_people")
    if party.person_id and kept.person_id and party.person_id != kept.person_id:
        raise NotAllowed("two_people")
    _refuse_signed(party)
    party.left_at = now
    party.save(update_fields=["left_at"])
    _fill(kept, _together(kept, party))
    _save_once(kept)
    Utterance.objects.filter(party=party).update(party=kept)
    Exhibit.objects.filter(brought_by=party).update(brought_by=kept)
    Declaration.objects.filter(party=party).update(party=kept)
    party.spoken_for_by.exclude(pk=kept.pk).update(speaks_for=kept)
    note(
        dispute,
        "parties_merged",
        by=by,
        now=now,
        text=reason,
        side=kept.side.number,
        party=party.pk,
        into=kept.pk,
    )
    tell(dispute)
    return kept


def _take_party(party_id: int) -> tuple[Party, Dispute]:
    """Return a party that is in a dispute, held together with it."""
    party = Party.objects.select_related("side").get(pk=party_id)
    dispute = take(party.dispute_id)
    party.refresh_from_db()
    must_be(dispute, *OPEN)
    if party.left_at is not None:
        raise NotAllowed("not_a_party_of_it")
    return party, dispute


def _told(party: Party) -> PartyTold:
    return PartyTold(**{name: getattr(party, name) for name in CORRECTABLE})


def _together(kept: Party, other: Party) -> PartyTold:
    """Return all that is known of one party by two rows; where both say something, what is kept counts."""
    told, more = _told(kept), _told(other)
    missing = {name: getattr(more, name) for name in CORRECTABLE if not getattr(told, name)}
    if (
        missing.get("speaks_for_id") == kept.pk or told.speaks_for_id == other.pk
    ):  # nobody speaks for themselves
        missing |= {"speaks_for_id": None, "speaks_as": ""}
    return replace(told, **missing)


def _differ(one: str, other: str) -> bool:
    return bool(one and other and one != other)


def _check_may_leave(party: Party) -> None:
    """Refuse to take somebody from one side to another who heard, or said, what only the first side may know."""
    if heard_apart(party.side_id):
        raise NotAllowed("heard_in_confidence")
    if party.spoken_for_by.filter(left_at=None).exists():
        raise NotAllowed("speaks_for_own_side_only")


def _refuse_signed(party: Party) -> None:
    """Refuse to change whose signature stands on a draft."""
    if Signature.objects.filter(party=party, agreement__ended_at=None).exists():
        raise NotAllowed("has_signed")


@action
def remove_party(*, party_id: int, by: By, now: datetime) -> None:
    """Take somebody out of a dispute in which they are not, or no longer; the row stays on the record."""
    party = Party.objects.select_related("side").get(pk=party_id)
    dispute = take(party.dispute_id)
    must_be(dispute, *OPEN)
    party.left_at = now
    party.save(update_fields=["left_at"])
    note(dispute, "party_removed", by=by, now=now, side=party.side.number, party=party.pk)
    tell(dispute)


def _check(told: PartyTold, side: Side, now: datetime, *, except_id: int | None = None) -> None:
    if not normalise(told.name):
        raise NotAllowed("name_needed")
    if told.born is not None and told.born > local_day(now):
        raise NotAllowed("born_in_the_future")
    others = side.parties.filter(left_at=None)
    if except_id is not None:
        others = others.exclude(pk=except_id)
    if told.represents and others.filter(represents=True).count() >= MOST_REPRESENTATIVES:
        raise NotAllowed("too_many_representatives")
    if told.speaks_for_id is not None:
        if told.speaks_as not in SPEAKS_AS:
            raise NotAllowed("say_as_what")
        if not others.filter(pk=told.speaks_for_id).exists():
            raise NotAllowed("speaks_for_own_side_only")


def _fill(party: Party, told: PartyTold) -> None:
    party.kind = told.kind
    party.name, party.phone = normalise(told.name), normalise(told.phone)
    party.id_number = normalise(told.id_number).upper()
    party.address, party.employer = normalise(told.address), normalise(told.employer)
    party.gender = told.gender
    party.born = told.born  # or as the number of the papers tells it: a child is known by either
    if party.born is None and party.kind == Party.Kind.PERSON:
        party.born = born_as_in_papers(party.id_number)
    party.represents = told.represents
    party.speaks_for_id = told.speaks_for_id
    party.speaks_as = told.speaks_as if told.speaks_for_id is not None else ""
    party.name_digest = party_digest(party.name)
    party.phone_digest = people.phone_digest(party.phone) if party.phone else ""
    party.id_digest = keyed_digest(party.id_number, use="party_papers") if party.id_number else ""
    party.person_id = told.person_id or _known(party)


def _known(party: Party) -> int | None:
    """Return the person with this phone and this very name; a shared phone alone names nobody."""
    if party.kind != Party.Kind.PERSON or not party.phone:
        return None
    person = people.person_by_phone(party.phone)
    return person.pk if person is not None and person.name == party.name else None


def _refuse_twice(party: Party) -> None:
    """Refuse whoever is in the dispute already, also where only name and phone say so."""
    others = Party.objects.filter(dispute_id=party.dispute_id, left_at=None).exclude(pk=party.pk)
    same = list(others.filter(name_digest=party.name_digest).exclude(phone_digest=""))
    if party.phone_digest and any(one.phone_digest == party.phone_digest for one in same):
        code = "party_twice" if all(one.side_id == party.side_id for one in same) else "party_in_two_sides"
        raise NotAllowed(code)


def _refuse_change_of_sides(party: Party) -> None:
    """Refuse whoever was taken out of another side that has told something in confidence: they know it."""
    gone = Party.objects.filter(dispute_id=party.dispute_id, left_at__isnull=False).exclude(side=party.side)
    same = Q(name_digest=party.name_digest)
    if party.person_id is not None:
        same |= Q(person_id=party.person_id)
    if party.id_digest:
        same |= Q(id_digest=party.id_digest)
    if any(heard_apart(one) for one in gone.filter(same).values_list("side_id", flat=True).distinct()):
        raise NotAllowed("heard_in_confidence")


def _save_once(party: Party) -> None:
    try:
        with transaction.atomic():
            party.save()
    except IntegrityError as problem:
        if "one_party_a" in str(problem):
            raise NotAllowed("party_in_two_sides") from problem
        raise


@action
def tell_rights(*, side_id: int, by: By, now: datetime) -> Side:
    """Note that a side was told its rights, and that mediation is free (People's Mediation Law, art. 4 and 23)."""
    side, dispute = take_side(side_id)
    must_be(dispute, *OPEN)
    if side.told_rights_at is None:
        side.told_rights_at = now
        side.save(update_fields=["told_rights_at"])
        note(dispute, "rights_told", by=by, now=now, audience=Audience.SIDE, side_id=side.pk)
    if dispute.free_told_at is None and not dispute.sides.filter(told_rights_at=None).exists():
        dispute.free_told_at = now
        save(dispute, "free_told_at")
    tell(dispute)
    return side


@action
def ask_side(
    *, side_id: int, wants: bool, by: By, now: datetime, applied: bool = False, words: str = ""
) -> Dispute:
    """Note what a side says to mediation. A clear refusal ends it at once (art. 17)."""
    side, dispute = take_side(side_id)
    must_be(dispute, *OPEN)
    side.wants, side.asked_at = wants, now
    if applied and wants:
        side.applied_at = now
    side.save(update_fields=["wants", "asked_at", "applied_at"])
    note(dispute, "side_wants" if wants else "side_refuses", by=by, now=now, side=side.number)
    if not wants:
        refuse_taken(dispute, EndedBecause.SIDE_REFUSES, words=words, other_ways=(), by=by, now=now)
    tell(dispute)
    return dispute


@dataclass(frozen=True, slots=True)
class Revealed:
    """A party with everything, for whoever may read it."""

    id: int
    side_id: int
    kind: str
    name: str
    phone: str
    id_number: str
    address: str
    employer: str
    gender: str
    born: date | None
    represents: bool
    speaks_as: str
    speaks_for_id: int | None
    person_id: int | None


PURPOSES = ("mediating", "revisiting", "printing", "signing")


@action
def reveal_parties(*, dispute_id: int, purpose: str, by: By, now: datetime) -> list[Revealed]:
    """Return the parties with names, numbers and addresses, and log who read them and for what.

    The caller has asked `permissions.may_reveal`. Those who have an account see the reading there.
    """
    if by.person_id is None or purpose not in PURPOSES:
        raise NotAllowed("say_what_for")
    here = Party.objects.filter(dispute_id=dispute_id, left_at=None).select_related("person")
    parties = list(here.order_by("side__number", "pk"))
    PartyReading.objects.create(
        dispute_id=dispute_id,
        reader_id=by.person_id,
        purpose=purpose,
        parties=[one.pk for one in parties],
        read_at=now,
    )
    reason = people_actions.Purpose("dispute", dispute_id, purpose)
    for one in parties:
        if one.person is not None:
            people_actions.reveal(one.person, purpose=reason, reader_id=by.person_id, now=now)
    return [_revealed(one) for one in parties]


def _revealed(party: Party) -> Revealed:
    return Revealed(
        id=party.pk,
        side_id=party.side_id,
        kind=party.kind,
        name=party.name,
        phone=party.phone,
        id_number=party.id_number,
        address=party.address,
        employer=party.employer,
        gender=party.gender,
        born=party.born,
        represents=party.represents,
        speaks_as=party.speaks_as,
        speaks_for_id=party.speaks_for_id,
        person_id=party.person_id,
    )
