"""A dispute as the official file has it. Only what both sides hear is printed, beside papers of identity and power.

Names and numbers come from outside: `actions.papers` reads them through `reveal_parties`, so that it is logged.
"""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from django.db.models import Q, QuerySet

from maplebridge.matters.queries import town_zone
from maplebridge.mediation.data import dispute_types, printed_words
from maplebridge.mediation.domain import casefile
from maplebridge.mediation.domain.audiences import Audience
from maplebridge.mediation.domain.casefile import CaseFile
from maplebridge.mediation.domain.clocks import confirmation_until
from maplebridge.mediation.domain.papers import Standing, standings
from maplebridge.mediation.domain.workflow import Source, State
from maplebridge.mediation.models import (
    Agreement,
    Assignment,
    Attendance,
    Dispute,
    Exhibit,
    Party,
    Revisit,
    Session,
    Side,
    Signature,
    Utterance,
)
from maplebridge.mediation.queries.dispute import (
    agreement_of,
    confirmation_allowed,
    confirmation_of,
    get_dispute,
    installments_of,
    revisits_of,
    unsigned,
)
from maplebridge.mediation.queries.town import file_number, local_day, mediation_rules
from maplebridge.platform import photos

# Papers that are the file's own, whoever brought them; everything else is printed only where both sides hear it.
_OFFICIAL = (Exhibit.Kind.IDENTITY, Exhibit.Kind.ATTORNEY)


