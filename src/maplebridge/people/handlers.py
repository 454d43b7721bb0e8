from maplebridge.people import actions, queries
from maplebridge.people.events import CodeAsked
from maplebridge.people.gateway import GatewayError, code_gateway
from maplebridge.platform.events import on


@on(CodeAsked, outside=True)
def send_code(event: CodeAsked) -> None:
    """Send a code that is still of use; what was sent, or can never be, is forgotten."""
    waiting = queries.waiting_code(event.code_id)
    if waiting is None:
        return
    try:
        code_gateway().send(phone=waiting.phone, code=waiting.code)
    except GatewayError as failed:
        if not failed.permanent:
            raise
    actions.forget_waiting_code(code_id=event.code_id)
