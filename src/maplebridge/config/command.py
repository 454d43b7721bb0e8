"""The `maplebridge` command: the product's verbs, with dashes as people type them."""

import os
import signal
import sys
from types import FrameType


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


def main() -> None:
    # A polite stop ends as the program's own end does: the last to leave stops the embedded database too.
    signal.signal(signal.SIGTERM, _leave)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maplebridge.config.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415 -- settings are named first

    words = sys.argv[:]
    if len(words) > 1:
        words[1] = words[1].replace("-", "_") if not words[1].startswith("-") else words[1]
    execute_from_command_line(words)


if __name__ == "__main__":
    main()
