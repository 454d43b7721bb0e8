"""The room of a session: what is said to whom, live, at home on a phone or on a tablet on the table.

Everything shown comes through `queries.heard`; everything said goes through `actions.say`, which refuses what would
reach the wrong ears whatever the page has sent.
"""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.contrib import messages as notes
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from maplebridge.kernel.text import id_in
from maplebridge.mediation import actions, queries
from maplebridge.mediation.data import phrase_book
from maplebridge.mediation.domain.audiences import Audience, Viewer
from maplebridge.mediation.domain.enclosures import PdfRefused
from maplebridge.mediation.models import Dispute, Exhibit, Session, Side, Utterance
from maplebridge.mediation.permissions import viewer_in
from maplebridge.mediation.templatetags.mediation_words import refusal_words, side_name
from maplebridge.mediation.views.enclosures import brought, heard_exhibit, sent_pdfs
from maplebridge.people.domain.standing import Standing
from maplebridge.people.permissions import allow, signed_in, standing_of
from maplebridge.platform import live, photos

LAST = 200  # utterances on a page; earlier ones are asked for


@dataclass(frozen=True, slots=True)
class Voice:
    """One of those to whom the reader may speak here."""

    value: str
    label: str
    hint: str
    kind: str  # both, side or mediators: how it is drawn

    @property
    def to(self) -> tuple[Audience, int | None]:
        audience, _colon, side = self.value.partition(":")
        return Audience(audience), int(side) if side else None


@dataclass(frozen=True, slots=True)
class Said:
    """An utterance as all who hear it see it."""

    id: int
    author: int | None
    who: str
    mediates: bool
    is_guest: bool
    text: str
    at: datetime
    kind: str
    heard: str


def entered(standing: Standing, session_id: int) -> tuple[Session, Viewer]:
    """Return a session that somebody hears, and how they stand to its dispute; for everybody else it does not exist."""
    session = Session.objects.select_related("dispute", "room", "side").filter(pk=session_id).first()
    if session is None:
        raise Http404
    viewer = viewer_in(standing, session)
    if not queries.sessions_for(viewer, session.dispute_id).filter(pk=session_id).exists():
        raise Http404
    return session, viewer


def voices_of(viewer: Viewer, session: Session, sides: list[Side]) -> list[Voice]:
    """Return to whom somebody may speak in a session; the first is chosen unless they choose."""
    present = [one for one in sides if not session.is_private or one.pk == session.side_id]
    hint = _("All sides and the mediators hear this.")
    if queries.guests_of(session):
        hint = _("All sides, the mediators and the guests hear this.")
    everybody = Voice("both", _("To everybody"), hint, "both")
    if viewer.is_guest:
        return [everybody]
    if not viewer.mediates:
        own = Voice(
            f"side:{viewer.side_id}",
            _("Only to the mediators"),
            _("Your side and the mediators hear this. The other side does not."),
            "side",
        )
        return [own] if session.is_private else [everybody, own]
    apart = [
        Voice(
            f"side:{one.pk}",
            _("Only to %(side)s") % {"side": side_name(one.number)},
            _("%(side)s and the mediators hear this. Nobody else does.") % {"side": side_name(one.number)},
            "side",
        )
        for one in present
    ]
    among = Voice("mediators", _("Among mediators"), _("No side hears this."), "mediators")
    return [*apart, among] if session.is_private else [everybody, *apart, among]


@allow(signed_in)
def room(request: HttpRequest, session_id: int) -> HttpResponse:
    """Show a session to those who are in it: agenda, what was said, papers, offers."""
    standing = standing_of(request)
    session, viewer = entered(standing, session_id)
    before = id_in(request.GET.get("before"))
    said, older = _last_said(session, viewer, before)
    if before is not None:
        return render(request, "mediation/_said.html", {"said": said, "older": older, "session": session})
    return _shown(request, session, viewer, said, older)