class PartyRead(Protocol):
    """A party as `actions.reveal_parties` gives it."""

    @property
    def id(self) -> int: ...
    @property
    def side_id(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def phone(self) -> str: ...
    @property
    def id_number(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def employer(self) -> str: ...
    @property
    def gender(self) -> str: ...
    @property
    def born(self) -> date | None: ...
    @property
    def speaks_as(self) -> str: ...
    @property
    def speaks_for_id(self) -> int | None: ...
    @property
    def person_id(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Opened:
    """A file and the pictures that its papers name."""

    file: CaseFile
    pictures: Mapping[str, bytes]


def people_in_office(dispute_id: int) -> set[int]:
    """Return whose names stand in the papers because of what they did for the dispute."""
    dispute = get_dispute(dispute_id)
    found: set[int | None] = {dispute.accepted_by_id}
    found |= set(_parts(dispute_id).values_list("mediator__person_id", flat=True))
    found |= {one.kept_by_id for one in _exhibits(dispute_id)}
    found |= set(_revisits(dispute_id).values_list("done_by_id", flat=True))
    sittings = _sittings(dispute_id)
    found |= {one.booked_by_id for one in sittings}
    found |= set(_attending(sittings).values_list("person_id", flat=True))
    found |= set(_said(sittings).values_list("author_id", flat=True))
    return {one for one in found if one is not None}


def open_file(
    dispute_id: int, parties: Sequence[PartyRead], names: Mapping[int, str], *, now: datetime
) -> Opened:
    """Return the file of a dispute; `names` are those of `people_in_office`, by person."""
    return _Opening(get_dispute(dispute_id), parties, names, now).opened()


def standings_of(dispute_id: int, *, now: datetime) -> list[Standing]:
    """Return which papers a file has and what each lacks. Nothing that was read for it leaves here."""
    parties = list(Party.objects.filter(dispute_id=dispute_id, left_at=None).order_by("side__number", "pk"))
    gathering = _Opening(get_dispute(dispute_id), parties, {}, now, with_pictures=False)
    return standings(gathering.opened().file)


class _Opening:
    """Gathers a file and its pictures, with the names that were read for it."""

    def __init__(
        self,
        dispute: Dispute,
        parties: Sequence[PartyRead],
        names: Mapping[int, str],
        now: datetime,
        *,
        with_pictures: bool = True,
    ) -> None:
        self.dispute, self.parties, self.now, self.with_pictures = dispute, parties, now, with_pictures
        self.names = {**names, **{one.person_id: one.name for one in parties if one.person_id is not None}}
        self.by_party = {one.id: one for one in parties}
        self.pictures: dict[str, bytes] = {}

    def opened(self) -> Opened:
        dispute, rules = self.dispute, mediation_rules(local_day(self.now))
        sides = list(Side.objects.filter(dispute=dispute).order_by("number"))
        applied = any(side.applied_at for side in sides)
        agreement = agreement_of(dispute.pk)
        mediators = self._mediators()
        exhibits = list(_exhibits(dispute.pk))
        file = CaseFile(
            number=file_number(dispute, local_day(self.now)),
            committee=dispute.committee.name if dispute.committee else "",
            type_name=dispute_types()[dispute.type].name_zh,
            source=_source(dispute, applied),
            on=local_day(self.now),
            sides=tuple(self._side(side) for side in sides),
            summary=dispute.summary,
            wishes=dispute.wishes,
            place=dispute.place,
            happened_on=dispute.happened_on,
            received_on=_day(dispute.found_at),
            accepted_on=_day(dispute.accepted_at),
            accepted_by=self._name(dispute.accepted_by_id),
            amount_cents=dispute.amount_cents,
            mediators=mediators,
            investigations=tuple(
                casefile.Investigation(
                    at=_local(one.kept_at),
                    title=one.title,
                    text=one.text,
                    investigator=self._name(one.kept_by_id),
                    asked=self._party_name(one.brought_by_id),
                )
                for one in exhibits
                if one.kind == Exhibit.Kind.INVESTIGATION
            ),
            identities=self._exhibits(exhibits, Exhibit.Kind.IDENTITY),
            attorney_papers=self._exhibits(exhibits, Exhibit.Kind.ATTORNEY),
            evidence=self._exhibits(exhibits, Exhibit.Kind.EVIDENCE),
            proofs=self._exhibits(exhibits, Exhibit.Kind.PROOF),
            sittings=self._sittings(),
            agreement=self._agreement(agreement) if agreement else None,
            revisits=tuple(self._revisit(one) for one in revisits_of(agreement.pk)) if agreement else (),
            confirmation=self._confirmation(agreement),
            confirmable=confirmation_allowed(dispute),
            concluded_on=_day(dispute.concluded_at),
            outcome=printed_words().get(("outcome", dispute.state), ""),
            performed_on=_day(dispute.performed_at),
            broken_on=_day(dispute.broken_at) if dispute.state == State.BROKEN else None,
            other_ways=tuple(printed_words()["way", one] for one in dispute.other_ways),
            bound_by=next((one.name for one in mediators if one.leads), ""),
            keep_years=rules.file_years,
        )
        return Opened(file, self.pictures)

    def _side(self, side: Side) -> casefile.Side:
        here = [one for one in self.parties if one.side_id == side.pk]
        return casefile.Side(
            number=side.number,
            parties=tuple(self._party(one, here) for one in here if one.speaks_for_id is None),
            applied=side.applied_at is not None,
            told_rights_on=_day(side.told_rights_at),
        )

    def _party(self, party: PartyRead, here: Sequence[PartyRead]) -> casefile.Party:
        return casefile.Party(
            key=f"party_{party.id}",
            name=party.name,
            is_organization=party.kind == "organization",
            gender=printed_words().get(("gender", party.gender), party.gender),
            born=party.born,
            phone=party.phone,
            id_number=party.id_number,
            address=party.address,
            employer=party.employer,
            spokesmen=tuple(
                casefile.Spokesman(
                    key=f"party_{one.id}",
                    name=one.name,
                    speaks_as=one.speaks_as,
                    phone=one.phone,
                    id_number=one.id_number,
                    address=one.address,
                    gender=printed_words().get(("gender", one.gender), one.gender),
                    employer=one.employer,
                )
                for one in here
                if one.speaks_for_id == party.id
            ),
        )

    def _mediators(self) -> tuple[casefile.Mediator, ...]:
        return tuple(
            casefile.Mediator(
                key=f"mediator_{one.mediator_id}",
                name=self._name(one.mediator.person_id),
                leads=one.role == Assignment.Role.LEAD,
            )
            for one in _parts(self.dispute.pk)
        )

    def _exhibits(self, exhibits: Iterable[Exhibit], kind: str) -> tuple[casefile.Exhibit, ...]:
        return tuple(
            casefile.Exhibit(
                on=local_day(one.kept_at),
                title=one.title,
                text=one.text,
                brought_by=self._party_name(one.brought_by_id),
                picture=self._photo(one),
                pdf_digest=enclosure.sha256 if (enclosure := getattr(one, "enclosure", None)) else "",
                pdf_size=enclosure.size if enclosure else 0,
            )
            for one in exhibits
            if one.kind == kind
        )

    def _photo(self, exhibit: Exhibit) -> str:
        if exhibit.photo is None:
            return ""
        name = f"photo_{exhibit.photo_id}"
        if self.with_pictures:
            self.pictures[name] = photos.path_of(exhibit.photo.key, "large").read_bytes()
        return name

    def _sittings(self) -> tuple[casefile.Sitting, ...]:
        return tuple(self._sitting(one) for one in _sittings(self.dispute.pk))

    def _sitting(self, session: Session) -> casefile.Sitting:
        attending = list(_attending([session]))
        return casefile.Sitting(
            starts_at=_local(session.starts_at),
            ends_at=_local(session.ends_at),
            place=session.room.name if session.room else printed_words()["place", "online"],
            present=tuple(self._name(one.person_id) for one in attending if one.role in ("party", "guest")),
            mediators=tuple(self._name(one.person_id) for one in attending if one.role == "mediator"),
            recorder=next((self._name(one.person_id) for one in attending if one.role == "recorder"), ""),
            said=tuple(
                casefile.Said(who=self._party_name(one.party_id) or self._name(one.author_id), text=one.text)
                for one in _said([session])
            ),
        )

    def _agreement(self, agreement: Agreement) -> casefile.Agreement:
        return casefile.Agreement(
            is_written=agreement.form == Agreement.Form.WRITTEN,
            facts=agreement.facts,
            terms=agreement.terms,
            amount_cents=agreement.amount_cents,
            effective_on=_day(agreement.effective_at),
            installments=tuple(
                casefile.Installment(
                    number=one.number,
                    by=casefile.Side(number=one.by_side.number, parties=()).label,
                    what=one.what,
                    amount_cents=one.amount_cents,
                    due_on=one.due_on,
                    performed_on=_day(one.performed_at),
                    proof=_title_heard_by_both(one.proof),
                )
                for one in installments_of(agreement.pk).select_related("by_side", "proof")
            ),
            signatures=dict(self._signed(one) for one in agreement.signatures.order_by("pk")),
            signed_by_all=unsigned(agreement).nobody,
        )

    def _signed(self, one: Signature) -> tuple[str, casefile.Signed]:
        key = self._signs_as(one)
        if one.image:
            self.pictures[f"signature_{one.pk}"] = base64.b64decode(one.image)
        return key, casefile.Signed(
            key=key,
            how=printed_words()["signed", one.how],
            signed_at=_local(one.signed_at),
            picture=f"signature_{one.pk}" if one.image else "",
        )

    def _signs_as(self, one: Signature) -> str:
        """Return the line on which a signature stands: whoever signs for a party signs on that party's."""
        if one.committee_id is not None:
            return "committee"
        if one.party_id is None:
            return f"mediator_{one.mediator_id}"
        party = self.by_party.get(one.party_id)
        return f"party_{party.speaks_for_id or party.id}" if party else f"party_{one.party_id}"

    def _revisit(self, one: Revisit) -> casefile.Revisit:
        return casefile.Revisit(
            due_on=one.due_on,
            after_days=one.after_days,
            done_on=_day(one.done_at),
            by=self._name(one.done_by_id),
            performed=printed_words().get(("kept", one.performed), ""),
            satisfied=one.satisfied,
            words=one.words,
        )

    def _confirmation(self, agreement: Agreement | None) -> casefile.Confirmation | None:
        if agreement is None or agreement.effective_at is None:
            return None
        asked = confirmation_of(agreement.pk)
        effective = local_day(agreement.effective_at)
        until = confirmation_until(effective, days=mediation_rules(effective).confirmation_days)
        if asked is None:
            return casefile.Confirmation(court="", until=until)
        return casefile.Confirmation(
            court=asked.court,
            asked_on=_day(asked.asked_at),
            until=until,
            result=printed_words().get(("court", asked.result), ""),
            decision_number=asked.decision_number,
            decided_on=_day(asked.decided_at),
        )

    def _name(self, person_id: int | None) -> str:
        return self.names.get(person_id, "") if person_id is not None else ""

    def _party_name(self, party_id: int | None) -> str:
        party = self.by_party.get(party_id) if party_id is not None else None
        return party.name if party else ""


def _title_heard_by_both(exhibit: Exhibit | None) -> str:
    return exhibit.title if exhibit is not None and exhibit.audience == Audience.BOTH else ""


def _source(dispute: Dispute, applied: bool) -> str:
    words = printed_words()
    if dispute.source in (Source.INCIDENT, Source.COURT, Source.AGENCY, Source.HOTLINE):
        return words["source", dispute.source]
    return words["source", "applied" if applied else "taken_up"]


def _day(moment: datetime | None) -> date | None:
    return local_day(moment) if moment else None


def _local(moment: datetime) -> datetime:
    return moment.astimezone(town_zone())


def _parts(dispute_id: int) -> QuerySet[Assignment]:
    """Return who mediates, or mediated it to its end; whoever was replaced is not in the papers."""
    ended = ("", "concluded")
    return (
        Assignment.objects.filter(dispute_id=dispute_id, ended_because__in=ended)
        .select_related("mediator")
        .order_by("-role", "pk")
    )


def _exhibits(dispute_id: int) -> QuerySet[Exhibit]:
    everybodys = Q(audience=Audience.BOTH) | Q(kind__in=_OFFICIAL)
    rows = Exhibit.objects.filter(everybodys, dispute_id=dispute_id).select_related("photo", "enclosure")
    return rows.defer("enclosure__content").order_by("pk")


def _revisits(dispute_id: int) -> QuerySet[Revisit]:
    return Revisit.objects.filter(agreement__dispute_id=dispute_id, agreement__ended_at=None)


def _sittings(dispute_id: int) -> list[Session]:
    """Return the joint sessions that were held; what was said to one side apart is no part of a file."""
    held = Session.objects.filter(dispute_id=dispute_id, audience=Audience.BOTH, held_at__isnull=False)
    return list(held.select_related("room").order_by("starts_at", "pk"))


def _attending(sessions: Sequence[Session]) -> QuerySet[Attendance]:
    return Attendance.objects.filter(session__in=sessions, canceled_at=None).order_by("pk")


def _said(sessions: Sequence[Session]) -> QuerySet[Utterance]:
    return Utterance.objects.filter(session__in=sessions, audience=Audience.BOTH).order_by("pk")
