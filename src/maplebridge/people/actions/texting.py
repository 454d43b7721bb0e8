"""Text messages to people: the words come from the area that writes, the number stays here."""

from django.conf import settings

from maplebridge.people.domain.phones import BadPhone, read_phone
from maplebridge.people.gateway import GatewayError, text_gateway
from maplebridge.people.models import Person


def send_text(*, person_id: int, text: str) -> bool:
    """Send words to somebody's phone; False where they have none, or nobody answers to it.

    For handlers that run outside of a transaction: what may work later is raised, and tried again.
    """
    person = Person.objects.filter(pk=person_id, erased_at=None).first()
    return person is not None and bool(person.phone) and _sent(person.phone, text)


def send_text_to_number(*, phone: str, text: str) -> bool:
    """Send words to a number that an area keeps of its own; False where no message can be sent to it."""
    try:
        number = read_phone(phone, invented=settings.DEMO)
    except BadPhone:
        return False
    return _sent(number, text)


def _sent(phone: str, text: str) -> bool:
    try:
        text_gateway().send_text(phone=phone, text=text)
    except GatewayError as failed:
        if not failed.permanent:
            raise
        return False
    return True