def _shown(
    request: HttpRequest,
    session: Session,
    viewer: Viewer,
    said: list[Said],
    older: int | None,
    *,
    wrong: str = "",
) -> HttpResponse:
    """Show the room. What was not sent comes back with the words, so that they are not lost."""
    dispute = queries.get_dispute(session.dispute_id)
    sides = queries.sides_of(dispute.pk)
    voices = voices_of(viewer, session, sides)
    context = {
        "session": session,
        "dispute": dispute,
        "number": queries.file_number(dispute, queries.local_day(timezone.now())),
        "viewer": viewer,
        "topics": _topic(viewer, dispute),
        "guests": queries.guests_of(session),
        "said": said,
        "older": older,
        "voices": voices,
        "sides": sides,
        "own_side": next((one for one in sides if one.pk == viewer.side_id), None),
        "exhibits": queries.exhibits_for(viewer, dispute.pk),
        "offers": queries.offers_table(viewer, dispute.pk),
        "promises": queries.promises_for(viewer, dispute.pk),
        "is_open": session.canceled_at is None and session.held_at is None,
        "phrases": phrase_book().by_stage() if viewer.mediates else {},
        "wrong": wrong,
        "written": request.POST.get("text", "") if wrong else "",
        "chosen": request.POST.get("audience", "") if wrong else _spoken_to(request, voices),
    }
    return render(request, "mediation/room.html", context, status=422 if wrong else 200)


def _spoken_to(request: HttpRequest, voices: list[Voice]) -> str:
    """Return to whom the last words went: whoever speaks in confidence goes on so, until they choose otherwise."""
    asked = request.GET.get("to", "")
    return asked if asked in {one.value for one in voices} else ""


def _last_said(session: Session, viewer: Viewer, before: int | None = None) -> tuple[list[Said], int | None]:
    """Return the latest of what was said, and before which there is more."""
    rows = queries.utterances_for(viewer, session.dispute_id).filter(session=session)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    last = list(rows.order_by("-pk")[: LAST + 1])
    older = last[LAST - 1].pk if len(last) > LAST else None
    return said_of(session.dispute, last[:LAST][::-1]), older


def _topic(viewer: Viewer, dispute: Dispute) -> str:
    if viewer.is_guest:
        return f"guests:{viewer.guest_in}"
    return f"dispute:{dispute.pk}" if viewer.mediates else f"side:{viewer.side_id}"


def said_of(dispute: Dispute, rows: list[Utterance]) -> list[Said]:
    """Return utterances with who spoke: a side and its party masked, a mediator or a guest as people know them."""
    parties = queries.masked_parties(dispute.pk, timezone.now())
    sessions = {one.session_id: one.session for one in rows if one.session is not None}
    speakers = _Speakers(
        by_id={one.id: one for one in parties},
        by_person={one.person_id: one for one in parties if one.person_id is not None},
        numbers={one.pk: one.number for one in queries.sides_of(dispute.pk)},
        mediating=queries.mediating_people(dispute),
        with_guests={id for id, session in sessions.items() if queries.guests_of(session)},
    )
    return [_said(one, speakers) for one in rows]


@dataclass(frozen=True, slots=True)
class _Speakers:
    """Who speaks in a dispute, each looked up once."""

    by_id: dict[int, queries.MaskedParty]
    by_person: dict[int, queries.MaskedParty]
    numbers: dict[int, int]
    mediating: set[int]
    with_guests: set[int | None]  # sessions in which others than the sides and the mediators sit


def _said(one: Utterance, speakers: _Speakers) -> Said:
    party = speakers.by_id.get(one.party_id or 0) or speakers.by_person.get(one.author_id or 0)
    who = one.author.nickname if one.author else ""
    if party is not None:
        who = f"{side_name(speakers.numbers[party.side_id])} {party.name}"
    mediates = party is None and one.author_id in speakers.mediating
    return Said(
        one.pk,
        one.author_id,
        who,
        mediates,
        party is None and not mediates,
        one.text,
        one.said_at,
        one.audience,
        heard_words(one, guests=one.session_id in speakers.with_guests),
    )


def heard_words(one: Utterance, *, guests: bool) -> str:
    """Say who hears something, in the same words for everybody who does."""
    if one.audience == Audience.BOTH:
        return _("All sides and the guests hear this") if guests else _("All sides hear this")
    if one.side is not None:
        return _("Only %(side)s and the mediators hear this") % {"side": side_name(one.side.number)}
    return _("Only the mediators hear this")


