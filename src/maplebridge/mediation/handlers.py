"""What follows in mediation from what happened: whoever reads no pages is told of a session by phone."""

from django.utils import timezone

from maplebridge.mediation.actions import telling
from maplebridge.mediation.events import PartyToBeTold
from maplebridge.platform.events import on


@on(PartyToBeTold, outside=True)
def tell_party(event: PartyToBeTold) -> None:
    telling.tell_party(
        session_id=event.session_id,
        party_id=event.party_id,
        change=telling.Change(event.change),
        before=event.before,
        now=timezone.now(),
    )
