"""Gateways for the demo and for tests: what would be sent is shown on the console, and kept in `sent`."""

import sys
from collections import deque

sent: deque[tuple[str, str]] = deque(maxlen=1000)


class ConsoleTexts:
    def send_text(self, *, phone: str, text: str) -> None:
        sent.append((phone, text))
        sys.stdout.write(f"text message for {phone}: {text}\n")
        sys.stdout.flush()


class ConsoleCodes:
    def send(self, *, phone: str, code: str) -> None:
        sent.append((phone, code))
        sys.stdout.write(f"one-time code for {phone}: {code}\n")
        sys.stdout.flush()
