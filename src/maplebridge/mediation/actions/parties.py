"""Sides and parties: who is in a dispute, what they said to mediation, and the door to their names and numbers."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from maplebridge.kernel.text import normalise
from maplebridge.mediation.actions.ending import refuse_taken
from maplebridge.mediation.actions.record import By, NotAllowed, must_be, note, save, take, take_side, tell
from maplebridge.mediation.domain.acceptance import MOST_REPRESENTATIVES
from maplebridge.mediation.domain.audiences import Audience
from maplebridge.mediation.domain.workflow import OPEN, EndedBecause
from maplebridge.mediation.models import Dispute, Party, PartyReading, Side
from maplebridge.mediation.queries import local_day, party_digest
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
    _save_once(party)
    note(dispute, "party_added", by=by, now=now, side=side.number, party=party.pk)
    tell(dispute)
    return party


@action
def change_party(*, party_id: int, told: PartyTold, by: By, now: datetime) -> Party:
    """Correct what is written of a party."""
    party = Party.objects.select_related("side").get(pk=party_id)
    dispute = take(party.dispute_id)
    must_be(dispute, *OPEN)
    _check(told, party.side, now, except_id=party.pk)
    _fill(party, told)
    _refuse_twice(party)
    _save_once(party)
    note(dispute, "party_changed", by=by, now=now, side=party.side.number, party=party.pk)
    tell(dispute)
    return party


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
    party.gender, party.born = told.gender, told.born
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
