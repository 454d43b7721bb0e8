"""The quarrels of the demo town, lived through the same actions as real ones: committees, sessions, agreements."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction

from maplebridge.demo.fund import load_fund
from maplebridge.demo.town_data import TOWN_FOLDER
from maplebridge.mediation import actions, queries
from maplebridge.mediation.domain.acceptance import Touches
from maplebridge.mediation.domain.amounts import split_evenly
from maplebridge.mediation.domain.audiences import Audience
from maplebridge.mediation.domain.committees import Seat
from maplebridge.mediation.domain.tiers import RiskSign, Tier
from maplebridge.mediation.domain.workflow import EndedBecause, OtherWay, Source
from maplebridge.people import queries as people
from maplebridge.people.domain.roles import Role
from maplebridge.places import queries as places

if TYPE_CHECKING:
    from maplebridge.mediation.models import Agreement, Dispute, Mediator, Room

DISPUTES = TOWN_FOLDER.parent / "mediation/disputes.toml"
TERM_YEARS = 3
SOURCES = (Source.WALK_IN, Source.GROUP, Source.VISIT, Source.WALK_IN, Source.SWEEP)
MORNING, AFTERNOON = time(9, 30), time(15, 0)


@dataclass(frozen=True)
class Quarrel:
    """A dispute as told in the file."""

    type: str
    summary: str
    place: str
    sides: Sequence[Sequence[str]]
    days: int
    course: str
    amount: int | None = None
    people: int = 2
    organization: int = 0  # the number of the side that is a firm
    parts: int = 0
    left: str = ""
    right: str = ""
    offer: str = ""
    risk: Sequence[str] = ()
    touches: Sequence[str] = ()


@dataclass
class Desk:
    """Who mediates where, and the clock of one dispute."""

    lead: "Mediator"
    colleague: "Mediator"
    room: "Room"
    grid_ids: Sequence[int]
    resident_id: int | None
    now: datetime
    at: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.at = self.now

    @property
    def by(self) -> actions.By:
        return actions.By(self.lead.person_id, Role.MEDIATOR.value)

    def later(self, **much: float) -> datetime:
        """Go on by so much, and never past the present."""
        self.at = min(self.at + timedelta(**much), self.now)
        return self.at


def read_quarrels() -> list[Quarrel]:
    return [Quarrel(**one) for one in tomllib.loads(DISPUTES.read_text(encoding="utf-8"))["dispute"]]


def mediation_is_loaded() -> bool:
    return queries.committees().exists()


@transaction.atomic
def load_mediation(*, now: datetime) -> int:
    """Found committees, let the quarrels happen, reward who settled them. Return how many quarrels."""
    desk = _open_desk(now)
    quarrels = read_quarrels()
    for number, one in enumerate(quarrels):
        desk.at = now - timedelta(days=one.days, hours=2 + number % 5)
        _live(desk, one, number)
    load_fund(now=now)
    return len(quarrels)


def _open_desk(now: datetime) -> Desk:
    today = now.date()
    posting = people.first_posting(Role.MEDIATOR, today)
    assert posting is not None, "the demo town has mediators"
    assert posting.grid_id is not None, "a mediator is posted on ground"
    community, town = posting.grid_id, places.grid_facts(posting.grid_id).chain[1]
    near = people.postings_on(today).filter(grid_id=community).order_by("pk")
    mediating = list(dict.fromkeys(near.filter(role=Role.MEDIATOR).values_list("person_id", flat=True)))
    others = near.filter(role=Role.TEAM_MEMBER).exclude(person_id__in=mediating)
    helping = list(dict.fromkeys(others.values_list("person_id", flat=True)))[:2]
    village = _found(Tier.VILLAGE, community, "人民调解委员会", [*mediating, *helping], today, now)
    _found(Tier.TOWN, town, "人民调解委员会", [*helping, mediating[0]], today, now)
    begun = date(today.year - 1, 1, 1)
    lead, colleague = (
        actions.appoint(person_id=one, committee_id=village, kind="people", starts_on=begun, skills=skills)
        for one, skills in (
            (posting.person_id, ["neighbors", "family"]),
            (_other(mediating, posting.person_id), ["property"]),
        )
    )
    room = actions.open_room(
        committee_id=village,
        name=f"{posting.person.nickname[-2:]}调解室",
        where="社区服务中心一楼",
        named_after_id=posting.person_id,
    )
    actions.open_room(committee_id=village, name="圆桌室", where="社区服务中心二楼", seats=12)
    actions.set_office_hours(
        mediator_id=lead.pk, hours=[(day, time(9), time(11, 30), room.pk) for day in range(5)]
    )
    below = [grid_id for grid_id, one in places.grids().items() if one.parent_id == community]
    resident = people.any_resident(today)
    return Desk(lead, colleague, room, below or [community], resident.pk if resident else None, now)


def _other(persons: Sequence[int], than: int) -> int:
    return next(one for one in persons if one != than)


def _found(tier: Tier, grid_id: int, name: str, members: Sequence[int], today: date, now: datetime) -> int:
    seats = [Seat(one, number % 2 == 1, chairs=number == 0) for number, one in enumerate(members)]
    made = actions.found_committee(
        tier=tier,
        grid_id=grid_id,
        name=f"{places.grids()[grid_id].name}{name}",
        term_from=date(today.year - 1, 1, 1),
        term_to=date(today.year - 1 + TERM_YEARS, 1, 1),
        seats=seats,
        now=now,
    )
    return made.pk


def _live(desk: Desk, one: Quarrel, number: int) -> None:
    """Let one quarrel happen as far as its course says."""
    dispute = _find(desk, one, number)
    if one.course == "found":
        return
    _prepare(desk, dispute, one)
    if one.course == "refused":
        actions.refuse(
            dispute_id=dispute.pk,
            because=EndedBecause.DECIDED_ELSEWHERE,
            words="已经向法院起诉",
            other_ways=[OtherWay.COURT],
            by=desk.by,
            now=desk.later(days=1),
        )
        return
    actions.accept(dispute_id=dispute.pk, by=desk.by, now=desk.later(hours=3))
    actions.assign(
        dispute_id=dispute.pk,
        mediator_id=(desk.colleague if _is_others(one) else desk.lead).pk,
        knowing=True,
        by=desk.by,
        now=desk.later(hours=1),
    )
    if one.course != "accepted":
        _talk(desk, dispute, one)
        COURSES[one.course](desk, dispute, one)


def _is_others(one: Quarrel) -> bool:
    """Tell whether the colleague mediated it, so that the one shown has somebody to revisit."""
    return one.course == "performed"


def _find(desk: Desk, one: Quarrel, number: int) -> "Dispute":
    grid_id = desk.grid_ids[number % len(desk.grid_ids)]
    found = actions.find(
        told=actions.Told(
            summary=one.summary,
            type=one.type,
            grid_id=grid_id,
            place=one.place,
            people_count=one.people,
            amount_cents=one.amount * 100 if one.amount is not None else None,
            happened_on=(desk.at - timedelta(days=3)).date(),
            signs=[RiskSign(sign) for sign in one.risk],
            touches=[Touches(what) for what in one.touches],
        ),
        source=Source.WALK_IN if number % 3 else Source.VISIT,
        by=desk.by,
        now=desk.at,
        tier=Tier.VILLAGE,
    )
    assert found.dispute is not None, "no invented dispute is a grave one"
    return found.dispute


def _prepare(desk: Desk, dispute: "Dispute", one: Quarrel) -> None:
    """Write down the parties, tell them their rights, ask whether they want mediation; calm where it is needed."""
    for side in dispute.sides.order_by("number"):
        for place, name in enumerate(one.sides[side.number - 1]):
            actions.add_party(
                side_id=side.pk,
                told=actions.PartyTold(
                    name=name,
                    kind="organization" if one.organization == side.number else "person",
                    person_id=desk.resident_id if _shows_resident(one, side.number, place) else None,
                ),
                by=desk.by,
                now=desk.later(minutes=20),
            )
        actions.tell_rights(side_id=side.pk, by=desk.by, now=desk.later(minutes=5))
        actions.ask_side(
            side_id=side.pk, wants=True, applied=side.number == 1, by=desk.by, now=desk.later(minutes=5)
        )
    if one.risk:
        actions.arrange_calm(
            dispute_id=dispute.pk,
            contact_id=desk.lead.person_id,
            until=desk.now + timedelta(days=2),
            words="每天各打一个电话",
            by=desk.by,
            now=desk.later(minutes=10),
        )


def _shows_resident(one: Quarrel, side: int, place: int) -> bool:
    """The resident through whom one looks is a party to the first dispute with a session today."""
    return one.course == "session_today" and one.type == "neighbors" and (side, place) == (1, 0)


def _talk(desk: Desk, dispute: "Dispute", one: Quarrel) -> None:
    """Let each side speak apart, then make an offer before all."""
    say = partial(actions.say, dispute_id=dispute.pk, by=desk.by)
    say(text="今天先听双方各自说，谁也不打断谁。", audience=Audience.BOTH, now=desk.later(hours=20))
    for side, words in zip(dispute.sides.order_by("number"), (one.left, one.right), strict=False):
        if words:
            say(text=words, audience=Audience.SIDE, side_id=side.pk, now=desk.later(hours=2))
    say(text="两边差得不远，先谈怎么修，再谈钱。", audience=Audience.MEDIATORS, now=desk.later(minutes=30))
    if one.offer:
        actions.offer(
            dispute_id=dispute.pk,
            by_side_id=None,
            terms=one.offer,
            audience=Audience.BOTH,
            by=desk.by,
            now=desk.later(hours=1),
        )


def _mediating(desk: Desk, dispute: "Dispute", one: Quarrel) -> None:
    actions.promise(
        dispute_id=dispute.pk,
        text="把发票和照片带来",
        due_at=desk.now + timedelta(hours=5),
        audience=Audience.BOTH,
        by=desk.by,
        now=desk.later(minutes=5),
        by_side_id=dispute.sides.get(number=1).pk,
    )


def _session_today(desk: Desk, dispute: "Dispute", one: Quarrel) -> None:
    _mediating(desk, dispute, one)
    online = one.type == "neighbors"
    begins = desk.now + timedelta(minutes=20 if online else 140)
    actions.book(
        dispute_id=dispute.pk,
        starts_at=begins,
        ends_at=begins + timedelta(minutes=90),
        room_id=None if online else desk.room.pk,
        agenda="一、水从哪里来\n二、先怎么修\n三、费用怎么分" if online else "一、修理的日子\n二、费用怎么补",
        by=desk.by,
        now=desk.now,
    )


def _moved_up(desk: Desk, dispute: "Dispute", one: Quarrel) -> None:
    actions.move_up(
        dispute_id=dispute.pk,
        because="too_hard",
        words="要请城管和环保一起看",
        by=desk.by,
        now=desk.later(days=1),
    )


def _agreed(desk: Desk, dispute: "Dispute", one: Quarrel, *, first_due: int = 5) -> "Agreement":
    payer = dispute.sides.get(number=2)
    cents = one.amount * 100 if one.amount is not None and one.parts else None
    signed = desk.later(days=1)
    parts = [
        actions.Part(payer.pk, (signed + timedelta(days=first_due + 30 * number)).date(), share)
        for number, share in enumerate(split_evenly(cents, one.parts) if cents else [])
    ]
    agreement = actions.draft(
        dispute_id=dispute.pk,
        form="written",
        terms=one.offer,
        amount_cents=cents,
        parts=parts,
        by=desk.by,
        now=signed,
    )
    sign = partial(actions.sign, agreement_id=agreement.pk, by=desk.by, now=desk.later(minutes=30))
    for party in queries.unsigned(agreement).parties:
        sign(how="fingerprint", party_id=party)
    lead = queries.lead_of(dispute.pk)
    assert lead is not None, "whoever mediates signs"
    sign(how="paper", mediator_id=lead.mediator_id)
    sign(how="seal", committee_id=queries.get_dispute(dispute.pk).committee_id)
    return agreement


def _performed(desk: Desk, dispute: "Dispute", one: Quarrel) -> None:
    agreement = _agreed(desk, dispute, one)
    for part in queries.installments_of(agreement.pk):
        actions.perform(installment_id=part.pk, by=desk.by, now=desk.later(days=2))
    if not one.parts:
        actions.perform_whole(dispute_id=dispute.pk, by=desk.by, now=desk.later(days=3))


def _late(desk: Desk, dispute: "Dispute", one: Quarrel) -> None:
    _agreed(desk, dispute, one, first_due=2)


def _broken(desk: Desk, dispute: "Dispute", one: Quarrel) -> None:
    _agreed(desk, dispute, one, first_due=3)
    actions.break_agreement(
        dispute_id=dispute.pk, words="到期没有付，电话不接", by=desk.by, now=desk.later(days=6)
    )


def _failed(desk: Desk, dispute: "Dispute", one: Quarrel) -> None:
    actions.fail(
        dispute_id=dispute.pk,
        because=EndedBecause.APART,
        words="双方差距太大",
        other_ways=[OtherWay.ARBITRATION, OtherWay.LEGAL_AID],
        by=desk.by,
        now=desk.later(days=4),
    )


def _withdrawn(desk: Desk, dispute: "Dispute", one: Quarrel) -> None:
    actions.withdraw(
        dispute_id=dispute.pk,
        because=EndedBecause.SETTLED_ALONE,
        words="两家自己量好了田埂",
        by=desk.by,
        now=desk.later(days=5),
    )


COURSES: Mapping[str, Callable[[Desk, "Dispute", Quarrel], Any]] = {
    "session_today": _session_today,
    "mediating": _mediating,
    "moved_up": _moved_up,
    "agreed": _agreed,
    "performed": _performed,
    "late": _late,
    "broken": _broken,
    "failed": _failed,
    "withdrawn": _withdrawn,
}
