"""A small town that mediates: a committee, rooms, two mediators, and disputes as far along as a test needs them."""

import base64
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.test import Client
from django.utils import timezone
from tests.factories.kept import kept
from tests.factories.town import BEGIN, Town, make_town

from maplebridge.matters.actions import By
from maplebridge.mediation import actions
from maplebridge.mediation.domain.committees import Seat
from maplebridge.mediation.domain.tiers import Tier
from maplebridge.mediation.domain.workflow import Source
from maplebridge.mediation.models import Agreement, Committee, Dispute, Mediator, Party, Room, Side
from maplebridge.people import actions as people
from maplebridge.people.domain.roles import Role
from maplebridge.people.domain.standing import Standing
from maplebridge.people.models import Account, Person
from maplebridge.people.queries import standing_of

LEFT, RIGHT = "甲某某", "乙某某"
DRAWN = base64.b64encode(b"a picture").decode()


@dataclass
class Desk:
    """The town with its mediators; `left` and `right` are the parties that a dispute begins with."""

    town: Town
    committee: Committee
    town_committee: Committee
    room: Room
    mediator: Mediator
    colleague: Mediator

    @property
    def now(self) -> datetime:
        return self.town.now

    @property
    def by(self) -> By:
        return By(self.mediator.person_id, "mediator")

    def later(self, **much: float) -> datetime:
        return self.now + timedelta(**much)

    def standing(self, person: Person) -> Standing:
        return standing_of(person.pk, date(2026, 3, 2))

    def told(self, **more: object) -> actions.Told:
        plain = actions.Told(
            "楼上漏水，两家吵了一年", "neighbors", self.town.entrance_grid.pk, place="海棠苑3号楼"
        )
        return replace(plain, **more)  # type: ignore[arg-type]

    def found(self, **more: object) -> Dispute:
        found = actions.find(told=self.told(**more), source=Source.WALK_IN, by=self.by, now=self.now)
        assert found.dispute is not None
        return found.dispute

    def with_parties(self, **more: object) -> Dispute:
        dispute = self.found(**more)
        left, right = dispute.sides.order_by("number")
        self.join(left, name=LEFT, person_id=self.town.resident.pk)
        self.join(right, name=RIGHT, person_id=self.town.neighbor.pk)
        return dispute

    def join(self, side: Side, **told: object) -> Party:
        return actions.add_party(
            side_id=side.pk,
            told=actions.PartyTold(**told),  # type: ignore[arg-type]
            by=self.by,
            now=self.now,
        )

    def willing(self, **more: object) -> Dispute:
        dispute = self.with_parties(**more)
        for side in dispute.sides.all():
            actions.tell_rights(side_id=side.pk, by=self.by, now=self.now)
            actions.ask_side(side_id=side.pk, wants=True, applied=side.number == 1, by=self.by, now=self.now)
        return Dispute.objects.get(pk=dispute.pk)

    def accepted(self, *, tier: Tier | None = Tier.VILLAGE, **more: object) -> Dispute:
        dispute = actions.accept(dispute_id=self.willing(**more).pk, tier=tier, by=self.by, now=self.now)
        actions.assign(
            dispute_id=dispute.pk, mediator_id=self.mediator.pk, knowing=True, by=self.by, now=self.now
        )
        return Dispute.objects.get(pk=dispute.pk)

    def in_mediation(self, **more: object) -> Dispute:
        dispute = self.accepted(**more)
        actions.say(dispute_id=dispute.pk, text="都坐下来谈", audience="both", by=self.by, now=self.now)  # type: ignore[arg-type]
        return Dispute.objects.get(pk=dispute.pk)

    def drafted(
        self, *, form: str = "written", cents: int | None = None, parts: int = 0, **more: object
    ) -> Agreement:
        dispute = self.in_mediation(**more)
        shares = [] if not parts else _shares(cents or 0, parts)
        payer = dispute.sides.get(number=2)
        return actions.draft(
            dispute_id=dispute.pk,
            form=form,
            terms="乙方三十日内修好水管并赔偿",
            amount_cents=cents,
            parts=[
                actions.Part(payer.pk, timezone.localdate(self.now) + timedelta(days=10 + 30 * number), share)
                for number, share in enumerate(shares)
            ],
            by=self.by,
            now=self.now,
        )

    def signed(self, agreement: Agreement, *, how: str = "paper") -> Dispute:
        dispute = agreement.dispute
        for party in Party.objects.filter(dispute=dispute):
            actions.sign(
                agreement_id=agreement.pk,
                how=how,
                party_id=party.pk,
                image=DRAWN if how == "screen" else "",
                by=self.by,
                now=self.now,
            )
        actions.sign(
            agreement_id=agreement.pk, how="paper", mediator_id=self.mediator.pk, by=self.by, now=self.now
        )
        if agreement.form == "written":
            actions.sign(
                agreement_id=agreement.pk,
                how="seal",
                committee_id=Dispute.objects.get(pk=dispute.pk).committee_id,
                by=self.by,
                now=self.now,
            )
        return Dispute.objects.get(pk=dispute.pk)

    def agreed(self, **more: object) -> Dispute:
        return self.signed(self.drafted(**more))  # type: ignore[arg-type]


def _shares(cents: int, parts: int) -> list[int]:
    from maplebridge.mediation.domain.amounts import split_evenly

    return split_evenly(cents, parts)


@kept
def open_desk(noon: datetime) -> Desk:
    return desk_in(make_town(noon))


def desk_in(town: Town) -> Desk:
    """Let a town that is there begin to mediate."""
    first, second = _mediator("调解员老张", town.community.pk), _mediator("调解员小陈", town.community.pk)
    seats = [Seat(first.pk, False, chairs=True), Seat(second.pk, True), Seat(town.grid_worker.pk, False)]
    village = actions.found_committee(
        tier=Tier.VILLAGE,
        grid_id=town.community.pk,
        name="迎宾社区人民调解委员会",
        term_from=BEGIN,
        term_to=date(2028, 12, 31),
        seats=seats,
        now=town.now,
    )
    higher = actions.found_committee(
        tier=Tier.TOWN,
        grid_id=town.street.pk,
        name="和顺街道人民调解委员会",
        term_from=BEGIN,
        term_to=date(2028, 12, 31),
        seats=[Seat(town.officer.pk, False, chairs=True), *seats[1:]],
        now=town.now,
    )
    return Desk(
        town=town,
        committee=village,
        town_committee=higher,
        room=actions.open_room(committee_id=village.pk, name="老张调解室", named_after_id=first.pk),
        mediator=actions.appoint(
            person_id=first.pk, committee_id=village.pk, kind="people", starts_on=BEGIN, skills=["neighbors"]
        ),
        colleague=actions.appoint(
            person_id=second.pk,
            committee_id=village.pk,
            kind="lawyer",
            starts_on=BEGIN,
            employer="和顺律师事务所",
        ),
    )


def _mediator(nickname: str, grid_id: int) -> Person:
    person = people.enrol(nickname=nickname, now=datetime(2026, 1, 1).astimezone())
    people.open_account(person=person, username=nickname)
    people.post(person=person, role=Role.MEDIATOR, starts_on=BEGIN, grid_id=grid_id)
    return person


def seat(person: Person) -> Client:
    """Return a browser in which somebody is signed in."""
    client = Client()
    account = Account.objects.get(person=person)
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client
