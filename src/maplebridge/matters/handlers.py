from maplebridge.conversations.events import MessageReceived, MessageTakenBack
from maplebridge.matters.actions import adding, receiving
from maplebridge.platform import stages
from maplebridge.platform.events import on


@on(MessageReceived)
def read_message(event: MessageReceived) -> None:
    with stages.reading(event.message_id):
        receiving.receive(message_id=event.message_id, now=event.occurred_at)


@on(MessageTakenBack)
def forget_addition(event: MessageTakenBack) -> None:
    adding.forget_added(message_id=event.message_id, thread_id=event.thread_id)
