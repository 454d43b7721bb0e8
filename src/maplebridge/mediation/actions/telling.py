"""Sessions told to those who read no pages: by a text message, and where none arrives, by somebody who calls.

A message says when, and nothing else: whoever holds the phone does not learn from it what the appointment is about.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext_noop

from maplebridge.matters.actions import SYSTEM
from maplebridge.mediation.actions.record import about, note, take, tell
from maplebridge.mediation.actions.words import in_town_language
from maplebridge.mediation.domain.acceptance import is_minor
from maplebridge.mediation.domain.audiences import Audience
from maplebridge.mediation.events import PartyToBeTold
from maplebridge.mediation.models import Dispute, Party, Promise, Session
from maplebridge.mediation.queries import lead_of, local_day, masked_name, town_zone
from maplebridge.people import queries as people
from maplebridge.people.actions.texting import send_text, send_text_to_number
from maplebridge.platform.audit import action
from maplebridge.platform.events import publish

CALL_WITHIN = timedelta(hours=4)


class Change(StrEnum):
    """What has become of a session."""

    BOOKED = "booked"
    MOVED = "moved"
    CANCELED = "canceled"


TEXTS = {
    Change.BOOKED: gettext_noop("You have an appointment on %(when)s. Whoever arranged it tells you more."),
    Change.MOVED: gettext_noop(
        "Your appointment of %(before)s is moved to %(when)s. Whoever arranged it tells you more."
    ),
    Change.CANCELED: gettext_noop(
        "Your appointment of %(when)s is called off. Whoever arranged it tells you more."
    ),
}
CALLS = {
    Change.BOOKED: gettext_noop("Call %(who)s: the session is on %(when)s"),
    Change.MOVED: gettext_noop("Call %(who)s: the session of %(before)s is moved to %(when)s"),
    Change.CANCELED: gettext_noop("Call %(who)s: the session of %(when)s is called off"),
}


def ask_to_tell(session: Session, change: Change, *, now: datetime, before: datetime | None = None) -> None:
    """Let everybody be told of a session who belongs to it and has no account in which they would read it."""
    for party in _without_pages(session, now):
        publish(
            PartyToBeTold(
                session_id=session.pk,
                party_id=party.pk,
                change=change,
                before=before.isoformat() if before else "",
                **about(session.dispute, now),
            )
        )


def _without_pages(session: Session, now: datetime) -> Iterator[Party]:
    parties = Party.objects.filter(dispute_id=session.dispute_id, left_at=None).order_by("pk")
    if session.side_id is not None:
        parties = parties.filter(side_id=session.side_id)
    for one in parties:
        child = is_minor(one.born, local_day(now))  # whose guardian is a party as well, and is told
        if not child and (one.person_id is None or people.account_of(one.person_id) is None):
            yield one


def tell_party(*, session_id: int, party_id: int, change: Change, before: str, now: datetime) -> None:
    """Send a party word of a session; where nothing can be sent, put the call into a mediator's list.

    Runs in no transaction, and again where the gateway was away.
    """
    session = Session.objects.select_related("dispute").filter(pk=session_id).first()
    party = Party.objects.filter(pk=party_id, left_at=None).first()
    if session is None or party is None or session.starts_at <= now:
        return
    if change is not Change.CANCELED and session.canceled_at is not None:
        return  # overtaken by what is told next
    moments = {"when": _written(session.starts_at)}
    moments["before"] = _written(datetime.fromisoformat(before)) if before else ""
    words = in_town_language(TEXTS[change], **moments)
    text = f"{settings.TOWN_NAME} {words}" if settings.TOWN_NAME else words
    if party.person_id is not None:
        arrived = send_text(person_id=party.person_id, text=text)
    else:
        arrived = send_text_to_number(phone=party.phone, text=text)
    if arrived:
        _note_told(session, party, now)
    else:
        _leave_a_call(
            session, party, in_town_language(CALLS[change], who=masked_name(party.name), **moments), now
        )


def _written(moment: datetime) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        local = moment.astimezone(town_zone())
        return f"{date_format(local, 'MONTH_DAY_FORMAT')} {local.hour}:{local:%M}"


@action
def _note_told(session: Session, party: Party, now: datetime) -> None:
    dispute = take(session.dispute_id)
    note(dispute, "told_by_text", by=SYSTEM, now=now, session=session.pk, party=party.pk)
    tell(dispute)


@action
def _leave_a_call(session: Session, party: Party, words: str, now: datetime) -> None:
    """Put a call into the list of whoever mediates, due before the session; one that still waits says the latest."""
    dispute = take(session.dispute_id)
    call = _open_call(dispute, party)
    if call is None:
        call = Promise(dispute=dispute, made_at=now, audience=Audience.MEDIATORS)
    call.by_id, call.text = _caller(dispute, session), words
    call.due_at, call.chased_at = min(now + CALL_WITHIN, session.starts_at), None
    call.save()
    note(dispute, "call_needed", by=SYSTEM, now=now, promise=call.pk, party=party.pk)
    tell(dispute, "promise", call.pk)


def _open_call(dispute: Dispute, party: Party) -> Promise | None:
    """Return the call to a party that nobody has made yet."""
    asked = dispute.entries.filter(deed="call_needed", facts__party=party.pk)
    promises = [facts["promise"] for facts in asked.values_list("facts", flat=True)]
    return Promise.objects.filter(pk__in=promises, kept_at=None).order_by("-pk").first()


def _caller(dispute: Dispute, session: Session) -> int:
    lead = lead_of(dispute.pk)
    return lead.mediator.person_id if lead is not None else session.booked_by_id
