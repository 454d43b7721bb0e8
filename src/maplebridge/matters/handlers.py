from maplebridge.conversations.events import MessageReceived
from maplebridge.matters.actions import receiving
from maplebridge.platform import stages
from maplebridge.platform.events import on


@on(MessageReceived)
def read_message(event: MessageReceived) -> None:
    with stages.reading(event.message_id):
        receiving.receive(message_id=event.message_id, now=event.occurred_at)
