"""What follows in grading from what happened: links to the survey go out, a confirmed warning becomes a draft."""

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from maplebridge.grading import actions, queries
from maplebridge.grading.actions import telling
from maplebridge.grading.events import InvitationDrawn, WarningConfirmed
from maplebridge.people import queries as people
from maplebridge.people.actions.texting import send_text
from maplebridge.platform.events import on


@on(InvitationDrawn, outside=True)
def send_link(event: InvitationDrawn) -> None:
    """Send a link that still waits; what was sent, or cannot be, is forgotten."""
    now = timezone.now()
    waiting = queries.waiting_link(event.invitation_id, now)
    if waiting is None:
        return
    with translation.override(people.get_person(waiting.person_id).language):
        text = _("How safe do you feel where you live? Three questions, once a month: {link}").format(
            link=waiting.link
        )
    if send_text(person_id=waiting.person_id, text=text):
        actions.note_sent(invitation_id=event.invitation_id, now=now)
    else:
        actions.note_unreachable(invitation_id=event.invitation_id)


@on(WarningConfirmed)
def draft_advisory(event: WarningConfirmed) -> None:
    telling.draft_advisory(warning_id=event.warning_id, now=event.occurred_at)
