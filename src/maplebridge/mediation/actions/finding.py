"""A dispute is found: at the counter, in a group, on a round, out of a matter, or handed over by others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from maplebridge.conversations import actions as conversations
from maplebridge.kernel.text import normalise
from maplebridge.matters import actions as matters
from maplebridge.matters.actions.raising import Origin
from maplebridge.matters.actions.receiving import raise_by_hand
from maplebridge.mediation.actions import matter as its_matter
from maplebridge.mediation.actions.record import By, NotAllowed, about, index, must_be, note, save, take, tell
from maplebridge.mediation.data import dispute_types
from maplebridge.mediation.domain.acceptance import REPORT_DUTY, TO_CONFIDENTIAL, Grave, Touches
from maplebridge.mediation.domain.clocks import due
from maplebridge.mediation.domain.tiers import Risk, RiskSign, Size, Tier, proposed_tier, risk_of
from maplebridge.mediation.domain.workflow import BEFORE, FROM_OUTSIDE, OPEN, Source
from maplebridge.mediation.events import DisputeFound
from maplebridge.mediation.models import Dispute, Side, TierStay
from maplebridge.mediation.queries import committee_for, local_day, mediation_rules
from maplebridge.mediation.queries.grave import category_of
from maplebridge.platform.audit import action
from maplebridge.platform.events import publish

POLICE = "110"


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a dispute when it is found."""

    summary: str
    type: str
    grid_id: int
    place: str = ""
    wishes: str = ""
    happened_on: date | None = None
    people_count: int = 2
    amount_cents: int | None = None
    beyond_village: bool = False
    signs: Sequence[RiskSign] = ()
    touches: Sequence[Touches] = ()
    grave: Sequence[Grave] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A dispute, or the matter that it became because it never comes to mediation."""

    dispute: Dispute | None
    matter_id: int | None = None


@action
def find(
    *,
    told: Told,
    source: Source,
    by: By,
    now: datetime,
    source_number: str = "",
    message_id: int | None = None,
    swept_id: int | None = None,
    tier: Tier | None = None,
) -> Found:
    """Write down a dispute with two sides. Violence, abuse and crime are handed on at once, and leave no dispute."""
    _check(told, now)
    if told.grave:
        return Found(None, _hand_on(told.summary, told.grave, told.grid_id, by, now))
    if source in FROM_OUTSIDE and not source_number.strip():
        raise NotAllowed("number_needed")
    return Found(_write_down(told, source, by, now, source_number.strip(), message_id, swept_id, tier, None))


@action
def find_in_matter(*, matter_id: int, told: Told, by: By, now: datetime, tier: Tier | None = None) -> Found:
    """Take a matter over that turned out to be a dispute: answered, its clock paused, resolved by mediation."""
    _check(told, now)
    if told.grave:
        return Found(None, _sort_as_grave(matter_id, told.grave, by, now))
    return _take_over(matter_id, told, Source.MATTER, by, now, tier)


@action
def find_in_message(*, message_id: int, told: Told, by: By, now: datetime, tier: Tier | None = None) -> Found:
    """Take over what was read in a group: its matter is raised first, so that the answer goes back to the group."""
    _check(told, now)
    judged = _judged(told.grave, now) if told.grave else None
    matter = raise_by_hand(message_id=message_id, judged=judged, by=by, now=now)
    if told.grave:
        return Found(None, matter.pk)
    return _take_over(matter.pk, told, Source.GROUP, by, now, tier, message_id)


def _take_over(
    matter_id: int,
    told: Told,
    source: Source,
    by: By,
    now: datetime,
    tier: Tier | None,
    message_id: int | None = None,
) -> Found:
    its_matter.take_over(matter_id, until=due(now, months=_months(now)), by=by, now=now)
    return Found(_write_down(told, source, by, now, "", message_id, None, tier, matter_id))


def _months(now: datetime) -> int:
    return mediation_rules(local_day(now)).months


def _check(told: Told, now: datetime) -> None:
    if not told.summary.strip():
        raise NotAllowed("summary_needed")
    if told.type not in dispute_types():
        raise NotAllowed("unknown_type")
    if told.happened_on is not None and told.happened_on > local_day(now):
        raise NotAllowed("happened_in_the_future")
    if told.amount_cents is not None and told.amount_cents < 0:
        raise NotAllowed("below_zero")
    if told.people_count < 2:
        raise NotAllowed("two_people_at_least")


def _write_down(
    told: Told,
    source: Source,
    by: By,
    now: datetime,
    source_number: str,
    message_id: int | None,
    swept_id: int | None,
    tier: Tier | None,
    matter_id: int | None,
) -> Dispute:
    risk = risk_of(told.signs)
    tier = tier or _proposed(told, risk, now)
    committee = committee_for(tier, told.grid_id)
    dispute = Dispute(
        source=source,
        source_number=source_number,
        matter_id=matter_id,
        asked_in_id=message_id,
        swept_id=swept_id,
        type=told.type,
        touches=list(told.touches),
        summary=normalise(told.summary),
        wishes=normalise(told.wishes),
        place=told.place[:120],
        grid_id=told.grid_id,
        happened_on=told.happened_on,
        people_count=told.people_count,
        amount_cents=told.amount_cents,
        beyond_village=told.beyond_village,
        risk=risk,
        risk_signs=list(told.signs),
        tier=tier,
        committee=committee,
        found_at=now,
        found_by_id=by.person_id,
    )
    _save_once(dispute)
    index(dispute)
    for number in (1, 2):
        Side.objects.create(dispute=dispute, number=number)
    TierStay.objects.create(dispute=dispute, tier=tier, committee=committee, since=now)
    note(dispute, "found", by=by, now=now, source=source, type=told.type, risk=risk, tier=tier)
    publish(DisputeFound(source=source, found_by=by.person_id, **about(dispute, now)))
    tell(dispute)
    return dispute


def _save_once(dispute: Dispute) -> None:
    """Save a new dispute; what was found before under the same number, message or matter is refused."""
    try:
        with transaction.atomic():
            dispute.save()
    except IntegrityError as problem:
        if "one_dispute_per" in str(problem):
            raise NotAllowed("found_before") from problem
        raise


def _proposed(told: Told, risk: Risk, now: datetime) -> Tier:
    size = Size(told.people_count, told.amount_cents, risk, beyond_village=told.beyond_village)
    return proposed_tier(size, mediation_rules(local_day(now)).tier_limits).tier


def _hand_on(summary: str, grave: Sequence[Grave], grid_id: int, by: By, now: datetime) -> int:
    """Raise the matter that it is: confidential, or to the police. Return its number."""
    if by.person_id is None:
        raise NotAllowed("somebody_reports")
    thread = conversations.open_private_thread(person_id=by.person_id, grid_id=grid_id, now=now)
    made = matters.raise_matter(
        origin=Origin.PROACTIVE,
        text=normalise(summary),
        thread_id=thread.pk,
        reporter_id=by.person_id,
        judged=_judged(grave, now),
        where=matters.Where(grid_id=grid_id),
        by=by,
        now=now,
    )
    return made.pk


def _judged(grave: Sequence[Grave], now: datetime) -> matters.Judged:
    # The duty to report abuse of a child is met at once: the command room is asked, as with a crime.
    at_once = bool(REPORT_DUTY.intersection(grave)) or Grave.CRIME in grave
    return matters.Judged(
        category=_category(grave, now),
        severity=3,
        decided=True,
        emergency=POLICE if at_once else "",
        confidential=bool(TO_CONFIDENTIAL.intersection(grave)),
        lead="police",
        why=[{"code": "handed_on_by_mediation"}],
    )


def _category(grave: Sequence[Grave], now: datetime) -> str | None:
    """Return where the gravest of it belongs in the town's catalogue."""
    gravest = next(one for one in (Grave.CHILD_ABUSE, Grave.VIOLENCE_AT_HOME, Grave.CRIME) if one in grave)
    return category_of(gravest, mediation_rules(local_day(now)))