@live.renders("utterance")
def render_utterance(utterance_id: int, audience: live.Audience) -> str:
    """Render what was said for the pages it was told to: those of its hearers, and no others."""
    one = Utterance.objects.select_related("author", "party", "side", "session", "dispute").get(
        pk=utterance_id
    )
    return render_to_string(
        "mediation/_said.html", {"said": said_of(one.dispute, [one]), "now": timezone.now()}
    )


@allow(signed_in)
@require_POST
def room_say(request: HttpRequest, session_id: int) -> HttpResponse:
    """Say something to those chosen, or show them a paper: a photo or a PDF of it."""
    standing = standing_of(request)
    session, viewer = entered(standing, session_id)
    by, now = actions.By.of(standing), timezone.now()
    chosen = _chosen(request, voices_of(viewer, session, queries.sides_of(session.dispute_id)))
    if chosen is None:
        return _not_sent(request, session, viewer, _("Please choose who is to hear this. Nothing was sent."))
    audience, side_id = chosen.to
    text = request.POST.get("text", "")
    try:
        pdfs = sent_pdfs(request)
        pictures = photos.keep_sent(request, now=now)
        if text.strip() or not (pictures or pdfs):
            actions.say(
                dispute_id=session.dispute_id,
                text=text,
                audience=audience,
                side_id=side_id,
                session_id=session_id,
                by=by,
                now=now,
            )
        for one in brought(pictures, pdfs):
            actions.keep_exhibit(
                dispute_id=session.dispute_id,
                kind=Exhibit.Kind.EVIDENCE,
                title=text.strip()[:60] or _("Shown in the session"),
                audience=audience,
                side_id=side_id,
                session_id=session_id,
                **one,
                by=by,
                now=now,
            )
    except actions.NotAllowed as refused:
        return _not_sent(request, session, viewer, refusal_words(refused.code))
    except photos.PhotoRefused as refused:
        return _not_sent(request, session, viewer, refused.words)
    except PdfRefused as refused:
        return _not_sent(request, session, viewer, refusal_words(f"pdf_{refused.code}"))
    return redirect(f"{reverse('mediation_room', args=[session_id])}?{urlencode({'to': chosen.value})}")


def _not_sent(request: HttpRequest, session: Session, viewer: Viewer, wrong: str) -> HttpResponse:
    """Say why something was not said. A phone that sends it later keeps it then, as it was not taken."""
    said, older = _last_said(session, viewer)
    return _shown(request, session, viewer, said, older, wrong=wrong)


def _chosen(request: HttpRequest, voices: list[Voice]) -> Voice | None:
    """Return the voice that was sent with the words; none is guessed."""
    return next((one for one in voices if one.value == request.POST.get("audience")), None)


@allow(signed_in)
@require_POST
def answer_offer(request: HttpRequest, session_id: int, offer_id: int) -> HttpResponse:
    """A side says yes or no to an offer; the mediators know at once, the other side when this side wants it."""
    standing = standing_of(request)
    session, viewer = entered(standing, session_id)
    known = queries.offers_for(viewer, session.dispute_id).filter(pk=offer_id).exists()
    if viewer.side_id is None or not known:
        raise Http404
    try:
        actions.answer_offer(
            offer_id=offer_id,
            by_side_id=viewer.side_id,
            accepts=request.POST.get("accepts") == "yes",
            by=actions.By.of(standing),
            now=timezone.now(),
        )
    except actions.NotAllowed as refused:
        notes.error(request, refusal_words(refused.code))
    return redirect("mediation_room", session_id)


@allow(signed_in)
def exhibit_photo(request: HttpRequest, exhibit_id: int, size: str) -> HttpResponse:
    """Show a photo of a paper to those who hear of it."""
    if size not in ("small", "large"):
        raise Http404
    photo = heard_exhibit(standing_of(request), exhibit_id).photo
    if photo is None:
        raise Http404
    return photos.response(photo.key, size)
