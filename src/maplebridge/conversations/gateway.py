"""What this area needs from the outside world. Adapters implement it; settings name one."""

from typing import Protocol


class ChatGateway(Protocol):
    def send(self, *, thread_name: str, text: str) -> None:
        """Post a message in the town's other chat system. Raise `GatewayError` if it was not accepted."""
        ...


class GatewayError(Exception):
    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent
