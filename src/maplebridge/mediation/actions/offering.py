"""Offers and counter-offers, what each side says to them, and promises with a moment by which they are kept."""

from datetime import datetime

from maplebridge.kernel.text import normalise
from maplebridge.mediation.actions.record import (
    SYSTEM,
    By,
    NotAllowed,
    must_be,
    note,
    take,
    tell,
    tell_person,
)
from maplebridge.mediation.actions.sessions import begin_mediation
from maplebridge.mediation.actions.speaking import check, session_of
from maplebridge.mediation.domain.audiences import Audience
from maplebridge.mediation.domain.workflow import OPEN, RUNNING
from maplebridge.mediation.models import Acceptance, Dispute, Offer, Promise, Side
from maplebridge.mediation.permissions import side_of
from maplebridge.platform.audit import action


def _own_side(dispute: Dispute, side_id: int | None, by: By) -> None:
    """Refuse that a party speaks for the other side, or that somebody is named who is no side."""
    if side_id is not None and not Side.objects.filter(pk=side_id, dispute=dispute).exists():
        raise NotAllowed("not_a_side_of_it")
    own = side_of(by.person_id, dispute.pk) if by.person_id is not None else None
    if own is not None and own != side_id:
        raise NotAllowed("other_side")


@action
def offer(
    *,
    dispute_id: int,
    by_side_id: int | None,
    terms: str,
    audience: Audience,
    by: By,
    now: datetime,
    amount_cents: int | None = None,
    side_id: int | None = None,
    counter_to_id: int | None = None,
    session_id: int | None = None,
) -> Offer:
    """Note what a side offers, or without one what the mediators propose."""
    dispute = take(dispute_id)
    must_be(dispute, *RUNNING)
    if not terms.strip():
        raise NotAllowed("text_needed")
    if amount_cents is not None and amount_cents < 0:
        raise NotAllowed("below_zero")
    _own_side(dispute, by_side_id, by)
    session = session_of(dispute, session_id)
    check(dispute, audience, side_id, session=session, by=by, party=None, now=now)
    if audience == Audience.SIDE and by_side_id is not None and by_side_id != side_id:
        raise NotAllowed("other_side")  # an offer is heard by whoever makes it
    if counter_to_id is not None and not Offer.objects.filter(pk=counter_to_id, dispute=dispute).exists():
        raise NotAllowed("not_an_offer_of_it")
    made = Offer.objects.create(
        dispute=dispute,
        session=session,
        by_side_id=by_side_id,
        terms=normalise(terms),
        amount_cents=amount_cents,
        counter_to_id=counter_to_id,
        audience=audience,
        side_id=side_id,
        noted_by_id=by.person_id,
        made_at=now,
    )
    begin_mediation(dispute, by=by, now=now)
    note(dispute, "offered", by=by, now=now, audience=audience, side_id=side_id, offer=made.pk)
    tell(dispute, "offer", made.pk, audience=audience, side_id=side_id)
    return made


@action
def answer_offer(
    *,
    offer_id: int,
    by_side_id: int,
    accepts: bool,
    by: By,
    now: datetime,
    audience: Audience = Audience.SIDE,
    words: str = "",
) -> Acceptance:
    """Note what a side says to an offer; only that side and the mediators know it, unless it wants all to know."""
    answered = Offer.objects.get(pk=offer_id)
    dispute = take(answered.dispute_id)
    answered.refresh_from_db()
    must_be(dispute, *RUNNING)
    if answered.taken_back_at is not None:
        raise NotAllowed("offer_taken_back")
    _own_side(dispute, by_side_id, by)
    if answered.audience == Audience.MEDIATORS or (
        answered.audience == Audience.SIDE and answered.side_id != by_side_id
    ):
        raise NotAllowed("side_has_not_heard_it")
    if audience == Audience.MEDIATORS or (audience == Audience.BOTH and answered.audience != Audience.BOTH):
        raise NotAllowed("as_the_offer")  # else the answer would tell the others that there is an offer
    side_id = by_side_id if audience == Audience.SIDE else None
    given = Acceptance.objects.create(
        offer=answered,
        by_side_id=by_side_id,
        accepts=accepts,
        words=normalise(words),
        audience=audience,
        side_id=side_id,
        noted_by_id=by.person_id,
        given_at=now,
    )
    note(
        dispute,
        "offer_accepted" if accepts else "offer_declined",
        by=by,
        now=now,
        audience=audience,
        side_id=side_id,
        offer=answered.pk,
    )
    tell(dispute, "offer", answered.pk, audience=audience, side_id=side_id)
    return given