def _sort_as_grave(matter_id: int, grave: Sequence[Grave], by: By, now: datetime) -> int:
    """Put a matter where it belongs: sorted anew, with the three-level severity of an emergency."""
    category = _category(grave, now)
    if category is None:  # without one it would stay where everybody reads it
        secret = TO_CONFIDENTIAL.intersection(grave)
        raise NotAllowed("no_confidential_category" if secret else "no_police_category")
    matters.sort(matter_id=matter_id, category=category, severity=3, by=by, now=now)
    return matter_id


def hand_on_grave(dispute: Dispute, grave: Sequence[Grave], by: By, now: datetime) -> int:
    """Hand on what came to light later; from now on only the few read the dispute."""
    if dispute.matter_id is not None:
        its_matter.give_back(dispute, by=by, now=now)
        return _sort_as_grave(dispute.matter_id, grave, by, now)
    return _hand_on(dispute.summary, grave, dispute.grid_id, by, now)


@action
def correct(*, dispute_id: int, told: Told, by: By, now: datetime) -> Dispute:
    """Write down anew what a dispute is about, while it is open. Its type and place stay changeable until its end."""
    dispute = take(dispute_id)
    must_be(dispute, *OPEN)
    _check(told, now)
    if told.grave:
        raise NotAllowed("refer_instead")
    fields = ("type", "place", "grid_id", "happened_on", "people_count", "amount_cents", "beyond_village")
    for name in fields:
        setattr(dispute, name, getattr(told, name))
    dispute.summary, dispute.wishes = normalise(told.summary), normalise(told.wishes)
    dispute.touches = list(told.touches)
    if dispute.state in BEFORE:
        dispute.committee = committee_for(Tier(dispute.tier), dispute.grid_id)
        dispute.stays.filter(until=None).update(committee=dispute.committee)
    save(
        dispute,
        *(name.removesuffix("_id") for name in fields),
        "summary",
        "wishes",
        "touches",
        "committee",
    )
    index(dispute)
    note(dispute, "corrected", by=by, now=now, type=told.type)
    tell(dispute)
    return dispute


@action
def note_risk(*, dispute_id: int, signs: Sequence[RiskSign], by: By, now: datetime) -> Dispute:
    """State what was seen or heard; the risk follows from it."""
    dispute = take(dispute_id)
    must_be(dispute, *OPEN)
    dispute.risk, dispute.risk_signs = risk_of(signs), list(signs)
    dispute.calmed_at = None
    save(dispute, "risk", "risk_signs", "calmed_at")
    note(dispute, "risk_noted", by=by, now=now, risk=dispute.risk, signs=list(signs))
    tell(dispute)
    return dispute


@action
def arrange_calm(
    *, dispute_id: int, contact_id: int, until: datetime, words: str, by: By, now: datetime
) -> Dispute:
    """Calm first (稳): somebody keeps contact with the sides, and looks again by a moment."""
    dispute = take(dispute_id)
    must_be(dispute, *OPEN)
    if until <= now:
        raise NotAllowed("end_in_the_past")
    dispute.calm_contact_id, dispute.calm_until, dispute.calmed_at = contact_id, until, None
    save(dispute, "calm_contact", "calm_until", "calmed_at")
    note(dispute, "calm_arranged", by=by, now=now, text=words, contact=contact_id, until=until.isoformat())
    tell(dispute)
    return dispute


@action
def note_calm(*, dispute_id: int, words: str, by: By, now: datetime) -> Dispute:
    """Note that it is calm: nobody needs to look again."""
    dispute = take(dispute_id)
    must_be(dispute, *OPEN)
    if dispute.calm_contact_id is None:
        raise NotAllowed("nobody_keeps_contact")
    dispute.calmed_at = now
    save(dispute, "calmed_at")
    note(dispute, "calmed", by=by, now=now, text=words)
    tell(dispute)
    return dispute
