"""Text messages to people: the words come from the area that writes, the number stays here."""

from maplebridge.people.gateway import GatewayError, text_gateway
from maplebridge.people.models import Person


def send_text(*, person_id: int, text: str) -> bool:
    """Send words to somebody's phone; False where they have none, or nobody answers to it.

    For handlers that run outside of a transaction: what may work later is raised, and tried again.
    """
    person = Person.objects.filter(pk=person_id, erased_at=None).first()
    if person is None or not person.phone:
        return False
    try:
        text_gateway().send_text(phone=person.phone, text=text)
    except GatewayError as failed:
        if not failed.permanent:
            raise
        return False
    return True
