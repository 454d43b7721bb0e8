"""What is said and shown. Every word names its audience, and is refused where it would reach somebody it must not."""

from datetime import datetime

from maplebridge.kernel.text import normalise
from maplebridge.mediation.actions.record import By, NotAllowed, must_be, note, take, tell
from maplebridge.mediation.actions.sessions import begin_mediation
from maplebridge.mediation.domain.audiences import MEDIATOR, Audience, AudienceRefused, Viewer, check_audience
from maplebridge.mediation.domain.enclosures import PdfRefused, check_pdf
from maplebridge.mediation.domain.workflow import OPEN, SETTLED
from maplebridge.mediation.models import Dispute, Enclosure, Exhibit, Party, Session, Side, Utterance
from maplebridge.mediation.permissions import side_of, viewer_in
from maplebridge.mediation.queries import local_day
from maplebridge.people import queries as people
from maplebridge.platform.audit import action
from maplebridge.platform.documents import digest

MOST_CHARACTERS = 10_000


@action
def say(
    *,
    dispute_id: int,
    text: str,
    audience: Audience,
    by: By,
    now: datetime,
    side_id: int | None = None,
    session_id: int | None = None,
    party_id: int | None = None,
) -> Utterance:
    """Say something. A party speaks for their own side only, whatever is asked for; `party_id`: a mediator writes
    down what that party said.
    """
    dispute = take(dispute_id)
    must_be(dispute, *OPEN, *SETTLED)
    if not text.strip():
        raise NotAllowed("text_needed")
    if len(text) > MOST_CHARACTERS:
        raise NotAllowed("text_too_long")
    session = session_of(dispute, session_id)
    party = party_of(dispute, party_id)
    check(dispute, audience, side_id, session=session, by=by, party=party, now=now)
    said = Utterance.objects.create(
        dispute=dispute,
        session=session,
        audience=audience,
        side_id=side_id,
        author_id=by.person_id,
        party=party,
        text=normalise(text),
        said_at=now,
    )
    begin_mediation(dispute, by=by, now=now)
    tell(dispute, "utterance", said.pk, audience=audience, side_id=side_id, session_id=session_id)
    return said


@action
def keep_exhibit(
    *,
    dispute_id: int,
    kind: str,
    title: str,
    audience: Audience,
    by: By,
    now: datetime,
    text: str = "",
    photo_id: int | None = None,
    pdf: bytes | None = None,
    side_id: int | None = None,
    session_id: int | None = None,
    party_id: int | None = None,
) -> Exhibit:
    """Keep evidence, an investigation note, a paper, in words, as a picture or as a PDF; `party_id` brought it."""
    dispute = take(dispute_id)
    must_be(dispute, *OPEN, *SETTLED)
    if kind not in Exhibit.Kind.values:
        raise NotAllowed("unknown_kind")
    if not title.strip() or (not text.strip() and photo_id is None and pdf is None):
        raise NotAllowed("text_or_photo_needed")
    session = session_of(dispute, session_id)
    party = party_of(dispute, party_id)
    check(dispute, audience, side_id, session=session, by=by, party=party, now=now)
    kept = Exhibit.objects.create(
        dispute=dispute,
        session=session,
        kind=kind,
        title=normalise(title)[:120],
        text=normalise(text),
        photo_id=photo_id,
        audience=audience,
        side_id=side_id,
        brought_by=party,
        kept_by_id=by.person_id,
        kept_at=now,
    )
    if pdf is not None:
        _enclose(kept, pdf, now)
    note(
        dispute,
        "exhibit_kept",
        by=by,
        now=now,
        audience=audience,
        side_id=side_id,
        exhibit=kept.pk,
        kind=kind,
    )
    tell(dispute, "exhibit", kept.pk, audience=audience, side_id=side_id, session_id=session_id)
    return kept


def _enclose(exhibit: Exhibit, pdf: bytes, now: datetime) -> None:
    try:
        check_pdf(pdf)
    except PdfRefused as refusal:
        raise NotAllowed(f"pdf_{refusal.code}") from refusal
    Enclosure.objects.create(exhibit=exhibit, content=pdf, size=len(pdf), sha256=digest(pdf), kept_at=now)


def session_of(dispute: Dispute, session_id: int | None) -> Session | None:
    if session_id is None:
        return None
    session = Session.objects.filter(pk=session_id, dispute=dispute, canceled_at=None).first()
    if session is None:
        raise NotAllowed("not_a_session_of_it")
    return session


def party_of(dispute: Dispute, party_id: int | None) -> Party | None:
    if party_id is None:
        return None
    party = Party.objects.filter(pk=party_id, dispute=dispute, left_at=None).first()
    if party is None:
        raise NotAllowed("not_a_party_of_it")
    return party


def speaker_of(dispute: Dispute, by: By) -> Viewer:
    """Return as whom somebody speaks: whoever is a party speaks for that side, and for nobody else."""
    if by.person_id is not None and (side_id := side_of(by.person_id, dispute.pk)) is not None:
        return Viewer(side_id=side_id)
    return MEDIATOR


def _speaker_in(session: Session, dispute: Dispute, by: By, now: datetime) -> Viewer:
    """Return as whom somebody speaks in a session: also a guest may."""
    viewer = viewer_in(people.standing_of(by.person_id, local_day(now)), session)
    return viewer if viewer.is_guest else speaker_of(dispute, by)


def check(
    dispute: Dispute,
    audience: Audience,
    side_id: int | None,
    *,
    session: Session | None,
    by: By,
    party: Party | None,
    now: datetime,
) -> None:
    """Refuse what would reach the wrong ears. Whose words a mediator writes down, that party hears them."""
    if side_id is not None and not Side.objects.filter(pk=side_id, dispute=dispute).exists():
        raise NotAllowed("not_a_side_of_it")
    speaker = speaker_of(dispute, by) if session is None else _speaker_in(session, dispute, by, now)
    private = session is not None and session.is_private
    try:
        check_audience(
            audience=audience,
            side_id=side_id,
            speaker=speaker,
            session_side_id=session.side_id if session is not None else None,
            in_private_session=private,
        )
    except AudienceRefused as refusal:
        raise NotAllowed(refusal.code) from refusal
    if party is None:
        return
    if speaker.is_guest:
        raise NotAllowed("guests_speak_to_all")
    if speaker.side_id is not None and party.side_id != speaker.side_id:
        raise NotAllowed("other_side")
    if audience == Audience.SIDE and party.side_id != side_id:
        raise NotAllowed("other_side")
    if private and session is not None and party.side_id != session.side_id:
        raise NotAllowed("private_talk")
