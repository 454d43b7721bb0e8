"""What this area needs from the outside world: somebody who sends one-time codes. Settings name one."""

from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string


class CodeGateway(Protocol):
    def send(self, *, phone: str, code: str) -> None:
        """Send a one-time code to a phone. Raise `GatewayError` if it was not accepted."""
        ...


class GatewayError(Exception):
    """The code was not accepted; `permanent` where trying again is of no use, as for a number nobody has."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class TextGateway(Protocol):
    def send_text(self, *, phone: str, text: str) -> None:
        """Send a text message to a phone. Raise `GatewayError` if it was not accepted."""
        ...


def text_gateway() -> TextGateway:
    return cast(TextGateway, import_string(settings.TEXT_GATEWAY)())


def code_gateway() -> CodeGateway:
    return cast(CodeGateway, import_string(settings.CODE_GATEWAY)())