@action
def open_offer(*, offer_id: int, by: By, now: datetime) -> Offer:
    """Bring an offer that was made in confidence before all sides, as its maker allows."""
    opened = Offer.objects.get(pk=offer_id)
    dispute = take(opened.dispute_id)
    must_be(dispute, *RUNNING)
    if opened.by_side_id is not None:
        _own_side(dispute, opened.by_side_id, by)
    opened.audience, opened.side = Audience.BOTH, None
    opened.save(update_fields=["audience", "side"])
    note(dispute, "offer_opened", by=by, now=now, audience=Audience.BOTH, offer=opened.pk)
    tell(dispute, "offer", opened.pk, audience=Audience.BOTH)
    return opened


@action
def take_back_offer(*, offer_id: int, by: By, now: datetime) -> Offer:
    taken = Offer.objects.get(pk=offer_id)
    dispute = take(taken.dispute_id)
    taken.refresh_from_db()
    must_be(dispute, *RUNNING)
    _own_side(dispute, taken.by_side_id, by)
    if taken.taken_back_at is not None:
        raise NotAllowed("offer_taken_back")
    taken.taken_back_at = now
    taken.save(update_fields=["taken_back_at"])
    audience = Audience(taken.audience)
    note(
        dispute, "offer_taken_back", by=by, now=now, audience=audience, side_id=taken.side_id, offer=taken.pk
    )
    tell(dispute, "offer", taken.pk, audience=audience, side_id=taken.side_id)
    return taken


# -- promises


@action
def promise(
    *,
    dispute_id: int,
    text: str,
    due_at: datetime,
    audience: Audience,
    by: By,
    now: datetime,
    by_side_id: int | None = None,
    side_id: int | None = None,
) -> Promise:
    """Note what somebody will do by a moment: a side, or without one whoever writes it down."""
    dispute = take(dispute_id)
    must_be(dispute, *OPEN)
    if not text.strip():
        raise NotAllowed("text_needed")
    if due_at <= now:
        raise NotAllowed("promise_in_the_past")
    if by_side_id is None and by.person_id is None:
        raise NotAllowed("somebody_promises")
    _own_side(dispute, by_side_id, by)
    check(dispute, audience, side_id, session=None, by=by, party=None, now=now)
    made = Promise.objects.create(
        dispute=dispute,
        by_side_id=by_side_id,
        by_id=by.person_id if by_side_id is None else None,
        text=normalise(text),
        made_at=now,
        due_at=due_at,
        audience=audience,
        side_id=side_id,
    )
    note(
        dispute,
        "promised",
        by=by,
        now=now,
        audience=audience,
        side_id=side_id,
        promise=made.pk,
        due=due_at.isoformat(),
    )
    tell(dispute, "promise", made.pk, audience=audience, side_id=side_id)
    return made


@action
def keep_promise(*, promise_id: int, by: By, now: datetime) -> Promise:
    """Note that what was promised is done."""
    made = Promise.objects.get(pk=promise_id)
    dispute = take(made.dispute_id)
    made.refresh_from_db()
    if made.kept_at is not None:
        raise NotAllowed("already_kept")
    _own_side(dispute, made.by_side_id, by)
    made.kept_at = now
    made.save(update_fields=["kept_at"])
    audience = Audience(made.audience)
    note(dispute, "promise_kept", by=by, now=now, audience=audience, side_id=made.side_id, promise=made.pk)
    tell(dispute, "promise", made.pk, audience=audience, side_id=made.side_id)
    return made


@action
def chase_promise(*, promise_id: int, now: datetime) -> None:
    """Remind of a promise that has fallen due: whoever mediates, and whoever made it. Once."""
    made = Promise.objects.get(pk=promise_id)
    dispute = take(made.dispute_id)
    made.refresh_from_db()
    if made.kept_at is not None or made.chased_at is not None or made.due_at > now:
        return
    made.chased_at = now
    made.save(update_fields=["chased_at"])
    if dispute.state not in OPEN:
        return
    audience = Audience(made.audience)
    note(dispute, "promise_due", by=SYSTEM, now=now, audience=audience, side_id=made.side_id, promise=made.pk)
    tell(dispute, "promise", made.pk, audience=audience, side_id=made.side_id)
    if made.by_id is not None:
        tell_person(made.by_id, dispute)
